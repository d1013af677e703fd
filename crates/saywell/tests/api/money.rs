//! Money and work: what a caller may spend is judged by what is really sent and said.

#![expect(clippy::float_cmp, reason = "what is counted is exact")]

use saywell::config::Settings;
use saywell::limits::Plans;
use saywell::price::{Price, Unit};
use saywell::provider::Provider;
use saywell::providers::fake::Fake;
use serde_json::{Value, json};

use crate::support::{Gateway, settings};

/// A price of a dollar a character for this model of the kind.
pub fn dollar(model: &str, dollars: f64) -> Price {
    Price {
        kind: "fake".into(),
        model: model.into(),
        voice: "*".into(),
        unit: Unit::Characters,
        per_million: dollars * 1e6,
        currency: "USD".into(),
        source: String::new(),
    }
}

async fn gateway(plan: &str, prices: Vec<Price>) -> Gateway {
    let plans = Plans::new(&format!("[admin]\n{plan}").parse().unwrap(), toml::Table::new()).unwrap();
    Gateway::with(Fake::named("fake").paid(), Settings { plans, prices, ..settings() }).await
}

fn sent(gateway: &Gateway) -> usize {
    gateway.calls.texts().iter().map(|text| text.chars().count()).sum()
}

async fn left(gateway: &Gateway, what: &str) -> f64 {
    let config = gateway.get("/tts/config").await.json();
    let limits = config["limits"].as_array().unwrap();
    limits.iter().find(|limit| limit["what"] == what).unwrap()["left"].as_f64().unwrap()
}

fn saying(word: &str, words: &str) -> Value {
    json!([{ "word": word, "say": words }])
}

#[tokio::test]
async fn words_that_are_put_in_place_of_others_count_as_they_are_sent() {
    let gateway = gateway("characters_per_day = 1000\nmoney_per_day = 1000", vec![dollar("*", 1.0)]).await;
    let text = "One of it, and two of it.";
    let ask = json!({ "text": text, "pronunciations": saying("it", &"so many words ".repeat(10)) });
    assert_eq!(gateway.post("/tts", &ask).await.status, 200);
    gateway.settle().await;
    let sent = sent(&gateway) as f64;
    assert!(sent > 250.0, "{sent}");
    assert_eq!(
        (left(&gateway, "characters").await, left(&gateway, "money").await),
        (1000.0 - sent, 1000.0 - sent)
    );
}

#[tokio::test]
async fn what_is_said_letter_by_letter_counts_as_it_is_sent() {
    let markup = "<speak><say-as interpret-as=\"characters\">WXYZWXYZWXYZ</say-as> and <say-as interpret-as=\"digits\">123456789</say-as>.</speak>";
    for more in ["characters_per_day = 1000", "characters_per_day = 60"] {
        let gateway = gateway(&format!("{more}\nmoney_per_day = 1000"), vec![dollar("*", 1.0)]).await;
        let answer = gateway.post("/tts", &json!({ "ssml": markup, "language": "en" })).await;
        gateway.settle().await;
        let sent = sent(&gateway) as f64;
        if more.ends_with("1000") {
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert!(sent > 60.0, "letters have names: {sent}");
            assert_eq!(left(&gateway, "characters").await, 1000.0 - sent);
        } else {
            assert_eq!((answer.error().1.as_str(), sent), ("quota_exceeded", 0.0));
        }
    }
}

