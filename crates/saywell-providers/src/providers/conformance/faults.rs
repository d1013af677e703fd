//! The second exam: what a provider makes of its service's faults, seen through the stub of that service.
//!
//! A provider's test fills in a [`Case`] and calls [`examine`]:
//!
//! ```ignore
//! faults::examine(&Case {
//!     stub: &saywell_stubs::stubs::piper::KIND,
//!     open: &|url| faults::open(&KIND, &format!("base_url = '{url}'")),
//!     lacks: &[Fault::SplitBase64],
//!     unusual: &[(Fault::HtmlError, Outcome::Rejected)],
//! })
//! .await;
//! ```

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use saywell_stubs::call::RETRY_AFTER_SECONDS;
use saywell_stubs::{Fault, Nobody, Stub};

use crate::chain::timeout::Timeout;
use crate::chain::{Chain, ChainSound};
use crate::provider::{GatheredSpeech, Provider, ProviderError, Request, gather};
use crate::providers::fake::Fake;
use crate::providers::{Inside, Opening, Options, ProviderKind};
use crate::voices::{Cast, VoiceMap};
use saywell_base::clock::{Clock, SystemClock};
use saywell_base::net;

/// A provider to be examined with the stub of its service.
pub struct Case<'a> {
    /// The service.
    pub stub: &'static saywell_stubs::StubKind,
    /// Opens the provider for the service at this address, such as `http://127.0.0.1:40000`. Keys that it is given
    /// are [`KEY`].
    pub open: &'a dyn Fn(&str) -> Arc<dyn Provider>,
    /// Faults that this service cannot have in the calls that this provider makes.
    pub lacks: &'a [Fault],
    /// What faults come to where it is not [`usual`].
    pub unusual: &'a [(Fault, Outcome)],
}

/// The key that providers under examination are given. No error may show it.
pub const KEY: &str = "a-key-that-nobody-may-see";

/// What becomes of an utterance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is spoken, whole, as without the fault.
    Spoken,
    /// [`ProviderError::Unavailable`].
    Unavailable,
    /// [`ProviderError::Throttled`] with the time that the service asked for.
    ThrottledForAsLongAsItAsks,
    /// [`ProviderError::Throttled`].
    Throttled,
    /// [`ProviderError::TimedOut`], and the connection is closed.
    TimedOut,
    /// [`ProviderError::Misconfigured`].
    Misconfigured,
    /// [`ProviderError::Rejected`].
    Rejected,
}

/// What a fault comes to with most services.
#[must_use]
pub fn usual(fault: Fault) -> Outcome {
    match fault {
        Fault::Late
        | Fault::Crumbs
        | Fault::WrongType
        | Fault::OddByte
        | Fault::WavZero
        | Fault::WavMax
        | Fault::SplitBase64
        | Fault::NoTimings
        | Fault::DisorderedTimings => Outcome::Spoken,
        Fault::Hang | Fault::Stall => Outcome::TimedOut,
        Fault::Cut | Fault::ErrorAsSuccess | Fault::HtmlError | Fault::Empty | Fault::FailsMidway => {
            Outcome::Unavailable
        }
        Fault::ThrottledSeconds | Fault::ThrottledDate => Outcome::ThrottledForAsLongAsItAsks,
        Fault::Quota | Fault::BadKey => Outcome::Misconfigured,
        Fault::BadText => Outcome::Rejected,
    }
}

/// Opens a provider with these options, given as a table in TOML, and the machine's clock.
#[must_use]
pub fn open(kind: &ProviderKind, options: &str) -> Arc<dyn Provider> {
    let options = Options { kind: None, table: options.parse().expect("a table in TOML") };
    (kind.check)(&options).expect("options that are right");
    let (inside, client) = (Inside::default(), net::client().expect("a client"));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let opening =
        Opening { name: kind.name, options: &options, inside: &inside, client: &client, clock: &clock };
    (kind.open)(opening).expect("opens without asking anybody")
}

const TEXT: &str = "Every word of this sentence – “quoted” or not – is to be heard.";

