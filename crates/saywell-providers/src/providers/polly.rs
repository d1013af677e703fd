//! `polly`: Amazon Polly, through Amazon's own crate, which knows where credentials come from and how calls are signed.
//!
//! Its ways, from its documentation and its service model (none of it was tried with the service itself): raw samples
//! come at 16 kHz at most; the times of words are a second request, which is charged like the first; being throttled is
//! status 400; an engine takes only some of SSML, and refuses the rest; a voice has only some of the engines.

mod failure;
mod marks;

use std::sync::Arc;
use std::time::Duration;

use async_stream::try_stream;
use async_trait::async_trait;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_polly::Client;
use aws_sdk_polly::config::Credentials;
use aws_sdk_polly::operation::synthesize_speech::SynthesizeSpeechOutput;
use aws_sdk_polly::primitives::ByteStream;
use aws_sdk_polly::types::{Engine, OutputFormat, SpeechMarkType, TextType, VoiceId};
use aws_smithy_http_client::tls::{Provider as Tls, rustls_provider::CryptoMode};
use futures::stream::{once, select, unfold};
use futures::{FutureExt, StreamExt};
use saywell_text::Prosody;
use saywell_text::english::Reader;
use saywell_text::ssml::{Around, Dialect, Written, to_ssml};
use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;

use crate::provider::{Extent, Part, Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};
use crate::providers::wire::{self, BaseUrl, Coding, Kept};
use crate::providers::{Opening, Options, ProviderKind, Variable};
use saywell_base::secret::Secret;

/// The kind of provider that this file makes.
pub const KIND: ProviderKind = ProviderKind {
    name: "polly",
    about: "Amazon Polly.",
    variables: &[
        Variable {
            name: "AWS_ACCESS_KEY_ID",
            key: "access_key_id",
            secret: false,
            about: "An access key. Without one, credentials come from the AWS profile or from the machine's role.",
        },
        Variable {
            name: "AWS_SECRET_ACCESS_KEY",
            key: "secret_access_key",
            secret: true,
            about: "The secret of that access key.",
        },
        Variable {
            name: "AWS_SESSION_TOKEN",
            key: "session_token",
            secret: true,
            about: "The token of a temporary access key.",
        },
        Variable {
            name: "AWS_DEFAULT_REGION",
            key: "region",
            secret: false,
            about: "The region, such as `eu-west-1`.",
        },
        Variable {
            name: "POLLY_BASE_URL",
            key: "base_url",
            secret: false,
            about: "Another address for Polly, such as a private endpoint.",
        },
    ],
    schema: <PollyOptions as schemars::JsonSchema>::json_schema,
    check: |options| PollyOptions::read(options).map(drop),
    open: |opening| Ok(Arc::new(Polly::open(&opening)?)),
};

/// Samples a second: the most that raw samples may have.
const RATE: u32 = 16_000;
/// The most characters of one call. 3,000 may be charged and 6,000 sent; this leaves room for every character to be
/// escaped and for elements around words.
const LONGEST: usize = 1_000;
/// How many utterances are asked for at the same time: all engines but `standard` take 8 requests in a second.
const PARALLEL: usize = 4;
/// How long the list of voices is kept.
const VOICES_KEPT: Duration = Duration::from_hours(1);
/// More pages of voices than there will be.
const MAX_PAGES: usize = 50;

/// `[providers.polly]`.
#[derive(Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct PollyOptions {
    /// An access key; without one, the AWS profile or the machine's role.
    #[serde(skip_serializing)]
    access_key_id: Option<String>,
    /// Its secret.
    #[serde(skip_serializing)]
    secret_access_key: Option<Secret>,
    /// The token of a temporary access key.
    #[serde(skip_serializing)]
    session_token: Option<Secret>,
    /// A profile of the AWS configuration files.
    #[serde(skip_serializing)]
    profile: Option<String>,
    /// The region; without one, that of the environment or the profile.
    #[serde(skip_serializing)]
    region: Option<String>,
    /// Another address for the service.
    #[serde(skip_serializing)]
    base_url: Option<BaseUrl>,
    /// The engine where a request names no model: `standard`, `neural` (if not set), `long-form` or `generative`.
    #[serde(default = "neural", skip_serializing)]
    engine: String,
    /// Asks for the times of words, which is charged as much as the sound; `false`.
    #[serde(default)]
    word_times: bool,
    /// Lexicons of the account that say how words are pronounced, at most five.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lexicons: Vec<String>,
}

fn neural() -> String {
    "neural".into()
}

const ENGINES: [&str; 4] = ["standard", "neural", "long-form", "generative"];

