//! A provider that an operator may take out of the chain while flights are in the air.
//!
//! New flights do not have it in their chain at all (see [`Chain::steered`](super::Chain::steered)); this wrapper is for
//! those that began before, which go on with the next provider at their next utterance.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use futures::{StreamExt, stream};

use crate::provider::{Extent, Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};

/// Who says which providers are switched off.
pub trait Switches: fmt::Debug + Send + Sync {
    /// Whether this one is. Never waits.
    fn is_off(&self, provider: &str) -> bool;
}

/// A provider that is asked only while no operator has switched it off.
#[derive(Debug)]
pub struct Switch<P, S> {
    inner: P,
    switches: S,
}

impl<P, S> Switch<P, S> {
    /// Puts `inner` behind what these switches say of it.
    pub const fn new(inner: P, switches: S) -> Self {
        Self { inner, switches }
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<P: Provider, S: Switches> Provider for Switch<P, S> {
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
        if !self.switches.is_off(self.name()) {
            self.inner.warm().await;
        }
    }

    fn speak(&self, request: Request) -> SpeechStream {
        if self.switches.is_off(self.name()) {
            // Not "rejected": what is switched off is not asked for the next utterance either.
            let off = ProviderError::Misconfigured("is switched off by an operator".to_owned());
            return stream::once(async { Err(off) }).boxed();
        }
        self.inner.speak(request)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::provider::gather;
    use crate::providers::conformance;
    use crate::providers::fake::Fake;

    #[derive(Debug, Default)]
    struct Off(AtomicBool);

    impl Switches for &Off {
        fn is_off(&self, provider: &str) -> bool {
            provider == "fake" && self.0.load(Ordering::SeqCst)
        }
    }

    #[tokio::test]
    async fn it_is_a_provider_and_is_not_asked_while_it_is_off() {
        let (fake, off) = (Fake::named("fake"), Off::default());
        let calls = fake.calls();
        let switch = Switch::new(fake, &off);
        conformance::examine(&switch).await;

        let asked = calls.count();
        off.0.store(true, Ordering::SeqCst);
        let request = || Request::new("Hello.", "tone-1", "tone");
        let refused = gather(switch.speak(request())).await.unwrap_err();
        assert_eq!(refused.to_string(), "is switched off by an operator");
        assert_eq!(calls.count(), asked);
        off.0.store(false, Ordering::SeqCst);
        assert!(gather(switch.speak(request())).await.is_ok());
    }
}
