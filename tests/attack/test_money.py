"""What one request can cost: dictionaries that swell a text, models without a price, and keys that sign with nothing.

Run with: tools/test.sh attack
"""

import json
import os
import subprocess
import tempfile
import unittest

from attack.wire import FULL, ask, error_of, figure
from support.gateway import BINARY, Gateway
from support.stub import Stub

TRIAL_CHARS, TRIAL_SECONDS = 4000, 120


@unittest.skipUnless(FULL, "part of `make attack`")
class Swollen(unittest.TestCase):
    def sent(self, stub):
        """The texts that reached the provider."""
        calls = [request for request in stub.requests() if request["path"].endswith("/audio/speech")]
        return [json.loads(call["body"])["input"] for call in calls]

    def test_a_dictionary_buys_no_more_than_the_limit(self):
        with Stub("openai") as stub:
            settings = {"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": f"{stub.url}/v1"}
            with Gateway(TTS_AUTH="trial", TTS_PROVIDER="openai", **settings) as gateway:
                words = ["ab", "cd", "ef", "gh", "ij", "kl", "mn", "op", "qr", "st"]
                text = (" ".join(words) + ". ") * 50
                entries = [{"word": word, "say": ("so " * 66).strip()} for word in words]
                status, _, said = ask(gateway.url, "POST", "/tts", {"text": text[:1500], "pronunciations": entries})
                if status != 200:
                    self.assertIn(error_of(said), ("text_too_long", "trial_exhausted", "quota_exceeded", "invalid_request"))
                sent = self.sent(stub)
                figure(
                    f"1500 characters and ten entries of 197: {sum(map(len, sent))} characters sent in {len(sent)} calls, "
                    f"the longest {max(map(len, sent), default=0)}"
                )
                self.assertLessEqual(sum(map(len, sent)), 10_000)
                self.assertLessEqual(max(map(len, sent), default=0), 4096)

    def test_the_voice_inside_stops_at_its_bound(self):
        with Gateway(TTS_AUTH="trial") as gateway:
            entries = [{"pattern": ".", "say": ("so " * 66).strip()}]
            body = {"text": "abcdefghi. " * 130, "pronunciations": entries, "format": "pcm"}
            status, _, said = ask(gateway.url, "POST", "/tts", body, timeout=300)
            seconds = len(said) / 48_000 if status == 200 else 0
            figure(f"the pattern `.`: answered {status} with {seconds:.0f} s of sound")
            self.assertLessEqual(seconds, TRIAL_SECONDS + 1)

    def test_a_model_without_a_price_is_not_free(self):
        with Stub("openai") as stub:
            settings = {"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": f"{stub.url}/v1"}
            with Gateway(TTS_AUTH="trial", TTS_PROVIDER="openai", **settings) as gateway:
                for model in ["tts-1-1106", "made-up"]:
                    body = {"text": f"Is {model} free of charge?", "model": model, "provider": "openai"}
                    status, _, said = ask(gateway.url, "POST", "/tts", body)
                    if status == 200:
                        metrics = ask(gateway.url, "GET", "/tts/config")[2]
                        figure(f"{model}: answered 200; {metrics[-200:]!r}")
                    self.assertNotEqual(status, 200, f"{model} goes through")
                    error_of(said)


class SigningKey(unittest.TestCase):
    @unittest.skipUnless(FULL, "part of `make attack`")
    def test_a_key_that_is_none_signs_nothing(self):
        for key in ["", "short", " " * 40, "\n"]:
            with self.subTest(repr(key)), tempfile.TemporaryDirectory(prefix="saywell-test-") as home:
                os.mkdir(os.path.join(home, "data"))
                path = os.path.join(home, "data", "signing.key")
                with open(path, "w") as file:
                    file.write(key)
                environment = {"PATH": os.environ["PATH"], "HOME": home, "TTS_LISTEN": "127.0.0.1:0", "TTS_DATA_DIR": os.path.join(home, "data")}
                process = subprocess.Popen([BINARY, "serve"], cwd=home, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                try:
                    code = process.wait(20)
                except subprocess.TimeoutExpired:
                    code = None
                finally:
                    process.kill()
                    said = process.communicate()[1]
                self.assertIn(code, (1, 2), f"it started with such a key: {said}")
                self.assertIn("signing.key", said)
                with open(path) as file:
                    self.assertEqual(file.read(), key, "it is not replaced")

    def test_a_key_that_is_made_is_for_its_owner_alone(self):
        with Gateway() as gateway:
            path = os.path.join(gateway.folder.name, "data", "signing.key")
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
            with open(path) as file:
                self.assertGreaterEqual(len(file.read().strip()), 64)


if __name__ == "__main__":
    unittest.main()
