"""What a crowd leaves behind: memory that was taken for many replies or large bodies is given back within a minute.

Run with: tools/test.sh attack
"""

import contextlib
import json
import re
import socket
import time
import unittest

from attack.wire import FULL, address, ask, eventually, figure, resident_mib, seconds_until_closed
from support.gateway import Gateway

# What is resident a minute after, MiB: the gateway with its voice takes 60 to 70 at rest.
AFTERWARDS, WITHIN = 100, 60
# Nothing of what is measured is a cache that does its work; the storage has room for all, and what it had not is kept in memory.
SMALL = {"TTS_CACHE_MEMORY_BYTES": "1MiB", "TTS_CACHE_MAX_BYTES": "2GiB", "TTS_QUEUE_SECONDS": "600", "TTS_TOO_LONG": "refuse"}


@unittest.skipUnless(FULL, "part of `make attack`")
class Burst(unittest.TestCase):
    def post(self, number, body, all_of_it=True):
        """A request whose answer nobody takes; from a few addresses, as crowds are."""
        connection = socket.socket()
        # What the system would hold for it is not the gateway's.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.bind((f"127.0.2.{number % 200 + 1}", 0))
        connection.settimeout(60)
        connection.connect(address(self.gateway.url))
        head = f"POST /tts HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        connection.sendall(head + (body if all_of_it else body[:-1]))
        return connection

    def made(self):
        """How many replies were made to their end."""
        text = ask(self.gateway.url, "GET", "/metrics")[2].decode()
        return sum(float(n) for n in re.findall(r'^saywell_flights_total\{outcome="spoken"\} (\S+)$', text, re.MULTILINE))

    def returns(self, what, least, idle, peak):
        """Judges how much is left, from now on, and says so."""
        begun = time.monotonic()
        pid = self.gateway.process.pid
        back = eventually(lambda: resident_mib(pid) <= AFTERWARDS, WITHIN)
        took, left = time.monotonic() - begun, resident_mib(pid)
        figure(f"{what}: {idle:.0f} MiB at rest, {peak:.0f} at most, {left:.0f} after {took:.0f} s")
        self.assertGreaterEqual(peak, least, "there was something to give back")
        self.assertTrue(back, f"{left:.0f} MiB are left {took:.0f} s after the last of them, of {peak:.0f}")
        self.assertEqual(ask(self.gateway.url, "POST", "/tts", {"text": "It is quiet again."})[0], 200)

    def test_memory_returns_after_many_long_replies(self):
        count, sentences = 16, 60
        with Gateway(**SMALL) as self.gateway, contextlib.ExitStack() as crowd:
            pid = self.gateway.process.pid
            self.assertEqual(ask(self.gateway.url, "POST", "/tts", {"text": "Hello."})[0], 200)
            idle = resident_mib(pid)
            long = "This sentence is long enough to be heard for a while, and it is said again and again. " * sentences
            bodies = [json.dumps({"text": f"{long} Number {n}.", "format": "wav"}).encode() for n in range(count)]
            listeners = [crowd.enter_context(self.post(n, body)) for n, body in enumerate(bodies)]
            resident = [idle]

            def made():
                resident.append(resident_mib(pid))
                return self.made() > count

            self.assertTrue(eventually(made, 300), f"{count} are made while nobody takes any of it")
            for listener in listeners:
                self.assertTrue(listener.recv(64).startswith(b"HTTP/1.0 200"))
                listener.close()
            self.returns(f"{count} replies of {sentences * 5} s or more as wav, that nobody took", 400, idle, max(resident))

    def test_memory_returns_after_large_bodies(self):
        count = 100
        with Gateway(**SMALL) as self.gateway, contextlib.ExitStack() as crowd:
            pid = self.gateway.process.pid
            self.assertEqual(ask(self.gateway.url, "POST", "/tts", {"text": "Hello."})[0], 200)
            idle = resident_mib(pid)
            body = json.dumps({"text": "a" * 7_000_000}).encode()
            senders = [crowd.enter_context(self.post(n, body, all_of_it=False)) for n in range(count)]
            peak = resident_mib(pid)
            for sender in senders:
                sender.sendall(body[-1:])
                self.assertTrue(seconds_until_closed(sender)[1].startswith(b"HTTP/1.0 413"))
                sender.close()
            self.returns(f"{count} bodies of 7 MB at once", 400, idle, peak)


if __name__ == "__main__":
    unittest.main()
