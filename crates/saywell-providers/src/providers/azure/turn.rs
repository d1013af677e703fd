//! Utterances over Azure's WebSocket, of its first version.

use std::sync::{Arc, Weak};
use std::time::Duration;

use async_stream::try_stream;
use tokio_tungstenite::tungstenite::Message;

use super::frame::{self, Frame};
use super::{MEANING, RATE, Service};
use crate::provider::{Part, ProviderError, Request, SpeechStream};
use crate::providers::wire::{Coding, Finder, Open, Socket, SocketPool, SoundReader};

/// How long a connection waits for its next turn: the service is said to close one after some minutes.
const IDLE: Duration = Duration::from_mins(4);
/// Any connection is good for any voice.
const ANY: &str = "";

/// Connections between turns, each with whether it knows who calls.
#[derive(Debug)]
pub(super) struct Connections(SocketPool<bool>);

impl Default for Connections {
    fn default() -> Self {
        Self(SocketPool::new(IDLE))
    }
}

#[cfg(test)]
impl Connections {
    /// Closes those that wait.
    pub(super) fn close(&self) {
        self.0.clear();
    }
}

impl Service {
    /// Speaks over the WebSocket, which tells when words are spoken: one turn, over a connection that has none. Dropped
    /// within it, the connection is closed, which stops exactly that.
    pub(super) fn turn(self: Arc<Self>, request: Request) -> SpeechStream {
        Box::pin(try_stream! {
            let id = hex::encode(rand::random::<[u8; 16]>());
            let frames = self.frames(&id, &request);
            let ask = |known: &mut bool| {
                // Who calls is said once.
                let from = usize::from(std::mem::replace(known, true));
                frames[from..].iter().map(|frame| Message::text(frame.as_str())).collect()
            };
            let mut connection = self.connections.0.ask(&[ANY], &request.errand, self.connect(), ask).await?;
            let mut finder = Finder::new(&request.text);
            let mut reader = SoundReader::new(Coding::Pcm { rate: RATE });
            let mut samples = 0;
            loop {
                let frame = match connection.next().await? {
                    Message::Text(text) => frame::read_text(&text, &id),
                    Message::Binary(bytes) => frame::read_binary(bytes, &id),
                    _ => continue,
                };
                match frame.map_err(ProviderError::Unavailable)? {
                    Frame::Sound(bytes) => {
                        if let Some(part) = reader.push(&bytes)? {
                            samples += length(&part);
                            yield part;
                        }
                    }
                    Frame::Words(boundaries) => boundaries.iter().for_each(|word| finder.take(word)),
                    Frame::End => break,
                    Frame::Other => {}
                }
            }
            self.connections.0.keep(ANY, Weak::new(), connection);
            if let Some(part) = reader.finish()? {
                samples += length(&part);
                yield part;
            }
            let words = finder.finish(samples as f64 / f64::from(RATE));
            if !words.is_empty() {
                yield Part::Words(words);
            }
        })
    }

    /// Opens a connection, unless one waits.
    pub(super) async fn warm_connection(&self) {
        if !self.connections.0.has(ANY)
            && let Ok(connection) = self.connect().await
        {
            self.connections.0.keep(ANY, Weak::new(), connection);
        }
    }

    /// What is sent of a turn: who calls, what is wanted, and what to say.
    fn frames(&self, id: &str, request: &Request) -> [String; 3] {
        let time = chrono::DateTime::<chrono::Utc>::from(self.http.now())
            .to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        [
            frame::text("speech.config", id, &time, "application/json", CONFIG),
            frame::text("synthesis.context", id, &time, "application/json", CONTEXT),
            frame::text("ssml", id, &time, "application/ssml+xml", &self.document(request)),
        ]
    }

    async fn connect(&self) -> Result<Open<bool>, ProviderError> {
        let url = format!("{}/cognitiveservices/websocket/v1", self.speech);
        let get = || self.sockets.get(&url).header("X-ConnectionId", hex::encode(rand::random::<[u8; 16]>()));
        let socket = match Socket::open(&self.sockets, self.access.sign(get()).await?, MEANING).await {
            Err(ProviderError::Misconfigured(_)) if self.access.renew() => {
                Socket::open(&self.sockets, self.access.sign(get()).await?, MEANING).await
            }
            opened => opened,
        };
        Ok(Open::new(socket?.closing(closing), false))
    }
}

/// Who calls, as the service wants to know it.
const CONFIG: &str = concat!(
    r#"{"context":{"system":{"name":"saywell","version":""#,
    env!("CARGO_PKG_VERSION"),
    r#"","build":"Rust","lang":"Rust"},"os":{"platform":"Linux","name":"Linux","version":""}}}"#
);

/// What is wanted: raw samples at [`RATE`], and when words are spoken.
const CONTEXT: &str = r#"{"synthesis":{"audio":{"metadataOptions":{"wordBoundaryEnabled":"true","punctuationBoundaryEnabled":"true","sentenceBoundaryEnabled":"false","bookmarkEnabled":false,"visemeEnabled":false,"sessionEndEnabled":true},"outputFormat":"raw-24khz-16bit-mono-pcm"},"language":{"autoDetection":false}}}"#;

/// What it means that the service closes the connection with this code. 1007 is its own for a bad request; the
/// others are those of the standard.
pub(super) fn closing(code: u16, reason: &str) -> Option<ProviderError> {
    match code {
        1003 | 1007 | 1009 => Some(ProviderError::Rejected(format!("refuses the text: {code} {reason}"))),
        1008 => Some(ProviderError::Misconfigured(format!("refuses the call: {code} {reason}"))),
        1013 | 4429 => Some(ProviderError::Throttled { retry_after: None }),
        _ => None,
    }
}

fn length(part: &Part) -> usize {
    if let Part::Sound { samples, .. } = part { samples.len() } else { 0 }
}
