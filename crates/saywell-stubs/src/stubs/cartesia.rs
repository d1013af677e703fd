//! Cartesia's speech in events and over its WebSocket, and the list of its voices.
//!
//! What is known of it: sound and the times of words come in events of their own; voices come in pages, each after the last
//! voice of the one before; errors have a code, a title and a message.

mod contexts;

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::{Call, Desk, Recorded};
use crate::fault::{Fault, Refusal};
use crate::sound::{SECONDS_A_CHARACTER, pcm, tone};
use crate::stubs::StubKind;

/// `https://api.cartesia.ai`.
pub const KIND: StubKind = StubKind {
    name: "cartesia",
    routes: || routes().route("/tts/websocket", get(contexts::upgrade)),
    refuse,
};

/// The same, of another reading of what its documents say of contexts: flushes are counted from 0, and words are timed from
/// the flush before them.
pub const BY_FLUSH: StubKind = StubKind {
    name: "cartesia_by_flush",
    routes: || routes().route("/tts/websocket", get(contexts::upgrade_by_flush)),
    refuse,
};

fn routes() -> Router<Desk> {
    Router::new()
        .route("/tts/sse", post(events))
        .route("/tts/bytes", post(bytes))
        .route("/voices", get(voices))
}

#[derive(Clone, Deserialize)]
struct Ask {
    model_id: String,
    transcript: String,
    voice: Value,
    output_format: OutputFormat,
    #[serde(default)]
    generation_config: Value,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    locale: Option<String>,
    #[serde(default)]
    add_timestamps: bool,
}

#[derive(Clone, Deserialize)]
struct OutputFormat {
    container: String,
    encoding: Option<String>,
    sample_rate: u32,
}

/// Reads a request, or says what is wrong with it.
fn read(call: &Call) -> Result<(Ask, f64), Response> {
    let request = call.request();
    admit(request)?;
    let ask: Ask =
        request.json().map_err(|fault| error(400, "invalid_request", "Bad request", &fault.to_string()))?;
    if ask.transcript.trim().is_empty() {
        return Err(refuse(Refusal::Text));
    }
    let speed = judge(&ask).map_err(|(status, code, title, message)| error(status, code, title, message))?;
    Ok((ask, speed))
}

/// Whether a request says who asks, and in which version.
fn admit(request: &Recorded) -> Result<(), Response> {
    if !request.header("authorization").starts_with("Bearer ") {
        Err(refuse(Refusal::Key))
    } else if request.header("cartesia-version").is_empty() {
        Err(error(400, "version_missing", "Bad request", "A version is required."))
    } else {
        Ok(())
    }
}