impl PollyOptions {
    fn read(options: &Options) -> Result<Self, String> {
        let read: Self = options.parse()?;
        if !ENGINES.contains(&&*read.engine) {
            return Err(format!("`engine`: must be one of: {}", ENGINES.join(", ")));
        }
        let named = |name: &String| {
            (1..=20).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        if read.lexicons.len() > 5 || !read.lexicons.iter().all(named) {
            return Err("`lexicons`: must be at most five names of 1 to 20 letters and digits".into());
        }
        Ok(read)
    }
}

#[derive(Debug)]
struct Polly {
    about: ProviderFacts,
    service: Arc<Service>,
}

#[derive(Debug)]
struct Service {
    name: Arc<str>,
    options: PollyOptions,
    /// Made with the first call: looking for credentials takes time, and may ask the machine.
    client: OnceCell<Client>,
    voices: Kept<Arc<[Voice]>>,
}

impl Polly {
    fn open(opening: &Opening<'_>) -> Result<Self, ProviderError> {
        let options = PollyOptions::read(opening.options).map_err(ProviderError::Misconfigured)?;
        if options.access_key_id.is_some() != options.secret_access_key.is_some() {
            let reason = "needs both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or neither";
            return Err(ProviderError::Misconfigured(reason.into()));
        }
        let about = ProviderFacts {
            paid: true,
            options: serde_json::to_string(&options).unwrap_or_default(),
            parallel: PARALLEL,
            longest: LONGEST,
            reader: Some(Reader::Natural),
            ..ProviderFacts::new(KIND.name, opening.name, &*options.engine)
        };
        let service = Service {
            name: Arc::clone(&about.name),
            options,
            client: OnceCell::new(),
            voices: Kept::new(VOICES_KEPT, opening.clock),
        };
        Ok(Self { about, service: Arc::new(service) })
    }
}

#[async_trait]
impl Provider for Polly {
    fn about(&self) -> &ProviderFacts {
        &self.about
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        // The client's futures are large.
        self.service.voices.get(Box::pin(self.service.list())).await
    }

    /// Elements are free, and the times of words are charged like the sound.
    fn extent(&self, request: &Request) -> Extent {
        if wire::is_blank(&request.text) {
            return Extent::default();
        }
        let text = Extent::of_text(&request.text);
        let times = 1 + u64::from(self.service.options.word_times);
        Extent { characters: text.characters * times, bytes: text.bytes * times }
    }

    fn speak(&self, request: Request) -> SpeechStream {
        let service = Arc::clone(&self.service);
        if wire::is_blank(&request.text) {
            return Box::pin(try_stream! { yield Part::Sound { rate: RATE, samples: Vec::new() }; });
        }
        service.say(request)
    }
}

impl Service {
    /// The client of Amazon's crate. It neither retries nor gives up: the chain does.
    async fn client(&self) -> &Client {
        let connect = async || {
            let options = &self.options;
            let https = aws_smithy_http_client::Builder::new()
                .tls_provider(Tls::Rustls(CryptoMode::AwsLc))
                .build_https();
            let mut loader = aws_config::defaults(BehaviorVersion::latest())
                .http_client(https)
                .retry_config(RetryConfig::disabled())
                .timeout_config(TimeoutConfig::disabled())
                .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
            if let (Some(id), Some(secret)) = (&options.access_key_id, &options.secret_access_key) {
                let token = options.session_token.as_ref().map(|token| token.reveal().to_owned());
                let credentials = Credentials::new(id, secret.reveal(), token, None, "settings");
                loader = loader.credentials_provider(credentials);
            }
            if let Some(profile) = &options.profile {
                loader = loader.profile_name(profile);
            }
            if let Some(region) = &options.region {
                loader = loader.region(Region::new(region.clone()));
            }
            if let Some(url) = &options.base_url {
                loader = loader.endpoint_url(url.as_str());
            }
            Client::new(&Box::pin(loader.load()).await)
        };
        self.client.get_or_init(connect).await
    }

    /// The voices that have the engine of the settings.
    async fn list(&self) -> Result<Arc<[Voice]>, ProviderError> {
        let (mut voices, mut token) = (Vec::new(), None);
        for _ in 0..MAX_PAGES {
            let page = self
                .client()
                .await
                .describe_voices()
                .engine(Engine::from(&*self.options.engine))
                .include_additional_language_codes(true)
                .set_next_token(token)
                .send()
                .await
                .map_err(|error| failure::from_sdk(&error))?;
            voices.extend(page.voices().iter().filter_map(|voice| {
                let (id, language) = (voice.id()?.as_str(), voice.language_code()?.as_str());
                Some(Voice {
                    name: voice.name().unwrap_or(id).to_owned(),
                    other_languages: voice
                        .additional_language_codes()
                        .iter()
                        .map(|code| code.as_str().to_owned())
                        .collect(),
                    gender: voice.gender().map(|gender| gender.as_str().to_ascii_lowercase()),
                    ..Voice::new(&self.name, id, language)
                })
            }));
            token = page.next_token;
            if token.is_none() {
                break;
            }
        }
        Ok(voices.into())
    }

