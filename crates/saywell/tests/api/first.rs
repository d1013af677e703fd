//! The first test of all: the request of the plan that Saywell was made for, word for word.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use saywell::config::Settings;
use saywell::providers::fake::Fake;

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
