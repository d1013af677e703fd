//! What clients say over `/v1/realtime`.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::http::body::{self, Input};
use crate::http::error::{ApiError, brief};
use crate::http::fields::number;
use crate::http::openai::VoiceName;

/// A client's event.
#[derive(Debug)]
pub struct Event {
    /// Its own name for it, which an error about it has.
    pub(super) id: Option<String>,
    pub(super) said: Result<ClientMessage, ApiError>,
}

/// What it says.
#[derive(Debug)]
pub(super) enum ClientMessage {
    /// `session.update`
    Update(Box<Wish>),
    /// `conversation.item.create`, and what it is to come after.
    Create(Item, Option<String>),
    /// `conversation.item.delete`
    Delete(String),
    /// `response.create`
    Respond(Box<Ask>),
    /// `response.cancel`
    Cancel,
}

/// A message whose text may be said.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) id: String,
    role: String,
    pub(super) text: String,
}

/// What a response is to say.
#[derive(Debug, Default)]
pub(super) struct Ask {
    pub(super) wish: Wish,
    /// Instead of the messages that wait.
    pub(super) input: Option<Vec<Item>>,
    /// Whether it is no part of the conversation.
    pub(super) out_of_band: bool,
    pub(super) metadata: Value,
}

/// How it is to be said. Fields that are not here are passed over.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wish {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    pub(super) instructions: Option<String>,
    #[serde(default)]
    output_modalities: Option<Vec<String>>,
    #[serde(default)]
    audio: Option<Audio>,
}

#[derive(Debug, Default, Deserialize)]
struct Audio {
    #[serde(default)]
    output: Option<Output>,
}

#[derive(Debug, Default, Deserialize)]
struct Output {
    #[serde(default)]
    voice: Option<VoiceName>,
    #[serde(default, deserialize_with = "number")]
    speed: Option<f32>,
    #[serde(default)]
    format: Option<AudioFormat>,
}

#[derive(Debug, Deserialize)]
struct AudioFormat {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    rate: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct ItemBody {
    #[serde(default)]
    id: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    content: Vec<Part>,
}

#[derive(Debug, Deserialize)]
struct Part {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    text: Option<String>,
}

impl Event {
    /// Reads an event. What is wrong with it beyond its being JSON is a part of it.
    ///
    /// # Errors
    /// `invalid_request` for what is no JSON object.
    pub fn parse(message: &[u8]) -> Result<Self, ApiError> {
        let mut fields: Map<String, Value> = body::parse_from(Input::MESSAGE, message)?;
        let id = fields.remove("event_id").and_then(|id| id.as_str().map(brief));
        Ok(Self { id, said: ClientMessage::from_fields(fields) })
    }
}

impl ClientMessage {
    fn from_fields(mut fields: Map<String, Value>) -> Result<Self, ApiError> {
        let kind = fields.remove("type").unwrap_or_default();
        let mut field = |name: &str| fields.remove(name);
        match kind.as_str() {
            Some("session.update") => {
                let session = field("session").unwrap_or_default();
                below("session", session).map(|wish| Self::Update(Box::new(wish)))
            }
            Some("conversation.item.create") => {
                let after = field("previous_item_id").and_then(|id| id.as_str().map(str::to_owned));
                Ok(Self::Create(Item::read("item", field("item").unwrap_or_default())?, after))
            }
            Some("conversation.item.delete") => {
                let id = field("item_id").and_then(|id| id.as_str().map(str::to_owned));
                id.map(Self::Delete).ok_or_else(|| ApiError::invalid("item_id", "`item_id` is missing."))
            }
            Some("response.create") => {
                let response = field("response").filter(|response| !response.is_null());
                response.map_or_else(|| Ok(Ask::default()), Ask::read).map(|ask| Self::Respond(Box::new(ask)))
            }
            Some("response.cancel") => Ok(Self::Cancel),
            Some(other) => {
                let message = format!(
                    "`{}` is not answered here: this server speaks text, and there is session.update, conversation.item.create, \
                     conversation.item.delete, response.create and response.cancel.",
                    brief(other)
                );
                Err(ApiError::invalid("type", message))
            }
            None => Err(ApiError::invalid("type", "`type` is missing.")),
        }
    }
}

impl Ask {
    fn read(mut response: Value) -> Result<Self, ApiError> {
        let mut field = |name: &str| response.get_mut(name).map(Value::take).filter(|value| !value.is_null());
        let input = match field("input") {
            None => None,
            Some(Value::Array(items)) => {
                let items = items.into_iter().enumerate();
                let items = items.map(|(at, item)| Item::read(&format!("response.input[{at}]"), item));
                Some(items.collect::<Result<_, _>>()?)
            }
            Some(_) => {
                return Err(ApiError::invalid("response.input", "`response.input` is a list of messages."));
            }
        };
        let out_of_band = field("conversation").is_some_and(|conversation| conversation == "none");
        let metadata = field("metadata").unwrap_or_default();
        Ok(Self { wish: below("response", response)?, input, out_of_band, metadata })
    }
}

impl Item {
    fn read(at: &str, item: Value) -> Result<Self, ApiError> {
        let ItemBody { id, kind, role, content } = below(at, item)?;
        if kind != "message" {
            let message = format!("`{at}.type` is `{}`; what is said is the text of messages.", brief(&kind));
            return Err(ApiError::invalid(format!("{at}.type"), message));
        }
        let mut texts = Vec::new();
        for (number, Part { kind, text }) in content.into_iter().enumerate() {
            let part = format!("{at}.content[{number}]");
            if !matches!(kind.as_str(), "input_text" | "output_text" | "text") {
                let message = format!("`{part}.type` is `{}`; only text is said.", brief(&kind));
                return Err(ApiError::invalid(format!("{part}.type"), message));
            }
            texts.push(text.ok_or_else(|| {
                ApiError::invalid(format!("{part}.text"), format!("`{part}.text` is missing."))
            })?);
        }
        let role = role.unwrap_or_else(|| "user".to_owned());
        if !matches!(role.as_str(), "user" | "assistant" | "system") {
            let message = format!("`{at}.role` is `{}`; it may be user, assistant or system.", brief(&role));
            return Err(ApiError::invalid(format!("{at}.role"), message));
        }
        let id = id.map(|id| brief(&id)).unwrap_or_default();
        Ok(Self { id, role, text: texts.join("\n\n") })
    }

