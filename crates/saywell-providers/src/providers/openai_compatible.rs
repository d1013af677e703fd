//! `openai_compatible`: any server that speaks `/audio/speech` as OpenAI's does, each of them a little differently.
//!
//! What differs between the servers that are known is data: [`preset`]. Several providers of this kind may stand in the
//! settings, each in a table of its own name with `kind = "openai_compatible"`.

mod listing;
mod preset;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use reqwest::{RequestBuilder, Response};
use serde::Deserialize;
use serde_json::Value;

use self::preset::{Chosen, Format, Preset};
use super::openai::{AskedVoice, SpeechAsk};
use saywell_text::english::Reader;
use saywell_text::tag;

use crate::provider::{Part, Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};
use crate::providers::wire::{self, BaseUrl, Coding, Http, Kept, ServiceFailure};
use crate::providers::{Opening, ProviderKind, Variable};
use saywell_base::secret::Secret;

/// The provider's name.
pub const NAME: &str = "openai_compatible";

/// The kind of provider that this file makes.
pub const KIND: ProviderKind = ProviderKind {
    name: NAME,
    about: "Any server that speaks OpenAI's `/audio/speech`, such as Kokoro-FastAPI, speaches or LocalAI.",
    variables: &[
        Variable {
            name: "OPENAI_COMPATIBLE_BASE_URL",
            key: "base_url",
            secret: false,
            about: "Where the server's API is, with its `/v1`.",
        },
        Variable {
            name: "OPENAI_COMPATIBLE_API_KEY",
            key: "api_key",
            secret: true,
            about: "The server's key, if it wants one.",
        },
        Variable {
            name: "OPENAI_COMPATIBLE_MODEL",
            key: "model",
            secret: false,
            about: "The server's model.",
        },
    ],
    schema: <Options as schemars::JsonSchema>::json_schema,
    check: |options| check(options, None),
    open: |opening| Ok(Arc::new(Compatible::open(&opening, None)?)),
};

/// Providers that are a preset of this kind under its name, so that a name and a key are all that is to be set.
macro_rules! presets {
    ($($constant:ident $name:literal $title:literal $variables:expr;)*) => {
        $(
            /// A preset of this kind.
            pub const $constant: ProviderKind = ProviderKind {
                name: $name,
                about: concat!($title, ", which speaks as OpenAI's `/audio/speech` does."),
                variables: &$variables,
                schema: <Options as schemars::JsonSchema>::json_schema,
                check: |options| check(options, Some($name)),
                open: |opening| Ok(Arc::new(Compatible::open(&opening, Some($name))?)),
            };
        )*
        /// The names of them all.
        #[cfg(test)]
        pub(super) const PRESETS: &[&str] = &[$($name),*];
    };
}

presets! {
    GROQ "groq" "Groq" [key("GROQ_API_KEY", "Groq's API key.")];
    OPENROUTER "openrouter" "OpenRouter" [
        key("OPENROUTER_API_KEY", "OpenRouter's API key."),
        Variable { name: "OPENROUTER_MODEL", key: "model", secret: false, about: "The model that speaks, such as `mistralai/voxtral-mini-tts-3-0`." },
    ];
    DEEPINFRA "deepinfra" "DeepInfra" [key("DEEPINFRA_API_KEY", "DeepInfra's API key.")];
    TOGETHER "together" "Together" [key("TOGETHER_API_KEY", "Together's API key.")];
    ASSEMBLYAI "assemblyai" "AssemblyAI" [key("ASSEMBLYAI_API_KEY", "AssemblyAI's API key.")];
    KOKORO_FASTAPI "kokoro_fastapi" "Kokoro-FastAPI" [
        address("KOKORO_FASTAPI_BASE_URL", "Where Kokoro-FastAPI listens, `http://127.0.0.1:8880/v1` if not set."),
    ];
    SPEACHES "speaches" "speaches" [
        address("SPEACHES_BASE_URL", "Where speaches listens, `http://127.0.0.1:8000/v1` if not set."),
        key("SPEACHES_API_KEY", "speaches' key, if it wants one."),
    ];
    LOCALAI "localai" "LocalAI" [
        address("LOCALAI_BASE_URL", "Where LocalAI listens, `http://127.0.0.1:8080/v1` if not set."),
        key("LOCALAI_API_KEY", "LocalAI's key, if it wants one."),
    ];
    OPENEDAI "openedai" "openedai-speech" [
        address("OPENEDAI_BASE_URL", "Where openedai-speech listens, `http://127.0.0.1:8000/v1` if not set."),
    ];
    EDGE_TTS "edge_tts" "openai-edge-tts" [
        address("EDGE_TTS_BASE_URL", "Where openai-edge-tts listens, `http://127.0.0.1:5050/v1` if not set."),
        key("EDGE_TTS_API_KEY", "openai-edge-tts' key, if it wants one."),
    ];
}

