//! The store in PostgreSQL, for several gateways that share it.

mod calls;
mod connections;
mod controls;
mod insights;
mod keys;
mod levels;
mod listening;
mod usage;

use self::connections::{PgConnections, Transaction, through_pooler, without_pooler};
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
use sqlx::Connection as _;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgRow};
use std::sync::LazyLock;
use std::time::Duration;

#[derive(RustEmbed)]
#[folder = "migrations/postgres"]
struct Files;

pub(super) static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(migrations::migrator::<Files>);

/// How long a statement waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the whole of it may take, for when nothing comes back at all.
const DEADLINE: Duration = Duration::from_secs(15);
/// How long bringing the tables up to date may take, and waiting for another gateway that does.
const MIGRATION_DEADLINE: Duration = Duration::from_mins(5);
/// Connections of one gateway; small plans of hosted databases have 20 in all.
const CONNECTIONS: u32 = 8;

/// A PostgreSQL database with our tables in it.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    pool: PgConnections,
}

/// How an address such as `postgres://user:password@host/database` is read, and whether a pooler is in between.
///
/// # Errors
/// What it must be like: what is wrong with it may hold the password, and is not told.
pub(super) fn options(url: &str) -> Result<(PgConnectOptions, bool), &'static str> {
    let (url, pooled) = without_pooler(url);
    let options = url.parse().map_err(|_| "must be like postgres://user:password@host/database")?;
    Ok((if pooled { through_pooler(options) } else { options }, pooled))
}

impl PostgresStore {
    /// Opens the database at this address, `postgres://user:password@host/database`. TLS is used where the server has it;
    /// `?sslmode=verify-full` insists on it. `?pgbouncer=true` says that a pooler is in between that gives connections to
    /// transactions, such as `PgBouncer` in its transaction mode.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let (options, pooled) = options(url).map_err(|problem| StoreError::BadSetting {
            field: "DATABASE_URL",
            problem: problem.to_owned(),
        })?;
        // On a connection of its own, whose statements may take long: the migrator lets one gateway through at a time.
        let migrated = async {
            connect(&options).await?.close().await.map_err(failed("be opened"))?;
            let one = PgPoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE_TIMEOUT);
            let one = one.connect_with(options.clone());
            let one = one.await.map_err(failed("be opened"))?;
            let done = if pooled { migrate_pooled(&one).await } else { MIGRATIONS.run(&one).await };
            one.close().await;
            done.map_err(|error| StoreError::Migration(error.into()))
        };
        match tokio::time::timeout(MIGRATION_DEADLINE, migrated).await {
            Ok(done) => done?,
            Err(late) => return Err(StoreError::Migration(late.into())),
        }
        let pool = PgConnections::open(options, pooled).await.map_err(failed("be opened"))?;
        Ok(Self { pool })
    }
}

/// Brings the tables up to date in one transaction: a pooler would have each step on another connection.
async fn migrate_pooled(pool: &PgPool) -> Result<(), MigrateError> {
    // The migrator names its statements, and the connection outlives it.
    const FORGET_NAMES: &str = "DEALLOCATE ALL";
    let mut transaction = pool.begin().await?;
    sqlx::raw_sql(FORGET_NAMES).execute(&mut *transaction).await?;
    // The migrator's own lock is gone before the transaction is whole.
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(MIGRATED).execute(&mut *transaction).await?;
    MIGRATIONS.run_direct(None, &mut *transaction, false).await?;
    sqlx::raw_sql(FORGET_NAMES).execute(&mut *transaction).await?;
    transaction.commit().await.map_err(Into::into)
}

/// Connects once, so that what stands in the way is told at once, and with the server's name: a pool would try again until
/// its time is over, and say only that.
async fn connect(options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    let server = format!("{}:{}, which DATABASE_URL names", options.get_host(), options.get_port());
    let away = |why: String| StoreError::Unavailable { action: "be opened", source: why.into() };
    match tokio::time::timeout(ACQUIRE_TIMEOUT, PgConnection::connect_with(options)).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => Err(away(format!("{server}: {error}"))),
        Err(_) => Err(away(format!("{server}: no answer within {} s", ACQUIRE_TIMEOUT.as_secs()))),
    }
}

