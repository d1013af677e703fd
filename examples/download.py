"""A server's use of Saywell: ask for a reply to be spoken, follow the signed link, save the MP3.

    python examples/download.py "The parcel left this morning." reply.mp3

Needs httpx. SAYWELL_URL names the gateway, SAYWELL_KEY an API key where it asks for one.
"""

import os
import sys
from urllib.parse import urljoin

import httpx

text, path = sys.argv[1:]
url = os.environ.get("SAYWELL_URL", "http://127.0.0.1:8787")
key = os.environ.get("SAYWELL_KEY")

with httpx.Client(timeout=60) as client:
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    answer = client.post(urljoin(url, "/tts"), json={"text": text, "format": "mp3"}, headers=headers)
    if answer.is_error:
        sys.exit(f"Not spoken: {answer.json()['error']['message']}")
    # The answer comes before the sound is made. Its links are signed: they need no key, and open for an hour or two.
    with client.stream("GET", urljoin(url, answer.json()["url"])) as sound, open(path, "wb") as file:
        sound.raise_for_status()
        for piece in sound.iter_bytes():
            file.write(piece)
