//! Every error code there is. Its status, its place in the contract and the table in `docs/ERRORS.md` come from here, and
//! the player's words are checked against it.

use std::fmt::Write as _;

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request is not right.
    InvalidRequest,
    /// There is no such voice.
    UnknownVoice,
    /// There is no such provider.
    UnknownProvider,
    /// No voice speaks the language.
    LanguageUnsupported,
    /// The text holds nothing that is read aloud.
    NothingToSay,
    /// Nobody knows who calls.
    Unauthorized,
    /// Whoever calls may not: a link's signature is wrong, a scope is missing.
    Forbidden,
    /// The feature flag is off.
    TtsDisabled,
    /// There is nothing here.
    NotFound,
    /// The text is too long.
    TextTooLong,
    /// Too often, or too many at once.
    RateLimited,
    /// More than the plan allows.
    QuotaExceeded,
    /// More than the trial allows.
    TrialExhausted,
    /// No capacity at the moment.
    Overloaded,
    /// No provider could say it.
    ProvidersExhausted,
    /// A fault of ours.
    InternalError,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: [Self; 16] = [
        Self::InvalidRequest,
        Self::UnknownVoice,
        Self::UnknownProvider,
        Self::LanguageUnsupported,
        Self::NothingToSay,
        Self::Unauthorized,
        Self::Forbidden,
        Self::TtsDisabled,
        Self::NotFound,
        Self::TextTooLong,
        Self::RateLimited,
        Self::QuotaExceeded,
        Self::TrialExhausted,
        Self::Overloaded,
        Self::ProvidersExhausted,
        Self::InternalError,
    ];

    /// Its name, its status, and what it means and what to do.
    const fn facts(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::InvalidRequest => (
                "invalid_request",
                StatusCode::BAD_REQUEST,
                "the request is not right: `param` names the field, the message what it may be",
            ),
            Self::UnknownVoice => (
                "unknown_voice",
                StatusCode::BAD_REQUEST,
                "there is no such voice; `GET /tts/voices` lists them",
            ),
            Self::UnknownProvider => (
                "unknown_provider",
                StatusCode::BAD_REQUEST,
                "there is no such provider; the message lists them",
            ),
            Self::LanguageUnsupported => {
                ("language_unsupported", StatusCode::BAD_REQUEST, "no voice here speaks the language")
            }
            Self::NothingToSay => (
                "nothing_to_say",
                StatusCode::BAD_REQUEST,
                "the text holds nothing that is read aloud, such as signs or code alone",
            ),
            Self::Unauthorized => {
                ("unauthorized", StatusCode::UNAUTHORIZED, "send a key or a token: docs/IDENTITY.md")
            }
            Self::Forbidden => (
                "forbidden",
                StatusCode::FORBIDDEN,
                "the caller may not: a scope is missing, a link is wrong or has expired, the plan does not allow it",
            ),
            Self::TtsDisabled => {
                ("tts_disabled", StatusCode::FORBIDDEN, "speech is switched off on this server")
            }
            Self::NotFound => (
                "not_found",
                StatusCode::NOT_FOUND,
                "there is nothing here, or no longer; sound is asked for again with `POST /tts`",
            ),
            Self::TextTooLong => {
                ("text_too_long", StatusCode::PAYLOAD_TOO_LARGE, "the text is longer than one request may be")
            }
            Self::RateLimited => (
                "rate_limited",
                StatusCode::TOO_MANY_REQUESTS,
                "too often, or too many at once: wait for `Retry-After`",
            ),
            Self::QuotaExceeded => (
                "quota_exceeded",
                StatusCode::TOO_MANY_REQUESTS,
                "more than the plan allows until `details.resets_at`",
            ),
            Self::TrialExhausted => (
                "trial_exhausted",
                StatusCode::TOO_MANY_REQUESTS,
                "more than the trial allows: let the visitor sign in",
            ),
            Self::Overloaded => (
                "overloaded",
                StatusCode::SERVICE_UNAVAILABLE,
                "no capacity at the moment: wait for `Retry-After`",
            ),
            Self::ProvidersExhausted => (
                "providers_exhausted",
                StatusCode::SERVICE_UNAVAILABLE,
                "no provider could say it: wait for `Retry-After`",
            ),
            Self::InternalError => (
                "internal_error",
                StatusCode::INTERNAL_SERVER_ERROR,
                "a fault of the server's; its log has the request's id",
            ),
        }
    }

    /// As callers and metrics have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.facts().0
    }

    /// The status it goes out with, where nothing else is said.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        self.facts().1
    }

    /// What it means, and what to do.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        self.facts().2
    }

    /// OpenAI's word for the kind of error.
    pub(crate) fn kind(self) -> &'static str {
        if self.status().is_client_error() { "invalid_request_error" } else { "server_error" }
    }

    /// The code that tells most of an error of which nothing but its status is known.
    pub(crate) fn from_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::Unauthorized,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TextTooLong,
            StatusCode::TOO_MANY_REQUESTS => Self::RateLimited,
            StatusCode::SERVICE_UNAVAILABLE => Self::Overloaded,
            status if status.is_client_error() => Self::InvalidRequest,
            _ => Self::InternalError,
        }
    }
}

