//! What is heard, told and taken down when a provider fails.

use std::sync::Arc;
use std::time::Duration;

use saywell::config::Settings;
use saywell::provider::{Provider, ProviderError};
use saywell::providers::fake::Fake;
use serde_json::json;

use crate::support::{Gateway, settings};

/// A gateway whose first provider is this one, and whose second speaks.
async fn with_rescue(first: Fake, settings: Settings) -> Gateway {
    let calls = first.calls();
    let chain: Vec<Arc<dyn Provider>> = vec![Arc::new(first), Arc::new(Fake::named("rescue"))];
    Gateway::with_chain(chain, calls, settings).await
}

/// A line of `/metrics`, as long as it has all of these labels.
async fn metric(gateway: &Gateway, name: &str, labels: &[&str]) -> Option<f64> {
    let page = gateway.get("/metrics").await.text();
    let line = page.lines().find(|line| {
        line.starts_with(&format!("{name}{{")) && labels.iter().all(|label| line.contains(label))
    })?;
    line.rsplit(' ').next()?.parse().ok()
}

#[tokio::test]
async fn a_provider_that_hangs_has_failed_for_want_of_time_and_was_not_cancelled() {
    let hanging = Fake::named("hanging").delayed(Duration::from_hours(1));
    let settings = Settings { first_sound_timeout: Duration::from_millis(30), ..settings() };
    let gateway = with_rescue(hanging, settings).await;
    let answer = gateway.post("/tts", &json!({ "text": "Hello there." })).await;
    assert_eq!((answer.status.as_u16(), answer.header("x-tts-provider")), (200, "rescue"));
    let of = r#"provider="hanging""#;
    assert_eq!(metric(&gateway, "saywell_calls_total", &[of, r#"outcome="failed""#]).await, Some(1.0));
    assert_eq!(metric(&gateway, "saywell_calls_total", &[of, r#"outcome="cancelled""#]).await, None);
    assert_eq!(
        metric(&gateway, "saywell_call_failures_total", &[of, r#"reason="timeout""#]).await,
        Some(1.0)
    );
    let labels = [r#"from="hanging""#, r#"to="rescue""#, r#"reason="timeout""#];
    assert_eq!(metric(&gateway, "saywell_failovers_total", &labels).await, Some(1.0));
    assert_eq!(metric(&gateway, "saywell_breaker_open", &[of]).await, Some(0.0));
}

#[tokio::test]
async fn an_open_breaker_and_a_refused_key_are_seen_before_the_first_alarm() {
    let refusing = Fake::named("refusing").failing(ProviderError::Misconfigured("refuses the key".into()));
    let gateway = with_rescue(refusing, settings()).await;
    let of = r#"provider="refusing""#;
    let labels = [of, r#"reason="misconfigured""#];
    assert_eq!(metric(&gateway, "saywell_call_failures_total", &labels).await, Some(0.0));
    for number in 0..6 {
        gateway.post("/tts", &json!({ "text": format!("Sentence {number}.") })).await;
    }
    assert_eq!(metric(&gateway, "saywell_call_failures_total", &labels).await, Some(5.0));
    assert_eq!(metric(&gateway, "saywell_breaker_open", &[of]).await, Some(1.0));
}

#[tokio::test]
async fn listeners_are_told_what_helps_them_and_operators_what_was_said() {
    let said = "answered 401: Incorrect API key provided: sk-te***";
    let refusing = || Fake::named("refusing").failing(ProviderError::Misconfigured(said.into()));
    let as_users = Settings { auth: vec![saywell::identity::Mode::Trial], ..settings() };
    let listener = Gateway::with(refusing(), as_users).await;
    let told = listener.post("/tts", &json!({ "text": "Hello there." })).await;
    assert_eq!(told.error(), (503, "providers_exhausted".into(), String::new()));
    assert!(!told.text().contains("sk-te") && !told.text().contains("401"), "{}", told.text());
    assert_eq!(
        told.json()["error"]["details"]["providers"]["refusing"],
        "cannot be used until its operator has changed its settings"
    );
    assert_eq!(told.header("retry-after"), "", "waiting does not mend a key");

    let operator = Gateway::with(refusing(), settings()).await;
    let told = operator.post("/tts", &json!({ "text": "Hello there." })).await;
    assert_eq!(told.json()["error"]["details"]["providers"]["refusing"], said);
}

#[tokio::test]
async fn when_to_come_back_is_what_the_provider_said() {
    let busy = ProviderError::Throttled { retry_after: Some(Duration::from_secs(42)) };
    let gateway = Gateway::with(Fake::named("fake").failing(busy), settings()).await;
    let told = gateway.post("/tts", &json!({ "text": "Hello there." })).await;
    assert_eq!((told.status.as_u16(), told.header("retry-after")), (503, "42"));
    assert_eq!(told.json()["error"]["retry_after_seconds"], 42.0);
}
