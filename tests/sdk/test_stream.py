"""The Python example of docs/STREAM.md, as it stands there, against the gateway.

Run with: tools/test.sh sdk-python
"""

import asyncio
import io
import pathlib
import re
import unittest
import urllib.parse
import urllib.request

import av
from support.gateway import Gateway

GUIDE = pathlib.Path(__file__).parents[2] / "docs" / "STREAM.md"
REPLY = "The deployment finished at half past nine. Two checks are still running, and one of them is slow."


def example():
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    names = {}
    exec(compile(code, str(GUIDE), "exec"), names)
    return names["speak"]


class Heard(io.BytesIO):
    """Where the sound goes; says when the first of it has come."""

    def __init__(self):
        super().__init__()
        self.begun = asyncio.Event()

    def write(self, sound):
        self.begun.set()
        return super().write(sound)


class Stream(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Gateway())
        cls.url = cls.gateway.url.replace("http", "ws", 1) + "/tts/stream"

    def test_the_first_sentence_is_heard_before_the_second_is_written(self):
        async def run():
            heard = Heard()

            async def pieces():
                first, rest = REPLY[:46], REPLY[46:]
                for at in range(0, len(first), 4):
                    yield first[at : at + 4]
                await asyncio.wait_for(heard.begun.wait(), 30)
                yield rest

            return await example()(self.url, pieces(), heard), heard.getvalue()

        done, sound = asyncio.run(run())
        with av.open(io.BytesIO(sound)) as container:
            seconds = sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))
        self.assertAlmostEqual(seconds, done["duration_seconds"], delta=0.1)
        with urllib.request.urlopen(urllib.parse.urljoin(self.gateway.url, done["url"])) as answer:
            self.assertEqual(answer.read(), sound)

    def test_an_error_says_what_is_wrong(self):
        async def nothing():
            yield "<think>Hm.</think>"

        with self.assertRaisesRegex(RuntimeError, "nothing to say"):
            asyncio.run(example()(self.url, nothing(), io.BytesIO()))


if __name__ == "__main__":
    unittest.main()
