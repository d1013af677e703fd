"""The Model Context Protocol, by its own Python client, against the gateway over HTTP and `saywell mcp` over standard input.

Run with: tools/test.sh sdk-python
"""

import asyncio
import base64
import io
import os
import tempfile
import unittest
import wave

from mcp import MCPError, StdioServerParameters
from mcp.client import Client
from mcp.client.stdio import stdio_client
from support.gateway import BINARY, Gateway

TEXT = "The deployment finished at half past nine. **Two** checks are still running."
# As clients connect today, and as they did before.
MODES = ["auto", "legacy"]


def seconds_of(content):
    with wave.open(io.BytesIO(base64.b64decode(content.data))) as sound:
        return sound.getnframes() / sound.getframerate()


class Mcp(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        # What is slow on a busy machine is nobody's fault to be told of.
        asyncio.get_running_loop().slow_callback_duration = 10

    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Gateway())

    async def check(self, client, mode):
        self.assertEqual(client.protocol_version, {"auto": "2026-07-28", "legacy": "2025-11-25"}[mode])
        (tool,) = (await client.list_tools()).tools
        self.assertEqual((tool.name, tool.input_schema["required"]), ("speak", ["text"]))
        result = await client.call_tool("speak", {"text": TEXT, "voice": "heart", "format": "wav"})
        self.assertFalse(result.is_error)
        heard, told = result.content
        self.assertEqual((heard.type, heard.mime_type), ("audio", "audio/wav"))
        self.assertGreater(seconds_of(heard), 2.5)
        self.assertIn("heart", told.text)
        refused = await client.call_tool("speak", {"text": TEXT, "voice": "nobody"})
        self.assertTrue(refused.is_error)
        self.assertIn("nobody", refused.content[0].text)
        with self.assertRaises(MCPError):
            await client.call_tool("sing", {"text": TEXT})

    async def test_speaks_over_http(self):
        for mode in MODES:
            with self.subTest(mode):
                async with Client(f"{self.gateway.url}/mcp", mode=mode) as client:
                    await self.check(client, mode)

    async def test_speaks_over_standard_input(self):
        for mode in MODES:
            with self.subTest(mode), tempfile.TemporaryDirectory() as folder:
                environment = {"HOME": folder, "TTS_DATA_DIR": os.path.join(folder, "data")}
                server = StdioServerParameters(command=BINARY, args=["mcp", "--return-sound"], env=environment, cwd=folder)
                async with Client(stdio_client(server), mode=mode) as client:
                    await self.check(client, mode)

    async def test_plays_through_the_loudspeaker_one_after_the_other(self):
        with tempfile.TemporaryDirectory() as folder:
            heard = os.path.join(folder, "heard")
            player = os.path.join(folder, "aplay")
            with open(player, "w") as script:
                script.write(f"#!/bin/sh\necho begin >> {heard}\n/bin/cat >> {heard}.pcm\necho end >> {heard}\n")
            os.chmod(player, 0o755)
            environment = {"HOME": folder, "PATH": folder, "TTS_DATA_DIR": os.path.join(folder, "data")}
            server = StdioServerParameters(command=BINARY, args=["mcp"], env=environment, cwd=folder)
            async with Client(stdio_client(server)) as client:
                calls = [client.call_tool("speak", {"text": text}) for text in TEXT.split(". ")]
                for result in await asyncio.gather(*calls):
                    self.assertFalse(result.is_error, result)
                    (told,) = result.content
                    self.assertTrue(told.text.startswith("Spoken: "), told)
            with open(heard) as lines:
                self.assertEqual(lines.read().split(), ["begin", "end"] * 2)
            self.assertGreater(os.path.getsize(f"{heard}.pcm") / 48_000, 2.5)


if __name__ == "__main__":
    unittest.main()