/// Deadlines for answers that never come; every other call has [`PATIENCE`].
const SHORT: Duration = Duration::from_millis(400);
/// What takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// Every fault, each against a stub of its own: the right meaning, in the service's words and without a key; nothing
/// that is cut short passes for whole; the connection is closed; the next provider of a chain is heard whole; and the
/// provider speaks again once the service does.
pub async fn examine(case: &Case<'_>) {
    for fault in Fault::all().iter().copied().filter(|fault| !case.lacks.contains(fault)) {
        let outcome = case.unusual.iter().find(|(named, _)| *named == fault);
        let outcome = outcome.map_or_else(|| usual(fault), |(_, outcome)| *outcome);
        tokio::time::timeout(PATIENCE, suffers(case, fault, outcome))
            .await
            .unwrap_or_else(|_| panic!("{fault:?}: hangs"));
    }
    is_refused(case).await;
    hangs_up_when_dropped(case).await;
    dies_in_the_third_call(case).await;
}

async fn suffers(case: &Case<'_>, fault: Fault, outcome: Outcome) {
    let stub = Stub::start(case.stub).await.expect("a stub");
    let provider = (case.open)(&stub.url());
    let request = super::request(&provider, TEXT).await;
    let healthy = gather(provider.speak(request.clone())).await.expect("speaks while all is well");

    stub.fails(fault, ..);
    let deadline = if outcome == Outcome::TimedOut { SHORT } else { PATIENCE };
    let timed: Arc<dyn Provider> = Arc::new(Timeout::new(Arc::clone(&provider), deadline, deadline));
    let spoken = gather(timed.speak(request.clone())).await;
    assert!(stub.counts().suffered > 0, "{fault:?}: the stub of {} does not do this", case.stub.name);
    match &spoken {
        Ok(speech) => {
            assert_eq!(outcome, Outcome::Spoken, "{fault:?}");
            is_whole(speech, &healthy, fault);
        }
        Err(error) => {
            assert!(means(error, outcome), "{fault:?} is to be {outcome:?} and is {error:?}");
            is_fit_to_be_shown(&error.to_string());
        }
    }
    if outcome == Outcome::TimedOut {
        assert!(stub.abandoned().await, "{fault:?}: the connection stays open");
    }

    let (speech, speaker) = heard(&timed, &request).await;
    if outcome == Outcome::Spoken {
        assert_eq!(speaker, timed.name(), "{fault:?}");
        is_whole(&speech, &healthy, fault);
    } else {
        assert_eq!(speaker, "next", "{fault:?}");
        assert!(speech.samples.len() > 24_000, "{fault:?}: the next provider is heard whole");
    }

    stub.recovers();
    // What is well has all the time there is: a busy machine may take longer than a short deadline.
    let again = gather(provider.speak(request)).await;
    is_whole(&again.unwrap_or_else(|error| panic!("after {fault:?}: {error}")), &healthy, fault);
}

/// Nobody listens where the service should be.
async fn is_refused(case: &Case<'_>) {
    let stub = Stub::start(case.stub).await.expect("a stub");
    let request = super::request(&(case.open)(&stub.url()), TEXT).await;
    let nobody = Nobody::new().expect("a port");
    let provider = (case.open)(&nobody.url());
    let error = gather(provider.speak(request.clone())).await.expect_err("nobody is there");
    assert!(means(&error, Outcome::Unavailable), "{error:?}");
    is_fit_to_be_shown(&error.to_string());
    assert_eq!(heard(&provider, &request).await.1, "next");
}

/// A stream that is not polled asks for nothing; one that is dropped closes its connection, before and within the
/// sound.
async fn hangs_up_when_dropped(case: &Case<'_>) {
    let stub = Stub::start(case.stub).await.expect("a stub");
    let provider = (case.open)(&stub.url());
    let request = super::request(&provider, TEXT).await;
    drop(provider.speak(request.clone()));
    assert_eq!(stub.counts().begun, 0, "nothing happens until the stream is polled");

    stub.fails(Fault::Hang, ..);
    let mut waiting = provider.speak(request.clone());
    tokio::select! {
        part = waiting.next() => panic!("no sound comes: {part:?}"),
        begun = stub.until(|counts| counts.begun == 1) => assert!(begun),
    }
    drop(waiting);
    assert!(stub.until(|counts| counts.abandoned == 1).await, "dropped before the sound, it stays connected");

    stub.fails(Fault::Stall, ..);
    let mut sounding = provider.speak(request);
    let first = tokio::select! {
        part = sounding.next() => part,
        // A service that sends its sound whole gives none until then.
        begun = stub.until(|counts| counts.begun == 2) => { assert!(begun); None }
    };
    assert!(first.is_none_or(|part| part.is_ok()));
    drop(sounding);
    assert!(stub.until(|counts| counts.abandoned == 2).await, "dropped within the sound, it stays connected");
}

