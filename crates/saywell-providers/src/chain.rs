//! The chain: the providers to try, in order, each within its deadlines and behind its breaker.

pub mod breaker;
pub mod meter;
pub mod paced;
pub mod plain;
pub mod retry;
pub mod roster;
pub mod spelled;
pub mod switch;
pub mod timeout;

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use futures::future::Either;
use saywell_text::{Emphasis, How, Mark};
use serde::{Deserialize, Serialize};

use crate::provider::{GatheredSpeech, Provider, ProviderError, Request, SpeechStream, begun, gather_for};
use crate::queue::Priority;
use crate::voices::{Cast, Delivery, Speaker};

/// The providers to try, in order.
#[derive(Debug, Clone)]
pub struct Chain {
    providers: Arc<[Arc<dyn Provider>]>,
    hedge: Option<Duration>,
}

/// One utterance, and who speaks it.
#[derive(Debug)]
pub struct ChainAnswer {
    /// The sound.
    pub heard: ChainSound,
    /// Which of the chain's providers it is.
    pub place: usize,
    /// Who made it.
    pub speaker: Speaker,
    /// Where in the chain the next utterance should be asked for: past every provider that failed, so that a reply does not
    /// go back and forth between voices. One that has no voice of this utterance's language has not failed.
    pub next_from: usize,
    /// Who was asked before and failed, each with its own reason: to be [taken down](took_over), once for a reply.
    pub failed: Vec<(String, ProviderError)>,
}

impl ChainAnswer {
    fn after(mut self, failed: Exhausted) -> Self {
        drop(self.failed.splice(0..0, failed.reasons));
        self
    }
}

/// The sound of an utterance.
pub enum ChainSound {
    /// All of it.
    Whole(GatheredSpeech),
    /// Its provider has begun.
    Begun(SpeechStream),
}

impl fmt::Debug for ChainSound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Whole(_) => "Whole",
            Self::Begun(_) => "Begun",
        })
    }
}

/// Nobody could say it; each provider's own reason, in the order they were asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{}", .reasons.iter().map(|(name, error)| format!("{name} {error}")).collect::<Vec<_>>().join("; "))]
pub struct Exhausted {
    /// Provider name and its error.
    pub reasons: Vec<(String, ProviderError)>,
}

impl Exhausted {
    /// With those who were asked before and failed.
    #[must_use]
    pub fn after(mut self, before: Vec<(String, ProviderError)>) -> Self {
        drop(self.reasons.splice(0..0, before));
        self
    }

    /// When coming back may help: as soon as the first of the providers may be asked again. `None` where waiting helps
    /// with none of them.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.reasons.iter().filter_map(|(_, error)| error.retry_after()).min()
    }

    /// Whether every provider only lacked capacity, so that coming back later is all it takes.
    #[must_use]
    pub fn is_overload(&self) -> bool {
        self.reasons.iter().all(|(_, error)| matches!(error, ProviderError::Overloaded { .. }))
    }
}

impl Chain {
    /// A chain of these providers, in this order.
    #[must_use]
    pub fn new(providers: Vec<Arc<dyn Provider>>) -> Self {
        Self { providers: providers.into(), hedge: None }
    }

    /// The same chain, in which a reply's first utterance is asked of the second provider as well when the first has
    /// not spoken it after this long; whoever is ready first is heard.
    #[must_use]
    pub fn hedged(self, after: Option<Duration>) -> Self {
        Self { hedge: after, ..self }
    }

    /// The providers in order.
    #[must_use]
    pub fn providers(&self) -> &[Arc<dyn Provider>] {
        &self.providers
    }

    /// The same chain without the providers that are not `allowed`.
    #[must_use]
    pub fn only(&self, allowed: impl Fn(&str) -> bool) -> Self {
        let providers = self.providers.iter().filter(|provider| allowed(provider.name())).cloned().collect();
        Self { providers, hedge: self.hedge }
    }

    /// The same chain as an operator has it now: those that are switched off left out, those that are to be asked first
    /// at the front.
    #[must_use]
    pub fn steered(&self, first: &[String], off: &BTreeSet<String>) -> Self {
        if first.is_empty() && off.is_empty() {
            return self.clone();
        }
        let on = |provider: &&Arc<dyn Provider>| !off.contains(provider.name());
        let mut providers: Vec<_> = self.providers.iter().filter(on).cloned().collect();
        // The sort is stable: whoever is not named stays behind those who are, in the order of the settings.
        providers.sort_by_key(|provider| {
            first.iter().position(|name| name == provider.name()).unwrap_or(first.len())
        });
        Self::new(providers).hedged(self.hedge)
    }

