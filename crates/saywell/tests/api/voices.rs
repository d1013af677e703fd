//! Voices: what lists say of them, samples, blends, and what becomes of those that this machine is too slow for.

use std::sync::Arc;
use std::time::Duration;

use saywell::config::Settings;
use saywell::identity::Mode;
use saywell::provider::{Provider, ProviderError, Voice};
use saywell::providers::fake::Fake;
use saywell::trial;
use serde_json::json;

use crate::support::{Gateway, settings};

fn voice(id: &str, language: &str) -> Voice {
    Voice { grade: Some("B-".into()), experimental: language != "en-US", ..Voice::new("fake", id, language) }
}

fn with_voices() -> Fake {
    let voices = [("tone", "en-US"), ("af_bella", "en-US"), ("flûte", "fr-FR"), ("mwezi", "sw-KE")];
    Fake::named("fake").with_voices(voices.map(|(id, language)| voice(id, language)))
}

#[tokio::test]
async fn a_sample_is_made_once_in_the_voices_language() {
    let gateway = Gateway::with(with_voices(), settings()).await;
    for (id, said) in [
        ("tone", "This is how I read your replies."),
        ("fl%C3%BBte", "Voici comment je lis vos réponses."),
        ("mwezi", "1, 2, 3, 4, 5."),
    ] {
        let path = format!("/tts/voices/{id}/sample");
        let first = gateway.get(&path).await;
        assert_eq!((first.status.as_u16(), first.header("content-type")), (200, "audio/mpeg"), "{first:?}");
        assert_eq!(gateway.calls.texts().last().unwrap(), said);
        gateway.settle().await;
        let asked = gateway.calls.count();
        let again = gateway.get(&path).await;
        assert_eq!(again.header("x-tts-cache"), "hit");
        assert_eq!(again.body, first.body);
        assert_eq!(gateway.calls.count(), asked);
        assert_eq!(again.header("cache-control"), "public, max-age=3600");
    }
    let other = gateway.get("/tts/voices/AF_BELLA/sample").await;
    assert_eq!(other.header("x-tts-voice"), "af_bella");
    assert_eq!(gateway.get("/tts/voices/onyx/sample").await.status, 200, "whoever speaks for it");
    for nobody in ["nobody", "af_nobody", "tone+af_bella"] {
        let unknown = gateway.get(&format!("/tts/voices/{nobody}/sample")).await;
        assert_eq!(unknown.error(), (404, "not_found".into(), "id".into()), "{nobody}");
    }
}

#[tokio::test]
async fn another_voice_than_was_asked_for_is_named() {
    let her = Voice { gender: Some("female".to_owned()), ..voice("heart", "en-US") };
    let settings = Settings { default_voice: None, ..settings() };
    let gateway = Gateway::with(Fake::named("fake").with_voices([her]), settings).await;
    for (wished, note) in [
        ("onyx", "nobody here speaks like `onyx`: `heart` does in its place"),
        ("am_adam", "nobody here speaks like `am_adam`: `heart` does in its place"),
        ("nova", ""),
        ("heart", ""),
    ] {
        let answer = gateway.post("/tts", &json!({ "text": "Hello there.", "voice": wished })).await;
        assert_eq!((answer.status.as_u16(), answer.header("x-tts-voice")), (200, "heart"), "{wished}");
        assert_eq!(answer.header("x-tts-notes"), note, "{wished}");
    }
}

#[tokio::test]
async fn nobody_else_speaks_a_sample() {
    let ill = Fake::named("ill")
        .with_voices([voice("af_bella", "en-US")])
        .failing(ProviderError::Rejected("is out of order".into()));
    let well = Fake::named("well");
    let calls = well.calls();
    let gateway = Gateway::with_chain(vec![Arc::new(ill), Arc::new(well)], calls, settings()).await;
    let answer = gateway.get("/tts/voices/af_bella/sample").await;
    assert_eq!(answer.error().0, 503);
    assert_eq!(gateway.calls.count(), 0);
}

/// As the lists are; but a sample that costs money is bought for somebody who may speak.
#[tokio::test]
async fn samples_are_for_everybody_where_lists_are_and_they_cost_nothing() {
    let keys = |public_lists| Settings { auth: vec![Mode::Key], public_lists, ..settings() };
    let path = "/tts/voices/tone/sample";
    for (fake, public, expected) in [
        (with_voices(), true, 200),
        (with_voices(), false, 401),
        (with_voices().paid(), true, 401),
        (with_voices().paid(), false, 401),
    ] {
        let gateway = Gateway::with(fake, keys(public)).await;
        let answer = gateway.get(path).await;
        assert_eq!(answer.status.as_u16(), expected, "{}", answer.text());
        assert_eq!(gateway.calls.count() > 0, expected == 200);
        if expected == 200 {
            assert_eq!(answer.header("cache-control"), "public, max-age=3600");
        }
    }
    let operated = Gateway::with(with_voices().paid(), Settings { public_lists: true, ..settings() }).await;
    let bought = operated.get(path).await;
    assert_eq!((bought.status.as_u16(), bought.header("cache-control")), (200, "private, max-age=3600"));
    let off = Gateway::with(with_voices(), Settings { enabled: false, ..settings() }).await;
    assert_eq!(off.get(path).await.error().1, "tts_disabled");
}

