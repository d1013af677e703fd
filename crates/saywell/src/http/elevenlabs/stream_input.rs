//! `WS /elevenlabs/v1/text-to-speech/{voice}/stream-input`: text comes in as it is written, sound and times go out.
//!
//! The text between two flushes is one reply for the engine: a flush ends it, so that what is there is said, and what comes
//! after it begins the next. They are heard one after the other.

use std::collections::VecDeque;
use std::time::Duration;

use axum::extract::ws::{Message, close_code};
use axum::extract::{Path, State};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::timing::{Chunk, Timed, Timing, milliseconds};
use super::{Ask, VoiceSettings};
use crate::app::App;
use crate::http::body::{self, Input};
use crate::http::error::{ApiError, ErrorCode, elevenlabs_word};
use crate::http::fields::or_default;
use crate::http::identity::MaySpeak;
use crate::http::live::{Hearing, Writing};
use crate::http::query::Search;
use crate::http::silence;
use crate::http::socket::{
    self, Came, Conversation, Gone, Out, TEXT_WITHIN, Upgrade, close, receive, say, too_large,
};
use crate::http::speech::at_speed;
use crate::identity::Caller;
use crate::request::SpeechRequest;

/// How long no text may come at first: a connection over which nothing is ever said is only in the way.
pub(super) const BEGIN_WITHIN: Duration = Duration::from_mins(1);
/// The longest `inactivity_timeout`, seconds: ElevenLabs'.
const LONGEST_PAUSE: u64 = 180;
/// How many replies may wait to be heard before no further text is read.
const MOST_WAITING: usize = 8;
/// The most sound of one message, bytes: clients' libraries take a message of 1 MiB.
const MOST_SOUND: usize = 96 << 10;

/// What stands in the address.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StreamQuery {
    /// `mp3_…` (default), `opus_…` or `pcm_24000`.
    #[serde(default)]
    #[param(example = "mp3_44100_128")]
    output_format: Option<String>,
    /// As in the body of the other calls.
    #[serde(default)]
    model_id: Option<String>,
    /// As in the body of the other calls.
    #[serde(default)]
    language_code: Option<String>,
    /// How long no text may come, seconds.
    #[serde(default)]
    #[param(minimum = 1, maximum = 180)]
    inactivity_timeout: Option<u64>,
}

/// What a client says. Fields that are not here are passed over.
#[derive(Debug, Deserialize)]
struct ClientMessage {
    /// The next piece of the text; empty, without `flush`: it is all there.
    text: String,
    /// What is there is to be said now.
    #[serde(default, deserialize_with = "or_default")]
    flush: bool,
    #[serde(default)]
    voice_settings: Option<VoiceSettings>,
}

impl ClientMessage {
    fn parse(message: &[u8]) -> Result<Self, ApiError> {
        body::parse_from(Input::MESSAGE, message)
    }
}

/// Text in as it is written, sound and the times of its characters out. Keys are shown in the header `xi-api-key`.
#[utoipa::path(
    get, path = "/elevenlabs/v1/text-to-speech/{voice_id}/stream-input", tag = "elevenlabs",
    params(("voice_id" = String, Path, description = "A voice's name, in any case"), StreamQuery),
    responses(
        (status = 101, description = "A WebSocket, with ElevenLabs' messages"),
        (status = 403, description = "`forbidden`"),
        (status = 426, description = "`invalid_request`: this is for WebSockets"),
        (status = 429, description = "`too_many_concurrent_requests`: as many connections as this caller may have"),
    )
)]
pub async fn stream_input(
    State(app): State<App>,
    MaySpeak(caller): MaySpeak,
    Path(voice): Path<String>,
    Search(wished): Search<StreamQuery>,
    upgrade: Upgrade,
) -> Result<Response, ApiError> {
    let (request, pause) = asked(&app, &voice, &wished)?;
    socket::open(app, caller, upgrade, &[], move |line| async move { converse(line, request, pause).await })
}

