"""Azure's Speech SDK for Python against the gateway, unchanged but for its host, with a key of the gateway's.

Run with: make test-clients
"""

import threading
import unittest

import azure.cognitiveservices.speech as sdk
from support.gateway import Gateway

TEXT = "The deployment finished at half past nine. Two checks are still running."
RAW = sdk.SpeechSynthesisOutputFormat.Raw24Khz16BitMonoPcm


class Azure(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Gateway(TTS_AUTH="key"))
        cls.key = cls.gateway.mint()

    def synthesizer(self, key=None, format=RAW):
        config = sdk.SpeechConfig(host=self.gateway.url.replace("http", "ws", 1), subscription=key or self.key)
        config.set_speech_synthesis_output_format(format)
        config.speech_synthesis_voice_name = "heart"
        return sdk.SpeechSynthesizer(speech_config=config, audio_config=None)

    def test_texts_are_heard_and_their_words_timed(self):
        synthesizer, words, told = self.synthesizer(), [], threading.Event()
        synthesizer.synthesis_word_boundary.connect(lambda event: words.append((event.text, event.audio_offset)))
        synthesizer.synthesis_completed.connect(lambda _: told.set())
        result = synthesizer.speak_text_async(TEXT).get()
        self.assertEqual(result.reason, sdk.ResultReason.SynthesizingAudioCompleted, result.cancellation_details)
        # Events come by a thread of the SDK's own, the last of them after the result.
        self.assertTrue(told.wait(30))
        self.assertTrue(2.5 < len(result.audio_data) / 48_000 < 8)
        self.assertEqual([word for word, _ in words], TEXT.replace(".", "").split())
        self.assertEqual([at for _, at in words], sorted(at for _, at in words))

    def test_ssml_is_followed(self):
        document = "<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' xml:lang='en-US'><voice name='heart'>One{}two.</voice></speak>"
        synthesizer = self.synthesizer()
        plain, paused = (synthesizer.speak_ssml_async(document.format(pause)).get().audio_data for pause in (" ", "<break time='2s'/>"))
        self.assertGreater(len(paused), len(plain) + 48_000)

    def test_mp3_is_mp3(self):
        result = self.synthesizer(format=sdk.SpeechSynthesisOutputFormat.Audio24Khz48KBitRateMonoMp3).speak_text_async(TEXT).get()
        self.assertEqual(result.audio_data[0], 0xFF)

    def test_a_wrong_key_is_told_of(self):
        result = self.synthesizer(key="wrong").speak_text_async(TEXT).get()
        self.assertEqual(result.reason, sdk.ResultReason.Canceled)
        self.assertIn("401", result.cancellation_details.error_details)


if __name__ == "__main__":
    unittest.main()
