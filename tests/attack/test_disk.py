"""A disk that is full, a folder that cannot be written and a damaged database: speech goes on, nothing that was complete is lost or
overwritten, and one line says what is wrong and what to do.

A clock that is put forward and back is tried where there is one that can be: `crates/saywell/tests/api/limits.rs`,
`a_clock_that_jumps_an_hour_back_and_forth_stops_nobody_and_loses_nothing`.

Run with: tools/test.sh attack
"""

import contextlib
import json
import os
import resource
import sqlite3
import subprocess
import tempfile
import unittest

from attack.wire import ask, eventually, figure
from support.gateway import Gateway, Kept
from support.stub import Stub

KNOWN = "This was said before anything was amiss."
FULL_LINE, ROOM_LINE = "sound cannot be kept", "Free some space"


class Disk:
    """A disk of 16 MiB, for the length of a `with` block; a limit on the length of files where none may be mounted."""

    def __enter__(self):
        self.home = tempfile.mkdtemp(prefix="saywell-disk-")
        mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", self.home]
        self.is_mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
        return self

    def fill(self, gateway):
        if not self.is_mounted:
            resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))
            return
        with contextlib.suppress(OSError), open(os.path.join(self.home, "filler"), "wb", buffering=0) as filler:
            while filler.write(bytes(4096)) == 4096:
                pass

    def clear(self, gateway):
        if self.is_mounted:
            os.remove(os.path.join(self.home, "filler"))
        else:
            resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def __exit__(self, *_):
        if self.is_mounted:
            subprocess.run(["umount", self.home], check=True)
        else:
            subprocess.run(["rm", "-r", self.home], check=True)
        with contextlib.suppress(FileNotFoundError):
            os.rmdir(self.home)


class Bounded(Kept):
    """A gateway that is told when a file may not become longer, rather than ended by a signal."""

    def command(self, folder):
        command, environment = super().command(folder)
        return ["sh", "-c", f"trap '' XFSZ; exec {' '.join(command)}"], environment


class Unprivileged(Gateway):
    """A gateway whose data folder is not its own to write."""

    def command(self, folder):
        command, environment = super().command(folder)
        os.chmod(folder, 0o755)
        os.mkdir(environment["TTS_DATA_DIR"], 0o555)
        # Nothing keeps root from writing.
        become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
        return [*become, *command], environment


def speak(gateway, text, **more):
    status, headers, sound = ask(gateway.url, "POST", "/tts", {"text": text, **more})
    assert status == 200, sound
    assert len(sound) > 4000
    return headers["X-TTS-Cache"], sound


class Full(unittest.TestCase):
    def test_speech_goes_on_and_nothing_that_was_complete_is_lost(self):
        with Disk() as disk, Stub("openai") as stub:
            settings = {
                "TTS_PROVIDER": "openai",
                "OPENAI_API_KEY": "k",
                "OPENAI_BASE_URL": f"{stub.url}/v1",
                # What is heard again comes from the disk.
                "TTS_CACHE_MEMORY_BYTES": "0",
            }
            with Bounded(disk.home, **settings) as gateway:
                _, whole = speak(gateway, KNOWN, message_id="known")
                self.assertTrue(eventually(lambda: speak(gateway, KNOWN)[0] == "hit"))
                disk.fill(gateway)
                for number in range(6):
                    speak(gateway, f"Number {number}, said without any room at all.", message_id=f"full-{number}")
                self.assertEqual(speak(gateway, KNOWN)[1], whole, "what was complete is heard as it was")
                disk.clear(gateway)
                text = "This was said when there was room again."
                self.assertTrue(eventually(lambda: speak(gateway, text, message_id="after")[0] == "hit"))
                _, after = speak(gateway, text)
            lines = [line for line in gateway.lines if FULL_LINE in line]
            self.assertEqual(len(lines), 1, f"one line says what is wrong: {gateway.lines}")
            self.assertIn(ROOM_LINE, lines[0])
            with Bounded(disk.home, **settings) as gateway2:
                for sound, said in ((whole, KNOWN), (after, text)):
                    self.assertEqual(speak(gateway2, said), ("hit", sound))
            # Each call that reached the provider is in the books, or in the log where there was no room for it.
            sent = [json.loads(request["body"])["input"] for request in stub.requests() if request["path"].endswith("/audio/speech")]
            with contextlib.closing(sqlite3.connect(os.path.join(disk.home, "data", "saywell.db"))) as database:
                rows = [name for (name,) in database.execute("SELECT message_id FROM tts_calls")]
            log = "\n".join(gateway.lines)
            lost = [number for number in range(6) if f"full-{number}" not in rows and f"full-{number}" not in log]
            self.assertEqual(lost, [], f"{len(sent)} calls, {rows}")
            figure(f"a full disk ({'tmpfs' if disk.is_mounted else 'RLIMIT_FSIZE'}): {len(sent)} calls, {len(rows)} rows, the others in the log; {lines[0]}")


