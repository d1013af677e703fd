//! `POST /tts`.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use futures::StreamExt;
use saywell::config::Settings;
use saywell::http::router;
use saywell::provider::ProviderError;
use saywell::providers::Inside;
use saywell::providers::fake::Fake;
use saywell::providers::local::Local;
use saywell::script::TooLong;
use serde_json::json;
use tower::ServiceExt;

use crate::support::{Gateway, settings};

const REPLY: &str =
    "Hello there. This is the second sentence, which is a little longer than the first.\n\nAnd a paragraph.";

fn down() -> ProviderError {
    ProviderError::Unavailable("is down".into())
}

#[tokio::test]
async fn sound_comes_with_its_type_and_its_story() {
    let gateway = Gateway::new().await;
    let answer = gateway.post("/tts", &json!({ "text": "Hello there." })).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "audio/mpeg");
    assert_eq!(answer.header("x-tts-cache"), "miss");
    assert_eq!(answer.header("x-tts-provider"), "fake");
    assert_eq!(answer.header("x-tts-voice"), "tone");
    assert_eq!(answer.header("x-tts-key").len(), 64);
    assert!(answer.header("server-timing").contains("first-sound;dur="));
    // An MPEG audio frame begins with eleven set bits.
    assert!(answer.body[0] == 0xff && answer.body[1] & 0xe0 == 0xe0, "{:?}", &answer.body[..4]);
}

#[tokio::test]
async fn every_format_is_what_it_says() {
    let gateway = Gateway::new().await;
    for (format, content_type, magic) in [
        ("mp3", "audio/mpeg", &b"\xff"[..]),
        ("opus", "audio/ogg; codecs=opus", b"OggS"),
        ("webm", "audio/webm; codecs=opus", b"\x1a\x45\xdf\xa3"),
        ("mp4", "audio/mp4; codecs=opus", b"\0\0\0"),
        ("flac", "audio/flac", b"fLaC"),
        ("wav", "audio/wav", b"RIFF"),
    ] {
        let answer = gateway.post("/tts", &json!({ "text": REPLY, "format": format })).await;
        assert_eq!(answer.status, 200, "{format}: {}", answer.text());
        let kind = |text: &str| text.split(';').next().unwrap().to_owned();
        assert_eq!(kind(answer.header("content-type")), kind(content_type));
        assert!(answer.body.starts_with(magic), "{format}: {:?}", &answer.body[..8]);
        gateway.settle().await;
        let again = gateway.post("/tts", &json!({ "text": REPLY, "format": format })).await;
        assert_eq!(again.header("x-tts-cache"), "hit", "{format}");
        assert!(
            again.body == answer.body,
            "{format}: the streamed sound and the kept one are the same bytes"
        );
    }
}

#[tokio::test]
async fn the_same_again_is_a_hit_and_a_changed_end_is_partial() {
    let gateway = Gateway::new().await;
    let first = gateway.post("/tts", &json!({ "text": REPLY })).await;
    gateway.settle().await;
    let asked = gateway.calls.count();
    let again = gateway.post("/tts", &json!({ "text": REPLY })).await;
    assert_eq!(again.header("x-tts-cache"), "hit");
    assert_eq!(again.header("content-length"), first.body.len().to_string());
    assert_eq!(again.body, first.body);
    assert_eq!(gateway.calls.count(), asked);

    let changed = gateway.post("/tts", &json!({ "text": format!("{REPLY} With another end.") })).await;
    assert_eq!(changed.header("x-tts-cache"), "partial");
    assert!(gateway.calls.count() > asked);
}

#[tokio::test]
async fn what_changes_the_sound_is_another_entry() {
    let gateway = Gateway::new().await;
    gateway.post("/tts", &json!({ "text": "Hello there." })).await;
    gateway.settle().await;
    for change in [
        json!({ "text": "Hello There." }),
        json!({ "text": "Hello there.", "speed": 1.1 }),
        json!({ "text": "Hello there.", "language": "en-GB" }),
        json!({ "text": "Hello there.", "model": "tone-2" }),
    ] {
        assert_eq!(gateway.post("/tts", &change).await.header("x-tts-cache"), "miss", "{change}");
    }
    // What does not change it is not: the message and the room are the application's own.
    let same = json!({ "text": "Hello there.", "message_id": "m1", "room": "kitchen" });
    assert_eq!(gateway.post("/tts", &same).await.header("x-tts-cache"), "hit");
}

