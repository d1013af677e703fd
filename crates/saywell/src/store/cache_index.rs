//! What sound is stored.

use super::rows::{Columns, Value};
use super::{StoreError, signed};
use crate::clock::to_millis;
use crate::key::{Key, KeyKind};
use async_trait::async_trait;
use sqlx::query::Query;
use sqlx::{Database, FromRow};
use std::fmt::Debug;
use std::time::SystemTime;

/// How long after a provider's call its clip is stored at the latest, milliseconds; tells what was made for whom.
pub(super) const STORED_WITHIN_MS: i64 = 60_000;

/// The table `tts_cache`: what sound is stored, where, and how it is used.
///
/// Every call is atomic and safe to repeat. Several processes may use one database.
#[async_trait]
pub trait CacheIndex: Send + Sync + Debug {
    /// Stores a row in place of the one with the same key, under a new id, with no access counted.
    /// Returns the row it replaced.
    async fn put(&self, row: &Row) -> Result<Option<IndexedRow>, StoreError>;

    /// Stores a row unless its key has one. Tells whether it did.
    async fn put_if_absent(&self, row: &Row) -> Result<bool, StoreError>;

    /// The row of a key.
    async fn find(&self, key: &Key) -> Result<Option<IndexedRow>, StoreError>;

    /// Removes the selected rows, at most `limit`, and returns them. A row is returned to one
    /// caller only, so that callers who clean up at the same time never do the same work.
    async fn take(&self, selection: &Selection, limit: u32) -> Result<Vec<IndexedRow>, StoreError>;

    /// The rows of one kind whose key, written out, starts with `prefix`; in no order.
    async fn with_prefix(&self, kind: KeyKind, prefix: &str) -> Result<Vec<IndexedRow>, StoreError>;

    /// Adds accesses to the rows that are still there. A row's time of access never goes back.
    async fn count_accesses(&self, accesses: &[Access]) -> Result<(), StoreError>;

    /// The `size_bytes` of all rows; quick, unlike [`totals`](Self::totals).
    async fn stored_bytes(&self) -> Result<u64, StoreError>;

    /// What is stored in all; reads every row.
    async fn totals(&self) -> Result<Totals, StoreError>;

    /// Brings everything into the database's own file, for whoever copies or mends it while no process runs. A server's
    /// database has nothing to do.
    async fn settle(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// What the index knows of one stored rendition or clip.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Column `key_hash`.
    pub key: Key,
    /// Rendition or clip.
    pub kind: KeyKind,
    /// Who made it.
    pub provider: String,
    /// In which voice.
    pub voice: String,
    /// The format of a rendition, the codec of a clip.
    pub format: String,
    /// Where the sound lies in the storage, column `bytes_url_or_path`.
    pub path: String,
    /// How long it sounds.
    pub duration_seconds: f64,
    /// What it takes in the storage, sound and notes together.
    pub size_bytes: u64,
    /// From when on it is no longer used, column `ttl_expires_at`; to the millisecond.
    pub expires_at: SystemTime,
    /// When it was stored, to the millisecond.
    pub created_at: SystemTime,
    /// When it was last listened to or else stored, to the millisecond.
    pub last_accessed_at: SystemTime,
}

/// A [`Row`] as it stands in the index.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexedRow {
    /// Names this version of the row: a row that replaces another has a new id.
    pub id: i64,
    /// How often it was listened to since it was stored.
    pub access_count: u64,
    /// The rest.
    pub row: Row,
}

impl<R: Columns> FromRow<'_, R> for IndexedRow {
    fn from_row(row: &R) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.integer("id")?,
            access_count: row.unsigned("access_count")?,
            row: Row {
                key: row.parsed("key_hash")?,
                kind: row.parsed("kind")?,
                provider: row.text("provider")?,
                voice: row.text("voice")?,
                format: row.text("format")?,
                path: row.text("bytes_url_or_path")?,
                duration_seconds: row.real("duration_seconds")?,
                size_bytes: row.unsigned("size_bytes")?,
                expires_at: row.time("ttl_expires_at")?,
                created_at: row.time("created_at")?,
                last_accessed_at: row.time("last_accessed_at")?,
            },
        })
    }
}

