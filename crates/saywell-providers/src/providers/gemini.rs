//! `gemini`: Gemini's speech models over `streamGenerateContent`, with an API key.
//!
//! Raw sound comes at 24 kHz in base64, in events. The models of 3.8 say a text as it stands, and take how to say it apart
//! from it; those before them take it in the text, where it may be read aloud, and so are not told. There are no speeds, no
//! languages to choose, and no times of words.

use std::sync::Arc;

use async_trait::async_trait;
use reqwest::RequestBuilder;
use reqwest::header::{HeaderMap, HeaderName};
use saywell_base::secret::Secret;
use saywell_text::english::Reader;
use serde::Deserialize;
use serde_json::json;

use crate::provider::{Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};
use crate::providers::wire::{
    self, BaseUrl, Carrier, Coding, Encoding, Http, MessageForm, ServiceFailure, SoundMessage,
};
use crate::providers::{Opening, ProviderKind, Variable};

/// The kind of provider that this file makes.
pub const KIND: ProviderKind = ProviderKind {
    name: "gemini",
    about: "Gemini's speech models.",
    variables: &[
        Variable { name: "GEMINI_API_KEY", key: "api_key", secret: true, about: "A key of the Gemini API." },
        Variable {
            name: "GEMINI_BASE_URL",
            key: "base_url",
            secret: false,
            about: "Another address for the Gemini API, with its `/v1`.",
        },
    ],
    schema: <Options as schemars::JsonSchema>::json_schema,
    check: |options| options.parse::<Options>().map(drop),
    open: |opening| Ok(Arc::new(Gemini::open(&opening)?)),
};

/// Raw sound comes at this rate.
const RATE: u32 = 24_000;
/// Who speaks when nobody is asked for.
const VOICE: &str = "Kore";

/// The voices of every model, which its API does not list, and their genders as Google's table of Chirp 3 HD has them, where
/// they are the same.
const VOICES: [(&str, &str); 30] = [
    ("Achernar", "female"),
    ("Achird", "male"),
    ("Algenib", "male"),
    ("Algieba", "male"),
    ("Alnilam", "male"),
    ("Aoede", "female"),
    ("Autonoe", "female"),
    ("Callirrhoe", "female"),
    ("Charon", "male"),
    ("Despina", "female"),
    ("Enceladus", "male"),
    ("Erinome", "female"),
    ("Fenrir", "male"),
    ("Gacrux", "female"),
    ("Iapetus", "male"),
    ("Kore", "female"),
    ("Laomedeia", "female"),
    ("Leda", "female"),
    ("Orus", "male"),
    ("Puck", "male"),
    ("Pulcherrima", "female"),
    ("Rasalgethi", "male"),
    ("Sadachbia", "male"),
    ("Sadaltager", "male"),
    ("Schedar", "male"),
    ("Sulafat", "female"),
    ("Umbriel", "male"),
    ("Vindemiatrix", "female"),
    ("Zephyr", "female"),
    ("Zubenelgenubi", "male"),
];

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    api_key: Option<Secret>,
    #[serde(default = "api")]
    base_url: BaseUrl,
    /// The model where a request names none; `gemini-3.8-flash-tts` if not set.
    #[serde(default = "default_model")]
    model: String,
    /// The voice when nobody asks for one; `Kore` if not set.
    #[serde(default = "default_voice")]
    voice: String,
    /// How to speak, where a request does not say; only for the models that take such.
    #[serde(default)]
    instructions: String,
    /// How many utterances of a reply to ask for at the same time.
    #[serde(default = "default_parallel")]
    parallel: std::num::NonZeroU8,
}

/// The version that Google's own client 3.6.1 asks.
fn api() -> BaseUrl {
    BaseUrl::known("https://generativelanguage.googleapis.com/v1")
}

fn default_model() -> String {
    "gemini-3.8-flash-tts".to_owned()
}

fn default_voice() -> String {
    VOICE.to_owned()
}

fn default_parallel() -> std::num::NonZeroU8 {
    std::num::NonZeroU8::MIN.saturating_add(1)
}

/// Whether a model takes how to speak apart from what to say.
fn takes_style(model: &str) -> bool {
    model.starts_with("gemini-3.8-")
}

#[derive(Debug)]
struct Gemini {
    http: Http,
    about: ProviderFacts,
    headers: HeaderMap,
    options: Options,
    voices: Arc<[Voice]>,
}

