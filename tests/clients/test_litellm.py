"""LiteLLM's SDK and its proxy before the gateway, with a key of the gateway's.

Run with: make test-clients
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from support.gateway import Gateway
from support.servers import free_port, wait_for

# Its table of prices comes from a package, not from the network.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm
import openai

TEXT = "The deployment finished at half past nine. Two checks are still running."
LITELLM = Path(sys.executable).with_name("litellm")


class LiteLlm(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Gateway(TTS_AUTH="key"))
        cls.key = cls.gateway.mint()

    def speak(self, **changes):
        settings = {"model": "openai/tts-1", "api_base": f"{self.gateway.url}/v1", "api_key": self.key, "input": TEXT, "voice": "heart"}
        return {**settings, "max_retries": 0, **changes}

    def test_the_sdk_speaks(self):
        pcm = litellm.speech(**self.speak(response_format="pcm")).content
        self.assertTrue(2.5 < len(pcm) / 48_000 < 8, len(pcm))
        self.assertEqual(litellm.speech(**self.speak(response_format="wav")).content[:4], b"RIFF")
        self.assertGreater(len(asyncio.run(litellm.aspeech(**self.speak())).content), 10_000)

    def test_mistakes_are_openais_own_errors_in_our_words(self):
        # OpenAI's own errors, as LiteLLM lets them pass here.
        with self.assertRaises(openai.BadRequestError) as raised:
            litellm.speech(**self.speak(voice="nobody"))
        self.assertIn("nobody", str(raised.exception))
        with self.assertRaises(openai.AuthenticationError):
            litellm.speech(**self.speak(api_key="wrong"))

    def test_the_proxy_passes_sound_and_errors_on(self):
        settings = {
            "model_list": [
                {"model_name": "aloud", "litellm_params": {"model": "openai/tts-1", "api_base": f"{self.gateway.url}/v1", "api_key": self.key}}
            ],
            "litellm_settings": {"num_retries": 0},
        }
        with tempfile.TemporaryDirectory(prefix="saywell-litellm-") as folder:
            path = Path(folder, "config.yaml")
            # Every JSON is a YAML.
            path.write_text(json.dumps(settings))
            port = free_port()
            command = [LITELLM, "--config", str(path), "--host", "127.0.0.1", "--port", str(port)]
            environment = {"PATH": os.environ["PATH"], "HOME": folder, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true"}
            with open(Path(folder, "log"), "w") as log:
                proxy = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
            try:
                wait_for(port, proxy, seconds=900)

                def ask(**changes):
                    body = json.dumps({"model": "aloud", "input": TEXT, "voice": "heart", **changes}).encode()
                    request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/audio/speech", body, {"content-type": "application/json"})
                    with urllib.request.urlopen(request, timeout=60) as answer:
                        return answer.read()

                self.assertGreater(len(ask()), 10_000)
                with self.assertRaises(urllib.error.HTTPError) as raised:
                    ask(voice="nobody")
                self.assertIn("nobody", raised.exception.read().decode())
            finally:
                proxy.terminate()
                proxy.wait(timeout=60)


if __name__ == "__main__":
    unittest.main()
