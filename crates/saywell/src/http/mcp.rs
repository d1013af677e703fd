//! The Model Context Protocol: one tool, `speak`, for assistants that call tools. `POST /mcp` is its streamable HTTP, each request
//! by itself and answered with JSON; `saywell mcp` speaks it over standard input.
//!
//! The tool's arguments are the body of `POST /tts`, of which it names those that an assistant has a use for.

pub mod message;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use self::message::{Fault, MODERN, Message, Outlet, Reaction, Request, TOOL, code};
use super::body::{self, Input, Json};
use super::error::ApiError;
use super::identity::MaySpeak;
use super::speech::SpeechBody;
use super::spoken::{naming_the_field, noted};
use crate::app::App;
use crate::identity::Caller;
use crate::request::SpeechRequest;
use crate::speak::{Sound, SpokenReply};

/// What an answer to the protocol comes to: JSON, or nothing to a notification.
pub async fn call(
    State(app): State<App>,
    MaySpeak(caller): MaySpeak,
    headers: HeaderMap,
    Json(message): Json<Value>,
) -> Response {
    let request = match Message::read(message) {
        Ok(Message::Request(request)) => request,
        Ok(Message::Notification(_) | Message::Stray) => return StatusCode::ACCEPTED.into_response(),
        Err(fault) => return refused(&fault, &Value::Null, true),
    };
    let modern = request.version().is_ok_and(|version| version.is_some());
    let asked = agreeing(&request, &headers).and_then(|()| request.understand(Outlet::Answer));
    let result = match asked {
        Ok(Reaction::Known(result)) => result,
        Ok(Reaction::Speech(arguments)) => {
            let answered = async { in_full(spoken(&app, caller, wished(arguments)?).await?).await };
            answered.await.unwrap_or_else(|error| failed(&error))
        }
        Err(fault) => return refused(&fault, &request.id, modern),
    };
    axum::Json(request.answer(result)).into_response()
}

/// That the headers name what the message names: what is in front of the server may have decided by them.
fn agreeing(request: &Request, headers: &HeaderMap) -> Result<(), Fault> {
    if request.version()?.is_none() {
        return Ok(());
    }
    let tool = request.params["name"].as_str().filter(|_| request.method == "tools/call");
    for (name, said) in [
        ("mcp-protocol-version", Some(MODERN)),
        ("mcp-method", Some(request.method.as_str())),
        ("mcp-name", tool),
    ] {
        let mut values = headers.get_all(name).iter();
        let agrees = values.next().and_then(|value| value.to_str().ok()) == said && values.next().is_none();
        if said.is_some() && !agrees {
            let message = format!("The header `{name}` does not say what the message says.");
            return Err(Fault::new(code::HEADERS_DIFFER, message));
        }
    }
    Ok(())
}

/// A fault as an answer. Clients of older versions read a fault in their request from an answer with 200.
fn refused(fault: &Fault, id: &Value, modern: bool) -> Response {
    let status = match fault.code {
        code::NO_METHOD if modern => StatusCode::NOT_FOUND,
        code::NO_METHOD | code::WRONG_PARAMS if !modern => StatusCode::OK,
        _ => StatusCode::BAD_REQUEST,
    };
    (status, axum::Json(fault.answer(id))).into_response()
}

/// The result that holds all of the sound.
///
/// # Errors
/// When it ends before all of it is made.
pub async fn in_full(speech: SpokenReply) -> Result<Value, ApiError> {
    let (format, said) = (speech.format, summary(&speech));
    let sound = match speech.sound {
        Sound::Complete(entry) => entry.sound.clone(),
        Sound::Flight(mut listener) => {
            listener.landed().await?;
            listener.sound()
        }
    };
    let kind = format.content_type().split(';').next().unwrap_or_default();
    let heard = json!({ "type": "audio", "data": STANDARD.encode(&sound), "mimeType": kind });
    Ok(json!({ "content": [heard, { "type": "text", "text": said }], "isError": false }))
}

/// What the tool is asked to say.
///
/// # Errors
/// `invalid_request`, with the argument.
pub fn wished(arguments: Value) -> Result<SpeechRequest, ApiError> {
    const ARGUMENTS: Input = Input { param: "arguments", name: "tool's arguments" };
    let (mut request, _) = body::fields::<SpeechBody, _>(ARGUMENTS, arguments)?.into_request()?;
    // Whoever calls a tool waits for it.
    request.prefetch = false;
    Ok(request)
}

/// Has it spoken.
///
/// # Errors
/// As those of `POST /tts`.
pub async fn spoken(app: &App, caller: Caller, request: SpeechRequest) -> Result<SpokenReply, ApiError> {
    let order = app.orders.open(caller, request).await?;
    let speech = app.speak.speak(&order).await;
    speech.map_err(|error| naming_the_field(error, order.request()).told_to(order.caller()))
}

/// What the assistant is told of what was spoken.
#[must_use]
pub fn summary(speech: &SpokenReply) -> String {
    let speaker = &speech.speaker;
    let mut said =
        format!("About {:.1} seconds of speech by {} ({}).", speech.seconds, speaker.voice, speaker.provider);
    if !speech.notes.is_empty() {
        said = format!("{said} Note: {}.", noted(&speech.notes));
    }
    if let Some(at) = speech.continues_at {
        said = format!("{said} The text goes on at byte {at}: call {TOOL} with the rest of it.");
    }
    said
}

/// What could not be spoken is a result of the tool's, so that the assistant reads why.
#[must_use]
pub fn failed(error: &ApiError) -> Value {
    error.log();
    let field = error.param.as_deref().map_or_else(String::new, |field| format!(", `{field}`"));
    let told = format!("{} ({}{field})", error.message, error.code.name());
    json!({ "content": [{ "type": "text", "text": told }], "isError": true })
}