const fn key(name: &'static str, about: &'static str) -> Variable {
    Variable { name, key: "api_key", secret: true, about }
}

const fn address(name: &'static str, about: &'static str) -> Variable {
    Variable { name, key: "base_url", secret: false, about }
}

/// How long the server's voices are kept.
const LISTED: Duration = Duration::from_mins(10);

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// Where the server's API is, such as `http://127.0.0.1:8880/v1`.
    base_url: Option<BaseUrl>,
    /// The server's key, if it wants one.
    api_key: Option<Secret>,
    /// The environment variable that holds the key, where it is not `api_key`; the preset's usual one if not set.
    api_key_env: Option<String>,
    /// Which server it is: what is known of it fills what is left out here.
    #[schemars(with = "Option<String>")]
    preset: Option<Chosen>,
    /// The server's model.
    model: Option<String>,
    /// The voice when nobody asks for one.
    voice: Option<String>,
    /// The voices on offer, in place of the server's own list.
    voices: Option<Vec<listing::Named>>,
    /// Voices beside those that the server lists, such as mixtures.
    #[serde(default)]
    more_voices: Vec<listing::Named>,
    /// The language of voices that name none; without it they count as speaking any.
    language: Option<String>,
    /// What to ask the server for: `pcm`, `wav` or `mp3`; as the preset has it if not set.
    format: Option<Format>,
    /// Samples a second of raw sound, where the server does not say it.
    sample_rate: Option<u32>,
    /// How to speak, in words, where a request does not say; only for servers that take such.
    #[serde(default)]
    instructions: String,
    /// Whether the server takes instructions: strict ones refuse the whole request.
    takes_instructions: Option<bool>,
    /// Fields for the body of every request, such as `lang_code`.
    #[serde(default)]
    extra: serde_json::Map<String, Value>,
    /// Whether each call costs money.
    #[serde(default)]
    paid: bool,
    /// How many utterances of a reply to ask for at the same time.
    parallel: Option<std::num::NonZeroU8>,
    /// The most characters of one call's text.
    longest: Option<std::num::NonZeroUsize>,
}

/// Each preset for the document: its name, its address, the variables of its key, its model, and how sound is asked for.
#[cfg(test)]
pub(super) fn table() -> impl Iterator<Item = [String; 5]> {
    let code =
        |text: &Option<String>| text.as_ref().map_or_else(|| "–".to_owned(), |text| format!("`{text}`"));
    Chosen::all().map(move |(name, preset)| {
        let address = preset.base_url.as_ref().map(|url| url.as_str().to_owned()).unwrap_or_default();
        let format = preset.format.name().to_owned();
        [name.to_owned(), address, code(&preset.key), code(&preset.model), format]
    })
}

/// What is wrong with options of this kind, or of the provider that is one of its presets.
fn check(options: &super::Options, own: Option<&str>) -> Result<(), String> {
    let options: Options = options.parse()?;
    options.check(options.chosen(own).preset)
}

