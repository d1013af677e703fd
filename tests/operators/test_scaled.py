"""Two gateways behind nginx (`deploy/scaled`): the compose file names what there is, and nginx, as it is shipped, does what the
gateways and their listeners need of it, with stand-ins behind it. The compose file itself has not been started: no Docker here.

Run with: tools/test.sh operators
"""

import http.server
import ipaddress
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.request

import yaml

from support.gateway import BINARY
from support.servers import ends_with_its_parent, free_port, wait_for

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
FOLDER = os.path.join(ROOT, "deploy/scaled")
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
# What the images listen on, where the file does not say it.
PORTS = {"postgres": "5432", "valkey": "6379", "bucket": "7070"}
# More than the systems' own buffers on the way hold, bytes.
LONG = 64 << 20


def read(*path):
    with open(os.path.join(ROOT, *path)) as file:
        return file.read()


class Compose(unittest.TestCase):
    def setUp(self):
        self.text = read("deploy/scaled/compose.yaml")
        self.compose = yaml.safe_load(self.text)
        self.services = self.compose["services"]
        self.gateways = {name: service for name, service in self.services.items() if name.startswith("gateway-")}

    def test_it_is_what_compose_takes(self):
        for path in ("compose.yaml", "deploy/scaled/compose.yaml"):
            command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", os.path.join(ROOT, path)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_setting_is_one_of_the_gateways(self):
        known = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", read("docs/CONFIG.md"))) | set(re.findall(r"\b(AWS_[A-Z0-9_]+)", read("docs/OPERATIONS.md")))
        self.assertEqual(len(self.gateways), 2)
        for name, service in self.gateways.items():
            self.assertEqual(set(service["environment"]) - known, set())
            self.assertEqual(service["environment"]["TTS_INSTANCE"], name)
        # They differ in their name alone, and have all that gateways share.
        one, two = ({**service["environment"], "TTS_INSTANCE": ""} for service in self.gateways.values())
        self.assertEqual(one, two)
        self.assertLessEqual({"DATABASE_URL", "REDIS_URL", "TTS_STORAGE_URL", "TTS_SIGNING_KEY"}, set(one))

    def test_the_gateway_takes_them(self):
        settings = {
            name: re.sub(r"\$\{[A-Z_]+:([-?])([^}]*)\}", lambda of: of[2] if of[1] == "-" else "0123456789abcdef" * 4, value)
            for name, value in self.services["gateway-1"]["environment"].items()
        }
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.run([BINARY, "config"], cwd=folder, env=settings, capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)

    def test_whoever_is_named_is_there(self):
        settings = self.services["gateway-1"]["environment"]
        for name in ("DATABASE_URL", "REDIS_URL", "AWS_ENDPOINT_URL_S3"):
            host, port = re.search(r"(?://|@)([a-z0-9-]+):(\d+)(?:/|$)", settings[name]).groups()
            self.assertEqual(port, PORTS[host])
            self.assertIn(host, self.services)
        for service in self.services.values():
            for name, wished in service.get("depends_on", {}).items():
                self.assertEqual(wished["condition"], "service_healthy")
                # The gateways' image has a check of its own.
                self.assertTrue("healthcheck" in self.services[name] or name in self.gateways, name)
        self.assertIn("HEALTHCHECK", read("Dockerfile"))
        servers = re.findall(r"^\s+server (\S+):(\d+)", read("deploy/scaled/nginx.conf"), re.MULTILINE)
        port = re.search(r"PORT=(\d+)", read("Dockerfile"))[1]
        self.assertEqual(servers, [(name, port) for name in self.gateways])

    def test_the_bucket_is_the_one_that_the_gateways_write_to(self):
        bucket, settings = self.services["bucket"], self.services["gateway-1"]["environment"]
        self.assertEqual(bucket["environment"]["ROOT_ACCESS_KEY"], settings["AWS_ACCESS_KEY_ID"])
        self.assertEqual(bucket["environment"]["ROOT_SECRET_KEY"], settings["AWS_SECRET_ACCESS_KEY"])
        self.assertEqual(bucket["environment"]["VGW_REGION"], settings["AWS_DEFAULT_REGION"])
        folder = bucket["environment"]["VGW_BACKEND_ARG"] + "/" + settings["TTS_STORAGE_URL"].removeprefix("s3://")
        self.assertEqual(bucket["volumes"], [f"bucket:{folder}"])

    def test_every_file_and_every_volume_is_there(self):
        mounted = [volume.split(":")[0] for service in self.services.values() for volume in service.get("volumes", [])]
        files = {path for path in mounted if path.startswith(".")}
        self.assertEqual(files, {"./nginx.conf"})
        self.assertTrue(os.path.exists(os.path.join(FOLDER, "nginx.conf")))
        self.assertEqual(sorted(set(mounted) - files), sorted(self.compose["volumes"]))
        self.assertTrue(os.path.exists(os.path.join(FOLDER, self.services["gateway-1"]["build"], "Dockerfile")))

    def test_nginx_alone_is_believed_about_callers(self):
        subnet = ipaddress.ip_network(self.compose["networks"]["default"]["ipam"]["config"][0]["subnet"])
        others = ipaddress.ip_network(self.compose["networks"]["default"]["ipam"]["config"][0]["ip_range"])
        own = {name: service["networks"]["default"]["ipv4_address"] for name, service in self.services.items() if "networks" in service}
        self.assertEqual(len(set(own.values())), 3)
        for address in map(ipaddress.ip_address, own.values()):
            self.assertIn(address, subnet)
            self.assertNotIn(address, others)
        self.assertEqual(self.services["gateway-1"]["environment"]["TTS_TRUSTED_PROXIES"], own["nginx"])
        self.assertEqual([name for name, service in self.services.items() if "ports" in service], ["nginx"])

    def test_secrets_are_those_that_the_document_makes(self):
        wanted = set(re.findall(r"\$\{([A-Z_]+):\?", self.text))
        made = re.search(r"for name in ([A-Z_ ]+); do", read("docs/SCALING.md"))[1].split()
        self.assertEqual(wanted, set(made))

    def test_a_stop_has_the_time_that_it_takes(self):
        for service in self.gateways.values():
            self.assertGreaterEqual(int(service["stop_grace_period"].removesuffix("s")), 60)


