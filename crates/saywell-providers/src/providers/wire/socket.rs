//! WebSocket, over the same client and with the same failures as every other call.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use reqwest::{RequestBuilder, StatusCode, Upgraded, header};
use tokio::time::{Duration, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::{Http, Meaning, ServiceFailure};
use crate::provider::ProviderError;
use saywell_base::causes::causes;

/// The longest message that is taken, bytes.
const MAX_MESSAGE: usize = 16 << 20;
/// How often a connection without calls is tried: what lies between forgets one that is silent for some minutes.
const TRIED: Duration = Duration::from_secs(20);
/// A connection is gone when so many tries in a row had no answer.
const TRIES: u32 = 2;

/// What a provider knows of the codes with which its service closes a connection; the code and the reason are given.
pub type Closing = fn(u16, &str) -> Option<ProviderError>;

/// An open WebSocket. Dropping it closes the connection.
#[derive(Debug)]
pub struct Socket {
    stream: WebSocketStream<Upgraded>,
    closing: Closing,
}

impl Socket {
    /// Opens one with a GET request, whose client must speak HTTP/1.1 alone (see [`saywell_base::net::socket_client`]).
    ///
    /// # Errors
    /// As [`Http::send`]; `Unavailable` where the service does not speak WebSocket.
    pub async fn open(http: &Http, request: RequestBuilder, meaning: Meaning) -> Result<Self, ProviderError> {
        let key = STANDARD.encode(rand::random::<[u8; 16]>());
        let request = request
            .header(header::CONNECTION, "Upgrade")
            .header(header::UPGRADE, "websocket")
            .header(header::SEC_WEBSOCKET_VERSION, "13")
            .header(header::SEC_WEBSOCKET_KEY, &key);
        let response = http.answer(request).await?;
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(ServiceFailure::read(response, http.now()).await.to_error(meaning));
        }
        let accepted = response.headers().get(header::SEC_WEBSOCKET_ACCEPT);
        if accepted.is_none_or(|accepted| accepted.as_bytes() != derive_accept_key(key.as_bytes()).as_bytes())
        {
            return Err(ProviderError::Unavailable("does not speak WebSocket".into()));
        }
        let upgraded = response.upgrade().await.map_err(|error| broken(&error.without_url()))?;
        let bounds =
            WebSocketConfig::default().max_message_size(Some(MAX_MESSAGE)).max_frame_size(Some(MAX_MESSAGE));
        let stream = WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(bounds)).await;
        Ok(Self { stream, closing: |_, _| None })
    }

    /// The same, whose service closes with codes of its own meaning.
    #[must_use]
    pub fn closing(self, closing: Closing) -> Self {
        Self { closing, ..self }
    }

    /// Sends a message.
    ///
    /// # Errors
    /// `Unavailable` where the connection is gone.
    pub async fn send(&mut self, message: impl Into<Message> + Send) -> Result<(), ProviderError> {
        self.stream.send(message.into()).await.map_err(|error| broken(&error))
    }

    /// The next message of text or bytes; `None` once the service has closed in good order.
    ///
    /// # Errors
    /// `Unavailable` where the connection breaks, or is closed with a reason.
    pub async fn next(&mut self) -> Result<Option<Message>, ProviderError> {
        loop {
            match self.stream.next().await {
                Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => return Ok(Some(message)),
                Some(Ok(Message::Close(Some(frame)))) if u16::from(frame.code) > 1001 => {
                    let reason = frame.reason.chars().take(200).collect::<String>();
                    let code = u16::from(frame.code);
                    let meant = (self.closing)(code, &reason);
                    return Err(meant.unwrap_or_else(|| {
                        ProviderError::Unavailable(format!("closed the connection: {code} {reason}"))
                    }));
                }
                Some(Ok(Message::Close(_)) | Err(Error::ConnectionClosed)) | None => return Ok(None),
                // Pings are answered below this.
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(broken(&error)),
            }
        }
    }

    /// Waits with a connection that has no call until it is closed, or does not answer any more. What comes is of calls that
    /// are over.
    pub async fn rest(&mut self) {
        let mut unanswered = 0;
        loop {
            match timeout(TRIED, self.stream.next()).await {
                Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) => return,
                Ok(Some(Ok(_))) => unanswered = 0,
                Err(_) if unanswered == TRIES => return,
                Err(_) => {
                    unanswered += 1;
                    if self.stream.send(Message::Ping(Bytes::new())).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

fn broken(error: &dyn std::error::Error) -> ProviderError {
    ProviderError::Unavailable(format!("broke off the connection: {}", causes(error)))
}
