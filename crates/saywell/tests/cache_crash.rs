//! A cache whose process is killed without warning, again and again, at no particular moment.
//!
//! The test runs itself as a child process that stores entries and names each one that was
//! acknowledged; the parent kills it while it is storing the next ones.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test; its child reports on standard output")]

use bytes::Bytes;
use saywell::cache::{Cache, Entry, EntryFacts, Settings, Storage};
use saywell::clock::SystemClock;
use saywell::key::{Key, KeyFields, KeyKind};
use saywell::store::sqlite::SqliteStore;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

const FOLDER: &str = "SAYWELL_TEST_CRASH_FOLDER";
const ROUND: &str = "SAYWELL_TEST_CRASH_ROUND";
const CAP: &str = "SAYWELL_TEST_CRASH_CAP";
/// More than all rounds write.
const NO_CAP: u64 = 2 << 30;
const ROUNDS: u32 = 20;
/// Children at work on one folder at the same time.
const CHILDREN: u32 = 2;
const WRITERS: u32 = 4;
/// Keys that all children keep storing anew, each time with another sound.
const CONTESTED: u32 = 3;

#[test]
#[ignore = "the child of the test below"]
fn child() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let round: u32 = std::env::var(ROUND).unwrap().parse().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let cap = std::env::var(CAP).unwrap().parse().unwrap();
        let cache = open_with(Path::new(&folder), cap, Duration::from_mins(10)).await;
        if cap < NO_CAP {
            // As a server does at its start: what the last kill left behind, too young to be removed, takes room.
            cache.repair().await.unwrap();
        }
        let writers = (0..WRITERS).map(|writer| store_for_ever(cache.clone(), round * WRITERS + writer));
        futures::future::join_all(writers).await;
    });
}

