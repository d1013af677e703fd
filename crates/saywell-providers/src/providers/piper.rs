//! `piper`: Piper's own HTTP server, of both generations.
//!
//! Its ways, seen in version 1.8.0: an unknown voice or speaker is replaced without a word, so names are looked up in
//! its list first; sound is one WAV file, labelled as HTML; every error is a page in HTML under status 500; text that
//! holds nothing to be said is such an error. Before June 2026 it spoke at `/` instead of `/synthesize`.
//!
//! Piper is under the GPL. It is a program of its own that is talked to over HTTP; nothing of it is part of this one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_stream::try_stream;
use async_trait::async_trait;
use reqwest::Response;
use saywell_text::english::Reader;
use serde::{Deserialize, Serialize};

use crate::provider::{Part, Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};
use crate::providers::wire::{self, BaseUrl, Coding, Http, Kept, ServiceFailure};
use crate::providers::{Opening, Options, ProviderKind, Variable};

/// The kind of provider that this file makes.
pub const KIND: ProviderKind = ProviderKind {
    name: "piper",
    about: "Piper's own HTTP server.",
    variables: &[Variable {
        name: "PIPER_BASE_URL",
        key: "base_url",
        secret: false,
        about: "Where Piper's server listens, `http://127.0.0.1:5000` if not set.",
    }],
    schema: <PiperOptions as schemars::JsonSchema>::json_schema,
    check: |options| PiperOptions::read(options).map(drop),
    open: |opening| Ok(Arc::new(Piper::open(&opening)?)),
};

/// How long its list of voices is kept.
const VOICES_KEPT: Duration = Duration::from_mins(10);

/// `[providers.piper]`.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct PiperOptions {
    /// Where the server listens.
    #[serde(default = "own_port")]
    base_url: BaseUrl,
    /// The voice when nobody asks for one.
    voice: Option<String>,
    /// How long phonemes are at speed 1, 0.1 to 10; the voice's own if not set, mostly 1.
    length_scale: Option<f64>,
    /// How much the voice varies, 0 to 2; the voice's own if not set, mostly 0.667.
    noise_scale: Option<f64>,
    /// How much the lengths of phonemes vary, 0 to 2; the voice's own if not set, mostly 0.8.
    noise_w_scale: Option<f64>,
}

fn own_port() -> BaseUrl {
    BaseUrl::known("http://127.0.0.1:5000")
}

impl PiperOptions {
    fn read(options: &Options) -> Result<Self, String> {
        let read: Self = options.parse()?;
        for (name, value, from, to) in [
            ("length_scale", read.length_scale, 0.1, 10.0),
            ("noise_scale", read.noise_scale, 0.0, 2.0),
            ("noise_w_scale", read.noise_w_scale, 0.0, 2.0),
        ] {
            if value.is_some_and(|value| !(from..=to).contains(&value)) {
                return Err(format!("`{name}`: must be from {from} to {to}"));
            }
        }
        Ok(read)
    }
}

#[derive(Debug)]
struct Piper {
    about: ProviderFacts,
    server: Arc<Server>,
}

#[derive(Debug)]
struct Server {
    name: Arc<str>,
    http: Http,
    options: PiperOptions,
    known: Kept<Arc<Known>>,
    /// It speaks at `/`.
    is_old: AtomicBool,
}

/// What the server offers.
#[derive(Debug)]
struct Known {
    voices: Arc<[Voice]>,
    /// How each is asked for.
    speakers: BTreeMap<String, ListedSpeaker>,
}

#[derive(Debug, Clone, PartialEq)]
struct ListedSpeaker {
    /// What the server calls the voice.
    voice: String,
    /// One of its speakers, where it has several.
    id: Option<u32>,
    /// Samples a second.
    rate: u32,
    length_scale: f64,
}

impl Piper {
    fn open(opening: &Opening<'_>) -> Result<Self, ProviderError> {
        let options = PiperOptions::read(opening.options).map_err(ProviderError::Misconfigured)?;
        let PiperOptions { base_url, voice, length_scale, noise_scale, noise_w_scale } = &options;
        let about = ProviderFacts {
            default_voice: voice.clone(),
            // Two servers may have different voices of the same name.
            options: serde_json::to_string(&(base_url.as_str(), length_scale, noise_scale, noise_w_scale))
                .unwrap_or_default(),
            reader: Some(Reader::Words),
            ..ProviderFacts::new(KIND.name, opening.name, "piper")
        };
        let server = Server {
            name: Arc::clone(&about.name),
            http: Http::new(opening),
            options,
            known: Kept::new(VOICES_KEPT, opening.clock),
            is_old: AtomicBool::new(false),
        };
        Ok(Self { about, server: Arc::new(server) })
    }
}

