"""Pipecat's services for ElevenLabs and OpenAI against the gateway, unchanged but for their base URL, with a key of the gateway's.

Run with: make test-clients
"""

import asyncio
import os
import unittest

# It writes to standard error as it pleases.
os.environ.setdefault("LOGURU_LEVEL", "CRITICAL")

import aiohttp
import openai
from pipecat.frames.frames import ErrorFrame, TTSAudioRawFrame, TTSSpeakFrame, TTSTextFrame
from pipecat.services.elevenlabs.tts import ElevenLabsHttpTTSService, ElevenLabsTTSService
from pipecat.services.openai.tts import OpenAITTSService
from pipecat.tests.utils import run_test
from support.gateway import Gateway

TEXT = "The deployment finished at half past nine. Two checks are still running."
RATE = 24_000


class Pipecat(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Gateway(TTS_AUTH="key"))
        cls.key = cls.gateway.mint()

    async def asyncSetUp(self):
        # What is slow on a busy machine is nobody's fault to be told of.
        asyncio.get_running_loop().slow_callback_duration = 10
        self.session = await self.enterAsyncContext(aiohttp.ClientSession())
        # The service leaves its own open.
        self.client = await self.enterAsyncContext(openai.DefaultAsyncHttpxClient())

    async def speak(self, service, *texts):
        """What a pipeline of this service alone gives for texts: seconds of sound, words, and what went wrong."""
        down, up = await run_test(service, frames_to_send=[TTSSpeakFrame(text) for text in texts], start_timeout=60)
        sound = [frame for frame in down if isinstance(frame, TTSAudioRawFrame)]
        self.assertTrue(all((frame.sample_rate, frame.num_channels) == (RATE, 1) for frame in sound))
        words = " ".join(frame.text for frame in down if isinstance(frame, TTSTextFrame)).split()
        return sum(len(frame.audio) for frame in sound) / 2 / RATE, words, [frame.error for frame in up if isinstance(frame, ErrorFrame)]

    def over_http(self, key):
        return ElevenLabsHttpTTSService(
            base_url=f"{self.gateway.url}/elevenlabs", api_key=key, aiohttp_session=self.session, sample_rate=RATE,
            settings=ElevenLabsHttpTTSService.Settings(voice="heart"),
        )

    def over_websocket(self, key):
        return ElevenLabsTTSService(
            url=f"{self.gateway.url}/elevenlabs".replace("http", "ws", 1), api_key=key, sample_rate=RATE,
            settings=ElevenLabsTTSService.Settings(voice="heart"),
        )

    def of_openai(self, key, **settings):
        return OpenAITTSService(
            base_url=f"{self.gateway.url}/v1", api_key=key, http_client=self.client, settings=OpenAITTSService.Settings(voice="alloy", **settings)
        )

    async def test_both_of_elevenlabs_services_speak_and_time_words(self):
        for service in (self.over_http, self.over_websocket):
            with self.subTest(service.__name__):
                seconds, words, errors = await self.speak(service(self.key), TEXT)
                self.assertEqual((words, errors), (TEXT.split(), []))
                self.assertTrue(2.5 < seconds < 8, seconds)

    async def test_several_texts_go_over_one_connection(self):
        seconds, words, errors = await self.speak(self.over_websocket(self.key), *[sentence + "." for sentence in TEXT.split(". ")])
        self.assertEqual((len(words), errors), (12, []))
        self.assertTrue(2.5 < seconds < 8, seconds)

    async def test_openais_service_speaks(self):
        seconds, _, errors = await self.speak(self.of_openai(self.key, speed=1.3, instructions="Warm."), TEXT)
        self.assertEqual(errors, [])
        self.assertTrue(1.8 < seconds < 6, seconds)

    async def test_a_wrong_key_is_told_of(self):
        for service in (self.over_http("wrong"), self.of_openai("wrong")):
            seconds, _, errors = await self.speak(service, TEXT)
            self.assertEqual(seconds, 0)
            self.assertTrue(errors)


if __name__ == "__main__":
    unittest.main()
