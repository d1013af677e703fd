//! `WS /elevenlabs/v1/text-to-speech/{voice}/multi-stream-input`: as `stream-input`, for several texts at once over one
//! connection, each in a context that has a name. Agents keep it open, and close a context where somebody interrupts.
//!
//! What a context was told to say and what it is saying take turns: while one reply is heard, further text waits, so that a
//! context never has more than one flight in the air, however often it is flushed. Contexts are heard at the same time.

use std::collections::VecDeque;
use std::time::Duration;

use axum::extract::ws::{Message, close_code};
use axum::extract::{Path, State};
use axum::response::Response;
use futures::future::select_all;
use serde::Deserialize;
use serde_json::{Value, json};

use super::VoiceSettings;
use super::stream_input::{BEGIN_WITHIN, Reply, StreamQuery, asked, error_message, fail, messages};
use super::timing::Chunk;
use crate::app::App;
use crate::flight::Failure;
use crate::http::body::{self, Input};
use crate::http::error::{ApiError, ErrorCode};
use crate::http::fields::{or_default, word};
use crate::http::identity::MaySpeak;
use crate::http::query::Search;
use crate::http::socket::{
    self, Came, Conversation, Gone, MAX_MESSAGE_BYTES, Upgrade, close, receive, too_large,
};
use crate::http::speech::at_speed;
use crate::identity::Caller;
use crate::request::SpeechRequest;

/// Contexts that may be open at once: as many as ElevenLabs allows.
const MOST_CONTEXTS: usize = 5;
/// Longest name of one, bytes.
const LONGEST_NAME: usize = 200;
/// What is said in no context is said in this one.
const DEFAULT: &str = "default";

/// What a client says. Fields that are not here are passed over.
#[derive(Debug, Default, Deserialize)]
struct ClientMessage {
    /// In which context; `default` if it does not say.
    #[serde(default, deserialize_with = "word")]
    context_id: Option<String>,
    /// The next piece of the text; one that is empty keeps the context open.
    #[serde(default, deserialize_with = "or_default")]
    text: String,
    /// What is there is to be said now.
    #[serde(default, deserialize_with = "or_default")]
    flush: bool,
    /// No more comes in this context.
    #[serde(default, deserialize_with = "or_default")]
    close_context: bool,
    /// No more comes in any.
    #[serde(default, deserialize_with = "or_default")]
    close_socket: bool,
    #[serde(default)]
    voice_settings: Option<VoiceSettings>,
}

impl ClientMessage {
    fn parse(message: &[u8]) -> Result<Self, ApiError> {
        body::parse_from(Input::MESSAGE, message)
    }
}

/// Several texts in as they are written, each in a context, sound and the times of its characters out.
#[utoipa::path(
    get, path = "/elevenlabs/v1/text-to-speech/{voice_id}/multi-stream-input", tag = "elevenlabs",
    params(("voice_id" = String, Path, description = "A voice's name, in any case"), StreamQuery),
    responses(
        (status = 101, description = "A WebSocket, with ElevenLabs' messages"),
        (status = 403, description = "`forbidden`"),
        (status = 426, description = "`invalid_request`: this is for WebSockets"),
        (status = 429, description = "`too_many_concurrent_requests`: as many connections as this caller may have"),
    )
)]
pub async fn multi_stream_input(
    State(app): State<App>,
    MaySpeak(caller): MaySpeak,
    Path(voice): Path<String>,
    Search(wished): Search<StreamQuery>,
    upgrade: Upgrade,
) -> Result<Response, ApiError> {
    let (request, pause) = asked(&app, &voice, &wished)?;
    socket::open(app, caller, upgrade, &[], move |line| async move { converse(line, request, pause).await })
}

/// What is said over a connection.
struct Session {
    app: App,
    caller: Caller,
    request: SpeechRequest,
    /// In the order in which they are listened to next.
    contexts: VecDeque<Context>,
    /// No more is said in any.
    over: bool,
}

