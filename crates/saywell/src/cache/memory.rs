//! The near layer: entries in this process's memory, bounded by bytes. A hit costs a hash look-up
//! and two atomic writes; accesses are told to the index in batches.

use super::sweep::PendingAccesses;
use super::{Entry, Held};
use crate::clock::{Clock, from_millis, to_millis};
use crate::key::{Key, KeyKind};
use crate::store::Access;
use moka::sync::Cache;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::SystemTime;

/// What an entry takes beside its sound and notes, about.
const OVERHEAD_BYTES: usize = 512;

#[derive(Debug)]
pub(super) struct MemoryLayer {
    /// None when nothing is to be kept.
    entries: Option<Cache<Key, Arc<Resident>>>,
    clock: Arc<dyn Clock>,
}

/// An entry in memory, with the accesses that the index has not been told of.
#[derive(Debug)]
struct Resident {
    held: Held,
    accesses: AtomicU64,
    last_access: AtomicI64,
}

impl Resident {
    fn take_accesses(&self) -> Option<(u64, SystemTime)> {
        let count = self.accesses.swap(0, Ordering::Relaxed);
        (count > 0).then(|| (count, from_millis(self.last_access.load(Ordering::Relaxed))))
    }
}

impl MemoryLayer {
    /// Keeps at most `max_bytes`. The accesses of entries that must go are added to `pending`.
    pub(super) fn new(max_bytes: u64, clock: Arc<dyn Clock>, pending: Arc<PendingAccesses>) -> Self {
        let entries = (max_bytes > 0).then(|| {
            Cache::builder()
                .max_capacity(max_bytes)
                .weigher(|_, resident: &Arc<Resident>| {
                    let entry = &resident.held.entry;
                    let bytes = entry.sound.len() + entry.notes.len() + OVERHEAD_BYTES;
                    u32::try_from(bytes).unwrap_or(u32::MAX)
                })
                .eviction_listener(move |key, resident: Arc<Resident>, _| {
                    if let Some((count, last)) = resident.take_accesses() {
                        pending.add(*key, count, last);
                    }
                })
                .build()
        });
        Self { entries, clock }
    }

    pub(super) fn get(&self, key: &Key, kind: KeyKind) -> Option<Arc<Entry>> {
        self.resident(key, kind).map(|resident| resident.held.entry.clone())
    }

    #[cfg(test)]
    pub(super) fn held(&self, key: &Key, kind: KeyKind) -> Option<Held> {
        self.resident(key, kind).map(|resident| resident.held.clone())
    }

    fn resident(&self, key: &Key, kind: KeyKind) -> Option<Arc<Resident>> {
        let resident = self.entries.as_ref()?.get(key)?;
        let now = self.clock.now();
        if resident.held.entry.about.kind != kind || resident.held.expires_at <= now {
            return None;
        }
        resident.last_access.store(to_millis(now), Ordering::Relaxed);
        resident.accesses.fetch_add(1, Ordering::Relaxed);
        Some(resident)
    }

    pub(super) fn insert(&self, key: &Key, held: Held) {
        if let Some(entries) = &self.entries {
            let resident = Resident { held, accesses: AtomicU64::new(0), last_access: AtomicI64::new(0) };
            entries.insert(*key, Arc::new(resident));
        }
    }

    /// Gives back what is no longer kept.
    pub(super) fn tidy(&self) {
        if let Some(entries) = &self.entries {
            entries.run_pending_tasks();
        }
    }

    pub(super) fn invalidate(&self, key: &Key) {
        if let Some(entries) = &self.entries {
            entries.invalidate(key);
        }
    }

    pub(super) fn clear(&self) {
        if let Some(entries) = &self.entries {
            entries.invalidate_all();
        }
    }

    /// The accesses since the last call.
    pub(super) fn take_accesses(&self) -> Vec<Access> {
        let residents = self.entries.iter().flat_map(Cache::iter);
        residents
            .filter_map(|(key, resident)| {
                let (count, last) = resident.take_accesses()?;
                Some(Access { key: *key, count, last })
            })
            .collect()
    }

    /// How many entries there are, and the bytes they take; both about right.
    pub(super) fn size(&self) -> (u64, u64) {
        self.entries.as_ref().map_or((0, 0), |entries| {
            entries.run_pending_tasks();
            (entries.entry_count(), entries.weighted_size())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::conformance::{self, held, key};
    use super::*;
    use crate::clock::ManualClock;
    use std::time::Duration;

    fn layer(max_bytes: u64) -> (MemoryLayer, Arc<ManualClock>, Arc<PendingAccesses>) {
        let clock = Arc::new(ManualClock::default());
        let pending = Arc::new(PendingAccesses::default());
        (MemoryLayer::new(max_bytes, clock.clone(), pending.clone()), clock, pending)
    }

    #[tokio::test]
    async fn conforms() {
        let (layer, clock, _) = layer(64 << 20);
        conformance::layer(&layer, &clock).await;
    }

    #[test]
    fn stays_within_its_bytes() {
        let (layer, clock, _) = layer(100_000);
        for n in 0..200 {
            layer.insert(&key(n), held(n, 2000, &clock));
        }
        let (entries, bytes) = layer.size();
        assert!(bytes <= 100_000, "{bytes}");
        assert!(entries > 20, "{entries}");
    }

    #[test]
    fn keeps_nothing_when_told_so() {
        let (layer, clock, _) = layer(0);
        layer.insert(&key(1), held(1, 10, &clock));
        assert!(layer.get(&key(1), KeyKind::Rendition).is_none());
        assert_eq!(layer.size(), (0, 0));
    }

    #[test]
    fn no_access_is_lost_when_an_entry_must_go() {
        let (layer, clock, pending) = layer(100_000);
        layer.insert(&key(1), held(1, 10, &clock));
        clock.advance(Duration::from_secs(5));
        for _ in 0..3 {
            assert!(layer.get(&key(1), KeyKind::Rendition).is_some());
        }
        layer.invalidate(&key(1));
        layer.size();
        assert_eq!(layer.take_accesses(), []);
        let accesses = pending.take();
        assert_eq!(accesses, [Access { key: key(1), count: 3, last: clock.now() }]);
    }
}
