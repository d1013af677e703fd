use saywell_stubs::{Fault, Stub, stubs};

use super::*;
use crate::provider::{GatheredSpeech, gather};
use crate::providers::conformance;
use crate::providers::conformance::faults::{self, Case};

/// Each server that is known, and how it is set up.
const SERVERS: [(&saywell_stubs::StubKind, &str); 8] = [
    (&stubs::openai_compatible::KOKORO, "preset = 'kokoro'"),
    (&stubs::openai_compatible::SPEACHES, "preset = 'speaches'\nmodel = 'speaches-ai/Kokoro-82M-v1.0-ONNX'"),
    (&stubs::openai_compatible::OPENEDAI, "preset = 'openedai'\nvoices = ['alloy', 'nova']"),
    (&stubs::openai_compatible::LOCALAI, "preset = 'localai'\nmodel = 'my-voice'"),
    (&stubs::openai_compatible::EDGE_TTS, "preset = 'edge_tts'"),
    (&stubs::openai_compatible::GROQ, "preset = 'groq'"),
    (&stubs::openai_compatible::OPENROUTER, "preset = 'openrouter'"),
    (&stubs::openai_compatible::TOGETHER, "preset = 'together'"),
];

/// Those that cannot be spoken with unless it is known who they are.
const PARTICULAR: [&str; 4] = ["localai", "groq", "openrouter", "together"];

fn opened(url: &str, options: &str) -> Arc<dyn Provider> {
    faults::open(&KIND, &format!("{}\n{options}", reached(url, options)))
}

/// The address of its API and the key.
fn reached(url: &str, options: &str) -> String {
    let below = match options {
        _ if options.contains("groq") => "/openai/v1",
        _ if options.contains("openrouter") => "/api/v1",
        _ => "/v1",
    };
    format!("base_url = '{url}{below}'\napi_key = '{}'", faults::KEY)
}

#[tokio::test]
async fn every_server_passes_the_exam() {
    for (kind, options) in SERVERS {
        let stub = Stub::start(kind).await.unwrap();
        conformance::examine(&*opened(&stub.url(), options)).await;
        // Nothing is known of it, and it is asked for what says its rate itself.
        if !PARTICULAR.contains(&kind.name) {
            let plain = options.lines().filter(|line| !line.starts_with("preset"));
            conformance::examine(&*opened(&stub.url(), &plain.collect::<Vec<_>>().join("\n"))).await;
        }
    }
}

#[tokio::test]
async fn counts_what_is_charged_as_the_server_does() {
    for (stub, options) in SERVERS {
        let stub = Stub::start(stub).await.unwrap();
        let provider = opened(&stub.url(), options);
        let like = conformance::request(&*provider, "").await;
        conformance::charges::examine(provider, like, &stub).await;
    }
}

#[tokio::test]
async fn every_server_is_known_by_its_faults() {
    let raw = [
        Fault::WavZero,
        Fault::WavMax,
        Fault::SplitBase64,
        Fault::NoTimings,
        Fault::DisorderedTimings,
        Fault::FailsMidway,
    ];
    for (stub, options) in SERVERS {
        let wav = ["localai", "groq", "together"].contains(&stub.name);
        // Their raw sound is read by the rate in its label, which this fault takes away.
        let labelled = [&raw[..], &[Fault::WrongType]].concat();
        let lacks = match stub.name {
            "openedai" | "openrouter" => &labelled[..],
            _ if wav => &raw[2..],
            _ => &raw[..],
        };
        faults::examine(&Case { stub, open: &|url| opened(url, options), lacks, unusual: &[] }).await;
    }
}

async fn spoken_by(stub: &Stub, options: &str, request: Request) -> Result<GatheredSpeech, ProviderError> {
    gather(opened(&stub.url(), options).speak(request)).await
}

#[tokio::test]
async fn the_rate_of_raw_sound_is_what_the_server_says_or_the_settings_or_nothing() {
    let stub = Stub::start(&stubs::openai_compatible::OPENEDAI).await.unwrap();
    for (model, rate) in [("tts-1", 22_050), ("tts-1-hd", 24_000)] {
        let speech =
            spoken_by(&stub, "preset = 'openedai'", Request::new("Hello.", model, "nova")).await.unwrap();
        assert_eq!(speech.rate, rate);
    }
    let stub = Stub::start(&stubs::openai_compatible::LOCALAI).await.unwrap();
    let request = || Request::new("Hello.", "my-voice", listing::NO_NAME);
    let known =
        spoken_by(&stub, "model = 'my-voice'\nformat = 'pcm'\nsample_rate = 16000", request()).await.unwrap();
    assert_eq!((known.rate, known.samples.len()), (16_000, 5_760));
    let unknown = spoken_by(&stub, "model = 'my-voice'\nformat = 'pcm'", request()).await.unwrap_err();
    assert!(
        matches!(&unknown, ProviderError::Misconfigured(why) if why.contains("sample_rate")),
        "{unknown:?}"
    );
}