/// A text with a name, and what is heard of it.
struct Context {
    name: String,
    request: SpeechRequest,
    /// What is heard at present; its text may still be open.
    reply: Option<Reply>,
    /// The text after it.
    waiting: String,
    /// How much of that is to be said without what comes after it, bytes.
    flushed: Option<usize>,
    /// No more comes.
    closed: bool,
}

async fn converse(line: Conversation, request: SpeechRequest, pause: Duration) -> Result<(), Gone> {
    let Conversation { app, caller, id: _, mut source, out } = line;
    let connections = app.connections.clone();
    let mut session = Session { app, caller, request, contexts: VecDeque::new(), over: false };
    let mut next: VecDeque<Message> = VecDeque::new();
    let mut within = pause.min(BEGIN_WITHIN);
    loop {
        if !session.contexts.is_empty() {
            within = pause;
        }
        next.extend(session.finished());
        let idle = session.contexts.is_empty();
        if session.over && idle && next.is_empty() {
            return close(&out, close_code::NORMAL, "").await;
        }
        tokio::select! {
            () = connections.stopping(), if idle => return close(&out, close_code::AWAY, "the server stops").await,
            came = receive(&mut source, within, ClientMessage::parse) => match came {
                Came::Said(said) => next.extend(session.take(said).await),
                Came::Wrong(error) => return fail(&out, &error).await,
                Came::TooLarge => return fail(&out, &too_large()).await,
                Came::Silence if session.is_heard() => {}
                Came::Silence => return close(&out, close_code::NORMAL, "nothing was said for long").await,
                Came::Left => return Ok(()),
            },
            room = out.reserve(), if !next.is_empty() => {
                let room = room.map_err(|_| Gone)?;
                if let Some(message) = next.pop_front() {
                    room.send(message);
                }
            }
            (name, heard) = session.hear(), if next.is_empty() => next.extend(session.heard(&name, heard).await),
        }
    }
}

impl Session {
    /// What is said; what there is to be told of it at once is told.
    async fn take(&mut self, said: ClientMessage) -> Vec<Message> {
        let mut told = Vec::new();
        if said.close_socket {
            self.over = true;
            let names: Vec<_> = self.contexts.iter().map(|context| context.name.clone()).collect();
            for name in names {
                let closing = ClientMessage {
                    context_id: Some(name.clone()),
                    close_context: true,
                    ..ClientMessage::default()
                };
                let outcome = self.take_in(&name, closing).await;
                told.extend(outcome.err().map(|error| self.give_up(&name, &error)));
            }
        } else if !self.over {
            let name = said.context_id.clone().unwrap_or_else(|| DEFAULT.to_owned());
            let outcome = self.take_in(&name, said).await;
            told.extend(outcome.err().map(|error| self.give_up(&name, &error)));
        }
        told
    }

    async fn take_in(&mut self, name: &str, said: ClientMessage) -> Result<(), ApiError> {
        let at = self.contexts.iter().position(|context| context.name == name);
        // What says nothing opens no context, and ends none that is not there.
        if at.is_none() && (said.text.is_empty() || said.close_context) {
            return Ok(());
        }
        if at.is_none() {
            self.open(name)?;
        }
        let at = at.unwrap_or(self.contexts.len() - 1);
        let context = &mut self.contexts[at];
        if let Some(speed) = said.voice_settings.and_then(|settings| settings.speed) {
            context.request = at_speed(context.request.clone(), Some(speed))?;
        }
        context.waiting.push_str(&said.text);
        if context.waiting.len() > MAX_MESSAGE_BYTES {
            let message = format!("The text that waits in a context may have {MAX_MESSAGE_BYTES} bytes.");
            return Err(ApiError::invalid("text", message));
        }
        context.closed |= said.close_context;
        if said.flush || context.closed {
            context.flushed = Some(context.waiting.len());
        }
        context.speak(&self.app, &self.caller).await
    }

