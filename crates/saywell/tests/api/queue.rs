//! Who is admitted to a voice on this machine, and what becomes of those who are and who are not.

use std::time::Duration;

use axum::http::StatusCode;
use saywell::config::Settings;
use saywell::provider::ProviderError;
use saywell::providers::fake::Fake;
use serde_json::{Value, json};

use crate::support::{Gateway, settings};

/// A gateway with one voice, which takes a hundredth of a second a character and admits eight seconds of work.
async fn gateway() -> Gateway {
    Gateway::with(Fake::named("fake").queueing(0.01, Duration::from_secs(8)), settings()).await
}

/// A reply of two seconds of work.
fn reply(number: usize) -> Value {
    json!({ "text": format!("{number} {}.", "word ".repeat(40)) })
}

#[tokio::test]
async fn whoever_would_wait_too_long_is_told_when_to_come_back_and_whoever_is_admitted_is_heard() {
    let gateway = gateway().await;
    let known = json!({ "text": "This was said before." });
    assert_eq!(gateway.post("/tts", &known).await.status, StatusCode::OK);
    gateway.settle().await;

    gateway.calls.hold();
    let mut admitted = Vec::new();
    let refused = loop {
        let answer = gateway.ask_for_links(&reply(admitted.len())).await;
        if answer.status != StatusCode::OK {
            break answer;
        }
        admitted.push(answer.json()["url"].as_str().unwrap().to_owned());
        assert!(admitted.len() < 20, "eight seconds have an end");
    };
    assert_eq!(admitted.len(), 4);
    let (status, code, _) = refused.error();
    assert_eq!((status, code.as_str()), (503, "overloaded"));
    assert_eq!(refused.header("retry-after"), "1", "as long as it takes until eight seconds are left");

    // What was said before needs no voice, and neither does what is being said.
    assert_eq!(gateway.post("/tts", &known).await.header("x-tts-cache"), "hit");
    assert_eq!(gateway.ask_for_links(&reply(0)).await.status, StatusCode::OK);

    gateway.calls.let_go();
    for url in admitted {
        let heard = gateway.get(&url).await;
        assert_eq!(heard.status, StatusCode::OK);
        assert!(heard.body.len() > 1000, "{}", heard.body.len());
    }
    assert_eq!(gateway.post("/tts", &reply(99)).await.status, StatusCode::OK, "the next is served");
    let metrics = gateway.get("/metrics").await.text();
    for name in ["saywell_queue_seconds", "saywell_queue_replies", "saywell_queue_refused_total"] {
        assert!(metrics.contains(name), "{name}");
    }
}

#[tokio::test]
async fn a_balancer_is_told_of_a_voice_that_is_full_if_it_is_to_be() {
    for ready_when_full in [true, false] {
        let fake = Fake::named("fake").queueing(0.01, Duration::from_secs(8));
        let gateway = Gateway::with(fake, Settings { ready_when_full, ..settings() }).await;
        let ready = async || gateway.get("/readyz").await.status;
        assert_eq!(ready().await, StatusCode::OK);
        gateway.calls.hold();
        let mut urls = Vec::new();
        for number in 0..4 {
            assert_eq!(ready().await, StatusCode::OK, "there is room for {number}");
            let answer = gateway.ask_for_links(&reply(number)).await;
            urls.push(answer.json()["url"].as_str().unwrap().to_owned());
        }
        assert_eq!(ready().await == StatusCode::OK, ready_when_full);
        let waits = gateway.get("/admin/api/overview").await.json()["gateways"][0]["queue_seconds"].as_f64();
        assert!(waits.unwrap() > 8.0, "{waits:?}");
        gateway.calls.let_go();
        for url in urls {
            assert_eq!(gateway.get(&url).await.status, StatusCode::OK);
        }
        gateway.settle().await;
        assert_eq!(ready().await, StatusCode::OK);
    }
}

#[tokio::test]
async fn the_only_voice_is_asked_however_often_it_failed() {
    let fake = Fake::named("fake").failing(ProviderError::Unavailable("is down".into()));
    let gateway = Gateway::with(fake, settings()).await;
    for number in 0..8 {
        assert_eq!(gateway.post("/tts", &reply(number)).await.status, StatusCode::SERVICE_UNAVAILABLE);
    }
    gateway.calls.recover();
    assert_eq!(gateway.post("/tts", &reply(9)).await.status, StatusCode::OK);
}
