"""The gateway with its audio at Amazon's, Google's or Azure's, or at what others made to stand in for them: looked into with their
own clients, and asked with addresses that are signed, or not, or whose time is over.

Run with: tools/test.sh sdk-python
"""

import datetime
import itertools
import json
import re
import subprocess
import tempfile
import unittest
import unittest.mock
import urllib.error
import urllib.parse
import urllib.request

from attack.wire import eventually
from azure.storage.blob import generate_blob_sas
from support.buckets import AmazonBucket, AzureBucket, GoogleBucket, fetch
from support.gateway import BINARY, Gateway

IMMUTABLE = "public, max-age=31536000, immutable"
# What was stored is stored a moment after it was heard.
SOON = 10


def query(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


class Services:
    """What holds for all of them."""

    @classmethod
    def setUpClass(cls):
        cls.bucket = cls.enterClassContext(cls.Bucket())

    def gateway(self, folder, **settings):
        return Gateway(
            TTS_STORAGE_URL=f"{self.bucket.scheme}://audio/{folder}",
            # Nothing is answered from memory.
            TTS_CACHE_MEMORY_BYTES="0",
            TTS_SIGNING_KEY="0123456789abcdef0123456789abcdef",
            # No balancer has to hear of its end.
            TTS_STOP_DELAY_SECONDS="0",
            **{**self.bucket.settings, **settings},
        )

    def spoken(self, gateway, text, **asked):
        """The link to a reply's sound, and the sound as it was sent when it was made."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        request = urllib.request.Request(f"{gateway.url}/tts", json.dumps({"text": text, **asked}).encode(), headers)
        with urllib.request.urlopen(request) as answer:
            link = json.load(answer)["url"]
        with urllib.request.urlopen(gateway.url + link) as answer:
            return link, answer.read()

    def renditions(self, folder):
        """What was made for listeners, by the last of its names."""
        found = self.bucket.objects(f"{folder}/renditions")
        return {name.rsplit("/", 1)[1]: kept for name, kept in found.items()}

    def stored(self, folder, sound):
        """Waits until this lies there with all that belongs to it."""
        whole = lambda: (found := self.renditions(folder)) and any(name.endswith(".notes") for name in found) and any(kept[2] == sound for kept in found.values())
        self.assertTrue(eventually(whole, SOON), f"{folder} has it")

    def redirected(self, folder):
        """A gateway, and the address in the bucket that it sends listeners to, with the sound that is to be heard there."""
        gateway = self.enterContext(self.gateway(folder))
        link, made = self.spoken(gateway, f"This is about {folder}.")
        self.stored(folder, made)
        status, headers, _ = fetch(gateway.url + link)
        self.assertEqual(status, 307)
        self.assertTrue(headers["location"].startswith(f"{self.bucket.url}/audio/{folder}/renditions/"), headers["location"])
        return headers["location"], made

    def test_sound_is_kept_there_and_another_gateway_has_it(self):
        through = {"TTS_STORAGE_REDIRECTS": "false"}
        with self.gateway("kept", **through) as gateway:
            link, made = self.spoken(gateway, "The deployment finished at half past nine.")
            self.stored("kept", made)
        kept = self.renditions("kept")
        [sound] = [name for name in kept if name.endswith(".mp3")]
        self.assertEqual(kept[sound], ("audio/mpeg", IMMUTABLE, made))
        # It has a data folder of its own, and finds what lies there when it starts.
        with self.gateway("kept", **through) as another:
            self.assertTrue(eventually(lambda: fetch(another.url + link)[0] == 200, SOON))
            status, headers, heard = fetch(another.url + link)
            self.assertEqual((status, headers["content-type"], headers["x-tts-cache"], heard), (200, "audio/mpeg", "hit", made))
            status, headers, part = fetch(another.url + link, Range="bytes=100-199")
            self.assertEqual((status, headers["x-tts-cache"], part), (206, "hit", made[100:200]))
            # It was not made anew.
            self.assertEqual(self.renditions("kept"), kept)

    def test_an_address_opens_as_it_is_signed_and_not_otherwise(self):
        location, made = self.redirected("signed")
        status, headers, sound = fetch(location)
        self.assertEqual((status, headers["content-type"], headers["cache-control"]), (200, "audio/mpeg", IMMUTABLE))
        self.assertEqual(sound, made)
        status, _, part = fetch(location, Range="bytes=100-199")
        self.assertEqual((status, part), (206, made[100:200]))
        others = {
            "without a signature": location.split("?")[0],
            "that lasts longer": self.longer(location),
            "of another object": location.replace("/renditions/", "/clips/"),
            "of another signer": re.sub(r"(?i)(sig(?:nature)?=)..", r"\g<1>AA", location),
        }
        for what, address in others.items():
            with self.subTest(what):
                self.assertNotEqual(address, location)
                self.assertIn(fetch(address)[0], (401, 403))
        # Who may read may not write.
        self.assertIn(self.written(location), (401, 403))

    def written(self, location):
        """What is answered to somebody who writes there."""
        headers = {"x-ms-blob-type": "BlockBlob", "Content-Type": "audio/mpeg"}
        try:
            with urllib.request.urlopen(urllib.request.Request(location, b"other sound", headers, method="PUT")) as answer:
                return answer.status
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code

    def test_while_nobody_is_there_speech_goes_on_and_is_kept_when_they_are_back(self):
        bucket = self.enterContext(self.Bucket())
        with self.gateway("outage", TTS_STORAGE_REDIRECTS="false", **bucket.settings) as gateway:
            ill = lambda: b"storage is ill" in fetch(f"{gateway.url}/readyz")[2]
            self.spoken(gateway, "This is said before.")
            self.assertFalse(ill())
            bucket.kill()
            link, made = self.spoken(gateway, "This is said while nobody is there.")
            self.assertTrue(made)
            self.assertTrue(eventually(ill, SOON))
            # What could not be kept is heard as long as its link lives.
            self.assertEqual(fetch(gateway.url + link)[2], made)
            bucket.start()
            self.assertTrue(eventually(lambda: not ill(), SOON))

            def keeps():
                # What a gateway makes while it still takes the bucket to be ill is not kept; another may know sooner.
                link, made = self.spoken(gateway, f"This is said for the {next(times)}th time when they are back.")
                kept = eventually(lambda: any(kept[2] == made for kept in bucket.objects("outage").values()), 1)
                return kept and fetch(gateway.url + link)[1]["x-tts-cache"] == "hit"

            times = itertools.count(4)
            self.assertTrue(eventually(keeps, SOON))

    def test_what_is_too_much_is_taken_away(self):
        cap = 300_000
        with self.gateway("capped", TTS_CACHE_MAX_BYTES=str(cap)) as gateway:
            all_of_it = sum(len(self.spoken(gateway, f"This is reply number {number} of many.", format="wav")[1]) for number in range(6))
            self.assertGreater(all_of_it, 1.5 * cap)
            self.assertTrue(eventually(lambda: cap / 4 < self.bucket.size("capped") <= cap, SOON), self.bucket.size("capped"))

    def doctor(self, **settings):
        """What it says of the bucket."""
        with tempfile.TemporaryDirectory(prefix="saywell-test-") as folder:
            _, environment = self.gateway("doctor", **settings).command(folder)
            said = subprocess.run([BINARY, "doctor"], cwd=folder, env=environment, capture_output=True, text=True, check=False).stdout
        return [line for line in said.splitlines() if re.search("storage|bucket", line)]

    def test_the_doctor_finds_it_well_and_leaves_nothing_there(self):
        self.bucket.let_pages_in()
        said = "\n".join(self.doctor())
        for line in ("sound can be written, read and removed", "pages may fetch from it"):
            self.assertIn(line, said)
        self.assertEqual(self.bucket.size("doctor"), 0)

    def test_another_key_opens_nothing(self):
        said = "\n".join(self.doctor(**self.bucket.foreign))
        self.assertRegex(said, "40[13]")
        self.assertNotIn("can be written", said)


class Guarded(Services):
    """What holds where the clock that judges can be put forward."""

    def longer(self, location):
        return location.replace("-Expires=600", "-Expires=6000")

    def test_an_address_opens_for_ten_minutes(self):
        location, made = self.redirected("minutes")
        self.assertIn("-Expires=600&", location)
        self.addCleanup(setattr, self.bucket, "ahead", self.bucket.ahead)
        self.bucket.ahead = datetime.timedelta(seconds=570)
        self.assertEqual(fetch(location)[::2], (200, made))
        self.bucket.ahead = datetime.timedelta(seconds=600)
        self.assertEqual(fetch(location)[0], self.over)


class AtAmazons(Guarded, unittest.TestCase):
    Bucket, over = AmazonBucket, 403


class AtGoogles(Guarded, unittest.TestCase):
    Bucket, over = GoogleBucket, 400

    def test_a_key_may_lie_in_a_file(self):
        key = self.enterContext(tempfile.NamedTemporaryFile("w", suffix=".json"))
        key.write(self.bucket.settings["GOOGLE_SERVICE_ACCOUNT_KEY"])
        key.flush()
        for name in ("GOOGLE_SERVICE_ACCOUNT", "GOOGLE_SERVICE_ACCOUNT_KEY_FILE", "GOOGLE_APPLICATION_CREDENTIALS"):
            with self.subTest(name):
                settings = {**self.bucket.settings, name: key.name}
                del settings["GOOGLE_SERVICE_ACCOUNT_KEY"]
                with unittest.mock.patch.object(self.bucket, "settings", settings):
                    self.assertIn("sound can be written, read and removed", "\n".join(self.doctor()))


class AtAzures(Services, unittest.TestCase):
    Bucket = AzureBucket

    def longer(self, location):
        year = int(query(location)["se"][:4])
        return location.replace(f"se={year}", f"se={year + 1}")

    def test_an_address_opens_for_ten_minutes(self):
        location, made = self.redirected("minutes")
        asked = query(location)
        begins, ends = (datetime.datetime.fromisoformat(asked[name]) for name in ("st", "se"))
        self.assertEqual(ends - begins, datetime.timedelta(minutes=10))
        blob = urllib.parse.unquote(urllib.parse.urlsplit(location).path).split("/audio/")[1]
        # The same address with other times, by Microsoft's own client.
        moved = lambda by: location.split("?")[0] + "?" + generate_blob_sas(
            self.bucket.account, "audio", blob, account_key=self.bucket.key, permission="r", start=begins + by, expiry=ends + by
        )
        now = datetime.datetime.now(datetime.timezone.utc)
        self.assertEqual(fetch(moved(now - ends + datetime.timedelta(seconds=30)))[::2], (200, made))
        self.assertEqual(fetch(moved(now - ends - datetime.timedelta(seconds=2)))[0], 403)

    def test_the_emulator_may_be_named_as_such(self):
        settings = {
            "AZURE_STORAGE_USE_EMULATOR": "true",
            "AZURITE_BLOB_STORAGE_URL": f"http://127.0.0.1:{self.bucket.port}",
            "AZURE_STORAGE_ACCOUNT_NAME": self.bucket.account,
            "AZURE_STORAGE_ACCOUNT_KEY": self.bucket.key,
        }
        with unittest.mock.patch.object(self.bucket, "settings", settings):
            self.assertIn("sound can be written, read and removed", "\n".join(self.doctor()))


if __name__ == "__main__":
    unittest.main()
