//! `elevenlabs`: ElevenLabs' voices, streamed with the time of every character.
//!
//! Where one manner is to be kept over a reply, each call says what comes before its text (`previous_text`). The service has a
//! WebSocket for text as it is written (`stream-input`) as well, which is not used yet: it sends the times of characters with each
//! piece of sound, by which clips could be cut out of it.

mod alignment;
mod listing;
mod places;

use std::sync::Arc;
use std::time::Duration;

use async_stream::try_stream;
use async_trait::async_trait;
use reqwest::header::{HeaderMap, HeaderName};
use reqwest::{RequestBuilder, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use self::alignment::{Aligner, Alignment};
use self::listing::Listing;
use self::places::Places;
use saywell_text::english::Reader;
use saywell_text::tag;

use crate::provider::{Part, Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};
use crate::providers::wire::{self, Base64Reader, BaseUrl, Coding, Http, Kept, ServiceFailure, SoundReader};
use crate::providers::{Opening, ProviderKind, Variable};
use saywell_base::secret::Secret;

/// The provider's name.
pub const NAME: &str = "elevenlabs";

/// The kind of provider that this file makes.
pub const KIND: ProviderKind = ProviderKind {
    name: NAME,
    about: "ElevenLabs, with exact word timings.",
    variables: &[
        Variable { name: "ELEVENLABS_API_KEY", key: "api_key", secret: true, about: "ElevenLabs' API key." },
        Variable {
            name: "ELEVENLABS_BASE_URL",
            key: "base_url",
            secret: false,
            about: "Where ElevenLabs' API is, such as a region's own host.",
        },
    ],
    schema: <Options as schemars::JsonSchema>::json_schema,
    check: |options| {
        let options: Options = options.parse()?;
        if options.pronunciation_dictionaries.len() > 3 {
            return Err("`pronunciation_dictionaries` may name at most 3".into());
        }
        options.voice_settings.check()
    },
    open: |opening| Ok(Arc::new(ElevenLabs::open(&opening)?)),
};

/// Raw sound comes at this rate, which every plan has.
const RATE: u32 = 24_000;
/// Calls at a time, until the service has said how many it allows: what the smallest plan has.
const FEWEST_CALLS: usize = 2;
/// How long voices and models are kept.
const LISTED: Duration = Duration::from_mins(30);

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    api_key: Option<Secret>,
    /// Where the account's data stay: `global` (if not set), `us`, `eu`, `in` or `sg`.
    #[serde(default)]
    region: Region,
    base_url: Option<BaseUrl>,
    /// The model where a request names none; `eleven_flash_v2_5` if not set.
    #[serde(default = "default_model")]
    model: String,
    /// How voices speak: `stability`, `similarity_boost`, `style`, `use_speaker_boost`; as the voice was saved if not set.
    #[serde(default)]
    voice_settings: VoiceSettings,
    /// Makes sound repeatable, as far as the service can.
    seed: Option<u32>,
    /// Whether the service writes numbers and the like out itself: `auto` (if not set), `on` or `off`.
    #[serde(default)]
    normalization: Normalization,
    /// Dictionaries of the account, each with its `id` and `version`.
    #[serde(default)]
    pronunciation_dictionaries: Vec<Dictionary>,
    /// Asks the service to keep nothing; for accounts that may.
    #[serde(default)]
    zero_retention: bool,
    /// Keeps one manner over a reply: each call says what comes before its text. Models of version 3 take no such; `false`.
    #[serde(default)]
    continuous: bool,
    /// Calls at a time; what the service allows when left out.
    concurrency: Option<std::num::NonZeroU8>,
    /// How many utterances of a reply to ask for at the same time.
    #[serde(default = "default_parallel")]
    parallel: std::num::NonZeroU8,
}

fn default_model() -> String {
    "eleven_flash_v2_5".to_owned()
}

fn default_parallel() -> std::num::NonZeroU8 {
    std::num::NonZeroU8::MIN.saturating_add(1)
}

/// Where an account's data stay.
#[derive(Debug, Default, Clone, Copy, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Region {
    #[default]
    Global,
    Us,
    Eu,
    In,
    Sg,
}

impl Region {
    fn address(self) -> &'static str {
        match self {
            Self::Global => "https://api.elevenlabs.io",
            Self::Us => "https://api.us.elevenlabs.io",
            Self::Eu => "https://api.eu.residency.elevenlabs.io",
            Self::In => "https://api.in.residency.elevenlabs.io",
            Self::Sg => "https://api.sg.residency.elevenlabs.io",
        }
    }
}

/// How a voice speaks; what is left out is as the voice was saved.
#[derive(Debug, Default, Clone, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct VoiceSettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    stability: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    similarity_boost: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    style: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    use_speaker_boost: Option<bool>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    speed: Option<f64>,
}

impl VoiceSettings {
    fn check(&self) -> Result<(), String> {
        let shares = [
            ("stability", self.stability),
            ("similarity_boost", self.similarity_boost),
            ("style", self.style),
        ];
        match shares.iter().find(|(_, share)| share.is_some_and(|share| !(0.0..=1.0).contains(&share))) {
            Some((name, _)) => Err(format!("`voice_settings.{name}` must be from 0 to 1")),
            None => Ok(()),
        }
    }

