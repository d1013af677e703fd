//! Errors as callers see them: one shape everywhere, a superset of OpenAI's; below `/elevenlabs`, theirs.
//!
//! A handler returns an [`ApiError`]; [`finish`] writes it out with the request's name and logs it once.

mod shape;

use std::any::Any;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tracing::{Instrument, error, info, info_span};

use self::shape::Shape;
pub(super) use self::shape::elevenlabs_word;
use super::headers;
use super::sampler::Sampler;
use crate::chain::Exhausted;
pub use crate::error_code::ErrorCode;
use crate::flight::Failure;
use crate::identity::Caller;
use crate::limits::{Exceeded, Refusal, Standing, seconds};
use crate::links::LinkFault;
use crate::provider::ProviderError;
use crate::script::ScriptError;
use crate::speak::SpeakError;
use crate::telemetry::traces;

/// Longest sentence that a caller is told, characters: what they wrote does not come back at its full length.
const LONGEST_MESSAGE: usize = 1000;
/// Most of what a caller wrote that is repeated to them, characters.
const LONGEST_QUOTE: usize = 64;

/// Longest path that is logged, characters: those of sound have 80.
const LONGEST_PATH: usize = 120;

/// How many refusals are logged at once, and how many a second after that.
static REFUSALS: Sampler = Sampler::new(100, 5);

/// What a caller is told when something did not work.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// What it is, for programs.
    pub code: ErrorCode,
    /// What it is, for people, and what can be done.
    pub message: String,
    /// The field, header or path at fault.
    pub param: Option<String>,
    /// When to come back.
    pub retry_after: Option<Duration>,
    /// More, for programs.
    pub details: Option<Value>,
    /// What takes the place of `details` for those who run the server: what providers said, in their own words.
    for_operators: Option<Box<Value>>,
    /// Where the caller stands, for the headers.
    standing: Box<Standing>,
    /// The status it goes out with.
    status: StatusCode,
}