#[tokio::test]
async fn voices_are_listed_named_and_mixed() {
    let stub = Stub::start(&stubs::openai_compatible::KOKORO).await.unwrap();
    let names = |voices: &[Voice]| {
        voices.iter().map(|voice| format!("{} {}", voice.id, voice.language)).collect::<Vec<_>>()
    };
    let kokoro =
        opened(&stub.url(), "preset = 'kokoro'\nmore_voices = ['af_heart(2)+bm_george']\nvoice = 'af_heart'");
    let voices = kokoro.voices().await.unwrap();
    assert_eq!(
        names(&voices),
        ["af_heart en-US", "bm_george en-GB", "jf_alpha ja", "af_heart(2)+bm_george en-US"]
    );
    assert_eq!(voices[1].gender.as_deref(), Some("male"));
    assert_eq!(kokoro.about().default_voice.as_deref(), Some("af_heart"));
    let mixed = Request::new("Hello.", "kokoro", "af_heart(2)+bm_george");
    assert!(gather(kokoro.speak(mixed)).await.is_ok());

    let own = "voices = ['one', { id = 'two', name = 'Two', language = 'de-DE', gender = 'male' }]\nlanguage = 'fr'";
    let voices = opened(&stub.url(), own).voices().await.unwrap();
    assert_eq!(names(&voices), ["one fr", "two de-DE"]);
    // A list that is not there is no fault: the names of OpenAI are understood.
    let stub = Stub::start(&stubs::openai_compatible::OPENEDAI).await.unwrap();
    assert_eq!(opened(&stub.url(), "").voices().await.unwrap().len(), 13);
}

#[tokio::test]
async fn a_name_and_a_key_are_enough() {
    let provider = |kind: &ProviderKind| {
        let url = kind.variables.iter().all(|variable| variable.key != "base_url");
        (faults::open(kind, "api_key = 'k'\nmodel = 'm'"), url)
    };
    for kind in crate::providers::KINDS.iter().filter(|kind| PRESETS.contains(&kind.name)) {
        let (provider, hosted) = provider(kind);
        let about = provider.about();
        assert_eq!((about.kind, &*about.name, about.paid), (kind.name, kind.name, hosted));
    }
    assert_eq!(PRESETS.len(), Chosen::all().count(), "every preset is a provider under its own name");
    for (name, preset) in Chosen::all() {
        let kind = crate::providers::KINDS.iter().find(|kind| kind.name == name).expect(name);
        let variable = kind.variables.iter().find(|variable| variable.key == "api_key");
        assert_eq!(preset.key.as_deref(), variable.map(|variable| variable.name), "{name}");
    }
    let groq = faults::open(&GROQ, "api_key = 'k'");
    let voices = groq.voices().await.unwrap();
    assert_eq!((voices.len(), voices[0].id.as_str(), voices[0].language.as_str()), (6, "autumn", "en-US"));
    let arabic = faults::open(&GROQ, "api_key = 'k'\nmodel = 'canopylabs/orpheus-arabic-saudi'");
    assert!(arabic.voices().await.unwrap().iter().all(|voice| voice.language == "ar-SA"));
}

#[tokio::test]
async fn what_is_paid_for_wants_its_key() {
    // Nobody has this variable.
    let options = crate::providers::Options {
        kind: None,
        table: "api_key_env = 'SAYWELL_NO_SUCH_KEY'".parse().unwrap(),
    };
    let (inside, client) = (crate::providers::Inside::default(), saywell_base::net::client().unwrap());
    let clock: Arc<dyn saywell_base::clock::Clock> = Arc::new(saywell_base::clock::SystemClock);
    let opening =
        Opening { name: "groq", options: &options, inside: &inside, client: &client, clock: &clock };
    let error = (GROQ.open)(opening).err();
    assert!(
        matches!(&error, Some(ProviderError::Misconfigured(why)) if why.contains("SAYWELL_NO_SUCH_KEY")),
        "{error:?}"
    );
}

#[tokio::test]
async fn strict_servers_are_told_nothing_they_do_not_know() {
    let stub = Stub::start(&stubs::openai_compatible::KOKORO).await.unwrap();
    let asked =
        Request { instructions: "Calmly.".into(), speed: 1.25, ..Request::new("Hi.", "kokoro", "af_heart") };
    spoken_by(&stub, "preset = 'kokoro'\nextra = { lang_code = 'a' }", asked.clone()).await.unwrap();
    let refused = spoken_by(&stub, "preset = 'kokoro'\ntakes_instructions = true", asked).await.unwrap_err();
    assert_eq!(refused, ProviderError::Rejected("answered 422: Extra inputs are not permitted".into()));
    let bodies: Vec<Value> = stub.requests().iter().map(|call| call.json().unwrap()).collect();
    assert_eq!(
        bodies[0],
        serde_json::json!({"model": "kokoro", "input": "Hi.", "voice": "af_heart", "response_format": "pcm", "speed": 1.25, "lang_code": "a"})
    );
    assert_eq!(bodies[1]["instructions"], "Calmly.");
}

#[tokio::test]
async fn a_model_that_is_not_there_is_the_operators_concern() {
    let stub = Stub::start(&stubs::openai_compatible::SPEACHES).await.unwrap();
    let error =
        spoken_by(&stub, "model = 'tts-1'", Request::new("Hi.", "tts-1", "af_heart")).await.unwrap_err();
    assert_eq!(
        error,
        ProviderError::Misconfigured("answered 404: Model 'tts-1' is not installed locally.".into())
    );
}

#[test]
fn what_is_wrong_with_options_is_named() {
    for (options, named) in [
        ("", "`base_url` is missing"),
        ("base_url = 'x'", "`base_url`"),
        ("preset = 'nobody'", "`preset`"),
        ("base_url = 'http://h'\napi_key = 'k'\napi_key_env = 'K'", "both"),
        ("base_url = 'http://h'\nsample_rate = 96000", "from 8000 to 48000"),
        ("base_url = 'http://h'\nextra = { input = 'x' }", "`extra.input`"),
        ("base_url = 'http://h'\nformat = 'opus'", "`format`"),
        ("base_url = 'http://h'\ncolour = 1", "colour"),
    ] {
        let table = options.parse().unwrap();
        let fault = (KIND.check)(&crate::providers::Options { kind: None, table }).unwrap_err();
        assert!(fault.contains(named), "{options}: {fault}");
    }
}
