//! `inworld`: Inworld's voices, with the times of words, in lines of JSON as they are made.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use saywell_base::secret::Secret;
use saywell_text::english::Reader;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::provider::{Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};
use crate::providers::wire::{
    self, BaseUrl, Carrier, Coding, Encoding, Http, Kept, MessageForm, ServiceFailure, SoundMessage,
};
use crate::providers::{Opening, ProviderKind, Variable};

/// The kind of provider that this file makes.
pub const KIND: ProviderKind = ProviderKind {
    name: "inworld",
    about: "Inworld's voices, with exact word timings.",
    variables: &[
        Variable {
            name: "INWORLD_API_KEY",
            key: "api_key",
            secret: true,
            about: "Inworld's API key, in base64 as its page gives it.",
        },
        Variable {
            name: "INWORLD_BASE_URL",
            key: "base_url",
            secret: false,
            about: "Another address for Inworld's API.",
        },
    ],
    schema: <Options as schemars::JsonSchema>::json_schema,
    check: |options| options.parse::<Options>()?.check(),
    open: |opening| Ok(Arc::new(Inworld::open(&opening)?)),
};

/// Raw sound is asked for at this rate.
const RATE: u32 = 24_000;
/// How long voices are kept.
const LISTED: Duration = Duration::from_mins(30);

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    api_key: Option<Secret>,
    #[serde(default = "api")]
    base_url: BaseUrl,
    /// The model where a request names none; `inworld-tts-1.5-max` if not set.
    #[serde(default = "default_model")]
    model: String,
    /// The voice when nobody asks for one.
    voice: Option<String>,
    /// How much it varies, 0 to 2; as the service has it if not set.
    temperature: Option<f64>,
    /// How many utterances of a reply to ask for at the same time.
    #[serde(default = "default_parallel")]
    parallel: std::num::NonZeroU8,
}

fn api() -> BaseUrl {
    BaseUrl::known("https://api.inworld.ai")
}

fn default_model() -> String {
    "inworld-tts-1.5-max".to_owned()
}

fn default_parallel() -> std::num::NonZeroU8 {
    std::num::NonZeroU8::MIN.saturating_add(1)
}

impl Options {
    fn check(&self) -> Result<(), String> {
        match self.temperature {
            Some(value) if !(0.0..=2.0).contains(&value) => Err("`temperature` must be from 0 to 2".into()),
            _ => Ok(()),
        }
    }
}

#[derive(Debug)]
struct Inworld {
    http: Http,
    about: ProviderFacts,
    headers: HeaderMap,
    options: Options,
    voices: Kept<Arc<[Voice]>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ask<'a> {
    text: &'a str,
    voice_id: &'a str,
    model_id: &'a str,
    audio_config: AudioConfig,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    timestamp_type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AudioConfig {
    audio_encoding: &'static str,
    sample_rate_hertz: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    speaking_rate: Option<f64>,
}

impl Inworld {
    fn open(opening: &Opening<'_>) -> Result<Self, ProviderError> {
        let options: Options = opening.options.parse().map_err(ProviderError::Misconfigured)?;
        let about = ProviderFacts {
            paid: true,
            default_voice: options.voice.clone(),
            options: options.temperature.map(|value| value.to_string()).unwrap_or_default(),
            parallel: usize::from(options.parallel.get()),
            longest: 2_000,
            speeds: 0.5..=1.5,
            reader: Some(Reader::Natural),
            ..ProviderFacts::new(KIND.name, opening.name, options.model.clone())
        };
        let key = wire::key(options.api_key.as_ref(), "INWORLD_API_KEY")?;
        Ok(Self {
            http: Http::new(opening),
            about,
            headers: HeaderMap::from_iter([(AUTHORIZATION, wire::secret(&format!("Basic {key}"))?)]),
            options,
            voices: Kept::new(LISTED, opening.clock),
        })
    }

    fn call(&self, request: &Request) -> RequestBuilder {
        let speaking_rate = ((request.speed - 1.0).abs() > f32::EPSILON)
            .then(|| (f64::from(request.speed) * 1000.0).round() / 1000.0);
        let ask = Ask {
            text: &request.text,
            voice_id: &request.voice,
            model_id: &request.model,
            // What it calls linear has a header before each piece.
            audio_config: AudioConfig { audio_encoding: "PCM", sample_rate_hertz: RATE, speaking_rate },
            temperature: self.options.temperature,
            timestamp_type: "WORD",
        };
        let url = self.options.base_url.join("/tts/v1/voice:stream");
        self.http.post(url).headers(self.headers.clone()).json(&ask)
    }