/// Waits for the database, but not for ever.
async fn ask<T>(
    action: &'static str,
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(DEADLINE, answer).await {
        Ok(answer) => answer.map_err(failed(action)),
        Err(late) => Err(StoreError::Unavailable { action, source: late.into() }),
    }
}

#[async_trait]
impl CacheIndex for PostgresStore {
    async fn put(&self, row: &Row) -> Result<Option<IndexedRow>, StoreError> {
        ask("store a row of the cache", async {
            let mut transaction = self.pool.begin().await?;
            // Two gateways that store the same key do so one after the other, so that each knows what it replaces.
            lock(lock_number(&row.key), &mut transaction).await?;
            let replaced = sqlx::query_as(cache_index::REPLACE)
                .bind(row.key.to_string())
                .fetch_optional(&mut transaction)
                .await?;
            cache_index::insert(cache_index::INSERT, row).execute(&mut transaction).await?;
            transaction.commit().await?;
            Ok(replaced)
        })
        .await
    }

    async fn put_if_absent(&self, row: &Row) -> Result<bool, StoreError> {
        ask("store a row of the cache", async {
            let mut transaction = self.pool.begin().await?;
            lock(lock_number(&row.key), &mut transaction).await?;
            let done =
                cache_index::insert(cache_index::INSERT_IF_ABSENT, row).execute(&mut transaction).await?;
            transaction.commit().await?;
            Ok(done.rows_affected() > 0)
        })
        .await
    }

    async fn find(&self, key: &Key) -> Result<Option<IndexedRow>, StoreError> {
        let query = sqlx::query_as(cache_index::FIND).bind(key.to_string());
        ask("find a row of the cache", query.fetch_optional(&self.pool)).await
    }

