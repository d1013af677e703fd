"""Sentences of the corpus (`crates/saywell-text/tests/golden/`), spoken by the gateway and transcribed.

What is sent is the utterance as its reply has it; what has to be heard are the words that the golden file
gives for it, so numbers, units and abbreviations are held to what a careful person would say.

Run with: tools/test.sh hearing
"""

import io
import json
import re
import unittest
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from listener import Listener, compare
from support.gateway import Gateway

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
# Words wrong among all words said.
WORD_ERROR_RATE = 0.10


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
    return found


def fits(words):
    """Whether it is a sentence in words alone, with the marks of plain prose."""
    return len(words.split()) in WORDS_OF_A_SENTENCE and re.fullmatch(r"[A-Za-z ,.;:?!'’\"“”()—–-]+", words)


class Corpus(unittest.TestCase):
    def test_sentences_of_the_corpus_are_understood(self):
        chosen = list(sentences())
        self.assertGreaterEqual(len(chosen), FEWEST_SENTENCES)
        listener = Listener()
        results = []
        with Gateway() as gateway, ThreadPoolExecutor(2) as speakers:
            spoken = speakers.map(lambda sentence: speak(gateway.url, sentence[1]), chosen)
            for (reply, written, words), sound in zip(chosen, spoken, strict=True):
                heard = listener.hear(io.BytesIO(sound))
                count, errors = compare(words, heard)
                results.append((sum(errors), count, reply, words, heard))
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