#[tokio::test]
async fn lists_say_how_good_a_voice_is_and_how_far_its_language() {
    let gateway = Gateway::with(with_voices(), settings()).await;
    for path in ["/tts/voices", "/v1/audio/voices"] {
        let list = gateway.get(path).await.json();
        let of =
            |id: &str| list["voices"].as_array().unwrap().iter().find(|voice| voice["id"] == id).unwrap();
        assert_eq!((&of("flûte")["grade"], &of("flûte")["experimental"]), (&json!("B-"), &json!(true)));
        assert_eq!(of("tone")["experimental"], false);
    }
}

#[tokio::test]
async fn a_blend_is_one_voice_however_it_is_written() {
    let voices = [voice("tone", "en-US"), voice("af_bella", "en-US"), voice("bf_emma", "en-GB")];
    let gateway = Gateway::with(Fake::named("fake").with_voices(voices).blending(), settings()).await;
    let first = gateway.post("/tts", &json!({ "text": "Hello.", "voice": "af_bella:0.6+bf_emma:0.4" })).await;
    assert_eq!((first.status.as_u16(), first.header("x-tts-voice")), (200, "af_bella:0.6+bf_emma:0.4"));
    gateway.settle().await;
    for voice in ["AF_Bella(3) + bf_emma(2)", "af_bella:60+bf_emma:40"] {
        let again = gateway.post("/tts", &json!({ "text": "Hello.", "voice": voice })).await;
        assert_eq!((again.header("x-tts-cache"), &again.body), ("hit", &first.body), "{voice}");
        let ask = json!({ "model": "tts-1", "input": "Hello.", "voice": voice });
        assert_eq!(gateway.post("/v1/audio/speech", &ask).await.body, first.body, "{voice}");
    }
    let even = gateway.post("/tts", &json!({ "text": "Hello.", "voice": "af_bella+bf_emma" })).await;
    assert_eq!(even.header("x-tts-voice"), "af_bella:0.5+bf_emma:0.5");
    for (voice, code, said) in [
        ("af_bella:0+bf_emma", "invalid_request", "may be from 0.01 to 100"),
        ("af_bella(9000)", "invalid_request", "may be from 0.01 to 100"),
        ("af_bella+", "invalid_request", "`voice` misses a voice's name"),
        ("af_bella+a+b+c+d+e+f+g+h", "invalid_request", "at most 8"),
        ("af_bella+nobody", "unknown_voice", "`nobody`"),
    ] {
        let wrong = gateway.post("/tts", &json!({ "text": "Hello.", "voice": voice })).await;
        assert_eq!(wrong.error(), (400, code.into(), "voice".into()), "{voice}");
        assert!(wrong.text().contains(said), "{}", wrong.text());
    }
    // A sentence in markup is read all the same.
    let ssml = r#"<speak>Hello. <voice name="af_bella:0">Bye.</voice></speak>"#;
    let marked = gateway.post("/tts", &json!({ "ssml": ssml })).await;
    assert_eq!(marked.status, 200);
    assert!(marked.header("x-tts-notes").contains("the voice `af_bella:0` gives"), "{marked:?}");
}

/// A voice that cannot keep up is measured once; from then on others go before it, and everybody is told.
#[tokio::test]
async fn who_is_too_slow_speaks_what_nobody_else_can() {
    let slow = Fake::named("slow")
        .with_voices([voice("am_adam", "en-US"), voice("ef_dora", "es-ES")])
        .queueing(0.01, Duration::from_secs(8))
        .delayed(Duration::from_secs(4));
    let quick = Fake::named("fake").queueing(0.001, Duration::from_secs(8));
    let calls = quick.calls();
    tokio::time::pause();
    trial::try_out(&slow).await;
    trial::try_out(&quick).await;
    tokio::time::resume();
    let chain: Vec<Arc<dyn Provider>> = vec![Arc::new(slow), Arc::new(quick)];
    let gateway = Gateway::with_chain(chain, calls, Settings { retries: 0, ..settings() }).await;
    let ready = gateway.get("/readyz").await;
    assert_eq!(ready.status, 200);
    assert!(
        ready.text().contains("\nslow makes 0.4 s of sound in a second on this machine"),
        "{}",
        ready.text()
    );
    let overview = gateway.get("/admin/api/overview").await.json();
    let provider = |name: &str| {
        let providers = overview["providers"].as_array().unwrap();
        providers.iter().find(|provider| provider["name"] == name).unwrap()["too_slow"].clone()
    };
    assert!(provider("slow").as_str().unwrap().contains("0.4 s"), "{overview}");
    assert_eq!(provider("fake"), json!(null));

    for wish in [json!({ "voice": "am_adam" }), json!({ "provider": "slow" })] {
        let mut ask = json!({ "text": "Hello there." });
        ask.as_object_mut().unwrap().extend(wish.as_object().unwrap().clone());
        let answer = gateway.post("/tts", &ask).await;
        assert_eq!(answer.header("x-tts-provider"), "fake", "{wish}");
        assert!(answer.header("x-tts-notes").contains("slow makes 0.4 s"), "{wish}: {answer:?}");
    }
    let spanish = json!({ "text": "Buenos días.", "language": "es" });
    assert_eq!(gateway.links(&spanish).await["provider"], "slow", "nobody else speaks it");
}
