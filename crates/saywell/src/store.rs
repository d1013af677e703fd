//! What is kept in SQL, behind narrow traits: one a concern, so that a database is one file each
//! and every database takes the same exam (`store/conformance.rs`).

mod answers;
mod asked;
mod cache_index;
mod calls;
#[cfg(any(test, feature = "testing"))]
pub mod conformance;
mod controls;
mod guarded;
mod insights;
mod keys;
mod levels;
mod listening;
mod migrations;
pub mod postgres;
mod rows;
pub mod sqlite;
pub mod sums;
mod usage;

pub use answers::Answered;
pub(crate) use answers::by_then;
pub use asked::{Asked, AskedOutcome, CacheOutcome, Sum, Text};
pub use cache_index::{Access, CacheIndex, Filter, IndexedRow, KindTotals, Row, Selection, Totals};
pub use calls::{CallLog, CallRow, ProviderTotals};
pub use controls::{AuditEntry, AuditLog, AuditRow, ControlStore, Revision};
pub use insights::{Bucket, FirstSound, Insights, Spender, Stored, Top};
pub use keys::{ApiKeys, KeyLimits, KeyRow, Scopes};
pub use levels::{VoiceLevel, VoiceLevels};
pub use listening::{Figure, ListenedBy, ListeningLine, ListeningLog, Moment};
pub use usage::{By, Days, Refusals, Spent, UsageLine, UsageLog, Whose, format_day, parse_day};

use crate::service::{Probe, Service};
use crate::telemetry;
use guarded::Guarded;
use postgres::PostgresStore;
use sqlite::SqliteStore;
use std::path::Path;
use std::sync::Arc;

/// The database in the data folder.
const FILE: &str = "saywell.db";

/// Opens the database that `DATABASE_URL` names and brings its tables up to date.
///
/// `sqlite:PATH` is a file (a relative one lies in `data_folder`), `sqlite::memory:` is gone with the process,
/// `postgres://…` is a server's that several gateways may share, and without a URL the file is `saywell.db` in
/// `data_folder`.
pub async fn open(url: Option<&str>, data_folder: &Path) -> Result<Store, StoreError> {
    let bad =
        |problem: &'static str| StoreError::BadSetting { field: "DATABASE_URL", problem: problem.into() };
    match url.map_or(Ok(Address::File(FILE)), Address::read).map_err(bad)? {
        Address::Postgres(url) => Ok(Store::over(PostgresStore::open(url).await?, Service::new)),
        Address::Memory => Ok(Store::within(SqliteStore::in_memory().await?)),
        Address::File(path) => Ok(Store::within(SqliteStore::open(&data_folder.join(path)).await?)),
    }
}

/// Opens a database in memory, for a data folder that cannot be written: it knows of keys, controls and voices what the
/// folder's database does, and ends with the process.
pub async fn open_beside(data_folder: &Path) -> Result<Store, StoreError> {
    let path = data_folder.join(FILE);
    if !path.is_file() {
        return Ok(Store::within(SqliteStore::in_memory().await?));
    }
    match SqliteStore::in_memory_like(&path).await {
        Ok(store) => Ok(Store::within(store)),
        Err(error) => {
            let source = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(database = %path.display(), %error, source, "its keys and controls are not in force");
            Ok(Store::within(SqliteStore::in_memory().await?))
        }
    }
}

/// Whether [`open`] can make anything of an address.
///
/// # Errors
/// What it must be; nothing of the address is repeated, since it may hold a password.
pub fn check_address(url: &str) -> Result<(), &'static str> {
    Address::read(url).map(drop)
}

/// Where a database is.
enum Address<'a> {
    Postgres(&'a str),
    Memory,
    File(&'a str),
}

impl<'a> Address<'a> {
    fn read(url: &'a str) -> Result<Self, &'static str> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return postgres::options(url).map(|_| Self::Postgres(url));
        }
        let path = url.strip_prefix("sqlite:").ok_or("must start with sqlite: or postgres://")?;
        match path.strip_prefix("//").unwrap_or(path) {
            ":memory:" => Ok(Self::Memory),
            "" => Err("names no file after sqlite:"),
            path => Ok(Self::File(path)),
        }
    }
}

