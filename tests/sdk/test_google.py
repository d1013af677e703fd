"""Google's own Python client against the stand-in for Google that the provider's tests use: its shapes are right when
Google's client takes them.

Run with: tools/test.sh sdk-python
"""

import unittest

import grpc
from google.api_core.exceptions import BadRequest, InvalidArgument, ResourceExhausted, TooManyRequests
from google.cloud import texttospeech_v1, texttospeech_v1beta1
from google.oauth2.credentials import Credentials
from support.stub import Stub

RATE = 24_000
VOICE = {"language_code": "en-US", "name": "en-US-Neural2-D"}
AUDIO = {"audio_encoding": "PCM", "sample_rate_hertz": RATE}


def rest(module, stub):
    return module.TextToSpeechClient(
        transport="rest", credentials=Credentials("granted-sdk"), client_options={"api_endpoint": stub.url}
    )


class GoogleSdk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stub = cls.enterClassContext(Stub("google"))

    def test_lists_voices(self):
        voices = rest(texttospeech_v1, self.stub).list_voices().voices
        kore = next(voice for voice in voices if voice.name == "en-US-Chirp3-HD-Kore")
        self.assertEqual(list(kore.language_codes), ["en-US"])
        self.assertEqual(kore.ssml_gender, texttospeech_v1.SsmlVoiceGender.FEMALE)
        self.assertEqual(kore.natural_sample_rate_hertz, RATE)

    def test_sound_is_whole(self):
        answer = rest(texttospeech_v1, self.stub).synthesize_speech(
            input={"text": "ten lettrs"}, voice=VOICE, audio_config=AUDIO
        )
        self.assertEqual(len(answer.audio_content), 2 * int(0.6 * RATE))

    def test_marks_are_timed(self):
        request = texttospeech_v1beta1.SynthesizeSpeechRequest(
            input={"ssml": '<speak><mark name="0"/>One <mark name="1"/>two</speak>'},
            voice=VOICE,
            audio_config=AUDIO,
            enable_time_pointing=["SSML_MARK"],
        )
        points = rest(texttospeech_v1beta1, self.stub).synthesize_speech(request).timepoints
        self.assertEqual([(point.mark_name, round(point.time_seconds, 2)) for point in points], [("0", 0.0), ("1", 0.24)])

    def test_errors_are_the_clients_own(self):
        client = rest(texttospeech_v1, self.stub)
        for given, words in [({"text": "a" * 5001}, "5000 bytes"), ({"ssml": "<speak>a & b</speak>"}, "Invalid SSML")]:
            with self.assertRaises(BadRequest) as raised:
                client.synthesize_speech(input=given, voice=VOICE, audio_config=AUDIO)
            self.assertIn(words, str(raised.exception))
        with Stub("google", fault="throttled-seconds") as busy, self.assertRaises(TooManyRequests):
            rest(texttospeech_v1, busy).synthesize_speech(input={"text": "a"}, voice=VOICE, audio_config=AUDIO)


class GoogleStreamingSdk(unittest.TestCase):
    def stream(self, stub, voice):
        """The pieces of sound, and who was asked."""
        with grpc.insecure_channel(stub.address) as channel:
            transport = texttospeech_v1.services.text_to_speech.transports.TextToSpeechGrpcTransport(channel=channel)
            client = texttospeech_v1.TextToSpeechClient(transport=transport)
            requests = [
                {"streaming_config": {"voice": {"language_code": "en-US", "name": voice}, "streaming_audio_config": AUDIO}},
                {"input": {"text": "Twelve characters, "}},
                {"input": {"text": "and some more."}},
            ]
            answers = client.streaming_synthesize(
                iter([texttospeech_v1.StreamingSynthesizeRequest(request) for request in requests]),
                metadata=[("x-goog-api-key", "a-key")],
            )
            return [answer.audio_content for answer in answers]

    def test_sound_comes_in_pieces(self):
        with Stub("google-streaming") as stub:
            pieces = self.stream(stub, "en-US-Chirp3-HD-Kore")
        self.assertGreater(len(pieces), 5)
        self.assertEqual(sum(map(len, pieces)), 2 * int(33 * 0.06 * RATE))

    def test_errors_are_the_clients_own(self):
        with Stub("google-streaming") as stub, self.assertRaises(InvalidArgument) as raised:
            self.stream(stub, "en-US-Neural2-D")
        self.assertIn("Chirp 3", str(raised.exception))
        with Stub("google-streaming", fault="throttled-seconds") as busy, self.assertRaises(ResourceExhausted):
            self.stream(busy, "en-US-Chirp3-HD-Kore")


if __name__ == "__main__":
    unittest.main()
