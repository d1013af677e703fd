//! `cartesia`: Cartesia's Sonic, with the times of words, in events as it is made; or over its WebSocket, where the voice goes
//! on in one manner over a reply.

mod context;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::{RequestBuilder, StatusCode};
use saywell_base::secret::Secret;
use saywell_text::english::Reader;
use saywell_text::tag;
use serde::{Deserialize, Serialize};

use self::context::Contexts;
use crate::provider::{Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};
use crate::providers::wire::{
    self, BaseUrl, Carrier, Coding, Encoding, Http, Kept, MessageForm, ServiceFailure, SoundMessage,
};
use crate::providers::{Opening, ProviderKind, Variable};

/// The kind of provider that this file makes.
pub const KIND: ProviderKind = ProviderKind {
    name: "cartesia",
    about: "Cartesia's Sonic, with exact word timings.",
    variables: &[
        Variable { name: "CARTESIA_API_KEY", key: "api_key", secret: true, about: "Cartesia's API key." },
        Variable {
            name: "CARTESIA_BASE_URL",
            key: "base_url",
            secret: false,
            about: "Another address for Cartesia's API.",
        },
    ],
    schema: <Options as schemars::JsonSchema>::json_schema,
    check: |options| options.parse::<Options>()?.check(),
    open: |opening| Ok(Arc::new(Cartesia::open(&opening)?)),
};

/// Raw sound is asked for at this rate.
const RATE: u32 = 24_000;
/// The version of the API that this was written for: that of its SDK 4.2.0.
const VERSION: &str = "2026-08-14";
/// How long voices are kept.
const LISTED: Duration = Duration::from_mins(30);
/// The most pages of voices that are read, a hundred voices each.
const MAX_PAGES: usize = 20;

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    api_key: Option<Secret>,
    #[serde(default = "api")]
    base_url: BaseUrl,
    /// The model where a request names none; `sonic-3.5` if not set.
    #[serde(default = "default_model")]
    model: String,
    /// The voice when nobody asks for one.
    voice: Option<String>,
    /// Guides how it is said, such as `calm`; as the voice would if not set.
    emotion: Option<String>,
    /// How loud, 0.5 to 2; 1 if not set.
    volume: Option<f64>,
    /// A pronunciation dictionary of the account, by its id.
    pronunciation_dictionary: Option<String>,
    /// Keeps one manner over a reply: its utterances follow one another in a context of the WebSocket, so `parallel` is 1;
    /// `false`.
    #[serde(default)]
    continuous: bool,
    /// How many utterances of a reply to ask for at the same time.
    #[serde(default = "default_parallel")]
    parallel: std::num::NonZeroU8,
}

fn api() -> BaseUrl {
    BaseUrl::known("https://api.cartesia.ai")
}

fn default_model() -> String {
    "sonic-3.5".to_owned()
}

fn default_parallel() -> std::num::NonZeroU8 {
    std::num::NonZeroU8::MIN.saturating_add(1)
}

impl Options {
    fn check(&self) -> Result<(), String> {
        match self.volume {
            Some(volume) if !(0.5..=2.0).contains(&volume) => Err("`volume` must be from 0.5 to 2".into()),
            _ => Ok(()),
        }
    }
}

/// Whether a model was made before there were speeds, volumes and emotions.
fn is_plain(model: &str) -> bool {
    !(model.starts_with("sonic-3") || model == "sonic-latest")
}

#[derive(Debug)]
struct Cartesia {
    http: Http,
    about: ProviderFacts,
    headers: HeaderMap,
    options: Options,
    voices: Kept<Arc<[Voice]>>,
    /// Where utterances follow one another.
    contexts: Option<Arc<Contexts>>,
}

#[derive(Serialize)]
struct Ask<'a> {
    model_id: &'a str,
    transcript: &'a str,
    voice: VoiceAsk<'a>,
    output_format: OutputFormat,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "GenerationConfig::says_nothing")]
    generation_config: GenerationConfig<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pronunciation_dict_id: Option<&'a str>,
    add_timestamps: bool,
}

