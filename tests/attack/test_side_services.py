"""What stands beside the gateway and stands still: speech waits a second for it at most once, and for nothing after that.

Run with: tools/test.sh attack
"""

import contextlib
import logging
import signal
import statistics
import subprocess
import sys
import time
import unittest
import urllib.request

import boto3
from attack.wire import ask, eventually, figure
from support.gateway import Gateway
from support.servers import Postgres, Redis, free_port, wait_for
from support.services import Stub

ACCESS = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "secret", "region_name": "eu-west-1"}
# Seconds that a service may add to one reply before it is known to be ill, and after. The machine may be busy, and what is
# held back by a service that nobody has given up takes fifteen at least.
BEFORE, AFTER, BUSY = 1.0, 0.2, 2.0


class Bucket:
    """moto's server as a process of its own, which can be made to stand still."""

    def __enter__(self):
        port = free_port()
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(port, self.process)
        self.url = f"http://127.0.0.1:{port}"
        client = boto3.client("s3", endpoint_url=self.url, **ACCESS)
        with contextlib.closing(client):
            client.create_bucket(Bucket="audio", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        return self

    def stand_still(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(timeout=30)


class SideServices(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        logging.getLogger("botocore").setLevel(logging.ERROR)
        stub = cls.enterClassContext(Stub("openai"))
        cls.services = {
            "storage": cls.enterClassContext(Bucket()),
            "redis": cls.enterClassContext(Redis()),
            "database": cls.enterClassContext(Postgres()),
        }
        cls.gateway = cls.enterClassContext(
            Gateway(
                TTS_PROVIDER="openai",
                OPENAI_BASE_URL=f"{stub.url}/v1",
                OPENAI_API_KEY="k",
                DATABASE_URL=cls.services["database"].url,
                REDIS_URL=cls.services["redis"].url,
                TTS_STORAGE_URL="s3://audio/kept",
                # What is known comes from the bucket.
                TTS_CACHE_MEMORY_BYTES="0",
                TTS_STORAGE_REDIRECTS="false",
                AWS_ENDPOINT_URL_S3=cls.services["storage"].url,
                AWS_ALLOW_HTTP="true",
                AWS_ACCESS_KEY_ID="AKIAEXAMPLE",
                AWS_SECRET_ACCESS_KEY="secret",
                AWS_DEFAULT_REGION="eu-west-1",
            )
        )

    def speak(self, text):
        """Seconds until all of it is heard."""
        begun = time.monotonic()
        status, _, sound = ask(self.gateway.url, "POST", "/tts", {"text": text})
        self.assertEqual(status, 200, f"{text}: {sound[:200]}")
        self.assertTrue(sound, text)
        return time.monotonic() - begun

    def ill(self):
        with urllib.request.urlopen(f"{self.gateway.url}/readyz") as answer:
            return [line.split()[0] for line in answer.read().decode().splitlines() if line.endswith(" is ill")]

    def test_each_that_stands_still_is_waited_for_once_and_named(self):
        for name, service in self.services.items():
            with self.subTest(service=name):
                well = statistics.median(self.speak(f"All is well with the {name}, part {part}.") for part in range(5))
                service.stand_still()
                try:
                    first = self.speak(f"The {name} stands still.")
                    # One that is asked for the first time since may be the first to notice; nobody is after it is known.
                    known = self.speak(f"All is well with the {name}, part 0.")
                    self.assertTrue(eventually(lambda name=name: name in self.ill()), self.ill())
                    later = [self.speak(f"Number {number} without the {name}.") for number in range(5)]
                    later += [self.speak(f"All is well with the {name}, part {part}.") for part in range(1, 5)]
                finally:
                    service.go_on()
                median = statistics.median(later)
                figure(f"{name}: {well:.3f} s when well; frozen {first:.3f} s new, {known:.3f} s known, {median:.3f} s later")
                self.assertLess(first, well + BEFORE + BUSY)
                self.assertLess(known, well + BEFORE + BUSY)
                self.assertLess(median, well + AFTER)
                self.assertTrue(eventually(lambda: not self.ill()), self.ill())


if __name__ == "__main__":
    unittest.main()
