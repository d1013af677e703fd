//! ElevenLabs' contract. The official SDKs are tried against the real server in `tests/sdk`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use saywell::config::Settings;
use saywell::providers::fake::Fake;
use serde_json::{Value, json};

use crate::stream::{Client, Sent};
use crate::support::{Answer, Gateway, settings};

const SPEAK: &str = "/elevenlabs/v1/text-to-speech/tone";
const STREAM: &str = "/elevenlabs/v1/text-to-speech/tone/stream-input?output_format=pcm_24000";
const TEXT: &str = "Hello there. It costs 12 euros.\n\nAnd a paragraph.";

fn detail(answer: &Answer) -> (u16, String, String) {
    let detail = answer.json()["detail"].clone();
    let text = |name: &str| detail[name].as_str().unwrap_or_default().to_owned();
    assert!(!text("message").is_empty() && text("request_id") == answer.header("x-request-id"), "{detail}");
    (answer.status.as_u16(), text("status"), text("param"))
}

fn sound_of(line: &Value, name: &str) -> Vec<u8> {
    STANDARD.decode(line[name].as_str().unwrap_or_default()).unwrap()
}

#[tokio::test]
async fn the_sound_is_that_of_our_own_call() {
    let gateway = Gateway::new().await;
    let own = gateway.post("/tts", &json!({ "text": TEXT })).await;
    gateway.settle().await;
    for rest in ["", "/stream", "?output_format=mp3_44100_128"] {
        let body = json!({ "text": TEXT, "model_id": "eleven_multilingual_v2", "voice_settings": { "stability": 0.5 }, "seed": 7 });
        let answer = gateway.post(&format!("{SPEAK}{rest}"), &body).await;
        assert_eq!((answer.status.as_u16(), answer.header("x-tts-cache")), (200, "hit"), "{}", answer.text());
        assert!(answer.body == own.body && !answer.header("character-cost").is_empty());
    }
}

#[tokio::test]
async fn formats_are_told_by_name_or_refused_by_name() {
    let gateway = Gateway::new().await;
    let speak = async |format: &str| {
        gateway.post(&format!("{SPEAK}?output_format={format}"), &json!({ "text": "Hello there." })).await
    };
    for (format, content_type) in [
        ("mp3_22050_32", "audio/mpeg"),
        ("opus_48000_32", "audio/ogg; codecs=opus"),
        ("pcm_24000", "audio/pcm;rate=24000;channels=1"),
        ("WAV_24000", "audio/wav"),
    ] {
        let answer = speak(format).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, content_type), "{format}");
    }
    assert!(speak("mp3_44100_128").await.header("x-tts-notes").contains("24 kHz"));
    for format in ["ulaw_8000", "pcm_16000", "mp3", "mp3_high", "", "flac"] {
        let answer = speak(format).await;
        let expected = if format.is_empty() { 200 } else { 400 };
        assert_eq!(answer.status, expected, "{format}: {}", answer.text());
        if expected == 400 {
            assert_eq!(detail(&answer), (400, "invalid_request".into(), "output_format".into()));
        }
    }
}

#[tokio::test]
async fn every_error_is_in_their_shape() {
    let gateway = Gateway::new().await;
    let speak = async |path: &str, body: Value| detail(&gateway.post(path, &body).await);
    let nobody = "/elevenlabs/v1/text-to-speech/nobody";
    let own = |status, word: &str, param: &str| (status, word.to_owned(), param.to_owned());
    assert_eq!(speak(nobody, json!({ "text": "Hello." })).await, own(404, "voice_not_found", "voice_id"));
    assert_eq!(speak(SPEAK, json!({})).await, own(400, "invalid_request", "text"));
    assert_eq!(speak(SPEAK, json!({ "text": "" })).await, own(400, "invalid_request", "text"));
    let fast = json!({ "text": "Hello.", "voice_settings": { "speed": 9 } });
    assert_eq!(speak(SPEAK, fast).await, own(400, "invalid_request", "voice_settings.speed"));
    let language = json!({ "text": "Hello.", "language_code": "not a tag" });
    assert_eq!(speak(SPEAK, language).await, own(400, "invalid_request", "language_code"));
    assert_eq!(detail(&gateway.get("/elevenlabs/v1/nothing").await).0, 404);
    assert_eq!(detail(&gateway.get(SPEAK).await).0, 405);
    assert_eq!(
        detail(&gateway.get("/elevenlabs/v1/voices/nobody").await),
        own(404, "voice_not_found", "voice_id")
    );
    assert_eq!(
        detail(&gateway.get("/elevenlabs/v2/voices?page_size=0").await),
        own(400, "invalid_request", "page_size")
    );
}

