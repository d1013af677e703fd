//! `/admin/api`: what an operator sees and steers.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use futures::StreamExt;
use saywell::app::App;
use saywell::clock::Clock;
use saywell::config::Settings;
use saywell::http::router;
use saywell::provider::ProviderError;
use saywell::providers::fake::Fake;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{Gateway, settings};

const CONTROLS: &str = "/admin/api/controls";

/// Makes a change that must be taken.
async fn change(gateway: &Gateway, change: Value) -> Value {
    let answer = gateway.post(CONTROLS, &change).await;
    assert_eq!(answer.status, 200, "{change}: {}", answer.text());
    answer.json()
}

async fn speak(gateway: &Gateway, text: &str) -> crate::support::Answer {
    gateway.post("/tts", &json!({ "text": text })).await
}

/// What is in the audit log, oldest first: who, what, particulars.
async fn log(gateway: &Gateway) -> Vec<(String, String, Value)> {
    let audit = gateway.get("/admin/api/audit").await.json();
    let text = |entry: &Value, field: &str| entry[field].as_str().unwrap().to_owned();
    let entries = audit["entries"].as_array().unwrap().iter().rev();
    entries.map(|entry| (text(entry, "who"), text(entry, "action"), entry["details"].clone())).collect()
}

async fn two_providers() -> Gateway {
    let (first, second) = (Fake::named("first"), Fake::named("second"));
    let calls = first.calls();
    let settings = Settings { provider: "first".into(), fallback: vec!["second".into()], ..settings() };
    Gateway::with_chain(vec![Arc::new(first), Arc::new(second)], calls, settings).await
}

#[tokio::test]
async fn the_flag_is_flipped_and_flipped_back() {
    let gateway = Gateway::new().await;
    let off = change(&gateway, json!({ "action": "set_enabled", "enabled": false })).await;
    assert_eq!((off["enabled"].as_bool(), off["state"]["revision"].as_u64()), (Some(false), Some(1)));
    assert_eq!(speak(&gateway, "Hello.").await.error().1, "tts_disabled");
    assert_eq!(gateway.get("/tts/config").await.json()["enabled"], false);
    change(&gateway, json!({ "action": "set_enabled", "enabled": null })).await;
    assert_eq!(speak(&gateway, "Hello.").await.status, 200);
    let operator = || "operator".to_owned();
    assert_eq!(
        log(&gateway).await,
        [
            (operator(), "set_enabled".to_owned(), json!({ "enabled": false })),
            (operator(), "set_enabled".to_owned(), json!({ "enabled": null })),
        ]
    );
}

#[tokio::test]
async fn a_provider_that_is_switched_off_is_not_asked_any_more() {
    let gateway = two_providers().await;
    assert_eq!(speak(&gateway, "One.").await.header("x-tts-provider"), "first");
    let after =
        change(&gateway, json!({ "action": "set_provider", "provider": "first", "enabled": false })).await;
    assert_eq!((&after["chain"], &after["providers"]), (&json!(["second"]), &json!(["first", "second"])));
    // The same text, which is cached in the first one's voice, is spoken by the second.
    assert_eq!(speak(&gateway, "One.").await.header("x-tts-provider"), "second");
    let config = gateway.get("/tts/config").await.json();
    assert_eq!((&config["providers"], &config["default_provider"]), (&json!(["second"]), &json!("second")));
    let named = gateway.post("/tts", &json!({ "text": "One.", "provider": "first" })).await;
    assert_eq!((named.status.as_u16(), named.header("x-tts-provider")), (200, "second"));
    assert!(named.header("x-tts-notes").contains("first does not speak"), "{}", named.header("x-tts-notes"));

    change(&gateway, json!({ "action": "set_provider", "provider": "second", "enabled": false })).await;
    let nobody = speak(&gateway, "Two.").await;
    assert_eq!((nobody.status.as_u16(), nobody.error().1.as_str()), (503, "providers_exhausted"));
    assert_eq!(gateway.get("/readyz").await.status, 503);
    change(&gateway, json!({ "action": "set_provider", "provider": "first", "enabled": true })).await;
    assert_eq!(speak(&gateway, "Two.").await.header("x-tts-provider"), "first");
}

