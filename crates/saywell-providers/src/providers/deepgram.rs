//! `deepgram`: Deepgram's Aura over REST, sent as it is made; or over its WebSocket, where the voice goes on in one manner over a
//! reply.
//!
//! To Deepgram a voice is a model: `aura-2-thalia-en` is the voice `thalia-en` of the model `aura-2`. Its speeds are not
//! there in every language, so speeds are done to its sound. There are no times of words.

mod socket;

use std::sync::Arc;

use async_trait::async_trait;
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use saywell_base::secret::Secret;
use saywell_text::english::Reader;
use serde::Deserialize;
use serde_json::json;

use self::socket::Connections;
use crate::provider::{Part, Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};
use crate::providers::wire::{self, BaseUrl, Coding, Http, ServiceFailure};
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
    /// Keeps one manner over a reply: its utterances follow one another over one WebSocket, so `parallel` is 1; `false`.
    #[serde(default)]
    continuous: bool,
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
    about: ProviderFacts,
    headers: HeaderMap,
    options: Options,
    voices: Arc<[Voice]>,
    /// Where utterances follow one another.
    connections: Option<Arc<Connections>>,
}

impl Deepgram {
    fn open(opening: &Opening<'_>) -> Result<Self, ProviderError> {
        let options: Options = opening.options.parse().map_err(ProviderError::Misconfigured)?;
        let about = ProviderFacts {
            paid: true,
            default_voice: options.voice.clone(),
            options: if options.continuous { "continuous".into() } else { String::new() },
            parallel: if options.continuous { 1 } else { usize::from(options.parallel.get()) },
            longest: 2_000,
            speeds: 1.0..=1.0,
            reader: Some(Reader::Natural),
            ..ProviderFacts::new(KIND.name, opening.name, options.model.clone())
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
        let headers = HeaderMap::from_iter([(AUTHORIZATION, wire::secret(&format!("Token {key}"))?)]);
        let url = options.base_url.join("/v1/speak");
        let connections =
            options.continuous.then(|| Connections::open(opening, url, headers.clone())).transpose()?;
        Ok(Self { http: Http::new(opening), about, headers, options, voices, connections })
    }

    /// What stands in the query for this voice of a model.
    fn query(&self, model: &str, voice: &str) -> Vec<(&'static str, String)> {
        let mut query = vec![
            ("model", format!("{model}-{voice}")),
            ("encoding", "linear16".to_owned()),
            ("sample_rate", RATE.to_string()),
        ];
        if self.options.opt_out {
            query.push(("mip_opt_out", "true".to_owned()));
        }
        query
    }

    fn call(&self, request: &Request) -> RequestBuilder {
        let query = self.query(&request.model, &request.voice);
        let call = self.http.post(self.options.base_url.join("/v1/speak"));
        let call = call.query(&query).query(&[("container", "none")]);
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
    fn about(&self) -> &ProviderFacts {
        &self.about
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        Ok(Arc::clone(&self.voices))
    }

    async fn warm(&self) {
        match &self.connections {
            // A connection is for one voice: that of whoever wishes none.
            Some(connections) => {
                let voice = self.options.voice.as_deref().or(self.voices.first().map(|voice| &*voice.id));
                connections.warm(self.query(&self.about.model, voice.unwrap_or_default())).await;
            }
            None => self.http.warm(self.options.base_url.as_str()).await,
        }
    }

    fn speak(&self, request: Request) -> SpeechStream {
        if wire::is_blank(&request.text) {
            let silence = Part::Sound { rate: RATE, samples: Vec::new() };
            return Box::pin(futures::stream::iter([Ok(silence)]));
        }
        if let Some(connections) = &self.connections {
            return connections.speak(self.query(&request.model, &request.voice), request);
        }
        self.http.speech(self.call(&request), |_| Coding::Pcm { rate: RATE }, meaning)
    }
}

/// What its codes mean where their status does not say it.
fn meaning(failure: &ServiceFailure) -> Option<ProviderError> {
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
    use crate::queue::Errand;

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
            "model=aura-2-viktoria-de&encoding=linear16&sample_rate=24000&mip_opt_out=true&container=none"
        );
        assert_eq!(call.header("authorization"), format!("Token {}", faults::KEY));
        let nobody = gather(provider.speak(Request::new("Hallo.", "aura-2", "nobody-de"))).await.unwrap_err();
        assert!(matches!(nobody, ProviderError::Misconfigured(_)), "{nobody:?}");
        assert_eq!(opened(&stub.url(), "model = 'aura'").voices().await.unwrap().len(), AURA.len());
    }

    fn continuous(url: &str) -> Arc<dyn Provider> {
        opened(url, "continuous = true")
    }

    #[tokio::test]
    async fn passes_every_exam_over_the_socket() {
        conformance::examine_with_service(&Case {
            stub: &stubs::deepgram::KIND,
            open: &continuous,
            lacks: &[
                // Messages have no crumbs, no types and no headers, and sound in bytes is not in base64.
                Fault::Crumbs,
                Fault::WrongType,
                Fault::WavZero,
                Fault::WavMax,
                Fault::SplitBase64,
                Fault::NoTimings,
                Fault::DisorderedTimings,
                // What it does over the socket with a text that it refuses is not known.
                Fault::BadText,
            ],
            unusual: &[],
        })
        .await;
    }

    #[tokio::test]
    async fn the_utterances_of_a_reply_follow_one_another_over_one_connection() {
        let stub = Stub::start(&stubs::deepgram::KIND).await.unwrap();
        let provider = continuous(&stub.url());
        assert_eq!(provider.about().parallel, 1);
        provider.warm().await;
        let reply = Arc::new(Errand::default());
        let of = |text: &str, errand: &Arc<Errand>| Request {
            errand: Arc::clone(errand),
            ..Request::new(text, "aura-2", "thalia-en")
        };
        for text in ["One.", "Two.", "Three."] {
            let speech = gather(provider.speak(of(text, &reply))).await.unwrap();
            assert_eq!(speech.samples.len(), text.len() * 1440, "{text}");
        }
        assert_eq!((stub.counts().begun, stub.requests().len()), (3, 1));
        assert_eq!(stub.requests()[0].query, "model=aura-2-thalia-en&encoding=linear16&sample_rate=24000");
        gather(provider.speak(of("Another.", &Arc::default()))).await.unwrap();
        assert_eq!(stub.requests().len(), 2, "the first reply may go on");

        stub.fails(Fault::Cut, 4..5);
        let error = gather(provider.speak(of("This one is cut in its middle.", &reply))).await.unwrap_err();
        assert!(matches!(error, ProviderError::Unavailable(_)), "{error:?}");
        gather(provider.speak(of("Again.", &reply))).await.unwrap();
        assert_eq!(stub.requests().len(), 2, "that of the other reply, which is over");
    }

    #[tokio::test]
    async fn a_connection_is_not_asked_to_flush_too_often() {
        let stub = Stub::start(&stubs::deepgram::KIND).await.unwrap();
        let provider = continuous(&stub.url());
        let reply = Arc::new(Errand::default());
        for _ in 0..40 {
            let request = Request::new("Once more.", "aura-2", "thalia-en");
            gather(provider.speak(Request { errand: Arc::clone(&reply), ..request })).await.unwrap();
        }
        assert_eq!((stub.counts().begun, stub.requests().len()), (40, 3));
    }
}
