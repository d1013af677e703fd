"""LiveKit's plugins for ElevenLabs and OpenAI against the gateway, unchanged but for their base URL, with a key of the gateway's.

Run with: make test-clients
"""

import asyncio
import unittest

import aiohttp
from livekit.agents import APIStatusError
from livekit.plugins import elevenlabs, openai
from support.gateway import Gateway

TEXT = "The deployment finished at half past nine. Two checks are still running."
WORDS = [word + " " for word in TEXT.split()]


class LiveKit(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Gateway(TTS_AUTH="key"))
        cls.key = cls.gateway.mint()

    async def asyncSetUp(self):
        # What is slow on a busy machine is nobody's fault to be told of.
        asyncio.get_running_loop().slow_callback_duration = 10
        # What an agent's worker has, and a test makes itself.
        self.session = await self.enterAsyncContext(aiohttp.ClientSession())

    async def elevenlabs(self, **changes):
        settings = {"voice_id": "heart", "api_key": self.key, "encoding": "mp3_44100_128", **changes}
        tts = elevenlabs.TTS(base_url=f"{self.gateway.url}/elevenlabs/v1", http_session=self.session, **settings)
        self.addAsyncCleanup(tts.aclose)
        return tts

    async def heard(self, stream):
        """Seconds of sound, and the words that were timed."""
        seconds, words = 0.0, []
        async with stream:
            async for event in stream:
                seconds += event.frame.duration
                words += event.frame.userdata.get("lk.timed_transcripts", [])
        return seconds, words

    async def written(self, tts):
        stream = tts.stream()
        for word in WORDS:
            stream.push_text(word)
        stream.end_input()
        return await self.heard(stream)

    async def test_elevenlabs_speaks_whole_texts_and_those_that_are_written(self):
        for encoding in ("mp3_44100_128", "pcm_24000"):
            tts = await self.elevenlabs(encoding=encoding)
            with self.subTest(encoding):
                whole, _ = await self.heard(tts.synthesize(TEXT))
                self.assertGreater(whole, 2.5)
                streamed, words = await self.written(tts)
                # It flushes after each sentence, which makes each a reply: without the pause that stands between sentences of one.
                self.assertAlmostEqual(streamed, whole, delta=0.6)
                self.assertEqual("".join(words).split(), TEXT.split())
                # ElevenLabs' times begin anew with each piece of sound, and this plugin does not add them up.
                starts = [word.start_time for word in words[:7]]
                self.assertEqual(starts, sorted(starts))
                self.assertGreater(starts[-1], 1)
                # Once more over the same connection, which stays open.
                again, _ = await self.written(tts)
                self.assertAlmostEqual(again, streamed, delta=0.1)

    async def test_elevenlabs_lists_voices(self):
        voices = await (await self.elevenlabs()).list_voices()
        self.assertIn("heart", [voice.id for voice in voices])

    async def test_elevenlabs_is_told_of_a_wrong_key_and_does_not_try_again(self):
        tts = await self.elevenlabs(api_key="wrong")
        with self.assertRaises(APIStatusError) as raised:
            await self.heard(tts.synthesize(TEXT))
        self.assertEqual((raised.exception.status_code, raised.exception.retryable), (401, False))

    async def test_openai_speaks(self):
        lengths = {}
        for model, format in (("gpt-4o-mini-tts", "mp3"), ("tts-1", "mp3"), ("tts-1", "wav"), ("tts-1", "pcm"), ("tts-1", "opus"), ("tts-1", "flac")):
            tts = openai.TTS(base_url=f"{self.gateway.url}/v1", api_key=self.key, voice="heart", model=model, response_format=format)
            lengths[model, format], _ = await self.heard(tts.synthesize(TEXT))
            await tts.aclose()
        for asked, seconds in lengths.items():
            self.assertAlmostEqual(seconds, lengths["tts-1", "pcm"], delta=0.2, msg=asked)
        self.assertGreater(lengths["tts-1", "pcm"], 2.5)


if __name__ == "__main__":
    unittest.main()
