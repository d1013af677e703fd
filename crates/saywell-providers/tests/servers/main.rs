//! Providers with real servers: Piper's own, and one of OpenAI's format. They need what `make tools` installs, so they
//! run where they are asked for: `tools/test.sh providers`.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt;
use saywell_providers::provider::{GatheredSpeech, Provider, ProviderError, Request, gather};
use saywell_providers::providers::conformance;
use saywell_stubs::Stub;
use support::{Server, open};

const VOICE: &str = "en_US-joe-medium";
const TEXT: &str = "The deployment finished, and two checks are still running.";

fn piper(url: &str) -> Arc<dyn Provider> {
    open("piper", &format!("base_url = '{url}'"))
}

fn compatible(url: &str) -> Arc<dyn Provider> {
    open("openai_compatible", &format!("base_url = '{url}/v1'\nmodel = 'tts-1'\nvoices = ['{VOICE}']"))
}

fn seconds(speech: &GatheredSpeech) -> f64 {
    speech.samples.len() as f64 / f64::from(speech.rate)
}

/// It is speech: as long as the words take, neither silent nor noise from end to end.
fn is_speech(speech: &GatheredSpeech) {
    let seconds = seconds(speech);
    assert!((2.0..6.0).contains(&seconds), "{seconds} s for {TEXT:?}");
    let loudness = saywell_audio::loudness::loudness(&speech.samples).unwrap();
    assert!((-40.0..-8.0).contains(&loudness), "{loudness} LUFS");
}

#[tokio::test]
#[ignore = "needs Piper's server: tools/test.sh providers"]
async fn piper_passes_the_exam() {
    let server = Server::piper();
    conformance::examine(&piper(&server.url)).await;
}

#[tokio::test]
#[ignore = "needs Piper's server: tools/test.sh providers"]
async fn piper_speaks_its_voice_at_the_speed_that_is_asked_for() {
    let server = Server::piper();
    let provider = piper(&server.url);
    let voices = provider.voices().await.unwrap();
    let voices: Vec<_> = voices.iter().map(|voice| (&*voice.id, &*voice.language)).collect();
    assert_eq!(voices, [(VOICE, "en-US")]);

    let usual = gather(provider.speak(Request::new(TEXT, "piper", VOICE))).await.unwrap();
    assert_eq!(usual.rate, 22_050);
    is_speech(&usual);
    let fast = Request { speed: 2.0, ..Request::new(TEXT, "piper", VOICE) };
    let fast = gather(provider.speak(fast)).await.unwrap();
    let ratio = seconds(&usual) / seconds(&fast);
    // Each time is a little different, and short sounds cannot be halved.
    assert!((1.3..2.6).contains(&ratio), "twice the speed is {ratio} times as fast");

    let error = gather(provider.speak(Request::new(TEXT, "piper", "en_US-nobody"))).await.unwrap_err();
    assert_eq!(error, ProviderError::Rejected("has no voice `en_US-nobody`".into()));
}

/// Through a stub that passes calls on, which sees what Piper's server cannot say: that the call was hung up on.
#[tokio::test]
#[ignore = "needs Piper's server: tools/test.sh providers"]
async fn a_call_to_piper_that_nobody_waits_for_is_closed() {
    let server = Server::piper();
    let between = Stub::proxy(&server.url, 0).await.unwrap();
    let provider = piper(&between.url());
    let mut abandoned = provider.speak(Request::new(&TEXT.repeat(40), "piper", VOICE));
    tokio::select! {
        part = abandoned.next() => panic!("that long a text is not spoken at once: {part:?}"),
        begun = between.until(|counts| counts.begun == 1) => assert!(begun),
    }
    drop(abandoned);
    let begun = Instant::now();
    assert!(between.abandoned().await);
    assert!(begun.elapsed() < Duration::from_secs(1), "closed at once, not when the sound was made");
    is_speech(&gather(provider.speak(Request::new(TEXT, "piper", VOICE))).await.unwrap());
}

#[tokio::test]
#[ignore = "needs a server of OpenAI's format: tools/test.sh providers"]
async fn a_server_of_openais_format_passes_the_exam() {
    let server = Server::local_tts();
    conformance::examine(&compatible(&server.url)).await;
}

#[tokio::test]
#[ignore = "needs a server of OpenAI's format: tools/test.sh providers"]
async fn a_server_of_openais_format_speaks_raw_and_as_a_file() {
    let server = Server::local_tts();
    for format in ["wav", "pcm"] {
        let options = format!(
            "base_url = '{}/v1'\nmodel = 'tts-1'\nvoices = ['{VOICE}']\nformat = '{format}'",
            server.url
        );
        let provider = open("openai_compatible", &options);
        let speech = gather(provider.speak(Request::new(TEXT, "tts-1", VOICE))).await.unwrap();
        assert_eq!(speech.rate, 22_050, "{format}");
        is_speech(&speech);
    }
}