/// An open database, concern by concern.
#[derive(Debug, Clone)]
pub struct Store {
    /// What sound is stored.
    pub cache: Arc<dyn CacheIndex>,
    /// What providers were asked.
    pub calls: Arc<dyn CallLog>,
    /// What an operator steers.
    pub controls: Arc<dyn ControlStore>,
    /// What operators did.
    pub audit: Arc<dyn AuditLog>,
    /// What an operator's page shows.
    pub insights: Arc<dyn Insights>,
    /// Who may call by key.
    pub keys: Arc<dyn ApiKeys>,
    /// How loud voices are.
    pub levels: Arc<dyn VoiceLevels>,
    /// How replies were listened to.
    pub listening: Arc<dyn ListeningLog>,
    /// What was asked for.
    pub usage: Arc<dyn UsageLog>,
    /// Whether it answers.
    pub service: Service,
}

/// A database that has every concern.
pub trait Database:
    CacheIndex
    + CallLog
    + ControlStore
    + AuditLog
    + Insights
    + ApiKeys
    + ListeningLog
    + VoiceLevels
    + UsageLog
    + 'static
{
}

impl Database for SqliteStore {}
impl Database for PostgresStore {}

impl Store {
    /// Every concern in a database of this process.
    fn within(database: SqliteStore) -> Self {
        Self::over(database, Service::own)
    }

    /// Every concern in one database.
    fn over(database: impl Database, service: fn(telemetry::SideService, Probe) -> Service) -> Self {
        let database = Arc::new(database);
        let index = Arc::clone(&database) as Arc<dyn CacheIndex>;
        let service = service(telemetry::SideService::Database, guarded::probe(Arc::clone(&index)));
        let keys = Arc::clone(&database) as Arc<dyn ApiKeys>;
        Self {
            cache: Arc::new(Guarded { service: service.clone(), inner: index }),
            calls: Arc::clone(&database) as Arc<dyn CallLog>,
            controls: Arc::clone(&database) as Arc<dyn ControlStore>,
            audit: Arc::clone(&database) as Arc<dyn AuditLog>,
            insights: Arc::clone(&database) as Arc<dyn Insights>,
            keys: Arc::new(Guarded { service: service.clone(), inner: keys }),
            levels: Arc::clone(&database) as Arc<dyn VoiceLevels>,
            listening: Arc::clone(&database) as Arc<dyn ListeningLog>,
            usage: database,
            service,
        }
    }
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
    /// The database does not take these values; another try will not do.
    #[error("the database refuses to {action}")]
    Refused {
        /// What was asked of it.
        action: &'static str,
        /// What it said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The database did not answer as it should; another try may do.
    #[error("the database could not {action}")]
    Unavailable {
        /// What was asked of it.
        action: &'static str,
        /// What it said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// What an error of a statement means, which was to do this.
fn failed(action: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |error| match &error {
        sqlx::Error::Database(answer) if refuses_values(&**answer) => {
            StoreError::Refused { action, source: error.into() }
        }
        _ => StoreError::Unavailable { action, source: error.into() },
    }
}

/// Whether it is the values that a database does not take: not its disk, its tables or its duties.
fn refuses_values(error: &dyn sqlx::error::DatabaseError) -> bool {
    use sqlx::error::ErrorKind;
    let kind = matches!(
        error.kind(),
        ErrorKind::UniqueViolation
            | ErrorKind::ForeignKeyViolation
            | ErrorKind::NotNullViolation
            | ErrorKind::CheckViolation
    );
    let code = error.code().unwrap_or_default();
    // PostgreSQL's class 22, "data exception"; SQLite's TOOBIG and MISMATCH.
    kind || code.len() == 5 && code.starts_with("22") || matches!(&*code, "18" | "20")
}

/// A count as databases have it: they know no larger number than this.
fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
