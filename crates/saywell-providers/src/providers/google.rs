//! `google`: Google Cloud Text-to-Speech, over REST, or over gRPC for voices whose sound can be had while it is made.
//!
//! Its ways, from its documentation and its official client (none of it was tried with the service itself): over REST
//! the sound comes whole, in base64; the times of words are those of a mark before each, which only the older voices
//! and only the beta of the interface have; a request may have 5,000 bytes, elements included; a key that is refused
//! is status 400.

mod auth;
mod said;
mod stream;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_stream::try_stream;
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt;
use reqwest::{RequestBuilder, Response, header};
use saywell_text::english::Reader;
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::auth::{Access, Identity};
use self::said::{Family, Words};
use crate::provider::{Extent, Part, Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};
use crate::providers::wire::{self, BaseUrl, Coding, Http, Kept, Meaning, SoundReader, Start};
use crate::providers::{Opening, Options, ProviderKind, Variable};
use saywell_base::net::grpc_client;
use saywell_base::secret::Secret;

/// The kind of provider that this file makes.
pub const KIND: ProviderKind = ProviderKind {
    name: "google",
    about: "Google Cloud Text-to-Speech.",
    variables: &[
        Variable {
            name: "GOOGLE_APPLICATION_CREDENTIALS",
            key: "credentials",
            secret: false,
            about: "The credentials file of a service account. Without one and without a key, the user that `gcloud auth application-default login` logged in, or the machine's own account.",
        },
        Variable {
            name: "GOOGLE_API_KEY",
            key: "api_key",
            secret: true,
            about: "An API key, in place of an account.",
        },
        Variable {
            name: "GOOGLE_BASE_URL",
            key: "base_url",
            secret: false,
            about: "Another address for Text-to-Speech, `https://texttospeech.googleapis.com` if not set.",
        },
    ],
    schema: <GoogleOptions as schemars::JsonSchema>::json_schema,
    check: |options| GoogleOptions::read(options).map(drop),
    open: |opening| Ok(Arc::new(Google::open(&opening)?)),
};

/// Samples a second that are asked for: what its newer voices are made for.
const RATE: u32 = 24_000;
/// The most characters of one call: few enough that they are no more than [`MAX_BYTES`](said::MAX_BYTES) in any script, and that their
/// sound is no more than an answer that is read whole may have.
const LONGEST: usize = 400;
/// How many utterances are asked for at the same time. 200 calls in a minute are the least that any voices have.
const PARALLEL: usize = 4;
/// How long the list of voices is kept.
const VOICES_KEPT: Duration = Duration::from_hours(1);
/// The voice where none is asked for.
const DEFAULT_VOICE: &str = "en-US-Chirp3-HD-Kore";

/// `[providers.google]`.
#[derive(Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct GoogleOptions {
    /// An API key.
    #[serde(skip_serializing)]
    api_key: Option<Secret>,
    /// The credentials file of a service account, or of a user.
    #[serde(skip_serializing)]
    credentials: Option<PathBuf>,
    /// The project that is charged, where that is not the account's own.
    #[serde(skip_serializing)]
    quota_project: Option<String>,
    /// Where the text is worked on, such as `eu` or `us`; wherever Google likes if not set.
    #[serde(skip_serializing)]
    location: Option<String>,
    /// Another address for the service, in place of a location.
    #[serde(skip_serializing)]
    base_url: Option<BaseUrl>,
    /// Asks for the times of words, of the voices that have them; `true`.
    #[serde(default = "yes")]
    word_times: bool,
    /// Takes the sound while it is made, of the voices that can; `true`.
    #[serde(default = "yes", skip_serializing)]
    streaming: bool,
    /// Pitch in semitones, -20 to 20, for the voices that have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pitch: Option<f64>,
    /// What the sound is played on, such as `headphone-class-device`; at most five, one upon the other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    effects: Vec<String>,
}

fn yes() -> bool {
    true
}

