//! `WS /v1/realtime`: OpenAI's Realtime contract as far as speech out of text goes.
//!
//! There is no model behind it: what is said is the text of the messages, as it is written. Whatever has to do with hearing,
//! tools or pictures gets an error of its own, and the session goes on. Two futures serve a connection, as `socket` has it.

mod event;
mod response;

use std::collections::VecDeque;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, close_code};
use axum::response::Response as Answer;
use saywell_audio::Format;
use serde::Deserialize;
use serde_json::{Value, json};

pub use self::event::Event;
use self::event::{Ask, ClientMessage, Item, Wish};
use self::response::Response;
use super::error::ApiError;
use super::fields::name;
use super::identity::MaySpeak;
use super::live::{HeardNext, Hearing, Writing};
use super::models::choose;
use super::query::Search;
use super::silence;
use super::socket::{self, Came, Conversation, Gone, Incoming, Out, Upgrade, close, receive, say, too_large};
use super::speech::at_speed;
use crate::app::App;
use crate::identity::Caller;
use crate::request::SpeechRequest;

/// How long nothing may be asked over a connection: until the first response, and from then on. Clients keep a session for a
/// conversation; one that nobody speaks over is only in the way.
const ASKED_WITHIN: Duration = Duration::from_mins(1);
const ASKED_AGAIN_WITHIN: Duration = Duration::from_mins(10);
/// The most messages and characters that wait to be said.
const MOST_ITEMS: usize = 100;
const MOST_CHARACTERS: usize = 1 << 20;
/// The subprotocol that OpenAI's clients in browsers name beside the one that has their key.
const PROTOCOL: &str = "realtime";

/// What stands in the address.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Opening {
    /// One of `GET /v1/models`; any other is taken for the server's own choice, unless the operator has it otherwise.
    #[serde(default)]
    model: Option<String>,
    /// `transcription` is refused: there is none here.
    #[serde(default)]
    intent: Option<String>,
}

/// Speech out of text, by OpenAI's Realtime events; see docs/CLIENTS.md.
#[utoipa::path(
    get, path = "/v1/realtime", tag = "openai", params(Opening),
    responses(
        (status = 101, description = "A WebSocket, with OpenAI's Realtime events"),
        (status = 403, description = "`forbidden`"),
        (status = 426, description = "`invalid_request`: this is for WebSockets"),
        (status = 429, description = "`rate_limited`: as many connections as this caller may have"),
    )
)]
pub async fn realtime(
    State(app): State<App>,
    MaySpeak(caller): MaySpeak,
    Search(opening): Search<Opening>,
    upgrade: Upgrade,
) -> Result<Answer, ApiError> {
    if opening.intent.as_deref().is_some_and(|intent| intent != "realtime") {
        return Err(ApiError::invalid(
            "intent",
            "This server speaks and does not listen: there is no transcription.",
        ));
    }
    let mut request = SpeechRequest { format: Format::Pcm, ..SpeechRequest::new("") };
    let model = name("model", opening.model.as_deref().filter(|model| !model.is_empty()))?;
    if let Some(model) = &model {
        choose(&app, &mut request, model, "model")?;
    }
    let model = model.map_or_else(|| "saywell".to_owned(), String::from);
    socket::open(
        app,
        caller,
        upgrade,
        &[PROTOCOL],
        |Conversation { app, caller, id, source, out }| async move {
            let instructions = String::new();
            let session =
                Session { app, caller, id, out, request, model, instructions, items: Vec::new(), count: 0 };
            Box::pin(session.converse(source)).await
        },
    )
}

/// One connection.
struct Session {
    app: App,
    caller: Caller,
    /// Its name in errors and in the log.
    id: String,
    out: Out,
    /// What is asked for but its text.
    request: SpeechRequest,
    model: String,
    /// What the client would have a model do; told back, and followed by nobody.
    instructions: String,
    /// Messages that wait to be said.
    items: Vec<Item>,
    /// How many names have been given.
    count: u64,
}

/// How a response ended, and whether the connection goes on.
enum Over {
    Done,
    Cancelled,
    Failed(ApiError),
    Left,
    TooLarge,
}

