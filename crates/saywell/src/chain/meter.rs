//! A provider whose every call is metered: what was sent, what came back, and what it costs. The request's account is told.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use async_stream::stream;
use async_trait::async_trait;
use futures::StreamExt;

use crate::clock::Clock;
use crate::price::{Cost, Priced, Prices, Quantity};
use crate::provider::{
    About, Call, CallOutcome, Extent, Part, Provider, ProviderError, Request, SpeechStream, Voice,
};
use crate::usage;

/// How many characters of text are about a second of sound, where only the price by the second is known.
const CHARACTERS_PER_SECOND: f64 = 14.0;

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

    fn extent(&self, request: &Request) -> Extent {
        self.inner.extent(request)
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        self.inner.voices().await
    }

    fn speak(&self, request: Request) -> SpeechStream {
        let extent = self.inner.extent(&request);
        let reading = Reading {
            about: self.about().clone(),
            prices: Arc::clone(&self.prices),
            extent,
            request: request.clone(),
            first_sound: None,
            seconds: 0.0,
            billed: None,
            outcome: CallOutcome::Cancelled,
            refused: false,
            queued: false,
        };
        let (clock, mut inner) = (Arc::clone(&self.clock), self.inner.speak(request));
        Box::pin(stream! {
            let planned = reading.planned(clock.now());
            let mut call = UnderWay { planned, stage: Stage::Planned, begun: Instant::now(), reading };
            let account = Arc::clone(&call.reading.request.account);
            if let Err(error) = account.calling(&call.planned).await {
                call.stage = Stage::Refused;
                usage::call_failed(&call.reading.about.name, &error);
                yield Err(error);
                return;
            }
            // What is never polled sends nothing; from here on the text may be on its way.
            (call.stage, call.begun) = (Stage::Sent, Instant::now());
            while let Some(part) = inner.next().await {
                if let Ok(Part::Begun) = part {
                    call.begun = Instant::now();
                }
                let before = call.reading.seconds;
                call.reading.read(&part);
                yield part;
                let more = call.reading.seconds - before;
                if more > 0.0 && !account.sounded(more) {
                    call.reading.outcome = CallOutcome::Failed;
                    yield Err(ProviderError::Rejected("speaks longer than may be made".into()));
                    return;
                }
            }
            if call.reading.outcome == CallOutcome::Cancelled {
                call.reading.outcome = CallOutcome::Spoken;
            }
        })
    }
}

/// A call; the account is told when it is dropped, however it ends.
struct UnderWay {
    planned: Call,
    stage: Stage,
    begun: Instant,
    reading: Reading,
}

/// How far a call came.
enum Stage {
    /// The account is being asked.
    Planned,
    /// The account refused it.
    Refused,
    /// It may have reached its provider.
    Sent,
}

/// What is read of one call.
struct Reading {
    about: About,
    prices: Arc<Prices>,
    extent: Extent,
    request: Request,
    first_sound: Option<Instant>,
    seconds: f64,
    billed: Option<f64>,
    outcome: CallOutcome,
    /// Failed, and not for want of time.
    refused: bool,
    /// Waits for its turn in a queue of our own, where nothing has been sent.
    queued: bool,
}

impl Reading {
    fn read(&mut self, part: &Result<Part, ProviderError>) {
        match part {
            Ok(Part::Sound { rate, samples }) => {
                self.first_sound.get_or_insert_with(Instant::now);
                self.seconds += samples.len() as f64 / f64::from((*rate).max(1));
            }
            Ok(Part::Words(_)) => {}
            // What is given up before its turn in a queue of our own was never sent.
            Ok(Part::Queued) => self.queued = true,
            Ok(Part::Begun) => self.queued = false,
            Ok(Part::Billed(units)) => self.billed = Some(*units),
            Err(error) => {
                self.outcome = CallOutcome::Failed;
                // One that hangs may have done its work all the same.
                self.refused = !matches!(error, ProviderError::TimedOut(_));
                usage::call_failed(&self.about.name, error);
            }
        }
    }

