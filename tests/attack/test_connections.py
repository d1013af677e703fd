"""Connections that send nothing, little or too much, and what each costs.

Run with: tools/test.sh attack
"""

import asyncio
import concurrent.futures
import json
import re
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
    FULL,
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

    def test_each_has_its_deadline_and_is_cut_by_no_other(self):
        """All of them at once, since each takes seconds of waiting."""
        tries = [
            self.who_sends_nothing_or_half_a_head_is_closed,
            self.a_head_a_byte_at_a_time_has_one_deadline,
            self.an_idle_connection_is_closed_and_serves_until_then,
            self.bodies_that_stall_or_trickle_are_answered_408,
            self.sound_that_is_heard_slowly_is_not_cut,
        ]
        with concurrent.futures.ThreadPoolExecutor(len(tries)) as pool:
            for what, outcome in [(one.__name__, pool.submit(one)) for one in tries]:
                with self.subTest(what):
                    outcome.result()

    def close_after(self, beginnings, low, high, answer=b""):
        """Connections that begin like this, at the same time, and how long they last."""

        def one(sent):
            with connect(self.gateway.url) as connection:
                connection.sendall(sent)
                return seconds_until_closed(connection)

        with concurrent.futures.ThreadPoolExecutor(len(beginnings)) as pool:
            for sent, (seconds, said) in zip(beginnings, pool.map(one, beginnings), strict=True):
                self.assertTrue(low <= seconds <= high, f"{sent[:40]!r}: {seconds:.1f} s")
                self.assertTrue(said.startswith(answer), said[:80])

    def who_sends_nothing_or_half_a_head_is_closed(self):
        self.close_after([b"", b"G", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: a", PREFACE[:12], PREFACE + frame(4, 0, 0)], 0.9, 3)

    def a_head_a_byte_at_a_time_has_one_deadline(self):
        begun = time.monotonic()
        with connect(self.gateway.url) as connection:
            with self.assertRaises(OSError):
                connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
                while time.monotonic() - begun < 20:
                    connection.sendall(b"a")
                    time.sleep(0.2)
        self.assertLess(time.monotonic() - begun, 5)

    def an_idle_connection_is_closed_and_serves_until_then(self):
        with connect(self.gateway.url) as connection:
            for pause in (0, 2, 2):
                time.sleep(pause)
                connection.sendall(GET)
                self.assertIn(b"200 OK", connection.recv(65536))
            seconds, said = seconds_until_closed(connection)
        self.assertTrue(2.5 <= seconds <= 5, seconds)
        self.assertEqual(said, b"")

    def bodies_that_stall_or_trickle_are_answered_408(self):
        head = b"POST /tts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
        self.close_after([head, head + b'{"text":"'], 0.9, 3, b"HTTP/1.1 408")
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

    def sound_that_is_heard_slowly_is_not_cut(self):
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
    """Idle connections over which replies come: who opens them without number is told 429, whatever door it is."""

    # Each is asked for by networks of its own, since all doors count together.
    DOORS = {
        "/tts/stream": {},
        "/v1/realtime?model=tts-1": {},
        "/elevenlabs/v1/text-to-speech/heart/stream-input": {},
        "/elevenlabs/v1/text-to-speech/heart/multi-stream-input": {},
        "/cognitiveservices/websocket/v1": {},
    }
    # What a network of visitors may have open, and one visitor.
    NETWORK, VISITOR = 16, 4

    @classmethod
    def setUpClass(cls):
        settings = {"TTS_AUTH": "trial", "TTS_TRUSTED_PROXIES": "127.0.0.1", "TTS_WYOMING_LISTEN": "127.0.0.1:0"}
        cls.gateway = cls.enterClassContext(Gateway(**settings))
        cls.url = cls.gateway.url.replace("http", "ws", 1)
        cls.wyoming = next(found[0] for line in cls.gateway.lines if (found := re.search(r"tcp://\S+", line)))

    async def crowd(self, opened, door, count, network, cookie=None):
        """Opens as many as it may; answers with what the others were refused."""
        refused = []
        for number in range(count):
            headers = {"X-Forwarded-For": f"{network}.{number % 250}", **({"Cookie": cookie} if cookie else {})}
            try:
                opened.append(await websockets.connect(self.url + door, additional_headers=headers))
            except websockets.InvalidStatus as error:
                refused.append(error.response.status_code)
        return refused

    def test_who_opens_them_without_number_is_refused_at_every_door(self):
        async def attack():
            told = []
            for number, door in enumerate(self.DOORS):
                opened = []
                refused = await self.crowd(opened, door, scale(30, 200), f"198.51.{number}")
                told.append(f"{door}: {len(opened)}")
                self.assertEqual((len(opened), set(refused)), (self.NETWORK, {429}), door)
                # Another network is served meanwhile, at this door and at the first.
                others = []
                self.assertEqual(await self.crowd(others, door, 1, "203.0.113"), [], door)
                for connection in [*opened, *others]:
                    await connection.close()
            return told

        told = asyncio.run(attack())
        figure(f"one network of visitors, idle WebSockets of {scale(30, 200)}: {', '.join(told)}")

    def test_one_visitor_has_few_over_all_doors_together(self):
        async def attack():
            cookie = ask(self.gateway.url, "GET", "/tts/config", headers={"X-Forwarded-For": "198.51.100.7"})[1]["set-cookie"]
            opened, refused = [], []
            for door in [*self.DOORS] * 2:
                refused += await self.crowd(opened, door, 1, "198.51.100", cookie.split(";")[0])
            self.assertEqual((len(opened), set(refused)), (self.VISITOR, {429}))
            # One that is closed makes room for another.
            await opened.pop().close()
            until = time.monotonic() + 10
            while await self.crowd(opened, "/tts/stream", 1, "198.51.100", cookie.split(";")[0]) and time.monotonic() < until:
                await asyncio.sleep(0.05)
            self.assertEqual(len(opened), self.VISITOR)
            for connection in opened:
                await connection.close()

        asyncio.run(attack())

    def test_one_visitor_leaves_connections_for_others(self):
        async def attack():
            opened = []
            await self.crowd(opened, "/tts/stream", 100, "198.51.101")
            async with websockets.connect(self.url + "/tts/stream", additional_headers={"X-Forwarded-For": "203.0.113.9"}) as connection:
                await connection.send(json.dumps({"type": "begin", "format": "pcm"}))
                begun = json.loads(await connection.recv())
            for connection in opened:
                await connection.close()
            return begun["type"]

        self.assertEqual(asyncio.run(attack()), "begun")

    def test_the_port_of_home_assistant_is_bounded_too(self):
        host, port = self.wyoming.removeprefix("tcp://").rsplit(":", 1)
        describe = b'{"type":"describe","data":{}}\n'

        def arrives(number, network):
            """A connection, and whether it is served: the first line that comes back says what it is."""
            connection = socket.create_connection((host, int(port)), 30, source_address=(f"127.0.{network}.{number + 1}", 0))
            self.addCleanup(connection.close)
            connection.sendall(describe)
            return connection, json.loads(connection.makefile("rb").readline())

        served, refused = [], []
        for number in range(scale(30, 200)):
            connection, said = arrives(number, 7)
            (served if said["type"] == "info" else refused).append((connection, said))
        figure(f"one network, idle connections of Wyoming of {scale(30, 200)}: {len(served)}; the others: {refused[0][1]}")
        self.assertEqual(len(served), self.NETWORK)
        self.assertEqual({said["type"] for _, said in refused}, {"error"})
        for connection, _ in refused:
            self.assertLess(seconds_until_closed(connection)[0], 5)
        self.assertEqual(arrives(0, 8)[1]["type"], "info")

    @unittest.skipUnless(FULL, "part of `make attack`: it takes a minute")
    def test_idle_ones_end_after_a_minute(self):
        doors = [door for door in self.DOORS if not door.startswith("/v1/realtime")]

        async def ends(door):
            # What it does not ask for does not keep it.
            connection = await websockets.connect(self.url + door, additional_headers={"X-Forwarded-For": "192.0.2.1"}, ping_interval=5)
            begun = time.monotonic()
            try:
                await asyncio.wait_for(connection.wait_closed(), 75)
            except TimeoutError:
                connection.transport.abort()
            return time.monotonic() - begun

        async def all_of_them():
            return await asyncio.gather(*map(ends, doors))

        took = dict(zip(doors, asyncio.run(all_of_them()), strict=True))
        figure(f"idle WebSockets ended after: {', '.join(f'{door} {seconds:.0f} s' for door, seconds in took.items())}")
        for door, seconds in took.items():
            with self.subTest(door):
                self.assertTrue(55 <= seconds <= 70, f"{seconds:.0f} s")


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
