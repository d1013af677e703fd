"""Forged tokens and links, guessed keys, calls from other sites, and requests that are not what they seem."""

import json
import re
import socket
import threading
import time
import unittest

from attack.wire import (
    SECRET,
    ask,
    bearer,
    claims,
    connect,
    error_of,
    eventually,
    figure,
    part,
    raw,
    resident_mib,
    scale,
    seconds_until_closed,
    token,
)
from support.gateway import Gateway

JSON = {"Content-Type": "application/json"}


class Tokens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Gateway(TTS_AUTH="jwt", TTS_JWT_SECRET=SECRET))

    def speaks(self, value):
        status, headers, said = ask(self.gateway.url, "POST", "/tts", {"text": "Hello."}, bearer(value))
        return status, headers, said if status != 200 else b"sound"

    def test_a_token_that_is_one_speaks(self):
        self.assertEqual(self.speaks(token(claims()))[0], 200)

    def test_forged_tokens_of_every_kind_open_nothing(self):
        good = token(claims())
        head, body, signature = good.split(".")
        now = int(time.time())
        forged = {
            "no signature": token(claims(), {"alg": "none"}, signature=b""),
            "none, in capitals": token(claims(), {"alg": "NONE"}, signature=b""),
            "none, signed all the same": token(claims(), {"alg": "none"}),
            "another secret": token(claims(), secret="another"),
            "an empty secret": token(claims(), secret=""),
            "another algorithm": token(claims(), {"alg": "HS512"}),
            "an algorithm of published keys": token(claims(), {"alg": "RS256"}),
            "a key of its own": token(claims(), {"alg": "HS256", "jwk": {"kty": "oct", "k": part(b"own")}}, secret="own"),
            "a key elsewhere": token(claims(), {"alg": "HS256", "jku": "http://127.0.0.1:1/", "kid": "../../x"}, secret="x"),
            "changed claims": f"{head}.{part(claims(sub='bob', plan='admin'))}.{signature}",
            "a signature cut short": good[:-4],
            "a signature of nothing": f"{head}.{body}.",
            "expired": token(claims(exp=now - 3600)),
            "without an end": token({"sub": "ann"}),
            "not yet": token(claims(nbf=now + 3600)),
            "an end that is no number": token(claims(exp="never")),
            "an end beyond all numbers": token(claims(exp=1e308)),
            "for somebody else": token(claims(aud="another service")),
            "nobody": token(claims(sub="")),
            "no object": token([1, 2]),
            "two parts": f"{head}.{body}",
            "four parts": f"{good}.{signature}",
            "critical, and unknown": token(claims(), {"alg": "HS256", "crit": ["x"], "x": 1}),
            "nonsense": "a.b.c",
        }
        for what, value in forged.items():
            if what == "critical, and unknown" and self.speaks(value)[0] == 200:
                continue  # Nothing is critical to us that we do not read; the signature holds.
            with self.subTest(what):
                status, _, said = self.speaks(value)
                self.assertEqual((status, error_of(said)), (401, "unauthorized"), said)
        figure(f"{len(forged)} kinds of forged tokens: none opened anything")

    def test_nobody_becomes_an_operator(self):
        for more in [{}, {"plan": "member"}, {"admin": True}, {"scope": "admin"}]:
            status, _, said = ask(self.gateway.url, "GET", "/admin/api/overview", headers=bearer(token(claims(**more))))
            self.assertIn(status, (403, 404), said)

    def test_invisible_characters_make_nobody_else(self):
        for name in ["ann\u200b", "\u200dann", "ann\u00ad", "an\u202en", "ann\x00", "ann\ufeff"]:
            with self.subTest(ascii(name)):
                status, _, said = self.speaks(token(claims(sub=name)))
                self.assertIn(status, (400, 401), said)


