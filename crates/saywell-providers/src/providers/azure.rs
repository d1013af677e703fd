//! `azure`: Azure Speech, over REST, or over its WebSocket when words are to be timed.
//!
//! Its ways, from its documentation and from what the official JavaScript SDK sends and accepts (none of it was tried
//! with the service itself): text is always SSML; the bodies of errors are not documented, so they are told and not
//! understood; sound is cut off without a word after ten minutes; a token is good for ten minutes, and only at the
//! hosts of the family that gave it.

mod access;
mod frame;
mod turn;

use std::sync::Arc;
use std::time::Duration;

use async_stream::try_stream;
use async_trait::async_trait;
use futures::StreamExt;
use reqwest::{RequestBuilder, Response, header};
use saywell_text::Prosody;
use saywell_text::english::Reader;
use saywell_text::ssml::{Around, Dialect, escape, to_ssml};
use serde::{Deserialize, Serialize};

use self::access::{Access, Identity};
use crate::provider::{Extent, Part, Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};
use crate::providers::wire::{self, BaseUrl, Coding, Http, Kept, Meaning};
use crate::providers::{Opening, Options, ProviderKind, Variable};
use saywell_base::net::socket_client;
use saywell_base::secret::Secret;

/// The kind of provider that this file makes.
pub const KIND: ProviderKind = ProviderKind {
    name: "azure",
    about: "Azure Speech.",
    variables: &[
        Variable {
            name: "AZURE_SPEECH_KEY",
            key: "key",
            secret: true,
            about: "The key of a Speech resource.",
        },
        Variable {
            name: "AZURE_SPEECH_REGION",
            key: "region",
            secret: false,
            about: "The region of that resource, such as `westeurope`.",
        },
        Variable {
            name: "AZURE_SPEECH_BASE_URL",
            key: "base_url",
            secret: false,
            about: "The resource's own domain, such as `https://NAME.cognitiveservices.azure.com`, in place of a region.",
        },
    ],
    schema: <AzureOptions as schemars::JsonSchema>::json_schema,
    check: |options| AzureOptions::read(options).map(drop),
    open: |opening| Ok(Arc::new(Azure::open(&opening)?)),
};

/// Samples a second that are asked for: what its neural voices are made for.
const RATE: u32 = 24_000;
/// What the service calls raw samples at [`RATE`].
const FORMAT: &str = "raw-24khz-16bit-mono-pcm";
/// The most characters of one call. A thousand of the slowest script (four a second in Chinese) at half speed take
/// 500 s, and sound ends after 600 s without a word; with every character escaped they are a tenth of the 64 KiB of
/// SSML that the WebSocket takes.
const LONGEST: usize = 1_000;
/// How many utterances are asked for at the same time. The free tier takes 20 requests in a minute, others 200 in a
/// second.
const PARALLEL: usize = 4;
/// How long the list of voices is kept.
const VOICES_KEPT: Duration = Duration::from_hours(1);
/// The voice where none is asked for: it speaks every language that the service has.
const DEFAULT_VOICE: &str = "en-US-AvaMultilingualNeural";
/// The service's failures are as their status says.
const MEANING: Meaning = |_| None;

/// `[providers.azure]`.
#[derive(Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct AzureOptions {
    /// The key of the resource.
    #[serde(skip_serializing)]
    key: Option<Secret>,
    /// The region of the resource.
    #[serde(skip_serializing)]
    region: Option<String>,
    /// The resource's own domain, or another address in front of the service, in place of a region.
    #[serde(skip_serializing)]
    base_url: Option<BaseUrl>,
    /// Sends a token that the key is exchanged for instead of the key itself; `false`.
    #[serde(default, skip_serializing)]
    token: bool,
    /// An application of Microsoft Entra that may use the resource, in place of a key.
    #[serde(skip_serializing)]
    entra: Option<access::Application>,
    /// Asks for the times of words, over the WebSocket; `true`.
    #[serde(default = "yes")]
    word_times: bool,
    /// A style of speaking, such as `chat`, for the voices that have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    style: Option<String>,
    /// How much of the style, 0.01 to 2; 1 if not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    style_degree: Option<f32>,
    /// Whom the voice plays, such as `YoungAdultFemale`, for the voices that can.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
}

fn yes() -> bool {
    true
}

