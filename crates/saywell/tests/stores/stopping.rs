//! A gateway that is asked to stop while replies are heard: it leaves them to others, and nothing is bought twice.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use futures::{SinkExt, StreamExt};
use reqwest::{Client, Response};
use saywell_stubs::{Fault, Stub, stubs};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::process::Server;
use crate::redis_server::Redis;
use crate::stream::{Hearing, ROUNDED, place};

fn sentences(count: usize) -> Vec<String> {
    let sentence =
        |number| format!("This is sentence number {number}, and it is rather long as sentences go.");
    (0..count).map(sentence).collect()
}

/// How often each sentence was asked for.
fn bought(stub: &Stub) -> HashMap<String, usize> {
    let mut bought = HashMap::new();
    for request in stub.requests() {
        if let Ok(asked) = request.json::<Value>()
            && let Some(text) = asked["input"].as_str()
        {
            *bought.entry(text.to_owned()).or_default() += 1;
        }
    }
    bought
}

async fn links(server: &Server, body: &Value) -> Value {
    let request = Client::new().post(format!("{}/tts", server.address)).header("accept", "application/json");
    request.json(body).send().await.unwrap().json().await.unwrap()
}

async fn open(server: &Server, path: &str) -> Response {
    reqwest::get(format!("{}{path}", server.address)).await.unwrap()
}

/// All that comes, and whether it broke off.
async fn hear(mut response: Response) -> (Vec<u8>, bool) {
    let mut heard = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(piece)) => heard.extend_from_slice(&piece),
            Ok(None) => return (heard, false),
            Err(_) => return (heard, true),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn a_stop_that_outlasts_its_patience_leaves_the_rest_to_another_gateway_and_buys_nothing_twice() {
    let (redis, data) = (Redis::start().await, TempDir::new().unwrap());
    let stub = Stub::start(&stubs::openai::KIND).await.unwrap();
    stub.fails(Fault::Late, ..);
    // Some five seconds of sound each: it takes longer to be heard, and so to be bought, than a stop has patience.
    let settings = [("TTS_STOP_TIMEOUT_SECONDS", "1"), ("TTS_LOOKAHEAD_SECONDS", "6")];
    let start = |name: &str| Server::start_with(&data.path().join(name), &redis, &stub, &settings);
    let [mut one, two, three] = ["one", "two", "three"].map(start);
    let sentences = sentences(6);
    let links = links(&one, &json!({ "text": sentences.join(" "), "format": "pcm" })).await;
    let path = links["url"].as_str().unwrap();
    let [here, there, third] = [open(&one, path).await, open(&two, path).await, open(&three, path).await];
    let [here, there, third] = [here, there, third].map(|response| tokio::spawn(hear(response)));
    assert!(stub.until(|counts| counts.begun > 1).await);
    let asked = Instant::now();
    one.ask_to_stop();
    let (here, broken) = here.await.unwrap();
    let broken_after = asked.elapsed();
    // Its listener asks the same link elsewhere, at that very moment.
    let again = tokio::spawn(hear(open(&two, path).await));
    one.stopped();
    let stopped_after = asked.elapsed();
    assert!(broken && broken_after >= Duration::from_secs(1), "{broken_after:?}");
    assert!(stopped_after < Duration::from_secs(15), "one deadline for all of it: {stopped_after:?}");
    let (there, third, again) = (there.await.unwrap(), third.await.unwrap(), again.await.unwrap());
    assert!(!there.1 && !third.1 && !again.1);
    assert!(there.0 == third.0 && there.0 == again.0, "all hear the same");
    assert!(there.0.starts_with(&here), "as at the one that stopped");
    let bought = bought(&stub);
    assert_eq!(bought.len(), sentences.len(), "{bought:?}");
    // What was under way as it was left, of which nothing may have been heard, is asked for once more.
    let twice = bought.values().map(|times| times - 1).sum::<usize>();
    assert!(twice <= 1, "{bought:?}");
    let event = |event: &str| format!("saywell_shared_flights_total{{event=\"{event}\"}}");
    let counts = async |of: &str| two.counts(&event(of)).await + three.counts(&event(of)).await;
    assert_eq!((counts("taken_over").await, counts("alone").await), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn a_reply_that_is_still_written_is_told_to_go_elsewhere_at_the_end_of_a_sentence() {
    let (redis, data) = (Redis::start().await, TempDir::new().unwrap());
    let stub = Stub::start(&stubs::openai::KIND).await.unwrap();
    stub.fails(Fault::Late, ..);
    let start = |name: &str| Server::start(&data.path().join(name), &redis, &stub);
    let [mut one, two] = ["one", "two"].map(start);
    let address = |server: &Server| server.address.trim_start_matches("http://").to_owned();
    let sentences = sentences(4);
    let reply = sentences.join(" ");
    let mut hearing = Hearing::begin(&address(&one), 0).await;
    // The third is not final yet: its writer may write for minutes.
    let written = format!("{} {} {}", sentences[0], sentences[1], &sentences[2][..20]);
    hearing.socket.send(Message::text(json!({ "type": "text", "text": written }).to_string())).await.unwrap();
    assert!(hearing.next().await && hearing.next().await);
    one.ask_to_stop();
    let asked = Instant::now();
    let close = loop {
        match hearing.socket.next().await {
            Some(Ok(Message::Close(close))) => break close,
            Some(Ok(message)) => assert!(hearing.take(message)),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(close.unwrap().code, CloseCode::Away);
    one.stopped();
    assert!(asked.elapsed() < Duration::from_secs(15), "{:?}", asked.elapsed());
    let heard = hearing.heard();
    assert!((1..=2).contains(&heard), "{:?}", hearing.said);
    let begins = hearing.said.get(heard).map_or(usize::MAX, |next| place(next, "start") + ROUNDED);
    assert!(hearing.sound.len() <= begins, "nothing of the next sentence: {:?}", hearing.said);
    let last = &hearing.said[heard - 1];
    let rest = Hearing::of(&reply, &address(&two), last["source"][1].as_u64().unwrap()).await.all().await;
    let said = [&hearing.said[..heard], &rest.said].concat();
    let texts: Vec<_> = said.iter().map(|said| said["text"].as_str().unwrap()).collect();
    assert_eq!(texts, sentences);
}
