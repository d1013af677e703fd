//! `xtts`: the XTTS streaming server.
//!
//! Its ways, read in its code of February 2024, the last there is: every call carries the voice itself, some thirty
//! thousand numbers that the server lists by name; the size of its pieces is a string; sound arrives as it is made,
//! after a WAV header that states no length. It speaks one utterance at a time and has no speed. Its model's licence
//! forbids commercial use.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_stream::try_stream;
use async_trait::async_trait;
use saywell_text::english::Reader;
use serde::{Deserialize, Serialize};

use crate::provider::{Part, Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};
use crate::providers::wire::{self, BaseUrl, Coding, Http, Kept, ServiceFailure};
use crate::providers::{Opening, Options, ProviderKind, Variable};

/// The kind of provider that this file makes.
pub const KIND: ProviderKind = ProviderKind {
    name: "xtts",
    about: "The XTTS streaming server.",
    variables: &[Variable {
        name: "XTTS_BASE_URL",
        key: "base_url",
        secret: false,
        about: "Where the XTTS server listens, `http://127.0.0.1:8000` if not set.",
    }],
    schema: <XttsOptions as schemars::JsonSchema>::json_schema,
    check: |options| XttsOptions::read(options).map(drop),
    open: |opening| Ok(Arc::new(Xtts::open(&opening)?)),
};

/// How long its speakers are kept; they are many megabytes to ask for.
const SPEAKERS_KEPT: Duration = Duration::from_hours(1);

/// The longest list of speakers that is read, bytes; the usual fifty-eight take about 30 MB.
const LONGEST_LIST: usize = 128 << 20;

/// Samples a second, unless its header says otherwise.
const RATE: u32 = 24_000;

/// `[providers.xtts]`.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct XttsOptions {
    /// Where the server listens.
    #[serde(default = "own_port")]
    base_url: BaseUrl,
    /// The voice when nobody asks for one.
    voice: Option<String>,
    /// The language of text of unknown language.
    #[serde(default = "english")]
    language: String,
    /// How many steps of the model make a piece of sound, 1 to 1000; fewer begin sooner and join less well.
    #[serde(default = "usual_pieces")]
    stream_chunk_size: u32,
}

fn own_port() -> BaseUrl {
    BaseUrl::known("http://127.0.0.1:8000")
}

fn english() -> String {
    "en".into()
}

fn usual_pieces() -> u32 {
    20
}

impl XttsOptions {
    fn read(options: &Options) -> Result<Self, String> {
        let read: Self = options.parse()?;
        if !(1..=1_000).contains(&read.stream_chunk_size) {
            return Err("`stream_chunk_size`: must be from 1 to 1000".into());
        }
        Ok(read)
    }
}

#[derive(Debug)]
struct Xtts {
    about: ProviderFacts,
    server: Arc<Server>,
}

#[derive(Debug)]
struct Server {
    name: Arc<str>,
    http: Http,
    options: XttsOptions,
    known: Kept<Arc<Known>>,
}

/// What the server offers.
#[derive(Debug)]
struct Known {
    voices: Arc<[Voice]>,
    speakers: BTreeMap<String, ListedSpeaker>,
    languages: Vec<String>,
}

/// A voice in numbers. The server rounds them to half precision, which `f32` holds exactly.
#[derive(Debug, Deserialize, Serialize)]
struct ListedSpeaker {
    speaker_embedding: Vec<f32>,
    gpt_cond_latent: Vec<Vec<f32>>,
}

impl Xtts {
    fn open(opening: &Opening<'_>) -> Result<Self, ProviderError> {
        let options = XttsOptions::read(opening.options).map_err(ProviderError::Misconfigured)?;
        let XttsOptions { base_url, language, stream_chunk_size, voice } = &options;
        let about = ProviderFacts {
            default_voice: voice.clone(),
            // Two servers may have different voices of the same name.
            options: serde_json::to_string(&(base_url.as_str(), language, stream_chunk_size))
                .unwrap_or_default(),
            reader: Some(Reader::Words),
            speeds: 1.0..=1.0,
            ..ProviderFacts::new(KIND.name, opening.name, "xtts_v2")
        };
        let (name, http) = (Arc::clone(&about.name), Http::new(opening));
        let server = Server { name, http, options, known: Kept::new(SPEAKERS_KEPT, opening.clock) };
        Ok(Self { about, server: Arc::new(server) })
    }
}

#[async_trait]
impl Provider for Xtts {
    fn about(&self) -> &ProviderFacts {
        &self.about
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        Ok(Arc::clone(&self.server.known().await?.voices))
    }

