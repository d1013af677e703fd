//! What the service says while it speaks.

use reqwest::StatusCode;
use serde::Deserialize;

use crate::provider::ProviderError;
use crate::providers::openai;
use crate::providers::wire::ServiceFailure;

/// What happened, as far as it matters here.
#[derive(Debug, PartialEq)]
pub(super) enum Happened {
    /// Some sound, in base64.
    Sound(String),
    /// Some words of the transcript.
    Said(String),
    /// All words of the transcript.
    SaidAll(String),
    /// The response is complete.
    Done(Usage),
    /// Anything else.
    Other,
}

/// What a response cost, in tokens.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Usage {
    pub(super) input_tokens: f64,
    pub(super) output_tokens: f64,
    pub(super) output_token_details: Details,
}

/// Of which sort the tokens are.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Details {
    pub(super) audio_tokens: f64,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Event {
    #[serde(rename = "response.output_audio.delta")]
    Sound { delta: String },
    #[serde(rename = "response.output_audio_transcript.delta")]
    Said { delta: String },
    #[serde(rename = "response.output_audio_transcript.done")]
    SaidAll { transcript: String },
    #[serde(rename = "response.done")]
    Done { response: Response },
    #[serde(rename = "error")]
    Error { error: Error },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Response {
    status: Option<String>,
    status_details: Option<StatusDetails>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct StatusDetails {
    reason: Option<String>,
    error: Option<Error>,
}

#[derive(Deserialize)]
struct Error {
    #[serde(rename = "type")]
    kind: Option<String>,
    code: Option<String>,
    message: Option<String>,
}

/// Reads a message.
///
/// # Errors
/// The failure that it tells of.
pub(super) fn read(message: &str) -> Result<Happened, ProviderError> {
    let event = serde_json::from_str(message).map_err(|error| {
        ProviderError::Unavailable(format!("sent a message that is not understood: {error}"))
    })?;
    match event {
        Event::Sound { delta } => Ok(Happened::Sound(delta)),
        Event::Said { delta } => Ok(Happened::Said(delta)),
        Event::SaidAll { transcript } => Ok(Happened::SaidAll(transcript)),
        Event::Other => Ok(Happened::Other),
        Event::Error { error } => Err(failed(&error)),
        Event::Done { response } => {
            let details = response.status_details.unwrap_or(StatusDetails { reason: None, error: None });
            match (response.status.as_deref(), details.error, details.reason) {
                (None | Some("completed"), ..) => Ok(Happened::Done(response.usage.unwrap_or_default())),
                (Some("failed"), Some(error), _) => Err(failed(&error)),
                // A filter, or more tokens than one answer may have.
                (Some("incomplete"), _, reason) => {
                    let reason = reason.unwrap_or_default().replace('_', " ");
                    Err(ProviderError::Rejected(format!("did not say all of it: {reason}")))
                }
                (Some(status), ..) => {
                    Err(ProviderError::Unavailable(format!("ended its response as {status}")))
                }
            }
        }
    }
}

/// An error without a status: its type says what the status would.
fn failed(error: &Error) -> ProviderError {
    let status = match (error.kind.as_deref(), error.code.as_deref()) {
        (_, Some("rate_limit_exceeded")) => StatusCode::TOO_MANY_REQUESTS,
        (_, Some("invalid_api_key" | "expired_api_key")) => StatusCode::UNAUTHORIZED,
        (_, Some("model_not_found")) => StatusCode::NOT_FOUND,
        (Some("invalid_request_error"), _) => StatusCode::BAD_REQUEST,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let said = serde_json::json!({"error": {
        "message": error.message.as_deref().unwrap_or_default(),
        "type": error.kind,
        "code": error.code,
    }});
    ServiceFailure::of_message(status, said.to_string().as_bytes()).to_error(openai::meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_by_what_they_mean() {
        let done = |rest: &str| format!(r#"{{"type":"response.done","response":{{{rest}}}}}"#);
        for (message, expected) in [
            (r#"{"type":"response.output_audio.delta","delta":"AAA=","event_id":"e"}"#.to_owned(), "Sound"),
            (r#"{"type":"rate_limits.updated","rate_limits":[]}"#.to_owned(), "Other"),
            (done(r#""status":"completed","usage":{"input_tokens":9,"output_tokens":30,"output_token_details":{"audio_tokens":25}}"#), "Done"),
            (done(r#""status":"failed","status_details":{"type":"failed","error":{"type":"server_error","code":null}}"#), "Unavailable"),
            (done(r#""status":"failed","status_details":{"error":{"type":"x","code":"insufficient_quota","message":"No."}}"#), "Misconfigured"),
            (done(r#""status":"failed","status_details":{"error":{"code":"rate_limit_exceeded"}}"#), "Throttled"),
            (done(r#""status":"incomplete","status_details":{"reason":"content_filter"}"#), "Rejected"),
            (done(r#""status":"cancelled""#), "Unavailable"),
            (r#"{"type":"error","error":{"type":"invalid_request_error","code":"invalid_value","message":"No."}}"#.to_owned(), "Rejected"),
            (r#"{"type":"error","error":{"type":"invalid_request_error","code":"model_not_found"}}"#.to_owned(), "Misconfigured"),
            ("nonsense".to_owned(), "Unavailable"),
        ] {
            let read = read(&message);
            let name = match &read {
                Ok(happened) => format!("{happened:?}"),
                Err(error) => format!("{error:?}"),
            };
            assert!(name.starts_with(expected), "{message}: {name}");
        }
    }
}