impl Session {
    async fn converse(mut self, mut source: Incoming) -> Result<(), Gone> {
        let session = self.described();
        self.tell("session.created", json!({ "session": session })).await?;
        let connections = self.app.connections.clone();
        let mut within = ASKED_WITHIN;
        loop {
            let came = tokio::select! {
                biased;
                () = connections.stopping() => return close(&self.out, close_code::AWAY, "the server stops").await,
                came = receive(&mut source, within, Event::parse) => came,
            };
            let event = match came {
                Came::Said(event) => event,
                Came::Wrong(error) => {
                    self.error(&error, None).await?;
                    continue;
                }
                Came::TooLarge => {
                    self.error(&too_large(), None).await?;
                    return close(&self.out, close_code::SIZE, "too large").await;
                }
                Came::Silence => return close(&self.out, close_code::NORMAL, "silence").await,
                Came::Left => return Ok(()),
            };
            let Event { id, said } = event;
            match said {
                Ok(ClientMessage::Respond(ask)) => match self.begin(*ask).await {
                    Ok((response, hearing)) => {
                        within = ASKED_AGAIN_WITHIN;
                        if !self.speak(&mut source, response, hearing).await? {
                            return Ok(());
                        }
                    }
                    Err(error) => self.error(&error, id.as_deref()).await?,
                },
                said => self.take(said, id.as_deref()).await?,
            }
        }
    }

    /// What can be asked whether or not a response is under way.
    async fn take(&mut self, said: Result<ClientMessage, ApiError>, event: Option<&str>) -> Result<(), Gone> {
        let told = match said {
            Ok(ClientMessage::Update(wish)) => {
                self.update(*wish).map(|()| vec![("session.updated", json!({ "session": self.described() }))])
            }
            Ok(ClientMessage::Create(item, after)) => self.keep(item).map(|item| {
                let told = json!({ "previous_item_id": after, "item": item });
                vec![("conversation.item.added", told.clone()), ("conversation.item.done", told)]
            }),
            Ok(ClientMessage::Delete(id)) => {
                let before = self.items.len();
                self.items.retain(|item| item.id != id);
                if self.items.len() < before {
                    Ok(vec![("conversation.item.deleted", json!({ "item_id": id }))])
                } else {
                    Err(ApiError::invalid("item_id", "No message of this id waits to be said."))
                }
            }
            Ok(ClientMessage::Cancel) => {
                Err(ApiError::invalid("response_id", "There is no response to cancel."))
            }
            Ok(ClientMessage::Respond(_)) => Err(ApiError::invalid(
                "type",
                "A response is under way: the next begins after its `response.done`.",
            )),
            Err(error) => Err(error),
        };
        match told {
            Ok(told) => {
                for (kind, fields) in told {
                    self.tell(kind, fields).await?;
                }
                Ok(())
            }
            Err(error) => self.error(&error, event).await,
        }
    }

    fn update(&mut self, wish: Wish) -> Result<(), ApiError> {
        self.request = wished(&self.request, &wish, "session")?;
        if let Some(instructions) = wish.instructions {
            self.instructions = instructions;
        }
        Ok(())
    }

    /// Keeps a message until it is said.
    fn keep(&mut self, mut item: Item) -> Result<Value, ApiError> {
        let characters = self.items.iter().map(|item| item.text.len()).sum::<usize>() + item.text.len();
        if self.items.len() >= MOST_ITEMS || characters > MOST_CHARACTERS {
            let message =
                format!("{MOST_ITEMS} messages of {MOST_CHARACTERS} bytes together may wait to be said.");
            return Err(ApiError::invalid("item", message));
        }
        if item.id.is_empty() {
            item.id = self.named("item");
        }
        let told = item.described();
        self.items.push(item);
        Ok(told)
    }

    /// What `POST /tts` does before its first sound: all of the text is there.
    async fn begin(&mut self, ask: Ask) -> Result<(Response, Hearing), ApiError> {
        let request = wished(&self.request, &ask.wish, "response")?;
        let items = match ask.input {
            Some(items) => items,
            None => std::mem::take(&mut self.items),
        };
        let texts: Vec<_> =
            items.iter().filter(|item| item.is_said()).map(|item| item.text.as_str()).collect();
        let text = texts.join("\n\n");
        if text.trim().is_empty() {
            let message = "There is nothing to say: what is said is the text of messages, in `input` or created before.";
            return Err(ApiError::invalid("response.input", message));
        }
        let response = Response {
            id: self.named("resp"),
            item: self.named("item"),
            conversation: (!ask.out_of_band).then(|| format!("conv_{}", self.id)),
            metadata: ask.metadata,
            voice: request.voice.as_deref().map(str::to_owned),
            characters: text.chars().count(),
            transcript: String::new(),
        };
        let mut writing = Writing::begin(&self.app, self.caller.clone(), request).await?;
        let mut hearing = Hearing::default();
        let mut said = match writing.push(&text).await {
            Ok(departed) => {
                hearing.departs(departed);
                writing.end().await
            }
            refused => refused,
        };
        if let Err(error) = &said {
            writing.refuse(error);
            if silence::instead(error, &text) {
                said = Ok(None);
            }
        }
        hearing.departs(said?);
        Ok((response, hearing))
    }

