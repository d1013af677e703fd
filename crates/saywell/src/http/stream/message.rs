//! What is said over a connection, and the lines of what is spoken.

use axum::extract::ws::Utf8Bytes;
use saywell_audio::captions::ndjson_line;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::flight::SpokenUtterance;
use crate::http::body::{self, Input};
use crate::http::error::ApiError;
use crate::http::speech::SpeechBody;

/// What a client says.
#[derive(Debug)]
pub enum ClientMessage {
    /// A reply begins: the fields of `POST /tts` but its text.
    Begin(Box<SpeechBody>),
    /// The next piece of its text, of any size.
    Text(String),
    /// Its text is all there.
    End,
    /// It is not wanted any more.
    Cancel,
}

impl ClientMessage {
    /// Reads a message: JSON whose `type` says what else it has.
    ///
    /// # Errors
    /// `invalid_request` with the field at fault.
    pub fn parse(message: &[u8]) -> Result<Self, ApiError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Text {
            text: String,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Nothing {}

        let mut fields: Map<String, Value> = body::parse_from(Input::MESSAGE, message)?;
        let kind = fields.remove("type").unwrap_or_default();
        let rest = Value::Object(fields);
        match kind.as_str() {
            Some("begin") => body::fields(Input::MESSAGE, rest).map(|ask| Self::Begin(Box::new(ask))),
            Some("text") => body::fields(Input::MESSAGE, rest).map(|Text { text }| Self::Text(text)),
            Some("end") => body::fields(Input::MESSAGE, rest).map(|Nothing {}| Self::End),
            Some("cancel") => body::fields(Input::MESSAGE, rest).map(|Nothing {}| Self::Cancel),
            _ => Err(ApiError::invalid("type", "`type` is `begin`, `text`, `end` or `cancel`.")),
        }
    }
}

/// A line of captions as a message.
pub(super) fn utterance(said: &SpokenUtterance) -> Utf8Bytes {
    let line = ndjson_line(&said.caption, &said.words, &said.marks);
    format!("{{\"type\":\"utterance\",{}", line.trim_start_matches('{').trim_end()).into()
}
