"""What stands beside the gateway and stands still: speech waits a second for it at most once, and for nothing after that.

Run with: tools/test.sh attack
"""

import logging
import statistics
import time
import unittest
import urllib.request

from attack.wire import ask, eventually, figure
from support.gateway import Gateway
from support.servers import Bucket, Postgres, Redis
from support.services import Stub

# Seconds that a service may add to one reply before it is known to be ill, and after. The machine may be busy, and what is
# held back by a service that nobody has given up takes fifteen at least.
BEFORE, AFTER, BUSY = 1.0, 0.2, 2.0


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
                **cls.services["storage"].settings,
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
