//! `GET /tts/stream`: a WebSocket. Text comes in as the model writes it, sound and timings go out.
//!
//! A connection carries one reply after another. Two futures serve it: [`Session::converse`] reads and decides, and
//! [`write`] writes from a short queue between them, so that a client who takes nothing holds back the sound and not
//! the reading: it can cancel at any moment.

mod message;

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::StatusCode;
use axum::response::Response;
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use saywell_audio::Format;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use tracing::{Instrument, info_span};

pub use self::message::Said;
use self::message::{Came, receive, too_large, utterance};
use super::error::{ApiError, Code};
use super::identity::{Holder, MaySpeak};
use super::speech::{SpeechBody, naming_the_field};
use crate::app::App;
use crate::flight::Failure;
use crate::identity::Caller;
use crate::speak::{Departure, Ended, Growing};

/// Largest message, bytes: pieces of text, or a whole reply of a few dozen pages.
const MAX_MESSAGE_BYTES: usize = 256 << 10;
/// How long the text of a reply that is open may pause: models think, and call tools.
const TEXT_WITHIN: Duration = Duration::from_mins(2);
/// How long a connection may carry no reply.
const BEGIN_WITHIN: Duration = Duration::from_mins(1);
/// How long a client may take nothing of what is sent.
const TAKEN_WITHIN: Duration = Duration::from_mins(1);
/// How long nothing is sent before a ping is: proxies close what is silent for a minute.
const PING_AFTER: Duration = Duration::from_secs(20);
/// How many messages wait to be written. All other sound waits in its flight.
const QUEUE: usize = 2;
/// The subprotocol, which a browser needs beside the one that has its token.
const PROTOCOL: &str = "saywell";

/// How a reply ended.
enum Over {
    Done(Value),
    Cancelled,
    Failed(ApiError),
    /// With the connection.
    Closed(Option<ApiError>),
}