    fn say(self: Arc<Self>, request: Request) -> SpeechStream {
        Box::pin(try_stream! {
            let document = document(&request);
            let sound = {
                let service = Arc::clone(&self);
                let (request, document) = (request.clone(), document.clone());
                async move { service.ask(&request, document.as_ref(), OutputFormat::Pcm).await }
            };
            let marks = {
                let service = Arc::clone(&self);
                let (request, document) = (request.clone(), document.clone());
                async move { service.marks(&request, document.as_ref()).await }
            };
            let sound = sound.map(Answer::Sound);
            // Both requests at the same time, each answer as it comes.
            let answers = if self.options.word_times {
                select(once(sound), once(marks.map(Answer::Marks))).boxed()
            } else {
                once(sound).boxed()
            };
            let mut answers = answers;
            let (mut billed, mut samples, mut starts) = (0, 0, Vec::new());
            while let Some(answer) = answers.next().await {
                match answer {
                    Answer::Sound(output) => {
                        let output = output?;
                        billed += output.request_characters;
                        let body = reqwest::Body::wrap_stream(pieces(output.audio_stream));
                        let mut parts = Box::pin(wire::sound(
                            axum::http::Response::new(body).into(),
                            Coding::Pcm { rate: RATE },
                            failure::MEANING,
                        ));
                        while let Some(part) = parts.next().await {
                            let part = part?;
                            if let Part::Sound { samples: some, .. } = &part {
                                samples += some.len();
                            }
                            yield part;
                        }
                    }
                    Answer::Marks(Ok((found, characters))) => {
                        billed += characters;
                        starts = found;
                    }
                    // The sound is as good without them.
                    Answer::Marks(Err(error)) => {
                        tracing::warn!(provider = %self.name, %error, "no times of words");
                    }
                }
            }
            let words = wire::from_starts(&request.text, starts, samples as f64 / f64::from(RATE));
            if !words.is_empty() {
                yield Part::Words(words);
            }
            if billed > 0 {
                yield Part::Billed(f64::from(billed));
            }
        })
    }

    /// When each word begins, and what asking for it is charged as.
    async fn marks(
        &self,
        request: &Request,
        document: Option<&Written>,
    ) -> Result<(Vec<wire::Start>, i32), ProviderError> {
        let output = self.ask(request, document, OutputFormat::Json).await?;
        let mut lines = wire::LineReader::new(marks::MAX_LINE);
        let mut starts = Vec::new();
        let mut pieces = Box::pin(pieces(output.audio_stream));
        let place = |range: std::ops::Range<usize>| match document {
            Some(written) => written.text_of(range),
            None => range,
        };
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| ProviderError::Unavailable(format!("broke off: {error}")))?;
            starts.extend(lines.push(&piece)?.iter().filter_map(|line| marks::read(line, place)));
        }
        starts.extend(lines.finish().iter().filter_map(|line| marks::read(line, place)));
        Ok((starts, output.request_characters))
    }

    async fn ask(
        &self,
        request: &Request,
        document: Option<&Written>,
        format: OutputFormat,
    ) -> Result<SynthesizeSpeechOutput, ProviderError> {
        let (kind, text) = match document {
            Some(document) => (TextType::Ssml, &*document.ssml),
            None => (TextType::Text, &*request.text),
        };
        let mut call = self
            .client()
            .await
            .synthesize_speech()
            .engine(Engine::from(&*request.model))
            .voice_id(VoiceId::from(&*request.voice))
            .text_type(kind)
            .text(text);
        for lexicon in &self.options.lexicons {
            call = call.lexicon_names(lexicon);
        }
        call = match format {
            OutputFormat::Json => call.output_format(format).speech_mark_types(SpeechMarkType::Word),
            format => call.output_format(format).sample_rate(RATE.to_string()),
        };
        call.send().await.map_err(|error| failure::from_sdk(&error))
    }
}

enum Answer {
    Sound(Result<SynthesizeSpeechOutput, ProviderError>),
    Marks(Result<(Vec<wire::Start>, i32), ProviderError>),
}

/// The request as SSML; `None` where its text alone says all.
fn document(request: &Request) -> Option<Written> {
    let rate_percent = (request.speed * 100.0).round() as u16;
    if request.marks.is_empty() && rate_percent == 100 {
        return None;
    }
    let dialect = match &*request.model {
        "standard" => Dialect::POLLY,
        "generative" => Dialect::POLLY_GENERATIVE,
        _ => Dialect::POLLY_NEURAL,
    };
    let prosody = Prosody { rate_percent, ..Prosody::default() };
    Some(to_ssml(&request.text, &request.marks, &Around { prosody, ..Around::default() }, &dialect))
}

/// The pieces of a body as they arrive.
fn pieces(
    body: ByteStream,
) -> impl futures::Stream<Item = Result<bytes::Bytes, aws_sdk_polly::primitives::ByteStreamError>> + Send {
    unfold(body, async |mut body| Some((body.next().await?, body)))
}

#[cfg(test)]
mod tests;
