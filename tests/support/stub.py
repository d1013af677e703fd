"""A stand-in for a speech service, as the gateway's own tests use it, so that the service's official SDK can judge it."""

import json
import os
import subprocess
import urllib.request

from support.gateway import BINARY

STUB = os.environ.get("SAYWELL_STUB", os.path.join(os.path.dirname(BINARY), "saywell-stub"))


class Stub:
    """`saywell-stub NAME`, for the length of a `with` block. `url` is where it listens."""

    def __init__(self, name, fault=None):
        self.arguments = [name] + (["--fault", fault] if fault else [])

    def __enter__(self):
        self.process = subprocess.Popen(
            [os.path.abspath(STUB), *self.arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        line = self.process.stdout.readline()
        if " listens on " not in line:
            self.__exit__()
            raise RuntimeError(f"saywell-stub did not start. It said: {line!r}")
        self.url = line.rsplit(" ", 1)[1].strip()
        self.address = self.url.removeprefix("http://")
        return self

    def requests(self):
        """What it was asked so far."""
        with urllib.request.urlopen(f"{self.url}/_requests") as answer:
            return json.load(answer)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.process.stdout.close()
