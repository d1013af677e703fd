//! Coqui's `tts-server`, with a model of several speakers and languages.
//!
//! What is known of it: it reads form values and no JSON; the sound is a whole WAV file; its errors are
//! `{"error": "…"}`; its list is lines of `NAME LOCALE GENDER`, whose names hold spaces and are escaped as in HTML.

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;

use crate::call::Call;
use crate::fault::Refusal;
use crate::proxy;
use crate::sound::tone;
use crate::stubs::StubKind;

/// Version 0.28 of the fork that is kept up.
pub const KIND: StubKind = StubKind {
    name: "coqui",
    routes: || Router::new().route("/api/tts", post(speak)).route("/voices", get(voices)),
    refuse,
};

/// What most of its models have.
const RATE: u32 = 22_050;

const SPEAKERS: [&str; 3] = ["Claribel Dervla", "Andrew Chipper", "Rosie O'Neill"];
const LANGUAGES: [&str; 4] = ["en", "de", "fr-fr", "zh-cn"];

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    text: String,
    speaker_id: Option<String>,
    language_id: Option<String>,
}

async fn speak(call: Call) -> Response {
    let is_form = call.request().header("content-type").starts_with("application/x-www-form-urlencoded");
    let answer = match serde_urlencoded::from_bytes::<Asked>(&call.request().body) {
        Ok(asked) if is_form && !asked.text.trim().is_empty() => {
            let speaker = asked.speaker_id.unwrap_or_default();
            let language = asked.language_id.unwrap_or_else(|| "en".into());
            if SPEAKERS.contains(&&*speaker) && LANGUAGES.contains(&&*language) {
                let sound = call.wav(&tone(&asked.text, RATE, 1.0), RATE);
                return call.whole("audio/wav", sound);
            }
            error(500, &format!("TTS synthesis failed: '{speaker}' or '{language}'"))
        }
        _ => error(400, "Text parameter is required"),
    };
    call.finish();
    answer
}

async fn voices() -> String {
    let escape = |name: &str| name.replace('&', "&amp;").replace('\'', "&#39;");
    SPEAKERS.iter().map(|name| format!("{} multilingual u\n", escape(name))).collect()
}

fn error(status: u16, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, axum::Json(json!({ "error": message }))).into_response()
}

/// Its own errors, and those of a proxy in front, which alone may know keys and count calls.
fn refuse(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Text => error(400, "Text parameter is required"),
        Refusal::Trouble => error(500, "TTS synthesis failed: CUDA error: out of memory"),
        _ => proxy::refuse(refusal),
    }
}
