//! Wyoming, over real TCP. Its own client is tried against the real server in `tests/sdk`.

use std::net::SocketAddr;
use std::time::Duration;

use saywell::config::Settings;
use saywell::identity::Mode;
use saywell::provider::ProviderError;
use saywell::providers::fake::Fake;
use saywell::secret::Secret;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::identity::key;
use crate::limits::with_plans;
use crate::support::{Gateway, settings};

const REPLY: &str = "Hello there. This is the second sentence.\n\nAnd a paragraph.";

struct Client(BufReader<TcpStream>);

impl Client {
    async fn connect(gateway: &Gateway) -> Self {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(saywell::wyoming::serve(gateway.app.clone(), listener));
        Self(BufReader::new(TcpStream::connect(address).await.unwrap()))
    }

    async fn say(&mut self, kind: &str, data: Value) {
        let line = format!("{}\n", json!({ "type": kind, "data": data }));
        self.0.write_all(line.as_bytes()).await.unwrap();
    }

    /// The next event and its payload; `None` when the server has hung up.
    async fn next(&mut self) -> Option<(String, Value, Vec<u8>)> {
        let mut line = String::new();
        let read = tokio::time::timeout(Duration::from_mins(20), self.0.read_line(&mut line));
        if read.await.expect("something comes").unwrap_or(0) == 0 {
            return None;
        }
        let head: Value = serde_json::from_str(&line).unwrap();
        let mut part = async |name: &str| {
            let mut bytes = vec![0; head[name].as_u64().unwrap_or(0) as usize];
            self.0.read_exact(&mut bytes).await.unwrap();
            bytes
        };
        let (data, payload) = (part("data_length").await, part("payload_length").await);
        Some((head["type"].as_str().unwrap().to_owned(), serde_json::from_slice(&data).unwrap(), payload))
    }

    /// The types of what comes up to this, without the chunks, and their sound.
    async fn until(&mut self, last: &str) -> (Vec<String>, Vec<u8>) {
        let (mut types, mut sound) = (Vec::new(), Vec::new());
        loop {
            let (kind, data, payload) =
                self.next().await.unwrap_or_else(|| panic!("hung up after {types:?}"));
            sound.extend(payload);
            if kind == "audio-chunk" {
                assert_eq!(
                    (&data["rate"], &data["width"], &data["channels"]),
                    (&json!(24_000), &json!(2), &json!(1))
                );
            } else {
                types.push(kind.clone());
            }
            if kind == last {
                return (types, sound);
            }
        }
    }
}

async fn pcm() -> Vec<u8> {
    Gateway::new().await.post("/tts", &json!({ "text": REPLY, "format": "pcm" })).await.body
}

#[tokio::test]
async fn voices_are_described() {
    let gateway = Gateway::new().await;
    let mut client = Client::connect(&gateway).await;
    client.say("describe", json!({})).await;
    let (kind, info, _) = client.next().await.unwrap();
    let program = &info["tts"][0];
    assert_eq!((kind.as_str(), &program["supports_synthesize_streaming"]), ("info", &json!(true)));
    assert_eq!(program["voices"][0]["name"], "tone");
    assert!(program["voices"][0]["languages"].as_array().is_some_and(|languages| !languages.is_empty()));
    client.say("ping", json!({ "text": "there?" })).await;
    assert_eq!(client.next().await.unwrap().1["text"], "there?");
}

#[tokio::test]
async fn a_text_is_said_whole_or_as_it_is_written() {
    let expected = pcm().await;
    let gateway = Gateway::new().await;
    let mut client = Client::connect(&gateway).await;
    for _ in ["as it is made", "from the cache"] {
        // The second waits for the end of the first.
        client.say("synthesize", json!({ "text": REPLY, "voice": { "name": "tone" } })).await;
        client.say("ping", json!({})).await;
        let (types, sound) = client.until("audio-stop").await;
        assert_eq!(types, ["audio-start", "audio-stop"]);
        assert!(sound == expected, "{} and {}", sound.len(), expected.len());
        assert_eq!(client.next().await.unwrap().0, "pong");
        gateway.settle().await;
    }
    let gateway = Gateway::new().await;
    let mut client = Client::connect(&gateway).await;
    for _ in 0..2 {
        client.say("synthesize-start", json!({ "voice": { "language": "en" } })).await;
        for piece in REPLY.split_inclusive(' ') {
            client.say("synthesize-chunk", json!({ "text": piece })).await;
        }
        // As Home Assistant does, for servers that do not stream.
        client.say("synthesize", json!({ "text": REPLY })).await;
        client.say("synthesize-stop", json!({})).await;
        let (types, sound) = client.until("synthesize-stopped").await;
        assert_eq!(types, ["audio-start", "audio-stop", "synthesize-stopped"]);
        assert!(sound == expected);
    }
    let ssml = json!({ "text": "<speak>Hello <break time='1s'/> there.</speak>", "text_format": "ssml" });
    client.say("synthesize", ssml).await;
    assert!(client.until("audio-stop").await.1.len() > 48_000);
}

