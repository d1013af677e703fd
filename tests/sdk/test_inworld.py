"""Inworld's own Python client against the stand-in that the provider's tests use.

Run with: tools/test.sh sdk-python
"""

import asyncio
import unittest

import inworld_tts
from inworld_tts import ApiError
from support.stub import Stub

TEXT = "ten lettrs"
# 60 ms a character at 24 kHz, 16 bits.
BYTES = 10 * 1440 * 2
ASK = {"voice": "Ashley", "encoding": "PCM", "sample_rate": 24000}


def client(stub):
    return inworld_tts.InworldTTS(api_key="a-key", base_url=stub.url)


class InworldStub(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stub = cls.enterClassContext(Stub("inworld"))
        cls.client = client(cls.stub)

    def test_speaks_whole_and_in_lines(self):
        self.assertEqual(len(self.client.generate(TEXT, **ASK)), BYTES)

        async def stream():
            return [piece async for piece in self.client.stream(TEXT, **ASK)]

        pieces = asyncio.run(stream())
        self.assertGreater(len(pieces), 1)
        self.assertEqual(len(b"".join(pieces)), BYTES)
        self.assertEqual(self.stub.requests()[-1]["headers"]["authorization"], "Basic a-key")

    def test_tells_when_words_are_spoken(self):
        spoken = self.client.generate_with_timestamps(TEXT, timestamp_type="WORD", **ASK)
        times = spoken["timestamps"]["wordAlignment"]
        self.assertEqual(times["words"], ["ten", "lettrs"])
        self.assertAlmostEqual(times["wordStartTimeSeconds"][1], 0.24)

    def test_lists_its_voices(self):
        self.assertEqual([voice["voiceId"] for voice in self.client.list_voices()], ["Ashley", "Johanna"])

    def test_errors_are_its_clients_own(self):
        for fault, status in [("throttled-seconds", 429), ("quota", 402), ("bad-key", 401), ("bad-text", 400)]:
            with self.subTest(fault=fault), Stub("inworld", fault) as stub, self.assertRaises(ApiError) as raised:
                client(stub).generate(TEXT, **ASK)
            self.assertEqual(raised.exception.code, status)


if __name__ == "__main__":
    unittest.main()
