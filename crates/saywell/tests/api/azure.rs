//! Azure's speech over REST, as its documentation has it.

use axum::body::Body;
use axum::http::Request;
use saywell::clock::Clock as _;
use saywell::identity::Mode;
use serde_json::{Value, json};

use crate::identity::{key, with_auth};
use crate::support::{Answer, Gateway};

const SPEAK: &str = "/cognitiveservices/v1";
const SSML: &str = "<speak version='1.0' xml:lang='en-US'><voice xml:lang='en-US' xml:gender='Female' name='tone'>Hello there. It costs <say-as interpret-as='cardinal'>12</say-as> euros.</voice></speak>";

async fn speak(gateway: &Gateway, ssml: &str, headers: &[(&str, &str)]) -> Answer {
    let request =
        Request::post(SPEAK).header("content-type", "application/ssml+xml").header("user-agent", "curl");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    gateway.send(request.body(Body::from(ssml.to_owned())).unwrap()).await
}

#[tokio::test]
async fn the_sound_is_that_of_our_own_call_in_the_format_that_is_named() {
    let gateway = Gateway::new().await;
    for (name, format, content_type) in [
        ("audio-24khz-48kbitrate-mono-mp3", "mp3", "audio/mpeg"),
        ("audio-16khz-32kbitrate-mono-mp3", "mp3", "audio/mpeg"),
        ("ogg-24khz-16bit-mono-opus", "opus", "audio/ogg; codecs=opus"),
        ("webm-24khz-16bit-mono-opus", "webm", "audio/webm; codecs=opus"),
        ("riff-24khz-16bit-mono-pcm", "wav", "audio/wav"),
        ("Raw-24kHz-16bit-mono-pcm", "pcm", "audio/pcm;rate=24000;channels=1"),
    ] {
        let own = gateway.post("/tts", &json!({ "ssml": SSML, "format": format })).await;
        gateway.settle().await;
        let answer = speak(&gateway, SSML, &[("X-Microsoft-OutputFormat", name)]).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, content_type), "{name}");
        assert!(answer.body == own.body, "{name}");
        assert_eq!(answer.header("x-tts-notes").contains("24 kHz"), name.contains("16khz"), "{name}");
    }
    let plain = speak(&gateway, SSML, &[]).await;
    assert_eq!((plain.status.as_u16(), plain.header("content-type")), (200, "audio/mpeg"));
}

/// `Open WebUI` has the language of the document from the voice's name, whatever that is.
#[tokio::test]
async fn a_voices_name_in_the_place_of_a_language_is_passed_over() {
    let gateway = Gateway::new().await;
    for voice in ["heart", "af_heart", "tone"] {
        let ssml = format!(
            "<speak version='1.0' xml:lang='{voice}'><voice name='tone'>Hello there.</voice></speak>"
        );
        let answer = speak(&gateway, &ssml, &[]).await;
        assert_eq!(answer.status, 200, "{voice}: {}", answer.text());
    }
}

#[tokio::test]
async fn mistakes_are_named() {
    let gateway = Gateway::new().await;
    for format in [
        "raw-16khz-16bit-mono-pcm",
        "riff-8khz-8bit-mono-mulaw",
        "amr-wb-16000hz",
        "mp3",
        "raw-24khz-16bit-mono-truesilk",
    ] {
        let answer = speak(&gateway, SSML, &[("X-Microsoft-OutputFormat", format)]).await;
        assert_eq!(
            answer.error(),
            (400, "invalid_request".into(), "X-Microsoft-OutputFormat".into()),
            "{format}"
        );
    }
    for ssml in ["", "<speak", "Hello there."] {
        assert_eq!(speak(&gateway, ssml, &[]).await.status, 400, "{ssml}");
    }
    let json = gateway.post(SPEAK, &json!({ "text": "Hello." })).await;
    assert_eq!(json.error(), (400, "invalid_request".into(), "Content-Type".into()));
    assert_eq!(gateway.calls.count(), 0);
}

