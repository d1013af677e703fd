//! `minimax`: speech models of that name, whose sound comes in hexadecimal digits, in events as it is made.
//!
//! It has no official SDK that speaks; its ways are as two frameworks that call it have them (pipecat 1.14.0, `LiveKit` 1.8.9).
//! Failures come with status 200, and a code of its own.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use saywell_base::secret::Secret;
use saywell_text::english::Reader;
use saywell_text::tag;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::provider::{Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};
use crate::providers::wire::{
    self, BaseUrl, Carrier, Coding, Encoding, Http, Kept, MessageForm, ServiceFailure, SoundMessage,
};
use crate::providers::{Opening, ProviderKind, Variable};

/// The kind of provider that this file makes.
pub const KIND: ProviderKind = ProviderKind {
    name: "minimax",
    about: "MiniMax's speech models.",
    variables: &[
        Variable { name: "MINIMAX_API_KEY", key: "api_key", secret: true, about: "MiniMax's API key." },
        Variable {
            name: "MINIMAX_GROUP_ID",
            key: "group_id",
            secret: false,
            about: "The group of the account, where its key needs one.",
        },
        Variable {
            name: "MINIMAX_BASE_URL",
            key: "base_url",
            secret: false,
            about: "Another address for MiniMax's API, with its `/v1`, such as that of mainland China.",
        },
    ],
    schema: <Options as schemars::JsonSchema>::json_schema,
    check: |options| options.parse::<Options>().map(drop),
    open: |opening| Ok(Arc::new(MiniMax::open(&opening)?)),
};

/// Raw sound is asked for at this rate.
const RATE: u32 = 24_000;
/// How long voices are kept.
const LISTED: Duration = Duration::from_mins(30);

/// What it calls languages.
const LANGUAGES: [(&str, &str); 24] = [
    ("ar", "Arabic"),
    ("bg", "Bulgarian"),
    ("cs", "Czech"),
    ("da", "Danish"),
    ("de", "German"),
    ("el", "Greek"),
    ("en", "English"),
    ("es", "Spanish"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("hi", "Hindi"),
    ("id", "Indonesian"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("ko", "Korean"),
    ("nl", "Dutch"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("ro", "Romanian"),
    ("ru", "Russian"),
    ("tr", "Turkish"),
    ("uk", "Ukrainian"),
    ("vi", "Vietnamese"),
    ("zh", "Chinese"),
];

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    api_key: Option<Secret>,
    group_id: Option<String>,
    #[serde(default = "api")]
    base_url: BaseUrl,
    /// The model where a request names none; `speech-2.6-turbo` if not set.
    #[serde(default = "default_model")]
    model: String,
    /// The voice when nobody asks for one.
    voice: Option<String>,
    /// Guides how it is said, such as `calm`; as the voice would if not set.
    emotion: Option<String>,
    /// How many utterances of a reply to ask for at the same time.
    #[serde(default = "default_parallel")]
    parallel: std::num::NonZeroU8,
}

fn api() -> BaseUrl {
    BaseUrl::known("https://api.minimax.io/v1")
}

fn default_model() -> String {
    "speech-2.6-turbo".to_owned()
}

fn default_parallel() -> std::num::NonZeroU8 {
    std::num::NonZeroU8::MIN.saturating_add(1)
}

#[derive(Debug)]
struct MiniMax {
    http: Http,
    about: ProviderFacts,
    headers: HeaderMap,
    options: Options,
    voices: Kept<Arc<[Voice]>>,
}

#[derive(Serialize)]
struct Ask<'a> {
    model: &'a str,
    text: &'a str,
    stream: bool,
    stream_options: StreamOptions,
    voice_setting: VoiceSetting<'a>,
    audio_setting: AudioSetting,
    #[serde(skip_serializing_if = "Option::is_none")]
    language_boost: Option<&'static str>,
}

#[derive(Serialize)]
struct StreamOptions {
    /// Or the last event has all of the sound once more.
    exclude_aggregated_audio: bool,
}

#[derive(Serialize)]
struct VoiceSetting<'a> {
    voice_id: &'a str,
    speed: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    emotion: Option<&'a str>,
}

#[derive(Serialize)]
struct AudioSetting {
    format: &'static str,
    sample_rate: u32,
    channel: u32,
}

impl MiniMax {
    fn open(opening: &Opening<'_>) -> Result<Self, ProviderError> {
        let options: Options = opening.options.parse().map_err(ProviderError::Misconfigured)?;
        let about = ProviderFacts {
            paid: true,
            default_voice: options.voice.clone(),
            options: options.emotion.clone().unwrap_or_default(),
            parallel: usize::from(options.parallel.get()),
            // Half of its bound, which it may count in another way.
            longest: 5_000,
            speeds: 0.5..=2.0,
            reader: Some(Reader::Natural),
            ..ProviderFacts::new(KIND.name, opening.name, options.model.clone())
        };
        let key = wire::key(options.api_key.as_ref(), "MINIMAX_API_KEY")?;
        Ok(Self {
            http: Http::new(opening),
            about,
            headers: HeaderMap::from_iter([(AUTHORIZATION, wire::secret(&format!("Bearer {key}"))?)]),
            options,
            voices: Kept::new(LISTED, opening.clock),
        })
    }

