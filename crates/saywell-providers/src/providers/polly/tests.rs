use std::sync::Arc;

use saywell_stubs::{Fault, Stub, stubs};
use saywell_text::{How, Mark};

use super::*;
use crate::provider::gather;
use crate::providers::conformance::{
    self,
    faults::{self, Case, KEY, Outcome},
};

fn open(url: &str, more: &str) -> Arc<dyn Provider> {
    let options = format!(
        "access_key_id = 'AKIAEXAMPLE'\nsecret_access_key = '{KEY}'\nregion = 'eu-west-1'\nbase_url = '{url}'\n{more}"
    );
    faults::open(&KIND, &options)
}

fn parse(text: &str) -> Result<PollyOptions, String> {
    PollyOptions::read(&Options { kind: None, table: text.parse().unwrap() })
}

async fn stub() -> Stub {
    Stub::start(&stubs::polly::KIND).await.unwrap()
}

#[tokio::test]
async fn passes_the_exam_with_and_without_words() {
    let stub = stub().await;
    conformance::examine(&open(&stub.url(), "")).await;
    conformance::examine(&open(&stub.url(), "word_times = true")).await;
}

#[tokio::test]
async fn faults_are_told_by_meaning() {
    faults::examine(&Case {
        stub: &stubs::polly::KIND,
        open: &|url| open(url, ""),
        lacks: &[
            Fault::WavZero,
            Fault::WavMax,
            Fault::SplitBase64,
            Fault::NoTimings,
            Fault::DisorderedTimings,
            Fault::FailsMidway,
        ],
        // Throttling is status 400, and does not say for how long.
        unusual: &[(Fault::ThrottledSeconds, Outcome::Throttled), (Fault::ThrottledDate, Outcome::Throttled)],
    })
    .await;
}

/// The words that are heard of a text, and what is charged.
async fn words(provider: &dyn Provider, request: Request) -> (Vec<(usize, String)>, f64) {
    let text = Arc::clone(&request.text);
    let (mut words, mut billed) = (Vec::new(), 0.0);
    let mut parts = provider.speak(request);
    while let Some(part) = parts.next().await {
        match part.unwrap() {
            Part::Words(timings) => {
                let word = |word: crate::provider::WordTiming| (word.text.start, text[word.text].to_owned());
                words.extend(timings.into_iter().map(word));
            }
            Part::Billed(characters) => billed += characters,
            Part::Queued | Part::Begun => {}
            Part::Sound { rate, .. } => assert_eq!(rate, 16_000),
        }
    }
    (words, billed)
}

#[tokio::test]
async fn words_are_placed_by_bytes_of_text_and_of_ssml() {
    let stub = stub().await;
    let provider = open(&stub.url(), "word_times = true");
    let text = "The naïve cat, the “cat” & AT&T.";
    let marks = [
        Mark { text: 0..3, how: How::Alias("Thee".into()) },
        Mark { text: 4..10, how: How::Emphasis(saywell_text::Emphasis::Strong) },
        Mark { text: 14..14, how: How::Break(Duration::from_millis(200)) },
    ];
    let expected: Vec<(usize, String)> =
        [(0, "The"), (4, "naïve"), (11, "cat"), (16, "the"), (23, "cat"), (32, "AT&T")]
            .map(|(at, word)| (at, word.to_owned()))
            .into();
    let plain = Request::new(text, "neural", "Joanna");
    let characters = text.chars().count() as f64;
    for request in [
        Request { speed: 1.25, marks: marks.into(), ..plain.clone() },
        Request { speed: 0.8, model: "generative".into(), ..plain.clone() },
    ] {
        assert_eq!(words(&provider, request).await, (expected.clone(), 2.0 * characters));
    }
    // Without anything to say about it, text goes as text. The stub takes `&` as a part of a word there.
    let (found, billed) = words(&provider, plain.clone()).await;
    assert_eq!((&found[..5], billed), (&expected[..5], 2.0 * characters), "{found:?}");

    let asked: Vec<serde_json::Value> = stub
        .requests()
        .iter()
        .filter(|request| request.path == "/v1/speech")
        .map(|request| request.json().unwrap())
        .collect();
    assert_eq!(asked.len(), 6, "two for each");
    assert_eq!(
        asked[0]["Text"].as_str().unwrap(),
        "<speak><prosody rate=\"125%\"><sub alias=\"Thee\">The</sub> naïve cat<break time=\"200ms\"/>, the “cat” \
         &amp; AT&amp;T.</prosody></speak>",
        "neural voices have no emphasis"
    );
    assert_eq!(asked[5]["TextType"], "text");

    for fault in [Fault::NoTimings, Fault::DisorderedTimings] {
        stub.fails(fault, ..);
        let (found, _) = words(&provider, plain.clone()).await;
        assert!(found.len() < 2, "{fault:?}: {found:?}");
    }
}

