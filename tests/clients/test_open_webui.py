"""Open WebUI itself before the gateway: its engines for speech, its lists, and its users with their quotas.

It is started as people start it, with a database of its own, and asked over its own API as its page asks.

Run with: make test-open-webui
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

from support.gateway import Gateway
from support.servers import free_port, wait_for

# What the plan of those whom a key speaks for lets one of them say a day. A text of each engine's is shorter.
CHARACTERS_A_DAY = 400
# Open WebUI imports for a minute or two, longer on a busy machine.
STARTS_WITHIN = 900


class Metered(Gateway):
    """A gateway with a small quota for each user."""

    def command(self, folder):
        with open(os.path.join(folder, "saywell.toml"), "w") as file:
            file.write(f"[plans.member]\ncharacters_per_day = {CHARACTERS_A_DAY}\n")
        return super().command(folder)


class OpenWebUi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Metered(TTS_AUTH="key"))
        cls.key = cls.gateway.mint()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="saywell-open-webui-"))
        port = free_port()
        cls.url = f"http://127.0.0.1:{port}"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "DATA_DIR": folder,
            "WEBUI_SECRET_KEY": "for these tests",
            "DEFAULT_USER_ROLE": "user",
            # What docs/CLIENTS.md says.
            "AUDIO_TTS_ENGINE": "openai",
            "AUDIO_TTS_OPENAI_API_BASE_URL": f"{cls.gateway.url}/v1",
            "AUDIO_TTS_OPENAI_API_KEY": cls.key,
            "AUDIO_TTS_MODEL": "tts-1",
            "AUDIO_TTS_VOICE": "heart",
            "ELEVENLABS_API_BASE_URL": f"{cls.gateway.url}/elevenlabs",
            "ENABLE_FORWARD_USER_INFO_HEADERS": "true",
            "FORWARD_USER_INFO_HEADER_USER_ID": "X-User-Id",
            # Nothing reaches for a model or for news of itself.
            "HF_HUB_OFFLINE": "1",
            "OFFLINE_MODE": "true",
            "AUDIO_STT_ENGINE": "openai",
            "RAG_EMBEDDING_ENGINE": "openai",
            "ENABLE_OLLAMA_API": "false",
            "ENABLE_OPENAI_API": "false",
            "ANONYMIZED_TELEMETRY": "false",
        }
        command = [sys.executable, "-c", "from open_webui import app; app()", "serve", "--host", "127.0.0.1", "--port", str(port)]
        log = cls.enterClassContext(open(os.path.join(folder, "log"), "w+"))
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)

        def end():
            server.terminate()
            try:
                server.wait(timeout=60)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()

        cls.addClassCleanup(end)
        try:
            wait_for(port, server, seconds=STARTS_WITHIN)
        except RuntimeError as error:
            log.seek(0)
            raise RuntimeError(f"{error}. It said:\n{log.read()[-4000:]}") from None
        # The first who signs up is its admin, after whom nobody may until the admin says so; the others are users.
        ada = cls.sign_up("ada")
        settings = json.loads(cls.ask("GET", "/api/v1/auths/admin/config", ada["token"])[2])
        status, _, said = cls.ask("POST", "/api/v1/auths/admin/config", ada["token"], settings | {"ENABLE_SIGNUP": True})
        if status != 200:
            raise RuntimeError(f"{status}: {said}")
        cls.users = [ada, cls.sign_up("ben"), cls.sign_up("cleo")]

    @classmethod
    def ask(cls, method, path, token=None, body=None):
        """Status, type and body of what it answers."""
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        request = urllib.request.Request(cls.url + path, body and json.dumps(body).encode(), headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                return answer.status, answer.headers.get_content_type(), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers.get_content_type(), error.read()

    @classmethod
    def sign_up(cls, name):
        body = {"name": name, "email": f"{name}@example.com", "password": "a long password"}
        status, _, said = cls.ask("POST", "/api/v1/auths/signup", body=body)
        if status != 200:
            raise RuntimeError(f"{status}: {said}")
        return json.loads(said)

    def speak(self, user, text, voice="heart"):
        return self.ask("POST", "/api/v1/audio/speech", user["token"], {"input": text, "voice": voice})

    def heard(self, user, text, voice="heart"):
        status, kind, sound = self.speak(user, text, voice)
        self.assertEqual(status, 200, sound)
        self.assertGreater(len(sound), 5_000)
        return kind, sound

    def configure(self, **tts):
        """The engine and its settings, as an admin sets them on its page."""
        admin = self.users[0]["token"]
        settings = json.loads(self.ask("GET", "/api/v1/audio/config", admin)[2])
        settings["tts"] |= tts
        status, _, said = self.ask("POST", "/api/v1/audio/config/update", admin, settings)
        self.assertEqual(status, 200, said)

    def engine_openai(self):
        self.configure(ENGINE="openai", OPENAI_API_BASE_URL=f"{self.gateway.url}/v1", OPENAI_API_KEY=self.key, MODEL="tts-1", VOICE="heart")

    def lists(self):
        token = self.users[0]["token"]
        models = json.loads(self.ask("GET", "/api/v1/audio/models", token)[2])["models"]
        voices = json.loads(self.ask("GET", "/api/v1/audio/voices", token)[2])["voices"]
        return {model["id"] for model in models}, {voice["id"] for voice in voices}

    def test_lists_voices_and_models_although_it_asks_without_a_key(self):
        self.engine_openai()
        models, voices = self.lists()
        self.assertIn("tts-1", models)
        self.assertLessEqual({"heart", "alloy"}, voices)

    def test_users_speak_and_each_has_a_quota_of_their_own(self):
        self.engine_openai()
        _, ben, cleo = self.users
        # One of them says as much as one may in a day, a sentence at a time as its page does, and a little more.
        refused = None
        for number in range(40):
            text = f"Reply number {number} says a little more than the others have said so far."
            status, kind, said = self.speak(ben, text)
            if status != 200:
                refused = status
                break
            self.assertEqual(kind, "audio/mpeg")
        self.assertEqual(refused, 429, "Open WebUI passes the status on, not the words")
        self.assertGreater(number, 2)
        # The other is not held to what the first has said; and the gateway knows both by their ids there.
        self.heard(cleo, "Somebody else still speaks.")
        used = self.used()
        self.assertLessEqual(used[ben["id"]], CHARACTERS_A_DAY)
        self.assertGreater(used[ben["id"]], CHARACTERS_A_DAY / 2)
        self.assertGreater(used[cleo["id"]], 0)

    def used(self):
        """Characters that each user has had spoken, as the gateway's operator sees them."""
        environment = self.gateway.command(self.gateway.folder.name)[1]
        command = [self.gateway.command(self.gateway.folder.name)[0][0], "usage", "--by", "user", "--json"]
        said = subprocess.run(command, cwd=self.gateway.folder.name, env=environment, capture_output=True, text=True, check=True).stdout
        return {line["name"]: line["characters"] for line in json.loads(said)["lines"]}

    def test_engine_openai_realtime(self):
        self.configure(
            ENGINE="openai-realtime", OPENAI_API_BASE_URL=f"{self.gateway.url}/v1", OPENAI_API_KEY=self.key, MODEL="gpt-realtime-2.1-mini", VOICE="marin"
        )
        kind, sound = self.heard(self.users[0], "This is said over Realtime.", "marin")
        self.assertEqual((kind, sound[:4]), ("audio/wav", b"RIFF"))

    def test_engine_elevenlabs(self):
        self.configure(ENGINE="elevenlabs", API_KEY=self.key, MODEL="local")
        models, voices = self.lists()
        self.assertIn("local", models)
        self.assertIn("heart", voices)
        self.heard(self.users[0], "This is said as ElevenLabs would.")

    def test_engine_azure(self):
        self.configure(
            ENGINE="azure", API_KEY=self.key, AZURE_SPEECH_BASE_URL=self.gateway.url, VOICE="en-US-JennyNeural",
            AZURE_SPEECH_OUTPUT_FORMAT="audio-24khz-160kbitrate-mono-mp3",
        )
        self.assertIn("heart", self.lists()[1])
        # It takes the language from the first two parts of a voice's name, so that only names like Azure's can be used.
        self.heard(self.users[0], "This is said as Azure would.", "en-US-JennyNeural")


if __name__ == "__main__":
    unittest.main()
