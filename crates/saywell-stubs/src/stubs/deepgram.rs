//! Deepgram's Aura over REST and over its WebSocket.
//!
//! What is known of it: a voice is a model; what is asked for stands in the query; errors have a code and a message of
//! other names than anybody's. Over the WebSocket a text is said when it is flushed, which may be done twenty times a minute.

use std::collections::BTreeMap;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::call::{Call, Desk, Recorded};
use crate::fault::{Fault, Refusal};
use crate::socket;
use crate::sound::{pcm, tone};
use crate::stubs::StubKind;

/// `https://api.deepgram.com`.
pub const KIND: StubKind = StubKind {
    name: "deepgram",
    routes: || Router::new().route("/v1/speak", post(speak).get(upgrade)),
    refuse,
};

/// How often a connection may flush within a minute. Stubs are not asked for longer.
const MOST_FLUSHES: u32 = 20;

const MODELS: [&str; 3] = ["aura-2-thalia-en", "aura-2-viktoria-de", "aura-asteria-en"];

async fn speak(Query(query): Query<BTreeMap<String, String>>, call: Call) -> Response {
    let asked = |name: &str| query.get(name).map_or("", String::as_str);
    let ask: Value = call.request().json().unwrap_or_default();
    let text = ask["text"].as_str().unwrap_or_default();
    // Its own SDK writes whole numbers as it likes.
    let rate = asked("sample_rate").parse::<f64>().unwrap_or(24_000.0) as u32;
    let speed = asked("speed").parse().unwrap_or(1.0);
    let refused = if !call.request().header("authorization").starts_with("Token ") {
        refuse(Refusal::Key)
    } else if !MODELS.contains(&asked("model")) {
        error(400, "INVALID_QUERY_PARAMETER", "Failed to deserialize query parameters: unknown model")
    } else if text.trim().is_empty() || text.chars().count() > 2_000 {
        refuse(Refusal::Text)
    } else {
        let samples = tone(text, rate, speed);
        if asked("encoding") == "linear16" && asked("container") == "none" {
            return call.sound("audio/l16", pcm(&samples));
        }
        let sound = call.wav(&samples, rate);
        return call.sound("audio/wav", sound);
    };
    call.finish();
    refused
}

async fn upgrade(
    State(desk): State<Desk>,
    Extension(request): Extension<Recorded>,
    Query(query): Query<BTreeMap<String, String>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    if let Err(response) = desk.stands(&request).await {
        return response;
    }
    let asked = |name: &str| query.get(name).map_or("", String::as_str);
    let rate = asked("sample_rate").parse::<f64>().unwrap_or(24_000.0) as u32;
    let refused = if !request.header("authorization").starts_with("Token ") {
        refuse(Refusal::Key)
    } else if !MODELS.contains(&asked("model")) || !matches!(asked("encoding"), "" | "linear16") {
        error(400, "INVALID_QUERY_PARAMETER", "Failed to deserialize query parameters: unknown model")
    } else {
        let model = asked("model").to_owned();
        return upgrade.on_upgrade(async move |socket| {
            converse(socket, desk, request, &model, rate).await.unwrap_or_default();
        });
    };
    desk.begin(request).finish();
    refused
}

/// Ends when either side hangs up.
async fn converse(
    mut socket: WebSocket,
    desk: Desk,
    request: Recorded,
    model: &str,
    rate: u32,
) -> Option<()> {
    let metadata = json!({"type": "Metadata", "request_id": "req_1", "model_name": model,
        "model_version": "2026-01-01", "model_uuid": "uuid_1"});
    socket::say(&mut socket, &metadata).await?;
    let (mut waiting, mut flushes) = (String::new(), 0);
    loop {
        let ask: Value = serde_json::from_str(&socket::text(&mut socket).await?).unwrap_or_default();
        let warning = |code: &str, description: &str| json!({"type": "Warning", "code": code, "description": description});
        match ask["type"].as_str() {
            Some("Speak") => waiting.push_str(ask["text"].as_str().unwrap_or_default()),
            Some("Flush") if flushes == MOST_FLUSHES => {
                let warning = warning("TOO_MANY_REQUESTS", "No more flushes within this minute.");
                socket::say(&mut socket, &warning).await?;
            }
            Some("Flush") => {
                if !waiting.trim().is_empty() {
                    let call = desk.begin_within(&request)?;
                    let call = socket::admitted(&mut socket, call).await?;
                    say(&mut socket, call, &std::mem::take(&mut waiting), rate).await?;
                }
                socket::say(&mut socket, &json!({"type": "Flushed", "sequence_id": flushes})).await?;
                flushes += 1;
            }
            Some("Clear") => {
                waiting.clear();
                socket::say(&mut socket, &json!({"type": "Cleared", "sequence_id": flushes})).await?;
            }
            Some("Close") => return socket::close(&mut socket, 1000, "").await,
            _ => {
                let warning = warning("DATA-0000", "This message is not understood.");
                socket::say(&mut socket, &warning).await?;
            }
        }
    }
}

/// Says a text; `None` where the connection is over.
async fn say(socket: &mut WebSocket, call: Call, text: &str, rate: u32) -> Option<()> {
    call.charge(text.chars().count());
    let pieces = call.cut(pcm(&tone(text, rate, 1.0)));
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
                call.finish();
                socket::close(socket, 1011, "NET-0000").await;
                return None;
            }
        }
        socket.send(Message::Binary(piece)).await.ok()?;
        tokio::task::yield_now().await;
    }
    call.finish();
    Some(())
}

fn refuse(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Throttled => error(429, "TOO_MANY_REQUESTS", "Too many requests. Please try again later."),
        Refusal::Quota => error(402, "ASR_PAYMENT_REQUIRED", "Project does not have enough credits."),
        Refusal::Key => error(401, "INVALID_AUTH", "Invalid credentials."),
        Refusal::Text => error(400, "PAYLOAD_ERROR", "This text is not acceptable."),
        Refusal::Trouble => error(500, "INTERNAL_SERVER_ERROR", "Something broke."),
    }
}

fn error(status: u16, code: &str, message: &str) -> Response {
    let body = json!({"err_code": code, "err_msg": message, "request_id": "req_1"});
    (StatusCode::from_u16(status).unwrap_or_default(), Json(body)).into_response()
}
