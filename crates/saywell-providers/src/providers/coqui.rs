//! `coqui`: the `tts-server` of Coqui TTS, which a fork keeps up.
//!
//! Its ways, seen in version 0.28: it reads form values and no JSON; sound is one WAV file at the model's rate; one
//! call is served at a time; a speaker that it has not got is an error like any other, so names are looked up in its
//! list first; the names in its list are escaped as in HTML. It has no speed.

use std::sync::Arc;
use std::time::Duration;

use async_stream::try_stream;
use async_trait::async_trait;
use reqwest::RequestBuilder;
use saywell_text::english::Reader;
use serde::Deserialize;

use crate::provider::{Part, Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};
use crate::providers::wire::{self, BaseUrl, Coding, Http, Kept, ServiceFailure};
use crate::providers::{Opening, ProviderKind, Variable};

/// The kind of provider that this file makes.
pub const KIND: ProviderKind = ProviderKind {
    name: "coqui",
    about: "The server of Coqui TTS.",
    variables: &[Variable {
        name: "COQUI_BASE_URL",
        key: "base_url",
        secret: false,
        about: "Where Coqui's server listens, `http://127.0.0.1:5002` if not set.",
    }],
    schema: <CoquiOptions as schemars::JsonSchema>::json_schema,
    check: |options| options.parse::<CoquiOptions>().map(drop),
    open: |opening| Ok(Arc::new(Coqui::open(&opening)?)),
};

/// How long its list of speakers is kept.
const VOICES_KEPT: Duration = Duration::from_mins(10);

/// The longest list of speakers that is read, bytes.
const LONGEST_LIST: usize = 1 << 20;

/// What the list has in place of a language where the model speaks several.
const SEVERAL: &str = "multilingual";

/// The rate of silence, which the server is not asked for: the one that most of its models have.
const RATE: u32 = 22_050;

/// `[providers.coqui]`.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct CoquiOptions {
    /// Where the server listens.
    #[serde(default = "own_port")]
    base_url: BaseUrl,
    /// The voice when nobody asks for one.
    voice: Option<String>,
    /// What a model of several languages calls them, the first for text of unknown language. The server does not tell.
    #[serde(default = "english")]
    languages: Vec<String>,
}

fn own_port() -> BaseUrl {
    BaseUrl::known("http://127.0.0.1:5002")
}

fn english() -> Vec<String> {
    vec!["en".into()]
}

#[derive(Debug)]
struct Coqui {
    about: ProviderFacts,
    server: Arc<Server>,
}

#[derive(Debug)]
struct Server {
    name: Arc<str>,
    http: Http,
    options: CoquiOptions,
    known: Kept<Known>,
}

/// What the server offers.
#[derive(Debug, Clone, PartialEq)]
struct Known {
    voices: Arc<[Voice]>,
    speaks_several: bool,
}

impl Coqui {
    fn open(opening: &Opening<'_>) -> Result<Self, ProviderError> {
        let options: CoquiOptions = opening.options.parse().map_err(ProviderError::Misconfigured)?;
        let about = ProviderFacts {
            default_voice: options.voice.clone(),
            // Two servers may have different voices of the same name.
            options: serde_json::to_string(&(options.base_url.as_str(), &options.languages))
                .unwrap_or_default(),
            reader: Some(Reader::Words),
            speeds: 1.0..=1.0,
            ..ProviderFacts::new(KIND.name, opening.name, "coqui")
        };
        let (name, http) = (Arc::clone(&about.name), Http::new(opening));
        let server = Server { name, http, options, known: Kept::new(VOICES_KEPT, opening.clock) };
        Ok(Self { about, server: Arc::new(server) })
    }
}

#[async_trait]
impl Provider for Coqui {
    fn about(&self) -> &ProviderFacts {
        &self.about
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        Ok(self.server.known().await?.voices)
    }

    fn speak(&self, request: Request) -> SpeechStream {
        let server = Arc::clone(&self.server);
        Box::pin(try_stream! {
            let known = server.known().await?;
            if !known.voices.iter().any(|voice| voice.id == request.voice) {
                Err(ProviderError::Rejected(format!("has no voice `{}`", request.voice)))?;
            }
            if wire::is_blank(&request.text) {
                // Its models fail at text that gives them nothing to say.
                yield Part::Sound { rate: RATE, samples: Vec::new() };
                return;
            }
            let call = server.call(&request, &known);
            for await part in server.http.speech(call, |_| Coding::Wav, |_| None) {
                yield part?;
            }
        })
    }
}

