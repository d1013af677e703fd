//! `mistral`: Mistral's Voxtral, whose sound comes in events as it is made.
//!
//! Its path is OpenAI's, its answers are not: JSON with base64, raw sound as 32-bit floating-point numbers at 24 kHz, which
//! its documentation does not say and which two frameworks that call it agree upon (pipecat 1.14.0, `LiveKit` 1.8.9). It has
//! no speeds, and takes no language: each voice has its own.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use saywell_base::secret::Secret;
use saywell_text::english::Reader;
use serde::{Deserialize, Serialize};

use crate::provider::{Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};
use crate::providers::wire::{
    self, BaseUrl, Carrier, Coding, Encoding, Http, Kept, MessageForm, ServiceFailure, SoundMessage,
};
use crate::providers::{Opening, ProviderKind, Variable};

/// The kind of provider that this file makes.
pub const KIND: ProviderKind = ProviderKind {
    name: "mistral",
    about: "Mistral's Voxtral.",
    variables: &[
        Variable { name: "MISTRAL_API_KEY", key: "api_key", secret: true, about: "Mistral's API key." },
        Variable {
            name: "MISTRAL_BASE_URL",
            key: "base_url",
            secret: false,
            about: "Another address for Mistral's API.",
        },
    ],
    schema: <Options as schemars::JsonSchema>::json_schema,
    check: |options| options.parse::<Options>()?.check(),
    open: |opening| Ok(Arc::new(Mistral::open(&opening)?)),
};

/// Raw sound comes at this rate.
const RATE: u32 = 24_000;
/// How long voices are kept.
const LISTED: Duration = Duration::from_mins(30);
/// The most pages of voices that are read, fifty voices each.
const MAX_PAGES: usize = 40;

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    api_key: Option<Secret>,
    #[serde(default = "api")]
    base_url: BaseUrl,
    /// The model where a request names none; `voxtral-mini-tts-3-0` if not set.
    #[serde(default = "default_model")]
    model: String,
    /// The voice when nobody asks for one.
    voice: Option<String>,
    /// How closely the voice keeps to its sample, 1 or more; as the service has it if not set.
    expressiveness: Option<f64>,
    /// How many utterances of a reply to ask for at the same time.
    #[serde(default = "default_parallel")]
    parallel: std::num::NonZeroU8,
}

fn api() -> BaseUrl {
    BaseUrl::known("https://api.mistral.ai")
}

fn default_model() -> String {
    "voxtral-mini-tts-3-0".to_owned()
}

fn default_parallel() -> std::num::NonZeroU8 {
    std::num::NonZeroU8::MIN.saturating_add(1)
}

impl Options {
    fn check(&self) -> Result<(), String> {
        match self.expressiveness {
            Some(value) if !value.is_finite() || value < 1.0 => {
                Err("`expressiveness` must be 1 or more".into())
            }
            _ => Ok(()),
        }
    }
}

#[derive(Debug)]
struct Mistral {
    http: Http,
    about: ProviderFacts,
    headers: HeaderMap,
    options: Options,
    voices: Kept<Arc<[Voice]>>,
}

#[derive(Serialize)]
struct Ask<'a> {
    model: &'a str,
    input: &'a str,
    voice_id: &'a str,
    response_format: &'a str,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    expressiveness: Option<f64>,
}

impl Mistral {
    fn open(opening: &Opening<'_>) -> Result<Self, ProviderError> {
        let options: Options = opening.options.parse().map_err(ProviderError::Misconfigured)?;
        let about = ProviderFacts {
            paid: true,
            default_voice: options.voice.clone(),
            options: options.expressiveness.map(|value| value.to_string()).unwrap_or_default(),
            parallel: usize::from(options.parallel.get()),
            // It states no bound; utterances are far shorter than this.
            longest: 4096,
            speeds: 1.0..=1.0,
            reader: Some(Reader::Natural),
            ..ProviderFacts::new(KIND.name, opening.name, options.model.clone())
        };
        let key = wire::key(options.api_key.as_ref(), "MISTRAL_API_KEY")?;
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
            model: &request.model,
            input: &request.text,
            voice_id: &request.voice,
            response_format: "pcm",
            stream: true,
            expressiveness: self.options.expressiveness,
        };
        let url = self.options.base_url.join("/v1/audio/speech");
        self.http.post(url).headers(self.headers.clone()).header("accept", "text/event-stream").json(&ask)
    }

    async fn listed(&self) -> Result<Arc<[Voice]>, ProviderError> {
        let mut voices = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let request = self.http.get(self.options.base_url.join("/v2/audio/voices"));
            let mut request = request.headers(self.headers.clone()).query(&[("page_size", "50")]);
            if let Some(token) = &token {
                request = request.query(&[("page_token", token)]);
            }
            let Page { data, next_page_token } = self.http.json(request, meaning).await?;
            voices.extend(data.into_iter().map(|voice| voice.into_voice(self.name())));
            token = next_page_token;
            if token.is_none() {
                break;
            }
        }
        Ok(voices.into())
    }
}

