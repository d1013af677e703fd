//! The Model Context Protocol over HTTP. Its official client is tried against the real server in `tests/sdk`.

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use saywell::identity::Mode;
use serde_json::{Value, json};

use crate::identity::{key, with_auth};
use crate::support::{Answer, Gateway};

const TEXT: &str = "Hello there. It costs **12** euros.";
const MODERN: &str = "2026-07-28";

async fn ask(gateway: &Gateway, method: &str, params: Value) -> Answer {
    gateway.post("/mcp", &json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })).await
}

async fn call(gateway: &Gateway, arguments: Value) -> Value {
    let answer = ask(gateway, "tools/call", json!({ "name": "speak", "arguments": arguments })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["result"].clone()
}

/// A request as clients send them since 2026-07-28, with these headers.
async fn ask_modern(gateway: &Gateway, version: &str, headers: &[(&str, &str)]) -> Answer {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params = json!({ "name": "speak", "arguments": { "text": TEXT }, "_meta": meta });
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
    let request = Request::post("/mcp").header("content-type", "application/json");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    gateway.send(request.body(Body::from(message.to_string())).unwrap()).await
}

#[tokio::test]
async fn the_tool_answers_with_the_sound_of_our_own_call() {
    let gateway = Gateway::new().await;
    let tools = ask(&gateway, "tools/list", json!({})).await.json()["result"]["tools"].clone();
    assert_eq!(tools.as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&tools[0]["name"], &tools[0]["inputSchema"]["required"]),
        (&json!("speak"), &json!(["text"]))
    );
    for (format, kind) in [("mp3", "audio/mpeg"), ("wav", "audio/wav"), ("opus", "audio/ogg")] {
        let own = gateway.post("/tts", &json!({ "text": TEXT, "format": format })).await;
        gateway.settle().await;
        let result = call(&gateway, json!({ "text": TEXT, "format": format })).await;
        let [heard, told] = [&result["content"][0], &result["content"][1]];
        assert_eq!((&heard["type"], &heard["mimeType"]), (&json!("audio"), &json!(kind)));
        assert!(STANDARD.decode(heard["data"].as_str().unwrap()).unwrap() == own.body, "{format}");
        assert!(told["text"].as_str().unwrap().contains("tone (fake)"), "{told}");
    }
    // It is heard as it is made as well.
    let result = call(&gateway, json!({ "text": "Something new." })).await;
    assert!(!result["content"][0]["data"].as_str().unwrap().is_empty() && result["isError"] == false);
}

#[tokio::test]
async fn what_cannot_be_spoken_is_told_to_the_assistant() {
    let gateway = Gateway::new().await;
    for (arguments, part) in [
        (json!({}), "`text`"),
        (json!({ "text": "<think>Hm.</think>" }), "nothing_to_say"),
        (json!({ "text": TEXT, "speed": 9 }), "`speed`"),
        (json!({ "text": TEXT, "voice": "nobody" }), "unknown_voice"),
        (json!({ "txt": TEXT }), "`txt`"),
        (json!(7), "`arguments`"),
    ] {
        let result = call(&gateway, arguments.clone()).await;
        let told = result["content"][0]["text"].as_str().unwrap();
        assert!(result["isError"] == true && told.contains(part), "{arguments}: {result}");
    }
    assert_eq!(gateway.calls.count(), 0);
}

#[tokio::test]
async fn what_is_no_request_of_the_protocol_is_refused_as_it_says() {
    let gateway = Gateway::new().await;
    let code = |answer: &Answer| (answer.status.as_u16(), answer.json()["error"]["code"].as_i64().unwrap());
    assert_eq!(code(&ask(&gateway, "resources/list", json!({})).await), (200, -32601));
    assert_eq!(code(&ask(&gateway, "tools/call", json!({ "name": "sing" })).await), (200, -32602));
    assert_eq!(code(&gateway.post("/mcp", &json!([])).await), (400, -32600));
    let told = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    let answer = gateway.post("/mcp", &told).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (202, 0));
    // There is no stream of the server's own to listen to, and no session to end.
    assert_eq!(gateway.get("/mcp").await.status, 405);
}

#[tokio::test]
async fn a_version_in_the_request_and_its_headers_agree() {
    let gateway = Gateway::new().await;
    let headers = [("mcp-protocol-version", MODERN), ("mcp-method", "tools/call"), ("mcp-name", "speak")];
    let answer = ask_modern(&gateway, MODERN, &headers).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["result"]["resultType"]), (200, &json!("complete")));
    for without in 0..headers.len() {
        let mut rest = headers.to_vec();
        let (name, _) = rest.remove(without);
        let answer = ask_modern(&gateway, MODERN, &rest).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["error"]["code"]),
            (400, &json!(-32020)),
            "{name}"
        );
        rest.push((name, "other"));
        assert_eq!(ask_modern(&gateway, MODERN, &rest).await.status, 400, "{name}");
    }
    let newer = ask_modern(&gateway, "2030-01-01", &headers).await;
    assert_eq!((newer.status.as_u16(), &newer.json()["error"]["code"]), (400, &json!(-32022)));
}

#[tokio::test]
async fn it_is_a_door_like_any_other() {
    let gateway = with_auth(&[Mode::Key], |_| {}).await;
    let (speaks, _) = key(&gateway, true, false).await;
    let (steers, _) = key(&gateway, false, true).await;
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    for (bearer, status) in [(None, 401), (Some(speaks), 200), (Some(steers), 403)] {
        let request = Request::post("/mcp").header("content-type", "application/json");
        let request = bearer.iter().fold(request, |request, bearer| request.header("authorization", bearer));
        let answer = gateway.send(request.body(Body::from(message.to_string())).unwrap()).await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
}
