//! The cache as its callers see it.

use super::conformance::{entry, key};
use super::*;
use crate::clock::{ManualClock, SystemClock};
use crate::gateways::Turns;
use crate::store::Access;
use crate::store::sqlite::SqliteStore;
use async_trait::async_trait;
use futures::StreamExt;
use futures::future::join_all;
use futures::stream::BoxStream;
use object_store::signer::{Method, Signer};
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, memory::InMemory,
};
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use tokio_util::sync::CancellationToken;

const MINUTE: Duration = Duration::from_mins(1);

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
    cache.get(&key(n), KeyKind::Rendition).await.unwrap()
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
    assert_is(cache.get_memory(&key(1), KeyKind::Rendition), 1, 10_000);
    assert!(cache.get_memory(&key(1), KeyKind::Clip).is_none());
    drop(cache);

    let cache = world.open().await;
    assert!(cache.get_memory(&key(1), KeyKind::Rendition).is_none());
    assert!(cache.get(&key(1), KeyKind::Clip).await.unwrap().is_none());
    assert_is(get(&cache, 1).await, 1, 10_000);
    assert_is(cache.get_memory(&key(1), KeyKind::Rendition), 1, 10_000);
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
    assert!(cache.get_memory(&key(1), KeyKind::Rendition).is_none());
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
    assert!(cache.get_memory(&key(1), KeyKind::Rendition).is_some());
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
        assert!(cache.get_memory(&key(1), KeyKind::Rendition).is_some());
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
    assert!(world.files().is_empty());
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

#[tokio::test]
async fn rows_without_objects_are_removed() {
    let world = World::new();
    let cache = world.open().await;
    for n in 1..=4 {
        put(&cache, n, 1000).await;
    }
    // Entry 1 loses its notes, entry 2 its sound, entry 3 both.
    for (n, kept) in [(1, ".mp3"), (2, ".notes"), (3, "")] {
        for file in world.files() {
            let name = file.to_string_lossy().into_owned();
            if name.contains(&key(n).to_string()) && (kept.is_empty() || !name.ends_with(kept)) {
                std::fs::remove_file(file).unwrap();
            }
        }
    }
    world.clock.advance(11 * MINUTE);
    let cache = world.open().await;
    let report = cache.repair().await.unwrap();
    assert_eq!(report, RepairReport { rows_removed: 3, orphans_removed: 2, ..RepairReport::default() });
    assert_eq!(cache.stats().await.unwrap().stored.renditions.entries, 1);
    assert_is(get(&cache, 4).await, 4, 1000);
    assert_eq!(world.files().len(), 2);
    assert_eq!(cache.repair().await.unwrap(), RepairReport::default());
}

#[tokio::test]
async fn a_miss_mends_its_row() {
    let world = World::new();
    let cache = world.open().await;
    put(&cache, 1, 1000).await;
    for file in world.files() {
        std::fs::write(file, "damaged").unwrap();
    }
    let cache = world.open().await;
    assert!(get(&cache, 1).await.is_none());
    assert_eq!(cache.stats().await.unwrap().stored.bytes(), 0);
    assert!(world.files().is_empty());
    put(&cache, 1, 1000).await;
    assert_is(get(&world.open().await, 1).await, 1, 1000);
}

#[tokio::test]
async fn a_lost_index_is_built_anew() {
    let world = World::new();
    let cache = world.open().await;
    put(&cache, 1, 1000).await;
    world.clock.advance(30 * MINUTE);
    for n in 2..=5 {
        put(&cache, n, 1000).await;
    }
    let first = world.index().await.find(&key(1)).await.unwrap().unwrap().row;
    let before = cache.stats().await.unwrap().stored.bytes();
    world.index().await.take(&Selection::Matching(Filter::default()), 100).await.unwrap();
    world.clock.advance(30 * MINUTE);

    let cache = world.open().await;
    let report = cache.repair().await.unwrap();
    // Entry 1 had expired meanwhile; its age was not forgotten with its row.
    assert_eq!((report.entries_indexed, report.orphans_removed), (4, 2));
    assert_eq!(cache.stats().await.unwrap().stored.bytes(), before - first.size_bytes);
    for n in 2..=5 {
        assert_is(get(&cache, n).await, n, 1000);
    }
    world.clock.advance(30 * MINUTE);
    assert!(get(&world.open().await, 2).await.is_none());
}

