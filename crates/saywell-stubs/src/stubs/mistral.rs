//! Mistral's speech endpoint, and the list of its voices.
//!
//! What is known of it: sound comes in events, or whole in JSON, as base64; raw sound is of 32-bit floating-point numbers;
//! voices come in pages.

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::Call;
use crate::fault::{Fault, Refusal};
use crate::sound::tone;
use crate::stubs::StubKind;

/// `https://api.mistral.ai`.
pub const KIND: StubKind = StubKind {
    name: "mistral",
    routes: || Router::new().route("/v1/audio/speech", post(speech)).route("/v2/audio/voices", get(voices)),
    refuse,
};

const RATE: u32 = 24_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    model: String,
    input: String,
    voice_id: String,
    response_format: String,
    #[serde(default)]
    stream: bool,
    #[serde(default)]
    expressiveness: Option<f64>,
}

async fn speech(call: Call) -> Response {
    let asked = call.request().json::<Ask>();
    let known = |ask: &Ask| VOICES.iter().any(|voice| [voice.0, voice.1].contains(&ask.voice_id.as_str()));
    let refused = match &asked {
        _ if !call.request().header("authorization").starts_with("Bearer ") => refuse(Refusal::Key),
        Err(error) => unprocessable(&error.to_string()),
        Ok(ask) if !ask.model.starts_with("voxtral-") => {
            let said = json!({"object": "error", "message": "Invalid model", "type": "invalid_model", "param": null, "code": "1500"});
            (StatusCode::BAD_REQUEST, Json(said)).into_response()
        }
        Ok(ask) if !known(ask) || ask.expressiveness.is_some_and(|value| value < 1.0) => {
            refuse(Refusal::Text)
        }
        Ok(ask) => {
            let samples = tone(&ask.input, RATE, 1.0);
            let floats = samples.iter().flat_map(|sample| (f32::from(*sample) / 32_768.0).to_le_bytes());
            let sound = match ask.response_format.as_str() {
                "wav" => call.wav(&samples, RATE),
                _ => floats.collect(),
            };
            if !ask.stream {
                let body = json!({"audio_data": STANDARD.encode(sound)}).to_string();
                return call.stream("application/json", vec![body.into()]);
            }
            let events = events(&call, sound);
            return call.stream("text/event-stream", events);
        }
    };
    call.finish();
    refused
}

fn events(call: &Call, sound: Vec<u8>) -> Vec<Bytes> {
    let event = |kind: &str, mut data: Value| {
        data["type"] = kind.into();
        Bytes::from(format!("event: {kind}\ndata: {data}\n\n"))
    };
    let pieces = call.cut_base64(sound);
    let half = pieces.len() / 2;
    let delta = |piece: &String| event("speech.audio.delta", json!({ "audio_data": piece }));
    let mut events: Vec<Bytes> = pieces.iter().map(delta).collect();
    if call.suffers(Fault::FailsMidway) {
        events.truncate(half);
        events.push(event("error", json!({"error": {"message": "Something broke.", "code": "3000"}})));
    } else {
        let usage = json!({"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30});
        events.push(event("speech.audio.done", json!({ "usage": usage })));
    }
    events
}

/// Identifier, slug, sort, languages and gender.
const VOICES: [(&str, &str, &str, &str, Option<&str>); 3] = [
    ("c69964a6-ab8b-4f8a-9465-ec0925096ec8", "en_paul_neutral", "preset", "en_us", Some("male")),
    ("82c99ee6-f932-423f-a4a3-d403c8914b8d", "gb_jane_neutral", "preset", "en_gb", Some("female")),
    ("0b2f11f6-voice-of-ones-own", "mine", "custom", "fr", None),
];

#[derive(Deserialize)]
struct Wanted {
    page_token: Option<usize>,
}

/// Two voices a page, whatever is asked for.
async fn voices(Query(wanted): Query<Wanted>) -> Response {
    let voice = |(id, slug, kind, language, gender): &(&str, &str, &str, &str, Option<&str>)| {
        json!({"id": id, "slug": slug, "name": slug, "type": kind, "languages": [language], "gender": gender,
            "created_at": "2026-03-26T00:00:00Z", "user_id": null})
    };
    let from = wanted.page_token.unwrap_or(0).min(VOICES.len());
    let data: Vec<Value> = VOICES[from..VOICES.len().min(from + 2)].iter().map(voice).collect();
    let next = (from + 2 < VOICES.len()).then(|| (from + 2).to_string());
    let page = json!({"data": data, "next_page_token": next});
    Json(page).into_response()
}

fn unprocessable(message: &str) -> Response {
    let detail = json!([{"loc": ["body"], "msg": message, "type": "value_error"}]);
    (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({"detail": detail}))).into_response()
}

fn refuse(refusal: Refusal) -> Response {
    let (status, kind, code, message) = match refusal {
        Refusal::Throttled => (429, "rate_limited", "1300", "Rate limit exceeded"),
        Refusal::Quota => (402, "payment_required", "1800", "Your balance is used up"),
        Refusal::Key => (401, "unauthorized", "1000", "Unauthorized"),
        Refusal::Text => return unprocessable("This text is not acceptable."),
        Refusal::Trouble => (500, "internal_server_error", "3000", "Something broke."),
    };
    let said = json!({"object": "error", "message": message, "type": kind, "param": null, "code": code});
    (StatusCode::from_u16(status).unwrap_or_default(), Json(said)).into_response()
}
