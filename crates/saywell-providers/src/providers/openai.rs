//! `openai`: OpenAI's speech models over `/v1/audio/speech`, sent as they are made.

use std::sync::Arc;

use async_trait::async_trait;
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use saywell_text::english::Reader;
use serde::{Deserialize, Serialize};

use crate::provider::{Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};
use crate::providers::wire::{self, BaseUrl, Coding, Http, ServiceFailure};
use crate::providers::{Opening, ProviderKind, Variable};
use crate::voices::OPENAI_VOICES;
use saywell_base::secret::Secret;

/// The provider's name.
pub const NAME: &str = "openai";

/// The kind of provider that this file makes.
pub const KIND: ProviderKind = ProviderKind {
    name: NAME,
    about: "OpenAI's speech models, which end on 2027-01-06.",
    variables: &[KEY, BASE_URL, ORGANIZATION, PROJECT],
    schema: <Options as schemars::JsonSchema>::json_schema,
    check: |options| options.parse::<Options>().map(drop),
    open: |opening| Ok(Arc::new(OpenAi::open(&opening)?)),
};

/// The variables that OpenAI's own libraries read.
pub(super) const KEY: Variable =
    Variable { name: "OPENAI_API_KEY", key: "api_key", secret: true, about: "OpenAI's API key." };
pub(super) const BASE_URL: Variable = Variable {
    name: "OPENAI_BASE_URL",
    key: "base_url",
    secret: false,
    about: "Where OpenAI's API is, with its `/v1`.",
};
pub(super) const ORGANIZATION: Variable = Variable {
    name: "OPENAI_ORG_ID",
    key: "organization",
    secret: false,
    about: "The organisation that OpenAI charges.",
};
pub(super) const PROJECT: Variable = Variable {
    name: "OPENAI_PROJECT_ID",
    key: "project",
    secret: false,
    about: "The project that OpenAI charges.",
};

/// Where OpenAI's API is.
pub(super) const API: &str = "https://api.openai.com/v1";

/// Raw sound comes at this rate.
const RATE: u32 = 24_000;

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    api_key: Option<Secret>,
    #[serde(default = "api")]
    base_url: BaseUrl,
    organization: Option<String>,
    project: Option<String>,
    /// `gpt-4o-mini-tts`, a dated snapshot of it, `tts-1` or `tts-1-hd`.
    #[serde(default = "default_model")]
    model: String,
    /// How to speak, where a request does not say.
    #[serde(default)]
    instructions: String,
    /// Voices made for this account, by id, beside OpenAI's own.
    #[serde(default)]
    more_voices: Vec<String>,
    /// How many utterances of a reply to ask for at the same time.
    #[serde(default = "default_parallel")]
    parallel: std::num::NonZeroU8,
}

fn default_model() -> String {
    "gpt-4o-mini-tts".to_owned()
}

fn default_parallel() -> std::num::NonZeroU8 {
    std::num::NonZeroU8::MIN.saturating_add(3)
}

pub(super) fn api() -> BaseUrl {
    BaseUrl::known(API)
}

/// The headers that say who asks and who pays.
///
/// # Errors
/// `Misconfigured` without a key, or with values that no header can carry.
pub(super) fn headers(
    api_key: Option<&Secret>,
    organization: Option<&str>,
    project: Option<&str>,
) -> Result<HeaderMap, ProviderError> {
    let key = api_key.ok_or_else(|| {
        ProviderError::Misconfigured("needs a key: set OPENAI_API_KEY, or `api_key` of its table".into())
    })?;
    let mut headers =
        HeaderMap::from_iter([(AUTHORIZATION, wire::secret(&format!("Bearer {}", key.reveal()))?)]);
    for (name, value) in [("openai-organization", organization), ("openai-project", project)] {
        if let Some(value) = value {
            let value = HeaderValue::from_str(value).map_err(|_| {
                ProviderError::Misconfigured(format!(
                    "cannot send `{name}`: it has characters that no header has"
                ))
            })?;
            headers.insert(name, value);
        }
    }
    Ok(headers)
}

/// What `/audio/speech` is asked. What is left out is the server's to decide, and strict servers refuse what they do
/// not know.
#[derive(Debug, Serialize)]
pub(super) struct SpeechAsk<'a> {
    pub(super) model: &'a str,
    pub(super) input: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) voice: Option<AskedVoice<'a>>,
    pub(super) response_format: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) instructions: &'a str,
    #[serde(skip_serializing_if = "is_as_made")]
    pub(super) speed: f32,
}