#[tokio::test]
async fn sound_is_heard_though_its_words_cannot_be_had() {
    let stub = stub().await;
    let provider = open(&stub.url(), "word_times = true");
    let request = conformance::request(&provider, "Hello there.").await;
    let whole = gather(provider.speak(request.clone())).await.unwrap();
    assert_eq!(whole.words.len(), 2);
    // Which of the two requests comes first is open: one of two utterances loses its sound, or its words.
    let begun = stub.counts().begun;
    stub.fails(Fault::HtmlError, begun + 1..begun + 2);
    match gather(provider.speak(request)).await {
        Ok(speech) => assert_eq!((speech.samples.len(), speech.words.len()), (whole.samples.len(), 0)),
        Err(error) => assert!(matches!(error, ProviderError::Unavailable(_)), "{error:?}"),
    }
}

#[tokio::test]
async fn voices_are_those_of_the_engine_from_every_page() {
    let stub = stub().await;
    let ids = async |more: &str| {
        let voices = open(&stub.url(), more).voices().await.unwrap();
        voices.iter().map(|voice| voice.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids("").await, ["Joanna", "Gregory", "Kajal"]);
    assert_eq!(ids("engine = 'long-form'").await, ["Gregory"]);
    let neural = open(&stub.url(), "").voices().await.unwrap();
    assert_eq!((&*neural[2].language, &neural[2].other_languages[..]), ("en-IN", &["hi-IN".to_owned()][..]));
    assert_eq!(neural[1].gender.as_deref(), Some("male"));
}

#[tokio::test]
async fn what_a_voice_or_the_account_has_not_is_told_by_meaning() {
    let stub = stub().await;
    let say = async |more: &str, model: &str, voice: &str| {
        gather(open(&stub.url(), more).speak(Request::new("Hello.", model, voice))).await
    };
    let error = say("", "neural", "Hans").await.unwrap_err();
    assert!(
        matches!(&error, ProviderError::Rejected(told) if told.contains("does not support")),
        "{error:?}"
    );
    assert!(matches!(say("", "neural", "Nobody").await, Err(ProviderError::Rejected(_))));
    assert!(matches!(
        say("lexicons = ['unknown']", "neural", "Joanna").await,
        Err(ProviderError::Misconfigured(_))
    ));
    say("lexicons = ['known']", "standard", "Hans").await.unwrap();
    let asked: serde_json::Value = stub.requests().pop().unwrap().json().unwrap();
    assert_eq!(
        asked,
        serde_json::json!({
            "Engine": "standard",
            "LexiconNames": ["known"],
            "OutputFormat": "pcm",
            "SampleRate": "16000",
            "Text": "Hello.",
            "TextType": "text",
            "VoiceId": "Hans",
        })
    );
}

#[test]
fn options_are_judged() {
    for (options, fault) in [
        ("engine = 'fast'", "`engine`: must be one of: standard, neural, long-form, generative"),
        ("lexicons = ['a-b']", "`lexicons`: must be at most five names of 1 to 20 letters and digits"),
        ("colour = 1", "unknown field `colour`"),
    ] {
        let error = parse(options).unwrap_err();
        assert!(error.contains(fault), "{error}");
    }
    let told = format!("{:?}", parse(&format!("secret_access_key = '{KEY}'")).unwrap());
    assert!(!told.contains(KEY));
    let canonical = |options: &str| serde_json::to_string(&parse(options).unwrap()).unwrap();
    assert_eq!(canonical("region = 'a'"), canonical("access_key_id = 'b'"));
    assert_ne!(canonical(""), canonical("lexicons = ['a']"));
}

#[test]
fn codes_have_their_meaning() {
    let meant = |status: u16, code: &str| {
        let status = reqwest::StatusCode::from_u16(status).unwrap();
        let failure = wire::ServiceFailure {
            code: code.into(),
            ..wire::ServiceFailure::of_message(status, b"{\"message\":\"m\"}")
        };
        failure.to_error(failure::MEANING)
    };
    assert!(matches!(meant(400, "ThrottlingException"), ProviderError::Throttled { .. }));
    for code in [
        "TextLengthExceededException", "InvalidSsmlException", "ValidationException",
        "EngineNotSupportedException",
    ] {
        assert!(matches!(meant(400, code), ProviderError::Rejected(_)), "{code}");
    }
    for (status, code) in [
        (400, "LexiconNotFoundException"),
        (402, "ServiceQuotaExceededException"),
        (400, "UnrecognizedClientException"),
        (403, "AccessDeniedException"),
        (400, "aws#ExpiredTokenException:http://internal"),
    ] {
        let meant = meant(status, code);
        assert!(matches!(meant, ProviderError::Misconfigured(_)), "{code}: {meant:?}");
    }
    for (status, code) in [(500, "ServiceFailureException"), (503, "ServiceUnavailableException"), (502, "")]
    {
        assert!(matches!(meant(status, code), ProviderError::Unavailable(_)), "{code}");
    }
}

#[tokio::test]
async fn counts_what_is_charged_as_the_service_does() {
    let stub = stub().await;
    let provider = open(&stub.url(), "word_times = true");
    let like = conformance::request(&*provider, "").await;
    conformance::charges::examine(provider, like, &stub).await;
}
