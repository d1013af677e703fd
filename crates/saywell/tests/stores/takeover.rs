//! What one gateway leaves behind that another goes on with: what was set aside, what is booked, how far ahead is bought.

use std::path::Path;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use futures::StreamExt;
use saywell::config::Settings;
use saywell::identity::Caller;
use saywell::limits::{Plans, What};
use saywell::providers::fake::Fake;
use saywell::store::{By, Days, UsageLine};
use serde_json::json;
use tempfile::TempDir;

use crate::redis_server::Redis;
use crate::shared::{Gateway, REPLY, hear, settings, text, until};

/// One of several that have a database of their own in one file, for which an operator may have one reply in the making.
fn limited(redis: &Redis, folder: &Path, name: &str) -> Settings {
    let plans: toml::Table = "[admin]\nflights = 1\ncharacters_per_day = 1000".parse().unwrap();
    Settings {
        plans: Plans::new(&plans, toml::Table::new()).unwrap(),
        database_url: Some(format!("sqlite:{}", folder.join("saywell.db").display())),
        data_dir: folder.join(name),
        ..settings(Some(redis))
    }
}

fn fake() -> Fake {
    Fake::named("fake").in_pieces(5, Duration::from_millis(15)).paid()
}

async fn left(gateway: &Gateway, what: What) -> u64 {
    let left = gateway.app.limits.left(&Caller::operator(None)).await;
    left.iter().find(|left| left.what == what).unwrap().left as u64
}

/// Waits until so many characters are left, and the place.
async fn is_left(gateway: &Gateway, characters: u64) {
    let now = async || (left(gateway, What::Characters).await, left(gateway, What::Flights).await);
    let settled = async {
        while now().await != (characters, 1) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let settled = tokio::time::timeout(Duration::from_secs(10), settled).await;
    assert!(settled.is_ok(), "{:?} in place of {characters} and the place", now().await);
}

/// Waits until the place is free.
async fn until_free(gateway: &Gateway) {
    let free = async {
        while left(gateway, What::Flights).await < 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), free).await.expect("its place is free");
}

