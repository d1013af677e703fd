"""Deepgram's own Python client against the stand-in that the provider's tests use.

Run with: tools/test.sh sdk-python
"""

import unittest

from deepgram import DeepgramClient
from deepgram.core.api_error import ApiError
from deepgram.environment import DeepgramClientEnvironment
from deepgram.speak.v1.types import SpeakV1Text
from support.stub import Stub
from websockets.exceptions import InvalidStatus

TEXT = "ten lettrs"
# 60 ms a character at 24 kHz, 16 bits.
BYTES = 10 * 1440 * 2
ASK = {"text": TEXT, "model": "aura-2-thalia-en", "encoding": "linear16", "container": "none", "sample_rate": 24000}


def client(stub):
    here = DeepgramClientEnvironment(base=stub.url, agent=stub.url, production=stub.url, agent_rest=stub.url)
    return DeepgramClient(api_key="a-key", environment=here)


def connect(stub):
    address = stub.url.replace("http", "ws", 1)
    here = DeepgramClientEnvironment(base=stub.url, agent=address, production=address, agent_rest=stub.url)
    speak = DeepgramClient(api_key="a-key", environment=here).speak.v1
    return speak.connect(model="aura-2-thalia-en", encoding="linear16", sample_rate=24000)


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

    def test_a_connection_says_one_text_after_the_other(self):
        with Stub("deepgram") as stub:
            with connect(stub) as socket:
                self.assertEqual(socket.recv().type, "Metadata")
                for number in range(2):
                    socket.send_text(SpeakV1Text(text=TEXT))
                    socket.send_flush()
                    self.assertEqual(len(self.until_flushed(socket, number)), BYTES)
                socket.send_text(SpeakV1Text(text=TEXT))
                socket.send_clear()
                self.assertEqual(socket.recv().type, "Cleared")
                socket.send_close()
            [request] = stub.requests()
            self.assertEqual(request["headers"]["authorization"], "Token a-key")
            self.assertIn("model=aura-2-thalia-en", request["query"])

    def until_flushed(self, socket, number):
        sound = b""
        while isinstance(message := socket.recv(), bytes):
            sound += message
        self.assertEqual((message.type, message.sequence_id), ("Flushed", number))
        return sound

    def test_too_many_flushes_are_warned_of(self):
        with Stub("deepgram") as stub, connect(stub) as socket:
            socket.recv()
            for _ in range(20):
                socket.send_flush()
                self.assertEqual(socket.recv().type, "Flushed")
            socket.send_flush()
            self.assertEqual(socket.recv().type, "Warning")

    def test_a_connection_is_refused_as_a_call_is(self):
        with Stub("deepgram", "bad-key") as stub, self.assertRaises(InvalidStatus) as raised, connect(stub):
            pass
        self.assertEqual(raised.exception.response.status_code, 401)


if __name__ == "__main__":
    unittest.main()
