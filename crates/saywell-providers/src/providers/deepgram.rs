//! `deepgram`: Deepgram's Aura over REST, sent as it is made.
//!
//! To Deepgram a voice is a model: `aura-2-thalia-en` is the voice `thalia-en` of the model `aura-2`. Its speeds are not
//! there in every language, so speeds are done to its sound. There are no times of words.

use std::sync::Arc;

use async_trait::async_trait;
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use saywell_base::secret::Secret;
use saywell_text::english::Reader;
use serde::Deserialize;
use serde_json::json;

use crate::provider::{About, Part, Provider, ProviderError, Request, SpeechStream, Voice};
use crate::providers::wire::{self, BaseUrl, Coding, Failure, Http};
use crate::providers::{Opening, ProviderKind, Variable};

/// The kind of provider that this file makes.
pub const KIND: ProviderKind = ProviderKind {
    name: "deepgram",
    about: "Deepgram's Aura.",
    variables: &[
        Variable { name: "DEEPGRAM_API_KEY", key: "api_key", secret: true, about: "Deepgram's API key." },
        Variable {
            name: "DEEPGRAM_BASE_URL",
            key: "base_url",
            secret: false,
            about: "Another address for Deepgram's API, such as `https://api.eu.deepgram.com`.",
        },
    ],
    schema: <Options as schemars::JsonSchema>::json_schema,
    check: |options| options.parse::<Options>().map(drop),
    open: |opening| Ok(Arc::new(Deepgram::open(&opening)?)),
};

/// Raw sound is asked for at this rate.
const RATE: u32 = 24_000;

/// The voices of Aura-2, as the SDK 7.17.0 has them, with their languages.
const AURA_2: [&str; 90] = [
    "thalia-en", "amalthea-en", "andromeda-en", "apollo-en", "arcas-en", "aries-en", "asteria-en",
    "athena-en", "atlas-en", "aurora-en", "callista-en", "cora-en", "cordelia-en", "delia-en", "draco-en",
    "electra-en", "harmonia-en", "helena-en", "hera-en", "hermes-en", "hyperion-en", "iris-en", "janus-en",
    "juno-en", "jupiter-en", "luna-en", "mars-en", "minerva-en", "neptune-en", "odysseus-en", "ophelia-en",
    "orion-en", "orpheus-en", "pandora-en", "phoebe-en", "pluto-en", "saturn-en", "selene-en", "theia-en",
    "vesta-en", "zeus-en", "agustina-es", "alvaro-es", "antonia-es", "aquila-es", "carina-es", "celeste-es",
    "diana-es", "estrella-es", "gloria-es", "javier-es", "luciano-es", "nestor-es", "olivia-es", "selena-es",
    "silvia-es", "sirio-es", "valerio-es", "aurelia-de", "elara-de", "fabian-de", "julius-de", "kara-de",
    "lara-de", "viktoria-de", "beatrix-nl", "cornelia-nl", "daphne-nl", "hestia-nl", "lars-nl", "leda-nl",
    "rhea-nl", "roman-nl", "sander-nl", "agathe-fr", "hector-fr", "cesare-it", "cinzia-it", "demetra-it",
    "dionisio-it", "elio-it", "flavio-it", "livia-it", "maia-it", "melia-it", "ama-ja", "ebisu-ja",
    "fujin-ja", "izanami-ja", "uzume-ja",
];

/// The voices of the first Aura.
const AURA: [&str; 12] = [
    "asteria-en", "angus-en", "arcas-en", "athena-en", "helios-en", "hera-en", "luna-en", "orion-en",
    "orpheus-en", "perseus-en", "stella-en", "zeus-en",
];

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    api_key: Option<Secret>,
    #[serde(default = "api")]
    base_url: BaseUrl,
    /// The model where a request names none: `aura-2` (if not set) or `aura`.
    #[serde(default = "default_model")]
    model: String,
    /// The voice when nobody asks for one, such as `thalia-en`.
    voice: Option<String>,
    /// Voices beside those that are known here.
    #[serde(default)]
    more_voices: Vec<String>,
    /// Keeps the texts out of what Deepgram improves its models with, which may cost more; `false`.
    #[serde(default)]
    opt_out: bool,
    /// How many utterances of a reply to ask for at the same time.
    #[serde(default = "default_parallel")]
    parallel: std::num::NonZeroU8,
}

fn api() -> BaseUrl {
    BaseUrl::known("https://api.deepgram.com")
}

fn default_model() -> String {
    "aura-2".to_owned()
}

fn default_parallel() -> std::num::NonZeroU8 {
    std::num::NonZeroU8::MIN.saturating_add(1)
}

#[derive(Debug)]
struct Deepgram {
    http: Http,
    about: About,
    headers: HeaderMap,
    options: Options,
    voices: Arc<[Voice]>,
}

