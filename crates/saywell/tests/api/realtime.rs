//! `WS /v1/realtime`. OpenAI's own client is tried against the real server in `tests/sdk`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use saywell::provider::ProviderError;
use saywell::providers::fake::Fake;
use serde_json::{Value, json};

use crate::stream::{Client, Sent};
use crate::support::{Gateway, settings};

const REPLY: &str = "Hello there. This is the second sentence.\n\nAnd a paragraph.";

async fn connect(gateway: &Gateway) -> Client {
    let mut client = Client::at(gateway, "/v1/realtime?model=gpt-realtime-2.1-mini", &[]).await.unwrap();
    let created = client.told().await;
    assert_eq!(
        (&created["type"], &created["session"]["type"]),
        (&json!("session.created"), &json!("realtime"))
    );
    client
}

fn message(text: &str) -> Value {
    json!({ "type": "message", "role": "user", "content": [{ "type": "input_text", "text": text }] })
}

/// What comes up to `response.done`: the types in order, the sound, and that last event.
async fn hear(client: &mut Client) -> (Vec<String>, Vec<u8>, Value) {
    let (mut types, mut sound) = (Vec::new(), Vec::new());
    loop {
        let Sent::Told(told) = client.next().await else { panic!("closed after {types:?}") };
        assert!(told["event_id"].is_string(), "{told}");
        types.push(told["type"].as_str().unwrap().to_owned());
        match types.last().unwrap().as_str() {
            "response.output_audio.delta" => {
                sound.extend(STANDARD.decode(told["delta"].as_str().unwrap()).unwrap());
            }
            "response.done" => return (types, sound, told),
            "error" => panic!("{told}"),
            _ => {}
        }
    }
}

async fn refused(client: &mut Client) -> (Option<String>, String) {
    let told = client.told().await;
    assert_eq!(told["type"], "error", "{told}");
    let text = |name: &str| told["error"][name].as_str().map(str::to_owned);
    assert!(text("message").is_some() && text("type").is_some());
    (text("event_id"), text("param").unwrap_or_default())
}

#[tokio::test]
async fn the_text_of_messages_is_said_as_it_is() {
    let whole = Gateway::new().await.post("/tts", &json!({ "text": REPLY, "format": "pcm" })).await;
    let gateway = Gateway::new().await;
    let mut client = connect(&gateway).await;
    client.say(json!({ "type": "conversation.item.create", "item": message(REPLY) })).await;
    let added = client.told().await;
    assert_eq!(added["type"], "conversation.item.added");
    assert_eq!(added["item"]["content"][0]["text"], REPLY);
    assert_eq!(client.told().await["type"], "conversation.item.done");
    client.say(json!({ "type": "response.create" })).await;
    let (types, sound, done) = hear(&mut client).await;
    assert!(sound == whole.body, "{} and {}", sound.len(), whole.body.len());
    let mut without_deltas = types.clone();
    without_deltas.retain(|kind| kind.rsplit('.').next() != Some("delta"));
    assert_eq!(
        without_deltas,
        [
            "response.created",
            "response.output_item.added",
            "conversation.item.added",
            "response.content_part.added",
            "response.output_audio.done",
            "response.output_audio_transcript.done",
            "response.content_part.done",
            "response.output_item.done",
            "conversation.item.done",
            "response.done",
        ]
    );
    let response = &done["response"];
    assert_eq!(response["status"], "completed");
    let transcript = response["output"][0]["content"][0]["transcript"].as_str().unwrap();
    assert_eq!(transcript, "Hello there. This is the second sentence. And a paragraph.");
    assert_eq!(response["usage"]["input_tokens"], REPLY.chars().count());
    // What has been said is not said again; what a response brings along is said instead of what waits.
    client.say(json!({ "type": "response.create" })).await;
    assert_eq!(refused(&mut client).await.1, "response.input");
    let own = json!({ "conversation": "none", "input": [message(REPLY)], "metadata": { "a": "b" } });
    client.say(json!({ "type": "response.create", "response": own })).await;
    let (_, again, done) = hear(&mut client).await;
    assert!(again == whole.body);
    assert_eq!(
        (&done["response"]["conversation_id"], &done["response"]["metadata"]["a"]),
        (&Value::Null, &json!("b"))
    );
}

#[tokio::test]
async fn a_session_has_a_voice_and_a_speed() {
    let gateway = Gateway::new().await;
    let mut client = connect(&gateway).await;
    let output = json!({ "voice": "TONE", "speed": 2, "format": { "type": "audio/pcm", "rate": 24_000 } });
    let session = json!({ "type": "realtime", "instructions": "Be quick.", "audio": { "output": output }, "tools": [] });
    client.say(json!({ "type": "session.update", "session": session })).await;
    let updated = client.told().await;
    assert_eq!(updated["type"], "session.updated");
    let output = &updated["session"]["audio"]["output"];
    assert_eq!((&output["voice"], &output["speed"]), (&json!("TONE"), &json!(2.0)));
    let ask = async |client: &mut Client, audio: Value| {
        let response = json!({ "input": [message(REPLY)], "audio": audio });
        client.say(json!({ "type": "response.create", "response": response })).await;
        hear(client).await.1.len()
    };
    let fast = ask(&mut client, Value::Null).await;
    client
        .say(json!({ "type": "session.update", "session": { "audio": { "output": { "speed": 1 } } } }))
        .await;
    assert_eq!(client.told().await["type"], "session.updated");
    let slow = ask(&mut client, Value::Null).await;
    assert!(slow > fast * 3 / 2, "{slow} and {fast} bytes");
}

