use std::io::Write as _;
use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use jsonwebtoken::{DecodingKey, Validation};
use saywell_stubs::{Fault, Stub, stubs};
use saywell_text::{How, Mark};

use super::said::words;
use super::*;
use crate::provider::gather;
use crate::providers::Inside;
use crate::providers::conformance::{
    self,
    faults::{self, Case, KEY, Outcome},
};
use saywell_base::clock::{Clock, ManualClock, to_millis};

const CLASSIC: &str = "en-US-Neural2-D";

fn options(url: &str, more: &str) -> String {
    format!("api_key = '{KEY}'\nbase_url = '{url}'\n{more}")
}

fn open(url: &str, more: &str) -> Arc<dyn Provider> {
    faults::open(&KIND, &options(url, more))
}

fn parse(text: &str) -> Result<GoogleOptions, String> {
    GoogleOptions::read(&Options { kind: None, table: text.parse().unwrap() })
}

async fn stub() -> Stub {
    Stub::start(&stubs::google::KIND).await.unwrap()
}

#[tokio::test]
async fn passes_the_exam_over_rest_and_over_grpc() {
    let stub = stub().await;
    conformance::examine(&open(&stub.url(), "streaming = false")).await;
    conformance::examine(&open(&stub.url(), "")).await;
}

#[tokio::test]
async fn faults_over_rest_are_told_by_meaning() {
    faults::examine(&Case {
        stub: &stubs::google::KIND,
        open: &|url| open(url, "streaming = false"),
        lacks: &[
            Fault::WavZero,
            Fault::WavMax,
            Fault::SplitBase64,
            // The sound comes whole, in base64; the voice of the suite has no times of words.
            Fault::OddByte,
            Fault::NoTimings,
            Fault::DisorderedTimings,
            Fault::FailsMidway,
        ],
        unusual: &[],
    })
    .await;
}

#[tokio::test]
async fn faults_over_grpc_are_told_by_meaning() {
    faults::examine(&Case {
        stub: &stubs::google::STREAMING,
        open: &|url| open(url, ""),
        lacks: &[
            Fault::WavZero,
            Fault::WavMax,
            Fault::SplitBase64,
            Fault::NoTimings,
            Fault::DisorderedTimings,
        ],
        // gRPC has no Retry-After.
        unusual: &[(Fault::ThrottledSeconds, Outcome::Throttled), (Fault::ThrottledDate, Outcome::Throttled)],
    })
    .await;
}

#[tokio::test]
async fn sound_over_grpc_is_heard_while_it_is_made() {
    let stub = stub().await;
    let provider = open(&stub.url(), "");
    stub.fails(Fault::Stall, ..);
    let mut parts = provider.speak(conformance::request(&provider, "Half of this is enough.").await);
    assert!(matches!(parts.next().await, Some(Ok(Part::Sound { rate: 24_000, .. }))));
    drop(parts);
    assert!(stub.abandoned().await);
}

#[tokio::test]
async fn words_are_timed_by_marks_where_the_voice_has_them() {
    let stub = stub().await;
    let provider = open(&stub.url(), "");
    let text = "the “cat” & the <cat>, naïve: 😀 the end.";
    let marks = [
        Mark { text: 0..3, how: How::Alias("thee & thou".into()) },
        Mark { text: text.len()..text.len(), how: How::Break(Duration::from_millis(300)) },
    ];
    let request = Request { marks: marks.into(), ..Request::new(text, "google", CLASSIC) };
    let speech = gather(provider.speak(request.clone())).await.unwrap();
    let words: Vec<&str> = speech.words.iter().map(|word| &text[word.text.clone()]).collect();
    assert_eq!(words, ["the", "cat", "the", "cat", "naïve", "the", "end"]);
    assert!((speech.words[1].start - 5.0 * 0.06).abs() < 1e-6, "{:?}", speech.words[1]);
    assert!(speech.words[0].start.abs() < 1e-9);
    let asked = stub.requests().pop().unwrap();
    assert_eq!(asked.path, "/v1beta1/text:synthesize");
    let asked: serde_json::Value = asked.json().unwrap();
    let ssml = asked["input"]["ssml"].as_str().unwrap();
    assert!(
        ssml.starts_with(
            "<speak><mark name=\"0\"/><sub alias=\"thee &amp; thou\">the</sub> “<mark name=\"1\"/>cat” &amp; "
        ),
        "{ssml}"
    );

    for fault in [Fault::NoTimings, Fault::DisorderedTimings] {
        stub.fails(fault, ..);
        let again = gather(provider.speak(request.clone())).await.unwrap();
        assert_eq!(again.samples.len(), speech.samples.len());
        assert!(again.words.len() < 2, "{fault:?}: {:?}", again.words);
    }
}

