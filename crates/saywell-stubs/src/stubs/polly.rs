//! Amazon Polly. The official client in Python is run against it.
//!
//! Signatures are not checked here; `moto`, which also stands in for Polly in tests, does as little.

use axum::extract::{Extension, Query};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::{Call, Recorded};
use crate::fault::{Fault, Refusal};
use crate::markup::{self, Piece, Word};
use crate::sound::{SECONDS_A_CHARACTER, pcm, tone};
use crate::stubs::StubKind;

/// Polly in a region of its own.
pub const KIND: StubKind = StubKind {
    name: "polly",
    routes: || Router::new().route("/v1/speech", post(synthesize)).route("/v1/voices", get(voices)),
    refuse,
};

struct Known {
    id: &'static str,
    gender: &'static str,
    languages: &'static [&'static str],
    engines: &'static [&'static str],
}

const VOICES: [Known; 4] = [
    Known {
        id: "Joanna",
        gender: "Female",
        languages: &["en-US"],
        engines: &["standard", "neural", "generative"],
    },
    Known { id: "Gregory", gender: "Male", languages: &["en-US"], engines: &["long-form", "neural"] },
    Known { id: "Kajal", gender: "Female", languages: &["en-IN", "hi-IN"], engines: &["neural"] },
    Known { id: "Hans", gender: "Male", languages: &["de-DE"], engines: &["standard"] },
];

/// The most voices of a page, so that a list has several.
const PAGE: usize = 2;

fn error(status: u16, kind: &'static str, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or_default();
    let mut response = (status, Json(json!({ "message": message }))).into_response();
    response.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(kind));
    response
}