    fn speak(&self, request: Request) -> SpeechStream {
        let server = Arc::clone(&self.server);
        Box::pin(try_stream! {
            let known = server.known().await?;
            let speaker = known
                .speakers
                .get(&request.voice)
                .ok_or_else(|| ProviderError::Rejected(format!("has no voice `{}`", request.voice)))?;
            if wire::is_blank(&request.text) {
                yield Part::Sound { rate: RATE, samples: Vec::new() };
                return;
            }
            let asked = TtsStream {
                speaker,
                text: &request.text,
                language: wire::nearest_language(request.language.as_deref(), &known.languages)
                    .unwrap_or(&server.options.language),
                add_wav_header: true,
                stream_chunk_size: server.options.stream_chunk_size.to_string(),
            };
            let call = server.http.post(server.options.base_url.join("/tts_stream")).json(&asked);
            // A header is understood where there is one.
            for await part in server.http.speech(call, |_| Coding::Pcm { rate: RATE }, |_| None) {
                yield part?;
            }
        })
    }
}

/// What is asked of `/tts_stream`.
#[derive(Serialize)]
struct TtsStream<'a> {
    #[serde(flatten)]
    speaker: &'a ListedSpeaker,
    text: &'a str,
    language: &'a str,
    add_wav_header: bool,
    /// A number, as a string.
    stream_chunk_size: String,
}

impl Server {
    async fn known(&self) -> Result<Arc<Known>, ProviderError> {
        self.known
            .get(async {
                let base_url = &self.options.base_url;
                let listed =
                    self.http.send(self.http.get(base_url.join("/studio_speakers")), no_list).await?;
                let listed = wire::whole(listed, LONGEST_LIST).await?;
                let speakers: BTreeMap<String, ListedSpeaker> =
                    serde_json::from_slice(&listed).map_err(|error| {
                        ProviderError::Unavailable(format!("lists speakers that are not understood: {error}"))
                    })?;
                let mut languages: Vec<String> =
                    self.http.json(self.http.get(base_url.join("/languages")), no_list).await?;
                // The first is for text of unknown language.
                languages.retain(|language| *language != self.options.language);
                languages.insert(0, self.options.language.clone());
                let voices = speakers.keys().map(|name| Voice {
                    other_languages: languages[1..].to_vec(),
                    ..Voice::new(&self.name, name, &languages[0])
                });
                Ok(Arc::new(Known { voices: voices.collect(), speakers, languages }))
            })
            .await
    }
}

fn no_list(failure: &ServiceFailure) -> Option<ProviderError> {
    matches!(failure.status.as_u16(), 404 | 405).then(|| {
        let reason = "lists no speakers at /studio_speakers: it is no XTTS streaming server, or an old one";
        ProviderError::Misconfigured(reason.into())
    })
}

#[cfg(test)]
mod tests {
    use saywell_stubs::stubs::xtts;
    use saywell_stubs::{Fault, Stub};
    use serde_json::{Value, json};

    use super::*;
    use crate::provider::gather;
    use crate::providers::conformance::{self, faults};

    fn open(url: &str) -> Arc<dyn Provider> {
        faults::open(&KIND, &format!("base_url = '{url}'"))
    }

    #[tokio::test]
    async fn passes_the_exam() {
        let stub = Stub::start(&xtts::KIND).await.unwrap();
        conformance::examine(&open(&stub.url())).await;
    }

    #[tokio::test]
    async fn every_fault_comes_to_what_it_means() {
        faults::examine(&faults::Case {
            stub: &xtts::KIND,
            open: &open,
            lacks: &[
                Fault::Quota,
                Fault::SplitBase64,
                Fault::NoTimings,
                Fault::DisorderedTimings,
                Fault::FailsMidway,
                // Every header of it states 0.
                Fault::WavZero,
            ],
            unusual: &[],
        })
        .await;
    }

    #[tokio::test]
    async fn the_voice_travels_with_each_call_in_its_language() {
        let stub = Stub::start(&xtts::KIND).await.unwrap();
        let provider = open(&stub.url());
        let listed: Value =
            reqwest::get(format!("{}/studio_speakers", stub.url())).await.unwrap().json().await.unwrap();
        for (voice, language, asked) in
            [("Andrew Chipper", Some("zh-TW"), "zh-cn"), ("Claribel Dervla", None, "en")]
        {
            let request =
                Request { language: language.map(Into::into), ..Request::new("Hello.", "xtts_v2", voice) };
            gather(provider.speak(request)).await.unwrap();
            let mut expected = listed[voice].clone();
            expected["text"] = "Hello.".into();
            expected["language"] = asked.into();
            expected["add_wav_header"] = true.into();
            expected["stream_chunk_size"] = json!("20");
            assert!(stub.requests().pop().unwrap().json::<Value>().unwrap() == expected, "{voice}");
        }
        let error = gather(provider.speak(Request::new("Hello.", "xtts_v2", "nobody"))).await.unwrap_err();
        assert_eq!(error, ProviderError::Rejected("has no voice `nobody`".into()));
        let voices = provider.voices().await.unwrap();
        assert!(voices.iter().all(|voice| voice.language == "en" && voice.speaks("es")));
    }

    #[test]
    fn options_out_of_bounds_name_the_bound() {
        let options = Options { kind: None, table: "stream_chunk_size = 0".parse().unwrap() };
        assert_eq!((KIND.check)(&options).unwrap_err(), "`stream_chunk_size`: must be from 1 to 1000");
    }
}
