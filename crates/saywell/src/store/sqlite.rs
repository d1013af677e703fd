//! The store in an SQLite file: in write-ahead mode, so that readers and the one writer do not
//! wait for each other, and a killed process loses no finished statement.

mod calls;
mod controls;
mod insights;
mod keys;
mod levels;
mod listening;
mod usage;

use super::cache_index::{self, STORED_WITHIN_MS};
use super::migrations;
use super::rows::Columns as _;
use super::{
    Access, CacheIndex, Filter, IndexedRow, KindTotals, Row, Selection, StoreError, Totals, failed, signed,
};
use crate::clock::to_millis;
use crate::key::{Key, KeyKind};
use async_trait::async_trait;
use rust_embed::RustEmbed;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

#[derive(RustEmbed)]
#[folder = "migrations/sqlite"]
struct Files;

pub(super) static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(migrations::migrator::<Files>);

/// How long a statement waits for another process to finish writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How often, and how long apart, a database is tried again that another process is just making.
const BUSY_TRIES: u32 = 20;
const BUSY_WAIT: Duration = Duration::from_millis(50);
/// Connections, each with a thread: one writes, the rest read beside it.
const CONNECTIONS: u32 = 4;
/// What still holds where the file can only be read: who may come in, what operators set, and how loud voices are.
const KEPT: [&str; 3] = ["tts_keys", "tts_controls", "tts_voice_levels"];
/// Accesses counted in one statement, which holds the write lock for some milliseconds at most.
const ACCESSES_PER_STATEMENT: usize = 500;

/// An SQLite database with our tables in it.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    pool: SqlitePool,
    /// Keeps a database in memory there when the pool drops its connection, as it does after a cancelled statement.
    _keeper: Option<Arc<Mutex<SqliteConnection>>>,
}

