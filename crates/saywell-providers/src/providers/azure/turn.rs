//! One utterance over Azure's WebSocket, of its first version.

use std::sync::Arc;

use async_stream::try_stream;
use tokio_tungstenite::tungstenite::Message;

use super::frame::{self, Frame};
use super::{MEANING, RATE, Service};
use crate::provider::{Part, ProviderError, Request, SpeechStream};
use crate::providers::wire::{Coding, Finder, Socket, SoundReader};

impl Service {
    /// Speaks over the WebSocket, which tells when words are spoken. A connection is for one utterance, so that
    /// closing it stops exactly that.
    pub(super) fn turn(self: Arc<Self>, request: Request) -> SpeechStream {
        Box::pin(try_stream! {
            let mut socket = self.connect().await?;
            let id = hex::encode(rand::random::<[u8; 16]>());
            let time = chrono::DateTime::<chrono::Utc>::from(self.http.now())
                .to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
            let document = self.document(&request);
            for (path, kind, body) in [
                ("speech.config", "application/json", CONFIG),
                ("synthesis.context", "application/json", CONTEXT),
                ("ssml", "application/ssml+xml", &document),
            ] {
                socket.send(frame::text(path, &id, &time, kind, body)).await?;
            }
            let mut finder = Finder::new(&request.text);
            let mut reader = SoundReader::new(Coding::Pcm { rate: RATE });
            let mut samples = 0;
            loop {
                let frame = match socket.next().await? {
                    Some(Message::Text(text)) => frame::read_text(&text),
                    Some(Message::Binary(bytes)) => frame::read_binary(bytes),
                    Some(_) => continue,
                    None => Err("closed the connection before the end of the sound".into()),
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

    async fn connect(&self) -> Result<Socket, ProviderError> {
        let url = format!("{}/cognitiveservices/websocket/v1", self.speech);
        let get = || self.sockets.get(&url).header("X-ConnectionId", hex::encode(rand::random::<[u8; 16]>()));
        let socket = match Socket::open(&self.sockets, self.access.sign(get()).await?, MEANING).await {
            Err(ProviderError::Misconfigured(_)) if self.access.renew() => {
                Socket::open(&self.sockets, self.access.sign(get()).await?, MEANING).await
            }
            opened => opened,
        };
        Ok(socket?.closing(closing))
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