#[tokio::test]
async fn a_text_with_nothing_to_say_is_a_short_silence() {
    let gateway = Gateway::new().await;
    for rest in ["", "/stream", "/with-timestamps", "/stream/with-timestamps"] {
        let answer = gateway.post(&format!("{SPEAK}{rest}"), &json!({ "text": "👍" })).await;
        assert!(answer.status == 200 && !answer.body.is_empty(), "{rest}: {}", answer.text());
    }
}

#[tokio::test]
async fn every_character_of_the_text_has_its_time() {
    let gateway = Gateway::new().await;
    let own = gateway.post("/tts", &json!({ "text": TEXT, "format": "pcm" })).await;
    for fresh in [true, false] {
        // Both from the cache and as it is made.
        let other = Gateway::new().await;
        let gateway = if fresh { &other } else { &gateway };
        gateway.settle().await;
        let ask = json!({ "text": TEXT });
        let whole =
            gateway.post(&format!("{SPEAK}/with-timestamps?output_format=pcm_24000"), &ask).await.json();
        assert!(sound_of(&whole, "audio_base64") == own.body);
        let third = Gateway::new().await;
        let gateway = if fresh { &third } else { gateway };
        let answer =
            gateway.post(&format!("{SPEAK}/stream/with-timestamps?output_format=pcm_24000"), &ask).await;
        let lines: Vec<Value> =
            answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let sound: Vec<u8> = lines.iter().flat_map(|line| sound_of(line, "audio_base64")).collect();
        assert!(sound == own.body, "{fresh}");
        let seconds = own.body.len() as f64 / 48_000.0;
        for (pieces, name) in [(vec![whole.clone()], "one"), (lines.clone(), "lines")] {
            let of = |list: &str, field: &str| -> Vec<Value> {
                let lists = pieces.iter().filter_map(|piece| piece[list][field].as_array());
                lists.flatten().cloned().collect()
            };
            let text: String =
                of("alignment", "characters").iter().map(|c| c.as_str().unwrap().to_owned()).collect();
            assert_eq!(text, TEXT, "{name}");
            for list in ["alignment", "normalized_alignment"] {
                let starts = of(list, "character_start_times_seconds");
                let ends = of(list, "character_end_times_seconds");
                assert!(!starts.is_empty() && starts.len() == ends.len());
                assert!(starts.windows(2).all(|pair| pair[0].as_f64() <= pair[1].as_f64()), "{starts:?}");
                let last = ends.last().unwrap().as_f64().unwrap();
                assert!((last - seconds).abs() < 0.05, "{name} {list}: {last} of {seconds}");
            }
        }
    }
}

/// All that comes up to the end, and the code that the connection is closed with.
async fn hear(client: &mut Client) -> (Vec<Value>, Vec<u8>) {
    let (mut told, mut sound) = (Vec::new(), Vec::new());
    loop {
        match client.next().await {
            Sent::Told(said) => {
                sound.extend(sound_of(&said, "audio"));
                told.push(said);
            }
            Sent::Sound(_) => panic!("sound is in messages"),
            Sent::Closed => return (told, sound),
        }
    }
}