impl SqliteStore {
    /// Opens the file at `path`, which is made if it is missing, as is its folder.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent() {
            tokio::fs::create_dir_all(folder).await.map_err(|error| StoreError::BadSetting {
                field: "DATABASE_URL",
                problem: format!("the folder {} cannot be made: {error}", folder.display()),
            })?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // Safe in write-ahead mode: a power cut may undo the last statements, never tear one.
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY_TIMEOUT);
        let opened = match Self::connect(options.clone(), CONNECTIONS).await {
            Ok(store) => store.checked().await,
            Err(error) => Err(error),
        };
        match opened {
            Err(error) if is_damage(&error) => {
                let aside = set_aside(path).map_err(|source| StoreError::Unavailable {
                    action: "be set aside, though it is damaged",
                    source: source.into(),
                })?;
                tracing::error!(
                    database = %path.display(), aside = %aside.display(), %error,
                    "the database is damaged: it was set aside, and an empty one begun. Sound is indexed again from its files; usage, \
                     API keys and what operators set are in the damaged file alone. To get back what can be read: stop the server, run \
                     `sqlite3 DAMAGED .recover | sqlite3 NEW`, and put NEW in the database's place"
                );
                Self::connect(options, CONNECTIONS).await
            }
            opened => opened,
        }
    }

    /// This store, if no page of its file is damaged.
    async fn checked(self) -> Result<Self, StoreError> {
        let checked: Result<String, _> =
            sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(&self.pool).await;
        let problem = match checked {
            Ok(ok) if ok == "ok" => return Ok(self),
            Ok(problem) => StoreError::Unavailable { action: "be read", source: Damage(problem).into() },
            Err(error) => failed("be read")(error),
        };
        // Nobody may have it open who is to put it aside.
        self.pool.close().await;
        Err(problem)
    }

    /// A database in memory, gone with the value.
    pub async fn in_memory() -> Result<Self, StoreError> {
        // Written so, the database has a name of its own, and every connection of these options shares it. One at a time:
        // connections to one database in memory do not wait for each other's locks.
        let options: SqliteConnectOptions = "sqlite::memory:".parse().map_err(failed("be opened"))?;
        let keeper = options.connect().await.map_err(failed("be opened"))?;
        let store = Self::connect(options, 1).await?;
        Ok(Self { _keeper: Some(Arc::new(Mutex::new(keeper))), ..store })
    }

    /// A database in memory that knows of keys, controls and voices what the file at `path` does, which is only read.
    pub async fn in_memory_like(path: &Path) -> Result<Self, StoreError> {
        let store = Self::in_memory().await?;
        // What was written last may be in a log beside the file, which can be read unless its index cannot be made.
        let Err(unread) = store.copy(path, "mode=ro").await else { return Ok(store) };
        store.copy(path, "immutable=1").await.map_err(|_| unread)?;
        Ok(store)
    }

    async fn copy(&self, path: &Path, how: &str) -> Result<(), StoreError> {
        let why = || failed("be read");
        let plain = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
        let mut connection = self.pool.acquire().await.map_err(why())?;
        let attach = sqlx::query("ATTACH DATABASE $1 AS kept").bind(format!("file:{plain}?{how}"));
        attach.execute(&mut *connection).await.map_err(why())?;
        let mut copied = Ok(false);
        for table in KEPT {
            if let Ok(any) = copied {
                copied = copy_table(&mut connection, table).await.map(|one| any || one);
            }
        }
        let detached = sqlx::query("DETACH DATABASE kept").execute(&mut *connection).await;
        if copied.and_then(|any| detached.map(|_| any)).map_err(why())? {
            return Ok(());
        }
        Err(StoreError::Unavailable {
            action: "be read",
            source: Damage("it has none of our tables".into()).into(),
        })
    }

    async fn connect(options: SqliteConnectOptions, connections: u32) -> Result<Self, StoreError> {
        let pool = SqlitePoolOptions::new()
            // All from the start: whoever had to open one would wait for it.
            .min_connections(connections)
            .max_connections(connections)
            .acquire_timeout(BUSY_TIMEOUT)
            // A file's connection does not go away, and asking it first costs as much as a statement.
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None);
        let mut opened = pool.clone().connect_with(options.clone()).await;
        // Going over to write-ahead mode does not wait for another process that does the same.
        for _ in 0..BUSY_TRIES {
            match &opened {
                Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("5") => {
                    tokio::time::sleep(BUSY_WAIT).await;
                    opened = pool.clone().connect_with(options.clone()).await;
                }
                _ => break,
            }
        }
        let pool = opened.map_err(failed("be opened"))?;
        migrate(&pool).await?;
        Ok(Self { pool, _keeper: None })
    }
}

/// Copies a table from the database `kept`, as far as its columns are known there: it may be an older gateway's. Tells whether
/// it is there.
async fn copy_table(connection: &mut SqliteConnection, table: &str) -> sqlx::Result<bool> {
    let columns = format!("SELECT group_concat(name) FROM pragma_table_info('{table}', 'kept')");
    let columns: Option<String> =
        sqlx::query_scalar(AssertSqlSafe(columns)).fetch_one(&mut *connection).await?;
    let Some(columns) = columns else { return Ok(false) };
    let copy = format!("INSERT OR REPLACE INTO main.{table} ({columns}) SELECT {columns} FROM kept.{table}");
    sqlx::query(AssertSqlSafe(copy)).execute(connection).await?;
    Ok(true)
}

/// What a check found.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Damage(String);