impl GoogleOptions {
    fn read(options: &Options) -> Result<Self, String> {
        let read: Self = options.parse()?;
        if read.pitch.is_some_and(|pitch| !(-20.0..=20.0).contains(&pitch)) {
            return Err("`pitch`: must be from -20 to 20".into());
        }
        if read.effects.len() > 5 {
            return Err("`effects`: must be at most five".into());
        }
        let named = |name: &str| {
            !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        if read.location.as_deref().is_some_and(|location| !named(location)) {
            return Err("`location`: must be the name of a location, such as eu".into());
        }
        Ok(read)
    }

    fn base(&self) -> String {
        match (&self.base_url, self.location.as_deref()) {
            (Some(address), _) => address.as_str().to_owned(),
            (None, None | Some("global")) => "https://texttospeech.googleapis.com".into(),
            (None, Some(location)) => format!("https://{location}-texttospeech.googleapis.com"),
        }
    }
}

#[derive(Debug)]
struct Google {
    about: ProviderFacts,
    service: Arc<Service>,
}

#[derive(Debug)]
struct Service {
    name: Arc<str>,
    http: Http,
    grpc: Http,
    base: String,
    access: Access,
    options: GoogleOptions,
    voices: Kept<Arc<[Voice]>>,
}

impl Google {
    fn open(opening: &Opening<'_>) -> Result<Self, ProviderError> {
        let mut options = GoogleOptions::read(opening.options).map_err(ProviderError::Misconfigured)?;
        let identity = Identity::find(options.api_key.take(), options.credentials.as_deref())
            .map_err(|reason| ProviderError::Misconfigured(format!("credentials: {reason}")))?;
        let about = ProviderFacts {
            paid: true,
            default_voice: Some(DEFAULT_VOICE.into()),
            options: serde_json::to_string(&options).unwrap_or_default(),
            parallel: PARALLEL,
            longest: LONGEST,
            speeds: 0.25..=2.0,
            reader: Some(Reader::Natural),
            ..ProviderFacts::new(KIND.name, opening.name, "google")
        };
        let client = grpc_client()?;
        let service = Service {
            name: Arc::clone(&about.name),
            http: Http::new(opening),
            grpc: Http::new(&Opening { client: &client, ..*opening }),
            base: options.base(),
            access: Access::new(identity, options.quota_project.clone(), opening),
            options,
            voices: Kept::new(VOICES_KEPT, opening.clock),
        };
        Ok(Self { about, service: Arc::new(service) })
    }
}

#[async_trait]
impl Provider for Google {
    fn about(&self) -> &ProviderFacts {
        &self.about
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        self.service.voices.get(self.service.list()).await
    }

    fn extent(&self, request: &Request) -> Extent {
        if wire::is_blank(&request.text) {
            return Extent::default();
        }
        Words::to_say(request, self.service.options.word_times).charged()
    }

    async fn warm(&self) {
        self.service.http.warm(&self.service.base).await;
        if self.service.options.streaming {
            self.service.grpc.warm(&self.service.base).await;
        }
    }