#[tokio::test]
async fn a_thousand_at_once_are_one_flight() {
    // Long enough for all of them to come, however busy the machine is.
    let gateway = Gateway::with(Fake::named("fake").delayed(Duration::from_secs(2)), settings()).await;
    let body = json!({ "text": REPLY });
    let answers = futures::future::join_all((0..1000).map(|_| gateway.post("/tts", &body))).await;
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.body == answers[0].body));
    let mut texts = gateway.calls.texts();
    let spoken = texts.len();
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), spoken, "no utterance was asked for twice");
    let count = |name: &str| answers.iter().filter(|answer| answer.header("x-tts-cache") == name).count();
    assert_eq!((count("miss"), count("joined")), (1, 999));
}

#[tokio::test]
async fn leaving_stops_the_work() {
    let fake = Fake::named("fake").delayed(Duration::from_millis(5));
    let gateway = Gateway::with(fake, settings()).await;
    let text = (0..60).map(|n| format!("This is sentence number {n} of a long reply. ")).collect::<String>();
    let request = Request::post("/tts").header("content-type", "application/json");
    let request = request.body(Body::from(json!({ "text": text }).to_string())).unwrap();
    let response = router(gateway.app.clone()).oneshot(request).await.unwrap();
    let mut pieces = response.into_body().into_data_stream();
    for _ in 0..3 {
        pieces.next().await.unwrap().unwrap();
    }
    drop(pieces);
    gateway.settle().await;
    assert_eq!(gateway.app.speak.flights.count(), 0);
    assert!(gateway.calls.count() < 10, "{} of 60 sentences were asked for", gateway.calls.count());
    // What was finished is kept, what was not is not: the next request says the rest.
    let again = gateway.post("/tts", &json!({ "text": text })).await;
    assert_eq!(again.header("x-tts-cache"), "partial");
    assert_eq!(again.status, 200);
}

#[tokio::test]
async fn a_failing_provider_is_replaced_without_losing_a_sentence() {
    let dying = Fake::named("dying").failing_after(1, down());
    let calls = dying.calls();
    let rescue = Fake::named("rescue");
    let rescued = rescue.calls();
    let gateway = Gateway::with_chain(vec![Arc::new(dying), Arc::new(rescue)], calls, settings()).await;
    let links = gateway.links(&json!({ "text": REPLY })).await;
    let captions = gateway.get(links["captions_url"].as_str().unwrap()).await.json();
    let spoken: Vec<_> =
        captions["utterances"].as_array().unwrap().iter().map(|u| u["provider"].as_str().unwrap()).collect();
    assert_eq!(spoken[0], "dying");
    assert!(spoken[1..].iter().all(|provider| *provider == "rescue"), "{spoken:?}");
    assert_eq!(rescued.count(), spoken.len() - 1);

    // A rendition with two speakers is not what its key says: it is made anew, its clips are not.
    gateway.settle().await;
    let again = gateway.post("/tts", &json!({ "text": REPLY })).await;
    assert_eq!(again.header("x-tts-cache"), "partial");
}

#[tokio::test]
async fn when_nobody_can_every_reason_is_told() {
    let gateway = Gateway::with(Fake::named("fake").failing(down()), settings()).await;
    let answer = gateway.post("/tts", &json!({ "text": "Hello there." })).await;
    assert_eq!(answer.error().0, 503);
    assert_eq!(answer.json()["error"]["code"], "providers_exhausted");
    assert_eq!(answer.json()["error"]["details"]["providers"]["fake"], "is down");
    let message = "No voice could say this just now. `fake` could not be reached, or failed.";
    assert_eq!(answer.json()["error"]["message"], message);
    assert_eq!(answer.header("retry-after"), "5");
    assert_eq!(
        gateway.app.speak.cache.stats().await.unwrap().stored.bytes(),
        0,
        "a failure leaves nothing behind"
    );
}