#[async_trait]
impl Provider for Piper {
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
                yield Part::Sound { rate: speaker.rate, samples: Vec::new() };
                return;
            }
            let response = server.synthesize(&request, speaker).await.map_err(|error| match error {
                // Symbols of which its voice has no word give its one error.
                ProviderError::Unavailable(told) if !request.text.contains(char::is_alphanumeric) => {
                    ProviderError::Rejected(told)
                }
                error => error,
            })?;
            for await part in wire::sound(response, Coding::Wav, |_| None) {
                yield part?;
            }
        })
    }
}

/// What is asked of `/synthesize`.
#[derive(Serialize)]
struct Synthesize<'a> {
    text: &'a str,
    voice: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    speaker_id: Option<u32>,
    length_scale: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    noise_scale: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    noise_w_scale: Option<f64>,
}

impl Server {
    async fn known(&self) -> Result<Arc<Known>, ProviderError> {
        self.known
            .get(async {
                let listed = self.http.get(self.options.base_url.join("/voices"));
                let listed: BTreeMap<String, Listed> = self.http.json(listed, no_list).await?;
                Ok(Arc::new(Known::from_listing(&self.name, &listed)))
            })
            .await
    }

    async fn synthesize(
        &self,
        request: &Request,
        speaker: &ListedSpeaker,
    ) -> Result<Response, ProviderError> {
        let length_scale = self.options.length_scale.unwrap_or(speaker.length_scale);
        let asked = Synthesize {
            text: &request.text,
            voice: &speaker.voice,
            speaker_id: speaker.id,
            length_scale: length_scale / f64::from(request.speed),
            noise_scale: self.options.noise_scale,
            noise_w_scale: self.options.noise_w_scale,
        };
        let is_old = self.is_old.load(Ordering::Relaxed);
        match self.speak_at(is_old, &asked).await {
            Err(ProviderError::Misconfigured(reason)) if reason == SPEAKS_NOWHERE => {
                let response = self.speak_at(!is_old, &asked).await?;
                self.is_old.store(!is_old, Ordering::Relaxed);
                Ok(response)
            }
            result => result,
        }
    }

    async fn speak_at(&self, is_old: bool, asked: &Synthesize<'_>) -> Result<Response, ProviderError> {
        let path = if is_old { "/" } else { "/synthesize" };
        self.http.send(self.http.post(self.options.base_url.join(path)).json(asked), not_here).await
    }
}

const SPEAKS_NOWHERE: &str = "takes text neither at /synthesize nor at /: it is no Piper server";

/// A server of the other generation has not got this path, or shows a page there.
fn not_here(failure: &ServiceFailure) -> Option<ProviderError> {
    matches!(failure.status.as_u16(), 404 | 405).then(|| ProviderError::Misconfigured(SPEAKS_NOWHERE.into()))
}

fn no_list(failure: &ServiceFailure) -> Option<ProviderError> {
    matches!(failure.status.as_u16(), 404 | 405).then(|| {
        let reason = "lists no voices at /voices: it is no Piper server, or one of before 2025";
        ProviderError::Misconfigured(reason.into())
    })
}

/// What matters here of a voice's configuration, which `/voices` gives as the voice's own file has it.
#[derive(Debug, Deserialize)]
struct Listed {
    audio: Audio,
    #[serde(default)]
    language: Option<Language>,
    #[serde(default)]
    espeak: Option<Espeak>,
    #[serde(default)]
    inference: Inference,
    #[serde(default)]
    speaker_id_map: BTreeMap<String, u32>,
    #[serde(default)]
    dataset: String,
}

#[derive(Debug, Deserialize)]
struct Audio {
    sample_rate: u32,
    #[serde(default)]
    quality: String,
}

#[derive(Debug, Deserialize)]
struct Language {
    code: String,
}

#[derive(Debug, Deserialize)]
struct Espeak {
    voice: String,
}

#[derive(Debug, Deserialize)]
struct Inference {
    #[serde(default = "as_trained")]
    length_scale: f64,
}

impl Default for Inference {
    fn default() -> Self {
        Self { length_scale: as_trained() }
    }
}

fn as_trained() -> f64 {
    1.0
}

impl Listed {
    /// BCP 47. Older voices name only the language of their phonemes, such as `en-us`.
    fn tag(&self) -> String {
        let code = self.language.as_ref().map(|language| language.code.as_str());
        let code = code.or_else(|| self.espeak.as_ref().map(|espeak| espeak.voice.as_str()));
        let mut parts = code.unwrap_or("und").split(['_', '-']);
        let mut tag = parts.next().unwrap_or_default().to_ascii_lowercase();
        for part in parts {
            tag.push('-');
            tag.push_str(&if part.len() == 2 { part.to_ascii_uppercase() } else { part.to_owned() });
        }
        tag
    }