/// What is asked for in the address, and how long no text may come.
pub(super) fn asked(
    app: &App,
    voice: &str,
    wished: &StreamQuery,
) -> Result<(SpeechRequest, Duration), ApiError> {
    let ask = Ask {
        voice,
        model: wished.model_id.as_deref(),
        language: wished.language_code.as_deref(),
        output_format: wished.output_format.as_deref(),
        speed: None,
    };
    let request = ask.into_request(app, String::new())?;
    if request.format.states_length() {
        let message =
            "wav states its length at its start and cannot be streamed; there is mp3, opus and pcm_24000.";
        return Err(ApiError::invalid("output_format", message));
    }
    let pause = match wished.inactivity_timeout {
        None => TEXT_WITHIN,
        Some(seconds @ 1..=LONGEST_PAUSE) => Duration::from_secs(seconds),
        Some(other) => {
            let message = format!("`inactivity_timeout` is {other}; it may be from 1 to {LONGEST_PAUSE}.");
            return Err(ApiError::invalid("inactivity_timeout", message));
        }
    };
    Ok((request, pause))
}

/// What is written and heard over a connection.
struct Session {
    app: App,
    caller: Caller,
    request: SpeechRequest,
    /// What is written or heard at present, in order; only the text of the last may be open.
    replies: VecDeque<Reply>,
    /// No more text comes.
    over: bool,
}

/// The text between two flushes.
pub(super) struct Reply {
    writing: Writing,
    pub(super) timed: Timed,
}

