//! Usage: a row for every request, whatever became of it, and reports of them.

use std::path::Path;
use std::time::Duration;

use saywell::config::Settings;
use saywell::price::{Price, Unit};
use saywell::provider::ProviderError;
use saywell::providers::fake::Fake;
use serde_json::{Value, json};

use crate::support::{Gateway, settings};

/// The report, as an operator gets it, once everything is written down; it has as many requests.
async fn report(gateway: &Gateway, query: &str, requests: u64) -> Vec<Value> {
    gateway.settle().await;
    gateway.app.clone().close(Duration::from_secs(20)).await;
    let answer = gateway.get(&format!("/admin/api/usage?{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let lines = answer.json()["lines"].as_array().unwrap().clone();
    assert_eq!(lines.iter().map(|line| line["requests"].as_u64().unwrap()).sum::<u64>(), requests);
    lines
}

fn paid() -> (Fake, Settings) {
    let price = Price {
        kind: "fake".into(),
        model: "*".into(),
        voice: "*".into(),
        unit: Unit::Characters,
        per_million: 1e6,
        currency: "EUR".into(),
        source: String::new(),
    };
    (Fake::named("fake").paid(), Settings { prices: vec![price], ..settings() })
}

#[tokio::test]
async fn a_request_is_taken_down_on_the_plan_that_an_operator_gave() {
    let gateway = Gateway::new().await;
    let change =
        json!({ "action": "set_plan", "subject": { "kind": "room", "id": "kitchen" }, "plan": "member" });
    assert_eq!(gateway.post("/admin/api/controls", &change).await.status, 200);
    assert_eq!(gateway.post("/tts", &json!({ "text": "Hello there.", "room": "kitchen" })).await.status, 200);
    assert_eq!(gateway.post("/tts", &json!({ "text": "Hello there.", "room": "cellar" })).await.status, 200);
    let plans = report(&gateway, "by=plan", 2).await;
    let names: Vec<_> = plans.iter().map(|line| line["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["admin", "member"]);
}

#[tokio::test]
async fn every_request_has_its_row_and_what_it_cost() {
    let (fake, settings) = paid();
    let gateway = Gateway::with(fake, settings).await;
    let ask = json!({ "text": "Hello there.", "room": "kitchen", "message_id": "m1" });
    assert_eq!(gateway.post("/tts", &ask).await.status, 200);
    gateway.settle().await;
    assert_eq!(gateway.post("/tts", &ask).await.header("x-tts-cache"), "hit");
    let refused = json!({ "text": "Hello there.", "room": "cellar", "voice": "nobody" });
    assert_eq!(gateway.post("/tts", &refused).await.error().1, "unknown_voice");

    let rooms = report(&gateway, "by=room", 3).await;
    let brief: Vec<_> = rooms
        .iter()
        .map(|line| {
            json!([line["name"], line["requests"], line["cached"], line["refused"], line["sent_characters"]])
        })
        .collect();
    assert_eq!(
        brief,
        [json!(["cellar", 1, 0, 1, 0]), json!(["kitchen", 1, 1, 0, 0]), json!(["kitchen", 1, 0, 0, 12]),]
    );
    assert_eq!((&rooms[2]["cost"], &rooms[2]["currency"]), (&json!(12.0), &json!("EUR")));
    assert!(rooms[2]["made_seconds"].as_f64().unwrap() > 0.0);
    assert_eq!(rooms[1]["characters"], rooms[2]["characters"]);
    let messages = report(&gateway, "by=message", 3).await;
    assert_eq!(messages.iter().filter(|line| line["name"] == "m1").count(), 2, "one line a currency");
    let days = report(&gateway, "", 3).await;
    assert_eq!(days[0]["name"], "2026-01-01");
}

#[tokio::test]
async fn failed_and_abandoned_requests_have_theirs() {
    let fake = Fake::named("fake").failing(ProviderError::Unavailable("is down".into()));
    let gateway = Gateway::with(fake, settings()).await;
    assert_eq!(
        gateway.post("/tts", &json!({ "text": "Hello there." })).await.error().1,
        "providers_exhausted"
    );
    let lines = report(&gateway, "by=provider", 1).await;
    assert_eq!((&lines[0]["failed"], &lines[0]["name"]), (&json!(1), &json!("fake")));
}

#[tokio::test]
async fn reports_are_for_operators_and_say_what_is_wrong_with_a_question() {
    let gateway = Gateway::new().await;
    for (query, param) in [
        ("since=yesterday", "since"),
        ("since=2026-11-02&until=2026-11-01", "since"),
        ("limit=0", "limit"),
        ("by=moon", "query"),
    ] {
        let (status, code, named) = gateway.get(&format!("/admin/api/usage?{query}")).await.error();
        assert_eq!((status, code.as_str(), named.as_str()), (400, "invalid_request", param), "{query}");
    }
    assert!(
        gateway.post("/tts", &json!({ "text": "Hello there.", "room": "=1+1" })).await.status.is_success()
    );
    report(&gateway, "", 1).await;
    for answer in [
        gateway.get("/admin/api/usage?by=room&format=csv").await,
        gateway.get_with("/admin/api/usage?by=room", "accept", "text/csv").await,
    ] {
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
        let text = answer.text();
        let lines: Vec<_> = text.lines().collect();
        assert!(lines[0].starts_with("room,currency,requests,"), "{text}");
        assert!(lines[1].starts_with("'=1+1,,1,"), "{text}");
    }
    let settings = Settings { auth: vec![saywell::identity::Mode::Trial], ..settings() };
    let gateway = Gateway::with(Fake::named("fake"), settings).await;
    assert_eq!(gateway.get("/admin/api/usage").await.error().1, "forbidden");
}

#[tokio::test]
async fn texts_are_kept_only_where_the_operator_wants_them() {
    for keeps in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let settings =
            Settings { database_url: None, data_dir: folder.path().into(), log_text: keeps, ..settings() };
        let gateway = Gateway::with(Fake::named("fake"), settings).await;
        let text = "The password is swordfish.";
        gateway.post("/tts", &json!({ "text": text })).await;
        report(&gateway, "", 1).await;
        let within = |path: &Path| std::fs::read_dir(path).unwrap().map(|file| file.unwrap().path());
        let (folders, mut files): (Vec<_>, Vec<_>) = within(folder.path()).partition(|path| path.is_dir());
        files.extend(folders.iter().flat_map(|folder| within(folder)));
        let files = files.iter().map(|file| std::fs::read(file).unwrap());
        let found =
            files.into_iter().any(|file| file.windows(text.len()).any(|part| part == text.as_bytes()));
        assert_eq!(found, keeps);
    }
}

/// What an operator is told of how replies were listened to.
async fn listened(gateway: &Gateway, query: &str) -> Value {
    let answer = gateway.get(&format!("/admin/api/listening?{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn what_players_tell_of_listening_is_counted_where_the_operator_wants_it() {
    // As the player's event has it.
    let figure = |what: &str, more: Value| {
        let mut figure = json!({
            "what": what, "listening": 1, "quarter": null, "position": 0.0, "duration": 20.0, "heard": 0.0,
            "speed": 1.25, "by": "gateway", "provider": "fake", "voice": "tone", "room": "kitchen", "failure": null,
        });
        figure.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        figure
    };
    let silent = Gateway::new().await;
    assert_eq!(silent.get("/tts/config").await.json()["listening"], false);
    assert_eq!(silent.post("/tts/listening", &figure("started", json!({}))).await.error().1, "not_found");
    assert_eq!(listened(&silent, "").await["enabled"], false);

    let gateway = Gateway::with(Fake::named("fake"), Settings { listening: true, ..settings() }).await;
    assert_eq!(gateway.get("/tts/config").await.json()["listening"], true);
    let told = [
        figure("started", json!({})),
        figure("quarter", json!({ "quarter": 1 })),
        figure("stopped", json!({ "position": 8.2, "heard": 8.0 })),
        figure("started", json!({ "room": null })),
        figure("quarter", json!({ "room": null, "quarter": 4 })),
        figure("finished", json!({ "room": null, "position": 20.0, "heard": 19.5 })),
        figure("started", json!({ "by": "browser", "provider": null, "voice": "Google US English" })),
        figure("stopped", json!({ "by": "browser", "voice": "Google US English", "failure": "silent" })),
    ];
    for one in &told {
        let answer = gateway.post("/tts/listening", one).await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0), "{one}: {}", answer.text());
    }
    let voices = listened(&gateway, "by=voice&since=2026-01-01&until=2026-01-01").await;
    assert_eq!(
        voices,
        json!({
            "enabled": true, "by": "voice", "since": "2026-01-01", "until": "2026-01-01",
            "lines": [
                {
                    "name": "tone", "provider": "fake", "started": 2, "quarters": [1, 0, 0, 1], "finished": 1,
                    "stopped": 1, "failed": 0, "median_stop": 0.4, "heard_seconds": 27.5,
                },
                {
                    "name": "Google US English", "provider": "browser", "started": 1, "quarters": [0, 0, 0, 0],
                    "finished": 0, "stopped": 0, "failed": 1, "median_stop": null, "heard_seconds": 0.0,
                },
            ],
        })
    );
    let rooms = listened(&gateway, "by=room").await["lines"].clone();
    let brief = |line: &Value| json!([line["name"], line["started"], line["finished"]]);
    let rooms: Vec<_> = rooms.as_array().unwrap().iter().map(brief).collect();
    assert_eq!(rooms, [json!(["kitchen", 2, 0]), json!(["", 1, 1])]);
    assert!(gateway.get("/metrics").await.text().contains("saywell_listening_total{what=\"quarter\"}"));
    assert_eq!(listened(&gateway, "since=2025-01-01&until=2025-12-31").await["lines"], json!([]));
}

#[tokio::test]
async fn figures_of_listening_that_are_not_right_are_refused_by_name() {
    let gateway = Gateway::with(Fake::named("fake"), Settings { listening: true, ..settings() }).await;
    for (figure, param) in [
        (json!({ "what": "sung" }), "what"),
        (json!({ "what": "quarter" }), "quarter"),
        (json!({ "what": "quarter", "quarter": 5 }), "quarter"),
        (json!({ "what": "stopped", "position": -1 }), "position"),
        (json!({ "what": "stopped", "heard": 1e6 }), "heard"),
        (json!({ "what": "started", "text": "Hello there." }), "text"),
        (json!({ "what": "started", "voice": "a\nb" }), "voice"),
        (json!({ "what": "started", "room": "r".repeat(201) }), "room"),
    ] {
        let error = gateway.post("/tts/listening", &figure).await.error();
        assert_eq!(error, (400, "invalid_request".into(), param.into()), "{figure}");
    }
    let long = json!({ "what": "started", "voice": "v".repeat(5000) });
    assert_eq!(gateway.post("/tts/listening", &long).await.status, 413);
    assert_eq!(listened(&gateway, "").await["lines"], json!([]));
    for query in ["by=user", "limit=0", "limit=1001", "since=yesterday"] {
        assert_eq!(gateway.get(&format!("/admin/api/listening?{query}")).await.error().0, 400, "{query}");
    }

    // Whoever tells more than a player does has to wait.
    let told = json!({ "what": "started" });
    for _ in 0..60 {
        assert_eq!(gateway.post("/tts/listening", &told).await.status, 204);
    }
    let answer = gateway.post("/tts/listening", &told).await;
    assert_eq!((answer.error().1.as_str(), answer.header("retry-after")), ("rate_limited", "60"));
    gateway.clock.advance(Duration::from_mins(1));
    assert_eq!(gateway.post("/tts/listening", &told).await.status, 204);

    // It is for operators to read, and only for those who may speak to tell.
    let trial = Settings { auth: vec![saywell::identity::Mode::Trial], listening: true, ..settings() };
    let gateway = Gateway::with(Fake::named("fake"), trial).await;
    assert_eq!(gateway.post("/tts/listening", &told).await.status, 204);
    assert_eq!(gateway.get("/admin/api/listening").await.error().1, "forbidden");
    let keyed = Settings { auth: vec![saywell::identity::Mode::Key], listening: true, ..settings() };
    let gateway = Gateway::with(Fake::named("fake"), keyed).await;
    assert_eq!(gateway.post("/tts/listening", &told).await.error().1, "unauthorized");
}

#[tokio::test]
async fn an_operator_is_told_why_somebody_was_refused() {
    let gateway = Gateway::new().await;
    for voice in ["nobody", "tone"] {
        gateway.post("/tts", &json!({ "text": "Hello there.", "room": "kitchen", "voice": voice })).await;
    }
    // What stands in the books is what the caller was told.
    let silent = gateway.post("/tts", &json!({ "text": "👍", "room": "kitchen" })).await;
    assert_eq!(silent.error().1, "nothing_to_say");
    let blocked =
        json!({ "action": "set_blocked", "subject": { "kind": "room", "id": "kitchen" }, "blocked": true });
    assert_eq!(gateway.post("/admin/api/controls", &blocked).await.status, 200);
    gateway.clock.advance(Duration::from_secs(5));
    for _ in 0..2 {
        let refused = gateway.post("/tts", &json!({ "text": "Hello there.", "room": "kitchen" })).await;
        assert_eq!(refused.error().1, "forbidden");
    }
    report(&gateway, "", 5).await;
    let why = gateway.get("/admin/api/refusals?room=kitchen").await.json();
    let brief: Vec<_> = why["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| json!([line["error"], line["requests"]]))
        .collect();
    assert_eq!(brief, [json!(["forbidden", 2]), json!(["nothing_to_say", 1]), json!(["unknown_voice", 1])]);
    let [last, first] = [0, 1].map(|at| why["lines"][at]["last_at"].as_u64().unwrap());
    assert_eq!(last - first, 5);
    assert_eq!(gateway.get("/admin/api/refusals?room=cellar&hours=744").await.json()["lines"], json!([]));
    for query in ["", "user=ann&room=kitchen", "user=ann&hours=0"] {
        assert_eq!(gateway.get(&format!("/admin/api/refusals?{query}")).await.error().0, 400, "{query}");
    }
}
