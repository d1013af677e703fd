//! The exam that every provider takes, wrappers included.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "an exam fails by panicking"
)]

#[cfg(test)]
pub mod charges;
#[cfg(test)]
pub mod faults;

use std::time::Duration;

use futures::StreamExt;

use crate::provider::{GatheredSpeech, Part, Provider, ProviderError, Request, gather};

/// A request for this text in the provider's first voice.
pub async fn request(provider: &dyn Provider, text: &str) -> Request {
    let voices = provider.voices().await.expect("a provider under examination knows its voices");
    let voice = voices.first().expect("a provider has a voice");
    Request::new(text, &provider.about().model, &voice.id)
}

async fn say(provider: &dyn Provider, text: &str) -> GatheredSpeech {
    gather(provider.speak(request(provider, text).await)).await.expect("speaks plain English")
}

/// Every rule of the [`Provider`] contract that can be seen from outside.
pub async fn examine(provider: &dyn Provider) {
    names_itself(provider).await;
    speaks_at_a_steady_rate(provider).await;
    places_words_within_the_sound(provider).await;
    says_the_same_of_the_same(provider).await;
    answers_many_at_once(provider).await;
    survives_being_dropped(provider).await;
    takes_any_text(provider).await;
}

/// The three exams of a provider whose service charges: this one, what it counts, and what it makes of faults.
#[cfg(test)]
pub async fn examine_with_service(case: &faults::Case<'_>) {
    let stub = saywell_stubs::Stub::start(case.stub).await.expect("a stub");
    let provider = (case.open)(&stub.url());
    examine(&*provider).await;
    let like = request(&*provider, "").await;
    charges::examine(provider, like, &stub).await;
    faults::examine(case).await;
}

async fn names_itself(provider: &dyn Provider) {
    let name = provider.name();
    assert!(
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
        "{name:?}"
    );
    assert!(provider.about().parallel >= 1);
    for voice in provider.voices().await.expect("knows its voices").iter() {
        assert_eq!(voice.provider, name);
        assert!(!voice.id.is_empty() && !voice.name.is_empty());
        assert!(voice.language.len() >= 2, "{voice:?}");
    }
}

async fn speaks_at_a_steady_rate(provider: &dyn Provider) {
    let mut parts = provider.speak(request(provider, "One sentence of ordinary length, please.").await);
    let mut rates = Vec::new();
    while let Some(part) = parts.next().await {
        if let Part::Sound { rate, samples } = part.expect("speaks plain English") {
            rates.push(rate);
            assert!(samples.iter().all(|sample| (-1.0..=1.0).contains(sample)), "samples are within [-1, 1]");
        }
    }
    assert!(!rates.is_empty());
    assert!(rates.iter().all(|rate| *rate == rates[0] && (8_000..=48_000).contains(rate)), "{rates:?}");
}

async fn places_words_within_the_sound(provider: &dyn Provider) {
    let text = "Five words are spoken here.";
    let speech = say(provider, text).await;
    let seconds = speech.samples.len() as f64 / f64::from(speech.rate);
    assert!((0.5..10.0).contains(&seconds), "{seconds} s for {text:?}");
    let mut last = 0.0;
    for word in &speech.words {
        assert!(text.get(word.text.clone()).is_some_and(|word| !word.trim().is_empty()), "{word:?}");
        assert!(
            word.start >= last && word.end >= word.start && word.end <= seconds + 0.001,
            "{word:?} of {seconds}"
        );
        last = word.start;
    }
}

async fn says_the_same_of_the_same(provider: &dyn Provider) {
    let [first, second] = [say(provider, "Again.").await, say(provider, "Again.").await];
    let longer = say(provider, "Again, and this time with a good many more words than before.").await;
    assert!(longer.samples.len() > first.samples.len());
    if !provider.about().voice_version.is_empty() {
        assert_eq!(first, second, "a provider that names its version always makes the same sound");
    }
}

async fn answers_many_at_once(provider: &dyn Provider) {
    let texts: Vec<String> = (0..8).map(|number| format!("This is request number {number}.")).collect();
    let spoken = futures::future::join_all(texts.iter().map(|text| say(provider, text))).await;
    assert!(spoken.iter().all(|speech| !speech.samples.is_empty()));
}

async fn survives_being_dropped(provider: &dyn Provider) {
    for _ in 0..8 {
        let mut abandoned =
            provider.speak(request(provider, "Nobody waits for this one to be spoken.").await);
        // Begun, and dropped at once.
        let _ = tokio::time::timeout(Duration::ZERO, abandoned.next()).await;
    }
    let unpolled = provider.speak(request(provider, "Never begun.").await);
    drop(unpolled);
    assert!(!say(provider, "Still here.").await.samples.is_empty());
}

/// Odd text is spoken, or is silence, or is refused for what it is: never a reason to think the provider broken.
async fn takes_any_text(provider: &dyn Provider) {
    for text in ["…", "日本語", "\u{1F600}", "a", &"word ".repeat(80), "\u{0}\u{7}"] {
        match gather(provider.speak(request(provider, text).await)).await {
            Ok(_) | Err(ProviderError::Rejected(_)) => {}
            Err(error) => panic!("{text:?}: {error}"),
        }
    }
}
