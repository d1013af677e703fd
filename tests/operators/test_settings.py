"""What an editor says of `saywell.toml`, against what the gateway says: `docs/saywell.schema.json` and `saywell config`."""

import json
import os
import re
import subprocess
import tempfile
import tomllib
import unittest

import jsonschema

from support.gateway import BINARY

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))

# Where each fault stands, by the file that has it. Both have to find it.
WRONG = {
    "colour = 1": [],
    "enabled = 'perhaps'": ["enabled"],
    "[server]\nlistn = 'x'": ["server"],
    "[server]\nauth = ['jwt', 'badge']": ["server", "auth", 1],
    "[server]\nsigning_key = 'short'": ["server", "signing_key"],
    "[limits]\nmax_chars = 0": ["limits", "max_chars"],
    "[limits.in_all]\nflight = 9": ["limits", "in_all"],
    "[chain]\nretries = 1.5": ["chain", "retries"],
    "[cache]\nmax_bytes = '3 litres'": ["cache", "max_bytes"],
    "[cache]\nttl_seconds = -1": ["cache", "ttl_seconds"],
    "[voice]\nemoji = 'loud'": ["voice", "emoji"],
    "[providers.local]\nthreads = 'two'": ["providers", "local", "threads"],
    "[providers.openai]\nkey = 'k'": ["providers", "openai"],
    "[providers.elevenlabs]\nregion = 'mars'": ["providers", "elevenlabs", "region"],
    "[providers.house]\nkind = 'opnai'": ["providers", "house", "kind"],
    "[providers.house]\nbase_url = 'http://127.0.0.1:1/v1'": ["providers", "house"],
    "[providers.house]\nkind = 'piper'\nvoices = ['a']": ["providers", "house"],
    "[plans.gold]\nflight = 1": ["plans", "gold"],
    "[plans.gold.room]\nburst = 'some'": ["plans", "gold", "room", "burst"],
    "[[prices]]\nkind = 'azure'\nper_million = 1": ["prices", 0],
    "[[pronunciations]]\nword = 'kubectl'": ["pronunciations", 0],
    "[personas.ada.openai]\nspeed = 1.1": ["personas", "ada", "openai"],
}


def examples():
    """Every settings file that ships, and every piece of one in the documents."""
    yield "tools/dist/saywell.toml", read("tools/dist/saywell.toml")
    yield "fuzz/seeds/settings/file.toml", read("fuzz/seeds/settings/file.toml")
    for document in sorted(os.listdir(os.path.join(ROOT, "docs"))):
        if document.endswith(".md"):
            pieces = re.findall(r"^```toml\n(.*?)^```", read(f"docs/{document}"), re.MULTILINE | re.DOTALL)
            yield from ((f"docs/{document}", piece) for piece in pieces)


def read(path):
    with open(os.path.join(ROOT, path)) as file:
        return file.read()


def gateway_takes(text):
    """Whether `saywell config` takes this file, and what it says of it."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "saywell.toml"), "w") as file:
            file.write(text)
        run = subprocess.run([BINARY, "config"], cwd=folder, env={}, capture_output=True, text=True)
    return run.returncode == 0, run.stderr


class SettingsFile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        schema = json.loads(read("docs/saywell.schema.json"))
        jsonschema.Draft7Validator.check_schema(schema)
        cls.schema = jsonschema.Draft7Validator(schema)

    def faults(self, text):
        return [(list(fault.absolute_path), fault.message) for fault in self.schema.iter_errors(tomllib.loads(text))]

    def test_what_ships_and_what_the_documents_show_is_right(self):
        shown = list(examples())
        self.assertGreater(len(shown), 4, "the documents show no settings any more")
        for where, text in shown:
            with self.subTest(where):
                self.assertEqual(self.faults(text), [])
                self.assertEqual(gateway_takes(text), (True, ""))

    def test_what_is_wrong_is_found_by_both(self):
        for text, place in WRONG.items():
            with self.subTest(text):
                self.assertIn(place, [place for place, _ in self.faults(text)])
                taken, said = gateway_takes(text)
                self.assertFalse(taken, said)

    def test_the_file_that_ships_names_the_schema_that_ships(self):
        first, named = read("tools/dist/saywell.toml").splitlines()[0], "saywell.schema.json"
        self.assertEqual(first, f"#:schema file:///usr/share/doc/saywell/{named}")
        self.assertIn(f"docs/{named}", read("tools/dist/build.sh"))