    /// The name of the voice's file. The server makes the names in its list by cutting any of the letters of
    /// `.onnx.json` off the end of the file's name, and replaces the voice when asked for what is left. Voices that
    /// are called after their language, data and quality get back what was cut.
    fn full_name(&self, listed: &str) -> String {
        let code = self.language.as_ref().map_or("", |language| &language.code);
        let usual = format!("{code}-{}-{}", self.dataset, self.audio.quality);
        let endings = [usual.as_str(), usual.trim_end_matches('-')];
        let whole = endings.into_iter().find(|name| {
            let cut = name.strip_prefix(listed);
            cut.is_some_and(|cut| !cut.is_empty() && cut.chars().all(|letter| ".onxjs".contains(letter)))
        });
        whole.unwrap_or(listed).to_owned()
    }
}

impl Known {
    /// A voice of several speakers is offered by its name, as the server's own first choice, and with each as
    /// `VOICE/SPEAKER`.
    fn from_listing(provider: &str, listed: &BTreeMap<String, Listed>) -> Self {
        let (mut voices, mut speakers) = (Vec::new(), BTreeMap::new());
        for (name, config) in listed {
            let name = config.full_name(name);
            let own = [(name.clone(), None)];
            let several = Some(&config.speaker_id_map).filter(|ids| ids.len() > 1);
            let several = several.into_iter().flatten();
            let several = several.map(|(speaker, id)| (format!("{name}/{speaker}"), Some(*id)));
            for (id, speaker) in own.into_iter().chain(several) {
                voices.push(Voice::new(provider, &id, &config.tag()));
                let (rate, length_scale) = (config.audio.sample_rate, config.inference.length_scale);
                speakers.insert(id, ListedSpeaker { voice: name.clone(), id: speaker, rate, length_scale });
            }
        }
        Self { voices: voices.into(), speakers }
    }
}

#[cfg(test)]
mod tests {
    use saywell_stubs::stubs::piper;
    use saywell_stubs::{Fault, Stub};
    use serde_json::{Value, json};

    use super::*;
    use crate::provider::gather;
    use crate::providers::conformance::{self, faults};

    fn open(url: &str) -> Arc<dyn Provider> {
        faults::open(&KIND, &format!("base_url = '{url}'"))
    }

    fn known(listed: Value) -> Known {
        Known::from_listing("piper", &serde_json::from_value(listed).unwrap())
    }

    #[tokio::test]
    async fn both_generations_pass_the_exam() {
        for kind in [&piper::KIND, &piper::OLD] {
            let stub = Stub::start(kind).await.unwrap();
            conformance::examine(&open(&stub.url())).await;
        }
    }

    #[tokio::test]
    async fn every_fault_comes_to_what_it_means() {
        faults::examine(&faults::Case {
            stub: &piper::KIND,
            open: &open,
            lacks: &[
                Fault::Quota,
                Fault::SplitBase64,
                Fault::NoTimings,
                Fault::DisorderedTimings,
                Fault::FailsMidway,
            ],
            // It has one answer to everything.
            unusual: &[(Fault::BadText, faults::Outcome::Unavailable)],
        })
        .await;
    }

    #[tokio::test]
    async fn a_voice_that_it_would_replace_is_refused_without_asking() {
        let stub = Stub::start(&piper::KIND).await.unwrap();
        for voice in ["nobody", "en_US-joe-medium/spike", "en_GB-semaine-medium/nobody", ""] {
            let error = gather(open(&stub.url()).speak(Request::new("Hello.", "piper", voice))).await;
            assert_eq!(error.unwrap_err(), ProviderError::Rejected(format!("has no voice `{voice}`")));
        }
        assert_eq!(stub.counts().begun, 0);
    }

    #[tokio::test]
    async fn text_of_which_it_has_no_word_is_silence_or_refused_for_what_it_is() {
        let stub = Stub::start(&piper::KIND).await.unwrap();
        let provider = open(&stub.url());
        stub.fails(Fault::HtmlError, ..);
        let silence =
            gather(provider.speak(conformance::request(&provider, " – “…”?! ").await)).await.unwrap();
        assert_eq!((silence.rate, silence.samples.len(), stub.counts().begun), (22_050, 0, 0));
        let refused = gather(provider.speak(conformance::request(&provider, "→ =").await)).await.unwrap_err();
        assert!(matches!(refused, ProviderError::Rejected(_)), "{refused:?}");
    }