    fn post(&self, path: &str) -> RequestBuilder {
        let call = self.http.post(self.options.base_url.join(path)).headers(self.headers.clone());
        match &self.options.group_id {
            Some(group) => call.query(&[("GroupId", group)]),
            None => call,
        }
    }

    fn call(&self, request: &Request) -> RequestBuilder {
        let language = request.language.as_deref().map(tag::primary);
        let ask = Ask {
            model: &request.model,
            text: &request.text,
            stream: true,
            stream_options: StreamOptions { exclude_aggregated_audio: true },
            voice_setting: VoiceSetting {
                voice_id: &request.voice,
                speed: (f64::from(request.speed) * 1000.0).round() / 1000.0,
                emotion: self.options.emotion.as_deref(),
            },
            audio_setting: AudioSetting { format: "pcm", sample_rate: RATE, channel: 1 },
            language_boost: LANGUAGES.iter().find(|(tag, _)| Some(*tag) == language).map(|(_, name)| *name),
        };
        self.post("/t2a_v2").json(&ask)
    }

    async fn listed(&self) -> Result<Arc<[Voice]>, ProviderError> {
        let request = self.post("/get_voice").json(&json!({"voice_type": "all"}));
        let listed: Listed = self.http.json(request, meaning).await?;
        if let Some(error) = listed.base_resp.failure() {
            return Err(error);
        }
        let all = [listed.system_voice, listed.voice_cloning, listed.voice_generation];
        let named = all.into_iter().flatten().flatten().map(|voice| voice.into_voice(self.name()));
        let mut voices: Vec<Voice> = named.collect();
        if let Some(own) = &self.options.voice
            && !voices.iter().any(|voice| voice.id == *own)
        {
            voices.push(ListedVoice { voice_id: own.clone(), voice_name: None }.into_voice(self.name()));
        }
        Ok(voices.into())
    }
}

#[async_trait]
impl Provider for MiniMax {
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
            encoding: Encoding::Hex,
            coding: Coding::Pcm { rate: RATE },
            ends: true,
            read,
        };
        self.http.told(self.call(&request), request.text, how, meaning)
    }
}

#[derive(Deserialize)]
struct Event {
    data: Option<Data>,
    extra_info: Option<ExtraInfo>,
    #[serde(default)]
    base_resp: BaseResp,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    audio: String,
    /// 1: there is more to come; 2: that was all.
    status: Option<u32>,
}

#[derive(Deserialize)]
struct ExtraInfo {
    usage_characters: Option<f64>,
}

/// How a call went; 0: well.
#[derive(Default, Deserialize)]
#[serde(default)]
struct BaseResp {
    status_code: i64,
    status_msg: String,
}

impl BaseResp {
    fn failure(&self) -> Option<ProviderError> {
        let told = || format!("answered {}: {}", self.status_code, self.status_msg);
        match self.status_code {
            0 => None,
            // Calls a minute, calls at a time, and characters a minute.
            1002 | 1039 | 1041 => Some(ProviderError::Throttled { retry_after: None }),
            1004 | 2049 => Some(ProviderError::Misconfigured(format!("refuses the key: {}", told()))),
            1008 | 2056 => {
                Some(ProviderError::Misconfigured(format!("has nothing left to spend: {}", told())))
            }
            1026 | 1027 | 1042 | 2013 => Some(ProviderError::Rejected(told())),
            2038 | 2054 => Some(ProviderError::Misconfigured(told())),
            _ => Some(ProviderError::Unavailable(told())),
        }
    }
}

fn read(message: &str) -> Result<SoundMessage, ProviderError> {
    let event: Event = serde_json::from_str(message).map_err(|_| wire::told_failure(message, meaning))?;
    if let Some(error) = event.base_resp.failure() {
        return Err(error);
    }
    let (sound, status) = event.data.map(|data| (data.audio, data.status)).unwrap_or_default();
    Ok(SoundMessage {
        sound,
        billed: event.extra_info.and_then(|extra| extra.usage_characters),
        done: status == Some(2),
        ..SoundMessage::default()
    })
}

#[derive(Deserialize)]
struct Listed {
    system_voice: Option<Vec<ListedVoice>>,
    voice_cloning: Option<Vec<ListedVoice>>,
    voice_generation: Option<Vec<ListedVoice>>,
    #[serde(default)]
    base_resp: BaseResp,
}

