"""OpenAI's SDK against Saywell: a reply into an MP3 file, written while it is still being made.

SAYWELL_URL names the gateway, SAYWELL_KEY an API key where it asks for one.
"""

import os
import sys

import openai

text, path = sys.argv[1:]
url = os.environ.get("SAYWELL_URL", "http://127.0.0.1:8787")
client = openai.OpenAI(base_url=f"{url}/v1", api_key=os.environ.get("SAYWELL_KEY", "none"))

# OpenAI's names of voices work with every provider; so do the gateway's own, such as "heart".
with client.audio.speech.with_streaming_response.create(model="tts-1", voice="nova", input=text) as speech:
    speech.stream_to_file(path)