impl ApiError {
    /// An error without further particulars.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            param: None,
            retry_after: None,
            details: None,
            for_operators: None,
            standing: Box::default(),
            status: code.status(),
        }
    }

    /// A request that is not right, and the field at fault.
    pub fn invalid(param: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidRequest, message).param(param)
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

    /// With what only those who run the server may read, if that is who calls.
    #[must_use]
    pub fn told_to(mut self, caller: &Caller) -> Self {
        if caller.is_admin() {
            self.details = self.for_operators.take().map(|words| *words).or(self.details);
        }
        self
    }

    /// Says where the caller stands, unless it does already.
    #[must_use]
    pub fn standing(mut self, standing: &Standing) -> Self {
        if *self.standing == Standing::default() {
            *self.standing = standing.clone();
        }
        self
    }

    /// Counts and logs it, and gives what the caller is told.
    pub(super) fn logged_body(&self, request_id: &str) -> Value {
        self.log();
        self.body(request_id)
    }

    /// Counts it, and logs it unless too many are.
    pub fn log(&self) {
        metrics::counter!("saywell_errors_total", "code" => self.code.name()).increment(1);
        // Whoever is refused all day must not fill the log: every refusal is counted, some are written.
        if let Some(unlogged) = REFUSALS.take(tokio::time::Instant::now().into_std()) {
            let (status, code, reason) =
                (self.status.as_u16(), self.code.name(), brief_to(&self.message, LONGEST_MESSAGE));
            info!(status, code, reason, unlogged = (unlogged > 0).then_some(unlogged), "refused");
        }
    }

    fn body(&self, request_id: &str) -> Value {
        let mut error = json!({
            "code": self.code,
            "message": brief_to(&self.message, LONGEST_MESSAGE),
            "type": self.code.kind(),
            "param": self.param.as_deref().map(brief),
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

impl From<LinkFault> for ApiError {
    fn from(fault: LinkFault) -> Self {
        Self::new(ErrorCode::Forbidden, fault.to_string()).param(fault.field())
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let code = refusal.code();
        match refusal {
            Refusal::Disabled => Self::new(code, "Speech is switched off on this server."),
            Refusal::Blocked => Self::new(code, "You may not speak on this server."),
            Refusal::UnknownPlan(_) => Self::new(code, sentence(&refusal.to_string())),
            Refusal::NotAllowed { param, .. } => Self::new(code, sentence(&refusal.to_string())).param(param),
            Refusal::Exceeded(exceeded) => exceeded.as_ref().into(),
            Refusal::Overloaded => overloaded(None),
        }
    }
}

impl From<&Exceeded> for ApiError {
    fn from(exceeded: &Exceeded) -> Self {
        let mut details = json!({
            "what": exceeded.what,
            "per": exceeded.per,
            "of": exceeded.of,
            "plan": exceeded.plan,
            "allowed": exceeded.allowed,
            "asked": exceeded.asked,
            "resets_at": seconds(exceeded.resets_at),
            "words": exceeded.words(),
        });
        // How much all others use together is not for everybody to know.
        if exceeded.of.is_told() {
            details["used"] = json!(exceeded.used);
        }
        let message = if exceeded.of.is_told() { sentence(&exceeded.to_string()) } else { exceeded.words() };
        Self {
            details: Some(details),
            retry_after: exceeded.wait,
            standing: Box::new(exceeded.standing.clone()),
            ..Self::new(exceeded.code(), message)
        }
    }
}

impl From<SpeakError> for ApiError {
    fn from(error: SpeakError) -> Self {
        let message = sentence(&error.to_string());
        // Nobody is left to get one that has none.
        let code = error.code().unwrap_or(ErrorCode::NotFound);
        let told = |param: &str| Self::new(code, message.clone()).param(param);
        match error {
            SpeakError::Refused(refusal) => refusal.into(),
            SpeakError::Script(ScriptError::Empty | ScriptError::NothingToSay { .. }) => told("text"),
            SpeakError::Script(ScriptError::Ssml(error)) => {
                Self { details: Some(json!({ "line": error.line, "column": error.column })), ..told("ssml") }
            }
            SpeakError::Script(ScriptError::TooManyCharacters { characters, most }) => {
                let details = json!({ "characters": characters, "max_characters": most });
                Self { details: Some(details), ..told("text") }
            }
            SpeakError::Script(ScriptError::TooLong { seconds, most }) => {
                let details = json!({ "estimated_seconds": seconds.round(), "max_seconds": most });
                Self { details: Some(details), ..told("text") }
            }
            SpeakError::Speed(_) => told("speed"),
            SpeakError::UnknownVoice(_) => {
                Self { message: format!("{message} GET /tts/voices lists them."), ..told("voice") }
            }
            SpeakError::Blend(_) => told("voice"),
            SpeakError::UnknownProvider { .. } => told("provider"),
            SpeakError::UnsupportedLanguage(_) => told("language"),
            SpeakError::Overloaded { retry_after } => overloaded(retry_after),
            SpeakError::NoProvider => Self::new(code, message),
            SpeakError::Failed(failure) => failure.into(),
        }
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        // Nobody is left to get one that has none.
        let code = failure.code().unwrap_or(ErrorCode::NotFound);
        match failure {
            Failure::Exhausted(exhausted) if exhausted.is_overload() => overloaded(exhausted.retry_after()),
            Failure::Exhausted(exhausted) => {
                let reasons = |words: &dyn Fn(&ProviderError) -> Value| {
                    let each = |(provider, error): &(String, _)| (provider.clone(), words(error));
                    let reasons: serde_json::Map<_, _> = exhausted.reasons.iter().map(each).collect();
                    json!({ "providers": reasons })
                };
                Self {
                    details: Some(reasons(&|error| json!(error.plainly()))),
                    for_operators: Some(Box::new(reasons(&|error| json!(error.to_string())))),
                    retry_after: exhausted.retry_after(),
                    ..Self::new(code, plainly(&exhausted))
                }
            }
            Failure::Unspeakable => Self::new(code, "No voice here can say this text.").param("text"),
            Failure::Cancelled | Failure::Left => {
                Self::new(code, "This speech was stopped; ask for it again.")
            }
            Failure::Internal(reason) => {
                error!(%reason, "a reply could not be spoken");
                Self::new(code, "Something went wrong here. It has been logged.")
            }
        }
    }
}

/// A sentence for each provider; their own words are for the log and for operators.
fn plainly(exhausted: &Exhausted) -> String {
    let mut text = "No voice could say this just now.".to_owned();
    for (provider, error) in &exhausted.reasons {
        text.extend([" `", provider, "` ", error.plainly(), "."]);
    }
    text
}

/// A moment, unless it is known how long it takes until there is room.
fn overloaded(retry_after: Option<Duration>) -> ApiError {
    ApiError::new(ErrorCode::Overloaded, "The server is busy. Try again in a moment.")
        .retry_after(retry_after.unwrap_or(Duration::from_secs(1)))
}

/// First letter large, full stop at the end.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

/// The beginning of something that a caller wrote, to be told them.
pub(super) fn brief(text: &str) -> String {
    brief_to(text, LONGEST_QUOTE)
}

fn brief_to(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Around every request: gives it a name, writes out errors, and logs them once.
pub async fn finish(request: Request, next: Next) -> Response {
    let id = request_id(&request);
    let (method, path) = (brief(request.method().as_str()), brief_to(request.uri().path(), LONGEST_PATH));
    let span = info_span!("request", id, method, path, caller = tracing::field::Empty);
    if let Some(from) = request.headers().get("traceparent").and_then(|value| value.to_str().ok()) {
        traces::continues(&span, from);
    }
    let shape = Shape::for_path(request.uri().path());
    let of_this = span.clone();
    async {
        let mut response = next.run(request).await;
        let error = response.extensions_mut().remove::<ApiError>().or_else(|| unshaped(&response));
        if let Some(error) = error {
            write_out(&error, &id, shape, &mut response);
        }
        if let Some(standing) = response.extensions_mut().remove::<Standing>() {
            tell_standing(&standing, response.headers_mut());
        }
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(headers::REQUEST_ID, id);
        }
        response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        traces::note(&of_this, "status", response.status().as_u16());
        response
    }
    .instrument(span)
    .await
}

/// An error that something else than a handler answered, such as an extractor with a line of plain text.
fn unshaped(response: &Response) -> Option<ApiError> {
    let status = response.status();
    let plain = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !plain || !(status.is_client_error() || status.is_server_error()) {
        return None;
    }
    let what = status.canonical_reason().unwrap_or("An error").to_lowercase();
    let code = ErrorCode::from_status(status);
    Some(ApiError::new(code, sentence(&format!("this request cannot be answered: {what}"))).status(status))
}

fn tell_standing(standing: &Standing, headers: &mut HeaderMap) {
    let told = [(headers::RATE_LIMIT_POLICY, &standing.policy), (headers::RATE_LIMIT, &standing.limit)];
    for (name, value) in told.into_iter().filter(|(_, value)| !value.is_empty()) {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
}

fn write_out(error: &ApiError, id: &str, shape: Shape, response: &mut Response) {
    error.log();
    let (status, body) = match shape {
        Shape::Own => (error.status, error.body(id)),
        Shape::ElevenLabs => shape::elevenlabs(error, id),
    };
    *response.status_mut() = status;
    *response.body_mut() = Body::from(body.to_string());
    let headers = response.headers_mut();
    tell_standing(&error.standing, headers);
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if error.code == ErrorCode::Unauthorized {
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
    ApiError::new(
        ErrorCode::NotFound,
        format!("There is nothing at {}. /openapi.json says what there is.", brief(path)),
    )
}

/// There is something at this path, but not for this method.
pub async fn no_such_method(request: Request) -> ApiError {
    let (method, path) = (request.method(), request.uri().path());
    ApiError::new(
        ErrorCode::InvalidRequest,
        format!("{} does not answer {}.", brief(path), brief(method.as_str())),
    )
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
    ApiError::new(ErrorCode::InternalError, "Something went wrong here. It has been logged.").into_response()
}
