//! The shape that errors go out in: ours, or what clients of another contract read.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{ApiError, Code, LONGEST_MESSAGE, brief, brief_to};

/// Where ElevenLabs' contract is served: some of its paths are OpenAI's too.
const ELEVENLABS: &str = "/elevenlabs";

/// A shape of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Own,
    ElevenLabs,
}

impl Shape {
    /// That of a path's contract.
    pub(super) fn of(path: &str) -> Self {
        match path.strip_prefix(ELEVENLABS) {
            Some(rest) if rest.starts_with('/') => Self::ElevenLabs,
            _ => Self::Own,
        }
    }
}

/// An error as ElevenLabs writes it, with ElevenLabs' word and status where it has one; else with our code.
pub(super) fn elevenlabs(error: &ApiError, id: &str) -> (StatusCode, Value) {
    let word = elevenlabs_word(error.code);
    let status = if error.code == Code::UnknownVoice { StatusCode::NOT_FOUND } else { error.status };
    let mut detail = json!({
        "type": error.code.kind(),
        "code": word,
        "status": word,
        "message": brief_to(&error.message, LONGEST_MESSAGE),
        "param": error.param.as_deref().map(|param| brief(elevenlabs_field(param))),
        "request_id": id,
    });
    if let Some(details) = &error.details {
        detail["details"] = details.clone();
    }
    (status, json!({ "detail": detail }))
}

/// ElevenLabs' word for what went wrong.
pub(in crate::http) fn elevenlabs_word(code: Code) -> &'static str {
    match code {
        Code::Unauthorized => "invalid_api_key",
        Code::UnknownVoice => "voice_not_found",
        Code::TextTooLong => "max_character_limit_exceeded",
        Code::RateLimited => "too_many_concurrent_requests",
        Code::QuotaExceeded | Code::TrialExhausted => "quota_exceeded",
        Code::Overloaded | Code::ProvidersExhausted => "system_busy",
        other => other.name(),
    }
}

/// What a field of ours is called in ElevenLabs' contract.
fn elevenlabs_field(field: &str) -> &str {
    match field {
        "voice" => "voice_id",
        "provider" | "model" => "model_id",
        "language" => "language_code",
        "speed" => "voice_settings.speed",
        "Authorization" => "xi-api-key",
        other => other,
    }
}
