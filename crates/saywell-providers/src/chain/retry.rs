//! A provider that is asked once more when its trouble is passing, as long as nobody has heard anything of it.

use std::sync::Arc;
use std::time::Duration;

use async_stream::stream;
use async_trait::async_trait;
use backon::{BackoffBuilder, ExponentialBuilder};
use futures::StreamExt;

use crate::provider::{Extent, Part, Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};

/// How often to ask again, and how long to wait before.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// How often at most.
    pub retries: usize,
    /// The first wait; it doubles from then on. Up to as much again is added by chance, so that callers who failed
    /// together do not come back together.
    pub wait: Duration,
    /// The longest wait, also of one that the provider asks for: past it the next provider is quicker.
    pub longest: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self { retries: 1, wait: Duration::from_millis(250), longest: Duration::from_secs(2) }
    }
}

/// A provider with a second chance.
#[derive(Debug)]
pub struct Retry<P> {
    inner: Arc<P>,
    policy: Policy,
}

impl<P> Retry<P> {
    /// Asks `inner` again as `policy` says.
    pub fn new(inner: P, policy: Policy) -> Self {
        Self { inner: Arc::new(inner), policy }
    }
}

impl Policy {
    fn waits(self) -> impl Iterator<Item = Duration> {
        ExponentialBuilder::default()
            .with_min_delay(self.wait)
            .with_max_delay(self.longest)
            .with_max_times(self.retries)
            .with_jitter()
            .build()
    }

    /// How long to wait before asking again after `error`; `None`: do not.
    fn wait(self, error: &ProviderError, waits: &mut impl Iterator<Item = Duration>) -> Option<Duration> {
        match error {
            // Time is up, or somebody else decides when there is room.
            ProviderError::TimedOut(_) | ProviderError::Overloaded { .. } => None,
            ProviderError::Throttled { retry_after: Some(asked) } => {
                let wait = waits.next()?;
                (*asked <= self.longest).then(|| wait.max(*asked))
            }
            error if error.is_passing() => waits.next(),
            _ => None,
        }
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<P: Provider + 'static> Provider for Retry<P> {
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
        let (inner, policy) = (Arc::clone(&self.inner), self.policy);
        Box::pin(stream! {
            let mut waits = policy.waits();
            'asking: loop {
                let mut parts = inner.speak(request.clone());
                let mut begun = false;
                while let Some(part) = parts.next().await {
                    if let Err(error) = &part
                        && !begun
                        && let Some(wait) = policy.wait(error, &mut waits)
                    {
                        drop(parts);
                        tokio::time::sleep(wait).await;
                        continue 'asking;
                    }
                    begun |= !matches!(part, Ok(Part::Queued | Part::Begun));
                    yield part;
                }
                break;
            }
        })
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

    async fn calls_until_failure(error: ProviderError, policy: Policy) -> usize {
        let fake = Fake::named("shaky").failing(error.clone());
        let calls = fake.calls();
        assert_eq!(gather(Retry::new(fake, policy).speak(request())).await.unwrap_err(), error);
        calls.count()
    }

    #[tokio::test(start_paused = true)]
    async fn passing_trouble_gets_a_second_chance_within_bounds() {
        let policy = Policy { retries: 2, ..Policy::default() };
        let down = ProviderError::Unavailable("is down".into());
        assert_eq!(calls_until_failure(down, policy).await, 3);
        for lasting in [
            ProviderError::Rejected("cannot say this".into()),
            ProviderError::Misconfigured("has no key".into()),
            ProviderError::Resting(Duration::from_secs(9)),
            ProviderError::Overloaded { retry_after: None },
            ProviderError::TimedOut(Duration::from_secs(1)),
        ] {
            assert_eq!(calls_until_failure(lasting, policy).await, 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_waits_as_long_as_it_is_asked_to_unless_that_is_too_long() {
        let asked = |seconds| ProviderError::Throttled { retry_after: Some(Duration::from_secs(seconds)) };
        let begun = tokio::time::Instant::now();
        assert_eq!(calls_until_failure(asked(2), Policy::default()).await, 2);
        assert!(begun.elapsed() >= Duration::from_secs(2), "{:?}", begun.elapsed());
        assert_eq!(calls_until_failure(asked(3), Policy::default()).await, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_asked_for_again_once_some_of_it_was_heard() {
        let fake = Fake::named("shaky").breaking_off(ProviderError::Unavailable("hung up".into()));
        let calls = fake.calls();
        let parts: Vec<_> = Retry::new(fake, Policy::default()).speak(request()).collect().await;
        assert!(parts[0].is_ok() && parts[1].is_err(), "{parts:?}");
        assert_eq!(calls.count(), 1);
    }
}