#[async_trait]
impl Provider for Mistral {
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
        let how = MessageForm {
            carrier: Carrier::Events,
            encoding: Encoding::Base64,
            coding: Coding::Float { rate: RATE },
            ends: true,
            read,
        };
        self.http.told(self.call(&request), request.text, how, meaning)
    }
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Event {
    #[serde(rename = "speech.audio.delta")]
    Sound { audio_data: String },
    #[serde(rename = "speech.audio.done")]
    Done,
    #[serde(other)]
    Other,
}

fn read(message: &str) -> Result<SoundMessage, ProviderError> {
    match serde_json::from_str(message) {
        Ok(Event::Sound { audio_data }) => Ok(SoundMessage { sound: audio_data, ..SoundMessage::default() }),
        Ok(Event::Done) => Ok(SoundMessage { done: true, ..SoundMessage::default() }),
        Ok(Event::Other) if !message.contains("\"error\"") => Ok(SoundMessage::default()),
        _ => Err(wire::told_failure(message, meaning)),
    }
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Listed>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    id: String,
    name: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    slug: Option<String>,
    #[serde(default)]
    languages: Vec<String>,
    gender: Option<String>,
}

impl Listed {
    /// Voices of everybody's are called by their slugs, those of one's own by their ids.
    fn into_voice(self, provider: &str) -> Voice {
        let slug = self.slug.filter(|slug| !slug.is_empty() && self.kind.as_deref() == Some("preset"));
        let mut languages = self.languages.into_iter().map(|tag| tag.replace('_', "-"));
        let language = languages.next().filter(|tag| tag.len() >= 2).unwrap_or_else(|| "en".to_owned());
        Voice {
            name: self.name,
            other_languages: languages.collect(),
            gender: self.gender.filter(|gender| ["female", "male", "neutral"].contains(&gender.as_str())),
            ..Voice::new(provider, &slug.unwrap_or(self.id), &language)
        }
    }
}

/// What its codes mean where their status does not say it.
fn meaning(failure: &ServiceFailure) -> Option<ProviderError> {
    match failure.code.as_str() {
        "invalid_model" | "1500" | "voice_not_found" => {
            Some(ProviderError::Misconfigured(failure.in_words()))
        }
        _ => None,
    }
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
        faults::open(&KIND, &format!("base_url = '{url}'\napi_key = '{}'\n{more}", faults::KEY))
    }

    #[tokio::test]
    async fn passes_every_exam() {
        conformance::examine_with_service(&Case {
            stub: &stubs::mistral::KIND,
            open: &|url| opened(url, ""),
            lacks: &[Fault::WavZero, Fault::WavMax, Fault::NoTimings, Fault::DisorderedTimings],
            unusual: &[],
        })
        .await;
    }

    #[tokio::test]
    async fn asks_for_what_is_wanted_in_voices_of_every_page() {
        let stub = Stub::start(&stubs::mistral::KIND).await.unwrap();
        let provider = opened(&stub.url(), "expressiveness = 2.5\nvoice = 'gb_jane_neutral'");
        let voices = provider.voices().await.unwrap();
        let told: Vec<String> = voices
            .iter()
            .map(|voice| format!("{} {} {:?}", voice.id, voice.language, voice.gender))
            .collect();
        assert_eq!(
            told,
            [
                "en_paul_neutral en-us Some(\"male\")",
                "gb_jane_neutral en-gb Some(\"female\")",
                "0b2f11f6-voice-of-ones-own fr None"
            ]
        );
        gather(provider.speak(Request::new("Hello.", "voxtral-mini-tts-3-0", "gb_jane_neutral")))
            .await
            .unwrap();
        let call = stub.requests().pop().unwrap();
        assert_eq!(call.header("authorization"), format!("Bearer {}", faults::KEY));
        assert_eq!(
            call.json::<Value>().unwrap(),
            json!({"model": "voxtral-mini-tts-3-0", "input": "Hello.", "voice_id": "gb_jane_neutral",
                "response_format": "pcm", "stream": true, "expressiveness": 2.5})
        );
        let options =
            crate::providers::Options { kind: None, table: "expressiveness = 0.5".parse().unwrap() };
        assert_eq!((KIND.check)(&options).unwrap_err(), "`expressiveness` must be 1 or more");
    }
}