#[tokio::test]
async fn text_that_comes_in_pieces_is_the_reply_that_comes_whole() {
    let whole = Gateway::new().await.post("/tts", &json!({ "text": TEXT, "format": "pcm" })).await;
    let gateway = Gateway::new().await;
    let mut client = Client::at(&gateway, STREAM, &[]).await.unwrap();
    client
        .say(json!({ "text": " ", "voice_settings": { "stability": 0.5, "speed": 1 }, "xi_api_key": "x" }))
        .await;
    for piece in TEXT.split_inclusive(' ') {
        client.say(json!({ "text": piece, "try_trigger_generation": true })).await;
    }
    client.say(json!({ "text": "" })).await;
    let (told, sound) = hear(&mut client).await;
    assert!(sound == whole.body, "{} and {} bytes", sound.len(), whole.body.len());
    let (last, rest) = told.split_last().unwrap();
    assert_eq!((&last["isFinal"], &last["audio"]), (&json!(true), &Value::Null));
    assert!(rest.iter().all(|said| said["isFinal"] == false));
    let characters = rest.iter().filter_map(|said| said["alignment"]["chars"].as_array()).flatten();
    assert_eq!(characters.map(|letter| letter.as_str().unwrap()).collect::<String>(), TEXT);
    // Each begins where the one before ended.
    let mut end = 0;
    for times in rest.iter().map(|said| &said["alignment"]).filter(|times| !times.is_null()) {
        assert_eq!(times["charStartTimesMs"][0], 0);
        let last = |name: &str| times[name].as_array().unwrap().last().unwrap().as_u64().unwrap();
        end += last("charStartTimesMs") + last("charDurationsMs");
    }
    let lasts = sound.len() as u64 / 48;
    assert!(end.abs_diff(lasts) < 50, "{end} of {lasts} ms");
}

#[tokio::test]
async fn a_flush_has_said_what_is_there_and_goes_on() {
    let gateway = Gateway::new().await;
    let mut client = Client::at(&gateway, STREAM, &[]).await.unwrap();
    client.say(json!({ "text": " " })).await;
    client.say(json!({ "text": "No end to this ", "flush": true })).await;
    let first = client.told().await;
    assert!(!sound_of(&first, "audio").is_empty(), "{first}");
    client.say(json!({ "text": " ", "flush": true })).await;
    client.say(json!({ "text": "👍 ", "flush": true })).await;
    client.say(json!({ "text": "nor to that " })).await;
    client.say(json!({ "text": "" })).await;
    let (told, _) = hear(&mut client).await;
    assert_eq!(told.last().unwrap()["isFinal"], true);
    assert_eq!(gateway.calls.texts().len(), 2, "{:?}", gateway.calls.texts());
}

#[tokio::test]
async fn what_is_wrong_is_said_and_ends_the_connection() {
    let gateway = Gateway::new().await;
    for (message, error, param) in [
        (json!({ "txt": "Hello." }), "invalid_request", "text"),
        (json!({ "text": "Hello.", "voice_settings": { "speed": 9 } }), "invalid_request", "speed"),
    ] {
        let mut client = Client::at(&gateway, STREAM, &[]).await.unwrap();
        client.say(message).await;
        let told = client.told().await;
        assert_eq!(
            (&told["error"], &told["param"], &told["code"]),
            (&json!(error), &json!(param), &json!(1008))
        );
        assert!(told["message"].as_str().is_some_and(|message| !message.is_empty()));
        assert_eq!(client.next().await, Sent::Closed);
    }
    let nobody = STREAM.replace("tone", "nobody");
    let mut client = Client::at(&gateway, &nobody, &[]).await.unwrap();
    client.say(json!({ "text": "Hello there. " })).await;
    client.say(json!({ "text": "" })).await;
    assert_eq!(client.told().await["error"], "voice_not_found");
    for query in ["output_format=wav_24000", "output_format=ulaw_8000", "inactivity_timeout=0"] {
        let path = format!("/elevenlabs/v1/text-to-speech/tone/stream-input?{query}");
        assert!(Client::at(&gateway, &path, &[]).await.is_err(), "{query}");
    }
}

