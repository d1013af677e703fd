"""Google's own Python client for Gemini against the stand-in that the provider's tests use.

Run with: tools/test.sh sdk-python
"""

import unittest

from google import genai
from google.genai import errors, types
from support.stub import Stub

TEXT = "ten lettrs"
# 60 ms a character at 24 kHz, 16 bits.
BYTES = 10 * 1440 * 2
VOICE = types.VoiceConfig(prebuilt_voice_config=types.PrebuiltVoiceConfig(voice_name="Kore"))
CONFIG = types.GenerateContentConfig(
    response_modalities=["AUDIO"], speech_config=types.SpeechConfig(voice_config=VOICE)
)


def client(stub):
    return genai.Client(api_key="a-key", http_options=types.HttpOptions(base_url=stub.url))


def sound(answers):
    parts = [part for answer in answers for part in answer.candidates[0].content.parts or []]
    return b"".join(part.inline_data.data for part in parts)


class GeminiStub(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stub = cls.enterClassContext(Stub("gemini"))
        cls.client = client(cls.stub)

    def test_speaks_whole_and_in_events(self):
        model = "gemini-3.8-flash-tts"
        whole = self.client.models.generate_content(model=model, contents=TEXT, config=CONFIG)
        self.assertEqual(len(sound([whole])), BYTES)
        self.assertEqual(whole.usage_metadata.candidates_token_count, 20)
        answers = list(self.client.models.generate_content_stream(model=model, contents=TEXT, config=CONFIG))
        self.assertGreater(len(answers), 2)
        self.assertEqual(len(sound(answers)), BYTES)
        self.assertEqual(answers[0].candidates[0].content.parts[0].inline_data.mime_type, "audio/L16;codec=pcm;rate=24000")
        self.assertEqual(answers[-1].candidates[0].finish_reason, types.FinishReason.STOP)
        self.assertEqual(self.stub.requests()[-1]["headers"]["x-goog-api-key"], "a-key")

    def test_only_the_newer_models_take_how_to_speak_apart(self):
        part = types.Part(text=TEXT, speech_metadata=types.SpeechMetadata(style="calm"))
        styled = [types.Content(role="user", parts=[part])]
        spoken = self.client.models.generate_content(model="gemini-3.8-flash-tts", contents=styled, config=CONFIG)
        self.assertEqual(len(sound([spoken])), BYTES)
        with self.assertRaises(errors.ClientError):
            self.client.models.generate_content(model="gemini-2.5-flash-preview-tts", contents=styled, config=CONFIG)

    def test_errors_are_its_clients_own(self):
        for fault, code, status in [
            ("throttled-seconds", 429, "RESOURCE_EXHAUSTED"),
            ("bad-key", 400, "INVALID_ARGUMENT"),
            ("bad-text", 400, "INVALID_ARGUMENT"),
        ]:
            with self.subTest(fault=fault), Stub("gemini", fault) as stub:
                # It closes what nobody holds.
                asking = client(stub)
                with self.assertRaises(errors.ClientError) as raised:
                    asking.models.generate_content(model="gemini-3.8-flash-tts", contents=TEXT, config=CONFIG)
            self.assertEqual((raised.exception.code, raised.exception.status), (code, status))


if __name__ == "__main__":
    unittest.main()