#[tokio::test]
async fn what_killed_processes_left_takes_room_before_it_is_known_what_it_is() {
    let mut world = World::new();
    put(&world.open().await, 0xab, 1000).await;
    let shard = world.folder.path().join("audio/renditions/ab");
    let mut other = *key(0xab).as_bytes();
    other[31] = 7;
    std::fs::write(shard.join(format!("{}.0123456789abcdef.mp3", Key::from_bytes(other))), vec![0; 50_000])
        .unwrap();
    world.settings.max_bytes = 60_000;
    let cache = world.open().await;
    cache.count_strays().await.unwrap();
    let stored = cache.stats().await.unwrap().stored.bytes();
    assert_eq!(cache.shared.used.bytes(), stored + 50_000);
    assert!(cache.shared.used.has_stray(), "a repair is wanted");
    for n in 1..=4 {
        put(&cache, n, 5000).await;
        assert!(cache.shared.used.bytes() <= 60_000, "older ones made room");
    }
    cache.repair().await.unwrap();
    assert_eq!(cache.shared.used.bytes(), cache.stats().await.unwrap().stored.bytes() + 50_000);
}

#[tokio::test]
async fn unfinished_writes_are_given_up_after_the_grace() {
    let world = World::new();
    let cache = world.open().await;
    put(&cache, 0xab, 1000).await;
    let shard = world.folder.path().join("audio/renditions/ab");
    let write = |name: &str| std::fs::write(shard.join(name), "unfinished").unwrap();
    let mut other = *key(0xab).as_bytes();
    other[31] = 7;
    let other = Key::from_bytes(other);
    write(&format!("{other}.mp3#1"));
    write(&format!("{other}.notes#23"));
    write(&format!("{other}.0123456789abcdef.mp3"));
    // Not ours, whatever it is.
    for foreign in ["README", "x.mp3", "x#1", "cover.notes"] {
        write(foreign);
    }
    let report = cache.repair().await.unwrap();
    let young_bytes = 3 * "unfinished".len() as u64;
    assert_eq!(report, RepairReport { too_young: 3, young_bytes, ..RepairReport::default() });
    let stored = cache.stats().await.unwrap().stored.bytes();
    assert_eq!(cache.shared.used.bytes(), stored + young_bytes, "they take room");
    assert_eq!(world.files().len(), 9);
    world.clock.advance(11 * MINUTE);
    let report = cache.repair().await.unwrap();
    assert_eq!(report, RepairReport { orphans_removed: 3, ..RepairReport::default() });
    assert_eq!(world.files().len(), 6);
    assert_is(get(&world.open().await, 0xab).await, 0xab, 1000);
}

/// Lets this many changes happen, of storage and index together, then none: as if the process had
/// been killed between two of them.
#[derive(Debug)]
struct Life(AtomicU64);

impl Life {
    fn change(&self) -> bool {
        self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    }

    fn over(&self) -> bool {
        self.0.load(Ordering::SeqCst) == 0
    }

    fn object_error() -> object_store::Error {
        object_store::Error::Generic { store: "dying", source: "dead".into() }
    }

    fn store_error() -> StoreError {
        StoreError::Unavailable { action: "live", source: "dead".into() }
    }
}

/// Changes what it is given as long as it lives.
#[derive(Debug)]
struct Dying<T> {
    inner: T,
    life: Arc<Life>,
}

impl<T> std::fmt::Display for Dying<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("dying")
    }
}

#[async_trait]
impl ObjectStore for Dying<Arc<dyn ObjectStore>> {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        opts: PutOptions,
    ) -> object_store::Result<PutResult> {
        if !self.life.change() {
            return Err(Life::object_error());
        }
        self.inner.put_opts(location, payload, opts).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> object_store::Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, opts).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> object_store::Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, object_store::Result<Path>>,
    ) -> BoxStream<'static, object_store::Result<Path>> {
        let (inner, life) = (self.inner.clone(), self.life.clone());
        let delete = move |location| {
            let (inner, life) = (inner.clone(), life.clone());
            async move {
                if !life.change() {
                    return Err(Life::object_error());
                }
                let mut done = inner.delete_stream(futures::stream::iter([location]).boxed());
                done.next().await.unwrap()
            }
        };
        locations.then(delete).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, object_store::Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> object_store::Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> object_store::Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

#[async_trait]
impl CacheIndex for Dying<Arc<SqliteStore>> {
    async fn put(&self, row: &Row) -> Result<Option<IndexedRow>, StoreError> {
        if self.life.change() { self.inner.put(row).await } else { Err(Life::store_error()) }
    }

