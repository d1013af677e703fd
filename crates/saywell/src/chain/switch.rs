//! A provider that an operator may take out of the chain while flights are in the air.
//!
//! New flights do not have it in their chain at all (see [`Chain::steered`](super::Chain::steered)); this wrapper is for
//! those that began before, which go on with the next provider at their next utterance.

use std::sync::Arc;

use async_trait::async_trait;
use futures::{StreamExt, stream};

use crate::controls::Controls;
use crate::provider::{About, Extent, Provider, ProviderError, Request, SpeechStream, Voice};

/// A provider that is asked only while no operator has switched it off.
#[derive(Debug)]
pub struct Switch<P> {
    inner: P,
    controls: Controls,
}

impl<P> Switch<P> {
    /// Puts `inner` behind what these controls say of it.
    pub const fn new(inner: P, controls: Controls) -> Self {
        Self { inner, controls }
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<P: Provider> Provider for Switch<P> {
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
        if self.controls.state().disabled_providers.contains(self.name()) {
            // Not "rejected": what is switched off is not asked for the next utterance either.
            let off = ProviderError::Misconfigured("is switched off by an operator".to_owned());
            return stream::once(async { Err(off) }).boxed();
        }
        self.inner.speak(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::controls::Change;
    use crate::provider::gather;
    use crate::providers::conformance;
    use crate::providers::fake::Fake;
    use crate::store::sqlite::SqliteStore;

    #[tokio::test]
    async fn it_is_a_provider_and_is_not_asked_while_it_is_off() {
        let store = Arc::new(SqliteStore::in_memory().await.unwrap());
        let controls = Controls::open(store, Arc::new(ManualClock::default())).await.unwrap();
        let fake = Fake::named("fake");
        let calls = fake.calls();
        let switch = Switch::new(fake, controls.clone());
        conformance::examine(&switch).await;

        let set = async |enabled| {
            let change = Change::SetProvider { provider: "fake".into(), enabled };
            controls.change("operator", &change).await.unwrap();
        };
        let asked = calls.count();
        set(false).await;
        let request = || Request::new("Hello.", "tone-1", "tone");
        let refused = gather(switch.speak(request())).await.unwrap_err();
        assert_eq!(refused.to_string(), "is switched off by an operator");
        assert_eq!(calls.count(), asked);
        set(true).await;
        assert!(gather(switch.speak(request())).await.is_ok());
    }
}
