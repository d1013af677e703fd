"""No sentence lost, none repeated: a reply whose provider dies in the middle of a sentence, as a listener hears it.

The first provider is a real server behind a stub that breaks the connection halfway through the sound of the third
sentence, and of every later one, so all that is heard is real speech. Neither server tells when its words are said, so
what was heard of the third sentence may be heard again as the beginning of the whole.

Run with: tools/test.sh hearing
"""

import contextlib
import json
import math
import tempfile
import unittest
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import av
import numpy
from support.gateway import Gateway
from support.listener import Listener, edits, places
from support.services import SpeechServer, Stub

SENTENCES = [
    "Before we begin, please save the report on your own computer.",
    "The garden behind the castle was full of yellow flowers.",
    "Nobody expected the morning train to arrive twenty minutes early.",
    "My brother plays the guitar every evening after dinner.",
    "Fresh bread and butter were waiting for us in the kitchen.",
    "The doctor said that walking by the river would help.",
    "At last, the children found the lost key under the carpet.",
]
# The sentence that breaks off.
BROKEN = 2
# Words wrong among all words said; a reply in which a sentence is lost or repeated has 0.14.
WORD_ERROR_RATE = 0.06
# How much louder one sentence may be than another, whoever speaks them.
LEVEL_RANGE_DB = 6


def levels_of(sound, utterances):
    """The power of each utterance in a sound file, in dB."""
    with av.open(sound) as container:
        rate = container.streams.audio[0].rate
        frames = [frame.to_ndarray().mean(axis=0) for frame in container.decode(audio=0)]
    samples = numpy.concatenate(frames)
    spans = [(int(utterance["start"] * rate), int(utterance["end"] * rate)) for utterance in utterances]
    return [10 * math.log10(numpy.square(samples[start:end]).mean()) for start, end in spans]


class Failover(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.listener = Listener()

    def speak(self, gateway):
        """The reply's headers, what is understood of its sound, and who spoke each of its utterances."""
        body = json.dumps({"text": " ".join(SENTENCES)}).encode()

        def ask(accept):
            headers = {"Content-Type": "application/json", "Accept": accept}
            return urllib.request.urlopen(urllib.request.Request(f"{gateway.url}/tts", body, headers), timeout=120)

        with ask("application/json") as answer:
            captions_url = gateway.url + json.load(answer)["captions_url"]
        with ThreadPoolExecutor() as beside, tempfile.NamedTemporaryFile(suffix=".mp3") as file:
            captions = beside.submit(lambda: json.load(urllib.request.urlopen(captions_url, timeout=120)))
            with ask("audio/*") as answer:
                headers = answer.headers
                file.write(answer.read())
            file.flush()
            captions = captions.result()
            levels = levels_of(file.name, captions["utterances"])
            return headers, self.listener.hear(file.name), captions, levels

    def assert_heard_once_each(self, heard):
        words = self.listener.words(heard)
        found = [places(self.listener.words(sentence), words) for sentence in SENTENCES]
        report = f"the sentences begin at the words {found} of: {heard}"
        self.assertTrue(all(len(where) == 1 for where in found), report)
        self.assertEqual(found, sorted(found), report)
        before, after = " ".join(SENTENCES[:BROKEN]), " ".join(SENTENCES[BROKEN:])
        before, after = self.listener.words(before), self.listener.words(after)
        begun = self.listener.words(SENTENCES[BROKEN])[:-1]
        rates = [
            sum(edits(said, words)) / len(said)
            for said in (before + begun[:count] + after for count in range(len(begun) + 1))
        ]
        self.assertLessEqual(min(rates), WORD_ERROR_RATE, report)

    def assert_told(self, headers, captions, first, then):
        self.assertEqual(headers["X-TTS-Provider"], first)
        self.assertEqual([utterance["text"] for utterance in captions["utterances"]], SENTENCES)
        self.assertEqual([utterance["provider"] for utterance in captions["utterances"]], [first] * 2 + [then] * 5)
        starts = [utterance["start"] for utterance in captions["utterances"]]
        self.assertEqual(starts, sorted(starts))

    def check(self, servers, first, then, settings):
        """`servers` are started, the first of them dies; `settings` are made of their addresses."""
        with contextlib.ExitStack() as running:
            urls = [running.enter_context(SpeechServer(name)).url for name in servers]
            stub = running.enter_context(Stub("proxy", upstream=urls[0], fault="cut", after=2))
            gateway = Gateway(TTS_PROVIDER=first, TTS_FALLBACK=then, **settings(stub.url, *urls[1:]))
            headers, heard, captions, levels = self.speak(running.enter_context(gateway))
            with urllib.request.urlopen(f"{stub.url}/_requests") as answer:
                asked = [request["body"] for request in json.load(answer) if request["method"] == "POST"]
        self.assertTrue(any(SENTENCES[BROKEN] in body for body in asked), "the third sentence was asked of the first one")
        self.assert_told(headers, captions, first, then)
        self.assertLess(max(levels) - min(levels), LEVEL_RANGE_DB, levels)
        self.assert_heard_once_each(heard)

    def test_the_voice_inside_takes_over_from_piper(self):
        self.check(["piper"], "piper", "local", lambda piper: {"PIPER_BASE_URL": piper})

    def test_piper_takes_over_from_a_server_of_openais_format(self):
        self.check(
            ["local-tts", "piper"],
            "openai_compatible",
            "piper",
            lambda compatible, piper: {
                "OPENAI_COMPATIBLE_BASE_URL": f"{compatible}/v1",
                "OPENAI_COMPATIBLE_MODEL": "tts-1",
                "PIPER_BASE_URL": piper,
            },
        )

    def test_a_lost_and_a_repeated_sentence_would_be_noticed(self):
        lost = SENTENCES[:3] + SENTENCES[4:]
        twice = SENTENCES[:3] + SENTENCES[2:]
        for reply in [lost, twice, SENTENCES[::-1]]:
            with self.assertRaises(AssertionError):
                self.assert_heard_once_each(" ".join(reply))


if __name__ == "__main__":
    unittest.main()
