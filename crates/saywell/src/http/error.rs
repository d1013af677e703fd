//! Errors as callers see them: one shape everywhere, a superset of OpenAI's.
//!
//! A handler returns an [`ApiError`]; [`finish`] writes it out with the request's name and logs it once.

use std::any::Any;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use tracing::{Instrument, error, info, info_span};

use super::headers;
use crate::flight::Failure;
use crate::limits::Refusal;
use crate::script::ScriptError;
use crate::speak::SpeakError;

/// What a caller is told when something did not work.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// What it is, for programs.
    pub code: Code,
    /// What it is, for people, and what can be done.
    pub message: String,
    /// The field, header or path at fault.
    pub param: Option<String>,
    /// When to come back.
    pub retry_after: Option<Duration>,
    /// More, for programs.
    pub details: Option<Value>,
    /// The status it goes out with.
    status: StatusCode,
}

/// Every error code there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The request is not right.
    InvalidRequest,
    /// There is no such voice.
    UnknownVoice,
    /// There is no such provider.
    UnknownProvider,
    /// No voice speaks the language.
    LanguageUnsupported,
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
    /// Too often.
    RateLimited,
    /// No capacity at the moment.
    Overloaded,
    /// No provider could say it.
    ProvidersExhausted,
    /// A fault of ours.
    InternalError,
}

impl Code {
    fn status(self) -> StatusCode {
        match self {
            Self::InvalidRequest | Self::UnknownVoice | Self::UnknownProvider | Self::LanguageUnsupported => {
                StatusCode::BAD_REQUEST
            }
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::TtsDisabled => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::TextTooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Overloaded | Self::ProvidersExhausted => StatusCode::SERVICE_UNAVAILABLE,
            Self::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// OpenAI's word for the kind of error.
    fn kind(self) -> &'static str {
        if self.status().is_client_error() { "invalid_request_error" } else { "server_error" }
    }
}

impl ApiError {
    /// An error without further particulars.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            param: None,
            retry_after: None,
            details: None,
            status: code.status(),
        }
    }

    /// A request that is not right, and the field at fault.
    pub fn invalid(param: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Code::InvalidRequest, message).param(param)
    }

    /// Names the field at fault.
    #[must_use]
    pub fn param(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    /// With another status than the code's own.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Says when to come back.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    fn body(&self, request_id: &str) -> Value {
        let mut error = json!({
            "code": self.code,
            "message": self.message,
            "type": self.code.kind(),
            "param": self.param,
            "request_id": request_id,
        });
        if let Some(wait) = self.retry_after {
            error["retry_after_seconds"] = json!(wait.as_secs_f64().ceil());
        }
        if let Some(details) = &self.details {
            error["details"] = details.clone();
        }
        json!({ "error": error })
    }
}

impl IntoResponse for ApiError {
    /// An empty answer that carries the error; [`finish`] writes it out.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Disabled => Self::new(Code::TtsDisabled, "Speech is switched off on this server."),
        }
    }
}