/// `docs/ERRORS.md`.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from(
        "# Errors\n\n\
         <!-- Made by `UPDATE_DOCS=1 cargo test -p saywell document` from `crates/saywell/src/error_code.rs`. -->\n\n\
         Every error has one shape, a superset of OpenAI's, whatever the call (what is no HTTP, or has too large a head, is answered with a\n\
         status alone):\n\n\
         ```json\n\
         {\"error\": {\"code\": \"rate_limited\", \"message\": \"…\", \"type\": \"invalid_request_error\", \"param\": null,\n           \
         \"request_id\": \"5f0c…\", \"retry_after_seconds\": 3, \"details\": {}}}\n\
         ```\n\n\
         `param` names the field, header or path at fault. `retry_after_seconds` (also the header `Retry-After`) and `details` are\n\
         there where they help.\n\n\
         | code | status | meaning |\n|---|---|---|\n",
    );
    for code in ErrorCode::ALL {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| `{}` | {} | {} |", code.name(), code.status().as_u16(), code.meaning());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the contract has comes from the variants themselves.
    #[test]
    fn every_code_is_among_all() {
        let schema = serde_json::to_value(<ErrorCode as utoipa::PartialSchema>::schema()).unwrap();
        let names: Vec<_> = ErrorCode::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(schema["enum"], serde_json::json!(names));
    }

    #[test]
    fn names_are_as_they_are_written_out() {
        for code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.name());
        }
    }

    /// The committed document is the one that is made here; `UPDATE_DOCS=1 cargo test` renews it.
    #[test]
    fn the_document_of_errors_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/ERRORS.md");
        let made = markdown();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, &made).unwrap();
        }
        assert!(
            std::fs::read_to_string(path).unwrap_or_default() == made,
            "docs/ERRORS.md is out of date: run this test with UPDATE_DOCS=1"
        );
    }

    /// Whatever a listener can do something about has plain words in the player; the rest is told in the server's.
    #[test]
    fn the_player_has_words_for_every_code() {
        const IN_THE_SERVERS_WORDS: [ErrorCode; 4] = [
            ErrorCode::InvalidRequest,
            ErrorCode::UnknownVoice,
            ErrorCode::UnknownProvider,
            ErrorCode::InternalError,
        ];
        let words = include_str!("../../../web/words.js");
        assert!(words.contains("errors.unplayable,"), "the names of all that is said stand in one line");
        for code in ErrorCode::ALL {
            let has_words = words.contains(&format!("errors.{},", code.name()));
            assert_eq!(has_words, !IN_THE_SERVERS_WORDS.contains(&code), "{} in web/words.js", code.name());
        }
    }
}
