"""The contract as others read it: it is valid, and clients that are made of it speak with the real gateway.

Run with: tools/test.sh contract
"""

import importlib
import json
import os
import subprocess
import sys
import tempfile
import unittest
import urllib.request

from openapi_spec_validator import validate
from support.gateway import Gateway

SDK = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "sdk"))
TEXT = "A client that was made of the contract says this."
# What the generator of the Python client cannot read or write by itself: sound, and SSML.
BYTES = ["audio/mpeg", "audio/ogg", "audio/webm", "audio/mp4", "audio/flac", "audio/wav", "audio/pcm", "application/ssml+xml"]


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Gateway())
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="saywell-contract-"))
        cls.contract = os.path.join(cls.folder, "openapi.json")
        with urllib.request.urlopen(f"{cls.gateway.url}/openapi.json") as answer, open(cls.contract, "wb") as file:
            file.write(answer.read())

    def run_program(self, *command, **options):
        done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
        self.assertEqual(done.returncode, 0, f"{command}:\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def test_it_is_valid(self):
        with open(self.contract) as file:
            validate(json.load(file))

    def test_a_client_of_openapi_python_client_speaks(self):
        config = os.path.join(self.folder, "config.json")
        with open(config, "w") as file:
            json.dump({"post_hooks": [], "content_type_overrides": dict.fromkeys(BYTES, "application/octet-stream")}, file)
        made = os.path.join(self.folder, "saywell_client")
        said = self.run_program(
            "openapi-python-client", "generate", "--path", self.contract, "--meta", "none", "--output-path", made, "--config", config,
            cwd=self.folder,
        )
        self.assertNotIn("WARNING", said, "it leaves something out")
        sys.path.insert(0, self.folder)
        self.addCleanup(sys.path.remove, self.folder)
        client_of = importlib.import_module("saywell_client").Client
        models = importlib.import_module("saywell_client.models")

        def call(name, headers=None, **arguments):
            module = importlib.import_module(f"saywell_client.api.{name}")
            client = client_of(base_url=self.gateway.url, headers=headers or {}, raise_on_unexpected_status=True)
            with client:
                return module.sync_detailed(client=client, **arguments)

        self.assertTrue(call("speech.config").parsed.enabled)
        self.assertTrue(any(voice.id == "heart" for voice in call("speech.voices").parsed.voices))
        self.assertTrue(any(model.id == "tts-1" for model in call("openai.openai_models").parsed.data))
        self.assertEqual(call("openai.openai_model", id="TTS-1").parsed.id, "tts-1")
        script = call("speech.script", body=models.SpeechRequest(text=TEXT)).parsed
        self.assertEqual((script.language, script.characters), ("en", len(TEXT)))

        # Of the kinds of one answer it takes the first that the contract has, which is sound.
        links = call("speech.speak", {"Accept": "application/json"}, body=models.SpeechRequest(text=TEXT, format_="wav"))
        links = models.Answer.from_dict(json.loads(links.content))
        self.assertEqual((links.provider, links.content_type), ("local", "audio/wav"))
        with urllib.request.urlopen(self.gateway.url + links.url) as answer:
            sound = answer.read()
        self.assertTrue(sound.startswith(b"RIFF") and len(sound) > 40_000)
        spoken = call("openai.openai_speech", body=models.OpenAiSpeech(input_=TEXT, response_format="wav"))
        self.assertEqual(spoken.content, sound)

        refused = call("speech.speak", body=models.SpeechRequest(text=TEXT, voice="nobody"))
        self.assertEqual((refused.status_code, refused.parsed.error.code, refused.parsed.error.param), (400, "unknown_voice", "voice"))
        self.assertFalse(call("admin.admin_controls").parsed.state.blocked_users)
        self.assertGreaterEqual(call("admin.admin_purge", body=models.Purge(all_=True)).parsed.removed, 1)

    def test_a_client_of_openapi_typescript_speaks_and_knows_its_types(self):
        programs = os.path.join(SDK, "node_modules", ".bin")
        types = os.path.join(self.folder, "contract.d.ts")
        self.run_program(os.path.join(programs, "openapi-typescript"), self.contract, "--output", types)
        client = os.path.join(SDK, "contract.js")
        options = {
            "allowJs": True, "checkJs": True, "strict": True, "noEmit": True, "target": "es2022", "lib": ["es2022", "dom"],
            "module": "preserve", "moduleResolution": "bundler", "types": [], "paths": {"contract": [types]},
        }  # fmt: skip
        project = os.path.join(self.folder, "tsconfig.json")
        with open(project, "w") as file:
            json.dump({"compilerOptions": options, "files": [client]}, file)
        self.run_program(os.path.join(programs, "tsc"), "--project", project)
        # The types are its own: what the contract does not have is a fault.
        wrong = os.path.join(self.folder, "wrong.ts")
        with open(wrong, "w") as file:
            file.write("import type { components } from 'contract';\nexport const ask: components['schemas']['SpeechRequest'] = { txt: 'Hello.' };\n")
        with open(project, "w") as file:
            json.dump({"compilerOptions": options, "files": [wrong]}, file)
        with self.assertRaisesRegex(AssertionError, "txt"):
            self.run_program(os.path.join(programs, "tsc"), "--project", project)

        told = json.loads(self.run_program("node", client, self.gateway.url))
        self.assertEqual(told["refused"], [400, "unknown_voice", "voice"])
        self.assertEqual((told["provider"], told["model"], told["language"]), ("local", "tts-1", "en"))
        self.assertGreater(told["bytes"], 5_000)


if __name__ == "__main__":
    unittest.main()