impl From<SpeakError> for ApiError {
    fn from(error: SpeakError) -> Self {
        let message = sentence(&error.to_string());
        match error {
            SpeakError::Refused(refusal) => refusal.into(),
            SpeakError::Script(ScriptError::Empty | ScriptError::NothingToSay { .. }) => {
                Self::invalid("text", message)
            }
            SpeakError::Script(ScriptError::Ssml(error)) => Self {
                details: Some(json!({ "line": error.line, "column": error.column })),
                ..Self::invalid("ssml", message)
            },
            SpeakError::Script(ScriptError::TooManyCharacters { characters, most }) => Self {
                details: Some(json!({ "characters": characters, "max_characters": most })),
                ..Self::new(Code::TextTooLong, message).param("text")
            },
            SpeakError::Script(ScriptError::TooLong { seconds, most }) => Self {
                details: Some(json!({ "estimated_seconds": seconds.round(), "max_seconds": most })),
                ..Self::new(Code::TextTooLong, message).param("text")
            },
            SpeakError::Speed(_) => Self::invalid("speed", message),
            SpeakError::UnknownVoice(_) => {
                Self::new(Code::UnknownVoice, format!("{message} GET /tts/voices lists them.")).param("voice")
            }
            SpeakError::UnknownProvider { .. } => Self::new(Code::UnknownProvider, message).param("provider"),
            SpeakError::UnsupportedLanguage(_) => {
                Self::new(Code::LanguageUnsupported, message).param("language")
            }
            SpeakError::Overloaded => overloaded(),
            SpeakError::Failed(failure) => failure.into(),
        }
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Exhausted(exhausted) if exhausted.is_overload() => overloaded(),
            Failure::Exhausted(exhausted) => {
                let reasons: serde_json::Map<_, _> = exhausted
                    .reasons
                    .iter()
                    .map(|(provider, error)| (provider.clone(), json!(error.to_string())))
                    .collect();
                Self {
                    details: Some(json!({ "providers": reasons })),
                    retry_after: Some(Duration::from_secs(5)),
                    ..Self::new(
                        Code::ProvidersExhausted,
                        format!("No voice could say this just now: {exhausted}."),
                    )
                }
            }
            Failure::Unspeakable => {
                Self::new(Code::LanguageUnsupported, "No voice here can say this text.").param("text")
            }
            Failure::Cancelled => Self::new(Code::NotFound, "This speech was stopped; ask for it again."),
            Failure::Internal(reason) => {
                error!(%reason, "a reply could not be spoken");
                Self::new(Code::InternalError, "Something went wrong here. It has been logged.")
            }
        }
    }
}

fn overloaded() -> ApiError {
    ApiError::new(Code::Overloaded, "The server is busy. Try again in a moment.")
        .retry_after(Duration::from_secs(1))
}

/// First letter large, full stop at the end.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

/// Around every request: gives it a name, writes out errors, and logs them once.
pub async fn finish(request: Request, next: Next) -> Response {
    let id = request_id(&request);
    let span = info_span!("request", id, method = %request.method(), path = request.uri().path());
    async {
        let mut response = next.run(request).await;
        if let Some(error) = response.extensions_mut().remove::<ApiError>() {
            info!(status = error.status.as_u16(), code = ?error.code, message = error.message, "refused");
            write_out(&error, &id, &mut response);
        }
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(headers::REQUEST_ID, id);
        }
        response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }
    .instrument(span)
    .await
}

fn write_out(error: &ApiError, id: &str, response: &mut Response) {
    *response.body_mut() = Body::from(error.body(id).to_string());
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if error.code == Code::Unauthorized {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(wait) = error.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs_f64().ceil() as u64));
    }
}

/// The caller's own name for the request if it is a sensible one, else a new one.
fn request_id(request: &Request) -> String {
    request
        .headers()
        .get(headers::REQUEST_ID)
        .and_then(|id| id.to_str().ok())
        .filter(|id| {
            (1..=64).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
        .map_or_else(|| hex::encode(rand::random::<[u8; 8]>()), str::to_owned)
}

/// There is nothing at this path.
pub async fn no_such_page(request: Request) -> ApiError {
    let path = request.uri().path();
    ApiError::new(Code::NotFound, format!("There is nothing at {path}. /openapi.json says what there is."))
}

/// There is something at this path, but not for this method.
pub async fn no_such_method(request: Request) -> ApiError {
    let (method, path) = (request.method(), request.uri().path());
    ApiError::new(Code::InvalidRequest, format!("{path} does not answer {method}."))
        .status(StatusCode::METHOD_NOT_ALLOWED)
}

/// A handler panicked: a fault of ours, and the next request is served all the same.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
pub fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let reason = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    error!(reason, "a handler panicked");
    ApiError::new(Code::InternalError, "Something went wrong here. It has been logged.").into_response()
}