#[tokio::test]
async fn what_is_not_served_is_an_error_and_the_session_goes_on() {
    let gateway = Gateway::new().await;
    let mut client = connect(&gateway).await;
    let update = |session: Value| json!({ "event_id": "e", "type": "session.update", "session": session });
    let respond =
        |response: Value| json!({ "event_id": "e", "type": "response.create", "response": response });
    for (event, param) in [
        (json!({ "event_id": "e", "type": "input_audio_buffer.append", "audio": "AAAA" }), "type"),
        (json!({ "event_id": "e", "type": "input_audio_buffer.commit" }), "type"),
        (json!({ "event_id": "e", "type": "response.cancel" }), "response_id"),
        (json!({ "event_id": "e", "type": "conversation.item.delete", "item_id": "x" }), "item_id"),
        (update(json!({ "type": "transcription" })), "session.type"),
        (update(json!({ "output_modalities": ["text"] })), "session.output_modalities"),
        (update(json!({ "audio": { "output": { "speed": 9 } } })), "session.audio.output.speed"),
        (
            update(json!({ "audio": { "output": { "format": { "type": "audio/pcmu" } } } })),
            "session.audio.output.format",
        ),
        (respond(json!({ "input": [] })), "response.input"),
        (
            respond(json!({ "input": [message("Hi.")], "audio": { "output": { "voice": "nobody" } } })),
            "voice",
        ),
    ] {
        client.say(event.clone()).await;
        assert_eq!(refused(&mut client).await, (Some("e".to_owned()), param.to_owned()), "{event}");
    }
    assert_eq!(gateway.calls.count(), 0);
    client.say(respond(json!({ "input": [message("Hello there.")] }))).await;
    assert_eq!(hear(&mut client).await.2["response"]["status"], "completed");
    assert!(Client::at(&gateway, "/v1/realtime?intent=transcription", &[]).await.is_err());
}

#[tokio::test]
async fn a_text_with_nothing_to_say_is_a_short_silence() {
    let gateway = Gateway::new().await;
    let mut client = connect(&gateway).await;
    client.say(json!({ "type": "response.create", "response": { "input": [message("👍")] } })).await;
    let (_, sound, done) = hear(&mut client).await;
    assert_eq!(done["response"]["status"], "completed");
    assert!(!sound.is_empty() && sound.len() < 24_000 && gateway.calls.count() == 0);
}

#[tokio::test]
async fn a_response_is_cancelled_or_fails_and_the_next_one_is_heard() {
    let fake = Fake::named("fake");
    let calls = fake.calls();
    calls.hold();
    let gateway = Gateway::with(fake, settings()).await;
    let mut client = connect(&gateway).await;
    let ask = json!({ "type": "response.create", "response": { "input": [message(REPLY)] } });
    client.say(ask.clone()).await;
    assert_eq!(client.told().await["type"], "response.created");
    client.say(ask.clone()).await;
    client.say(json!({ "type": "response.cancel" })).await;
    let mut told = client.told().await;
    let mut refusals = 0;
    while told["type"] != "response.done" {
        refusals += usize::from(told["type"] == "error");
        told = client.told().await;
    }
    assert_eq!(refusals, 1, "one response at a time");
    assert_eq!(told["response"]["status"], "cancelled");
    assert_eq!(told["response"]["status_details"]["reason"], "client_cancelled");
    calls.let_go();
    client.say(ask.clone()).await;
    assert_eq!(hear(&mut client).await.2["response"]["status"], "completed");

    let failing = Fake::named("fake").failing(ProviderError::Rejected("no".into()));
    let gateway = Gateway::with(failing, settings()).await;
    let mut client = connect(&gateway).await;
    client.say(ask).await;
    let failed = hear(&mut client).await.2["response"].clone();
    assert_eq!(
        (&failed["status"], &failed["status_details"]["error"]["code"]),
        (&json!("failed"), &json!("providers_exhausted"))
    );
}

#[tokio::test]
async fn a_connection_that_asks_nothing_ends_after_a_minute_and_one_that_has_spoken_after_ten() {
    let gateway = Gateway::new().await;
    for (speaks, seconds) in [(false, 59..62), (true, 590..640)] {
        let mut client = connect(&gateway).await;
        if speaks {
            client
                .say(json!({ "type": "response.create", "response": { "input": [message("Hello.")] } }))
                .await;
            hear(&mut client).await;
        }
        tokio::time::pause();
        let begun = tokio::time::Instant::now();
        while client.next().await != Sent::Closed {}
        assert!(seconds.contains(&begun.elapsed().as_secs()), "{speaks}: {:?}", begun.elapsed());
        tokio::time::resume();
    }
}
