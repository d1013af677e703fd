//! Doors of other contracts are doors to the same house: whoever comes by them is known, limited and counted alike.

use axum::body::Body;
use axum::http::Request;
use saywell::config::Settings;
use saywell::identity::Mode;
use saywell::providers::fake::Fake;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite;

use crate::identity::{key, with_auth};
use crate::limits::with_plans;
use crate::stream::Client;
use crate::support::{Answer, Gateway, settings};

const SPEAK: &str = "/elevenlabs/v1/text-to-speech/tone";
const SOCKETS: [&str; 3] = [
    "/v1/realtime?model=saywell",
    "/elevenlabs/v1/text-to-speech/tone/stream-input",
    "/cognitiveservices/websocket/v1",
];

async fn post(gateway: &Gateway, path: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
    let request = Request::post(path).header("content-type", "application/json");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    gateway.send(request.body(Body::from(body.to_string())).unwrap()).await
}

fn status(answer: Result<Client, tungstenite::Error>) -> u16 {
    match answer {
        Ok(_) => 101,
        Err(tungstenite::Error::Http(answer)) => answer.status().as_u16(),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn nobody_comes_in_without_a_key() {
    let gateway = with_auth(&[Mode::Key], |settings| settings.public_lists = false).await;
    let (bearer, _) = key(&gateway, true, false).await;
    let key = bearer.strip_prefix("Bearer ").unwrap();
    let text = json!({ "text": "Hello there." });
    for rest in ["", "/stream", "/with-timestamps", "/stream/with-timestamps"] {
        let path = format!("{SPEAK}{rest}");
        for headers in [&[][..], &[("xi-api-key", "not-needed")]] {
            let answer = post(&gateway, &path, &text, headers).await;
            assert_eq!(answer.status, 401, "{path}");
            assert_eq!(answer.json()["detail"]["status"], "invalid_api_key", "{}", answer.text());
        }
        assert_eq!(post(&gateway, &path, &text, &[("xi-api-key", key)]).await.status, 200, "{path}");
    }
    for list in ["v1/voices", "v1/voices/tone", "v2/voices", "v1/models"] {
        let path = format!("/elevenlabs/{list}");
        assert_eq!(gateway.get(&path).await.status, 401, "{path}");
        assert_eq!(gateway.get_with(&path, "xi-api-key", key).await.status, 200, "{path}");
    }
    for path in SOCKETS {
        assert_eq!(status(Client::at(&gateway, path, &[]).await), 401, "{path}");
        assert_eq!(status(Client::at(&gateway, path, &[("xi-api-key", key)]).await), 101, "{path}");
        assert_eq!(status(Client::at(&gateway, path, &[("authorization", &bearer)]).await), 101, "{path}");
    }
    let protocols = format!("realtime, openai-insecure-api-key.{key}");
    let client = Client::at(&gateway, SOCKETS[0], &[("sec-websocket-protocol", &protocols)]).await;
    assert_eq!(status(client), 101, "as OpenAI's client in a browser does");
}

#[tokio::test]
async fn lists_are_for_everybody_where_they_are() {
    let gateway = with_auth(&[Mode::Key], |settings| settings.public_lists = true).await;
    for list in ["v1/voices", "v1/voices/tone", "v2/voices", "v1/models"] {
        assert_eq!(gateway.get(&format!("/elevenlabs/{list}")).await.status, 200, "{list}");
    }
}

#[tokio::test]
async fn what_is_said_counts_on_the_callers_limits() {
    let gateway = Gateway::with(Fake::named("fake"), with_plans("[admin]\ncharacters_per_day = 60")).await;
    let said = json!({ "text": "These are thirty characters.." });
    assert_eq!(post(&gateway, SPEAK, &said, &[]).await.status, 200);
    let mut client = Client::at(&gateway, SOCKETS[1], &[]).await.unwrap();
    client.say(json!({ "text": "Those are thirty characters.. " })).await;
    client.say(json!({ "text": "" })).await;
    while client.told().await["isFinal"] != true {}
    let over = json!({ "text": "And no further ones." });
    let answer = post(&gateway, SPEAK, &over, &[]).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["detail"]["status"]), (429, &json!("quota_exceeded")));
    let mut client = Client::at(&gateway, SOCKETS[1], &[]).await.unwrap();
    client.say(json!({ "text": "And no further ones. " })).await;
    client.say(json!({ "text": "" })).await;
    assert_eq!(client.told().await["error"], "quota_exceeded");
    let mut client = Client::at(&gateway, SOCKETS[0], &[]).await.unwrap();
    let input =
        json!([{ "type": "message", "content": [{ "type": "input_text", "text": "And no further ones." }] }]);
    client.say(json!({ "type": "response.create", "response": { "input": input } })).await;
    let mut told = client.told().await;
    while told["type"] != "error" {
        told = client.told().await;
    }
    assert_eq!(told["error"]["code"], "quota_exceeded");
}

#[tokio::test]
async fn connections_are_counted_together_whatever_their_door() {
    let gateway = Gateway::with(Fake::named("fake"), Settings { max_flights: 2, ..settings() }).await;
    let mut open = Vec::new();
    // No caller has more than a quarter of the eight that there are.
    for path in &SOCKETS[..2] {
        open.push(Client::at(&gateway, path, &[]).await.unwrap());
    }
    for path in SOCKETS {
        assert_eq!(status(Client::at(&gateway, path, &[]).await), 503, "{path}");
    }
}
