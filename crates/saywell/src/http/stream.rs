//! `GET /tts/stream`: a WebSocket. Text comes in as the model writes it, sound and timings go out.
//!
//! A connection carries one reply after another.

mod message;

use std::pin::pin;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, close_code};
use axum::response::Response;
use saywell_audio::Format;
use serde_json::{Value, json};
use tokio::time::Instant;

pub use self::message::ClientMessage;
use self::message::utterance;
use super::error::ApiError;
use super::identity::{Holder, MaySpeak};
use super::live::{HeardNext, Hearing, Writing};
use super::socket::{
    self, Came, Conversation, Gone, Incoming, Out, TEXT_WITHIN, Upgrade, close, receive, say, too_large,
};
use super::speech::SpeechBody;
use crate::app::App;
use crate::identity::Caller;
use crate::speak::Ended;

/// How long a connection may carry no reply.
const BEGIN_WITHIN: Duration = Duration::from_mins(1);
/// The subprotocol, which a browser needs beside the one that has its token.
const PROTOCOL: &str = "saywell";

/// How a reply ended.
enum Over {
    Done(Value),
    Cancelled,
    Failed(ApiError),
    /// Before all of its text was there: the server stops.
    Away,
    /// With the connection.
    Closed(Option<ApiError>),
}

/// Text in as the model writes it, sound and timings out; see docs/STREAM.md.
#[utoipa::path(
    get, path = "/tts/stream", tag = "speech",
    responses(
        (status = 101, description = "A WebSocket. Text messages are JSON, binary messages are sound; docs/STREAM.md has both"),
        (status = 403, description = "`forbidden`"),
        (status = 429, description = "`rate_limited`: as many connections as this caller may have"),
        (status = 426, description = "`invalid_request`: this is for WebSockets"),
    )
)]
pub async fn stream(
    State(app): State<App>,
    MaySpeak(caller): MaySpeak,
    holder: Holder,
    upgrade: Upgrade,
) -> Result<Response, ApiError> {
    socket::open(
        app,
        caller,
        upgrade,
        &[PROTOCOL],
        |Conversation { app, caller, id, mut source, out }| async move {
            // Large, and moved into the task of the connection.
            Box::pin(Session { app, caller, holder, id }.converse(&mut source, out)).await
        },
    )
}

/// One connection.
struct Session {
    app: App,
    caller: Caller,
    holder: Holder,
    /// Its name in errors and in the log.
    id: String,
}

impl Session {
    /// One reply after another, until somebody leaves.
    async fn converse(&self, source: &mut Incoming, out: Out) -> Result<(), Gone> {
        // What is still on its way to a reply that ended early is for nobody.
        let mut ended_early = false;
        // What is no reply does not make it longer.
        let mut begin_by = Instant::now() + BEGIN_WITHIN;
        loop {
            let stopping = self.app.connections.stopping();
            let came = tokio::select! {
                biased;
                () = stopping => return close(&out, close_code::AWAY, "the server stops").await,
                came = receive(source, begin_by.saturating_duration_since(Instant::now()), ClientMessage::parse) => came,
            };
            let ask = match came {
                Came::Said(ClientMessage::Begin(ask)) => ask,
                Came::Said(_) if ended_early => continue,
                Came::Said(_) => {
                    self.error(&out, &ApiError::invalid("type", "No reply is open: it begins with `begin`."))
                        .await?;
                    continue;
                }
                Came::Wrong(error) => {
                    self.error(&out, &error).await?;
                    continue;
                }
                Came::TooLarge => {
                    self.error(&out, &too_large()).await?;
                    return close(&out, close_code::SIZE, "too large").await;
                }
                Came::Silence => return close(&out, close_code::NORMAL, "silence").await,
                Came::Left => return Ok(()),
            };
            let over = match self.begin(*ask).await {
                Ok(writing) => {
                    let format = writing.request().format;
                    let begun = json!({
                        "type": "begun", "format": format.name(), "content_type": format.content_type(), "request_id": self.id,
                    });
                    say(&out, &begun).await?;
                    let over = self.reply(source, &out, writing).await?;
                    begin_by = Instant::now() + BEGIN_WITHIN;
                    over
                }
                Err(error) => Over::Failed(error),
            };
            ended_early = !matches!(over, Over::Done(_));
            match over {
                Over::Done(done) => say(&out, &done).await?,
                Over::Cancelled => say(&out, &json!({ "type": "cancelled" })).await?,
                Over::Failed(error) => self.error(&out, &error).await?,
                Over::Away => return close(&out, close_code::AWAY, "the server stops").await,
                Over::Closed(None) => return Ok(()),
                Over::Closed(Some(error)) => {
                    self.error(&out, &error).await?;
                    return close(&out, close_code::SIZE, "too large").await;
                }
            }
        }
    }

