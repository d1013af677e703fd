//! Remembers what was said: renditions and clips under their [`Key`], in memory in front of a
//! folder or bucket, with an index in SQL.
//!
//! What holds at every moment, whatever is killed and however many processes share the storage:
//! - An entry is found whole or not at all. Its sound lies under a name made from its content, its
//!   notes name that sound by hash and are written after it, the row in the index comes last, and
//!   each of the three writes is atomic. What is read is checked against the hash.
//! - What a killed process leaves behind (sound without notes, notes without row, half-written
//!   files) is finished or removed by [`Cache::repair`].
//! - All that lies in the storage takes at most `max_bytes`, indexed or not, as far as this process knows what others
//!   write: who stores one more first makes room, and looks anew at what others wrote when it has written a hundredth.
//!
//! A cache that fails must never stop speech: every caller can go on without it.

#[cfg(test)]
mod conformance;
mod memory;
mod object;
mod repair;
mod room;
mod storage;
mod sweep;
#[cfg(test)]
mod tests;

pub use object::{Header, HeaderError};
pub use repair::RepairReport;
pub use storage::{
    DEFAULT_URL as DEFAULT_STORAGE_URL, Storage, check_url as check_storage_url, open as open_storage,
};
pub use sweep::SweepReport;

use crate::causes::causes;
use crate::clock::{Clock, from_millis, to_millis};
use crate::key::{Key, KeyKind};
use crate::service::{Service, Trouble};
use crate::store::{CacheIndex, Filter, IndexedRow, Row, Selection, StoreError, Totals};
use bytes::Bytes;
use memory::MemoryLayer;
use object::ObjectLayer;
use object_store::path::Path;
use object_store::signer::Url;
use room::{Removing, Used};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};
use sweep::PendingAccesses;

/// What an entry is.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryFacts {
    /// Rendition or clip.
    pub kind: KeyKind,
    /// Who made it.
    pub provider: String,
    /// In which voice.
    pub voice: String,
    /// The format of a rendition, the codec of a clip: 1 to 16 lower-case letters and digits. It
    /// ends the name of the stored sound.
    pub format: String,
    /// The media type that a bucket sends the sound with.
    pub content_type: String,
    /// How long it sounds, at least 0.
    pub duration_seconds: f64,
}

/// A rendition or a clip as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What it is.
    pub about: EntryFacts,
    /// The sound: of a rendition the bytes that a listener gets, of a clip whatever its maker
    /// reads back.
    pub sound: Bytes,
    /// What belongs to the sound (captions, timings); kept as it is, not looked at here.
    pub notes: Bytes,
    digest: Digest,
}

impl Entry {
    /// What is stored.
    #[must_use]
    pub fn new(about: EntryFacts, sound: Bytes, notes: Bytes) -> Self {
        Self { about, sound, notes, digest: Digest::default() }
    }

    /// SHA-256 of the sound, in 64 hexadecimal digits; computed once.
    #[must_use]
    pub fn sound_sha256(&self) -> &str {
        self.digest.0.get_or_init(|| object::sha256(&self.sound))
    }
}

/// The hash of an entry's sound, once somebody wanted to know. It says nothing that the sound does not say.
#[derive(Debug, Clone, Default)]
struct Digest(OnceLock<String>);

impl PartialEq for Digest {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// How the cache is to behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How long an entry is used after it was stored.
    pub ttl: Duration,
    /// What all entries may take in the storage, in bytes.
    pub max_bytes: u64,
    /// What the entries in memory may take, in bytes; 0 keeps none there.
    pub memory_bytes: u64,
    /// For how long an unfinished write is taken to be in progress, in this process or another,
    /// before it is cleaned up. Must exceed the time that the slowest upload takes.
    pub grace: Duration,
}

impl Default for Settings {
    /// 30 days, 2 GiB, 64 MiB in memory, ten minutes.
    fn default() -> Self {
        Self {
            ttl: Duration::from_hours(30 * 24),
            max_bytes: 2 << 30,
            memory_bytes: 64 << 20,
            grace: Duration::from_mins(10),
        }
    }
}

