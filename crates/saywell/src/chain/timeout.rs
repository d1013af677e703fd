//! A provider within its deadlines: one until the first part, one for the whole utterance.

use std::sync::Arc;
use std::time::Duration;

use async_stream::stream;
use async_trait::async_trait;
use futures::StreamExt;

use crate::provider::{About, Extent, Provider, ProviderError, Request, SpeechStream, Voice};

/// A provider that answers in time or fails with [`ProviderError::TimedOut`].
#[derive(Debug)]
pub struct Timeout<P> {
    inner: P,
    first: Duration,
    whole: Duration,
}

impl<P> Timeout<P> {
    /// Gives `inner` this long until its first part, and this long in all.
    pub fn new(inner: P, first: Duration, whole: Duration) -> Self {
        Self { inner, first, whole }
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<P: Provider> Provider for Timeout<P> {
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
        tokio::time::timeout(self.whole, self.inner.voices())
            .await
            .unwrap_or(Err(ProviderError::TimedOut(self.whole)))
    }

    fn speak(&self, request: Request) -> SpeechStream {
        let (first, whole) = (self.first, self.whole);
        let mut inner = self.inner.speak(request);
        Box::pin(stream! {
            let end = tokio::time::Instant::now() + whole;
            let mut deadline = (tokio::time::Instant::now() + first).min(end);
            let mut allowed = first.min(whole);
            loop {
                match tokio::time::timeout_at(deadline, inner.next()).await {
                    Ok(Some(part)) => yield part,
                    Ok(None) => break,
                    Err(_) => {
                        yield Err(ProviderError::TimedOut(allowed));
                        break;
                    }
                }
                (deadline, allowed) = (end, whole);
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

    #[tokio::test(start_paused = true)]
    async fn a_silent_provider_is_given_up_at_the_first_deadline() {
        let slow = Fake::named("slow").delayed(Duration::from_mins(1));
        let timed = Timeout::new(slow, Duration::from_secs(2), Duration::from_secs(10));
        let error = gather(timed.speak(request())).await.unwrap_err();
        assert_eq!(error, ProviderError::TimedOut(Duration::from_secs(2)));
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