    /// The same chain with those last that are [too slow](crate::queue::Queue::too_slow) on this machine: they speak what
    /// nobody else can.
    #[must_use]
    pub fn able_first(self) -> Self {
        let slow = |provider: &Arc<dyn Provider>| too_slow(&**provider).is_some();
        if !self.providers.iter().any(slow) {
            return self;
        }
        let mut providers = self.providers.to_vec();
        providers.sort_by_key(slow);
        Self { providers: providers.into(), hedge: self.hedge }
    }

    /// Whether a provider of this name is in it.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.providers.iter().any(|provider| provider.name().eq_ignore_ascii_case(name))
    }

    /// The same chain with the provider of this name, in any case, first, or `None` if it has no such provider.
    #[must_use]
    pub fn starting_with(&self, name: &str) -> Option<Self> {
        let at = self.providers.iter().position(|provider| provider.name().eq_ignore_ascii_case(name))?;
        let mut providers = self.providers.to_vec();
        providers[..=at].rotate_right(1);
        Some(Self::new(providers).hedged(self.hedge))
    }

    /// Speaks one utterance with the first provider from number `from` on that can, each with the model and the voice
    /// that `cast` gives it; a provider without a part in it is passed over. `request` says the rest. The sound is whole
    /// where that is wished, or comes so anyway; else its provider has begun, and may still fail.
    ///
    /// # Errors
    /// [`Exhausted`] when no provider could.
    pub async fn speak(
        &self,
        request: &Request,
        cast: &Cast,
        from: usize,
        whole: bool,
    ) -> Result<ChainAnswer, Exhausted> {
        let all = self.providers.len();
        let Some(patience) = self.hedge.filter(|_| request.priority == Priority::First && from + 1 < all)
        else {
            return self.ask(request, cast, from..all, whole).await;
        };
        let first = self.ask(request, cast, from..from + 1, whole);
        tokio::pin!(first);
        let in_time = tokio::time::timeout(patience, &mut first).await;
        let first = match in_time {
            Ok(Ok(spoken)) => return Ok(spoken),
            Ok(Err(exhausted)) => exhausted,
            Err(_) => {
                let rest = self.ask(request, cast, from + 1..all, whole);
                tokio::pin!(rest);
                // Whoever loses is dropped, which ends the call.
                let (spoken, failed, other) = match futures::future::select(first, rest).await {
                    Either::Left((Ok(spoken), _)) | Either::Right((Ok(spoken), _)) => return Ok(spoken),
                    Either::Left((Err(failed), rest)) => (rest.await, failed, true),
                    Either::Right((Err(failed), first)) => (first.await, failed, false),
                };
                return match spoken {
                    Ok(spoken) => Ok(spoken.after(failed)),
                    Err(late) if other => Err(late.after(failed.reasons)),
                    Err(late) => Err(failed.after(late.reasons)),
                };
            }
        };
        match self.ask(request, cast, from + 1..all, whole).await {
            Ok(spoken) => Ok(spoken.after(first)),
            Err(exhausted) => Err(exhausted.after(first.reasons)),
        }
    }

    /// Asks these providers one after the other.
    async fn ask(
        &self,
        request: &Request,
        cast: &Cast,
        range: Range<usize>,
        whole: bool,
    ) -> Result<ChainAnswer, Exhausted> {
        let (mut reasons, mut next_from) = (Vec::new(), range.start);
        let last = self.providers.iter().rposition(|provider| cast.get(provider.name()).is_some());
        for (number, provider) in self.providers.iter().enumerate().take(range.end).skip(range.start) {
            let Some(speaker) = cast.get(provider.name()) else {
                reasons
                    .push((provider.name().to_owned(), ProviderError::Rejected("has no such voice".into())));
                continue;
            };
            let (model, voice) = (speaker.model.clone(), speaker.voice.clone());
            let last = last == Some(number);
            let Delivery { speed, instructions } = &speaker.delivery;
            let speed = request.speed * speed.unwrap_or(1.0);
            let instructions = match instructions {
                Some(own) if request.instructions.is_empty() => own.as_str().into(),
                _ => Arc::clone(&request.instructions),
            };
            let language = request.language.clone().or_else(|| speaker.own_language());
            let marks = if provider.about().within {
                stressed(&request.marks, &request.emphasis)
            } else {
                Arc::clone(&request.marks)
            };
            let asked =
                Request { marks, language, model, voice, instructions, speed, last, ..request.clone() };
            let asked = provider.speak(asked);
            let heard = if whole || provider.about().whole {
                gather_for(asked, speaker.level).await.map(ChainSound::Whole)
            } else {
                begun(asked).await.map(ChainSound::Begun)
            };
            match heard {
                Ok(heard) => {
                    // Whoever has no part in it was not asked, and did not fail.
                    reasons.retain(|(name, _)| cast.contains_key(name));
                    let (place, speaker) = (number, speaker.clone());
                    return Ok(ChainAnswer { heard, place, speaker, next_from, failed: reasons });
                }
                Err(error) => {
                    next_from = number + 1;
                    reasons.push((provider.name().to_owned(), error));
                }
            }
        }
        Err(Exhausted { reasons })
    }
}

