//! xAI's speech over REST, and the list of its voices.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

use crate::call::Call;
use crate::fault::Refusal;
use crate::sound::{pcm, tone};
use crate::stubs::StubKind;

/// `https://api.x.ai`.
pub const KIND: StubKind = StubKind {
    name: "xai",
    routes: || {
        let voices = || async {
            let voice = |id: &str| json!({"voice_id": id, "name": id});
            Json(json!({"voices": [voice("ara"), voice("eve"), voice("leo")]}))
        };
        Router::new().route("/v1/tts", post(speak)).route("/v1/tts/voices", get(voices))
    },
    refuse,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    text: String,
    voice_id: String,
    language: String,
    output_format: OutputFormat,
    #[serde(default = "as_made")]
    speed: f64,
    #[expect(dead_code, reason = "accepted, as the service does")]
    #[serde(default)]
    text_normalization: Option<bool>,
}

#[derive(Deserialize)]
struct OutputFormat {
    codec: String,
    sample_rate: u32,
}

fn as_made() -> f64 {
    1.0
}

async fn speak(call: Call) -> Response {
    let ask = call.request().json::<Ask>();
    let refused = match ask {
        _ if !call.request().header("authorization").starts_with("Bearer ") => refuse(Refusal::Key),
        Err(fault) => error(422, &fault.to_string()),
        Ok(ask) if ask.text.trim().is_empty() || ask.language.is_empty() || ask.voice_id.is_empty() => {
            refuse(Refusal::Text)
        }
        Ok(ask) if !(0.7..=1.5).contains(&ask.speed) || ask.output_format.codec != "pcm" => {
            error(400, "A field is out of bounds.")
        }
        Ok(ask) => {
            return call.sound("audio/pcm", pcm(&tone(&ask.text, ask.output_format.sample_rate, ask.speed)));
        }
    };
    call.finish();
    refused
}

fn refuse(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Throttled => error(429, "Too many requests"),
        Refusal::Quota => error(403, "Your team has used all available credits."),
        Refusal::Key => error(400, "Incorrect API key provided."),
        Refusal::Text => error(400, "This text is not acceptable."),
        Refusal::Trouble => error(500, "Something broke."),
    }
}

fn error(status: u16, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or_default();
    (status, Json(json!({"code": status.canonical_reason(), "error": message}))).into_response()
}