impl Options {
    /// The server: the one that is named, else the one that the provider is called after.
    fn chosen(&self, own: Option<&str>) -> Chosen {
        self.preset.or_else(|| Chosen::named(own?)).unwrap_or_else(Chosen::other)
    }

    fn check(&self, preset: &Preset) -> Result<(), String> {
        if self.base_url.is_none() && preset.base_url.is_none() {
            return Err("`base_url` is missing: where the server is, such as http://127.0.0.1:8880/v1".into());
        }
        if self.api_key.is_some() && self.api_key_env.is_some() {
            return Err("`api_key` and `api_key_env` are both given; one is enough".into());
        }
        if self.sample_rate.is_some_and(|rate| !(8_000..=48_000).contains(&rate)) {
            return Err("`sample_rate` must be from 8000 to 48000".into());
        }
        let taken = ["model", "input", "voice", "response_format", "stream_format"];
        match self.extra.keys().find(|key| taken.contains(&key.as_str())) {
            Some(key) => Err(format!("`extra.{key}` is decided by Saywell")),
            None => Ok(()),
        }
    }

    fn key(&self, preset: &Preset) -> Result<Option<Secret>, ProviderError> {
        if self.api_key.is_some() {
            return Ok(self.api_key.clone());
        }
        let in_environment = |variable: &String| {
            let key = std::env::var(variable).ok()?;
            (!key.trim().is_empty()).then(|| Secret::new(key.trim()))
        };
        if let Some(variable) = &self.api_key_env {
            return in_environment(variable).map(Some).ok_or_else(|| {
                ProviderError::Misconfigured(format!("takes its key from {variable}, which is not set"))
            });
        }
        match (preset.key.as_ref(), preset.key.as_ref().and_then(in_environment)) {
            (Some(variable), None) if preset.paid => Err(ProviderError::Misconfigured(format!(
                "needs a key: set {variable}, or `api_key` of its table"
            ))),
            (_, key) => Ok(key),
        }
    }
}

/// A server that speaks as OpenAI's does.
#[derive(Debug)]
pub struct Compatible {
    http: Http,
    about: ProviderFacts,
    url: BaseUrl,
    headers: HeaderMap,
    options: Options,
    preset: &'static Preset,
    voices: Kept<Arc<[Voice]>>,
}

impl Compatible {
    /// Opens it, asking nobody.
    ///
    /// # Errors
    /// `Misconfigured` with what an operator has to change.
    fn open(opening: &Opening<'_>, own: Option<&str>) -> Result<Self, ProviderError> {
        let options: Options = opening.options.parse().map_err(ProviderError::Misconfigured)?;
        let Chosen { name, preset } = options.chosen(own);
        options.check(preset).map_err(ProviderError::Misconfigured)?;
        let known = preset.model.as_deref().filter(|model| !model.is_empty());
        let model = options.model.as_deref().or(known).ok_or_else(|| {
            ProviderError::Misconfigured(
                "needs to know which of its server's models to use: set `model`".into(),
            )
        })?;
        let mut headers = HeaderMap::new();
        if let Some(key) = options.key(preset)? {
            headers.insert(AUTHORIZATION, wire::secret(&format!("Bearer {}", key.reveal()))?);
        }
        let url = options.base_url.clone().or_else(|| preset.base_url.clone());
        let url = url.unwrap_or_else(|| BaseUrl::known(""));
        let about = ProviderFacts {
            paid: options.paid || preset.paid,
            default_voice: options.voice.clone(),
            // Two servers have different voices of the same name.
            options: serde_json::to_string(&(url.as_str(), &options.instructions, &options.extra))
                .unwrap_or_default(),
            parallel: options.parallel.map_or(preset.parallel, |parallel| usize::from(parallel.get())),
            longest: options.longest.map_or(preset.longest, std::num::NonZeroUsize::get),
            speeds: preset.speeds[0]..=preset.speeds[1],
            takes_instructions: if options.takes_instructions.unwrap_or(preset.instructions) {
                |_| true
            } else {
                |_| false
            },
            reader: Some(Reader::Natural),
            // Each of them has prices of its own.
            ..ProviderFacts::new(name.unwrap_or(NAME), opening.name, model)
        };
        Ok(Self {
            http: Http::new(opening),
            about,
            url,
            headers,
            preset,
            voices: Kept::new(LISTED, opening.clock),
            options,
        })
    }

