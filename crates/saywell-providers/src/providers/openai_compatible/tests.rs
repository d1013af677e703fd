use saywell_stubs::{Fault, Stub, stubs};

use super::*;
use crate::provider::{Speech, gather};
use crate::providers::conformance;
use crate::providers::conformance::faults::{self, Case};

/// Each server that is known, and how it is set up.
const SERVERS: [(&saywell_stubs::Kind, &str); 5] = [
    (&stubs::openai_compatible::KOKORO, "preset = 'kokoro'"),
    (&stubs::openai_compatible::SPEACHES, "preset = 'speaches'\nmodel = 'speaches-ai/Kokoro-82M-v1.0-ONNX'"),
    (&stubs::openai_compatible::OPENEDAI, "preset = 'openedai'\nvoices = ['alloy', 'nova']"),
    (&stubs::openai_compatible::LOCALAI, "preset = 'localai'\nmodel = 'my-voice'"),
    (&stubs::openai_compatible::EDGE_TTS, "preset = 'edge_tts'"),
];

fn opened(url: &str, options: &str) -> Arc<dyn Provider> {
    faults::open(&KIND, &format!("base_url = '{url}/v1'\napi_key = '{}'\n{options}", faults::KEY))
}

#[tokio::test]
async fn every_server_passes_the_exam() {
    for (stub, options) in SERVERS {
        let stub = Stub::start(stub).await.unwrap();
        conformance::examine(&*opened(&stub.url(), options)).await;
        // Nothing is known of it, and it is asked for what says its rate itself.
        if !options.contains("localai") {
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
        let wav = options.contains("localai");
        // openedai's raw sound is read by the rate in its label, which this fault takes away.
        let labelled = [&raw[..], &[Fault::WrongType]].concat();
        let lacks = match stub.name {
            "openedai" => &labelled[..],
            _ if wav => &raw[2..],
            _ => &raw[..],
        };
        faults::examine(&Case { stub, open: &|url| opened(url, options), lacks, unusual: &[] }).await;
    }
}

async fn spoken_by(stub: &Stub, options: &str, request: Request) -> Result<Speech, ProviderError> {
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
