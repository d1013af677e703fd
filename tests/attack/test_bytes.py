"""The same reply has the same bytes, whole and in parts, in every format, whatever became of what was kept of it meanwhile.

Run with: tools/test.sh attack
"""

import itertools
import json
import threading
import unittest

from attack.wire import SECRET, ask, bearer, claims, eventually, figure, scale, token
from support.gateway import Gateway
from support.stub import Stub

FORMATS = ["mp3", "opus", "webm", "mp4", "flac", "wav", "pcm"]
ONE = "This sentence is kept, and it is heard again."
OTHER = "And this one has to be made once more, whenever it is asked for."
FILLER = "It is of no interest to anybody, and has to be long enough to take room. " * 8
CAP = 2 << 20


class Bytes(unittest.TestCase):
    def setUp(self):
        self.stub = self.enterContext(Stub("openai"))
        self.gateway = self.enterContext(
            Gateway(
                TTS_PROVIDER="openai",
                TTS_FALLBACK="local",
                OPENAI_API_KEY="k",
                OPENAI_BASE_URL=f"{self.stub.url}/v1",
                TTS_RETRIES="0",
                TTS_CACHE_MAX_BYTES=str(CAP),
                TTS_CACHE_MEMORY_BYTES="0",
            )
        )
        self.number = itertools.count()
        # A voice that nobody has ever heard is levelled by the beginning of what it says; from then on its level is known.
        self.speak(FILLER, "mp3")

    def ask(self, method, path, body=None, **headers):
        return ask(self.gateway.url, method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})

    def speak(self, text, form):
        status, headers, sound = self.ask("POST", "/tts", {"text": text, "format": form})
        self.assertEqual(status, 200, sound[:200])
        return headers["X-TTS-Provider"], sound

    def link(self, text, form):
        status, _, said = self.ask("POST", "/tts", {"text": text, "format": form}, Accept="application/json")
        self.assertEqual(status, 200, said)
        return json.loads(said)["url"]

    def purge(self):
        status, _, said = self.ask("POST", "/admin/api/cache/purge", {"all": True})
        self.assertEqual(status, 200, said)

    def evict(self):
        """Others take all the room that there is."""
        filled = 0
        while filled <= CAP:
            filled += len(self.speak(f"{FILLER} Number {next(self.number)}.", "wav")[1])

    def complete(self, url):
        """All of it, and its tag, once it is complete."""
        answers = []

        def is_complete():
            answers[:] = [self.ask("GET", url)]
            self.assertEqual(answers[0][0], 200)
            return answers[0][1]["ETag"] is not None

        self.assertTrue(eventually(is_complete))
        return answers[0][2], answers[0][1]["ETag"]

    def test_parts_are_parts_of_the_whole_after_an_eviction_too(self):
        urls = {form: self.link(f"{ONE} {OTHER}", form) for form in FORMATS}
        heard = {form: self.complete(url) for form, url in urls.items()}

        def part(form, which, **more):
            """A part of it by `Range`, as shares of it where they are fractions; beside what was heard of it."""
            whole, tag = heard[form]
            first, last = (place if isinstance(place, int) else int(place * len(whole)) for place in which)
            given = f"bytes=-{-first}" if first < 0 else f"bytes={first}-{last or ''}"
            with self.subTest(f"{form}, {given} {more}"):
                status, headers, sound = self.ask("GET", urls[form], Range=given, **more)
                self.assertEqual((status, headers["ETag"]), (206, tag))
                self.assertEqual(sound, whole[first : last + 1 if last else None])
                self.assertTrue(headers["Content-Range"].endswith(f"/{len(whole)}"), headers["Content-Range"])

        parts = [(0, 1), (0, 0), (1, 0), (1 / 3, 1 / 2), (1 / 2, 1.5), (0.99, 0), (-100, 0), (-1, 0)]
        for form, (whole, tag) in heard.items():
            for which in parts:
                part(form, which)
                part(form, which, If_Range=tag)
            status, headers, _ = self.ask("GET", urls[form], Range=f"bytes={len(whole)}-")
            self.assertEqual((status, headers["Content-Range"]), (416, f"bytes */{len(whole)}"))
            self.assertEqual(self.ask("GET", urls[form], If_None_Match=tag)[0], 304)
            self.assertEqual(self.ask("GET", urls[form], Range="bytes=5-9", If_Range='"another"')[::2], (200, whole))
        # What a player goes on with is made anew, from nothing and then from clips that are there again.
        for number, which in enumerate(parts[3 : scale(5, 11)]):
            self.evict()
            for form in FORMATS[number:] + FORMATS[:number]:
                part(form, which, If_Range=heard[form][1])
                part(form, which)
        figure(f"{len(FORMATS)} formats, each whole, in {len(parts)} parts, and in {scale(2, 5)} after evictions: the same bytes")

    def test_what_is_made_and_what_is_kept_go_together_to_the_same_bytes(self):
        for form in FORMATS:
            with self.subTest(form):
                self.purge()
                # Both made; the first kept and the second made; the second kept; both kept, and put together anew.
                sounds = {self.speak(f"{ONE} {OTHER}", form)}
                for kept in ([ONE], [OTHER], [ONE, OTHER]):
                    self.purge()
                    for sentence in kept:
                        self.speak(sentence, form)
                    sounds.add(self.speak(f"{ONE} {OTHER}", form))
                self.assertEqual({provider for provider, _ in sounds}, {"openai"})
                self.assertEqual(len(sounds), 1, "other bytes where a part of it was kept")

    def test_the_tag_changes_with_the_bytes_and_the_whole_comes_then(self):
        urls = {form: self.link(f"{ONE} {OTHER}", form) for form in FORMATS}
        before = {form: self.complete(url) for form, url in urls.items()}
        self.evict()
        # Its provider is gone, and another voice helps out.
        self.stub.process.kill()
        for form, url in urls.items():
            with self.subTest(form):
                whole, tag = before[form]
                status, headers, sound = self.ask("GET", url, Range="bytes=1000-1999", If_Range=tag)
                self.assertEqual(status, 200, "a part of something else")
                self.assertNotEqual(sound, whole)
                self.assertNotEqual(headers["ETag"], tag)
                again = self.ask("GET", url, If_None_Match=tag)
                self.assertEqual(again[0], 200)


