"""The real gateway as tests from outside see it: started on a free port, with a data folder of its own."""

import os
import re
import subprocess
import tempfile
import threading

BINARY = os.environ.get("SAYWELL_BIN", "target/debug/saywell")
START_SECONDS = 60


class Gateway:
    """`saywell serve`, for the length of a `with` block. `url` is where it listens."""

    def __init__(self, **settings):
        self.settings = settings

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="saywell-test-")
        self.url = None
        # Nothing of the developer's own environment: no keys, no settings, no proxy.
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": self.folder.name,
            "TTS_LISTEN": "127.0.0.1:0",
            "TTS_DATA_DIR": os.path.join(self.folder.name, "data"),
            **self.settings,
        }
        self.process = subprocess.Popen(
            [os.path.abspath(BINARY), "serve"],
            cwd=self.folder.name,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines = []
        listening = threading.Event()
        self.reader = threading.Thread(target=self._read, args=(listening,), daemon=True)
        self.reader.start()
        listening.wait(START_SECONDS)
        if self.url is None:
            said = "\n".join(self.lines)
            self.__exit__()
            raise RuntimeError(f"saywell serve did not start. It said:\n{said}")
        return self

    def _read(self, listening):
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            address = re.search(r"http://127\.0\.0\.1:\d+", line)
            if address and self.url is None:
                self.url = address[0]
                listening.set()
        listening.set()

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.reader.join()
        self.process.stdout.close()
        self.folder.cleanup()
