//! ElevenLabs' text to speech, with and without timings, its voices and its models.
//!
//! What is known of it: three shapes of errors; a quota that is used up is status 401, as a wrong key is; answers with
//! timings are one JSON object per line, with blank lines between; voices come in pages.

use axum::extract::Query;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::{Call, Recorded};
use crate::fault::{Fault, Refusal};
use crate::sound::{SECONDS_A_CHARACTER, pcm, tone};
use crate::stubs::StubKind;

/// `https://api.elevenlabs.io`.
pub const KIND: StubKind = StubKind {
    name: "elevenlabs",
    routes: || {
        Router::new()
            .route("/v1/text-to-speech/{voice}", post(sound))
            .route("/v1/text-to-speech/{voice}/stream", post(sound))
            .route("/v1/text-to-speech/{voice}/with-timestamps", post(at_once))
            .route("/v1/text-to-speech/{voice}/stream/with-timestamps", post(lines))
            .route("/v2/voices", get(voices))
            .route("/v1/models", get(models))
    },
    refuse,
};

/// The calls at a time that it says it allows.
pub const ALLOWED: usize = 5;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    text: String,
    #[serde(default = "default_model")]
    model_id: String,
    #[serde(default)]
    language_code: Option<String>,
    #[serde(default)]
    voice_settings: Value,
    #[expect(dead_code, reason = "accepted, as the service does")]
    #[serde(default)]
    seed: Option<u32>,
    #[expect(dead_code, reason = "accepted, as the service does")]
    #[serde(default)]
    apply_text_normalization: Option<String>,
    #[serde(default)]
    pronunciation_dictionary_locators: Vec<Value>,
    #[serde(default)]
    previous_text: Option<String>,
}

fn default_model() -> String {
    "eleven_multilingual_v2".to_owned()
}

/// What is to be said, and at which rate.
struct Asked {
    text: String,
    model: String,
    speed: f64,
    rate: u32,
    wav: bool,
}

/// Reads a request, or says what is wrong with it.
fn read(request: &Recorded) -> Result<Asked, Response> {
    if request.header("xi-api-key").is_empty() {
        return Err(refuse(Refusal::Key));
    }
    let voice = request.path.split('/').nth(3).unwrap_or_default();
    if !VOICES.iter().any(|(id, ..)| *id == voice) {
        let message = format!("A voice with the voice_id {voice} was not found.");
        return Err(detail(StatusCode::NOT_FOUND, json!({"status": "voice_not_found", "message": message})));
    }
    let invalid = |field: &str, message: &str| {
        let fault = json!([{"loc": ["body", field], "msg": message, "type": "value_error"}]);
        detail(StatusCode::UNPROCESSABLE_ENTITY, fault)
    };
    let ask: Ask = request.json().map_err(|error| invalid("body", &error.to_string()))?;
    let speed = ask.voice_settings["speed"].as_f64().unwrap_or(1.0);
    if !(0.7..=1.2).contains(&speed) {
        return Err(invalid("speed", "Input should be from 0.7 to 1.2"));
    }
    if ask.text.is_empty() || ask.pronunciation_dictionary_locators.len() > 3 {
        return Err(invalid("text", "Field required"));
    }
    if ask.model_id == "eleven_multilingual_v2" && ask.language_code.is_some() {
        return Err(invalid("language_code", "Not for this model"));
    }
    if ask.model_id.starts_with("eleven_v3") && ask.previous_text.is_some() {
        return Err(invalid("previous_text", "Not for this model"));
    }
    let format = request.query.split('&').find_map(|pair| pair.strip_prefix("output_format="));
    let (kind, rate) = format.and_then(|format| format.split_once('_')).unwrap_or(("pcm", "44100"));
    let rate = rate.split('_').next().and_then(|rate| rate.parse().ok()).unwrap_or(44_100);
    Ok(Asked { text: ask.text, model: ask.model_id, speed, rate, wav: kind == "wav" })
}

async fn sound(call: Call) -> Response {
    let asked = match read(call.request()) {
        Ok(asked) => asked,
        Err(response) => {
            call.finish();
            return response;
        }
    };
    let samples = tone(&asked.text, asked.rate, asked.speed);
    let response = if asked.wav {
        let sound = call.wav(&samples, asked.rate);
        call.sound("audio/wav", sound)
    } else {
        call.sound("audio/pcm", pcm(&samples))
    };
    with_headers(response, &asked)
}

async fn at_once(call: Call) -> Response {
    let asked = match read(call.request()) {
        Ok(asked) => asked,
        Err(response) => {
            call.finish();
            return response;
        }
    };
    let sound = pcm(&tone(&asked.text, asked.rate, asked.speed));
    let characters: Vec<char> = asked.text.chars().collect();
    let times = alignment(&characters, 0, asked.speed);
    let body =
        json!({"audio_base64": STANDARD.encode(sound), "alignment": times, "normalized_alignment": times});
    with_headers(call.stream("application/json", vec![Bytes::from(body.to_string())]), &asked)
}

