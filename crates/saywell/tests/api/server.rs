//! What the server says of itself, its pages, and its contract.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use futures::future::try_join_all;
use saywell::config::Settings;
use saywell::http::server;
use saywell::providers::fake::Fake;
use serde_json::json;
use sha2::Digest as _;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{Gateway, settings};

#[tokio::test]
async fn it_says_what_a_player_needs() {
    let gateway = Gateway::new().await;
    let config = gateway.get("/tts/config").await.json();
    assert_eq!(config["formats"][0], "mp3");
    assert_eq!(config["speeds"], json!({ "min": 0.5, "max": 2.0 }));
    assert_eq!(gateway.get("/tts/voices").await.json()["voices"][0]["id"], "tone");
    assert_eq!(gateway.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn the_contract_names_every_route() {
    let contract = Gateway::new().await.get("/openapi.json").await.json();
    let paths: Vec<_> = contract["paths"].as_object().unwrap().keys().cloned().collect();
    for path in [
        "/tts", "/tts/audio/{file}", "/tts/captions/{file}", "/tts/config", "/tts/voices",
        "/v1/audio/speech", "/v1/models", "/v1/audio/voices", "/healthz", "/readyz", "/metrics",
    ] {
        assert!(paths.iter().any(|known| known == path), "{path} is not in {paths:?}");
    }
    assert!(contract["openapi"].as_str().unwrap().starts_with("3."));
    let who = |path: &str, call: &str| contract["paths"][path][call]["security"][0].clone();
    assert_eq!(who("/tts", "post"), json!({ "bearer": [] }));
    assert_eq!(who("/healthz", "get"), json!(null), "for everybody");
    assert_eq!(contract["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
}

#[tokio::test]
async fn a_crowd_that_comes_at_once_is_let_wait() {
    let system = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap_or_default();
    let crowd = system.trim().parse().unwrap_or(128).min(500);
    let listener = server::listen("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    // Nobody is accepted, so whoever finds the queue full never gets through.
    let calls = try_join_all((0..crowd).map(|_| TcpStream::connect(address)));
    let connected = timeout(Duration::from_secs(20), calls).await.expect("there is room for all of them");
    assert_eq!(connected.unwrap().len(), crowd);
}

#[tokio::test]
async fn pages_load_nothing_from_elsewhere() {
    let gateway = Gateway::new().await;
    let page = gateway.get("/").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("media-src 'self' blob:"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let script = gateway.get("/player/define.js").await;
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    let unchanged = gateway.get_with("/player/define.js", "if-none-match", script.header("etag")).await;
    assert_eq!(unchanged.status, 304);
    assert_eq!(gateway.get("/player/package.json").await.status, 404, "only what pages need is served");
    assert_eq!(gateway.get("/player/test/browser.test.js").await.status, 404);
}

#[tokio::test]
async fn a_page_can_hold_on_to_one_version_of_the_player() {
    let gateway = Gateway::new().await;
    let named = gateway.get("/player/integrity.json").await;
    assert_eq!(named.header("access-control-allow-origin"), "*");
    let named = named.json();
    let address = named["script"].as_str().unwrap();
    assert!(address.contains(named["version"].as_str().unwrap()), "{address}");
    let script = gateway.get(address).await;
    assert_eq!(script.status, 200);
    assert_eq!(script.header("cache-control"), "public, max-age=31536000, immutable");
    let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha384::digest(script.text()));
    assert_eq!(named["integrity"][address], format!("sha384-{hash}"));
    assert_eq!(gateway.get("/player/define.js").await.text(), script.text());
    assert_eq!(gateway.get("/player/0.0.0-00000000/define.js").await.error().0, 404);
}

#[tokio::test]
async fn counts_what_it_does() {
    let gateway = Gateway::new().await;
    gateway.post("/tts", &json!({ "text": "Counted." })).await;
    // The recorder is the process's; whoever asks first starts it.
    gateway.get("/metrics").await;
    gateway.post("/tts", &json!({ "text": "Counted again, and at some length." })).await;
    gateway.settle().await;
    let longer = "Counted again, and at some length. The first sentence of this is known.";
    for _ in 0..2 {
        gateway.post("/tts", &json!({ "text": longer, "format": "wav" })).await;
        gateway
            .post("/tts", &json!({ "text": format!("{longer} The last is not."), "format": "flac" }))
            .await;
        gateway.settle().await;
    }
    let metrics = gateway.get("/metrics").await.text();
    assert!(metrics.contains("saywell_requests_total{cache=\"miss\""), "{metrics}");
    for outcome in ["partial", "hit"] {
        let line = format!("saywell_requests_total{{cache=\"{outcome}\"");
        assert!(metrics.contains(&line), "{line}: {metrics}");
    }
    assert!(metrics.contains("saywell_calls_total{provider=\"fake\",outcome=\"spoken\"}"), "{metrics}");
}

#[tokio::test]
async fn counts_what_operators_ask_for() {
    let gateway = Gateway::new().await;
    gateway.get("/metrics").await;
    gateway.post("/tts", &json!({ "text": "Counted by route." })).await;
    gateway.post("/tts", &json!({ "text": "Counted by route.", "speed": "fast" })).await;
    gateway.get("/nowhere/at/all?or=there").await;
    gateway.settle().await;
    let metrics = gateway.get("/metrics").await.text();
    for line in [
        "saywell_http_requests_total{route=\"/tts\",method=\"POST\",status=\"200\"} ",
        "saywell_http_requests_total{route=\"/tts\",method=\"POST\",status=\"400\"} ",
        "saywell_http_requests_total{route=\"none\",method=\"GET\",status=\"404\"} ",
        "saywell_http_seconds_count{route=\"/tts\"} ",
        "saywell_cache_evictions_total{reason=\"room\"} ",
        concat!("saywell_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1"),
        "saywell_gateway_info{gateway=\"",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    assert!(!metrics.contains("nowhere"), "whoever looks for holes makes no series");
    let value = |name: &str| -> f64 {
        let line = metrics.lines().find(|line| line.starts_with(&format!("{name} ")));
        line.and_then(|line| line.split(' ').nth(1)).and_then(|value| value.parse().ok()).unwrap_or(-1.0)
    };
    assert!(value("saywell_cache_bytes") > 1000.0, "what was spoken is kept: {metrics}");
    assert!(value("saywell_cache_max_bytes") > value("saywell_cache_bytes"));
    if cfg!(target_os = "linux") {
        assert!(value("process_resident_memory_bytes") > 1e6, "{metrics}");
        assert!(value("process_open_fds") > 3.0 && value("process_start_time_seconds") > 1e9, "{metrics}");
    }
}

#[tokio::test]
async fn proxies_are_told_not_to_gather_what_is_still_made() {
    let gateway = Gateway::new().await;
    let ask = json!({ "text": "Hello there." });
    assert_eq!(gateway.post("/tts", &ask).await.header("x-accel-buffering"), "no");
    gateway.settle().await;
    assert_eq!(gateway.post("/tts", &ask).await.header("x-accel-buffering"), "");
}

#[tokio::test]
async fn only_pages_of_named_origins_may_read_answers() {
    let origins = vec!["https://chat.example.com".to_owned()];
    let gateway = Gateway::with(Fake::named("fake"), Settings { cors_origins: origins, ..settings() }).await;
    let asks = async |origin: &str| {
        let request =
            Request::options("/tts").header("origin", origin).header("access-control-request-method", "POST");
        gateway
            .send(request.body(Body::empty()).unwrap())
            .await
            .header("access-control-allow-origin")
            .to_owned()
    };
    assert_eq!(asks("https://chat.example.com").await, "https://chat.example.com");
    assert_eq!(asks("https://elsewhere.example").await, "");
}

#[tokio::test]
async fn a_request_keeps_the_name_it_came_with_if_it_is_one() {
    let gateway = Gateway::new().await;
    assert_eq!(
        gateway.get_with("/healthz", "x-request-id", "abc-123").await.header("x-request-id"),
        "abc-123"
    );
    assert_eq!(gateway.get_with("/healthz", "x-request-id", "a b").await.header("x-request-id").len(), 16);
}
