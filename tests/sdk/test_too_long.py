"""A reply that is longer than one request may have it, heard to its end from outside: each request goes on where the one before
ended, by its header and by its links.

Run with: tools/test.sh sdk-python
"""

import json
import unittest
import urllib.request

from support.gateway import Gateway

REPLY = "".join(
    f"## Part {part}\n\nThis is sentence one of part {part}, naïve as it is. Here is the second, with a little `code` in it.\n\n- and an item\n\n"
    for part in range(1, 9)
)
MOST = 20


class TooLong(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Gateway(TTS_MAX_SECONDS=str(MOST)))

    def ask(self, accept, **more):
        body = json.dumps({"text": REPLY, "format": "pcm", **more}).encode()
        headers = {"Content-Type": "application/json", "Accept": accept}
        return urllib.request.urlopen(urllib.request.Request(f"{self.gateway.url}/tts", body, headers))

    def whole(self):
        """What is said of it without any bound, as the script has it."""
        said, at = [], 0
        while at is not None:
            body = json.dumps({"text": REPLY, "start_at": at}).encode()
            request = urllib.request.Request(f"{self.gateway.url}/tts/script", body, {"Content-Type": "application/json"})
            script = json.load(urllib.request.urlopen(request))
            said += [utterance["text"] for utterance in script["utterances"]]
            at = script.get("continues_at")
        return said

    def test_the_next_request_goes_on_from_where_the_last_ended(self):
        heard, at, requests = [], 0, 0
        while at is not None:
            with self.ask("application/json", start_at=at) as answer:
                links = json.load(answer)
            sound = urllib.request.urlopen(self.gateway.url + links["url"]).read()
            captions = json.load(urllib.request.urlopen(self.gateway.url + links["captions_url"]))
            seconds = len(sound) / 2 / 24_000
            self.assertLess(seconds, MOST * 1.1)
            self.assertAlmostEqual(seconds, captions["duration_seconds"], delta=0.05)
            heard += [utterance["text"] for utterance in captions["utterances"]]
            # The header of the sound itself says the same.
            with self.ask("audio/*", start_at=at) as answer:
                header = answer.headers.get("X-TTS-Continues-At")
                self.assertEqual(answer.read(), sound)
            following = links.get("continues_at")
            self.assertEqual(header, None if following is None else str(following))
            if following is not None:
                self.assertGreater(following, at)
                self.assertIn("it goes on with start_at", links["notes"][0]["note"])
            at, requests = following, requests + 1
        self.assertGreater(requests, 2)
        self.assertEqual(heard, self.whole())
        for part in range(1, 9):
            self.assertEqual(sum(f"one of part {part}," in text for text in heard), 1, "once, and none is left out")


if __name__ == "__main__":
    unittest.main()