#[derive(Serialize)]
struct VoiceAsk<'a> {
    id: &'a str,
}

#[derive(Serialize)]
struct OutputFormat {
    container: &'static str,
    encoding: &'static str,
    sample_rate: u32,
}

#[derive(Default, Serialize)]
struct GenerationConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    speed: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    volume: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    emotion: Option<&'a str>,
}

impl GenerationConfig<'_> {
    fn says_nothing(&self) -> bool {
        self.speed.is_none() && self.volume.is_none() && self.emotion.is_none()
    }
}

impl Cartesia {
    fn open(opening: &Opening<'_>) -> Result<Self, ProviderError> {
        let options: Options = opening.options.parse().map_err(ProviderError::Misconfigured)?;
        let sounding = (&options.emotion, options.volume, &options.pronunciation_dictionary);
        let mut sounding = serde_json::to_string(&sounding).unwrap_or_default();
        if options.continuous {
            sounding.push_str(" continuous");
        }
        let about = ProviderFacts {
            paid: true,
            default_voice: options.voice.clone(),
            options: sounding,
            parallel: if options.continuous { 1 } else { usize::from(options.parallel.get()) },
            // It states no bound; utterances are far shorter than this.
            longest: 4096,
            speeds: 0.6..=1.5,
            has_one_speed: is_plain,
            reader: Some(Reader::Natural),
            ..ProviderFacts::new(KIND.name, opening.name, options.model.clone())
        };
        let key = wire::key(options.api_key.as_ref(), "CARTESIA_API_KEY")?;
        let headers = HeaderMap::from_iter([
            (AUTHORIZATION, wire::secret(&format!("Bearer {key}"))?),
            (HeaderName::from_static("cartesia-version"), HeaderValue::from_static(VERSION)),
        ]);
        let voices = Kept::new(LISTED, opening.clock);
        let url = options.base_url.join("/tts/websocket");
        let contexts =
            options.continuous.then(|| Contexts::open(opening, url, headers.clone())).transpose()?;
        Ok(Self { http: Http::new(opening), about, headers, options, voices, contexts })
    }

    /// What is asked for an utterance.
    fn ask<'a>(&'a self, request: &'a Request) -> Ask<'a> {
        let generation_config = if is_plain(&request.model) {
            GenerationConfig::default()
        } else {
            GenerationConfig {
                speed: ((request.speed - 1.0).abs() > f32::EPSILON)
                    .then(|| (f64::from(request.speed) * 1000.0).round() / 1000.0),
                volume: self.options.volume,
                emotion: self.options.emotion.as_deref(),
            }
        };
        Ask {
            model_id: &request.model,
            transcript: &request.text,
            voice: VoiceAsk { id: &request.voice },
            output_format: OutputFormat { container: "raw", encoding: "pcm_s16le", sample_rate: RATE },
            language: request.language.as_deref().map(tag::primary),
            generation_config,
            pronunciation_dict_id: self.options.pronunciation_dictionary.as_deref(),
            add_timestamps: true,
        }
    }

    fn call(&self, request: &Request) -> RequestBuilder {
        let call = self.http.post(self.options.base_url.join("/tts/sse"));
        call.headers(self.headers.clone()).json(&self.ask(request))
    }

    async fn listed(&self) -> Result<Arc<[Voice]>, ProviderError> {
        let mut voices: Vec<Voice> = Vec::new();
        for _ in 0..MAX_PAGES {
            let request = self.http.get(self.options.base_url.join("/voices")).headers(self.headers.clone());
            let mut request = request.query(&[("limit", "100")]);
            if let Some(last) = voices.last() {
                request = request.query(&[("starting_after", &last.id)]);
            }
            let page: Page = self.http.json(request, meaning).await?;
            let before = voices.len();
            voices.extend(page.data.into_iter().map(|voice| voice.into_voice(self.name())));
            if voices.len() == before || page.has_more == Some(false) {
                break;
            }
        }
        Ok(voices.into())
    }
}

