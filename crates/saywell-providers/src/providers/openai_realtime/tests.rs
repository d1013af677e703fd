use saywell_stubs::{Fault, Stub, stubs};

use super::*;
use crate::chain::paced::Paced;
use crate::provider::gather;
use crate::providers::conformance;
use crate::providers::conformance::faults::{self, Case, Outcome};

fn opened(url: &str) -> Arc<dyn Provider> {
    faults::open(&KIND, &format!("base_url = '{url}/v1'\napi_key = '{}'", faults::KEY))
}

#[tokio::test]
async fn passes_every_exam() {
    conformance::examine_with_service(&Case {
        stub: &stubs::openai_realtime::KIND,
        open: &opened,
        // Messages of a WebSocket have no crumbs, no types and no headers.
        lacks: &[
            Fault::Crumbs,
            Fault::WrongType,
            Fault::WavZero,
            Fault::WavMax,
            Fault::NoTimings,
            Fault::DisorderedTimings,
        ],
        unusual: &[(Fault::FailsMidway, Outcome::Unavailable)],
    })
    .await;
}

#[tokio::test]
async fn each_utterance_stands_for_itself_and_is_billed() {
    let stub = Stub::start(&stubs::openai_realtime::KIND).await.unwrap();
    let provider = opened(&stub.url());
    let request = Request {
        instructions: "Calmly.".into(),
        ..Request::new("Hello there.", "gpt-realtime-2.1-mini", "marin")
    };
    let parts: Vec<Part> = futures::TryStreamExt::try_collect(provider.speak(request)).await.unwrap();
    let billed: Vec<f64> = parts
        .iter()
        .filter_map(|part| if let Part::Billed(units) = part { Some(*units) } else { None })
        .collect();
    // The stub counts 10 tokens of text in, 5 of text out, and 2 of sound for each character.
    assert_eq!(billed, [12.0 * 2.0 + 15.0 * TEXT_TOKEN]);
    let calls = stub.requests();
    assert_eq!(calls[0].query, "model=gpt-realtime-2.1-mini");
    assert_eq!(calls[0].header("authorization"), format!("Bearer {}", faults::KEY));
}

#[tokio::test]
async fn a_session_reads_one_text_after_the_other() {
    let stub = Stub::start(&stubs::openai_realtime::KIND).await.unwrap();
    let provider = opened(&stub.url());
    let say = async |text: &str, voice: &str| {
        gather(provider.speak(Request::new(text, "gpt-realtime-2.1-mini", voice))).await.unwrap()
    };
    provider.warm().await;
    provider.warm().await;
    assert_eq!(stub.requests().len(), 1, "one waits");
    let first = say("Hello there.", "marin").await;
    let second = say("Hello there.", "marin").await;
    assert_eq!(first, second);
    assert_eq!(stub.requests().len(), 1);
    // A session keeps the voice that it has spoken with.
    say("Hello there.", "cedar").await;
    say("Hello there.", "marin").await;
    assert_eq!(stub.requests().len(), 2);

    // Given up in the middle, it is closed, and with it the work.
    stub.fails(Fault::Stall, 4..5);
    let mut begun = provider.speak(Request::new("Hello there.", "gpt-realtime-2.1-mini", "marin"));
    assert!(futures::StreamExt::next(&mut begun).await.unwrap().is_ok());
    drop(begun);
    assert!(stub.abandoned().await);
    say("Hello there.", "marin").await;
    assert_eq!(stub.requests().len(), 3);
}

#[tokio::test]
async fn a_text_that_is_answered_instead_of_read_is_refused_and_paid_for() {
    let stub = Stub::start(&stubs::openai_realtime::KIND).await.unwrap();
    let provider = opened(&stub.url());
    // The stub does as it is told to by this text, as the real ones may.
    let text = "What is two plus two, please? (answer)";
    let mut parts = provider.speak(Request::new(text, "gpt-realtime-2.1-mini", "marin"));
    let (mut heard, mut billed, mut refused) = (0, 0.0, None);
    while let Some(part) = futures::StreamExt::next(&mut parts).await {
        match part {
            Ok(Part::Sound { samples, .. }) => heard += samples.len(),
            Ok(Part::Billed(units)) => billed += units,
            Ok(Part::Queued | Part::Begun | Part::Words(_)) => {}
            Err(error) => refused = Some(error),
        }
    }
    assert!(
        matches!(&refused, Some(ProviderError::Rejected(why)) if why.contains("words differ")),
        "{refused:?}"
    );
    assert_eq!(heard, 0, "nothing of it is heard");
    assert!(billed > 0.0);
}

#[tokio::test]
async fn a_speed_it_does_not_have_is_done_to_its_sound() {
    let stub = Stub::start(&stubs::openai_realtime::KIND).await.unwrap();
    let provider = opened(&stub.url());
    let at = |speed| Request { speed, ..Request::new("Hello there.", "gpt-realtime-2.1-mini", "marin") };
    let nearest = gather(provider.speak(at(1.5))).await.unwrap();
    let faster = gather(Paced::new(provider).speak(at(2.0))).await.unwrap();
    let seconds = |samples: usize, rate: u32| samples as f64 / f64::from(rate);
    let own = seconds(nearest.samples.len(), nearest.rate);
    let heard = seconds(faster.samples.len(), faster.rate);
    // The stub speaks at one speed.
    assert!((heard - own * 1.5 / 2.0).abs() < 0.02, "{heard} s of {own} s");
    assert_eq!(stub.counts().begun, 2);
}
