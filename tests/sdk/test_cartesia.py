"""Cartesia's own Python client against the stand-in that the provider's tests use.

Run with: tools/test.sh sdk-python
"""

import base64
import unittest

import cartesia
from support.stub import Stub
from websockets.exceptions import InvalidStatus

TEXT = "ten lettrs"
# 60 ms a character at 24 kHz, 16 bits.
BYTES = 10 * 1440 * 2
ASK = {
    "model_id": "sonic-3.5",
    "transcript": TEXT,
    "voice": {"id": "f786b574-daa5-4673-aa0c-cbe3e8534c02"},
    "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24000},
}


def client(stub):
    return cartesia.Cartesia(api_key="a-key", base_url=stub.url, max_retries=0)


CONTEXT = {key: value for key, value in ASK.items() if key != "transcript"} | {"add_timestamps": True}


def connect(stub):
    address = stub.url.replace("http", "ws", 1)
    return cartesia.Cartesia(api_key="a-key", websocket_base_url=address).tts.websocket_connect()


def until_flushed(events):
    for event in events:
        yield event
        if event.type == "flush_done":
            return


class CartesiaStub(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stub = cls.enterClassContext(Stub("cartesia"))
        cls.client = client(cls.stub)

    def test_speaks_and_tells_when_words_are_spoken(self):
        events = list(self.client.tts.generate_sse(**ASK, language="en", add_timestamps=True))
        chunks = [event for event in events if event.type == "chunk"]
        self.assertEqual(sum(len(base64.b64decode(chunk.data)) for chunk in chunks), BYTES)
        [times] = [event.word_timestamps for event in events if event.type == "timestamps"]
        self.assertEqual(times.words, ["ten", "lettrs"])
        self.assertAlmostEqual(times.start[1], 0.24)
        self.assertEqual(events[-1].type, "done")
        sent = self.stub.requests()[-1]["headers"]
        self.assertEqual((sent["authorization"], sent["cartesia-version"]), ("Bearer a-key", "2026-08-14"))

    def test_speaks_faster(self):
        faster = self.client.tts.generate_sse(**ASK, generation_config={"speed": 1.5})
        sound = b"".join(base64.b64decode(event.data) for event in faster if event.type == "chunk")
        self.assertLess(len(sound), BYTES)

    def test_lists_voices_page_by_page(self):
        voices = list(self.client.voices.list(limit=2))
        self.assertEqual([voice.name for voice in voices], ["Katie", "Kiefer", "Lena"])
        self.assertEqual((voices[2].gender, voices[2].locales[0].locale), ("feminine", "de-DE"))

    def test_errors_are_its_clients_own(self):
        for fault, error in [
            ("throttled-seconds", cartesia.RateLimitError),
            ("bad-key", cartesia.AuthenticationError),
            ("bad-text", cartesia.BadRequestError),
        ]:
            with self.subTest(fault=fault), Stub("cartesia", fault) as stub, self.assertRaises(error):
                list(client(stub).tts.generate_sse(**ASK))

    def test_a_failure_in_the_middle_is_an_event(self):
        with Stub("cartesia", "fails-midway") as stub:
            events = list(client(stub).tts.generate_sse(**ASK))
        self.assertEqual((events[-1].type, events[-1].error_code), ("error", "internal"))

    def test_a_context_tells_where_each_text_ends(self):
        for name, first, second_word_at in [("cartesia", 1, 0.66 + 0.24), ("cartesia_by_flush", 0, 0.24)]:
            with self.subTest(stub=name), Stub(name) as stub, connect(stub) as connection:
                context = connection.context(**CONTEXT)
                events = context.receive()
                for number in (first, first + 1):
                    # Texts are put together as they are.
                    context.push(TEXT + " ")
                    context.push("", flush=True)
                    said = list(until_flushed(events))
                    chunks = [event for event in said if event.type == "chunk"]
                    # To the sample, of which there are no halves.
                    self.assertAlmostEqual(sum(len(event.audio) for event in chunks), BYTES + 2880, delta=2)
                    self.assertEqual({event.flush_id for event in chunks}, {number})
                    [times] = [event.word_timestamps for event in said if event.type == "timestamps"]
                    self.assertEqual(times.words, ["ten", "lettrs"])
                    self.assertEqual((said[-1].flush_id, said[-1].done), (number, False))
                self.assertAlmostEqual(times.start[1], second_word_at, places=3)
                context.no_more_inputs()
                self.assertEqual([event.type for event in events], ["done"])

    def test_contexts_share_a_connection(self):
        with Stub("cartesia") as stub, connect(stub) as connection:
            one, other = connection.context(**CONTEXT), connection.context(**CONTEXT)
            for context in (one, other):
                context.push(TEXT)
                context.no_more_inputs()
            for context in (other, one):
                sound = b"".join(event.audio for event in context.receive() if event.type == "chunk")
                self.assertEqual(len(sound), BYTES)
            self.assertEqual(len(stub.requests()), 1)
            sent = stub.requests()[0]["headers"]
            self.assertEqual((sent["authorization"], sent["cartesia-version"]), ("Bearer a-key", "2026-08-14"))

    def test_a_failure_of_a_context_is_an_event(self):
        with Stub("cartesia", "fails-midway") as stub, connect(stub) as connection:
            context = connection.context(**CONTEXT)
            context.push(TEXT)
            context.no_more_inputs()
            last = list(context.receive())[-1]
        self.assertEqual((last.type, last.error_code, last.status_code), ("error", "internal", 500))

    def test_a_connection_is_refused_as_a_call_is(self):
        with Stub("cartesia", "bad-key") as stub, self.assertRaises(InvalidStatus) as raised, connect(stub):
            pass
        self.assertEqual(raised.exception.response.status_code, 401)


if __name__ == "__main__":
    unittest.main()