#[tokio::test]
async fn a_flight_in_the_air_goes_on_with_the_next_provider() {
    let first = Fake::named("first").delayed(Duration::from_millis(5));
    let calls = first.calls();
    let settings = Settings { provider: "first".into(), fallback: vec!["second".into()], ..settings() };
    let chain = vec![Arc::new(first) as _, Arc::new(Fake::named("second")) as _];
    let gateway = Gateway::with_chain(chain, calls, settings).await;
    let text = (0..40).map(|n| format!("This is sentence number {n} of a reply. ")).collect::<String>();
    let request = Request::post("/tts").header("content-type", "application/json");
    let request = request.body(Body::from(json!({ "text": text }).to_string())).unwrap();
    let response = router(gateway.app.clone()).oneshot(request).await.unwrap();
    let mut pieces = response.into_body().into_data_stream();
    pieces.next().await.unwrap().unwrap();
    change(&gateway, json!({ "action": "set_provider", "provider": "first", "enabled": false })).await;
    let asked = gateway.calls.count();
    while let Some(piece) = pieces.next().await {
        piece.unwrap();
    }
    assert!(asked < 40, "it was switched off too late to see anything");
    assert_eq!(gateway.calls.count(), asked, "not one utterance more");
}

#[tokio::test]
async fn the_order_of_the_chain_is_an_operators() {
    let gateway = two_providers().await;
    let after = change(&gateway, json!({ "action": "set_provider_order", "order": ["second"] })).await;
    assert_eq!(after["chain"], json!(["second", "first"]));
    assert_eq!(speak(&gateway, "One.").await.header("x-tts-provider"), "second");
    change(&gateway, json!({ "action": "set_provider_order", "order": null })).await;
    assert_eq!(speak(&gateway, "One.").await.header("x-tts-provider"), "first");
}

#[tokio::test]
async fn plans_grants_and_blocks_are_in_force_and_in_the_log() {
    let gateway = Gateway::new().await;
    let ann = json!({ "kind": "user", "id": "ann" });
    change(&gateway, json!({ "action": "set_plan", "subject": ann, "plan": "member" })).await;
    let kitchen = json!({ "kind": "room", "id": "kitchen" });
    change(&gateway, json!({ "action": "set_blocked", "subject": kitchen, "blocked": true })).await;
    let expires_at = gateway.clock.now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() + 60;
    let grant = json!({
        "action": "add_grant", "subject": ann, "unit": "characters", "amount": 5000, "expires_at": expires_at,
    });
    let state = change(&gateway, grant).await["state"].clone();
    assert_eq!(state["user_plans"], json!({ "ann": "member" }));
    assert_eq!(state["blocked_rooms"], json!(["kitchen"]));
    assert_eq!(state["grants"][0]["subject"], ann);
    let removed = change(&gateway, json!({ "action": "remove_grant", "id": state["grants"][0]["id"] })).await;
    assert_eq!(removed["state"]["grants"], json!([]));
    let actions: Vec<_> = log(&gateway).await.into_iter().map(|(_, action, _)| action).collect();
    assert_eq!(actions, ["set_plan", "set_blocked", "add_grant", "remove_grant"]);
}

#[tokio::test]
async fn what_is_not_right_is_refused_by_name() {
    let gateway = Gateway::new().await;
    for (asked, code, param) in [
        (
            json!({ "action": "set_provider", "provider": "nobody", "enabled": true }),
            "unknown_provider",
            "provider",
        ),
        (json!({ "action": "set_provider_order", "order": ["nobody"] }), "unknown_provider", "provider"),
        (json!({ "action": "remove_grant", "id": "none" }), "invalid_request", "id"),
        (
            json!({ "action": "set_plan", "subject": { "kind": "user", "id": "ann" }, "plan": "gold" }),
            "invalid_request",
            "plan",
        ),
        (json!({ "action": "fly" }), "invalid_request", "action"),
        (json!({ "action": "purge", "filter": {}, "removed": 1 }), "invalid_request", "action"),
    ] {
        let (status, got, at_fault) = gateway.post(CONTROLS, &asked).await.error();
        assert_eq!((status, got.as_str()), (400, code), "{asked}");
        if asked["action"] != "fly" && asked["action"] != "purge" {
            assert_eq!(at_fault, param, "{asked}");
        }
    }
    let gold = json!({ "action": "set_plan", "subject": { "kind": "room", "id": "den" }, "plan": "gold" });
    let message = gateway.post(CONTROLS, &gold).await.text();
    assert!(message.contains("there is admin, member, trial"), "{message}");
    let plans = gateway.get(CONTROLS).await.json()["plans"].clone();
    assert_eq!(plans, json!(["admin", "member", "trial"]));
    for query in ["hours=0", "hours=745", "hours=x", "days=1"] {
        assert_eq!(gateway.get(&format!("/admin/api/overview?{query}")).await.error().0, 400, "{query}");
    }
    for query in ["limit=0", "limit=201", "before=x"] {
        assert_eq!(gateway.get(&format!("/admin/api/audit?{query}")).await.error().0, 400, "{query}");
    }
    assert!(log(&gateway).await.is_empty());
}

