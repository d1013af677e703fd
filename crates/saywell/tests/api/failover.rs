//! What is heard, told and taken down when a provider fails.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use futures::StreamExt;
use saywell::config::Settings;
use saywell::provider::{Provider, ProviderError, Voice};
use saywell::providers::fake::Fake;
use saywell::voices::Twin;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{Gateway, settings};

/// A gateway whose first provider is this one, and whose second speaks.
async fn with_rescue(first: Fake, settings: Settings) -> Gateway {
    let calls = first.calls();
    let chain: Vec<Arc<dyn Provider>> = vec![Arc::new(first), Arc::new(Fake::named("rescue"))];
    Gateway::with_chain(chain, calls, settings).await
}

/// A line of `/metrics`, as long as it has all of these labels.
async fn metric(gateway: &Gateway, name: &str, labels: &[&str]) -> Option<f64> {
    let page = gateway.get("/metrics").await.text();
    let line = page.lines().find(|line| {
        line.starts_with(&format!("{name}{{")) && labels.iter().all(|label| line.contains(label))
    })?;
    line.rsplit(' ').next()?.parse().ok()
}

#[tokio::test]
async fn a_provider_that_hangs_has_failed_for_want_of_time_and_was_not_cancelled() {
    let hanging = Fake::named("hanging").delayed(Duration::from_hours(1));
    let settings = Settings { first_sound_timeout: Duration::from_millis(30), ..settings() };
    let gateway = with_rescue(hanging, settings).await;
    let answer = gateway.post("/tts", &json!({ "text": "Hello there." })).await;
    assert_eq!((answer.status.as_u16(), answer.header("x-tts-provider")), (200, "rescue"));
    let of = r#"provider="hanging""#;
    assert_eq!(metric(&gateway, "saywell_calls_total", &[of, r#"outcome="failed""#]).await, Some(1.0));
    assert_eq!(metric(&gateway, "saywell_calls_total", &[of, r#"outcome="cancelled""#]).await, None);
    assert_eq!(
        metric(&gateway, "saywell_call_failures_total", &[of, r#"reason="timeout""#]).await,
        Some(1.0)
    );
    let labels = [r#"from="hanging""#, r#"to="rescue""#, r#"reason="timeout""#];
    assert_eq!(metric(&gateway, "saywell_failovers_total", &labels).await, Some(1.0));
    assert_eq!(metric(&gateway, "saywell_breaker_open", &[of]).await, Some(0.0));
}

/// Utterances that are made at the same time fail at the same provider: that is one failover. Captions say where it was.
#[tokio::test]
async fn a_provider_that_fails_at_several_utterances_of_a_reply_fails_once() {
    let tired = Fake::named("tired").parallel(3).failing_after(1, down());
    let gateway = with_rescue(tired, settings()).await;
    let text = "The first sentence is heard. The second one is not, alas. Nor is the third sentence of it. \
                And the fourth one is no better.";
    let (_, captions) = landed_links(&gateway, &json!({ "text": text })).await;
    let said = gateway.get(&captions).await.json();
    let providers: Vec<_> =
        said["utterances"].as_array().unwrap().iter().map(|said| &said["provider"]).collect();
    assert_eq!((providers[0], *providers.last().unwrap()), (&json!("tired"), &json!("rescue")), "{said}");
    let labels = [r#"from="tired""#, r#"to="rescue""#];
    assert_eq!(metric(&gateway, "saywell_failovers_total", &labels).await, Some(1.0));
    let note = &said["notes"][0];
    assert_eq!(note["note"], "tired speaks no more from here on: somebody else does", "{said}");
    let seam = providers.iter().position(|provider| *provider == "rescue").unwrap();
    assert_eq!(note["source"], said["utterances"][seam]["source"]);
}

#[tokio::test]
async fn an_open_breaker_and_a_refused_key_are_seen_before_the_first_alarm() {
    let refusing = Fake::named("refusing").failing(ProviderError::Misconfigured("refuses the key".into()));
    let gateway = with_rescue(refusing, settings()).await;
    let of = r#"provider="refusing""#;
    let labels = [of, r#"reason="misconfigured""#];
    assert_eq!(metric(&gateway, "saywell_call_failures_total", &labels).await, Some(0.0));
    for number in 0..6 {
        gateway.post("/tts", &json!({ "text": format!("Sentence {number}.") })).await;
    }
    assert_eq!(metric(&gateway, "saywell_call_failures_total", &labels).await, Some(5.0));
    assert_eq!(metric(&gateway, "saywell_breaker_open", &[of]).await, Some(1.0));
}

#[tokio::test]
async fn listeners_are_told_what_helps_them_and_operators_what_was_said() {
    let said = "answered 401: Incorrect API key provided: sk-te***";
    let refusing = || Fake::named("refusing").failing(ProviderError::Misconfigured(said.into()));
    let as_users = Settings { auth: vec![saywell::identity::Mode::Trial], ..settings() };
    let listener = Gateway::with(refusing(), as_users).await;
    let told = listener.post("/tts", &json!({ "text": "Hello there." })).await;
    assert_eq!(told.error(), (503, "providers_exhausted".into(), String::new()));
    assert!(!told.text().contains("sk-te") && !told.text().contains("401"), "{}", told.text());
    assert_eq!(
        told.json()["error"]["details"]["providers"]["refusing"],
        "cannot be used until its operator has changed its settings"
    );
    assert_eq!(told.header("retry-after"), "", "waiting does not mend a key");

    let operator = Gateway::with(refusing(), settings()).await;
    let told = operator.post("/tts", &json!({ "text": "Hello there." })).await;
    assert_eq!(told.json()["error"]["details"]["providers"]["refusing"], said);
}

#[tokio::test]
async fn when_to_come_back_is_what_the_provider_said() {
    let busy = ProviderError::Throttled { retry_after: Some(Duration::from_secs(42)) };
    let gateway = Gateway::with(Fake::named("fake").failing(busy), settings()).await;
    let told = gateway.post("/tts", &json!({ "text": "Hello there." })).await;
    assert_eq!((told.status.as_u16(), told.header("retry-after")), (503, "42"));
    assert_eq!(told.json()["error"]["retry_after_seconds"], 42.0);
}

/// Links to a reply, followed after its flight has landed.
async fn landed_links(gateway: &Gateway, body: &Value) -> (String, String) {
    let links = gateway.links(body).await;
    let url = |name: &str| links[name].as_str().unwrap().to_owned();
    let (sound, captions) = (url("url"), url("captions_url"));
    assert_eq!(gateway.get(&sound).await.status, 200);
    gateway.settle().await;
    (sound, captions)
}

fn down() -> ProviderError {
    ProviderError::Unavailable("is down".into())
}

#[tokio::test]
async fn a_reply_that_another_provider_helped_out_with_stays_behind_its_links_while_they_live() {
    let gateway = with_rescue(Fake::named("down").failing(down()), settings()).await;
    let body = json!({ "text": "Hello there. How are you today?" });
    let (sound, captions) = landed_links(&gateway, &body).await;
    gateway.app.speak.flights.wake().clear();
    gateway.app.speak.cache.forget_memory();
    let whole = gateway.get(&sound).await;
    assert_eq!((whole.status.as_u16(), whole.header("content-type")), (200, "audio/mpeg"));
    let range = gateway.get_with(&sound, "range", "bytes=10-19").await;
    assert_eq!((range.status.as_u16(), &range.body[..]), (206, &whole.body[10..20]));
    assert!(!whole.header("cache-control").contains("immutable"), "the first voice may be back one day");
    let said = gateway.get(&captions).await.json();
    assert_eq!(said["utterances"][0]["provider"], "rescue");
    let calls = gateway.calls.count();
    assert_eq!(gateway.post("/tts", &body).await.status, 200);
    assert_eq!(
        gateway.calls.count(),
        calls + 2,
        "the voice that was wished is asked for anew, and once more"
    );

    gateway.clock.advance(Duration::from_hours(2) + Duration::from_secs(1));
    assert_eq!(gateway.get(&sound).await.error().0, 403, "as long as its links live, and no longer");
    let key = sound.split(['/', '.']).nth(3).unwrap().parse().unwrap();
    assert!(gateway.app.speak.behind(&key).await.is_none());
}

#[tokio::test]
async fn a_failure_that_is_over_is_told_on_the_link_as_it_was_on_the_call() {
    let busy = ProviderError::Throttled { retry_after: Some(Duration::from_secs(42)) };
    let gateway = Gateway::with(Fake::named("fake").failing(busy), settings()).await;
    let body = json!({ "text": "Hello there." });
    let links = gateway.links(&body).await;
    gateway.settle().await;
    let called = gateway.post("/tts", &body).await;
    for name in ["url", "captions_url", "captions_ndjson_url"] {
        let told = gateway.get(links[name].as_str().unwrap()).await;
        assert_eq!(told.error(), (503, "providers_exhausted".into(), String::new()), "{name}");
        assert_eq!(told.header("retry-after"), "42");
        let message = |answer: &crate::support::Answer| answer.json()["error"]["message"].clone();
        assert_eq!(message(&told), message(&called));
    }
}

#[tokio::test]
async fn a_link_that_is_followed_late_has_its_reply_made_again() {
    let gateway = Gateway::with(Fake::named("fake").delayed(Duration::from_millis(300)), settings()).await;
    let links = gateway.links(&json!({ "text": "Hello there.", "prefetch": true })).await;
    let (path, _) = links["url"].as_str().unwrap().split_once('?').unwrap();
    gateway.send(Request::delete(path).body(Body::empty()).unwrap()).await;
    gateway.settle().await;
    assert_eq!(gateway.calls.finished(), 0, "nobody came, so it was given up");
    let url = |name: &str| links[name].as_str().unwrap();
    let late = gateway.get(url("url")).await;
    assert_eq!((late.status.as_u16(), late.header("content-type")), (200, "audio/mpeg"));
    assert_eq!(gateway.get(url("captions_url")).await.json()["utterances"][0]["text"], "Hello there.");

    gateway.app.speak.flights.wake().clear();
    gateway.app.speak.cache.purge(&saywell::store::Filter::default()).await.unwrap();
    assert_eq!(gateway.get(url("url")).await.error(), (410, "not_found".into(), String::new()));
}

#[tokio::test]
async fn what_the_storage_does_not_take_stays_where_it_can_be_served_from() {
    let folder = tempfile::tempdir().unwrap();
    let storage_url = Some(format!("file:{}", folder.path().join("audio").display()));
    let settings = Settings { storage_url, cache_memory_bytes: 0, ..settings() };
    let gateway = Gateway::with(Fake::named("fake"), settings).await;
    std::fs::remove_dir_all(folder.path().join("audio")).unwrap();
    std::fs::write(folder.path().join("audio"), "in the way").unwrap();
    let (sound, captions) = landed_links(&gateway, &json!({ "text": "Hello there." })).await;
    assert_eq!(gateway.get(&sound).await.status, 200);
    assert_eq!(gateway.get(&captions).await.json()["utterances"][0]["text"], "Hello there.");
    assert_eq!(gateway.calls.count(), 1, "and it was not made again for that");
}

#[tokio::test]
async fn purging_takes_what_links_open_as_well() {
    let gateway = with_rescue(Fake::named("down").failing(down()), settings()).await;
    let (sound, _) = landed_links(&gateway, &json!({ "text": "Hello there." })).await;
    let purge = gateway.post("/admin/api/cache/purge", &json!({ "all": true })).await;
    assert_eq!(purge.status, 200, "{purge:?}");
    assert_eq!(gateway.get(&sound).await.error().0, 410);
}

/// Speaks its first `good` utterances, fails at the next, and could say all others.
fn wavering(good: usize) -> Fake {
    Fake::named("first").failing_once_after(good, down())
}

#[tokio::test]
async fn after_a_switch_no_utterance_of_the_first_provider_is_heard_under_way_or_cached() {
    let text: String = (0..8).map(|n| format!("This is sentence number {n} of a reply. ")).collect();
    for parallel in [1, 4] {
        let gateway =
            with_rescue(wavering(4).parallel(parallel), Settings { retries: 0, ..settings() }).await;
        // The sixth sentence lies in the cache in the first provider's voice.
        let cached = json!({ "text": "This is sentence number 0 of a reply. This is sentence number 6 of a reply. And on." });
        gateway.post("/tts", &cached).await;
        gateway.settle().await;
        let links = gateway.links(&json!({ "text": text })).await;
        let captions = gateway.get(links["captions_url"].as_str().unwrap()).await.json();
        let heard = captions["utterances"].as_array().unwrap();
        let by: Vec<&str> = heard.iter().map(|said| said["provider"].as_str().unwrap()).collect();
        let switch = by.iter().position(|by| *by == "rescue").unwrap_or(by.len());
        assert!(switch < by.len(), "the fault was met: {by:?}");
        assert!(by[switch..].iter().all(|by| *by == "rescue"), "{parallel} at a time: {by:?}");
        let said: Vec<&str> = heard.iter().map(|said| said["text"].as_str().unwrap()).collect();
        assert_eq!(said.join(" "), text.trim(), "every sentence once, in order");
    }
}

#[tokio::test]
async fn a_speed_that_a_voice_does_not_have_is_done_to_its_sound() {
    let slow = Fake::named("slow").speeds(0.7..=1.2);
    let gateway = with_rescue(slow, settings()).await;
    let text = "Here is a sentence of some length.";
    let seconds = async |speed: f64| {
        let body = json!({ "text": text, "format": "pcm", "speed": speed });
        let answer = gateway.post("/tts", &body).await;
        assert_eq!((answer.status.as_u16(), answer.header("x-tts-provider")), (200, "slow"));
        answer.body.len() as f64 / 48_000.0
    };
    let (plain, fast, slowly) = (seconds(1.0).await, seconds(2.0).await, seconds(0.5).await);
    assert!((plain / fast - 2.0).abs() < 0.05, "{plain} s, then {fast} s");
    assert!((slowly / plain - 2.0).abs() < 0.05, "{plain} s, then {slowly} s");
    assert_eq!(gateway.calls.speeds(), [1.0, 1.2, 0.7], "it does what it can itself");

    let body = json!({ "text": text, "instructions": "Whisper." });
    let noted = gateway.post("/tts", &body).await;
    assert_eq!((noted.status.as_u16(), noted.header("x-tts-provider")), (200, "slow"));
    assert!(noted.header("x-tts-notes").contains("no instructions"), "{noted:?}");
}

#[tokio::test]
async fn the_twin_of_a_persona_takes_over() {
    let first =
        Fake::named("first").with_voices([Voice::new("first", "anna", "en-US")]).failing_after(1, down());
    let calls = first.calls();
    let second =
        Fake::named("second").with_voices(["bert", "cleo"].map(|voice| Voice::new("second", voice, "en-US")));
    let (twins, chain) = (second.calls(), vec![Arc::new(first) as Arc<dyn Provider>, Arc::new(second)]);
    let twin = |voice: &str, speed| Twin { voice: voice.into(), speed, ..Twin::default() };
    let guide = [("first".to_owned(), twin("anna", None)), ("second".to_owned(), twin("cleo", Some(1.5)))];
    let personas = [("guide".to_owned(), guide.into())].into();
    let settings = Settings { personas, default_voice: None, retries: 0, ..settings() };
    let gateway = Gateway::with_chain(chain, calls, settings).await;
    let links = gateway.links(&json!({ "text": "One sentence. And another one.", "voice": "guide" })).await;
    let captions = gateway.get(links["captions_url"].as_str().unwrap()).await.json();
    let by: Vec<&str> = captions["utterances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|said| said["voice"].as_str().unwrap())
        .collect();
    assert_eq!(by, ["anna", "cleo"]);
    assert_eq!(twins.speeds(), [1.5]);
}

/// The sound of one reply as pcm, and whether its provider had finished when the first of it came.
async fn heard(gateway: &Gateway, text: &str) -> (Vec<u8>, bool) {
    let body = json!({ "text": text, "format": "pcm" });
    let request = Request::post("/tts").header("content-type", "application/json");
    let request = request.body(Body::from(body.to_string())).unwrap();
    let response = saywell::http::router(gateway.app.clone()).oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let mut pieces = response.into_body().into_data_stream();
    let mut sound = pieces.next().await.unwrap().unwrap().to_vec();
    let finished = gateway.calls.finished() > 0;
    while let Some(piece) = pieces.next().await {
        sound.extend_from_slice(&piece.unwrap());
    }
    gateway.settle().await;
    (sound, finished)
}

const SENTENCE: &str = "Seven words make up this one sentence.";

#[tokio::test]
async fn sound_is_handed_on_within_an_utterance_as_it_comes_and_kept_as_it_was_heard() {
    let dripping = || Fake::named("drip").measured().in_pieces(4, Duration::from_millis(20));
    let gateway = Gateway::with(dripping(), settings()).await;
    let (sound, finished) = heard(&gateway, SENTENCE).await;
    assert!(!finished, "the first of it comes before the last is made");
    let (again, _) = heard(&gateway, SENTENCE).await;
    assert!(again == sound, "what is kept is what was heard");
    assert_eq!(gateway.calls.count(), 1);

    let seamless = Gateway::with(dripping(), Settings { seamless: true, ..settings() }).await;
    assert!(heard(&seamless, SENTENCE).await.1, "who wants no seam waits for the whole of it");
}

#[tokio::test]
async fn who_takes_over_within_an_utterance_says_the_rest_of_it() {
    let torn = Fake::named("torn").in_pieces(6, Duration::from_millis(30)).tearing_after(3, down());
    let rescue = Fake::named("rescue");
    let (calls, rescued) = (torn.calls(), rescue.calls());
    let chain: Vec<Arc<dyn Provider>> = vec![Arc::new(torn), Arc::new(rescue)];
    let gateway = Gateway::with_chain(chain, calls, settings()).await;
    let text = format!("{SENTENCE} And here is another.");
    let links = gateway.links(&json!({ "text": text, "format": "pcm" })).await;
    let sound = gateway.get(links["url"].as_str().unwrap()).await.body;
    let captions = gateway.get(links["captions_url"].as_str().unwrap()).await.json();
    // Eighteen characters were heard: three words, and half of the fourth.
    assert_eq!(rescued.texts(), [" up this one sentence.", "And here is another."]);
    let words: Vec<&str> =
        captions["words"].as_array().unwrap().iter().map(|word| word["text"].as_str().unwrap()).collect();
    assert_eq!(words[..3], ["Seven", "words", "make"], "each word once: {words:?}");
    let ends: Vec<f64> =
        captions["words"].as_array().unwrap().iter().map(|word| word["start"].as_f64().unwrap()).collect();
    assert!(ends.is_sorted(), "{ends:?}");
    let seconds = captions["duration_seconds"].as_f64().unwrap();
    assert!((sound.len() as f64 / 48_000.0 - seconds).abs() < 1e-3, "{seconds} s");
    assert_eq!(gateway.calls.count(), 1, "it is not asked again in this reply");
}

#[tokio::test]
async fn where_no_words_are_known_who_takes_over_begins_the_utterance_anew() {
    let torn =
        Fake::named("torn").in_pieces(6, Duration::from_millis(30)).without_words().tearing_after(3, down());
    let rescue = Fake::named("rescue");
    let (calls, rescued) = (torn.calls(), rescue.calls());
    let chain: Vec<Arc<dyn Provider>> = vec![Arc::new(torn), Arc::new(rescue)];
    let gateway = Gateway::with_chain(chain, calls, settings()).await;
    let (sound, _) = heard(&gateway, SENTENCE).await;
    assert_eq!(rescued.texts(), [SENTENCE]);
    let seconds = sound.len() as f64 / 48_000.0;
    let expected = (18 + SENTENCE.len()) as f64 * 0.05 + 0.25;
    assert!(
        (seconds - expected).abs() < 0.1,
        "{seconds} s, not {expected} s: what was heard, a pause, all of it"
    );

    let seamless = Settings { seamless: true, ..settings() };
    let torn = Fake::named("torn").in_pieces(6, Duration::from_millis(5)).tearing_after(3, down());
    let gateway = with_rescue(torn, seamless).await;
    let (sound, _) = heard(&gateway, SENTENCE).await;
    assert!((sound.len() as f64 / 48_000.0 - SENTENCE.len() as f64 * 0.05).abs() < 0.05, "no seam");
}
