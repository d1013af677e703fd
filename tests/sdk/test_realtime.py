"""OpenAI's own Python client over Realtime against the gateway: text in, speech out.

Run with: tools/test.sh sdk-python
"""

import asyncio
import base64
import unittest

import openai
from support.gateway import Gateway

TEXT = "The deployment finished at half past nine. Two checks are still running."
FORMAT = {"type": "audio/pcm", "rate": 24000}


def message(text):
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


class Realtime(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        # What is slow on a busy machine is nobody's fault to be told of.
        asyncio.get_running_loop().slow_callback_duration = 10

    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Gateway())

    def connect(self, **options):
        client = openai.AsyncOpenAI(base_url=f"{self.gateway.url}/v1", api_key="not-needed", max_retries=0, **options)
        return client.realtime.connect(model="gpt-realtime-2.1-mini")

    async def next(self, connection, kind):
        event = await asyncio.wait_for(connection.recv(), 30)
        self.assertEqual(event.type, kind, event)
        return event

    async def hear(self, connection):
        """The sound, the transcript and the last event of the response that comes."""
        sound, transcript = b"", ""
        while True:
            event = await asyncio.wait_for(connection.recv(), 30)
            if event.type == "response.output_audio.delta":
                sound += base64.b64decode(event.delta)
            elif event.type == "response.output_audio_transcript.delta":
                transcript += event.delta
            elif event.type == "response.done":
                return sound, transcript, event.response
            self.assertNotEqual(event.type, "error", event)

    async def test_what_is_written_is_said(self):
        async with self.connect() as connection:
            created = await self.next(connection, "session.created")
            self.assertEqual(created.session.output_modalities, ["audio"])
            await connection.session.update(
                session={
                    "type": "realtime",
                    "output_modalities": ["audio"],
                    "instructions": "Read the text aloud, word for word.",
                    "audio": {"output": {"voice": "marin", "format": FORMAT, "speed": 1.0}},
                }
            )
            updated = await self.next(connection, "session.updated")
            self.assertEqual(updated.session.audio.output.voice, "marin")
            await connection.conversation.item.create(item=message(TEXT))
            added = await self.next(connection, "conversation.item.added")
            self.assertEqual(added.item.content[0].text, TEXT)
            await self.next(connection, "conversation.item.done")
            await connection.response.create()
            await self.next(connection, "response.created")
            sound, transcript, response = await self.hear(connection)
        self.assertEqual((response.status, response.output[0].content[0].transcript), ("completed", transcript))
        self.assertEqual(transcript, TEXT)
        spoken = openai.OpenAI(base_url=f"{self.gateway.url}/v1", api_key="x").audio.speech.create(
            model="tts-1", voice="marin", input=TEXT, response_format="pcm"
        )
        self.assertEqual(sound, spoken.content, "the same engine, the same cache")

    async def test_a_response_brings_its_own_text_as_wyoming_openai_asks_for_it(self):
        async with self.connect() as connection:
            await self.next(connection, "session.created")
            for text in ("One.", "And two."):
                await connection.response.create(
                    response={"conversation": "none", "output_modalities": ["audio"], "input": [message(text)]}
                )
                sound, transcript, response = await self.hear(connection)
                self.assertEqual((response.status, transcript), ("completed", text))
                self.assertGreater(len(sound), 10_000)

    async def test_long_text_comes_in_pieces_that_the_client_takes(self):
        long = " ".join(f"Step {step} of the plan copies {step} files and verifies each of them" for step in range(12)) + "."
        async with self.connect() as connection:
            await self.next(connection, "session.created")
            for _ in ("as it is made", "from the cache"):
                await connection.response.create(response={"input": [message(long)]})
                sound, _, response = await self.hear(connection)
                self.assertEqual(response.status, "completed")
                self.assertGreater(len(sound), 48_000 * 20)

    async def test_what_is_not_served_is_an_error_and_the_session_goes_on(self):
        async with self.connect() as connection:
            await self.next(connection, "session.created")
            await connection.input_audio_buffer.append(audio="AAAA", event_id="mine")
            error = (await self.next(connection, "error")).error
            self.assertEqual((error.event_id, error.param, error.type), ("mine", "type", "invalid_request_error"))
            await connection.response.cancel()
            await self.next(connection, "error")
            await connection.response.create(response={"input": [message("Still here.")]})
            self.assertEqual((await self.hear(connection))[2].status, "completed")

    async def test_a_response_can_be_cancelled(self):
        async with self.connect() as connection:
            await self.next(connection, "session.created")
            await connection.response.create(response={"input": [message(" ".join([TEXT] * 20))]})
            await self.next(connection, "response.created")
            await connection.response.cancel()
            sound, _, response = await self.hear(connection)
            self.assertEqual((response.status, response.status_details.reason), ("cancelled", "client_cancelled"))
            self.assertLess(len(sound), 48_000 * 60)


if __name__ == "__main__":
    unittest.main()