    /// What this model takes of them, at this speed; `None` where there is nothing to say.
    fn for_model(&self, model: &str, speed: f32) -> Option<Self> {
        let mut settings = self.clone();
        settings.speed =
            ((speed - 1.0).abs() > f32::EPSILON).then(|| (f64::from(speed) * 1000.0).round() / 1000.0);
        if model.starts_with("eleven_v3") {
            settings = Self { stability: settings.stability, ..Self::default() };
        }
        let Self { stability, similarity_boost, style, use_speaker_boost, speed } = &settings;
        let says_anything = [stability, similarity_boost, style, speed].iter().any(|value| value.is_some())
            || use_speaker_boost.is_some();
        says_anything.then_some(settings)
    }
}

/// Whether numbers and the like are written out by the service.
#[derive(Debug, Default, Clone, Copy, Deserialize, Serialize, PartialEq, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Normalization {
    #[default]
    Auto,
    On,
    Off,
}

impl Normalization {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    fn is_auto(&self) -> bool {
        *self == Self::Auto
    }
}

/// A pronunciation dictionary of the account.
#[derive(Debug, Clone, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Dictionary {
    #[serde(rename(serialize = "pronunciation_dictionary_id"))]
    id: String,
    #[serde(rename(serialize = "version_id"), skip_serializing_if = "Option::is_none")]
    version: Option<String>,
}

#[derive(Serialize)]
struct SpeechBody<'a> {
    text: &'a str,
    model_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    language_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    voice_settings: Option<VoiceSettings>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u32>,
    #[serde(skip_serializing_if = "Normalization::is_auto")]
    apply_text_normalization: Normalization,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pronunciation_dictionary_locators: &'a [Dictionary],
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_text: Option<&'a str>,
}

/// A line of the answer: some sound, and when its characters are spoken.
#[derive(Deserialize)]
struct Line {
    audio_base64: Option<String>,
    alignment: Option<Alignment>,
    detail: Option<Box<RawValue>>,
    error: Option<Box<RawValue>>,
}

/// ElevenLabs' voices.
#[derive(Debug)]
pub struct ElevenLabs {
    http: Http,
    about: ProviderFacts,
    url: BaseUrl,
    headers: HeaderMap,
    options: Options,
    listing: Kept<Arc<Listing>>,
    places: Arc<Places>,
}

impl ElevenLabs {
    /// Opens it, asking nobody.
    ///
    /// # Errors
    /// `Misconfigured` with what an operator has to change.
    pub fn open(opening: &Opening<'_>) -> Result<Self, ProviderError> {
        let options: Options = opening.options.parse().map_err(ProviderError::Misconfigured)?;
        let key = options.api_key.as_ref().ok_or_else(|| {
            ProviderError::Misconfigured(
                "needs a key: set ELEVENLABS_API_KEY, or `api_key` of its table".into(),
            )
        })?;
        let sounding = (
            &options.voice_settings,
            options.seed,
            options.normalization,
            &options.pronunciation_dictionaries,
        );
        let mut sounding = serde_json::to_string(&sounding).unwrap_or_default();
        if options.continuous {
            sounding.push_str(" continuous");
        }
        let about = ProviderFacts {
            paid: true,
            options: sounding,
            parallel: usize::from(options.parallel.get()),
            longest: listing::longest(&options.model),
            speeds: 0.7..=1.2,
            has_one_speed: |model| model.starts_with("eleven_v3"),
            reader: Some(Reader::Natural),
            ..ProviderFacts::new(NAME, opening.name, options.model.clone())
        };
        Ok(Self {
            http: Http::new(opening),
            about,
            url: options.base_url.clone().unwrap_or_else(|| BaseUrl::known(options.region.address())),
            headers: HeaderMap::from_iter([(API_KEY, wire::secret(key.reveal())?)]),
            listing: Kept::new(LISTED, opening.clock),
            places: Arc::new(match options.concurrency {
                Some(places) => Places::fixed(usize::from(places.get())),
                None => Places::learned(FEWEST_CALLS),
            }),
            options,
        })
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(self.url.join(path)).headers(self.headers.clone())
    }

    async fn listing(&self) -> Result<Arc<Listing>, ProviderError> {
        self.listing.get(Listing::ask(self)).await
    }

