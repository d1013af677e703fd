//! What is kept, as listeners notice it: bought once, and the same bytes ever after.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use axum::body::Body;
use axum::http::Request;
use futures::StreamExt;
use saywell::cache::Entry;
use saywell::config::Settings;
use saywell::http::router;
use saywell::key::{Key, KeyKind};
use saywell::store::Filter;
use saywell_audio::Format;
use serde_json::json;
use tower::ServiceExt;

use crate::support::{Gateway, settings};
use saywell::providers::fake::Fake;

const REPLY: &str =
    "Here is the first of them. Then comes another one, somewhat longer. And this is the last.";

/// Forgets every rendition and keeps the clips.
async fn evict_renditions(gateway: &Gateway) {
    let renditions = Filter { kind: Some(KeyKind::Rendition), ..Filter::default() };
    assert!(gateway.app.speak.cache.purge(&renditions).await.unwrap() > 0);
}

#[tokio::test]
async fn the_same_request_has_the_same_bytes_in_every_format_whatever_the_cache_had_of_it() {
    for format in Format::ALL.map(Format::name) {
        let body = json!({ "text": REPLY, "format": format });
        let fresh = Gateway::new().await;
        let made = fresh.post("/tts", &body).await;
        assert_eq!(made.header("x-tts-cache"), "miss", "{format}");

        // A part from the cache: the sentence in the middle was said before, at the end of another reply.
        let known = Gateway::new().await;
        known.post("/tts", &json!({ "text": "Then comes another one, somewhat longer." })).await;
        known.settle().await;
        let links = known.links(&body).await;
        let partly = known.get(links["url"].as_str().unwrap()).await;
        assert!(partly.body == made.body, "{format}: partly from the cache");
        assert_eq!(known.calls.count(), 3, "{format}: {:?}", known.calls.texts());

        // All of it from its clips, whole and by `Range`, as a player does that goes on after an eviction.
        known.settle().await;
        evict_renditions(&known).await;
        let links = known.links(&body).await;
        let url = links["url"].as_str().unwrap();
        let half = made.body.len() / 2;
        let rest = known.get_with(url, "range", &format!("bytes={half}-")).await;
        assert_eq!(rest.status, 206, "{format}");
        assert!(rest.body == made.body[half..], "{format}: the rest after an eviction");
        let whole = known.get(url).await;
        assert!(whole.body == made.body, "{format}: put together from clips");
        assert_eq!(known.calls.count(), 3, "{format}: nothing is bought again");
    }
}

#[tokio::test]
async fn a_sentence_is_bought_once_for_every_format_and_every_place() {
    let gateway = Gateway::with(Fake::named("fake").paid(), settings()).await;
    // Both are surely English, wherever they stand: what is said in another language is another sound.
    let [one, two] = ["So it is.", "That is what they said."];
    for text in [one.to_owned(), format!("{one} {two}"), format!("{two} {one}"), format!("{one}\n\n{two}")] {
        for format in Format::ALL.map(Format::name) {
            let answer = gateway.post("/tts", &json!({ "text": text, "format": format })).await;
            assert_eq!(answer.status, 200);
            gateway.settle().await;
        }
    }
    let mut texts = gateway.calls.texts();
    texts.sort_unstable();
    assert_eq!(texts, [one, two]);
}

#[tokio::test]
async fn the_tag_changes_with_the_bytes_and_a_part_of_other_bytes_is_never_sent() {
    let gateway = Gateway::new().await;
    let links = gateway.links(&json!({ "text": "Hello there.", "prefetch": true })).await;
    gateway.settle().await;
    let url = links["url"].as_str().unwrap();
    let before = gateway.get(url).await;
    let tag = before.header("etag").to_owned();
    let resume = async |tag: &str| {
        let request = Request::get(url).header("range", "bytes=10-").header("if-range", tag);
        gateway.send(request.body(Body::empty()).unwrap()).await
    };
    assert_eq!(resume(&tag).await.status, 206);

    // Made anew by a voice that says it differently each time.
    let key: Key = links["key"].as_str().unwrap().parse().unwrap();
    let old = gateway.app.speak.cache.get(&key, KeyKind::Rendition).await.unwrap().unwrap();
    let sound: Vec<u8> = old.sound.iter().rev().copied().collect();
    let anew = Entry::new(old.about.clone(), sound.clone().into(), old.notes.clone());
    gateway.app.speak.cache.put(&key, Arc::new(anew)).await.unwrap();
    let other = resume(&tag).await;
    assert_eq!(other.status, 200, "the whole of the new one");
    assert!(other.body == sound);
    assert_ne!(other.header("etag"), tag);
    assert_eq!(gateway.get_with(url, "if-none-match", &tag).await.status, 200);
}

/// The bytes of all files in a folder at one moment; none if something came or went meanwhile, when both what made room and
/// what it was made for may have been counted.
fn bytes_at_once_in(folder: &Path) -> Option<u64> {
    let before = files_in(folder);
    let bytes = bytes_in(folder);
    (files_in(folder) == before).then_some(bytes)
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut files: Vec<PathBuf> = entries
        .flat_map(|entry| if entry.path().is_dir() { files_in(&entry.path()) } else { vec![entry.path()] })
        .collect();
    files.sort();
    files
}

/// The bytes of all files in a folder, as far as they are still there.
fn bytes_in(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => bytes_in(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_a_burst_of_which_half_is_cancelled_what_lies_on_the_disk_stays_within_the_cap() {
    const CAP: u64 = 1 << 20;
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        storage_url: Some(format!("file:{}", folder.path().display())),
        cache_max_bytes: CAP,
        ..settings()
    };
    let gateway = Arc::new(Gateway::with(Fake::named("fake"), settings).await);
    let (most, over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let watch = {
        let (most, over, folder) = (Arc::clone(&most), Arc::clone(&over), folder.path().to_owned());
        std::thread::spawn(move || {
            while !over.load(Ordering::SeqCst) {
                if let Some(bytes) = bytes_at_once_in(&folder) {
                    most.fetch_max(bytes, Ordering::SeqCst);
                }
            }
        })
    };
    for round in 0..3 {
        let listeners = (0..40).map(|number| {
            let gateway = Arc::clone(&gateway);
            tokio::spawn(async move {
                let text = format!("Reply {number} of {round}. It has a second sentence.");
                let body = json!({ "text": text, "format": "pcm" }).to_string();
                let request = Request::post("/tts").header("content-type", "application/json");
                let answer = router(gateway.app.clone()).oneshot(request.body(Body::from(body)).unwrap());
                let mut pieces = answer.await.unwrap().into_body().into_data_stream();
                let heard = if number % 2 == 0 { usize::MAX } else { number % 5 };
                for _ in 0..heard {
                    if pieces.next().await.is_none() {
                        break;
                    }
                }
            })
        });
        for listener in listeners.collect::<Vec<_>>() {
            listener.await.unwrap();
        }
    }
    gateway.settle().await;
    over.store(true, Ordering::SeqCst);
    watch.join().unwrap();
    let most = most.load(Ordering::SeqCst);
    assert!(most > CAP / 2, "hardly anything was kept: {most}");
    assert!(most <= CAP + CAP / 20, "{most} of {CAP}");
    // Renditions are stored beside their flights, by themselves.
    let all_is_known = async {
        while bytes_in(folder.path()) != gateway.app.speak.cache.stats().await.unwrap().stored.bytes() {
            tokio::task::yield_now().await;
        }
    };
    let known = tokio::time::timeout(std::time::Duration::from_secs(20), all_is_known).await;
    known.expect("nothing lies there that the index does not know");
}
