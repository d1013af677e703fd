//! The exam that every layer of the cache takes.

use super::memory::MemoryLayer;
use super::object::ObjectLayer;
use super::{CacheError, Entry, EntryFacts, Held};
use crate::clock::{Clock, ManualClock};
use crate::key::{Key, KeyKind};
use async_trait::async_trait;
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;

/// One place where entries are kept: it gives back whole entries that have not expired, and nothing
/// else.
#[async_trait]
pub(super) trait Layer: Send + Sync {
    /// The entry, if it is there, is of this kind, and has not expired.
    async fn get(&self, key: &Key, kind: KeyKind) -> Result<Option<Held>, CacheError>;

    /// Keeps an entry in place of what was there.
    async fn put(&self, key: &Key, held: &Held) -> Result<(), CacheError>;

    /// Forgets an entry, if it is there.
    async fn remove(&self, key: &Key, kind: KeyKind) -> Result<(), CacheError>;
}

#[async_trait]
impl Layer for MemoryLayer {
    async fn get(&self, key: &Key, kind: KeyKind) -> Result<Option<Held>, CacheError> {
        Ok(self.held(key, kind))
    }

    async fn put(&self, key: &Key, held: &Held) -> Result<(), CacheError> {
        self.insert(key, held.clone());
        Ok(())
    }

    async fn remove(&self, key: &Key, _: KeyKind) -> Result<(), CacheError> {
        self.invalidate(key);
        Ok(())
    }
}

#[async_trait]
impl Layer for ObjectLayer {
    async fn get(&self, key: &Key, kind: KeyKind) -> Result<Option<Held>, CacheError> {
        self.load(key, kind, None).await
    }

    async fn put(&self, key: &Key, held: &Held) -> Result<(), CacheError> {
        let prepared = self.prepare(key, held).await?;
        self.write(&prepared).await
    }

    async fn remove(&self, key: &Key, kind: KeyKind) -> Result<(), CacheError> {
        let notes = self.notes_path(kind, key);
        let sound = self.header(key, &notes).await?.map(|(_, sound)| sound);
        ObjectLayer::remove(self, [notes].into_iter().chain(sound).collect()).await
    }
}

/// Key number `n`; keys of different numbers lie in different shards.
pub(super) fn key(n: u32) -> Key {
    let mut bytes = [n.to_le_bytes()[0]; 32];
    bytes[28..].copy_from_slice(&n.to_le_bytes());
    Key::from_bytes(bytes)
}

/// A rendition whose `bytes` bytes of sound and whose notes all follow from `seed`.
pub(super) fn entry(seed: u32, bytes: usize) -> Entry {
    let sound: Bytes = (0..bytes).map(|at| (at as u32).wrapping_mul(31).wrapping_add(seed) as u8).collect();
    let about = EntryFacts {
        kind: KeyKind::Rendition,
        provider: "local".to_owned(),
        voice: format!("voice \"{seed}\"\n"),
        format: "mp3".to_owned(),
        content_type: "audio/mpeg".to_owned(),
        duration_seconds: f64::from(seed) / 3.0,
    };
    Entry::new(about, sound, Bytes::from(format!("{{\"seed\":\n {seed}}}\n")))
}

/// Such an entry, good for an hour.
pub(super) fn held(seed: u32, bytes: usize, clock: &ManualClock) -> Held {
    let now = clock.now();
    let entry = Arc::new(entry(seed, bytes));
    Held { entry, created_at: now, expires_at: now + Duration::from_hours(1) }
}

/// Tries everything that a [`Layer`] promises, on an empty one.
pub(super) async fn layer(layer: &dyn Layer, clock: &ManualClock) {
    gives_back_what_was_put(layer, clock).await;
    replaces(layer, clock).await;
    keeps_kinds_apart(layer, clock).await;
    removes(layer, clock).await;
    never_mixes_two_writers(layer, clock).await;
    forgets_what_expired(layer, clock).await;
}

async fn get(layer: &dyn Layer, n: u32) -> Option<Held> {
    layer.get(&key(n), KeyKind::Rendition).await.unwrap()
}

