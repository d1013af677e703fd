//! The chain: its providers, each behind what a call has to pass, and their voices.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::StartError;
use crate::chain::Chain;
use crate::chain::breaker::{self, Breaker, BreakerWatch};
use crate::chain::meter::CallMeter;
use crate::chain::paced::Paced;
use crate::chain::plain::Plain;
use crate::chain::retry::{self, Retry};
use crate::chain::roster::Roster;
use crate::chain::spelled::Spelled;
use crate::chain::switch::Switch;
use crate::chain::timeout::Timeout;
use crate::clock::Clock;
use crate::config::Settings;
use crate::controls::Controls;
use crate::ends::{Ending, Ends};
use crate::net;
use crate::price::Prices;
use crate::provider::{Provider, ProviderError};
use crate::providers::{self, kokoro, local};
use crate::voices::{Cast, VoiceMap};

/// The names of the chain's providers, in order, each once: those that the settings name, and the pack of voices where there is
/// one.
#[must_use]
pub fn chain_names(settings: &Settings) -> Vec<&str> {
    let mut names = settings.chain();
    // The pack brings its voices along wherever the voice inside is heard at all.
    let is_own =
        providers::kind_of(kokoro::NAME, &settings.providers).is_some_and(|kind| kind.name == kokoro::NAME);
    let is_new = is_own && names.contains(&local::NAME) && !names.contains(&kokoro::NAME);
    if is_new && kokoro::find_pack(&settings.data_dir).is_some() {
        names.push(kokoro::NAME);
    }
    names
}

/// The providers of the chain, in order, each once.
///
/// # Errors
/// [`StartError::Provider`] with what an operator has to change.
pub fn open_providers(
    settings: &Settings,
    clock: &Arc<dyn Clock>,
) -> Result<Vec<Arc<dyn Provider>>, StartError> {
    let (client, of_providers) = (net::client(), settings.providers());
    let providers = chain_names(settings).into_iter().map(|name| {
        let opened = client
            .clone()
            .map_err(ProviderError::from)
            .and_then(|client| providers::open(name, &of_providers, &client, clock));
        opened.map_err(|error| StartError::Provider { provider: name.to_owned(), reason: error.to_string() })
    });
    providers.collect()
}

/// The names of every kind of provider there is or was, and of those that an operator named.
pub(super) fn known_providers(settings: &Settings, chain: &Chain) -> BTreeSet<String> {
    let kinds = providers::KINDS.iter().map(|kind| kind.name.to_owned());
    let ended = providers::ENDED.iter().map(|(name, _)| (*name).to_owned());
    let here = chain.providers().iter().map(|link| link.name().to_owned());
    kinds.chain(ended).chain(here).chain(settings.providers.keys().cloned()).collect()
}

/// What ends of what the chain speaks with: each provider's model and voice where nobody asks for others, and those that
/// personas have it speak with.
fn endings(settings: &Settings, chain: &Chain, cast: &Cast) -> Vec<Ending> {
    let ends = Ends::default();
    let mut found: Vec<Ending> = Vec::new();
    for link in chain.providers() {
        let about = link.about();
        let own = cast.get(&*about.name).map_or("", |speaker| speaker.voice.as_str());
        let twins = settings.personas.values().filter_map(|persona| persona.get(&*about.name));
        let twins = twins.map(|twin| (twin.model.as_deref().unwrap_or(&about.model), twin.voice.as_str()));
        for (model, voice) in std::iter::once((about.model.as_str(), own)).chain(twins) {
            if let Some(ending) = ends.find(about, model, voice).filter(|ending| !found.contains(ending)) {
                found.push(ending);
            }
        }
    }
    found
}

/// The names of voices, and what a provider will stop serving, which is told once.
pub(super) async fn open_voices(
    settings: &Settings,
    chain: &Chain,
    clock: &dyn Clock,
) -> Result<(VoiceMap, Vec<Ending>), StartError> {
    let voices = VoiceMap::new(voice_names(settings, chain), settings.default_voice.clone())
        .with_personas(settings.personas.clone());
    let Ok(cast) = voices.cast(None, None, chain.providers()).await else {
        return Err(StartError::Voice(settings.default_voice.clone().unwrap_or_default()));
    };
    let endings = endings(settings, chain, &cast);
    for ending in &endings {
        tracing::warn!(provider = %ending.provider, "{}", ending.in_words(clock.now()));
    }
    Ok((voices, endings))
}

/// The voices that OpenAI's names mean: the operator's, else those of the pack where there is one.
fn voice_names(settings: &Settings, chain: &Chain) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    if chain.providers().iter().any(|link| link.about().kind == kokoro::NAME) {
        names.extend(kokoro::OPENAI_VOICES.map(|(name, voice)| (name.to_owned(), voice.to_owned())));
    }
    names.extend(settings.voice_map.clone());
    names
}

/// Puts every provider behind what a call has to pass, from the outside in: the operator's switch, the list of voices, a
/// second chance, the breaker, what its voices can read, what plain text needs, the speeds that its voices lack, the meter, the deadlines of each call.
pub(super) fn chain(
    settings: &Settings,
    providers: Vec<Arc<dyn Provider>>,
    prices: &Arc<Prices>,
    controls: &Controls,
    clock: &Arc<dyn Clock>,
) -> (Chain, BTreeMap<String, BreakerWatch>) {
    let mut breakers = BTreeMap::new();
    let retries = retry::Policy { retries: settings.retries, ..retry::Policy::default() };
    let wrapped = providers.into_iter().map(|provider| {
        let name = provider.name().to_owned();
        // The meter is told of a call that hangs, and does not take it for one that nobody wanted any more.
        let timed = Timeout::new(provider, settings.first_sound_timeout, settings.provider_timeout);
        let metered = CallMeter::new(timed, Arc::clone(prices), Arc::clone(clock));
        let spelled = Spelled::new(Plain::new(Paced::new(metered)));
        let guarded = Breaker::new(spelled, breaker::Policy::default(), Arc::clone(clock));
        breakers.insert(name, guarded.watch());
        let listed = Roster::new(Retry::new(guarded, retries), Arc::clone(clock));
        Arc::new(Switch::new(listed, controls.clone())) as Arc<dyn Provider>
    });
    let chain = Chain::new(wrapped.collect()).hedged(settings.hedge_after);
    (chain, breakers)
}