#[tokio::test]
async fn a_failure_midway_breaks_the_transfer_off() {
    let gateway = Gateway::with(Fake::named("fake").failing_after(1, down()), settings()).await;
    let answer = gateway.post("/tts", &json!({ "text": REPLY })).await;
    assert_eq!(answer.status, 200);
    assert!(answer.broken && !answer.body.is_empty());
}

#[tokio::test]
async fn past_capacity_it_is_busy_at_once() {
    let fake = Fake::named("fake").delayed(Duration::from_millis(200));
    let gateway = Gateway::with(fake, Settings { max_flights: 1, ..settings() }).await;
    let (one, two) = (json!({ "text": "One." }), json!({ "text": "Two." }));
    let (first, second) = tokio::join!(gateway.post("/tts", &one), gateway.post("/tts", &two));
    assert_eq!(first.status, 200);
    assert_eq!(second.error(), (503, "overloaded".into(), String::new()));
    assert_eq!(second.header("retry-after"), "1");
}

#[tokio::test]
async fn switched_off_it_says_so() {
    let gateway = Gateway::with(Fake::named("fake"), Settings { enabled: false, ..settings() }).await;
    assert_eq!(
        gateway.post("/tts", &json!({ "text": "Hello." })).await.error(),
        (403, "tts_disabled".into(), String::new())
    );
    assert_eq!(gateway.get("/tts/config").await.json()["enabled"], false);
}

#[tokio::test]
async fn what_is_too_long_is_refused_before_anything_is_made() {
    let gateway = Gateway::with(
        Fake::named("fake"),
        Settings { max_seconds: 5, max_chars: 400, too_long: TooLong::Refuse, ..settings() },
    )
    .await;
    let long = gateway.post("/tts", &json!({ "text": "a ".repeat(300) })).await;
    assert_eq!(long.error(), (413, "text_too_long".into(), "text".into()));
    assert_eq!(long.json()["error"]["details"]["max_characters"], 400);
    let slow = gateway.post("/tts", &json!({ "text": "Some words to say. ".repeat(15) })).await;
    assert_eq!(slow.error(), (413, "text_too_long".into(), "text".into()));
    assert_eq!(slow.json()["error"]["details"]["max_seconds"], 5);
    assert_eq!(gateway.calls.count(), 0);
}

const LONG: &str = "The first sentence is short. The second one is a little longer than that. \
                    A third follows, and says nothing new. The fourth is the last of them all.";

/// What is said of [`LONG`], one request after the other, each going on where the one before ended.
async fn said_in_turn(gateway: &Gateway) -> Vec<String> {
    let (mut start, mut said) = (0, Vec::new());
    loop {
        let ask = json!({ "text": LONG, "start_at": start });
        let links = gateway.links(&ask).await;
        let captions = gateway.get(links["captions_url"].as_str().unwrap()).await.json();
        let utterances = captions["utterances"].as_array().unwrap();
        said.push(utterances.iter().map(|said| said["text"].as_str().unwrap()).collect::<Vec<_>>().join(" "));
        assert_eq!(captions["continues_at"], links["continues_at"]);
        gateway.settle().await;
        let sound = gateway.post("/tts", &ask).await;
        assert_eq!(sound.header("x-tts-cache"), "hit");
        let Some(at) = links["continues_at"].as_u64() else {
            assert_eq!(sound.header("x-tts-continues-at"), "");
            return said;
        };
        assert_eq!(sound.header("x-tts-continues-at"), at.to_string());
        let note = links["notes"][0]["note"].as_str().unwrap();
        assert!(note.starts_with("ends after ") && note.contains(&format!("start_at {at}")), "{note}");
        assert_eq!(sound.header("x-tts-notes"), note);
        assert_eq!(captions["notes"][0]["note"], note);
        assert!(at > start, "it goes on");
        start = at;
    }
}

