//! The store in PostgreSQL, for several gateways that share it.

mod calls;
mod controls;
mod insights;
mod keys;
mod usage;

use super::cache_index::STORED_WITHIN_MS;
use super::{
    Access, CacheIndex, Filter, IndexedRow, KindTotals, Row, Selection, StoreError, Totals, signed,
    undecodable,
};
use crate::cache::{Key, Kind};
use crate::clock::{from_millis, to_millis};
use async_trait::async_trait;
use sqlx::Row as _;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgRow, Postgres};
use std::time::Duration;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// How long a statement waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the database may take for a statement before it gives up on it.
const STATEMENT_TIMEOUT: &str = "SET statement_timeout = '10s'";
/// How long the whole of it may take, for when nothing comes back at all.
const DEADLINE: Duration = Duration::from_secs(15);
/// How long bringing the tables up to date may take, and waiting for another gateway that does.
const MIGRATION_DEADLINE: Duration = Duration::from_mins(5);
/// Connections of one gateway; small plans of hosted databases have 20 in all.
const CONNECTIONS: u32 = 8;

/// A PostgreSQL database with our tables in it.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    pool: PgPool,
}

impl PostgresStore {
    /// Opens the database at this address, `postgres://user:password@host/database`. TLS is used where the server has it;
    /// `?sslmode=verify-full` insists on it.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        // What is wrong with it may hold the password, and is not told.
        let options: PgConnectOptions = url.parse().map_err(|_| StoreError::BadSetting {
            field: "DATABASE_URL",
            problem: "must be like postgres://user:password@host/database".to_owned(),
        })?;
        // On a connection of its own, whose statements may take long: the migrator lets one gateway through at a time.
        let migrated = async {
            let one = PgPoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE_TIMEOUT);
            let one = one.connect_with(options.clone());
            let one = one.await.map_err(unavailable("be opened"))?;
            let done = MIGRATIONS.run(&one).await;
            one.close().await;
            done.map_err(|error| StoreError::Migration(error.into()))
        };
        match tokio::time::timeout(MIGRATION_DEADLINE, migrated).await {
            Ok(done) => done?,
            Err(late) => return Err(StoreError::Migration(late.into())),
        }
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(|connection, _| {
                Box::pin(async move { sqlx::query(STATEMENT_TIMEOUT).execute(connection).await.map(drop) })
            })
            .connect_with(options)
            .await
            .map_err(unavailable("be opened"))?;
        Ok(Self { pool })
    }
}

/// Waits for the database, but not for ever.
async fn ask<T>(
    action: &'static str,
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(DEADLINE, answer).await {
        Ok(answer) => answer.map_err(unavailable(action)),
        Err(late) => Err(StoreError::Unavailable { action, source: late.into() }),
    }
}

fn unavailable(action: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |source| StoreError::Unavailable { action, source: source.into() }
}

#[async_trait]
impl CacheIndex for PostgresStore {
    async fn put(&self, row: &Row) -> Result<u64, StoreError> {
        ask("store a row of the cache", async {
            let mut transaction = self.pool.begin().await?;
            // Two gateways that store the same key do so one after the other, so that each knows what it replaces.
            lock(lock_number(&row.key), &mut transaction).await?;
            let replaced = sqlx::query("DELETE FROM tts_cache WHERE key_hash = $1 RETURNING size_bytes")
                .bind(row.key.to_string())
                .fetch_optional(&mut *transaction)
                .await?;
            insert(INSERT, row).execute(&mut *transaction).await?;
            transaction.commit().await?;
            replaced.map_or(Ok(0), |old| unsigned(&old, "size_bytes"))
        })
        .await
    }

    async fn put_if_absent(&self, row: &Row) -> Result<bool, StoreError> {
        ask("store a row of the cache", async {
            let mut transaction = self.pool.begin().await?;
            lock(lock_number(&row.key), &mut transaction).await?;
            let done = insert(INSERT_IF_ABSENT, row).execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(done.rows_affected() > 0)
        })
        .await
    }

