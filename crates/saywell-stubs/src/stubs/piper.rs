//! Piper's HTTP server, of both generations.
//!
//! What is known of it: every error is a page in HTML under status 500; the sound is a whole WAV file labelled as
//! HTML; a voice or speaker that it does not have is replaced without a word.

use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

use crate::call::{Call, html_error};
use crate::fault::Refusal;
use crate::proxy;
use crate::sound::tone;
use crate::stubs::StubKind;

/// Since June 2026: `POST /synthesize`.
pub const KIND: StubKind = StubKind {
    name: "piper",
    routes: || Router::new().route("/synthesize", post(synthesize)).route("/voices", get(voices)),
    refuse,
};

/// Before: `POST /`.
pub const OLD: StubKind = StubKind {
    name: "piper-old",
    routes: || Router::new().route("/", post(synthesize)).route("/voices", get(voices)),
    refuse,
};

/// A voice of medium quality.
const RATE: u32 = 22_050;

#[derive(Deserialize)]
struct Synthesize {
    text: String,
    #[serde(default = "as_trained")]
    length_scale: f64,
}

fn as_trained() -> f64 {
    1.0
}

async fn synthesize(call: Call) -> Response {
    let json = call.request().header("content-type").starts_with("application/json");
    match call.request().json::<Synthesize>() {
        Ok(asked) if json && !asked.text.trim().is_empty() => {
            let sound = call.wav(&tone(&asked.text, RATE, 1.0 / asked.length_scale), RATE);
            call.whole("text/html; charset=utf-8", sound)
        }
        _ => {
            call.finish();
            html_error()
        }
    }
}

/// The list of a real server of version 1.8.0, shortened, and two more voices in its form: one of several speakers, one
/// of another language.
async fn voices() -> Response {
    let mut listed: serde_json::Value =
        serde_json::from_str(include_str!("../../fixtures/piper/voices.json")).unwrap_or_default();
    for (name, code, speakers) in [
        ("en_GB-semaine-medium", "en_GB", json!({"prudence": 0, "spike": 1, "obadiah": 2, "poppy": 3})),
        ("de_DE-thorsten-medium", "de_DE", json!({})),
    ] {
        let mut voice = listed["en_US-joe-medium"].clone();
        voice["language"]["code"] = code.into();
        voice["num_speakers"] = speakers.as_object().map_or(1, |speakers| speakers.len().max(1)).into();
        voice["speaker_id_map"] = speakers;
        voice["dataset"] = name.split('-').nth(1).into();
        listed[name] = voice;
    }
    Json(listed).into_response()
}

/// Piper has one error. It neither knows keys nor counts calls; a proxy in front of it may.
fn refuse(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Text | Refusal::Trouble => html_error(),
        _ => proxy::refuse(refusal),
    }
}
