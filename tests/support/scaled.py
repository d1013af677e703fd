"""Three gateways behind nginx in the place of one: what tests start as `saywell serve` is then all of them, with a real
PostgreSQL, a real Redis and a bucket (moto's), so that suites which know of one gateway are put to several.

    python3 tests/support/scaled.py COMMAND…    runs a command whose SAYWELL_BIN they are

What a test sets itself holds for each of the three. Everything else of `saywell` is the one binary.
"""

import hashlib
import json
import os
import pathlib
import re
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from support.servers import Bucket, Postgres, Redis, ends_with_its_parent, free_port, wait_for

GATEWAYS = 3
LISTENS = re.compile(r"http://127\.0\.0\.1:\d+")


def run(command):
    """Runs a command with the servers that all gateways share; returns how it ended."""
    binary = os.path.abspath(os.environ["SAYWELL_BIN"])
    folder = tempfile.TemporaryDirectory(prefix="saywell-scaled-")
    with Postgres() as postgres, Bucket() as bucket, folder:
        shared = {"binary": binary, "postgres": postgres.port, "storage": bucket.settings}
        several = pathlib.Path(folder.name, "saywell")
        (several.parent / "shared.json").write_text(json.dumps(shared))
        # Tests find other programs beside the gateway's.
        stub = os.path.join(os.path.dirname(binary), "saywell-stub")
        several.write_text(f'#!/bin/sh\nexec {sys.executable} {os.path.abspath(__file__)} --several "{folder.name}" "$@"\n')
        several.chmod(several.stat().st_mode | stat.S_IXUSR)
        environment = {
            **os.environ, "SAYWELL_BIN": str(several), "SAYWELL_STUB": stub, "SAYWELL_STUB_BIN": stub, "SAYWELL_GATEWAYS": str(GATEWAYS),
        }
        return subprocess.run(command, env=environment, check=False).returncode


def several(folder, arguments):
    """What is started as `saywell`."""
    shared = json.loads(pathlib.Path(folder, "shared.json").read_text())
    settings = settings_of(shared)
    if arguments[:1] != ["serve"]:
        os.execve(shared["binary"], [shared["binary"], *arguments], settings)
    with Redis() as redis, tempfile.TemporaryDirectory(prefix="saywell-gateways-") as own:
        settings.setdefault("REDIS_URL", redis.url)
        gateways, addresses = [], []
        # Whoever has been asked to stop passes it on, and ends when they have.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, _: [gateway.send_signal(number) for gateway in gateways])
        for number in range(GATEWAYS):
            data = os.path.join(settings["TTS_DATA_DIR"], f"gateway-{number}")
            os.makedirs(data, exist_ok=True)
            command = [shared["binary"], *arguments]
            environment = {**settings, "TTS_LISTEN": "127.0.0.1:0", "TTS_DATA_DIR": data, "TTS_INSTANCE": f"gateway-{number}"}
            environment.pop("PORT", None)
            gateway = subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, text=True, preexec_fn=ends_with_its_parent
            )
            gateways.append(gateway)
        for gateway in gateways:
            for line in gateway.stdout:
                if address := LISTENS.search(line):
                    addresses.append(address[0].removeprefix("http://"))
                    break
                print(line, end="", flush=True)
        for gateway in gateways:
            threading.Thread(target=shutil.copyfileobj, args=(gateway.stdout, sys.stdout), daemon=True).start()
        balancer = None
        if len(addresses) == GATEWAYS:
            host, _, port = settings.get("TTS_LISTEN", "127.0.0.1").partition(":")
            port = int(port or settings.get("PORT") or 0) or free_port()
            balancer = balance(own, f"{host}:{port}", addresses)
            wait_for(port, balancer)
            print(f"Saywell speaks at http://{host}:{port}", flush=True)
        else:
            for gateway in gateways:
                gateway.terminate()
        codes = [gateway.wait() for gateway in gateways]
        if balancer:
            balancer.kill()
            balancer.wait()
        return max(codes, key=abs)


def settings_of(shared):
    """This environment, and where what all gateways share is, unless it says so itself."""
    settings = dict(os.environ)
    data = os.path.abspath(settings.setdefault("TTS_DATA_DIR", "saywell-data"))
    settings["TTS_DATA_DIR"] = data
    if "DATABASE_URL" not in settings:
        name = "data_" + hashlib.sha256(data.encode()).hexdigest()[:16]
        settings["DATABASE_URL"] = f"postgres://saywell@127.0.0.1:{shared['postgres']}/{name}"
        create(shared["postgres"], name)
    if "TTS_STORAGE_URL" not in settings:
        # Pages are given sound by the gateway itself, as without a bucket.
        settings |= {"TTS_STORAGE_URL": f"s3://audio/{os.path.basename(settings['DATABASE_URL'])}", "TTS_STORAGE_REDIRECTS": "false"}
        settings |= shared["storage"]
    if "TTS_SIGNING_KEY" not in settings:
        os.makedirs(data, exist_ok=True)
        key = pathlib.Path(data, "scaled-key")
        if not key.exists():
            key.write_text(secrets.token_hex(32))
        settings["TTS_SIGNING_KEY"] = key.read_text()
    return settings


def create(port, name):
    """A database of this name, unless there is one."""
    postgres = Postgres()
    postgres.port, postgres.programs = port, Postgres.installed()
    if postgres.ask(f"SELECT 1 FROM pg_database WHERE datname = '{name}'") != "1":
        postgres.ask(f"CREATE DATABASE {name}")


def balance(folder, address, gateways):
    """nginx at an address before gateways, which it asks in turn."""
    temporary = "".join(f"{of}_temp_path {folder}/{of};" for of in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    upstream = " ".join(f"server {gateway};" for gateway in gateways)
    settings = f"""
        daemon off; master_process off; pid {folder}/pid; error_log {folder}/log;
        events {{ worker_connections 8192; }}
        http {{
            access_log off; {temporary}
            client_max_body_size 0; proxy_request_buffering off; large_client_header_buffers 8 64k;
            map $http_upgrade $upgrade {{ default upgrade; '' ''; }}
            upstream gateways {{ {upstream} }}
            server {{
                listen {address};
                location / {{
                    proxy_pass http://gateways; proxy_http_version 1.1; proxy_set_header Host $http_host;
                    proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $upgrade;
                }}
            }}
        }}"""
    file = pathlib.Path(folder, "nginx.conf")
    file.write_text(settings)
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    return subprocess.Popen(
        [nginx, "-c", str(file), "-p", folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=ends_with_its_parent
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--several"]:
        sys.exit(several(sys.argv[2], sys.argv[3:]))
    sys.exit(run(sys.argv[1:]))