    /// What it comes to if nobody hears of it again.
    fn planned(&self, at: SystemTime) -> Call {
        let seconds = self.extent.characters as f64 / CHARACTERS_PER_SECOND;
        Call {
            id: rand::random(),
            at,
            provider: self.about.name.to_string(),
            model: self.request.model.clone(),
            voice: self.request.voice.clone(),
            characters: self.extent.characters,
            seconds: 0.0,
            first_sound: None,
            took: Duration::ZERO,
            outcome: CallOutcome::Cancelled,
            cost: self.cost_of(seconds),
        }
    }

    fn cost(&self) -> Cost {
        // Providers charge for answers. Whether they charge for one that nobody waited for is not known, so it counts.
        let unsent = self.queued || (self.outcome == CallOutcome::Failed && self.refused);
        let unanswered = unsent && self.first_sound.is_none();
        let (cost, price) =
            (self.cost_of(if unanswered { 0.0 } else { self.seconds }), self.prices.find(self.priced()));
        match (cost, price) {
            (Cost::Free, _) => Cost::Free,
            (_, Some(price)) if self.billed.is_some() => price.of(self.billed.unwrap_or_default()),
            (Cost::Known { currency, .. }, _) if unanswered => Cost::Known { amount: 0.0, currency },
            (_, Some(price)) if unanswered => price.of(0.0),
            (cost, _) => cost,
        }
    }

    /// What that many seconds of its sound cost.
    fn cost_of(&self, seconds: f64) -> Cost {
        if !self.about.paid {
            return Cost::Free;
        }
        let Extent { characters, bytes } = self.extent;
        self.prices.cost(self.priced(), &Quantity { characters, bytes, seconds }).0
    }

    fn priced(&self) -> Priced<'_> {
        let Request { model, voice, .. } = &self.request;
        Priced { kind: self.about.kind, provider: &self.about.name, model, voice }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let reading = &self.reading;
        match self.stage {
            Stage::Planned => return reading.request.account.withdrawn(&self.planned),
            Stage::Refused => return,
            Stage::Sent => {}
        }
        let call = Call {
            seconds: reading.seconds,
            first_sound: reading.first_sound.map(|first| first - self.begun),
            took: self.begun.elapsed(),
            outcome: reading.outcome,
            cost: reading.cost(),
            ..self.planned.clone()
        };
        usage::called(&call);
        if reading.about.paid
            && reading.prices.find(reading.priced()).is_none()
            && call.cost != Cost::Unpriced
        {
            usage::price_guessed(&call);
        }
        reading.request.account.called(&self.planned, call);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::clock::SystemClock;
    use crate::price::{Price, Unit};
    use crate::provider::{Account, gather};
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
        let (ledger, scribe) = Ledger::open(None, Arc::clone(&store) as Arc<dyn CallLog>, usage).unwrap();
        let meter = Meter::new(fake, Arc::new(Prices::new(prices)), Arc::new(SystemClock));
        let request = Request { account: Arc::new(ledger), ..Request::new("Hello.", "tone-1", "tone") };
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

    /// An account that takes its time, and counts what it is told.
    #[derive(Debug, Default)]
    struct Slow {
        called: AtomicUsize,
        withdrawn: AtomicUsize,
    }

    #[async_trait]
    impl Account for Slow {
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
        let meter = Meter::new(fake, Arc::new(Prices::new(dollar_a_character())), Arc::new(SystemClock));
        let account = Arc::new(Slow::default());
        let asked = Arc::clone(&account) as Arc<dyn Account>;
        let mut speech = meter.speak(Request { account: asked, ..Request::new("Hello.", "tone-1", "tone") });
        assert!(tokio::time::timeout(Duration::from_secs(5), speech.next()).await.is_err());
        drop(speech);
        let told = [&account.withdrawn, &account.called].map(|count| count.load(Ordering::SeqCst));
        assert_eq!((told, calls.count()), ([1, 0], 0), "it is open no more, and was never sent");
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
}
