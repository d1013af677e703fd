"""Connections that send nothing, little or too much, and what each costs.

Run with: tools/test.sh attack
"""

import asyncio
import json
import socket
import statistics
import struct
import threading
import time
import unittest

import h2.config
import h2.connection
import h2.events
import hpack
import websockets
from attack.wire import (
    address,
    ask,
    connect,
    eventually,
    figure,
    open_files,
    resident_mib,
    scale,
    seconds_until_closed,
)
from support.gateway import Gateway

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
# What takes ten seconds by default takes one here, or nobody would run these tests.
QUICK = {"TTS_HEAD_SECONDS": "1", "TTS_IDLE_SECONDS": "3", "TTS_REQUEST_SECONDS": "4"}


# What the gateway says of HTTP/2 in docs/SECURITY-MODEL.md: requests taken back before they are seen, and frames of one list.
TAKEN_BACK, CONTINUATIONS = 20, 5
PING, GOAWAY, ENHANCE_YOUR_CALM = 6, 7, 11


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


class Slow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Gateway(**QUICK))

    def closes_after(self, sent, low, high, answer=b""):
        with connect(self.gateway.url) as connection:
            connection.sendall(sent)
            seconds, said = seconds_until_closed(connection)
        self.assertTrue(low <= seconds <= high, f"{sent[:40]!r}: {seconds:.1f} s")
        self.assertTrue(said.startswith(answer), said[:80])

    def test_who_sends_nothing_or_half_a_head_is_closed(self):
        for sent in [b"", b"G", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: a", PREFACE[:12], PREFACE + frame(4, 0, 0)]:
            self.closes_after(sent, 0.9, 3)

    def test_a_head_a_byte_at_a_time_has_one_deadline(self):
        begun = time.monotonic()
        with connect(self.gateway.url) as connection:
            with self.assertRaises(OSError):
                connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
                while time.monotonic() - begun < 20:
                    connection.sendall(b"a")
                    time.sleep(0.2)
        self.assertLess(time.monotonic() - begun, 5)

    def test_an_idle_connection_is_closed_and_serves_until_then(self):
        with connect(self.gateway.url) as connection:
            for pause in (0, 2, 2):
                time.sleep(pause)
                connection.sendall(GET)
                self.assertIn(b"200 OK", connection.recv(65536))
            seconds, said = seconds_until_closed(connection)
        self.assertTrue(2.5 <= seconds <= 5, seconds)
        self.assertEqual(said, b"")

    def test_bodies_that_stall_or_trickle_are_answered_408(self):
        head = b"POST /tts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
        self.closes_after(head, 0.9, 3, b"HTTP/1.1 408")
        self.closes_after(head + b'{"text":"', 0.9, 3, b"HTTP/1.1 408")
        # Fast enough, and still not here when a request has to be.
        begun = time.monotonic()
        with connect(self.gateway.url) as connection:
            connection.sendall(head)
            connection.settimeout(0.2)
            said = b""
            while not said and time.monotonic() - begun < 20:
                connection.sendall(b" " * 400)
                try:
                    said = connection.recv(65536)
                except TimeoutError:
                    pass
        self.assertTrue(said.startswith(b"HTTP/1.1 408"), said[:80])
        self.assertEqual(json.loads(said.split(b"\r\n\r\n", 1)[1])["error"]["code"], "invalid_request")
        self.assertTrue(3 <= time.monotonic() - begun <= 8)

    def test_sound_that_is_heard_slowly_is_not_cut(self):
        text = "This sentence is long enough to be heard for a while, and it is said again and again. " * 20
        whole = ask(self.gateway.url, "POST", "/tts", {"text": text, "format": "pcm"})[2]
        with connect(self.gateway.url) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            body = json.dumps({"text": text, "format": "pcm"}).encode()
            head = f"POST /tts HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            connection.sendall(head.encode() + body)
            heard, begun = b"", time.monotonic()
            while piece := connection.recv(len(whole) // 60):
                heard += piece
                # Longer than every deadline there is here.
                if time.monotonic() - begun < 6:
                    time.sleep(0.1)
        self.assertEqual(heard.split(b"\r\n\r\n", 1)[1], whole)
        self.assertGreater(time.monotonic() - begun, 5.9)


class Many(unittest.TestCase):
    def test_one_address_takes_no_more_than_its_share_and_others_get_in(self):
        with Gateway(TTS_MAX_CONNECTIONS_PER_ADDRESS="50") as gateway:
            crowd = [connect(gateway.url, "127.0.0.2") for _ in range(200)]
            self.assertTrue(eventually(lambda: open_files(gateway.process.pid) < 120))
            self.assertEqual(ask(gateway.url, "GET", "/healthz")[0], 200)
            # The oldest went, and the newest are there.
            crowd[-1].sendall(GET)
            self.assertIn(b"200 OK", crowd[-1].recv(65536))
            self.assertEqual(seconds_until_closed(crowd[0])[1], b"")
            for connection in crowd:
                connection.close()

    def test_a_trusted_proxy_is_many(self):
        settings = {"TTS_MAX_CONNECTIONS_PER_ADDRESS": "5", "TTS_TRUSTED_PROXIES": "127.0.0.0/8"}
        with Gateway(**settings) as gateway:
            crowd = [connect(gateway.url, "127.0.0.2") for _ in range(60)]
            self.assertEqual(ask(gateway.url, "GET", "/healthz")[0], 200)
            for connection in crowd:
                connection.sendall(GET)
                self.assertIn(b"200 OK", connection.recv(65536))
                connection.close()

    def test_thousands_that_send_nothing_cost_little_and_go(self):
        count = scale(1000, 5000)
        with Gateway(TTS_HEAD_SECONDS="4") as gateway:
            pid, before = gateway.process.pid, resident_mib(gateway.process.pid)
            quiet = [connect(gateway.url, f"127.0.1.{1 + number % 40}") for number in range(count)]
            times = []
            for _ in range(20):
                begun = time.monotonic()
                self.assertEqual(ask(gateway.url, "POST", "/tts", {"text": "Hello there."})[0], 200)
                times.append(time.monotonic() - begun)
            grown = resident_mib(pid) - before
            self.assertTrue(eventually(lambda: open_files(pid) < 100), open_files(pid))
            for connection in quiet:
                connection.close()
            figure(f"{count} silent connections: {grown:.0f} MiB, a reply beside them {statistics.median(times) * 1e3:.1f} ms")
            self.assertLess(grown, 60 + count * 0.01)


class Sockets(unittest.TestCase):
    def test_one_visitor_leaves_connections_for_others(self):
        with Gateway(TTS_AUTH="trial", TTS_TRUSTED_PROXIES="127.0.0.0/8") as gateway:
            url = gateway.url.replace("http", "ws", 1) + "/tts/stream"

            async def attack():
                cookie = ask(gateway.url, "GET", "/tts/config", headers={"X-Forwarded-For": "198.51.100.7"})[1]["set-cookie"]
                mine, refused = [], []
                for number in range(100):
                    # Half of them with the one cookie, half of them as somebody new of the same network.
                    headers = {"X-Forwarded-For": f"198.51.100.{number}"}
                    if number % 2:
                        headers["Cookie"] = cookie.split(";")[0]
                    try:
                        mine.append(await websockets.connect(url, additional_headers=headers))
                    except websockets.InvalidStatus as error:
                        refused.append(error.response.status_code)
                other = {"X-Forwarded-For": "203.0.113.9"}
                async with websockets.connect(url, additional_headers=other) as connection:
                    await connection.send(json.dumps({"type": "begin", "format": "pcm"}))
                    begun = json.loads(await connection.recv())
                for connection in mine:
                    await connection.close()
                return len(mine), set(refused), begun["type"]

            opened, refused, begun = asyncio.run(attack())
        figure(f"one network opened {opened} of 100 WebSockets, the rest was answered {refused}")
        self.assertEqual((opened, refused, begun), (16, {429}, "begun"))


class Http2(unittest.TestCase):
    """Against the library's bounds: see docs/SECURITY-MODEL.md."""

    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Gateway())

    def client(self):
        connection = connect(self.gateway.url)
        client = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
        client.initiate_connection()
        connection.sendall(client.data_to_send())
        return connection, client

    def fields(self, method="GET", path="/healthz", *more):
        authority = "%s:%d" % address(self.gateway.url)
        return [(":method", method), (":scheme", "http"), (":authority", authority), (":path", path), *more]

    def still_serves(self):
        self.assertEqual(ask(self.gateway.url, "GET", "/healthz")[0], 200)

    def test_it_is_spoken(self):
        connection, client = self.client()
        client.send_headers(1, self.fields(), end_stream=True)
        connection.sendall(client.data_to_send())
        got = []
        while not any(isinstance(event, h2.events.StreamEnded) for event in got):
            got += client.receive_data(connection.recv(65536))
        (answer,) = [event for event in got if isinstance(event, h2.events.ResponseReceived)]
        self.assertEqual(dict(answer.headers)[b":status"], b"200")
        settings = client.remote_settings
        self.assertLessEqual(settings.max_concurrent_streams, 128)
        self.assertLessEqual(settings.max_header_list_size, 16 * 1024)
        connection.close()

    def answers(self, connection, seconds=30):
        """Frames that come until the connection ends, or until a frame of PING's answer: (kind, flags, stream, payload)."""
        connection.settimeout(seconds)
        said, got = b"", []
        try:
            while piece := connection.recv(65536):
                said += piece
                while len(said) >= 9 and len(said) >= 9 + int.from_bytes(said[:3], "big"):
                    length = int.from_bytes(said[:3], "big")
                    got.append((said[3], said[4], int.from_bytes(said[5:9], "big"), said[9 : 9 + length]))
                    said = said[9 + length :]
                    if got[-1][:2] == (PING, 1):
                        return got, False
        except ConnectionError:
            pass
        return got, True

    def went_away(self, got):
        """The errors of the frames of GOAWAY among these."""
        return [int.from_bytes(payload[4:8], "big") for kind, _, _, payload in got if kind == GOAWAY]

    def test_rapid_resets_end_the_connection(self):
        """As many as are allowed are borne, and the next one is not; each time, what was sent is known to have arrived."""
        borne = 0
        for count in (TAKEN_BACK, TAKEN_BACK + 1, 300):
            connection, client = self.client()
            self.addCleanup(connection.close)
            for number in range(count):
                client.send_headers(1 + 2 * number, self.fields("POST", "/tts"), end_stream=False)
                client.reset_stream(1 + 2 * number, error_code=8)
            client.ping(b"are you?")
            connection.sendall(client.data_to_send())
            got, ended = self.answers(connection)
            if count <= TAKEN_BACK:
                self.assertFalse(ended, "an honest client may change its mind")
                borne = count
            else:
                self.assertTrue(ended, f"{count} resets at once, and it goes on")
                self.assertEqual(self.went_away(got), [ENHANCE_YOUR_CALM])
        self.still_serves()
        figure(f"rapid resets: {borne} at once are borne, {borne + 1} end the connection (GOAWAY ENHANCE_YOUR_CALM)")

    def test_rapid_resets_without_end_end_soon(self):
        """As a client does that only writes, in batches as large as a packet takes; each is answered before the next."""
        connection, client = self.client()
        self.addCleanup(connection.close)
        sent, ended, got = 0, False, []
        while not ended and sent < scale(1000, 10_000):
            for _ in range(50):
                stream = client.get_next_available_stream_id()
                client.send_headers(stream, self.fields("POST", "/tts"), end_stream=False)
                client.reset_stream(stream, error_code=8)
                sent += 1
            client.ping(b"are you?")
            connection.sendall(client.data_to_send())
            got, ended = self.answers(connection)
        figure(f"rapid resets in fifties: the connection ended after {sent} (GOAWAY {self.went_away(got)})")
        self.assertTrue(ended)
        self.assertLessEqual(sent, 300)
        self.assertEqual(self.went_away(got), [ENHANCE_YOUR_CALM])
        self.still_serves()

    def test_a_flood_of_continuations_ends_the_connection(self):
        # GET / at x, in the shortest that HPACK has.
        whole = b"\x82\x86\x84\x41\x01x"
        for payload in (b"", b"\x00\x01a\x01b", b"\x00\x01a\x01b" * 100):
            for count in (CONTINUATIONS + 1, 10, 100_000):
                with connect(self.gateway.url) as connection:
                    connection.sendall(PREFACE + frame(4, 0, 0) + frame(1, 1, 1, whole))
                    one = frame(9, 0, 1, payload)
                    try:
                        for first in range(0, count, 1000):
                            connection.sendall(one * min(1000, count - first))
                    except OSError:
                        # It went before it was told all.
                        pass
                    got, ended = self.answers(connection)
                    self.assertTrue(ended, f"{count} frames, and it goes on")
                    # Of a flood not all is read, and a connection that ends with something unread loses its last words.
                    if count <= 10:
                        self.assertEqual(self.went_away(got), [ENHANCE_YOUR_CALM])
        self.still_serves()
        figure(f"CONTINUATION frames without end: the connection ended at number {CONTINUATIONS + 1} (GOAWAY ENHANCE_YOUR_CALM)")

    def test_a_list_of_fields_in_a_few_frames_is_answered(self):
        whole = b"\x82\x86\x84\x41\x01x"
        with connect(self.gateway.url) as connection:
            rest = [frame(9, 4 if number == CONTINUATIONS - 1 else 0, 1, b"\x00\x01a\x01b") for number in range(CONTINUATIONS)]
            connection.sendall(PREFACE + frame(4, 0, 0) + frame(1, 1, 1, whole) + b"".join(rest) + frame(PING, 0, 0, b"are you?"))
            got, ended = self.answers(connection)
        self.assertFalse(ended)
        self.assertEqual(self.went_away(got), [])

    def test_a_huge_list_of_fields_is_refused(self):
        # Small on the way, large when it is unpacked: one field in HPACK's table, then a byte for each time it comes.
        name, value = b"x-large", b"a" * 3000
        field = b"\x40" + bytes([len(name)]) + name + b"\x7f" + bytes([(3000 - 127) & 127 | 128, (3000 - 127) >> 7]) + value
        block = b"\x82\x86\x84\x41\x01x" + field + b"\xbe" * 5000
        before = resident_mib(self.gateway.process.pid)
        outcomes = set()
        for _ in range(scale(20, 200)):
            with connect(self.gateway.url) as connection:
                connection.sendall(PREFACE + frame(4, 0, 0) + frame(1, 5, 1, block) + frame(PING, 0, 0, b"are you?"))
                got, ended = self.answers(connection)
            # 431, or the stream or the connection is given up.
            for kind, _, _, payload in got:
                if kind == 1:
                    outcomes.add(hpack.Decoder().decode(payload)[0][1])
                elif kind in (3, 7):
                    outcomes.add({3: "reset", 7: "goaway"}[kind])
            self.assertTrue(ended or any(kind in (1, 3) for kind, _, _, _ in got), "it is answered, reset or told to go away")
        grown = resident_mib(self.gateway.process.pid) - before
        figure(f"lists of fields of 15 MB in 8 kB, {scale(20, 200)} times: {sorted(outcomes)}, {grown:+.0f} MiB")
        self.assertLessEqual(outcomes, {"431", "reset", "goaway"})
        self.assertLess(grown, 30)
        self.still_serves()

    def test_a_list_of_many_fields_is_refused(self):
        """What an honest library writes: many small fields, and few large ones, past 16 KiB together."""
        for more in ([(f"x-{number}", "a" * 20) for number in range(2000)], [("x-large", "a" * 60_000)], [("cookie", "a=b; " * 8000)]):
            connection, client = self.client()
            self.addCleanup(connection.close)
            client.send_headers(1, self.fields("GET", "/healthz", *more), end_stream=True)
            connection.sendall(client.data_to_send())
            statuses, errors = [], []
            connection.settimeout(30)
            try:
                while not statuses and not errors and (piece := connection.recv(65536)):
                    for event in client.receive_data(piece):
                        if isinstance(event, h2.events.ResponseReceived):
                            statuses.append(dict(event.headers)[b":status"])
                        elif isinstance(event, (h2.events.StreamReset, h2.events.ConnectionTerminated)):
                            errors.append(event.error_code)
            except ConnectionError:
                errors.append("closed")
            self.assertIn(statuses, ([b"431"], []), more[0][0])
        self.still_serves()

    def test_floods_of_pings_settings_and_empty_data_are_survived(self):
        before = resident_mib(self.gateway.process.pid)
        for kind, flags, stream, payload in [(6, 0, 0, b"12345678"), (4, 0, 0, b""), (0, 0, 1, b"")]:
            with connect(self.gateway.url) as connection:
                connection.sendall(PREFACE + frame(4, 0, 0) + frame(1, 4, 1, b"\x83\x86\x84\x41\x01x"))
                stop = threading.Event()

                def drain(connection=connection, stop=stop):
                    try:
                        while not stop.is_set() and connection.recv(65536):
                            pass
                    except OSError:
                        pass

                reader = threading.Thread(target=drain, daemon=True)
                reader.start()
                try:
                    for _ in range(scale(200, 2000)):
                        connection.sendall(frame(kind, flags, stream, payload) * 100)
                except OSError:
                    pass
                stop.set()
            self.still_serves()
        grown = resident_mib(self.gateway.process.pid) - before
        figure(f"floods of PING, SETTINGS and empty DATA: {grown:+.0f} MiB")
        self.assertLess(grown, 60)


if __name__ == "__main__":
    unittest.main()
