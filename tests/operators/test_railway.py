"""`railway.json` and the lines to paste of docs/RAILWAY.md, as far as they can be tried away from the platform: the names are the
platform's by its documentation, and the gateway takes what they tell it.

Run with: tools/test.sh operators
"""

import json
import os
import re
import subprocess
import tempfile
import unittest

from support.gateway import BINARY

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
# What the platform's schema has of what is used here, each with its type.
KNOWN = {
    "build": {"builder": str, "dockerfilePath": str},
    "deploy": {
        "healthcheckPath": str, "healthcheckTimeout": int, "restartPolicyType": str, "restartPolicyMaxRetries": int, "drainingSeconds": int,
    },
}
# What the platform puts in the place of its references.
GIVEN = {
    "RAILWAY_PUBLIC_DOMAIN": "voice.example.com",
    "chat.RAILWAY_PUBLIC_DOMAIN": "chat.example.com",
    "saywell.RAILWAY_PUBLIC_DOMAIN": "voice.example.com",
    "saywell.TTS_JWT_SECRET": "0123456789abcdef" * 4,
    "Postgres.DATABASE_URL": "postgresql://postgres:secret@postgres.railway.internal:5432/railway",
    "Redis.REDIS_URL": "redis://default:secret@redis.railway.internal:6379",
    "Bucket.BUCKET": "sound-jdhhd8oe18xi",
    "Bucket.REGION": "auto",
    "Bucket.ACCESS_KEY_ID": "tid_example",
    "Bucket.SECRET_ACCESS_KEY": "tsec_example",
    'secret(64, "abcdef0123456789")': "0123456789abcdef" * 4,
}


def read(*path):
    with open(os.path.join(ROOT, *path)) as file:
        return file.read()


def blocks():
    """What is to be pasted, in the order of the document: variables by name."""
    for block in re.findall(r"^ *```sh\n(.*?)^ *```", read("docs/RAILWAY.md"), re.MULTILINE | re.DOTALL):
        lines = [line.strip() for line in block.splitlines()]
        if all(re.match(r"[A-Z0-9_]+=\S", line) and " saywell " not in line for line in lines):
            values = dict(line.split("=", 1) for line in lines)
            yield {
                name: re.sub(r"\$\{\{(.*?)\}\}", lambda reference: GIVEN[reference[1]], value).replace("…", "0123456789abcdef" * 4)
                for name, value in values.items()
            }


class Railway(unittest.TestCase):
    def setUp(self):
        self.one, self.application, self.several, self.template = blocks()

    def takes(self, variables):
        """What the gateway says of these, in the image."""
        image = {"TTS_LISTEN": "0.0.0.0", "PORT": "8787", "TTS_DATA_DIR": "/data"}
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.run([BINARY, "config"], cwd=folder, env=image | variables, capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def test_the_file_has_what_the_platform_knows(self):
        told = json.loads(read("railway.json"))
        told.pop("$schema")
        for section, settings in told.items():
            for name, value in settings.items():
                self.assertIs(type(value), KNOWN[section][name], name)
        self.assertTrue(os.path.exists(os.path.join(ROOT, told["build"]["dockerfilePath"])))
        deploy = told["deploy"]
        defaults = dict(re.findall(r"^\| `([A-Z_]+)` \| `[a-z_.]+` \| `(\d+)` ", read("docs/CONFIG.md"), re.MULTILINE))
        stop = int(defaults["TTS_STOP_DELAY_SECONDS"]) + int(defaults["TTS_STOP_TIMEOUT_SECONDS"])
        self.assertGreaterEqual(deploy["drainingSeconds"], stop + 10)
        self.assertGreater(deploy["healthcheckTimeout"], int(defaults["TTS_START_TIMEOUT_SECONDS"]))
        self.assertIn(f'path = "{deploy["healthcheckPath"]}"', read("crates/saywell/src/http/health.rs"))

    def test_the_gateway_takes_what_is_pasted(self):
        said = self.takes(self.one)
        self.assertIn("https://voice.example.com", said)
        self.assertIn("https://chat.example.com", said)
        several = {name: value for name, value in self.one.items() if name != "RAILWAY_RUN_UID"} | self.several
        self.assertIn("s3://sound-jdhhd8oe18xi", self.takes(several))
        self.takes(self.one | self.template)

    def test_a_name_that_is_misspelt_would_be_found(self):
        with self.assertRaises(AssertionError):
            self.takes(self.one | {"TTS_SINGING_KEY": "a"})

    def test_both_services_have_the_same_secret_and_the_same_address(self):
        self.assertEqual(self.application["TTS_JWT_SECRET"], self.one["TTS_JWT_SECRET"])
        self.assertEqual(self.application["SAYWELL_URL"], self.one["TTS_PUBLIC_URL"])
        asked_for = set(re.findall(r'environ(?:\.get\(|\[)"([A-Z_]+)"', read("examples/flask-chat/app.py")))
        self.assertLessEqual(set(self.application), asked_for)

    def test_every_other_setting_that_is_named_is_one(self):
        known = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", read("docs/CONFIG.md")))
        named = set(re.findall(r"\b((?:TTS|OPENAI)_[A-Z0-9_]+)", read("docs/RAILWAY.md")))
        self.assertEqual(named - known, set())


if __name__ == "__main__":
    unittest.main()
