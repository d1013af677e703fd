"""ElevenLabs' own Python client against the gateway, unchanged but for its base URL and its key.

Run with: tools/test.sh sdk-python
"""

import base64
import io
import unittest

import av
from elevenlabs import ElevenLabs, VoiceSettings
from elevenlabs.core.api_error import ApiError
from support.gateway import Gateway

TEXT = "The deployment finished at half past nine. Two checks are still running."
# What the SDK's own example asks for: nobody here has such a model.
MODEL = "eleven_multilingual_v2"


def seconds_of(sound):
    with av.open(io.BytesIO(sound)) as container:
        return sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))


class ElevenLabsSdk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Gateway())
        cls.client = ElevenLabs(base_url=f"{cls.gateway.url}/elevenlabs", api_key="not-needed")
        cls.speech = cls.client.text_to_speech

    def speak(self, **changes):
        return b"".join(self.speech.convert(**{"voice_id": "heart", "text": TEXT, "model_id": MODEL, **changes}))

    def test_speaks_in_each_format(self):
        pcm = self.speak(output_format="pcm_24000")
        seconds = len(pcm) / 48_000
        self.assertGreater(seconds, 2.5)
        for name, start in {"mp3_44100_128": b"\xff", "opus_48000_32": b"OggS", "wav_24000": b"RIFF"}.items():
            sound = self.speak(output_format=name)
            self.assertTrue(sound.startswith(start), sound[:8])
            self.assertAlmostEqual(seconds_of(sound), seconds, delta=0.1)
        streamed = b"".join(self.speech.stream(voice_id="alloy", text=TEXT, output_format="pcm_24000"))
        self.assertEqual(streamed, pcm)
        self.assertEqual(self.speak(output_format="pcm_24000", voice_settings=VoiceSettings(stability=0.3)), pcm)
        faster = self.speak(output_format="pcm_24000", voice_settings=VoiceSettings(speed=1.2))
        self.assertLess(len(faster), len(pcm) * 0.95)

    def test_tells_when_each_character_is_heard(self):
        ask = {"voice_id": "heart", "text": TEXT, "output_format": "pcm_24000"}
        whole = self.speech.convert_with_timestamps(**ask)
        pieces = list(self.speech.stream_with_timestamps(**ask))
        sound = base64.b64decode(whole.audio_base_64)
        self.assertEqual(b"".join(base64.b64decode(piece.audio_base_64) for piece in pieces), sound)
        seconds = len(sound) / 48_000
        for answers in ([whole], pieces):
            for kind in ("alignment", "normalized_alignment"):
                times = [getattr(answer, kind) for answer in answers if getattr(answer, kind)]
                starts = [start for some in times for start in some.character_start_times_seconds]
                self.assertEqual(starts, sorted(starts))
                self.assertAlmostEqual(times[-1].character_end_times_seconds[-1], seconds, delta=0.1)
            text = "".join(letter for answer in answers if answer.alignment for letter in answer.alignment.characters)
            self.assertEqual(text, TEXT)

    def test_speaks_as_the_text_is_written(self):
        # The SDK knows encrypted connections only.
        self.speech._ws_base_url = self.gateway.url.replace("http", "ws", 1) + "/elevenlabs"
        pieces = (word + " " for word in TEXT.split())
        sound = b"".join(
            self.speech.convert_realtime(voice_id="heart", text=pieces, model_id=MODEL, output_format="pcm_24000")
        )
        self.assertAlmostEqual(len(sound) / 48_000, len(self.speak(output_format="pcm_24000")) / 48_000, delta=0.3)
        with self.assertRaises(ApiError) as raised:
            list(self.speech.convert_realtime(voice_id="nobody", text=iter([TEXT]), output_format="pcm_24000"))
        self.assertEqual(raised.exception.body["error"], "voice_not_found")

    def test_lists_its_voices_and_models(self):
        voices = self.client.voices.get_all().voices
        self.assertIn("heart", [voice.voice_id for voice in voices])
        page = self.client.voices.search(page_size=1)
        self.assertEqual((len(page.voices), page.total_count), (1, len(voices)))
        self.assertEqual(self.client.voices.get("heart").voice_id, "heart")
        models = self.client.models.list()
        self.assertIn("local", [model.model_id for model in models])
        self.assertTrue(all(model.can_do_text_to_speech for model in models))

    def test_mistakes_are_the_sdks_own_errors_and_name_the_field(self):
        for change, status, word, field in [
            ({"voice_id": "nobody"}, 404, "voice_not_found", "voice_id"),
            ({"output_format": "ulaw_8000"}, 400, "invalid_request", "output_format"),
            ({"voice_settings": VoiceSettings(speed=9)}, 400, "invalid_request", "voice_settings.speed"),
            ({"text": ""}, 400, "invalid_request", "text"),
        ]:
            with self.subTest(**change), self.assertRaises(ApiError) as raised:
                self.speak(**change)
            detail = raised.exception.body["detail"]
            self.assertEqual((raised.exception.status_code, detail["status"], detail["param"]), (status, word, field))
            self.assertTrue(detail["message"])

    def test_a_key_of_ours_is_its_key(self):
        with Gateway(TTS_AUTH="key", TTS_PUBLIC_LISTS="false") as gateway:
            client = ElevenLabs(base_url=f"{gateway.url}/elevenlabs", api_key="not-a-key")
            for call in (client.voices.get_all, lambda: b"".join(client.text_to_speech.convert("heart", text=TEXT))):
                with self.assertRaises(ApiError) as raised:
                    call()
                self.assertEqual(raised.exception.status_code, 401)
                self.assertEqual(raised.exception.body["detail"]["status"], "invalid_api_key")


if __name__ == "__main__":
    unittest.main()
