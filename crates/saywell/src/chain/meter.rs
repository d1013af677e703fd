//! A provider whose every call is metered: what was sent, what came back, and what it costs. The request's account is told.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use async_stream::stream;
use async_trait::async_trait;
use futures::StreamExt;

use crate::clock::Clock;
use crate::price::{Cost, Priced, Prices, Unit};
use crate::provider::{
    About, Call, CallOutcome, Part, Provider, ProviderError, Request, SpeechStream, Voice,
};
use crate::usage;

/// A provider behind a meter.
#[derive(Debug)]
pub struct Meter<P> {
    inner: P,
    prices: Arc<Prices>,
    clock: Arc<dyn Clock>,
}

impl<P> Meter<P> {
    /// Meters every call to `inner`.
    pub fn new(inner: P, prices: Arc<Prices>, clock: Arc<dyn Clock>) -> Self {
        Self { inner, prices, clock }
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<P: Provider> Provider for Meter<P> {
    fn about(&self) -> &About {
        self.inner.about()
    }

    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        self.inner.voices().await
    }

    fn speak(&self, request: Request) -> SpeechStream {
        let (about, prices) = (self.about().clone(), Arc::clone(&self.prices));
        let (clock, mut inner) = (Arc::clone(&self.clock), self.inner.speak(request.clone()));
        Box::pin(stream! {
            // What is never polled sends nothing; from here on the text may be on its way.
            let mut reading = Reading {
                about,
                prices,
                at: clock.now(),
                begun: Instant::now(),
                request,
                first_sound: None,
                seconds: 0.0,
                billed: None,
                outcome: CallOutcome::Cancelled,
                refused: false,
            };
            while let Some(part) = inner.next().await {
                reading.read(&part);
                yield part;
            }
            if reading.outcome == CallOutcome::Cancelled {
                reading.outcome = CallOutcome::Spoken;
            }
        })
    }
}

/// One call under way; the account is told when it is dropped, however it ends.
struct Reading {
    about: About,
    prices: Arc<Prices>,
    at: SystemTime,
    begun: Instant,
    request: Request,
    first_sound: Option<Instant>,
    seconds: f64,
    billed: Option<f64>,
    outcome: CallOutcome,
    /// Failed, and not for want of time.
    refused: bool,
}

impl Reading {
    fn read(&mut self, part: &Result<Part, ProviderError>) {
        match part {
            Ok(Part::Sound { rate, samples }) => {
                self.first_sound.get_or_insert_with(Instant::now);
                self.seconds += samples.len() as f64 / f64::from((*rate).max(1));
            }
            Ok(Part::Words(_)) => {}
            Ok(Part::Billed(units)) => self.billed = Some(*units),
            Err(error) => {
                self.outcome = CallOutcome::Failed;
                // One that hangs may have done its work all the same.
                self.refused = !matches!(error, ProviderError::TimedOut(_));
                usage::call_failed(&self.about.name, error);
            }
        }
    }

    fn cost(&self) -> Cost {
        if !self.about.paid {
            return Cost::Free;
        }
        let Request { model, voice, text, .. } = &self.request;
        let what = Priced { kind: self.about.kind, provider: &self.about.name, model, voice };
        let Some(price) = self.prices.find(what) else { return Cost::Unpriced };
        // Providers charge for answers. Whether they charge for one that nobody waited for is not known, so it counts.
        let unanswered = self.refused && self.first_sound.is_none();
        let reckoned = match price.unit {
            _ if unanswered => Some(0.0),
            Unit::Characters => Some(text.chars().count() as f64),
            Unit::Bytes => Some(text.len() as f64),
            Unit::Seconds => Some(self.seconds),
            Unit::Tokens | Unit::Credits => None,
        };
        self.billed.or(reckoned).map_or(Cost::Unpriced, |units| price.of(units))
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        let call = Call {
            at: self.at,
            provider: self.about.name.to_string(),
            model: self.request.model.clone(),
            voice: self.request.voice.clone(),
            characters: self.request.text.chars().count() as u64,
            seconds: self.seconds,
            first_sound: self.first_sound.map(|first| first - self.begun),
            took: self.begun.elapsed(),
            outcome: self.outcome,
            cost: self.cost(),
        };
        usage::called(&call);
        self.request.account.called(call);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::clock::SystemClock;
    use crate::price::Price;
    use crate::provider::gather;
    use crate::providers::fake::Fake;
    use crate::store::sqlite::SqliteStore;
    use crate::store::{CallLog, ProviderTotals, UsageLog};
    use crate::usage::Ledger;

    /// What the store has after `calls` were made through a meter over `fake`, priced at 1 USD a character.
    async fn totals(
        fake: Fake,
        prices: Vec<Price>,
        calls: impl AsyncFnOnce(&dyn Provider, Request),
    ) -> ProviderTotals {
        let store = Arc::new(SqliteStore::in_memory().await.unwrap());
        let usage = Arc::clone(&store) as Arc<dyn UsageLog>;
        let (ledger, scribe) = Ledger::open(Arc::clone(&store) as Arc<dyn CallLog>, usage);
        let meter = Meter::new(fake, Arc::new(Prices::new(prices)), Arc::new(SystemClock));
        let request = Request { account: Arc::new(ledger), ..Request::new("Hello.", "tone-1", "tone") };
        calls(&meter, request).await;
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
            assert!(tokio::time::timeout(Duration::ZERO, speech.next()).await.is_err());
        });
        let ProviderTotals { calls, characters, cost, .. } = made.await;
        assert_eq!((calls, characters, cost), (1, 6, 6.0));
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
}
