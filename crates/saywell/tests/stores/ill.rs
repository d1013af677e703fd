//! Speech beside a database that is ill: nobody waits for it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use saywell::app::App;
use saywell::clock::{Clock, ManualClock, SystemClock};
use saywell::config::Settings;
use saywell::http::router;
use saywell::identity::Mode;
use saywell::identity::key::{self, NewKey};
use saywell::providers::fake::Fake;
use saywell::secret::Secret;
use saywell::store::{KeyLimits, Scopes};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;

use crate::postgres::Postgres;

/// A way to a server that can be frozen: connections stay, and nothing passes.
struct Way {
    address: SocketAddr,
    frozen: watch::Sender<bool>,
}

impl Way {
    async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let frozen = watch::Sender::new(false);
        let state = frozen.subscribe();
        tokio::spawn(async move {
            loop {
                let (mut near, _) = listener.accept().await.unwrap();
                let mut state = state.clone();
                tokio::spawn(async move {
                    until(&mut state, false).await;
                    let mut far = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => {}
                        () = until(&mut state, true) => {}
                    }
                    // What is on its way is lost; the connection stays until it thaws.
                    until(&mut state, false).await;
                });
            }
        });
        Self { address, frozen }
    }
}

async fn until(state: &mut watch::Receiver<bool>, frozen: bool) {
    drop(state.wait_for(|state| *state == frozen).await);
}

struct Gateway {
    app: App,
    key: String,
}

impl Gateway {
    /// Says something, and tells how that ended and how long it took.
    async fn speak(&self, key: &str, text: &str) -> (StatusCode, Duration) {
        let begun = Instant::now();
        let request = Request::post("/tts").header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {key}"));
        let body = serde_json::json!({ "text": text }).to_string();
        let mut request = request.body(Body::from(body)).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4711))));
        let answer = router(self.app.clone()).oneshot(request).await.unwrap();
        let status = answer.status();
        to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, begun.elapsed())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs postgresql; `tools/test.sh stores` runs it"]
async fn a_database_that_is_frozen_holds_nobody_up_and_known_keys_work_for_a_while() {
    let server = Postgres::start();
    let way = Way::to(server.port()).await;
    let settings = Settings {
        storage_url: Some("memory:".into()),
        database_url: Some(format!("postgres://saywell@{}/postgres?sslmode=disable", way.address)),
        signing_key: Some(Secret::new("only tests are signed with these words")),
        default_voice: Some("tone".into()),
        provider: "fake".into(),
        auth: vec![Mode::Key],
        key_cache: Duration::from_mins(5),
        ..Settings::default()
    };
    let clock = Arc::new(ManualClock::new(SystemClock.now()));
    let providers: Vec<Arc<dyn saywell::provider::Provider>> = vec![Arc::new(Fake::named("fake"))];
    let app = App::with_providers(settings, providers, Arc::clone(&clock) as Arc<dyn Clock>).await.unwrap();
    let new = |name: &str| NewKey {
        name: name.into(),
        scopes: Scopes { speak: true, admin: false },
        limits: KeyLimits::default(),
        expires_at: None,
    };
    let (known, _) = key::mint(&*app.store.keys, new("known"), clock.now()).await.unwrap();
    let (fresh, row) = key::mint(&*app.store.keys, new("fresh"), clock.now()).await.unwrap();
    let gateway = Gateway { app, key: known };
    assert_eq!(gateway.speak(&gateway.key, "Before.").await.0, StatusCode::OK);

    way.frozen.send_replace(true);
    let (status, took) = gateway.speak(&gateway.key, "The first without it.").await;
    assert_eq!(status, StatusCode::OK, "a key that was right is taken");
    assert!(took < Duration::from_secs(2), "{took:?}");
    let begun = Instant::now();
    for number in 0..10 {
        assert_eq!(gateway.speak(&gateway.key, &format!("Number {number}.")).await.0, StatusCode::OK);
    }
    assert!(begun.elapsed() < Duration::from_secs(3), "nobody waits any more: {:?}", begun.elapsed());
    assert!(!gateway.app.store.service.is_well());
    // Nobody can tell who this is: come again, says the answer, and not that something went wrong.
    let (status, took) = gateway.speak(&fresh, "Who am I?").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(took < Duration::from_secs(1), "{took:?}");
    // Not for ever: a key may have been revoked.
    clock.advance(Duration::from_mins(5));
    assert_eq!(gateway.speak(&gateway.key, "Too late.").await.0, StatusCode::SERVICE_UNAVAILABLE);

    way.frozen.send_replace(false);
    tokio::time::timeout(Duration::from_secs(30), gateway.app.store.service.recovers()).await.unwrap();
    assert_eq!(gateway.speak(&gateway.key, "There it is again.").await.0, StatusCode::OK);
    assert_eq!(gateway.speak(&fresh, "And I am somebody.").await.0, StatusCode::OK);
    gateway.app.store.keys.revoke(&row.id, clock.now()).await.unwrap();
    assert_eq!(gateway.speak(&fresh, "No longer.").await.0, StatusCode::UNAUTHORIZED, "at once");
}
