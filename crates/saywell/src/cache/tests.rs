//! The cache as its callers see it.

use super::conformance::{entry, key};
use super::*;
use crate::clock::{ManualClock, SystemClock};
use crate::store::Access;
use crate::store::sqlite::SqliteStore;
use futures::StreamExt;
use futures::future::join_all;
use futures::stream::BoxStream;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, local::LocalFileSystem, memory::InMemory,
};
use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;

const MINUTE: Duration = Duration::from_secs(60);

/// A data folder, in which caches are opened.
struct World {
    folder: tempfile::TempDir,
    clock: Arc<ManualClock>,
    settings: Settings,
}

impl World {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            // Files bear the machine's time, so the clock starts there.
            clock: Arc::new(ManualClock::new(from_millis(to_millis(SystemClock.now())))),
            settings: Settings { ttl: 60 * MINUTE, grace: 10 * MINUTE, ..Settings::default() },
        }
    }

    fn storage(&self) -> Storage {
        Storage::folder(&self.folder.path().join("audio")).unwrap()
    }

    async fn index(&self) -> Arc<SqliteStore> {
        Arc::new(SqliteStore::open(&self.folder.path().join("saywell.db")).await.unwrap())
    }

    async fn open(&self) -> Cache {
        self.open_with(self.storage()).await
    }

    async fn open_with(&self, storage: Storage) -> Cache {
        Cache::open(self.settings, storage, self.index().await, self.clock.clone()).await.unwrap()
    }

    fn files(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.folder.path().join("audio")];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files.sort();
        files
    }
}

async fn put(cache: &Cache, n: u32, bytes: usize) {
    cache.put(&key(n), Arc::new(entry(n, bytes))).await.unwrap();
}

async fn get(cache: &Cache, n: u32) -> Option<Arc<Entry>> {
    cache.get(&key(n), Kind::Rendition).await.unwrap()
}

#[track_caller]
fn assert_is(found: Option<Arc<Entry>>, n: u32, bytes: usize) {
    let found = found.unwrap_or_else(|| panic!("entry {n} is not there"));
    assert!(*found == entry(n, bytes), "entry {n} is not what was stored");
}

/// What an entry of this many bytes of sound takes, and its row says.
async fn stored_bytes(n: u32, bytes: usize) -> u64 {
    let world = World::new();
    let cache = world.open().await;
    put(&cache, n, bytes).await;
    cache.stats().await.unwrap().stored.bytes()
}

#[tokio::test]
async fn what_was_put_is_there_after_reopening() {
    let world = World::new();
    let cache = world.open().await;
    assert!(get(&cache, 1).await.is_none());
    put(&cache, 1, 10_000).await;
    assert_is(cache.get_memory(&key(1), Kind::Rendition), 1, 10_000);
    assert!(cache.get_memory(&key(1), Kind::Clip).is_none());
    drop(cache);

    let cache = world.open().await;
    assert!(cache.get_memory(&key(1), Kind::Rendition).is_none());
    assert!(cache.get(&key(1), Kind::Clip).await.unwrap().is_none());
    assert_is(get(&cache, 1).await, 1, 10_000);
    assert_is(cache.get_memory(&key(1), Kind::Rendition), 1, 10_000);
    let stats = cache.stats().await.unwrap();
    assert_eq!((stats.stored.renditions.entries, stats.memory_entries), (1, 1));
    let on_disk: u64 = world.files().iter().map(|file| file.metadata().unwrap().len()).sum();
    assert_eq!(stats.stored.bytes(), on_disk);
}

#[tokio::test]
async fn entries_are_as_exact_from_the_storage_as_from_memory() {
    let world = World::new();
    let mut odd = entry(704, 10);
    odd.about.duration_seconds = 0.1 + 0.2;
    odd.about.voice = "Zoë \"2\"\n\u{1F3A4}".to_owned();
    odd.notes = Bytes::from_static(b"\xff\x00 not even JSON \n\n");
    world.open().await.put(&key(1), Arc::new(odd.clone())).await.unwrap();
    assert_eq!(*get(&world.open().await, 1).await.unwrap(), odd);
}

#[tokio::test]
async fn what_has_expired_is_not_there_and_is_swept() {
    let world = World::new();
    let cache = world.open().await;
    put(&cache, 1, 1000).await;
    world.clock.advance(30 * MINUTE);
    put(&cache, 2, 1000).await;
    world.clock.advance(30 * MINUTE);
    assert!(cache.get_memory(&key(1), Kind::Rendition).is_none());
    assert!(get(&cache, 1).await.is_none());
    assert!(get(&world.open().await, 1).await.is_none());
    let report = cache.sweep().await.unwrap();
    assert_eq!((report.expired, report.evicted), (1, 0));
    assert_eq!(world.files().len(), 2);
    assert_is(get(&cache, 2).await, 2, 1000);
    assert_eq!(cache.sweep().await.unwrap(), SweepReport::default());
}