    async fn find(&self, key: &Key) -> Result<Option<IndexedRow>, StoreError> {
        let query = sqlx::query("SELECT * FROM tts_cache WHERE key_hash = $1").bind(key.to_string());
        ask("find a row of the cache", query.try_map(|row| indexed(&row)).fetch_optional(&self.pool)).await
    }

    async fn take(&self, selection: &Selection, limit: u32) -> Result<Vec<IndexedRow>, StoreError> {
        let limit = i64::from(limit);
        // Rows that another gateway is taking at this moment are passed over, or found gone after a wait.
        let query = match selection {
            Selection::Key(key) => {
                sqlx::query("DELETE FROM tts_cache WHERE key_hash = $1 AND $2::bigint > 0 RETURNING *")
                    .bind(key.to_string())
                    .bind(limit)
            }
            Selection::Id(id) => {
                sqlx::query("DELETE FROM tts_cache WHERE id = $1 AND $2::bigint > 0 RETURNING *")
                    .bind(id)
                    .bind(limit)
            }
            Selection::ExpiredAt(time) => sqlx::query(
                "DELETE FROM tts_cache WHERE id IN (
                     SELECT id FROM tts_cache WHERE ttl_expires_at <= $1 ORDER BY ttl_expires_at LIMIT $2
                     FOR UPDATE SKIP LOCKED
                 ) RETURNING *",
            )
            .bind(to_millis(*time))
            .bind(limit),
            // A row goes when those before it do not free enough.
            Selection::LeastRecentlyUsed { bytes } => sqlx::query(
                "DELETE FROM tts_cache WHERE id IN (
                     SELECT id FROM (
                         SELECT id, sum(size_bytes) OVER (ORDER BY last_accessed_at, id) - size_bytes AS before
                         FROM (SELECT * FROM tts_cache ORDER BY last_accessed_at, id LIMIT $2) AS oldest
                     ) AS counted WHERE before < $1
                 ) RETURNING *",
            )
            .bind(signed(*bytes))
            .bind(limit),
            Selection::Matching(Filter { kind, provider, voice, made_for, created_before }) => sqlx::query(
                "DELETE FROM tts_cache WHERE id IN (
                     SELECT id FROM tts_cache
                     WHERE ($1::text IS NULL OR kind = $1) AND ($2::text IS NULL OR provider = $2)
                       AND ($3::text IS NULL OR voice = $3) AND ($4::bigint IS NULL OR created_at < $4)
                       AND ($5::text IS NULL OR EXISTS (
                           SELECT 1 FROM tts_calls AS made WHERE made.\"user\" = $5 AND (
                               made.rendition = key_hash
                               OR tts_cache.kind = 'clip' AND made.provider = tts_cache.provider
                               AND made.voice = tts_cache.voice AND created_at BETWEEN made.at
                               AND made.at + made.took_ms + $6)))
                     ORDER BY id LIMIT $7 FOR UPDATE SKIP LOCKED
                 ) RETURNING *",
            )
            .bind(kind.map(Kind::name))
            .bind(provider.as_deref())
            .bind(voice.as_deref())
            .bind(created_before.map(to_millis))
            .bind(made_for.as_deref())
            .bind(STORED_WITHIN_MS)
            .bind(limit),
        };
        let query = query.try_map(|row| indexed(&row));
        ask("take rows of the cache", async {
            let mut transaction = self.pool.begin().await?;
            if matches!(selection, Selection::LeastRecentlyUsed { .. }) {
                // The oldest are the oldest for everybody: who comes second has to see what is left.
                lock(OLDEST, &mut transaction).await?;
            }
            let taken = query.fetch_all(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(taken)
        })
        .await
    }

    async fn with_prefix(&self, kind: Kind, prefix: &str) -> Result<Vec<IndexedRow>, StoreError> {
        // `g` comes right after the last hexadecimal digit.
        let query = sqlx::query(
            "SELECT * FROM tts_cache WHERE key_hash >= $1 AND key_hash < $1 || 'g' AND kind = $2",
        )
        .bind(prefix)
        .bind(kind.name());
        ask("read rows of the cache", query.try_map(|row| indexed(&row)).fetch_all(&self.pool)).await
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
        let sum = query.try_map(|row: PgRow| unsigned(&row, "bytes"));
        ask("sum what is stored", sum.fetch_one(&self.pool)).await
    }

    async fn totals(&self) -> Result<Totals, StoreError> {
        let query = sqlx::query(
            "SELECT kind, count(*) AS entries, sum(size_bytes)::bigint AS bytes,
                 sum(access_count)::bigint AS accesses
             FROM tts_cache GROUP BY kind",
        );
        let of_kinds = query.try_map(|row: PgRow| {
            let totals = KindTotals {
                entries: unsigned(&row, "entries")?,
                bytes: unsigned(&row, "bytes")?,
                accesses: unsigned(&row, "accesses")?,
            };
            Ok((kind(&row)?, totals))
        });
        let mut totals = Totals::default();
        for (kind, of_kind) in ask("count what is stored", of_kinds.fetch_all(&self.pool)).await? {
            match kind {
                Kind::Rendition => totals.renditions = of_kind,
                Kind::Clip => totals.clips = of_kind,
            }
        }
        Ok(totals)
    }
}

