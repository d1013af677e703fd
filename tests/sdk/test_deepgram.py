"""Deepgram's own Python client against the stand-in that the provider's tests use.

Run with: tools/test.sh sdk-python
"""

import unittest

from deepgram import DeepgramClient
from deepgram.core.api_error import ApiError
from deepgram.environment import DeepgramClientEnvironment
from support.stub import Stub

TEXT = "ten lettrs"
# 60 ms a character at 24 kHz, 16 bits.
BYTES = 10 * 1440 * 2
ASK = {"text": TEXT, "model": "aura-2-thalia-en", "encoding": "linear16", "container": "none", "sample_rate": 24000}


def client(stub):
    here = DeepgramClientEnvironment(base=stub.url, agent=stub.url, production=stub.url, agent_rest=stub.url)
    return DeepgramClient(api_key="a-key", environment=here)


class DeepgramStub(unittest.TestCase):
    def test_speaks(self):
        with Stub("deepgram") as stub:
            speak = client(stub).speak.v1.audio.generate
            self.assertEqual(len(b"".join(speak(**ASK))), BYTES)
            self.assertTrue(b"".join(speak(text=TEXT, model="aura-2-thalia-en")).startswith(b"RIFF"))
            self.assertEqual(stub.requests()[0]["headers"]["authorization"], "Token a-key")

    def test_errors_are_its_clients_own(self):
        options = {"max_retries": 0}
        for fault, status, code in [
            ("throttled-seconds", 429, "TOO_MANY_REQUESTS"),
            ("quota", 402, "ASR_PAYMENT_REQUIRED"),
            ("bad-key", 401, "INVALID_AUTH"),
            ("bad-text", 400, "PAYLOAD_ERROR"),
        ]:
            with self.subTest(fault=fault), Stub("deepgram", fault) as stub, self.assertRaises(ApiError) as raised:
                b"".join(client(stub).speak.v1.audio.generate(**ASK, request_options=options))
            self.assertEqual((raised.exception.status_code, raised.exception.body["err_code"]), (status, code))


if __name__ == "__main__":
    unittest.main()