#[tokio::test]
async fn a_request_is_never_longer_than_the_service_takes() {
    let stub = stub().await;
    let provider = open(&stub.url(), "");
    let emphatic = |text: &str| -> Arc<[Mark]> {
        let mark = |range| Mark { text: range, how: How::Phonemes("ˈkonstantinoːpəl".into()) };
        words(text).into_iter().map(mark).collect()
    };
    // All that a call may have, in one-letter words, in the widest characters, and with marks on every word.
    for (text, marked) in [
        ("a ".repeat(200), false),
        ("😀a".repeat(200), false),
        ("& ".repeat(200), true),
        ("a ".repeat(200), true),
        ("字".repeat(400), true),
    ] {
        assert!(text.chars().count() <= LONGEST);
        let marks = if marked { emphatic(&text) } else { Arc::default() };
        let request = Request { marks, ..Request::new(&text, "google", CLASSIC) };
        let speech = gather(provider.speak(request)).await.unwrap();
        assert!(!speech.samples.is_empty());
    }
}

#[tokio::test]
async fn asks_in_the_services_own_way() {
    let stub = stub().await;
    let provider = open(
        &stub.url(),
        "word_times = false\npitch = -2.5\neffects = ['headphone-class-device']\nquota_project = 'p'",
    );
    let request = Request { speed: 1.5, ..Request::new("</speak> & so on", "google", CLASSIC) };
    gather(provider.speak(request)).await.unwrap();
    let asked = stub.requests().pop().unwrap();
    assert_eq!((asked.header("x-goog-api-key"), asked.header("x-goog-user-project")), (KEY, "p"));
    assert_eq!(asked.path, "/v1/text:synthesize");
    assert_eq!(
        asked.json::<serde_json::Value>().unwrap(),
        json!({
            "input": {"text": "</speak> & so on"},
            "voice": {"languageCode": "en-US", "name": CLASSIC},
            "audioConfig": {
                "audioEncoding": "PCM",
                "sampleRateHertz": 24_000,
                "speakingRate": 1.5,
                "pitch": -2.5,
                "effectsProfileId": ["headphone-class-device"],
            },
        })
    );
}

/// A service account that nobody has, and what its signatures are checked with.
fn account(url: &str) -> (tempfile::NamedTempFile, DecodingKey) {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let der = AsDer::<Pkcs8V1Der>::as_der(&pair).unwrap();
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(der.as_ref())
    );
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let account = json!({
        "type": "service_account",
        "project_id": "p",
        "private_key_id": "key-1",
        "private_key": pem,
        "client_email": "speaker@p.iam.gserviceaccount.com",
        "token_uri": format!("{url}/token"),
    });
    file.write_all(account.to_string().as_bytes()).unwrap();
    (file, DecodingKey::from_rsa_der(pair.public_key().as_ref()))
}

/// Opens a provider whose clock stands until the test moves it.
fn with_clock(options: &str) -> (Google, Arc<ManualClock>) {
    let hands = Arc::new(ManualClock::default());
    let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(&hands);
    let options = Options { kind: None, table: options.parse().unwrap() };
    let (inside, client) = (Inside::default(), saywell_base::net::client().unwrap());
    let opening =
        Opening { name: "google", options: &options, inside: &inside, client: &client, clock: &clock };
    (Google::open(&opening).unwrap(), hands)
}

fn tokens(stub: &Stub) -> usize {
    stub.requests().iter().filter(|request| request.path == "/token").count()
}

