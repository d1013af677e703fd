//! `xai`: xAI's voices over REST, sent as they are made.
//!
//! Its official SDK does not speak, so its ways are as a framework that calls it has them (pipecat 1.14.0). Times of words are
//! told over its WebSocket alone, which is not used here.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use saywell_base::secret::Secret;
use saywell_text::english::Reader;
use saywell_text::tag;
use serde::{Deserialize, Serialize};

use crate::provider::{Part, Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};
use crate::providers::wire::{self, BaseUrl, Coding, Http, Kept, ServiceFailure};
use crate::providers::{Opening, ProviderKind, Variable};

/// The kind of provider that this file makes.
pub const KIND: ProviderKind = ProviderKind {
    name: "xai",
    about: "xAI's voices.",
    variables: &[
        Variable { name: "XAI_API_KEY", key: "api_key", secret: true, about: "xAI's API key." },
        Variable {
            name: "XAI_BASE_URL",
            key: "base_url",
            secret: false,
            about: "Another address for xAI's API, with its `/v1`.",
        },
    ],
    schema: <Options as schemars::JsonSchema>::json_schema,
    check: |options| options.parse::<Options>().map(drop),
    open: |opening| Ok(Arc::new(Xai::open(&opening)?)),
};

/// Raw sound is asked for at this rate.
const RATE: u32 = 24_000;
/// How long voices are kept.
const LISTED: Duration = Duration::from_mins(30);
/// The voices that it began with, for when it does not list them.
const VOICES: [(&str, &str); 5] =
    [("eve", "female"), ("ara", "female"), ("leo", "male"), ("rex", "male"), ("sal", "neutral")];
/// The languages that it can be told of, by their codes; it finds out others by itself.
const LANGUAGES: [&str; 21] = [
    "ar-EG", "ar-SA", "ar-AE", "bn", "de", "en", "es-ES", "es-MX", "fr", "hi", "id", "it", "ja", "ko",
    "pt-PT", "pt-BR", "ru", "tr", "vi", "zh", "auto",
];

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    api_key: Option<Secret>,
    #[serde(default = "api")]
    base_url: BaseUrl,
    /// The voice when nobody asks for one; `eve` if not set.
    #[serde(default = "default_voice")]
    voice: String,
    /// Whether the service writes numbers and the like out itself; as it has it if not set.
    text_normalization: Option<bool>,
    /// How many utterances of a reply to ask for at the same time.
    #[serde(default = "default_parallel")]
    parallel: std::num::NonZeroU8,
}

fn api() -> BaseUrl {
    BaseUrl::known("https://api.x.ai/v1")
}

fn default_voice() -> String {
    "eve".to_owned()
}

fn default_parallel() -> std::num::NonZeroU8 {
    std::num::NonZeroU8::MIN.saturating_add(2)
}

#[derive(Debug)]
struct Xai {
    http: Http,
    about: ProviderFacts,
    headers: HeaderMap,
    options: Options,
    voices: Kept<Arc<[Voice]>>,
}

#[derive(Serialize)]
struct Ask<'a> {
    text: &'a str,
    voice_id: &'a str,
    language: &'a str,
    output_format: OutputFormat,
    #[serde(skip_serializing_if = "Option::is_none")]
    speed: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text_normalization: Option<bool>,
}

#[derive(Serialize)]
struct OutputFormat {
    codec: &'static str,
    sample_rate: u32,
}

impl Xai {
    fn open(opening: &Opening<'_>) -> Result<Self, ProviderError> {
        let options: Options = opening.options.parse().map_err(ProviderError::Misconfigured)?;
        let about = ProviderFacts {
            paid: true,
            default_voice: Some(options.voice.clone()),
            options: options.text_normalization.map(|on| on.to_string()).unwrap_or_default(),
            parallel: usize::from(options.parallel.get()),
            longest: 4096,
            speeds: 0.7..=1.5,
            reader: Some(Reader::Natural),
            // There is one model, and it has no name to ask for.
            ..ProviderFacts::new(KIND.name, opening.name, "tts")
        };
        let key = wire::key(options.api_key.as_ref(), "XAI_API_KEY")?;
        Ok(Self {
            http: Http::new(opening),
            about,
            headers: HeaderMap::from_iter([(AUTHORIZATION, wire::secret(&format!("Bearer {key}"))?)]),
            options,
            voices: Kept::new(LISTED, opening.clock),
        })
    }

    fn call(&self, request: &Request) -> RequestBuilder {
        let ask = Ask {
            text: &request.text,
            voice_id: &request.voice,
            language: request.language.as_deref().map_or("auto", language),
            output_format: OutputFormat { codec: "pcm", sample_rate: RATE },
            speed: ((request.speed - 1.0).abs() > f32::EPSILON)
                .then(|| (f64::from(request.speed) * 1000.0).round() / 1000.0),
            text_normalization: self.options.text_normalization,
        };
        self.http.post(self.options.base_url.join("/tts")).headers(self.headers.clone()).json(&ask)
    }

