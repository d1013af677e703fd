"""Many requests with random cancels, kills of the gateway and a provider that freezes: what must hold all the while.

`make attack` sends ten thousand to a gateway that keeps its sound on disk and a third as many to one that keeps it in a bucket;
`ATTACK_REQUESTS=100000 make attack` as many as that.

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
import signal
import socket
import sqlite3
import statistics
import tempfile
import threading
import time
import unittest

from attack.wire import FULL, address, figure, files_below, resident_mib, scale
from support.gateway import Gateway
from support.servers import Bucket
from support.stub import Stub

CALLERS = 8
CAP = 4 << 20
FORMATS = ["mp3", "opus", "webm", "mp4", "flac", "wav", "pcm"]
WORDS = "the deployment has finished and two of the checks that were slow are green by now so it can go out today".split()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Kept(Gateway):
    """A gateway in a folder that outlives it, at an address that stays the same."""

    def __init__(self, home, port, **settings):
        super().__init__(TTS_DATA_DIR=os.path.join(home, "data"), TTS_LISTEN=f"127.0.0.1:{port}", **settings)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@unittest.skipUnless(FULL, "part of `make attack`")
class Soak(unittest.TestCase):
    def test_on_disk_nothing_is_torn_lost_or_left_behind(self):
        with tempfile.TemporaryDirectory(prefix="saywell-soak-") as home:
            self.soak(home, int(os.environ.get("ATTACK_REQUESTS", scale(300, 10_000))), {}, lambda: files_below(os.path.join(home, "data", "audio")))

    def test_in_a_bucket_nothing_is_torn_lost_or_left_behind(self):
        logging.getLogger("botocore").setLevel(logging.ERROR)
        with tempfile.TemporaryDirectory(prefix="saywell-soak-") as home, Bucket() as bucket:
            settings = {"TTS_STORAGE_URL": "s3://audio/kept", **bucket.settings}
            self.soak(home, int(os.environ.get("ATTACK_REQUESTS", scale(300, 10_000))) // 3, settings, bucket.kept)

    def soak(self, home, requests, storage, kept):
        """`kept` tells how many bytes the storage takes."""
        self.requests, self.kept = requests, kept
        self.kills, self.frosts = scale(1, 12), scale(1, 12)
        self.dice = random.Random(7)
        self.known = [" ".join(self.dice.choices(WORDS, k=12)).capitalize() + "." for _ in range(30)]
        self.heard, self.torn, self.refused = {}, [], collections.Counter()
        self.count, self.whole, self.cancelled, self.lock = 0, 0, 0, threading.Lock()
        self.calm = threading.Event()
        self.calm.set()
        self.frozen_at, self.killed_at = 0.0, 0.0
        self.memory, self.used = [], []
        with Stub("openai") as stub:
            self.port = free_port()
            self.url = f"http://127.0.0.1:{self.port}"
            settings = {
                "TTS_PROVIDER": "openai",
                "TTS_FALLBACK": "local",
                "OPENAI_API_KEY": "sk-soak",
                "OPENAI_BASE_URL": f"{stub.url}/v1",
                "TTS_CACHE_MAX_BYTES": str(CAP),
                "TTS_CACHE_MEMORY_BYTES": "8MiB",
                "TTS_FIRST_SOUND_TIMEOUT_SECONDS": "1",
                **storage,
            }
            gateway = Kept(home, self.port, **settings)
            gateway.__enter__()
            try:
                gateway = self.run_soak(gateway, home, stub, settings)
                # What nobody listens to any more ends, and what was settled is written.
                gateway.process.terminate()
                gateway.process.wait(60)
                if self.torn:
                    print(*[line for line in gateway.lines if "WARN" in line or "ERROR" in line][-40:], sep="\n")
                self.check(home, stub)
            finally:
                with contextlib.suppress(Exception):
                    gateway.__exit__()

    def run_soak(self, gateway, home, stub, settings):
        # A voice that nobody has ever heard is levelled by the beginning of what it says; from then on its level is known.
        self.listen(self.dice, " ".join(WORDS), "mp3", known=False, cancel=False)
        over = threading.Event()
        callers = [threading.Thread(target=self.call, args=(random.Random(number),)) for number in range(CALLERS)]
        watcher = threading.Thread(target=self.watch, args=(lambda: gateway.process.pid, over))
        for thread in [*callers, watcher]:
            thread.start()
        events = sorted([(self.dice.uniform(0.1, 0.9), "kill") for _ in range(self.kills)] + [(self.dice.uniform(0.1, 0.9), "frost") for _ in range(self.frosts)])
        for share, what in events:
            while self.count < share * self.requests and any(thread.is_alive() for thread in callers):
                time.sleep(0.02)
            if what == "frost":
                self.calm.clear()
                stub.process.send_signal(signal.SIGSTOP)
                self.frozen_at = time.monotonic()
                time.sleep(2)
                stub.process.send_signal(signal.SIGCONT)
                self.calm.set()
            else:
                self.killed_at = time.monotonic()
                gateway.kill()
                gateway = Kept(home, self.port, **settings)
                gateway.__enter__()
                self.killed_at = time.monotonic()
        for thread in callers:
            thread.join()
        over.set()
        watcher.join()
        return gateway

    def watch(self, pid, over):
        while not over.wait(0.25):
            # Between two gateways there is none.
            with contextlib.suppress(OSError, ValueError, AttributeError):
                self.used.append(self.kept())
                self.memory.append((self.count, resident_mib(pid())))

    def call(self, dice):
        while True:
            with self.lock:
                if self.count >= self.requests:
                    return
                self.count += 1
            known = dice.random() < 0.6
            text = dice.choice(self.known) if known else " ".join(dice.choices(WORDS, k=dice.randint(4, 40))) + f" {dice.random()}."
            form = dice.choice(FORMATS)
            self.listen(dice, text, form, known, cancel=dice.random() < 0.35)

    def listen(self, dice, text, form, known, cancel):
        begun, calm = time.monotonic(), self.calm.is_set()
        connection = http.client.HTTPConnection(*address(self.url), timeout=60)
        try:
            connection.request("POST", "/tts", json.dumps({"text": text, "format": form}), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            if answer.status != 200:
                self.refused[answer.status] += 1
                answer.read()
                return
            if cancel:
                answer.read(dice.randint(1, 20_000))
                self.cancelled += 1
                return
            sound = answer.read()
        except (OSError, http.client.HTTPException) as fault:
            # A kill breaks what is under way, and a frost what neither voice can finish; nothing else may.
            if begun > max(self.killed_at, self.frozen_at) + 20 and self.calm.is_set():
                self.torn.append((text, form, f"broken with nothing amiss after {time.monotonic() - begun:.1f} s: {fault!r}"))
            time.sleep(0.05)
            return
        finally:
            connection.close()
        self.whole += 1
        # While the provider was frozen another voice may have helped out.
        quiet = calm and self.calm.is_set() and begun > self.frozen_at + 20
        if known and (quiet or self.frozen_at == 0) and answer.headers["X-TTS-Provider"] == "openai":
            said = hashlib.sha256(sound).hexdigest()
            with self.lock:
                if self.heard.setdefault((text, form), said) != said:
                    self.torn.append((text, form, "other bytes than before"))

    def check(self, home, stub):
        sent = [request for request in stub.requests() if request["path"].endswith("/audio/speech")]
        with contextlib.closing(sqlite3.connect(os.path.join(home, "data", "saywell.db"))) as database:
            rows = database.execute("SELECT count(*) FROM tts_calls WHERE provider = 'openai'").fetchone()[0]
            indexed = database.execute("SELECT coalesce(sum(size_bytes), 0) FROM tts_cache").fetchone()[0]
        half = len(self.memory) // 2
        early = statistics.median(mib for _, mib in self.memory[half // 2 : half] or self.memory)
        late = statistics.median(mib for _, mib in self.memory[-max(1, half // 2) :])
        figure(
            f"{self.requests} requests, {self.kills} kills, {self.frosts} frosts: {self.whole} whole, {self.cancelled} cancelled, "
            f"refused {dict(self.refused)}; kept at most {max(self.used) / 2**20:.1f} of {CAP / 2**20:.0f} MiB, at the end "
            f"{self.kept() / 2**20:.2f}, {indexed / 2**20:.2f} by the index; "
            f"memory {early:.0f} → {late:.0f} MiB; {len(sent)} calls reached the provider, {rows} rows"
        )
        self.assertEqual(self.torn, [])
        self.assertEqual(set(self.refused) - {503}, set())
        # The cap, and what eight callers have being written.
        self.assertLessEqual(max(self.used), CAP + (2 << 20))
        self.assertLessEqual(late - early, 40)
        self.assertGreaterEqual(rows, len(sent), "every call that reached a provider has a row")


if __name__ == "__main__":
    unittest.main()
