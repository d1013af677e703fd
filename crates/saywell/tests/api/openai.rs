//! OpenAI's contract. The official SDKs are tried against the real server in `tests/sdk`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::Gateway;

fn ask(change: &Value) -> Value {
    let mut ask = json!({ "model": "tts-1", "voice": "alloy", "input": "Hello there. How are you?" });
    ask.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    ask
}

#[tokio::test]
async fn plain_sound_is_the_same_as_of_our_own_call() {
    let gateway = Gateway::new().await;
    let answer = gateway.post("/v1/audio/speech", &ask(&json!({}))).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "audio/mpeg"));
    gateway.settle().await;
    let own = gateway.post("/tts", &json!({ "text": "Hello there. How are you?" })).await;
    assert_eq!(own.header("x-tts-cache"), "hit");
    assert_eq!(own.body, answer.body);
}

#[tokio::test]
async fn events_carry_all_of_the_sound_and_then_say_so() {
    let gateway = Gateway::new().await;
    let plain = gateway.post("/v1/audio/speech", &ask(&json!({}))).await;
    gateway.settle().await;
    for _ in ["from the cache", "again"] {
        let answer = gateway.post("/v1/audio/speech", &ask(&json!({ "stream_format": "sse" }))).await;
        assert_eq!(answer.header("content-type"), "text/event-stream");
        let events: Vec<Value> = answer
            .text()
            .split("\n\n")
            .filter_map(|e| e.strip_prefix("data: "))
            .map(|e| serde_json::from_str(e).unwrap())
            .collect();
        let (done, deltas) = events.split_last().unwrap();
        assert_eq!(done["type"], "speech.audio.done");
        let sound: Vec<u8> = deltas
            .iter()
            .flat_map(|delta| STANDARD.decode(delta["audio"].as_str().unwrap()).unwrap())
            .collect();
        assert_eq!(sound, plain.body);
    }
}

#[tokio::test]
async fn voices_models_and_bounds_are_openais_and_ours() {
    let gateway = Gateway::new().await;
    for change in [
        json!({ "voice": { "id": "nova" } }),
        json!({ "voice": "tone", "model": "fake" }),
        json!({ "model": "gpt-4o-mini-tts", "instructions": "Cheerfully." }),
        json!({ "input": "Hello there. ".repeat(400) }),
        json!({ "model": "whisper-1" }),
        json!({ "an_extra_field_of_some_server": true }),
    ] {
        let answer = gateway.post("/v1/audio/speech", &ask(&change)).await;
        assert_eq!(answer.status, 200, "{change}: {}", answer.text());
    }
    for (change, param) in [
        (json!({ "voice": "nobody" }), "voice"),
        (json!({ "input": "" }), "input"),
        (json!({ "response_format": "aiff" }), "response_format"),
        (json!({ "stream_format": "smoke" }), "stream_format"),
        (json!({ "speed": 4.5 }), "speed"),
    ] {
        let answer = gateway.post("/v1/audio/speech", &ask(&change)).await;
        let (status, _, named) = answer.error();
        assert_eq!((status, named.as_str()), (400, param), "{}", answer.text());
        assert_eq!(answer.json()["error"]["type"], "invalid_request_error");
    }
    let models = gateway.get("/v1/models").await.json();
    assert!(models["data"].as_array().unwrap().iter().any(|model| model["id"] == "tts-1"));
    let voices = gateway.get("/v1/audio/voices").await.json();
    let tone = json!({
        "id": "tone", "name": "Tone", "provider": "fake", "language": "en-US", "other_languages": [], "gender": null,
        "engine": "tone-1", "real_time": null, "grade": null, "experimental": false,
    });
    assert_eq!(voices["voices"][0], tone);
    assert_eq!(gateway.get("/tts/voices").await.json()["voices"][0], tone);
    let nova = voices["voices"].as_array().unwrap().iter().find(|voice| voice["id"] == "nova").unwrap();
    assert_eq!(
        (&nova["engine"], &nova["language"]),
        (&tone["engine"], &tone["language"]),
        "who speaks for it"
    );
}
