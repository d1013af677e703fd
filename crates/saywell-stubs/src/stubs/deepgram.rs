//! Deepgram's Aura over REST.
//!
//! What is known of it: a voice is a model; what is asked for stands in the query; errors have a code and a message of
//! other names than anybody's.

use std::collections::BTreeMap;

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::call::Call;
use crate::fault::Refusal;
use crate::sound::{pcm, tone};
use crate::stubs::Kind;

/// `https://api.deepgram.com`.
pub const KIND: Kind =
    Kind { name: "deepgram", routes: || Router::new().route("/v1/speak", post(speak)), refuse };

const MODELS: [&str; 3] = ["aura-2-thalia-en", "aura-2-viktoria-de", "aura-asteria-en"];

async fn speak(Query(query): Query<BTreeMap<String, String>>, call: Call) -> Response {
    let asked = |name: &str| query.get(name).map_or("", String::as_str);
    let ask: Value = call.request().json().unwrap_or_default();
    let text = ask["text"].as_str().unwrap_or_default();
    // Its own SDK writes whole numbers as it likes.
    let rate = asked("sample_rate").parse::<f64>().unwrap_or(24_000.0) as u32;
    let speed = asked("speed").parse().unwrap_or(1.0);
    let refused = if !call.request().header("authorization").starts_with("Token ") {
        refuse(Refusal::Key)
    } else if !MODELS.contains(&asked("model")) {
        error(400, "INVALID_QUERY_PARAMETER", "Failed to deserialize query parameters: unknown model")
    } else if text.trim().is_empty() || text.chars().count() > 2_000 {
        refuse(Refusal::Text)
    } else {
        let samples = tone(text, rate, speed);
        if asked("encoding") == "linear16" && asked("container") == "none" {
            return call.sound("audio/l16", pcm(&samples));
        }
        let sound = call.wav(&samples, rate);
        return call.sound("audio/wav", sound);
    };
    call.finish();
    refused
}

fn refuse(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Throttled => error(429, "TOO_MANY_REQUESTS", "Too many requests. Please try again later."),
        Refusal::Quota => error(402, "ASR_PAYMENT_REQUIRED", "Project does not have enough credits."),
        Refusal::Key => error(401, "INVALID_AUTH", "Invalid credentials."),
        Refusal::Text => error(400, "PAYLOAD_ERROR", "This text is not acceptable."),
        Refusal::Trouble => error(500, "INTERNAL_SERVER_ERROR", "Something broke."),
    }
}

fn error(status: u16, code: &str, message: &str) -> Response {
    let body = json!({"err_code": code, "err_msg": message, "request_id": "req_1"});
    (StatusCode::from_u16(status).unwrap_or_default(), Json(body)).into_response()
}
