//! Calls over a WebSocket: what stubs of such services share.

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use serde_json::Value;

use crate::call::Call;

/// Does the faults that come before any sound; `None` once the other side has hung up on it. How a text is refused is the
/// stub's to do: each service has a way of its own over a connection.
pub async fn admitted(socket: &mut WebSocket, call: Call) -> Option<Call> {
    if call.refuses_text() {
        return Some(call);
    }
    tokio::select! {
        // What has come already is read by whoever is next, so this one is asked first.
        biased;
        call = call.admitted() => call.ok(),
        () = gone(socket) => None,
    }
}

/// Until the other side hangs up.
pub async fn gone(socket: &mut WebSocket) {
    while let Some(Ok(_)) = socket.recv().await {}
}

/// The next message of text; `None` once the other side has hung up.
pub async fn text(socket: &mut WebSocket) -> Option<String> {
    loop {
        if let Message::Text(text) = socket.recv().await?.ok()? {
            return Some(text.to_string());
        }
    }
}

/// Sends JSON; `None` where the other side has hung up.
pub async fn say(socket: &mut WebSocket, message: &Value) -> Option<()> {
    socket.send(Message::Text(message.to_string().into())).await.ok()
}

/// Closes with a reason.
pub async fn close(socket: &mut WebSocket, code: u16, reason: &'static str) -> Option<()> {
    socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await.ok()
}