    /// Whether it is said: what is for a model is not.
    pub(super) fn is_said(&self) -> bool {
        self.role != "system"
    }

    /// As clients are told of it.
    pub(super) fn described(&self) -> Value {
        let kind = if self.role == "assistant" { "output_text" } else { "input_text" };
        json!({
            "id": self.id, "object": "realtime.item", "type": "message", "status": "completed", "role": self.role,
            "content": [{ "type": kind, "text": self.text }],
        })
    }
}

impl Wish {
    /// That it is one that can be met.
    pub(super) fn check(&self, field: &str) -> Result<(), ApiError> {
        let wrong = |rest: &str, why: &str| Err(ApiError::invalid(format!("{field}.{rest}"), why.to_owned()));
        if self.kind.as_deref().is_some_and(|kind| kind != "realtime") {
            return wrong(
                "type",
                "A session is of the type `realtime` here: this server speaks and does not listen.",
            );
        }
        if self.output_modalities.as_ref().is_some_and(|modes| !modes.iter().any(|mode| mode == "audio")) {
            return wrong("output_modalities", "There is `audio` here, and with it its transcript.");
        }
        let format = self.output().and_then(|output| output.format.as_ref());
        let is_pcm = |format: &AudioFormat| {
            format.kind.as_deref().is_none_or(|kind| kind == "audio/pcm")
                && format.rate.is_none_or(|rate| rate == saywell_audio::SAMPLE_RATE)
        };
        if format.is_some_and(|format| !is_pcm(format)) {
            return wrong("audio.output.format", "There is `audio/pcm` at 24000 here.");
        }
        Ok(())
    }

    pub(super) fn voice(&self) -> Option<&str> {
        self.output()?.voice.as_ref().map(VoiceName::name).filter(|name| !name.trim().is_empty())
    }

    pub(super) fn speed(&self) -> Option<f32> {
        self.output()?.speed
    }

    fn output(&self) -> Option<&Output> {
        self.audio.as_ref()?.output.as_ref()
    }
}

/// Reads a field of an event; errors name what is wrong below it.
fn below<T: serde::de::DeserializeOwned>(field: &str, value: Value) -> Result<T, ApiError> {
    let source = Input { param: "", name: "field" };
    body::fields(source, value).map_err(|error| {
        let inner = error.param.as_deref().filter(|inner| !inner.is_empty());
        let param = inner.map_or_else(|| field.to_owned(), |inner| format!("{field}.{inner}"));
        error.param(param)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(event: &Value) -> (Option<String>, String) {
        let event = Event::parse(event.to_string().as_bytes()).unwrap();
        (event.id, event.said.unwrap_err().param.unwrap())
    }

    #[test]
    fn what_is_wrong_names_its_field_and_the_event() {
        let audio =
            |output: Value| json!({ "type": "session.update", "session": { "audio": { "output": output } } });
        for (event, param) in [
            (json!({ "event_id": "e1" }), "type"),
            (json!({ "event_id": "e1", "type": "input_audio_buffer.append", "audio": "AAAA" }), "type"),
            (json!({ "event_id": "e1", "type": "session.update" }), "session"),
            (
                json!({ "event_id": "e1", "type": "session.update", "session": { "audio": 1 } }),
                "session.audio",
            ),
            (json!({ "event_id": "e1", "type": "conversation.item.create", "item": {} }), "item.type"),
            (
                json!({ "event_id": "e1", "type": "conversation.item.create", "item": { "type": "message", "content": [{ "type": "input_audio" }] } }),
                "item.content[0].type",
            ),
            (
                json!({ "event_id": "e1", "type": "response.create", "response": { "input": [{ "type": "item_reference", "id": "i" }] } }),
                "response.input[0].type",
            ),
        ] {
            assert_eq!(fault(&event), (Some("e1".to_owned()), param.to_owned()), "{event}");
        }
        for (output, param) in [
            (json!({ "format": { "type": "audio/pcmu" } }), "session.audio.output.format"),
            (json!({ "format": { "type": "audio/pcm", "rate": 16000 } }), "session.audio.output.format"),
        ] {
            let event = Event::parse(audio(output).to_string().as_bytes()).unwrap();
            let Ok(ClientMessage::Update(wish)) = event.said else { panic!("it can be read") };
            assert_eq!(wish.check("session").unwrap_err().param.as_deref(), Some(param));
        }
    }
}
