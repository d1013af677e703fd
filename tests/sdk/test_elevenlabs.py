"""ElevenLabs' own Python client against the stand-in that the provider's tests use.

Run with: tools/test.sh sdk-python
"""

import base64
import unittest

from elevenlabs import ElevenLabs, VoiceSettings
from elevenlabs.core.api_error import ApiError
from support.stub import Stub

RACHEL = "21m00Tcm4TlvDq8ikWAM"
TEXT = "ten lettrs"
# 60 ms a character at 24 kHz, 16 bits.
BYTES = 10 * 1440 * 2
FLASH = {"voice_id": RACHEL, "text": TEXT, "model_id": "eleven_flash_v2_5", "output_format": "pcm_24000"}


def client(stub):
    return ElevenLabs(api_key="a-key", base_url=stub.url)


class ElevenLabsStub(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stub = cls.enterClassContext(Stub("elevenlabs"))
        cls.client = client(cls.stub)

    def test_speaks(self):
        self.assertEqual(len(b"".join(self.client.text_to_speech.convert(**FLASH))), BYTES)
        faster = VoiceSettings(speed=1.2, stability=0.5)
        sound = b"".join(self.client.text_to_speech.stream(**FLASH, voice_settings=faster, seed=7))
        self.assertLess(len(sound), BYTES)
        self.assertEqual(self.stub.requests()[-1]["headers"]["xi-api-key"], "a-key")

    def test_streams_the_times_of_characters(self):
        pieces = list(self.client.text_to_speech.stream_with_timestamps(**FLASH))
        self.assertGreater(len(pieces), 1)
        self.assertEqual(sum(len(base64.b64decode(piece.audio_base_64)) for piece in pieces), BYTES)
        times = [piece.alignment for piece in pieces if piece.alignment]
        self.assertEqual("".join(character for some in times for character in some.characters), TEXT)
        starts = [start for some in times for start in some.character_start_times_seconds]
        self.assertEqual(starts, sorted(starts))
        self.assertAlmostEqual(times[-1].character_end_times_seconds[-1], 0.6)

    def test_times_may_be_missing(self):
        with Stub("elevenlabs", "no-timings") as stub:
            pieces = list(client(stub).text_to_speech.stream_with_timestamps(**FLASH))
        self.assertTrue(all(piece.alignment is None for piece in pieces))

    def test_says_what_it_cost_and_what_it_allows(self):
        with self.client.text_to_speech.with_raw_response.convert(**FLASH) as response:
            b"".join(response.data)
            self.assertEqual(response.headers["character-cost"], "5")
            self.assertEqual(response.headers["maximum-concurrent-requests"], "5")

    def test_lists_voices_page_by_page_and_models(self):
        first = self.client.voices.search(page_size=2)
        self.assertEqual([voice.name for voice in first.voices], ["Rachel", "George"])
        self.assertTrue(first.has_more)
        second = self.client.voices.search(page_size=2, next_page_token=first.next_page_token)
        self.assertEqual([voice.name for voice in second.voices], ["Daniel"])
        self.assertFalse(second.has_more)
        self.assertEqual(first.voices[0].verified_languages[0].locale, "en-US")
        models = {model.model_id: model for model in self.client.models.list()}
        self.assertEqual(models["eleven_flash_v2_5"].maximum_text_length_per_request, 40_000)
        self.assertIn("en", [language.language_id for language in models["eleven_v3"].languages])

    def test_all_shapes_of_errors_are_its_clients_own(self):
        for fault, status, code in [
            ("throttled-seconds", 429, "concurrent_limit_exceeded"),
            ("quota", 401, "quota_exceeded"),
            ("bad-key", 401, "invalid_api_key"),
            ("bad-text", 422, "value_error"),
        ]:
            with self.subTest(fault=fault), Stub("elevenlabs", fault) as stub, self.assertRaises(ApiError) as raised:
                options = {"max_retries": 0}
                b"".join(client(stub).text_to_speech.convert(**FLASH, request_options=options))
            self.assertEqual(raised.exception.status_code, status)
            self.assertIn(code, str(raised.exception.body))


if __name__ == "__main__":
    unittest.main()