class ReadOnly(unittest.TestCase):
    def test_speech_goes_on_and_one_line_says_what_to_do(self):
        with Unprivileged() as gateway:
            first, whole = speak(gateway, KNOWN)
            again, sound = speak(gateway, KNOWN)
            self.assertEqual((first, again), ("miss", "hit"))
            self.assertEqual(sound, whole)
            data = os.path.join(gateway.folder.name, "data")
            self.assertEqual(os.listdir(data), [])
        lines = [line for line in gateway.lines if " ERROR " in line]
        self.assertEqual(len(lines), 1, gateway.lines)
        self.assertIn("Make room, or the folder writable", lines[0])
        figure(f"a folder that cannot be written: {lines[0]}")


class Damaged(unittest.TestCase):
    def setUp(self):
        self.home = self.enterContext(tempfile.TemporaryDirectory(prefix="saywell-test-"))
        self.path = os.path.join(self.home, "data", "saywell.db")

    def damage(self, path, where):
        """Overwrites a part of a file: from where to where, as shares of it."""
        with open(path, "r+b") as file:
            size = file.seek(0, os.SEEK_END)
            first, last = int(where[0] * size), int(where[1] * size)
            file.seek(first)
            file.write(b"\xee" * max(100, last - first))
            file.seek(0)
            return file.read()

    def found_again(self, gateway, whole):
        self.assertTrue(eventually(lambda: speak(gateway, KNOWN) == ("hit", whole)), "its sound is found again")

    def test_a_damaged_database_is_set_aside_by_name_and_never_overwritten(self):
        with Kept(self.home) as gateway:
            _, whole = speak(gateway, KNOWN)
            self.found_again(gateway, whole)
        aside = {}
        with open(self.path, "rb") as file:
            good = file.read()
        for number, (what, where) in enumerate({"its header": (0, 0.001), "its middle": (0.05, 0.9), "all of it": (0, 1)}.items(), start=1):
            with open(self.path, "wb") as file:
                file.write(good)
            damaged = self.damage(self.path, where)
            with Kept(self.home) as gateway:
                self.found_again(gateway, whole)
                lines = [line for line in gateway.lines if f"saywell.db.damaged-{number}" in line]
            self.assertEqual(len(lines), 1, f"{what}: {gateway.lines}")
            figure(f"a database damaged in {what}: {lines[0][:300]}")
            aside[f"{self.path}.damaged-{number}"] = damaged
            for path, as_it_was in aside.items():
                with open(path, "rb") as file:
                    # Who opened it may have noted that in its first page.
                    self.assertEqual(file.read()[4096:], as_it_was[4096:], f"{path} is as it was")

    def test_a_damaged_log_of_the_database_loses_no_sound(self):
        for what, where in {"its header": (0, 0.0001), "its middle": (0.4, 0.6), "its end": (0.9, 1)}.items():
            with self.subTest(what):
                gateway = Kept(self.home).__enter__()
                _, whole = speak(gateway, KNOWN)
                self.found_again(gateway, whole)
                gateway.kill()
                log = f"{self.path}-wal"
                self.assertGreater(os.path.getsize(log), 4096, "there is something in it")
                self.damage(log, where)
                with Kept(self.home) as gateway:
                    self.found_again(gateway, whole)


if __name__ == "__main__":
    unittest.main()
