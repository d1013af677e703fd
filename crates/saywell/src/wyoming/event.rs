//! Wyoming's wire: a line of JSON, then as many bytes of data (JSON too) and of payload as the line says.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Longest line, and longest data of an event, bytes: a whole reply of a few dozen pages.
const MAX_JSON_BYTES: usize = 256 << 10;
/// Longest payload, bytes: nothing here has one, and what is sent is passed over.
const MAX_PAYLOAD_BYTES: usize = 1 << 20;

/// An event.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Event {
    /// What it is.
    pub kind: String,
    /// What it says.
    pub data: Map<String, Value>,
}

/// Why what comes is no event, after which nothing can be read any more.
#[derive(Debug, thiserror::Error)]
pub enum WireFault {
    /// A part of it is larger than it may be.
    #[error("the {0} of an event may have {1} bytes")]
    TooLarge(&'static str, usize),
    /// It is not JSON, or not an event.
    #[error("an event is a line of JSON with a `type`: {0}")]
    NoEvent(String),
    /// The other side broke off, within an event.
    #[error("an event was cut off")]
    CutOff,
    /// The connection is gone.
    #[error(transparent)]
    Connection(#[from] std::io::Error),
}

#[derive(Deserialize)]
struct Head {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    data: Option<Map<String, Value>>,
    #[serde(default)]
    data_length: Option<usize>,
    #[serde(default)]
    payload_length: Option<usize>,
}

impl Event {
    /// The next event; `None` when there is none any more.
    ///
    /// # Errors
    /// [`WireFault`], after which the connection is of no use.
    pub async fn read(reader: &mut (impl AsyncBufRead + Unpin)) -> Result<Option<Self>, WireFault> {
        let mut line = Vec::new();
        (&mut *reader).take(MAX_JSON_BYTES as u64 + 1).read_until(b'\n', &mut line).await?;
        if line.is_empty() {
            return Ok(None);
        }
        if line.len() > MAX_JSON_BYTES {
            return Err(WireFault::TooLarge("line", MAX_JSON_BYTES));
        }
        if line.last() != Some(&b'\n') {
            return Err(WireFault::CutOff);
        }
        let Head { kind, data, data_length, payload_length } = json_of(&line)?;
        let mut data = data.unwrap_or_default();
        if let Some(length) = data_length.filter(|length| *length > 0) {
            if length > MAX_JSON_BYTES {
                return Err(WireFault::TooLarge("data", MAX_JSON_BYTES));
            }
            // It grows as it comes: who says much and sends nothing gets no memory.
            let mut more = Vec::new();
            (&mut *reader).take(length as u64).read_to_end(&mut more).await?;
            if more.len() < length {
                return Err(WireFault::CutOff);
            }
            data.extend(json_of::<Map<String, Value>>(&more)?);
        }
        if let Some(length) = payload_length.filter(|length| *length > 0) {
            if length > MAX_PAYLOAD_BYTES {
                return Err(WireFault::TooLarge("payload", MAX_PAYLOAD_BYTES));
            }
            let mut payload = (&mut *reader).take(length as u64);
            let passed = tokio::io::copy_buf(&mut payload, &mut tokio::io::sink()).await?;
            if passed < length as u64 {
                return Err(WireFault::CutOff);
            }
        }
        Ok(Some(Self { kind, data }))
    }

    /// What it says of this, if it is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.data.get(name).and_then(Value::as_str)
    }
}

fn json_of<T: serde::de::DeserializeOwned>(text: &[u8]) -> Result<T, WireFault> {
    serde_json::from_slice(text).map_err(|error| WireFault::NoEvent(error.to_string()))
}

/// Writes an event with what belongs to it.
///
/// # Errors
/// When the connection is gone.
pub(super) async fn write(
    writer: &mut (impl AsyncWrite + Unpin),
    kind: &str,
    data: &Value,
    payload: &[u8],
) -> std::io::Result<()> {
    let data = data.to_string();
    let head = json!({ "type": kind, "data_length": data.len(), "payload_length": payload.len() });
    let mut event = head.to_string().into_bytes();
    event.push(b'\n');
    event.extend_from_slice(data.as_bytes());
    event.extend_from_slice(payload);
    writer.write_all(&event).await?;
    writer.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(mut wire: &[u8]) -> Result<Vec<Event>, WireFault> {
        let mut events = Vec::new();
        while let Some(event) = Event::read(&mut wire).await? {
            events.push(event);
        }
        Ok(events)
    }

    #[tokio::test]
    async fn what_is_written_is_read_again() {
        let mut wire = Vec::new();
        let data = json!({ "text": "Grüße.\nZwei." });
        write(&mut wire, "synthesize", &data, &[]).await.unwrap();
        write(&mut wire, "audio-chunk", &json!({ "rate": 24_000 }), b"\n{}\n").await.unwrap();
        wire.extend_from_slice(b"{\"type\":\"describe\",\"data\":{\"a\":1},\"version\":\"1\"}\n");
        let events = read(&wire).await.unwrap();
        assert_eq!(events[0].text("text"), Some("Grüße.\nZwei."));
        assert_eq!(
            events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(),
            ["synthesize", "audio-chunk", "describe"]
        );
        assert_eq!(events[2].data["a"], 1);
    }

    #[tokio::test]
    async fn what_is_no_event_ends_the_connection() {
        let long = format!("{{\"type\":\"{}\"}}\n", "x".repeat(MAX_JSON_BYTES));
        for (wire, fault) in [
            ("GET / HTTP/1.1\r\n", "line of JSON"),
            ("{}\n", "line of JSON"),
            ("{\"type\":\"describe\"}", "cut off"),
            ("{\"type\":\"synthesize\",\"data_length\":5}\n{}", "cut off"),
            ("{\"type\":\"synthesize\",\"data_length\":2}\n[]", "line of JSON"),
            ("{\"type\":\"synthesize\",\"data_length\":-1}\n", "line of JSON"),
            ("{\"type\":\"synthesize\",\"data_length\":99999999}\n", "the data of an event may have"),
            ("{\"type\":\"audio-chunk\",\"payload_length\":99999999}\n", "the payload of an event may have"),
            ("{\"type\":\"audio-chunk\",\"payload_length\":3}\nab", "cut off"),
            (long.as_str(), "the line of an event may have"),
        ] {
            let error = read(wire.as_bytes()).await.unwrap_err().to_string();
            assert!(error.contains(fault), "{}: {error}", &wire[..wire.len().min(60)]);
        }
    }
}
