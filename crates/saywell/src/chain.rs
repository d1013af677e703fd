//! The chain: the providers to try, in order, each within its deadlines and behind its breaker.

pub mod breaker;
pub mod timeout;

use std::sync::Arc;

use crate::provider::{Provider, ProviderError, Request, Speech, gather};
use crate::voices::{Cast, Speaker};

/// The providers to try, in order.
#[derive(Debug, Clone)]
pub struct Chain {
    links: Arc<[Arc<dyn Provider>]>,
}

/// One utterance, and who spoke it.
#[derive(Debug, Clone)]
pub struct Spoken {
    /// The sound.
    pub speech: Speech,
    /// Who made it.
    pub speaker: Speaker,
}

/// Nobody could say it; each provider's own reason, in the order they were asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .reasons.iter().map(|(name, error)| format!("{name} {error}")).collect::<Vec<_>>().join("; "))]
pub struct Exhausted {
    /// Provider name and its error.
    pub reasons: Vec<(String, ProviderError)>,
}

impl Exhausted {
    /// Whether every provider only lacked capacity, so that coming back later is all it takes.
    #[must_use]
    pub fn is_overload(&self) -> bool {
        self.reasons.iter().all(|(_, error)| *error == ProviderError::Overloaded)
    }
}

impl Chain {
    /// A chain of these providers, in this order.
    #[must_use]
    pub fn new(links: Vec<Arc<dyn Provider>>) -> Self {
        Self { links: links.into() }
    }

    /// The providers in order.
    #[must_use]
    pub fn links(&self) -> &[Arc<dyn Provider>] {
        &self.links
    }

    /// The same chain with the named provider first, or `None` if it has no such provider.
    #[must_use]
    pub fn starting_with(&self, name: &str) -> Option<Self> {
        let at = self.links.iter().position(|link| link.name() == name)?;
        let mut links = self.links.to_vec();
        links[..=at].rotate_right(1);
        Some(Self::new(links))
    }

    /// Speaks one utterance with the first provider that can, each with the model and the voice that `cast` gives
    /// it; a provider without a part in it is passed over. `request` says the rest.
    ///
    /// # Errors
    /// [`Exhausted`] when no provider could.
    pub async fn speak(&self, request: &Request, cast: &Cast) -> Result<Spoken, Exhausted> {
        let mut reasons = Vec::new();
        for link in &*self.links {
            let Some(speaker) = cast.get(link.name()) else {
                reasons.push((link.name().to_owned(), ProviderError::Rejected("has no such voice".into())));
                continue;
            };
            let (model, voice) = (speaker.model.clone(), speaker.voice.clone());
            match gather(link.speak(Request { model, voice, ..request.clone() })).await {
                Ok(speech) => return Ok(Spoken { speech, speaker: speaker.clone() }),
                Err(error) => reasons.push((link.name().to_owned(), error)),
            }
        }
        Err(Exhausted { reasons })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::*;
    use crate::chain::breaker::{Breaker, Policy};
    use crate::chain::timeout::Timeout;
    use crate::clock::SystemClock;
    use crate::providers::conformance;
    use crate::providers::fake::Fake;
    use crate::voices::VoiceMap;

    fn request() -> Request {
        Request::new("Hello there.", "tone-1", "tone")
    }

    async fn cast(chain: &Chain) -> Cast {
        VoiceMap::new(BTreeMap::new(), "tone".into()).cast(None, chain.links()).await.unwrap()
    }

    #[tokio::test]
    async fn a_provider_in_all_its_wrappers_is_a_provider() {
        let timed = Timeout::new(Fake::named("fake"), Duration::from_secs(5), Duration::from_secs(10));
        conformance::examine(&Breaker::new(timed, Policy::default(), Arc::new(SystemClock))).await;
    }

    #[tokio::test]
    async fn the_next_provider_takes_over() {
        let broken = Fake::named("broken").failing(ProviderError::Unavailable("is down".into()));
        let chain = Chain::new(vec![Arc::new(broken), Arc::new(Fake::named("sound"))]);
        let spoken = chain.speak(&request(), &cast(&chain).await).await.unwrap();
        assert_eq!(spoken.speaker.provider, "sound");
    }

    #[tokio::test]
    async fn exhausted_tells_each_reason_in_order() {
        let first = Fake::named("first").failing(ProviderError::Unavailable("is down".into()));
        let second = Fake::named("second").failing(ProviderError::Overloaded);
        let chain = Chain::new(vec![Arc::new(first), Arc::new(second)]);
        let error = chain.speak(&request(), &cast(&chain).await).await.unwrap_err();
        assert_eq!(error.to_string(), "first is down; second is at capacity");
        assert!(!error.is_overload());
    }

    #[tokio::test]
    async fn a_wished_provider_moves_to_the_front() {
        let chain =
            Chain::new(["a", "b", "c"].map(|name| Arc::new(Fake::named(name)) as Arc<dyn Provider>).to_vec());
        let names: Vec<_> =
            chain.starting_with("c").unwrap().links().iter().map(|l| l.name().to_owned()).collect();
        assert_eq!(names, ["c", "a", "b"]);
        assert!(chain.starting_with("d").is_none());
    }
}
