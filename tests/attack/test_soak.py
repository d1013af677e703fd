"""Many requests with random cancels, kills of the gateway, and whatever is beside it standing still now and then: what must hold
all the while.

No sound is torn or other than it was, whole or by `Range`; what is kept stays within its cap; every call that reached the
provider is in the books once; and, in a gateway that is not killed, memory neither grows nor stays.

`make test` has a few hundred requests, `make attack` ten thousand to a gateway that keeps all of it on disk, and a third as many to
one that has a bucket, PostgreSQL and Redis, and to one that is never killed; `ATTACK_REQUESTS=100000 make attack` as many as that.

Run with: tools/test.sh attack
"""

import collections
import contextlib
import hashlib
import http.client
import json
import logging
import os
import random
import re
import signal
import sqlite3
import statistics
import tempfile
import threading
import time
import unittest

from attack.wire import FULL, address, eventually, figure, files_below, resident_mib, scale
from support.gateway import Kept
from support.servers import Bucket, Postgres, Redis, free_port
from support.stub import Stub

CALLERS = 8
CAP = 4 << 20
REQUESTS = int(os.environ.get("ATTACK_REQUESTS", scale(150, 10_000)))
FORMATS = ["mp3", "opus", "webm", "mp4", "flac", "wav", "pcm"]
WORDS = "the deployment has finished and two of the checks that were slow are green by now so it can go out today".split()
# How long anything stands still, seconds, and how long after the provider did listeners may still notice: as long as two calls last
# that nothing comes of, and another voice.
FROST, ECHO = scale(1, 2), 8
# Of so many that were torn it is shown what the gateway said then.
SHOWN = 5
# What memory may differ by from the second quarter of the requests to the last, MiB; what it comes back to, and how soon.
FLAT, AFTERWARDS, WITHIN = 40, 100, 60


def name_of(text):
    """A name for a text, which is the same for what reaches the provider."""
    return hashlib.sha256(re.sub(r"[^a-z]+", " ", text.lower()).strip().encode()).hexdigest()[:16]


class Books:
    """What the gateway has in SQLite, in its folder."""

    def __init__(self, home):
        self.path = os.path.join(home, "data", "saywell.db")

    def rows(self, query):
        with contextlib.closing(sqlite3.connect(self.path)) as database:
            return [tuple(map(str, row)) for row in database.execute(query)]


class SharedBooks:
    """What it has in PostgreSQL."""

    def __init__(self, postgres):
        self.postgres = postgres

    def rows(self, query):
        return [tuple(line.split("|")) for line in self.postgres.ask(query).splitlines()]