    /// Opens a context.
    fn open(&mut self, name: &str) -> Result<(), ApiError> {
        if name.len() > LONGEST_NAME {
            let message = format!("`context_id` may have {LONGEST_NAME} bytes.");
            return Err(ApiError::invalid("context_id", message));
        }
        if self.contexts.len() >= MOST_CONTEXTS {
            let message = format!("There are {MOST_CONTEXTS} contexts open; close one of them.");
            return Err(ApiError::new(ErrorCode::RateLimited, message).param("context_id"));
        }
        self.contexts.push_back(Context {
            name: name.to_owned(),
            request: self.request.clone(),
            reply: None,
            waiting: String::new(),
            flushed: None,
            closed: false,
        });
        Ok(())
    }

    /// What comes next in any of the contexts; waits for as long as there is nothing in the air.
    async fn hear(&mut self) -> (String, Result<Option<Chunk>, Failure>) {
        let listening = self.contexts.iter_mut().filter_map(|context| {
            let (name, reply) = (context.name.clone(), context.reply.as_mut()?);
            Some(Box::pin(async move { (name, reply.timed.next().await) }))
        });
        let listening: Vec<_> = listening.collect();
        if listening.is_empty() {
            return std::future::pending().await;
        }
        select_all(listening).await.0
    }

    /// What is told of what was heard in a context.
    async fn heard(&mut self, name: &str, heard: Result<Option<Chunk>, Failure>) -> Vec<Message> {
        let Some(at) = self.contexts.iter().position(|context| context.name == name) else {
            return Vec::new();
        };
        // The others are listened to before this one is again.
        if let Some(context) = self.contexts.remove(at) {
            self.contexts.push_back(context);
        }
        let Some(context) = self.contexts.back_mut() else { return Vec::new() };
        let error = match heard {
            Ok(Some(chunk)) => return messages(&chunk).map(|message| of_context(message, name)).collect(),
            Ok(None) => {
                context.reply = None;
                match context.speak(&self.app, &self.caller).await {
                    Ok(()) => return Vec::new(),
                    Err(error) => error,
                }
            }
            Err(failure) => ApiError::from(failure),
        };
        vec![self.give_up(name, &error)]
    }

    /// Whether anything is in the air.
    fn is_heard(&self) -> bool {
        let mut replies = self.contexts.iter().filter_map(|context| context.reply.as_ref());
        replies.any(|reply| reply.timed.hearing.has_begun())
    }

    /// Takes out the contexts of which all was heard, and says so of each.
    fn finished(&mut self) -> Vec<Message> {
        let is_over = |context: &Context| context.closed && context.reply.is_none();
        let over = self.contexts.iter().filter(|context| is_over(context));
        let told = over.map(|context| of_context(json!({ "isFinal": true }), &context.name)).collect();
        self.contexts.retain(|context| !is_over(context));
        told
    }

    /// Ends a context with this error. The connection and the other contexts go on.
    fn give_up(&mut self, name: &str, error: &ApiError) -> Message {
        error.log();
        self.contexts.retain(|context| context.name != name);
        of_context(error_message(error), name)
    }
}

impl Context {
    /// Says what waits, unless the last of what was flushed is still being said.
    async fn speak(&mut self, app: &App, caller: &Caller) -> Result<(), ApiError> {
        loop {
            if self.reply.as_ref().is_some_and(|reply| !reply.is_open()) {
                return Ok(());
            }
            if self.reply.is_none() {
                // The first message has a space for a text, and so have those that keep a context open.
                if self.waiting.trim().is_empty() {
                    self.waiting.clear();
                    self.flushed = None;
                    return Ok(());
                }
                self.reply = Some(Reply::begin(app, caller, &self.request).await?);
            }
            let Some(reply) = &mut self.reply else { return Ok(()) };
            let flushed = self.flushed.take();
            let now: String = self.waiting.drain(..flushed.unwrap_or(self.waiting.len())).collect();
            if !now.is_empty() {
                reply.push(&now).await?;
            }
            if flushed.is_none() {
                return Ok(());
            }
            if !reply.end().await? {
                self.reply = None;
            }
        }
    }
}

fn of_context(mut message: Value, name: &str) -> Message {
    message["contextId"] = name.into();
    Message::Text(message.to_string().into())
}
