//! Its WebSocket: contexts, in which one text follows the other, told apart by flushes.

use std::collections::HashMap;

use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Ask, BAD_TEXT, Told, admit, judge, times};
use crate::call::{Call, Desk, Recorded};
use crate::fault::Fault;
use crate::socket;
use crate::sound::{pcm, tone};

/// How contexts count.
#[derive(Clone, Copy)]
struct Counting {
    /// The number of the first flush.
    first: i64,
    /// Words are timed from the beginning of their context, not from the flush before them.
    from_context: bool,
}

pub(super) async fn upgrade(
    desk: State<Desk>,
    request: Extension<Recorded>,
    upgrade: WebSocketUpgrade,
) -> Response {
    open(desk, request, upgrade, Counting { first: 1, from_context: true }).await
}

pub(super) async fn upgrade_by_flush(
    desk: State<Desk>,
    request: Extension<Recorded>,
    upgrade: WebSocketUpgrade,
) -> Response {
    open(desk, request, upgrade, Counting { first: 0, from_context: false }).await
}

async fn open(
    State(desk): State<Desk>,
    Extension(request): Extension<Recorded>,
    upgrade: WebSocketUpgrade,
    counting: Counting,
) -> Response {
    if let Err(response) = desk.stands(&request).await {
        return response;
    }
    if let Err(response) = admit(&request) {
        desk.begin(request).finish();
        return response;
    }
    upgrade.on_upgrade(async move |socket| {
        converse(socket, desk, request, counting).await.unwrap_or_default();
    })
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Message {
    Cancel {
        #[expect(dead_code, reason = "tells it from the other")]
        cancel: bool,
        context_id: String,
    },
    Generate {
        context_id: String,
        #[serde(default, rename = "continue")]
        continues: bool,
        #[serde(default)]
        flush: bool,
        #[serde(flatten)]
        ask: Box<Ask>,
    },
}

/// What has been said in a context, and what waits to be.
#[derive(Default)]
struct Context {
    waiting: String,
    flushes: i64,
    seconds: f64,
    /// What the first message asked for: it holds for the whole context.
    fixed: Option<(String, Value)>,
}

/// Ends when either side hangs up.
async fn converse(mut socket: WebSocket, desk: Desk, request: Recorded, counting: Counting) -> Option<()> {
    let mut contexts: HashMap<String, Context> = HashMap::new();
    loop {
        let message = socket::text(&mut socket).await?;
        let (id, continues, flush, ask) = match serde_json::from_str(&message) {
            Ok(Message::Generate { context_id, continues, flush, ask }) => {
                (context_id, continues, flush, ask)
            }
            Ok(Message::Cancel { context_id, .. }) => {
                contexts.remove(&context_id);
                continue;
            }
            Err(_) => {
                let told = (400, "invalid_request", "Bad request", "This message is not understood.");
                socket::say(&mut socket, &failure("", told)).await?;
                continue;
            }
        };
        let context = contexts.entry(id.clone()).or_default();
        let fixed = (ask.model_id.clone(), ask.voice.clone());
        let other = context.fixed.get_or_insert_with(|| fixed.clone()) != &fixed;
        let speed = match judge(&ask) {
            Ok(speed) if !other => speed,
            judged => {
                let told = (400, "invalid_request", "Bad request", "A context has one voice and one model.");
                socket::say(&mut socket, &failure(&id, judged.err().unwrap_or(told))).await?;
                contexts.remove(&id);
                continue;
            }
        };
        context.waiting.push_str(&ask.transcript);
        if (flush || !continues) && !context.waiting.trim().is_empty() {
            let call = desk.begin_within(&request)?;
            let call = socket::admitted(&mut socket, call).await?;
            let asked = Asked { id: &id, ask: &ask, speed, counting };
            if !speak(&mut socket, call, &asked, context).await? {
                contexts.remove(&id);
                continue;
            }
        }
        if flush {
            let number = context.flushes + counting.first;
            context.flushes += 1;
            let done = json!({"type": "flush_done", "context_id": id, "done": false, "flush_done": true,
                "flush_id": number, "status_code": 200});
            socket::say(&mut socket, &done).await?;
        }
        if !continues {
            contexts.remove(&id);
            let done = json!({"type": "done", "context_id": id, "done": true, "status_code": 200});
            socket::say(&mut socket, &done).await?;
        }
    }
}

struct Asked<'a> {
    id: &'a str,
    ask: &'a Ask,
    speed: f64,
    counting: Counting,
}

/// Says what waits; false where that fails, and with it the context.
async fn speak(socket: &mut WebSocket, call: Call, asked: &Asked<'_>, context: &mut Context) -> Option<bool> {
    let Asked { id, ask, speed, counting } = *asked;
    let text = std::mem::take(&mut context.waiting);
    // Whether the blank between two texts is charged for is not known.
    call.charge(text.trim().chars().count());
    if call.suffers(Fault::BadText) {
        call.finish();
        return socket::say(socket, &failure(id, BAD_TEXT)).await.map(|()| false);
    }
    let rate = ask.output_format.sample_rate;
    let samples = tone(&text, rate, speed);
    let from = if counting.from_context { context.seconds } else { 0.0 };
    context.seconds += samples.len() as f64 / f64::from(rate);
    let event = |kind: &str, mut data: Value| {
        data["type"] = kind.into();
        data["context_id"] = id.into();
        data["flush_id"] = (context.flushes + counting.first).into();
        data["status_code"] = 200.into();
        data["done"] = false.into();
        data
    };
    let pieces = call.cut_base64(pcm(&samples));
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
                let told = (500, "internal", "Internal error", "Something broke.");
                return socket::say(socket, &failure(id, told)).await.map(|()| false);
            }
            if ask.add_timestamps && !call.suffers(Fault::NoTimings) {
                let times = times(&text, speed, from, call.suffers(Fault::DisorderedTimings));
                socket::say(socket, &event("timestamps", json!({"word_timestamps": times}))).await?;
            }
        }
        socket::say(socket, &event("chunk", json!({"data": piece, "step_time": 12.5}))).await?;
    }
    call.finish();
    Some(true)
}

fn failure(context: &str, (status, code, title, message): Told) -> Value {
    json!({"type": "error", "context_id": context, "done": true, "status_code": status, "error_code": code,
        "title": title, "message": message, "request_id": "req_1"})
}
