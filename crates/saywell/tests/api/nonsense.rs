//! Nonsense gets its own clear error, and the server stays up.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use saywell::connections::ConnectionBounds;
use saywell::http::router;
use saywell::http::server::Server;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::Gateway;

async fn refused(gateway: &Gateway, body: &Value) -> (u16, String, String) {
    gateway.post("/tts", body).await.error()
}

fn invalid(param: &str) -> (u16, String, String) {
    (400, "invalid_request".into(), param.into())
}

#[tokio::test]
async fn each_wrong_field_is_named() {
    let gateway = Gateway::new().await;
    assert_eq!(refused(&gateway, &json!({ "text": "" })).await, invalid("text"));
    assert_eq!(refused(&gateway, &json!({ "text": 7 })).await, invalid("text"));
    assert_eq!(refused(&gateway, &json!({ "txt": "Hello." })).await, invalid("txt"));
    assert_eq!(refused(&gateway, &json!({ "text": "Hello.", "speed": 9 })).await, invalid("speed"));
    assert_eq!(refused(&gateway, &json!({ "text": "Hello.", "format": "aiff" })).await, invalid("format"));
    assert_eq!(refused(&gateway, &json!({ "text": "Hello.", "code": "sing" })).await, invalid("code"));
    let of = |code: &str, param: &str| (400, code.to_owned(), param.to_owned());
    let silent = refused(&gateway, &json!({ "text": "<think>Hm.</think>" })).await;
    assert_eq!(silent, of("nothing_to_say", "text"));
    assert_eq!(
        refused(&gateway, &json!({ "text": "Hello.", "voice": "x" })).await,
        of("unknown_voice", "voice")
    );
    assert_eq!(
        refused(&gateway, &json!({ "text": "Hello.", "provider": "x" })).await,
        of("unknown_provider", "provider")
    );
    assert_eq!(
        refused(&gateway, &json!({ "text": "Hello.", "language": "fr" })).await,
        of("language_unsupported", "language")
    );
    assert_eq!(refused(&gateway, &json!([])).await, invalid("body"));
    assert_eq!(gateway.calls.count(), 0);
}

#[tokio::test]
async fn bodies_that_are_no_requests_are_told_so() {
    let gateway = Gateway::new().await;
    let post = |content_type: &str, body: Vec<u8>| {
        gateway
            .send(Request::post("/tts").header("content-type", content_type).body(Body::from(body)).unwrap())
    };
    assert_eq!(post("application/json", b"hello".to_vec()).await.error(), invalid("body"));
    assert_eq!(post("application/json", Vec::new()).await.error(), invalid("body"));
    assert_eq!(post("text/plain", b"{}".to_vec()).await.error(), invalid("Content-Type"));
    let huge = format!("{{\"text\":\"{}\"}}", "a".repeat(10 << 20));
    assert_eq!(
        post("application/json", huge.into_bytes()).await.error(),
        (413, "text_too_long".into(), String::new())
    );
}

#[tokio::test]
async fn a_body_that_never_comes_is_given_up() {
    let gateway = Gateway::new().await;
    let bounds = ConnectionBounds { head: Duration::from_secs(1), ..ConnectionBounds::default() };
    let server = Server::new(router(gateway.app.clone()), bounds, vec![]);
    let (mut client, stream) = tokio::io::duplex(4096);
    server.welcome(stream, SocketAddr::from(([127, 0, 0, 1], 4711)));
    let fields = ["Host: localhost", "Content-Type: application/json", "Content-Length: 9"].join("\r\n");
    let head = format!("POST /tts HTTP/1.1\r\n{fields}\r\n\r\n");
    client.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), client.read_to_end(&mut answer)).await;
    read.expect("it is given up").unwrap();
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let answer: Value = serde_json::from_str(body).unwrap();
    let error = &answer["error"];
    assert_eq!((&error["code"], &error["param"]), (&json!("invalid_request"), &json!("body")), "{error}");
}

#[tokio::test]
async fn places_and_methods_that_are_not_there() {
    let gateway = Gateway::new().await;
    assert_eq!(gateway.get("/nowhere").await.error().0, 404);
    assert_eq!(gateway.get("/tts").await.error().0, 405);
    assert_eq!(gateway.get("/player/missing.js").await.error().0, 404);
    assert_eq!(gateway.get("/healthz").await.status, 200);
}
