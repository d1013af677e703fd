//! What is kept in SQL, behind narrow traits: one a concern, so that a database is one file each
//! and every database takes the same exam (`store/conformance.rs`).

#[cfg(test)]
mod conformance;
mod keys;
pub mod sqlite;

pub use keys::{ApiKeys, KeyRow};

use crate::cache::{Key, Kind};
use crate::usage::Call;
use async_trait::async_trait;
use sqlite::SqliteStore;
use std::fmt::Debug;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

/// Opens the database that `DATABASE_URL` names and brings its tables up to date.
///
/// `sqlite:PATH` is a file (a relative one lies in `data_folder`), `sqlite::memory:` is gone with
/// the process, and without a URL the file is `saywell.db` in `data_folder`.
pub async fn open(url: Option<&str>, data_folder: &Path) -> Result<Store, StoreError> {
    let url = url.unwrap_or("sqlite:saywell.db");
    let Some(path) = url.strip_prefix("sqlite:") else {
        return Err(StoreError::BadSetting {
            field: "DATABASE_URL",
            problem: "must start with sqlite: (other databases are not supported yet)".to_owned(),
        });
    };
    let path = path.strip_prefix("//").unwrap_or(path);
    let store = match path {
        ":memory:" => SqliteStore::in_memory().await?,
        "" => {
            return Err(StoreError::BadSetting {
                field: "DATABASE_URL",
                problem: "names no file after sqlite:".to_owned(),
            });
        }
        path => SqliteStore::open(&data_folder.join(path)).await?,
    };
    let store = Arc::new(store);
    Ok(Store {
        cache: Arc::clone(&store) as Arc<dyn CacheIndex>,
        calls: Arc::clone(&store) as Arc<dyn CallLog>,
        keys: store,
    })
}

/// An open database, concern by concern.
#[derive(Debug, Clone)]
pub struct Store {
    /// What sound is stored.
    pub cache: Arc<dyn CacheIndex>,
    /// What providers were asked.
    pub calls: Arc<dyn CallLog>,
    /// Who may call by key.
    pub keys: Arc<dyn ApiKeys>,
}

/// The table `tts_calls`: every call to a provider, and what it cost.
#[async_trait]
pub trait CallLog: Send + Sync + Debug {
    /// Adds calls, all or none.
    async fn append(&self, calls: &[Call]) -> Result<(), StoreError>;

    /// What each provider was asked since then, one row for each of its currencies, by name.
    async fn provider_totals(&self, since: SystemTime) -> Result<Vec<ProviderTotals>, StoreError>;
}

/// What a provider was asked in all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProviderTotals {
    /// The provider's name.
    pub provider: String,
    /// ISO 4217 code; empty for calls that cost nothing or have no price.
    pub currency: String,
    /// How many calls.
    pub calls: u64,
    /// Characters that were sent.
    pub characters: u64,
    /// Seconds of sound that came back.
    pub seconds: f64,
    /// What they cost.
    pub cost: f64,
    /// How many of them have no price, and are not in `cost`.
    pub unpriced: u64,
}

/// The table `tts_cache`: what sound is stored, where, and how it is used.
///
/// Every call is atomic and safe to repeat. Several processes may use one database.
#[async_trait]
pub trait CacheIndex: Send + Sync + Debug {
    /// Stores a row in place of the one with the same key, under a new id, with no access counted.
    /// Returns the `size_bytes` of the row it replaced, 0 if there was none.
    async fn put(&self, row: &Row) -> Result<u64, StoreError>;

    /// Stores a row unless its key has one. Tells whether it did.
    async fn put_if_absent(&self, row: &Row) -> Result<bool, StoreError>;

    /// The row of a key.
    async fn find(&self, key: &Key) -> Result<Option<IndexedRow>, StoreError>;

    /// Removes the selected rows, at most `limit`, and returns them. A row is returned to one
    /// caller only, so that callers who clean up at the same time never do the same work.
    async fn take(&self, selection: &Selection, limit: u32) -> Result<Vec<IndexedRow>, StoreError>;

    /// The rows of one kind whose key, written out, starts with `prefix`; in no order.
    async fn with_prefix(&self, kind: Kind, prefix: &str) -> Result<Vec<IndexedRow>, StoreError>;

    /// Adds accesses to the rows that are still there. A row's time of access never goes back.
    async fn count_accesses(&self, accesses: &[Access]) -> Result<(), StoreError>;

    /// The `size_bytes` of all rows; quick, unlike [`totals`](Self::totals).
    async fn stored_bytes(&self) -> Result<u64, StoreError>;

    /// What is stored in all; reads every row.
    async fn totals(&self) -> Result<Totals, StoreError>;
}

/// What the index knows of one stored rendition or clip.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Column `key_hash`.
    pub key: Key,
    /// Rendition or clip.
    pub kind: Kind,
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
    pub kind: Option<Kind>,
    /// Made by this provider.
    pub provider: Option<String>,
    /// In this voice.
    pub voice: Option<String>,
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

/// Why the database did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The operator must mend a setting.
    #[error("{field}: {problem}")]
    BadSetting {
        /// The setting.
        field: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The tables cannot be brought up to date; the operator must look at the database.
    #[error("the tables of the database could not be brought up to date")]
    Migration(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database did not answer as it should; another try may do.
    #[error("the database could not {action}")]
    Unavailable {
        /// What was asked of it.
        action: &'static str,
        /// What it said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