    fn call(&self, request: &Request) -> Result<RequestBuilder, ProviderError> {
        let instructions = match &*request.instructions {
            _ if !self.options.takes_instructions.unwrap_or(self.preset.instructions) => "",
            "" => &self.options.instructions,
            asked => asked,
        };
        let ask = SpeechAsk {
            model: &request.model,
            input: &request.text,
            voice: (request.voice != listing::NO_NAME).then_some(AskedVoice::Name(&request.voice)),
            response_format: self.format().name(),
            instructions,
            // What it has no choice of it is not asked for.
            speed: if self.about.speeds == (1.0..=1.0) { 1.0 } else { request.speed },
        };
        let unfit =
            |error: serde_json::Error| ProviderError::Rejected(format!("cannot be asked for it: {error}"));
        let mut body = serde_json::to_value(ask).map_err(unfit)?;
        for (field, value) in &self.preset.extra {
            body[field] = value.clone();
        }
        if let (Some(field), Some(language)) = (&self.preset.language_field, &request.language) {
            body[field] = tag::primary(language).into();
        }
        for (field, value) in &self.options.extra {
            body[field] = value.clone();
        }
        Ok(self.http.post(self.url.join("/audio/speech")).headers(self.headers.clone()).json(&body))
    }

    fn format(&self) -> Format {
        self.options.format.unwrap_or(self.preset.format)
    }
}

#[async_trait]
impl Provider for Compatible {
    fn about(&self) -> &ProviderFacts {
        &self.about
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        self.voices.get(listing::ask(self)).await
    }

    async fn warm(&self) {
        self.http.warm(self.url.as_str()).await;
    }

    fn speak(&self, request: Request) -> SpeechStream {
        if wire::is_blank(&request.text) {
            // To some of the servers it is an error, and not one that tells what it is.
            let silence = Part::Sound { rate: saywell_audio::SAMPLE_RATE, samples: Vec::new() };
            return Box::pin(futures::stream::iter([Ok(silence)]));
        }
        let call = match self.call(&request) {
            Ok(call) => call,
            Err(error) => return Box::pin(futures::stream::iter([Err(error)])),
        };
        let (format, known) = (self.format(), self.options.sample_rate.or(self.preset.rate));
        self.http.speech(call, move |response| coding(format, known, response), meaning)
    }
}

/// How the sound of an answer is coded: what its head says, or else what is known of the server. Raw sound at a wrong
/// rate would be speech at a wrong speed: it is refused instead.
fn coding(format: Format, known: Option<u32>, response: &Response) -> Coding {
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
    let labelled = |label: &str| {
        let mut parameters = label.split(';').skip(1).map(str::trim);
        parameters.find_map(|parameter| parameter.strip_prefix("rate=")?.trim_matches('"').parse().ok())
    };
    let stated = header(CONTENT_TYPE.as_str()).and_then(labelled);
    let stated = stated.or_else(|| header("x-sample-rate")?.trim().parse().ok());
    match (format, stated.or(known)) {
        (Format::Wav, _) => Coding::Wav,
        (Format::Mp3, _) => Coding::Mp3,
        (Format::Pcm, Some(rate)) if (8_000..=48_000).contains(&rate) => Coding::Pcm { rate },
        (Format::Pcm, _) => Coding::Unknown,
    }
}

/// What the servers' codes mean where their status does not say it.
fn meaning(failure: &ServiceFailure) -> Option<ProviderError> {
    match failure.code.as_str() {
        "model_not_found" | "no_default_voice" => Some(ProviderError::Misconfigured(failure.in_words())),
        _ => super::openai::meaning(failure),
    }
}

#[cfg(test)]
mod tests;
