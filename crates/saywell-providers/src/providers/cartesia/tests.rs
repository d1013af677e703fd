use saywell_stubs::{Fault, Stub, stubs};
use serde_json::{Value, json};

use super::*;
use crate::provider::gather;
use crate::providers::conformance;
use crate::providers::conformance::faults::{self, Case};
use crate::queue::Errand;

const KATIE: &str = "f786b574-daa5-4673-aa0c-cbe3e8534c02";

fn opened(url: &str, more: &str) -> Arc<dyn Provider> {
    faults::open(&KIND, &format!("base_url = '{url}'\napi_key = '{}'\n{more}", faults::KEY))
}

#[tokio::test]
async fn passes_every_exam() {
    conformance::examine_with_service(&Case {
        stub: &stubs::cartesia::KIND,
        open: &|url| opened(url, ""),
        lacks: &[Fault::WavZero, Fault::WavMax],
        unusual: &[],
    })
    .await;
}

#[tokio::test]
async fn words_have_the_times_that_it_tells() {
    let stub = Stub::start(&stubs::cartesia::KIND).await.unwrap();
    let text = "Née in “York”, then.";
    let request = Request::new(text, "sonic-3.5", KATIE);
    let speech = gather(opened(&stub.url(), "").speak(request)).await.unwrap();
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
}

#[tokio::test]
async fn asks_for_what_is_wanted_in_voices_of_every_page() {
    let stub = Stub::start(&stubs::cartesia::KIND).await.unwrap();
    let provider = opened(&stub.url(), "emotion = 'calm'\npronunciation_dictionary = 'pd_1'");
    let voices = provider.voices().await.unwrap();
    let told: Vec<String> =
        voices.iter().map(|voice| format!("{} {} {:?}", voice.name, voice.language, voice.gender)).collect();
    assert_eq!(
        told,
        ["Katie en-US Some(\"female\")", "Kiefer en-US Some(\"male\")", "Lena de-DE Some(\"female\")"]
    );
    let request =
        Request { speed: 1.25, language: Some("de-AT".into()), ..Request::new("Hallo.", "sonic-3.5", KATIE) };
    let plain = Request { model: "sonic-2".into(), speed: 1.0, ..request.clone() };
    for request in [request, plain] {
        gather(provider.speak(request)).await.unwrap();
    }
    let calls: Vec<_> = stub.requests().into_iter().filter(|call| call.method == "POST").collect();
    assert_eq!(calls[0].path, "/tts/sse");
    assert_eq!(calls[0].header("authorization"), format!("Bearer {}", faults::KEY));
    assert_eq!(calls[0].header("cartesia-version"), VERSION);
    let mut expected = json!({"model_id": "sonic-3.5", "transcript": "Hallo.", "voice": {"id": KATIE},
        "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24_000}, "language": "de",
        "generation_config": {"speed": 1.25, "emotion": "calm"}, "pronunciation_dict_id": "pd_1",
        "add_timestamps": true});
    assert_eq!(calls[0].json::<Value>().unwrap(), expected);
    expected["model_id"] = "sonic-2".into();
    expected.as_object_mut().unwrap().remove("generation_config");
    assert_eq!(calls[1].json::<Value>().unwrap(), expected);
    let options = crate::providers::Options { kind: None, table: "volume = 3".parse().unwrap() };
    assert_eq!((KIND.check)(&options).unwrap_err(), "`volume` must be from 0.5 to 2");
}

/// What a service over messages cannot do wrong.
const NO_BODY: [Fault; 4] = [Fault::Crumbs, Fault::WrongType, Fault::WavZero, Fault::WavMax];

fn continuous(url: &str) -> Arc<dyn Provider> {
    opened(url, "continuous = true")
}

#[tokio::test]
async fn passes_every_exam_in_contexts() {
    for stub in [&stubs::cartesia::KIND, &stubs::cartesia::BY_FLUSH] {
        conformance::examine_with_service(&Case { stub, open: &continuous, lacks: &NO_BODY, unusual: &[] })
            .await;
    }
}