    #[tokio::test]
    async fn speed_options_and_speaker_are_asked_for() {
        let stub = Stub::start(&piper::KIND).await.unwrap();
        let options = format!("base_url = '{}/'\nlength_scale = 1.5\nnoise_w_scale = 0", stub.url());
        let provider = faults::open(&KIND, &options);
        let request =
            Request { speed: 1.25, ..Request::new("Hello.", "piper", "en_GB-semaine-medium/spike") };
        gather(provider.speak(request)).await.unwrap();
        assert_eq!(
            stub.requests().last().unwrap().json::<Value>().unwrap(),
            json!({
                "text": "Hello.", "voice": "en_GB-semaine-medium", "speaker_id": 1,
                "length_scale": 1.2, "noise_w_scale": 0.0
            })
        );
        assert_eq!(provider.about().options, format!(r#"["{}",1.5,null,0.0]"#, stub.url()));
    }

    #[tokio::test]
    async fn an_old_server_is_asked_at_its_path_and_a_new_one_in_its_place_at_the_new() {
        let (old, new) = (Stub::start(&piper::OLD).await.unwrap(), Stub::start(&piper::KIND).await.unwrap());
        let paths = |stub: &Stub| -> Vec<String> {
            stub.requests().into_iter().filter(|request| request.method == "POST").map(|r| r.path).collect()
        };
        let provider = open(&old.url());
        for _ in 0..2 {
            let request = conformance::request(&provider, "Hello.").await;
            gather(provider.speak(request)).await.unwrap();
        }
        assert_eq!(paths(&old), ["/synthesize", "/", "/"]);
        let provider = open(&new.url());
        let request = conformance::request(&provider, "Hello.").await;
        gather(provider.speak(request)).await.unwrap();
        assert_eq!(paths(&new), ["/synthesize"]);
    }

    #[test]
    fn voices_have_their_languages_and_speakers() {
        let known = known(json!({
            "en_US-joe-medium": {
                "audio": {"sample_rate": 22050, "quality": "medium"}, "language": {"code": "en_US"},
                "speaker_id_map": {}, "inference": {"length_scale": 1.1}
            },
            "old": {"audio": {"sample_rate": 16000}, "espeak": {"voice": "de"}, "speaker_id_map": {"a": 0}},
            "two": {"audio": {"sample_rate": 16000}, "espeak": {"voice": "pt-br"},
                    "speaker_id_map": {"mic": 4, "ann": 7}},
        }));
        let listed: Vec<_> = known.voices.iter().map(|voice| (&*voice.id, &*voice.language)).collect();
        assert_eq!(
            listed,
            [
                ("en_US-joe-medium", "en-US"),
                ("old", "de"),
                ("two", "pt-BR"),
                ("two/ann", "pt-BR"),
                ("two/mic", "pt-BR")
            ]
        );
        let speaker = |id: &str| known.speakers[id].clone();
        assert_eq!(
            speaker("two/ann"),
            ListedSpeaker { voice: "two".into(), id: Some(7), rate: 16_000, length_scale: 1.0 }
        );
        assert_eq!((speaker("two").id, speaker("old").id), (None, None));
        assert!((speaker("en_US-joe-medium").length_scale - 1.1).abs() < 1e-9);
    }

    #[test]
    fn letters_that_the_list_lost_are_put_back() {
        let name = |listed: &str, dataset: &str, quality: &str| {
            let config = json!({
                "audio": {"sample_rate": 16000, "quality": quality},
                "language": {"code": "en_US"}, "dataset": dataset
            });
            known(json!({ listed: config })).voices[0].id.clone()
        };
        for (listed, dataset, quality, whole) in [
            ("en_US-joe-medium", "joe", "medium", "en_US-joe-medium"),
            ("en_US-joh", "johnson", "", "en_US-johnson"),
            ("en_US-joe-axi", "joe", "axion", "en_US-joe-axion"),
            ("en_US-joe", "joe", "medium", "en_US-joe"),
            ("mine", "joe", "medium", "mine"),
        ] {
            assert_eq!(name(listed, dataset, quality), whole);
        }
    }

    #[test]
    fn options_out_of_bounds_name_the_bound() {
        for (options, complaint) in [
            ("length_scale = 0", "`length_scale`: must be from 0.1 to 10"),
            ("noise_scale = 3", "`noise_scale`: must be from 0 to 2"),
            ("base_url = 'localhost'", "`base_url`: must be an address"),
            ("voices_of = 'joe'", "unknown field `voices_of`"),
        ] {
            let options = Options { kind: None, table: options.parse().unwrap() };
            let error = (KIND.check)(&options).unwrap_err();
            assert!(error.contains(complaint), "{error}");
        }
    }
}
