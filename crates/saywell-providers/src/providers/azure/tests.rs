use std::sync::Arc;

use saywell_stubs::{Fault, Stub, stubs};

use super::turn::closing;
use super::*;
use crate::provider::gather;
use crate::providers::Inside;
use crate::providers::conformance::{
    self,
    faults::{self, Case, KEY},
};
use saywell_base::clock::{Clock, ManualClock};

fn options(url: &str, more: &str) -> String {
    format!("key = '{KEY}'\nbase_url = '{url}'\n{more}")
}

fn open(url: &str, more: &str) -> Arc<dyn Provider> {
    faults::open(&KIND, &options(url, more))
}

fn parse(text: &str) -> Result<AzureOptions, String> {
    AzureOptions::read(&Options { kind: None, table: text.parse().unwrap() })
}

async fn stub() -> Stub {
    Stub::start(&stubs::azure::KIND).await.unwrap()
}

#[tokio::test]
async fn passes_the_exam_over_rest_and_over_the_socket() {
    let stub = stub().await;
    conformance::examine(&open(&stub.url(), "word_times = false")).await;
    conformance::examine(&open(&stub.url(), "")).await;
}

#[tokio::test]
async fn faults_over_rest_are_told_by_meaning() {
    faults::examine(&Case {
        stub: &stubs::azure::KIND,
        open: &|url| open(url, "word_times = false"),
        lacks: &[
            Fault::WavZero,
            Fault::WavMax,
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
async fn faults_over_the_socket_are_told_by_meaning() {
    faults::examine(&Case {
        stub: &stubs::azure::KIND,
        open: &|url| open(url, ""),
        lacks: &[
            Fault::WavZero,
            Fault::WavMax,
            Fault::SplitBase64,
            // Its frames come whole, and have no content type.
            Fault::Crumbs,
            Fault::WrongType,
        ],
        unusual: &[],
    })
    .await;
}

fn connections(stub: &Stub) -> usize {
    stub.requests().iter().filter(|request| request.path.ends_with("/websocket/v1")).count()
}

#[tokio::test]
async fn a_connection_has_one_turn_after_the_other() {
    let stub = stub().await;
    let provider = open(&stub.url(), "");
    let request = conformance::request(&provider, "Hello there.").await;
    let say = async || gather(provider.speak(request.clone())).await;
    provider.warm().await;
    provider.warm().await;
    let first = say().await.unwrap();
    for _ in 0..2 {
        assert_eq!(say().await.unwrap(), first);
    }
    assert_eq!((stub.counts().begun, connections(&stub)), (3, 1));

    // What fails, closes it; and so does one who leaves in the middle.
    stub.fails(Fault::BadText, 3..=4);
    assert!(matches!(say().await, Err(ProviderError::Rejected(_))), "asked of a new one as well");
    stub.fails(Fault::Cut, 5..6);
    assert!(matches!(say().await, Err(ProviderError::Unavailable(_))));
    stub.fails(Fault::Stall, 6..7);
    let mut parts = provider.speak(request.clone());
    assert!(parts.next().await.unwrap().is_ok());
    drop(parts);
    assert!(stub.abandoned().await);
    let before = connections(&stub);
    assert_eq!(say().await.unwrap(), first);
    assert_eq!(connections(&stub), before + 1);
}

#[tokio::test]
async fn words_are_placed_where_they_stand() {
    let stub = stub().await;
    let provider = open(&stub.url(), "");
    let text = "“The cat” & the <cat>, naïve: the end.";
    let request = conformance::request(&provider, text).await;
    let speech = gather(provider.speak(request)).await.unwrap();
    let words: Vec<(usize, &str)> =
        speech.words.iter().map(|word| (word.text.start, &text[word.text.clone()])).collect();
    let at = |word: &str, nth: usize| (text.match_indices(word).nth(nth).unwrap().0, word.to_owned());
    let expected =
        [at("The", 0), at("cat", 0), at("the", 0), at("cat", 1), at("naïve", 0), at("the", 1), at("end", 0)];
    assert_eq!(words, expected.iter().map(|(at, word)| (*at, &**word)).collect::<Vec<_>>());
    // The stub takes 60 ms for a character.
    assert!((speech.words[1].start - 5.0 * 0.06).abs() < 1e-6, "{:?}", speech.words[1]);
}

#[tokio::test]
async fn asks_in_the_services_own_way() {
    let stub = stub().await;
    let provider =
        open(&stub.url(), "word_times = false\nstyle = 'ch\"at'\nstyle_degree = 1.5\nrole = 'Boy'");
    let hostile = "</voice></speak><voice name='x'>&amp; <break time='9s'/> ]]>";
    let request = Request {
        speed: 1.25,
        language: Some("de-DE".into()),
        ..Request::new(hostile, "neural", "de-DE-KatjaNeural")
    };
    gather(provider.speak(request)).await.unwrap();
    let asked = stub.requests().pop().unwrap();
    assert_eq!(asked.header("ocp-apim-subscription-key"), KEY);
    assert_eq!(asked.header("x-microsoft-outputformat"), "raw-24khz-16bit-mono-pcm");
    assert!(asked.header("user-agent").starts_with("saywell/"));
    assert_eq!(
        std::str::from_utf8(&asked.body).unwrap(),
        "<speak xmlns:mstts=\"http://www.w3.org/2001/mstts\" version=\"1.0\" \
         xmlns=\"http://www.w3.org/2001/10/synthesis\" xml:lang=\"de-DE\"><voice name=\"de-DE-KatjaNeural\">\
         <mstts:express-as style=\"ch&quot;at\" styledegree=\"1.5\" role=\"Boy\"><prosody rate=\"+25%\">\
         &lt;/voice&gt;&lt;/speak&gt;&lt;voice name=&apos;x&apos;&gt;&amp;amp; &lt;break time=&apos;9s&apos;/&gt; \
         ]]&gt;</prosody></mstts:express-as></voice></speak>"
    );
}

/// Opens a provider whose clock stands until the test moves it.
fn with_clock(url: &str, more: &str) -> (Azure, Arc<ManualClock>) {
    let hands = Arc::new(ManualClock::default());
    let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(&hands);
    let options = Options { kind: None, table: options(url, more).parse().unwrap() };
    let (inside, client) = (Inside::default(), saywell_base::net::client().unwrap());
    let opening =
        Opening { name: "azure", options: &options, inside: &inside, client: &client, clock: &clock };
    (Azure::open(&opening).unwrap(), hands)
}

fn tokens(stub: &Stub) -> usize {
    stub.requests().iter().filter(|request| request.path.ends_with("issueToken")).count()
}

#[tokio::test]
async fn a_token_is_used_for_nine_minutes_and_replaced_once_when_it_is_refused() {
    for more in ["token = true\nword_times = false", "token = true"] {
        let stub = stub().await;
        let (provider, hands) = with_clock(&stub.url(), more);
        let request = conformance::request(&provider, "Hello.").await;
        let say = async || {
            // Where a connection stands, none has to be opened, and no token shown.
            provider.service.connections.close();
            gather(provider.speak(request.clone())).await
        };
        say().await.unwrap();
        hands.advance(Duration::from_secs(539));
        say().await.unwrap();
        assert_eq!(tokens(&stub), 1);
        hands.advance(Duration::from_secs(1));
        say().await.unwrap();
        assert_eq!(tokens(&stub), 2);
        let asked = stub.requests().pop().unwrap();
        assert_eq!(asked.header("authorization"), "Bearer issued-2");
        assert_eq!(asked.header("ocp-apim-subscription-key"), "", "the key goes only where tokens come from");

        stub.fails(Fault::BadKey, 3..4);
        say().await.unwrap();
        assert_eq!(tokens(&stub), 3, "refused once: another token, and the call again");
        stub.fails(Fault::BadKey, ..);
        let before = stub.counts().begun;
        assert!(matches!(say().await, Err(ProviderError::Misconfigured(_))));
        assert_eq!(stub.counts().begun - before, 2, "refused twice: it is not the token");
    }
}

#[tokio::test]
async fn an_application_of_entra_asks_for_its_resource() {
    let stub = stub().await;
    let entra = format!(
        "word_times = false\n[entra]\ntenant_id = 't'\nclient_id = 'c'\nclient_secret = '{KEY}'\n\
         resource_id = '/subscriptions/1'\nlogin_url = '{}'",
        stub.url()
    );
    let provider = open(&stub.url(), &entra);
    gather(provider.speak(conformance::request(&provider, "Hello.").await)).await.unwrap();
    let requests = stub.requests();
    assert_eq!(requests.iter().filter(|request| request.path == "/t/oauth2/v2.0/token").count(), 1);
    assert_eq!(requests.last().unwrap().header("authorization"), "Bearer aad#/subscriptions/1#entra-token");
}

#[tokio::test]
async fn voices_are_listed_once_an_hour() {
    let stub = stub().await;
    let (provider, hands) = with_clock(&stub.url(), "");
    let voices = provider.voices().await.unwrap();
    assert_eq!(voices[0].id, "en-US-AvaMultilingualNeural");
    assert_eq!((&*voices[0].name, voices[0].gender.as_deref()), ("AvaMultilingual", Some("female")));
    assert!(voices[0].speaks("de-AT") && !voices[1].speaks("de-AT"));
    hands.advance(Duration::from_secs(3599));
    provider.voices().await.unwrap();
    assert_eq!(stub.requests().len(), 1);
    hands.advance(Duration::from_secs(1));
    provider.voices().await.unwrap();
    assert_eq!(stub.requests().len(), 2);
}

#[test]
fn hosts_follow_region_and_domain() {
    let of = |address: &str| Hosts::of_address(&BaseUrl::try_from(address.to_owned()).unwrap());
    let hosts = |speech: &str, token: &str| Hosts { speech: speech.into(), token: token.into() };
    assert_eq!(
        Hosts::of_region("westeurope"),
        hosts(
            "https://westeurope.tts.speech.microsoft.com",
            "https://westeurope.api.cognitive.microsoft.com/sts/v1.0/issueToken"
        )
    );
    assert_eq!(Hosts::of_region("usgovvirginia").speech, "https://usgovvirginia.tts.speech.azure.us");
    assert_eq!(Hosts::of_region("chinaeast2").speech, "https://chinaeast2.tts.speech.azure.cn");
    assert_eq!(
        of("https://mine.cognitiveservices.azure.com/"),
        hosts(
            "https://mine.cognitiveservices.azure.com/tts",
            "https://mine.cognitiveservices.azure.com/sts/v1.0/issueToken"
        )
    );
    assert_eq!(of("http://127.0.0.1:5000").speech, "http://127.0.0.1:5000");
}

#[test]
fn options_are_judged() {
    for (options, fault) in [
        ("region = 'westeurope/evil'", "`region`: must be the name of a region, such as westeurope"),
        ("style_degree = 3.0", "`style_degree`: must be from 0.01 to 2"),
        ("colour = 1", "unknown field `colour`"),
        ("[entra]\ntenant_id='t'\nclient_id='c'\nclient_secret='s'\nresource_id='r'", "`entra`: needs the"),
    ] {
        let error = parse(options).unwrap_err();
        assert!(error.contains(fault), "{error}");
    }
    let told = format!("{:?}", parse(&format!("key = '{KEY}'")).unwrap());
    assert!(!told.contains(KEY));
}

#[test]
fn only_what_changes_the_sound_is_part_of_the_key() {
    let canonical = |options: &str| serde_json::to_string(&parse(options).unwrap()).unwrap();
    assert_eq!(canonical("key = 'a'\nregion = 'x'"), canonical("key = 'b'\ntoken = true"));
    assert_ne!(canonical(""), canonical("style = 'chat'"));
}

#[test]
fn codes_of_closing_have_their_meaning() {
    assert!(matches!(closing(1007, "no such voice"), Some(ProviderError::Rejected(_))));
    assert!(matches!(closing(1008, ""), Some(ProviderError::Misconfigured(_))));
    assert!(matches!(closing(1013, ""), Some(ProviderError::Throttled { .. })));
    assert_eq!(closing(1011, ""), None);
}

#[tokio::test]
async fn counts_what_is_charged_as_the_service_does() {
    let stub = stub().await;
    // Over REST, and over the socket that tells the times of words.
    for options in ["word_times = false", "word_times = true"] {
        let provider = open(&stub.url(), options);
        let like = conformance::request(&*provider, "").await;
        conformance::charges::examine(provider, like, &stub).await;
    }
}
