"""What a listener understands: spoken by `saywell say`, transcribed by a small Whisper model, compared word by word.

The model mishears a little itself; the bounds leave it that, and no more.

Run with: tools/test.sh hearing
"""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from support.gateway import BINARY
from support.listener import Listener, edits

SENTENCES = [
    "The quick brown fox jumps over the lazy dog.",
    "You can restart the server without losing any of your data.",
    "I found three problems in the report, and two of them are easy to fix.",
    "The meeting was moved to Thursday, March 12th, at 9:30 in the morning.",
    "It costs $24.50 a month, or $240 a year.",
    "Water boils at 100 degrees Celsius at sea level.",
    "Could you tell me which version you are using?",
    "First, open the settings page; then choose a new password.",
    "Doctor Smith said that the results would be ready in 2 weeks.",
    "The population grew by 15% between 1990 and 2010.",
    "She lives at the end of a long and narrow street near the harbor.",
    "If the test fails again, please send me the complete error message.",
    "Photosynthesis turns light, water and carbon dioxide into sugar.",
    "He read the book that she had asked him to read.",
    "The train leaves in 45 minutes from platform 7.",
    "There are 1,250 students in the school this year.",
    "Honestly, I would not have thought that it could work so well.",
    "Mix the flour with the eggs, add a pinch of salt, and wait for ten minutes.",
    "The function returns an empty list when nothing matches.",
    "Thank you for your patience, and have a wonderful weekend!",
]
# Words wrong among all words said. The voice's Python reference, heard by the same model, has 0.014.
SENTENCES_WORD_ERROR_RATE = 0.04

# A reply in Markdown: what is heard must be all of its words, across every join, with none of its markup.
REPLY = """\
# Moving to the new server

The move takes **about an hour**, and nobody will notice it. Before we start, make sure that:

- every team has saved its work
- the backup from last night is complete
- somebody is watching the error reports

Then we stop the old server, copy the last changes, and start the new one. It has more memory, a faster
disk, and room for twice as many customers, so the evening rush should no longer be a problem.

> Nothing is deleted from the old server until the end of the month.

If anything looks wrong, we go back: the old server is still there, and switching takes less than a minute.
I will write to everybody when it is done.
"""
REPLY_HEARD = """\
Moving to the new server. The move takes about an hour, and nobody will notice it. Before we start, make sure
that: every team has saved its work, the backup from last night is complete, somebody is watching the error
reports. Then we stop the old server, copy the last changes, and start the new one. It has more memory, a
faster disk, and room for twice as many customers, so the evening rush should no longer be a problem. Nothing
is deleted from the old server until the end of the month. If anything looks wrong, we go back: the old server
is still there, and switching takes less than a minute. I will write to everybody when it is done.
"""
# The reference, given the words alone, has 0.
REPLY_WORD_ERROR_RATE = 0.03


class Hearing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.listener = Listener()
        folder = tempfile.TemporaryDirectory(prefix="saywell-hearing-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)

    def hear(self, text):
        """What Whisper understands of `text`, spoken through the command line."""
        sound = self.folder / "speech.wav"
        subprocess.run(
            [BINARY, "say", "-", "-o", sound],
            input=text,
            text=True,
            check=True,
            capture_output=True,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "TTS_DATA_DIR": str(self.folder / "data")},
        )
        heard = self.listener.hear(sound)
        sound.unlink()
        return heard

    def compare(self, said, heard):
        said, heard = self.listener.words(said), self.listener.words(heard)
        return len(said), edits(said, heard)

    def test_sentences_are_understood(self):
        words = wrong = 0
        mishearings = []
        for sentence in SENTENCES:
            heard = self.hear(sentence)
            count, errors = self.compare(sentence, heard)
            words += count
            wrong += sum(errors)
            if sum(errors):
                mishearings.append(f"  said:  {sentence}\n  heard: {heard.strip()}")
        report = f"word error rate {wrong / words:.1%} ({wrong} of {words} words)\n" + "\n".join(mishearings)
        print(report)
        self.assertLessEqual(wrong / words, SENTENCES_WORD_ERROR_RATE, report)

    def test_a_long_reply_loses_no_word_at_its_joins(self):
        heard = self.hear(REPLY)
        count, (changed, lost, added) = self.compare(REPLY_HEARD, heard)
        report = f"{changed} changed, {lost} lost, {added} added of {count} words; heard: {heard.strip()}"
        print(report)
        self.assertLessEqual((changed + lost + added) / count, REPLY_WORD_ERROR_RATE, report)
        self.assertLessEqual(lost, 2, report)

    def test_the_comparison_notices_a_lost_and_a_wrong_word(self):
        self.assertEqual(self.compare("We stop the old server.", "we stop old server")[1], (0, 1, 0))
        self.assertEqual(self.compare("It costs $24.50.", "it costs $25.50")[1], (1, 0, 0))
        self.assertEqual(self.compare("9 of 10 tests passed.", "nine of ten tests passed")[1], (0, 0, 0))


if __name__ == "__main__":
    unittest.main()
