//! Flights that gateways share through a real Redis: any of them serves anybody.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use futures::StreamExt;
use saywell::app::{App, StartError};
use saywell::clock::SystemClock;
use saywell::config::Settings;
use saywell::flight::SharedFlights;
use saywell::gateways::{Gateways, Turns};
use saywell::http::router;
use saywell::key::Key;
use saywell::limits::Plans;
use saywell::provider::Provider;
use saywell::providers::fake::{Calls, Fake};
use saywell::secret::Secret;
use saywell_stubs::{Fault, Stub, stubs};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;

use crate::authority::Authority;
use crate::process::Server;
use crate::redis_server::{Redis, Sentinel};

/// One of several gateways, with a runtime of its own, so that it can be killed.
pub struct Gateway {
    pub app: App,
    pub calls: Arc<Calls>,
    runtime: Option<Runtime>,
}

/// What was heard: all of it, or until the transfer broke off.
#[derive(Debug)]
pub struct Heard {
    pub status: StatusCode,
    headers: HeaderMap,
    pub body: Vec<u8>,
    pub broken: bool,
}

pub fn settings(redis: Option<&Redis>) -> Settings {
    Settings {
        storage_url: Some("memory:".into()),
        database_url: Some("sqlite::memory:".into()),
        signing_key: Some(Secret::new("only tests are signed with these words")),
        default_voice: Some("tone".into()),
        provider: "fake".into(),
        redis_url: redis.map(|redis| Secret::new(redis.url(0))),
        redis_ca_file: redis.and_then(Redis::authority),
        ..Settings::default()
    }
}

async fn open(fake: Fake, settings: Settings) -> Result<App, StartError> {
    App::with_providers(settings, vec![Arc::new(fake) as Arc<dyn Provider>], Arc::new(SystemClock)).await
}

impl Gateway {
    pub async fn start(fake: Fake, settings: Settings) -> Self {
        let calls = fake.calls();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let opening = runtime.spawn(open(fake, settings));
        Self { app: opening.await.unwrap().unwrap(), calls, runtime: Some(runtime) }
    }

