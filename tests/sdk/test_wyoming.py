"""Home Assistant's protocol, by its own client, against the gateway.

Run with: tools/test.sh sdk-python
"""

import asyncio
import re
import unittest

from support.gateway import Gateway
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncClient
from wyoming.error import Error
from wyoming.info import Describe, Info
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeStopped, SynthesizeVoice

TEXT = "The deployment finished at half past nine. Two checks are still running."


class Wyoming(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        # What is slow on a busy machine is nobody's fault to be told of.
        asyncio.get_running_loop().slow_callback_duration = 10

    @classmethod
    def setUpClass(cls):
        gateway = cls.enterClassContext(Gateway(TTS_WYOMING_LISTEN="127.0.0.1:0"))
        # It is said before the line that the gateway is waited for by.
        cls.address = next(found[0] for line in gateway.lines if (found := re.search(r"tcp://\S+", line)))

    async def ask(self, *events):
        """What comes: the types, without the chunks, and the sound."""
        kinds, sound = [], b""
        async with AsyncClient.from_uri(self.address, read_timeout=30) as client:
            for event in events:
                await client.write_event(event.event())
            last = SynthesizeStopped if isinstance(events[-1], SynthesizeStop) else AudioStop
            while event := await client.read_event():
                if AudioChunk.is_type(event.type):
                    chunk = AudioChunk.from_event(event)
                    self.assertEqual((chunk.rate, chunk.width, chunk.channels), (24_000, 2, 1))
                    sound += chunk.audio
                else:
                    kinds.append(event)
                if last.is_type(event.type):
                    break
        return kinds, sound

    async def test_describes_itself(self):
        async with AsyncClient.from_uri(self.address, read_timeout=30) as client:
            await client.write_event(Describe().event())
            info = Info.from_event(await client.read_event())
        (program,) = info.tts
        self.assertTrue(program.supports_synthesize_streaming and program.installed)
        (heart,) = [voice for voice in program.voices if voice.name == "heart"]
        self.assertEqual(heart.languages, ["en-US"])

    async def test_speaks_whole_texts_and_those_that_are_written(self):
        voice = SynthesizeVoice(name="heart")
        kinds, whole = await self.ask(Synthesize(text=TEXT, voice=voice))
        self.assertEqual([event.type for event in kinds], ["audio-start", "audio-stop"])
        self.assertEqual(AudioStart.from_event(kinds[0]).rate, 24_000)
        self.assertAlmostEqual(AudioStop.from_event(kinds[1]).timestamp / 1000, len(whole) / 48_000, delta=0.01)
        self.assertGreater(len(whole) / 48_000, 2.5)
        pieces = [SynthesizeChunk(text=word + " ") for word in TEXT.split()]
        # As Home Assistant asks: the whole text once more, for servers that do not stream.
        events = [SynthesizeStart(voice=voice), *pieces, Synthesize(text=TEXT, voice=voice), SynthesizeStop()]
        kinds, streamed = await self.ask(*events)
        self.assertEqual([event.type for event in kinds], ["audio-start", "audio-stop", "synthesize-stopped"])
        self.assertAlmostEqual(len(streamed) / 48_000, len(whole) / 48_000, delta=0.3)

    async def test_says_what_is_wrong(self):
        kinds, sound = await self.ask(Synthesize(text=TEXT, voice=SynthesizeVoice(name="nobody")))
        error = Error.from_event(kinds[0])
        self.assertEqual((error.code, sound), ("unknown_voice", b""))
        self.assertIn("nobody", error.text)


class Keys(unittest.IsolatedAsyncioTestCase):
    async def test_a_port_without_a_key_does_not_start_where_keys_are_asked_for(self):
        with self.assertRaisesRegex(RuntimeError, "TTS_WYOMING_KEY"):
            await asyncio.to_thread(Gateway(TTS_AUTH="key", TTS_WYOMING_LISTEN="127.0.0.1:0").__enter__)


if __name__ == "__main__":
    unittest.main()