#[tokio::test]
async fn the_cache_is_purged_by_what_is_said_and_by_nothing_else() {
    let gateway = two_providers().await;
    let purge = async |what: Value| {
        let answer = gateway.post("/admin/api/cache/purge", &what).await;
        assert_eq!(answer.status, 200, "{what}: {}", answer.text());
        answer.json()["removed"].as_u64().unwrap()
    };
    let links = gateway.links(&json!({ "text": "One." })).await;
    gateway.post("/tts", &json!({ "text": "One.", "provider": "second" })).await;
    gateway.settle().await;
    let cached = async |provider: &str| {
        let answer = gateway.post("/tts", &json!({ "text": "One.", "provider": provider })).await;
        let cached = answer.header("x-tts-cache") == "hit";
        gateway.settle().await;
        cached
    };
    assert!(cached("first").await && cached("second").await);

    assert_eq!(purge(json!({ "provider": "elsewhere" })).await, 0);
    assert_eq!(purge(json!({ "key": links["key"] })).await, 1);
    assert!(!cached("first").await && cached("second").await);
    assert_eq!(purge(json!({ "provider": "second", "kind": "rendition" })).await, 1);
    assert!(cached("first").await && !cached("second").await);
    assert_eq!(purge(json!({ "older_than_seconds": 60 })).await, 0);
    gateway.clock.advance(Duration::from_secs(61));
    assert!(purge(json!({ "older_than_seconds": 60, "voice": "tone" })).await >= 2);
    assert!(!cached("first").await);
    assert!(purge(json!({ "all": true })).await >= 1);

    for wrong in [
        json!({}),
        json!({ "key": "abc" }),
        json!({ "key": links["key"], "voice": "tone" }),
        json!({ "all": true, "voice": "tone" }),
        json!({ "voise": "tone" }),
        json!({ "older_than_seconds": u64::MAX }),
    ] {
        assert_eq!(gateway.post("/admin/api/cache/purge", &wrong).await.error().0, 400, "{wrong}");
    }
    let log = log(&gateway).await;
    assert_eq!(log.len(), 6, "what was refused is not there: {log:?}");
    assert_eq!(log[1].2, json!({ "filter": { "key": links["key"] }, "removed": 1 }));
}

#[tokio::test]
async fn the_overview_shows_what_was_asked_and_how_providers_are() {
    let broken = Fake::named("broken").failing(ProviderError::Misconfigured("has no key".into()));
    let calls = broken.calls();
    let settings = Settings { provider: "broken".into(), fallback: vec!["sound".into()], ..settings() };
    let chain = vec![Arc::new(broken) as _, Arc::new(Fake::named("sound")) as _];
    let gateway = Gateway::with_chain(chain, calls, settings).await;
    for n in 0..6 {
        let ask = json!({ "text": format!("This is reply {n}."), "room": "kitchen" });
        assert_eq!(gateway.post("/tts", &ask).await.status, 200);
        gateway.settle().await;
    }
    speak(&gateway, "   ").await;
    let overview = overview_with(&gateway, 11, 6).await;

    let of = |list: &str, provider: &str| {
        let rows = overview[list].as_array().unwrap();
        rows.iter()
            .find(|row| row["provider"] == provider || row["name"] == provider)
            .cloned()
            .unwrap_or_default()
    };
    assert_eq!(
        (of("series", "sound")["calls"].as_u64(), of("series", "sound")["failed"].as_u64()),
        (Some(6), Some(0))
    );
    assert_eq!(
        (of("series", "broken")["calls"].as_u64(), of("series", "broken")["failed"].as_u64()),
        (Some(5), Some(5))
    );
    assert_eq!(of("first_sound", "sound")["calls"], 6);
    assert_eq!(of("first_sound", "broken"), Value::Null, "it never made a sound");
    assert_eq!(
        (&of("providers", "broken")["breaker"], &of("providers", "sound")["breaker"]),
        (&json!("open"), &json!("closed"))
    );
    assert!(of("providers", "broken")["retry_at"].as_u64().unwrap() > overview["now"].as_u64().unwrap());
    assert_eq!(of("rooms", "kitchen")["calls"], 11);
    assert_eq!(overview["users"], json!([]));
    let answers = &overview["answers"];
    assert_eq!(answers["cache"], json!({ "miss": 6 }));
    assert_eq!(answers["errors"], json!({ "invalid_request": 1 }));
    assert_eq!(
        (&answers["first_sound"][0]["cache"], &answers["first_sound"][0]["requests"]),
        (&json!("miss"), &json!(6))
    );
    assert_eq!(overview["cache"]["clips"], 6);
    assert_eq!(overview["cache"]["content"][0]["voice"], "tone");
}

