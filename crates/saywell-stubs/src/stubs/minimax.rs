//! `MiniMax`'s speech in events, and the list of its voices.
//!
//! What is known of it: sound is in hexadecimal digits; whatever goes wrong is status 200 with a code of its own.

use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::call::Call;
use crate::fault::{Fault, Refusal};
use crate::sound::{pcm, tone};
use crate::stubs::StubKind;

/// `https://api.minimax.io`.
pub const KIND: StubKind = StubKind {
    name: "minimax",
    routes: || Router::new().route("/v1/t2a_v2", post(speak)).route("/v1/get_voice", post(voices)),
    refuse,
};

const VOICES: [&str; 2] = ["English_Persuasive_Man", "German_SweetLady"];

async fn speak(call: Call) -> Response {
    let ask: Value = call.request().json().unwrap_or_default();
    let (text, voice) = (ask["text"].as_str().unwrap_or_default(), &ask["voice_setting"]);
    let speed = voice["speed"].as_f64().unwrap_or(1.0);
    let rate = ask["audio_setting"]["sample_rate"].as_u64().and_then(|rate| rate.try_into().ok());
    let refused = if !call.request().header("authorization").starts_with("Bearer ") {
        refuse(Refusal::Key)
    } else if !voice["voice_id"].as_str().is_some_and(|id| VOICES.contains(&id)) {
        error(2054, "voice id not exist")
    } else if text.trim().is_empty()
        || !(0.5..=2.0).contains(&speed)
        || ask["audio_setting"]["format"] != "pcm"
    {
        refuse(Refusal::Text)
    } else {
        let sound = pcm(&tone(text, rate.unwrap_or(32_000), speed));
        let events = events(&call, &ask, text.chars().count(), sound);
        return call.stream("text/event-stream", events);
    };
    call.finish();
    refused
}

fn events(call: &Call, ask: &Value, characters: usize, sound: Vec<u8>) -> Vec<Bytes> {
    let event = |mut data: Value| {
        data["trace_id"] = "trace_1".into();
        Bytes::from(format!("data: {data}\n\n"))
    };
    let well = json!({"status_code": 0, "status_msg": ""});
    let all = if ask["stream_options"]["exclude_aggregated_audio"] == true { "" } else { &hex(&sound) };
    let pieces = call.cut(sound);
    let half = pieces.len() / 2;
    let piece = |piece: &Bytes| event(json!({"data": {"audio": hex(piece), "status": 1}, "base_resp": well}));
    let mut events: Vec<Bytes> = pieces.iter().map(piece).collect();
    if call.suffers(Fault::FailsMidway) {
        events.truncate(half);
        events.push(event(json!({"base_resp": {"status_code": 1000, "status_msg": "unknown error"}})));
    } else {
        let extra = json!({"usage_characters": characters, "audio_format": "pcm"});
        events.push(event(
            json!({"data": {"audio": all, "status": 2}, "extra_info": extra, "base_resp": well}),
        ));
    }
    events
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn voices() -> Response {
    let voice = |id: &str| json!({"voice_id": id, "voice_name": id, "description": []});
    Json(json!({
        "system_voice": VOICES.map(voice),
        "voice_cloning": [{"voice_id": "moss_audio_1", "description": [], "created_time": "2026-01-01"}],
        "voice_generation": null,
        "base_resp": {"status_code": 0, "status_msg": "success"},
    }))
    .into_response()
}

fn refuse(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Throttled => error(1002, "rate limit"),
        Refusal::Quota => error(1008, "insufficient balance"),
        Refusal::Key => error(1004, "login fail: Please carry the API secret key"),
        Refusal::Text => error(1026, "input new_sensitive"),
        Refusal::Trouble => error(1000, "unknown error"),
    }
}

fn error(code: u16, message: &str) -> Response {
    Json(json!({"base_resp": {"status_code": code, "status_msg": message}})).into_response()
}