/// A service that dies in the third utterance of a reply: each utterance is heard once and whole, by one or the
/// other.
async fn dies_in_the_third_call(case: &Case<'_>) {
    if case.lacks.contains(&Fault::Cut) {
        return;
    }
    let stub = Stub::start(case.stub).await.expect("a stub");
    let provider = (case.open)(&stub.url());
    let request = super::request(&provider, TEXT).await;
    let healthy = gather(provider.speak(request.clone())).await.expect("speaks while all is well");
    // Some ask twice for an utterance, such as for its sound and for its timings.
    stub.fails(Fault::Cut, stub.counts().begun * 3..);
    let mut speakers = Vec::new();
    for _ in 0..5 {
        let (speech, speaker) = heard(&provider, &request).await;
        if speaker == provider.name() {
            is_whole(&speech, &healthy, Fault::Cut);
        }
        speakers.push(speaker);
    }
    let name = provider.name();
    assert_eq!(speakers, [name, name, "next", "next", "next"]);
}

/// What a chain of this provider and a healthy one says, and who says it.
async fn heard(provider: &Arc<dyn Provider>, request: &Request) -> (GatheredSpeech, String) {
    let next: Arc<dyn Provider> = Arc::new(Fake::named("next"));
    // The provider's own voice, without asking for its list, which may be out of reach as well.
    let mut cast: Cast =
        VoiceMap::new([].into(), None).cast(None, None, std::slice::from_ref(&next)).await.expect("a voice");
    let mut own = cast["next"].clone();
    (own.provider, own.model, own.voice) =
        (provider.name().to_owned(), request.model.clone(), request.voice.clone());
    cast.insert(own.provider.clone(), own);
    let chain = Chain::new(vec![Arc::clone(provider), next]);
    let spoken = chain.speak(request, &cast, 0, true).await.expect("the next one is well");
    let ChainSound::Whole(speech) = spoken.heard else { panic!("all of it was asked for") };
    (speech, spoken.speaker.provider)
}

fn means(error: &ProviderError, outcome: Outcome) -> bool {
    match (outcome, error) {
        (Outcome::ThrottledForAsLongAsItAsks, ProviderError::Throttled { retry_after }) => {
            *retry_after == Some(Duration::from_secs(RETRY_AFTER_SECONDS))
        }
        (Outcome::Unavailable, ProviderError::Unavailable(_))
        | (Outcome::Throttled, ProviderError::Throttled { .. })
        | (Outcome::TimedOut, ProviderError::TimedOut(_))
        | (Outcome::Misconfigured, ProviderError::Misconfigured(_))
        | (Outcome::Rejected, ProviderError::Rejected(_)) => true,
        _ => false,
    }
}

/// All of the sound, and timings that make sense or none.
fn is_whole(speech: &GatheredSpeech, healthy: &GatheredSpeech, fault: Fault) {
    assert_eq!(speech.rate, healthy.rate, "{fault:?}");
    assert_eq!(speech.samples.len(), healthy.samples.len(), "{fault:?}: not all of the sound is there");
    let off = speech.samples.iter().zip(&healthy.samples).any(|(a, b)| (a - b).abs() > 1e-6);
    assert!(!off, "{fault:?}: the sound is another one");
    let seconds = speech.samples.len() as f64 / f64::from(speech.rate);
    let mut last = 0.0;
    for word in &speech.words {
        assert!(TEXT.get(word.text.clone()).is_some(), "{fault:?}: {word:?}");
        assert!(
            word.start >= last && word.end >= word.start && word.end <= seconds + 0.001,
            "{fault:?}: {word:?} after {last}, of {seconds}"
        );
        last = word.start;
    }
}

/// An error's text goes to operators and callers: one line of plain words.
fn is_fit_to_be_shown(text: &str) {
    assert!(!text.trim().is_empty());
    assert!(!text.contains(KEY), "shows its key");
    assert!(text.chars().count() <= 400, "{} characters: {text}", text.chars().count());
    assert!(!text.contains(['<', '\n']), "{text:?}");
}
