"""The own Python clients of services that speak as OpenAI does, against the stand-ins that the tests of the presets use.

Run with: tools/test.sh sdk-python
"""

import unittest

import groq
from openrouter import OpenRouter
from support.stub import Stub

TEXT = "ten lettrs"
# 60 ms a character at 24 kHz, 16 bits.
BYTES = 10 * 1440 * 2


class Groq(unittest.TestCase):
    ASK = {"model": "canopylabs/orpheus-v1-english", "voice": "hannah", "input": TEXT}

    def test_speaks_wav_alone_and_two_hundred_characters(self):
        with Stub("groq") as stub:
            speech = groq.Groq(api_key="a-key", base_url=stub.url, max_retries=0).audio.speech
            self.assertEqual(len(speech.create(**self.ASK, response_format="wav").read()), BYTES + 44)
            for wrong in [{"response_format": "mp3"}, {"response_format": "wav", "input": "long " * 41}]:
                with self.assertRaises(groq.BadRequestError):
                    speech.create(**{**self.ASK, **wrong})

    def test_errors_are_its_clients_own(self):
        for fault, error in [("throttled-seconds", groq.RateLimitError), ("bad-key", groq.AuthenticationError)]:
            with self.subTest(fault=fault), Stub("groq", fault) as stub, self.assertRaises(error):
                client = groq.Groq(api_key="a-key", base_url=stub.url, max_retries=0)
                client.audio.speech.create(**self.ASK, response_format="wav")


class OpenRouterStub(unittest.TestCase):
    def test_speaks(self):
        with Stub("openrouter") as stub:
            client = OpenRouter(api_key="a-key", server_url=f"{stub.url}/api/v1")
            spoken = client.tts.create_speech(
                input=TEXT, model="mistralai/voxtral-mini-tts-3-0", voice="gb_jane_neutral", response_format="pcm"
            )
            self.assertEqual(len(spoken.read()), BYTES)
            self.assertEqual(stub.requests()[0]["headers"]["authorization"], "Bearer a-key")


if __name__ == "__main__":
    unittest.main()