    /// What `POST /tts` does before it has a script.
    async fn begin(&self, ask: SpeechBody) -> Result<Writing, ApiError> {
        for (given, param) in [
            (ask.text.is_some(), "text"),
            (ask.ssml.is_some(), "ssml"),
            (ask.prefetch == Some(true), "prefetch"),
        ] {
            if given {
                let message =
                    format!("`{param}` has no place in `begin`: text comes in messages of its own.");
                return Err(ApiError::invalid(param, message));
            }
        }
        let (request, room) = SpeechBody { text: Some(String::new()), ..ask }.into_request()?;
        if request.format.states_length() {
            let known: Vec<_> = Format::ALL
                .iter()
                .filter(|format| !format.states_length())
                .map(|format| format.name())
                .collect();
            let (name, known) = (request.format.name(), known.join(", "));
            let message =
                format!("`{name}` states its length at its start and cannot be streamed; there is {known}.");
            return Err(ApiError::invalid("format", message));
        }
        let caller = self.caller.clone().in_room(room);
        Writing::begin(&self.app, caller, request).await
    }

    /// One reply, from its first text to its last sound. To return is to give up what is not made yet.
    async fn reply(&self, source: &mut Incoming, out: &Out, mut writing: Writing) -> Result<Over, Gone> {
        let mut hearing = Hearing::default();
        let mut next = None;
        let (stopping, closing) = (self.app.connections.stopping(), self.app.connections.closing());
        let (mut stopping, mut closing) = (pin!(stopping), pin!(closing));
        let mut stops = false;
        loop {
            // Nobody knows when its text ends, and where there are other gateways one goes on from any sentence.
            if stops
                && self.app.speak.shared.is_some()
                && writing.ended().is_none()
                && next.is_none()
                && hearing.is_between()
            {
                return Ok(Over::Away);
            }
            tokio::select! {
                () = &mut closing => return Ok(Over::Away),
                () = &mut stopping, if !stops => stops = true,
                came = receive(source, TEXT_WITHIN, ClientMessage::parse) => {
                    let departed = match came {
                        Came::Said(ClientMessage::Text(text)) => writing.push(&text).await,
                        Came::Said(ClientMessage::End) => writing.end().await,
                        Came::Said(ClientMessage::Cancel) => return Ok(Over::Cancelled),
                        Came::Said(ClientMessage::Begin(_)) => Err(ApiError::invalid("type", "A reply is open: it ends with `end` or `cancel`.")),
                        Came::Wrong(error) => Err(error),
                        Came::TooLarge => return Ok(Over::Closed(Some(too_large()))),
                        Came::Silence if writing.ended().is_some() => Ok(None),
                        Came::Silence => Err(ApiError::invalid("text", format!("No text came for {} s.", TEXT_WITHIN.as_secs()))),
                        Came::Left => return Ok(Over::Closed(None)),
                    };
                    match departed {
                        Ok(departure) => hearing.departs(departure),
                        Err(error) => {
                            writing.refuse(&error);
                            return Ok(Over::Failed(error));
                        }
                    }
                }
                room = out.reserve(), if next.is_some() => {
                    let room = room.map_err(|_| Gone)?;
                    if let Some(message) = next.take() {
                        room.send(message);
                    }
                }
                heard = hearing.next(), if next.is_none() => match heard {
                    Ok(Some(HeardNext::Said(said))) => next = Some(Message::Text(utterance(&said))),
                    Ok(Some(HeardNext::Sound(piece))) => next = Some(Message::Binary(piece)),
                    Ok(None) => return Ok(Over::Done(self.done(&writing, hearing.until()).await)),
                    Err(failure) => return Ok(Over::Failed(failure.into())),
                },
            }
        }
    }

    /// Where the rendition is, if it is kept.
    async fn done(&self, writing: &Writing, duration: f64) -> Value {
        let mut done = json!({ "type": "done", "duration_seconds": duration });
        let Some(Ended { key, characters, notes, continues_at }) = writing.ended() else { return done };
        let format = writing.request().format;
        done["characters"] = json!(characters);
        if !notes.is_empty() {
            done["notes"] = json!(notes);
        }
        if let Some(at) = continues_at {
            done["continues_at"] = json!(at);
        }
        if self.app.speak.behind(key).await.is_some() {
            let links = &self.app.links;
            let signed = links.sign(key, self.app.clock.now(), self.holder.0.as_ref());
            done["key"] = json!(key.to_string());
            done["url"] = json!(links.audio(key, format.extension(), &signed));
            done["captions_url"] = json!(links.captions(key, "json", &signed));
            done["expires_at"] = json!(signed.expires_at());
        }
        done
    }

    async fn error(&self, out: &Out, error: &ApiError) -> Result<(), Gone> {
        let mut body = error.logged_body(&self.id);
        body["type"] = json!("error");
        say(out, &body).await
    }
}