async fn lines(call: Call) -> Response {
    let asked = match read(call.request()) {
        Ok(asked) => asked,
        Err(response) => {
            call.finish();
            return response;
        }
    };
    let sound = pcm(&tone(&asked.text, asked.rate, asked.speed));
    let pieces = call.cut_base64(sound);
    let characters: Vec<char> = asked.text.chars().collect();
    let each = characters.len().div_ceil(pieces.len().max(1)).max(1);
    let (none, disordered) = (call.suffers(Fault::NoTimings), call.suffers(Fault::DisorderedTimings));
    let fails = call.suffers(Fault::FailsMidway);
    let half = pieces.len() / 2;
    let mut answer = Vec::new();
    for (number, piece) in pieces.iter().enumerate() {
        if fails && number == half {
            let fault = json!({"detail": {"status": "internal_error", "message": "Something broke."}});
            answer.push(Bytes::from(format!("{fault}\n")));
            break;
        }
        let from = (number * each).min(characters.len());
        let some = &characters[from..(from + each).min(characters.len())];
        // As if the last of them came first.
        let at = if disordered { characters.len() - from } else { from };
        let times = if none || some.is_empty() { Value::Null } else { alignment(some, at, asked.speed) };
        let line = json!({"audio_base64": piece, "alignment": times, "normalized_alignment": times});
        answer.push(Bytes::from(format!("{line}\n\n")));
    }
    with_headers(call.stream("text/event-stream", answer), &asked)
}

/// When characters are said, the first of them being the `from`-th of its text.
fn alignment(characters: &[char], from: usize, speed: f64) -> Value {
    let time = |number: usize| number as f64 * SECONDS_A_CHARACTER / speed;
    let times = |by: usize| (0..characters.len()).map(|n| time(from + n + by)).collect::<Vec<_>>();
    json!({
        "characters": characters.iter().map(char::to_string).collect::<Vec<_>>(),
        "character_start_times_seconds": times(0),
        "character_end_times_seconds": times(1),
    })
}

fn with_headers(mut response: Response, asked: &Asked) -> Response {
    let characters = asked.text.chars().count();
    let quick = asked.model.contains("flash") || asked.model.contains("turbo");
    let cost = if quick { characters.div_ceil(2) } else { characters };
    for (name, value) in [
        ("character-cost", cost),
        ("maximum-concurrent-requests", ALLOWED),
        ("current-concurrent-requests", 1),
    ] {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from(value));
    }
    response.headers_mut().insert("request-id", HeaderValue::from_static("req_1"));
    response
}

/// Identifier, name, gender, language, and locales that it was tried in.
const VOICES: [(&str, &str, &str, &str, &[&str]); 3] = [
    ("21m00Tcm4TlvDq8ikWAM", "Rachel", "female", "en", &["en-US", "fr-FR"]),
    ("JBFqnCBsd6RMkjVDRZzb", "George", "male", "en", &["en-GB"]),
    ("onwK4e9ZLuTAKqWW03F9", "Daniel", "male", "de", &[]),
];

#[derive(Deserialize)]
struct Wanted {
    next_page_token: Option<usize>,
}

/// Two voices a page, whatever is asked for.
async fn voices(Query(wanted): Query<Wanted>) -> Response {
    let from = wanted.next_page_token.unwrap_or(0).min(VOICES.len());
    let page = &VOICES[from..VOICES.len().min(from + 2)];
    let more = from + 2 < VOICES.len();
    let voice = |(id, name, gender, language, locales): &(&str, &str, &str, &str, &[&str])| {
        let verified: Vec<Value> = locales
            .iter()
            .map(|locale| json!({"language": &locale[..2], "model_id": "eleven_flash_v2_5", "accent": "standard", "locale": locale}))
            .collect();
        json!({
            "voice_id": id,
            "name": name,
            "category": "premade",
            "labels": {"gender": gender, "language": language, "age": "young"},
            "preview_url": null,
            "verified_languages": verified,
            "settings": null,
        })
    };
    Json(json!({
        "voices": page.iter().map(voice).collect::<Vec<_>>(),
        "has_more": more,
        "total_count": VOICES.len(),
        "next_page_token": more.then(|| (from + 2).to_string()),
    }))
    .into_response()
}

async fn models() -> Response {
    let model = |id: &str, longest: usize, languages: &[&str]| {
        let languages: Vec<Value> =
            languages.iter().map(|id| json!({"language_id": id, "name": id})).collect();
        json!({
            "model_id": id,
            "name": id,
            "can_do_text_to_speech": longest > 0,
            "maximum_text_length_per_request": longest,
            "languages": languages,
        })
    };
    Json(json!([
        model("eleven_flash_v2_5", 40_000, &["en", "de", "fr", "ja"]),
        model("eleven_multilingual_v2", 10_000, &["en", "de", "fr"]),
        model("eleven_v3", 3_000, &["en", "de"]),
        model("eleven_english_sts_v2", 0, &["en"]),
    ]))
    .into_response()
}

fn refuse(refusal: Refusal) -> Response {
    let (status, said) = match refusal {
        Refusal::Throttled => (
            429,
            json!({"type": "rate_limit_error", "code": "concurrent_limit_exceeded", "message": "Too many requests at once.", "request_id": "req_1"}),
        ),
        Refusal::Quota => (
            401,
            json!({"status": "quota_exceeded", "message": "This request exceeds your quota. You have 0 credits remaining."}),
        ),
        Refusal::Key => (401, json!({"status": "invalid_api_key", "message": "Invalid API key"})),
        Refusal::Text => (
            422,
            json!([{"loc": ["body", "text"], "msg": "This text is not acceptable.", "type": "value_error"}]),
        ),
        Refusal::Trouble => (
            500,
            json!({"type": "internal_error", "code": "internal_server_error", "message": "Something broke.", "request_id": "req_1"}),
        ),
    };
    detail(StatusCode::from_u16(status).unwrap_or_default(), said)
}

#[expect(clippy::needless_pass_by_value, reason = "a value that is made where it is said")]
fn detail(status: StatusCode, said: Value) -> Response {
    (status, Json(json!({"detail": said}))).into_response()
}
