//! A reply that is heard as it is written, over the WebSocket, whose gateway is killed: it is taken up at another one, behind a
//! balancer that knows nothing of sessions.

use futures::{SinkExt, StreamExt};
use saywell_stubs::{Fault, Stub, stubs};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::balancer::Balancer;
use crate::process::Server;
use crate::redis_server::Redis;

/// How far a place may be from where captions say, which give thousandths of a second; bytes.
pub const ROUNDED: usize = 48;

/// A reply on its way, as PCM, and what has come of it.
pub struct Hearing {
    pub socket: WebSocketStream<TcpStream>,
    pub said: Vec<Value>,
    pub sound: Vec<u8>,
    done: bool,
}

impl Hearing {
    /// Has this reply spoken at this address, such as `127.0.0.1:40000`, from this byte on.
    pub async fn of(reply: &str, address: &str, start_at: u64) -> Self {
        let mut hearing = Self::begin(address, start_at).await;
        let text = reply.as_bytes().chunks(16).map(|piece| std::str::from_utf8(piece).unwrap());
        let text = text.map(|text| json!({ "type": "text", "text": text }));
        for message in text.chain([json!({ "type": "end" })]) {
            hearing.socket.feed(Message::text(message.to_string())).await.unwrap();
        }
        hearing.socket.flush().await.unwrap();
        hearing
    }

    /// Begins one of which no text is written yet.
    pub async fn begin(address: &str, start_at: u64) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let (mut socket, _) = client_async(format!("ws://{address}/tts/stream"), stream).await.unwrap();
        let begin = json!({ "type": "begin", "format": "pcm", "start_at": start_at });
        socket.send(Message::text(begin.to_string())).await.unwrap();
        Self { socket, said: Vec::new(), sound: Vec::new(), done: false }
    }

    /// Takes in the next message; `false` when no more comes.
    pub async fn next(&mut self) -> bool {
        match self.socket.next().await {
            Some(Ok(message)) => self.take(message),
            Some(Err(_)) | None => false,
        }
    }

    /// Takes in this one.
    pub fn take(&mut self, message: Message) -> bool {
        match message {
            Message::Binary(sound) => self.sound.extend_from_slice(&sound),
            Message::Text(text) => {
                let told: Value = serde_json::from_str(&text).unwrap();
                match told["type"].as_str().unwrap() {
                    "utterance" => self.said.push(told),
                    "done" => self.done = true,
                    kind => assert_eq!(kind, "begun", "{told}"),
                }
            }
            Message::Close(_) => return false,
            _ => {}
        }
        !self.done
    }

    pub async fn all(mut self) -> Self {
        while self.next().await {}
        self
    }

    /// How many utterances have been heard to their end.
    pub fn heard(&self) -> usize {
        self.said.iter().filter(|said| place(said, "end") <= self.sound.len()).count()
    }
}

/// Where an utterance begins or ends in PCM, in bytes.
pub fn place(said: &Value, at: &str) -> usize {
    (said[at].as_f64().unwrap() * 24_000.0).round() as usize * 2
}

fn texts(said: &[Value]) -> Vec<&str> {
    said.iter().map(|said| said["text"].as_str().unwrap()).collect()
}

/// Which of the gateways speaks, if one does.
async fn speaks(servers: &[Server]) -> Option<usize> {
    for (number, server) in servers.iter().enumerate() {
        let Ok(answer) = reqwest::get(format!("{}/metrics", server.address)).await else { continue };
        if answer.text().await.unwrap().lines().any(|line| line == "saywell_flights 1") {
            return Some(number);
        }
    }
    None
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server and nginx; `tools/test.sh stores` runs it"]
async fn a_reply_as_it_is_written_is_taken_up_at_another_gateway_when_its_own_is_killed() {
    let redis = Redis::start().await;
    let data = TempDir::new().unwrap();
    let stub = Stub::start(&stubs::openai::KIND).await.unwrap();
    stub.fails(Fault::Late, ..);
    let start = |name: &str| Server::start(&data.path().join(name), &redis, &stub);
    let alone = start("alone");
    let mut servers = ["one", "two", "three"].map(start);
    let balancer = Balancer::before(servers.iter().map(|server| server.address.as_str()));
    for round in 0..2 {
        let sentences: Vec<String> =
            (0..6).map(|number| format!("This is sentence number {number} of round {round}.")).collect();
        let reply = sentences.join(" ");
        let whole = Hearing::of(&reply, alone.address.trim_start_matches("http://"), 0).await.all().await;
        assert!(whole.done && texts(&whole.said) == sentences, "{:?}", whole.said);

        let mut broken = Hearing::of(&reply, &balancer.address(), 0).await;
        while broken.heard() <= 2 * round {
            assert!(broken.next().await, "it ends too early: {:?}", broken.said);
        }
        let speaking = speaks(&servers).await.expect("one of them speaks");
        servers[speaking].kill();
        let broken = broken.all().await;
        let (heard, begun) = (broken.heard(), stub.counts().begun);
        assert!(!broken.done && heard < sentences.len(), "it was killed too late");
        let last = &broken.said[heard - 1];
        // The level of a voice is learnt from what it said before, which each gateway has heard other things of: samples differ
        // a little, and times do not.
        let times = |said: &Value| (said["source"].clone(), said["start"].clone(), said["end"].clone());
        assert!(
            broken.said[..heard].iter().map(times).eq(whole.said[..heard].iter().map(times)),
            "round {round}"
        );

        let rest = Hearing::of(&reply, &balancer.address(), last["source"][1].as_u64().unwrap()).await;
        let rest = rest.all().await;
        assert!(rest.done, "{:?}", rest.said);
        let said = [&broken.said[..heard], &rest.said].concat();
        assert_eq!(texts(&said), sentences, "round {round}: each sentence once, in order");
        let begins = (whole.sound.len() - rest.sound.len()).abs_diff(place(&whole.said[heard], "start"));
        assert!(
            begins <= ROUNDED,
            "round {round}: from the next sentence on, to the end; {begins} bytes beside"
        );
        let made = stub.counts().begun - begun;
        assert_eq!(made, sentences.len() - heard, "round {round}: what was heard is not bought again");
    }
}
