//! OpenAI's speech endpoint, and the list of its models.
//!
//! What is known of it: unknown fields are refused; raw sound is 24 kHz; the first models take neither instructions nor
//! server-sent events; a quota that is used up is status 429 like every other.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

use crate::call::{Call, Desk};
use crate::fault::Refusal;
use crate::sound::{pcm, tone};
use crate::stubs::StubKind;

/// `https://api.openai.com`.
pub const KIND: StubKind = StubKind {
    name: "openai",
    routes: || Router::new().route("/v1/audio/speech", post(speech)).route("/v1/models", get(models)),
    refuse,
};

/// Samples a second of everything.
pub(super) const RATE: u32 = 24_000;
const MODELS: [&str; 4] = ["gpt-4o-mini-tts", "gpt-4o-mini-tts-2025-12-15", "tts-1", "tts-1-hd"];
const VOICES: [&str; 13] = [
    "alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx", "sage", "shimmer",
    "verse",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Speech {
    model: String,
    input: String,
    voice: Voice,
    #[serde(default)]
    instructions: Option<String>,
    #[serde(default = "mp3")]
    response_format: String,
    #[serde(default = "as_made")]
    speed: f64,
    #[serde(default)]
    stream_format: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Voice {
    Name(String),
    Made { id: String },
}

fn mp3() -> String {
    "mp3".to_owned()
}

fn as_made() -> f64 {
    1.0
}

async fn speech(call: Call) -> Response {
    if !call.request().header("authorization").starts_with("Bearer ") {
        call.finish();
        return refuse(Refusal::Key);
    }
    let asked = match call.request().json::<Speech>() {
        Ok(asked) => asked,
        Err(error) => {
            call.finish();
            return invalid(StatusCode::BAD_REQUEST, &error.to_string(), None, None);
        }
    };
    if let Some((status, message, param, code)) = fault_of(&asked) {
        call.finish();
        return invalid(status, &message, Some(param), code);
    }
    let samples = tone(&asked.input, RATE, asked.speed);
    if asked.stream_format.as_deref() == Some("sse") {
        let pieces = events(&call, &asked.input, pcm(&samples));
        return call.stream("text/event-stream; charset=utf-8", pieces);
    }
    match asked.response_format.as_str() {
        "wav" => {
            let sound = call.wav(&samples, RATE);
            call.sound("audio/wav", sound)
        }
        _ => call.sound("audio/pcm", pcm(&samples)),
    }
}

fn fault_of(asked: &Speech) -> Option<(StatusCode, String, &'static str, Option<&'static str>)> {
    let bad = StatusCode::BAD_REQUEST;
    let first_models = asked.model.starts_with("tts-1");
    let known = match &asked.voice {
        Voice::Name(name) => VOICES.contains(&name.as_str()),
        Voice::Made { id } => id.starts_with("voice_"),
    };
    if !MODELS.contains(&asked.model.as_str()) {
        let message = format!("The model `{}` does not exist or you do not have access to it.", asked.model);
        Some((StatusCode::NOT_FOUND, message, "model", Some("model_not_found")))
    } else if asked.input.is_empty() || asked.input.chars().count() > 4096 {
        Some((bad, "String should have 1 to 4096 characters".into(), "input", None))
    } else if !known {
        Some((bad, "This voice does not exist.".into(), "voice", Some("invalid_value")))
    } else if first_models && (asked.instructions.is_some() || asked.stream_format.as_deref() == Some("sse"))
    {
        Some((bad, "This model does not take that.".into(), "instructions", Some("unsupported_value")))
    } else if !(0.25..=4.0).contains(&asked.speed) {
        Some((bad, "speed is out of bounds".into(), "speed", None))
    } else {
        None
    }
}

fn events(call: &Call, text: &str, sound: Vec<u8>) -> Vec<Bytes> {
    let event = |data: serde_json::Value| Bytes::from(format!("data: {data}\n\n"));
    let pieces = call.cut(sound).into_iter();
    let deltas =
        pieces.map(|piece| event(json!({"type": "speech.audio.delta", "audio": STANDARD.encode(piece)})));
    let (asked, made) = (text.len() / 4 + 1, text.len());
    let usage = json!({"input_tokens": asked, "output_tokens": made, "total_tokens": asked + made});
    deltas.chain([event(json!({"type": "speech.audio.done", "usage": usage}))]).collect()
}

async fn models(State(_): State<Desk>) -> Response {
    let model = |id: &&str| json!({"id": id, "object": "model", "created": 1_742_403_959, "owned_by": "openai-internal", "shutdown_date": "2027-01-06"});
    Json(json!({"object": "list", "data": MODELS.iter().map(model).collect::<Vec<_>>()})).into_response()
}

pub(super) fn refuse(refusal: Refusal) -> Response {
    let (status, kind, code, message) = match refusal {
        Refusal::Throttled => (429, "requests", "rate_limit_exceeded", "Rate limit reached for requests"),
        Refusal::Quota => (
            429,
            "insufficient_quota",
            "insufficient_quota",
            "You exceeded your current quota, please check your plan.",
        ),
        Refusal::Key => (401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
        Refusal::Text => {
            (400, "invalid_request_error", "content_policy_violation", "This text is not acceptable.")
        }
        Refusal::Trouble => {
            (500, "server_error", "server_error", "The server had an error while processing your request.")
        }
    };
    let body = json!({"error": {"message": message, "type": kind, "param": null, "code": code}});
    (StatusCode::from_u16(status).unwrap_or_default(), [("x-request-id", "req_1")], Json(body))
        .into_response()
}

fn invalid(status: StatusCode, message: &str, param: Option<&str>, code: Option<&str>) -> Response {
    let body =
        json!({"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}});
    (status, [("x-request-id", "req_1")], Json(body)).into_response()
}