    async fn listed(&self) -> Result<Arc<[Voice]>, ProviderError> {
        let request = self.http.get(self.options.base_url.join("/tts/voices")).headers(self.headers.clone());
        let listed = self.http.find::<Page>(request, meaning).await?;
        let mut voices: Vec<Voice> = match listed {
            Some(page) => page.voices.into_iter().map(|voice| voice.into_voice(self.name())).collect(),
            None => VOICES.iter().map(|(id, gender)| voice(self.name(), id, Some(gender))).collect(),
        };
        if !voices.iter().any(|voice| voice.id == self.options.voice) {
            voices.push(voice(self.name(), &self.options.voice, None));
        }
        Ok(voices.into())
    }
}

/// What the service calls a language: the same; else the same of whichever country; else it is to find out.
fn language(tag: &str) -> &'static str {
    let same = LANGUAGES.iter().find(|known| known.eq_ignore_ascii_case(tag));
    let other = || LANGUAGES.iter().find(|known| tag::primary(known).eq_ignore_ascii_case(tag::primary(tag)));
    same.or_else(other).copied().unwrap_or("auto")
}

/// Each voice speaks every language.
fn voice(provider: &str, id: &str, gender: Option<&str>) -> Voice {
    Voice {
        other_languages: vec!["*".into()],
        gender: gender.map(str::to_owned),
        ..Voice::new(provider, id, "en")
    }
}

#[async_trait]
impl Provider for Xai {
    fn about(&self) -> &ProviderFacts {
        &self.about
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        self.voices.get(self.listed()).await
    }

    async fn warm(&self) {
        self.http.warm(self.options.base_url.as_str()).await;
    }

    fn speak(&self, request: Request) -> SpeechStream {
        if wire::is_blank(&request.text) {
            let silence = Part::Sound { rate: RATE, samples: Vec::new() };
            return Box::pin(futures::stream::iter([Ok(silence)]));
        }
        self.http.speech(self.call(&request), |_| Coding::Pcm { rate: RATE }, meaning)
    }
}

#[derive(Deserialize)]
struct Page {
    voices: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    voice_id: String,
    name: Option<String>,
    gender: Option<String>,
}

impl Listed {
    fn into_voice(self, provider: &str) -> Voice {
        let known = VOICES.iter().find(|(id, _)| *id == self.voice_id).map(|(_, gender)| *gender);
        let told = self.gender.filter(|gender| ["female", "male", "neutral"].contains(&gender.as_str()));
        let mut voice = voice(provider, &self.voice_id, told.as_deref().or(known));
        if let Some(name) = self.name.filter(|name| !name.is_empty()) {
            voice.name = name;
        }
        voice
    }
}

/// Its statuses say what is meant, but for a key that is wrong, which is a bad request to it.
fn meaning(failure: &ServiceFailure) -> Option<ProviderError> {
    let key = failure.status.as_u16() == 400 && failure.message.contains("API key");
    key.then(|| ProviderError::Misconfigured(format!("refuses the key: {}", failure.in_words())))
}

#[cfg(test)]
mod tests {
    use saywell_stubs::{Fault, Stub, stubs};
    use serde_json::{Value, json};

    use super::*;
    use crate::provider::gather;
    use crate::providers::conformance;
    use crate::providers::conformance::faults::{self, Case};

    fn opened(url: &str, more: &str) -> Arc<dyn Provider> {
        faults::open(&KIND, &format!("base_url = '{url}/v1'\napi_key = '{}'\n{more}", faults::KEY))
    }

    #[tokio::test]
    async fn passes_every_exam() {
        conformance::examine_with_service(&Case {
            stub: &stubs::xai::KIND,
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
    async fn asks_for_what_is_wanted() {
        let stub = Stub::start(&stubs::xai::KIND).await.unwrap();
        let provider = opened(&stub.url(), "text_normalization = false\nvoice = 'my-own'");
        let voices = provider.voices().await.unwrap();
        let told: Vec<&str> = voices.iter().map(|voice| voice.id.as_str()).collect();
        assert_eq!(told, ["ara", "eve", "leo", "my-own"]);
        for (tag, speed) in [(Some("pt-BR"), 1.25), (Some("de-AT"), 1.0), (Some("is"), 1.0), (None, 1.0)] {
            let request =
                Request { language: tag.map(Into::into), speed, ..Request::new("Hi.", "tts", "eve") };
            gather(provider.speak(request)).await.unwrap();
        }
        let bodies: Vec<Value> = stub
            .requests()
            .into_iter()
            .filter(|call| call.method == "POST")
            .map(|call| call.json().unwrap())
            .collect();
        assert_eq!(
            bodies[0],
            json!({"text": "Hi.", "voice_id": "eve", "language": "pt-BR", "speed": 1.25,
                "output_format": {"codec": "pcm", "sample_rate": 24_000}, "text_normalization": false})
        );
        let languages: Vec<&str> = bodies.iter().filter_map(|body| body["language"].as_str()).collect();
        assert_eq!(languages, ["pt-BR", "de", "auto", "auto"]);
    }
}
