use saywell_stubs::{Fault, Stub, stubs};
use serde_json::json;

use super::*;
use crate::chain::breaker::{Breaker, Policy};
use crate::chain::paced::Paced;
use crate::chain::timeout::Timeout;
use crate::provider::gather;
use crate::providers::conformance;
use crate::providers::conformance::faults::{self, Case};

const RACHEL: &str = "21m00Tcm4TlvDq8ikWAM";

fn opened(url: &str, more: &str) -> Arc<dyn Provider> {
    faults::open(&KIND, &format!("base_url = '{url}'\napi_key = '{}'\n{more}", faults::KEY))
}

async fn stub() -> Stub {
    Stub::start(&stubs::elevenlabs::KIND).await.unwrap()
}

#[tokio::test]
async fn passes_every_exam() {
    conformance::examine_with_service(&Case {
        stub: &stubs::elevenlabs::KIND,
        open: &|url| opened(url, ""),
        lacks: &[Fault::WavZero, Fault::WavMax],
        unusual: &[],
    })
    .await;
}

#[tokio::test]
async fn words_are_timed_by_their_characters() {
    let stub = stub().await;
    let provider = opened(&stub.url(), "");
    let text = "Née in “York”, then.";
    let speech = gather(provider.speak(Request::new(text, "eleven_flash_v2_5", RACHEL))).await.unwrap();
    let words: Vec<(&str, f64, f64)> = speech
        .words
        .iter()
        .map(|word| (&text[word.text.clone()], (word.start * 100.0).round(), (word.end * 100.0).round()))
        .collect();
    // Every character of the stub lasts 60 ms.
    assert_eq!(
        words,
        [("Née", 0.0, 18.0), ("in", 24.0, 36.0), ("“York”,", 42.0, 84.0), ("then.", 90.0, 120.0)]
    );
    for fault in [Fault::NoTimings, Fault::DisorderedTimings] {
        stub.fails(fault, ..);
        let long = "Nobody knows when any of these many words are spoken, and so their times are estimated.";
        let speech = gather(provider.speak(Request::new(long, "eleven_flash_v2_5", RACHEL))).await.unwrap();
        assert_eq!(speech.words, [], "{fault:?}");
    }
}

#[tokio::test]
async fn asks_for_what_is_wanted() {
    let stub = stub().await;
    let options = "zero_retention = true\nseed = 7\nvoice_settings = { stability = 0.4, style = 0.1 }\n\
                   pronunciation_dictionaries = [{ id = 'd1', version = 'v1' }]";
    let provider = opened(&stub.url(), options);
    provider.voices().await.unwrap();
    let plain =
        Request { language: Some("de-AT".into()), ..Request::new("Hallo.", "eleven_flash_v2_5", RACHEL) };
    let second = Request { model: "eleven_multilingual_v2".into(), speed: 1.2, ..plain.clone() };
    let third = Request { model: "eleven_v3".into(), language: Some("xx".into()), ..plain.clone() };
    for request in [plain, second, third] {
        gather(provider.speak(request)).await.unwrap();
    }
    let calls: Vec<_> = stub.requests().into_iter().filter(|call| call.method == "POST").collect();
    assert_eq!(calls[0].path, format!("/v1/text-to-speech/{RACHEL}/stream/with-timestamps"));
    assert_eq!(calls[0].query, "output_format=pcm_24000&enable_logging=false");
    assert_eq!(calls[0].header("xi-api-key"), faults::KEY);
    let locators = serde_json::json!([{"pronunciation_dictionary_id": "d1", "version_id": "v1"}]);
    let bodies: Vec<serde_json::Value> = calls.iter().map(|call| call.json().unwrap()).collect();
    assert_eq!(
        bodies,
        [
            serde_json::json!({"text": "Hallo.", "model_id": "eleven_flash_v2_5", "language_code": "de", "seed": 7,
                "voice_settings": {"stability": 0.4, "style": 0.1}, "pronunciation_dictionary_locators": locators}),
            serde_json::json!({"text": "Hallo.", "model_id": "eleven_multilingual_v2", "seed": 7,
                "voice_settings": {"stability": 0.4, "style": 0.1, "speed": 1.2}, "pronunciation_dictionary_locators": locators}),
            serde_json::json!({"text": "Hallo.", "model_id": "eleven_v3", "seed": 7,
                "voice_settings": {"stability": 0.4}, "pronunciation_dictionary_locators": locators}),
        ]
    );
}

#[tokio::test]
async fn one_manner_is_kept_by_saying_what_comes_before() {
    let stub = stub().await;
    let [each, continuous] = ["", "continuous = true"].map(|options| opened(&stub.url(), options));
    assert_ne!(each.about().options, continuous.about().options);
    let second = |model: &str| Request {
        before: Some("This is the first.".into()),
        ..Request::new("And the second.", model, RACHEL)
    };
    let first = Request { before: None, ..second("eleven_flash_v2_5") };
    gather(each.speak(second("eleven_flash_v2_5"))).await.unwrap();
    for request in [first, second("eleven_flash_v2_5"), second("eleven_v3")] {
        gather(continuous.speak(request)).await.unwrap();
    }
    let calls = stub.requests();
    let before: Vec<serde_json::Value> =
        calls.iter().map(|call| call.json::<serde_json::Value>().unwrap()["previous_text"].take()).collect();
    assert_eq!(before, [json!(null), json!(null), json!("This is the first."), json!(null)]);
}

