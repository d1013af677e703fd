"""Raw connections, tokens that anybody could write, and what is on a machine: what the attacks are made of."""

import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import socket
import time
import urllib.parse

# With `make attack` everything is tried in full; `make test` takes the share that is quick.
FULL = os.environ.get("ATTACK") == "full"

SECRET = "a secret that only the tests of attacks share"


def scale(share, whole):
    """A quantity: the share of `make test`, or the whole of `make attack`."""
    return whole if FULL else share


def figure(text):
    """Tells what was measured."""
    print(f"        figure: {text}", flush=True)


def address(url):
    parts = urllib.parse.urlsplit(url)
    return parts.hostname, parts.port


def connect(url, source=None):
    """A connection, from another loopback address where one is given."""
    return socket.create_connection(address(url), timeout=30, source_address=(source, 0) if source else None)


def seconds_until_closed(connection, most=30):
    """How long until the other side closes, and what it said before."""
    begun, said = time.monotonic(), b""
    connection.settimeout(most)
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            said += piece
    return time.monotonic() - begun, said


def ask(url, method, path, body=None, headers=None, timeout=60):
    """Status, headers and body of an answer. `body` may be bytes, text or what JSON can say."""
    connection = http.client.HTTPConnection(*address(url), timeout=timeout)
    try:
        headers = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def raw(url, request):
    """All that is answered to these bytes."""
    with connect(url) as connection:
        connection.sendall(request)
        return seconds_until_closed(connection)[1]


def error_of(body):
    """The code of an error, which has the one shape; fails where it has not."""
    error = json.loads(body)["error"]
    assert {"code", "message", "type", "param", "request_id"} <= error.keys(), error
    return error["code"]


def part(value):
    if not isinstance(value, bytes):
        value = json.dumps(value).encode()
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def token(claims, header=None, secret=SECRET, signature=None):
    """A token as anybody could write it; signed with `secret` unless a signature is given."""
    said = f"{part(header or {'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
    if signature is None:
        signature = hmac.new(secret.encode(), said.encode(), hashlib.sha256).digest()
    return f"{said}.{part(signature)}"


def claims(**more):
    return {"sub": "ann", "exp": int(time.time()) + 600, **more}


def bearer(value):
    return {"Authorization": f"Bearer {value}"}


def files_below(folder):
    """Bytes of all files below a folder; those that vanish meanwhile do not count."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                total += os.path.getsize(os.path.join(root, name))
    return total


def resident_mib(pid):
    with open(f"/proc/{pid}/status") as status:
        (line,) = [line for line in status if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def eventually(condition, seconds=30):
    """Whether this becomes true in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return condition()
