//! Every provider, one file each. A new one is its file, its `mod` line here, and its line in [`KINDS`].

pub mod azure;
pub mod cartesia;
#[cfg(any(test, feature = "testing"))]
pub mod conformance;
pub mod coqui;
pub mod deepgram;
#[cfg(test)]
mod document;
pub mod elevenlabs;
#[cfg(any(test, feature = "testing"))]
pub mod fake;
pub mod gemini;
pub mod google;
pub mod inworld;
pub mod kokoro;
pub mod local;
pub mod minimax;
pub mod mistral;
pub mod openai;
pub mod openai_compatible;
pub mod openai_realtime;
pub mod piper;
pub mod polly;
pub mod wire;
pub mod xai;
pub mod xtts;

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use saywell_voice::Pool;
use schemars::{Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::provider::{Provider, ProviderError};
use saywell_base::clock::Clock;
use saywell_base::net::ClientError;

/// Every kind of provider that settings may choose from.
pub static KINDS: &[&ProviderKind] = &[
    &local::KIND,
    &kokoro::KIND,
    &openai::KIND,
    &openai_realtime::KIND,
    &openai_compatible::KIND,
    &openai_compatible::GROQ,
    &openai_compatible::OPENROUTER,
    &openai_compatible::DEEPINFRA,
    &openai_compatible::TOGETHER,
    &openai_compatible::ASSEMBLYAI,
    &openai_compatible::KOKORO_FASTAPI,
    &openai_compatible::SPEACHES,
    &openai_compatible::LOCALAI,
    &openai_compatible::OPENEDAI,
    &openai_compatible::EDGE_TTS,
    &elevenlabs::KIND,
    &mistral::KIND,
    &gemini::KIND,
    &cartesia::KIND,
    &deepgram::KIND,
    &xai::KIND,
    &inworld::KIND,
    &minimax::KIND,
    &azure::KIND,
    &google::KIND,
    &polly::KIND,
    &piper::KIND,
    &coqui::KIND,
    &xtts::KIND,
];

/// Services that applications still name and that speak no longer, each with its last day.
pub static ENDED: &[(&str, &str)] = &[("playht", "2025-12-31"), ("hume", "2026-11-13")];

/// A kind of provider: what one file in this folder makes.
pub struct ProviderKind {
    /// What settings call it; also the name of the provider of this kind that needs no name of its own.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub about: &'static str,
    /// Environment variables that fill its options.
    pub variables: &'static [Variable],
    /// What its options may be, as an editor is told it.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// What is wrong with the options, if anything is.
    pub check: fn(&Options) -> Result<(), String>,
    /// Makes a provider. Asks nobody: a service that is down at the start may be up later.
    pub open: fn(Opening<'_>) -> Result<Arc<dyn Provider>, ProviderError>,
}

impl fmt::Debug for ProviderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderKind").field("name", &self.name).finish_non_exhaustive()
    }
}

/// An environment variable that fills an option of the provider that is called as its kind.
#[derive(Debug)]
pub struct Variable {
    /// The variable.
    pub name: &'static str,
    /// The key in `[providers.NAME]`.
    pub key: &'static str,
    /// Never shown.
    pub secret: bool,
    /// What it means.
    pub about: &'static str,
}

/// What providers take of the settings.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The options of each provider that has any, by its name.
    pub options: BTreeMap<String, Options>,
    /// What the voices inside may take of this machine.
    pub inside: Inside,
}

/// What the voices inside this process may take of its machine.
#[derive(Debug, Clone)]
pub struct Inside {
    /// Threads of each; 0: one for each core.
    pub threads: usize,
    /// How long an admitted reply may wait for one.
    pub queue_longest: Duration,
    /// How many replies may be in the making at once.
    pub max_flights: usize,
    /// The folder that voices are looked for in.
    pub data_dir: PathBuf,
}

impl Default for Inside {
    fn default() -> Self {
        Self {
            threads: 0,
            queue_longest: Duration::from_secs(8),
            max_flights: 256,
            data_dir: "saywell-data".into(),
        }
    }
}

impl Inside {
    /// How many threads that is on this machine.
    pub(crate) fn threads(&self) -> NonZero<usize> {
        NonZero::new(self.threads).unwrap_or_else(Pool::available_threads)
    }

    /// The most utterances that wait for threads: as many of each flight as it has made at once.
    pub(crate) fn most_waiting(&self) -> usize {
        self.max_flights.saturating_mul(self.threads().get())
    }
}