    async fn take(&self, selection: &Selection, limit: u32) -> Result<Vec<IndexedRow>, StoreError> {
        let limit = i64::from(limit);
        // Rows that another gateway is taking at this moment are passed over, or found gone after a wait.
        let query = match selection {
            Selection::Key(key) => {
                sqlx::query_as(cache_index::TAKE_KEY).bind(key.to_string()).bind(limit)
            }
            Selection::Id(id) => sqlx::query_as(cache_index::TAKE_ID).bind(id).bind(limit),
            Selection::ExpiredAt(time) => sqlx::query_as(
                "DELETE FROM tts_cache WHERE id IN (
                     SELECT id FROM tts_cache WHERE ttl_expires_at <= $1 ORDER BY ttl_expires_at LIMIT $2
                     FOR UPDATE SKIP LOCKED
                 ) RETURNING *",
            )
            .bind(to_millis(*time))
            .bind(limit),
            // A row goes when those before it do not free enough.
            Selection::LeastRecentlyUsed { bytes } => sqlx::query_as(
                "DELETE FROM tts_cache WHERE id IN (
                     SELECT id FROM (
                         SELECT id, sum(size_bytes) OVER (ORDER BY last_accessed_at, id) - size_bytes AS before
                         FROM (SELECT * FROM tts_cache ORDER BY last_accessed_at, id LIMIT $2) AS oldest
                     ) AS counted WHERE before < $1
                 ) RETURNING *",
            )
            .bind(signed(*bytes))
            .bind(limit),
            Selection::Matching(Filter { kind, provider, voice, made_for, created_before }) => sqlx::query_as(
                "DELETE FROM tts_cache WHERE id IN (
                     SELECT id FROM tts_cache
                     WHERE ($1::text IS NULL OR kind = $1) AND ($2::text IS NULL OR provider = $2)
                       AND ($3::text IS NULL OR voice = $3) AND ($4::bigint IS NULL OR created_at < $4)
                       AND ($5::text IS NULL OR EXISTS (
                           SELECT 1 FROM tts_calls AS made WHERE made.\"user\" = $5 AND (
                               made.rendition IN (key_hash, substr(key_hash, 33) || substr(key_hash, 1, 32))
                               OR tts_cache.kind = 'clip' AND made.provider = tts_cache.provider
                               AND made.voice = tts_cache.voice AND created_at BETWEEN made.at
                               AND made.at + made.took_ms + $6)))
                     ORDER BY id LIMIT $7 FOR UPDATE SKIP LOCKED
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
        ask("take rows of the cache", async {
            let mut transaction = self.pool.begin().await?;
            if matches!(selection, Selection::LeastRecentlyUsed { .. }) {
                // The oldest are the oldest for everybody: who comes second has to see what is left.
                lock(OLDEST, &mut transaction).await?;
            }
            let taken = query.fetch_all(&mut transaction).await?;
            transaction.commit().await?;
            Ok(taken)
        })
        .await
    }

    async fn with_prefix(&self, kind: KeyKind, prefix: &str) -> Result<Vec<IndexedRow>, StoreError> {
        let query = sqlx::query_as(cache_index::WITH_PREFIX).bind(prefix).bind(kind.name());
        ask("read rows of the cache", query.fetch_all(&self.pool)).await
    }

    async fn count_accesses(&self, accesses: &[Access]) -> Result<(), StoreError> {
        // In the order of their keys, so that two gateways never wait for each other crosswise.
        let mut accesses = accesses.to_vec();
        accesses.sort_unstable_by(|a, b| a.key.as_bytes().cmp(b.key.as_bytes()));
        let keys: Vec<String> = accesses.iter().map(|access| access.key.to_string()).collect();
        let counts: Vec<i64> = accesses.iter().map(|access| signed(access.count)).collect();
        let times: Vec<i64> = accesses.iter().map(|access| to_millis(access.last)).collect();
        let query = sqlx::query(
            "WITH given AS (
                 SELECT key_hash, sum(count)::bigint AS count, max(last) AS last
                 FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS given (key_hash, count, last)
                 GROUP BY key_hash
             ), locked AS (
                 SELECT id, count, last FROM tts_cache JOIN given USING (key_hash)
                 ORDER BY key_hash FOR UPDATE OF tts_cache
             )
             UPDATE tts_cache
             SET access_count = access_count + locked.count,
                 last_accessed_at = greatest(last_accessed_at, locked.last)
             FROM locked WHERE tts_cache.id = locked.id",
        )
        .bind(keys)
        .bind(counts)
        .bind(times);
        ask("count accesses", query.execute(&self.pool)).await.map(drop)
    }

    async fn stored_bytes(&self) -> Result<u64, StoreError> {
        let query = sqlx::query("SELECT coalesce(sum(size_bytes), 0)::bigint AS bytes FROM tts_cache");
        let sum = query.try_map(|row: PgRow| row.unsigned("bytes"));
        ask("sum what is stored", sum.fetch_one(&self.pool)).await
    }

    async fn totals(&self) -> Result<Totals, StoreError> {
        let query = sqlx::query(
            "SELECT kind, count(*) AS entries, sum(size_bytes)::bigint AS bytes,
                 sum(access_count)::bigint AS accesses
             FROM tts_cache GROUP BY kind",
        );
        let of_kinds = query.try_map(|row| KindTotals::read(&row));
        Ok(ask("count what is stored", of_kinds.fetch_all(&self.pool)).await?.into_iter().collect())
    }
}

/// The number under which whoever takes the least recently used rows locks them.
const OLDEST: i64 = 0x5341_5957_454c_4c01;

/// The number under which whoever sums up usage by day locks the sums.
const ROLLED_UP: i64 = 0x5341_5957_454c_4c02;

/// The number under which whoever brings the tables up to date through a pooler locks them.
const MIGRATED: i64 = 0x5341_5957_454c_4c03;

/// Waits until nobody else has this number locked, and has it until the end of the transaction.
async fn lock(number: i64, transaction: &mut Transaction) -> sqlx::Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(number).execute(transaction).await.map(drop)
}

/// The number under which whoever stores a key locks it.
fn lock_number(key: &Key) -> i64 {
    let mut number = [0; 8];
    number.copy_from_slice(&key.as_bytes()[..8]);
    i64::from_be_bytes(number)
}

/// Rows as JSON, for a statement that takes any number. JSON may hold a NUL, and text of this database may not.
fn json(rows: Vec<serde_json::Value>) -> String {
    serde_json::Value::from(rows).to_string().replace("\\u0000", "\\ufffd")
}