    /// Ends it as `kill -9` would: nothing of it runs any more, and it tells nobody.
    pub fn kill(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            self.app.speak.shared.iter().for_each(SharedFlights::fall_silent);
            runtime.shutdown_background();
        }
    }

    /// Whatever a request sets off runs where the gateway does.
    pub async fn answer(&self, mut request: Request<Body>) -> Response {
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4711))));
        let answering = router(self.app.clone()).oneshot(request);
        self.runtime.as_ref().unwrap().spawn(answering).await.unwrap().unwrap()
    }

    async fn send(&self, request: Request<Body>) -> Heard {
        hear(self.answer(request).await).await
    }

    pub async fn get(&self, path: &str) -> Heard {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn speak(&self, body: &Value) -> Heard {
        self.send(post().body(Body::from(body.to_string())).unwrap()).await
    }

    pub async fn links(&self, body: &Value) -> Value {
        let request = post().header("accept", "application/json");
        let answer = self.send(request.body(Body::from(body.to_string())).unwrap()).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        serde_json::from_slice(&answer.body).unwrap()
    }

    pub fn flights(&self) -> usize {
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

pub fn post() -> axum::http::request::Builder {
    Request::post("/tts").header("content-type", "application/json")
}

pub async fn hear(response: Response) -> Heard {
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
pub async fn until(what: &str, so: impl Fn() -> bool) {
    let waiting = async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(20), waiting).await.is_ok(), "never: {what}");
}

pub fn text(links: &Value, name: &str) -> String {
    links[name].as_str().unwrap().to_owned()
}

/// Checks the history of every flight that a Redis has: its parts are numbered without a gap, and each was told under a lease
/// that is no older than that of the part before; the last under the one that the record has. How many made each.
pub async fn makers(redis: &Redis) -> Vec<usize> {
    let flights: Vec<String> = redis.ask(redis::cmd("KEYS").arg("{saywell}:flights:record:*").take()).await;
    let mut makers = Vec::new();
    for record in flights {
        let of = |name: &str| record.replace(":record:", &format!(":{name}:"));
        let parts: Vec<(String, Vec<redis::Value>)> =
            redis.ask(redis::cmd("XRANGE").arg(of("parts")).arg("-").arg("+").take()).await;
        let tokens: Vec<String> = parts
            .iter()
            .enumerate()
            .map(|(number, (id, fields))| {
                assert_eq!(
                    *id,
                    format!("{}-0", number + 1),
                    "{record}: no part is missing, none is there twice"
                );
                redis::from_redis_value(fields[3].clone()).unwrap()
            })
            .collect();
        let lease = |token: &String| token.split('.').next().unwrap().parse::<u64>().unwrap();
        assert!(tokens.is_sorted_by_key(lease), "{record}: {tokens:?}");
        let last: String = redis.ask(redis::cmd("HGET").arg(&record).arg("token").take()).await;
        assert_eq!(tokens.last(), Some(&last), "{record}: whoever told last had the lease");
        makers.push(tokens.chunk_by(|one, next| one == next).count());
    }
    makers
}

pub const REPLY: &str =
    "The first sentence is here. The second one follows it. A third is said as well. And that is all.";

/// How it sounds where nothing is shared.
pub async fn reference(fake: Fake, body: &Value) -> Vec<u8> {
    Gateway::start(fake, settings(None)).await.speak(body).await.body
}

/// What two gateways are asked for at once, one of them makes.
async fn share_again(one: &Gateway, two: &Gateway) {
    let again = json!({ "text": "It is shared again." });
    let made = one.calls.count() + two.calls.count();
    let (first, second) = tokio::join!(one.speak(&again), two.speak(&again));
    let ill = [one, two].map(|gateway| gateway.app.limits.shared_books().unwrap().ill());
    assert_eq!(one.calls.count() + two.calls.count(), made + 1, "shared again: {ill:?}");
    assert_eq!(first.body, second.body);
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
            assert_eq!(makers(&redis).await, [2], "{format} after {pieces}: one after the other");
            let (begun, gone_on) = (one.calls.finished(), two.calls.count() + three.calls.count());
            assert!(begun + gone_on <= 5 && gone_on > 0, "{format} after {pieces}: {begun} and {gone_on}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn a_reply_that_a_quota_shortened_is_gone_on_with_as_far_as_it_went() {
    let redis = Redis::start().await;
    let fake = || Fake::named("fake").in_pieces(5, Duration::from_millis(15)).paid();
    // Enough for three of the four sentences.
    let plans: toml::Table = "[admin]\ncharacters_per_day = 80".parse().unwrap();
    let plans = Plans::new(&plans, toml::Table::new()).unwrap();
    let limited = |redis: Option<&Redis>| Settings { plans: plans.clone(), ..settings(redis) };
    let body = json!({ "text": REPLY });
    let whole = Gateway::start(fake(), limited(None)).await.speak(&body).await;
    assert!(whole.headers.contains_key("x-tts-notes"), "it is shortened: {:?}", whole.headers);
    let mut one = Gateway::start(fake(), limited(Some(&redis))).await;
    let two = Gateway::start(fake(), limited(Some(&redis))).await;
    let url = text(&one.links(&body).await, "url");
    let mut there =
        two.answer(Request::get(&url).body(Body::empty()).unwrap()).await.into_body().into_data_stream();
    let mut heard = there.next().await.unwrap().unwrap().to_vec();
    one.kill();
    while let Some(piece) = there.next().await {
        heard.extend_from_slice(&piece.unwrap());
    }
    assert!(heard == whole.body && two.calls.count() > 0, "{} of {}", heard.len(), whole.body.len());
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
    share_again(&one, &two).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn what_is_shared_is_encrypted_on_its_way_where_it_is_to_be() {
    let [authority, stranger] = [Authority::new(), Authority::new()];
    let redis = Redis::encrypted(&authority).await;
    let fake = || Fake::named("fake").delayed(Duration::from_millis(20));
    let one = Gateway::start(fake(), settings(Some(&redis))).await;
    let two = Gateway::start(fake(), settings(Some(&redis))).await;
    let body = json!({ "text": REPLY });
    let (here, there) = tokio::join!(one.speak(&body), two.speak(&body));
    assert_eq!(one.calls.count() + two.calls.count(), 4, "made once");
    assert!(here.body == there.body && !here.broken);
    assert!(one.app.limits.shared_books().unwrap().is_well());

    // Whoever cannot tell that it is this server tells it nothing, and speaks alone.
    for file in [Some(stranger.file()), None] {
        let three = Gateway::start(fake(), Settings { redis_ca_file: file, ..settings(Some(&redis)) }).await;
        assert_eq!(three.speak(&body).await.cache(), "miss");
        let ill = three.app.limits.shared_books().unwrap().ill().unwrap();
        assert!(ill.contains("certificate"), "{ill}");
    }
    let file = Some(stranger.file().with_file_name("nothing.pem"));
    let refused = open(fake(), Settings { redis_ca_file: file, ..settings(Some(&redis)) }).await.unwrap_err();
    assert!(refused.to_string().contains("nothing.pem"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn a_redis_of_a_cluster_is_refused_at_the_start_with_a_reason() {
    let redis = Redis::of_a_cluster().await;
    let refused = open(Fake::named("fake"), settings(Some(&redis))).await.unwrap_err();
    assert!(
        refused.to_string().starts_with("REDIS_URL cannot be used: this server is one of a cluster"),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn when_redis_fails_over_no_listener_loses_a_reply_and_flights_are_shared_again() {
    let mut redis = Redis::start().await;
    let other = Redis::following(&redis).await;
    redis.followed_by(1).await;
    let sentinel = Sentinel::over(&redis, 1).await;
    let settings = || Settings { redis_url: Some(Secret::new(sentinel.url())), ..settings(None) };
    let fake = || Fake::named("fake").in_pieces(5, Duration::from_millis(60));
    let body = json!({ "text": REPLY });
    let whole = reference(fake(), &body).await;
    let one = Gateway::start(fake(), settings()).await;
    let two = Gateway::start(fake(), settings()).await;
    let request = || post().body(Body::from(body.to_string())).unwrap();
    let here = one.answer(request()).await;
    let mut there = two.answer(request()).await.into_body().into_data_stream();
    let mut heard = there.next().await.unwrap().unwrap().to_vec();
    redis.stop();
    let here = hear(here);
    while let Some(piece) = there.next().await {
        heard.extend_from_slice(&piece.unwrap());
    }
    let here = here.await;
    assert!(heard == whole && here.body == whole && !here.broken);

    for gateway in [&one, &two] {
        let books = gateway.app.limits.shared_books().unwrap();
        tokio::time::timeout(Duration::from_secs(30), books.recovers())
            .await
            .expect("the other takes its place");
    }
    let role: Vec<redis::Value> = other.ask(redis::cmd("ROLE")).await;
    assert_eq!(role[0], redis::Value::BulkString(b"master".to_vec()));
    share_again(&one, &two).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn each_gateway_tells_how_all_are_until_one_is_gone() {
    let redis = Redis::start().await;
    let named = |name: &str| Settings { instance: Some(name.into()), ..settings(Some(&redis)) };
    let fake = || Fake::named("fake").delayed(Duration::from_hours(1));
    let one = Gateway::start(fake(), named("one")).await;
    let two = Gateway::start(Fake::named("fake"), named("two")).await;
    one.links(&json!({ "text": REPLY })).await;
    let told = async |gateway: &Gateway| {
        let states = gateway.app.states().await;
        states.into_iter().map(|state| (state.name, state.flights)).collect::<Vec<_>>()
    };
    let both = vec![("one".to_owned(), 1), ("two".to_owned(), 0)];
    let seen = async {
        while told(&two).await != both || told(&one).await != both {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), seen).await.expect("each knows of both");
    one.app.clone().close(Duration::ZERO).await;
    let alone = async {
        while told(&two).await != both[1..] {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    // Sooner than what it said last has become old.
    tokio::time::timeout(Duration::from_secs(6), alone).await.expect("it has said that it is no more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn what_is_done_once_for_all_is_one_gateways_turn() {
    let redis = Redis::start().await;
    let gateways = [Gateway::start(Fake::named("fake"), settings(Some(&redis))).await, {
        Gateway::start(Fake::named("fake"), settings(Some(&redis))).await
    }];
    let turns = gateways.each_ref().map(|gateway| {
        let service = gateway.app.limits.shared_books().unwrap().clone();
        Turns::among(Gateways::new(redis.address(), service))
    });
    let [one, two] = &turns;
    let hour = Duration::from_hours(1);
    // Once an hour, whoever is first; and whoever did it does it again.
    let turn = one.take("sweep", hour).await.unwrap();
    assert!(two.take("sweep", hour).await.is_none(), "it is being done");
    assert!(two.take("other work", hour).await.is_some());
    drop(turn);
    let left =
        async || redis.ask::<i64>(redis::cmd("PTTL").arg("{saywell}:gateways:turn:sweep").take()).await;
    let kept = async {
        while left().await < 1_800_000 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), kept).await.expect("it is done for this hour");
    assert!(two.take("sweep", hour).await.is_none());
    drop(one.take("sweep", Duration::ZERO).await.unwrap());
    // Given back, another has it at once.
    let other = async {
        loop {
            match two.take("sweep", hour).await {
                Some(turn) => return turn,
                None => tokio::time::sleep(Duration::from_millis(2)).await,
            }
        }
    };
    let turn = tokio::time::timeout(Duration::from_secs(20), other).await.expect("it is given back");
    assert!(one.take("sweep", hour).await.is_none());
    // Of one that was killed it is free again before the hour is over.
    assert!((1..=30_000).contains(&left().await));
    drop(turn);
    assert!(Turns::default().take("sweep", hour).await.is_some(), "alone, it is always one's own");
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
    let mut forget = redis::cmd("DEL");
    forget.arg(&["record", "parts"].map(|of| format!("{{saywell}}:flights:{of}:{key}")));
    redis.ask::<u64>(forget).await;
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
    // Many more, at random moments and with the time until sound goes on, where somebody wants figures.
    let wished = std::env::var("TAKE_OVERS").ok().and_then(|rounds| rounds.parse().ok());
    let mut waits = Vec::new();
    for round in 0..wished.unwrap_or(4) {
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
        if wished.is_some() {
            assert!(stub.until(|counts| counts.begun > begun).await);
            tokio::time::sleep(Duration::from_millis(rand::random_range(0..1_500))).await;
        } else {
            assert!(stub.until(|counts| counts.begun > begun + 2 * round).await);
        }
        one.kill();
        let (mut last, mut longest) = (Instant::now(), Duration::ZERO);
        while let Some(piece) = sound.chunk().await.unwrap() {
            longest = longest.max(last.elapsed());
            last = Instant::now();
            heard += piece.len();
        }
        waits.push(longest);
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
    let (booked, sent, rounds) = (booked(&servers), stub.charged(), waits.len() as u64);
    assert!((sent..=sent + rounds * 40).contains(&booked), "{booked} of {sent}");
    if wished.is_some() {
        waits.sort_unstable();
        eprintln!(
            "longest silence after a kill, {rounds} rounds: {waits:?}; {booked} characters booked, {sent} sent"
        );
        assert!(waits.last().is_none_or(|longest| *longest <= Duration::from_secs(3)), "{waits:?}");
    }
    for server in servers {
        server.stop();
    }
}
