//! The shape that errors go out in: ours, or what clients of another contract read.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{ApiError, ErrorCode, LONGEST_MESSAGE, brief, brief_to};

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
    pub(super) fn for_path(path: &str) -> Self {
        match path.strip_prefix(ELEVENLABS) {
            Some(rest) if rest.starts_with('/') => Self::ElevenLabs,
            _ => Self::Own,
        }
    }
}

/// An error as ElevenLabs writes it, with ElevenLabs' word and status where it has one; else with our code.
pub(super) fn elevenlabs(error: &ApiError, id: &str) -> (StatusCode, Value) {
    let word = elevenlabs_word(error.code);
    let status = if error.code == ErrorCode::UnknownVoice { StatusCode::NOT_FOUND } else { error.status };
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
pub(in crate::http) fn elevenlabs_word(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::Unauthorized => "invalid_api_key",
        ErrorCode::UnknownVoice => "voice_not_found",
        ErrorCode::TextTooLong => "max_character_limit_exceeded",
        ErrorCode::RateLimited => "too_many_concurrent_requests",
        ErrorCode::QuotaExceeded | ErrorCode::TrialExhausted => "quota_exceeded",
        ErrorCode::Overloaded | ErrorCode::ProvidersExhausted => "system_busy",
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
