//! `GET /tts/captions/…`.

use std::time::Duration;

use saywell::providers::fake::Fake;
use serde_json::{Value, json};

use crate::support::{Gateway, settings};

const REPLY: &str = "**Hello** there. See [the guide](https://example.com) for *more*.";

async fn captions(gateway: &Gateway, links: &Value, form: &str) -> String {
    let url = links["captions_url"].as_str().unwrap().replace(".json?", &format!(".{form}?"));
    let answer = gateway.get(&url).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text()
}

#[tokio::test]
async fn words_point_into_the_reply_as_it_was_sent() {
    let gateway = Gateway::new().await;
    let links = gateway.links(&json!({ "text": REPLY })).await;
    let json: Value = serde_json::from_str(&captions(&gateway, &links, "json").await).unwrap();
    for utterance in json["utterances"].as_array().unwrap() {
        let [from, to] =
            [&utterance["source"][0], &utterance["source"][1]].map(|at| at.as_u64().unwrap() as usize);
        assert!(REPLY.get(from..to).is_some(), "{utterance}");
        assert_eq!(utterance["provider"], "fake");
    }
    let end = json["duration_seconds"].as_f64().unwrap();
    assert!(json["words"].as_array().unwrap().iter().all(|word| word["end"].as_f64().unwrap() <= end));
}

#[tokio::test]
async fn replies_that_sound_alike_keep_their_own_captions() {
    let gateway = Gateway::new().await;
    let mut sources = Vec::new();
    for reply in ["**Good** morning.", "Good **morning.**"] {
        let links = gateway.links(&json!({ "text": reply, "prefetch": true })).await;
        gateway.settle().await;
        let json: Value = serde_json::from_str(&captions(&gateway, &links, "json").await).unwrap();
        sources.push(
            json["words"].as_array().unwrap().iter().map(|word| word["source"].clone()).collect::<Vec<_>>(),
        );
    }
    assert_ne!(sources[0], sources[1]);
    assert_eq!(gateway.calls.count(), 1, "the sound is made once");
}

#[tokio::test]
async fn every_form_says_the_same_during_the_flight_and_after() {
    let gateway = Gateway::with(Fake::named("fake").delayed(Duration::from_millis(20)), settings()).await;
    let links = gateway.links(&json!({ "text": REPLY, "prefetch": true })).await;
    for form in ["json", "vtt", "srt", "ndjson"] {
        let during = captions(&gateway, &links, form).await;
        gateway.settle().await;
        assert_eq!(captions(&gateway, &links, form).await, during, "{form}");
    }
    let vtt = captions(&gateway, &links, "vtt").await;
    assert!(vtt.starts_with("WEBVTT\n") && vtt.contains("See the guide"), "{vtt}");
    let followed = captions(&gateway, &links, "ndjson").await;
    assert!(followed.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{followed}");
}

#[tokio::test]
async fn a_stranger_reads_nothing() {
    let gateway = Gateway::new().await;
    let links = gateway.links(&json!({ "text": REPLY, "prefetch": true })).await;
    gateway.settle().await;
    let url = links["captions_url"].as_str().unwrap();
    assert_eq!(gateway.get(url.split_once('?').unwrap().0).await.error().0, 403);
    assert_eq!(gateway.get(&url.replace(".json?", ".txt?")).await.error().0, 404);
}

#[tokio::test]
async fn named_places_have_their_time() {
    let gateway = Gateway::new().await;
    let ssml =
        "<speak><mark name='start'/>One two <mark name='three'/>three. Four.<mark name='end'/></speak>";
    let links = gateway.links(&json!({ "ssml": ssml, "prefetch": true })).await;
    gateway.settle().await;
    let json: Value = serde_json::from_str(&captions(&gateway, &links, "json").await).unwrap();
    // The stand-in says each utterance as one word, and "three" begins after 8 of 14 bytes of it.
    let times = ["start", "end"].map(|at| json["utterances"][0][at].as_f64().unwrap());
    let expected = json!([
        { "name": "start", "time": times[0] },
        { "name": "three", "time": ((times[0] + (times[1] - times[0]) * 8.0 / 14.0) * 1e4).round() / 1e4 },
        { "name": "end", "time": json["utterances"][1]["end"] }
    ]);
    assert_eq!(json["marks"], expected, "{json:#}");
    let followed = captions(&gateway, &links, "ndjson").await;
    let marks: Vec<Value> =
        followed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["marks"].take()).collect();
    assert_eq!(marks, [json!([expected[0], expected[1]]), json!([expected[2]])]);
}
