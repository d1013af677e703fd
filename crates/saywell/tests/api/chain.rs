//! What the chain of providers promises, seen from outside: nothing lost, nothing repeated, nothing bought too early,
//! everything taken down.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::http::Request;
use futures::StreamExt;
use saywell::config::Settings;
use saywell::http::router;
use saywell::provider::ProviderError;
use saywell::providers::fake::Fake;
use serde_json::json;
use tokio::sync::Notify;
use tower::ServiceExt;

use crate::support::{Gateway, settings};

fn down() -> ProviderError {
    ProviderError::Unavailable("is down".into())
}

/// Sentences of about two seconds of a fake's sound.
fn reply(sentences: usize) -> String {
    (0..sentences).map(|n| format!("This is sentence number {n} of a reply. ")).collect()
}

/// Who spoke each utterance, and what, as the captions have it.
async fn spoken(gateway: &Gateway, text: &str) -> Vec<(String, String)> {
    let links = gateway.links(&json!({ "text": text })).await;
    let captions = gateway.get(links["captions_url"].as_str().unwrap()).await.json();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let utterances = captions["utterances"].as_array().unwrap();
    utterances.iter().map(|u| (text(&u["provider"]), text(&u["text"]))).collect()
}

#[tokio::test]
async fn after_a_failure_the_rest_of_the_reply_keeps_the_new_voice() {
    // It fails for good after its second utterance; with retries off, each utterance asks it once at most.
    let dying = Fake::named("dying").failing_after(2, down());
    let calls = dying.calls();
    let chain: Vec<Arc<dyn saywell::provider::Provider>> =
        vec![Arc::new(dying), Arc::new(Fake::named("rescue"))];
    let gateway = Gateway::with_chain(chain, calls, Settings { retries: 0, ..settings() }).await;
    let spoken = spoken(&gateway, &reply(8)).await;
    let providers: Vec<&str> = spoken.iter().map(|(provider, _)| provider.as_str()).collect();
    assert_eq!(providers[..2], ["dying"; 2]);
    assert!(providers[2..].iter().all(|provider| *provider == "rescue"), "{providers:?}");
    assert_eq!(gateway.calls.count(), 3, "it is not asked again in this reply");
    let said: Vec<&str> = spoken.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(said.join(" "), reply(8).trim(), "every sentence once, in order");
}

#[tokio::test]
async fn a_provider_that_breaks_off_midway_is_not_heard_at_all_in_that_utterance() {
    let torn = Fake::named("torn").breaking_off(down());
    let calls = torn.calls();
    let rescue = Fake::named("rescue");
    let chain: Vec<Arc<dyn saywell::provider::Provider>> = vec![Arc::new(torn), Arc::new(rescue)];
    let gateway = Gateway::with_chain(chain, calls, settings()).await;
    let alone = Gateway::with(Fake::named("rescue"), settings()).await;
    let body = json!({ "text": reply(3), "format": "pcm" });
    let (with_fallback, without) = (gateway.post("/tts", &body).await, alone.post("/tts", &body).await);
    assert_eq!(with_fallback.header("x-tts-provider"), "rescue");
    assert!(with_fallback.body == without.body, "the same sound as if the other had not been there");
}

#[tokio::test]
async fn what_is_paid_for_is_bought_as_it_is_about_to_be_heard() {
    let ahead = || Settings { lookahead: Some(Duration::from_secs(20)), ..settings() };
    let cloud = Gateway::with(Fake::named("cloud").paid(), ahead()).await;
    let home = Gateway::with(Fake::named("home"), ahead()).await;
    let _still = StandingTime::new();
    let body = json!({ "text": reply(60), "format": "pcm" });

    let request = Request::post("/tts").header("content-type", "application/json");
    let request = request.body(Body::from(body.to_string())).unwrap();
    let response = router(cloud.app.clone()).oneshot(request).await.unwrap();
    let mut pieces = response.into_body().into_data_stream();
    // A sentence is said to take 2.8 s: eight begin within 20 s. Each has at least 37 characters of 50 ms,
    // and more than 300 ms of silence after it.
    let mut heard = 0;
    while heard < 8 * (37 * 50 + 300) * 48 {
        heard += pieces.next().await.unwrap().unwrap().len();
    }
    drop(pieces);
    cloud.settle().await;
    assert_eq!(cloud.calls.count(), 8, "no more is bought until time has passed");

    assert_eq!(home.post("/tts", &body).await.status, 200);
    assert_eq!(home.calls.count(), 60, "what costs nothing is made at once");
}

#[tokio::test]
async fn whoever_waits_for_the_end_has_all_of_it_bought_at_once() {
    let settings = Settings { lookahead: Some(Duration::from_secs(20)), ..settings() };
    let cloud = Gateway::with(Fake::named("cloud").paid(), settings).await;
    let _still = StandingTime::new();
    let links = cloud.links(&json!({ "text": reply(60) })).await;
    let probe = cloud.get_with(links["url"].as_str().unwrap(), "range", "bytes=0-1").await;
    assert_eq!((probe.status.as_u16(), cloud.calls.count()), (206, 60));
}

/// Keeps tokio's time where it is: paused time goes on by itself only while no thread is at work.
struct StandingTime(
    #[expect(dead_code, reason = "the thread is at work until this is dropped")] mpsc::Sender<()>,
);

impl StandingTime {
    fn new() -> Self {
        let (dropped, waits) = mpsc::channel();
        tokio::time::pause();
        tokio::task::spawn_blocking(move || waits.recv());
        Self(dropped)
    }
}

#[tokio::test]
async fn what_is_fetched_ahead_or_whole_is_not_held_back() {
    let settings = Settings { lookahead: Some(Duration::from_secs(1)), ..settings() };
    let gateway = Gateway::with(Fake::named("cloud").paid(), settings).await;
    for body in
        [json!({ "text": reply(20), "format": "wav" }), json!({ "text": reply(21), "prefetch": true })]
    {
        assert_eq!(gateway.post("/tts", &body).await.status, 200);
    }
}

#[tokio::test]
async fn every_call_is_taken_down_for_whom_it_was() {
    let gateway = Gateway::with(Fake::named("fake").paid(), settings()).await;
    let body = json!({ "text": "Hello there.", "message_id": "m1", "room": "kitchen" });
    gateway.post("/tts", &body).await;
    gateway.settle().await;
    gateway.post("/tts", &body).await;
    let calls = Arc::clone(&gateway.app.store.calls);
    gateway.app.close(Duration::from_secs(10)).await;
    let totals = calls.provider_totals(SystemTime::UNIX_EPOCH).await.unwrap();
    assert_eq!(totals.len(), 1, "{totals:?}");
    // The second answer came from the cache and asked nobody.
    assert_eq!((totals[0].calls, totals[0].characters, totals[0].unpriced), (1, 12, 1));
}

#[tokio::test]
async fn a_stop_waits_for_what_is_still_being_stored_and_told() {
    let gateway = Gateway::new().await;
    gateway.post("/tts", &json!({ "text": "Hello there." })).await;
    let (slow, stored) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
    let (begins, ends) = (Arc::clone(&slow), Arc::clone(&stored));
    gateway.app.speak.beside.spawn(async move {
        begins.notified().await;
        ends.store(true, Ordering::SeqCst);
    });
    let mut close = pin!(gateway.app.close(Duration::from_secs(20)));
    let early = tokio::time::timeout(Duration::from_millis(100), &mut close).await;
    assert!(early.is_err(), "the storage has not answered yet");
    slow.notify_one();
    close.await;
    assert!(stored.load(Ordering::SeqCst), "it was cut off");
}