impl Server {
    async fn known(&self) -> Result<Known, ProviderError> {
        self.known
            .get(async {
                let call = self.http.get(self.options.base_url.join("/voices"));
                let listed = wire::whole(self.http.send(call, no_list).await?, LONGEST_LIST).await?;
                Ok(Known::from_listing(
                    &self.name,
                    &String::from_utf8_lossy(&listed),
                    &self.options.languages,
                ))
            })
            .await
    }

    fn call(&self, request: &Request, known: &Known) -> RequestBuilder {
        let mut form = vec![("text", &*request.text), ("speaker_id", &request.voice)];
        if known.speaks_several
            && let Some(language) =
                wire::nearest_language(request.language.as_deref(), &self.options.languages)
        {
            form.push(("language_id", language));
        }
        self.http.post(self.options.base_url.join("/api/tts")).form(&form)
    }
}

fn no_list(failure: &ServiceFailure) -> Option<ProviderError> {
    matches!(failure.status.as_u16(), 404 | 405)
        .then(|| ProviderError::Misconfigured("lists no voices at /voices: it is no Coqui server".into()))
}

impl Known {
    /// Lines of `NAME LOCALE GENDER`, where names may hold spaces and genders are not known.
    fn from_listing(provider: &str, listed: &str, languages: &[String]) -> Self {
        let mut speaks_several = false;
        let voices = listed.lines().filter_map(|line| {
            let mut parts = line.trim().rsplitn(3, ' ');
            let (_gender, locale, name) = (parts.next()?, parts.next()?, parts.next()?);
            let mut voice = Voice::new(provider, &unescaped(name), locale);
            if locale == SEVERAL {
                speaks_several = true;
                let mut languages = languages.iter().cloned();
                voice.language = languages.next().unwrap_or_else(|| "en".into());
                voice.other_languages = languages.collect();
            }
            Some(voice)
        });
        let voices: Vec<Voice> = voices.collect();
        Self { voices: voices.into(), speaks_several }
    }
}

/// A name as it was before it was escaped for HTML.
fn unescaped(name: &str) -> String {
    let name = name.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", "\"");
    name.replace("&#39;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use saywell_stubs::stubs::coqui;
    use saywell_stubs::{Fault, Stub};

    use super::*;
    use crate::provider::gather;
    use crate::providers::conformance::{self, faults};

    fn open(url: &str) -> Arc<dyn Provider> {
        faults::open(&KIND, &format!("base_url = '{url}'\nlanguages = ['en', 'de', 'fr-fr']"))
    }

    #[tokio::test]
    async fn passes_the_exam() {
        let stub = Stub::start(&coqui::KIND).await.unwrap();
        conformance::examine(&open(&stub.url())).await;
    }

    #[tokio::test]
    async fn every_fault_comes_to_what_it_means() {
        faults::examine(&faults::Case {
            stub: &coqui::KIND,
            open: &open,
            lacks: &[
                Fault::Quota,
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
    async fn speaker_and_language_are_form_values() {
        let stub = Stub::start(&coqui::KIND).await.unwrap();
        let provider = open(&stub.url());
        for (language, asked) in
            [(None, "en"), (Some("de-AT"), "de"), (Some("fr"), "fr-fr"), (Some("fi"), "en")]
        {
            let request = Request {
                language: language.map(Into::into),
                ..Request::new("Fish & chips.", "coqui", "Rosie O'Neill")
            };
            gather(provider.speak(request)).await.unwrap();
            let sent = stub.requests().pop().unwrap();
            assert_eq!(
                String::from_utf8_lossy(&sent.body),
                format!("text=Fish+%26+chips.&speaker_id=Rosie+O%27Neill&language_id={asked}")
            );
        }
        let error = gather(provider.speak(Request::new("Hello.", "coqui", "nobody"))).await.unwrap_err();
        assert_eq!(error, ProviderError::Rejected("has no voice `nobody`".into()));
    }

    #[test]
    fn lists_of_one_and_of_many_are_read() {
        let languages = ["en".to_owned(), "pt".to_owned()];
        let one = Known::from_listing("coqui", "tacotron2-DDC en u\n", &languages);
        assert_eq!(
            one,
            Known { voices: [Voice::new("coqui", "tacotron2-DDC", "en")].into(), speaks_several: false }
        );
        let many = Known::from_listing(
            "coqui",
            "Ann Lee multilingual u\nO&#39;Neill &amp; Co multilingual u\n\nodd",
            &languages,
        );
        assert!(many.speaks_several);
        let names: Vec<_> = many.voices.iter().map(|voice| voice.id.as_str()).collect();
        assert_eq!(names, ["Ann Lee", "O'Neill & Co"]);
        assert!(many.voices[0].speaks("pt-BR") && !many.voices[0].speaks("de"));
    }
}