/// Why the cache did not do it, by what to do next.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// Log it and go on without the cache.
    #[error("the cache could not {action}")]
    Unavailable {
        /// What was asked of it.
        action: &'static str,
        /// What stood in the way.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Try again when less is written at once, or have the operator raise the cap: entries that are being written take all
    /// the room there is.
    #[error("the cache has no room for an entry: others that are being written take all of it")]
    Crowded,
    /// Have the operator mend a setting.
    #[error("{field}: {problem}")]
    BadSetting {
        /// The setting.
        field: &'static str,
        /// What is wrong with it, and its bound.
        problem: String,
    },
    /// Mend the caller: the entry cannot be stored as it is.
    #[error("an entry's {field} {problem}")]
    BadEntry {
        /// The field of [`EntryFacts`].
        field: &'static str,
        /// Its bound.
        problem: &'static str,
    },
}

impl From<StoreError> for CacheError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::BadSetting { field, problem } => Self::BadSetting { field, problem },
            error => Self::Unavailable { action: "use its index", source: error.into() },
        }
    }
}

impl CacheError {
    /// Whether it comes of a service that was known to be ill, which is told once for all.
    #[must_use]
    pub fn was_known(&self) -> bool {
        let first: &(dyn std::error::Error + 'static) = self;
        let mut causes = std::iter::successors(Some(first), |error| error.source());
        causes.any(|error| matches!(error.downcast_ref(), Some(Trouble::Ill(_))))
    }
}

/// What is stored now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// In the storage.
    pub stored: Totals,
    /// What may be stored, in bytes.
    pub max_bytes: u64,
    /// How many entries are in this process's memory.
    pub memory_entries: u64,
    /// What they take.
    pub memory_bytes: u64,
}

/// An entry and how long it may be used.
#[derive(Debug, Clone, PartialEq)]
struct Held {
    entry: Arc<Entry>,
    /// To the millisecond.
    created_at: SystemTime,
    /// To the millisecond.
    expires_at: SystemTime,
}

/// The cache. Cheap to clone; all clones are one cache.
#[derive(Debug, Clone)]
pub struct Cache {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    settings: Settings,
    memory: MemoryLayer,
    objects: ObjectLayer,
    index: Arc<dyn CacheIndex>,
    clock: Arc<dyn Clock>,
    pending: Arc<PendingAccesses>,
    used: Used,
    /// Whether the last entry could not be written, of which operators were told.
    unwritable: AtomicBool,
    /// Whether somebody is freeing more than it needs.
    trimming: AtomicBool,
}

impl From<Trouble> for CacheError {
    fn from(trouble: Trouble) -> Self {
        Self::Unavailable { action: "use the storage", source: trouble.into() }
    }
}

