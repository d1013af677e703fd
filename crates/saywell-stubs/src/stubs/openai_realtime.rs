//! OpenAI's realtime WebSocket, as a reader of texts: one connection, one response after the other.
//!
//! It reads the text that it is sent and says what it said; a text that ends in `(answer)` it answers instead, as a
//! conversational model may do with any.

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};

use crate::call::Call;
use crate::fault::Fault;
use crate::sound::{pcm, tone};
use crate::stubs::{Kind, openai};

/// `wss://api.openai.com`.
pub const KIND: Kind = Kind {
    name: "openai_realtime",
    routes: || Router::new().route("/v1/realtime", get(realtime)),
    refuse: openai::refuse,
};

async fn realtime(upgrade: WebSocketUpgrade, call: Call) -> Response {
    upgrade.on_upgrade(|socket| converse(socket, call))
}

async fn converse(mut socket: WebSocket, call: Call) {
    let session = json!({"type": "realtime", "object": "realtime.session", "id": "sess_1", "model": "gpt-realtime-2.1-mini"});
    if send(&mut socket, json!({"type": "session.created", "event_id": "e", "session": session}))
        .await
        .is_err()
    {
        return;
    }
    while let Some(Ok(message)) = socket.recv().await {
        let Message::Text(text) = message else { continue };
        let ask: Value = serde_json::from_str(&text).unwrap_or_default();
        let went = match ask["type"].as_str() {
            Some("session.update") => {
                let session = &ask["session"];
                send(&mut socket, json!({"type": "session.updated", "event_id": "e", "session": session}))
                    .await
            }
            Some("response.create") => {
                let text = ask["response"]["input"][0]["content"][0]["text"].as_str().unwrap_or_default();
                call.charge(text.chars().count());
                match respond(&mut socket, &call, text).await {
                    Ok(true) => Ok(()),
                    // It hangs, or breaks off, as it was told to: until the other side has gone.
                    Ok(false) => {
                        while let Some(Ok(_)) = socket.recv().await {}
                        return;
                    }
                    Err(error) => Err(error),
                }
            }
            _ => {
                let error = json!({"type": "invalid_request_error", "code": "invalid_value", "message": "What is that?"});
                send(&mut socket, json!({"type": "error", "event_id": "e", "error": error})).await
            }
        };
        if went.is_err() {
            return;
        }
        if ask["type"] == "response.create" {
            call.finish();
            // A client that is done closes; one that is not may ask again, uncounted.
            return again(socket).await;
        }
    }
}

/// Goes on without a call to count.
async fn again(mut socket: WebSocket) {
    while let Some(Ok(_)) = socket.recv().await {}
}

/// Says a text; false where it stops in the middle of it.
async fn respond(socket: &mut WebSocket, call: &Call, text: &str) -> Result<bool, axum::Error> {
    let said = if text.ends_with("(answer)") { "It is four." } else { text };
    let id = json!({"event_id": "e", "response_id": "resp_1", "item_id": "item_1", "output_index": 0, "content_index": 0});
    let event = |kind: &str, more: Value| {
        let mut event = id.clone();
        event["type"] = kind.into();
        if let (Some(event), Some(more)) = (event.as_object_mut(), more.as_object()) {
            event.extend(more.clone());
        }
        event
    };
    let response = json!({"object": "realtime.response", "id": "resp_1", "status": "in_progress"});
    send(socket, json!({"type": "response.created", "event_id": "e", "response": response})).await?;
    let sound = pcm(&tone(text, openai::RATE, 1.0));
    let pieces = call.cut_base64(sound);
    let half = pieces.len() / 2;
    for (number, piece) in pieces.into_iter().enumerate() {
        if number == half {
            if call.suffers(Fault::Stall) {
                return Ok(false);
            }
            if call.suffers(Fault::Cut) {
                return Err(axum::Error::new(std::io::Error::other("the stub breaks off")));
            }
            if call.suffers(Fault::FailsMidway) {
                let error =
                    json!({"type": "server_error", "code": "server_error", "message": "Something broke."});
                let details = json!({"type": "failed", "error": error});
                let response = json!({"object": "realtime.response", "id": "resp_1", "status": "failed", "status_details": details});
                send(socket, json!({"type": "response.done", "event_id": "e", "response": response})).await?;
                return Ok(true);
            }
        }
        send(socket, event("response.output_audio.delta", json!({"delta": piece}))).await?;
    }
    for word in said.split_inclusive(' ') {
        send(socket, event("response.output_audio_transcript.delta", json!({"delta": word}))).await?;
    }
    send(socket, event("response.output_audio.done", json!({}))).await?;
    send(socket, event("response.output_audio_transcript.done", json!({"transcript": said}))).await?;
    let audio = text.chars().count() * 2;
    let usage = json!({
        "total_tokens": audio + 15,
        "input_tokens": 10,
        "output_tokens": audio + 5,
        "input_token_details": {"text_tokens": 10, "audio_tokens": 0, "cached_tokens": 0},
        "output_token_details": {"text_tokens": 5, "audio_tokens": audio},
    });
    let response = json!({"object": "realtime.response", "id": "resp_1", "status": "completed", "output": [], "usage": usage});
    send(socket, json!({"type": "response.done", "event_id": "e", "response": response})).await?;
    Ok(true)
}

async fn send(socket: &mut WebSocket, event: Value) -> Result<(), axum::Error> {
    socket.send(Message::Text(event.to_string().into())).await
}
