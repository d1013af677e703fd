"""Sentences of the corpus (`crates/saywell-text/tests/golden/`), spoken by the gateway and transcribed.

What is sent is the utterance as its reply has it; what has to be heard is how the golden file writes it out, so
numbers, units and abbreviations are held to what a careful person would say.

Run with: tools/test.sh hearing
"""

import json
import re
import tempfile
import unittest
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from support.gateway import Gateway
from support.listener import Listener, edits

GOLDEN = Path("crates/saywell-text/tests/golden")

# Subjects in English words. Left out: code and identifiers, other languages, chess and music, names, and
# what is broken off; a general recogniser knows no right answer there.
SUBJECTS = [
    "creative",
    "dates_and_money",
    "documents",
    "everyday",
    "links_and_citations",
    "lists",
    "long_form",
    "maths",
    "numbers_and_units",
    "reasoning_and_tools",
    "science",
    "tables",
    "technical",
]
SENTENCES_OF_A_REPLY = 2
FEWEST_SENTENCES = 100
# Shorter ones give a recogniser no context; longer ones are no single sentence.
WORDS_OF_A_SENTENCE = range(7, 31)
# No name out of code has capital letters inside.
WORD = re.compile(r"""[("'“‘]*(?:[A-Za-z][a-z]*(?:['’][a-z]+)?|[A-Z]+|[$€£]?\d{1,3}(?:,?\d{3})*(?:\.\d+)?%?)?[)"'”’,.;:?!…]*""")
# Words wrong among all words said; 0.061 each of several times measured.
WORD_ERROR_RATE = 0.07


def sentences():
    """(reply, as written, in words) for the first fitting sentences of each reply."""
    for subject in SUBJECTS:
        for page in sorted((GOLDEN / subject).glob("*.txt")):
            found = [pair for pair in utterances(page.read_text(encoding="utf-8")) if fits(pair[1])]
            for written, words in found[:SENTENCES_OF_A_REPLY]:
                yield f"{subject}/{page.stem}", written, words


def utterances(page):
    """(as written, in words) for each utterance of a golden file; see crates/saywell-text/tests/golden.rs."""
    found = []
    for line in page.splitlines():
        mark, text = line[:20].strip(), line[20:]
        if mark and not line.startswith("not said:"):
            found.append((text, text))
        elif text.startswith("= "):
            found[-1] = (found[-1][0], text.removeprefix("= "))
        elif text.startswith("@ "):
            found.pop()  # Not English.
    return found


def fits(words):
    """Whether it is a sentence in words and numbers alone, with the marks of plain prose."""
    words = re.split(r"[ –—-]+", words)
    # A recogniser writes letters in a row together ("d x"), whatever it heard.
    letters = [len(word.strip(".,:;")) == 1 and word[0].isalpha() for word in words]
    spelt = any(first and second for first, second in zip(letters, letters[1:], strict=False))
    return len(words) in WORDS_OF_A_SENTENCE and not spelt and all(map(WORD.fullmatch, words))


class Corpus(unittest.TestCase):
    def test_sentences_of_the_corpus_are_understood(self):
        chosen = list(sentences())
        self.assertGreaterEqual(len(chosen), FEWEST_SENTENCES)
        listener = Listener()
        results = []
        with Gateway() as gateway, ThreadPoolExecutor(2) as speakers, tempfile.NamedTemporaryFile(suffix=".wav") as file:
            spoken = speakers.map(lambda sentence: speak(gateway.url, sentence[1]), chosen)
            for (reply, _, words), sound in zip(chosen, spoken, strict=True):
                Path(file.name).write_bytes(sound)
                heard = listener.hear(file.name).strip()
                # Whisper's comparison drops what stands in brackets, but it is spoken.
                said = listener.words(re.sub(r"[()]", ",", words))
                results.append((sum(edits(said, listener.words(heard))), len(said), reply, words, heard))
        wrong, total = sum(result[0] for result in results), sum(result[1] for result in results)
        report = [f"word error rate {wrong / total:.1%} ({wrong} of {total} words, {len(results)} sentences)"]
        results.sort(key=lambda result: result[0], reverse=True)
        for errors, count, reply, words, heard in results[:10]:
            report.append(f"  {errors} of {count}: {reply}\n    said:  {words}\n    heard: {heard}")
        print("\n".join(report))
        self.assertLessEqual(wrong / total, WORD_ERROR_RATE, "\n".join(report))


def speak(url, text):
    request = urllib.request.Request(
        f"{url}/tts",
        data=json.dumps({"text": text, "format": "wav"}).encode(),
        headers={"Content-Type": "application/json", "Accept": "audio/*"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()


if __name__ == "__main__":
    unittest.main()
