//! What the books have after calls through a meter.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use futures::StreamExt;
use tokio_util::sync::CancellationToken;

use super::Ledger;
use crate::chain::meter::CallMeter;
use crate::clock::SystemClock;
use crate::price::{Price, Prices, Unit};
use crate::provider::{Bookkeeper, Call, Part, Provider, ProviderError, Request, gather};
use crate::providers::fake::Fake;
use crate::store::sqlite::SqliteStore;
use crate::store::{CallLog, ProviderTotals, UsageLog};

/// What the store has after `calls` were made through a meter over `fake`, priced at 1 USD a character.
async fn totals(
    fake: Fake,
    prices: Vec<Price>,
    calls: impl AsyncFnOnce(&dyn Provider, Request),
) -> ProviderTotals {
    let store = Arc::new(SqliteStore::in_memory().await.unwrap());
    let usage = Arc::clone(&store) as Arc<dyn UsageLog>;
    let (ledger, scribe) = Ledger::open(None, Arc::clone(&store) as Arc<dyn CallLog>, usage).unwrap();
    let meter = CallMeter::new(fake, Arc::new(Prices::new(prices)), Arc::new(SystemClock));
    let request = Request { bookkeeper: Arc::new(ledger), ..Request::new("Hello.", "tone-1", "tone") };
    calls(&meter, request).await;
    drop(meter);
    scribe.run(CancellationToken::new()).await;
    let mut totals = store.provider_totals(SystemTime::UNIX_EPOCH).await.unwrap();
    assert_eq!(totals.len(), 1, "{totals:?}");
    totals.remove(0)
}

fn dollar_a_character() -> Vec<Price> {
    vec![Price {
        kind: "fake".into(),
        model: "tone-*".into(),
        voice: "*".into(),
        unit: Unit::Characters,
        per_million: 1e6,
        currency: "USD".into(),
        source: String::new(),
    }]
}

#[tokio::test]
async fn a_call_is_taken_down_with_its_cost() {
    let made = totals(Fake::named("fake").paid(), dollar_a_character(), async |meter, request| {
        gather(meter.speak(request.clone())).await.unwrap();
        drop(meter.speak(request)); // Never polled: nothing was sent.
    });
    let ProviderTotals { provider, calls, characters, seconds, cost, unpriced, .. } = made.await;
    assert_eq!((provider.as_str(), calls, characters, unpriced), ("fake", 1, 6, 0));
    assert!((seconds - 0.3).abs() < 1e-6 && (cost - 6.0).abs() < 1e-9, "{seconds} s, {cost}");
}

#[tokio::test]
async fn a_call_that_is_abandoned_is_paid_for() {
    let slow = Fake::named("fake").paid().delayed(Duration::from_mins(1));
    let made = totals(slow, dollar_a_character(), async |meter, request| {
        let mut speech = meter.speak(request);
        // Begun, and dropped at once.
        // It is written down first, which takes a moment.
        assert!(tokio::time::timeout(Duration::from_millis(300), speech.next()).await.is_err());
    });
    let ProviderTotals { calls, characters, cost, .. } = made.await;
    assert_eq!((calls, characters, cost), (1, 6, 6.0));
}

#[tokio::test]
async fn what_is_given_up_before_its_turn_costs_nothing() {
    let queued = Fake::named("fake").paid().queued(Duration::from_millis(1));
    let made = totals(queued, dollar_a_character(), async |meter, request| {
        assert_eq!(meter.speak(request.clone()).next().await, Some(Ok(Part::Queued)));
        gather(meter.speak(request)).await.unwrap();
    });
    let ProviderTotals { calls, characters, cost, .. } = made.await;
    assert_eq!((calls, characters, cost), (2, 12, 6.0), "both are taken down, and one is paid for");
}

#[tokio::test]
async fn a_call_that_fails_without_sound_is_taken_down_and_costs_nothing() {
    let broken = Fake::named("fake").failing(ProviderError::Unavailable("is down".into())).paid();
    let made = totals(broken, dollar_a_character(), async |meter, request| {
        gather(meter.speak(request)).await.unwrap_err();
    });
    let ProviderTotals { calls, characters, cost, unpriced, .. } = made.await;
    assert_eq!((calls, characters, cost, unpriced), (1, 6, 0.0, 0));
}

#[tokio::test]
async fn without_a_price_a_call_is_flagged() {
    let made = totals(Fake::named("fake").paid(), Vec::new(), async |meter, request| {
        gather(meter.speak(request)).await.unwrap();
    });
    assert_eq!(made.await.unpriced, 1);
}

/// An bookkeeper that takes its time, and counts what it is told.
#[derive(Debug, Default)]
struct Slow {
    called: AtomicUsize,
    withdrawn: AtomicUsize,
}

#[async_trait]
impl Bookkeeper for Slow {
    async fn calling(&self, _: &Call) -> Result<(), ProviderError> {
        std::future::pending().await
    }

    fn sounded(&self, _: f64) -> bool {
        true
    }

    fn called(&self, _: &Call, _: Call) {
        self.called.fetch_add(1, Ordering::SeqCst);
    }

    fn withdrawn(&self, _: &Call) {
        self.withdrawn.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_given_up_before_it_is_made_is_withdrawn() {
    let fake = Fake::named("fake").paid();
    let calls = fake.calls();
    let meter = CallMeter::new(fake, Arc::new(Prices::new(dollar_a_character())), Arc::new(SystemClock));
    let bookkeeper = Arc::new(Slow::default());
    let asked = Arc::clone(&bookkeeper) as Arc<dyn Bookkeeper>;
    let mut speech = meter.speak(Request { bookkeeper: asked, ..Request::new("Hello.", "tone-1", "tone") });
    assert!(tokio::time::timeout(Duration::from_secs(5), speech.next()).await.is_err());
    drop(speech);
    let told = [&bookkeeper.withdrawn, &bookkeeper.called].map(|count| count.load(Ordering::SeqCst));
    assert_eq!((told, calls.count()), ([1, 0], 0), "it is open no more, and was never sent");
}
