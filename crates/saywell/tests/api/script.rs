//! Scripts, SSML, pronunciations and languages, as a caller sees them.

use std::sync::Arc;

use saywell::config::Settings;
use saywell::provider::{Provider, Voice};
use saywell::providers::fake::Fake;
use saywell::script::UnsupportedLanguage;
use serde_json::{Value, json};

use crate::support::{Gateway, settings};

async fn script(gateway: &Gateway, body: &Value) -> Value {
    let answer = gateway.post("/tts/script", body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn the_script_says_what_would_be_said_and_what_not() {
    let gateway = Gateway::new().await;
    let reply = "## Done\n\nRun `cargo test` now.\n\n```rust\nfn main() {}\n```\n<think>Hm.</think>";
    let script = script(&gateway, &json!({ "text": reply })).await;
    let said: Vec<&str> =
        script["utterances"].as_array().unwrap().iter().map(|u| u["text"].as_str().unwrap()).collect();
    assert_eq!(said, ["Done.", "Run cargo test now.", "Rust code, 1 line."]);
    assert_eq!(script["utterances"][0]["kind"], "heading");
    assert_eq!(script["utterances"][1]["source"], json!([9, 30]));
    assert_eq!(script["language"], "en");
    let left_out: Vec<&Value> = script["omissions"].as_array().unwrap().iter().map(|o| &o["what"]).collect();
    assert_eq!(left_out, ["code", "reasoning"]);
    assert!(script["estimated_seconds"].as_f64().unwrap() > 1.0);
    assert_eq!(gateway.calls.count(), 0, "nothing was spoken");
}

#[tokio::test]
async fn what_is_left_out_of_a_silent_reply_is_named() {
    let gateway = Gateway::new().await;
    let hidden = gateway.post("/tts", &json!({ "text": "<think>Hm.</think>\n\n<!-- A note. -->" })).await;
    let message = "There is nothing to say in this text: it is only reasoning and markup.";
    assert_eq!(hidden.json()["error"]["message"], message);
}

#[tokio::test]
async fn ssml_is_read_and_its_faults_are_placed() {
    let gateway = Gateway::new().await;
    let ssml = "<speak>Hello <break time='300ms'/><emphasis>there</emphasis>.</speak>";
    let script = script(&gateway, &json!({ "ssml": ssml })).await;
    assert_eq!(script["utterances"][0]["text"], "Hello there.");
    assert_eq!(script["utterances"][0]["marks"][0], json!({ "text": [5, 5], "break": 300 }));

    let spoken = gateway.post("/tts", &json!({ "ssml": ssml })).await;
    assert_eq!(spoken.status, 200, "{}", spoken.text());
    assert_eq!(spoken.header("x-tts-notes"), "this voice does not follow emphasis");
    assert_eq!(gateway.calls.texts(), ["Hello", " there."]);
    let links = gateway.links(&json!({ "ssml": ssml })).await;
    assert_eq!(links["notes"][0]["about"], "emphasis");

    let wrong = gateway.post("/tts", &json!({ "ssml": "<speak>\n  <p>Hello.</speak>" })).await;
    assert_eq!(wrong.error(), (400, "invalid_request".into(), "ssml".into()));
    assert_eq!(wrong.json()["error"]["details"]["line"], 2);
    for (body, param) in
        [(json!({}), "text"), (json!({ "text": "Hello.", "ssml": "<speak>Hello.</speak>" }), "ssml")]
    {
        let answer = gateway.post("/tts", &body).await;
        assert_eq!(answer.error(), (400, "invalid_request".into(), param.into()), "{body}");
    }
    let silent = gateway.post("/tts", &json!({ "ssml": "<speak/>" })).await;
    assert_eq!(silent.error(), (400, "nothing_to_say".into(), "ssml".into()));
}

#[tokio::test]
async fn pronunciations_change_what_is_said_and_the_key() {
    let gateway = Gateway::new().await;
    let plain = json!({ "text": "Start nginx now." });
    let told =
        json!({ "text": "Start nginx now.", "pronunciations": [{ "word": "nginx", "say": "engine x" }] });
    gateway.post("/tts", &plain).await;
    gateway.settle().await;
    let answer = gateway.post("/tts", &told).await;
    assert_eq!(answer.header("x-tts-cache"), "miss");
    assert_eq!(gateway.calls.texts(), ["Start nginx now.", "Start engine x now."]);

    let wrong = json!({ "text": "Hello.", "pronunciations": [{ "word": "a", "say": "b" }, { "word": "c", "ipa": "7" }] });
    let refused = gateway.post("/tts", &wrong).await;
    assert_eq!(refused.error(), (400, "invalid_request".into(), "pronunciations[1].ipa".into()));
}

fn german() -> Voice {
    Voice::new("world", "anna", "de-DE")
}

#[tokio::test]
async fn each_language_goes_to_a_voice_that_speaks_it() {
    let home = Fake::named("home");
    let calls = home.calls();
    let chain: Vec<Arc<dyn Provider>> =
        vec![Arc::new(home), Arc::new(Fake::named("world").with_voices([german()]))];
    let gateway = Gateway::with_chain(chain, calls, settings()).await;
    let reply = "The proverb is old, and everybody knows it.\n\n\
                 Wer anderen eine Grube gräbt, der fällt am Ende selbst hinein, das ist bekannt.\n\n\
                 It means that what you plan for others may happen to you.";
    let links = gateway.links(&json!({ "text": reply })).await;
    let captions = gateway.get(links["captions_url"].as_str().unwrap()).await.json();
    let spoken: Vec<&str> =
        captions["utterances"].as_array().unwrap().iter().map(|u| u["provider"].as_str().unwrap()).collect();
    assert_eq!(spoken, ["home", "world", "home"]);
    gateway.settle().await;
    let again = gateway.post("/tts", &json!({ "text": reply })).await;
    assert_eq!(again.header("x-tts-cache"), "hit", "it was spoken as planned, so it is kept whole");
}

#[tokio::test]
async fn a_language_that_nobody_speaks_is_named() {
    let gateway = Gateway::new().await;
    let reply = "Das ist eine Antwort, die auf Deutsch geschrieben ist, und niemand hier kann sie vorlesen.";
    let answer = gateway.post("/tts", &json!({ "text": reply })).await;
    assert_eq!(answer.error(), (400, "language_unsupported".into(), "text".into()));
    assert!(answer.text().contains("German"), "{}", answer.text());
    assert_eq!(gateway.calls.count(), 0);
}

#[tokio::test]
async fn symbols_that_the_voice_does_not_know_are_named() {
    let fake = Fake::named("fake").knowing(saywell_voice::g2p::unknown_symbols);
    let gateway = Gateway::with(fake, settings()).await;
    let ask = json!({ "text": "Ask Huang.", "pronunciations": [{ "word": "Huang", "ipa": "hwɑŋǃ" }] });
    let links = gateway.links(&ask).await;
    assert_eq!(links["notes"][0]["note"], "this voice does not know `ǃ` in the phonemes `hwɑŋǃ`", "{links}");
    assert_eq!(links["notes"][0]["source"], json!([4, 9]));
}

#[tokio::test]
async fn a_request_has_a_bounded_number_of_pronunciations() {
    let gateway = Gateway::new().await;
    let entries = |count: usize| -> Vec<Value> {
        (0..count).map(|number| json!({ "word": format!("word{number}"), "say": "this" })).collect()
    };
    let ask = |count| json!({ "text": "Hello.", "pronunciations": entries(count) });
    assert_eq!(gateway.post("/tts", &ask(100)).await.status, 200);
    let refused = gateway.post("/tts", &ask(101)).await;
    assert_eq!(refused.error(), (400, "invalid_request".into(), "pronunciations".into()));
    assert!(refused.text().contains("has 101 entries; the most is 100"), "{}", refused.text());
}

#[tokio::test]
async fn a_reply_may_begin_inside_reasoning() {
    let reply = "The user wants a greeting.\n</think>\nHello!";
    let always =
        Gateway::with(Fake::named("fake"), Settings { begins_in_reasoning: true, ..settings() }).await;
    let never = Gateway::new().await;
    let said = async |gateway: &Gateway, ask: Value| {
        script(gateway, &ask).await["utterances"].as_array().unwrap().len()
    };
    assert_eq!(said(&never, json!({ "text": reply })).await, 2);
    assert_eq!(said(&never, json!({ "text": reply, "begins_in_reasoning": true })).await, 1);
    assert_eq!(said(&always, json!({ "text": reply })).await, 1);
    assert_eq!(said(&always, json!({ "text": "Hello!", "begins_in_reasoning": false })).await, 1);
}

/// What is heard of a reply, by its captions.
async fn heard(gateway: &Gateway, text: &str) -> Vec<String> {
    let links = gateway.links(&json!({ "text": text })).await;
    let captions = gateway.get(links["captions_url"].as_str().unwrap()).await.json();
    let utterances = captions["utterances"].as_array().unwrap();
    utterances.iter().map(|said| said["text"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn english_that_only_looks_foreign_is_heard() {
    let gateway = Gateway::new().await;
    for reply in [
        "α = 0.05",
        "α = 0.05, β = 0.2",
        "$$\\begin{cases} x + y = 3 \\\\ x - y = 1 \\end{cases}$$ gives $x=2$",
        "Come in.",
        "Per se.",
        "I had a strange feeling of déjà vu, which is her raison d'être.",
        "Day 1: Check-in 3pm.\n\n10 Rue de l'Église, 75001 Paris.\n\nEnjoy your stay!",
        "- Hello\n- Bonjour\n- Guten Tag",
        "a b c d e",
    ] {
        let answer = gateway.post("/tts", &json!({ "text": reply })).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("x-tts-notes")),
            (200, ""),
            "{reply}: {}",
            answer.text()
        );
    }
}

#[tokio::test]
async fn a_lone_ideograph_is_a_sign_of_no_language_and_is_not_left_out_unseen() {
    let gateway = Gateway::new().await;
    let reply = "Look for 駅 on the signs, and you are there.";
    assert_eq!(heard(&gateway, reply).await, [reply]);
    let script = script(&gateway, &json!({ "text": reply })).await;
    let at = reply.find('駅').unwrap();
    let [left_out, noted] = [&script["omissions"][0], &script["notes"][0]];
    assert_eq!((&left_out["what"], &left_out["source"]), (&json!("language"), &json!([at, at + 3])));
    assert_eq!(noted["note"], "no voice here reads `駅`");
    let answer = gateway.post("/tts", &json!({ "text": reply })).await;
    assert!(answer.header("x-tts-notes").starts_with("no voice here reads "), "{answer:?}");
    // Whoever reads it needs no note.
    let world = Fake::named("fake")
        .with_voices([Voice::new("fake", "tone", "en-US"), Voice::new("fake", "mei", "zh-CN")]);
    let world = Gateway::with(world, settings()).await;
    assert_eq!(world.post("/tts", &json!({ "text": reply })).await.header("x-tts-notes"), "");
}

#[tokio::test]
async fn a_sentence_of_which_nothing_tells_the_language_is_bought_once() {
    let gateway = Gateway::new().await;
    let opening = "Absolutely! The tests are green, and everything is done.";
    let later = "The tests were red for a day. Absolutely! They are green again.";
    let script = script(&gateway, &json!({ "text": opening })).await;
    assert_eq!(script["utterances"][0]["language"], Value::Null, "{script}");
    for text in [opening, later] {
        assert_eq!(gateway.post("/tts", &json!({ "text": text })).await.status, 200);
        gateway.settle().await;
    }
    let bought = gateway.calls.texts();
    assert_eq!(bought.iter().filter(|text| *text == "Absolutely!").count(), 1, "{bought:?}");
}

const FOX: &str = "Here is the translation you asked for:\n\n> Der schnelle braune Fuchs springt über den faulen \
                   Hund und läuft dann in den Wald. Das ist alles.\n\nLet me know if you need more.";

#[tokio::test]
async fn what_nobody_speaks_is_announced_and_the_rest_is_heard() {
    let gateway = Gateway::new().await;
    for (reply, expected) in [
        (
            FOX,
            vec![
                "Here is the translation you asked for:",
                "In German, two sentences.",
                "Let me know if you need more.",
            ],
        ),
        (
            "Sure! In German you say: Guten Morgen, wie geht es dir heute? It means good morning.",
            vec!["Sure!", "In German you say:", "In German, one sentence.", "It means good morning."],
        ),
        (
            "Bonjour, comment allez-vous aujourd'hui ? How can I help you with that today?",
            vec!["In French, one sentence.", "How can I help you with that today?"],
        ),
        ("The word 你好 means hello.", vec!["The word", "In Chinese.", "means hello."]),
        ("The Japanese word 電車 means train.", vec!["The Japanese word", "In Japanese.", "means train."]),
        ("The Chinese sign 車 means car.", vec!["The Chinese sign", "In Chinese.", "means car."]),
    ] {
        assert_eq!(heard(&gateway, reply).await, expected, "{reply}");
        let links = gateway.links(&json!({ "text": reply })).await;
        let captions = gateway.get(links["captions_url"].as_str().unwrap()).await.json();
        let script = script(&gateway, &json!({ "text": reply })).await;
        let vtt = gateway.get(&links["captions_url"].as_str().unwrap().replace(".json", ".vtt")).await.text();
        assert!(vtt.starts_with("WEBVTT\n\nNOTE no voice here speaks "), "{vtt}");
        for notes in [&links["notes"], &captions["notes"], &script["notes"]] {
            assert!(notes[0]["note"].as_str().unwrap().starts_with("no voice here speaks "), "{notes}");
        }
        let left_out = &script["omissions"][0];
        assert_eq!(left_out["what"], "language");
        assert_eq!(left_out["source"], links["notes"][0]["source"]);
    }
}

#[tokio::test]
async fn an_operator_says_what_becomes_of_what_nobody_speaks() {
    let (first, last) = ("Here is the translation you asked for:", "Let me know if you need more.");
    let with = async |unsupported_language| {
        Gateway::with(Fake::named("fake"), Settings { unsupported_language, ..settings() }).await
    };
    let skipping = with(UnsupportedLanguage::Skip).await;
    assert_eq!(heard(&skipping, FOX).await, [first, last]);
    let answer = skipping.post("/tts", &json!({ "text": FOX })).await;
    assert_eq!(answer.header("x-tts-notes"), "no voice here speaks German (`de`)");

    let reading = with(UnsupportedLanguage::Read).await;
    let said = heard(&reading, FOX).await;
    assert_eq!((said.len(), said[1].starts_with("Der schnelle")), (4, true), "{said:?}");
    let all = "Das ist eine Antwort, die auf Deutsch geschrieben ist.";
    assert_eq!(heard(&reading, all).await, [all]);
    assert_eq!(
        reading.post("/tts", &json!({ "text": all })).await.header("x-tts-notes"),
        "no voice here speaks German (`de`)"
    );
    let script = script(&reading, &json!({ "text": all })).await;
    assert_eq!(script["notes"][0]["note"], "no voice here speaks German (`de`)");
    assert_eq!(script["omissions"], json!([]), "all of it is said");

    let refusing = with(UnsupportedLanguage::Refuse).await;
    let answer = refusing.post("/tts", &json!({ "text": FOX })).await;
    assert_eq!(answer.error(), (400, "language_unsupported".into(), "text".into()));
    assert!(answer.text().contains("German"), "{}", answer.text());
}
