//! A gateway to call, and what its answers are made of.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use futures::StreamExt;
use saywell::app::App;
use saywell::clock::{Clock, ManualClock};
use saywell::config::Settings;
use saywell::http::router;
use saywell::provider::Provider;
use saywell::providers::fake::{Calls, Fake};
use saywell::secret::Secret;
use saywell::speak::MAX_WRITES;
use serde_json::Value;
use tower::ServiceExt;

/// A gateway in memory, with a clock that stands still.
pub struct Gateway {
    pub app: App,
    pub clock: Arc<ManualClock>,
    pub calls: Arc<Calls>,
}

/// An answer that was read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// The transfer broke off.
    pub broken: bool,
}

pub fn settings() -> Settings {
    Settings {
        storage_url: Some("memory:".into()),
        database_url: Some("sqlite::memory:".into()),
        signing_key: Some(Secret::new("only tests are signed with these words")),
        default_voice: Some("tone".into()),
        provider: "fake".into(),
        ..Settings::default()
    }
}

impl Gateway {
    /// With one healthy provider.
    pub async fn new() -> Self {
        Self::with(Fake::named("fake"), settings()).await
    }

    /// With this provider and these settings.
    pub async fn with(fake: Fake, settings: Settings) -> Self {
        let calls = fake.calls();
        Self::with_chain(vec![Arc::new(fake)], calls, settings).await
    }

    /// With these providers; `calls` are those to watch.
    pub async fn with_chain(chain: Vec<Arc<dyn Provider>>, calls: Arc<Calls>, settings: Settings) -> Self {
        let clock = Arc::new(ManualClock::default());
        let app = App::with_providers(settings, chain, Arc::clone(&clock) as Arc<dyn Clock>).await.unwrap();
        Self { app, clock, calls }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = router(self.app.clone()).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let mut pieces = body.into_data_stream();
        let (mut body, mut broken) = (Vec::new(), false);
        while let Some(piece) = pieces.next().await {
            match piece {
                Ok(piece) => body.extend_from_slice(&piece),
                Err(_) => broken = true,
            }
        }
        Answer { status: parts.status, headers: parts.headers, body, broken }
    }

    /// As [`send`](Self::send), over a connection from this address.
    pub async fn send_from(&self, peer: &str, mut request: Request<Body>) -> Answer {
        let peer = SocketAddr::new(peer.parse().unwrap(), 4711);
        request.extensions_mut().insert(ConnectInfo(peer));
        self.send(request).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn get_with(&self, path: &str, header: &str, value: &str) -> Answer {
        self.send(Request::get(path).header(header, value).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(post(path, body).body(Body::from(body.to_string())).unwrap()).await
    }

    /// `POST /tts` for links, whatever it answers.
    pub async fn ask_for_links(&self, body: &Value) -> Answer {
        let request = post("/tts", body).header("accept", "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// `POST /tts` for links.
    pub async fn links(&self, body: &Value) -> Value {
        let answer = self.ask_for_links(body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// Waits until whatever is being made is made and stored.
    pub async fn settle(&self) {
        let speak = &self.app.speak;
        let stored = async {
            speak.flights.landed().await;
            // Clips are stored beside their flights.
            drop(speak.writes.acquire_many(MAX_WRITES as u32).await.unwrap());
        };
        tokio::time::timeout(Duration::from_secs(20), stored).await.expect("flights land");
    }
}

fn post(path: &str, _body: &Value) -> axum::http::request::Builder {
    Request::post(path).header("content-type", "application/json")
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status, code and parameter of an error.
    pub fn error(&self) -> (u16, String, String) {
        let error = &self.json()["error"];
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        assert!(!text("message").is_empty() && !text("request_id").is_empty(), "{error}");
        assert_eq!(text("request_id"), self.header("x-request-id"));
        (self.status.as_u16(), text("code"), text("param"))
    }
}