/// A voice by its name, or one made for an account by its id.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum AskedVoice<'a> {
    Name(&'a str),
    Made { id: &'a str },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_as_made(speed: &f32) -> bool {
    (*speed - 1.0).abs() < f32::EPSILON
}

/// OpenAI's speech models.
#[derive(Debug)]
pub struct OpenAi {
    http: Http,
    about: ProviderFacts,
    url: String,
    headers: HeaderMap,
    instructions: String,
    voices: Arc<[Voice]>,
}

impl OpenAi {
    /// Opens it, asking nobody.
    ///
    /// # Errors
    /// `Misconfigured` with what an operator has to change.
    pub fn open(opening: &Opening<'_>) -> Result<Self, ProviderError> {
        let options: Options = opening.options.parse().map_err(ProviderError::Misconfigured)?;
        let headers =
            headers(options.api_key.as_ref(), options.organization.as_deref(), options.project.as_deref())?;
        let about = ProviderFacts {
            paid: true,
            options: options.instructions.clone(),
            parallel: usize::from(options.parallel.get()),
            longest: 4096,
            speeds: 0.25..=4.0,
            takes_instructions: |model| !model.starts_with("tts-1"),
            elsewhere: options.base_url.as_str() != API,
            reader: Some(Reader::Natural),
            ..ProviderFacts::new(NAME, opening.name, options.model)
        };
        let made = options.more_voices.iter().map(|id| voice(opening.name, id, None));
        Ok(Self {
            http: Http::new(opening),
            about,
            url: options.base_url.join("/audio/speech"),
            headers,
            instructions: options.instructions,
            voices: openai_voices(opening.name, |_| true).chain(made).collect(),
        })
    }

    fn call(&self, request: &Request) -> RequestBuilder {
        // The first models take none, and refuse to be given any.
        let takes_instructions = !request.model.starts_with("tts-1");
        let instructions = match &*request.instructions {
            _ if !takes_instructions => "",
            "" => &self.instructions,
            asked => asked,
        };
        let voice = request.voice.as_str();
        let ask = SpeechAsk {
            model: &request.model,
            input: &request.text,
            voice: Some(if voice.starts_with("voice_") {
                AskedVoice::Made { id: voice }
            } else {
                AskedVoice::Name(voice)
            }),
            response_format: "pcm",
            instructions,
            speed: request.speed,
        };
        self.http.post(&self.url).headers(self.headers.clone()).json(&ask)
    }
}

#[async_trait]
impl Provider for OpenAi {
    fn about(&self) -> &ProviderFacts {
        &self.about
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        Ok(Arc::clone(&self.voices))
    }

    async fn warm(&self) {
        self.http.warm(&self.url).await;
    }

    fn speak(&self, request: Request) -> SpeechStream {
        self.http.speech(self.call(&request), |_| Coding::Pcm { rate: RATE }, meaning)
    }
}

/// What OpenAI's codes mean where their status does not say it.
pub(super) fn meaning(failure: &ServiceFailure) -> Option<ProviderError> {
    match failure.code.as_str() {
        // 429 as well, and no waiting helps.
        "insufficient_quota"
        | "billing_hard_limit_reached"
        | "billing_not_active"
        | "spend_limit_reached" => {
            Some(ProviderError::Misconfigured(format!("has nothing left to spend: {}", failure.in_words())))
        }
        "rate_limit_exceeded" | "slow_down" => {
            Some(ProviderError::Throttled { retry_after: failure.retry_after })
        }
        _ => None,
    }
}

/// OpenAI's own voices that are `wanted`. It has no call that lists them. Each speaks every language.
pub(super) fn openai_voices(provider: &str, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = Voice> {
    OPENAI_VOICES
        .iter()
        .filter(move |(name, _)| wanted(name))
        .map(move |(name, gender)| voice(provider, name, Some(gender)))
}

fn voice(provider: &str, id: &str, gender: Option<&str>) -> Voice {
    Voice {
        other_languages: vec!["*".into()],
        gender: gender.map(str::to_owned),
        ..Voice::new(provider, id, "en")
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
        faults::open(&KIND, &format!("base_url = '{url}/v1'\napi_key = '{}'\n{more}", faults::KEY))
    }

    #[tokio::test]
    async fn passes_every_exam() {
        conformance::examine_with_service(&Case {
            stub: &stubs::openai::KIND,
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
    async fn asks_for_what_is_wanted_and_for_nothing_else() {
        let stub = Stub::start(&stubs::openai::KIND).await.unwrap();
        let provider =
            opened(&stub.url(), "organization = 'org-1'\nproject = 'proj-1'\ninstructions = 'Calmly.'");
        let plain = Request::new("Hello.", "gpt-4o-mini-tts", "nova");
        let asked = Request { instructions: "Fast!".into(), speed: 1.5, ..plain.clone() };
        let first_models = Request { model: "tts-1-hd".into(), voice: "voice_7".into(), ..asked.clone() };
        for request in [plain, asked, first_models] {
            gather(provider.speak(request)).await.unwrap();
        }
        let bodies: Vec<serde_json::Value> =
            stub.requests().iter().map(|call| call.json().unwrap()).collect();
        assert_eq!(
            bodies,
            [
                serde_json::json!({"model": "gpt-4o-mini-tts", "input": "Hello.", "voice": "nova", "response_format": "pcm", "instructions": "Calmly."}),
                serde_json::json!({"model": "gpt-4o-mini-tts", "input": "Hello.", "voice": "nova", "response_format": "pcm", "instructions": "Fast!", "speed": 1.5}),
                serde_json::json!({"model": "tts-1-hd", "input": "Hello.", "voice": {"id": "voice_7"}, "response_format": "pcm", "speed": 1.5}),
            ]
        );
        let call = &stub.requests()[0];
        assert_eq!(call.header("authorization"), format!("Bearer {}", faults::KEY));
        assert_eq!((call.header("openai-organization"), call.header("openai-project")), ("org-1", "proj-1"));
    }

    #[test]
    fn the_end_is_announced_where_it_is_coming() {
        let open = |options: &str| {
            let about = faults::open(&KIND, options).about().clone();
            crate::ends::Ends::default().find(&about, "tts-1", "nova").map(|end| end.day.to_string())
        };
        assert_eq!(open("api_key = 'k'").as_deref(), Some("2027-01-06"));
        assert_eq!(open("api_key = 'k'\nbase_url = 'https://elsewhere.example/v1'"), None);
    }

    #[test]
    fn what_is_wrong_with_options_is_named() {
        let check = |options: &str| {
            (KIND.check)(&crate::providers::Options { kind: None, table: options.parse().unwrap() })
                .unwrap_err()
        };
        assert!(
            check("base_url = 'nowhere'").contains("must be an address"),
            "{}",
            check("base_url = 'nowhere'")
        );
        assert!(check("colour = 1").contains("unknown field `colour`"), "{}", check("colour = 1"));
        assert!(check("parallel = 0").contains("parallel"), "{}", check("parallel = 0"));
    }
}