class Links(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Gateway())
        headers = {**JSON, "Accept": "application/json"}
        said = ask(cls.gateway.url, "POST", "/tts", {"text": "A link to be bent."}, headers)[2]
        cls.url = json.loads(said)["url"]

    def test_a_link_that_is_bent_opens_nothing(self):
        self.assertEqual(ask(self.gateway.url, "GET", self.url)[0], 200)
        path, query = self.url.split("?")
        name = path.rsplit("/", 1)[1]
        fields = dict(field.split("=") for field in query.split("&"))
        later = {**fields, "exp": str(int(fields["exp"]) + 1)}
        bent = [
            path,
            f"{path}?",
            f"{path}?exp={fields['exp']}",
            f"{path}?sig={fields['sig']}",
            f"{path}?exp={later['exp']}&sig={fields['sig']}",
            f"{path}?exp={fields['exp']}&sig={fields['sig'][:-2]}AA",
            f"{path}?exp=-1&sig={fields['sig']}",
            f"{path}?exp=99999999999999999999&sig={fields['sig']}",
            f"{path}?exp={fields['exp']}&sig=",
            f"{path}?exp={fields['exp']}&sig=%00",
            f"{self.url}&exp={later['exp']}",
            f"{self.url}&sub=ann",
            path.replace(name, "0" * 64 + ".mp3") + "?" + query,
        ]
        for link in bent:
            with self.subTest(link):
                status, _, said = ask(self.gateway.url, "GET", link)
                self.assertIn(status, (400, 403, 404), said[:100])
                error_of(said)

    def test_no_path_leaves_the_folder(self):
        up = ["..", "%2e%2e", "..%2f..%2f", "%2e%2e%2f", "..%5c", "....//", "%252e%252e%252f", "/etc", "%00"]
        for place in ["/tts/audio/", "/tts/captions/", "/player/", "/admin/", "/"]:
            for way in up:
                for target in ["etc/passwd", "data/signing.key", "signing.key"]:
                    said = raw(self.gateway.url, f"GET {place}{way}/{target} HTTP/1.0\r\nHost: x\r\n\r\n".encode())
                    self.assertNotIn(b"root:", said)
                    self.assertRegex(said, rb"^HTTP/1\.[01] (400|401|403|404|405|307|308) ", f"{place}{way}/{target}")


class Keys(unittest.TestCase):
    def test_guessed_keys_are_throttled_and_others_are_not(self):
        with Gateway(TTS_AUTH="key", TTS_TRUSTED_PROXIES="127.0.0.0/8") as gateway:
            seen = {}
            begun = time.monotonic()
            for number in range(scale(150, 2000)):
                guess = {**bearer(f"saywell_{number:08x}_{'a' * 43}"), "X-Forwarded-For": "198.51.100.7"}
                status = ask(gateway.url, "GET", "/tts/config", headers=guess)[0]
                seen[status] = seen.get(status, 0) + 1
            took = time.monotonic() - begun
            self.assertEqual(set(seen) - {401, 429}, set())
            elsewhere = {**bearer("saywell_x_y"), "X-Forwarded-For": "203.0.113.9"}
            self.assertEqual(ask(gateway.url, "GET", "/tts/config", headers=elsewhere)[0], 401)
            figure(f"guessed keys: {seen} within {took:.1f} s")


class Sites(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Gateway(TTS_AUTH="trial", TTS_CORS_ORIGINS="https://chat.example.com"))
        cls.cookie = ask(cls.gateway.url, "GET", "/tts/config")[1]["set-cookie"].split(";")[0]

    def speaks(self, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(self.gateway.url, "POST", "/tts", {"text": "Hello."}, {"Cookie": self.cookie, **headers})[0]

    def test_other_sites_cannot_spend_what_a_visitor_has(self):
        self.assertEqual(self.speaks(), 200)
        self.assertEqual(self.speaks(Origin="https://chat.example.com"), 200)
        for origin in [
            "https://evil.example",
            "https://chat.example.com.evil.example",
            "http://chat.example.com",
            "https://chat.example.com:8443",
            "null",
            "https://chat.example.com@evil.example",
        ]:
            self.assertEqual(self.speaks(Origin=origin), 403, origin)
        self.assertEqual(self.speaks(Sec_Fetch_Site="cross-site"), 403)

    def test_a_form_of_another_site_is_no_request(self):
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]:
            headers = {"Cookie": self.cookie, "Content-Type": kind}
            status = ask(self.gateway.url, "POST", "/tts", '{"text":"Hello."}', headers)[0]
            self.assertIn(status, (400, 403, 415), kind)

    def test_a_session_that_was_made_up_is_a_new_one(self):
        for value in ["saywell_session=abc", "saywell_session=", self.cookie[:-3] + "AAA"]:
            status, headers, _ = ask(self.gateway.url, "GET", "/tts/config", headers={"Cookie": value})
            self.assertEqual(status, 200)
            self.assertIn("set-cookie", headers, "it is given one of its own")


