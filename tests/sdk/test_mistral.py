"""Mistral's own Python client against the stand-in that the provider's tests use.

Run with: tools/test.sh sdk-python
"""

import base64
import unittest

from mistralai.client import Mistral
from mistralai.client.errors import HTTPValidationError, SDKError
from support.stub import Stub

TEXT = "ten lettrs"
# 60 ms a character at 24 kHz, 32 bits.
BYTES = 10 * 1440 * 4
ASK = {"model": "voxtral-mini-tts-3-0", "input": TEXT, "voice_id": "gb_jane_neutral", "response_format": "pcm"}


def client(stub):
    return Mistral(api_key="a-key", server_url=stub.url, retry_config=None)


class MistralStub(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stub = cls.enterClassContext(Stub("mistral"))
        cls.client = client(cls.stub)

    def test_speaks_whole_and_in_events(self):
        whole = self.client.audio.speech.complete(**ASK)
        self.assertEqual(len(base64.b64decode(whole.audio_data)), BYTES)
        with self.client.audio.speech.complete(**ASK, stream=True) as events:
            events = list(events)
        deltas = [event.data.audio_data for event in events if event.event == "speech.audio.delta"]
        self.assertGreater(len(deltas), 1)
        self.assertEqual(sum(len(base64.b64decode(delta)) for delta in deltas), BYTES)
        self.assertEqual(events[-1].event, "speech.audio.done")
        self.assertEqual(events[-1].data.usage.prompt_tokens, 10)

    def test_lists_voices_page_by_page(self):
        first = self.client.audio.voices.search(page_size=2)
        self.assertEqual([voice.slug for voice in first.result.data], ["en_paul_neutral", "gb_jane_neutral"])
        self.assertEqual((first.result.data[1].languages, first.result.next_page_token), (["en_gb"], "2"))
        second = self.client.audio.voices.search(page_size=2, page_token=first.result.next_page_token)
        self.assertEqual([voice.type for voice in second.result.data], ["custom"])
        self.assertIsNone(second.result.next_page_token)

    def test_errors_are_its_clients_own(self):
        for fault, error, status in [
            ("throttled-seconds", SDKError, 429),
            ("quota", SDKError, 402),
            ("bad-key", SDKError, 401),
            ("bad-text", HTTPValidationError, 422),
        ]:
            with self.subTest(fault=fault), Stub("mistral", fault) as stub, self.assertRaises(error) as raised:
                client(stub).audio.speech.complete(**ASK)
            self.assertEqual(raised.exception.status_code, status)


if __name__ == "__main__":
    unittest.main()
