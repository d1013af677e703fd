//! A provider whose every call is metered: what was sent, what came back, and what it costs. The request's bookkeeper is told.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use async_stream::stream;
use async_trait::async_trait;
use futures::StreamExt;
use metrics::{counter, histogram};
use tracing::field::Empty;
use tracing::{Instrument as _, debug_span, warn};

use crate::price::{Cost, Priced, Prices, Quantity};
use crate::provider::{
    Call, CallOutcome, Extent, Part, Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice,
};
use saywell_base::clock::Clock;

/// How many characters of text are about a second of sound, where only the price by the second is known.
const CHARACTERS_PER_SECOND: f64 = 14.0;

/// A provider behind a meter.
#[derive(Debug)]
pub struct CallMeter<P> {
    inner: P,
    prices: Arc<Prices>,
    clock: Arc<dyn Clock>,
}

impl<P> CallMeter<P> {
    /// Meters every call to `inner`.
    pub fn new(inner: P, prices: Arc<Prices>, clock: Arc<dyn Clock>) -> Self {
        Self { inner, prices, clock }
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<P: Provider> Provider for CallMeter<P> {
    fn about(&self) -> &ProviderFacts {
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

    async fn warm(&self) {
        self.inner.warm().await;
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
            let bookkeeper = Arc::clone(&call.reading.request.bookkeeper);
            if let Err(error) = bookkeeper.calling(&call.planned).await {
                call.stage = Stage::Refused;
                count_failure(&call.reading.about.name, &error);
                yield Err(error);
                return;
            }
            // What is never polled sends nothing; from here on the text may be on its way.
            (call.stage, call.begun) = (Stage::Sent, Instant::now());
            let asked = &call.reading;
            let (provider, model, voice) = (&*asked.about.name, &*asked.request.model, &*asked.request.voice);
            let characters = asked.extent.characters;
            let span = debug_span!("call", provider, model, voice, characters, failed = Empty);
            while let Some(part) = inner.next().instrument(span.clone()).await {
                if let Err(error) = &part {
                    span.record("failed", error.reason());
                }
                if let Ok(Part::Begun) = part {
                    call.begun = Instant::now();
                }
                let before = call.reading.seconds;
                call.reading.read(&part);
                let more = call.reading.seconds - before;
                if more > 0.0 && !bookkeeper.sounded(more) {
                    call.reading.outcome = CallOutcome::Failed;
                    yield Err(ProviderError::Rejected("speaks longer than may be made".into()));
                    return;
                }
                yield part;
            }
            if call.reading.outcome == CallOutcome::Cancelled {
                call.reading.outcome = CallOutcome::Spoken;
            }
        })
    }
}

/// A call; the bookkeeper is told when it is dropped, however it ends.
struct UnderWay {
    planned: Call,
    stage: Stage,
    begun: Instant,
    reading: Reading,
}

/// How far a call came.
enum Stage {
    /// The bookkeeper is being asked.
    Planned,
    /// The bookkeeper refused it.
    Refused,
    /// It may have reached its provider.
    Sent,
}

/// What is read of one call.
struct Reading {
    about: ProviderFacts,
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
                count_failure(&self.about.name, error);
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
            (_, Some(price)) if self.billed.is_some() => price.cost_of(self.billed.unwrap_or_default()),
            (Cost::Known { currency, .. }, _) if unanswered => Cost::Known { amount: 0.0, currency },
            (_, Some(price)) if unanswered => price.cost_of(0.0),
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
            Stage::Planned => return reading.request.bookkeeper.withdrawn(&self.planned),
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
        count_call(&call);
        if reading.about.paid
            && reading.prices.find(reading.priced()).is_none()
            && call.cost != Cost::Unpriced
        {
            count_guessed_price(&call);
        }
        reading.request.bookkeeper.called(&self.planned, call);
    }
}

/// A call was charged at the provider's dearest price, since its model has none.
fn count_guessed_price(call: &Call) {
    counter!("saywell_unpriced_calls_total", "provider" => call.provider.clone()).increment(1);
    warn!(
        provider = call.provider,
        model = call.model,
        "this model has no price: it is counted at the provider's dearest; `[[prices]]` in saywell.toml can name it"
    );
}

/// A call to a provider ended.
fn count_call(call: &Call) {
    let (provider, outcome) = (call.provider.clone(), call.outcome.name());
    counter!("saywell_calls_total", "provider" => provider.clone(), "outcome" => outcome).increment(1);
    counter!("saywell_characters_total", "provider" => provider.clone(), "outcome" => outcome)
        .increment(call.characters);
    match &call.cost {
        Cost::Free => {}
        Cost::Known { amount, currency } => {
            // Prometheus counts in whole numbers here; a millionth is small enough for any price.
            let labels = [("provider", provider.clone()), ("currency", currency.clone())];
            counter!("saywell_cost_millionths_total", &labels).increment((amount * 1e6).round() as u64);
        }
        Cost::Unpriced => {
            counter!("saywell_unpriced_calls_total", "provider" => provider.clone()).increment(1);
        }
    }
    if let Some(first) = call.first_sound {
        histogram!("saywell_provider_first_sound_seconds", "provider" => provider.clone())
            .record(first.as_secs_f64());
    }
    histogram!("saywell_call_seconds", "provider" => provider.clone()).record(call.took.as_secs_f64());
    histogram!("saywell_speech_seconds", "provider" => provider).record(call.seconds);
}

/// A call to a provider failed, for this reason.
fn count_failure(provider: &str, error: &ProviderError) {
    let labels = [("provider", provider.to_owned()), ("reason", error.reason().to_owned())];
    counter!("saywell_call_failures_total", &labels).increment(1);
    warn!(provider, reason = error.reason(), %error, "a call to a provider failed");
}