#[tokio::test]
async fn an_account_signs_for_a_token_and_keeps_it_until_shortly_before_its_end() {
    let stub = stub().await;
    let (file, public) = account(&stub.url());
    let (provider, hands) =
        with_clock(&format!("base_url = '{}'\ncredentials = '{}'", stub.url(), file.path().display()));
    let request = conformance::request(&provider, "Hello.").await;
    let say = async || gather(provider.speak(request.clone())).await;
    say().await.unwrap();
    let asked = stub.requests().into_iter().find(|request| request.path == "/token").unwrap();
    let form = String::from_utf8(asked.body.to_vec()).unwrap();
    let assertion = form
        .strip_prefix("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=")
        .unwrap();
    let mut rules = Validation::new(jsonwebtoken::Algorithm::RS256);
    // The clock stands in another time than the machine's.
    rules.validate_exp = false;
    rules.set_audience(&[format!("{}/token", stub.url())]);
    let signed = jsonwebtoken::decode::<serde_json::Value>(assertion, &public, &rules).unwrap();
    assert_eq!(signed.header.kid.as_deref(), Some("key-1"));
    let iat = to_millis(hands.now()) / 1000;
    assert_eq!(
        signed.claims,
        json!({
            "iss": "speaker@p.iam.gserviceaccount.com",
            "scope": "https://www.googleapis.com/auth/cloud-platform",
            "aud": format!("{}/token", stub.url()),
            "iat": iat,
            "exp": iat + 3600,
        })
    );

    hands.advance(Duration::from_secs(3539));
    say().await.unwrap();
    assert_eq!(tokens(&stub), 1);
    hands.advance(Duration::from_secs(1));
    say().await.unwrap();
    assert_eq!(tokens(&stub), 2, "a minute before its end");
    let begun = stub.counts().begun;
    stub.fails(Fault::BadKey, begun..=begun);
    say().await.unwrap();
    assert_eq!(tokens(&stub), 3, "refused once: another token, and the call again");
}

#[tokio::test]
async fn a_user_and_a_machine_get_tokens_too() {
    let stub = stub().await;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let user = json!({
        "type": "authorized_user",
        "client_id": "c",
        "client_secret": KEY,
        "refresh_token": KEY,
        "token_uri": format!("{}/token", stub.url()),
        "quota_project_id": "quota",
    });
    file.write_all(user.to_string().as_bytes()).unwrap();
    let (provider, _) =
        with_clock(&format!("base_url = '{}'\ncredentials = '{}'", stub.url(), file.path().display()));
    provider.voices().await.unwrap();
    let asked = stub.requests().pop().unwrap();
    assert_eq!(
        (asked.header("authorization"), asked.header("x-goog-user-project")),
        ("Bearer granted-1", "quota")
    );

    let (inside, client) = (Inside::default(), saywell_base::net::client().unwrap());
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::default());
    let options = Options::default();
    let opening =
        Opening { name: "google", options: &options, inside: &inside, client: &client, clock: &clock };
    let machine = Access::new(Identity::Machine { url: stub.url() }, None, &opening);
    assert_eq!(machine.headers().await.unwrap()["authorization"], "Bearer granted-2");
    let nobody = saywell_stubs::Nobody::new().unwrap();
    let elsewhere = Access::new(Identity::Machine { url: nobody.url() }, None, &opening);
    let error = elsewhere.headers().await.unwrap_err();
    assert!(
        matches!(&error, ProviderError::Misconfigured(reason) if reason.contains("GOOGLE_APPLICATION_CREDENTIALS"))
    );
}

#[test]
fn a_bad_credentials_file_is_named_and_not_shown() {
    let read = |text: &str| {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        Identity::find(None, Some(file.path())).unwrap_err()
    };
    let key = |kind: &str| {
        json!({"type": kind, "client_email": "e", "private_key": KEY, "token_uri": "http://host"}).to_string()
    };
    for (text, reason) in [
        ("not json", "is no credentials file (line 1"),
        ("{\"type\": \"service_account\"}", "is no credentials file"),
        (&key("service_account"), "its private key is no RSA key"),
        (&key("external_account"), "must be of the type"),
    ] {
        let error = read(text);
        assert!(error.contains(reason), "{error}");
        assert!(!error.contains(KEY), "{error}");
    }
    let missing = Identity::find(None, Some("/nowhere/key.json".as_ref())).unwrap_err();
    assert!(missing.starts_with("/nowhere/key.json: "), "{missing}");
}