#[tokio::test]
async fn silence_ends_a_connection_that_nothing_is_heard_over() {
    let gateway = Gateway::new().await;
    let path = "/elevenlabs/v1/text-to-speech/tone/stream-input?inactivity_timeout=20";
    let begun = tokio::time::Instant::now();
    let mut client = Client::at(&gateway, path, &[]).await.unwrap();
    tokio::time::pause();
    assert!(client.told().await["message"].as_str().unwrap().contains("20 s"));
    assert!((20..50).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn voices_and_models_are_listed() {
    let gateway = Gateway::with(Fake::named("fake"), Settings::clone(&settings())).await;
    let voices = gateway.get("/elevenlabs/v1/voices").await.json();
    assert_eq!(
        (&voices["voices"][0]["voice_id"], &voices["voices"][0]["name"]),
        (&json!("tone"), &json!("Tone"))
    );
    let all = voices["voices"].as_array().unwrap().len();
    let (mut token, mut seen) = (String::new(), Vec::new());
    loop {
        let page =
            gateway.get(&format!("/elevenlabs/v2/voices?page_size=1&next_page_token={token}")).await.json();
        assert_eq!(page["total_count"], all);
        seen.extend(page["voices"].as_array().unwrap().clone());
        match page["next_page_token"].as_str() {
            Some(next) => token = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(Value::from(seen), voices["voices"]);
    assert_eq!(gateway.get("/elevenlabs/v2/voices?search=TON").await.json()["voices"][0]["voice_id"], "tone");
    assert_eq!(gateway.get("/elevenlabs/v1/voices/TONE").await.json()["name"], "Tone");
    let models = gateway.get("/elevenlabs/v1/models").await.json();
    assert!(models.as_array().unwrap().iter().any(|model| model["model_id"] == "fake"), "{models}");
}

const CONTEXTS: &str = "/elevenlabs/v1/text-to-speech/tone/multi-stream-input?output_format=pcm_24000&auto_mode=true&inactivity_timeout=180";

/// The next message of a context, and its sound.
async fn of_context(client: &mut Client) -> (String, Value, Vec<u8>) {
    let told = client.told().await;
    let name = told["contextId"].as_str().unwrap_or_default().to_owned();
    let sound = sound_of(&told, "audio");
    (name, told, sound)
}

/// All that comes of these contexts, up to the end of each: its sound, and the letters that have times.
async fn hear_contexts(
    client: &mut Client,
    names: &[&str],
) -> std::collections::BTreeMap<String, (Vec<u8>, String)> {
    let mut heard = std::collections::BTreeMap::<_, (Vec<u8>, String)>::new();
    let mut open = names.len();
    while open > 0 {
        let (name, told, sound) = of_context(client).await;
        assert!(names.contains(&name.as_str()) && told.get("error").is_none(), "{told}");
        let of = heard.entry(name).or_default();
        of.0.extend(sound);
        let letters = told["alignment"]["chars"].as_array().into_iter().flatten();
        of.1.extend(letters.map(|letter| letter.as_str().unwrap()));
        open -= usize::from(told["isFinal"] == true);
    }
    heard
}

#[tokio::test]
async fn contexts_are_heard_each_by_itself() {
    let whole = Gateway::new().await.post("/tts", &json!({ "text": TEXT, "format": "pcm" })).await;
    let gateway = Gateway::new().await;
    let mut client = Client::at(&gateway, CONTEXTS, &[]).await.unwrap();
    // As LiveKit's and Pipecat's plugins open, write, keep open and end them.
    for name in ["a", "b"] {
        client.say(json!({ "text": " ", "context_id": name, "voice_settings": { "stability": 0.5 } })).await;
    }
    for piece in TEXT.split_inclusive(' ') {
        client.say(json!({ "text": piece, "context_id": "a" })).await;
        client.say(json!({ "text": "", "context_id": "a" })).await;
        client.say(json!({ "text": "" })).await;
    }
    client.say(json!({ "text": "Another text. ", "context_id": "b", "flush": true })).await;
    for name in ["a", "b"] {
        client.say(json!({ "text": "", "context_id": name, "flush": true })).await;
        client.say(json!({ "context_id": name, "close_context": true })).await;
    }
    let heard = hear_contexts(&mut client, &["a", "b"]).await;
    assert!(heard["a"].0 == whole.body, "{} and {} bytes", heard["a"].0.len(), whole.body.len());
    assert_eq!(heard["a"].1, TEXT);
    assert!(!heard["b"].0.is_empty() && heard["b"].1.trim_end() == "Another text.", "{:?}", heard["b"].1);
    // The connection goes on, and a name may be used again.
    client.say(json!({ "text": "Once more. ", "context_id": "a" })).await;
    client.say(json!({ "context_id": "a", "close_context": true })).await;
    assert!(!hear_contexts(&mut client, &["a"]).await["a"].0.is_empty());
    client.say(json!({ "text": "And the last. ", "context_id": "c" })).await;
    client.say(json!({ "close_socket": true })).await;
    assert!(!hear_contexts(&mut client, &["c"]).await["c"].0.is_empty());
    assert_eq!(client.next().await, Sent::Closed);
}

#[tokio::test]
async fn a_context_says_what_was_flushed_in_turn_and_flies_once_at_a_time() {
    let mut settings = settings();
    settings.max_flights = 1;
    let gateway = Gateway::with(Fake::named("fake"), settings).await;
    let mut client = Client::at(&gateway, CONTEXTS, &[]).await.unwrap();
    for number in 0..6 {
        client
            .say(json!({ "text": format!("This is sentence {number}. "), "context_id": "a", "flush": true }))
            .await;
    }
    client.say(json!({ "context_id": "a", "flush": true })).await;
    client.say(json!({ "context_id": "a", "close_context": true })).await;
    let heard = hear_contexts(&mut client, &["a"]).await;
    let written: String = (0..6).map(|number| format!("This is sentence {number}. ")).collect();
    assert_eq!(heard["a"].1, written);
}

#[tokio::test]
async fn what_is_wrong_in_one_context_leaves_the_others_alone() {
    let gateway = Gateway::new().await;
    let mut client = Client::at(&gateway, CONTEXTS, &[]).await.unwrap();
    client.say(json!({ "text": "Hello. ", "context_id": "a", "voice_settings": { "speed": 9 } })).await;
    let (name, told, _) = of_context(&mut client).await;
    assert_eq!(
        (name.as_str(), &told["error"], &told["param"]),
        ("a", &json!("invalid_request"), &json!("speed"))
    );
    for number in 0..5 {
        client.say(json!({ "text": "Hello ", "context_id": format!("c{number}") })).await;
    }
    client.say(json!({ "text": "Hello ", "context_id": "one too many" })).await;
    let (name, told, _) = of_context(&mut client).await;
    assert_eq!((name.as_str(), &told["param"]), ("one too many", &json!("context_id")), "{told}");
    // What ends without a word is over, and what was never there is passed over.
    client.say(json!({ "context_id": "nobody", "close_context": true })).await;
    client.say(json!({ "text": "there. ", "context_id": "c0" })).await;
    client.say(json!({ "context_id": "c0", "close_context": true })).await;
    assert!(!hear_contexts(&mut client, &["c0"]).await["c0"].0.is_empty());
    client.say(json!({ "text": 7 })).await;
    assert_eq!(client.told().await["error"], "invalid_request");
    assert_eq!(client.next().await, Sent::Closed);
}
