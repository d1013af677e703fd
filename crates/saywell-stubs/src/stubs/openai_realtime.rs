//! OpenAI's realtime WebSocket, as a reader of texts: one connection, one response after the other.
//!
//! It reads the text that it is sent and says what it said; a text that ends in `(answer)` it answers instead, as a
//! conversational model may do with any.

use axum::Router;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, State};
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};

use crate::call::{Call, Desk, Recorded};
use crate::fault::Fault;
use crate::socket;
use crate::sound::{pcm, tone};
use crate::stubs::{StubKind, openai};

/// `wss://api.openai.com`.
pub const KIND: StubKind = StubKind {
    name: "openai_realtime",
    routes: || Router::new().route("/v1/realtime", get(realtime)),
    refuse: openai::refuse,
};

async fn realtime(
    State(desk): State<Desk>,
    Extension(request): Extension<Recorded>,
    upgrade: WebSocketUpgrade,
) -> Response {
    match desk.stands(&request).await {
        Ok(()) => {
            upgrade.on_upgrade(async move |socket| converse(socket, desk, request).await.unwrap_or_default())
        }
        Err(response) => response,
    }
}

/// Ends when either side hangs up.
async fn converse(mut socket: WebSocket, desk: Desk, request: Recorded) -> Option<()> {
    let session = json!({"type": "realtime", "object": "realtime.session", "id": "sess_1", "model": "gpt-realtime-2.1-mini"});
    socket::say(&mut socket, &json!({"type": "session.created", "event_id": "e", "session": session}))
        .await?;
    loop {
        let ask: Value = serde_json::from_str(&socket::text(&mut socket).await?).unwrap_or_default();
        match ask["type"].as_str() {
            Some("session.update") => {
                let updated = json!({"type": "session.updated", "event_id": "e", "session": ask["session"]});
                socket::say(&mut socket, &updated).await?;
            }
            Some("response.create") => {
                let text = ask["response"]["input"][0]["content"][0]["text"].as_str().unwrap_or_default();
                let call = desk.begin_within(&request)?;
                call.charge(text.chars().count());
                let call = socket::admitted(&mut socket, call).await?;
                respond(&mut socket, call, text).await?;
            }
            _ => {
                let error = json!({"type": "invalid_request_error", "code": "invalid_value", "message": "What is that?"});
                socket::say(&mut socket, &json!({"type": "error", "event_id": "e", "error": error})).await?;
            }
        }
    }
}

/// Says a text.
async fn respond(socket: &mut WebSocket, call: Call, text: &str) -> Option<()> {
    if call.suffers(Fault::BadText) {
        let error = json!({"type": "invalid_request_error", "code": "invalid_value", "message": "This text is not acceptable."});
        call.finish();
        return socket::say(socket, &json!({"type": "error", "event_id": "e", "error": error})).await;
    }
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
    socket::say(socket, &json!({"type": "response.created", "event_id": "e", "response": response})).await?;
    let sound = pcm(&tone(text, openai::RATE, 1.0));
    let pieces = call.cut_base64(sound);
    let half = pieces.len() / 2;
    for (number, piece) in pieces.into_iter().enumerate() {
        if number == half {
            if call.suffers(Fault::Stall) {
                socket::gone(socket).await;
                return None;
            }
            if call.suffers(Fault::Cut) {
                call.finish();
                return None;
            }
            if call.suffers(Fault::FailsMidway) {
                let error =
                    json!({"type": "server_error", "code": "server_error", "message": "Something broke."});
                let details = json!({"type": "failed", "error": error});
                let response = json!({"object": "realtime.response", "id": "resp_1", "status": "failed", "status_details": details});
                let done = json!({"type": "response.done", "event_id": "e", "response": response});
                call.finish();
                return socket::say(socket, &done).await;
            }
        }
        socket::say(socket, &event("response.output_audio.delta", json!({"delta": piece}))).await?;
    }
    for word in said.split_inclusive(' ') {
        socket::say(socket, &event("response.output_audio_transcript.delta", json!({"delta": word}))).await?;
    }
    socket::say(socket, &event("response.output_audio.done", json!({}))).await?;
    socket::say(socket, &event("response.output_audio_transcript.done", json!({"transcript": said}))).await?;
    let audio = text.chars().count() * 2;
    let usage = json!({
        "total_tokens": audio + 15,
        "input_tokens": 10,
        "output_tokens": audio + 5,
        "input_token_details": {"text_tokens": 10, "audio_tokens": 0, "cached_tokens": 0},
        "output_token_details": {"text_tokens": 5, "audio_tokens": audio},
    });
    let response = json!({"object": "realtime.response", "id": "resp_1", "status": "completed", "output": [], "usage": usage});
    call.finish();
    socket::say(socket, &json!({"type": "response.done", "event_id": "e", "response": response})).await
}