/// A status, a code, a title and a message.
type Told = (u16, &'static str, &'static str, &'static str);

const BAD_TEXT: Told = (400, "invalid_transcript", "Bad request", "This text is not acceptable.");

/// The speed that is asked for, or what is wrong with what is asked beside the text.
fn judge(ask: &Ask) -> Result<f64, Told> {
    let voice = ask.voice.as_str().or_else(|| ask.voice["id"].as_str()).unwrap_or_default();
    let speed = ask.generation_config["speed"].as_f64().unwrap_or(1.0);
    let raw = ask.output_format.encoding.as_deref() == Some("pcm_s16le");
    if !VOICES.iter().any(|(id, ..)| *id == voice) {
        Err((404, "voice_not_found", "Voice not found", "There is no such voice."))
    } else if ask.model_id == "sonic" {
        Err((410, "model_sunsetted", "Model sunsetted", "This model has ended."))
    } else if ask.language.is_some() && ask.locale.is_some() {
        Err(BAD_TEXT)
    } else if !raw || !(0.6..=1.5).contains(&speed) {
        Err((400, "invalid_request", "Bad request", "A field is out of bounds."))
    } else {
        Ok(speed)
    }
}

async fn bytes(call: Call) -> Response {
    match read(&call) {
        Ok((ask, speed)) => {
            let samples = tone(&ask.transcript, ask.output_format.sample_rate, speed);
            if ask.output_format.container == "wav" {
                let sound = call.wav(&samples, ask.output_format.sample_rate);
                return call.sound("audio/wav", sound);
            }
            call.sound("audio/pcm", pcm(&samples))
        }
        Err(response) => {
            call.finish();
            response
        }
    }
}

async fn events(call: Call) -> Response {
    let (ask, speed) = match read(&call) {
        Ok(read) => read,
        Err(response) => {
            call.finish();
            return response;
        }
    };
    let event = |kind: &str, mut data: Value| {
        data["type"] = kind.into();
        data["status_code"] = 200.into();
        Bytes::from(format!("event: {kind}\ndata: {data}\n\n"))
    };
    let pieces = call.cut_base64(pcm(&tone(&ask.transcript, ask.output_format.sample_rate, speed)));
    let half = pieces.len() / 2;
    let chunk = |piece: &String| event("chunk", json!({"data": piece, "done": false, "step_time": 12.5}));
    let mut events: Vec<Bytes> = pieces.iter().map(chunk).collect();
    if call.suffers(Fault::FailsMidway) {
        events.truncate(half);
        let failed = json!({"done": true, "error_code": "internal", "title": "Internal error",
            "message": "Something broke.", "request_id": "req_1"});
        events.push(event("error", failed));
    } else {
        if ask.add_timestamps && !call.suffers(Fault::NoTimings) {
            let times = times(&ask.transcript, speed, 0.0, call.suffers(Fault::DisorderedTimings));
            events.insert(half, event("timestamps", json!({"done": false, "word_timestamps": times})));
        }
        events.push(event("done", json!({"done": true})));
    }
    call.stream("text/event-stream", events)
}

/// When words are said after `from` seconds, each character for as long as the tone of it.
fn times(text: &str, speed: f64, from: f64, backwards: bool) -> Value {
    let (mut words, mut starts, mut ends) = (Vec::new(), Vec::new(), Vec::new());
    let time = |characters: usize| from + characters as f64 * SECONDS_A_CHARACTER / speed;
    let mut at = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if length > 0 {
            words.push(word);
            starts.push(time(at));
            ends.push(time(at + length));
        }
        at += length + 1;
    }
    if backwards {
        starts.reverse();
        ends.reverse();
    }
    json!({"words": words, "start": starts, "end": ends})
}

/// Identifier, name, language, locale and gender.
const VOICES: [(&str, &str, &str, &str, &str); 3] = [
    ("f786b574-daa5-4673-aa0c-cbe3e8534c02", "Katie", "en", "en-US", "feminine"),
    ("228fca29-3a0a-435c-8728-5cb483251068", "Kiefer", "en", "en-US", "masculine"),
    ("b9de4a89-2257-424b-94c2-db18ba68c81a", "Lena", "de", "de-DE", "feminine"),
];

#[derive(Deserialize)]
struct Wanted {
    starting_after: Option<String>,
}

/// Two voices a page, whatever is asked for.
async fn voices(Query(wanted): Query<Wanted>) -> Response {
    let last = wanted.starting_after.and_then(|last| VOICES.iter().position(|(id, ..)| *id == last));
    let from = last.map_or(0, |last| last + 1);
    let voice = |(id, name, language, locale, gender): &(&str, &str, &str, &str, &str)| {
        json!({"id": id, "name": name, "language": language, "gender": gender, "description": name, "tagline": "",
            "access": "public", "visibility": "all", "is_owner": false, "created_at": "2026-01-01T00:00:00Z",
            "locales": [{"locale": locale, "is_native": true}]})
    };
    let page: Vec<Value> = VOICES[from..VOICES.len().min(from + 2)].iter().map(voice).collect();
    Json(json!({"data": page, "has_more": from + 2 < VOICES.len()})).into_response()
}

fn refuse(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Throttled => {
            error(429, "concurrency_limited", "Too many requests", "Too many requests at once.")
        }
        Refusal::Quota => error(402, "quota_exceeded", "Quota exceeded", "Your credits are used up."),
        Refusal::Key => error(401, "unauthorized", "Unauthorized", "Invalid API key."),
        Refusal::Text => {
            let (status, code, title, message) = BAD_TEXT;
            error(status, code, title, message)
        }
        Refusal::Trouble => error(500, "internal", "Internal error", "Something broke."),
    }
}

fn error(status: u16, code: &str, title: &str, message: &str) -> Response {
    let body = json!({"error_code": code, "title": title, "message": message, "request_id": "req_1"});
    (StatusCode::from_u16(status).unwrap_or_default(), Json(body)).into_response()
}