impl AzureOptions {
    fn read(options: &Options) -> Result<Self, String> {
        let read: Self = options.parse()?;
        if read.style_degree.is_some_and(|degree| !(0.01..=2.0).contains(&degree)) {
            return Err("`style_degree`: must be from 0.01 to 2".into());
        }
        let named = |name: &str| {
            !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        if read.region.as_deref().is_some_and(|region| !named(region)) {
            return Err("`region`: must be the name of a region, such as westeurope".into());
        }
        if read.entra.is_some() && read.base_url.is_none() {
            return Err("`entra`: needs the resource's own domain as `base_url`".into());
        }
        Ok(read)
    }
}

/// Where the service is.
#[derive(Debug, PartialEq)]
struct Hosts {
    /// What `/cognitiveservices/…` follows.
    speech: String,
    /// Where a key is exchanged for a token.
    token: String,
}

impl Hosts {
    /// The hosts of a region, of whichever cloud.
    fn of_region(region: &str) -> Self {
        let (speech, token) = match region {
            _ if region.starts_with("usgov") => ("speech.azure.us", "cognitive.microsoft.us"),
            _ if region.starts_with("china") => ("speech.azure.cn", "cognitive.azure.cn"),
            _ => ("speech.microsoft.com", "cognitive.microsoft.com"),
        };
        Self {
            speech: format!("https://{region}.tts.{speech}"),
            token: format!("https://{region}.api.{token}/sts/v1.0/issueToken"),
        }
    }

    /// The hosts at a resource's own domain, which has the several services of Azure below paths of their own.
    fn of_address(address: &BaseUrl) -> Self {
        let own_domain = reqwest::Url::parse(address.as_str()).is_ok_and(|url| {
            url.path() == "/" && url.host_str().is_some_and(|host| host.contains(".cognitiveservices.azure."))
        });
        Self {
            speech: address.join(if own_domain { "/tts" } else { "" }),
            token: address.join("/sts/v1.0/issueToken"),
        }
    }
}

#[derive(Debug)]
struct Azure {
    about: ProviderFacts,
    service: Arc<Service>,
}

#[derive(Debug)]
struct Service {
    name: Arc<str>,
    http: Http,
    sockets: Http,
    speech: String,
    access: Access,
    options: AzureOptions,
    voices: Kept<Arc<[Voice]>>,
    connections: turn::Connections,
}

impl Azure {
    fn open(opening: &Opening<'_>) -> Result<Self, ProviderError> {
        let missing = |what: &str| ProviderError::Misconfigured(format!("has no {what}"));
        let mut options = AzureOptions::read(opening.options).map_err(ProviderError::Misconfigured)?;
        let hosts = match (&options.base_url, &options.region) {
            (Some(address), _) => Hosts::of_address(address),
            (None, Some(region)) => Hosts::of_region(region),
            (None, None) => return Err(missing("region: set AZURE_SPEECH_REGION")),
        };
        let identity = match (options.entra.take(), options.key.take()) {
            (Some(application), _) => Identity::Application(application),
            (None, Some(key)) if options.token => Identity::Token { key, url: hosts.token },
            (None, Some(key)) => Identity::Key(key),
            (None, None) => return Err(missing("key: set AZURE_SPEECH_KEY")),
        };
        let about = ProviderFacts {
            paid: true,
            default_voice: Some(DEFAULT_VOICE.into()),
            options: serde_json::to_string(&options).unwrap_or_default(),
            parallel: PARALLEL,
            longest: LONGEST,
            reader: Some(Reader::Natural),
            ..ProviderFacts::new(KIND.name, opening.name, "neural")
        };
        let client = socket_client()?;
        let sockets = Http::new(&Opening { client: &client, ..*opening });
        let service = Service {
            name: Arc::clone(&about.name),
            http: Http::new(opening),
            sockets,
            speech: hosts.speech,
            access: Access::new(identity, opening),
            options,
            voices: Kept::new(VOICES_KEPT, opening.clock),
            connections: turn::Connections::default(),
        };
        Ok(Self { about, service: Arc::new(service) })
    }
}

#[async_trait]
impl Provider for Azure {
    fn about(&self) -> &ProviderFacts {
        &self.about
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        self.service.voices.get(self.service.list()).await
    }

    fn extent(&self, request: &Request) -> Extent {
        if wire::is_blank(&request.text) {
            Extent::default()
        } else {
            charged(&self.service.document(request))
        }
    }

    async fn warm(&self) {
        if self.service.options.word_times {
            self.service.warm_connection().await;
        } else {
            self.service.http.warm(&self.service.speech).await;
        }
    }