#[tokio::test]
async fn what_a_service_ends_is_in_the_overview_and_a_metric() {
    let table = "api_key = 'k'".parse().unwrap();
    let options = saywell::providers::Options { kind: None, table };
    let providers = saywell::providers::Settings {
        options: [("openai".to_owned(), options)].into(),
        ..Default::default()
    };
    let clock: Arc<dyn Clock> = Arc::new(saywell::clock::SystemClock);
    let client = saywell::net::client().unwrap();
    let openai = saywell::providers::open("openai", &providers, &client, &clock).unwrap();
    let fake = Fake::named("fake");
    let calls = fake.calls();
    let settings = Settings {
        provider: "openai".into(),
        fallback: vec!["fake".into()],
        default_voice: None,
        ..settings()
    };
    let gateway = Gateway::with_chain(vec![openai, Arc::new(fake)], calls, settings).await;
    let overview = gateway.get("/admin/api/overview?hours=1").await.json();
    let end = &overview["providers"][0]["ends"][0];
    assert_eq!((&end["day"], &end["of"]), (&json!("2027-01-06"), &json!("every model of its service")));
    assert!(end["instead"].as_str().unwrap().starts_with("openai_realtime"), "{end}");
    assert_eq!(overview["providers"][1]["ends"], json!([]));
    let metrics = gateway.get("/metrics").await.text();
    let line = metrics.lines().find(|line| line.starts_with("saywell_provider_end_timestamp_seconds{"));
    assert!(
        line.is_some_and(|line| line.contains("provider=\"openai\"") && line.ends_with(" 1799193600")),
        "{line:?}"
    );
}

