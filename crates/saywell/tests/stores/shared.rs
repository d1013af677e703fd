//! Flights that gateways share through a real Redis: any of them serves anybody.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use futures::StreamExt;
use saywell::app::App;
use saywell::clock::{Clock, SystemClock};
use saywell::config::Settings;
use saywell::http::router;
use saywell::key::Key;
use saywell::provider::Provider;
use saywell::providers::fake::{Calls, Fake};
use saywell::secret::Secret;
use saywell_stubs::{Fault, Stub, stubs};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;

use crate::redis_server::Redis;

/// One of several gateways, with a runtime of its own, so that it can be killed.
struct Gateway {
    app: App,
    calls: Arc<Calls>,
    runtime: Option<Runtime>,
}

/// What was heard: all of it, or until the transfer broke off.
#[derive(Debug)]
struct Heard {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    broken: bool,
}

fn settings(redis: Option<&Redis>) -> Settings {
    Settings {
        storage_url: Some("memory:".into()),
        database_url: Some("sqlite::memory:".into()),
        signing_key: Some(Secret::new("only tests are signed with these words")),
        default_voice: Some("tone".into()),
        provider: "fake".into(),
        redis_url: redis.map(|redis| Secret::new(redis.url(0))),
        ..Settings::default()
    }
}

impl Gateway {
    async fn start(fake: Fake, settings: Settings) -> Self {
        let calls = fake.calls();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let opening = runtime.spawn(async move {
            let (chain, clock): (Vec<Arc<dyn Provider>>, Arc<dyn Clock>) =
                (vec![Arc::new(fake)], Arc::new(SystemClock));
            App::with_providers(settings, chain, clock).await.unwrap()
        });
        Self { app: opening.await.unwrap(), calls, runtime: Some(runtime) }
    }

    /// Ends it as `kill -9` would: nothing of it runs any more, and it tells nobody.
    fn kill(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }

    /// Whatever a request sets off runs where the gateway does.
    async fn answer(&self, mut request: Request<Body>) -> Response {
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4711))));
        let answering = router(self.app.clone()).oneshot(request);
        self.runtime.as_ref().unwrap().spawn(answering).await.unwrap().unwrap()
    }

    async fn send(&self, request: Request<Body>) -> Heard {
        hear(self.answer(request).await).await
    }

    async fn get(&self, path: &str) -> Heard {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn speak(&self, body: &Value) -> Heard {
        self.send(post().body(Body::from(body.to_string())).unwrap()).await
    }

    async fn links(&self, body: &Value) -> Value {
        let request = post().header("accept", "application/json");
        let answer = self.send(request.body(Body::from(body.to_string())).unwrap()).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        serde_json::from_slice(&answer.body).unwrap()
    }

    fn flights(&self) -> usize {
        self.app.speak.flights.count()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Heard {
    fn cache(&self) -> &str {
        self.headers.get("x-tts-cache").map_or("", |value| value.to_str().unwrap())
    }
}

fn post() -> axum::http::request::Builder {
    Request::post("/tts").header("content-type", "application/json")
}

async fn hear(response: Response) -> Heard {
    let (parts, body) = response.into_parts();
    let (mut pieces, mut body, mut broken) = (body.into_data_stream(), Vec::new(), false);
    while let Some(piece) = pieces.next().await {
        match piece {
            Ok(piece) => body.extend_from_slice(&piece),
            Err(_) => broken = true,
        }
    }
    Heard { status: parts.status, headers: parts.headers, body, broken }
}

/// Waits until it is so.
async fn until(what: &str, so: impl Fn() -> bool) {
    let waiting = async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(20), waiting).await.is_ok(), "never: {what}");
}

fn text(links: &Value, name: &str) -> String {
    links[name].as_str().unwrap().to_owned()
}

const REPLY: &str =
    "The first sentence is here. The second one follows it. A third is said as well. And that is all.";