    /// The call for an utterance.
    ///
    /// # Errors
    /// `Rejected` for what its model is known not to say.
    fn call(&self, request: &Request) -> Result<RequestBuilder, ProviderError> {
        let listing = self.listing.peek();
        let model = listing.as_ref().and_then(|listing| listing.model(&request.model));
        if let Some(model) = model {
            model.admit(&request.text)?;
        }
        let language = request.language.as_deref().map(tag::primary);
        let goes_on = self.options.continuous && !request.model.starts_with("eleven_v3");
        let ask = SpeechBody {
            text: &request.text,
            model_id: &request.model,
            // A language that the model does not know is ignored by some and refused by others.
            language_code: language
                .filter(|language| model.is_some_and(|model| model.takes_language(language))),
            voice_settings: self.options.voice_settings.for_model(&request.model, request.speed),
            seed: self.options.seed,
            apply_text_normalization: self.options.normalization,
            pronunciation_dictionary_locators: &self.options.pronunciation_dictionaries,
            previous_text: request.before.as_deref().filter(|_| goes_on),
        };
        let mut url = reqwest::Url::parse(self.url.as_str())
            .map_err(|error| ProviderError::Misconfigured(error.to_string()))?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["v1", "text-to-speech", &request.voice, "stream", "with-timestamps"]);
        }
        url.query_pairs_mut().append_pair("output_format", &format!("pcm_{RATE}"));
        if self.options.zero_retention {
            url.query_pairs_mut().append_pair("enable_logging", "false");
        }
        Ok(self.http.post(url).headers(self.headers.clone()).json(&ask))
    }
}

#[async_trait]
impl Provider for ElevenLabs {
    fn about(&self) -> &ProviderFacts {
        &self.about
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        Ok(Arc::clone(&self.listing().await?.voices))
    }

    async fn warm(&self) {
        self.http.warm(self.url.as_str()).await;
    }

    fn speak(&self, request: Request) -> SpeechStream {
        let (call, http, places) = (self.call(&request), self.http.clone(), Arc::clone(&self.places));
        Box::pin(try_stream! {
            let call = call?;
            let _place = if let Some(free) = places.free() {
                Some(free)
            } else {
                yield Part::Queued;
                let place = places.take().await;
                yield Part::Begun;
                place
            };
            let response = http.send(call, meaning).await?;
            places.learn(response.headers());
            let credits = credits(response.headers());
            let mut base64 = Base64Reader::default();
            let mut reader = SoundReader::new(Coding::Pcm { rate: RATE });
            let mut aligner = Aligner::new(&request.text);
            let mut samples_given = 0;
            for await line in wire::lines(response) {
                let line = read(&line?)?;
                let bytes = base64.push(line.audio_base64.as_deref().unwrap_or_default())?;
                if let Some(alignment) = &line.alignment {
                    aligner.push(alignment);
                }
                if let Some(part) = reader.push(&bytes)? {
                    samples_given += length(&part);
                    yield part;
                }
            }
            let end = base64.finish()?;
            for part in [reader.push(&end)?, reader.finish()?].into_iter().flatten() {
                samples_given += length(&part);
                yield part;
            }
            let words = aligner.words(samples_given as f64 / f64::from(RATE));
            if !words.is_empty() {
                yield Part::Words(words);
            }
            if let Some(credits) = credits {
                yield Part::Billed(credits / credits_per_character(&request.model));
            }
        })
    }
}

fn length(part: &Part) -> usize {
    if let Part::Sound { samples, .. } = part { samples.len() } else { 0 }
}

/// Reads a line of the answer; a message in place of sound is a failure.
fn read(line: &str) -> Result<Line, ProviderError> {
    let failed = || ServiceFailure::of_message(StatusCode::OK, line.as_bytes()).to_error(meaning);
    let line: Line = serde_json::from_str(line).map_err(|_| failed())?;
    if line.detail.is_some() || line.error.is_some() { Err(failed()) } else { Ok(line) }
}

/// What ElevenLabs' codes mean where their status does not say it.
fn meaning(failure: &ServiceFailure) -> Option<ProviderError> {
    match failure.code.as_str() {
        // Some of them come with 401, as if the key were wrong.
        "quota_exceeded" | "insufficient_credits" | "payment_required" | "subscription_required" => {
            Some(ProviderError::Misconfigured(format!("has nothing left to spend: {}", failure.in_words())))
        }
        "voice_not_found" | "model_not_found" | "invalid_uid" => {
            Some(ProviderError::Misconfigured(failure.in_words()))
        }
        "max_character_limit_exceeded" | "text_too_long" => Some(ProviderError::Rejected(failure.in_words())),
        "too_many_concurrent_requests"
        | "concurrent_limit_exceeded"
        | "rate_limit_exceeded"
        | "system_busy" => Some(ProviderError::Throttled { retry_after: failure.retry_after }),
        _ => None,
    }
}

/// What the call cost, in the service's credits.
fn credits(headers: &HeaderMap) -> Option<f64> {
    let value = headers.get(CHARACTER_COST)?.to_str().ok()?;
    value.trim().parse().ok().filter(|credits: &f64| credits.is_finite() && *credits >= 0.0)
}

/// A character costs one credit, or half of one with the quick models. The price table counts characters.
fn credits_per_character(model: &str) -> f64 {
    if model.starts_with("eleven_flash") || model.starts_with("eleven_turbo") { 0.5 } else { 1.0 }
}

const API_KEY: HeaderName = HeaderName::from_static("xi-api-key");
const CHARACTER_COST: HeaderName = HeaderName::from_static("character-cost");

#[cfg(test)]
mod tests;