class StandIn(http.server.BaseHTTPRequestHandler):
    """A gateway that says who it is and what it was told."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if (self.headers.get("Upgrade"), self.headers.get("Connection")) == ("websocket", "upgrade"):
            self.close_connection = True
            self.wfile.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n")
            self.wfile.write(self.connection.recv(64).upper())
        elif self.path == "/sound":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for part in (b"one", b"two", b"six"):
                self.wfile.write(b"3\r\n" + part + b"\r\n")
                self.server.heard.acquire(timeout=30)
            self.wfile.write(b"0\r\n\r\n")
        elif self.path == "/long":
            self.send_response(200)
            self.send_header("Content-Length", str(LONG))
            self.end_headers()
            # Whoever waits this long to be rid of a part has a listener who does not take it.
            self.connection.settimeout(1)
            try:
                for _ in range(LONG // 65536):
                    self.wfile.write(bytes(65536))
            except TimeoutError:
                self.close_connection = True
                self.server.held_back.set()
        else:
            self.answer(b"")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(self.path)
        if self.path == "/dies":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.answer(str(len(body)).encode())

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-By", str(self.server.server_port))
        for name in ("Host", "X-Forwarded-For", "X-Forwarded-Proto", "Connection"):
            self.send_header(f"X-Told-{name}", self.headers.get(name, "nothing"))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Gateway(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), StandIn)
        self.heard, self.held_back, self.asked, self.connections = threading.Semaphore(0), threading.Event(), [], []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def process_request(self, request, client_address):
        self.connections.append(request)
        super().process_request(request, client_address)

    def die(self):
        self.shutdown()
        self.server_close()
        for connection in self.connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # It has ended already.


@unittest.skipUnless(os.access(NGINX, os.X_OK), "needs nginx")
class Nginx(unittest.TestCase):
    def setUp(self):
        self.gateways = [Gateway() for _ in range(2)]
        for gateway in self.gateways:
            self.addCleanup(gateway.die)
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="saywell-nginx-"))
        self.port = free_port()
        # As shipped, but for addresses, places and, for whoever is root, the user.
        settings = read("deploy/scaled/nginx.conf").replace("listen 80;", f"listen 127.0.0.1:{self.port};")
        for number, gateway in enumerate(self.gateways, 1):
            settings = settings.replace(f"gateway-{number}:8787", f"127.0.0.1:{gateway.server_port}")
        temporary = "".join(f"{of}_temp_path {folder}/{of};" for of in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        settings = settings.replace("access_log off;", f"access_log off; {temporary}").replace("/run/nginx.pid", f"{folder}/pid")
        settings = settings.replace("worker_processes auto;", "daemon off; master_process off;").replace("/dev/stderr", f"{folder}/log")
        settings = settings.replace("worker_rlimit_nofile 65536;", "").replace("worker_connections 16384;", "worker_connections 256;")
        self.command = [NGINX, "-p", folder, "-c", os.path.join(folder, "nginx.conf")]
        with open(self.command[-1], "w") as file:
            file.write(settings)
        checked = subprocess.run([*self.command, "-t"], capture_output=True, text=True, check=False)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=ends_with_its_parent)
        self.addCleanup(process.wait, 30)
        self.addCleanup(process.terminate)
        wait_for(self.port, process)

    def ask(self, path, body=None, **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, names), timeout=30) as answer:
            return answer.headers, answer.read()

    def test_callers_are_told_of_and_cannot_say_who_they_are(self):
        told, _ = self.ask("/", Host="voice.example.com", X_Forwarded_For="192.0.2.7", X_Forwarded_Proto="https")
        self.assertEqual(told["X-Told-Host"], "voice.example.com")
        self.assertEqual(told["X-Told-X-Forwarded-For"], "127.0.0.1")
        self.assertEqual(told["X-Told-X-Forwarded-Proto"], "http")
        self.assertEqual(told["X-Told-Connection"], "nothing", "and connections to gateways are kept")

    def test_both_are_asked_and_one_that_is_gone_is_not(self):
        both = {str(gateway.server_port) for gateway in self.gateways}
        self.assertEqual({self.ask("/")[0]["X-By"] for _ in range(8)}, both)
        self.gateways[0].die()
        # Also what is bought: who refused the connection was sent nothing.
        by = {self.ask("/tts", b"{}")[0]["X-By"] for _ in range(8)}
        self.assertEqual(by, {str(self.gateways[1].server_port)})

    def test_what_was_sent_to_one_that_dies_is_not_bought_twice(self):
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.ask("/dies", b"{}")
        self.assertEqual(refused.exception.code, 502)
        refused.exception.close()
        self.assertEqual(sum(len(gateway.asked) for gateway in self.gateways), 1)

    def test_sound_is_heard_while_it_is_made(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/sound", timeout=10) as answer:
            for part in (b"one", b"two", b"six"):
                self.assertEqual(answer.read(3), part)
                for gateway in self.gateways:
                    gateway.heard.release()
            self.assertEqual(answer.read(), b"")

    def test_what_is_not_listened_to_is_not_fetched(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(b"GET /long HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertTrue(connection.recv(1))
            # It goes to the first one first.
            self.assertTrue(self.gateways[0].held_back.wait(20))

    def test_a_connection_becomes_a_websocket(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(b"GET /tts/stream HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
            head = connection.recv(4096)
            self.assertIn(b"101 Switching Protocols", head)
            connection.sendall(b"hello")
            said = head.partition(b"\r\n\r\n")[2]
            while len(said) < 5 and (more := connection.recv(64)):
                said += more
            self.assertEqual(said, b"HELLO")

    def test_the_largest_body_that_a_gateway_takes_passes(self):
        most = re.search(r"MAX_BODY_BYTES: usize = (\d+) << 20;", read("crates/saywell/src/http.rs"))
        self.assertEqual(self.ask("/tts", bytes(int(most[1]) << 20))[1], str(int(most[1]) << 20).encode())


if __name__ == "__main__":
    unittest.main()
