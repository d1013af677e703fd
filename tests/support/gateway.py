"""The real gateway as tests from outside see it: started on a free port, with a data folder of its own."""

import os
import re
import signal
import subprocess

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

    def mint(self, *options):
        """An API key, as the operator mints it beside the running gateway."""
        command = [BINARY, "key", "mint", "--name", "tests", *options]
        _, environment = self.command(self.folder.name)
        said = subprocess.run(command, cwd=self.folder.name, env=environment, capture_output=True, text=True, check=True).stdout
        return re.search(r"saywell_\S+", said)[0]


class Kept(Gateway):
    """A gateway in a folder that outlives it, at a port that stays the same where one is given."""

    def __init__(self, home, port=0, **settings):
        super().__init__(TTS_DATA_DIR=os.path.join(home, "data"), TTS_LISTEN=f"127.0.0.1:{port}", **settings)

    def kill(self):
        """Ends it without a word."""
        self.process.send_signal(signal.SIGKILL)
        self.__exit__()
