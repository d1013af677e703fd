"""A fault machine over the whole gateway: seeded schedules of providers' faults, pauses of Redis and of the database,
listeners who leave, and kills, against the real binary and real servers. After each: every admitted listener has heard
every sentence once, in one voice after a switch; no link is 404; the books have a row for every call; no call is left open.

Run with: tools/test.sh chaos, or `make chaos` for a thousand. SAYWELL_CHAOS is how many, or one seed as `seed=17`.
"""

import http.client
import json
import os
import random
import signal
import threading
import time
import unittest
import urllib.parse

from support.gateway import Gateway
from support.servers import Postgres, Redis
from support.services import Stub

HOW_MANY = os.environ.get("SAYWELL_CHAOS", "10")
SEEDS = [int(HOW_MANY[5:])] if HOW_MANY.startswith("seed=") else range(int(HOW_MANY))
FAULTS = [
    None, "late", "hang", "stall", "cut", "crumbs", "wrong-type", "throttled-seconds", "throttled-date", "quota", "bad-key",
    "bad-text", "error-as-success", "html-error", "empty", "odd-byte",
]
FORMATS = ["mp3", "opus", "webm", "pcm"]
PATIENCE = 20


def fetch(base, method, path, body=None, headers=None, at_most=None):
    """Status, headers and body; the body ends early, and `whole` is false, where the transfer breaks off or is left."""
    address = urllib.parse.urlsplit(base)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        said, whole = bytearray(), True
        try:
            while piece := answer.read1(4096):
                said += piece
                if at_most is not None and len(said) >= at_most:
                    whole = False
                    break
        except (http.client.HTTPException, OSError):
            whole = False
        return answer.status, dict(answer.headers), bytes(said), whole
    finally:
        connection.close()


class Listener(threading.Thread):
    """Somebody who asks for a reply in one way or another, and remembers what came."""

    def __init__(self, gateway, seed, number, chance):
        super().__init__(daemon=True)
        self.gateway, self.name = gateway, f"chaos-{seed}-{number}"
        count = chance.randint(1, 5)
        self.sentences = [f"This is sentence {word} of reply {number} in round {seed}." for word in "one two three four five".split()[:count]]
        self.format = chance.choice(FORMATS)
        self.wait = chance.choice([0, 0, 0.1, 0.5])
        self.leaves_after = chance.choice([None, None, None, 1, 20_000])
        self.by_link = chance.random() < 0.7
        self.links, self.status, self.whole, self.error = None, None, False, None

    def run(self):
        time.sleep(self.wait)
        ask = {"text": " ".join(self.sentences), "format": self.format, "message_id": self.name}
        headers = {"Content-Type": "application/json"}
        try:
            if self.by_link:
                headers["Accept"] = "application/json"
                self.status, _, said, _ = fetch(self.gateway.url, "POST", "/tts", json.dumps(ask), headers)
                if self.status != 200:
                    return
                self.links = json.loads(said)
                time.sleep(self.wait)
                self.status, _, _, self.whole = fetch(self.gateway.url, "GET", self.links["url"], at_most=self.leaves_after)
            else:
                self.status, _, _, self.whole = fetch(
                    self.gateway.url, "POST", "/tts", json.dumps(ask), headers, self.leaves_after
                )
        except OSError as error:
            # A gateway that was killed.
            self.error = error


class Chaos(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.redis = cls.enterClassContext(Redis())
        cls.postgres = cls.enterClassContext(Postgres())

    def test_schedules(self):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                self.round(seed)

    def round(self, seed):
        chance = random.Random(seed)
        fault = chance.choice(FAULTS)
        options = {"fault": fault, "after": chance.randint(0, 4)} if fault else {}
        killed = chance.random() < 0.15
        with Stub("openai", **options) as first, Stub("elevenlabs") as second:
            settings = {
                "TTS_PROVIDER": "openai",
                "OPENAI_BASE_URL": f"{first.url}/v1",
                "OPENAI_API_KEY": "k",
                "TTS_FALLBACK": "elevenlabs",
                "ELEVENLABS_BASE_URL": second.url,
                "ELEVENLABS_API_KEY": "k",
                "TTS_FIRST_SOUND_TIMEOUT_SECONDS": "1",
                "TTS_PROVIDER_TIMEOUT_SECONDS": "3",
                "TTS_SEAMLESS": chance.choice(["true", "false"]),
                "TTS_STORAGE_URL": chance.choice(["memory:", "file:audio"]),
                "DATABASE_URL": self.postgres.url,
                "REDIS_URL": self.redis.url,
            }
            with Gateway(**settings) as gateway:
                listeners = [Listener(gateway, seed, number, chance) for number in range(chance.randint(2, 6))]
                for listener in listeners:
                    listener.start()
                for _ in range(chance.randint(0, 2)):
                    self.pause(chance)
                if killed:
                    time.sleep(chance.random())
                    gateway.process.send_signal(signal.SIGKILL)
                for listener in listeners:
                    listener.join(90)
                    self.assertFalse(listener.is_alive(), f"{listener.name} is left without an answer")
                if killed:
                    return
                for listener in listeners:
                    self.judge(gateway, listener)
                self.books(seed, [first, second])

    def pause(self, chance):
        """Redis or the database stands still for a while."""
        server = chance.choice([self.redis, self.postgres])
        time.sleep(chance.random() / 2)
        server.stand_still()
        try:
            time.sleep(chance.choice([0.1, 0.4, 0.9]))
        finally:
            server.go_on()

    def judge(self, gateway, listener):
        told = f"{listener.name}, {listener.format}, link: {listener.by_link}"
        self.assertIsNone(listener.error, told)
        self.assertIn(listener.status, (200, 429, 503), told)
        if listener.status != 200 or listener.links is None:
            return
        # Whatever became of it: the link opens, now and again.
        for _ in range(2):
            status, _, sound, whole = fetch(gateway.url, "GET", listener.links["url"])
            self.assertEqual((status, whole, bool(sound)), (200, True, True), told)
        status, _, said, _ = fetch(gateway.url, "GET", listener.links["captions_url"])
        self.assertEqual(status, 200, told)
        utterances = json.loads(said)["utterances"]
        heard = " ".join(one["text"] for one in utterances)
        self.assertEqual(heard, " ".join(listener.sentences), told)
        voices = [one["provider"] for one in utterances]
        changes = sum(before != after for before, after in zip(voices, voices[1:], strict=False))
        self.assertLessEqual(changes, 1, f"{told}: {voices}")

    def books(self, seed, stubs):
        """Each call has ended, and has its row. A row has no call only where it was given up on its way: in the queue before a
        provider, or before its request had arrived."""
        query = f"""SELECT count(*), count(*) FILTER (WHERE outcome = 'cancelled' AND first_sound_ms IS NULL)
            FROM tts_calls WHERE message_id LIKE 'chaos-{seed}-%'"""
        end = time.monotonic() + PATIENCE
        while True:
            counts = [json.loads(fetch(stub.url, "GET", "/_counts")[2]) for stub in stubs]
            left_open = sum(one["begun"] - one["finished"] - one["abandoned"] for one in counts)
            begun = sum(one["begun"] for one in counts)
            rows, given_up = map(int, self.postgres.ask(query).split("|"))
            if left_open == 0 and rows - given_up <= begun <= rows:
                return
            if time.monotonic() > end:
                self.fail(f"{left_open} calls are left open; {begun} calls have {rows} rows, {given_up} of what was given up")
            time.sleep(0.2)


if __name__ == "__main__":
    unittest.main()
