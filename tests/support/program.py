"""Programs that tests talk to, run for the length of a `with` block."""

import re
import subprocess
import tempfile
import threading

START_SECONDS = 60


class Program:
    """A server in a folder of its own. `url` is where it listens, which it says itself."""

    def command(self, folder):
        """The command, run in the path `folder`, and its environment; `None` is this one."""
        raise NotImplementedError

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="saywell-test-")
        self.url = None
        command, environment = self.command(self.folder.name)
        self.process = subprocess.Popen(
            command,
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
            raise RuntimeError(f"{' '.join(map(str, command))} did not start. It said:\n{said}")
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
