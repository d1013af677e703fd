//! The links of `POST /tts`, and what is behind them.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use saywell::providers::fake::Fake;
use saywell_audio::Format;
use serde_json::json;

use crate::support::{Gateway, settings};

fn url<'a>(links: &'a serde_json::Value, name: &str) -> &'a str {
    links[name].as_str().unwrap()
}

#[tokio::test]
async fn links_come_before_the_sound_and_lead_to_it() {
    let fake = Fake::named("fake").delayed(Duration::from_millis(30));
    let gateway = Gateway::with(fake, settings()).await;
    let links = gateway.links(&json!({ "text": "Hello there. How are you today?", "format": "webm" })).await;
    assert_eq!(links["cached"], false);
    assert_eq!(links["complete"], false);
    assert_eq!(links["format"], "webm");
    assert!(links["duration_seconds"].as_f64().unwrap() > 0.5);
    let joined = gateway.get(url(&links, "url")).await;
    assert_eq!(joined.status, 200);
    assert_eq!(joined.header("x-tts-cache"), "joined");
    gateway.settle().await;

    let complete = gateway.get(url(&links, "url")).await;
    assert_eq!(complete.header("x-tts-cache"), "hit");
    assert!(complete.header("cache-control").contains("immutable"));
    assert_eq!(complete.body, joined.body);
    let again = gateway.links(&json!({ "text": "Hello there. How are you today?", "format": "webm" })).await;
    assert_eq!(again["cached"], true);
    assert_eq!(again["key"], links["key"]);
}

#[tokio::test]
async fn complete_sound_answers_ranges_and_etags() {
    let gateway = Gateway::new().await;
    let links = gateway.links(&json!({ "text": "Hello there.", "prefetch": true })).await;
    gateway.settle().await;
    let audio = url(&links, "url");
    let whole = gateway.get(audio).await;
    let range = gateway.get_with(audio, "range", "bytes=10-19").await;
    assert_eq!(range.status, 206);
    assert_eq!(range.header("content-range"), format!("bytes 10-19/{}", whole.body.len()));
    assert_eq!(range.body, whole.body[10..20]);

    let unchanged = gateway.get_with(audio, "if-none-match", whole.header("etag")).await;
    assert_eq!(unchanged.status, 304);
    assert!(unchanged.body.is_empty());

    let backwards = gateway.get_with(audio, "range", "bytes=9-1").await;
    assert_eq!(backwards.error(), (416, "invalid_request".into(), "Range".into()));
    assert_eq!(backwards.header("content-range"), format!("bytes */{}", whole.body.len()));
}

#[tokio::test]
async fn a_flight_is_not_another_format_than_it_is() {
    let gateway = Gateway::with(Fake::named("fake").delayed(Duration::from_millis(20)), settings()).await;
    let links = gateway.links(&json!({ "text": "Hello there." })).await;
    assert_eq!(gateway.get(&url(&links, "url").replace(".mp3", ".wav")).await.error().0, 404);
    assert_eq!(gateway.get(url(&links, "url")).await.status, 200);
}

#[tokio::test]
async fn a_range_of_a_flight_waits_for_its_end() {
    let gateway = Gateway::with(Fake::named("fake").delayed(Duration::from_millis(20)), settings()).await;
    let links = gateway.links(&json!({ "text": "Hello there. Here I am again." })).await;
    let probe = gateway.get_with(url(&links, "url"), "range", "bytes=0-1").await;
    assert_eq!(probe.status, 206);
    assert_eq!(probe.body.len(), 2);
    let from_start = gateway.get_with(url(&links, "url"), "range", "bytes=0-").await;
    assert!(from_start.body.starts_with(&probe.body));
}

#[tokio::test]
async fn a_link_that_is_not_right_is_refused_for_what_is_wrong() {
    let gateway = Gateway::new().await;
    let links = gateway.links(&json!({ "text": "Hello there.", "prefetch": true })).await;
    gateway.settle().await;
    let audio = url(&links, "url");
    let (path, _) = audio.split_once('?').unwrap();
    let forbidden = |param: &str| (403, "forbidden".to_owned(), param.to_owned());
    assert_eq!(gateway.get(path).await.error(), forbidden("exp"));
    assert_eq!(gateway.get(&format!("{path}?exp=1")).await.error(), forbidden("sig"));
    assert_eq!(gateway.get(&audio.replace("sig=", "sig=x")).await.error(), forbidden("sig"));
    let other_key = audio.replace(url(&links, "key"), &"0".repeat(64));
    assert_eq!(gateway.get(&other_key).await.error(), forbidden("sig"));
    assert_eq!(gateway.get("/tts/audio/nonsense.mp3?exp=1&sig=x").await.error().0, 404);
    assert_eq!(gateway.get(&audio.replace(".mp3", ".wav")).await.error().0, 404);

    gateway.clock.advance(Duration::from_hours(3));
    let late = gateway.get(audio).await;
    assert_eq!(late.error(), forbidden("exp"));
    assert!(late.text().contains("expired"));
}

#[tokio::test]
async fn prefetched_sound_is_there_though_nobody_listened() {
    let gateway = Gateway::new().await;
    gateway.links(&json!({ "text": "Made ahead.", "prefetch": true })).await;
    gateway.settle().await;
    assert_eq!(gateway.post("/tts", &json!({ "text": "Made ahead." })).await.header("x-tts-cache"), "hit");
}

#[tokio::test]
async fn what_is_made_ahead_can_be_given_up() {
    let gateway = Gateway::with(Fake::named("fake").delayed(Duration::from_hours(1)), settings()).await;
    let links = gateway.links(&json!({ "text": "Made ahead.", "prefetch": true })).await;
    assert_eq!(gateway.app.speak.flights.count(), 1);
    let (path, _) = url(&links, "url").split_once('?').unwrap();
    let give_up = async |path: &str| gateway.send(Request::delete(path).body(Body::empty()).unwrap()).await;
    assert_eq!(give_up(path).await.status, 204);
    gateway.settle().await;
    assert_eq!(gateway.app.speak.flights.count(), 0, "nobody else wanted it");
    assert_eq!(gateway.calls.finished(), 0, "and the provider was left");

    assert_eq!(give_up(path).await.status, 204, "once more is no fault");
    assert_eq!(give_up("/tts/audio/nonsense.mp3").await.error().0, 404);
}

#[tokio::test]
async fn who_listens_hears_on_when_it_is_given_up() {
    let gateway = Gateway::with(Fake::named("fake").delayed(Duration::from_millis(20)), settings()).await;
    let links = gateway.links(&json!({ "text": "Made ahead. And heard.", "prefetch": true })).await;
    let listener = gateway.app.speak.flights.join(&url(&links, "key").parse().unwrap(), Format::Mp3).unwrap();
    let (path, _) = url(&links, "url").split_once('?').unwrap();
    assert_eq!(gateway.send(Request::delete(path).body(Body::empty()).unwrap()).await.status, 204);
    gateway.settle().await;
    drop(listener);
    assert_eq!(gateway.get(url(&links, "url")).await.header("x-tts-cache"), "hit");
}

#[tokio::test]
async fn entries_expire() {
    let gateway = Gateway::new().await;
    gateway.post("/tts", &json!({ "text": "Hello there." })).await;
    gateway.settle().await;
    gateway.clock.advance(gateway.app.settings.cache_ttl + Duration::from_secs(1));
    assert_eq!(gateway.post("/tts", &json!({ "text": "Hello there." })).await.header("x-tts-cache"), "miss");
}
