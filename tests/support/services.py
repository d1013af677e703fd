"""Speech services for the gateway to speak through: real servers, and stubs."""

import os
import socket
import sys
from pathlib import Path

from support.gateway import BINARY
from support.program import Program

STUB = os.environ.get("SAYWELL_STUB_BIN", os.path.join(os.path.dirname(BINARY), "saywell-stub"))
LAUNCHER = Path(__file__).parents[2] / "tools/python/speech_server.py"


class SpeechServer(Program):
    """A real server that `speech_server.py` knows, such as `piper`."""

    def __init__(self, name):
        self.name = name

    def command(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        return [sys.executable, str(LAUNCHER), self.name, "--port", str(port), "--data", folder], None


class Stub(Program):
    """A stub, with the options of `saywell-stub NAME`, such as `Stub("proxy", upstream=URL, fault="cut", after=2)`."""

    def __init__(self, name, **options):
        self.arguments = [name]
        for option, value in options.items():
            self.arguments += [f"--{option}", str(value)]

    def command(self, folder):
        return [os.path.abspath(STUB), *self.arguments], None