async fn store_for_ever(cache: Cache, writer: u32) {
    for n in 0_u32.. {
        let seed = writer * 1_000_000 + n;
        // Every third one goes to a key that others are writing as well.
        let place = if n % 3 == 2 { n % CONTESTED } else { CONTESTED + seed };
        cache.put(&key(place), Arc::new(entry(seed))).await.unwrap();
        println!("stored {place} {seed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_nothing_complete_is_lost_and_nothing_torn_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeMap::new();
    let mut leftovers = 0;
    for round in 0..ROUNDS {
        let path = folder.path().to_owned();
        let stored = tokio::task::spawn_blocking(move || run_and_kill(&path, round, NO_CAP)).await.unwrap();
        assert!(!stored.is_empty());
        acknowledged.extend(stored.clone());

        let cache = open(folder.path(), NO_CAP).await;
        let report = cache.repair().await.unwrap();
        leftovers += report.changes();
        assert_eq!(cache.repair().await.unwrap().changes(), 0, "one repair is enough");
        // The last round looks at everything that was ever stored.
        let checked = if round + 1 == ROUNDS { &acknowledged } else { &stored };
        for (&place, &seed) in checked {
            let found = cache.get(&key(place), KeyKind::Clip).await.unwrap();
            let found = found.unwrap_or_else(|| panic!("round {round}: {place} was stored and is lost"));
            // On a contested key anyone's entry may have come last, but it is one of them, whole.
            let seed = if place < CONTESTED { seed_of(&found) } else { seed };
            assert!(*found == entry(seed), "round {round}: {place} is torn");
        }
        // Nothing is there but whole entries, and the index knows them all.
        let stored = cache.stats().await.unwrap().stored;
        let files = files(&folder.path().join("audio"));
        assert_eq!(files.len() as u64, 2 * stored.clips.entries, "round {round}");
        let bytes: u64 = files.iter().map(|file| file.metadata().unwrap().len()).sum();
        assert_eq!(bytes, stored.bytes(), "round {round}");
        assert!(files.iter().all(|file| !file.to_string_lossy().contains('#')), "round {round}");
    }
    // If no kill ever hit a write, this test would show nothing.
    assert!(leftovers > 0, "no kill left anything to repair");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_what_lies_on_the_disk_stays_within_the_cap_and_what_is_being_written() {
    const CAP_BYTES: u64 = 6 << 20;
    /// Every writer may have been killed over one entry.
    const BEING_WRITTEN: u64 = (CHILDREN * WRITERS) as u64 * (1 << 19);
    let folder = tempfile::tempdir().unwrap();
    let on_disk = || -> u64 {
        let files = files(&folder.path().join("audio"));
        files.iter().filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
    };
    let mut most = 0;
    for round in 0..8 {
        let path = folder.path().to_owned();
        tokio::task::spawn_blocking(move || run_and_kill(&path, 100 + round, CAP_BYTES)).await.unwrap();
        most = most.max(on_disk());
        assert!(on_disk() <= CAP_BYTES + CAP_BYTES / 20 + BEING_WRITTEN, "round {round}: {}", on_disk());
        // Not a repair a round: what one kill leaves behind must not add up with what the next does.
        if round % 2 == 1 {
            let cache = open(folder.path(), CAP_BYTES).await;
            cache.repair().await.unwrap();
            cache.sweep().await.unwrap();
            assert!(on_disk() <= CAP_BYTES, "round {round}: {}", on_disk());
            assert_eq!(on_disk(), cache.stats().await.unwrap().stored.bytes());
        }
    }
    assert!(most > CAP_BYTES / 2, "hardly anything was written: {most}");
}

/// Starts children, waits until they have stored some, kills them, and returns what they stored.
fn run_and_kill(folder: &Path, round: u32, cap: u64) -> BTreeMap<u32, u32> {
    let mut children: Vec<_> = (0..CHILDREN)
        .map(|number| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "child", "--ignored", "--nocapture", "--test-threads=1"])
                .env(FOLDER, folder)
                .env(CAP, cap.to_string())
                .env(ROUND, (round * CHILDREN + number).to_string())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    // A different number of entries every round, so that the kill comes at different moments.
    let enough = 1 + (round * 7) as usize % 23;
    let mut stored = BTreeMap::new();
    let mut outputs: Vec<_> =
        children.iter_mut().map(|child| BufReader::new(child.stdout.take().unwrap()).lines()).collect();
    for output in &mut outputs {
        stored.extend(output.map_while(Result::ok).filter_map(|line| parse(&line)).take(enough));
    }
    for child in &mut children {
        child.kill().unwrap();
    }
    // What was printed before the kill counts, too; a line that was cut short does not.
    for (child, output) in children.iter_mut().zip(outputs) {
        stored.extend(output.map_while(Result::ok).filter_map(|line| parse(&line)));
        assert!(!child.wait().unwrap().success());
    }
    stored
}

fn parse(line: &str) -> Option<(u32, u32)> {
    let (place, seed) = line.strip_prefix("stored ")?.split_once(' ')?;
    let (place, seed) = (place.parse().ok()?, seed.parse().ok()?);
    (place < CONTESTED || place == CONTESTED + seed).then_some((place, seed))
}

async fn open(folder: &Path, max_bytes: u64) -> Cache {
    open_with(folder, max_bytes, Duration::ZERO).await
}

async fn open_with(folder: &Path, max_bytes: u64, grace: Duration) -> Cache {
    let storage = Storage::folder(&folder.join("audio")).unwrap();
    let index = SqliteStore::open(&folder.join("saywell.db")).await.unwrap();
    let settings = Settings { max_bytes, grace, memory_bytes: 0, ..Settings::default() };
    Cache::open(settings, storage, Arc::new(index), Arc::new(SystemClock)).await.unwrap()
}

fn key(place: u32) -> Key {
    KeyFields {
        kind: KeyKind::Clip,
        prepared_text: &place.to_string(),
        provider: "",
        model: "",
        voice: "",
        speed: 1.0,
        format: "",
        language: "",
        pronunciation_version: "",
        provider_options: "",
        voice_version: "",
    }
    .key()
}

/// Everything in it follows from the seed; up to half a megabyte, so that some kills hit a write.
fn entry(seed: u32) -> Entry {
    let bytes = 1000 + (seed as usize).wrapping_mul(7919) % (1 << 19);
    let sound = Bytes::from(seed.to_le_bytes().repeat(bytes / 4));
    let about = EntryFacts {
        kind: KeyKind::Clip,
        provider: "local".to_owned(),
        voice: "heart".to_owned(),
        format: "pcm".to_owned(),
        content_type: "audio/pcm".to_owned(),
        duration_seconds: f64::from(seed),
    };
    Entry::new(about, sound, Bytes::from(format!("{{\"seed\":{seed}}}")))
}

fn seed_of(entry: &Entry) -> u32 {
    entry.about.duration_seconds as u32
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files
}
