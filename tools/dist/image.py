"""A container image of one binary, written as the OCI image specification has it: no Docker, no root, no base image.

    python3 image.py BINARY LICENCES VERSION ARCHITECTURE OUT.tar [PACK]

Two layers: the C library and what else the binary is linked to, the certificate authorities and a user; then the binary. A third
has a pack of voices, where one is given. There is no shell. The same input gives the same bytes. Load it with `docker load`, `podman load` or `skopeo copy oci-archive:…`.
"""

import datetime
import gzip
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile

USER = 10001
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
WHEN = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
CREATED = datetime.datetime.fromtimestamp(WHEN, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Tree:
    """Files in the making of a layer, with their folders, in the order of their names."""

    def __init__(self):
        self.entries = {}

    def folder(self, path, mode=0o755, user=0):
        parent = os.path.dirname(path)
        if parent and parent not in self.entries:
            self.folder(parent)
        self.entries[path] = (tarfile.DIRTYPE, mode, user, b"")

    def file(self, path, content, mode=0o644):
        path = path.lstrip("/")
        if os.path.dirname(path) and os.path.dirname(path) not in self.entries:
            self.folder(os.path.dirname(path))
        self.entries[path] = (tarfile.REGTYPE, mode, 0, content)

    def tar(self):
        written = io.BytesIO()
        with tarfile.open(fileobj=written, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for path, (kind, mode, user, content) in sorted(self.entries.items()):
                entry = tarfile.TarInfo(path)
                entry.type, entry.mode, entry.uid, entry.gid = kind, mode, user, user
                entry.size, entry.mtime = len(content), WHEN
                archive.addfile(entry, io.BytesIO(content))
        return written.getvalue()


def read(path):
    with open(path, "rb") as file:
        return file.read()


def libraries(binary):
    """What the dynamic loader would load, and the loader itself."""
    told = subprocess.run(["ldd", binary], check=True, capture_output=True, text=True).stdout
    return sorted(set(re.findall(r"(/\S+) \(0x", told)))


def copyrights(paths):
    """The licences of the Debian packages that these files come from."""
    packages = set()
    for path in paths:
        for name in (path, os.path.realpath(path), "/usr" + path):
            found = subprocess.run(["dpkg-query", "--search", name], capture_output=True, text=True)
            if found.returncode == 0:
                packages.add(found.stdout.split(":")[0])
                break
    return {package: read(f"/usr/share/doc/{package}/copyright") for package in sorted(packages)}


def system(binary):
    tree = Tree()
    needed = libraries(binary)
    for path in needed:
        tree.file(path, read(path), 0o755)
    for package, text in copyrights(needed).items():
        tree.file(f"usr/share/doc/{package}/copyright", text)
    tree.file(AUTHORITIES, read(AUTHORITIES))
    tree.file("etc/passwd", f"root:x:0:0::/:/sbin/nologin\nsaywell:x:{USER}:{USER}::/data:/sbin/nologin\n".encode())
    tree.file("etc/group", f"root:x:0:\nsaywell:x:{USER}:\n".encode())
    tree.file("etc/nsswitch.conf", b"hosts: files dns\n")
    tree.folder("etc/saywell")
    tree.folder("data", 0o700, USER)
    tree.folder("tmp", 0o1777)
    return tree


def main(binary, licences, version, architecture, out, pack=None):
    program = Tree()
    program.file("usr/bin/saywell", read(binary), 0o755)
    program.file("usr/share/doc/saywell/LICENCES.txt", read(licences))
    trees = {"system libraries and certificate authorities": system(binary), "saywell": program}
    if pack:
        voices = trees["voices"] = Tree()
        voices.file("usr/share/saywell/kokoro.pack", read(pack))

    blobs = {}

    def keep(content, media_type):
        digest = hashlib.sha256(content).hexdigest()
        blobs[digest] = content
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}

    layers, diffs = [], []
    for tree in trees.values():
        plain = tree.tar()
        diffs.append("sha256:" + hashlib.sha256(plain).hexdigest())
        packed = gzip.compress(plain, compresslevel=6, mtime=0)
        layers.append(keep(packed, "application/vnd.oci.image.layer.v1.tar+gzip"))
    labels = {
        "org.opencontainers.image.title": "Saywell",
        "org.opencontainers.image.description": "Reads a chat assistant's replies aloud",
        "org.opencontainers.image.version": version,
        "org.opencontainers.image.licenses": "MIT OR Apache-2.0",
    }
    # As the Dockerfile has it.
    config = keep(
        json.dumps(
            {
                "created": CREATED,
                "architecture": architecture,
                "os": "linux",
                "config": {
                    "User": f"{USER}:{USER}",
                    "Env": ["PATH=/usr/bin", "TTS_LISTEN=0.0.0.0", "PORT=8787", "TTS_DATA_DIR=/data"],
                    "ExposedPorts": {"8787/tcp": {}},
                    "Entrypoint": ["/usr/bin/saywell"],
                    "Cmd": ["serve"],
                    "WorkingDir": "/etc/saywell",
                    "StopSignal": "SIGTERM",
                    "Labels": labels,
                },
                "rootfs": {"type": "layers", "diff_ids": diffs},
                "history": [{"created": CREATED, "created_by": name} for name in trees],
            },
            sort_keys=True,
        ).encode(),
        "application/vnd.oci.image.config.v1+json",
    )
    manifest = keep(
        json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": config,
                "layers": layers,
                "annotations": labels,
            },
            sort_keys=True,
        ).encode(),
        "application/vnd.oci.image.manifest.v1+json",
    )
    tagged = {
        **manifest,
        "annotations": {"org.opencontainers.image.ref.name": version},
        "platform": {"architecture": architecture, "os": "linux"},
    }
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [tagged]}

    def blob(of):
        return "blobs/sha256/" + of["digest"].removeprefix("sha256:")

    # What Docker before version 25 reads in place of the index.
    older = [{"Config": blob(config), "RepoTags": [f"saywell:{version}"], "Layers": [blob(layer) for layer in layers]}]
    layout = Tree()
    layout.file("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
    layout.file("index.json", json.dumps(index, sort_keys=True).encode())
    layout.file("manifest.json", json.dumps(older, sort_keys=True).encode())
    for digest, content in blobs.items():
        layout.file(f"blobs/sha256/{digest}", content)
    with open(out, "wb") as file:
        file.write(layout.tar())


main(*sys.argv[1:])
