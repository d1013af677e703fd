//! A provider that is not asked again while it keeps failing.
//!
//! Closed: every call goes through. After [`Policy::failures`] passing failures in a row it opens: calls fail at
//! once. After [`Policy::rest`] one probe goes through (half open); its outcome closes the breaker or opens it for
//! another rest.
//!
//! Whoever is the last of a chain is asked whatever happened before: to refuse would end all speech. Such calls never open
//! it; one that is spoken closes it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use async_stream::stream;
use async_trait::async_trait;
use futures::StreamExt;

use crate::provider::{Extent, Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};
use saywell_base::clock::Clock;

/// When a breaker opens, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// Failures in a row until it opens.
    pub failures: u32,
    /// How long it stays open before a probe.
    pub rest: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self { failures: 5, rest: Duration::from_secs(15) }
    }
}

#[derive(Debug, Clone, Copy)]
enum State {
    Closed { failures: u32 },
    Open { until: SystemTime },
    Probing,
}

/// A provider behind a circuit breaker.
#[derive(Debug)]
pub struct Breaker<P> {
    inner: P,
    gate: Arc<Gate>,
}

/// How a provider has fared of late; cheap to clone.
#[derive(Debug, Clone)]
pub struct BreakerWatch(Arc<Gate>);

/// What a breaker does with calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// They go through.
    Closed {
        /// Failures in a row until now.
        failures: u32,
    },
    /// They fail at once.
    Open {
        /// Until then; the next call after it is a probe.
        until: SystemTime,
    },
    /// One is on its way to see whether the provider is well again.
    Probing,
}

impl BreakerState {
    /// As metrics and the operator's page have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed { .. } => "closed",
            Self::Open { .. } => "open",
            Self::Probing => "probing",
        }
    }
}

impl BreakerWatch {
    /// What the breaker does with calls now.
    #[must_use]
    pub fn state(&self) -> BreakerState {
        match *self.0.state() {
            State::Closed { failures } => BreakerState::Closed { failures },
            State::Open { until } => BreakerState::Open { until },
            State::Probing => BreakerState::Probing,
        }
    }
}

#[derive(Debug)]
struct Gate {
    policy: Policy,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

impl<P> Breaker<P> {
    /// Puts `inner` behind a breaker.
    pub fn new(inner: P, policy: Policy, clock: Arc<dyn Clock>) -> Self {
        let gate = Gate { policy, clock, state: Mutex::new(State::Closed { failures: 0 }) };
        Self { inner, gate: Arc::new(gate) }
    }

    /// Whether calls go through at present.
    pub fn is_closed(&self) -> bool {
        matches!(*self.gate.state(), State::Closed { .. })
    }

    /// A view of it that goes with whoever watches.
    pub fn watch(&self) -> BreakerWatch {
        BreakerWatch(Arc::clone(&self.gate))
    }
}

impl Gate {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a call through, or not. The one let through after a rest is the probe.
    ///
    /// # Errors
    /// How long it rests still.
    fn admit(self: &Arc<Self>, last: bool) -> Result<Verdict, Duration> {
        let (mut state, now) = (self.state(), self.clock.now());
        match *state {
            _ if last => {}
            State::Closed { .. } => {}
            // A clock that was put back makes nobody rest for longer.
            State::Open { until } if now >= until || until > now + self.policy.rest => {
                *state = State::Probing;
            }
            State::Open { until } => return Err(until.duration_since(now).unwrap_or_default()),
            State::Probing => return Err(self.policy.rest),
        }
        Ok(Verdict { gate: Arc::clone(self), spoken: false, last })
    }