#[tokio::test]
async fn what_is_too_long_is_spoken_as_far_as_it_fits_and_goes_on_at_the_next_press() {
    for bounds in [
        Settings { max_seconds: 6, ..settings() },
        Settings { max_chars: 90, ..settings() },
        Settings { max_chars: 80, max_seconds: 5, ..settings() },
    ] {
        let gateway = Gateway::with(Fake::named("fake"), bounds).await;
        let said = said_in_turn(&gateway).await;
        assert!(said.len() > 1, "{said:?}");
        assert_eq!(said.join(" "), LONG, "each sentence once, none cut");
        assert!(said.iter().all(|said| said.ends_with('.')), "{said:?}");
        let script = gateway.post("/tts/script", &json!({ "text": LONG })).await.json();
        assert_eq!(script["omissions"][0]["what"], "length", "{script}");
        assert_eq!(script["omissions"][0]["source"], json!([script["continues_at"], LONG.len()]));
    }
}

/// What is not read aloud takes no room: each of these says a little, behind far more than one request may have.
#[tokio::test]
async fn what_is_not_read_aloud_does_not_count() {
    let gateway = Gateway::with(Fake::named("fake"), Settings { max_chars: 800, ..settings() }).await;
    let thoughts = "The user greets me, and I think about that. ".repeat(50);
    let code = "let x = 1;\n".repeat(200);
    for (before, said) in [
        (format!("<think>{thoughts}</think>\n\n"), "Hello there."),
        (format!("```rust\n{code}```\n\n"), "Rust code, 200 lines. Hello there."),
        (format!("<!-- {thoughts} -->\n\n"), "Hello there."),
        ("\n".repeat(5_000), "Hello there."),
        ("👍 ".repeat(2_000), "Hello there."),
        (format!("![a chart](data:image/png;base64,{})\n\n", "iVBORw0KGgo".repeat(500)), "Hello there."),
    ] {
        let text = format!("{before}Hello there.");
        let script = gateway.post("/tts/script", &json!({ "text": text })).await.json();
        let utterances = script["utterances"].as_array().unwrap_or_else(|| panic!("{script}"));
        let all: Vec<_> = utterances.iter().map(|said| said["text"].as_str().unwrap()).collect();
        assert!(all.join(" ").ends_with(said), "{all:?}");
        assert_eq!(script["continues_at"], json!(null), "{script}");
        let sound = gateway.post("/tts", &json!({ "text": text })).await;
        assert_eq!((sound.status.as_u16(), sound.header("x-tts-continues-at")), (200, ""), "{said}");
    }
    let only = gateway.post("/tts", &json!({ "text": format!("<think>{thoughts}") })).await;
    assert_eq!(only.error().1, "nothing_to_say");
}

/// No press ends where nothing is said and more follows.
#[tokio::test]
async fn each_press_says_something_until_all_is_said() {
    let gateway = Gateway::with(Fake::named("fake"), Settings { max_chars: 200, ..settings() }).await;
    let thoughts = "Let me think about that for a while. ".repeat(50);
    let row = "| one | two | three |\n".repeat(30);
    let text = format!(
        "{LONG}\n\n<think>{thoughts}</think>\n\n{LONG}\n\n| a | b | c |\n|---|---|---|\n{row}\n```\n{thoughts}\n```\n\n\
         That is the end of it."
    );
    let (mut start, mut presses) = (0, 0);
    loop {
        let links = gateway.links(&json!({ "text": text, "start_at": start })).await;
        let captions = gateway.get(links["captions_url"].as_str().unwrap()).await.json();
        assert!(!captions["utterances"].as_array().unwrap().is_empty(), "{captions}");
        presses += 1;
        let Some(at) = links["continues_at"].as_u64() else {
            let last = captions["utterances"].as_array().unwrap().last().unwrap()["text"].clone();
            assert_eq!(last, "That is the end of it.");
            break;
        };
        assert!(at > start && presses < 100, "it goes on");
        start = at;
    }
    assert!(presses >= 3, "{presses}");
}

#[tokio::test]
async fn what_has_no_end_of_a_sentence_ends_at_a_word() {
    let bounds = Settings { max_seconds: 10, ..settings() };
    let gateway = Gateway::with(Fake::named("fake"), bounds).await;
    for text in ["word ".repeat(400), "a, ".repeat(500)] {
        let answer = gateway.post("/tts", &json!({ "text": text })).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let at: usize = answer.header("x-tts-continues-at").parse().unwrap();
        assert!(at > 20 && at < text.len(), "{at}");
    }
}