    async fn put_if_absent(&self, row: &Row) -> Result<bool, StoreError> {
        if self.life.change() { self.inner.put_if_absent(row).await } else { Err(Life::store_error()) }
    }

    async fn find(&self, key: &Key) -> Result<Option<IndexedRow>, StoreError> {
        self.inner.find(key).await
    }

    async fn take(&self, selection: &Selection, limit: u32) -> Result<Vec<IndexedRow>, StoreError> {
        if self.life.change() { self.inner.take(selection, limit).await } else { Err(Life::store_error()) }
    }

    async fn with_prefix(&self, kind: KeyKind, prefix: &str) -> Result<Vec<IndexedRow>, StoreError> {
        self.inner.with_prefix(kind, prefix).await
    }

    async fn count_accesses(&self, accesses: &[Access]) -> Result<(), StoreError> {
        if self.life.change() { self.inner.count_accesses(accesses).await } else { Err(Life::store_error()) }
    }

    async fn stored_bytes(&self) -> Result<u64, StoreError> {
        self.inner.stored_bytes().await
    }

    async fn totals(&self) -> Result<Totals, StoreError> {
        self.inner.totals().await
    }
}

/// Some work on three keys: stored, replaced by another sound, one deleted, the rest pushed out by
/// the cap. Tells, per key, which seeds may be found there when it stops at any point: the last one
/// acknowledged, and the one that was being put. A seed of 0 stands for nothing.
async fn work(cache: &Cache, allowed: &mut [Vec<u32>; 4]) -> Result<(), CacheError> {
    for (place, seed) in [(1_usize, 1_u32), (2, 2), (1, 11), (3, 3), (2, 12)] {
        allowed[place].push(seed);
        cache.put(&key(place as u32), Arc::new(entry(seed, 3000 + seed as usize))).await?;
        allowed[place] = vec![seed];
    }
    allowed[2].push(0);
    cache.delete(&key(2)).await?;
    allowed[2] = vec![0];
    // Makes room for itself: entry 1 must go.
    allowed[1].push(0);
    allowed[2].push(22);
    cache.put(&key(2), Arc::new(entry(22, 9000))).await?;
    allowed[2] = vec![22];
    cache.sweep().await?;
    Ok(())
}

#[tokio::test]
async fn killed_between_any_two_steps_nothing_complete_is_lost_and_nothing_torn_is_left() {
    let mut lives = 0;
    loop {
        let mut world = World::new();
        world.settings.max_bytes = 14_000;
        world.settings.grace = Duration::ZERO;
        let life = Arc::new(Life(AtomicU64::new(lives)));
        let storage = world.storage();
        let objects = Dying { inner: storage.objects.clone(), life: life.clone() };
        let storage = Storage { objects: Arc::new(objects), ..storage };
        let index = Arc::new(Dying { inner: world.index().await, life: life.clone() });
        let cache = Cache::open(world.settings, storage, index, world.clock.clone()).await.unwrap();
        let mut allowed = [vec![0], vec![0], vec![0], vec![0]];
        let outcome = work(&cache, &mut allowed).await;
        assert!(outcome.is_ok() || life.over(), "{outcome:?}");
        drop(cache);
        world.clock.advance(MINUTE);

        // Before any repair, what is found is whole; and after it, nothing else is left.
        for repaired in [false, true] {
            let cache = world.open().await;
            if repaired {
                cache.repair().await.unwrap();
            }
            let mut entries = 0;
            for place in 1..=3 {
                let found = get(&cache, place).await;
                let seeds = &allowed[place as usize];
                let seed = seeds
                    .iter()
                    .copied()
                    .find(|&seed| found.as_deref() == (seed > 0).then(|| entry(seed, size(seed))).as_ref());
                // Until the repair, an entry may lack its row.
                if repaired || found.is_some() {
                    assert!(seed.is_some(), "killed after {lives}: key {place} is none of {seeds:?}");
                }
                entries += u64::from(found.is_some());
            }
            if repaired {
                let stored = cache.stats().await.unwrap().stored;
                let on_disk: u64 = world.files().iter().map(|file| file.metadata().unwrap().len()).sum();
                assert_eq!(stored.renditions.entries, entries, "killed after {lives}");
                assert_eq!(
                    world.files().len() as u64,
                    2 * entries,
                    "killed after {lives}: {:?}",
                    world.files()
                );
                assert_eq!(stored.bytes(), on_disk, "killed after {lives}");
                assert_eq!(cache.repair().await.unwrap().changes(), 0);
            }
        }
        if outcome.is_ok() {
            assert!(lives > 20, "the work has {lives} steps");
            break;
        }
        lives += 1;
    }
}

