//! The sockets over which replies come: who may have one, how it is read and how it is written to. Each door brings
//! messages of its own.
//!
//! Two futures serve a connection: the door's own reads and decides, and [`write`] writes from a short queue between them,
//! so that a client who takes nothing holds back the sound and not the reading: it can cancel at any moment.

use std::time::Duration;

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::Response;
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite;
use tracing::{Instrument, info_span};

use super::error::{ApiError, ErrorCode};
use crate::app::App;
use crate::identity::Caller;

/// Largest message, bytes: pieces of text, or a whole reply of a few dozen pages.
pub(super) const MAX_MESSAGE_BYTES: usize = 256 << 10;
/// How long the text of a reply that is open may pause: models think, and call tools.
pub(super) const TEXT_WITHIN: Duration = Duration::from_mins(2);
/// How long a client may take nothing of what is sent.
const TAKEN_WITHIN: Duration = Duration::from_mins(1);
/// How long nothing is sent before a ping is: proxies close what is silent for a minute.
const PING_AFTER: Duration = Duration::from_secs(20);
/// How many messages wait to be written. All other sound waits in its flight.
const QUEUE: usize = 2;

/// What a request to become a WebSocket comes to.
pub(super) type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;
/// Where a client's messages come from.
pub(super) type Incoming = SplitStream<WebSocket>;
/// Where the messages to it go.
pub(super) type Out = mpsc::Sender<Message>;

/// A connection that is open.
pub(super) struct Conversation {
    pub(super) app: App,
    /// Who called.
    pub(super) caller: Caller,
    /// Its name in errors and in the log.
    pub(super) id: String,
    pub(super) source: Incoming,
    pub(super) out: Out,
}

/// The client is not there any more.
pub(super) struct Gone;

/// What came of waiting for a message.
pub(super) enum Came<T> {
    Said(T),
    /// Something that cannot be understood.
    Wrong(ApiError),
    /// Something too large to be read: the connection cannot go on.
    TooLarge,
    /// Nothing for too long.
    Silence,
    Left,
}

/// Opens a connection of this caller, if they may have one more, and has `converse` serve it.
///
/// # Errors
/// `rate_limited` and `overloaded`; `invalid_request` for what is no WebSocket.
pub(super) fn open<F>(
    app: App,
    caller: Caller,
    upgrade: Upgrade,
    protocols: &'static [&'static str],
    converse: impl FnOnce(Conversation) -> F + Send + 'static,
) -> Result<Response, ApiError>
where
    F: Future<Output = Result<(), Gone>> + Send,
{
    let upgrade = upgrade.map_err(|_| {
        ApiError::new(ErrorCode::InvalidRequest, "This address is for WebSockets.")
            .status(StatusCode::UPGRADE_REQUIRED)
    })?;
    let place = app.limits.connect(&caller)?;
    let id = hex::encode(rand::random::<[u8; 8]>());
    let span = info_span!("stream", id);
    let upgrade = upgrade.protocols(protocols.iter().copied());
    let upgrade = upgrade.max_message_size(MAX_MESSAGE_BYTES).max_frame_size(MAX_MESSAGE_BYTES);
    let connections = app.connections.clone();
    Ok(upgrade.on_upgrade(move |socket| {
        let serving = async move {
            let (sink, source) = socket.split();
            let (out, queue) = mpsc::channel(QUEUE);
            let mut writing = std::pin::pin!(write(sink, queue));
            let left = tokio::select! {
                () = &mut writing => true,
                _ = converse(Conversation { app, caller, id, source, out }) => false,
            };
            if !left {
                writing.await;
            }
            drop(place);
        };
        connections.track(serving.instrument(span))
    }))
}

/// The next message that says something.
pub(super) async fn receive<T>(
    source: &mut Incoming,
    within: Duration,
    parse: impl Fn(&[u8]) -> Result<T, ApiError>,
) -> Came<T> {
    let next = async {
        loop {
            match source.next().await {
                Some(Ok(Message::Text(text))) => {
                    return parse(text.as_bytes()).map_or_else(Came::Wrong, Came::Said);
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

pub(super) async fn say(out: &Out, message: &Value) -> Result<(), Gone> {
    out.send(Message::Text(message.to_string().into())).await.map_err(|_| Gone)
}

pub(super) async fn close(out: &Out, code: u16, reason: &'static str) -> Result<(), Gone> {
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
