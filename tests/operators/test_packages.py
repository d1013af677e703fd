"""What people install, as far as it needs no release build: the service, the image, the list of what is linked in, and the files
that `compose.yaml` names. `tests/dist` holds the packages themselves to it.

Run with: tools/test.sh operators
"""

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest

import yaml

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
DIST = os.path.join(ROOT, "tools/dist")
# Who is not root is made root of a namespace; who is needs none, and in a container may make none.
AS_ROOT = [] if os.geteuid() == 0 else ["unshare", "--map-root-user"]
CHROOT = [*AS_ROOT, "chroot"]
# What systemd thinks of a service that is shut in well: of 10.
EXPOSED_AT_MOST = 2.0


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    return done.returncode, done.stdout + done.stderr


def read(*path):
    with open(os.path.join(ROOT, *path)) as file:
        return file.read()


class Service(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="saywell-unit-"))
        self.unit = os.path.join(self.folder, "saywell.service")
        # systemd looks whether the program and its manual are there, which they are not on the machine of a developer.
        with open(self.unit, "w") as file:
            file.write(read("tools/dist/saywell.service").replace("/usr/bin/saywell", "/bin/true").replace("man:saywell(1) ", ""))

    def test_systemd_understands_every_line(self):
        code, said = run("systemd-analyze", "verify", self.unit)
        self.assertEqual((code, said), (0, ""))

    def test_it_is_shut_in(self):
        code, said = run("systemd-analyze", "security", "--offline=true", self.unit)
        self.assertEqual(code, 0, said)
        exposed = float(re.search(r"exposure level for saywell.service: ([0-9.]+)", said)[1])
        self.assertLess(exposed, EXPOSED_AT_MOST, said)

    def test_maintainer_scripts_are_shell(self):
        for script in ("postinst", "prerm", "postrm"):
            self.assertEqual(run("sh", "-n", os.path.join(DIST, "debian", script)), (0, ""))


class ServiceCommand(unittest.TestCase):
    """`saywell-service`, in a folder in the place of the system: with a program that tells how it was called in the place of saywell."""

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="saywell-command-"))
        for name in ("bin", "etc", "units", "etc/saywell", "lib"):
            os.mkdir(os.path.join(self.folder, name))
        self.script = self.write("saywell-service", self.moved(read("tools/dist/saywell-service")), 0o755)
        self.write("units/saywell.service", self.moved(read("tools/dist/saywell.service")))
        self.write("bin/saywell", '#!/bin/sh\necho "$TTS_DATA_DIR|$TTS_AUTH|$GREETING|$PWD|$(umask)|$*"\nexit 3\n', 0o755)

    def moved(self, text):
        places = {
            "/usr/bin/saywell": "bin/saywell", "/etc/default/saywell": "etc/default", "/etc/saywell": "etc/saywell",
            "/usr/lib/systemd/system": "units", "/var/lib": "lib", "/run/systemd/system": "systemd",
        }
        for place, here in places.items():
            text = text.replace(place, os.path.join(self.folder, here))
        return text

    def write(self, path, text, mode=0o644):
        path = os.path.join(self.folder, path)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def command(self, *arguments):
        path = f"{self.folder}/bin:{os.environ['PATH']}"
        return run(*AS_ROOT, self.script, *arguments, env={"PATH": path})

    def test_without_systemd_it_has_what_the_service_has(self):
        self.write("etc/default", "# A comment\n\nTTS_AUTH=key\nGREETING=\"Good $morning to you\"\n")
        code, said = self.command("key", "mint", "--name", "a b")
        data = os.path.join(self.folder, "lib/private/saywell")
        self.assertEqual((code, said), (3, f"{data}|key|Good $morning to you|{self.folder}/etc/saywell|0077|key mint --name a b\n"))
        self.assertEqual(os.stat(data).st_mode & 0o777, 0o700)
        # Where systemd made the folder, and without settings.
        os.remove(os.path.join(self.folder, "etc/default"))
        os.symlink("private/saywell", os.path.join(self.folder, "lib/saywell"))
        self.assertEqual(self.command("config"), (3, f"{self.folder}/lib/saywell|||{self.folder}/etc/saywell|0077|config\n"))

    @unittest.skipUnless(os.geteuid() == 0, "only root is anybody")
    def test_what_it_writes_is_the_data_owners(self):
        self.write("bin/saywell", '#!/bin/sh\nexec id --user\n', 0o755)
        os.chmod(self.folder, 0o755)
        os.mkdir(os.path.join(self.folder, "lib/saywell"))
        os.chown(os.path.join(self.folder, "lib/saywell"), 61_234, 61_234)
        self.assertEqual(self.command("key"), (0, "61234\n"))

    def test_systemd_is_asked_for_what_the_unit_and_its_drop_ins_say(self):
        os.mkdir(os.path.join(self.folder, "systemd"))
        self.write("drop-in", "[Service]\nLoadCredential=key:/etc/keys/openai\nEnvironment=OPENAI_API_KEY_FILE=%d/key\n")
        self.write("bin/systemctl", f"#!/bin/sh\ncat {self.folder}/units/$2 {self.folder}/drop-in\n", 0o755)
        self.write("bin/systemd-run", '#!/bin/sh\nprintf "%s\\n" "$@"\nexit 3\n', 0o755)
        code, said = self.command("key", "mint", "--name", "a b")
        self.assertEqual(code, 3, said)
        asked = said.splitlines()
        as_unit = next(word for word in asked if word.startswith("--unit=")).removeprefix("--unit=")
        self.assertEqual(asked[asked.index("--") :], ["--", f"{self.folder}/bin/saywell", "key", "mint", "--name", "a b"])
        self.assertLessEqual({"--pipe", "--wait", "--collect", "--quiet", "--property=DynamicUser=yes", "--property=User=saywell"}, set(asked))
        properties = [word.removeprefix("--property=") for word in asked if word.startswith("--property=")]
        for line in (
            f"EnvironmentFile=-{self.folder}/etc/default", f"Environment=TTS_DATA_DIR={self.folder}/lib/saywell",
            f"WorkingDirectory={self.folder}/etc/saywell", "StateDirectory=saywell", "StateDirectoryMode=0700", "UMask=0077",
            "LoadCredential=key:/etc/keys/openai", f"Environment=OPENAI_API_KEY_FILE=/run/credentials/{as_unit}.service/key",
        ):
            self.assertIn(line, properties)
        self.assertFalse([line for line in properties if line.startswith(("Exec", "Restart"))])

    def test_it_says_how_it_is_called(self):
        code, said = self.command()
        self.assertEqual(code, 2)
        self.assertIn("saywell-service key mint --name chat", said)

    @unittest.skipUnless(shutil.which("man"), "needs man-db")
    def test_its_manual_page_is_one(self):
        page = os.path.join(DIST, "saywell-service.8")
        code, said = run("man", "--warnings", "--local-file", page, env={"PATH": os.environ["PATH"], "MANPAGER": "cat", "MANWIDTH": "120"})
        self.assertEqual(code, 0, said)
        self.assertNotIn("warning", said)
        self.assertIn("saywell-service key mint --name chat", said)