/// What a speaker who speaks within a sentence is told: `marks`, and that words are stressed which no mark speaks of.
#[must_use]
pub fn stressed(marks: &[Mark], emphasis: &[Range<usize>]) -> Arc<[Mark]> {
    let apart = |words: &&Range<usize>| {
        marks.iter().all(|mark| mark.text.end <= words.start || words.end <= mark.text.start)
    };
    let stress = |words: &Range<usize>| Mark { text: words.clone(), how: How::Emphasis(Emphasis::Moderate) };
    let mut all: Vec<Mark> = marks.iter().cloned().chain(emphasis.iter().filter(apart).map(stress)).collect();
    all.sort_by_key(|mark| mark.text.start);
    all.into()
}

/// How many seconds of sound a provider makes in a second, where that is too few to be heard without gaps.
#[must_use]
pub fn too_slow(provider: &dyn Provider) -> Option<f64> {
    provider.about().queue.as_ref()?.too_slow()
}

/// Takes down that a provider speaks in the place of those that failed before it.
pub fn took_over(failed: &[(String, ProviderError)], to: &str) {
    for (from, error) in failed {
        let labels = [("from", from.clone()), ("to", to.to_owned()), ("reason", error.reason().to_owned())];
        metrics::counter!("saywell_failovers_total", &labels).increment(1);
        tracing::warn!(from, to, reason = error.reason(), %error, "failover: another provider speaks on");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::chain::breaker::{Breaker, Policy};
    use crate::chain::timeout::Timeout;
    use crate::providers::conformance;
    use crate::providers::fake::Fake;
    use crate::voices::VoiceMap;
    use saywell_base::clock::SystemClock;

    fn request() -> Request {
        Request::new("Hello there.", "tone-1", "tone")
    }

    async fn cast(chain: &Chain) -> Cast {
        VoiceMap::new(BTreeMap::new(), None).cast(None, None, chain.providers()).await.unwrap()
    }

    #[tokio::test]
    async fn a_provider_in_all_its_wrappers_is_a_provider() {
        let timed = Timeout::new(Fake::named("fake"), Duration::from_secs(5), Duration::from_secs(10));
        conformance::examine(&Breaker::new(timed, Policy::default(), Arc::new(SystemClock))).await;
    }

    #[test]
    fn words_are_stressed_where_no_mark_speaks_of_them() {
        let alias = Mark { text: 4..9, how: How::Alias("Linux".into()) };
        let marks = stressed(std::slice::from_ref(&alias), &[0..3, 6..12, 20..24]);
        let stress = |text| Mark { text, how: How::Emphasis(Emphasis::Moderate) };
        assert_eq!(&*marks, [stress(0..3), alias, stress(20..24)]);
        assert!(stressed(&[], &[]).is_empty());
    }

    #[tokio::test]
    async fn the_next_provider_takes_over() {
        let broken = Fake::named("broken").failing(ProviderError::Unavailable("is down".into()));
        let chain = Chain::new(vec![Arc::new(broken), Arc::new(Fake::named("sound"))]);
        let spoken = chain.speak(&request(), &cast(&chain).await, 0, true).await.unwrap();
        assert_eq!((spoken.speaker.provider.as_str(), spoken.next_from), ("sound", 1));
    }

    #[tokio::test]
    async fn who_has_no_voice_of_a_language_is_asked_again_for_the_next_and_who_failed_is_not() {
        let picky = || Fake::named("picky").failing(ProviderError::Rejected("cannot say this".into()));
        let chain = Chain::new(vec![Arc::new(picky()), Arc::new(Fake::named("sound"))]);
        let mut cast = cast(&chain).await;
        assert_eq!(chain.speak(&request(), &cast, 0, true).await.unwrap().next_from, 1);
        cast.remove("picky");
        assert_eq!(chain.speak(&request(), &cast, 0, true).await.unwrap().next_from, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_first_utterance_is_asked_of_the_next_as_well() {
        let slow = Fake::named("slow").delayed(Duration::from_secs(9));
        let (asked, chain) = (
            slow.calls(),
            Chain::new(vec![Arc::new(slow), Arc::new(Fake::named("quick"))])
                .hedged(Some(Duration::from_millis(300))),
        );
        let cast = cast(&chain).await;
        let begun = tokio::time::Instant::now();
        let spoken = chain.speak(&request(), &cast, 0, true).await.unwrap();
        assert_eq!((spoken.speaker.provider.as_str(), spoken.next_from), ("quick", 1));
        assert_eq!(begun.elapsed(), Duration::from_millis(300));
        assert_eq!((asked.count(), asked.finished()), (1, 0), "the slow call was ended");

        let rest = Request { priority: Priority::Rest, ..request() };
        assert_eq!(chain.speak(&rest, &cast, 0, true).await.unwrap().speaker.provider, "slow");
    }

    #[tokio::test(start_paused = true)]
    async fn a_hedge_that_fails_leaves_the_first_its_time() {
        let slow = Fake::named("slow").delayed(Duration::from_secs(1));
        let broken = Fake::named("broken").failing(ProviderError::Unavailable("is down".into()));
        let chain = Chain::new(vec![Arc::new(slow), Arc::new(broken)]).hedged(Some(Duration::from_millis(1)));
        let spoken = chain.speak(&request(), &cast(&chain).await, 0, true).await.unwrap();
        assert_eq!(spoken.speaker.provider, "slow");
    }

    #[tokio::test]
    async fn exhausted_tells_each_reason_in_order() {
        let first = Fake::named("first").failing(ProviderError::Unavailable("is down".into()));
        let second = Fake::named("second").failing(ProviderError::Overloaded { retry_after: None });
        let chain = Chain::new(vec![Arc::new(first), Arc::new(second)]);
        let error = chain.speak(&request(), &cast(&chain).await, 0, true).await.unwrap_err();
        assert_eq!(error.to_string(), "first is down; second is at capacity");
        assert!(!error.is_overload());
    }

    #[tokio::test]
    async fn an_operator_says_who_is_asked_and_in_which_order() {
        let chain =
            Chain::new(["a", "b", "c"].map(|name| Arc::new(Fake::named(name)) as Arc<dyn Provider>).to_vec());
        let steered = |order: &[&str], off: &[&str]| {
            let order: Vec<_> = order.iter().map(ToString::to_string).collect();
            let off = off.iter().map(ToString::to_string).collect();
            chain
                .steered(&order, &off)
                .providers()
                .iter()
                .map(|provider| provider.name().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(steered(&[], &[]), ["a", "b", "c"]);
        assert_eq!(steered(&["c", "gone"], &[]), ["c", "a", "b"]);
        assert_eq!(steered(&["c", "b"], &["b"]), ["c", "a"]);
        assert!(steered(&[], &["a", "b", "c"]).is_empty());
    }

    #[tokio::test]
    async fn a_wished_provider_moves_to_the_front() {
        let chain =
            Chain::new(["a", "b", "c"].map(|name| Arc::new(Fake::named(name)) as Arc<dyn Provider>).to_vec());
        let names: Vec<_> =
            chain.starting_with("c").unwrap().providers().iter().map(|l| l.name().to_owned()).collect();
        assert_eq!(names, ["c", "a", "b"]);
        assert!(chain.starting_with("d").is_none());
    }
}
