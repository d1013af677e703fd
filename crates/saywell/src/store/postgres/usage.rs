//! The tables `tts_usage`, `tts_usage_daily` and `tts_usage_answers`.

use super::{PostgresStore, ROLLED_UP, ask, json, lock};
use crate::clock::to_millis;
use crate::store::answers::{alike, answered, bounds};
use crate::store::rows::Columns as _;
use crate::store::usage::{DAY_MS, USAGE, asked_columns};
use crate::store::{Answered, Asked, By, Days, Refusals, Spent, StoreError, UsageLine, UsageLog, Whose};
use async_trait::async_trait;
use std::time::SystemTime;

/// The sums of requests that the sums by day have.
macro_rules! sums {
    () => {
        "sum(requests)::bigint AS requests, count(*) FILTER (WHERE cache IN ('hit', 'joined')) AS cached,
         count(*) FILTER (WHERE outcome = 'refused') AS refused,
         count(*) FILTER (WHERE outcome = 'failed') AS failed,
         count(*) FILTER (WHERE outcome = 'cancelled' AND requests > 0) AS cancelled, sum(characters)::bigint AS characters,
         sum(seconds) AS seconds, sum(sent_characters)::bigint AS sent_characters,
         sum(made_seconds) AS made_seconds, sum(cost) AS cost, sum(unpriced)::bigint AS unpriced"
    };
}

/// Marks and sums up in one statement, so that a request that comes meanwhile is in neither.
const ROLL_UP: &str = concat!(
    "WITH fresh AS (UPDATE tts_usage SET rolled = TRUE WHERE NOT rolled AND at < $2 RETURNING *),
     summed AS (
         INSERT INTO tts_usage_daily
         SELECT at / $1 AS day, \"user\", room, plan, provider, voice, currency, ",
    sums!(),
    " FROM fresh GROUP BY 1, 2, 3, 4, 5, 6, 7
         ON CONFLICT (day, \"user\", room, plan, provider, voice, currency) DO UPDATE SET
             requests = tts_usage_daily.requests + excluded.requests,
             cached = tts_usage_daily.cached + excluded.cached,
             refused = tts_usage_daily.refused + excluded.refused,
             failed = tts_usage_daily.failed + excluded.failed,
             cancelled = tts_usage_daily.cancelled + excluded.cancelled,
             characters = tts_usage_daily.characters + excluded.characters,
             seconds = tts_usage_daily.seconds + excluded.seconds,
             sent_characters = tts_usage_daily.sent_characters + excluded.sent_characters,
             made_seconds = tts_usage_daily.made_seconds + excluded.made_seconds,
             cost = tts_usage_daily.cost + excluded.cost,
             unpriced = tts_usage_daily.unpriced + excluded.unpriced
     ),
     answered AS (
         INSERT INTO tts_usage_answers SELECT at / $1 AS day, ",
    alike!(),
    " FROM fresh GROUP BY 1, 2, 3, 4
         ON CONFLICT (day, cache, error, first_sound_ms) DO UPDATE SET
             requests = tts_usage_answers.requests + excluded.requests
     )
     SELECT count(*) AS rolled FROM fresh"
);

/// A report of both tables, by a column of both.
macro_rules! report {
    ($column:literal, $order:literal) => {
        concat!(
            "SELECT name, currency, sum(requests)::bigint AS requests, sum(cached)::bigint AS cached,
                 sum(refused)::bigint AS refused, sum(failed)::bigint AS failed,
                 sum(cancelled)::bigint AS cancelled, sum(characters)::bigint AS characters,
                 sum(seconds) AS seconds, sum(sent_characters)::bigint AS sent_characters,
                 sum(made_seconds) AS made_seconds, sum(cost) AS cost, sum(unpriced)::bigint AS unpriced
             FROM (
                 SELECT ",
            $column,
            "::text AS name, currency, requests, cached, refused, failed, cancelled, characters, seconds,
                     sent_characters, made_seconds, cost, unpriced
                 FROM tts_usage_daily WHERE day BETWEEN $1 AND $2
                 UNION ALL
                 SELECT ",
            $column,
            "::text AS name, currency, ",
            sums!(),
            " FROM (SELECT *, at / $3 AS day FROM tts_usage
                    WHERE NOT rolled AND at >= $1 * $3 AND at < ($2 + 1) * $3) AS fresh
                 GROUP BY 1, 2
             ) AS lines GROUP BY name, currency ORDER BY ",
            $order,
            " LIMIT $4"
        )
    };
}

const BY_MESSAGE: &str = concat!(
    "SELECT message_id AS name, currency, ",
    sums!(),
    " FROM tts_usage WHERE at >= $1 * $3 AND at < ($2 + 1) * $3
     GROUP BY message_id, currency ORDER BY requests DESC, message_id COLLATE \"C\", currency LIMIT $4"
);

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
        let statement = match by {
            By::Day => report!("day", "name::bigint, currency"),
            By::User => report!("\"user\"", "requests DESC, name COLLATE \"C\", currency"),
            By::Room => report!("room", "requests DESC, name COLLATE \"C\", currency"),
            By::Plan => report!("plan", "requests DESC, name COLLATE \"C\", currency"),
            By::Provider => report!("provider", "requests DESC, name COLLATE \"C\", currency"),
            By::Voice => report!("voice", "requests DESC, name COLLATE \"C\", currency"),
            By::Message => BY_MESSAGE,
        };
        let query = sqlx::query(statement)
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
            let query = sqlx::query(ROLL_UP).bind(DAY_MS).bind(to_millis(end));
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
