//! Whatever is said over a WebSocket of any contract, a line each message, is answered in its shape and within the bounds, and the
//! connection ends when it is closed. A first digit says at which door.
#![no_main]
#![expect(clippy::expect_used, reason = "what cannot be set up is a fault to be seen")]

#[path = "../support/gateway.rs"]
mod support;

use std::net::SocketAddr;

use futures::{SinkExt, StreamExt};
use libfuzzer_sys::fuzz_target;
use saywell::connections::ConnectionBounds;
use saywell::http::router;
use saywell::http::server::Server;
use serde_json::Value;
use support::{Bench, MAX_PCM_BYTES};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;

thread_local! {
    static BENCH: Bench = Bench::new();
}

/// Where a WebSocket is taken; what is said by the last is no JSON.
const DOORS: [&str; 5] = [
    "/tts/stream",
    "/v1/realtime?model=tts-1",
    "/elevenlabs/v1/text-to-speech/tone/stream-input?output_format=pcm_24000",
    "/elevenlabs/v1/text-to-speech/tone/multi-stream-input?output_format=pcm_24000",
    "/cognitiveservices/websocket/v1",
];

fuzz_target!(|data: &[u8]| {
    let (door, said) = match data {
        [digit @ b'0'..=b'4', said @ ..] => (usize::from(digit - b'0'), said),
        said => (0, said),
    };
    BENCH.with(|bench| bench.runtime.block_on(talk(bench, door, said)));
});

async fn talk(bench: &Bench, door: usize, said: &[u8]) {
    let server = Server::new(router(bench.app.clone()), ConnectionBounds::default(), vec![]);
    let (ours, theirs) = tokio::io::duplex(1 << 20);
    server.welcome(theirs, SocketAddr::from(([127, 0, 0, 1], 4711)));
    let address = format!("ws://127.0.0.1{}", DOORS[door]);
    let (socket, _) = client_async(address, ours).await.expect("a connection");
    let (mut sink, mut source) = socket.split();
    let saying = async {
        for line in said.split(|byte| *byte == b'\n').take(64) {
            let message = match std::str::from_utf8(line) {
                // Azure's messages have lines of their own.
                Ok(text) => Message::text(text.replace('\r', "\r\n")),
                Err(_) => Message::binary(line.to_vec()),
            };
            if sink.send(message).await.is_err() {
                break;
            }
        }
        let _ = sink.close().await;
    };
    let hearing = async {
        let (mut pcm, mut heard) = (false, 0);
        while let Some(Ok(message)) = source.next().await {
            match message {
                Message::Text(text) if door + 1 < DOORS.len() => {
                    let told: Value = serde_json::from_str(&text).expect("messages are JSON");
                    if door == 0 {
                        let kind = told["type"].as_str().expect("messages have a type");
                        if kind == "begun" {
                            (pcm, heard) = (told["format"] == "pcm", 0);
                        }
                    }
                }
                Message::Binary(sound) if door == 0 => {
                    heard += sound.len();
                    assert!(!pcm || heard <= MAX_PCM_BYTES, "more than was allowed");
                }
                _ => {}
            }
        }
    };
    tokio::join!(saying, hearing);
    bench.app.speak.flights.landed().await;
}
