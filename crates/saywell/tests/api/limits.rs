//! Limits, seen from outside: what is refused, what is told, and that nothing is lost at the edge.

#![expect(clippy::float_cmp, reason = "what is counted is exact")]

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use futures::StreamExt;
use saywell::config::Settings;
use saywell::controls::{Change, UserOrRoom};
use saywell::http::router;
use saywell::identity::Mode;
use saywell::limits::Plans;
use saywell::providers::fake::Fake;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::identity::ask;
use crate::support::{Answer, Gateway, settings};

pub fn with_plans(plans: &str) -> Settings {
    let plans = Plans::new(&plans.parse().unwrap(), toml::Table::new()).unwrap();
    Settings { plans, ..settings() }
}

/// What is left of one of the caller's limits.
async fn left(gateway: &Gateway, what: &str, per: &str) -> f64 {
    let config = gateway.get("/tts/config").await.json();
    let limits = config["limits"].as_array().unwrap();
    let limit = limits.iter().find(|limit| limit["what"] == what && limit["per"] == per);
    limit.unwrap_or_else(|| panic!("{config}"))["left"].as_f64().unwrap()
}

fn details(answer: &Answer) -> Value {
    answer.json()["error"]["details"].clone()
}

#[tokio::test]
async fn requests_that_come_too_fast_are_told_when_to_come_again() {
    let plans = "[admin]\nrequests_per_minute = 60\nburst = 2";
    let gateway = Gateway::with(Fake::named("fake"), with_plans(plans)).await;
    let body = json!({ "text": "Hello there." });
    let first = gateway.post("/tts", &body).await;
    assert_eq!(first.status, 200);
    assert_eq!(first.header("ratelimit-policy"), "\"requests\";q=60;w=60");
    assert_eq!(first.header("ratelimit"), "\"requests\";r=1;t=1");
    // Errors count as well, and say so.
    let wrong = gateway.post("/tts", &json!({ "text": "Hello.", "voice": "nobody" })).await;
    assert_eq!(wrong.error().1, "unknown_voice");
    assert_eq!(wrong.header("ratelimit"), "\"requests\";r=0;t=1");
    let refused =
        gateway.post("/v1/audio/speech", &json!({ "model": "tts-1", "input": "Hi.", "voice": "tone" })).await;
    assert_eq!(refused.error(), (429, "rate_limited".into(), String::new()));
    assert_eq!((refused.header("retry-after"), refused.header("ratelimit")), ("1", "\"requests\";r=0;t=1"));
    assert_eq!(details(&refused)["words"], "That was a little fast. Try again in a moment.");
    gateway.clock.advance(Duration::from_secs(1));
    assert_eq!(gateway.post("/tts", &body).await.status, 200, "what is cached is a request like any other");
}