/// Whether the file is no database, or a damaged one, as far as the error tells.
fn is_damage(error: &StoreError) -> bool {
    /// `SQLITE_CORRUPT` and `SQLITE_NOTADB`; in an extended code, the lowest byte.
    const CODES: [u32; 2] = [11, 26];
    let first: &(dyn std::error::Error + 'static) = error;
    std::iter::successors(Some(first), |error| error.source()).any(|error| {
        let code = match error.downcast_ref::<sqlx::Error>() {
            Some(sqlx::Error::Database(answer)) => answer.code(),
            _ => None,
        };
        let code = code.and_then(|code| code.parse::<u32>().ok());
        code.is_some_and(|code| CODES.contains(&(code & 0xff))) || error.is::<Damage>()
    })
}

/// Gives a database, with its log, another name, under which nothing lies yet.
fn set_aside(path: &Path) -> std::io::Result<PathBuf> {
    let named = |number: u32, ending: &str| {
        let mut name = path.as_os_str().to_owned();
        if number > 0 {
            name.push(format!(".damaged-{number}"));
        }
        name.push(ending);
        PathBuf::from(name)
    };
    let number = (1..u32::MAX).find(|&number| !named(number, "").exists()).unwrap_or(u32::MAX);
    for ending in ["-wal", "-shm", ""] {
        match std::fs::rename(named(0, ending), named(number, ending)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            renamed => renamed?,
        }
    }
    Ok(named(number, ""))
}

/// Brings the tables up to date. When two processes start at once on a new file, one of them finds
/// the work done under its hands; looking again then sees what is left to do. Of many, one may be late for every migration.
async fn migrate(pool: &SqlitePool) -> Result<(), StoreError> {
    let mut outcome = MIGRATIONS.run(pool).await;
    for _ in 0..=MIGRATIONS.iter().count() {
        match outcome {
            Err(MigrateError::Execute(_) | MigrateError::ExecuteMigration(..)) => {
                outcome = MIGRATIONS.run(pool).await;
            }
            _ => break,
        }
    }
    outcome.map_err(|error| StoreError::Migration(error.into()))
}

#[async_trait]
impl CacheIndex for SqliteStore {
    async fn put(&self, row: &Row) -> Result<Option<IndexedRow>, StoreError> {
        let why = || failed("store a row of the cache");
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(why())?;
        let replaced = sqlx::query_as(cache_index::REPLACE)
            .bind(row.key.to_string())
            .fetch_optional(&mut *transaction)
            .await
            .map_err(why())?;
        cache_index::insert(cache_index::INSERT, row).execute(&mut *transaction).await.map_err(why())?;
        transaction.commit().await.map_err(why())?;
        Ok(replaced)
    }

    async fn put_if_absent(&self, row: &Row) -> Result<bool, StoreError> {
        let done = cache_index::insert(cache_index::INSERT_IF_ABSENT, row)
            .execute(&self.pool)
            .await
            .map_err(failed("store a row of the cache"))?;
        Ok(done.rows_affected() > 0)
    }

    async fn find(&self, key: &Key) -> Result<Option<IndexedRow>, StoreError> {
        sqlx::query_as(cache_index::FIND)
            .bind(key.to_string())
            .fetch_optional(&self.pool)
            .await
            .map_err(failed("find a row of the cache"))
    }

    async fn take(&self, selection: &Selection, limit: u32) -> Result<Vec<IndexedRow>, StoreError> {
        let query = match selection {
            Selection::Key(key) => {
                sqlx::query_as(cache_index::TAKE_KEY).bind(key.to_string()).bind(limit)
            }
            Selection::Id(id) => sqlx::query_as(cache_index::TAKE_ID).bind(id).bind(limit),
            Selection::ExpiredAt(time) => sqlx::query_as(
                "DELETE FROM tts_cache WHERE id IN (
                     SELECT id FROM tts_cache WHERE ttl_expires_at <= ?1 ORDER BY ttl_expires_at LIMIT ?2
                 ) RETURNING *",
            )
            .bind(to_millis(*time))
            .bind(limit),
            // A row goes when those before it do not free enough.
            Selection::LeastRecentlyUsed { bytes } => sqlx::query_as(
                "DELETE FROM tts_cache WHERE id IN (
                     SELECT id FROM (
                         SELECT id, sum(size_bytes) OVER (ORDER BY last_accessed_at, id) - size_bytes AS before
                         FROM (SELECT * FROM tts_cache ORDER BY last_accessed_at, id LIMIT ?2)
                     ) WHERE before < ?1
                 ) RETURNING *",
            )
            .bind(signed(*bytes))
            .bind(limit),
            Selection::Matching(Filter { kind, provider, voice, made_for, created_before }) => sqlx::query_as(
                "DELETE FROM tts_cache WHERE id IN (
                     SELECT id FROM tts_cache
                     WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR provider = ?2)
                       AND (?3 IS NULL OR voice = ?3) AND (?4 IS NULL OR created_at < ?4)
                       AND (?5 IS NULL OR EXISTS (
                           SELECT 1 FROM tts_calls AS made WHERE made.user = ?5 AND (
                               made.rendition IN (key_hash, substr(key_hash, 33) || substr(key_hash, 1, 32))
                               OR tts_cache.kind = 'clip' AND made.provider = tts_cache.provider
                               AND made.voice = tts_cache.voice AND created_at BETWEEN made.at
                               AND made.at + made.took_ms + ?6)))
                     ORDER BY id LIMIT ?7
                 ) RETURNING *",
            )
            .bind(kind.map(KeyKind::name))
            .bind(provider.as_deref())
            .bind(voice.as_deref())
            .bind(created_before.map(to_millis))
            .bind(made_for.as_deref())
            .bind(STORED_WITHIN_MS)
            .bind(limit),
        };
        query.fetch_all(&self.pool).await.map_err(failed("take rows of the cache"))
    }

    async fn with_prefix(&self, kind: KeyKind, prefix: &str) -> Result<Vec<IndexedRow>, StoreError> {
        sqlx::query_as(cache_index::WITH_PREFIX)
            .bind(prefix)
            .bind(kind.name())
            .fetch_all(&self.pool)
            .await
            .map_err(failed("read rows of the cache"))
    }

    async fn count_accesses(&self, accesses: &[Access]) -> Result<(), StoreError> {
        for some in accesses.chunks(ACCESSES_PER_STATEMENT) {
            let rows: Vec<_> =
                some.iter().map(|a| (a.key.to_string(), signed(a.count), to_millis(a.last))).collect();
            let rows = serde_json::to_string(&rows).map_err(|source| StoreError::Unavailable {
                action: "be told of accesses",
                source: source.into(),
            })?;
            sqlx::query(
                "UPDATE tts_cache
                 SET access_count = access_count + (given.value ->> 1),
                     last_accessed_at = max(last_accessed_at, given.value ->> 2)
                 FROM json_each(?1) AS given
                 WHERE key_hash = given.value ->> 0",
            )
            .bind(rows)
            .execute(&self.pool)
            .await
            .map_err(failed("count accesses"))?;
        }
        Ok(())
    }

    async fn stored_bytes(&self) -> Result<u64, StoreError> {
        sqlx::query("SELECT coalesce(sum(size_bytes), 0) AS bytes FROM tts_cache")
            .try_map(|row: SqliteRow| row.unsigned("bytes"))
            .fetch_one(&self.pool)
            .await
            .map_err(failed("sum what is stored"))
    }

    async fn totals(&self) -> Result<Totals, StoreError> {
        let of_kinds = sqlx::query(
            "SELECT kind, count(*) AS entries, sum(size_bytes) AS bytes, sum(access_count) AS accesses
             FROM tts_cache GROUP BY kind",
        )
        .try_map(|row| KindTotals::read(&row))
        .fetch_all(&self.pool)
        .await
        .map_err(failed("count what is stored"))?;
        Ok(of_kinds.into_iter().collect())
    }

    async fn settle(&self) -> Result<(), StoreError> {
        // What is left in the log would hide damage to the file, and come back over a file that was put in its place.
        let settled = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_all(&self.pool).await;
        settled.map(drop).map_err(failed("bring its log into its file"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::conformance;
    use super::*;

    /// Two tables of one store have rows to find.
    fn keys(store: &SqliteStore) -> &dyn super::super::ApiKeys {
        store
    }

    #[tokio::test]
    async fn a_file_conforms() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("deep/saywell.db")).await.unwrap();
        conformance::every_concern(&store).await;
    }

    #[tokio::test]
    async fn memory_conforms() {
        let store = SqliteStore::in_memory().await.unwrap();
        conformance::every_concern(&store).await;
    }

    #[tokio::test]
    async fn memory_survives_its_connection() {
        let store = SqliteStore::in_memory().await.unwrap();
        let row = conformance::row(1);
        store.put(&row).await.unwrap();
        store.pool.acquire().await.unwrap().close().await.unwrap();
        assert_eq!(store.find(&row.key).await.unwrap().map(|found| found.row), Some(row));
    }

    #[tokio::test]
    async fn rows_survive_reopening() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("saywell.db");
        let row = conformance::row(1);
        SqliteStore::open(&path).await.unwrap().put(&row).await.unwrap();
        let found = SqliteStore::open(&path).await.unwrap().find(&row.key).await.unwrap().unwrap();
        assert_eq!(found.row, row);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn many_may_open_a_new_file_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("saywell.db");
        let tasks: Vec<_> = (0..8)
            .map(|n| {
                let path = path.clone();
                tokio::spawn(async move {
                    let store = SqliteStore::open(&path).await?;
                    store.put(&conformance::row(n)).await
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        let totals = SqliteStore::open(&path).await.unwrap().totals().await.unwrap();
        assert_eq!(totals.renditions.entries + totals.clips.entries, 8);
    }

    #[tokio::test]
    async fn a_file_that_is_no_database_is_set_aside_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("saywell.db");
        let junk = "this is not a database, and long enough to be looked at as one".repeat(20);
        for number in 1..=2 {
            std::fs::write(&path, &junk).unwrap();
            let store = SqliteStore::open(&path).await.unwrap();
            store.put(&conformance::row(1)).await.unwrap();
            store.pool.close().await;
            // Never overwritten, not even by the next one.
            for earlier in 1..=number {
                let aside = folder.path().join(format!("saywell.db.damaged-{earlier}"));
                assert_eq!(std::fs::read_to_string(aside).unwrap(), junk);
            }
        }
    }

    #[tokio::test]
    async fn a_database_in_memory_knows_of_keys_what_a_file_does_that_is_only_read() {
        let folder = tempfile::tempdir().unwrap();
        // What stands in an address, which a path is here, may stand in a path.
        let path = folder.path().join("a?b%20c#d").join("saywell.db");
        let store = SqliteStore::open(&path).await.unwrap();
        let key = conformance::keys::key(1);
        keys(&store).insert(&key).await.unwrap();
        for settled in [false, true] {
            if settled {
                store.settle().await.unwrap();
                store.pool.close().await;
            }
            let like = SqliteStore::in_memory_like(&path).await.unwrap();
            assert_eq!(keys(&like).find(&key.id).await.unwrap(), Some(key.clone()), "settled: {settled}");
            keys(&like).revoke(&key.id, key.created_at).await.unwrap();
        }
        let again = SqliteStore::open(&path).await.unwrap();
        assert_eq!(keys(&again).find(&key.id).await.unwrap(), Some(key), "nothing is written into it");
        std::fs::write(&path, "no database").unwrap();
        SqliteStore::in_memory_like(&path).await.unwrap_err();
    }

    #[tokio::test]
    async fn urls_name_their_fault() {
        let folder = tempfile::tempdir().unwrap();
        for url in ["mysql://localhost/saywell", "postgres://[::1/saywell", "sqlite:", "saywell.db"] {
            let error = super::super::open(Some(url), folder.path()).await.unwrap_err();
            assert!(matches!(error, StoreError::BadSetting { field: "DATABASE_URL", .. }), "{url}: {error}");
        }
        super::super::open(None, folder.path()).await.unwrap();
        assert!(folder.path().join("saywell.db").is_file());
    }
}