#[tokio::test]
async fn voices_are_listed_by_the_name_that_ssml_has_for_them() {
    let gateway = Gateway::new().await;
    let voices = gateway.get("/cognitiveservices/voices/list").await.json();
    let tone = voices.as_array().unwrap().iter().find(|voice| voice["ShortName"] == "tone").unwrap();
    let keys: Vec<&String> = tone.as_object().unwrap().keys().collect();
    for field in [
        "Name", "DisplayName", "LocalName", "ShortName", "Gender", "Locale", "LocaleName", "SampleRateHertz",
        "VoiceType", "Status",
    ] {
        assert!(tone[field].as_str().is_some_and(|value| !value.is_empty()), "{field} of {keys:?}");
    }
}

#[tokio::test]
async fn its_key_is_a_key_of_ours() {
    let gateway = with_auth(&[Mode::Key], |settings| settings.public_lists = false).await;
    let (bearer, _) = key(&gateway, true, false).await;
    let key = bearer.strip_prefix("Bearer ").unwrap();
    for (headers, status) in [
        (vec![], 401),
        (vec![("Ocp-Apim-Subscription-Key", "nobody's")], 401),
        (vec![("Ocp-Apim-Subscription-Key", key)], 200),
        (vec![("Authorization", bearer.as_str())], 200),
        (vec![("Ocp-Apim-Subscription-Key", key), ("Ocp-Apim-Subscription-Key", key)], 400),
    ] {
        let answer = speak(&gateway, SSML, &headers).await;
        assert_eq!(answer.status, status, "{headers:?}: {}", answer.text());
    }
    let list = "/cognitiveservices/voices/list";
    assert_eq!(gateway.get(list).await.status, 401);
    let listed: Value = gateway.get_with(list, "ocp-apim-subscription-key", key).await.json();
    assert!(listed.is_array());
}

#[tokio::test]
async fn a_pass_stands_for_its_key_and_speaks_alone() {
    const ISSUE: &str = "/sts/v1.0/issueToken";
    let gateway = with_auth(&[Mode::Key], |_| {}).await;
    let (bearer, id) = key(&gateway, true, true).await;
    let key = bearer.strip_prefix("Bearer ").unwrap();
    let issue = async |path: &str, name: &str, value: &str| {
        let request = Request::post(path).header(name, value).header("x-user-id", "ann");
        gateway.send(request.body(Body::empty()).unwrap()).await
    };
    for path in [ISSUE, "/sts/v1.0/issuetoken"] {
        assert_eq!(issue(path, "ocp-apim-subscription-key", key).await.status, 200, "{path}");
    }
    assert_eq!(issue(ISSUE, "ocp-apim-subscription-key", "nobody's").await.status, 401);
    let given = issue(ISSUE, "Ocp-Apim-Subscription-Key", key).await;
    assert_eq!(given.header("cache-control"), "no-store");
    let pass = format!("Bearer {}", given.text());
    let answer = speak(&gateway, SSML, &[("Authorization", &pass)]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    // It renews nothing, steers nothing, and names nobody else.
    assert_eq!(issue(ISSUE, "Authorization", &pass).await.status, 403);
    assert_eq!(gateway.get_with("/admin/api/controls", "authorization", &pass).await.status, 403);
    for wrong in [&pass[..pass.len() - 2], "Bearer saywell_pass.e30.x"] {
        assert_eq!(speak(&gateway, SSML, &[("Authorization", wrong)]).await.status, 401, "{wrong}");
    }
    gateway.app.store.keys.revoke(&id, gateway.clock.now()).await.unwrap();
    assert_eq!(speak(&gateway, SSML, &[("Authorization", &pass)]).await.status, 401);
}

#[tokio::test]
async fn where_nothing_is_shown_a_pass_is_nothing_either() {
    let gateway = Gateway::new().await;
    let given = gateway.send(Request::post("/sts/v1.0/issueToken").body(Body::empty()).unwrap()).await;
    assert_eq!((given.status.as_u16(), given.text()), (200, "anybody".into()));
    let answer = speak(&gateway, SSML, &[("Authorization", "Bearer anybody")]).await;
    assert_eq!(answer.status, 200);
}
