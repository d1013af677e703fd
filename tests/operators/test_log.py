"""The log as collectors get it, against what docs/OPERATIONS.md says of it.

Run with: tools/test.sh operators
"""

import json
import unittest
import urllib.request

from support.gateway import Gateway


class Log(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # The first provider of the chain is nowhere, so that there is a failure and a failover to tell of.
        nowhere = {"TTS_PROVIDER": "openai", "OPENAI_API_KEY": "none", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
        with Gateway(TTS_LOG_JSON="true", TTS_FALLBACK="local", **nowhere) as gateway:
            body = json.dumps({"text": "Hello there."}).encode()
            request = urllib.request.Request(f"{gateway.url}/tts", body, {"content-type": "application/json"})
            with urllib.request.urlopen(request) as answer:
                answer.read()
        cls.lines = gateway.lines

    def of(self, message):
        """What is said with these first words."""
        told = [json.loads(line) for line in self.lines if line.startswith("{")]
        found = [line for line in told if line["fields"]["message"].startswith(message)]
        self.assertTrue(found, f"nothing says {message}")
        return found

    def test_one_line_is_no_json(self):
        plain = [line for line in self.lines if not line.startswith("{")]
        self.assertEqual(len(plain), 1, plain)
        self.assertRegex(plain[0], "^Saywell speaks at http")

    def test_a_request_says_who_calls(self):
        for line in self.of("asked"):
            self.assertEqual(line["span"], line["spans"][0])
            self.assertLessEqual({"id", "method", "path", "caller"}, line["span"].keys())

    def test_what_is_told_of_the_making_names_the_flight_and_has_the_caller_first(self):
        for message in ("spoken", "failover", "a call to a provider failed"):
            for line in self.of(message):
                self.assertEqual((line["span"]["name"], line["span"].keys()), ("flight", {"key", "name"}))
                self.assertEqual(line["spans"][1], line["span"])
                self.assertLessEqual({"id", "method", "path", "caller"}, line["spans"][0].keys())


if __name__ == "__main__":
    unittest.main()
