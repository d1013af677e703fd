"""The gateway with its audio in a bucket: moto's, which others made to stand in for Amazon's, looked into with Amazon's
own client.

Run with: tools/test.sh sdk-python
"""

import concurrent.futures
import json
import os
import tempfile
import unittest
import urllib.request

import boto3
from support.buckets import fetch
from support.gateway import Gateway
from support.servers import Bucket

ACCESS = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "secret", "region_name": "eu-west-1"}
REPLY = "The deployment finished at half past nine."


class SoundInABucket(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        server = cls.enterClassContext(Bucket())
        cls.url, cls.settings = server.settings["AWS_ENDPOINT_URL_S3"], server.settings
        cls.bucket = boto3.resource("s3", endpoint_url=cls.url, **ACCESS).Bucket("audio")
        cls.addClassCleanup(cls.bucket.meta.client.close)

    def gateway(self, folder, **settings):
        return Gateway(
            TTS_STORAGE_URL=f"s3://audio/{folder}",
            # Nothing is answered from memory.
            TTS_CACHE_MEMORY_BYTES="0",
            **self.settings,
            **settings,
        )

    def spoken(self, gateway):
        """The link to the reply's sound, and the sound as it was sent when it was made."""
        body = json.dumps({"text": REPLY}).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(f"{gateway.url}/tts", body, headers)) as answer:
            links = json.load(answer)
        with urllib.request.urlopen(gateway.url + links["url"]) as answer:
            return gateway.url + links["url"], answer.read()

    def test_sound_is_kept_in_the_bucket_and_fetched_from_it(self):
        with self.gateway("redirected") as gateway:
            link, made = self.spoken(gateway)
            self.assertTrue(list(self.bucket.objects.filter(Prefix="redirected/")))
            status, headers, _ = fetch(link)
            self.assertEqual(status, 307)
            self.assertTrue(headers["location"].startswith(f"{self.url}/audio/redirected/"), headers["location"])
            status, headers, sound = fetch(headers["location"])
            self.assertEqual((status, headers["content-type"]), (200, "audio/mpeg"))
            self.assertEqual(sound, made)

    def test_or_sent_through_the_gateway(self):
        with self.gateway("through", TTS_STORAGE_REDIRECTS="false") as gateway:
            link, made = self.spoken(gateway)
            self.assertTrue(list(self.bucket.objects.filter(Prefix="through/")))
            status, headers, sound = fetch(link)
            self.assertEqual((status, headers["content-type"]), (200, "audio/mpeg"))
            self.assertEqual(sound, made)
            part = urllib.request.Request(link, headers={"Range": "bytes=100-199"})
            with urllib.request.urlopen(part) as answer:
                self.assertEqual((answer.status, answer.read()), (206, made[100:200]))

    def test_what_lies_in_it_stays_within_the_cap_through_bursts_cancels_and_kills(self):
        cap = 600_000
        in_bucket = lambda: sum(thing.size for thing in self.bucket.objects.filter(Prefix="capped/"))

        def ask(gateway, number):
            body = json.dumps({"text": f"This is reply number {number} of many. It has a second sentence.", "format": "wav"})
            request = urllib.request.Request(f"{gateway.url}/tts", body.encode(), {"Content-Type": "application/json"})
            try:
                with urllib.request.urlopen(request) as answer:
                    # Every other listener leaves before the end.
                    answer.read(1000 if number % 2 else None)
            except OSError:
                # The gateway was killed.
                pass

        most = 0
        folder = tempfile.TemporaryDirectory(prefix="saywell-test-")
        self.addCleanup(folder.cleanup)
        for life in range(3):
            with self.gateway("capped", TTS_CACHE_MAX_BYTES=str(cap), TTS_DATA_DIR=folder.name) as gateway:
                with concurrent.futures.ThreadPoolExecutor(6) as callers:
                    asked = [callers.submit(ask, gateway, 20 * life + number) for number in range(20)]
                    while not all(one.done() for one in asked):
                        most = max(most, in_bucket())
                gateway.process.kill()
        most = max(most, in_bucket())
        self.assertGreater(most, cap / 2)
        # Each kill may have left what was just being written, at each gateway: one reply and two sentences.
        gateways = int(os.environ.get("SAYWELL_GATEWAYS", "1"))
        self.assertLess(most, cap * 1.05 + 3 * gateways * 500_000)


if __name__ == "__main__":
    unittest.main()