class Image(unittest.TestCase):
    """Of a program that is on every machine, in place of the gateway."""

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="saywell-image-"))
        cls.archives = [os.path.join(cls.folder, name) for name in ("one.tar", "two.tar")]
        licences = os.path.join(ROOT, "LICENSE-MIT")
        for archive in cls.archives:
            command = [sys.executable, os.path.join(DIST, "image.py"), "/usr/bin/env", licences, "9.8.7", "amd64", archive]
            subprocess.run(command, check=True, env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"})
        cls.layout = os.path.join(cls.folder, "layout")
        with tarfile.open(cls.archives[0]) as archive:
            archive.extractall(cls.layout, filter="data")

    def blob(self, descriptor):
        with open(os.path.join(self.layout, "blobs/sha256", descriptor["digest"].removeprefix("sha256:")), "rb") as file:
            content = file.read()
        self.assertEqual("sha256:" + hashlib.sha256(content).hexdigest(), descriptor["digest"])
        self.assertEqual(len(content), descriptor["size"])
        return content

    def test_the_same_input_is_the_same_image(self):
        with open(self.archives[0], "rb") as one, open(self.archives[1], "rb") as two:
            self.assertEqual(one.read(), two.read())

    def test_its_layers_make_a_system_that_the_program_runs_in(self):
        with open(os.path.join(self.layout, "index.json")) as file:
            index = json.load(file)
        manifest = json.loads(self.blob(index["manifests"][0]))
        config = json.loads(self.blob(manifest["config"]))
        self.assertEqual(config["config"]["User"], "10001:10001")
        root = os.path.join(self.folder, "root")
        owners = {}
        for descriptor, diff in zip(manifest["layers"], config["rootfs"]["diff_ids"], strict=True):
            plain = gzip.decompress(self.blob(descriptor))
            self.assertEqual("sha256:" + hashlib.sha256(plain).hexdigest(), diff)
            with tempfile.TemporaryFile() as file:
                file.write(plain)
                file.seek(0)
                with tarfile.open(fileobj=file) as layer:
                    owners |= {entry.name: (entry.uid, entry.mode) for entry in layer}
                    layer.extractall(root, filter="data")
        self.assertEqual((owners["data"], owners["usr/bin/saywell"]), ((10001, 0o700), (0, 0o755)))
        entry = config["config"]["Entrypoint"]
        code, said = run(*CHROOT, root, *entry, "A=1", env={"PATH": os.environ["PATH"]})
        self.assertEqual((code, "A=1" in said), (0, True), said)


class Bill(unittest.TestCase):
    def test_it_lists_what_is_linked_in_and_nothing_else(self):
        code, said = run(sys.executable, os.path.join(DIST, "sbom.py"), ROOT, env={**os.environ, "SOURCE_DATE_EPOCH": "0"})
        self.assertEqual(code, 0, said)
        bill = json.loads(said)
        names = {component["name"] for component in bill["components"]}
        for linked, left_out in (("axum", "tempfile"), ("saywell-voice", "saywell-stubs"), ("rustls", "syn")):
            self.assertIn(linked, names)
            self.assertNotIn(left_out, names)
        for component in bill["components"]:
            self.assertTrue(component["licenses"][0]["expression"], component)
            ours = component["name"].startswith("saywell")
            self.assertEqual("hashes" not in component, ours, component)
        known = {component["bom-ref"] for component in [*bill["components"], bill["metadata"]["component"]]}
        for entry in bill["dependencies"]:
            self.assertLessEqual({entry["ref"], *entry["dependsOn"]}, known)


class Run(unittest.TestCase):
    """`make run`, with a stand-in for what Cargo would build, on a machine without Cargo."""

    def start(self, built_at):
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="saywell-run-"))
        binary = os.path.join(folder, "quick/saywell")
        os.mkdir(os.path.dirname(binary))
        with open(binary, "w") as file:
            file.write("#!/bin/sh\necho started with $1\n")
        os.chmod(binary, 0o755)
        os.utime(binary, (built_at, built_at))
        environment = {"PATH": "/usr/bin:/bin", "CARGO_TARGET_DIR": folder}
        return run(os.path.join(ROOT, "tools/run.sh"), "heart", env=environment)

    def test_what_is_current_starts_at_once(self):
        self.assertEqual(self.start(time.time() + 60), (0, "started with serve\n"))

    @unittest.skipIf(shutil.which("cargo", path="/usr/bin:/bin"), "Cargo is the system's own")
    def test_what_is_older_than_its_source_is_built_anew(self):
        code, said = self.start(1)
        self.assertEqual(code, 1, said)
        self.assertIn("A Rust toolchain is needed", said)


