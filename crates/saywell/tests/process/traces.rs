//! What each stage of a request took, as a collector of traces is told it.

use std::sync::{Arc, Mutex};

use axum::routing::post;
use axum::{Json, Router};
use saywell_stubs::{Stub, stubs::openai};

use super::*;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

/// A collector that keeps what it is sent.
struct Collector {
    address: String,
    told: Arc<Mutex<Vec<Value>>>,
}

impl Collector {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let told = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&told);
        let take = async move |Json(message): Json<Value>| {
            kept.lock().unwrap().push(message);
            "{}"
        };
        let router = Router::new().route("/v1/traces", post(take));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, told }
    }

    /// All spans.
    fn spans(&self) -> Vec<Value> {
        let told = self.told.lock().unwrap();
        let list = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
        let resources = told.iter().flat_map(|message| list(message, "resourceSpans"));
        let scopes = resources.flat_map(|resource| {
            let name = &resource["resource"]["attributes"][0];
            assert_eq!(
                (&name["key"], &name["value"]["stringValue"]),
                (&json!("service.name"), &json!("saywell"))
            );
            list(&resource, "scopeSpans")
        });
        scopes.flat_map(|scope| list(&scope, "spans")).collect()
    }
}

/// A field of a span.
fn field(span: &Value, name: &str) -> Value {
    let fields = span["attributes"].as_array().unwrap();
    let found = fields.iter().find(|field| field["key"] == name);
    found.and_then(|field| field["value"].as_object()?.values().next().cloned()).unwrap_or_default()
}

async fn speak(server: &Server, text: &str, flags: &str) -> Response {
    let request = Client::new().post(format!("{}/tts", server.address)).json(&json!({ "text": text }));
    request.header("traceparent", format!("00-{TRACE}-{CALLER}-{flags}")).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_is_told_of_every_stage_and_providers_of_the_trace() {
    let (data, collector) = (TempDir::new().unwrap(), Collector::start().await);
    let stub = Stub::start(&openai::KIND).await.unwrap();
    let address = format!("{}/v1", stub.url());
    let settings = [
        ("TTS_PROVIDER", "openai"),
        ("OPENAI_API_KEY", "sk-nobody"),
        ("OPENAI_BASE_URL", address.as_str()),
        ("TTS_OTLP_ENDPOINT", collector.address.as_str()),
    ];
    let server = Server::start_with(data.path(), &settings);
    let answer = speak(&server, "The first sentence of it. And here is the second one.", "01").await;
    assert_eq!(answer.status(), StatusCode::OK);
    answer.bytes().await.unwrap();
    let refused = speak(&server, "", "01").await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    // Whoever began this trace does not want it.
    speak(&server, "A third sentence that nobody follows.", "00").await.bytes().await.unwrap();
    assert!(tokio::task::block_in_place(|| server.stop()), "what is not sent yet is sent at the end");

    let spans = collector.spans();
    let named = |name: &str| spans.iter().filter(|span| span["name"] == name).collect::<Vec<_>>();
    assert!(spans.iter().all(|span| span["traceId"] == TRACE), "{spans:?}");
    let [request, wrong] = named("request")[..] else { panic!("{spans:?}") };
    let (request, wrong) =
        if field(request, "status") == "200" { (request, wrong) } else { (wrong, request) };
    assert_eq!((&request["parentSpanId"], &request["kind"]), (&json!(CALLER), &json!(2)));
    assert_eq!((field(request, "path"), field(wrong, "status")), (json!("/tts"), json!("400")));
    let above = |span: &Value| spans.iter().find(|above| above["spanId"] == span["parentSpanId"]).cloned();
    for (name, parent, count) in [
        ("script", "request", 2),
        ("flight", "request", 1),
        ("utterance", "flight", 2),
        ("call", "utterance", 2),
        ("encode", "utterance", 2),
    ] {
        let found = named(name);
        assert_eq!(found.len(), count, "{name}: {spans:?}");
        for span in found {
            assert_eq!(above(span).map(|above| above["name"].clone()), Some(json!(parent)), "{name}");
            let time = |name: &str| span[name].as_str().unwrap().parse::<u64>().unwrap();
            assert!(time("startTimeUnixNano") <= time("endTimeUnixNano"));
        }
    }
    let calls = named("call");
    assert!(calls.iter().all(|call| field(call, "provider") == "openai" && call["kind"] == 3), "{calls:?}");
    // What the service was shown: each of these calls, and those of the trace that nobody wants as such.
    let asked = stub.requests().into_iter().filter(|asked| asked.path.ends_with("/audio/speech"));
    let mut shown: Vec<String> = asked.map(|asked| asked.header("traceparent").to_owned()).collect();
    let unwanted = shown.pop().unwrap();
    assert!(unwanted.starts_with(&format!("00-{TRACE}-")) && unwanted.ends_with("-00"), "{unwanted}");
    let mut told: Vec<String> =
        calls.iter().map(|call| format!("00-{TRACE}-{}-01", call["spanId"].as_str().unwrap())).collect();
    shown.sort();
    told.sort();
    assert_eq!(shown, told);
    assert!(!format!("{spans:?}").contains("sentence"), "texts are in no trace: {spans:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn speech_goes_on_without_the_collector_that_is_named() {
    let data = TempDir::new().unwrap();
    let settings = [("TTS_OTLP_ENDPOINT", "http://127.0.0.1:1"), ("TTS_LOG", "warn")];
    let mut serve = saywell(data.path());
    serve.arg("serve").env("TTS_LISTEN", "127.0.0.1:0").envs(settings).stderr(Stdio::piped());
    let mut server = Server::of(&mut serve);
    let mut log = server.process.stderr.take().unwrap();
    let answer = speak(&server, "It is spoken all the same.", "01").await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(!answer.bytes().await.unwrap().is_empty());
    assert!(tokio::task::block_in_place(|| server.stop()));
    let mut told = String::new();
    log.read_to_string(&mut told).unwrap();
    assert_eq!(told.matches("TTS_OTLP_ENDPOINT").count(), 1, "{told}");
}
