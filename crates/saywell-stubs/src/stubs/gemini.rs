//! The Gemini API's `streamGenerateContent` with sound.
//!
//! What is known of it: raw sound in base64, in events; a quota that is used up and one that is full for this minute are the
//! same error; a key that is wrong is a bad request; only the models of 3.8 take how to speak apart from the text.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::call::Call;
use crate::fault::{Fault, Refusal};
use crate::sound::{pcm, tone};
use crate::stubs::StubKind;

/// `https://generativelanguage.googleapis.com`.
pub const KIND: StubKind = StubKind {
    name: "gemini",
    routes: || {
        let both = ["/v1/models/{call}", "/v1beta/models/{call}"];
        both.into_iter().fold(Router::new(), |routes, path| routes.route(path, post(generate)))
    },
    refuse,
};

const RATE: u32 = 24_000;

async fn generate(Path(name): Path<String>, call: Call) -> Response {
    let ask: Value = call.request().json().unwrap_or_default();
    let (model, method) = name.split_once(':').unwrap_or((&name, ""));
    let (parts, config) = (&ask["contents"][0]["parts"], &ask["generationConfig"]);
    let text: String =
        parts.as_array().into_iter().flatten().filter_map(|part| part["text"].as_str()).collect();
    // Names of fields may be written in either way.
    let of = |value: &Value, one: &str, other: &str| value.get(one).or_else(|| value.get(other)).cloned();
    let voice = of(&config["speechConfig"], "voiceConfig", "voice_config").unwrap_or_default();
    let voice = of(&voice, "prebuiltVoiceConfig", "prebuilt_voice_config").unwrap_or_default();
    let voice = of(&voice, "voiceName", "voice_name").unwrap_or_default();
    let styled = parts[0].get("speechMetadata").is_some() || config.get("responseFormat").is_some();
    let refused = if call.request().header("x-goog-api-key").is_empty() {
        refuse(Refusal::Key)
    } else if !model.contains("-tts") {
        error(404, "NOT_FOUND", "This model is not found for this version of the API.")
    } else if config["responseModalities"] != json!(["AUDIO"]) || !voice.is_string() || text.is_empty() {
        refuse(Refusal::Text)
    } else if styled && !model.starts_with("gemini-3.8") {
        error(400, "INVALID_ARGUMENT", "Speech metadata is not supported for this model")
    } else {
        let sound = pcm(&tone(&text, RATE, 1.0));
        let answers = answers(&call, model, text.chars().count(), sound);
        return if method == "streamGenerateContent" {
            let events = answers.iter().map(|answer| Bytes::from(format!("data: {answer}\r\n\r\n")));
            let events = events.collect();
            call.stream("text/event-stream", events)
        } else {
            let mut whole = answers.last().cloned().unwrap_or_default();
            let all = |answer: &Value| answer["candidates"][0]["content"]["parts"].as_array().cloned();
            let parts: Vec<Value> = answers.iter().filter_map(all).flatten().collect();
            whole["candidates"][0]["content"]["parts"] = parts.into();
            call.stream("application/json", vec![whole.to_string().into()])
        };
    };
    call.finish();
    refused
}

/// Pieces of sound, then how it ended and what it cost: two tokens for each character.
fn answers(call: &Call, model: &str, characters: usize, sound: Vec<u8>) -> Vec<Value> {
    let pieces = call.cut_base64(sound);
    let half = pieces.len() / 2;
    let mut answers: Vec<Value> = pieces
        .iter()
        .map(|piece| {
            let data = json!({"mimeType": "audio/L16;codec=pcm;rate=24000", "data": piece});
            let content = json!({"parts": [{"inlineData": data}], "role": "model"});
            json!({"candidates": [{"content": content, "index": 0}], "modelVersion": model})
        })
        .collect();
    if call.suffers(Fault::FailsMidway) {
        answers.truncate(half);
        answers.push(json!({"error": {"code": 500, "message": "Something broke.", "status": "INTERNAL"}}));
    } else {
        let sound = characters * 2;
        let usage =
            json!({"promptTokenCount": 10, "candidatesTokenCount": sound, "totalTokenCount": sound + 10});
        let last = json!({"content": {"parts": [], "role": "model"}, "finishReason": "STOP", "index": 0});
        answers.push(json!({"candidates": [last], "usageMetadata": usage, "modelVersion": model}));
    }
    answers
}

fn refuse(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Throttled => {
            error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).")
        }
        Refusal::Quota => error(
            429,
            "RESOURCE_EXHAUSTED",
            "You exceeded your current quota, please check your plan and billing details.",
        ),
        Refusal::Key => error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
        Refusal::Text => error(400, "INVALID_ARGUMENT", "Request contains an invalid argument."),
        Refusal::Trouble => error(500, "INTERNAL", "An internal error has occurred."),
    }
}

fn error(code: u16, status: &str, message: &str) -> Response {
    let body = json!({"error": {"code": code, "message": message, "status": status}});
    (StatusCode::from_u16(code).unwrap_or_default(), Json(body)).into_response()
}
