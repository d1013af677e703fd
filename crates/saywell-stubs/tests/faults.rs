//! What a client sees of each fault that the core does.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use futures::StreamExt;
use reqwest::Response;
use saywell_stubs::{Fault, Nobody, Stub, stubs::piper};

const TEXT: &str = "Some words to be spoken.";

async fn stub() -> Stub {
    Stub::start(&piper::KIND).await.unwrap()
}

async fn speak(url: &str) -> reqwest::Result<Response> {
    let body = serde_json::json!({ "text": TEXT }).to_string();
    let request = reqwest::Client::new().post(format!("{url}/synthesize")).body(body);
    request.header("content-type", "application/json").send().await
}

#[tokio::test]
async fn a_healthy_stub_speaks_as_long_as_the_text_and_notes_what_it_was_asked() {
    let stub = stub().await;
    let sound = speak(&stub.url()).await.unwrap().bytes().await.unwrap();
    let seconds = (sound.len() - 44) as f64 / 2.0 / 22_050.0;
    assert!((seconds - TEXT.len() as f64 * 0.06).abs() < 0.01, "{seconds} s");
    let [asked] = &stub.requests()[..] else { panic!("one request") };
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/synthesize"));
    assert_eq!(asked.json::<serde_json::Value>().unwrap()["text"], TEXT);
    assert!(stub.until(|counts| counts.finished == 1 && counts.abandoned == 0).await);
    let listed: serde_json::Value = serde_json::from_str(
        &reqwest::get(format!("{}/_requests", stub.url())).await.unwrap().text().await.unwrap(),
    )
    .unwrap();
    assert_eq!(listed[0]["path"], "/synthesize");
}

#[tokio::test]
async fn a_fault_comes_in_the_calls_that_it_was_set_for_and_no_other() {
    let stub = stub().await;
    stub.fails(Fault::HtmlError, 1..2);
    for status in [200, 500, 200] {
        assert_eq!(speak(&stub.url()).await.unwrap().status(), status);
    }
    stub.fails(Fault::HtmlError, ..);
    assert_eq!(speak(&stub.url()).await.unwrap().status(), 500);
    stub.recovers();
    assert_eq!(speak(&stub.url()).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_cut_breaks_off_after_half_of_the_sound_within_a_sample() {
    let stub = stub().await;
    let whole = speak(&stub.url()).await.unwrap().bytes().await.unwrap().len();
    stub.fails(Fault::Cut, ..);
    let (mut heard, mut broken) = (0, false);
    let mut pieces = speak(&stub.url()).await.unwrap().bytes_stream();
    while let Some(piece) = pieces.next().await {
        match piece {
            Ok(piece) => heard += piece.len(),
            Err(_) => broken = true,
        }
    }
    assert!(broken);
    assert_eq!(heard, (whole / 2) | 1);
}

#[tokio::test]
async fn whoever_hangs_up_is_noticed_before_and_within_the_sound() {
    let stub = stub().await;
    stub.fails(Fault::Hang, ..);
    let answer = tokio::time::timeout(Duration::from_millis(100), speak(&stub.url())).await;
    assert!(answer.is_err(), "no answer comes");
    assert!(stub.abandoned().await);
    stub.fails(Fault::Stall, ..);
    let mut answer = speak(&stub.url()).await.unwrap();
    assert!(answer.chunk().await.unwrap().is_some());
    assert_eq!(stub.counts().abandoned, 1);
    drop(answer);
    assert!(stub.until(|counts| counts.abandoned == 2).await);
}

#[tokio::test]
async fn throttling_says_when_in_seconds_or_as_a_date() {
    let stub = stub().await;
    stub.fails(Fault::ThrottledSeconds, ..);
    assert_eq!(speak(&stub.url()).await.unwrap().headers()["retry-after"], "7");
    stub.fails(Fault::ThrottledDate, ..);
    let answer = speak(&stub.url()).await.unwrap();
    let date = answer.headers()["retry-after"].to_str().unwrap();
    assert!(httpdate::parse_http_date(date).is_ok(), "{date}");
}

#[tokio::test]
async fn crumbs_are_pieces_of_seven_bytes() {
    let stub = stub().await;
    stub.fails(Fault::Crumbs, ..);
    let pieces: Vec<_> = speak(&stub.url()).await.unwrap().bytes_stream().take(3).collect().await;
    assert_eq!(pieces[0].as_ref().unwrap().len() % 7, 0);
}

#[tokio::test]
async fn a_proxy_passes_on_what_is_right_and_does_the_rest_itself() {
    let real = stub().await;
    let proxy = Stub::proxy(&real.url(), 0).await.unwrap();
    proxy.fails(Fault::Cut, 1..);
    let sound = speak(&proxy.url()).await.unwrap();
    assert_eq!(sound.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(sound.bytes().await.unwrap(), speak(&real.url()).await.unwrap().bytes().await.unwrap());
    assert!(speak(&proxy.url()).await.unwrap().bytes().await.is_err());
    let voices = reqwest::get(format!("{}/voices", proxy.url())).await.unwrap();
    assert!(voices.text().await.unwrap().contains("en_US-joe-medium"));
}

#[tokio::test]
async fn nobody_answers_where_nobody_listens() {
    let nobody = Nobody::new().unwrap();
    assert!(speak(&nobody.url()).await.unwrap_err().is_connect());
}
