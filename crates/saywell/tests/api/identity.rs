//! Who is let in, and who is not: open on this machine, by key, by session; and what attackers try.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use axum::http::request::Builder;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use saywell::clock::Clock;
use saywell::config::Settings;
use saywell::connections::ConnectionBounds;
use saywell::http::router;
use saywell::http::server::{self, Server};
use saywell::identity::key::{NewKey, mint};
use saywell::identity::{KeyLimits, Mode, Scopes};
use saywell::providers::fake::Fake;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Answer, Gateway, settings};

/// Where callers come from when it matters.
const SOMEWHERE: &str = "203.0.113.7";

pub async fn with_auth(auth: &[Mode], more: impl FnOnce(&mut Settings)) -> Gateway {
    let mut settings = Settings { auth: auth.to_vec(), ..settings() };
    more(&mut settings);
    Gateway::with(Fake::named("fake"), settings).await
}

/// `POST /tts` that asks for links.
pub fn ask(text: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let request = Request::post("/tts").header("content-type", "application/json");
    let request = request.header("accept", "application/json");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(Body::from(json!({ "text": text }).to_string())).unwrap()
}

fn get(path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let request: Builder = Request::get(path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(Body::empty()).unwrap()
}

pub async fn key(gateway: &Gateway, speak: bool, admin: bool) -> (String, String) {
    let new = NewKey {
        name: "app".into(),
        scopes: Scopes { speak, admin },
        limits: KeyLimits::default(),
        expires_at: Some(gateway.clock.now() + Duration::from_hours(24)),
    };
    let (key, row) = mint(&*gateway.app.store.keys, new, gateway.clock.now()).await.unwrap();
    (format!("Bearer {key}"), row.id)
}

fn unauthorized() -> (u16, String, String) {
    (401, "unauthorized".into(), "Authorization".into())
}

fn forbidden() -> (u16, String, String) {
    (403, "forbidden".into(), String::new())
}

/// The session cookie that an answer sets, as a browser sends it back.
pub fn session(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn without_a_choice_this_machine_is_served_and_no_other() {
    let gateway = Gateway::new().await;
    assert_eq!(gateway.send_from("127.0.0.1", ask("Hello.", &[])).await.status, 200);
    assert_eq!(gateway.send_from("::1", ask("Hello.", &[("host", "localhost:8787")])).await.status, 200);
    assert_eq!(gateway.send_from(SOMEWHERE, ask("Hello.", &[])).await.error(), forbidden());
    // Through a proxy on this machine, or under a name that somebody made lead here.
    for header in [("x-forwarded-for", SOMEWHERE), ("host", "evil.example:8787")] {
        assert_eq!(gateway.send_from("127.0.0.1", ask("Hello.", &[header])).await.error(), forbidden());
    }
    // Another page in the same browser.
    let page = [("host", "127.0.0.1:8787"), ("origin", "https://evil.example")];
    assert_eq!(gateway.send_from("127.0.0.1", ask("Hello.", &page)).await.error(), forbidden());
}

#[tokio::test]
async fn nobody_is_served_without_a_credential_where_one_is_asked_for() {
    let gateway = with_auth(&[Mode::Key], |_| {}).await;
    let speech = |headers: &[(&str, &str)]| {
        let request = Request::post("/v1/audio/speech").header("content-type", "application/json");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let ask = json!({ "model": "tts-1", "input": "Hello.", "voice": "alloy" });
        request.body(Body::from(ask.to_string())).unwrap()
    };
    let refused = gateway.send(ask("Hello.", &[])).await;
    assert_eq!(refused.error(), unauthorized());
    assert_eq!(refused.header("www-authenticate"), "Bearer");
    assert_eq!(gateway.send(speech(&[])).await.error(), unauthorized());
    for path in ["/tts/config", "/metrics", "/admin/api/overview"] {
        assert_eq!(gateway.get(path).await.error(), unauthorized(), "{path}");
    }
    for path in ["/healthz", "/readyz", "/openapi.json", "/", "/player/define.js"] {
        assert_eq!(gateway.get(path).await.status, 200, "{path}");
    }
    assert_eq!(gateway.calls.count(), 0);

    let (key, id) = key(&gateway, true, false).await;
    let bearer = [("authorization", key.as_str())];
    assert_eq!(gateway.send(ask("Hello.", &bearer)).await.status, 200);
    assert_eq!(gateway.send(speech(&bearer)).await.status, 200, "as OpenAI's SDKs send it");
    assert_eq!(gateway.send(get("/metrics", &bearer)).await.error(), forbidden());
    gateway.app.store.keys.revoke(&id, gateway.clock.now()).await.unwrap();
    let revoked = gateway.send(ask("Hello.", &bearer)).await;
    assert_eq!(revoked.error(), unauthorized());
    assert!(revoked.text().contains("revoked"));
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say_until_it_expires() {
    let gateway = with_auth(&[Mode::Key], |_| {}).await;
    let [(speak, _), (admin, _)] = [key(&gateway, true, false).await, key(&gateway, false, true).await];
    let of = |key: &str, more: &[(&'static str, &'static str)]| {
        let mut headers = vec![("authorization".to_owned(), key.to_owned())];
        headers.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        headers
    };
    let metrics = async |headers: Vec<(String, String)>| {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        gateway.send(get("/metrics", &headers)).await
    };
    assert_eq!(metrics(of(&admin, &[])).await.status, 200);
    assert_eq!(metrics(of(&admin, &[("x-user-id", "ann")])).await.error(), forbidden());
    assert_eq!(metrics(of(&admin, &[("x-user-id", "ann"), ("x-plan", "admin")])).await.status, 200);
    assert_eq!(metrics(of(&speak, &[("x-plan", "admin")])).await.error(), forbidden());
    let silent = gateway.send(ask("Hello.", &[("authorization", &admin)])).await;
    assert_eq!(silent.error(), forbidden());
    assert!(silent.text().contains("scope `speak`"));
    gateway.clock.advance(Duration::from_hours(24));
    assert!(gateway.send(ask("Hello.", &[("authorization", &speak)])).await.text().contains("expired"));
}

#[tokio::test]
async fn what_a_server_says_of_its_users_is_looked_at() {
    let gateway = with_auth(&[Mode::Key], |_| {}).await;
    let (key, _) = key(&gateway, true, false).await;
    let long = "x".repeat(129);
    for (name, value) in
        [("x-user-id", long.as_str()), ("x-room-id", "a\tb"), ("x-plan", "no such/plan"), ("x-plan", "été")]
    {
        let request = ask("Hello.", &[("authorization", &key), (name, value)]);
        assert_eq!(gateway.send(request).await.error(), (400, "invalid_request".into(), name.into()));
    }
    let twice = ask("Hello.", &[("authorization", &key), ("x-user-id", "ann"), ("x-user-id", "ben")]);
    assert_eq!(gateway.send(twice).await.error().0, 400);
    let twice = ask("Hello.", &[("authorization", &key), ("authorization", "Bearer other")]);
    assert_eq!(gateway.send(twice).await.error().0, 400);
    let fine = ask("Hello.", &[("authorization", &key), ("x-user-id", "Zoë 7"), ("x-room-id", "r/1")]);
    assert_eq!(gateway.send(fine).await.status, 200);
}

#[tokio::test]
async fn guessing_keys_is_throttled_by_network_behind_proxies_too() {
    let trusted = vec!["10.0.0.0/8".parse().unwrap()];
    let gateway = with_auth(&[Mode::Key], |settings| settings.trusted_proxies = trusted).await;
    let (key, id) = key(&gateway, true, false).await;
    let guess = async |n: usize, address: &str| {
        let guess = format!("Bearer saywell_{id}_{n:064x}");
        // Whatever the guesser claims stands to the left of what the proxy saw.
        let claimed = format!("198.51.100.{n}, {address}");
        let request = ask("Hello.", &[("authorization", &guess), ("x-forwarded-for", &claimed)]);
        gateway.send_from("10.1.1.1", request).await
    };
    for n in 0..10 {
        assert_eq!(guess(n, &format!("203.0.113.{n}")).await.error(), unauthorized());
    }
    let throttled = guess(10, "203.0.113.99").await;
    assert_eq!(throttled.error(), (429, "rate_limited".into(), String::new()));
    assert_eq!(throttled.header("retry-after"), "60");
    let right = |address: &str| ask("Hello.", &[("authorization", &key), ("x-forwarded-for", address)]);
    assert_eq!(
        gateway.send_from("10.1.1.1", right("203.0.113.5")).await.status,
        429,
        "not even the right one"
    );
    assert_eq!(gateway.send_from("10.1.1.1", right("203.0.114.5")).await.status, 200, "another network");
    assert_eq!(gateway.send_from("10.1.1.1", right("203.0.113.5")).await.status, 200, "known to be right");
    gateway.clock.advance(Duration::from_mins(1));
    assert_eq!(guess(11, "203.0.113.99").await.error(), unauthorized());
}

#[tokio::test]
async fn a_trial_is_a_session_that_is_kept_and_cannot_be_made() {
    let gateway = with_auth(&[Mode::Trial], |_| {}).await;
    let first = gateway.send_from(SOMEWHERE, get("/tts/config", &[])).await;
    assert_eq!(first.status, 200);
    let set = first.header("set-cookie").to_owned();
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(set.contains(attribute), "{set}");
    }
    assert_eq!(first.header("cache-control"), "no-store");
    let cookie = session(&first);
    let again = gateway.send_from(SOMEWHERE, ask("Hello.", &[("cookie", &cookie)])).await;
    assert_eq!((again.status.as_u16(), again.header("set-cookie")), (200, ""));
    // A forged one is none: a new session, which its network is counted for all the same.
    let forged = format!("{}x", &cookie[..cookie.len() - 1]);
    let new = gateway.send_from(SOMEWHERE, ask("Hello.", &[("cookie", &forged)])).await;
    assert!(new.status == 200 && session(&new) != cookie);
    // Where credentials mean nothing, one that is shown is passed over: OpenAI's SDKs always send one.
    let shown = ask("Hello.", &[("cookie", &cookie), ("authorization", "Bearer x")]);
    assert_eq!(gateway.send_from(SOMEWHERE, shown).await.status, 200);
    assert_eq!(gateway.send(get("/metrics", &[("cookie", &cookie)])).await.error(), forbidden());
}

#[tokio::test]
async fn sessions_are_kept_to_https_where_callers_come_by_it() {
    let plain =
        with_auth(&[Mode::Trial], |settings| settings.trusted_proxies = vec!["10.0.0.1/32".parse().unwrap()]);
    let plain = plain.await;
    let proto = [("x-forwarded-proto", "https")];
    let through = plain.send_from("10.0.0.1", get("/tts/config", &proto)).await;
    assert!(through.header("set-cookie").contains("; Secure"));
    let claimed = plain.send_from(SOMEWHERE, get("/tts/config", &proto)).await;
    assert!(!claimed.header("set-cookie").contains("Secure"), "nobody's word but the proxy's");
    let public =
        with_auth(&[Mode::Trial], |settings| settings.public_url = "https://voice.example.com".into());
    assert!(public.await.get("/tts/config").await.header("set-cookie").contains("; Secure"));
}

#[tokio::test]
async fn pages_from_elsewhere_cannot_speak_with_somebody_s_cookie() {
    let gateway = with_auth(&[Mode::Trial, Mode::Key], |settings| {
        settings.cors_origins = vec!["https://chat.example.com".into()];
    });
    let gateway = gateway.await;
    let cookie = session(&gateway.get("/tts/config").await);
    let from = |origin: &str, site: &str| {
        let host = ("host", "voice.example.com");
        ask("Hello.", &[("cookie", &cookie), host, ("origin", origin), ("sec-fetch-site", site)])
    };
    assert_eq!(gateway.send(from("https://evil.example", "cross-site")).await.error(), forbidden());
    assert_eq!(gateway.send(from("https://evil.example.com", "same-site")).await.error(), forbidden());
    assert_eq!(gateway.send(from("null", "cross-site")).await.error(), forbidden());
    assert_eq!(gateway.calls.count(), 0);
    let allowed = gateway.send(from("https://chat.example.com", "same-site")).await;
    assert_eq!(allowed.status, 200);
    assert_eq!(allowed.header("access-control-allow-origin"), "https://chat.example.com");
    assert_eq!(allowed.header("access-control-allow-credentials"), "true");
    assert_eq!(gateway.send(from("https://voice.example.com", "same-origin")).await.status, 200);
    // A key is shown by the caller, not by the browser, so it does not matter whose page it is.
    let (key, _) = key(&gateway, true, false).await;
    let by_key = ask("Hello.", &[("authorization", &key), ("origin", "https://evil.example")]);
    let by_key = gateway.send(by_key).await;
    assert_eq!(by_key.status, 200);
    assert_eq!(by_key.header("access-control-allow-origin"), "", "which still may not read the answer");
}

#[tokio::test]
async fn bombs_do_no_harm() {
    let gateway = with_auth(&[Mode::Key, Mode::Jwt, Mode::Trial], |settings| {
        settings.jwt_secret = Some(saywell::secret::Secret::new("a secret of at least thirty-two letters"));
        settings.jwt.cookie = Some("app_token".into());
    });
    let gateway = gateway.await;
    // Credentials of every size and kind are refused like any other that is wrong.
    let long = "a".repeat(12_000);
    for credential in [
        long.as_str(),
        "..",
        "saywell_",
        "saywell_0123456789abcdef_",
        "eyJhbGciOiJIUzI1NiJ9..",
        &"a.".repeat(5_000),
    ] {
        let request = ask("Hello.", &[("authorization", &format!("Bearer {credential}"))]);
        assert_eq!(gateway.send(request).await.error(), unauthorized());
    }
    let cookies = "saywell_session=a.1.b; ".repeat(500);
    assert_eq!(gateway.send(ask("Hello.", &[("cookie", &cookies)])).await.status, 200);
    let hops = "1.1.1.1, ".repeat(1_500);
    assert_eq!(gateway.send_from(SOMEWHERE, ask("Hello.", &[("x-forwarded-for", &hops)])).await.status, 200);
    // Deeper than any reader should follow, in the body and in a token's head.
    let deep = "[".repeat(200_000);
    let request = Request::post("/tts").header("content-type", "application/json");
    let answer = gateway.send(request.body(Body::from(format!("{{\"text\":{deep}"))).unwrap()).await;
    assert_eq!(answer.error().0, 400);
    let head = URL_SAFE_NO_PAD.encode(format!("{{\"alg\":{}", "[".repeat(5_000)));
    let request = ask("Hello.", &[("authorization", &format!("Bearer {head}.e30.AA"))]);
    assert_eq!(gateway.send(request).await.error(), unauthorized());
}

#[tokio::test]
async fn over_a_connection_the_peer_is_known_and_a_head_that_never_ends_is_given_up() {
    let trusted = vec!["127.0.0.0/8".parse().unwrap()];
    let gateway = with_auth(&[Mode::Trial], |settings| settings.trusted_proxies = trusted).await;
    let listener = server::listen("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let stopped = async { stopped.await.unwrap_or_default() };
    let server = Server::new(router(gateway.app.clone()), ConnectionBounds::default(), vec![]);
    let serving = tokio::spawn(server.serve(listener, stopped, Duration::ZERO));

    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = "GET /tts/config HTTP/1.1\r\nHost: x\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("; Secure"), "the word of a proxy that is trusted by its address: {answer}");

    let mut slow = TcpStream::connect(address).await.unwrap();
    slow.write_all(b"GET /tts/config HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.unwrap();
    tokio::time::pause();
    let mut rest = Vec::new();
    slow.read_to_end(&mut rest).await.unwrap();
    assert!(!rest.starts_with(b"HTTP/1.1 200"));
    stop.send(()).unwrap();
    serving.await.unwrap();
}