#[tokio::test]
async fn what_is_beyond_all_that_is_there_is_nothing_to_say() {
    let gateway = Gateway::new().await;
    for start in [LONG.len() as u64, u64::from(u32::MAX)] {
        let answer = gateway.post("/tts", &json!({ "text": LONG, "start_at": start })).await;
        assert_eq!(answer.status, 400, "{}", answer.text());
    }
    let wrong = gateway.post("/tts", &json!({ "text": LONG, "start_at": -1 })).await;
    assert_eq!(wrong.status, 400);
    // Inside a letter of two bytes.
    let answer = gateway.post("/tts", &json!({ "text": "é. Then more is said.", "start_at": 1 })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// From the last sound of one sentence to the first of the next, as the voice inside and its teacher have it when they read a
/// paragraph whole: 0.42 to 0.53 s; the voice's pauses inside of sentences have 0.32 s on average.
#[tokio::test]
async fn sentences_are_apart_as_a_reader_has_them() {
    const TEXT: &str = "Scientists disagree about whether forgetting is an active process. Both camps have good data. The \
        first holds that memories fade unless they are used, much as a path through a meadow does. The second holds that \
        the brain clears them away at night! Which of the two is right may depend on the kind of memory. Nobody knows \
        that yet.";
    let voice = Local::open(&Inside::default()).unwrap();
    let settings = Settings { default_voice: None, provider: "local".into(), ..settings() };
    let gateway = Gateway::with_chain(vec![Arc::new(voice)], Fake::named("fake").calls(), settings).await;
    let links = gateway.links(&json!({ "text": TEXT, "format": "pcm" })).await;
    let sound = gateway.get(links["url"].as_str().unwrap()).await.body;
    let captions = gateway.get(links["captions_url"].as_str().unwrap()).await.json();
    // 5 ms louder than -50 dB of full scale are sound.
    let level = |block: &[u8]| {
        let squares =
            block.chunks_exact(2).map(|pair| f64::from(i16::from_le_bytes([pair[0], pair[1]])).powi(2));
        squares.sum::<f64>() / (block.len() / 2) as f64
    };
    let loud: Vec<f64> = sound
        .chunks(240)
        .enumerate()
        .filter(|(_, block)| level(block) > 1e-5 * 32768.0 * 32768.0)
        .map(|(number, _)| number as f64 * 0.005)
        .collect();
    let starts = captions["utterances"].as_array().unwrap().iter().skip(1);
    let pauses: Vec<f64> = starts
        .map(|utterance| {
            let next = loud.partition_point(|at| *at < utterance["start"].as_f64().unwrap());
            loud[next] - loud[next - 1] - 0.005
        })
        .collect();
    println!("{pauses:.3?}");
    assert!(pauses.len() >= 4 && pauses.iter().all(|pause| (0.42..0.52).contains(pause)), "{pauses:?}");
    let (least, most) =
        (pauses.iter().copied().fold(1.0, f64::min), pauses.iter().copied().fold(0.0, f64::max));
    assert!(most - least > 0.015, "they are not all alike: {pauses:?}");
}

#[tokio::test]
async fn a_jump_far_ahead_is_made_from_there_and_nothing_of_what_lies_before() {
    let sentence =
        |number: usize| format!("Sentence {number} tells of the harbour and of the weather in it. ");
    let long: String = (1..=60).map(sentence).collect();
    let gateway = Gateway::new().await;
    let at = long.find(&sentence(50)).unwrap();
    let links = gateway.links(&json!({ "text": long, "start_at": at })).await;
    gateway.settle().await;
    let captions = gateway.get(links["captions_url"].as_str().unwrap()).await.json();
    let first = &captions["utterances"][0];
    assert_eq!((first["source"][0].as_u64(), first["start"].as_f64()), (Some(at as u64), Some(0.0)));
    let texts = gateway.calls.texts();
    let wanted: Vec<_> = (50..=60).map(sentence).collect();
    assert_eq!(texts.join(" "), wanted.concat().trim(), "in their order, and the one that was gone to first");
}