#[tokio::test]
async fn voices_are_listed_once_an_hour_without_those_of_another_kind() {
    let stub = stub().await;
    let (provider, hands) = with_clock(&options(&stub.url(), ""));
    let voices = provider.voices().await.unwrap();
    assert_eq!(voices.len(), 4, "{voices:?}");
    assert_eq!((&*voices[3].language, voices[3].gender.as_deref()), ("de-DE", Some("female")));
    hands.advance(Duration::from_hours(1));
    provider.voices().await.unwrap();
    assert_eq!(stub.requests().len(), 2);
}

#[test]
fn voices_tell_their_family_and_language() {
    for (voice, family, language) in [
        ("en-US-Chirp3-HD-Kore", Family::Chirp, "en-US"),
        ("cmn-CN-Wavenet-A", Family::Classic, "cmn-CN"),
        ("en-GB-Studio-B", Family::Studio, "en-GB"),
        ("Kore", Family::Classic, "fr-FR"),
    ] {
        assert_eq!(Family::of_voice(voice), family, "{voice}");
        let request = Request { language: Some("fr-FR".into()), ..Request::new("a", "google", voice) };
        assert_eq!(language_of(&request), language, "{voice}");
    }
}

#[test]
fn options_are_judged() {
    for (options, fault) in [
        ("pitch = 21.0", "`pitch`: must be from -20 to 20"),
        ("location = 'eu.evil'", "`location`: must be the name of a location, such as eu"),
        ("colour = 1", "unknown field `colour`"),
        ("effects = ['a', 'a', 'a', 'a', 'a', 'a']", "`effects`: must be at most five"),
    ] {
        let error = parse(options).unwrap_err();
        assert!(error.contains(fault), "{error}");
    }
    let base = |options: &str| parse(options).unwrap().base();
    assert_eq!(base(""), "https://texttospeech.googleapis.com");
    assert_eq!(base("location = 'eu'"), "https://eu-texttospeech.googleapis.com");
    let canonical = |options: &str| serde_json::to_string(&parse(options).unwrap()).unwrap();
    assert_eq!(canonical("api_key = 'a'\nlocation = 'eu'"), canonical(""));
    assert_ne!(canonical("pitch = 1.0"), canonical(""));
}

#[test]
fn codes_have_their_meaning() {
    let meant = |status: u16, code: &str, message: &str| {
        let body = json!({"error": {"code": status, "status": code, "message": message}}).to_string();
        wire::ServiceFailure::of_message(reqwest::StatusCode::from_u16(status).unwrap(), body.as_bytes())
            .to_error(MEANING)
    };
    for (status, code, message) in [
        (503, "UNAVAILABLE", ""),
        (500, "INTERNAL", ""),
        (504, "DEADLINE_EXCEEDED", ""),
        (499, "CANCELLED", ""),
        (409, "ABORTED", ""),
    ] {
        assert!(matches!(meant(status, code, message), ProviderError::Unavailable(_)), "{code}");
    }
    for (status, code, message) in [
        (401, "UNAUTHENTICATED", ""),
        (403, "PERMISSION_DENIED", ""),
        (404, "NOT_FOUND", ""),
        (400, "FAILED_PRECONDITION", ""),
        (400, "INVALID_ARGUMENT", "API key not valid."),
    ] {
        assert!(matches!(meant(status, code, message), ProviderError::Misconfigured(_)), "{code}");
    }
    assert!(matches!(
        meant(400, "INVALID_ARGUMENT", "Voice 'x' does not exist."),
        ProviderError::Rejected(_)
    ));
    assert!(matches!(meant(429, "RESOURCE_EXHAUSTED", ""), ProviderError::Throttled { .. }));
}

#[tokio::test]
async fn counts_what_is_charged_as_the_service_does() {
    let stub = stub().await;
    for (options, voice) in [
        ("word_times = true", CLASSIC),
        ("streaming = false", "en-US-Chirp3-HD-Kore"),
        ("streaming = true", "en-US-Chirp3-HD-Kore"),
    ] {
        let like = Request::new("", "google", voice);
        conformance::charges::examine(open(&stub.url(), options), like, &stub).await;
    }
}