    fn settle(&self, outcome: Result<(), &ProviderError>, last: bool) {
        let mut state = self.state();
        if last {
            if outcome.is_ok() {
                *state = State::Closed { failures: 0 };
            }
            return;
        }
        // Bad text or a full queue says nothing about the provider's health.
        let harmless = matches!(outcome, Err(ProviderError::Rejected(_) | ProviderError::Overloaded { .. }));
        let failures = match *state {
            State::Closed { failures } if harmless => failures,
            _ if harmless || outcome.is_ok() => 0,
            State::Closed { failures } => failures + 1,
            State::Open { .. } | State::Probing => self.policy.failures,
        };
        *state = if failures >= self.policy.failures {
            State::Open { until: self.clock.now() + self.policy.rest }
        } else {
            State::Closed { failures }
        };
    }
}

/// One call's report to the gate. A call that is dropped without an outcome frees the probe's place.
struct Verdict {
    gate: Arc<Gate>,
    spoken: bool,
    /// There was nobody else to ask.
    last: bool,
}

impl Verdict {
    fn settle(&mut self, outcome: Result<(), &ProviderError>) {
        self.spoken = true;
        self.gate.settle(outcome, self.last);
    }
}

impl Drop for Verdict {
    fn drop(&mut self) {
        let mut state = self.gate.state();
        if !self.spoken && !self.last && matches!(*state, State::Probing) {
            *state = State::Open { until: self.gate.clock.now() };
        }
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<P: Provider> Provider for Breaker<P> {
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
        let (gate, last) = (Arc::clone(&self.gate), request.last);
        let mut inner = self.inner.speak(request);
        Box::pin(stream! {
            let mut verdict = match gate.admit(last) {
                Ok(verdict) => verdict,
                Err(left) => {
                    yield Err(ProviderError::Resting(left));
                    return;
                }
            };
            while let Some(part) = inner.next().await {
                if let Err(error) = &part {
                    verdict.settle(Err(error));
                    yield part;
                    return;
                }
                yield part;
            }
            verdict.settle(Ok(()));
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::gather;
    use crate::providers::fake::Fake;
    use saywell_base::clock::ManualClock;

    fn request() -> Request {
        Request::new("Hello.", "tone-1", "tone")
    }

    fn down() -> ProviderError {
        ProviderError::Unavailable("is down".into())
    }

    #[tokio::test]
    async fn opens_after_failures_in_a_row_and_probes_after_a_rest() {
        let clock = Arc::new(ManualClock::default());
        let fake = Fake::named("shaky").failing(down());
        let calls = fake.calls();
        let policy = Policy { failures: 2, rest: Duration::from_secs(10) };
        let breaker = Breaker::new(fake, policy, Arc::clone(&clock) as Arc<dyn Clock>);
        for _ in 0..2 {
            assert_eq!(gather(breaker.speak(request())).await.unwrap_err(), down());
        }
        assert!(!breaker.is_closed());
        let until = clock.now() + Duration::from_secs(10);
        assert_eq!(breaker.watch().state(), BreakerState::Open { until });
        assert!(gather(breaker.speak(request())).await == Err(ProviderError::Resting(policy.rest)));
        assert_eq!(calls.count(), 2, "an open breaker does not ask");

        clock.advance(Duration::from_secs(10));
        assert_eq!(gather(breaker.speak(request())).await.unwrap_err(), down(), "the probe goes through");
        assert_eq!(calls.count(), 3);

        clock.advance(Duration::from_secs(10));
        calls.recover();
        assert!(gather(breaker.speak(request())).await.is_ok());
        assert!(breaker.is_closed());
    }

    #[tokio::test]
    async fn an_abandoned_probe_leaves_room_for_the_next() {
        let clock = Arc::new(ManualClock::default());
        let fake = Fake::named("shaky").failing(down());
        let calls = fake.calls();
        let policy = Policy { failures: 1, rest: Duration::from_secs(10) };
        let breaker = Breaker::new(fake, policy, Arc::clone(&clock) as Arc<dyn Clock>);
        assert!(gather(breaker.speak(request())).await.is_err());
        clock.advance(Duration::from_secs(10));
        calls.recover();
        let mut probe = breaker.speak(request());
        assert!(probe.next().await.is_some());
        drop(probe);
        assert!(gather(breaker.speak(request())).await.is_ok());
    }

    #[tokio::test]
    async fn the_last_that_is_left_is_asked_whatever_happened() {
        let clock = Arc::new(ManualClock::default());
        let fake = Fake::named("shaky").failing(down());
        let calls = fake.calls();
        let breaker = Breaker::new(fake, Policy { failures: 1, rest: Duration::from_secs(10) }, clock);
        let last = || Request { last: true, ..request() };
        for _ in 0..3 {
            assert_eq!(gather(breaker.speak(last())).await.unwrap_err(), down());
            assert!(breaker.is_closed());
        }
        assert!(gather(breaker.speak(request())).await.is_err());
        let resting = ProviderError::Resting(Duration::from_secs(10));
        assert_eq!(gather(breaker.speak(request())).await.unwrap_err(), resting);
        calls.recover();
        assert!(gather(breaker.speak(last())).await.is_ok());
        assert!(breaker.is_closed());
    }

    #[tokio::test]
    async fn bad_text_does_not_open_it() {
        let clock = Arc::new(ManualClock::default());
        let fake = Fake::named("strict").failing(ProviderError::Rejected("cannot say this".into()));
        let breaker = Breaker::new(fake, Policy { failures: 1, rest: Duration::from_secs(1) }, clock);
        assert!(gather(breaker.speak(request())).await.is_err());
        assert!(breaker.is_closed());
    }
}
