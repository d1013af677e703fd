//! Inworld's speech, whole or in lines, and the list of its voices.

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
use crate::sound::{SECONDS_A_CHARACTER, pcm, tone};
use crate::stubs::StubKind;

/// `https://api.inworld.ai`.
pub const KIND: StubKind = StubKind {
    name: "inworld",
    routes: || {
        let voices = || async {
            Json(json!({"voices": [
                {"voiceId": "Ashley", "displayName": "Ashley", "langCode": "EN_US", "source": "SYSTEM", "tags": ["female"]},
                {"voiceId": "Johanna", "displayName": "Johanna", "langCode": "DE_DE", "source": "SYSTEM"},
            ]}))
        };
        Router::new()
            .route("/tts/v1/voice", post(whole))
            .route("/tts/v1/voice:stream", post(lines))
            .route("/voices/v1/voices", get(voices))
    },
    refuse,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ask {
    text: String,
    voice_id: String,
    model_id: String,
    audio_config: AudioConfig,
    #[serde(default)]
    timestamp_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AudioConfig {
    audio_encoding: String,
    sample_rate_hertz: u32,
    #[serde(default = "as_made")]
    speaking_rate: f64,
}

fn as_made() -> f64 {
    1.0
}

/// Reads a request, or says what is wrong with it.
fn read(call: &Call) -> Result<Ask, Response> {
    if !call.request().header("authorization").starts_with("Basic ") {
        return Err(refuse(Refusal::Key));
    }
    let ask: Ask = call.request().json().map_err(|fault| error(400, 3, &fault.to_string()))?;
    let AudioConfig { audio_encoding, speaking_rate, .. } = &ask.audio_config;
    if !["Ashley", "Johanna"].contains(&ask.voice_id.as_str()) {
        Err(error(404, 5, "Unknown voice"))
    } else if ask.text.trim().is_empty() || ask.text.chars().count() > 2_000 {
        Err(refuse(Refusal::Text))
    } else if audio_encoding != "PCM" || !(0.5..=1.5).contains(speaking_rate) || ask.model_id.is_empty() {
        Err(error(400, 3, "A field is out of bounds."))
    } else {
        Ok(ask)
    }
}

fn sound(ask: &Ask) -> Vec<u8> {
    pcm(&tone(&ask.text, ask.audio_config.sample_rate_hertz, ask.audio_config.speaking_rate))
}

async fn whole(call: Call) -> Response {
    match read(&call) {
        Ok(ask) => {
            let body =
                json!({"audioContent": STANDARD.encode(sound(&ask)), "timestampInfo": times(&ask, false)});
            call.stream("application/json", vec![body.to_string().into()])
        }
        Err(response) => {
            call.finish();
            response
        }
    }
}

async fn lines(call: Call) -> Response {
    let ask = match read(&call) {
        Ok(ask) => ask,
        Err(response) => {
            call.finish();
            return response;
        }
    };
    let line = |line: Value| Bytes::from(format!("{line}\n"));
    let pieces = call.cut_base64(sound(&ask));
    let half = pieces.len() / 2;
    let mut lines: Vec<Bytes> =
        pieces.iter().map(|piece| line(json!({"result": {"audioContent": piece}}))).collect();
    if call.suffers(Fault::FailsMidway) {
        lines.truncate(half);
        lines.push(line(json!({"error": {"code": 13, "message": "Something broke."}})));
    } else if ask.timestamp_type == "WORD" && !call.suffers(Fault::NoTimings) {
        let info = times(&ask, call.suffers(Fault::DisorderedTimings));
        lines.push(line(json!({"result": {"audioContent": "", "timestampInfo": info}})));
    }
    call.stream("application/json", lines)
}

/// When words are said, each character for as long as the tone of it.
fn times(ask: &Ask, backwards: bool) -> Value {
    let (mut words, mut starts, mut ends) = (Vec::new(), Vec::new(), Vec::new());
    let time = |characters: usize| characters as f64 * SECONDS_A_CHARACTER / ask.audio_config.speaking_rate;
    let mut at = 0;
    for word in ask.text.split(' ') {
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
    json!({"wordAlignment": {"words": words, "wordStartTimeSeconds": starts, "wordEndTimeSeconds": ends}})
}

fn refuse(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Throttled => error(429, 8, "Too many requests"),
        Refusal::Quota => error(402, 8, "Your credits are used up."),
        Refusal::Key => error(401, 16, "Invalid credentials."),
        Refusal::Text => error(400, 3, "This text is not acceptable."),
        Refusal::Trouble => error(500, 13, "Something broke."),
    }
}

fn error(status: u16, code: u16, message: &str) -> Response {
    let body = json!({"code": code, "message": message, "details": []});
    (StatusCode::from_u16(status).unwrap_or_default(), Json(body)).into_response()
}