    fn speak(&self, request: Request) -> SpeechStream {
        let service = Arc::clone(&self.service);
        if wire::is_blank(&request.text) {
            return Box::pin(try_stream! { yield Part::Sound { rate: RATE, samples: Vec::new() }; });
        }
        // Streaming takes text alone.
        let streams = service.options.streaming
            && Family::of_voice(&request.voice) == Family::Chirp
            && request.marks.is_empty();
        if streams { service.stream(request) } else { service.synthesize(request) }
    }
}

#[derive(Deserialize)]
struct ListedVoices {
    #[serde(default)]
    voices: Vec<Listed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    #[serde(default)]
    language_codes: Vec<String>,
    name: String,
    #[serde(default)]
    ssml_gender: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Synthesized {
    #[serde(default)]
    audio_content: String,
    #[serde(default)]
    timepoints: Option<Vec<Timepoint>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Timepoint {
    #[serde(default)]
    mark_name: String,
    /// Absent at the very beginning, as what is zero is.
    #[serde(default)]
    time_seconds: f64,
}

impl Service {
    /// Every voice but those that only have a bare name: they are asked for in another way.
    async fn list(&self) -> Result<Arc<[Voice]>, ProviderError> {
        let url = format!("{}/v1/voices", self.base);
        let ListedVoices { voices } =
            wire::whole_json(self.send(&self.http, || self.http.get(&url)).await?).await?;
        let voice = |listed: Listed| {
            let mut languages = listed.language_codes.into_iter();
            let language = languages.next()?;
            listed.name.starts_with(&language).then(|| Voice {
                other_languages: languages.collect(),
                gender: Some(listed.ssml_gender.to_ascii_lowercase())
                    .filter(|gender| matches!(gender.as_str(), "female" | "male" | "neutral")),
                ..Voice::new(&self.name, &listed.name, &language)
            })
        };
        Ok(voices.into_iter().filter_map(voice).collect())
    }

    /// Speaks over gRPC, and yields the sound as it is made.
    fn stream(self: Arc<Self>, request: Request) -> SpeechStream {
        Box::pin(try_stream! {
            let config = stream::StreamingSynthesizeConfig {
                voice: Some(stream::VoiceSelectionParams {
                    language_code: language_of(&request),
                    name: request.voice.clone(),
                }),
                streaming_audio_config: Some(stream::StreamingAudioConfig {
                    audio_encoding: stream::PCM,
                    sample_rate_hertz: RATE.cast_signed(),
                    speaking_rate: f64::from(request.speed),
                }),
            };
            let (url, body) = (format!("{}{}", self.base, stream::PATH), stream::body(config, &request.text));
            let post = || {
                self.grpc
                    .post(&url)
                    .header(header::CONTENT_TYPE, "application/grpc")
                    .header(header::TE, "trailers")
                    .body(body.clone())
            };
            let response = self.send(&self.grpc, post).await?;
            let mut pieces = Box::pin(stream::sound(response));
            let mut reader = SoundReader::new(Coding::Pcm { rate: RATE });
            while let Some(piece) = pieces.next().await {
                if let Some(part) = reader.push(&piece?)? {
                    yield part;
                }
            }
            if let Some(part) = reader.finish()? {
                yield part;
            }
        })
    }

    /// Speaks over REST: the sound comes whole.
    fn synthesize(self: Arc<Self>, request: Request) -> SpeechStream {
        Box::pin(try_stream! {
            let Words { input, words } = Words::to_say(&request, self.options.word_times);
            let version = if words.is_empty() { "v1" } else { "v1beta1" };
            let url = format!("{}/{version}/text:synthesize", self.base);
            let mut audio = json!({
                "audioEncoding": "PCM",
                "sampleRateHertz": RATE,
                "speakingRate": request.speed,
            });
            if let Some(pitch) = self.options.pitch.filter(|_| Family::of_voice(&request.voice) == Family::Classic) {
                audio["pitch"] = pitch.into();
            }
            if !self.options.effects.is_empty() {
                audio["effectsProfileId"] = self.options.effects.clone().into();
            }
            let mut body = json!({
                "input": input,
                "voice": {"languageCode": language_of(&request), "name": request.voice},
                "audioConfig": audio,
            });
            if !words.is_empty() {
                body["enableTimePointing"] = json!(["SSML_MARK"]);
            }
            let answer = self.send(&self.http, || self.http.post(&url).json(&body)).await?;
            let Synthesized { audio_content, timepoints } = wire::whole_json(answer).await?;
            let sound = STANDARD
                .decode(audio_content)
                .map_err(|_| ProviderError::Unavailable("sent sound that is not base64".into()))?;
            let mut reader = SoundReader::new(Coding::Pcm { rate: RATE });
            let mut samples = 0;
            for part in [reader.push(&sound)?, reader.finish()?].into_iter().flatten() {
                if let Part::Sound { samples: some, .. } = &part {
                    samples += some.len();
                }
                yield part;
            }
            let starts = timepoints.unwrap_or_default().into_iter().filter_map(|point| {
                let word = words.get(point.mark_name.parse::<usize>().ok()?)?;
                Some(Start { text: word.clone(), at: point.time_seconds })
            });
            let words = wire::from_starts(&request.text, starts.collect(), samples as f64 / f64::from(RATE));
            if !words.is_empty() {
                yield Part::Words(words);
            }
        })
    }

    /// Sends what `request` makes. A token that is refused is replaced once.
    async fn send(
        &self,
        http: &Http,
        request: impl Fn() -> RequestBuilder + Send,
    ) -> Result<Response, ProviderError> {
        let (first, second) = (request(), request());
        match http.send(first.headers(self.access.headers().await?), MEANING).await {
            Err(ProviderError::Misconfigured(_)) if self.access.renew() => {
                http.send(second.headers(self.access.headers().await?), MEANING).await
            }
            answered => answered,
        }
    }
}

/// The language that a voice's name begins with, such as `en-US` or `cmn-CN`; the service wants to be told it.
fn language_of(request: &Request) -> String {
    let mut parts = request.voice.splitn(3, '-');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(language), Some(country), Some(_)) => format!("{language}-{country}"),
        _ => request.language.as_deref().unwrap_or("en-US").to_owned(),
    }
}

/// Its own codes.
const MEANING: Meaning = |failure| {
    let told = failure.in_words();
    match failure.code.as_str() {
        "INVALID_ARGUMENT" if failure.message.contains("API key") => {
            Some(ProviderError::Misconfigured(format!("refuses the key: {told}")))
        }
        "FAILED_PRECONDITION" => Some(ProviderError::Misconfigured(told)),
        "CANCELLED" | "ABORTED" => Some(ProviderError::Unavailable(told)),
        _ => None,
    }
};

#[cfg(test)]
mod tests;
