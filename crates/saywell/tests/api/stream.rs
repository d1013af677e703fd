//! `GET /tts/stream`, over a real WebSocket.

use std::net::SocketAddr;
use std::ops::Range;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use futures::{SinkExt, StreamExt};
use saywell::config::Settings;
use saywell::connections::ConnectionBounds;
use saywell::http::router;
use saywell::http::server::{self, Server};
use saywell::identity::Mode;
use saywell::providers::fake::Fake;
use saywell::script::TooLong;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::identity_tokens::{claims, signed, with_secret};
use crate::limits::with_plans;
use crate::support::{Gateway, settings};

const REPLY: &str =
    "Hello there. This is the second sentence, which is a little longer than the first.\n\nAnd a paragraph.";

/// What a client is sent.
#[derive(Debug, PartialEq)]
pub enum Sent {
    Told(Value),
    Sound(Vec<u8>),
    Closed,
}

pub struct Client(WebSocketStream<TcpStream>);

impl Client {
    async fn connect(gateway: &Gateway) -> Self {
        Self::with(gateway, &[]).await.unwrap()
    }

    async fn with(gateway: &Gateway, headers: &[(&'static str, &str)]) -> Result<Self, tungstenite::Error> {
        Self::at(gateway, "/tts/stream", headers).await
    }

    /// Connects at this path.
    pub async fn at(
        gateway: &Gateway,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, tungstenite::Error> {
        let listener = server::listen(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let server = Server::new(router(gateway.app.clone()), ConnectionBounds::default(), vec![]);
        tokio::spawn(server.serve(listener, std::future::pending(), Duration::ZERO));
        let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let stream = TcpStream::connect(address).await.unwrap();
        client_async(request, stream).await.map(|(socket, _)| Self(socket))
    }

    pub async fn say(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    async fn text(&mut self, text: &str) {
        self.say(json!({ "type": "text", "text": text })).await;
    }

    pub async fn next(&mut self) -> Sent {
        loop {
            let next = tokio::time::timeout(Duration::from_mins(20), self.0.next()).await;
            match next.expect("something comes") {
                Some(Ok(Message::Text(text))) => return Sent::Told(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Binary(sound))) => return Sent::Sound(sound.to_vec()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Sent::Closed,
                Some(Ok(_)) => {}
            }
        }
    }

    /// The next message that is not sound.
    pub async fn told(&mut self) -> Value {
        loop {
            match self.next().await {
                Sent::Told(told) => return told,
                Sent::Sound(_) => {}
                Sent::Closed => panic!("closed"),
            }
        }
    }

    /// Code and parameter of the error that comes next, or after what is spoken until then.
    async fn refused(&mut self) -> (String, String) {
        let mut told = self.told().await;
        while told["type"] == "utterance" {
            told = self.told().await;
        }
        assert_eq!(told["type"], "error", "{told}");
        let text = |name: &str| told["error"][name].as_str().unwrap_or_default().to_owned();
        assert!(!text("message").is_empty() && !text("request_id").is_empty(), "{told}");
        (text("code"), text("param"))
    }

    /// All that comes up to `done`: the utterances, the sound, and `done`.
    async fn hear(&mut self) -> (Vec<Value>, Vec<u8>, Value) {
        let (mut utterances, mut heard) = (Vec::new(), Vec::new());
        loop {
            match self.next().await {
                Sent::Told(told) if told["type"] == "utterance" => utterances.push(told),
                Sent::Told(told) if told["type"] == "done" => return (utterances, heard, told),
                Sent::Told(told) => assert_eq!(told["type"], "begun", "{told}"),
                Sent::Sound(sound) => heard.extend(sound),
                Sent::Closed => panic!("closed"),
            }
        }
    }

    async fn whole(&mut self, begin: Value, reply: &str, size: usize) -> (Vec<Value>, Vec<u8>, Value) {
        self.say(begin).await;
        for piece in reply.as_bytes().chunks(size) {
            self.text(std::str::from_utf8(piece).unwrap()).await;
        }
        self.say(json!({ "type": "end" })).await;
        self.hear().await
    }
}

#[tokio::test]
async fn a_streamed_reply_is_the_one_that_comes_whole() {
    for format in ["mp3", "webm", "mp4", "opus", "pcm"] {
        for size in [1, 7, 1000] {
            let streamed = Gateway::new().await;
            let mut client = Client::connect(&streamed).await;
            let begin = json!({ "type": "begin", "format": format });
            let (utterances, heard, done) = client.whole(begin, REPLY, size).await;
            let body = json!({ "text": REPLY, "format": format });

            let whole = Gateway::new().await;
            let answer = whole.post("/tts", &body).await;
            // What of a container goes into one fragment or page depends on what was ready at once.
            if ["mp3", "pcm"].contains(&format) {
                assert!(heard == answer.body, "{format} in pieces of {size} sounds the same");
            }
            assert_eq!(done["key"], answer.header("x-tts-key"));
            whole.settle().await;
            let captions = whole.get(whole.links(&body).await["captions_url"].as_str().unwrap()).await.json();
            assert_eq!(done["duration_seconds"], captions["duration_seconds"]);
            let words: Vec<_> =
                utterances.iter().flat_map(|said| said["words"].as_array().unwrap().clone()).collect();
            assert_eq!(json!(words), captions["words"]);

            let calls = streamed.calls.count();
            let again = streamed.post("/tts", &body).await;
            assert_eq!(again.header("x-tts-cache"), "hit");
            assert!(again.body == heard && streamed.calls.count() == calls);
            let linked = streamed.get(done["url"].as_str().unwrap()).await;
            assert!(linked.status == 200 && linked.body == heard);
        }
    }
}

#[tokio::test]
async fn what_was_said_before_costs_nothing() {
    let gateway = Gateway::new().await;
    let whole = gateway.post("/tts", &json!({ "text": REPLY })).await;
    gateway.settle().await;
    let calls = gateway.calls.count();
    let mut client = Client::connect(&gateway).await;
    for _ in 0..2 {
        let (_, heard, _) = client.whole(json!({ "type": "begin" }), REPLY, 9).await;
        assert!(heard == whole.body);
    }
    assert_eq!(gateway.calls.count(), calls);
}

#[tokio::test]
async fn what_was_heard_is_not_said_again_after_a_break() {
    // What is said of the rest depends on what came before: the list, and the code.
    let reply = "# For everybody\n\nThis is the first sentence of all. Here is another one.\n\n- one\n- two\n\n\
                 ```sh\ncargo test. It is no sentence.\n```\n\nThat was all. And it ends.";
    let gateway = Gateway::new().await;
    let mut client = Client::connect(&gateway).await;
    let begin = |start_at: u64| json!({ "type": "begin", "format": "pcm", "start_at": start_at });
    let (said, whole, _) = client.whole(begin(0), reply, 9).await;
    gateway.settle().await;
    let calls = gateway.calls.count();
    assert!(said.len() > 5, "{said:?}");
    for (heard, next) in said.iter().zip(&said[1..]) {
        let at = heard["source"][1].as_u64().unwrap();
        let stated = next["start"].as_f64().unwrap();
        let (rest, sound, done) = client.whole(begin(at), reply, 9).await;
        let places = |said: &[Value]| {
            said.iter().map(|said| (said["text"].clone(), said["source"].clone())).collect::<Vec<_>>()
        };
        assert_eq!(places(&rest), places(&said[said.len() - rest.len()..]), "from {at}");
        assert_eq!(rest[0]["source"], next["source"], "from {at}: none is lost, none is there twice");
        assert!(whole.ends_with(&sound), "from {at}: the same sound");
        let after = (whole.len() - sound.len()) as f64 / 48_000.0;
        assert!((after - stated).abs() < 0.001, "from {at}: {after} s, {stated} s");
        let ask = json!({ "text": reply, "format": "pcm", "start_at": at });
        assert_eq!(done["key"], gateway.links(&ask).await["key"], "the rest has a link as well");
    }
    assert_eq!(gateway.calls.count(), calls, "all of it was made before");
    client.say(begin(reply.len() as u64)).await;
    assert_eq!(client.told().await["type"], "begun");
    client.text(reply).await;
    client.say(json!({ "type": "end" })).await;
    assert_eq!(client.refused().await.0, "nothing_to_say", "all of it was heard");
}

#[tokio::test]
async fn a_reply_that_is_too_long_ends_where_it_would_have_when_it_is_taken_up_again() {
    let reply = "The first sentence is short. The second one is a little longer than that. \
                 A third follows, and says nothing new. The fourth is the last of them all.";
    for bounded in [Settings { max_seconds: 9, ..settings() }, Settings { max_chars: 120, ..settings() }] {
        let gateway = Gateway::with(Fake::named("fake"), bounded).await;
        let mut client = Client::connect(&gateway).await;
        let (said, _, done) = client.whole(json!({ "type": "begin" }), reply, 9).await;
        assert_eq!((said.len(), &done["continues_at"]), (3, &said[2]["source"][1]), "{done}");
        let begin = json!({ "type": "begin", "start_at": said[0]["source"][1] });
        let (rest, _, again) = client.whole(begin, reply, 9).await;
        assert_eq!((rest.len(), &again["continues_at"]), (2, &done["continues_at"]), "{again}");
    }
}

#[tokio::test]
async fn what_is_not_read_aloud_takes_no_room_of_a_reply_as_it_is_written() {
    let gateway = Gateway::with(Fake::named("fake"), Settings { max_chars: 2_000, ..settings() }).await;
    let mut client = Client::connect(&gateway).await;
    let reply = format!("<think>{}</think>\n\nHello there. ", "The user greets me, I believe. ".repeat(200));
    let (said, _, done) = client.whole(json!({ "type": "begin" }), &reply, 50).await;
    assert_eq!((said.len(), &said[0]["text"]), (1, &json!("Hello there.")), "{done}");
    assert_eq!(done["continues_at"], json!(null), "{done}");
}

#[tokio::test]
async fn sound_comes_before_the_text_has_ended() {
    let gateway = Gateway::new().await;
    let mut client = Client::connect(&gateway).await;
    client.say(json!({ "type": "begin", "format": "pcm" })).await;
    let begun = client.told().await;
    assert_eq!((&begun["type"], &begun["format"]), (&json!("begun"), &json!("pcm")), "{begun}");
    client.text("Hello there, you who listen. This is").await;
    let said = loop {
        if let Sent::Told(told) = client.next().await {
            break told;
        }
    };
    assert_eq!(said["text"], "Hello there, you who listen.");
    assert_eq!((&said["provider"], &said["source"]), (&json!("fake"), &json!([0, 28])), "{said}");
    assert!(matches!(client.next().await, Sent::Sound(_)));
    client.text(" the rest of it.").await;
    client.say(json!({ "type": "end" })).await;
    let (utterances, heard, _) = client.hear().await;
    assert_eq!(utterances.len(), 1);
    assert!(!heard.is_empty());
}

#[tokio::test]
async fn whoever_cancels_or_leaves_stops_the_work() {
    for leaves in [false, true] {
        let fake = Fake::named("fake").delayed(Duration::from_hours(1));
        let gateway = Gateway::with(fake, settings()).await;
        let mut client = Client::connect(&gateway).await;
        client.say(json!({ "type": "begin" })).await;
        client.text(REPLY).await;
        assert_eq!(client.told().await["type"], "begun");
        while gateway.calls.count() == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(gateway.app.speak.flights.count(), 1);
        if leaves {
            drop(client);
        } else {
            client.say(json!({ "type": "cancel" })).await;
            assert_eq!(client.told().await["type"], "cancelled");
            // What was on its way to the cancelled reply is for nobody; the next one is a reply like any other.
            client.text("Too late.").await;
            client.say(json!({ "type": "begin", "voice": "nobody" })).await;
            assert_eq!(client.told().await["type"], "begun");
        }
        gateway.settle().await;
        assert_eq!(gateway.calls.finished(), 0);
    }
}

#[tokio::test]
async fn limits_refuse_in_the_middle() {
    let bounded = Settings { max_chars: 100, max_seconds: 5, too_long: TooLong::Refuse, ..settings() };
    let gateway = Gateway::with(Fake::named("fake"), bounded).await;
    let mut client = Client::connect(&gateway).await;
    client.say(json!({ "type": "begin" })).await;
    assert_eq!(client.told().await["type"], "begun");
    client.text("Hello there, you who listen. This is").await;
    assert_eq!(client.told().await["type"], "utterance");
    client.text(&" more".repeat(60)).await;
    assert_eq!(client.refused().await, ("text_too_long".into(), "text".into()));
    gateway.settle().await;

    client.say(json!({ "type": "begin", "speed": 0.5 })).await;
    assert_eq!(client.told().await["type"], "begun");
    client.text(&REPLY[..98]).await;
    client.say(json!({ "type": "end" })).await;
    loop {
        let told = client.told().await;
        if told["type"] == "error" {
            assert_eq!(told["error"]["code"], "text_too_long", "{told}");
            assert_eq!(told["error"]["details"]["max_seconds"], 5);
            break;
        }
    }
}

#[tokio::test]
async fn what_cannot_be_understood_is_named() {
    let gateway = Gateway::new().await;
    let mut client = Client::connect(&gateway).await;
    let wrong = |param: &str| ("invalid_request".to_owned(), param.to_owned());
    for (message, param) in [
        (json!("hello"), "message"),
        (json!([1]), "message"),
        (json!({}), "type"),
        (json!({ "type": "sing" }), "type"),
        (json!({ "type": "end", "text": "Bye." }), "text"),
        (json!({ "type": "text", "text": 1 }), "text"),
        (json!({ "type": "begin", "speed": "fast" }), "speed"),
        (json!({ "type": "begin", "colour": "red" }), "colour"),
        (json!({ "type": "text", "text": "Hello." }), "type"),
        (json!({ "type": "begin", "text": "Hello." }), "text"),
        (json!({ "type": "begin", "prefetch": true }), "prefetch"),
        (json!({ "type": "begin", "format": "wav" }), "format"),
    ] {
        client.say(message).await;
        assert_eq!(client.refused().await, wrong(param));
    }
    client.0.send(Message::binary(vec![1, 2])).await.unwrap();
    assert_eq!(client.refused().await, wrong("message"));

    for (begin, text, code) in [
        (json!({ "type": "begin" }), "<think>Hm.</think>", "nothing_to_say"),
        (json!({ "type": "begin" }), "", "invalid_request"),
        (json!({ "type": "begin", "voice": "nobody" }), "Hello.", "unknown_voice"),
    ] {
        client.say(begin).await;
        assert_eq!(client.told().await["type"], "begun");
        client.text(text).await;
        client.say(json!({ "type": "end" })).await;
        assert_eq!(client.refused().await.0, code, "{text}");
    }
    client.say(json!({ "type": "begin", "provider": "nobody" })).await;
    assert_eq!(client.refused().await.0, "unknown_provider");
    client.say(json!({ "type": "begin" })).await;
    assert_eq!(client.told().await["type"], "begun");
    client.text(&"x".repeat(300_000)).await;
    assert_eq!(client.refused().await, wrong("message"));
    assert_eq!(client.next().await, Sent::Closed);
}

#[tokio::test]
async fn a_provider_that_fails_is_an_error_and_no_end() {
    let fake = Fake::named("fake").failing(saywell::provider::ProviderError::Unavailable("is down".into()));
    let gateway = Gateway::with(fake, settings()).await;
    let mut client = Client::connect(&gateway).await;
    client.say(json!({ "type": "begin" })).await;
    assert_eq!(client.told().await["type"], "begun");
    client.text(REPLY).await;
    assert_eq!(client.refused().await.0, "providers_exhausted");
}

#[tokio::test]
async fn each_has_its_row_whatever_becomes_of_it() {
    let slow = Settings { max_chars: 100, too_long: TooLong::Refuse, ..settings() };
    let gateway = Gateway::with(Fake::named("fake"), slow).await;
    let mut client = Client::connect(&gateway).await;
    let begin = |room: &str| json!({ "type": "begin", "room": room });
    client.whole(begin("spoken"), "Hello there.", 5).await;

    client.say(begin("cancelled")).await;
    client.text("Hello there, you who listen. This is").await;
    assert_eq!(client.told().await["type"], "begun");
    assert_eq!(client.told().await["type"], "utterance");
    client.say(json!({ "type": "cancel" })).await;
    while client.told().await["type"] != "cancelled" {}

    client.say(begin("failed")).await;
    client.text("Hello there, you who listen. This is").await;
    client.text(&" more".repeat(60)).await;
    assert_eq!(client.told().await["type"], "begun");
    assert_eq!(client.refused().await.0, "text_too_long");

    client.say(begin("refused")).await;
    client.text("```").await;
    client.say(json!({ "type": "sing" })).await;
    assert_eq!(client.told().await["type"], "begun");
    assert_eq!(client.refused().await.0, "invalid_request");

    gateway.settle().await;
    gateway.app.clone().close(Duration::from_secs(20)).await;
    let report = gateway.get("/admin/api/usage?by=room").await.json();
    let rows: Vec<_> = report["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| ["name", "requests", "refused", "failed"].map(|name| line[name].clone()))
        .collect();
    let row = |room: &str, refused: u64, failed: u64| [json!(room), json!(1), json!(refused), json!(failed)];
    for expected in [row("cancelled", 0, 0), row("failed", 0, 1), row("refused", 1, 0), row("spoken", 0, 0)] {
        assert!(rows.contains(&expected), "{expected:?} in {rows:?}");
    }
    assert_eq!(rows.len(), 4, "{rows:?}");
}

#[tokio::test]
async fn a_quota_that_is_used_up_ends_it_at_the_sentence_that_is_too_much() {
    let bounded = with_plans("[admin]\ncharacters_per_day = 40");
    let gateway = Gateway::with(Fake::named("fake"), bounded).await;
    let mut client = Client::connect(&gateway).await;
    let (utterances, heard, done) = client.whole(json!({ "type": "begin" }), REPLY, 1000).await;
    let texts: Vec<_> = utterances.iter().map(|utterance| utterance["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["Hello there."], "no more than fits");
    assert!(!heard.is_empty());
    let note = done["notes"][0]["note"].as_str().unwrap();
    assert!(note.contains("the quota of characters is used up"), "{note}");
    assert_eq!(done["continues_at"], "Hello there.".len(), "{done}");
}

/// Sentences with these numbers, none like another, so that none is found in the cache.
fn sentences(numbers: Range<usize>) -> String {
    numbers.map(|number| format!("This is sentence number {number}, and it is not the last. ")).collect()
}

#[tokio::test]
async fn who_takes_no_sound_can_still_cancel() {
    let gateway = Gateway::with(
        Fake::named("fake"),
        Settings { max_chars: 200_000, max_seconds: 36_000, ..settings() },
    )
    .await;
    let mut client = Client::connect(&gateway).await;
    client.say(json!({ "type": "begin", "format": "pcm" })).await;
    // Far more sound than sockets hold: it waits in the flight, and the text is taken all the same.
    for at in 0..3 {
        client.text(&sentences(at * 50..(at + 1) * 50)).await;
    }
    client.say(json!({ "type": "cancel" })).await;
    gateway.settle().await;
    while client.told().await["type"] != "cancelled" {}
}

#[tokio::test]
async fn each_caller_has_a_share_of_the_connections() {
    let gateway = Gateway::with(Fake::named("fake"), Settings { max_flights: 1, ..settings() }).await;
    let mut clients = Vec::new();
    let refused = loop {
        match Client::with(&gateway, &[]).await {
            Ok(client) => clients.push(client),
            Err(error) => break error,
        }
        assert!(clients.len() < 10);
    };
    assert!(matches!(refused, tungstenite::Error::Http(answer) if answer.status() == 503));
    drop(clients);
    let begun = std::time::Instant::now();
    while Client::with(&gateway, &[]).await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(10), "places are there again when connections close");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn silence_is_no_end() {
    let gateway = Gateway::new().await;
    let mut client = Client::connect(&gateway).await;
    client.say(json!({ "type": "begin" })).await;
    client.text("Hello there, you who listen. This is").await;
    while !matches!(client.next().await, Sent::Sound(_)) {}
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    // While its time stands still, the runtime leaps to whatever is to happen next, which may be one of its other timers.
    let passed = |seconds: u64| (seconds..seconds + 30).contains(&begun.elapsed().as_secs());
    let error = client.refused().await;
    assert!(passed(120) && error == ("invalid_request".into(), "text".into()), "{error:?}: {begun:?}");
    assert_eq!(client.next().await, Sent::Closed);
    assert!(passed(3 * 60), "{begun:?}");
}

#[tokio::test]
async fn a_connection_without_a_reply_ends_after_a_minute_whatever_it_says() {
    let gateway = Gateway::new().await;
    let mut client = Client::connect(&gateway).await;
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    'open: loop {
        // Neither nonsense nor a ping nor a reply that cannot begin is a reply.
        let _ = client.0.send(Message::Ping(vec![1].into())).await;
        let _ = client.0.send(Message::text(json!({ "type": "cancel" }).to_string())).await;
        let _ =
            client.0.send(Message::text(json!({ "type": "begin", "provider": "nobody" }).to_string())).await;
        // Time goes on only while nobody has anything to do, so all that is answered is heard first.
        loop {
            match tokio::time::timeout(Duration::from_secs(9), client.next()).await {
                Ok(Sent::Closed) => break 'open,
                Ok(_) => {}
                Err(_) => break,
            }
        }
        assert!(begun.elapsed() < Duration::from_mins(3), "it stays open");
    }
    assert!((59..91).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn each_caller_and_each_network_has_so_many_connections() {
    let plans = "[trial]\nconnections = 2\n[trial.address]\nconnections = 3";
    let settings = Settings { auth: vec![Mode::Trial], ..with_plans(plans) };
    let gateway = Gateway::with(Fake::named("fake"), settings).await;
    let refused = |answer: Result<Client, tungstenite::Error>| match answer.err() {
        Some(tungstenite::Error::Http(answer)) => {
            let body: Value = serde_json::from_slice(answer.body().as_deref().unwrap_or_default()).unwrap();
            (answer.status().as_u16(), body["error"]["details"]["of"].as_str().unwrap_or_default().to_owned())
        }
        other => panic!("{other:?}"),
    };
    let session =
        async || gateway.get("/tts/config").await.header("set-cookie").split(';').next().unwrap().to_owned();
    let (ann, bob) = (session().await, session().await);
    let first = Client::with(&gateway, &[("cookie", &ann)]).await.unwrap();
    let second = Client::with(&gateway, &[("cookie", &ann)]).await.unwrap();
    assert_eq!(refused(Client::with(&gateway, &[("cookie", &ann)]).await), (429, "caller".into()));
    let third = Client::with(&gateway, &[("cookie", &bob)]).await.unwrap();
    assert_eq!(refused(Client::with(&gateway, &[("cookie", &bob)]).await), (429, "address".into()));
    drop((first, third));
    // The server sees that they left a moment later.
    let again = async || Client::with(&gateway, &[("cookie", &ann)]).await.is_ok();
    tokio::time::timeout(Duration::from_secs(20), async { while !again().await {} }).await.unwrap();
    drop(second);
}

#[tokio::test]
async fn nobody_has_more_than_a_quarter_of_all_connections() {
    // Four for each reply that may be in the making.
    let gateway = Gateway::with(Fake::named("fake"), Settings { max_flights: 2, ..settings() }).await;
    let mut open = Vec::new();
    for _ in 0..2 {
        open.push(Client::with(&gateway, &[]).await.unwrap());
    }
    match Client::with(&gateway, &[]).await.err() {
        Some(tungstenite::Error::Http(answer)) => assert_eq!(answer.status(), 503),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_server_that_stops_lets_the_reply_end_and_no_other_begin() {
    let gateway = Gateway::new().await;
    let mut client = Client::connect(&gateway).await;
    client.say(json!({ "type": "begin" })).await;
    client.text("Hello there, you who listen. This is").await;
    assert_eq!(client.told().await["type"], "begun");
    let closing = tokio::spawn(gateway.app.clone().close(Duration::from_secs(20)));
    client.text(" the rest of it.").await;
    client.say(json!({ "type": "end" })).await;
    assert_eq!(client.hear().await.0.len(), 2);
    assert_eq!(client.next().await, Sent::Closed);
    closing.await.unwrap();
}

#[tokio::test]
async fn a_page_shows_its_token_as_a_protocol() {
    let gateway = with_secret().await;
    let refused = |answer: Result<Client, tungstenite::Error>| match answer.err() {
        Some(tungstenite::Error::Http(answer)) => answer.status().as_u16(),
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(Client::with(&gateway, &[]).await), 401);
    let wrong = ("sec-websocket-protocol", "saywell, saywell.bearer.a.b.c");
    assert_eq!(refused(Client::with(&gateway, &[wrong]).await), 401);
    let protocols = format!("saywell, saywell.bearer.{}", signed(&claims(&gateway, &json!({}))));
    let mut client = Client::with(&gateway, &[("sec-websocket-protocol", &protocols)]).await.unwrap();
    let (_, heard, done) = client.whole(json!({ "type": "begin" }), "Hello there.", 5).await;
    let token = format!("Bearer {}", signed(&claims(&gateway, &json!({}))));
    let request = Request::get(done["url"].as_str().unwrap()).header("authorization", token);
    let kept = gateway.send(request.body(Body::empty()).unwrap()).await;
    assert!(kept.status == 200 && kept.body == heard, "its link opens for whom it was made");
}

#[tokio::test]
async fn pages_from_elsewhere_open_nothing() {
    let gateway = Gateway::new().await;
    let refused = Client::with(&gateway, &[("origin", "https://evil.example")]).await;
    match refused.err() {
        Some(tungstenite::Error::Http(answer)) => assert_eq!(answer.status(), 403),
        other => panic!("{other:?}"),
    }
    assert_eq!(gateway.get("/tts/stream").await.error().0, 426);
}

/// What is said of a reply that comes in pieces, with how it ends.
async fn said_of(gateway: &Gateway, text: &str, step: usize) -> (Vec<String>, Value) {
    let mut client = Client::connect(gateway).await;
    client.say(json!({ "type": "begin" })).await;
    let letters: Vec<char> = text.chars().collect();
    for piece in letters.chunks(step) {
        client.text(&piece.iter().collect::<String>()).await;
    }
    client.say(json!({ "type": "end" })).await;
    let mut said = Vec::new();
    loop {
        let told = client.told().await;
        match told["type"].as_str().unwrap() {
            "utterance" => said.push(told["text"].as_str().unwrap().to_owned()),
            "done" | "error" => return (said, told),
            _ => {}
        }
    }
}

#[tokio::test]
async fn what_nobody_speaks_is_announced_as_it_comes() {
    let gateway = Gateway::new().await;
    let reply = "Sure! In German you say: Guten Morgen, wie geht es dir heute? It means good morning.\n\n\
                 Das ist sehr einfach. Das war es schon.";
    for step in [1, 7, 500] {
        let (said, done) = said_of(&gateway, reply, step).await;
        let expected = [
            "Sure!", "In German you say:", "In German, one sentence.", "It means good morning.",
            "In German, two sentences.",
        ];
        assert_eq!(said, expected, "{step}");
        assert_eq!(done["notes"][0]["note"], "no voice here speaks German (`de`)", "{done}");
        assert!(done["url"].is_string(), "it is what would be made of the whole: {done}");
    }
    let (said, error) = said_of(&gateway, "Das ist sehr einfach. Das war es schon.", 5).await;
    assert_eq!((said.len(), &error["error"]["code"]), (0, &json!("language_unsupported")), "{error}");
}

#[tokio::test]
async fn what_is_too_long_ends_at_a_sentence_as_it_comes() {
    let reply = "The first sentence is short. The second one is a little longer than that. \
                 A third follows, and says nothing new. The fourth is the last of them all.";
    for (bounded, sentences) in
        [(Settings { max_seconds: 6, ..settings() }, 2), (Settings { max_chars: 90, ..settings() }, 2)]
    {
        let gateway = Gateway::with(Fake::named("fake"), bounded).await;
        for step in [1, 9, 500] {
            let (said, done) = said_of(&gateway, reply, step).await;
            assert_eq!(said.len(), sentences, "{said:?}");
            let at = done["continues_at"].as_u64().unwrap() as usize;
            assert_eq!(said.join(" "), reply[..at], "{done}");
            assert!(done["notes"][0]["note"].as_str().unwrap().starts_with("ends after "), "{done}");
        }
    }
    let gateway = Gateway::with(Fake::named("fake"), with_plans("[admin]\ncharacters_per_day = 80")).await;
    let (said, done) = said_of(&gateway, reply, 10).await;
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        done["notes"][0]["note"].as_str().unwrap().contains("the quota of characters is used up"),
        "{done}"
    );
    assert!(done["continues_at"].is_u64());
}

#[tokio::test]
async fn what_is_said_in_the_place_of_what_is_written_has_one_bound_for_all_parts() {
    let reply = "Here it is now. ".repeat(12);
    let begin = |words: &str| json!({ "type": "begin", "pronunciations": [{ "word": "it", "say": words }] });
    // Each sentence of it is short, and all of them are a hundred seconds.
    let many = "very many words ".repeat(8);
    let bounded = Settings { max_seconds: 30, ..settings() };
    let gateway = Gateway::with(Fake::named("fake"), bounded.clone()).await;
    let mut client = Client::connect(&gateway).await;
    let (utterances, _, _) = client.whole(begin("that"), &reply, 40).await;
    assert!(utterances.len() > 4, "short ones are said together: {utterances:?}");
    let (utterances, _, done) = client.whole(begin(&many), &reply, 40).await;
    let last = utterances.last().unwrap();
    assert_eq!(done["continues_at"], last["source"][1], "as much as fits: {done}");
    assert!(done["notes"][0]["note"].as_str().unwrap().contains("may have 30 s"), "{done}");

    let refusing = Settings { too_long: TooLong::Refuse, ..bounded };
    let mut client = Client::connect(&Gateway::with(Fake::named("fake"), refusing).await).await;
    client.say(begin(&many)).await;
    client.text(&reply).await;
    client.say(json!({ "type": "end" })).await;
    let mut told = client.told().await;
    while told["type"] != "error" {
        assert_ne!(told["type"], "done", "{told}");
        told = client.told().await;
    }
    assert_eq!(told["error"]["code"], "text_too_long", "{told}");
}