fn is_signed(request: &Recorded) -> bool {
    request.header("authorization").starts_with("AWS4-HMAC-SHA256 Credential=")
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Synthesize {
    text: String,
    voice_id: String,
    output_format: String,
    #[serde(default)]
    engine: Option<String>,
    #[serde(default)]
    text_type: Option<String>,
    #[serde(default)]
    sample_rate: Option<String>,
    #[serde(default)]
    lexicon_names: Vec<String>,
    #[serde(default)]
    speech_mark_types: Vec<String>,
}

/// What is to be said, with its words. The error is a code and a message.
fn read(asked: &Synthesize) -> Result<(String, Vec<Word>), (&'static str, String)> {
    let wrong = |code: &'static str, message: &str| (code, message.to_owned());
    let engine = asked.engine.as_deref().unwrap_or("standard");
    let Some(voice) = VOICES.iter().find(|voice| voice.id == asked.voice_id) else {
        return Err(wrong("ValidationException", "1 validation error detected: Value at 'voiceId' failed"));
    };
    if !voice.engines.contains(&engine) {
        let message = format!("This voice does not support the selected engine: {engine}");
        return Err(wrong("ValidationException", &message));
    }
    if let Some(lexicon) = asked.lexicon_names.iter().find(|name| *name != "known") {
        return Err(wrong("LexiconNotFoundException", &format!("Lexicon not found: {lexicon}")));
    }
    let wrapped;
    let (document, shift) = if asked.text_type.as_deref() == Some("ssml") {
        (&asked.text, 0)
    } else {
        // So that words are found in the same way; what was put before them is taken off again.
        wrapped = format!("<speak>{}</speak>", asked.text.replace(['&', '<', '>'], "_"));
        (&wrapped, "<speak>".len())
    };
    let invalid = || wrong("InvalidSsmlException", "Invalid SSML request");
    let pieces = markup::read(document).ok_or_else(invalid)?;
    let forbidden = |piece: &Piece| match piece {
        Piece::Element(name, attributes) if engine != "standard" => {
            name == "emphasis" || attributes.iter().any(|(attribute, _)| attribute == "pitch")
        }
        _ => false,
    };
    if pieces.iter().any(forbidden) {
        return Err(wrong("InvalidSsmlException", "Unsupported Neural feature"));
    }
    let text = markup::text(&pieces);
    if text.chars().count() > 3_000 || asked.text.chars().count() > 6_000 {
        return Err(wrong("TextLengthExceededException", "Maximum text length has been exceeded"));
    }
    let mut words = markup::words(document, &pieces);
    for word in &mut words {
        word.at = word.at.start - shift..word.at.end - shift;
    }
    Ok((text, words))
}

async fn synthesize(call: Call) -> Response {
    let answer = match call.request().json::<Synthesize>() {
        _ if !is_signed(call.request()) => {
            Err(error(403, "MissingAuthenticationTokenException", "Missing Authentication Token"))
        }
        Err(fault) => Err(error(400, "ValidationException", &fault.to_string())),
        Ok(asked) => match read(&asked) {
            Ok((text, words)) => Ok((asked, text, words)),
            Err((code @ "LexiconNotFoundException", message)) => Err(error(404, code, &message)),
            Err((code, message)) => Err(error(400, code, &message)),
        },
    };
    let (asked, text, words) = match answer {
        Ok(answer) => answer,
        Err(refusal) => {
            call.finish();
            return refusal;
        }
    };
    let characters = text.chars().count();
    let mut response = match (&*asked.output_format, asked.sample_rate.as_deref().unwrap_or("16000")) {
        ("json", _) if asked.speech_mark_types.is_empty() => {
            call.finish();
            error(400, "MarksNotSupportedForFormatException", "Speech marks are needed for this format")
        }
        ("json", _) => marks(call, words),
        ("pcm", rate @ ("8000" | "16000")) => {
            let rate = rate.parse().unwrap_or(16_000);
            call.sound("audio/pcm", pcm(&tone(&text, rate, 1.0)))
        }
        _ => {
            call.finish();
            error(400, "InvalidSampleRateException", "The specified sample rate is not valid")
        }
    };
    response.headers_mut().insert("x-amzn-requestcharacters", characters.into());
    response
}

fn marks(call: Call, mut words: Vec<Word>) -> Response {
    if call.suffers(Fault::DisorderedTimings) {
        words.reverse();
    }
    if call.suffers(Fault::NoTimings) {
        words.clear();
    }
    let line = |word: Word| {
        let time = (word.characters.start as f64 * SECONDS_A_CHARACTER * 1_000.0) as u64;
        let mark = json!({"time": time, "type": "word", "start": word.at.start, "end": word.at.end, "value": word.value});
        Bytes::from(format!("{mark}\n"))
    };
    let lines = words.into_iter().map(line).collect();
    call.stream("application/x-json-stream", lines)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    engine: Option<String>,
    next_token: Option<usize>,
}

async fn voices(Extension(request): Extension<Recorded>, Query(wanted): Query<Wanted>) -> Response {
    if !is_signed(&request) {
        return error(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
    }
    let matching: Vec<&Known> = VOICES
        .iter()
        .filter(|voice| wanted.engine.as_deref().is_none_or(|engine| voice.engines.contains(&engine)))
        .collect();
    let from = wanted.next_token.unwrap_or(0).min(matching.len());
    let page = &matching[from..matching.len().min(from + PAGE)];
    let voice = |voice: &&Known| {
        json!({
            "Id": voice.id,
            "Name": voice.id,
            "Gender": voice.gender,
            "LanguageCode": voice.languages[0],
            "LanguageName": voice.languages[0],
            "AdditionalLanguageCodes": voice.languages[1..],
            "SupportedEngines": voice.engines,
        })
    };
    let voices: Vec<Value> = page.iter().map(voice).collect();
    let mut answer = json!({ "Voices": voices });
    if from + PAGE < matching.len() {
        answer["NextToken"] = (from + PAGE).to_string().into();
    }
    Json(answer).into_response()
}

fn refuse(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Throttled => error(400, "ThrottlingException", "Rate exceeded"),
        Refusal::Quota => error(402, "ServiceQuotaExceededException", "The quota is used up"),
        Refusal::Key => error(
            403,
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        ),
        Refusal::Text => error(400, "TextLengthExceededException", "Maximum text length has been exceeded"),
        Refusal::Trouble => error(500, "ServiceFailureException", "Unknown failure"),
    }
}
