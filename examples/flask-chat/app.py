"""A chat with rooms, users and visitors. Saywell reads its assistant's replies aloud.

What belongs to Saywell: `speech_token`, which tells the gateway who listens, the policy in `harden`, and one element in
templates/chat.html. Everything else stands for your own application.
"""

import json
import os
import secrets
import threading
import time

import jwt
from flask import Flask, Response, abort, jsonify, redirect, render_template, request, session, url_for

app = Flask(__name__)
app.secret_key = os.environ.get("SECRET_KEY") or secrets.token_hex(32)
app.config["SESSION_COOKIE_SAMESITE"] = "Lax"

# Where browsers find the gateway, and the secret that both sides know. TTS_ENABLED=false leaves the player out.
SAYWELL_URL = os.environ.get("SAYWELL_URL", "http://127.0.0.1:8787")
TTS_JWT_SECRET = os.environ["TTS_JWT_SECRET"]
TTS_ENABLED = os.environ.get("TTS_ENABLED", "true").lower() == "true"

TOKEN_SECONDS = 900
WRITING_PAUSE = float(os.environ.get("WRITING_PAUSE", "0.04"))


class Room:
    """Messages, and what has happened to them, in order: whoever listens follows from where they are."""

    def __init__(self, title, greeting):
        self.title = title
        self.messages = []
        self.events = []
        self.changed = threading.Condition()
        self.add("assistant", greeting)

    def add(self, role, text, author="Assistant", done=True):
        message = {"id": secrets.token_hex(4), "role": role, "author": author, "text": text, "done": done}
        with self.changed:
            self.messages.append(message)
            self._tell(message)
        return message

    def write(self, message, text, done):
        with self.changed:
            message.update(text=text, done=done)
            self._tell(message)

    def _tell(self, message):
        self.events.append(dict(message))
        self.changed.notify_all()

    def follow(self, after):
        while True:
            with self.changed:
                self.changed.wait_for(lambda: len(self.events) > after, timeout=15)
                news, after = self.events[after:], len(self.events)
            yield from (f"data: {json.dumps(event)}\n\n" for event in news)
            yield ": still here\n\n"


ROOMS = {
    "lobby": Room("Lobby", "Welcome. Ask me something, and press Listen to hear what I say."),
    "kitchen": Room("Kitchen", "The soup takes 45 minutes. Peel the onions first."),
}


def answer(question):
    """Stands for a language model."""
    return (
        f"You asked: {question.strip()} That is a good question. There are two things to know. "
        "First, I am made up. Second, my voice is not: every sentence is spoken while the next one is being made."
    )


def assist(room, question):
    message = room.add("assistant", "", done=False)
    words = answer(question).split(" ")
    for count in range(1, len(words) + 1):
        time.sleep(WRITING_PAUSE)
        room.write(message, " ".join(words[:count]), done=count == len(words))


def speaker():
    """Who this is to Saywell, and on which plan: limits and usage count for it."""
    if "user" in session:
        return f"user-{session['user']}", "member"
    session.setdefault("visitor", secrets.token_hex(8))
    return f"visitor-{session['visitor']}", "trial"


@app.post("/rooms/<name>/speech-token")
def speech_token(name):
    # Here an application checks that whoever asks belongs to the room; in this chat every room is everybody's.
    if name not in ROOMS:
        abort(404)
    subject, plan = speaker()
    claims = {"sub": subject, "plan": plan, "room": name, "exp": int(time.time()) + TOKEN_SECONDS}
    return jsonify(token=jwt.encode(claims, TTS_JWT_SECRET, algorithm="HS256"), seconds=TOKEN_SECONDS)


@app.after_request
def harden(response):
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self' {SAYWELL_URL}; style-src 'self'; connect-src 'self' {SAYWELL_URL}; "
        f"media-src blob: {SAYWELL_URL}; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers.setdefault("Cache-Control", "no-store")
    return response


@app.get("/")
def index():
    return redirect(url_for("chat", name="lobby"))


@app.get("/rooms/<name>")
def chat(name):
    room = ROOMS.get(name) or abort(404)
    speaker()
    return render_template(
        "chat.html", name=name, room=room, rooms=ROOMS, speech=TTS_ENABLED, saywell=SAYWELL_URL, after=len(room.events)
    )


@app.post("/rooms/<name>")
def say(name):
    room = ROOMS.get(name) or abort(404)
    text = request.form.get("text", "").strip()[:4000] or abort(400)
    room.add("user", text, author=session.get("user", "Visitor"))
    threading.Thread(target=assist, args=(room, text), daemon=True).start()
    return "", 204


@app.get("/rooms/<name>/events")
def events(name):
    room = ROOMS.get(name) or abort(404)
    return Response(room.follow(request.args.get("after", 0, int)), mimetype="text/event-stream")


@app.post("/login")
def login():
    session["user"] = request.form.get("user", "").strip()[:40] or abort(400)
    return redirect(request.referrer or "/")


@app.post("/logout")
def logout():
    session.pop("user", None)
    return redirect(request.referrer or "/")


if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT", "5000")), threaded=True)
