//! A provider within its deadlines: one until the first sound, one for the whole utterance. What an utterance waits in a
//! queue of the gateway's own is no part of either.

use std::sync::Arc;
use std::time::Duration;

use async_stream::stream;
use async_trait::async_trait;
use futures::StreamExt;
use tokio::time::Instant;

use crate::provider::{Extent, Part, Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};

/// A provider that answers in time or fails with [`ProviderError::TimedOut`].
#[derive(Debug)]
pub struct Timeout<P> {
    inner: P,
    first: Duration,
    whole: Duration,
}

impl<P> Timeout<P> {
    /// Gives `inner` this long until its first sound, and this long in all.
    pub fn new(inner: P, first: Duration, whole: Duration) -> Self {
        Self { inner, first, whole }
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<P: Provider> Provider for Timeout<P> {
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
        tokio::time::timeout(self.whole, self.inner.voices())
            .await
            .unwrap_or(Err(ProviderError::TimedOut(self.whole)))
    }

    async fn warm(&self) {
        // What cannot be reached in time is found out by the next call.
        let _ = tokio::time::timeout(self.whole, self.inner.warm()).await;
    }

    fn speak(&self, request: Request) -> SpeechStream {
        let (first, whole) = (self.first, self.whole);
        let mut inner = self.inner.speak(request);
        Box::pin(stream! {
            let mut clock = Deadlines::new(first, whole);
            loop {
                let Some(part) = clock.within(inner.next()).await else {
                    yield Err(ProviderError::TimedOut(clock.allowed()));
                    break;
                };
                let Some(part) = part else { break };
                match part {
                    Ok(Part::Queued) => clock.stop(),
                    Ok(Part::Begun) => clock.go_on(),
                    _ => clock.sounds = true,
                }
                yield part;
            }
        })
    }
}

/// The deadlines of one utterance.
struct Deadlines {
    first: Duration,
    whole: Duration,
    /// Since when the time counts that has not been added to `before` yet; `None`: it does not, at present.
    since: Option<Instant>,
    /// The time that has counted.
    before: Duration,
    sounds: bool,
}

impl Deadlines {
    fn new(first: Duration, whole: Duration) -> Self {
        Self { first, whole, since: Some(Instant::now()), before: Duration::ZERO, sounds: false }
    }

    /// How long it may take to what is awaited next.
    fn allowed(&self) -> Duration {
        if self.sounds { self.whole } else { self.first.min(self.whole) }
    }

    fn stop(&mut self) {
        self.before += self.since.take().map(|since| since.elapsed()).unwrap_or_default();
    }

    fn go_on(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }

    /// What comes in time.
    async fn within<T>(&self, coming: impl Future<Output = T>) -> Option<T> {
        match self.since {
            Some(since) => {
                let end = since + self.allowed().saturating_sub(self.before);
                tokio::time::timeout_at(end, coming).await.ok()
            }
            None => Some(coming.await),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::gather;
    use crate::providers::fake::Fake;

    fn request() -> Request {
        Request::new("Hello.", "tone-1", "tone")
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_provider_is_given_up_at_the_first_deadline() {
        let slow = Fake::named("slow").delayed(Duration::from_mins(1));
        let timed = Timeout::new(slow, Duration::from_secs(2), Duration::from_secs(10));
        let error = gather(timed.speak(request())).await.unwrap_err();
        assert_eq!(error, ProviderError::TimedOut(Duration::from_secs(2)));
    }

    #[tokio::test(start_paused = true)]
    async fn to_wait_in_our_own_queue_is_nobodys_failure() {
        let queued = Fake::named("queued").queued(Duration::from_mins(5)).delayed(Duration::from_secs(1));
        let timed = Timeout::new(queued, Duration::from_secs(2), Duration::from_secs(10));
        assert!(gather(timed.speak(request())).await.is_ok());

        let slow = Fake::named("slow").queued(Duration::from_mins(5)).delayed(Duration::from_secs(3));
        let timed = Timeout::new(slow, Duration::from_secs(2), Duration::from_secs(10));
        let begun = Instant::now();
        let error = gather(timed.speak(request())).await.unwrap_err();
        assert_eq!(error, ProviderError::TimedOut(Duration::from_secs(2)));
        assert_eq!(begun.elapsed(), Duration::from_secs(5 * 60 + 2), "its time begins with its turn");
    }

    #[tokio::test(start_paused = true)]
    async fn a_provider_in_time_is_left_alone() {
        let timed = Timeout::new(
            Fake::named("ok").delayed(Duration::from_secs(1)),
            Duration::from_secs(2),
            Duration::from_secs(10),
        );
        assert!(gather(timed.speak(request())).await.is_ok());
    }
}
