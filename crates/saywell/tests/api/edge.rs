//! Requests as people send them, and what they may not do.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use saywell::config::Settings;
use saywell::error_code::ErrorCode;
use saywell::identity::Mode;
use saywell::provider::Voice;
use saywell::providers::fake::Fake;
use serde_json::{Value, json};

use crate::support::{Answer, Gateway, settings};

async fn send(gateway: &Gateway, body: &str) -> Answer {
    let request = Request::post("/tts").header("content-type", "application/json");
    gateway.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test]
async fn numbers_and_strings_name_messages_and_rooms() {
    let gateway = Gateway::new().await;
    for (message, room) in
        [("123", "7"), ("\"123\"", "\"7\""), ("123.0", "-7"), ("null", "\"\""), ("\" \"", "null")]
    {
        let body = format!(r#"{{"text": "Hello.", "message_id": {message}, "room": {room}}}"#);
        let answer = send(&gateway, &body).await;
        assert_eq!(answer.status, 200, "{body}: {}", answer.text());
    }
    for (field, value) in [("message_id", "1.5"), ("room", "true"), ("message_id", "[1]"), ("room", "1e300")]
    {
        let body = format!(r#"{{"text": "Hello.", "{field}": {value}}}"#);
        let error = send(&gateway, &body).await.error();
        assert_eq!(error, (400, "invalid_request".into(), field.into()), "{body}");
    }
}

#[tokio::test]
async fn an_empty_or_null_field_is_none() {
    let gateway = Gateway::new().await;
    let plain = send(&gateway, r#"{"text": "Hello."}"#).await;
    gateway.settle().await;
    let optional = [
        "ssml", "voice", "provider", "model", "format", "speed", "language", "code", "instructions",
        "message_id", "room",
    ];
    let others = ["prefetch", "pronunciations", "begins_in_reasoning", "start_at"];
    for field in optional.into_iter().chain(others) {
        for value in ["null", "\"\"", "\"  \""] {
            let answer = send(&gateway, &format!(r#"{{"text": "Hello.", "{field}": {value}}}"#)).await;
            assert_eq!(answer.status, 200, "{field} {value}: {}", answer.text());
            assert_eq!((answer.header("x-tts-cache"), &answer.body), ("hit", &plain.body), "{field} {value}");
        }
    }
}

/// Errors name what may be sent, and nothing of how this program is written.
#[tokio::test]
async fn what_is_of_the_wrong_kind_is_told_in_plain_words() {
    let gateway = Gateway::new().await;
    for (path, body, words) in [
        ("/tts", "[]", "expected an object"),
        ("/tts", r#"{"text": "Hello.", "start_at": "soon"}"#, "expected a whole number, 0 or more"),
        ("/tts", r#"{"text": "Hello.", "start_at": -1}"#, "expected a whole number, 0 or more"),
        ("/tts", r#"{"text": "Hello.", "speed": 1e308}"#, "a number beyond all bounds"),
        ("/tts", r#"{"text": "Hello.", "prefetch": "soon"}"#, "expected true or false"),
        ("/tts", r#"{"text": "Hello.", "pronunciations": {}}"#, "expected a list"),
        ("/v1/audio/speech", r#"{"input": "Hello.", "voice": 5}"#, "a string, or an object with an `id`"),
        ("/v1/audio/speech", "[]", "expected an object"),
    ] {
        let request = Request::post(path).header("content-type", "application/json");
        let answer = gateway.send(request.body(Body::from(body)).unwrap()).await;
        let told = answer.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
        assert_eq!(answer.status, 400, "{body}");
        assert!(told.contains(words), "{body}: {told}");
        for own in ["struct", "enum", "usize", "Body"] {
            assert!(!told.contains(own), "{body}: {told}");
        }
    }
}

#[tokio::test]
async fn a_provider_has_any_case_and_a_body_may_begin_with_a_byte_order_mark() {
    let gateway = Gateway::new().await;
    let answer = send(&gateway, "\u{feff}{\"text\": \"Hello.\", \"provider\": \"FAKE\"}").await;
    assert_eq!((answer.status.as_u16(), answer.header("x-tts-provider")), (200, "fake"), "{}", answer.text());
    assert_eq!(answer.header("x-tts-notes"), "");
}

#[tokio::test]
async fn formats_have_any_case_and_ogg_is_opus() {
    let gateway = Gateway::new().await;
    for (format, content_type) in
        [("MP3", "audio/mpeg"), ("Ogg", "audio/ogg"), ("OPUS", "audio/ogg"), ("wav ", "audio/wav")]
    {
        let answer = gateway.post("/tts", &json!({ "text": "Hello.", "format": format })).await;
        assert!(
            answer.status == 200 && answer.header("content-type").starts_with(content_type),
            "{format}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn half_a_pair_of_surrogates_is_read_past() {
    let gateway = Gateway::new().await;
    let answer = send(&gateway, r#"{"text": "Well done \ud83d", "message_id": "\ude00"}"#).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// Four spellings of a tag buy a sentence once; so do those of SSML.
#[tokio::test]
async fn a_language_has_one_spelling() {
    let gateway = Gateway::new().await;
    let mut keys = Vec::new();
    for language in ["en-US", "en-us", "EN-US", "en_US"] {
        let answer = gateway.post("/tts", &json!({ "text": "Hello there.", "language": language })).await;
        keys.push(answer.header("x-tts-key").to_owned());
        gateway.settle().await;
    }
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    assert_eq!(gateway.calls.count(), 1);
    for language in ["en-US", "en-us", "EN_us"] {
        let ssml = format!("<speak xml:lang='{language}'>Good day to you.</speak>");
        assert_eq!(gateway.post("/tts", &json!({ "ssml": ssml })).await.status, 200);
        gateway.settle().await;
    }
    assert_eq!(gateway.calls.count(), 2);
    let wrong = gateway.post("/tts", &json!({ "text": "Hello.", "language": "x".repeat(1_000_000) })).await;
    assert_eq!(wrong.error(), (400, "invalid_request".into(), "language".into()));
}

#[tokio::test]
async fn a_name_has_a_bound_and_no_characters_that_cannot_be_seen() {
    let gateway = Gateway::new().await;
    for field in ["voice", "provider", "model", "message_id", "room"] {
        for (value, reason) in [
            ("x".repeat(201), "has 201 characters; the most is 200"),
            ("a\nb".to_owned(), "has a control character in it (U+000A)"),
            ("\u{1b}[31m".to_owned(), "has a control character in it (U+001B)"),
            ("ann\u{200b}".to_owned(), "has an invisible character in it (U+200B)"),
        ] {
            let mut body = json!({ "text": "Hello." });
            body[field] = json!(value);
            let answer = gateway.post("/tts", &body).await;
            assert_eq!(answer.error(), (400, "invalid_request".into(), field.into()));
            assert_eq!(answer.json()["error"]["message"], format!("`{field}` {reason}."));
        }
    }
}

/// A megabyte in any field does not come back at its full length.
#[tokio::test]
async fn what_a_caller_wrote_does_not_come_back_whole() {
    let gateway = Gateway::new().await;
    let long = "q".repeat(1_000_000);
    let fields = [
        "voice", "provider", "model", "format", "language", "code", "message_id", "room", "instructions",
        "speed",
    ];
    let mut answers = Vec::new();
    for field in fields {
        let mut body = json!({ "text": "Hello." });
        body[field] = json!(long);
        answers.push((field.to_owned(), gateway.post("/tts", &body).await));
    }
    let mut unknown = json!({ "text": "Hello." });
    unknown[&long] = json!(1);
    answers.push(("an unknown field".to_owned(), gateway.post("/tts", &unknown).await));
    for field in ["model", "voice", "response_format", "stream_format"] {
        let mut body = json!({ "input": "Hello." });
        body[field] = json!(long);
        answers.push((field.to_owned(), gateway.post("/v1/audio/speech", &body).await));
    }
    answers.push(("a path".to_owned(), gateway.get(&format!("/{}", &long[..60_000])).await));
    answers.push((
        "a query".to_owned(),
        gateway.get(&format!("/tts/audio/{}.mp3?exp={}", "0".repeat(64), &long[..60_000])).await,
    ));
    for (what, answer) in answers {
        assert!(answer.status.is_client_error() || answer.status == 200, "{what}: {}", answer.status);
        if answer.status != 200 {
            answer.error();
            assert!(answer.body.len() < 2_000, "{what}: {} bytes", answer.body.len());
        }
    }
}

#[tokio::test]
async fn every_error_has_the_one_shape() {
    let gateway = Gateway::new().await;
    let key = "0".repeat(64);
    for (path, status, param) in [
        (format!("/tts/audio/{key}.mp3?exp=1&exp=2"), 400, "exp"),
        (format!("/tts/captions/{key}.json?sig=1&sig=2"), 400, "sig"),
        ("/tts/audio/%ff.mp3".to_owned(), 400, ""),
        ("/player/%ff".to_owned(), 400, ""),
        ("/admin/api/usage?by=moon".to_owned(), 400, "query"),
    ] {
        let (told, code, named) = gateway.get(&path).await.error();
        assert_eq!((told, code.as_str(), named.as_str()), (status, "invalid_request", param), "{path}");
    }
}

#[tokio::test]
async fn text_with_nothing_to_say_is_a_short_silence_on_openais_call_and_a_code_on_ours() {
    let gateway = Gateway::new().await;
    for text in ["👍", "---", "...", "1.", "<think>Hm.</think>", "***"] {
        for (format, content_type, bytes) in [
            ("wav", "audio/wav", 7_200),
            ("mp3", "audio/mpeg", 300),
            ("flac", "audio/flac", 50),
            ("pcm", "audio/", 7_200),
        ] {
            let answer =
                gateway.post("/v1/audio/speech", &json!({ "input": text, "response_format": format })).await;
            assert!(
                answer.status == 200 && answer.header("content-type").starts_with(content_type),
                "{text:?}: {answer:?}"
            );
            assert!(
                answer.body.len() >= bytes && answer.body.len() < 9_000,
                "{text:?} {format}: {}",
                answer.body.len()
            );
            assert!(answer.header("x-tts-notes").contains("nothing to say"));
        }
        let events =
            gateway.post("/v1/audio/speech", &json!({ "input": text, "stream_format": "sse" })).await;
        assert!(events.text().contains("speech.audio.delta") && events.text().contains("speech.audio.done"));
        let own = gateway.post("/tts", &json!({ "text": text })).await;
        assert_eq!(own.error(), (400, "nothing_to_say".into(), "text".into()), "{text:?}");
        assert!(own.text().contains("There is nothing to say in this text"), "{}", own.text());
    }
    assert_eq!(gateway.post("/v1/audio/speech", &json!({ "input": "" })).await.error().2, "input");
}

fn voice(id: &str, language: &str, gender: &str) -> Voice {
    Voice { gender: Some(gender.to_owned()), ..Voice::new("fake", id, language) }
}

async fn gateway_with_voices() -> Gateway {
    let fake = Fake::named("fake").with_voices([
        voice("tone", "en-US", "female"),
        voice("bass", "en-US", "male"),
        voice("jack", "en-GB", "male"),
        voice("mary", "en-GB", "female"),
    ]);
    let calls = fake.calls();
    let mut settings = Settings { voice_map: [("narrator".into(), "bass".into())].into(), ..settings() };
    settings.model_map.insert("whisper-1", "refuse");
    settings.model_map.insert("fast", "fake");
    Gateway::with_chain(vec![Arc::new(fake)], calls, settings).await
}

#[tokio::test]
async fn openais_call_takes_what_its_clients_send() {
    let gateway = gateway_with_voices().await;
    let speak = async |change: Value| {
        let mut body = json!({ "input": "Hello there." });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        gateway.post("/v1/audio/speech", &body).await
    };
    for (change, spoken_by, note) in [
        (json!({}), "tone", ""),
        (json!({ "model": null, "voice": null, "speed": null, "response_format": null }), "tone", ""),
        (json!({ "model": "TTS-1", "voice": "Onyx" }), "bass", ""),
        (json!({ "model": "Fast", "voice": "NARRATOR" }), "bass", ""),
        (json!({ "model": "kokoro", "voice": "af_heart" }), "tone", "there is no model `kokoro` here"),
        (
            json!({ "model": "tts-1-1106", "voice": "bm_george" }),
            "jack",
            "there is no model `tts-1-1106` here",
        ),
        (json!({ "voice": "bf_emma" }), "mary", ""),
        (json!({ "voice": "am_adam" }), "bass", ""),
        (json!({ "voice": { "id": "Mary" } }), "mary", ""),
        (json!({ "speed": 0.25 }), "tone", ""),
        (json!({ "speed": 4 }), "tone", ""),
        (json!({ "speed": "1.5" }), "tone", ""),
        (json!({ "response_format": "AAC" }), "tone", "there is no aac here: the sound is mp3"),
    ] {
        let answer = speak(change.clone()).await;
        assert_eq!(answer.status, 200, "{change}: {}", answer.text());
        assert_eq!(answer.header("x-tts-voice"), spoken_by, "{change}");
        assert!(answer.header("x-tts-notes").starts_with(note), "{change}: {}", answer.header("x-tts-notes"));
        assert_eq!(answer.header("x-tts-notes").is_empty(), note.is_empty(), "{change}");
    }
    for (change, param) in [
        (json!({ "speed": 0.24 }), "speed"),
        (json!({ "speed": 4.1 }), "speed"),
        (json!({ "speed": "fast" }), "speed"),
        (json!({ "voice": "nobody" }), "voice"),
        (json!({ "voice": 7 }), "voice"),
        (json!({ "model": "Whisper-1" }), "model"),
        (json!({ "response_format": "aiff" }), "response_format"),
        (json!({ "input": null }), "input"),
    ] {
        let error = speak(change.clone()).await.error();
        assert_eq!((error.0, error.2.as_str()), (400, param), "{change}");
    }
    let without_input = gateway.post("/v1/audio/speech", &json!({ "model": "tts-1" })).await;
    assert_eq!(without_input.error().2, "input");
}

#[tokio::test]
async fn models_and_mapped_names_are_listed() {
    let gateway = gateway_with_voices().await;
    let models = gateway.get("/v1/models").await.json();
    let ids: Vec<&str> =
        models["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["tts-1", "tts-1-hd", "gpt-4o-mini-tts", "saywell", "fast", "fake"]);
    assert_eq!(gateway.get("/v1/models/TTS-1").await.json()["id"], "tts-1");
    assert_eq!(gateway.get("/v1/models/fast").await.json(), models["data"][4]);
    assert_eq!(gateway.get("/v1/models/whisper-1").await.error(), (404, "not_found".into(), "model".into()));
    for path in ["/v1/audio/voices", "/tts/voices"] {
        let voices = gateway.get(path).await.json();
        let has = |id: &str| voices["voices"].as_array().unwrap().iter().any(|voice| voice["id"] == id);
        assert!(has("narrator") && has("jack"), "{path}: {voices}");
    }
}

async fn gateway_for(auth: &[Mode], change: impl FnOnce(&mut Settings)) -> Gateway {
    let mut settings = Settings { auth: auth.to_vec(), public_lists: true, ..settings() };
    change(&mut settings);
    Gateway::with(Fake::named("fake"), settings).await
}

async fn with_key(gateway: &Gateway, key: &str) -> Answer {
    let request = Request::post("/v1/audio/speech")
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {key}"))
        .body(Body::from(r#"{"input": "Hello.", "model": "tts-1", "voice": "alloy"}"#))
        .unwrap();
    gateway.send_from("192.0.2.7", request).await
}

/// OpenAI's SDKs send a key whatever the server.
#[tokio::test]
async fn a_key_where_keys_mean_nothing_is_passed_over() {
    let trial = gateway_for(&[Mode::Trial], |_| {}).await;
    let open = gateway_for(&[Mode::None], |_| {}).await;
    for key in ["not-needed", "sk-111", "x", "saywell_0123"] {
        assert_eq!(with_key(&trial, key).await.status, 200, "{key}");
        assert_eq!(with_key(&open, key).await.status, 200, "{key}");
    }
    for modes in [&[Mode::Key][..], &[Mode::Trial, Mode::Key], &[Mode::Key, Mode::None]] {
        let gateway = gateway_for(modes, |_| {}).await;
        assert_eq!(with_key(&gateway, "saywell_0123456789abcdef").await.status, 401, "{modes:?}");
    }
    let keys_or_open = gateway_for(&[Mode::Key, Mode::None], |_| {}).await;
    assert_eq!(with_key(&keys_or_open, "not-needed").await.status, 200);
}

/// `TTS_AUTH=none`: whoever reaches the port may speak; nobody steers by that, and other sites' pages may not call.
#[tokio::test]
async fn an_open_server_speaks_to_anybody_and_is_steered_by_nobody() {
    let gateway = gateway_for(&[Mode::None], |_| {}).await;
    for peer in ["127.0.0.1", "192.0.2.7"] {
        let speak = Request::post("/tts")
            .header("content-type", "application/json")
            .header("host", "host.docker.internal:8787");
        let answer = gateway.send_from(peer, speak.body(Body::from(r#"{"text": "Hello."}"#)).unwrap()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("set-cookie")),
            (200, ""),
            "{peer}: {}",
            answer.text()
        );
        let steer = Request::get("/admin/api/controls").body(Body::empty()).unwrap();
        assert_eq!(gateway.send_from(peer, steer).await.error().0, 403, "{peer}");
    }
    let foreign = Request::post("/tts")
        .header("content-type", "application/json")
        .header("origin", "https://elsewhere.example.com")
        .body(Body::from(r#"{"text": "Hello."}"#))
        .unwrap();
    assert_eq!(gateway.send_from("192.0.2.7", foreign).await.error().0, 403);
}

/// `Open WebUI` asks for them without a key.
#[tokio::test]
async fn lists_are_for_everybody_unless_the_operator_says_otherwise() {
    for (public, expected) in [(true, 200), (false, 401)] {
        let gateway = gateway_for(&[Mode::Key], |settings| settings.public_lists = public).await;
        for path in ["/v1/models", "/v1/models/tts-1", "/v1/audio/voices", "/tts/voices"] {
            let answer = gateway.get(path).await;
            assert_eq!(answer.status.as_u16(), expected, "{path}");
            let with_a_key = gateway.get_with(path, "authorization", "Bearer not-needed").await;
            assert_eq!(with_a_key.status.as_u16(), expected, "{path}");
        }
        assert_eq!(gateway.get("/tts/config").await.status, 401);
    }
}

/// Every call of the contract names its errors in the one shape, and nothing goes without words.
#[tokio::test]
async fn the_contract_is_whole() {
    let gateway = Gateway::new().await;
    let contract = gateway.get("/openapi.json").await.json();
    let schemas = contract["components"]["schemas"].as_object().unwrap();
    let mut errors = 0;
    let mut operations = std::collections::BTreeSet::new();
    for (path, calls) in contract["paths"].as_object().unwrap() {
        for (method, call) in calls.as_object().unwrap() {
            let operation = call["operationId"].as_str().unwrap().to_owned();
            assert!(operations.insert(operation), "{method} {path}: another operation has its name");
            for (status, response) in call["responses"].as_object().unwrap() {
                assert_ne!(
                    response["description"].as_str().unwrap_or_default(),
                    "",
                    "{method} {path} {status}"
                );
                if status.starts_with(['4', '5']) {
                    let schema = &response["content"]["application/json"]["schema"]["$ref"];
                    assert_eq!(schema, "#/components/schemas/ErrorAnswer", "{method} {path} {status}");
                    errors += 1;
                }
            }
        }
    }
    assert!(errors > 100, "{errors}");
    let text = contract.to_string();
    for named in text.split("\"#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(schemas.contains_key(named), "{named} is nowhere");
    }
    let codes = schemas["ErrorCode"]["enum"].as_array().unwrap();
    assert_eq!(codes.len(), ErrorCode::ALL.len());
    // A code that a call names by name goes out with the status that it stands under.
    for calls in contract["paths"].as_object().unwrap().values() {
        for call in calls.as_object().unwrap().values() {
            for (status, response) in call["responses"].as_object().unwrap() {
                for word in response["description"].as_str().unwrap().split('`').skip(1).step_by(2) {
                    let code = ErrorCode::ALL.into_iter().find(|code| code.name() == word);
                    let elsewhere = ["405", "410", "416", "426"].contains(&status.as_str());
                    if let Some(code) = code.filter(|_| !elsewhere) {
                        assert_eq!(code.status().as_u16().to_string(), *status, "{word}");
                    }
                }
            }
        }
    }
    let ask = &schemas["SpeechRequest"]["properties"];
    assert!(ask["text"].is_object() && ask["message_id"].is_object() && ask["input"].is_null());
    assert!(schemas["OpenAiSpeech"]["properties"]["input"].is_object());
    assert_eq!(schemas["OpenAiSpeech"]["required"], json!(["input"]));
}

/// Blocking a user stops every spelling of their name.
#[tokio::test]
async fn a_name_is_blocked_in_every_spelling() {
    let gateway = Gateway::new().await;
    let change = json!({ "action": "set_blocked", "subject": { "kind": "room", "id": " Zoe\u{308} " }, "blocked": true });
    let answer = gateway.post("/admin/api/controls", &change).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    for room in ["Zo\u{eb}", "Zoe\u{308}", "\tZo\u{eb} "] {
        let answer = gateway.post("/tts", &json!({ "text": "Hello.", "room": room })).await;
        assert_eq!(answer.error().0, 403, "{room:?}");
    }
    assert_eq!(
        gateway.post("/tts", &json!({ "text": "Hello.", "room": "Zo\u{eb}\u{200b}" })).await.error().0,
        400
    );
}

/// OpenAI's JavaScript SDK sends a dozen headers of its own from a page.
#[tokio::test]
async fn a_page_that_may_call_may_send_its_sdks_headers() {
    let settings = Settings { cors_origins: vec!["https://chat.example.com".into()], ..settings() };
    let gateway = Gateway::with(Fake::named("fake"), settings).await;
    let sent = "authorization,content-type,x-stainless-arch,x-stainless-lang,x-stainless-os,x-stainless-package-version,x-stainless-retry-count,x-stainless-runtime,x-stainless-runtime-version,x-stainless-timeout";
    let preflight = |origin: &str| {
        Request::options("/v1/audio/speech")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", sent)
            .body(Body::empty())
            .unwrap()
    };
    let answer = gateway.send(preflight("https://chat.example.com")).await;
    assert_eq!(answer.header("access-control-allow-origin"), "https://chat.example.com");
    assert_eq!(answer.header("access-control-allow-headers"), sent);
    let elsewhere = gateway.send(preflight("https://elsewhere.example.com")).await;
    assert_eq!(elsewhere.header("access-control-allow-origin"), "");
}
