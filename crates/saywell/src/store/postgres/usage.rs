//! The tables `tts_usage`, `tts_usage_daily` and `tts_usage_answers`.

use super::{PostgresStore, ROLLED_UP, ask, json, lock};
use crate::clock::to_millis;
use crate::store::answers::{alike, answered, bounds};
use crate::store::rows::Columns as _;
use crate::store::sums::{self, Dialect};
use crate::store::usage::{DAY_MS, USAGE, asked_columns};
use crate::store::{Answered, Asked, By, Days, Refusals, Spent, StoreError, UsageLine, UsageLog, Whose};
use async_trait::async_trait;
use std::time::SystemTime;

const DIALECT: Dialect = Dialect { fresh: "NOT rolled", by_bytes: " COLLATE \"C\"" };

/// Marks and sums up in one statement, so that a request that comes meanwhile is in neither.
fn roll_up() -> String {
    let by_day = sums::roll_up("fresh");
    format!(
        "WITH fresh AS (UPDATE tts_usage SET rolled = TRUE WHERE NOT rolled AND at < $2 RETURNING *),
         summed AS ({by_day}),
         answered AS (
             INSERT INTO tts_usage_answers (day, cache, error, first_sound_ms, requests)
             SELECT at / $1 AS day, {} FROM fresh GROUP BY 1, 2, 3, 4
             ON CONFLICT (day, cache, error, first_sound_ms) DO UPDATE SET
                 requests = tts_usage_answers.requests + excluded.requests
         )
         SELECT count(*) AS rolled FROM fresh",
        alike!(),
    )
}

#[async_trait]
impl UsageLog for PostgresStore {
    async fn add(&self, requests: &[Asked]) -> Result<(), StoreError> {
        let rows: Vec<_> = requests.iter().map(asked_columns).collect();
        ask(
            "store usage",
            sqlx::query(sqlx::AssertSqlSafe(USAGE.postgres())).bind(json(rows)).execute(&self.pool),
        )
        .await
        .map(drop)
    }

    async fn spent(&self, since: SystemTime) -> Result<Vec<Spent>, StoreError> {
        let query = sqlx::query_as(
            "SELECT subject, room, api_key, network, plan, currency, sum(sent_characters)::bigint AS characters,
                 sum(made_seconds) AS seconds, sum(cost) AS cost
             FROM tts_usage WHERE at >= $1 AND (sent_characters > 0 OR made_seconds > 0 OR cost > 0)
             GROUP BY subject, room, api_key, network, plan, currency
             ORDER BY subject COLLATE \"C\", room COLLATE \"C\", api_key COLLATE \"C\", network COLLATE \"C\",
                 plan COLLATE \"C\", currency",
        )
        .bind(to_millis(since));
        ask("sum up what was spent", query.fetch_all(&self.pool)).await
    }

    async fn report(&self, by: By, days: Days, limit: u32) -> Result<Vec<UsageLine>, StoreError> {
        let query = sqlx::query(sqlx::AssertSqlSafe(sums::report(by, &DIALECT)))
            .bind(days.first)
            .bind(days.last)
            .bind(DAY_MS)
            .bind(i64::from(limit))
            .try_map(|row| UsageLine::read(by, &row));
        ask("sum up usage", query.fetch_all(&self.pool)).await
    }

    async fn answered(&self, since: SystemTime) -> Result<Vec<Answered>, StoreError> {
        let [since, day, length] = bounds(since);
        let query = sqlx::query_as(answered!("NOT rolled")).bind(since).bind(day).bind(length);
        ask("sum up answers", query.fetch_all(&self.pool)).await
    }

    async fn refusals(&self, whose: Whose<'_>, since: SystemTime) -> Result<Vec<Refusals>, StoreError> {
        let (statement, name) = whose.refusals();
        let query = sqlx::query_as(statement).bind(to_millis(since)).bind(name);
        ask("sum up refusals", query.fetch_all(&self.pool)).await
    }

    async fn roll_up(&self, end: SystemTime) -> Result<u64, StoreError> {
        ask("roll up usage", async {
            let mut transaction = self.pool.begin().await?;
            // One at a time: two that add to the same sums in another order would wait for each other.
            lock(ROLLED_UP, &mut transaction).await?;
            let query = sqlx::query(sqlx::AssertSqlSafe(roll_up())).bind(DAY_MS).bind(to_millis(end));
            let row = query.fetch_one(&mut transaction).await?;
            transaction.commit().await?;
            row.unsigned("rolled")
        })
        .await
    }

    async fn forget(&self, rows: SystemTime, sums: SystemTime) -> Result<u64, StoreError> {
        ask("forget usage", async {
            let mut transaction = self.pool.begin().await?;
            lock(ROLLED_UP, &mut transaction).await?;
            let statements = [
                ("DELETE FROM tts_usage WHERE rolled AND at < $1", to_millis(rows)),
                ("DELETE FROM tts_calls WHERE at < $1", to_millis(rows)),
                ("DELETE FROM tts_usage_answers WHERE day < $1", to_millis(rows).div_euclid(DAY_MS)),
                ("DELETE FROM tts_usage_daily WHERE day < $1", to_millis(sums).div_euclid(DAY_MS)),
                ("DELETE FROM tts_listening WHERE day < $1", to_millis(sums).div_euclid(DAY_MS)),
            ];
            let mut forgotten = 0;
            for (statement, before) in statements {
                let done = sqlx::query(statement).bind(before).execute(&mut transaction).await?;
                forgotten += done.rows_affected();
            }
            transaction.commit().await?;
            Ok(forgotten)
        })
        .await
    }
}