class Requests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Gateway())

    def test_requests_cannot_be_smuggled_or_split(self):
        body = b'{"text":"Hello."}'
        smuggled = b"GET /admin HTTP/1.1\r\nHost: x\r\n\r\n"
        odd = {
            "two lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n",
            "a length and chunks": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "chunks that are none": b"Transfer-Encoding: xchunked\r\n",
            "chunks with a space": b"Transfer-Encoding : chunked\r\n",
            "a length with a sign": b"Content-Length: +5\r\n",
            "a negative length": b"Content-Length: -1\r\n",
            "a folded line": b"X-A: a\r\n b\r\n",
            "a name with a space": b"X A: a\r\n",
            "a zero byte": b"X-A: a\x00b\r\n",
            "a bare return": b"X-A: a\rb\r\n",
        }
        for what, lines in odd.items():
            with self.subTest(what):
                head = b"POST /tts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nConnection: close\r\n"
                said = raw(self.gateway.url, head + lines + b"\r\n" + body + smuggled)
                self.assertLessEqual(len(re.findall(rb"HTTP/1\.1 [1-5]\d\d ", said)), 1, "one answer at most")
                self.assertNotIn(b"HTTP/1.1 200", said)

    def test_what_callers_send_cannot_split_an_answer(self):
        for value in ["abc\r\nX-Evil: 1", "abc%0d%0aX-Evil: 1", "a" * 300, "\u00e9"]:
            said = raw(self.gateway.url, f"GET /healthz HTTP/1.0\r\nX-Request-Id: {value}\r\n\r\n".encode())
            head = said.split(b"\r\n\r\n")[0].lower()
            self.assertNotIn(b"\nx-evil", head)
        said = ask(self.gateway.url, "GET", "/nowhere%0d%0aX-Evil:%201")
        self.assertNotIn("x-evil", said[1])

    def test_xml_bombs_and_outside_entities_are_refused_quickly(self):
        layers = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
        documents = [
            f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{layers}]><speak>&l11;</speak>',
            '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><speak>&f;</speak>',
            '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><speak>Hello.</speak>',
            "<speak>" + "<s>" * 5000 + "deep",
            "<speak>" + "<p><s>" * 3000 + "deep" + "</s></p>" * 3000 + "</speak>",
            "<speak " + "a='1' " * 3000 + ">x</speak>",
            '<speak><break time="99999999999s"/>x</speak>',
        ]
        slowest = 0
        for document in documents:
            begun = time.monotonic()
            status, _, said = ask(self.gateway.url, "POST", "/tts", {"ssml": document})
            slowest = max(slowest, time.monotonic() - begun)
            self.assertNotIn(b"root:", said)
            self.assertIn(status, (200, 400, 413), said[:200])
            if status != 200:
                error_of(said)
        figure(f"XML bombs: the slowest answer took {slowest * 1e3:.0f} ms")
        self.assertLess(slowest, 5)

    def test_every_error_has_the_one_shape(self):
        asks = [
            ("GET", "/tts/audio/" + "0" * 64 + ".mp3?exp=1&exp=2&sig=x"),
            ("GET", "/tts/captions/" + "0" * 64 + ".vtt?exp=1&exp=2"),
            ("GET", "/tts/audio/x.mp3"),
            ("GET", "/tts/audio/%ff.mp3"),
            ("PATCH", "/tts"),
            ("GET", "/nowhere"),
            ("POST", "/tts"),
            ("GET", "/tts/stream"),
            ("GET", "/v1/models/nowhere"),
            ("DELETE", "/tts/audio/x"),
        ]
        for method, path in asks:
            with self.subTest(f"{method} {path}"):
                status, headers, said = ask(self.gateway.url, method, path)
                self.assertGreaterEqual(status, 400)
                if method != "HEAD":
                    error_of(said)
                self.assertTrue(headers["x-request-id"])
        for body in [b"\xff\xfe", b"{" * 100_000, b"null", b'{"text":"\\ud800"}', b'{"text":{"a":1}}', b'{"text":1e999}']:
            status, _, said = ask(self.gateway.url, "POST", "/tts", body, JSON)
            self.assertEqual(status, 400, said[:100])
            error_of(said)

    def test_callers_choose_no_address_that_is_called(self):
        with socket.create_server(("127.0.0.1", 0)) as inside:
            inside.settimeout(0.2)
            url = f"http://127.0.0.1:{inside.getsockname()[1]}/"
            for fields in [
                {"text": f"See [this]({url}) ![image]({url}) <img src='{url}'>"},
                {"ssml": f"<speak><audio src='{url}'/>Hello.</speak>"},
                {"ssml": f"<speak><lexicon uri='{url}'/>Hello.</speak>"},
                {"text": "Hello.", "provider": url},
                {"text": "Hello.", "voice": url},
                {"text": "Hello.", "model": url},
                {"text": "Hello.", "base_url": url},
                {"text": "Hello.", "pronunciations": [{"word": "Hello", "say": url}]},
            ]:
                ask(self.gateway.url, "POST", "/tts", fields)
            with self.assertRaises(TimeoutError):
                inside.accept()

    def test_logs_cannot_be_filled(self):
        with Gateway() as gateway:
            long = "a" * 1_000_000
            for body in [{long: 1}, {"text": "Hello.", long: 1}, {"text": "Hello.", "voice": long}]:
                for _ in range(scale(5, 40)):
                    self.assertEqual(ask(gateway.url, "POST", "/tts", body)[0], 400)
            ask(gateway.url, "GET", "/" + "a" * 8000)
            self.assertTrue(eventually(lambda: len(gateway.lines) > 0))
            longest = max(len(line) for line in gateway.lines)
            total = sum(len(line) for line in gateway.lines)
            figure(f"{scale(16, 121)} requests with a megabyte of nonsense: {total / 1024:.0f} KiB of log, longest line {longest}")
            self.assertLessEqual(longest, 2048)

    def test_a_thousand_at_one_reply_are_one_synthesis(self):
        count = scale(200, 1000)
        text = f"A thousand callers ask for this at once, {time.time()}."
        heard, ready = [], threading.Barrier(count)

        def caller():
            body = json.dumps({"text": text}).encode()
            head = f"POST /tts HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            # One address may not keep as many that say nothing.
            ready.wait()
            with connect(self.gateway.url) as connection:
                connection.sendall(head.encode() + body)
                heard.append(seconds_until_closed(connection, 60)[1])

        def spoken():
            text = ask(self.gateway.url, "GET", "/metrics")[2].decode()
            return sum(float(n) for n in re.findall(r'saywell_calls_total\{[^}]*outcome="spoken"[^}]*\} (\S+)', text))

        before = spoken()
        callers = [threading.Thread(target=caller) for _ in range(count)]
        for thread in callers:
            thread.start()
        for thread in callers:
            thread.join()
        sounds = {said.split(b"\r\n\r\n", 1)[1] for said in heard if said.startswith(b"HTTP/1.0 200")}
        refused = sum(not said.startswith(b"HTTP/1.0 200") for said in heard)
        made = spoken() - before
        figure(f"{count} callers at once: {made:.0f} synthesis, {len(sounds)} sound, {refused} refused")
        self.assertEqual((len(sounds), refused), (1, 0))
        self.assertEqual(made, 1)


class Kept(unittest.TestCase):
    def test_memory_returns_after_large_bodies(self):
        with Gateway(TTS_TOO_LONG="refuse") as gateway:
            before = resident_mib(gateway.process.pid)
            body = json.dumps({"text": "a" * 7_000_000})
            for _ in range(scale(20, 200)):
                self.assertEqual(ask(gateway.url, "POST", "/tts", body, JSON)[0], 413)
            grown = resident_mib(gateway.process.pid) - before
            figure(f"bodies of 7 MB: {grown:+.0f} MiB")
            self.assertLess(grown, 100)


if __name__ == "__main__":
    unittest.main()
