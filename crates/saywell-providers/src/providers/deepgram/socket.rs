//! Its WebSocket: the utterances of a reply follow one another over one connection.
//!
//! An utterance is sent, and then flushed: what comes until the flush is confirmed is its sound.

use std::sync::{Arc, Weak};
use std::time::Duration;

use async_stream::try_stream;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::{RATE, meaning};
use crate::provider::{ProviderError, Request, SpeechStream};
use crate::providers::Opening;
use crate::providers::wire::{Coding, Http, Open, ServiceFailure, Socket, SocketPool, SoundReader};
use saywell_base::net::socket_client;

/// How long a connection waits for its next utterance.
const IDLE: Duration = Duration::from_mins(4);
/// The most utterances of a connection. It may flush twenty times within a minute, and a reply's may all be within one.
const MOST: u32 = 18;

/// Where utterances follow one another.
#[derive(Debug)]
pub(super) struct Connections {
    http: Http,
    url: String,
    headers: HeaderMap,
    /// Each with how many utterances it has been sent.
    pool: SocketPool<u32>,
}

/// What is asked for when a connection is opened. It holds for all that is said over it.
type Query = Vec<(&'static str, String)>;

/// What is told beside the sound.
#[derive(Deserialize)]
#[serde(tag = "type")]
enum Told {
    Flushed,
    Warning {
        #[serde(default)]
        code: String,
        #[serde(default)]
        description: String,
    },
    #[serde(other)]
    Other,
}

impl Connections {
    pub(super) fn open(
        opening: &Opening<'_>,
        url: String,
        headers: HeaderMap,
    ) -> Result<Arc<Self>, ProviderError> {
        let http = Http::new(&Opening { client: &socket_client()?, ..*opening });
        Ok(Arc::new(Self { http, url, headers, pool: SocketPool::new(IDLE) }))
    }

    /// Opens a connection for this, unless one waits.
    pub(super) async fn warm(&self, query: Query) {
        let key = format!("{query:?}");
        if !self.pool.has(&key)
            && let Ok(connection) = self.connect(&query).await
        {
            self.pool.keep(&key, Weak::new(), connection);
        }
    }

    async fn connect(&self, query: &Query) -> Result<Open<u32>, ProviderError> {
        let request = self.http.get(&self.url).query(query).headers(self.headers.clone());
        Ok(Open::new(Socket::open(&self.http, request, meaning).await?.closing(closing), 0))
    }

    /// Speaks an utterance.
    pub(super) fn speak(self: &Arc<Self>, query: Query, request: Request) -> SpeechStream {
        let this = Arc::clone(self);
        Box::pin(try_stream! {
            let Request { text, errand, .. } = request;
            let key = format!("{query:?}");
            let ask = |utterances: &mut u32| {
                *utterances += 1;
                [json!({"type": "Speak", "text": &*text}), json!({"type": "Flush"})]
                    .map(|message| Message::text(message.to_string()))
                    .to_vec()
            };
            let mut connection = this.pool.ask(&[&key], &errand, this.connect(&query), ask).await?;
            let mut reader = SoundReader::new(Coding::Pcm { rate: RATE });
            loop {
                match connection.next().await? {
                    Message::Binary(bytes) => {
                        if let Some(part) = reader.push(&bytes)? {
                            yield part;
                        }
                    }
                    Message::Text(message) if is_flushed(&message)? => break,
                    _ => {}
                }
            }
            if connection.memory < MOST {
                this.pool.keep(&key, Arc::downgrade(&errand), connection);
            }
            if let Some(part) = reader.finish()? {
                yield part;
            }
        })
    }
}

/// Whether a message says that all of an utterance's sound has come.
///
/// # Errors
/// The failure that it tells of: after a warning the sound is not all there.
fn is_flushed(message: &str) -> Result<bool, ProviderError> {
    match serde_json::from_str(message) {
        Ok(Told::Flushed) => Ok(true),
        Ok(Told::Other) => Ok(false),
        Ok(Told::Warning { code, description }) => {
            let told = json!({"err_code": code, "err_msg": description}).to_string();
            Err(ServiceFailure::of_message(StatusCode::OK, told.as_bytes()).to_error(meaning))
        }
        Err(error) => {
            Err(ProviderError::Unavailable(format!("sent a message that is not understood: {error}")))
        }
    }
}

/// What it means that the service closes the connection with this code, of those of the standard.
fn closing(code: u16, reason: &str) -> Option<ProviderError> {
    match code {
        1007 | 1009 => Some(ProviderError::Rejected(format!("refuses the text: {code} {reason}"))),
        1008 => Some(ProviderError::Misconfigured(format!("refuses the call: {code} {reason}"))),
        1013 => Some(ProviderError::Throttled { retry_after: None }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_has_its_meaning() {
        let warning =
            |code: &str| is_flushed(&format!(r#"{{"type":"Warning","code":"{code}","description":"No."}}"#));
        assert_eq!(is_flushed(r#"{"type":"Flushed","sequence_id":0}"#), Ok(true));
        assert_eq!(is_flushed(r#"{"type":"Metadata","request_id":"r"}"#), Ok(false));
        assert_eq!(warning("TOO_MANY_REQUESTS"), Err(ProviderError::Throttled { retry_after: None }));
        assert!(matches!(warning("ELSE"), Err(ProviderError::Unavailable(told)) if told.contains("No.")));
        assert!(matches!(is_flushed("nonsense"), Err(ProviderError::Unavailable(_))));
        assert!(matches!(closing(1009, ""), Some(ProviderError::Rejected(_))));
        assert_eq!(closing(1011, "NET-0000"), None);
    }
}