#[tokio::test]
async fn what_is_used_up_is_told_with_when_it_begins_again() {
    let plans =
        "[admin]\ncharacters_per_day = 20\n[trial]\ncharacters_per_month = 10\ncharacters_per_day = 'none'";
    let gateway = Gateway::with(Fake::named("fake"), with_plans(plans)).await;
    assert_eq!(gateway.post("/tts", &json!({ "text": "Twelve chars" })).await.status, 200);
    gateway.settle().await;
    assert_eq!(left(&gateway, "characters", "day").await, 8.0);
    let refused = gateway.post("/tts", &json!({ "text": "Another one." })).await;
    assert_eq!(refused.error(), (429, "quota_exceeded".into(), String::new()));
    assert_eq!(refused.header("retry-after"), "86400", "the clock of tests stands at midnight");
    let told = details(&refused);
    assert_eq!((&told["used"], &told["allowed"], &told["asked"]), (&json!(12.0), &json!(20.0), &json!(12.0)));
    assert_eq!(told["resets_at"], 1_767_225_600 + 86_400);
    assert_eq!(
        told["words"],
        "You have used up what can be read aloud today. It begins again on 2 January, 00:00 UTC."
    );
    // From the cache it costs nothing.
    assert_eq!(gateway.post("/tts", &json!({ "text": "Twelve chars" })).await.header("x-tts-cache"), "hit");
    assert_eq!(left(&gateway, "characters", "day").await, 8.0);

    let trial = Change::SetPlan { subject: UserOrRoom::Room("porch".into()), plan: Some("trial".into()) };
    gateway.app.controls.change("operator", &trial).await.unwrap();
    let refused = gateway.post("/tts", &json!({ "text": "A guest speaks.", "room": "porch" })).await;
    assert_eq!(refused.error(), (429, "trial_exhausted".into(), String::new()));
    assert_eq!(refused.header("retry-after"), "", "waiting does not help: it is longer than all of a month");
    let early = json!({ "text": "Hi.", "room": "porch", "prefetch": true });
    assert_eq!(gateway.post("/tts", &early).await.error(), (403, "forbidden".into(), "prefetch".into()));
    let long = json!({ "text": "word ".repeat(900), "room": "porch" });
    assert_eq!(gateway.post("/tts", &long).await.error(), (429, "trial_exhausted".into(), String::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crowd_at_the_edge_gets_all_there_is_and_nothing_beyond() {
    let gateway = Gateway::with(Fake::named("fake"), with_plans("[admin]\ncharacters_per_day = 600")).await;
    // 50 replies of 20 characters each, all different: 30 of them fit.
    let asked = (0..50).map(|n| format!("This is reply no {n:02}.")).map(|text| {
        assert_eq!(text.len(), 20);
        let router = router(gateway.app.clone());
        tokio::spawn(async move {
            let request = Request::post("/tts").header("content-type", "application/json");
            let request = request.body(Body::from(json!({ "text": text }).to_string())).unwrap();
            let response = router.oneshot(request).await.unwrap();
            let status = response.status().as_u16();
            axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
            status
        })
    });
    let asked: Vec<_> = asked.collect();
    let answers = futures::future::join_all(asked).await.into_iter().map(Result::unwrap).collect::<Vec<_>>();
    gateway.settle().await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 30, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 20, "{answers:?}");
    assert_eq!(left(&gateway, "characters", "day").await, 0.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_who_ask_for_the_same_pay_for_it_once() {
    let fake = Fake::named("fake").delayed(Duration::from_millis(20));
    let gateway = Gateway::with(fake, with_plans("[admin]\ncharacters_per_day = 20\nflights = 1")).await;
    let body = json!({ "text": "Said but only once.." });
    let asked = (0..100).map(|_| gateway.post("/tts", &body));
    let answers = futures::future::join_all(asked).await;
    assert!(
        answers.iter().all(|answer| answer.status == 200),
        "{:?}",
        answers.iter().map(|a| a.status).max()
    );
    gateway.settle().await;
    assert_eq!((gateway.calls.count(), left(&gateway, "characters", "day").await), (1, 0.0));
}

#[tokio::test]
async fn a_cancelled_flight_pays_for_what_it_made_alone() {
    let plans = "[admin]\ncharacters_per_day = 10000\nflights = 3\nmoney_per_day = 5";
    let lookahead = Some(Duration::from_secs(20));
    let prices = vec![crate::money::dollar("*", 1e-6)];
    let settings = Settings { lookahead, prices, ..with_plans(plans) };
    let gateway = Gateway::with(Fake::named("fake").paid(), settings).await;
    let text: String = (0..60).map(|n| format!("This is sentence number {n:02} of a reply. ")).collect();
    let request = Request::post("/tts").header("content-type", "application/json");
    let request = request.body(Body::from(json!({ "text": text }).to_string())).unwrap();
    let mut pieces =
        router(gateway.app.clone()).oneshot(request).await.unwrap().into_body().into_data_stream();
    pieces.next().await.unwrap().unwrap();
    assert!(left(&gateway, "characters", "day").await <= 10_000.0 - 60.0 * 38.0, "all of it is reserved");
    assert_eq!(left(&gateway, "flights", "at_once").await, 2.0);
    drop(pieces);
    // It is off the board at once; what it made is settled when its work has ended.
    let mut settled = 0.0;
    for _ in 0..10_000 {
        settled = left(&gateway, "characters", "day").await;
        if left(&gateway, "flights", "at_once").await == 3.0 {
            break;
        }
        tokio::task::yield_now().await;
    }
    let used = 10_000.0 - settled;
    assert!(used > 0.0 && used <= gateway.calls.count() as f64 * 38.0, "{used} characters are paid for");
    assert!(gateway.calls.count() < 60);
}

#[tokio::test]
async fn a_flight_that_fails_costs_nothing() {
    let down = saywell::provider::ProviderError::Unavailable("is down".into());
    let plans = "[admin]\ncharacters_per_day = 100\nseconds_per_day = 60";
    let gateway = Gateway::with(Fake::named("fake").failing(down), with_plans(plans)).await;
    assert_eq!(gateway.post("/tts", &json!({ "text": "Hello there." })).await.status, 503);
    gateway.settle().await;
    assert_eq!(left(&gateway, "characters", "day").await, 100.0);
    assert_eq!(left(&gateway, "seconds", "day").await, 60.0);
}

#[tokio::test]
async fn a_plan_leaves_providers_out() {
    let chain: Vec<std::sync::Arc<dyn saywell::provider::Provider>> =
        vec![std::sync::Arc::new(Fake::named("dear")), std::sync::Arc::new(Fake::named("cheap"))];
    let calls = Fake::named("none").calls();
    let gateway = Gateway::with_chain(chain, calls, with_plans("[admin]\nproviders = ['cheap']")).await;
    let answer = gateway.post("/tts", &json!({ "text": "Hello there." })).await;
    assert_eq!(answer.header("x-tts-provider"), "cheap");
    let asked = gateway.post("/tts", &json!({ "text": "Hello there.", "provider": "dear" })).await;
    assert_eq!(asked.error(), (403, "forbidden".into(), "provider".into()));
}

#[tokio::test]
async fn a_restart_gives_nobody_their_quota_again() {
    let data = tempfile::tempdir().unwrap();
    let settings = Settings {
        data_dir: data.path().to_owned(),
        database_url: None,
        ..with_plans("[admin]\ncharacters_per_day = 20\n[admin.room]\ncharacters_per_day = 15")
    };
    let gateway = Gateway::with(Fake::named("fake"), settings.clone()).await;
    let ask = json!({ "text": "Twelve chars", "room": "kitchen" });
    assert_eq!(gateway.post("/tts", &ask).await.status, 200);
    gateway.settle().await;
    gateway.app.close(Duration::from_secs(10)).await;

    let gateway = Gateway::with(Fake::named("fake"), settings).await;
    assert_eq!(left(&gateway, "characters", "day").await, 8.0);
    let refused = gateway.post("/tts", &json!({ "text": "Fourth", "room": "kitchen" })).await;
    assert_eq!(refused.error().1, "quota_exceeded", "the room has 3 left");
    assert_eq!(gateway.post("/tts", &json!({ "text": "Fourth", "room": "hall" })).await.status, 200);
}

#[tokio::test]
async fn clearing_cookies_gives_no_new_trial() {
    let plans = "[trial]\ncharacters_per_day = 20\n[trial.address]\ncharacters_per_day = 30";
    let gateway =
        Gateway::with(Fake::named("fake"), Settings { auth: vec![Mode::Trial], ..with_plans(plans) }).await;
    // Each call comes without a cookie, and so in a session of its own.
    let fresh = async |from: &str, text: &str| {
        let answer = gateway.send_from(from, ask(text, &[])).await;
        gateway.settle().await;
        answer
    };
    assert_eq!(fresh("203.0.113.7", "Fourteen chars").await.status, 200);
    assert_eq!(fresh("203.0.113.99", "Another dozen.").await.status, 200, "the network has 30");
    let refused = fresh("203.0.113.7", "Number three.").await;
    assert_eq!(refused.error().1, "trial_exhausted", "{}", refused.text());
    assert_eq!(details(&refused)["allowed"], 30.0, "it is the network that has used it up");
    assert_eq!(fresh("198.51.100.7", "Number four.").await.status, 200, "another network is another");
}

#[tokio::test]
async fn what_a_quota_has_left_is_spoken_to_the_end_of_a_sentence() {
    let gateway = Gateway::with(Fake::named("fake"), with_plans("[admin]\ncharacters_per_day = 40")).await;
    let text = "This is the first one. And this is the second. The third comes last.";
    let links = gateway.links(&json!({ "text": text })).await;
    let at = links["continues_at"].as_u64().unwrap() as usize;
    assert_eq!(&text[..at], "This is the first one.");
    let note = links["notes"][0]["note"].as_str().unwrap();
    assert!(note.contains("the quota of characters is used up"), "{note}");
    gateway.get(links["url"].as_str().unwrap()).await;
    gateway.settle().await;
    assert_eq!(left(&gateway, "characters", "day").await, 18.0);
    // No whole sentence fits any more.
    let rest = json!({ "text": text, "start_at": at });
    assert_eq!(gateway.post("/tts", &rest).await.error(), (429, "quota_exceeded".into(), String::new()));
}

#[tokio::test]
async fn a_clock_that_jumps_an_hour_back_and_forth_stops_nobody_and_loses_nothing() {
    let plans = "[admin]\nrequests_per_minute = 60\nburst = 20\ncharacters_per_day = 1000";
    let gateway = Gateway::with(Fake::named("fake"), with_plans(plans)).await;
    // Not next to midnight, where a day's limits begin anew.
    gateway.clock.advance(Duration::from_hours(12));
    let before = json!({ "text": "Said before the clock jumped." });
    let links = gateway.links(&before).await;
    let url = links["url"].as_str().unwrap();
    assert_eq!(gateway.get(url).await.status, 200);
    gateway.settle().await;
    let spent = 1000.0 - left(&gateway, "characters", "day").await;
    for (number, jump) in ["back", "forth", "forth", "back"].into_iter().enumerate() {
        let hour = Duration::from_hours(1);
        if jump == "back" {
            gateway.clock.set_back(hour);
        } else {
            gateway.clock.advance(hour);
        }
        let again = gateway.post("/tts", &before).await;
        assert_eq!(
            (again.status.as_u16(), again.header("x-tts-cache")),
            (200, "hit"),
            "{jump}: {}",
            again.text()
        );
        // A link is good until the clock says that it is over, and again where that was not so.
        let opened = gateway.get(url).await.status;
        assert!(opened == 200 || (number == 2 && opened == 403), "{jump}: {opened}");
        for _ in 0..15 {
            let new = json!({ "text": format!("Number {number}.") });
            assert_eq!(gateway.post("/tts", &new).await.status, 200, "{jump}");
        }
        gateway.settle().await;
        // Nobody waits an hour for what a minute gives back.
        gateway.clock.advance(Duration::from_secs(20));
    }
    let left = left(&gateway, "characters", "day").await;
    assert_eq!(left, 1000.0 - spent - 4.0 * 9.0, "what was said is counted once");
}