/// The options of one provider, as `[providers.NAME]` in the settings file and the environment give them.
#[derive(Clone, Default, PartialEq)]
pub struct Options {
    /// Its kind, where that is not its name: several providers may be of one kind.
    pub kind: Option<String>,
    /// The options of that kind.
    pub table: toml::Table,
}

impl Options {
    /// Reads them as `T`, which names every option there is.
    ///
    /// # Errors
    /// What is wrong, with the option's name.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, String> {
        serde_path_to_error::deserialize(toml::Value::Table(self.table.clone())).map_err(|error| {
            let (path, reason) = (error.path().to_string(), error.inner().message().to_owned());
            if path == "." { reason } else { format!("`{path}`: {reason}") }
        })
    }
}

impl fmt::Debug for Options {
    /// The names alone: values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<&String> = self.table.keys().collect();
        f.debug_struct("Options").field("kind", &self.kind).field("keys", &keys).finish()
    }
}

/// The options of a kind that has none.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoOptions {}

/// What a provider is made of.
#[derive(Debug)]
pub struct Opening<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its own options, which [`ProviderKind::check`] found right.
    pub options: &'a Options,
    /// What voices inside this process may take.
    pub inside: &'a Inside,
    /// The client for calls over HTTP. It follows no redirects and sets no deadlines.
    pub client: &'a reqwest::Client,
    /// The time.
    pub clock: &'a Arc<dyn Clock>,
}

/// The kind of the provider of this name: the one that its options name, or the one called so.
#[must_use]
pub fn kind_of(name: &str, providers: &BTreeMap<String, Options>) -> Option<&'static ProviderKind> {
    let wanted = providers.get(name).and_then(|options| options.kind.as_deref()).unwrap_or(name);
    KINDS.iter().copied().find(|kind| kind.name == wanted)
}

/// Makes a provider from the settings.
///
/// # Errors
/// [`ProviderError::Misconfigured`] with what an operator has to change.
pub fn open(
    name: &str,
    settings: &Settings,
    client: &reqwest::Client,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<dyn Provider>, ProviderError> {
    let kind = kind_of(name, &settings.options)
        .ok_or_else(|| ProviderError::Misconfigured(format!("there is no provider `{name}`")))?;
    let none = Options::default();
    let options = settings.options.get(name).unwrap_or(&none);
    (kind.open)(Opening { name, options, inside: &settings.inside, client, clock })
}

impl From<ClientError> for ProviderError {
    fn from(error: ClientError) -> Self {
        Self::Misconfigured(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use saywell_stubs::{Stub, stubs};

    use super::*;
    use crate::providers::conformance::faults;

    /// How each service over HTTP is given its address.
    const REMOTE: [(&ProviderKind, &stubs::StubKind, &str); 12] = [
        (&openai::KIND, &stubs::openai::KIND, "/v1'\napi_key = 'key"),
        (&openai_compatible::GROQ, &stubs::openai_compatible::GROQ, "/v1'\napi_key = 'key"),
        (&elevenlabs::KIND, &stubs::elevenlabs::KIND, "'\napi_key = 'key"),
        (&mistral::KIND, &stubs::mistral::KIND, "'\napi_key = 'key"),
        (&gemini::KIND, &stubs::gemini::KIND, "'\napi_key = 'key"),
        (&cartesia::KIND, &stubs::cartesia::KIND, "'\napi_key = 'key"),
        (&deepgram::KIND, &stubs::deepgram::KIND, "'\napi_key = 'key"),
        (&xai::KIND, &stubs::xai::KIND, "/v1'\napi_key = 'key"),
        (&inworld::KIND, &stubs::inworld::KIND, "'\napi_key = 'key"),
        (&minimax::KIND, &stubs::minimax::KIND, "'\napi_key = 'key"),
        (&azure::KIND, &stubs::azure::KIND, "'\nword_times = false\nkey = 'key"),
        (&google::KIND, &stubs::google::KIND, "'\napi_key = 'key"),
    ];

    #[tokio::test]
    async fn a_service_is_warmed_without_asking_it_for_anything() {
        for (kind, service, address) in REMOTE {
            let stub = Stub::start(service).await.unwrap();
            let provider = faults::open(kind, &format!("base_url = '{}{address}'", stub.url()));
            provider.warm().await;
            // Google's has a connection of each sort.
            let asked = stub.requests();
            assert!(
                !asked.is_empty() && asked.iter().all(|request| request.method == "HEAD"),
                "{}",
                kind.name
            );
            assert_eq!(stub.counts().begun, 0, "{}", kind.name);
        }
    }
}