/// As `assert_eq`, without printing sound.
#[track_caller]
pub(super) fn same(found: Option<Held>, expected: &Held) {
    let found = found.expect("it is there");
    assert_eq!(found.entry.about, expected.entry.about);
    assert_eq!((found.created_at, found.expires_at), (expected.created_at, expected.expires_at));
    assert!(found.entry.notes == expected.entry.notes, "the notes are others");
    assert!(found.entry.sound == expected.entry.sound, "the sound is another");
}

async fn gives_back_what_was_put(layer: &dyn Layer, clock: &ManualClock) {
    assert_eq!(get(layer, 1).await, None);
    for (n, bytes) in [(1, 0), (2, 1), (3, 100_000), (4, 3_000_000)] {
        layer.put(&key(n), &held(n, bytes, clock)).await.unwrap();
    }
    for (n, bytes) in [(1, 0), (2, 1), (3, 100_000), (4, 3_000_000)] {
        same(get(layer, n).await, &held(n, bytes, clock));
    }
    let mut silent = entry(5, 10);
    silent.notes = Bytes::new();
    let silent = Held { entry: Arc::new(silent), ..held(5, 10, clock) };
    layer.put(&key(5), &silent).await.unwrap();
    same(get(layer, 5).await, &silent);
}

async fn replaces(layer: &dyn Layer, clock: &ManualClock) {
    for seed in [7, 8, 7] {
        layer.put(&key(10), &held(seed, 5000, clock)).await.unwrap();
        same(get(layer, 10).await, &held(seed, 5000, clock));
    }
}

async fn keeps_kinds_apart(layer: &dyn Layer, clock: &ManualClock) {
    let mut clip = entry(11, 100);
    clip.about.kind = KeyKind::Clip;
    let clip = Held { entry: Arc::new(clip), ..held(11, 100, clock) };
    layer.put(&key(11), &clip).await.unwrap();
    assert_eq!(get(layer, 11).await, None);
    same(layer.get(&key(11), KeyKind::Clip).await.unwrap(), &clip);
}

async fn removes(layer: &dyn Layer, clock: &ManualClock) {
    layer.put(&key(20), &held(20, 100, clock)).await.unwrap();
    layer.put(&key(21), &held(21, 100, clock)).await.unwrap();
    for _ in 0..2 {
        layer.remove(&key(20), KeyKind::Rendition).await.unwrap();
        assert_eq!(get(layer, 20).await, None);
    }
    same(get(layer, 21).await, &held(21, 100, clock));
    layer.put(&key(20), &held(22, 100, clock)).await.unwrap();
    same(get(layer, 20).await, &held(22, 100, clock));
}

/// Writers of different sound under one key: a reader gets the whole of one, or none.
async fn never_mixes_two_writers(layer: &dyn Layer, clock: &ManualClock) {
    let writers = (0..8).map(|writer| async move {
        for round in 0..5 {
            let seed = writer * 100 + round;
            layer.put(&key(30), &held(seed, 1000 + seed as usize, clock)).await.unwrap();
        }
    });
    let readers = (0..8).map(|_| async move {
        for _ in 0..20 {
            if let Some(found) = get(layer, 30).await {
                let bytes = found.entry.sound.len();
                same(Some(found), &held(bytes as u32 - 1000, bytes, clock));
            }
        }
    });
    futures::future::join(futures::future::join_all(writers), futures::future::join_all(readers)).await;
    let found = get(layer, 30).await.unwrap();
    let bytes = found.entry.sound.len();
    same(Some(found), &held(bytes as u32 - 1000, bytes, clock));
}

async fn forgets_what_expired(layer: &dyn Layer, clock: &ManualClock) {
    layer.put(&key(40), &held(40, 100, clock)).await.unwrap();
    clock.advance(Duration::from_secs(3599));
    assert!(get(layer, 40).await.is_some());
    clock.advance(Duration::from_secs(1));
    assert_eq!(get(layer, 40).await, None);
    layer.put(&key(40), &held(41, 100, clock)).await.unwrap();
    same(get(layer, 40).await, &held(41, 100, clock));
}
