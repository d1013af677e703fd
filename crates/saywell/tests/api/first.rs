//! The first test of all: the request of the plan that Saywell was made for, word for word.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use saywell::config::Settings;
use saywell::providers::fake::Fake;
use serde_json::json;

use crate::support::{Gateway, settings};

#[tokio::test]
async fn the_request_of_the_plan_is_heard() {
    let fake = Fake::named("openai");
    let calls = fake.calls();
    let settings = Settings { provider: "openai".into(), ..settings() };
    let gateway = Gateway::with_chain(vec![Arc::new(fake)], calls, settings).await;
    let request = Request::post("/tts").header("content-type", "application/json").body(Body::from(
        r#"{"message_id": 123, "text": "Hello from the assistant.", "voice": "alloy", "provider": "openai", "format": "mp3"}"#,
    ));
    let answer = gateway.send(request.unwrap()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (200, "audio/mpeg"),
        "{}",
        answer.text()
    );
    assert!(answer.body.len() > 1_000 && !answer.broken);
}

/// Whoever listens is not to notice that OpenAI is not set up, or switched off; whoever asked is told.
#[tokio::test]
async fn it_is_heard_where_the_provider_that_it_names_does_not_speak() {
    let gateway = Gateway::with(Fake::named("local"), settings()).await;
    for provider in ["openai", "playht"] {
        let ask = json!({ "message_id": 123, "text": "Hello.", "voice": "alloy", "provider": provider, "format": "mp3" });
        let answer = gateway.post("/tts", &ask).await;
        assert_eq!((answer.status.as_u16(), answer.header("x-tts-provider")), (200, "local"));
        assert!(answer.header("x-tts-notes").contains(provider), "{}", answer.header("x-tts-notes"));
    }
}