/// How it sounds where nothing is shared.
async fn reference(fake: Fake, body: &Value) -> Vec<u8> {
    Gateway::start(fake, settings(None)).await.speak(body).await.body
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn a_link_opens_at_any_gateway_while_its_sound_is_made() {
    let redis = Redis::start().await;
    for format in ["mp3", "webm", "opus", "mp4", "wav", "flac", "pcm"] {
        let [one, two] = [Fake::named("fake").in_pieces(8, Duration::ZERO).paid(), Fake::named("fake")];
        let (one, two) = (
            Gateway::start(one, settings(Some(&redis))).await,
            Gateway::start(two, settings(Some(&redis))).await,
        );
        one.calls.hold();
        let links = one.links(&json!({ "text": REPLY, "format": format })).await;
        let [url, captions] = ["url", "captions_url"].map(|name| text(&links, name));
        let told = text(&links, "captions_ndjson_url");
        let here = one.get(&url);
        let (there, vtt, ndjson) = (two.get(&url), captions.replace(".json", ".vtt"), two.get(&told));
        let vtt = two.get(&vtt);
        let letting_go = async {
            until("the other follows", || two.flights() == 1).await;
            one.calls.let_go();
        };
        let (here, there, vtt, ndjson, ()) = tokio::join!(here, there, vtt, ndjson, letting_go);
        assert_eq!(
            (there.status, there.cache(), there.broken),
            (StatusCode::OK, "joined", false),
            "{format}"
        );
        assert!(there.body.len() > 1_000 && there.body == here.body, "{format}: the same bytes");
        let said = |body: &[u8]| String::from_utf8(body.to_vec()).unwrap();
        assert_eq!(said(&ndjson.body).lines().count(), 4, "{format}");
        assert_eq!(
            said(&vtt.body),
            said(&one.get(&captions.replace(".json", ".vtt")).await.body),
            "{format}"
        );
        assert_eq!((one.calls.count(), two.calls.count()), (4, 0), "{format}: made once");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn many_callers_of_one_reply_at_two_gateways_have_it_made_once() {
    let redis = Redis::start().await;
    let fake = || Fake::named("fake").delayed(Duration::from_millis(20));
    let gateways = [
        Gateway::start(fake(), settings(Some(&redis))).await,
        Gateway::start(fake(), settings(Some(&redis))).await,
    ];
    let body = json!({ "text": REPLY });
    let asking = (0..50).map(|number| gateways[number % 2].speak(&body));
    let heard = futures::future::join_all(asking).await;
    let made: usize = gateways.iter().map(|gateway| gateway.calls.count()).sum();
    assert_eq!(made, 4, "four sentences, each once");
    let misses = heard.iter().filter(|heard| heard.cache() == "miss").count();
    let others = heard.iter().filter(|heard| matches!(heard.cache(), "joined" | "hit")).count();
    assert_eq!((misses, others), (1, 49));
    assert!(heard.iter().all(|heard| !heard.broken && heard.body.len() > 1_000));
    assert!(heard.windows(2).all(|two| two[0].body == two[1].body));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn what_is_made_ahead_is_given_up_at_any_gateway() {
    let redis = Redis::start().await;
    let held = || Fake::named("fake").delayed(Duration::from_hours(1));
    let one = Gateway::start(held(), settings(Some(&redis))).await;
    let two = Gateway::start(held(), settings(Some(&redis))).await;
    let links = one.links(&json!({ "text": REPLY, "prefetch": true })).await;
    assert_eq!(one.flights(), 1);
    let url = text(&links, "url");
    let (path, _) = url.split_once('?').unwrap();
    let deleted = two.send(Request::delete(path).body(Body::empty()).unwrap()).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    until("it is given up where it is made", || one.flights() == 0).await;
    assert_eq!(one.calls.finished(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn the_last_listener_of_all_gateways_ends_the_work() {
    let redis = Redis::start().await;
    let fake = || Fake::named("fake").in_pieces(4, Duration::from_millis(30));
    let one = Gateway::start(fake(), settings(Some(&redis))).await;
    let two = Gateway::start(fake(), settings(Some(&redis))).await;
    let body = json!({ "text": REPLY });
    let here = one.answer(post().body(Body::from(body.to_string())).unwrap()).await;
    let there = two.answer(post().body(Body::from(body.to_string())).unwrap()).await;
    assert_eq!((one.flights(), two.flights()), (1, 1));
    let mut hearing = there.into_body().into_data_stream();
    for _ in 0..2 {
        assert!(hearing.next().await.unwrap().is_ok());
    }
    drop(here);
    // It goes on for whoever listens elsewhere.
    for _ in 0..3 {
        assert!(hearing.next().await.unwrap().is_ok());
    }
    assert_eq!((one.flights(), two.flights(), one.calls.finished() < 4), (1, 1, true));
    drop(hearing);
    until("nobody makes it", || one.flights() + two.flights() == 0).await;
    assert!(one.calls.finished() < 4, "the rest is not made");
    assert_eq!(two.calls.count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn when_its_maker_is_killed_another_goes_on_and_no_sentence_is_lost_or_repeated() {
    let fake = || Fake::named("fake").in_pieces(5, Duration::from_millis(15)).paid();
    for format in ["mp3", "webm"] {
        let body = json!({ "text": REPLY, "format": format });
        let whole = reference(fake(), &body).await;
        // At the first sound, within a sentence, at the end of one, near the end.
        for pieces in [1, 4, 7, 11, 14] {
            let redis = Redis::start().await;
            let mut one = Gateway::start(fake(), settings(Some(&redis))).await;
            let two = Gateway::start(fake(), settings(Some(&redis))).await;
            let three = Gateway::start(fake(), settings(Some(&redis))).await;
            let request = || post().body(Body::from(body.to_string())).unwrap();
            let here = one.answer(request()).await;
            let mut there = two.answer(request()).await.into_body().into_data_stream();
            let third = three.answer(request()).await;
            let mut heard = Vec::new();
            for _ in 0..pieces {
                heard.extend_from_slice(&there.next().await.unwrap().unwrap());
            }
            one.kill();
            drop(here);
            while let Some(piece) = there.next().await {
                heard.extend_from_slice(&piece.unwrap());
            }
            let third = hear(third).await;
            assert!(heard == whole, "{format} after {pieces}: {} bytes of {}", heard.len(), whole.len());
            assert!(
                third.body == whole && !third.broken,
                "{format} after {pieces}: the third hears the same"
            );
            let (begun, gone_on) = (one.calls.finished(), two.calls.count() + three.calls.count());
            assert!(begun + gone_on <= 5 && gone_on > 0, "{format} after {pieces}: {begun} and {gone_on}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn a_listener_of_the_killed_one_asks_the_same_link_elsewhere() {
    let redis = Redis::start().await;
    let fake = || Fake::named("fake").in_pieces(5, Duration::from_millis(15)).paid();
    let body = json!({ "text": REPLY });
    let whole = reference(fake(), &body).await;
    let mut one = Gateway::start(fake(), settings(Some(&redis))).await;
    let two = Gateway::start(fake(), settings(Some(&redis))).await;
    let url = text(&one.links(&body).await, "url");
    let mut here =
        one.answer(Request::get(&url).body(Body::empty()).unwrap()).await.into_body().into_data_stream();
    while one.calls.finished() < 2 {
        here.next().await.unwrap().unwrap();
    }
    one.kill();
    drop(here);
    let again = two.get(&url).await;
    assert!(again.body == whole && !again.broken);
    assert!(two.calls.count() <= 3, "what was made is not made again: {:?}", two.calls.texts());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn a_gateway_that_stops_hands_over_what_only_others_hear() {
    let redis = Redis::start().await;
    let fake = || Fake::named("fake").in_pieces(5, Duration::from_millis(30)).paid();
    let body = json!({ "text": REPLY });
    let whole = reference(fake(), &body).await;
    let one = Gateway::start(fake(), settings(Some(&redis))).await;
    let two = Gateway::start(fake(), settings(Some(&redis))).await;
    let url = text(&one.links(&body).await, "url");
    let mut there =
        two.answer(Request::get(&url).body(Body::empty()).unwrap()).await.into_body().into_data_stream();
    let mut heard = Vec::new();
    for _ in 0..3 {
        heard.extend_from_slice(&there.next().await.unwrap().unwrap());
    }
    one.app.stop();
    until("nothing is made where it stops", || one.flights() == 0).await;
    assert!(one.calls.finished() < 4);
    while let Some(piece) = there.next().await {
        heard.extend_from_slice(&piece.unwrap());
    }
    assert!(heard == whole && two.calls.count() > 0, "{:?}", two.calls.texts());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn without_redis_each_goes_on_by_itself_and_shares_again_when_it_is_back() {
    let mut redis = Redis::start().await;
    let fake = || Fake::named("fake").in_pieces(5, Duration::from_millis(15));
    let body = json!({ "text": REPLY });
    let whole = reference(fake(), &body).await;
    let one = Gateway::start(fake(), settings(Some(&redis))).await;
    let two = Gateway::start(fake(), settings(Some(&redis))).await;
    let request = |body: &Value| post().body(Body::from(body.to_string())).unwrap();
    let here = one.answer(request(&body)).await;
    let mut there = two.answer(request(&body)).await.into_body().into_data_stream();
    let mut heard = there.next().await.unwrap().unwrap().to_vec();
    redis.stop();
    let here = hear(here);
    while let Some(piece) = there.next().await {
        heard.extend_from_slice(&piece.unwrap());
    }
    let here = here.await;
    assert!(heard == whole && here.body == whole && !here.broken);
    let alone = json!({ "text": "Said while it is away." });
    assert_eq!((one.speak(&alone).await.cache(), two.speak(&alone).await.cache()), ("miss", "miss"));
    redis.resume().await;
    for gateway in [&one, &two] {
        gateway.app.limits.shared_books().unwrap().recovers().await;
    }
    let again = json!({ "text": "It is shared again." });
    let made = one.calls.count() + two.calls.count();
    let (first, second) = tokio::join!(one.speak(&again), two.speak(&again));
    assert_eq!(one.calls.count() + two.calls.count(), made + 1, "shared again");
    assert_eq!(first.body, second.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn what_is_behind_a_link_is_made_again_by_any_gateway_and_a_failure_is_told_by_any() {
    let redis = Redis::start().await;
    let one = Gateway::start(Fake::named("fake"), settings(Some(&redis))).await;
    let two = Gateway::start(Fake::named("fake"), settings(Some(&redis))).await;
    let links = one.links(&json!({ "text": REPLY, "prefetch": true })).await;
    until("it is made", || one.flights() == 0).await;
    // Long after, as Redis has it.
    let key: Key = text(&links, "key").parse().unwrap();
    let client = redis::Client::open(redis.url(0)).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let forget = ["record", "parts"].map(|of| format!("{{saywell}}:flights:{of}:{key}"));
    redis::cmd("DEL").arg(&forget).query_async::<u64>(&mut connection).await.unwrap();
    let again = two.get(&text(&links, "url")).await;
    assert_eq!((again.status, two.calls.count()), (StatusCode::OK, 4));
    assert_eq!(again.body, one.get(&text(&links, "url")).await.body);

    let broken = saywell::provider::ProviderError::Rejected("says nothing of the kind".into());
    let three = Gateway::start(Fake::named("fake").failing(broken), settings(Some(&redis))).await;
    let links = three.links(&json!({ "text": "Nobody can say this." })).await;
    until("it has failed", || three.flights() == 0).await;
    let told = two.get(&text(&links, "url")).await;
    assert_eq!(told.status, StatusCode::SERVICE_UNAVAILABLE, "{}", String::from_utf8_lossy(&told.body));
    assert!(String::from_utf8_lossy(&told.body).contains("providers_exhausted"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn kill_9_of_a_process_loses_no_sentence_and_every_character_is_booked_once() {
    let redis = Redis::start().await;
    let data = TempDir::new().unwrap();
    let stub = Stub::start(&stubs::openai::KIND).await.unwrap();
    stub.fails(Fault::Late, ..);
    let two = Server::start(&data.path().join("two"), &redis, &stub);
    for round in 0..4 {
        let sentences: Vec<String> =
            (0..8).map(|number| format!("This is sentence number {number} of round {round}.")).collect();
        let mut one = Server::start(&data.path().join("one"), &redis, &stub);
        let begun = stub.counts().begun;
        let client = reqwest::Client::new();
        let links = client.post(format!("{}/tts", one.address)).header("accept", "application/json");
        let links =
            links.json(&json!({ "text": sentences.join(" "), "format": "pcm" })).send().await.unwrap();
        let links: Value = links.json().await.unwrap();
        let [sound, captions] =
            ["url", "captions_url"].map(|name| format!("{}{}", two.address, text(&links, name)));
        let mut sound = client.get(sound).send().await.unwrap();
        assert_eq!(
            (sound.status(), &sound.headers()["x-tts-cache"]),
            (StatusCode::OK, &"joined".parse().unwrap())
        );
        let mut heard = sound.chunk().await.unwrap().unwrap().len();
        assert!(stub.until(|counts| counts.begun > begun + 2 * round).await);
        one.kill();
        while let Some(piece) = sound.chunk().await.unwrap() {
            heard += piece.len();
        }
        let captions: Value = client.get(captions).send().await.unwrap().json().await.unwrap();
        let said =
            captions["utterances"].as_array().unwrap().iter().map(|said| said["text"].as_str().unwrap());
        assert_eq!(said.collect::<Vec<_>>(), sentences, "round {round}: each sentence once, in order");
        let seconds = heard as f64 / 48_000.0;
        let off = (captions["duration_seconds"].as_f64().unwrap() - seconds).abs();
        assert!(off < 0.01, "round {round}: {seconds} s of sound, {captions}");
    }
    // The next start of the one that was killed books what it had begun.
    let one = Server::start(&data.path().join("one"), &redis, &stub);
    let servers = [one, two];
    let booked = |servers: &[Server]| servers.iter().map(Server::booked).sum::<u64>();
    until("all that was sent is booked", || booked(&servers) >= stub.charged()).await;
    // A call that was written down and not sent yet when it was killed is booked as sent: one a round at most.
    let (booked, sent) = (booked(&servers), stub.charged());
    assert!((sent..=sent + 4 * 40).contains(&booked), "{booked} of {sent}");
    for server in servers {
        server.stop();
    }
}

/// The real binary, as one of several gateways before one paid provider; killed with the value.
struct Server {
    process: Child,
    address: String,
    data: PathBuf,
}

impl Server {
    fn start(data: &Path, redis: &Redis, stub: &Stub) -> Self {
        std::fs::create_dir_all(data).unwrap();
        let mut process = saywell(data)
            .arg("serve")
            .envs([
                ("TTS_LISTEN", "127.0.0.1:0"),
                ("TTS_LOG", "error"),
                ("TTS_STORAGE_URL", "memory:"),
                ("TTS_SIGNING_KEY", "only tests are signed with these words"),
                ("TTS_PROVIDER", "openai"),
                ("OPENAI_API_KEY", "a-key-that-nobody-may-see"),
            ])
            .env("REDIS_URL", redis.url(0))
            .env("OPENAI_BASE_URL", format!("{}/v1", stub.url()))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit(' ').next().unwrap().to_owned();
        assert!(address.starts_with("http://127.0.0.1:"), "{line:?}");
        Self { process, address, data: data.to_owned() }
    }

    fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Asks it to stop, and waits until it has.
    fn stop(mut self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.process.wait().unwrap().success());
    }

    /// The characters that its database has as sent.
    fn booked(&self) -> u64 {
        let output = saywell(&self.data).args(["usage", "--format", "json"]).output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let lines = report["lines"].as_array().unwrap();
        lines.iter().map(|line| line["sent_characters"].as_f64().unwrap() as u64).sum()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The binary with nothing of the machine that runs the tests.
fn saywell(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_saywell"));
    command.current_dir(data).env_clear().env("TTS_DATA_DIR", data.join("kept"));
    command
}