impl Gemini {
    fn open(opening: &Opening<'_>) -> Result<Self, ProviderError> {
        let options: Options = opening.options.parse().map_err(ProviderError::Misconfigured)?;
        let about = ProviderFacts {
            paid: true,
            default_voice: Some(options.voice.clone()),
            options: options.instructions.clone(),
            parallel: usize::from(options.parallel.get()),
            longest: 4_000,
            speeds: 1.0..=1.0,
            takes_instructions: takes_style,
            reader: Some(Reader::Natural),
            ..ProviderFacts::new(KIND.name, opening.name, options.model.clone())
        };
        let key = wire::key(options.api_key.as_ref(), "GEMINI_API_KEY")?;
        let mut voices: Vec<Voice> =
            VOICES.iter().map(|(name, gender)| voice(opening.name, name, Some(gender))).collect();
        // One that was designed for the account is called by its id.
        if !voices.iter().any(|known| known.id == options.voice) {
            voices.push(voice(opening.name, &options.voice, None));
        }
        Ok(Self {
            http: Http::new(opening),
            about,
            headers: HeaderMap::from_iter([(API_KEY, wire::secret(key)?)]),
            options,
            voices: voices.into(),
        })
    }

    fn call(&self, request: &Request) -> Result<RequestBuilder, ProviderError> {
        let style = match &*request.instructions {
            _ if !takes_style(&request.model) => "",
            "" => &self.options.instructions,
            asked => asked,
        };
        let mut part = json!({"text": &*request.text});
        if !style.is_empty() {
            part["speechMetadata"] = json!({ "style": style });
        }
        let voice = json!({"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": request.voice}}});
        let mut config = json!({"responseModalities": ["AUDIO"], "speechConfig": voice});
        if takes_style(&request.model) {
            // Without a header before each piece, which is only promised to those who ask.
            config["responseFormat"] = json!({"audio": {"mimeType": "AUDIO_L16"}});
        }
        let ask = json!({"contents": [{"role": "user", "parts": [part]}], "generationConfig": config});
        let mut url = reqwest::Url::parse(self.options.base_url.as_str())
            .map_err(|error| ProviderError::Misconfigured(error.to_string()))?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["models", &format!("{}:streamGenerateContent", request.model)]);
        }
        url.set_query(Some("alt=sse"));
        Ok(self.http.post(url).headers(self.headers.clone()).json(&ask))
    }
}

fn voice(provider: &str, id: &str, gender: Option<&str>) -> Voice {
    Voice {
        other_languages: vec!["*".into()],
        gender: gender.map(str::to_owned),
        ..Voice::new(provider, id, "en")
    }
}

#[async_trait]
impl Provider for Gemini {
    fn about(&self) -> &ProviderFacts {
        &self.about
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        Ok(Arc::clone(&self.voices))
    }

    async fn warm(&self) {
        self.http.warm(self.options.base_url.as_str()).await;
    }

