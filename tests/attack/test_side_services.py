"""What stands beside the gateway, and stands still, is killed or answers late: nobody who wants to hear something waits for
it longer than a second before it is known to be ill, and longer than 0.2 s after.

Each request is judged against a gateway that has nothing beside it and the same voice, asked in turn: what the slowest of its
answers took is what the machine does, and the rest is the service's.

Run with: tools/test.sh attack
"""

import itertools
import logging
import os
import re
import subprocess
import tempfile
import threading
import time
import unittest

from attack.wire import FULL, ask, bearer, eventually, figure, scale
from support.gateway import BINARY, Gateway
from support.servers import Bucket, Postgres, Redis
from support.stub import Stub
from support.way import Way

# Seconds that a service may add to a reply before it is known to be ill, and after.
BEFORE, AFTER = 1.0, 0.2
SERVICES = ["storage", "redis", "database"]


class Server(Gateway):
    """A gateway with callers of every kind: with a key, with an operator's key, visitors who come back, and new ones."""

    def __enter__(self):
        super().__enter__()
        self.cookie = ask(self.url, "GET", "/tts/config")[1]["set-cookie"].split(";")[0]
        self.callers = {
            "key": bearer(self.mint()),
            "operator": bearer(self.mint("--scope", "admin,speak")),
            "visitor": {"Cookie": self.cookie},
            "new visitor": {},
        }
        return self

    def mint(self, *options):
        environment = self.command(self.folder.name)[1]
        said = subprocess.run(
            [BINARY, "key", "mint", "--name", "tests", *options], env=environment, cwd=self.folder.name, capture_output=True, text=True, check=True
        ).stdout
        return re.search(r"saywell_\w+", said)[0]

    def speak(self, caller, text):
        """Seconds until all of it is heard."""
        begun = time.monotonic()
        status, _, sound = ask(self.url, "POST", "/tts", {"text": text}, self.callers[caller])
        took = time.monotonic() - begun
        assert status == 200, f"{caller}, {text}: {status} {sound[:300]}"
        assert sound, text
        return took

    def ill(self):
        """The services that are ill, as a balancer and as Prometheus hear of them."""
        lines = ask(self.url, "GET", "/readyz")[2].decode().splitlines()
        metrics = ask(self.url, "GET", "/metrics", headers=self.callers["operator"])[2].decode()
        return (
            {line.split()[0] for line in lines if line.endswith(" is ill")},
            {name for name, up in re.findall(r'^saywell_service_up\{service="(\w+)"\} (\d)', metrics, re.MULTILINE) if up == "0"},
        )