#[tokio::test]
async fn voices_come_from_every_page_with_their_languages() {
    let stub = stub().await;
    let provider = opened(&stub.url(), "");
    let voices = provider.voices().await.unwrap();
    let told: Vec<String> = voices
        .iter()
        .map(|voice| format!("{} {} {}", voice.name, voice.language, voice.other_languages.join(" ")))
        .collect();
    assert_eq!(told, ["Rachel en-US en fr-FR de fr ja", "George en-GB en de fr ja", "Daniel de en fr ja"]);
    let asked = stub.requests().len();
    provider.voices().await.unwrap();
    assert_eq!(stub.requests().len(), asked, "the list is kept");
}

#[tokio::test]
async fn what_a_model_cannot_do_is_known_before_it_is_asked() {
    let stub = stub().await;
    let provider = opened(&stub.url(), "");
    provider.voices().await.unwrap();
    let long = "word ".repeat(700);
    let too_long = Request::new(&long, "eleven_v3", RACHEL);
    let silent = Request::new("Hi.", "eleven_english_sts_v2", RACHEL);
    for (request, why) in [(too_long, "at most 3000"), (silent, "does not speak")] {
        let error = gather(provider.speak(request)).await.unwrap_err();
        assert!(!error.is_passing() && error.to_string().contains(why), "{error}");
    }
    assert_eq!(stub.counts().begun, 0);
}

#[tokio::test]
async fn a_model_without_speeds_is_stretched_to_them() {
    let stub = stub().await;
    let paced = Paced::new(opened(&stub.url(), ""));
    let at = async |model: &str, speed| {
        let request = Request { speed, ..Request::new("How fast is this?", model, RACHEL) };
        let speech = gather(paced.speak(request)).await.unwrap();
        speech.samples.len() as f64 / f64::from(speech.rate)
    };
    for model in ["eleven_flash_v2_5", "eleven_v3"] {
        let (plain, fast) = (at(model, 1.0).await, at(model, 1.2).await);
        assert!((fast - plain / 1.2).abs() < 0.05, "{model}: {fast} s of {plain} s");
    }
    let asked = stub.requests().into_iter().filter(|request| request.method == "POST");
    let speeds: Vec<serde_json::Value> = asked
        .map(|request| request.json::<serde_json::Value>().unwrap()["voice_settings"]["speed"].clone())
        .collect();
    assert_eq!(speeds, [json!(null), json!(1.2), json!(null), json!(null)]);
}

#[tokio::test]
async fn waiting_for_a_place_is_nobodys_failure() {
    let stub = stub().await;
    let provider = opened(&stub.url(), "concurrency = 1");
    // Every call takes a tenth of a second, and the last of them waits for much longer than the first sound may take.
    stub.fails(Fault::Late, ..);
    let clock: Arc<dyn saywell_base::clock::Clock> = Arc::new(saywell_base::clock::ManualClock::default());
    let timed = Timeout::new(provider, Duration::from_millis(400), Duration::from_secs(5));
    let breaker = Arc::new(Breaker::new(timed, Policy::default(), clock));
    let watch = breaker.watch();
    let calls = (0..12).map(|number| {
        let (breaker, text) = (Arc::clone(&breaker), format!("Number {number}."));
        tokio::spawn(
            async move { gather(breaker.speak(Request::new(&text, "eleven_flash_v2_5", RACHEL))).await },
        )
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    assert_eq!(stub.counts().begun, 12);
    assert_eq!(watch.state().name(), "closed");
}

#[tokio::test]
async fn what_it_cost_is_told_in_characters() {
    let stub = stub().await;
    let provider = opened(&stub.url(), "");
    for model in ["eleven_flash_v2_5", "eleven_multilingual_v2"] {
        let parts: Vec<Part> =
            futures::TryStreamExt::try_collect(provider.speak(Request::new("Ten chars!", model, RACHEL)))
                .await
                .unwrap();
        assert!(parts.contains(&Part::Billed(10.0)), "{model}");
    }
}

#[tokio::test]
async fn no_more_calls_are_under_way_than_the_service_allows() {
    let stub = stub().await;
    let provider = opened(&stub.url(), "");
    let request = Request::new("One after the other.", "eleven_flash_v2_5", RACHEL);
    let hanging = || {
        // One that waits for its place says so, and then goes on.
        tokio::spawn(futures::StreamExt::for_each(provider.speak(request.clone()), |_| async {}))
    };
    stub.fails(Fault::Hang, ..);
    let mut calls: Vec<_> = (0..4).map(|_| hanging()).collect();
    assert!(stub.until(|counts| counts.begun == 2).await);
    // One leaves, and the next has its place: the service has not said yet that there are more.
    calls.remove(0).abort();
    assert!(stub.until(|counts| counts.begun == 3 && counts.abandoned == 1).await);
    assert_eq!(stub.counts().begun, 3);
    for call in calls {
        call.abort();
    }
    assert!(stub.until(|counts| counts.begun == counts.abandoned).await);
    stub.recovers();
    gather(provider.speak(request.clone())).await.unwrap();
    stub.fails(Fault::Hang, ..);
    let begun = stub.counts().begun;
    let calls: Vec<_> = (0..9).map(|_| hanging()).collect();
    assert!(stub.until(|counts| counts.begun == begun + stubs::elevenlabs::ALLOWED).await);
    for call in calls {
        call.abort();
    }
}