/// The overview, once the ledger has written this many calls, this many requests, and one that was refused.
async fn overview_with(gateway: &Gateway, calls: u64, requests: u64) -> Value {
    let begun = std::time::Instant::now();
    loop {
        let overview = gateway.get("/admin/api/overview?hours=1").await.json();
        let series = overview["series"].as_array().unwrap();
        let written: u64 = series.iter().map(|bucket| bucket["calls"].as_u64().unwrap()).sum();
        let answered: u64 =
            overview["answers"]["cache"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
        let refused = !overview["answers"]["errors"].as_object().unwrap().is_empty();
        if written == calls && answered == requests && refused {
            return overview;
        }
        assert!(written <= calls && begun.elapsed() < Duration::from_secs(10), "{written} calls: {overview}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn keys_are_minted_shown_once_and_revoked() {
    let gateway = Gateway::new().await;
    let ask = json!({ "name": "app", "scopes": ["speak"], "limits": { "requests_per_minute": 60 } });
    let minted = gateway.post("/admin/api/keys", &ask).await.json();
    let (secret, id) = (minted["secret"].as_str().unwrap(), minted["key"]["id"].as_str().unwrap());
    assert!(secret.contains(id) && secret.len() > 64, "{secret}");
    let listed = gateway.get("/admin/api/keys").await;
    assert_eq!(listed.json()["keys"], json!([minted["key"]]));
    assert!(!listed.text().contains(secret));

    let delete = async || {
        let request = Request::delete(format!("/admin/api/keys/{id}")).body(Body::empty()).unwrap();
        gateway.send(request).await
    };
    assert!(delete().await.json()["revoked_at"].is_u64());
    assert_eq!(delete().await.error().1, "not_found");
    for wrong in [
        json!({ "name": " ", "scopes": ["speak"] }),
        json!({ "name": "app", "scopes": [] }),
        json!({ "name": "app", "scopes": ["fly"] }),
        json!({ "name": "app", "scopes": ["speak"], "expires_at": 1 }),
        json!({ "name": "app", "scopes": ["speak"], "expires_at": u64::MAX }),
        json!({ "name": "app", "scopes": ["speak"], "limits": { "concurrent": 0 } }),
        json!({ "name": "app", "scopes": ["speak"], "limits": { "money_per_day": -1.0 } }),
        json!({ "name": "app", "scopes": ["speak"], "limits": { "words_per_day": 1 } }),
    ] {
        assert_eq!(gateway.post("/admin/api/keys", &wrong).await.error().0, 400, "{wrong}");
    }
    let log = log(&gateway).await;
    assert_eq!(log.iter().map(|entry| entry.1.as_str()).collect::<Vec<_>>(), ["mint_key", "revoke_key"]);
    assert_eq!(log[0].2["limits"], json!({ "requests_per_minute": 60 }));
    assert!(log.iter().all(|entry| !entry.2.to_string().contains(secret)));
}

#[tokio::test]
async fn only_those_who_run_the_server_may() {
    let auth = vec![saywell::identity::Mode::Key];
    let gateway = Gateway::with(Fake::named("fake"), Settings { auth, ..settings() }).await;
    let key = async |admin| {
        let scopes = saywell::identity::Scopes { speak: true, admin };
        let new = saywell::identity::key::NewKey {
            name: "app".into(),
            scopes,
            limits: saywell::identity::KeyLimits::default(),
            expires_at: None,
        };
        let now = gateway.clock.now();
        saywell::identity::key::mint(&*gateway.app.store.keys, new, now).await.unwrap().0
    };
    let (speaker, operator) = (key(false).await, key(true).await);
    for path in ["overview", "controls", "audit", "keys"] {
        let path = format!("/admin/api/{path}");
        assert_eq!(gateway.get(&path).await.error().1, "unauthorized", "{path}");
        let bearer = |key: &str| format!("Bearer {key}");
        assert_eq!(gateway.get_with(&path, "authorization", &bearer(&speaker)).await.error().1, "forbidden");
        assert_eq!(gateway.get_with(&path, "authorization", &bearer(&operator)).await.status, 200, "{path}");
    }
    for path in ["controls", "cache/purge", "keys"] {
        let answer = gateway.post(&format!("/admin/api/{path}"), &json!({})).await;
        assert_eq!(answer.error().1, "unauthorized", "{path}");
    }
}

#[tokio::test]
async fn the_audit_log_is_read_page_by_page() {
    let gateway = Gateway::new().await;
    for n in 0..5 {
        let subject = json!({ "kind": "room", "id": format!("room {n}") });
        change(&gateway, json!({ "action": "set_blocked", "subject": subject, "blocked": true })).await;
    }
    let rooms = |page: &Value| -> Vec<String> {
        let entries = page["entries"].as_array().unwrap().iter();
        entries.map(|entry| entry["details"]["subject"]["id"].as_str().unwrap().to_owned()).collect()
    };
    let first = gateway.get("/admin/api/audit?limit=3").await.json();
    assert_eq!(rooms(&first), ["room 4", "room 3", "room 2"]);
    let second = gateway.get(&format!("/admin/api/audit?limit=3&before={}", first["next"])).await.json();
    assert_eq!(rooms(&second), ["room 1", "room 0"]);
    assert_eq!(second["next"], Value::Null);
}

#[tokio::test]
async fn two_gateways_on_one_database_follow_each_other() {
    let here = Gateway::new().await;
    let (clock, store) = (Arc::clone(&here.clock) as Arc<dyn Clock>, here.app.store.clone());
    let app = App::with_store(settings(), vec![Arc::new(Fake::named("fake"))], clock, store).await.unwrap();
    let there = Gateway { app, clock: Arc::clone(&here.clock), calls: Arc::default() };
    assert_eq!(speak(&there, "Hello.").await.status, 200);
    change(&here, json!({ "action": "set_enabled", "enabled": false })).await;
    let begun = std::time::Instant::now();
    while speak(&there, "Hello.").await.status == 200 {
        assert!(begun.elapsed() < Duration::from_secs(1), "the other did not follow within a second");
        tokio::task::yield_now().await;
    }
}
