"""The packages that `make dist` has made, installed and tried as people do it.

    DIST=FOLDER python3 -m unittest discover --start-directory tests/dist

The Debian package is installed into a new system for each release in SUITES (debootstrap, as root; `SUITES=` leaves that out and
unpacks it instead); its service's own command line is started there, and a reply heard.
"""

import configparser
import contextlib
import gzip
import glob
import json
import os
import shutil
import socket
import subprocess
import tarfile
import tempfile
import time
import unittest
import urllib.error
import urllib.request

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
DIST = os.path.abspath(os.environ.get("DIST", os.path.join(ROOT, "target/dist")))
SUITES = os.environ.get("SUITES", "bookworm trixie" if os.geteuid() == 0 and shutil.which("debootstrap") else "").split()
STARTS_WITHIN = 60  # seconds
# Who is not root is made root of a namespace; who is needs none, and in a container may make none.
CHROOT = ["chroot"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "chroot"]
# Where a package may leave something behind once it is purged: what it spoke and knows.
DATA = "var/lib/private/saywell"


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def one(pattern):
    (found,) = glob.glob(os.path.join(DIST, pattern))
    return found


VOICES = glob.glob(os.path.join(DIST, "saywell-voices_*.deb"))
PACKAGE, IMAGE = "saywell_*.deb", f"saywell-[0-9]*[0-9]-{run('dpkg', '--print-architecture').strip()}.oci.tar"


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextlib.contextmanager
def serving(command, environment, folder=None):
    """Runs a gateway until the end of the block; where it can be reached."""
    port = free_port()
    environment = {"PATH": os.environ["PATH"], **environment, "PORT": str(port)}
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            until = time.monotonic() + STARTS_WITHIN
            while True:
                with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz"):
                    break
                if process.poll() is not None or time.monotonic() > until:
                    log.seek(0)
                    raise AssertionError(f"{command} did not start:\n{log.read()}")
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=70)
    if process.returncode != 0:
        raise AssertionError(f"{command} ended with {process.returncode}")


def hear(test, url, key=None):
    body = json.dumps({"text": "It is installed.", "format": "wav"}).encode()
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})
    request = urllib.request.Request(f"{url}/tts", body, headers)
    with urllib.request.urlopen(request) as answer:
        sound = answer.read()
    test.assertEqual(sound[:4], b"RIFF")
    # More than half a second of 24,000 samples of two bytes.
    test.assertGreater(len(sound), 24_000)


def service(root):
    """What the installed unit starts, with which variables, and where."""
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str
    unit.read(os.path.join(root, "usr/lib/systemd/system/saywell.service"))
    section = unit["Service"]
    environment = dict([section["Environment"].split("=", 1)])
    with open(os.path.join(root, section["EnvironmentFile"].lstrip("-/"))) as file:
        environment |= dict(line.strip().split("=", 1) for line in file if line.strip() and not line.startswith("#"))
    return section["ExecStart"].split(), environment, section["WorkingDirectory"], section["StateDirectory"]


def files(root):
    """Every file below a folder, but for what the system itself writes as it goes."""
    left_out = ("var/lib/dpkg", "var/cache", "var/log", "dev", "proc", "sys", "var/lib/systemd")
    found = set()
    for folder, _, names in os.walk(root):
        below = os.path.relpath(folder, root)
        if not below.startswith(left_out):
            found |= {os.path.normpath(os.path.join(below, name)) for name in names}
    return found


