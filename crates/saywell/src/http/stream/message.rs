//! What is said over a connection: reading it, and the lines of what is spoken.

use std::time::Duration;

use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use futures::StreamExt;
use futures::stream::SplitStream;
use saywell_audio::captions::ndjson_line;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite;

use super::MAX_MESSAGE_BYTES;
use crate::flight::SpokenUtterance;
use crate::http::body::{self, Source};
use crate::http::error::ApiError;
use crate::http::speech::SpeechBody;

/// A message, as errors name it.
const MESSAGE: Source = Source { param: "message", name: "message" };

/// What a client says.
#[derive(Debug)]
pub enum Said {
    /// A reply begins: the fields of `POST /tts` but its text.
    Begin(Box<SpeechBody>),
    /// The next piece of its text, of any size.
    Text(String),
    /// Its text is all there.
    End,
    /// It is not wanted any more.
    Cancel,
}

impl Said {
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

        let mut fields: Map<String, Value> = body::parse_from(MESSAGE, message)?;
        let kind = fields.remove("type").unwrap_or_default();
        let rest = Value::Object(fields);
        match kind.as_str() {
            Some("begin") => body::fields(MESSAGE, rest).map(|ask| Self::Begin(Box::new(ask))),
            Some("text") => body::fields(MESSAGE, rest).map(|Text { text }| Self::Text(text)),
            Some("end") => body::fields(MESSAGE, rest).map(|Nothing {}| Self::End),
            Some("cancel") => body::fields(MESSAGE, rest).map(|Nothing {}| Self::Cancel),
            _ => Err(ApiError::invalid("type", "`type` is `begin`, `text`, `end` or `cancel`.")),
        }
    }
}

/// What came of waiting for a message.
pub(super) enum Came {
    Said(Said),
    /// Something that cannot be understood.
    Wrong(ApiError),
    /// Something too large to be read: the connection cannot go on.
    TooLarge,
    /// Nothing for too long.
    Silence,
    Left,
}

/// A line of captions as a message.
pub(super) fn utterance(said: &SpokenUtterance) -> Utf8Bytes {
    let line = ndjson_line(&said.caption, &said.words, &said.marks);
    format!("{{\"type\":\"utterance\",{}", line.trim_start_matches('{').trim_end()).into()
}

/// The next message that says something.
pub(super) async fn receive(source: &mut SplitStream<WebSocket>, within: Duration) -> Came {
    let next = async {
        loop {
            match source.next().await {
                Some(Ok(Message::Text(text))) => {
                    return Said::parse(text.as_bytes()).map_or_else(Came::Wrong, Came::Said);
                }
                Some(Ok(Message::Binary(_))) => {
                    return Came::Wrong(ApiError::invalid(
                        "message",
                        "Messages are JSON in text, not binary.",
                    ));
                }
                // Pings are answered by the library.
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Err(error)) => {
                    let too_large = is_too_large(error.into_inner().as_ref());
                    return if too_large { Came::TooLarge } else { Came::Left };
                }
                Some(Ok(Message::Close(_))) | None => return Came::Left,
            }
        }
    };
    timeout(within, next).await.unwrap_or(Came::Silence)
}

fn is_too_large(error: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    matches!(error.downcast_ref(), Some(tungstenite::Error::Capacity(_)))
}

pub(super) fn too_large() -> ApiError {
    ApiError::invalid("message", format!("A message may have {MAX_MESSAGE_BYTES} bytes."))
}
