"""The real gateway as tests from outside see it: started on a free port, with a data folder of its own."""

import os

from support.program import Program

BINARY = os.path.abspath(os.environ.get("SAYWELL_BIN", "target/debug/saywell"))


class Gateway(Program):
    """`saywell serve` with these settings, as environment variables."""

    def __init__(self, **settings):
        self.settings = settings

    def command(self, folder):
        # Nothing of the developer's own environment: no keys, no settings, no proxy.
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "TTS_LISTEN": "127.0.0.1:0",
            "TTS_DATA_DIR": os.path.join(folder, "data"),
            **self.settings,
        }
        return [BINARY, "serve"], environment