/// What all requests come to, once it is so many.
async fn usage(gateway: &Gateway, requests: u64) -> UsageLine {
    let sum = async || {
        let days = Days { first: 0, last: 1 << 40 };
        let lines = gateway.app.store.usage.report(By::Day, days, 100).await.unwrap();
        lines.into_iter().reduce(|sum, line| UsageLine {
            requests: sum.requests + line.requests,
            characters: sum.characters + line.characters,
            sent_characters: sum.sent_characters + line.sent_characters,
            ..sum
        })
    };
    let written = async {
        loop {
            match sum().await {
                Some(sum) if sum.requests >= requests && sum.sent_characters >= REPLY.len() as u64 - 3 => {
                    return sum;
                }
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), written).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn what_a_killed_gateway_had_set_aside_is_settled_by_whoever_goes_on_and_usage_counts_one_request() {
    let (redis, folder) = (Redis::start().await, TempDir::new().unwrap());
    let start = async |name: &str| Gateway::start(fake(), limited(&redis, folder.path(), name)).await;
    let (mut one, two) = (start("one").await, start("two").await);
    let characters = 1000 - (REPLY.len() as u64 - 3); // Without the spaces between its sentences.
    let url = text(&one.links(&json!({ "text": REPLY })).await, "url");
    let there = two.answer(Request::get(&url).body(Body::empty()).unwrap()).await;
    let mut there = there.into_body().into_data_stream();
    for _ in 0..5 {
        there.next().await.unwrap().unwrap();
    }
    assert_eq!(left(&two, What::Flights).await, 0);
    one.kill();
    while let Some(piece) = there.next().await {
        piece.unwrap();
    }
    assert!(two.calls.count() > 0, "it went on");
    is_left(&two, characters).await;
    drop(one);
    // The next start of the one that was killed books what it had bought, and its request.
    let one = start("one").await;
    let all = usage(&two, 1).await;
    assert_eq!((all.requests, all.characters), (1, (REPLY.len() - 3) as u64), "{all:?}");
    drop(one);

    // One that nobody hears to its end costs what was made of it.
    let (mut one, other) = (start("one").await, json!({ "text": REPLY.replace("sentence", "phrase") }));
    let url = text(&one.links(&other).await, "url");
    let there = two.answer(Request::get(&url).body(Body::empty()).unwrap()).await;
    let mut hearing = there.into_body().into_data_stream();
    hearing.next().await.unwrap().unwrap();
    let before = two.calls.count();
    one.kill();
    until("another goes on", || two.calls.count() > before).await;
    drop(hearing);
    until("and ends", || two.flights() == 0).await;
    until_free(&two).await;
    let (left, planned) = (left(&two, What::Characters).await, REPLY.len() as u64);
    assert!(left > characters - planned + 10, "{left}: not all of it was made");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn what_is_handed_over_is_settled_in_parts_and_needs_no_second_place() {
    let (redis, folder) = (Redis::start().await, TempDir::new().unwrap());
    let start = async |name: &str| Gateway::start(fake(), limited(&redis, folder.path(), name)).await;
    let (one, two) = (start("one").await, start("two").await);
    let url = text(&one.links(&json!({ "text": REPLY })).await, "url");
    let there = two.answer(Request::get(&url).body(Body::empty()).unwrap()).await;
    let mut there = there.into_body().into_data_stream();
    for _ in 0..3 {
        there.next().await.unwrap().unwrap();
    }
    one.app.stop();
    while let Some(piece) = there.next().await {
        piece.unwrap();
    }
    assert!(two.calls.count() > 0, "it went on");
    until_free(&two).await;
    // A sentence that was under way as it was left counts for both.
    let used = 1000 - left(&two, What::Characters).await;
    let whole = REPLY.len() as u64 - 3;
    assert!((whole..=whole + 60).contains(&used), "{used}");
    let all = usage(&two, 1).await;
    assert_eq!((all.requests, all.characters, all.cancelled), (1, (REPLY.len() - 3) as u64, 0), "{all:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn whoever_goes_on_buys_no_further_ahead_than_whoever_began() {
    const AHEAD: f64 = 3.0;
    let redis = Redis::start().await;
    let ahead = || Settings { lookahead: Some(Duration::from_secs_f64(AHEAD)), ..settings(Some(&redis)) };
    let fake = || Fake::named("fake").paid();
    let mut one = Gateway::start(fake(), ahead()).await;
    let two = Gateway::start(fake(), ahead()).await;
    let sentences: Vec<_> = (0..9).map(|number| format!("This is sentence number {number}.")).collect();
    let url = text(&one.links(&json!({ "text": sentences.join(" "), "format": "pcm" })).await, "url");
    let there = two.answer(Request::get(&url).body(Body::empty()).unwrap()).await;
    let mut there = there.into_body().into_data_stream();
    let (mut heard, mut came) = (0, Vec::new());
    let mut begun = None;
    while let Some(piece) = there.next().await {
        heard += piece.unwrap().len();
        let begun = *begun.get_or_insert_with(Instant::now);
        came.push((begun.elapsed().as_secs_f64(), heard as f64 / 48_000.0));
        if came.len() == 1 {
            one.kill();
        }
    }
    assert!(two.calls.count() > 1, "it went on");
    let all = came.last().unwrap().1;
    let longest = all / sentences.len() as f64 * 1.5;
    assert!(all > 4.0 * AHEAD, "{all} s");
    for (at, seconds) in came {
        // Two are made at once, and what begins within the time ahead is bought whole.
        assert!(seconds <= at * 1.25 + AHEAD + 2.0 * longest, "{seconds} s after {at} s");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn what_is_stored_lies_in_redis_for_a_few_seconds_only() {
    let redis = Redis::start().await;
    let one = Gateway::start(Fake::named("fake"), settings(Some(&redis))).await;
    let request = crate::shared::post().body(Body::from(json!({ "text": REPLY }).to_string())).unwrap();
    assert!(!hear(one.answer(request).await).await.broken);
    // It is told beside the flight, which is over soon.
    let told = async {
        loop {
            let records: Vec<String> =
                redis.ask(redis::cmd("KEYS").arg("{saywell}:flights:parts:*").take()).await;
            if !records.is_empty() {
                return records;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let records = tokio::time::timeout(Duration::from_secs(3), told).await.expect("it is told");
    let kept: i64 = redis.ask(redis::cmd("PTTL").arg(&records[0]).take()).await;
    assert!(records.len() == 1 && kept <= 60_000, "{records:?}: {kept}");
    let landed = async {
        while redis.ask::<i64>(redis::cmd("PTTL").arg(&records[0]).take()).await > 5_000 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(3), landed).await.expect("it is stored");
}
