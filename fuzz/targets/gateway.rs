//! Any request is spoken within its bounds or is refused in the one shape: text or SSML, with a dictionary, or bytes that may be
//! JSON. The first byte is which.
#![no_main]
#![expect(clippy::expect_used, reason = "what cannot be set up is a fault to be seen")]

#[path = "../support/gateway.rs"]
mod support;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use libfuzzer_sys::fuzz_target;
use saywell::http::router;
use serde_json::{Value, json};
use support::{Bench, MAX_PCM_BYTES};
use tower::ServiceExt;

thread_local! {
    static BENCH: Bench = Bench::new();
}

/// Between a text and the entries of its dictionary.
const NEXT: u8 = b'\x1e';

/// `WORD=SAY`, or `~PATTERN=SAY`.
fn entry(record: &[u8]) -> Value {
    let record = String::from_utf8_lossy(record);
    let (what, say) = record.split_once('=').unwrap_or((&record, ""));
    match what.strip_prefix('~') {
        Some(pattern) => json!({ "pattern": pattern, "say": say }),
        None => json!({ "word": what, "say": say }),
    }
}

fuzz_target!(|data: &[u8]| {
    let [how, rest @ ..] = data else { return };
    let mut records = rest.split(|byte| *byte == NEXT);
    let text = String::from_utf8_lossy(records.next().unwrap_or_default());
    let dictionary: Vec<Value> = records.map(entry).collect();
    let pcm = how % 3 > 0;
    // `0` is what may be JSON, `1` text and `2` SSML.
    let body = match how % 3 {
        0 => rest.to_vec(),
        1 => json!({ "text": text, "format": "pcm", "pronunciations": dictionary }).to_string().into(),
        _ => json!({ "ssml": text, "format": "pcm", "pronunciations": dictionary }).to_string().into(),
    };
    BENCH.with(|bench| {
        bench.runtime.block_on(async {
            let request = Request::post("/tts").header("content-type", "application/json");
            let request = request.body(Body::from(body)).expect("a request");
            let answer = router(bench.app.clone()).oneshot(request).await.expect("an answer");
            let status = answer.status().as_u16();
            // A transfer that is broken off has no end: it is what becomes of sound that is longer than was estimated.
            let heard = to_bytes(answer.into_body(), 64 << 20).await;
            bench.app.speak.flights.landed().await;
            if status == 200 {
                assert!(
                    !pcm || heard.map_or(true, |heard| heard.len() <= MAX_PCM_BYTES),
                    "more than was allowed"
                );
            } else {
                assert!((400..500).contains(&status) || status == 503, "{status}");
                let error: Value =
                    serde_json::from_slice(&heard.expect("an error")).expect("errors are JSON");
                assert!(error["error"]["code"].is_string(), "{error}");
            }
        });
    });
});