/// An utterance of a reply.
fn utterance(text: &str, errand: &Arc<Errand>) -> Request {
    Request { errand: Arc::clone(errand), ..Request::new(text, "sonic-3.5", KATIE) }
}

/// Words with their times in hundredths of a second.
fn timed(text: &str, words: &[crate::provider::WordTiming]) -> Vec<(String, f64, f64)> {
    let hundredths = |seconds: f64| (seconds * 100.0).round();
    let timed = |word: &crate::provider::WordTiming| {
        (text[word.text.clone()].to_owned(), hundredths(word.start), hundredths(word.end))
    };
    words.iter().map(timed).collect()
}

#[tokio::test]
async fn the_utterances_of_a_reply_follow_one_another_over_one_connection() {
    for kind in [&stubs::cartesia::KIND, &stubs::cartesia::BY_FLUSH] {
        let stub = Stub::start(kind).await.unwrap();
        let provider = continuous(&stub.url());
        assert_eq!(provider.about().parallel, 1);
        let reply = Arc::new(Errand::default());
        for text in ["One, two.", "Three four five.", "Six."] {
            let speech = gather(provider.speak(utterance(text, &reply))).await.unwrap();
            // A blank follows each.
            assert_eq!(speech.samples.len(), (text.len() + 1) * 1440, "{text}");
            let first = text.split(' ').next().unwrap();
            let words = timed(text, &speech.words);
            // Every character lasts 60 ms.
            assert_eq!(words[0], (first.to_owned(), 0.0, first.len() as f64 * 6.0), "{words:?}");
            assert_eq!(words.len(), text.split(' ').count());
        }
        assert_eq!((stub.counts().begun, stub.requests().len()), (3, 1), "{}", kind.name);

        // Another reply has another connection while this one may go on, and then that of whichever is over.
        let another = Arc::new(Errand::default());
        gather(provider.speak(utterance("Another.", &another))).await.unwrap();
        assert_eq!(stub.requests().len(), 2);
        drop(reply);
        let third = Arc::new(Errand::default());
        let speech = gather(provider.speak(utterance("A third.", &third))).await.unwrap();
        assert_eq!(timed("A third.", &speech.words)[1], ("third.".to_owned(), 12.0, 48.0));
        assert_eq!(stub.requests().len(), 2);
    }
}

#[tokio::test]
async fn a_context_that_has_ended_is_followed_by_another() {
    let stub = Stub::start(&stubs::cartesia::KIND).await.unwrap();
    let provider = continuous(&stub.url());
    provider.warm().await;
    let reply = Arc::new(Errand::default());
    let german = Request { language: Some("de".into()), ..utterance("Hallo.", &reply) };
    gather(provider.speak(utterance("Hello there.", &reply))).await.unwrap();
    tokio::time::pause();
    tokio::time::advance(Duration::from_millis(900)).await;
    tokio::time::resume();
    // The stub times words from the beginning of their context.
    for request in [utterance("Hello.", &reply), german] {
        let speech = gather(provider.speak(request)).await.unwrap();
        assert_eq!(timed("Hello.", &speech.words), [("Hello.".to_owned(), 0.0, 36.0)]);
    }
    assert_eq!(stub.requests().len(), 1);
}

#[tokio::test]
async fn a_connection_that_breaks_is_followed_by_another() {
    let stub = Stub::start(&stubs::cartesia::KIND).await.unwrap();
    let provider = continuous(&stub.url());
    let reply = Arc::new(Errand::default());
    let say = async |text: &str| gather(provider.speak(utterance(text, &reply))).await;
    say("One.").await.unwrap();
    stub.fails(Fault::Cut, 1..2);
    let error = say("Two, which is long enough to be cut in its middle.").await.unwrap_err();
    assert!(matches!(error, ProviderError::Unavailable(_)), "{error:?}");
    say("Three.").await.unwrap();
    assert_eq!(stub.requests().len(), 2);
}

#[test]
fn only_what_goes_on_is_told_apart_from_what_was_made_before() {
    let of = |more: &str| opened("http://127.0.0.1:9", more).about().options.clone();
    assert_eq!(of(""), of("continuous = false"));
    assert_ne!(of(""), of("continuous = true"));
}