/// Which rows to take.
#[derive(Debug, Clone, PartialEq)]
pub enum Selection {
    /// The row of a key.
    Key(Key),
    /// One version of a row.
    Id(i64),
    /// The rows that have expired at this time.
    ExpiredAt(SystemTime),
    /// As many as must go to free this many bytes, those not listened to for longest first.
    LeastRecentlyUsed {
        /// What to free.
        bytes: u64,
    },
    /// The rows that pass a filter.
    Matching(Filter),
}

/// Passes the rows that fulfil every condition given; without any, all rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this kind.
    pub kind: Option<KeyKind>,
    /// Made by this provider.
    pub provider: Option<String>,
    /// In this voice.
    pub voice: Option<String>,
    /// Made for this user, as far as `tts_calls` tells: the renditions that its calls name, and the clips that their
    /// providers made, in their voices, at their times; others may have had one of those made just then.
    pub made_for: Option<String>,
    /// Stored before this time.
    pub created_before: Option<SystemTime>,
}

/// Some accesses to one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// The key.
    pub key: Key,
    /// How many.
    pub count: u64,
    /// When the last one was.
    pub last: SystemTime,
}

/// What is stored in all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// The renditions.
    pub renditions: KindTotals,
    /// The clips.
    pub clips: KindTotals,
}

impl Totals {
    /// The bytes of both kinds.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.renditions.bytes.saturating_add(self.clips.bytes)
    }
}

impl FromIterator<(KeyKind, KindTotals)> for Totals {
    fn from_iter<T: IntoIterator<Item = (KeyKind, KindTotals)>>(of_kinds: T) -> Self {
        let mut totals = Self::default();
        for (kind, of_kind) in of_kinds {
            match kind {
                KeyKind::Rendition => totals.renditions = of_kind,
                KeyKind::Clip => totals.clips = of_kind,
            }
        }
        totals
    }
}

/// What is stored of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KindTotals {
    /// How many.
    pub entries: u64,
    /// Their bytes in the storage.
    pub bytes: u64,
    /// How often they were listened to.
    pub accesses: u64,
}

impl KindTotals {
    /// Reads which kind they are of as well.
    pub(super) fn read(row: &impl Columns) -> sqlx::Result<(KeyKind, Self)> {
        let totals = Self {
            entries: row.unsigned("entries")?,
            bytes: row.unsigned("bytes")?,
            accesses: row.unsigned("accesses")?,
        };
        Ok((row.parsed("kind")?, totals))
    }
}

/// An insertion into `tts_cache`, and what is to happen if the key is there.
macro_rules! insertion {
    ($conflict:literal) => {
        concat!(
            "INSERT INTO tts_cache (key_hash, kind, provider, voice, format, bytes_url_or_path,
                 duration_seconds, size_bytes, ttl_expires_at, created_at, last_accessed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            $conflict
        )
    };
}

// What every database takes as it is written here.
pub(super) const INSERT: &str = insertion!("");
pub(super) const INSERT_IF_ABSENT: &str = insertion!(" ON CONFLICT (key_hash) DO NOTHING");
pub(super) const REPLACE: &str = "DELETE FROM tts_cache WHERE key_hash = $1 RETURNING *";
pub(super) const FIND: &str = "SELECT * FROM tts_cache WHERE key_hash = $1";
pub(super) const TAKE_KEY: &str =
    "DELETE FROM tts_cache WHERE key_hash = $1 AND CAST($2 AS BIGINT) > 0 RETURNING *";
pub(super) const TAKE_ID: &str = "DELETE FROM tts_cache WHERE id = $1 AND CAST($2 AS BIGINT) > 0 RETURNING *";
/// `g` comes right after the last hexadecimal digit.
pub(super) const WITH_PREFIX: &str =
    "SELECT * FROM tts_cache WHERE key_hash >= $1 AND key_hash < $1 || 'g' AND kind = $2";

/// One of the statements that insert, with what they insert.
pub(super) fn insert<D: Database>(statement: &'static str, row: &Row) -> Query<'static, D, D::Arguments>
where
    i64: Value<D>,
    f64: Value<D>,
    String: Value<D>,
{
    sqlx::query(statement)
        .bind(row.key.to_string())
        .bind(row.kind.name().to_owned())
        .bind(&row.provider)
        .bind(&row.voice)
        .bind(&row.format)
        .bind(&row.path)
        .bind(row.duration_seconds)
        .bind(signed(row.size_bytes))
        .bind(to_millis(row.expires_at))
        .bind(to_millis(row.created_at))
        .bind(to_millis(row.last_accessed_at))
}