impl Cache {
    /// Opens the cache. Reads no more than one sum from the index; what a killed process left behind
    /// is mended by [`repair`](Self::repair), which [`run_sweeper`](Self::run_sweeper) starts with.
    pub async fn open(
        settings: Settings,
        storage: Storage,
        index: Arc<dyn CacheIndex>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CacheError> {
        if settings.ttl.is_zero() {
            return Err(CacheError::BadSetting {
                field: "TTS_CACHE_TTL_SECONDS",
                problem: "must be at least 1".to_owned(),
            });
        }
        let used = Used::default();
        used.set_indexed(index.stored_bytes().await?);
        let pending = Arc::new(PendingAccesses::default());
        let shared = Shared {
            settings,
            memory: MemoryLayer::new(settings.memory_bytes, clock.clone(), pending.clone()),
            objects: ObjectLayer::new(storage, clock.clone()),
            index,
            clock,
            pending,
            used,
            unwritable: AtomicBool::new(false),
            trimming: AtomicBool::new(false),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The entry, if it is in this process's memory. Never waits and allocates nothing; the access
    /// is counted.
    #[must_use]
    pub fn get_memory(&self, key: &Key, kind: KeyKind) -> Option<Arc<Entry>> {
        self.shared.memory.get(key, kind)
    }

    /// The entry, from memory or else the storage. One that has expired, is of another kind, or is
    /// damaged (which also removes it) is not there. The access is counted, later, among others.
    pub async fn get(&self, key: &Key, kind: KeyKind) -> Result<Option<Arc<Entry>>, CacheError> {
        let shared = &*self.shared;
        if let Some(entry) = shared.memory.get(key, kind) {
            return Ok(Some(entry));
        }
        let now = shared.clock.now();
        let Some(found) = shared.index.find(key).await? else { return Ok(None) };
        if found.row.kind != kind || found.row.expires_at <= now {
            return Ok(None);
        }
        let Some(held) = shared.objects.load(key, kind, Some(found.row.path.into())).await? else {
            // The row promises what is not there: somebody emptied the folder, or the sound was
            // damaged. The row of a newer entry has another id and stays.
            let rows = shared.index.take(&Selection::Id(found.id), 1).await?;
            self.discard(&rows).await?;
            return Ok(None);
        };
        shared.memory.insert(key, held.clone());
        if shared.pending.add(*key, 1, now) {
            self.flush_accesses().await?;
        }
        Ok(Some(held.entry))
    }

    /// Stores an entry in place of what was there. When this returns without error, the entry survives the process; one
    /// larger than the whole cache is not kept.
    ///
    /// Dropping the future does not stop it: what was begun is ended, so that nothing half-done is left behind.
    pub async fn put(&self, key: &Key, entry: Arc<Entry>) -> Result<(), CacheError> {
        self.put_for(key, entry, self.shared.settings.ttl).await
    }

    /// As [`put`](Self::put), for this long at most.
    pub async fn put_for(&self, key: &Key, entry: Arc<Entry>, ttl: Duration) -> Result<(), CacheError> {
        check(&entry.about)?;
        let (cache, key) = (self.clone(), *key);
        // Waited for by whoever stores, here and at the end of the process.
        let stored = tokio::spawn(async move { cache.put_now(&key, entry, ttl).await });
        stored.await.map_err(object::unavailable("store an entry"))?
    }

    async fn put_now(&self, key: &Key, entry: Arc<Entry>, ttl: Duration) -> Result<(), CacheError> {
        let shared = &*self.shared;
        let created_at = from_millis(to_millis(shared.clock.now()));
        let expires_at = created_at.checked_add(ttl.min(shared.settings.ttl)).unwrap_or(created_at);
        let held = Held { entry, created_at, expires_at: from_millis(to_millis(expires_at)) };

        let prepared = shared.objects.prepare(key, &held).await?;
        if prepared.bytes() > shared.settings.max_bytes {
            return Ok(());
        }
        shared.memory.insert(key, held.clone());
        let reservation = self.make_room(prepared.bytes()).await?;
        let fails_clean = shared.objects.fails_clean();
        if let Err(error) = shared.objects.write(&prepared).await {
            shared.used.suspect_strays(0);
            if !fails_clean {
                reservation.strayed();
            }
            if !error.was_known() && !shared.unwritable.swap(true, Ordering::Relaxed) {
                tracing::error!(
                    error = causes(&error),
                    "sound cannot be kept: speech goes on and is made anew each time. Free some space, or make the storage writable"
                );
            }
            return Err(error);
        }
        if shared.unwritable.swap(false, Ordering::Relaxed) {
            tracing::info!("sound is kept again");
        }
        let row = prepared.row();
        match shared.index.put(&row).await {
            Ok(replaced) => {
                let bytes = replaced.as_ref().map_or(0, |replaced| replaced.row.size_bytes);
                let removing = reservation.stored(bytes);
                if let Some(replaced) = replaced {
                    self.discard_replaced(&replaced.row, &row, removing).await;
                }
            }
            Err(error) => {
                // It is whole, and the next repair gives it its row.
                reservation.strayed();
                return Err(error.into());
            }
        }
        self.look_at_others().await
    }

    /// Forgets one entry, in this process's memory and in the storage. Tells whether it was stored.
    pub async fn delete(&self, key: &Key) -> Result<bool, CacheError> {
        let rows = self.shared.index.take(&Selection::Key(*key), 1).await?;
        self.shared.memory.invalidate(key);
        self.discard(&rows).await?;
        Ok(!rows.is_empty())
    }

    /// Forgets the entries that pass the filter, and everything that is in this process's memory.
    /// Returns how many were stored. Another process's memory may hold some until they expire.
    pub async fn purge(&self, filter: &Filter) -> Result<u64, CacheError> {
        let selection = Selection::Matching(filter.clone());
        let removed = self.take_all(&selection).await?;
        self.shared.memory.clear();
        Ok(removed.entries)
    }

    /// Forgets everything that is in this process's memory, because another process has purged the storage.
    pub fn forget_memory(&self) {
        self.shared.memory.clear();
    }

    /// Gives back the memory of what is no longer kept there, which else waits for the next who come.
    pub fn tidy(&self) {
        self.shared.memory.tidy();
    }

    /// A URL under which anyone can fetch a rendition's sound from the storage itself for this
    /// long, where the storage has such URLs and the sound is there.
    pub async fn signed_url(&self, key: &Key, valid_for: Duration) -> Result<Option<Url>, CacheError> {
        let shared = &*self.shared;
        if !shared.objects.can_sign() {
            return Ok(None);
        }
        let now = shared.clock.now();
        match shared.index.find(key).await? {
            Some(found) if found.row.kind == KeyKind::Rendition && found.row.expires_at > now => {
                let url = shared.objects.signed_url(&found.row.path, valid_for).await?;
                if url.is_some() && shared.pending.add(*key, 1, now) {
                    self.flush_accesses().await?;
                }
                Ok(url)
            }
            _ => Ok(None),
        }
    }

    /// Whether the storage answers.
    #[must_use]
    pub fn storage(&self) -> &Service {
        self.shared.objects.service()
    }

    /// What is stored now.
    pub async fn stats(&self) -> Result<Stats, CacheError> {
        let (memory_entries, memory_bytes) = self.shared.memory.size();
        Ok(Stats {
            stored: self.shared.index.totals().await?,
            max_bytes: self.shared.settings.max_bytes,
            memory_entries,
            memory_bytes,
        })
    }

    /// Removes the objects of rows that were just taken from the index.
    async fn discard(&self, rows: &[IndexedRow]) -> Result<(), CacheError> {
        if rows.is_empty() {
            return Ok(());
        }
        // Their room is free when they are gone, not before.
        let removing = self.shared.used.removing(rows.iter().map(|row| row.row.size_bytes).sum());
        self.shared.objects.remove_rows(rows.iter().map(|row| &row.row)).await?;
        removing.done();
        Ok(())
    }

    /// Removes the sound of an entry that was just replaced. Where that fails, or other notes came last, it is left to a
    /// repair, and takes its room until then.
    async fn discard_replaced(&self, replaced: &Row, row: &Row, removing: Removing) {
        let objects = &self.shared.objects;
        // The same sound again lies where it lay.
        if replaced.path != row.path {
            // Of two who write one key, the other's notes may have come last, and they alone decide which sound counts.
            match objects.header(&row.key, &objects.notes_path(row.kind, &row.key)).await {
                Ok(Some((_, counts))) if counts.as_ref() != replaced.path => {}
                _ => return,
            }
            if objects.remove(vec![Path::from(replaced.path.as_str())]).await.is_err() {
                return;
            }
        }
        removing.done();
    }
}

fn check(about: &EntryFacts) -> Result<(), CacheError> {
    let format = about.format.as_bytes();
    let plain = format.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !(1..=16).contains(&format.len()) || !plain {
        let problem = "must be 1 to 16 lower-case letters and digits";
        return Err(CacheError::BadEntry { field: "format", problem });
    }
    if !(about.duration_seconds.is_finite() && about.duration_seconds >= 0.0) {
        let problem = "must be a number of at least 0";
        return Err(CacheError::BadEntry { field: "duration_seconds", problem });
    }
    Ok(())
}