impl Deepgram {
    fn open(opening: &Opening<'_>) -> Result<Self, ProviderError> {
        let options: Options = opening.options.parse().map_err(ProviderError::Misconfigured)?;
        let about = About {
            paid: true,
            default_voice: options.voice.clone(),
            parallel: usize::from(options.parallel.get()),
            longest: 2_000,
            speeds: 1.0..=1.0,
            reader: Some(Reader::Natural),
            ..About::new(KIND.name, opening.name, options.model.clone())
        };
        let key = wire::key(options.api_key.as_ref(), "DEEPGRAM_API_KEY")?;
        let known: &[&str] = if options.model == "aura" { &AURA } else { &AURA_2 };
        let mut names: Vec<&str> = known.to_vec();
        for name in options.more_voices.iter().chain(&options.voice) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        let voices = names.into_iter().map(|name| voice(opening.name, name)).collect();
        Ok(Self {
            http: Http::new(opening),
            about,
            headers: HeaderMap::from_iter([(AUTHORIZATION, wire::secret(&format!("Token {key}"))?)]),
            options,
            voices,
        })
    }

    fn call(&self, request: &Request) -> RequestBuilder {
        let model = format!("{}-{}", request.model, request.voice);
        let rate = RATE.to_string();
        let mut query = vec![
            ("model", model.as_str()),
            ("encoding", "linear16"),
            ("container", "none"),
            ("sample_rate", &rate),
        ];
        if self.options.opt_out {
            query.push(("mip_opt_out", "true"));
        }
        let call = self.http.post(self.options.base_url.join("/v1/speak")).query(&query);
        call.headers(self.headers.clone()).json(&json!({"text": &*request.text}))
    }
}

/// A voice whose name ends in its language.
fn voice(provider: &str, name: &str) -> Voice {
    let (bare, language) = name.rsplit_once('-').unwrap_or((name, "en"));
    Voice { name: bare.to_owned(), ..Voice::new(provider, name, language) }
}

#[async_trait]
impl Provider for Deepgram {
    fn about(&self) -> &About {
        &self.about
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        Ok(Arc::clone(&self.voices))
    }

    fn speak(&self, request: Request) -> SpeechStream {
        if wire::is_blank(&request.text) {
            let silence = Part::Sound { rate: RATE, samples: Vec::new() };
            return Box::pin(futures::stream::iter([Ok(silence)]));
        }
        self.http.speech(self.call(&request), |_| Coding::Pcm { rate: RATE }, meaning)
    }
}

/// What its codes mean where their status does not say it.
fn meaning(failure: &Failure) -> Option<ProviderError> {
    match failure.code.as_str() {
        // A voice that is not there is as a model that is not there.
        "INSUFFICIENT_PERMISSIONS"
        | "ASR_PAYMENT_REQUIRED"
        | "INVALID_QUERY_PARAMETER"
        | "MODEL_NOT_FOUND" => Some(ProviderError::Misconfigured(failure.in_words())),
        "TOO_MANY_REQUESTS" => Some(ProviderError::Throttled { retry_after: failure.retry_after }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use saywell_stubs::{Fault, Stub, stubs};

    use super::*;
    use crate::provider::gather;
    use crate::providers::conformance;
    use crate::providers::conformance::faults::{self, Case};

    fn opened(url: &str, more: &str) -> Arc<dyn Provider> {
        faults::open(&KIND, &format!("base_url = '{url}'\napi_key = '{}'\n{more}", faults::KEY))
    }

    #[tokio::test]
    async fn passes_every_exam() {
        conformance::examine_with_service(&Case {
            stub: &stubs::deepgram::KIND,
            open: &|url| opened(url, ""),
            lacks: &[
                Fault::WavZero,
                Fault::WavMax,
                Fault::SplitBase64,
                Fault::NoTimings,
                Fault::DisorderedTimings,
                Fault::FailsMidway,
            ],
            unusual: &[],
        })
        .await;
    }

    #[tokio::test]
    async fn a_voice_and_its_model_are_one_name() {
        let stub = Stub::start(&stubs::deepgram::KIND).await.unwrap();
        let provider = opened(&stub.url(), "voice = 'viktoria-de'\nopt_out = true");
        let voices = provider.voices().await.unwrap();
        assert_eq!((voices.len(), voices[0].id.as_str()), (AURA_2.len(), "thalia-en"));
        assert!(voices.iter().any(|voice| voice.id == "viktoria-de" && voice.language == "de"));
        gather(provider.speak(Request::new("Hallo.", "aura-2", "viktoria-de"))).await.unwrap();
        let call = stub.requests().pop().unwrap();
        assert_eq!(
            call.query,
            "model=aura-2-viktoria-de&encoding=linear16&container=none&sample_rate=24000&mip_opt_out=true"
        );
        assert_eq!(call.header("authorization"), format!("Token {}", faults::KEY));
        let nobody = gather(provider.speak(Request::new("Hallo.", "aura-2", "nobody-de"))).await.unwrap_err();
        assert!(matches!(nobody, ProviderError::Misconfigured(_)), "{nobody:?}");
        assert_eq!(opened(&stub.url(), "model = 'aura'").voices().await.unwrap().len(), AURA.len());
    }
}
