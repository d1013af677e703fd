"""The programs in examples/ that stand by themselves, run as their readers run them."""

import io
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import av
from support.gateway import Gateway

EXAMPLES = Path(__file__).parents[2] / "examples"


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Gateway())

    def spoken(self, program, text):
        """How many seconds of sound are in the MP3 file that the program makes of this text."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "reply.mp3")
            command = [sys.executable, EXAMPLES / program, text, path]
            subprocess.run(command, env={**os.environ, "SAYWELL_URL": self.gateway.url}, check=True, timeout=60)
            sound = Path(path).read_bytes()
        with av.open(io.BytesIO(sound)) as container:
            self.assertEqual(container.format.name, "mp3")
            return sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))

    def test_openais_sdk_writes_a_reply_into_a_file(self):
        seconds = self.spoken("openai-sdk/speak.py", "The parcel left this morning.")
        self.assertGreater(seconds, 1)
        self.assertLess(seconds, 5)

    def test_a_server_follows_the_signed_link(self):
        seconds = self.spoken("download.py", "The soup takes forty-five minutes.")
        self.assertGreater(seconds, 1)
        self.assertLess(seconds, 5)

    def test_a_refusal_ends_the_download_in_words(self):
        command = [sys.executable, EXAMPLES / "download.py", "", os.devnull]
        ended = subprocess.run(command, env={**os.environ, "SAYWELL_URL": self.gateway.url}, capture_output=True, text=True, timeout=60)
        self.assertEqual(ended.returncode, 1)
        self.assertRegex(ended.stderr, "^Not spoken: .*text")


if __name__ == "__main__":
    unittest.main()
