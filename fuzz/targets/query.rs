//! No query string opens a link that was not signed, and none is too strange to be refused in the one shape.
#![no_main]
#![expect(clippy::expect_used, reason = "what cannot be set up is a fault to be seen")]

#[path = "../support/gateway.rs"]
mod support;

use axum::body::{Body, to_bytes};
use axum::http::{Request, Uri};
use libfuzzer_sys::fuzz_target;
use saywell::http::router;
use serde_json::Value;
use support::Bench;
use tower::ServiceExt;

thread_local! {
    static BENCH: Bench = Bench::new();
}

fuzz_target!(|link: (bool, &str, &str)| {
    let (captions, extension, query) = link;
    let place = if captions { "captions" } else { "audio" };
    let key = "7".repeat(64);
    let Ok(uri) = format!("/tts/{place}/{key}.{extension}?{query}").parse::<Uri>() else { return };
    BENCH.with(|bench| {
        bench.runtime.block_on(async {
            let request = Request::get(uri).body(Body::empty()).expect("a request");
            let answer = router(bench.app.clone()).oneshot(request).await.expect("an answer");
            let status = answer.status().as_u16();
            assert!((400..500).contains(&status), "{status}");
            let body = to_bytes(answer.into_body(), 1 << 20).await.expect("an error");
            let error: Value = serde_json::from_slice(&body).expect("errors are JSON");
            assert!(error["error"]["code"].is_string(), "{error}");
        });
    });
});