class Checksums(unittest.TestCase):
    def test_everything_is_in_them(self):
        run("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=DIST)
        with open(os.path.join(DIST, "SHA256SUMS")) as file:
            listed = {line.split()[1] for line in file}
        self.assertEqual(listed, set(os.listdir(DIST)) - {"SHA256SUMS"})

    def test_the_same_binary_gives_the_same_packages(self):
        # The binary as it was packaged: nothing is built here, so nothing is said of two builds.
        with tempfile.TemporaryDirectory(prefix="saywell-again-") as folder:
            run("dpkg-deb", "--extract", one(PACKAGE), os.path.join(folder, "x"))
            # The pack as it was packaged.
            packs = []
            for package in VOICES:
                run("dpkg-deb", "--extract", package, os.path.join(folder, "x"))
                packs = [os.path.join(folder, "x/usr/share/saywell/kokoro.pack")]
            binary = os.path.join(folder, "x/usr/bin/saywell")
            run(os.path.join(ROOT, "tools/dist/build.sh"), binary, os.path.join(folder, "again"), *packs)
            with open(os.path.join(DIST, "SHA256SUMS")) as first, open(os.path.join(folder, "again/SHA256SUMS")) as again:
                self.assertEqual(first.read(), again.read())


class Binary(unittest.TestCase):
    def test_it_names_no_folder_of_the_machine_that_built_it(self):
        with tempfile.TemporaryDirectory(prefix="saywell-paths-") as folder:
            run("dpkg-deb", "--extract", one(PACKAGE), folder)
            with open(os.path.join(folder, "usr/bin/saywell"), "rb") as file:
                binary = file.read()
        home = os.environ.get("CARGO_HOME", os.path.expanduser("~/.cargo"))
        for place in (ROOT, home):
            at = binary.find(f"{place}/".encode())
            self.assertEqual(at, -1, binary[at : at + 120])


class DebianPackage(unittest.TestCase):
    def test_what_is_in_it(self):
        listed = run("dpkg-deb", "--contents", one(PACKAGE)).splitlines()
        entries = {line.split()[5].removeprefix("./"): line.split()[:2] for line in listed}
        for path, mode in (
            ("usr/bin/saywell", "-rwxr-xr-x"),
            ("usr/sbin/saywell-service", "-rwxr-xr-x"),
            ("usr/lib/systemd/system/saywell.service", "-rw-r--r--"),
            ("etc/default/saywell", "-rw-r-----"),
            ("etc/saywell/saywell.toml", "-rw-r--r--"),
            ("usr/share/man/man1/saywell.1.gz", "-rw-r--r--"),
            ("usr/share/man/man1/saywell-serve.1.gz", "-rw-r--r--"),
            ("usr/share/man/man8/saywell-service.8.gz", "-rw-r--r--"),
            ("usr/share/bash-completion/completions/saywell", "-rw-r--r--"),
            ("usr/share/zsh/vendor-completions/_saywell", "-rw-r--r--"),
            ("usr/share/fish/vendor_completions.d/saywell.fish", "-rw-r--r--"),
            ("usr/share/doc/saywell/copyright", "-rw-r--r--"),
            ("usr/share/doc/saywell/changelog.gz", "-rw-r--r--"),
        ):
            self.assertEqual(entries.get(path), [mode, "root/root"], path)
        self.assertEqual({owner for _, owner in entries.values()}, {"root/root"})
        fields = run("dpkg-deb", "--field", one(PACKAGE))
        self.assertRegex(fields, r"Depends: .*\blibc6 \(>= 2\.\d+\)")

    def test_it_speaks_where_it_is_unpacked(self):
        with tempfile.TemporaryDirectory(prefix="saywell-deb-") as root:
            run("dpkg-deb", "--extract", one(PACKAGE), root)
            command, environment, folder, state = service(root)
            environment["TTS_DATA_DIR"] = os.path.join(root, "var/lib", state)
            program = os.path.join(root, command[0].lstrip("/"))
            with serving([program, *command[1:]], environment, os.path.join(root, folder.lstrip("/"))) as url:
                hear(self, url)
            page = os.path.join(root, "usr/share/man/man1/saywell-serve.1.gz")
            self.assertIn("TTS_LISTEN", run("man", "--local-file", page, env={**os.environ, "MANPAGER": "cat", "MANWIDTH": "200"}))
            completion = os.path.join(root, "usr/share/bash-completion/completions/saywell")
            self.assertIn("saywell", run("bash", "-c", f"source {completion} && complete -p saywell"))

    @unittest.skipUnless(VOICES, "needs a pack of voices: make voices")
    def test_the_voices_package_is_found_where_it_is_installed(self):
        with tempfile.TemporaryDirectory(prefix="saywell-deb-") as root:
            for package in (one(PACKAGE), *VOICES):
                run("dpkg-deb", "--extract", package, root)
            environment = {"TTS_DATA_DIR": os.path.join(root, "data"), "PATH": os.environ["PATH"]}
            told = run(os.path.join(root, "usr/bin/saywell"), "voices", "verify", env=environment)
            self.assertIn("usr/share/saywell/kokoro.pack is whole", told)
            told = run(os.path.join(root, "usr/bin/saywell"), "voices", "list", env=environment)
            self.assertRegex(told, r"kokoro +bf_emma +en-GB")

    @unittest.skipUnless(SUITES, "needs root and debootstrap")
    def test_it_installs_into_a_clean_system_speaks_there_and_leaves_only_data(self):
        for suite in SUITES:
            with self.subTest(suite), tempfile.TemporaryDirectory(prefix=f"saywell-{suite}-") as root:
                self.install(suite, root)

    def install(self, suite, root):
        sites = run("apt-get", "indextargets", "--format", "$(SITE)").split()
        mirror = next((site for site in sites if site.rstrip("/").endswith("/debian")), None)
        os.chmod(root, 0o755)
        run("debootstrap", "--variant=minbase", suite, root, *([mirror] if mirror else []))
        inside = ["chroot", root, "env", "DEBIAN_FRONTEND=noninteractive", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
        run(*inside, "apt-get", "update")
        # What it needs is there before it is, so that nothing else comes or goes with it.
        needed = run("dpkg-deb", "--field", one(PACKAGE), "Depends").strip().split(", ")
        run(*inside, "apt-get", "install", "-qq", "--no-install-recommends", "-y", *(name.split()[0] for name in needed))
        before = files(root)
        shutil.copy(one(PACKAGE), os.path.join(root, "tmp/saywell.deb"))
        run(*inside, "dpkg", "--install", "/tmp/saywell.deb")
        os.remove(os.path.join(root, "tmp/saywell.deb"))
        self.assertIn("usr/bin/saywell", files(root))

        command, environment, folder, state = service(root)
        # As the service manager does it: the folder is the service's own, and so is its user, who is nobody else.
        data = os.path.join(root, "var/lib/private", state)
        os.makedirs(data, mode=0o700)
        os.chown(data, 61_234, 61_234)
        os.chmod(os.path.dirname(data), 0o711)
        environment["TTS_DATA_DIR"] = f"/var/lib/private/{state}"
        start = ["chroot", "--userspec=61234:61234", root, "sh", "-c", f"cd {folder} && exec {' '.join(command)}"]
        with serving(start, environment) as url:
            hear(self, url)
        # As an operator goes on: a setting, and a key that is minted beside the service.
        with open(os.path.join(root, "etc/default/saywell"), "a") as file:
            file.write("TTS_AUTH=key\n")
        with serving(start, environment | service(root)[1] | {"TTS_DATA_DIR": environment["TTS_DATA_DIR"]}) as url:
            key = run(*inside, "saywell-service", "key", "mint", "--name", "chat").split()[-1]
            hear(self, url, key)
            self.assertIn("chat", run(*inside, "saywell-service", "key", "list"))
        self.assertEqual({os.stat(os.path.join(data, name)).st_uid for name in os.listdir(data)}, {61_234})
        self.assertTrue(os.path.exists(os.path.join(data, "saywell.db")))

        run(*inside, "dpkg", "--purge", "saywell")
        left = {path for path in files(root) - before if not path.startswith(DATA)}
        self.assertEqual(left, set())
        self.assertTrue(os.path.exists(os.path.join(data, "saywell.db")), "the data stays")


class Tarball(unittest.TestCase):
    def test_it_speaks_where_it_is_unpacked(self):
        with tempfile.TemporaryDirectory(prefix="saywell-tar-") as folder:
            with tarfile.open(one("*-linux.tar.gz")) as archive:
                archive.extractall(folder, filter="data")
            (tree,) = os.listdir(folder)
            program = os.path.join(folder, tree, "bin/saywell")
            self.assertRegex(run(program, "--version"), r"^saywell \d")
            with serving([program, "serve"], {"TTS_DATA_DIR": os.path.join(folder, "data")}, folder) as url:
                hear(self, url)


class Image(unittest.TestCase):
    def unpack(self, folder):
        """Its layers in one folder, and its settings."""
        with tarfile.open(one(IMAGE)) as archive:
            archive.extractall(os.path.join(folder, "layout"), filter="data")

        def blob(descriptor):
            with open(os.path.join(folder, "layout/blobs/sha256", descriptor["digest"].removeprefix("sha256:")), "rb") as file:
                return file.read()

        with open(os.path.join(folder, "layout/index.json")) as file:
            manifest = json.loads(blob(json.load(file)["manifests"][0]))
        for number, layer in enumerate(manifest["layers"]):
            path = os.path.join(folder, f"{number}.tar")
            with open(path, "wb") as file:
                file.write(gzip.decompress(blob(layer)))
            with tarfile.open(path) as archive:
                archive.extractall(os.path.join(folder, "root"), filter="data")
        return os.path.join(folder, "root"), json.loads(blob(manifest["config"]))["config"]

    def test_it_speaks_in_a_system_of_its_own(self):
        with tempfile.TemporaryDirectory(prefix="saywell-image-") as folder:
            root, config = self.unpack(folder)
            environment = dict(setting.split("=", 1) for setting in config["Env"])
            environment |= {"PATH": os.environ["PATH"], "TTS_AUTH": "none"}
            command = [*CHROOT, root, *config["Entrypoint"], *config["Cmd"]]
            with serving(command, environment) as url:
                hear(self, url)
            self.assertTrue(os.path.exists(os.path.join(root, "data/saywell.db")))

    @unittest.skipUnless(shutil.which("skopeo"), "needs skopeo")
    def test_another_program_reads_it(self):
        told = json.loads(run("skopeo", "inspect", f"oci-archive:{one(IMAGE)}"))
        self.assertEqual(told["Os"], "linux")
        self.assertEqual(len(told["Layers"]), 2)


if __name__ == "__main__":
    unittest.main()