class Soak(unittest.TestCase):
    def test_on_disk_nothing_is_torn_lost_or_left_behind(self):
        with tempfile.TemporaryDirectory(prefix="saywell-soak-") as home:
            kept = lambda: files_below(os.path.join(home, "data", "audio"))
            self.soak(home, REQUESTS, {}, kept, Books(home), kills=scale(1, 12), frosts=scale(1, 12))

    def test_with_a_bucket_and_all_else_beside_it_nothing_is_torn_lost_or_left_behind(self):
        logging.getLogger("botocore").setLevel(logging.ERROR)
        with tempfile.TemporaryDirectory(prefix="saywell-soak-") as home, Bucket() as bucket, Postgres() as postgres, Redis() as redis:
            settings = {
                **bucket.settings,
                "TTS_STORAGE_URL": "s3://audio/kept",
                "TTS_STORAGE_REDIRECTS": "false",
                "DATABASE_URL": postgres.url,
                "REDIS_URL": redis.url,
            }
            beside = {"storage": bucket, "database": postgres, "redis": redis}
            kills, frosts = scale(1, 12), scale(1, 6)
            self.soak(home, REQUESTS // scale(2, 3), settings, bucket.kept, SharedBooks(postgres), kills, frosts, beside)

    @unittest.skipUnless(FULL, "part of `make attack`")
    def test_without_kills_memory_is_flat_and_comes_back(self):
        with tempfile.TemporaryDirectory(prefix="saywell-soak-") as home, Redis() as redis:
            kept = lambda: files_below(os.path.join(home, "data", "audio"))
            self.soak(home, REQUESTS // 3, {"REDIS_URL": redis.url}, kept, Books(home), kills=0, frosts=3, beside={"redis": redis})

    def soak(self, home, requests, settings, kept, books, kills, frosts, beside=None):
        """`kept` tells how many bytes the storage takes; each of `beside` stands still as often as the provider, `frosts` times."""
        self.requests, self.kept, self.beside = requests, kept, beside or {}
        self.kills, self.frosts = kills, frosts
        self.dice = random.Random(7)
        self.known = [" ".join(self.dice.choices(WORDS, k=12)).capitalize() + "." for _ in range(scale(2, 30))]
        self.heard, self.tags, self.torn, self.seen = {}, {}, [], collections.Counter()
        self.around = []
        self.count, self.lock = 0, threading.Lock()
        self.up, self.calm = threading.Event(), threading.Event()
        self.up.set()
        self.calm.set()
        self.frozen_at, self.killed_at, self.has_frozen = float("-inf"), float("-inf"), False
        self.memory, self.used = [], []
        with Stub("openai") as self.stub:
            self.port = free_port()
            self.url = f"http://127.0.0.1:{self.port}"
            self.settings = {
                "TTS_PROVIDER": "openai",
                "TTS_FALLBACK": "local",
                "OPENAI_API_KEY": "sk-soak",
                "OPENAI_BASE_URL": f"{self.stub.url}/v1",
                "TTS_CACHE_MAX_BYTES": str(CAP),
                "TTS_CACHE_MEMORY_BYTES": "8MiB",
                "TTS_FIRST_SOUND_TIMEOUT_SECONDS": "1",
                "TTS_PROVIDER_TIMEOUT_SECONDS": "3",
                **settings,
            }
            events = ["kill"] * kills + ["provider", *self.beside] * frosts
            self.dice.shuffle(events)
            if not FULL:
                # What is heard after that could be another voice's for longer than a share lasts.
                events.sort(key=lambda what: what == "provider")
            self.gateway = Kept(home, self.port, **self.settings).__enter__()
            try:
                begun = time.monotonic()
                self.run_soak(home, events)
                took = time.monotonic() - begun
                came_back = None
                if not kills:
                    pid = self.gateway.process.pid
                    came_back = eventually(lambda: resident_mib(pid) <= AFTERWARDS, WITHIN), resident_mib(pid)
                # What nobody listens to any more ends, and what was settled is written.
                self.gateway.process.terminate()
                self.gateway.process.wait(60)
                if self.torn:
                    print(*self.around, sep="\n")
                self.check(books, took, came_back)
            finally:
                with contextlib.suppress(Exception):
                    self.gateway.__exit__()

    def run_soak(self, home, events):
        # A voice that nobody has ever heard is levelled by the beginning of what it says; from then on its level is known.
        self.listen(self.dice, " ".join(WORDS), "mp3", known=False, cancel=False)
        over = threading.Event()
        callers = [threading.Thread(target=self.call, args=(random.Random(number),)) for number in range(CALLERS)]
        watcher = threading.Thread(target=self.watch, args=(over,))
        for thread in [*callers, watcher]:
            thread.start()
        # Spread over what lies between the first and the last tenth.
        for place, what in enumerate(events):
            share = 0.1 + 0.8 * (place + self.dice.random()) / len(events)
            while self.count < share * self.requests and any(thread.is_alive() for thread in callers):
                time.sleep(0.02)
            if what == "kill":
                self.killed_at = time.monotonic()
                self.up.clear()
                self.gateway.kill()
                self.gateway = Kept(home, self.port, **self.settings).__enter__()
                self.killed_at = time.monotonic()
                self.up.set()
            elif what == "provider":
                self.has_frozen = True
                self.calm.clear()
                self.stub.process.send_signal(signal.SIGSTOP)
                self.frozen_at = time.monotonic()
                time.sleep(FROST)
                self.stub.process.send_signal(signal.SIGCONT)
                self.frozen_at = time.monotonic()
                self.calm.set()
            else:
                self.beside[what].stand_still()
                time.sleep(FROST)
                self.beside[what].go_on()
        for thread in callers:
            thread.join()
        over.set()
        watcher.join()

    def watch(self, over):
        while not over.wait(0.25):
            # Between two gateways there is none to be looked at.
            with contextlib.suppress(OSError, ValueError):
                self.used.append(self.kept())
                self.memory.append((self.count, resident_mib(self.gateway.process.pid)))

    def call(self, dice):
        while True:
            # A gateway that is not there is asked nothing.
            self.up.wait()
            with self.lock:
                if self.count >= self.requests:
                    return
                self.count += 1
            form, way = dice.choice(FORMATS), dice.random()
            if way < 0.2 and self.heard:
                with self.lock:
                    text, form = dice.choice(list(self.heard))
                self.resume(dice, text, form)
            else:
                known = way < 0.7
                text = dice.choice(self.known) if known else " ".join(dice.choices(WORDS, k=dice.randint(12, 40))).capitalize() + "."
                self.listen(dice, text, form, known, cancel=dice.random() < 0.35)

    @contextlib.contextmanager
    def asking(self, text, form):
        """A connection, whose end is judged. Yields it, and what tells whether the provider was well all the while."""
        begun, calm = time.monotonic(), self.calm.is_set()
        connection = http.client.HTTPConnection(*address(self.url), timeout=60)
        try:
            yield connection, lambda: calm and self.calm.is_set() and begun > self.frozen_at + ECHO
        except (OSError, http.client.HTTPException) as fault:
            # A kill breaks what is under way, and a frost what neither voice can finish; nothing else may.
            if begun > max(self.killed_at, self.frozen_at + ECHO) and self.up.is_set() and self.calm.is_set():
                self.tear(text, form, f"broken with nothing amiss after {time.monotonic() - begun:.1f} s: {fault!r}")
            self.seen["broken"] += 1
        finally:
            connection.close()

    def tear(self, text, form, why):
        with self.lock:
            self.torn.append((text, form, why))
            if len(self.torn) <= SHOWN:
                warned = [line for line in self.gateway.lines[-400:] if "WARN" in line or "ERROR" in line or name_of(text) in line]
                self.around += [f"── {why}", *warned[-12:]]

    def ask(self, connection, text, form, **headers):
        body = json.dumps({"text": text, "format": form, "message_id": name_of(text)})
        connection.request("POST", "/tts", body, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        if answer.status != 200:
            self.seen[answer.status] += 1
            answer.read()
            return None
        return answer

    def listen(self, dice, text, form, known, cancel):
        """All of a reply, or the beginning of it."""
        with self.asking(text, form) as (connection, quiet):
            answer = self.ask(connection, text, form)
            if answer is None:
                return
            if cancel:
                answer.read(dice.randint(1, 20_000))
                self.seen["cancelled"] += 1
                return
            sound = answer.read()
            self.seen["whole"] += 1
            # While the provider was frozen another voice may have helped out.
            if known and quiet() and answer.headers["X-TTS-Provider"] == "openai":
                with self.lock:
                    before = self.heard.get((text, form))
                    self.heard.setdefault((text, form), sound)
                    self.seen["compared"] += before is not None
                if before not in (None, sound):
                    self.tear(text, form, "other bytes than before")

    def resume(self, dice, text, form):
        """A part of what was heard before, by a link: as a player goes on after it was interrupted."""
        whole, tag = self.heard[text, form], self.tags.get((text, form))
        first = dice.randrange(1, len(whole))
        last = dice.randrange(first, len(whole))
        given = time.monotonic()
        with self.asking(text, form) as (connection, _):
            answer = self.ask(connection, text, form, Accept="application/json")
            if answer is None:
                return
            url = json.loads(answer.read())["url"]
            with_tag = tag is not None and dice.random() < 0.5
            headers = {"Range": f"bytes={first}-{last}", **({"If-Range": tag} if with_tag else {})}
            connection.request("GET", url, headers=headers)
            answer = connection.getresponse()
            sound, now = answer.read(), answer.headers["ETag"]
            told = f"bytes {first}-{last} of {len(whole)}, If-Range: {with_tag}, tag {tag}, now {now}, answered {answer.status}"
            # Links to what another voice had to say open that, for as long as they live; and then it has another tag.
            another = self.has_frozen and not with_tag and (tag is None or now != tag)
            if answer.status == 206:
                self.seen["parts"] += 1
                if sound == whole[first : last + 1]:
                    self.seen["parts compared"] += 1
                    # A few bytes may be the same in another voice, and all of them are not.
                    if answer.headers["Content-Range"].endswith(f"/{len(whole)}"):
                        self.tags.setdefault((text, form), now)
                elif another:
                    self.seen["in another voice"] += 1
                else:
                    self.tear(text, form, f"other bytes: {told}")
            elif answer.status == 200 and with_tag and now != tag and self.has_frozen:
                self.seen["all of another voice"] += 1
            elif answer.status == 416 and another:
                self.seen["shorter in another voice"] += 1
            elif answer.status == 410 and self.killed_at > given:
                # What a link was given for goes with a gateway that is killed before it was made.
                self.seen["gone with a kill"] += 1
            elif answer.status == 503:
                self.seen[503] += 1
            else:
                self.tear(text, form, told)

    def check(self, books, took, came_back):
        sent = collections.Counter(
            name_of(json.loads(request["body"])["input"]) for request in self.stub.requests() if request["path"].endswith("/audio/speech")
        )
        rows, given_up, failed = collections.Counter(), collections.Counter(), 0
        query = "SELECT message_id, outcome, first_sound_ms IS NULL FROM tts_calls WHERE provider = 'openai'"
        for name, outcome, silent in books.rows(query):
            rows[name] += 1
            # Left on its way, or given up as the provider stood still, which looks into what came meanwhile only where somebody waits.
            silent = silent in ("1", "t")
            given_up[name] += silent and outcome != "spoken"
            failed += silent and outcome == "failed"
        ((indexed,),) = books.rows("SELECT coalesce(sum(size_bytes), 0) FROM tts_cache")
        missing = sum((sent - rows).values())
        spare = sum((rows - given_up - sent).values())
        quarters = [[mib for count, mib in self.memory if share * self.requests <= count < (share + 0.25) * self.requests] for share in (0.25, 0.75)]
        early, late = (statistics.median(quarter or [0]) for quarter in quarters)
        figure(
            f"{self.requests} requests in {took:.0f} s, {self.kills} kills, {', '.join(['provider', *self.beside])} frozen: "
            f"{dict(self.seen)}; kept at most {max(self.used) / 2**20:.1f} of {CAP / 2**20:.0f} MiB, at the end "
            f"{self.kept() / 2**20:.2f}, {int(indexed) / 2**20:.2f} by the index; memory {early:.0f} → {late:.0f} MiB, "
            f"at most {max(mib for _, mib in self.memory):.0f}{f', {came_back[1]:.0f} a minute after' if came_back else ''}; "
            f"{sum(sent.values())} calls reached the provider, {sum(rows.values())} rows of which {sum(given_up.values())} of what was "
            f"given up before it spoke: {missing} without a row, {spare} rows too many"
        )
        reasons = collections.Counter(re.sub(r"\d+", "N", why) for _, _, why in self.torn)
        self.assertEqual(self.torn, [], dict(reasons))
        self.assertEqual({what for what in self.seen if isinstance(what, int)} - {503}, set(), self.seen)
        self.assertGreater(min(self.seen["whole"], self.seen["cancelled"], self.seen["compared"], self.seen["parts compared"]), 0)
        # The cap, and what eight callers have being written.
        self.assertLessEqual(max(self.used), CAP + (2 << 20))
        self.assertEqual(missing, 0, "calls reached the provider and have no row")
        # What had begun when the gateway was killed is booked as sent, whether it was or not.
        self.assertLessEqual(spare, self.kills * CALLERS, "rows of calls that nobody made")
        # Each caller is about one call, which is tried twice.
        self.assertLessEqual(failed, self.frosts * CALLERS * 2, "a provider that is well fails nobody")
        if came_back:
            self.assertLessEqual(late - early, FLAT)
            self.assertTrue(came_back[0], f"{came_back[1]:.0f} MiB are left")


if __name__ == "__main__":
    unittest.main()