#[derive(Deserialize)]
struct ListedVoice {
    voice_id: String,
    voice_name: Option<String>,
}

impl ListedVoice {
    /// The names of its own voices begin with their language, as in `German_SweetLady`; others speak any.
    fn into_voice(self, provider: &str) -> Voice {
        let begins =
            |name: &str| self.voice_id.get(..name.len()).is_some_and(|id| id.eq_ignore_ascii_case(name));
        let language = LANGUAGES.iter().find(|(_, name)| begins(name)).map(|(tag, _)| *tag);
        // What follows the language, which may have a man in it itself.
        let lower = self.voice_id.split_once('_').map_or("", |(_, rest)| rest).to_ascii_lowercase();
        let is = |names: &[&str]| names.iter().any(|name| lower.contains(name));
        let gender = match () {
            () if is(&["female", "woman", "lady", "girl"]) => Some("female"),
            () if is(&["male", "man", "guy", "boy", "gentleman"]) => Some("male"),
            () => None,
        };
        Voice {
            name: self.voice_name.filter(|name| !name.is_empty()).unwrap_or_else(|| self.voice_id.clone()),
            other_languages: vec!["*".to_owned()],
            gender: gender.map(str::to_owned),
            ..Voice::new(provider, &self.voice_id, language.unwrap_or("en"))
        }
    }
}

/// What an answer without events tells: mostly a code of its own, under status 200.
fn meaning(failure: &ServiceFailure) -> Option<ProviderError> {
    let status_code = failure.code.parse().ok()?;
    BaseResp { status_code, status_msg: failure.message.clone() }.failure()
}

#[cfg(test)]
mod tests {
    use saywell_stubs::{Fault, Stub, stubs};
    use serde_json::Value;

    use super::*;
    use crate::provider::{Part, gather};
    use crate::providers::conformance;
    use crate::providers::conformance::faults::{self, Case, Outcome};

    fn opened(url: &str, more: &str) -> Arc<dyn Provider> {
        faults::open(&KIND, &format!("base_url = '{url}/v1'\napi_key = '{}'\n{more}", faults::KEY))
    }

    #[tokio::test]
    async fn passes_every_exam() {
        conformance::examine_with_service(&Case {
            stub: &stubs::minimax::KIND,
            open: &|url| opened(url, ""),
            lacks: &[
                Fault::WavZero,
                Fault::WavMax,
                Fault::SplitBase64,
                Fault::NoTimings,
                Fault::DisorderedTimings,
            ],
            // What it answers itself has status 200, and no header to wait by.
            unusual: &[
                (Fault::ThrottledSeconds, Outcome::Throttled),
                (Fault::ThrottledDate, Outcome::Throttled),
            ],
        })
        .await;
    }

    #[tokio::test]
    async fn asks_for_what_is_wanted_and_tells_what_it_cost() {
        let stub = Stub::start(&stubs::minimax::KIND).await.unwrap();
        let provider = opened(&stub.url(), "emotion = 'calm'\ngroup_id = 'g1'");
        let voices = provider.voices().await.unwrap();
        let told: Vec<String> = voices
            .iter()
            .map(|voice| format!("{} {} {:?}", voice.id, voice.language, voice.gender))
            .collect();
        assert_eq!(
            told,
            [
                "English_Persuasive_Man en Some(\"male\")",
                "German_SweetLady de Some(\"female\")",
                "moss_audio_1 en None"
            ]
        );
        let request = Request {
            speed: 1.25,
            language: Some("de-AT".into()),
            ..Request::new("Zehn Zei!.", "speech-2.6-turbo", "German_SweetLady")
        };
        let parts: Vec<Part> = futures::TryStreamExt::try_collect(provider.speak(request)).await.unwrap();
        assert!(parts.contains(&Part::Billed(10.0)));
        let call = stub.requests().pop().unwrap();
        assert_eq!((call.path.as_str(), call.query.as_str()), ("/v1/t2a_v2", "GroupId=g1"));
        assert_eq!(
            call.json::<Value>().unwrap(),
            json!({"model": "speech-2.6-turbo", "text": "Zehn Zei!.", "stream": true,
                "stream_options": {"exclude_aggregated_audio": true},
                "voice_setting": {"voice_id": "German_SweetLady", "speed": 1.25, "emotion": "calm"},
                "audio_setting": {"format": "pcm", "sample_rate": 24_000, "channel": 1},
                "language_boost": "German"})
        );
        let nobody =
            gather(provider.speak(Request::new("Hi.", "speech-2.6-turbo", "nobody"))).await.unwrap_err();
        assert!(matches!(nobody, ProviderError::Misconfigured(_)), "{nobody:?}");
    }
}