    fn speak(&self, request: Request) -> SpeechStream {
        let how = MessageForm {
            carrier: Carrier::Events,
            encoding: Encoding::Base64,
            coding: Coding::Pcm { rate: RATE },
            ends: true,
            read,
        };
        match self.call(&request) {
            Ok(call) => self.http.told(call, request.text, how, meaning),
            Err(error) => Box::pin(futures::stream::iter([Err(error)])),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Answer {
    candidates: Vec<Candidate>,
    prompt_feedback: PromptFeedback,
    usage_metadata: Option<Usage>,
    model_version: String,
    error: Option<serde_json::Value>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Candidate {
    content: Content,
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Content {
    parts: Vec<Piece>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Piece {
    inline_data: Blob,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Blob {
    data: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PromptFeedback {
    block_reason: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Usage {
    prompt_token_count: f64,
    candidates_token_count: f64,
}

fn read(message: &str) -> Result<SoundMessage, ProviderError> {
    let answer: Answer = serde_json::from_str(message).map_err(|_| wire::told_failure(message, meaning))?;
    if answer.error.is_some() {
        return Err(wire::told_failure(message, meaning));
    }
    if let Some(reason) = answer.prompt_feedback.block_reason {
        return Err(ProviderError::Rejected(format!("does not say this text: {reason}")));
    }
    let mut news = SoundMessage::default();
    for Candidate { content, finish_reason } in answer.candidates.into_iter().take(1) {
        news.sound = content.parts.into_iter().map(|piece| piece.inline_data.data).collect();
        match finish_reason.as_deref() {
            None => {}
            Some("STOP") => news.done = true,
            // It lost its way, which it may not do again.
            Some(reason @ ("OTHER" | "MALFORMED_RESPONSE" | "FINISH_REASON_UNSPECIFIED")) => {
                return Err(ProviderError::Unavailable(format!("broke off: {reason}")));
            }
            Some(reason) => {
                return Err(ProviderError::Rejected(format!("did not say all of this text: {reason}")));
            }
        }
    }
    news.billed = answer.usage_metadata.map(|usage| {
        usage.candidates_token_count + text_token(&answer.model_version) * usage.prompt_token_count
    });
    Ok(news)
}

/// What a token of text costs, in tokens of the model's sound.
fn text_token(model: &str) -> f64 {
    // 0.5 of 6, of 9 or of 10 dollars for a million.
    match model {
        _ if model.contains("3.8-flash-lite") => 0.5 / 6.0,
        _ if model.contains("3.8-flash") => 0.5 / 9.0,
        _ => 0.05,
    }
}

/// What Google's codes mean where their status does not say it. A quota that is used up and one that is only full for this
/// minute are the same to it.
fn meaning(failure: &ServiceFailure) -> Option<ProviderError> {
    match failure.code.as_str() {
        "INVALID_ARGUMENT" if failure.message.contains("API key") => {
            Some(ProviderError::Misconfigured(format!("refuses the key: {}", failure.in_words())))
        }
        "RESOURCE_EXHAUSTED" => Some(ProviderError::Throttled { retry_after: failure.retry_after }),
        _ => None,
    }
}

const API_KEY: HeaderName = HeaderName::from_static("x-goog-api-key");

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
            stub: &stubs::gemini::KIND,
            open: &|url| opened(url, ""),
            lacks: &[Fault::WavZero, Fault::WavMax, Fault::NoTimings, Fault::DisorderedTimings],
            unusual: &[(Fault::Quota, Outcome::Throttled)],
        })
        .await;
    }

    #[tokio::test]
    async fn says_how_to_speak_where_the_model_takes_it_and_tells_what_it_cost() {
        let stub = Stub::start(&stubs::gemini::KIND).await.unwrap();
        let provider = opened(&stub.url(), "instructions = 'Calmly.'");
        assert_eq!(provider.about().default_voice.as_deref(), Some("Kore"));
        let request = Request::new("Ten chars!", "gemini-3.8-flash-tts", "Puck");
        let parts: Vec<Part> =
            futures::TryStreamExt::try_collect(provider.speak(request.clone())).await.unwrap();
        // The stub counts 2 tokens of sound for each character, and 10 of text.
        assert!(parts.contains(&Part::Billed(20.0 + 10.0 * 0.5 / 9.0)), "{:?}", parts.last());
        let older = Request { model: "gemini-2.5-flash-preview-tts".into(), ..request };
        gather(provider.speak(older)).await.unwrap();
        let calls = stub.requests();
        let voice = json!({"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Puck"}}});
        let bodies: Vec<Value> = calls.iter().map(|call| call.json().unwrap()).collect();
        assert_eq!(
            bodies,
            [
                json!({"contents": [{"role": "user", "parts": [{"text": "Ten chars!", "speechMetadata": {"style": "Calmly."}}]}],
                    "generationConfig": {"responseModalities": ["AUDIO"], "speechConfig": voice,
                        "responseFormat": {"audio": {"mimeType": "AUDIO_L16"}}}}),
                json!({"contents": [{"role": "user", "parts": [{"text": "Ten chars!"}]}],
                    "generationConfig": {"responseModalities": ["AUDIO"], "speechConfig": voice}}),
            ]
        );
        assert_eq!(calls[0].path, "/v1/models/gemini-3.8-flash-tts:streamGenerateContent");
        assert_eq!((calls[0].query.as_str(), calls[0].header("x-goog-api-key")), ("alt=sse", faults::KEY));
    }

    #[test]
    fn what_it_does_not_say_is_refused_for_what_it_is() {
        let refused = |message: &str| read(message).unwrap_err();
        let blocked = refused(r#"{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}"#);
        assert!(matches!(blocked, ProviderError::Rejected(_)), "{blocked:?}");
        let cut = refused(r#"{"candidates":[{"finishReason":"SAFETY"}]}"#);
        assert!(matches!(cut, ProviderError::Rejected(_)), "{cut:?}");
        let lost = refused(r#"{"candidates":[{"finishReason":"OTHER"}]}"#);
        assert!(matches!(lost, ProviderError::Unavailable(_)), "{lost:?}");
        assert!(matches!(refused("nonsense"), ProviderError::Unavailable(_)));
    }
}