    async fn listed(&self) -> Result<Arc<[Voice]>, ProviderError> {
        let request =
            self.http.get(self.options.base_url.join("/voices/v1/voices")).headers(self.headers.clone());
        let page: Page = self.http.json(request, meaning).await?;
        Ok(page.voices.into_iter().map(|voice| voice.into_voice(self.name())).collect())
    }
}

#[async_trait]
impl Provider for Inworld {
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
            carrier: Carrier::Lines,
            encoding: Encoding::Base64,
            coding: Coding::Pcm { rate: RATE },
            // No line says that it is the last; a transfer that breaks off says so itself.
            ends: false,
            read,
        };
        self.http.told(self.call(&request), request.text, how, meaning)
    }
}

#[derive(Deserialize)]
struct Line {
    result: Option<Told>,
    error: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    audio_content: Option<String>,
    timestamp_info: Option<TimestampInfo>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TimestampInfo {
    word_alignment: Option<WordAlignment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct WordAlignment {
    words: Vec<String>,
    word_start_time_seconds: Vec<f64>,
    word_end_time_seconds: Vec<f64>,
}

fn read(message: &str) -> Result<SoundMessage, ProviderError> {
    let failed = || wire::told_failure(message, meaning);
    let Line { result, error } = serde_json::from_str(message).map_err(|_| failed())?;
    let (Some(Told { audio_content, timestamp_info }), None) = (result, error) else { return Err(failed()) };
    let words = timestamp_info.and_then(|info| info.word_alignment).unwrap_or_default();
    Ok(SoundMessage {
        sound: audio_content.unwrap_or_default(),
        words: wire::spoken(words.words, &words.word_start_time_seconds, &words.word_end_time_seconds),
        ..SoundMessage::default()
    })
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    voices: Vec<Listed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    voice_id: String,
    display_name: Option<String>,
    lang_code: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
}

impl Listed {
    fn into_voice(self, provider: &str) -> Voice {
        // Such as `EN_US`.
        let language = self.lang_code.filter(|code| code.len() >= 2).map(|code| match code.split_once('_') {
            Some((language, country)) => format!("{}-{country}", language.to_ascii_lowercase()),
            None => code.to_ascii_lowercase(),
        });
        let gender = self.tags.iter().find_map(|tag| match tag.to_ascii_lowercase().as_str() {
            "female" | "feminine" => Some("female"),
            "male" | "masculine" => Some("male"),
            _ => None,
        });
        Voice {
            name: self.display_name.filter(|name| !name.is_empty()).unwrap_or_else(|| self.voice_id.clone()),
            gender: gender.map(str::to_owned),
            ..Voice::new(provider, &self.voice_id, language.as_deref().unwrap_or("en"))
        }
    }
}

/// Its statuses say what is meant, but for a voice that is not there.
fn meaning(failure: &ServiceFailure) -> Option<ProviderError> {
    let said = failure.message.to_lowercase();
    let unknown = said.contains("unknown voice") || said.contains("voice not found");
    unknown.then(|| ProviderError::Misconfigured(failure.in_words()))
}

#[cfg(test)]
mod tests {
    use saywell_stubs::{Fault, Stub, stubs};
    use serde_json::json;

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
            stub: &stubs::inworld::KIND,
            open: &|url| opened(url, ""),
            lacks: &[Fault::WavZero, Fault::WavMax],
            unusual: &[],
        })
        .await;
    }

    #[tokio::test]
    async fn asks_for_what_is_wanted_and_times_its_words() {
        let stub = Stub::start(&stubs::inworld::KIND).await.unwrap();
        let provider = opened(&stub.url(), "temperature = 1.1");
        let voices = provider.voices().await.unwrap();
        let told: Vec<String> = voices
            .iter()
            .map(|voice| format!("{} {} {:?}", voice.id, voice.language, voice.gender))
            .collect();
        assert_eq!(told, ["Ashley en-US Some(\"female\")", "Johanna de-DE None"]);
        let text = "One, two.";
        let request = Request { speed: 1.2, ..Request::new(text, "inworld-tts-1.5-max", "Ashley") };
        let speech = gather(provider.speak(request)).await.unwrap();
        let words: Vec<&str> = speech.words.iter().map(|word| &text[word.text.clone()]).collect();
        assert_eq!(words, ["One,", "two."]);
        let call = stub.requests().pop().unwrap();
        assert_eq!(call.header("authorization"), format!("Basic {}", faults::KEY));
        assert_eq!(
            call.json::<Value>().unwrap(),
            json!({"text": text, "voiceId": "Ashley", "modelId": "inworld-tts-1.5-max", "temperature": 1.1,
                "audioConfig": {"audioEncoding": "PCM", "sampleRateHertz": 24_000, "speakingRate": 1.2},
                "timestampType": "WORD"})
        );
    }
}