class Deleted(unittest.TestCase):
    """`DELETE` is for what a caller had made ahead, and says 204 whatever became of it."""

    def test_what_another_keeps_is_still_heard(self):
        # Bought at once, and not only as it is about to be heard.
        settings = {"TTS_AUTH": "jwt", "TTS_JWT_SECRET": SECRET, "TTS_PROVIDER": "openai", "OPENAI_API_KEY": "k", "TTS_LOOKAHEAD_SECONDS": "0"}
        with Stub("openai") as stub, Gateway(OPENAI_BASE_URL=f"{stub.url}/v1", **settings) as gateway:
            ann, bob = bearer(token(claims(sub="ann"))), bearer(token(claims(sub="bob")))

            def link(caller, text, **more):
                headers = {**caller, "Accept": "application/json"}
                status, _, said = ask(gateway.url, "POST", "/tts", {"text": text, **more}, headers)
                self.assertIn(status, (200, 202), said)
                return json.loads(said)["url"]

            def calls():
                return sum(request["path"].endswith("/audio/speech") for request in stub.requests())

            # What is complete.
            url = link(bob, ONE)
            whole = ask(gateway.url, "GET", url)[2]
            self.assertEqual(ask(gateway.url, "DELETE", url, headers=ann)[0], 204)
            self.assertEqual(ask(gateway.url, "GET", url)[::2], (200, whole))
            self.assertEqual(calls(), 1, "it was kept")

            # What is made ahead for somebody else.
            long = " ".join(f"Sentence {number} is one of many." for number in range(40))
            url = link(bob, long, prefetch=True)
            self.assertEqual(ask(gateway.url, "DELETE", url, headers=ann)[0], 204)
            status, _, sound = ask(gateway.url, "GET", url)
            self.assertEqual(status, 200)
            made = calls()
            self.assertEqual(ask(gateway.url, "GET", url)[::2], (200, sound))
            self.assertEqual(calls(), made)
            texts = [json.loads(request["body"])["input"] for request in stub.requests() if request["path"].endswith("/audio/speech")]
            self.assertEqual(len(texts), len(set(texts)), "what was under way went on, and nothing was bought twice")

            # What somebody listens to.
            other = long.replace("one of many", "another")
            url = link(bob, other)
            heard = []
            listener = threading.Thread(target=lambda: heard.append(ask(gateway.url, "GET", url)))
            listener.start()
            self.assertEqual(ask(gateway.url, "DELETE", url, headers=ann)[0], 204)
            listener.join()
            self.assertEqual(heard[0][0], 200)
            self.assertEqual(ask(gateway.url, "GET", url)[2], heard[0][2])


if __name__ == "__main__":
    unittest.main()