#[tokio::test]
async fn one_request_does_not_buy_a_hundredfold() {
    let money = "money_per_day = 500";
    let text = "a b c d e f g h i j. ".repeat(20);
    let letters = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let many: Vec<_> = letters.iter().map(|word| json!({ "word": word, "say": "z".repeat(199) })).collect();
    let ask = json!({ "text": text, "language": "en", "pronunciations": many });
    // More than the text of one request may have.
    let bounded = gateway(&format!("{money}\nmax_chars = 4000"), vec![dollar("*", 0.001)]).await;
    let answer = bounded.post("/tts", &ask).await;
    assert_eq!((answer.error().1.as_str(), sent(&bounded)), ("text_too_long", 0));
    // More than there is money for.
    let poor = gateway("money_per_day = 20\nmax_seconds = 600", vec![dollar("*", 0.001)]).await;
    let answer = poor.post("/tts", &ask).await;
    assert!(["quota_exceeded", "text_too_long"].contains(&answer.error().1.as_str()), "{}", answer.text());
    assert_eq!(sent(&poor), 0);
    // And every letter of it, by one pattern.
    let every = json!({ "text": text, "language": "en", "pronunciations": [{ "pattern": ".", "say": "z".repeat(199) }] });
    assert_eq!(bounded.post("/tts", &every).await.error().1, "text_too_long");
    let markup = format!("<speak><sub alias=\"{}\">a</sub></speak>", "word ".repeat(2000));
    assert_eq!(
        bounded.post("/tts", &json!({ "ssml": markup, "language": "en" })).await.error().1,
        "text_too_long"
    );
    assert_eq!(sent(&bounded), 0);
}

#[tokio::test]
async fn a_model_that_nobody_listed_is_not_free() {
    let prices = || vec![dollar("tone-1", 1.0), dollar("tone-hd", 2.0)];
    let ask = |model: &str| json!({ "text": "Hello there.", "model": model });
    let limited = gateway("money_per_day = 1000", prices()).await;
    assert_eq!(limited.post("/tts", &ask("tone-hd")).await.status, 200);
    let refused = limited.post("/tts", &ask("made-up")).await;
    assert_eq!(refused.error(), (403, "forbidden".into(), "model".into()));
    limited.settle().await;
    assert_eq!(left(&limited, "money").await, 1000.0 - 24.0);

    // Where its plan names it, it costs as much as the dearest.
    let listed = gateway("money_per_day = 1000\nmodels = ['made-up']", prices()).await;
    assert_eq!(listed.post("/tts", &ask("made-up")).await.status, 200);
    assert_eq!(listed.post("/tts", &ask("tone-hd")).await.error().1, "forbidden");
    listed.settle().await;
    assert_eq!(left(&listed, "money").await, 1000.0 - 24.0);
}

#[tokio::test]
async fn what_has_no_price_at_all_is_for_nobody_whose_money_is_counted() {
    let limited = gateway("money_per_day = 1000", Vec::new()).await;
    let answer = limited.post("/tts", &json!({ "text": "Hello there." })).await;
    assert_eq!((answer.error().1.as_str(), sent(&limited)), ("providers_exhausted", 0));
    let unlimited = gateway("requests_per_minute = 100", Vec::new()).await;
    assert_eq!(unlimited.post("/tts", &json!({ "text": "Hello there." })).await.status, 200);
}

#[tokio::test]
async fn a_dearer_fallback_is_asked_for_no_more_than_is_left() {
    let plans = Plans::new(&"[admin]\nmoney_per_day = 20".parse().unwrap(), toml::Table::new()).unwrap();
    let broken = saywell::provider::ProviderError::Unavailable("is down".into());
    let first = Fake::named("cheap").paid().failing(broken);
    let second = Fake::named("dear").paid();
    let calls = second.calls();
    let named = |name: &str, dollars| Price { kind: name.into(), ..dollar("*", dollars) };
    let prices = vec![named("cheap", 1.0), named("dear", 2.0)];
    let chain: Vec<std::sync::Arc<dyn Provider>> =
        vec![std::sync::Arc::new(first), std::sync::Arc::new(second)];
    let settings =
        Settings { plans, prices, provider: "cheap".into(), fallback: vec!["dear".into()], ..settings() };
    let gateway = Gateway::with_chain(chain, calls, settings).await;
    // Twelve dollars of the cheap, twenty-four of the dear.
    let answer = gateway.post("/tts", &json!({ "text": "Twelve chars" })).await;
    assert_eq!((answer.error().1.as_str(), gateway.calls.count()), ("providers_exhausted", 0));
    assert_eq!(gateway.post("/tts", &json!({ "text": "Ten chars." })).await.status, 200);
    gateway.settle().await;
    assert_eq!(left(&gateway, "money").await, 0.0);
}
