"""OpenAI's own Python client against the stand-ins for its speech endpoint and its realtime WebSocket, which the tests of
the providers use: what it accepts is what they may rely on.

Run with: tools/test.sh sdk-python
"""

import base64
import json
import unittest

import openai
from support.stub import Stub

TEXT = "ten lettrs"
# 60 ms a character at 24 kHz, 16 bits.
BYTES = 10 * 1440 * 2


def client(stub, **options):
    return openai.OpenAI(base_url=f"{stub.url}/v1", api_key="a-key", max_retries=0, **options)


class OpenAiSpeechStub(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stub = cls.enterClassContext(Stub("openai"))
        cls.client = client(cls.stub, organization="org-1", project="proj-1")

    def speak(self, **changes):
        request = {"model": "gpt-4o-mini-tts", "voice": "alloy", "input": TEXT, "response_format": "pcm", **changes}
        return self.client.audio.speech.create(**request)

    def test_speaks(self):
        self.assertEqual(len(self.speak(instructions="Calmly.").content), BYTES)
        self.assertEqual(len(self.speak(speed=2.0).content), BYTES // 2)
        self.assertTrue(self.speak(response_format="wav").content.startswith(b"RIFF"))
        sent = self.stub.requests()[-1]["headers"]
        self.assertEqual((sent["openai-organization"], sent["openai-project"]), ("org-1", "proj-1"))

    def test_events_carry_the_same_sound(self):
        request = {"model": "gpt-4o-mini-tts", "voice": "alloy", "input": TEXT, "response_format": "pcm"}
        with self.client.audio.speech.with_streaming_response.create(**request, stream_format="sse") as response:
            lines = [json.loads(line[6:]) for line in response.iter_lines() if line.startswith("data: ")]
        sound = b"".join(base64.b64decode(event["audio"]) for event in lines[:-1])
        self.assertEqual(len(sound), BYTES)
        self.assertEqual(lines[-1]["type"], "speech.audio.done")

    def test_lists_its_models(self):
        self.assertIn("tts-1", [model.id for model in self.client.models.list()])

    def test_refuses_as_its_client_understands(self):
        for changes, error, param in [
            ({"model": "tts-9"}, openai.NotFoundError, "model"),
            ({"voice": "nobody"}, openai.BadRequestError, "voice"),
            ({"input": ""}, openai.BadRequestError, "input"),
            ({"model": "tts-1", "instructions": "Calmly."}, openai.BadRequestError, "instructions"),
        ]:
            with self.subTest(**changes), self.assertRaises(error) as raised:
                self.speak(**changes)
            self.assertEqual(raised.exception.param, param)
            self.assertEqual(raised.exception.request_id, "req_1")

    def test_faults_are_its_clients_own_errors(self):
        for fault, error, code in [
            ("throttled-seconds", openai.RateLimitError, "rate_limit_exceeded"),
            ("quota", openai.RateLimitError, "insufficient_quota"),
            ("bad-key", openai.AuthenticationError, "invalid_api_key"),
            ("bad-text", openai.BadRequestError, "content_policy_violation"),
        ]:
            with (
                self.subTest(fault=fault),
                Stub("openai", fault) as stub,
                client(stub) as asking,
                self.assertRaises(error) as raised,
            ):
                asking.audio.speech.create(model="tts-1", voice="alloy", input=TEXT)
            self.assertEqual(raised.exception.code, code)


class OpenAiRealtimeStub(unittest.TestCase):
    """The requests are those of the provider, written with the client's own types."""

    def read(self, stub, text):
        sound, transcript, done = b"", "", None
        address = stub.url.replace("http://", "ws://") + "/v1"
        with openai.OpenAI(websocket_base_url=address, api_key="a-key").realtime.connect(
            model="gpt-realtime-2.1-mini"
        ) as connection:
            self.assertEqual(connection.recv().type, "session.created")
            audio = {"output": {"voice": "marin", "format": {"type": "audio/pcm", "rate": 24000}}}
            connection.session.update(session={"type": "realtime", "output_modalities": ["audio"], "audio": audio})
            self.assertEqual(connection.recv().type, "session.updated")
            message = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
            connection.response.create(
                response={
                    "conversation": "none",
                    "output_modalities": ["audio"],
                    "instructions": "Read the text.",
                    "max_output_tokens": 4096,
                    "input": [message],
                }
            )
            for event in connection:
                if event.type == "response.output_audio.delta":
                    sound += base64.b64decode(event.delta)
                elif event.type == "response.output_audio_transcript.done":
                    transcript = event.transcript
                elif event.type == "response.done":
                    done = event.response
                    break
        return sound, transcript, done

    def test_reads_a_text_and_says_what_it_said(self):
        with Stub("openai_realtime") as stub:
            sound, transcript, done = self.read(stub, TEXT)
        self.assertEqual(len(sound), BYTES)
        self.assertEqual(transcript, TEXT)
        self.assertEqual(done.status, "completed")
        self.assertEqual(done.usage.output_token_details.audio_tokens, 20)
        self.assertEqual(done.usage.input_tokens, 10)

    def test_a_failure_in_the_middle_is_in_the_response(self):
        with Stub("openai_realtime", "fails-midway") as stub:
            _, _, done = self.read(stub, TEXT)
        self.assertEqual(done.status, "failed")
        self.assertEqual(done.status_details.error.code, "server_error")


if __name__ == "__main__":
    unittest.main()
