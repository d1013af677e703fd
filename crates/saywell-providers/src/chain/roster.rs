//! A provider whose list of voices is at hand: asked for once, renewed beside the requests, and not asked for again and
//! again while the provider cannot answer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;

use crate::provider::{Extent, Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};
use saywell_base::clock::Clock;

/// How old a list may get until it is renewed.
const FRESH: Duration = Duration::from_hours(1);
/// How long a provider that could not tell its voices is not asked for them.
const REST: Duration = Duration::from_secs(30);

/// A provider with its list of voices.
#[derive(Debug)]
pub struct Roster<P> {
    inner: Arc<P>,
    list: Arc<List>,
    clock: Arc<dyn Clock>,
}

#[derive(Debug, Default)]
struct List {
    known: Mutex<Known>,
    /// Held by whoever asks.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default, Clone)]
struct Known {
    voices: Option<Arc<[Voice]>>,
    /// When they were asked for last, and why that failed if it did.
    asked: Option<(SystemTime, Option<ProviderError>)>,
}

impl List {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What can be said at this time without asking; `None`: the provider has to be asked.
    fn at_hand(&self, now: SystemTime) -> Option<Result<Arc<[Voice]>, ProviderError>> {
        let Known { voices, asked } = self.known().clone();
        let (at, failure) = asked?;
        // What a clock that was put back says of it is no reason not to ask.
        let age = now.duration_since(at).unwrap_or(Duration::MAX);
        match (voices, failure) {
            (Some(voices), failure) if age < if failure.is_some() { REST } else { FRESH } => Some(Ok(voices)),
            (None, Some(failure)) if age < REST => Some(Err(failure)),
            _ => None,
        }
    }
}

impl<P: Provider + 'static> Roster<P> {
    /// Keeps the list of `inner`.
    pub fn new(inner: P, clock: Arc<dyn Clock>) -> Self {
        Self { inner: Arc::new(inner), list: Arc::default(), clock }
    }

    /// Asks, unless somebody else just did.
    async fn ask(inner: Arc<P>, list: Arc<List>, now: SystemTime) -> Result<Arc<[Voice]>, ProviderError> {
        let _asking = list.asking.lock().await;
        if let Some(at_hand) = list.at_hand(now) {
            return at_hand;
        }
        let answer = inner.voices().await;
        let mut known = list.known();
        known.asked = Some((now, answer.as_ref().err().cloned()));
        match answer {
            Ok(voices) => known.voices = Some(voices),
            Err(error) => tracing::warn!(provider = inner.name(), %error, "its voices are not known"),
        }
        known.voices.clone().ok_or_else(|| {
            let (_, failure) = known.asked.clone().unwrap_or((now, None));
            failure.unwrap_or_else(|| ProviderError::Unavailable("did not tell its voices".into()))
        })
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<P: Provider + 'static> Provider for Roster<P> {
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
        let now = self.clock.now();
        if let Some(at_hand) = self.list.at_hand(now) {
            return at_hand;
        }
        let old = self.list.known().voices.clone();
        let asking = Self::ask(Arc::clone(&self.inner), Arc::clone(&self.list), now);
        match old {
            // Nobody waits for a list that most likely is the same.
            Some(voices) => {
                // Not waited for: it asks, and changes nothing that is kept.
                tokio::spawn(asking);
                Ok(voices)
            }
            None => asking.await,
        }
    }

    async fn warm(&self) {
        self.inner.warm().await;
    }

    fn speak(&self, request: Request) -> SpeechStream {
        self.inner.speak(request)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use super::*;
    use crate::providers::fake::Fake;
    use saywell_base::clock::ManualClock;

    /// Counts how often its voices are asked for.
    #[derive(Debug)]
    struct Asked {
        fake: Fake,
        times: Arc<AtomicUsize>,
        down: Arc<AtomicBool>,
    }

    #[async_trait]
    impl Provider for Asked {
        fn about(&self) -> &ProviderFacts {
            self.fake.about()
        }

        async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
            self.times.fetch_add(1, Ordering::SeqCst);
            if self.down.load(Ordering::SeqCst) {
                return Err(ProviderError::Unavailable("is down".into()));
            }
            self.fake.voices().await
        }

        fn speak(&self, request: Request) -> SpeechStream {
            self.fake.speak(request)
        }
    }

    #[tokio::test]
    async fn the_list_is_asked_for_once_and_renewed_beside_the_requests() {
        let (times, down, clock) = (Arc::default(), Arc::default(), Arc::new(ManualClock::default()));
        let asked = Asked { fake: Fake::named("fake"), times: Arc::clone(&times), down: Arc::clone(&down) };
        let roster = Roster::new(asked, Arc::clone(&clock) as Arc<dyn Clock>);
        let times = || times.load(Ordering::SeqCst);

        down.store(true, Ordering::SeqCst);
        for _ in 0..3 {
            assert!(roster.voices().await.is_err());
        }
        assert_eq!(times(), 1, "a provider that is down is left alone");

        clock.advance(REST);
        down.store(false, Ordering::SeqCst);
        for _ in 0..3 {
            assert_eq!(roster.voices().await.unwrap().len(), 1);
        }
        assert_eq!(times(), 2);

        clock.advance(FRESH);
        down.store(true, Ordering::SeqCst);
        assert!(roster.voices().await.is_ok(), "the old list does until there is a new one");
        drop(roster.list.asking.lock().await);
        tokio::task::yield_now().await;
        drop(roster.list.asking.lock().await);
        assert_eq!(times(), 3);
        assert!(roster.voices().await.is_ok());
        assert_eq!(times(), 3, "which is not asked for all the time");
    }
}