class SideServices(unittest.TestCase):
    def setUp(self):
        logging.getLogger("botocore").setLevel(logging.ERROR)
        stub = self.enterContext(Stub("openai"))
        self.services = {"storage": self.enterContext(Bucket()), "redis": self.enterContext(Redis()), "database": self.enterContext(Postgres())}
        storage = self.services["storage"].settings
        self.ways = {name: self.enterContext(Way(service.port)) for name, service in self.services.items()}
        common = {
            "TTS_PROVIDER": "openai",
            "OPENAI_BASE_URL": f"{stub.url}/v1",
            "OPENAI_API_KEY": "k",
            "TTS_AUTH": "key,trial",
            # What is known comes from the storage, and limits are no matter of this.
            "TTS_CACHE_MEMORY_BYTES": "0",
            "SAYWELL_CONFIG": self.plenty(),
        }
        self.alone = self.enterContext(Server(**common))
        beside = {
            **storage,
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{self.ways['storage'].port}",
            "TTS_STORAGE_URL": "s3://audio/kept",
            "TTS_STORAGE_REDIRECTS": "false",
            "REDIS_URL": f"redis://127.0.0.1:{self.ways['redis'].port}",
            "DATABASE_URL": f"postgres://saywell@127.0.0.1:{self.ways['database'].port}/postgres",
        }
        self.gateway = self.enterContext(Server(**common, **beside))
        self.number = itertools.count()
        self.healthy = []
        # Everybody's known text is known.
        for server, caller in itertools.product((self.alone, self.gateway), self.gateway.callers):
            server.speak(caller, self.known(caller))

    def plenty(self):
        """Settings in which everybody has as much as they like."""
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="saywell-test-"))
        path = os.path.join(folder, "saywell.toml")
        none = "".join(f'{key} = "none"\n' for key in ("requests_per_minute", "burst", "flights", "money_per_day"))
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(f"[plans.{plan}]\n{none}" for plan in ("trial", "trial.address", "member")))
        return path

    def known(self, caller):
        return f"This is what the {caller} has heard before."

    def rounds(self, count):
        """Callers of every kind, one after the other, with something new and something known; the other gateway between them."""
        took = []
        for _, caller, known in itertools.product(range(count), self.gateway.callers, (False, True)):
            text = self.known(caller) if known else f"Something new for the {caller}, number {next(self.number)}."
            self.healthy.append(self.alone.speak(caller, text))
            took.append((self.gateway.speak(caller, text), f"{caller}, {'known' if known else 'new'}"))
        return took

    def first(self):
        """Callers of every kind at the same moment, each of whom may be the first to notice."""
        took, failed = [], []

        def speak(server, caller, into):
            # What is known may be asked of a service that nothing new is.
            for text in (f"The first thing for the {caller}, number {next(self.number)}.", self.known(caller)):
                try:
                    into.append((server.speak(caller, text), f"{caller}: {text}"))
                except (AssertionError, OSError) as fault:
                    failed.append(fault)

        beside = []
        threads = [threading.Thread(target=speak, args=(self.gateway, caller, took)) for caller in self.gateway.callers]
        threads += [threading.Thread(target=speak, args=(self.alone, caller, beside)) for caller in self.alone.callers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failed, [])
        self.healthy += [seconds for seconds, _ in beside]
        return took

    def judge(self, took, more, what):
        slowest = max(self.healthy)
        for seconds, who in took:
            self.assertLess(seconds, slowest + more, f"{what}: {who}, where the slowest beside it took {slowest:.3f} s; all: {took}")

    def named(self, name):
        self.assertTrue(eventually(lambda: self.gateway.ill() == ({name}, {name})), self.gateway.ill())

    def well_again(self):
        self.assertTrue(eventually(lambda: self.gateway.ill() == (set(), set())), self.gateway.ill())

    def trouble(self, name, what, begin, end=None):
        """A service is in trouble between `begin` and `end`."""
        self.healthy.clear()
        begin()
        try:
            first = self.first()
            self.named(name)
            later = self.rounds(scale(1, 5))
            self.named(name)
        finally:
            if end:
                end()
        figure(
            f"{name} {what}: {max(first)[0]:.3f} s the first, {max(later)[0]:.3f} s at most later, of {len(later)}; "
            f"{max(self.healthy):.3f} s at most without services"
        )
        self.judge(first, BEFORE, f"{name} {what}, not known yet")
        self.judge(later, AFTER, f"{name} {what}, known")

    def test_each_that_stands_still_or_is_killed_is_waited_for_once_and_named(self):
        for name in SERVICES:
            service = self.services[name]
            with self.subTest(service=name):
                self.trouble(name, "stands still", service.stand_still, service.go_on)
                self.well_again()
        for name in SERVICES if FULL else []:
            with self.subTest(killed=name):
                self.trouble(name, "is killed", self.services[name].kill, self.services[name].start)
                self.well_again()

    @unittest.skipUnless(FULL, "part of `make attack`")
    def test_one_that_answers_late_adds_no_more_than_one_that_does_not(self):
        """Late, and soon enough to be an answer all the same: what a request asks one after the other adds up."""
        for name, delay in itertools.product(SERVICES, (0.1, 0.3, 0.45, 2.0)):
            with self.subTest(service=name, delay=delay):
                self.healthy.clear()
                self.ways[name].delay = delay
                try:
                    took = self.rounds(1)
                finally:
                    self.ways[name].delay = 0
                figure(
                    f"{name} answers {delay} s late: {max(took)[0]:.3f} s at most, of {len(took)}; {max(self.healthy):.3f} s at most "
                    "without services"
                )
                self.judge(took, BEFORE, f"{name} answers {delay} s late")
                self.well_again()

    @unittest.skipUnless(FULL, "part of `make attack`")
    def test_one_that_stands_still_again_and_again_is_left_alone(self):
        """Who finds it well for a moment, and it is not, has waited for it; that is for few, not for every other listener."""
        for name in SERVICES:
            with self.subTest(service=name):
                self.healthy.clear()
                over, took = threading.Event(), []
                bursts = threading.Thread(target=in_bursts, args=(self.services[name], over))
                bursts.start()
                try:
                    until = time.monotonic() + 15
                    while time.monotonic() < until:
                        took += self.rounds(1)
                finally:
                    over.set()
                    bursts.join()
                slowest = max(self.healthy)
                waited = [seconds for seconds, _ in took if seconds > slowest + AFTER]
                figure(
                    f"{name} stands still for 0.7 s of each: {len(waited)} of {len(took)} waited for it, {max(took)[0]:.3f} s at most; "
                    f"{slowest:.3f} s at most without services"
                )
                self.judge(took, BEFORE, f"{name} in bursts")
                self.assertLessEqual(len(waited), len(took) / 10, f"{name} in bursts: {sorted(waited)}")
                self.well_again()


def in_bursts(service, over):
    """0.7 s of each it stands still, until it is over."""
    while not over.is_set():
        service.stand_still()
        over.wait(0.7)
        service.go_on()
        over.wait(0.3)


if __name__ == "__main__":
    unittest.main()