#[async_trait]
impl Provider for Cartesia {
    fn about(&self) -> &ProviderFacts {
        &self.about
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        self.voices.get(self.listed()).await
    }

    async fn warm(&self) {
        match &self.contexts {
            Some(contexts) => contexts.warm().await,
            None => self.http.warm(self.options.base_url.as_str()).await,
        }
    }

    fn speak(&self, request: Request) -> SpeechStream {
        if let Some(contexts) = &self.contexts {
            return contexts.speak(serde_json::json!(self.ask(&request)), request);
        }
        let how = MessageForm {
            carrier: Carrier::Events,
            encoding: Encoding::Base64,
            coding: Coding::Pcm { rate: RATE },
            ends: true,
            read,
        };
        self.http.told(self.call(&request), request.text, how, meaning)
    }
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event {
    Chunk {
        data: String,
    },
    Timestamps {
        word_timestamps: Option<Times>,
    },
    Done,
    Error,
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Times {
    words: Vec<String>,
    start: Vec<f64>,
    end: Vec<f64>,
}

fn read(message: &str) -> Result<SoundMessage, ProviderError> {
    let failed = || failure(message);
    Ok(match serde_json::from_str(message).map_err(|_| failed())? {
        Event::Chunk { data } => SoundMessage { sound: data, ..SoundMessage::default() },
        Event::Timestamps { word_timestamps: Some(Times { words, start, end }) } => {
            SoundMessage { words: wire::spoken(words, &start, &end), ..SoundMessage::default() }
        }
        Event::Done => SoundMessage { done: true, ..SoundMessage::default() },
        Event::Timestamps { word_timestamps: None } | Event::Other => SoundMessage::default(),
        Event::Error => return Err(failed()),
    })
}

/// The failure that a message tells of, with a status of its own where it has one.
fn failure(message: &str) -> ProviderError {
    #[derive(Deserialize)]
    struct Head {
        status_code: u16,
    }
    let status = serde_json::from_str(message).map_or(0, |head: Head| head.status_code);
    let status = StatusCode::from_u16(status).unwrap_or_default();
    ServiceFailure::of_message(status, message.as_bytes()).to_error(meaning)
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Listed>,
    has_more: Option<bool>,
}

#[derive(Deserialize)]
struct Listed {
    id: String,
    name: Option<String>,
    language: Option<String>,
    #[serde(default)]
    locales: Vec<Locale>,
    gender: Option<String>,
}

#[derive(Deserialize)]
struct Locale {
    locale: String,
}

impl Listed {
    /// Its native locale is the first.
    fn into_voice(self, provider: &str) -> Voice {
        let mut languages: Vec<String> = Vec::new();
        for tag in self.locales.into_iter().map(|locale| locale.locale).chain(self.language) {
            if tag.len() >= 2 && !languages.contains(&tag) {
                languages.push(tag);
            }
        }
        let mut languages = languages.into_iter();
        let gender = match self.gender.as_deref() {
            Some("feminine") => Some("female"),
            Some("masculine") => Some("male"),
            Some("gender_neutral") => Some("neutral"),
            _ => None,
        };
        let language = languages.next().unwrap_or_else(|| "en".to_owned());
        Voice {
            name: self.name.filter(|name| !name.is_empty()).unwrap_or_else(|| self.id.clone()),
            other_languages: languages.collect(),
            gender: gender.map(str::to_owned),
            ..Voice::new(provider, &self.id, &language)
        }
    }
}

/// What its codes mean where their status does not say it.
fn meaning(failure: &ServiceFailure) -> Option<ProviderError> {
    match failure.code.as_str() {
        "quota_exceeded" | "credits_exhausted" | "plan_upgrade_required" => {
            Some(ProviderError::Misconfigured(format!("has nothing left to spend: {}", failure.in_words())))
        }
        "model_sunsetted" | "model_not_found" | "voice_not_found" => {
            Some(ProviderError::Misconfigured(failure.in_words()))
        }
        "concurrency_limited" => Some(ProviderError::Throttled { retry_after: failure.retry_after }),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
