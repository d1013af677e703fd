//! Whatever a provider's service answers, of every kind of provider there is, is sound made of numbers, or a failure.
//! The first byte is the kind, the second the status, the third how what comes is named and cut; the rest is the answer.
#![no_main]
#![expect(clippy::expect_used, reason = "what cannot be set up is a fault to be seen")]

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use futures::stream;
use libfuzzer_sys::fuzz_target;
use saywell::clock::{Clock, SystemClock};
use saywell::net;
use saywell::provider::{Provider, Request, gather};
use saywell::providers::{Inside, KINDS, Opening, Options};
use tokio::runtime::Runtime;

/// Kinds that ask another service before, or sign what they ask.
const OPTIONS: &[(&str, &str)] = &[
    ("openai", "api_key = 'k'\nbase_url = 'URL/v1'"),
    ("openai_compatible", "api_key = 'k'\nbase_url = 'URL/v1'"),
    ("openai_realtime", "api_key = 'k'\nbase_url = 'URL/v1'"),
    ("elevenlabs", "api_key = 'k'\nbase_url = 'URL'"),
    ("azure", "key = 'k'\nbase_url = 'URL'"),
    ("google", "api_key = 'k'\nbase_url = 'URL'"),
    ("polly", "access_key_id = 'k'\nsecret_access_key = 'k'\nregion = 'eu-west-1'\nbase_url = 'URL'"),
    ("coqui", "base_url = 'URL'"),
    ("xtts", "base_url = 'URL'"),
    ("piper", "base_url = 'URL'"),
    ("mistral", "api_key = 'k'\nbase_url = 'URL'"),
    ("gemini", "api_key = 'k'\nbase_url = 'URL/v1'"),
    ("cartesia", "api_key = 'k'\nbase_url = 'URL'"),
    ("deepgram", "api_key = 'k'\nbase_url = 'URL'"),
    ("xai", "api_key = 'k'\nbase_url = 'URL/v1'"),
    ("inworld", "api_key = 'k'\nbase_url = 'URL'"),
    ("minimax", "api_key = 'k'\nbase_url = 'URL/v1'"),
    ("cartesia", "api_key = 'k'\nbase_url = 'URL'\ncontinuous = true"),
    ("deepgram", "api_key = 'k'\nbase_url = 'URL'\ncontinuous = true"),
];
/// Kinds that ask nobody, and those that are another one with an address of their own.
const LIKE_OTHERS: [&str; 12] = [
    "local", "kokoro", "groq", "openrouter", "deepinfra", "together", "assemblyai", "kokoro_fastapi",
    "speaches", "localai", "openedai", "edge_tts",
];
const TYPES: [&str; 5] = [
    "application/json", "audio/wav", "audio/L16;rate=24000", "text/event-stream", "application/x-json-stream",
];
const STATUSES: [u16; 6] = [200, 200, 200, 400, 429, 503];

#[derive(Clone, Default)]
struct Answer {
    status: u16,
    kind: &'static str,
    size: usize,
    bytes: Bytes,
}

struct Bench {
    runtime: Runtime,
    answer: Arc<Mutex<Answer>>,
    providers: Vec<Arc<dyn Provider>>,
}

impl Bench {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let answer: Arc<Mutex<Answer>> = Arc::default();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(reply).with_state(Arc::clone(&answer));
        runtime.spawn(async move { axum::serve(listener, router).await });
        for kind in KINDS {
            let known =
                LIKE_OTHERS.contains(&kind.name) || OPTIONS.iter().any(|(name, _)| *name == kind.name);
            assert!(known, "{}: is asked by nobody here", kind.name);
        }
        let (inside, client) = (Inside::default(), net::client().expect("a client"));
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let providers = OPTIONS.iter().map(|(name, options)| {
            let kind = KINDS.iter().find(|kind| kind.name == *name).expect("a kind");
            let table = options.replace("URL", &url).parse().expect("options");
            let options = Options { kind: None, table };
            let opening =
                Opening { name, options: &options, inside: &inside, client: &client, clock: &clock };
            let _runtime = runtime.enter();
            (kind.open)(opening).expect("opens without asking anybody")
        });
        let providers = providers.collect();
        Self { runtime, answer, providers }
    }
}

async fn reply(
    State(answer): State<Arc<Mutex<Answer>>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let answer = answer.lock().map(|answer| answer.clone()).unwrap_or_default();
    if let Ok(upgrade) = upgrade {
        return upgrade.on_upgrade(move |socket| talk(socket, answer));
    }
    let pieces: Vec<Bytes> = answer.bytes.chunks(answer.size).map(Bytes::copy_from_slice).collect();
    let body = Body::from_stream(stream::iter(pieces.into_iter().map(Ok::<_, std::io::Error>)));
    let status = axum::http::StatusCode::from_u16(answer.status).unwrap_or_default();
    (status, [("content-type", answer.kind)], body).into_response()
}

async fn talk(mut socket: WebSocket, answer: Answer) {
    for line in answer.bytes.split(|byte| *byte == b'\n') {
        let message = match std::str::from_utf8(line) {
            Ok(text) => Message::Text(text.into()),
            Err(_) => Message::Binary(Bytes::copy_from_slice(line)),
        };
        if socket.send(message).await.is_err() {
            return;
        }
    }
    let _ = socket.send(Message::Close(None)).await;
}

thread_local! {
    static BENCH: Bench = Bench::new();
}

fuzz_target!(|data: &[u8]| {
    let [which, status, how, rest @ ..] = data else { return };
    BENCH.with(|bench| {
        let pick = |list: &[u16]| list[usize::from(*status) % list.len()];
        if let Ok(mut answer) = bench.answer.lock() {
            *answer = Answer {
                status: pick(&STATUSES),
                kind: TYPES[usize::from(*how) % TYPES.len()],
                size: usize::from(*how / 5).max(1),
                bytes: Bytes::copy_from_slice(rest),
            };
        }
        let provider = &bench.providers[usize::from(*which) % bench.providers.len()];
        let request = Request::new("Every word is heard.", &provider.about().model, "nova");
        let spoken = bench.runtime.block_on(async {
            let spoken = gather(provider.speak(request));
            tokio::time::timeout(std::time::Duration::from_secs(5), spoken)
                .await
                .expect("an answer has an end")
        });
        if let Ok(speech) = spoken {
            // Louder than full is brought down where it is levelled.
            assert!(speech.samples.iter().all(|sample| sample.is_finite()), "samples that are no numbers");
            assert!(speech.words.iter().all(|word| word.start <= word.end), "words run backwards");
        }
    });
});
