"""OpenAI's own Python SDK as a client of the gateway, unchanged but for its base URL.

Run with: tools/test.sh sdk-python
"""

import base64
import io
import json
import time
import unittest

import av
import openai
from support.gateway import Gateway

TEXT = "The deployment finished at half past nine. Two checks are still running."
VOICES = ["alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx", "sage", "shimmer", "verse"]


def long_text(things):
    """A reply well past the 4096 characters that OpenAI itself accepts, each sentence different."""
    return " ".join(f"Step {step} of the plan copies {step * 3} {things} and then verifies every one." for step in range(1, 71))


def seconds_of(sound, raw_pcm=False):
    """The duration of a whole file as a decoder finds it."""
    if raw_pcm:
        return len(sound) / 2 / 24_000
    with av.open(io.BytesIO(sound)) as container:
        stream = container.streams.audio[0]
        return sum(frame.samples / frame.sample_rate for frame in container.decode(stream))


class OpenAiSdk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Gateway())
        cls.client = openai.OpenAI(base_url=f"{cls.gateway.url}/v1", api_key="not-needed", max_retries=0)

    def speak(self, **changes):
        request = {"model": "gpt-4o-mini-tts", "voice": "alloy", "input": TEXT, **changes}
        return self.client.audio.speech.create(**request)

    def test_speaks_mp3_unless_asked_otherwise(self):
        response = self.speak()
        self.assertEqual(response.response.headers["content-type"], "audio/mpeg")
        seconds = seconds_of(response.content)
        self.assertGreater(seconds, 2.5)
        self.assertLess(seconds, 10)

    def test_every_format_is_what_it_says_and_lasts_as_long(self):
        expected = seconds_of(self.speak(response_format="pcm").content, raw_pcm=True)
        starts = {"mp3": b"\xff", "opus": b"OggS", "flac": b"fLaC", "wav": b"RIFF"}
        for name, start in starts.items():
            with self.subTest(format=name):
                sound = self.speak(response_format=name).content
                self.assertTrue(sound.startswith(start) or (name == "mp3" and sound.startswith(b"ID3")), sound[:8])
                # Frames are whole, and decoders differ in what they trim: a tenth of a second covers both.
                self.assertAlmostEqual(seconds_of(sound), expected, delta=0.1)

    def test_the_first_sound_comes_long_before_the_last(self):
        begun = time.perf_counter()
        arrivals = []
        size = 0
        with self.client.audio.speech.with_streaming_response.create(
            model="tts-1", voice="nova", input=long_text("streams"), response_format="mp3"
        ) as response:
            for chunk in response.iter_bytes():
                arrivals.append(time.perf_counter() - begun)
                size += len(chunk)
        self.assertGreater(size, 100_000)
        self.assertLess(arrivals[0], arrivals[-1] / 4, "the sound came all at once")

    def test_the_same_request_gives_the_same_bytes(self):
        first = self.speak(input="Say this twice.")
        second = self.speak(input="Say this twice.")
        self.assertEqual(first.response.headers["x-tts-cache"], "miss")
        self.assertEqual(second.response.headers["x-tts-cache"], "hit")
        self.assertEqual(first.content, second.content)

    def test_takes_each_of_openais_voice_names(self):
        for voice in VOICES:
            with self.subTest(voice=voice):
                self.assertGreater(len(self.speak(voice=voice, input="Hello.").content), 1000)

    def test_speed_changes_how_long_it_lasts(self):
        slow = seconds_of(self.speak(speed=0.8, response_format="wav").content)
        fast = seconds_of(self.speak(speed=1.25, response_format="wav").content)
        self.assertGreater(slow / fast, 1.3)

    def test_accepts_text_longer_than_openai_does(self):
        text = long_text("files")
        self.assertGreater(len(text), 4096)
        sound = self.speak(input=text).content
        self.assertGreater(seconds_of(sound), 200)

    def test_server_sent_events_carry_the_same_sound(self):
        plain = self.speak(input="This goes out as events.").content
        events = []
        with self.client.audio.speech.with_streaming_response.create(
            model="gpt-4o-mini-tts", voice="alloy", input="This goes out as events.", stream_format="sse"
        ) as response:
            self.assertTrue(response.headers["content-type"].startswith("text/event-stream"))
            for line in response.iter_lines():
                if line.startswith("data: "):
                    events.append(json.loads(line.removeprefix("data: ")))
        kinds = [event["type"] for event in events]
        self.assertEqual(set(kinds[:-1]), {"speech.audio.delta"})
        self.assertEqual(kinds[-1], "speech.audio.done")
        self.assertIn("usage", events[-1])
        self.assertEqual(b"".join(base64.b64decode(event["audio"]) for event in events[:-1]), plain)

    def test_mistakes_are_the_sdks_own_errors_and_name_the_field(self):
        cases = [
            ({"voice": "nobody"}, "unknown_voice", "voice"),
            ({"response_format": "midi"}, "invalid_request", "response_format"),
            ({"speed": 9.0}, "invalid_request", "speed"),
            ({"input": ""}, "invalid_request", "input"),
        ]
        for change, code, field in cases:
            with self.subTest(**change):
                with self.assertRaises(openai.BadRequestError) as raised:
                    self.speak(**change)
                self.assertEqual(raised.exception.code, code)
                self.assertEqual(raised.exception.param, field)
                self.assertTrue(raised.exception.body["message"])
                self.assertTrue(raised.exception.body["request_id"])

    def test_text_over_the_limit_is_spoken_as_far_as_it_fits(self):
        with Gateway(TTS_MAX_CHARS="200") as gateway:
            client = openai.OpenAI(base_url=f"{gateway.url}/v1", api_key="not-needed", max_retries=0)
            answer = client.audio.speech.with_raw_response.create(
                model="tts-1", voice="alloy", input="This sentence has a length of fifty letters and marks. " * 8
            )
        self.assertGreater(seconds_of(answer.content), 5)
        self.assertIn("200", answer.headers["x-tts-notes"])

    def test_text_over_the_limit_is_refused_with_its_own_code_where_that_is_wished(self):
        with Gateway(TTS_TOO_LONG="refuse") as gateway:
            client = openai.OpenAI(base_url=f"{gateway.url}/v1", api_key="not-needed", max_retries=0)
            with self.assertRaises(openai.APIStatusError) as raised:
                client.audio.speech.create(model="tts-1", voice="alloy", input="word " * 5000)
        self.assertEqual(raised.exception.status_code, 413)
        self.assertEqual(raised.exception.code, "text_too_long")

    def test_lists_its_models(self):
        models = self.client.models.list().data
        self.assertTrue(models)
        self.assertTrue(all(model.object == "model" for model in models))
        self.assertIn("tts-1", [model.id for model in models])


if __name__ == "__main__":
    unittest.main()