async fn converse(line: Conversation, request: SpeechRequest, pause: Duration) -> Result<(), Gone> {
    let Conversation { app, caller, id: _, mut source, out } = line;
    let connections = app.connections.clone();
    let mut session = Session { app, caller, request, replies: VecDeque::new(), over: false };
    let mut next = VecDeque::new();
    let mut within = pause.min(BEGIN_WITHIN);
    loop {
        if !session.replies.is_empty() {
            within = pause;
        }
        if session.over && next.is_empty() && session.replies.is_empty() {
            let done =
                json!({ "audio": null, "isFinal": true, "alignment": null, "normalizedAlignment": null });
            say(&out, &done).await?;
            return close(&out, close_code::NORMAL, "").await;
        }
        let (idle, room_for_more) = (session.replies.is_empty(), session.replies.len() < MOST_WAITING);
        let heard = async {
            match session.replies.front_mut() {
                Some(reply) => reply.timed.next().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = connections.stopping(), if idle => return close(&out, close_code::AWAY, "the server stops").await,
            came = receive(&mut source, within, ClientMessage::parse), if room_for_more => {
                let taken = match came {
                    Came::Said(said) => session.take(said).await,
                    Came::Wrong(error) => Err(error),
                    Came::TooLarge => Err(too_large()),
                    Came::Silence => session.silent(within),
                    Came::Left => return Ok(()),
                };
                if let Err(error) = taken {
                    return fail(&out, &error).await;
                }
            }
            room = out.reserve(), if !next.is_empty() => {
                let room = room.map_err(|_| Gone)?;
                if let Some(message) = next.pop_front() {
                    room.send(message);
                }
            }
            heard = heard, if next.is_empty() => match heard {
                Ok(Some(chunk)) => next.extend(messages(&chunk).map(|said| Message::Text(said.to_string().into()))),
                Ok(None) => drop(session.replies.pop_front()),
                Err(failure) => return fail(&out, &ApiError::from(failure)).await,
            },
        }
    }
}

impl Session {
    async fn take(&mut self, said: ClientMessage) -> Result<(), ApiError> {
        if self.over {
            return Ok(());
        }
        if let Some(speed) = said.voice_settings.and_then(|settings| settings.speed) {
            self.request = at_speed(self.request.clone(), Some(speed))?;
        }
        // The first message has a space for a text, and so have those that keep the connection open.
        if self.open().is_none() && !said.text.trim().is_empty() {
            self.replies.push_back(Reply::begin(&self.app, &self.caller, &self.request).await?);
        }
        let all = said.text.is_empty() && !said.flush;
        self.over = all;
        let Some(reply) = self.open() else { return Ok(()) };
        reply.push(&said.text).await?;
        if (said.flush || all) && !reply.end().await? {
            self.replies.pop_back();
        }
        Ok(())
    }

    /// The reply whose text is not all there yet.
    fn open(&mut self) -> Option<&mut Reply> {
        self.replies.back_mut().filter(|reply| reply.is_open())
    }

    /// No text has come for long, which is nothing while there is something to hear.
    fn silent(&self, pause: Duration) -> Result<(), ApiError> {
        if self.over || self.replies.iter().any(|reply| reply.timed.hearing.has_begun()) {
            return Ok(());
        }
        let message =
            format!("Have not received a new text input within the timeout of {} s.", pause.as_secs());
        Err(ApiError::new(ErrorCode::InvalidRequest, message).param("text"))
    }
}

impl Reply {
    /// Begins one of which nothing is written yet.
    pub(super) async fn begin(app: &App, caller: &Caller, request: &SpeechRequest) -> Result<Self, ApiError> {
        let writing = Writing::begin(app, caller.clone(), request.clone()).await?;
        Ok(Self { writing, timed: Timed::new(Hearing::default(), "") })
    }

    /// Whether more of its text may come.
    pub(super) fn is_open(&self) -> bool {
        self.writing.ended().is_none()
    }

    /// The next piece of its text.
    pub(super) async fn push(&mut self, text: &str) -> Result<(), ApiError> {
        self.timed.text.push_str(text);
        let departed = self.writing.push(text).await;
        self.timed.hearing.departs(departed.inspect_err(|error| self.writing.refuse(error))?);
        Ok(())
    }

    /// Its text is all there. Whether there is something to hear of it.
    pub(super) async fn end(&mut self) -> Result<bool, ApiError> {
        match self.writing.end().await {
            Ok(departed) => {
                self.timed.hearing.departs(departed);
                Ok(true)
            }
            Err(error) => {
                self.writing.refuse(&error);
                let nothing = silence::instead(&error, &self.timed.text) && !self.timed.hearing.has_begun();
                if nothing { Ok(false) } else { Err(error) }
            }
        }
    }
}

/// A piece of sound as messages; its times come with the last of it.
pub(super) fn messages(Chunk { sound, timing }: &Chunk) -> impl Iterator<Item = Value> + use<> {
    let times = |of: fn(&Timing) -> Option<Value>| timing.as_ref().and_then(of);
    let alignment = times(|timing| milliseconds(timing, &timing.characters));
    let normalized = times(|timing| milliseconds(timing, &timing.spoken));
    // A piece that is empty is one message all the same.
    let count = sound.len().div_ceil(MOST_SOUND).max(1);
    let pieces = (0..count).map(|number| {
        let from = number * MOST_SOUND;
        let last = number + 1 == count;
        json!({
            "audio": STANDARD.encode(&sound[from..sound.len().min(from + MOST_SOUND)]),
            "isFinal": false,
            "alignment": alignment.as_ref().filter(|_| last),
            "normalizedAlignment": normalized.as_ref().filter(|_| last),
        })
    });
    pieces.collect::<Vec<_>>().into_iter()
}

/// Says what is wrong, and ends.
pub(super) async fn fail(out: &Out, error: &ApiError) -> Result<(), Gone> {
    error.log();
    say(out, &error_message(error)).await?;
    close(out, close_code::POLICY, elevenlabs_word(error.code)).await
}

/// An error as a message.
pub(super) fn error_message(error: &ApiError) -> Value {
    let word = elevenlabs_word(error.code);
    json!({ "message": error.message, "error": word, "param": error.param, "code": close_code::POLICY })
}