    fn speak(&self, request: Request) -> SpeechStream {
        let service = Arc::clone(&self.service);
        if wire::is_blank(&request.text) {
            return Box::pin(try_stream! { yield Part::Sound { rate: RATE, samples: Vec::new() }; });
        }
        if service.options.word_times { service.turn(request) } else { service.stream(request) }
    }
}

/// What the service charges for: all that it is sent but the elements `speak` and `voice`, and each Chinese character twice.
fn charged(document: &str) -> Extent {
    let mut extent = Extent::of_text(document);
    for tag in document.split('<').skip(1).filter_map(|rest| Some(rest.split_once('>')?.0)) {
        let name = tag.trim_start_matches('/').split_whitespace().next().unwrap_or_default();
        if matches!(name, "speak" | "voice") {
            let Extent { characters, bytes } = Extent::of_text(tag);
            extent.characters -= characters + 2;
            extent.bytes -= bytes + 2;
        }
    }
    let chinese = |c: &char| matches!(*c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
    extent.characters += document.chars().filter(chinese).count() as u64;
    extent
}

/// A voice as the list has it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    short_name: String,
    display_name: String,
    gender: String,
    locale: String,
    #[serde(default)]
    secondary_locale_list: Vec<String>,
}

impl Service {
    async fn list(&self) -> Result<Arc<[Voice]>, ProviderError> {
        let url = format!("{}/cognitiveservices/voices/list", self.speech);
        let response = self.send(|| self.http.get(&url)).await?;
        let listed: Vec<Listed> = wire::whole_json(response).await?;
        let voice = |voice: Listed| Voice {
            name: voice.display_name,
            other_languages: voice.secondary_locale_list,
            gender: Some(voice.gender.to_ascii_lowercase()),
            ..Voice::new(&self.name, &voice.short_name, &voice.locale)
        };
        Ok(listed.into_iter().map(voice).collect())
    }

    /// Speaks over REST.
    fn stream(self: Arc<Self>, request: Request) -> SpeechStream {
        Box::pin(try_stream! {
            let (url, body) = (format!("{}/cognitiveservices/v1", self.speech), self.document(&request));
            let post = || {
                self.http
                    .post(&url)
                    .header(header::CONTENT_TYPE, "application/ssml+xml")
                    .header("X-Microsoft-OutputFormat", FORMAT)
                    .body(body.clone())
            };
            let mut parts = Box::pin(wire::sound(self.send(post).await?, Coding::Pcm { rate: RATE }, MEANING));
            while let Some(part) = parts.next().await {
                yield part?;
            }
        })
    }

    /// Sends what `request` makes. A token that is refused is replaced once.
    async fn send(&self, request: impl Fn() -> RequestBuilder + Send) -> Result<Response, ProviderError> {
        let (first, second) = (request(), request());
        match self.http.send(self.access.sign(first).await?, MEANING).await {
            Err(ProviderError::Misconfigured(_)) if self.access.renew() => {
                self.http.send(self.access.sign(second).await?, MEANING).await
            }
            answered => answered,
        }
    }

    /// What is to be said, as the service takes it.
    fn document(&self, request: &Request) -> String {
        let AzureOptions { style, style_degree, role, .. } = &self.options;
        let rate_percent = (request.speed * 100.0).round() as u16;
        let around = Around {
            language: request.language.as_deref(),
            voice: Some(&request.voice),
            prosody: Prosody { rate_percent, ..Prosody::default() },
        };
        let written = to_ssml(&request.text, &request.marks, &around, &Dialect::AZURE).ssml;
        if style.is_none() && role.is_none() {
            return written;
        }
        let mut open = "<mstts:express-as".to_owned();
        let degree = style_degree.map(|degree| degree.to_string());
        for (name, value) in [("style", style), ("styledegree", &degree), ("role", role)] {
            if let Some(value) = value {
                open.extend([" ", name, "=\"", &escape(value), "\""]);
            }
        }
        let voice = format!("<voice name=\"{}\">", escape(&request.voice));
        written
            .replacen("<speak ", "<speak xmlns:mstts=\"http://www.w3.org/2001/mstts\" ", 1)
            .replacen(&voice, &format!("{voice}{open}>"), 1)
            .replacen("</voice></speak>", "</mstts:express-as></voice></speak>", 1)
    }
}

#[cfg(test)]
mod tests;
