"""A real PostgreSQL, a real Redis and a bucket, which can be made to stand still."""

import ctypes
import glob
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_for(port, process=None, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process is not None and process.poll() is not None:
                raise RuntimeError(f"{process.args[0]} ended with {process.returncode}") from None
            time.sleep(0.05)
    raise RuntimeError(f"nobody listens on {port}")


PR_SET_PDEATHSIG = 1


def ends_with_its_parent():
    """Given to a program that is started: whoever started it may be killed without a word."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Standing:
    """A server that is one process, `self.process`, and can be made to stand still."""

    def stand_still(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        """Ends it without a word; `start` has it again, at the same port, with nothing in it."""
        self.process.kill()
        self.process.wait(timeout=30)


class Redis(Standing):
    """`redis-server` on a free port, for the length of a `with` block."""

    def __enter__(self):
        self.port = free_port()
        self.folder = tempfile.TemporaryDirectory(prefix="saywell-redis-")
        self.url = f"redis://127.0.0.1:{self.port}"
        self.start()
        return self

    def start(self):
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self.folder.name]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=ends_with_its_parent
        )
        wait_for(self.port, self.process)

    def __exit__(self, *_):
        self.go_on()
        self.process.terminate()
        self.process.wait(timeout=30)
        self.folder.cleanup()


class Bucket(Standing):
    """The bucket `audio` of moto's server, which others made to stand in for Amazon's, for the length of a `with` block."""

    def __enter__(self):
        # Only tests of buckets need it.
        import boto3

        self.port = free_port()
        # What a gateway is told of it.
        self.settings = {
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{self.port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "eu-west-1",
        }
        self.client = boto3.client(
            "s3", endpoint_url=self.settings["AWS_ENDPOINT_URL_S3"], aws_access_key_id="AKIAEXAMPLE",
            aws_secret_access_key="secret", region_name="eu-west-1",
        )
        self.start()
        return self

    def start(self):
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=ends_with_its_parent
        )
        wait_for(self.port, self.process)
        self.client.create_bucket(Bucket="audio", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})

    def kept(self):
        """Bytes of all that lies in it, known to anybody or not."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket="audio")
        return sum(found["Size"] for page in pages for found in page.get("Contents", []))

    def __exit__(self, *_):
        self.client.close()
        self.process.kill()
        self.process.wait(timeout=30)


class Postgres:
    """PostgreSQL on a free port, for the length of a `with` block."""

    def __enter__(self):
        self.port = free_port()
        self.folder = tempfile.mkdtemp(prefix="saywell-postgres-")
        self.programs = self.installed()
        # It refuses to be root.
        self.user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if self.user:
            shutil.chown(self.folder, "postgres", "postgres")
        data = os.path.join(self.folder, "data")
        self.run("initdb", "-D", data, "--auth=trust", "--username=saywell", "--encoding=UTF8", "--no-sync")
        self.url = f"postgres://saywell@127.0.0.1:{self.port}/postgres"
        self.start()
        return self

    def start(self):
        data = os.path.join(self.folder, "data")
        options = f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories= -c fsync=off -c max_connections=200"
        self.run("pg_ctl", "start", "--wait", "-D", data, "--log", os.path.join(self.folder, "log"), "--options", options)
        with open(os.path.join(data, "postmaster.pid"), encoding="utf-8") as pid:
            self.pid = int(pid.readline())

    @staticmethod
    def installed():
        """Where its programs are; empty where the shell finds them."""
        programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        return programs[-1] if programs else ""

    def run(self, program, *arguments):
        command = [*self.user, os.path.join(self.programs, program), *arguments]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(self, query):
        """The one value that a query gives."""
        command = [os.path.join(self.programs, "psql"), "-h", "127.0.0.1", "-p", str(self.port), "-U", "saywell", "-At", "-c", query, "postgres"]
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd="/").stdout.strip()

    def processes(self):
        children = subprocess.run(["pgrep", "-P", str(self.pid)], capture_output=True, text=True, check=False).stdout
        return [self.pid, *map(int, children.split())]

    def signal(self, number):
        for pid in self.processes():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def stand_still(self):
        self.signal(signal.SIGSTOP)

    def go_on(self):
        self.signal(signal.SIGCONT)

    def kill(self):
        """Ends all of it without a word; `start` has it again, with what it had written."""
        self.signal(signal.SIGKILL)
        while any(os.path.exists(f"/proc/{pid}") for pid in self.processes()):
            time.sleep(0.02)

    def __exit__(self, *_):
        self.go_on()
        if os.path.exists(f"/proc/{self.pid}"):
            self.run("pg_ctl", "stop", "--wait", "--mode=immediate", "-D", os.path.join(self.folder, "data"))
        shutil.rmtree(self.folder, ignore_errors=True)