/// The client is not there any more.
struct Gone;

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
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.map_err(|_| {
        ApiError::new(Code::InvalidRequest, "This address is for WebSockets.")
            .status(StatusCode::UPGRADE_REQUIRED)
    })?;
    let place = app.limits.connect(&caller)?;
    let id = hex::encode(rand::random::<[u8; 8]>());
    let span = info_span!("stream", id);
    let session = Session { app, caller, holder, id };
    let upgrade = upgrade.protocols([PROTOCOL]);
    let upgrade = upgrade.max_message_size(MAX_MESSAGE_BYTES).max_frame_size(MAX_MESSAGE_BYTES);
    let connections = session.app.connections.clone();
    Ok(upgrade.on_upgrade(move |socket| {
        let serving = async move {
            session.serve(socket).await;
            drop(place);
        };
        connections.track(serving.instrument(span))
    }))
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
    async fn serve(&self, socket: WebSocket) {
        let (sink, mut source) = socket.split();
        let (out, queue) = mpsc::channel(QUEUE);
        let mut writing = std::pin::pin!(write(sink, queue));
        tokio::select! {
            () = &mut writing => return,
            _ = self.converse(&mut source, out) => {}
        }
        writing.await;
    }

    /// One reply after another, until somebody leaves.
    async fn converse(
        &self,
        source: &mut SplitStream<WebSocket>,
        out: mpsc::Sender<Message>,
    ) -> Result<(), Gone> {
        // What is still on its way to a reply that ended early is for nobody.
        let mut ended_early = false;
        // What is no reply does not make it longer.
        let mut begin_by = Instant::now() + BEGIN_WITHIN;
        loop {
            let stopping = self.app.connections.stopping();
            let came = tokio::select! {
                biased;
                () = stopping => return close(&out, close_code::AWAY, "the server stops").await,
                came = receive(source, begin_by.saturating_duration_since(Instant::now())) => came,
            };
            let ask = match came {
                Came::Said(Said::Begin(ask)) => ask,
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
                Ok(growing) => {
                    let format = growing.request().format;
                    let begun = json!({
                        "type": "begun", "format": format.name(), "content_type": format.content_type(), "request_id": self.id,
                    });
                    say(&out, &begun).await?;
                    let over = self.reply(source, &out, growing).await?;
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
                Over::Closed(None) => return Ok(()),
                Over::Closed(Some(error)) => {
                    self.error(&out, &error).await?;
                    return close(&out, close_code::SIZE, "too large").await;
                }
            }
        }
    }

    /// What `POST /tts` does before it has a script.
    async fn begin(&self, ask: SpeechBody) -> Result<Growing, ApiError> {
        for (given, param) in [
            (ask.text.is_some(), "text"),
            (ask.ssml.is_some(), "ssml"),
            (ask.prefetch, "prefetch"),
            (ask.start_at.is_some(), "start_at"),
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
        let order = self.app.orders.open(caller, request).await?;
        let growing = self.app.speak.grow(&order).await;
        growing.map_err(|error| naming_the_field(error, order.request()))
    }

    /// One reply, from its first text to its last sound. To return is to give up what is not made yet.
    async fn reply(
        &self,
        source: &mut SplitStream<WebSocket>,
        out: &mpsc::Sender<Message>,
        growing: Growing,
    ) -> Result<Over, Gone> {
        let mut writing = Writing { growing, ended: None };
        let mut hearing = Hearing::default();
        let mut next = None;
        loop {
            tokio::select! {
                came = receive(source, TEXT_WITHIN) => {
                    let departed = match came {
                        Came::Said(Said::Text(text)) => writing.push(&text).await,
                        Came::Said(Said::End) => writing.end().await,
                        Came::Said(Said::Cancel) => return Ok(Over::Cancelled),
                        Came::Said(Said::Begin(_)) => Err(ApiError::invalid("type", "A reply is open: it ends with `end` or `cancel`.")),
                        Came::Wrong(error) => Err(error),
                        Came::TooLarge => return Ok(Over::Closed(Some(too_large()))),
                        Came::Silence if writing.ended.is_some() => Ok(None),
                        Came::Silence => Err(ApiError::invalid("text", format!("No text came for {} s.", TEXT_WITHIN.as_secs()))),
                        Came::Left => return Ok(Over::Closed(None)),
                    };
                    match departed {
                        Ok(None) => {}
                        Ok(Some(departure)) => hearing.departure = Some(departure),
                        Err(error) => {
                            writing.growing.refuse(error.code);
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
                    Ok(Some(message)) => next = Some(message),
                    Ok(None) => return Ok(Over::Done(self.done(&writing, hearing.until).await)),
                    Err(failure) => return Ok(Over::Failed(failure.into())),
                },
            }
        }
    }

    /// Where the rendition is, if it is kept.
    async fn done(&self, writing: &Writing, duration: f64) -> Value {
        let mut done = json!({ "type": "done", "duration_seconds": duration });
        let Some(Ended { key, characters, notes, continues_at }) = &writing.ended else { return done };
        let format = writing.growing.request().format;
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

    async fn error(&self, out: &mpsc::Sender<Message>, error: &ApiError) -> Result<(), Gone> {
        let mut body = error.logged_body(&self.id);
        body["type"] = json!("error");
        say(out, &body).await
    }
}

/// The text of a reply, while it is written.
struct Writing {
    growing: Growing,
    ended: Option<Ended>,
}

impl Writing {
    async fn push(&mut self, text: &str) -> Result<Option<Departure>, ApiError> {
        self.open()?;
        let departure = self.growing.push(text).await;
        departure.map_err(|error| naming_the_field(error, self.growing.request()))
    }

    async fn end(&mut self) -> Result<Option<Departure>, ApiError> {
        self.open()?;
        let ended = self.growing.end().await;
        let (departure, ended) = ended.map_err(|error| naming_the_field(error, self.growing.request()))?;
        self.ended = Some(ended);
        Ok(departure)
    }

    fn open(&self) -> Result<(), ApiError> {
        let open = self.ended.is_none();
        open.then_some(()).ok_or_else(|| ApiError::invalid("type", "The text of this reply has ended."))
    }
}

/// A flight that is heard; nothing is, before it has begun.
#[derive(Default)]
struct Hearing {
    departure: Option<Departure>,
    until: f64,
}

impl Hearing {
    /// The next message: an utterance comes before the last of its sound. `None` when all has been heard.
    async fn next(&mut self) -> Result<Option<Message>, Failure> {
        let Some(Departure { listener, captions }) = &mut self.departure else {
            return std::future::pending().await;
        };
        let next = tokio::select! {
            biased;
            Some(said) = captions.next() => {
                let said = said?;
                self.until = said.until;
                Message::Text(utterance(&said))
            }
            Some(piece) = listener.next() => Message::Binary(piece?),
            else => return Ok(None),
        };
        Ok(Some(next))
    }
}

async fn say(out: &mpsc::Sender<Message>, message: &Value) -> Result<(), Gone> {
    out.send(Message::Text(message.to_string().into())).await.map_err(|_| Gone)
}

async fn close(out: &mpsc::Sender<Message>, code: u16, reason: &'static str) -> Result<(), Gone> {
    out.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await.map_err(|_| Gone)
}

/// Writes what is queued until there is no more, or the client does not take it.
async fn write(mut sink: SplitSink<WebSocket, Message>, mut queue: mpsc::Receiver<Message>) {
    loop {
        let message = match timeout(PING_AFTER, queue.recv()).await {
            Ok(Some(message)) => message,
            Ok(None) => break,
            Err(_) => Message::Ping(bytes::Bytes::new()),
        };
        if !matches!(timeout(TAKEN_WITHIN, sink.send(message)).await, Ok(Ok(()))) {
            return;
        }
    }
    let _ = timeout(TAKEN_WITHIN, sink.close()).await;
}