class Compose(unittest.TestCase):
    def test_every_file_that_is_mounted_is_there(self):
        compose = yaml.safe_load(read("compose.yaml"))
        mounted = [
            volume.split(":")[0]
            for service in compose["services"].values()
            for volume in service["volumes"]
            if volume.startswith("./")
        ]
        self.assertGreaterEqual(len(mounted), 4)
        for path in mounted:
            self.assertTrue(os.path.exists(os.path.join(ROOT, path)), path)
        named = {
            volume.split(":")[0] for service in compose["services"].values() for volume in service["volumes"]
        } - set(mounted)
        self.assertEqual(named, set(compose["volumes"]))

    def test_grafana_finds_prometheus_and_the_dashboard(self):
        compose = yaml.safe_load(read("compose.yaml"))
        source = yaml.safe_load(read("deploy/grafana/provisioning/datasources/saywell.yml"))["datasources"][0]
        self.assertEqual(source["url"], "http://prometheus:9090")
        self.assertIn("prometheus", compose["services"])
        dashboards = yaml.safe_load(read("deploy/grafana/provisioning/dashboards/saywell.yml"))["providers"][0]
        mounts = dict(volume.split(":")[:2] for volume in compose["services"]["grafana"]["volumes"])
        self.assertEqual(mounts["./deploy/grafana/dashboards"], dashboards["options"]["path"])
        home = compose["services"]["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
        self.assertTrue(os.path.exists(home.replace(dashboards["options"]["path"], os.path.join(ROOT, "deploy/grafana/dashboards"))))

    def test_prometheus_reads_its_settings(self):
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="saywell-prometheus-"))
        key = os.path.join(folder, "key")
        with open(key, "w") as file:
            file.write("key")
        own = os.path.join(folder, "prometheus.yml")
        with open(own, "w") as file:
            file.write(read("deploy/prometheus.yml").replace("/saywell/prometheus.key", key))
        with open(os.path.join(folder, "alerts.yml"), "w") as file:
            file.write(read("docs/alerts.yml"))
        code, said = run("promtool", "check", "config", own)
        self.assertEqual(code, 0, said)


if __name__ == "__main__":
    unittest.main()