    /// One response, from its first event to its last. Whether the connection goes on.
    async fn speak(
        &mut self,
        source: &mut Incoming,
        mut response: Response,
        mut hearing: Hearing,
    ) -> Result<bool, Gone> {
        for (kind, fields) in response.begins() {
            self.tell(kind, fields).await?;
        }
        let (out, mut next) = (self.out.clone(), VecDeque::new());
        if !hearing.has_begun() {
            // There is nothing to say in the text; clients that cut replies up wait for some sound all the same.
            let silence = silence::sound(Format::Pcm).unwrap_or_default();
            next.extend(self.deltas(&response, &silence));
        }
        let over = loop {
            if next.is_empty() && !hearing.has_begun() {
                break Over::Done;
            }
            tokio::select! {
                came = receive(source, ASKED_AGAIN_WITHIN, Event::parse) => match came {
                    Came::Said(Event { said: Ok(ClientMessage::Cancel), .. }) => break Over::Cancelled,
                    Came::Said(Event { said, id }) => self.take(said, id.as_deref()).await?,
                    Came::Wrong(error) => self.error(&error, None).await?,
                    Came::TooLarge => break Over::TooLarge,
                    Came::Silence => {}
                    Came::Left => break Over::Left,
                },
                room = out.reserve(), if !next.is_empty() => {
                    let room = room.map_err(|_| Gone)?;
                    if let Some(message) = next.pop_front() {
                        room.send(message);
                    }
                }
                heard = hearing.next(), if next.is_empty() => match heard {
                    Ok(Some(HeardNext::Said(said))) => {
                        let (kind, fields) = response.transcript_delta(&said.caption.text);
                        next.push_back(self.message(kind, fields));
                    }
                    Ok(Some(HeardNext::Sound(sound))) => next.extend(self.deltas(&response, &sound)),
                    Ok(None) => break Over::Done,
                    Err(failure) => break Over::Failed(failure.into()),
                },
            }
        };
        // What is not made yet is given up.
        drop(hearing);
        let goes_on = match &over {
            Over::Left => return Ok(false),
            Over::TooLarge => {
                self.error(&too_large(), None).await?;
                false
            }
            Over::Failed(error) => {
                error.log();
                true
            }
            Over::Done | Over::Cancelled => true,
        };
        for (kind, fields) in response.ends(&over) {
            self.tell(kind, fields).await?;
        }
        if !goes_on {
            close(&self.out, close_code::SIZE, "too large").await?;
        }
        Ok(goes_on)
    }

    /// Sound as events.
    fn deltas(&mut self, response: &Response, sound: &[u8]) -> Vec<Message> {
        let deltas = response.deltas(sound).collect::<Vec<_>>();
        deltas.into_iter().map(|(kind, fields)| self.message(kind, fields)).collect()
    }

    /// The session as clients are told of it.
    fn described(&self) -> Value {
        json!({
            "type": "realtime",
            "object": "realtime.session",
            "id": format!("sess_{}", self.id),
            "model": self.model,
            "output_modalities": ["audio"],
            "instructions": self.instructions,
            "tools": [],
            "tool_choice": "none",
            "max_output_tokens": "inf",
            "audio": {
                "input": { "turn_detection": null },
                "output": {
                    "format": { "type": "audio/pcm", "rate": saywell_audio::SAMPLE_RATE },
                    "voice": self.request.voice.as_deref().or(self.app.default_voice()),
                    "speed": self.request.speed,
                },
            },
        })
    }

    async fn error(&mut self, error: &ApiError, event: Option<&str>) -> Result<(), Gone> {
        let mut told = error.logged_body(&self.id);
        told["error"]["event_id"] = json!(event);
        self.tell("error", told).await
    }

    async fn tell(&mut self, kind: &'static str, fields: Value) -> Result<(), Gone> {
        let told = self.event(kind, fields);
        say(&self.out, &told).await
    }

    fn message(&mut self, kind: &'static str, fields: Value) -> Message {
        Message::Text(self.event(kind, fields).to_string().into())
    }

    fn event(&mut self, kind: &'static str, mut fields: Value) -> Value {
        fields["type"] = json!(kind);
        fields["event_id"] = json!(self.named("event"));
        fields
    }

    /// A name of this connection's that was not given before.
    fn named(&mut self, what: &str) -> String {
        self.count += 1;
        format!("{what}_{}_{}", self.id, self.count)
    }
}

/// A request with what a client wishes of its sound.
fn wished(request: &SpeechRequest, wish: &Wish, field: &str) -> Result<SpeechRequest, ApiError> {
    wish.check(field)?;
    let mut request = request.clone();
    let at = |error: ApiError, rest: &str| error.param(format!("{field}.audio.output.{rest}"));
    if let Some(voice) = wish.voice() {
        request.voice = name("voice", Some(voice)).map_err(|error| at(error, "voice"))?;
    }
    match wish.speed() {
        Some(speed) => at_speed(request, Some(speed)).map_err(|error| at(error, "speed")),
        None => Ok(request),
    }
}
