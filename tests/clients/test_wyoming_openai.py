"""wyoming-openai, which gives Home Assistant an OpenAI service as a Wyoming server, before the gateway: over speech and over Realtime.

Run with: make test-clients
"""

import asyncio
import os
import subprocess
import sys
import unittest
import urllib.request

from support.gateway import Gateway
from support.servers import free_port, wait_for
from wyoming.audio import AudioChunk
from wyoming.client import AsyncClient
from wyoming.info import Describe, Info
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeStopped, SynthesizeVoice

TEXT = "The deployment finished at half past nine. Two checks are still running."
OVER_SPEECH, OVER_REALTIME = "tts-1", "gpt-realtime-2.1-mini"


class WyomingOpenAi(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        # What is slow on a busy machine is nobody's fault to be told of.
        asyncio.get_running_loop().slow_callback_duration = 10

    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Gateway(TTS_AUTH="key"))
        cls.operator = cls.gateway.mint("--scope", "admin")
        port = free_port()
        cls.address = f"tcp://127.0.0.1:{port}"
        command = [
            sys.executable, "-m", "wyoming_openai", "--uri", cls.address,
            "--tts-openai-url", f"{cls.gateway.url}/v1", "--tts-openai-key", cls.gateway.mint(),
            "--tts-models", OVER_SPEECH, "--tts-streaming-models", OVER_SPEECH, OVER_REALTIME,
            "--tts-realtime-models", OVER_REALTIME, "--tts-voices", "heart", "marin",
        ]
        # Nothing of the developer's own keys.
        environment = {"PATH": os.environ["PATH"]}
        bridge = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(bridge.wait)
        cls.addClassCleanup(bridge.terminate)
        wait_for(port, bridge)

    async def programs(self):
        """What it offers: the voices of each program, and whether that speaks as the text is written."""
        async with AsyncClient.from_uri(self.address, read_timeout=60) as client:
            await client.write_event(Describe().event())
            info = Info.from_event(await client.read_event())
        return [([voice.name for voice in program.voices], program.supports_synthesize_streaming) for program in info.tts]

    def asked(self, route):
        """How often the gateway was asked there."""
        request = urllib.request.Request(f"{self.gateway.url}/metrics", headers={"authorization": f"Bearer {self.operator}"})
        with urllib.request.urlopen(request) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith("saywell_http_requests_total") and f'"{route}"' in line)

    async def hear(self, *events):
        """Seconds of sound that come until the last of it."""
        seconds = 0.0
        async with AsyncClient.from_uri(self.address, read_timeout=60) as client:
            for event in events:
                await client.write_event(event.event())
            last = SynthesizeStopped().event().type if isinstance(events[-1], SynthesizeStop) else "audio-stop"
            while event := await client.read_event():
                self.assertNotEqual(event.type, "error", event.data)
                if AudioChunk.is_type(event.type):
                    seconds += AudioChunk.from_event(event).seconds
                if event.type == last:
                    return seconds
        raise AssertionError("it hung up")

    async def test_every_voice_speaks_over_the_call_that_its_model_is_for(self):
        speech, realtime = self.asked("/v1/audio/speech"), self.asked("/v1/realtime")
        voices = {voice for voices, _ in await self.programs() for voice in voices}
        self.assertEqual(voices, {f"{voice} ({model})" for voice in ("heart", "marin") for model in (OVER_SPEECH, OVER_REALTIME)})
        for voice in sorted(voices):
            heard = await self.hear(Synthesize(text=TEXT, voice=SynthesizeVoice(name=voice)))
            self.assertTrue(2.5 < heard < 8, (voice, heard))
        self.assertGreater(self.asked("/v1/audio/speech"), speech)
        self.assertGreater(self.asked("/v1/realtime"), realtime)

    async def test_speaks_as_the_text_is_written(self):
        pieces = [SynthesizeChunk(text=word + " ") for word in TEXT.split()]
        (streaming,) = [voices for voices, streams in await self.programs() if streams]
        self.assertEqual(len(streaming), 4)
        for voice in streaming:
            heard = await self.hear(SynthesizeStart(voice=SynthesizeVoice(name=voice)), *pieces, SynthesizeStop())
            self.assertTrue(2.5 < heard < 8, (voice, heard))


if __name__ == "__main__":
    unittest.main()