const INSERT: &str = "INSERT INTO tts_cache (key_hash, kind, provider, voice, format, bytes_url_or_path,
     duration_seconds, size_bytes, ttl_expires_at, created_at, last_accessed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const INSERT_IF_ABSENT: &str = "INSERT INTO tts_cache (key_hash, kind, provider, voice, format,
     bytes_url_or_path, duration_seconds, size_bytes, ttl_expires_at, created_at, last_accessed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (key_hash) DO NOTHING";

fn insert<'q>(statement: &'static str, row: &'q Row) -> sqlx::query::Query<'q, Postgres, PgArguments> {
    sqlx::query(statement)
        .bind(row.key.to_string())
        .bind(row.kind.name())
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

/// The number under which whoever takes the least recently used rows locks them.
const OLDEST: i64 = 0x5341_5957_454c_4c01;

/// The number under which whoever sums up usage by day locks the sums.
const ROLLED_UP: i64 = 0x5341_5957_454c_4c02;

/// Waits until nobody else has this number locked, and has it until the end of the transaction.
async fn lock(number: i64, transaction: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(number).execute(transaction).await.map(drop)
}

/// The number under which whoever stores a key locks it.
fn lock_number(key: &Key) -> i64 {
    let mut number = [0; 8];
    number.copy_from_slice(&key.as_bytes()[..8]);
    i64::from_be_bytes(number)
}

fn indexed(row: &PgRow) -> Result<IndexedRow, sqlx::Error> {
    Ok(IndexedRow {
        id: row.try_get("id")?,
        access_count: unsigned(row, "access_count")?,
        row: Row {
            key: text(row, "key_hash")?.parse().map_err(|error| undecodable("key_hash", error))?,
            kind: kind(row)?,
            provider: row.try_get("provider")?,
            voice: row.try_get("voice")?,
            format: row.try_get("format")?,
            path: row.try_get("bytes_url_or_path")?,
            duration_seconds: row.try_get("duration_seconds")?,
            size_bytes: unsigned(row, "size_bytes")?,
            expires_at: from_millis(row.try_get("ttl_expires_at")?),
            created_at: from_millis(row.try_get("created_at")?),
            last_accessed_at: from_millis(row.try_get("last_accessed_at")?),
        },
    })
}

fn kind(row: &PgRow) -> Result<Kind, sqlx::Error> {
    text(row, "kind")?.parse().map_err(|error| undecodable("kind", error))
}

fn text<'r>(row: &'r PgRow, column: &str) -> Result<&'r str, sqlx::Error> {
    row.try_get(column)
}

fn unsigned(row: &PgRow, column: &str) -> Result<u64, sqlx::Error> {
    let value: i64 = row.try_get(column)?;
    u64::try_from(value).map_err(|error| undecodable(column, error))
}

/// Rows as JSON, for a statement that takes any number. JSON may hold a NUL, and text of this database may not.
fn json(rows: Vec<serde_json::Value>) -> String {
    serde_json::Value::from(rows).to_string().replace("\\u0000", "\\ufffd")
}
