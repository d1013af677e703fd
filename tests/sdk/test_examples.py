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

    def test_openais_sdk_writes_a_reply_into_an_mp3_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "reply.mp3")
            program = [sys.executable, EXAMPLES / "openai-sdk" / "speak.py", "The parcel left this morning.", path]
            subprocess.run(program, env={**os.environ, "SAYWELL_URL": self.gateway.url}, check=True, timeout=60)
            sound = Path(path).read_bytes()
        with av.open(io.BytesIO(sound)) as container:
            self.assertEqual(container.format.name, "mp3")
            seconds = sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))
        self.assertGreater(seconds, 1)
        self.assertLess(seconds, 5)


if __name__ == "__main__":
    unittest.main()