#[tokio::test]
async fn room_is_made_by_forgetting_what_was_not_listened_to_for_longest() {
    let mut world = World::new();
    let each = stored_bytes(1, 100_000).await;
    world.settings.max_bytes = 5 * each + each / 2;
    let cache = world.open().await;
    for n in 1..=5 {
        put(&cache, n, 100_000).await;
        world.clock.advance(MINUTE);
    }
    // Listened to from memory alone: it counts all the same.
    assert!(cache.get_memory(&key(1), Kind::Rendition).is_some());
    world.clock.advance(MINUTE);
    put(&cache, 6, 100_000).await;
    assert_eq!(cache.stats().await.unwrap().stored.renditions.entries, 5);
    let reopened = world.open().await;
    assert!(get(&reopened, 2).await.is_none());
    for n in [1, 3, 4, 5, 6] {
        assert_is(get(&reopened, n).await, n, 100_000);
    }
    assert_eq!(world.files().len(), 10);
}

#[tokio::test]
async fn a_smaller_cap_holds_after_the_next_sweep() {
    let mut world = World::new();
    let each = stored_bytes(1, 5000).await;
    let cache = world.open().await;
    for n in 0..300 {
        put(&cache, n, 5000).await;
        world.clock.advance(Duration::from_secs(1));
    }
    world.settings.max_bytes = 10 * (each + 20);
    let cache = world.open().await;
    let report = cache.sweep().await.unwrap();
    assert_eq!(report.evicted, 290);
    let stored = cache.stats().await.unwrap().stored;
    assert!(stored.bytes() <= world.settings.max_bytes);
    assert_eq!(world.files().len() as u64, 2 * stored.renditions.entries);
    assert_is(get(&cache, 299).await, 299, 5000);
}

#[tokio::test]
async fn an_entry_larger_than_the_whole_cache_is_not_kept() {
    let mut world = World::new();
    world.settings.max_bytes = 20_000;
    let cache = world.open().await;
    put(&cache, 1, 5000).await;
    put(&cache, 2, 20_000).await;
    assert!(get(&cache, 2).await.is_none());
    assert_is(get(&cache, 1).await, 1, 5000);
}

#[tokio::test]
async fn accesses_are_counted_in_batches() {
    let world = World::new();
    let cache = world.open().await;
    put(&cache, 1, 1000).await;
    let index = world.index().await;
    for _ in 0..3 {
        assert!(cache.get_memory(&key(1), Kind::Rendition).is_some());
    }
    assert!(get(&world.open().await, 1).await.is_some(), "another process's access is its own to count");
    let count = async || index.find(&key(1)).await.unwrap().unwrap().access_count;
    assert_eq!(count().await, 0);
    cache.flush_accesses().await.unwrap();
    assert_eq!(count().await, 3);
    cache.flush_accesses().await.unwrap();
    assert_eq!(count().await, 3);

    // Without memory every access goes to the storage, and more keys than may wait are flushed.
    let mut world = world;
    world.settings.memory_bytes = 0;
    let cache = world.open().await;
    for _ in 0..5 {
        assert!(get(&cache, 1).await.is_some());
    }
    assert_eq!(count().await, 3);
    for n in 0..1023_u32 {
        let mut other = *key(n).as_bytes();
        other[0] ^= 0xff;
        cache.shared.pending.add(Key::from_bytes(other), 1, world.clock.now());
    }
    assert!(get(&cache, 1).await.is_some());
    assert_eq!(count().await, 9);
}

#[tokio::test]
async fn entries_can_be_deleted_and_purged() {
    let world = World::new();
    let cache = world.open().await;
    for n in 1..=4 {
        let mut entry = entry(n, 100);
        if n == 2 {
            entry.about.provider = "elsewhere".to_owned();
        }
        cache.put(&key(n), Arc::new(entry)).await.unwrap();
    }
    assert!(cache.delete(&key(1)).await.unwrap());
    assert!(!cache.delete(&key(1)).await.unwrap());
    assert!(get(&cache, 1).await.is_none());
    let filter = Filter { provider: Some("elsewhere".to_owned()), ..Filter::default() };
    assert_eq!(cache.purge(&filter).await.unwrap(), 1);
    assert!(get(&cache, 2).await.is_none());
    assert_is(get(&cache, 3).await, 3, 100);
    assert_eq!(cache.purge(&Filter::default()).await.unwrap(), 2);
    assert!(get(&cache, 3).await.is_none());
    assert_eq!(world.files(), [PathBuf::new(); 0]);
}

#[tokio::test]
async fn entries_and_settings_name_their_fault() {
    let world = World::new();
    let cache = world.open().await;
    for format in ["", "MP3", "../x", "a.b", "aaaaaaaaaaaaaaaaa"] {
        let mut bad = entry(1, 10);
        bad.about.format = format.to_owned();
        let error = cache.put(&key(1), Arc::new(bad)).await.unwrap_err();
        assert!(matches!(error, CacheError::BadEntry { field: "format", .. }), "{format:?}: {error}");
    }
    for seconds in [f64::NAN, f64::INFINITY, -0.1] {
        let mut bad = entry(1, 10);
        bad.about.duration_seconds = seconds;
        let error = cache.put(&key(1), Arc::new(bad)).await.unwrap_err();
        assert!(matches!(error, CacheError::BadEntry { field: "duration_seconds", .. }), "{error}");
    }
    assert!(get(&cache, 1).await.is_none());
    let settings = Settings { ttl: Duration::ZERO, ..world.settings };
    let opened = Cache::open(settings, world.storage(), world.index().await, world.clock.clone()).await;
    assert!(matches!(opened, Err(CacheError::BadSetting { field: "TTS_CACHE_TTL_SECONDS", .. })));
}