#[tokio::test]
async fn what_cannot_be_said_is_a_silence_or_an_error() {
    let gateway = Gateway::new().await;
    let mut client = Client::connect(&gateway).await;
    client.say("synthesize", json!({ "text": "👍" })).await;
    let (types, sound) = client.until("audio-stop").await;
    assert!(types == ["audio-start", "audio-stop"] && sound.len() < 24_000);
    client.say("synthesize-start", json!({})).await;
    client.say("synthesize-stop", json!({})).await;
    assert_eq!(client.until("synthesize-stopped").await.0, ["synthesize-stopped"]);
    let wrong = [
        ("synthesize", json!({ "text": "Hello.", "voice": { "name": "nobody" } }), "unknown_voice"),
        ("synthesize", json!({ "text": "" }), "invalid_request"),
        ("synthesize-chunk", json!({ "text": "Hello." }), "invalid_request"),
        ("synthesize-start", json!({ "text_format": "ssml" }), "invalid_request"),
    ];
    for (kind, data, code) in wrong {
        let mut client = Client::connect(&gateway).await;
        client.say(kind, data.clone()).await;
        let (told, error, _) = client.next().await.unwrap();
        assert_eq!((told.as_str(), &error["code"]), ("error", &json!(code)), "{kind} {data}");
        assert!(client.next().await.is_none(), "else a client would wait for the end of the sound");
    }
    let mut client = Client::connect(&gateway).await;
    client.0.write_all(b"POST / HTTP/1.1\r\n").await.unwrap();
    assert_eq!(client.next().await.unwrap().0, "error");
    assert!(client.next().await.is_none());
    let failing = Fake::named("fake").failing(ProviderError::Rejected("no".into()));
    let gateway = Gateway::with(failing, settings()).await;
    let mut client = Client::connect(&gateway).await;
    client.say("synthesize-start", json!({})).await;
    client.say("synthesize-chunk", json!({ "text": REPLY })).await;
    client.say("synthesize-stop", json!({})).await;
    assert_eq!(client.until("synthesize-stopped").await.0, ["error", "synthesize-stopped"]);
}

#[tokio::test]
async fn who_leaves_is_spoken_to_no_further() {
    let fake = Fake::named("fake");
    let calls = fake.calls();
    calls.hold();
    let gateway = Gateway::with(fake, settings()).await;
    let mut client = Client::connect(&gateway).await;
    client.say("synthesize", json!({ "text": REPLY })).await;
    let begun = async || {
        while calls.count() == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), begun()).await.unwrap();
    drop(client);
    let landed = gateway.app.speak.flights.landed();
    tokio::time::timeout(Duration::from_secs(20), landed).await.expect("nobody listens any more");
    assert_eq!(calls.finished(), 0);
}

#[tokio::test]
async fn who_comes_by_this_port_is_known_by_its_key_and_limited_like_others() {
    let auth = Settings { auth: vec![Mode::Key], ..with_plans("[member]\ncharacters_per_day = 20") };
    let closed = Gateway::with(Fake::named("fake"), auth.clone()).await;
    let mut client = Client::connect(&closed).await;
    let (kind, error, _) = client.next().await.unwrap();
    assert_eq!((kind.as_str(), &error["code"]), ("error", &json!("unauthorized")));
    assert!(client.next().await.is_none());

    // Its key has to be made before it starts.
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("saywell.db").display());
    let auth = Settings { database_url: Some(database), ..auth };
    let (bearer, _) = key(&Gateway::with(Fake::named("fake"), auth.clone()).await, true, false).await;
    let own = Some(Secret::new(bearer.strip_prefix("Bearer ").unwrap()));
    let gateway = Gateway::with(Fake::named("fake"), Settings { wyoming_key: own, ..auth }).await;
    let mut client = Client::connect(&gateway).await;
    client.say("synthesize", json!({ "text": "Twelve and so on." })).await;
    client.until("audio-stop").await;
    client.say("synthesize", json!({ "text": "And this is too much." })).await;
    let (kind, error, _) = client.next().await.unwrap();
    assert_eq!((kind.as_str(), &error["code"]), ("error", &json!("quota_exceeded")));
}
