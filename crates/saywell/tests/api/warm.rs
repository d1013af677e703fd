//! Connections to providers that stay open between replies.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use saywell::clock::{Clock, SystemClock};
use saywell::config::Settings;
use saywell::net;
use saywell::providers::{self, Options};
use saywell_stubs::{Stub, stubs};
use serde_json::json;

use crate::support::{Gateway, settings};

/// A gateway that speaks in the voices of this stand-in.
async fn gateway(stub: &Stub, keep_warm: bool) -> Gateway {
    const NAME: &str = "openai_realtime";
    let table = format!("api_key = 'k'\nbase_url = '{}/v1'", stub.url()).parse().unwrap();
    let options = BTreeMap::from([(NAME.to_owned(), Options { kind: None, table })]);
    let (opening, clock) = (providers::Settings { options, ..Default::default() }, Arc::new(SystemClock));
    let clock = clock as Arc<dyn Clock>;
    let provider = providers::open(NAME, &opening, &net::client().unwrap(), &clock).unwrap();
    let settings = Settings { keep_warm, provider: NAME.into(), default_voice: None, ..settings() };
    Gateway::with_chain(vec![provider], Arc::default(), settings).await
}

#[tokio::test]
async fn the_first_sentence_after_a_quiet_time_opens_no_connection() {
    for (keep_warm, opened_before) in [(true, 1), (false, 0)] {
        let stub = Stub::start(&stubs::openai_realtime::KIND).await.unwrap();
        let gateway = gateway(&stub, keep_warm).await;
        let deadline = Instant::now() + Duration::from_secs(10);
        while keep_warm && stub.requests().is_empty() && Instant::now() < deadline {
            tokio::task::yield_now().await;
        }
        assert_eq!(stub.requests().len(), opened_before, "{keep_warm}");
        for text in ["Hello there.", "Hello again."] {
            let answer = gateway.post("/tts", &json!({ "text": text })).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
        assert_eq!(stub.requests().len(), 1, "{keep_warm}: one connection for all");
    }
}