fn size(seed: u32) -> usize {
    if seed == 22 { 9000 } else { 3000 + seed as usize }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn under_load_from_two_caches_at_a_small_cap_nothing_breaks() {
    const KEYS: u32 = 40;
    let bytes = |n: u32| 2000 + 500 * n as usize;
    let mut world = World::new();
    world.settings.max_bytes = 150_000;
    world.settings.memory_bytes = 60_000;
    let caches = [world.open().await, world.open().await];
    let tasks = (0..24_u32).map(|task| {
        let cache = caches[task as usize % 2].clone();
        tokio::spawn(async move {
            let mut found = 0;
            for round in 0..60_u32 {
                let n = (task * 7 + round * 13) % KEYS;
                match (task + round) % 8 {
                    // What lies on the disk stays within the cap at every moment: where others fill it, one waits or is
                    // turned away.
                    0..=2 => match cache.put(&key(n), Arc::new(entry(n, bytes(n)))).await {
                        Ok(()) => {}
                        Err(error) => assert!(matches!(error, CacheError::Crowded), "{error:?}"),
                    },
                    3 => drop(cache.sweep().await.unwrap()),
                    4 => drop(cache.get_memory(&key(n), KeyKind::Rendition)),
                    5 if round % 16 == 0 => drop(cache.repair().await.unwrap()),
                    _ => {
                        if let Some(entry) = get(&cache, n).await {
                            assert_is(Some(entry), n, bytes(n));
                            found += 1;
                        }
                    }
                }
            }
            found
        })
    });
    let found: Vec<u32> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
    assert!(found.iter().sum::<u32>() > 50, "hardly anything was found: {found:?}");

    world.clock.advance(11 * MINUTE);
    let cache = world.open().await;
    cache.repair().await.unwrap();
    cache.sweep().await.unwrap();
    let stored = cache.stats().await.unwrap().stored;
    assert!(stored.bytes() <= world.settings.max_bytes, "{stored:?}");
    let on_disk: u64 = world.files().iter().map(|file| file.metadata().unwrap().len()).sum();
    assert_eq!(on_disk, stored.bytes());
    let mut entries = 0;
    for n in 0..KEYS {
        if let Some(entry) = get(&cache, n).await {
            assert_is(Some(entry), n, bytes(n));
            entries += 1;
        }
    }
    assert_eq!(entries, stored.renditions.entries);
    assert!(entries > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_cap_holds_while_many_write() {
    let mut world = World::new();
    world.settings.max_bytes = 200_000;
    let cache = world.open().await;
    let index = world.index().await;
    let tasks = (0..8_u32).map(|task| {
        let (cache, index) = (cache.clone(), index.clone());
        tokio::spawn(async move {
            for round in 0..25 {
                put(&cache, task * 100 + round, 9000).await;
                let stored = index.totals().await.unwrap().bytes();
                assert!(stored <= 200_000, "{stored}");
            }
        })
    });
    for task in join_all(tasks).await {
        task.unwrap();
    }
    let stored = index.totals().await.unwrap().bytes();
    assert!(stored > 100_000, "far more was thrown out than need be: {stored}");
    assert_eq!(cache.shared.used.bytes(), stored, "the books are right");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_cap_holds_within_a_twentieth_for_several_gateways() {
    const CAP: u64 = 400_000;
    let mut world = World::new();
    world.settings.max_bytes = CAP;
    let index = world.index().await;
    // Each has its own books, as processes have that share a database and a storage.
    let caches = [world.open().await, world.open().await, world.open().await, world.open().await];
    let tasks = caches.into_iter().zip(0..).map(|(cache, gateway): (Cache, u32)| {
        let index = Arc::clone(&index);
        tokio::spawn(async move {
            for round in 0..60 {
                put(&cache, gateway * 1000 + round, 2000).await;
                let stored = index.totals().await.unwrap().bytes();
                assert!(stored <= CAP + CAP / 20, "gateway {gateway}, round {round}: {stored}");
            }
        })
    });
    for task in join_all(tasks).await {
        task.unwrap();
    }
    let on_disk: u64 = world.files().iter().map(|file| file.metadata().unwrap().len()).sum();
    assert!((CAP / 2..=CAP + CAP / 20).contains(&on_disk), "{on_disk}");
}

#[tokio::test]
async fn the_sweeper_repairs_sweeps_and_stops() {
    let world = World::new();
    let storage = Storage::memory();
    let index: Arc<dyn CacheIndex> = Arc::new(SqliteStore::in_memory().await.unwrap());
    let open = || Cache::open(world.settings, storage.clone(), index.clone(), world.clock.clone());
    let cache = open().await.unwrap();
    for n in 1..=2 {
        put(&cache, n, 1000).await;
    }
    index.take(&Selection::Key(key(1)), 1).await.unwrap();
    let cache = open().await.unwrap();
    let cancel = CancellationToken::new();
    let sweeper = {
        let (cache, cancel) = (cache.clone(), cancel.clone());
        tokio::spawn(
            async move { cache.run_sweeper(Duration::from_millis(1), Turns::default(), cancel).await },
        )
    };
    let entries = async |wanted: u64| {
        while index.totals().await.unwrap().renditions.entries != wanted {}
    };
    entries(2).await;
    world.clock.advance(60 * MINUTE);
    entries(0).await;
    put(&cache, 3, 1000).await;
    assert!(cache.get_memory(&key(3), KeyKind::Rendition).is_some());
    cancel.cancel();
    sweeper.await.unwrap();
    assert_eq!(index.find(&key(3)).await.unwrap().unwrap().access_count, 1, "the last accesses count");
}

/// Signs like a bucket, for what is in memory.
#[derive(Debug)]
struct FakeSigner;

#[async_trait]
impl Signer for FakeSigner {
    async fn signed_url(&self, _: Method, path: &Path, valid_for: Duration) -> object_store::Result<Url> {
        let url = format!("https://bucket.example/{path}?valid={}", valid_for.as_secs());
        Url::parse(&url).map_err(|_| Life::object_error())
    }
}

#[tokio::test]
async fn only_what_is_there_gets_a_signed_url() {
    let world = World::new();
    let objects: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let storage = Storage {
        prefix: Path::from("some/prefix"),
        signer: Some(Arc::new(FakeSigner)),
        ..Storage::unsigned(objects.clone(), true)
    };
    let cache = world.open_with(storage).await;
    put(&cache, 1, 1000).await;
    let mut clip = entry(2, 10);
    clip.about.kind = KeyKind::Clip;
    cache.put(&key(2), Arc::new(clip)).await.unwrap();
    let url = async |n| cache.signed_url(&key(n), MINUTE).await.unwrap().map(String::from);
    let signed = url(1).await.unwrap();
    assert!(signed.starts_with("https://bucket.example/some/prefix/renditions/01/01"), "{signed}");
    assert!(signed.ends_with(".mp3?valid=60"), "{signed}");
    assert_eq!(url(2).await, None, "clips are nobody's to fetch");
    assert_eq!(url(3).await, None);
    let attributes = {
        let row = world.index().await.find(&key(1)).await.unwrap().unwrap().row;
        objects.get_opts(&Path::from(row.path), GetOptions::default()).await.unwrap().attributes
    };
    assert_eq!(attributes.get(&object_store::Attribute::ContentType).unwrap().as_ref(), "audio/mpeg");
    world.clock.advance(60 * MINUTE);
    assert_eq!(url(1).await, None);
    let plain = world.open().await;
    put(&plain, 1, 10).await;
    assert_eq!(plain.signed_url(&key(1), MINUTE).await.unwrap(), None);
}

#[tokio::test]
async fn a_dead_storage_is_told_and_memory_still_serves() {
    let world = World::new();
    let life = Arc::new(Life(AtomicU64::new(0)));
    let storage = world.storage();
    let objects = Dying { inner: storage.objects.clone(), life };
    let cache = world.open_with(Storage { objects: Arc::new(objects), ..storage }).await;
    let error = cache.put(&key(1), Arc::new(entry(1, 10))).await.unwrap_err();
    assert!(matches!(error, CacheError::Unavailable { .. }), "{error}");
    assert_is(get(&cache, 1).await, 1, 10);
    assert_eq!(cache.shared.used.bytes(), 0, "the room was given back");
    assert_eq!(cache.stats().await.unwrap().stored.bytes(), 0);
}
