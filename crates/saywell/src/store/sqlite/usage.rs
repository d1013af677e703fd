//! The tables `tts_usage`, `tts_usage_daily` and `tts_usage_answers`.

use super::{SqliteStore, failed};
use crate::clock::to_millis;
use crate::store::answers::{alike, answered, bounds};
use crate::store::usage::{DAY_MS, USAGE, asked_columns};
use crate::store::{Answered, Asked, By, Days, Refusals, Spent, StoreError, UsageLine, UsageLog, Whose};
use async_trait::async_trait;
use std::time::SystemTime;

/// The sums of requests that the sums by day have.
macro_rules! sums {
    () => {
        "sum(requests) AS requests, sum(cache IN ('hit', 'joined')) AS cached,
         sum(outcome = 'refused') AS refused, sum(outcome = 'failed') AS failed,
         sum(outcome = 'cancelled' AND requests > 0) AS cancelled, sum(characters) AS characters, sum(seconds) AS seconds,
         sum(sent_characters) AS sent_characters, sum(made_seconds) AS made_seconds, sum(cost) AS cost,
         sum(unpriced) AS unpriced"
    };
}

const ROLL_UP: &str = concat!(
    "INSERT INTO tts_usage_daily
     SELECT at / ?1 AS day, user, room, plan, provider, voice, currency, ",
    sums!(),
    " FROM tts_usage WHERE rolled = 0 AND at < ?2 GROUP BY 1, 2, 3, 4, 5, 6, 7
     ON CONFLICT (day, user, room, plan, provider, voice, currency) DO UPDATE SET
         requests = requests + excluded.requests, cached = cached + excluded.cached,
         refused = refused + excluded.refused, failed = failed + excluded.failed,
         cancelled = cancelled + excluded.cancelled, characters = characters + excluded.characters,
         seconds = seconds + excluded.seconds, sent_characters = sent_characters + excluded.sent_characters,
         made_seconds = made_seconds + excluded.made_seconds, cost = cost + excluded.cost,
         unpriced = unpriced + excluded.unpriced"
);

const ROLL_UP_ANSWERS: &str = concat!(
    "INSERT INTO tts_usage_answers SELECT at / ?1 AS day, ",
    alike!(),
    " FROM tts_usage WHERE rolled = 0 AND at < ?2 GROUP BY 1, 2, 3, 4
     ON CONFLICT (day, cache, error, first_sound_ms) DO UPDATE SET requests = requests + excluded.requests"
);

/// A report of both tables, by a column of both.
macro_rules! report {
    ($column:literal, $order:literal) => {
        concat!(
            "SELECT name, currency, sum(requests) AS requests, sum(cached) AS cached, sum(refused) AS refused,
                 sum(failed) AS failed, sum(cancelled) AS cancelled, sum(characters) AS characters,
                 sum(seconds) AS seconds, sum(sent_characters) AS sent_characters,
                 sum(made_seconds) AS made_seconds, sum(cost) AS cost, sum(unpriced) AS unpriced
             FROM (
                 SELECT CAST(",
            $column,
            " AS TEXT) AS name, currency, requests, cached, refused, failed, cancelled, characters, seconds,
                     sent_characters, made_seconds, cost, unpriced
                 FROM tts_usage_daily WHERE day BETWEEN ?1 AND ?2
                 UNION ALL
                 SELECT CAST(",
            $column,
            " AS TEXT) AS name, currency, ",
            sums!(),
            " FROM (SELECT *, at / ?3 AS day FROM tts_usage
                    WHERE rolled = 0 AND at >= ?1 * ?3 AND at < (?2 + 1) * ?3)
                 GROUP BY 1, 2
             ) GROUP BY name, currency ORDER BY ",
            $order,
            " LIMIT ?4"
        )
    };
}

const BY_MESSAGE: &str = concat!(
    "SELECT message_id AS name, currency, ",
    sums!(),
    " FROM tts_usage WHERE at >= ?1 * ?3 AND at < (?2 + 1) * ?3
     GROUP BY message_id, currency ORDER BY requests DESC, name, currency LIMIT ?4"
);

#[async_trait]
impl UsageLog for SqliteStore {
    async fn add(&self, requests: &[Asked]) -> Result<(), StoreError> {
        let rows: Vec<_> = requests.iter().map(asked_columns).collect();
        sqlx::query(sqlx::AssertSqlSafe(USAGE.sqlite()))
            .bind(serde_json::Value::from(rows).to_string())
            .execute(&self.pool)
            .await
            .map_err(failed("store usage"))?;
        Ok(())
    }

    async fn spent(&self, since: SystemTime) -> Result<Vec<Spent>, StoreError> {
        sqlx::query_as(
            "SELECT subject, room, api_key, network, plan, currency, sum(sent_characters) AS characters,
                 sum(made_seconds) AS seconds, sum(cost) AS cost
             FROM tts_usage WHERE at >= ? AND (sent_characters > 0 OR made_seconds > 0 OR cost > 0)
             GROUP BY subject, room, api_key, network, plan, currency ORDER BY subject, room, api_key, network, plan, currency",
        )
        .bind(to_millis(since))
        .fetch_all(&self.pool)
        .await
        .map_err(failed("sum up what was spent"))
    }

    async fn report(&self, by: By, days: Days, limit: u32) -> Result<Vec<UsageLine>, StoreError> {
        let statement = match by {
            By::Day => report!("day", "CAST(name AS INTEGER), currency"),
            By::User => report!("user", "requests DESC, name, currency"),
            By::Room => report!("room", "requests DESC, name, currency"),
            By::Plan => report!("plan", "requests DESC, name, currency"),
            By::Provider => report!("provider", "requests DESC, name, currency"),
            By::Voice => report!("voice", "requests DESC, name, currency"),
            By::Message => BY_MESSAGE,
        };
        sqlx::query(statement)
            .bind(days.first)
            .bind(days.last)
            .bind(DAY_MS)
            .bind(limit)
            .try_map(|row| UsageLine::read(by, &row))
            .fetch_all(&self.pool)
            .await
            .map_err(failed("sum up usage"))
    }

    async fn answered(&self, since: SystemTime) -> Result<Vec<Answered>, StoreError> {
        let [since, day, length] = bounds(since);
        sqlx::query_as(answered!("rolled = 0"))
            .bind(since)
            .bind(day)
            .bind(length)
            .fetch_all(&self.pool)
            .await
            .map_err(failed("sum up answers"))
    }

    async fn refusals(&self, whose: Whose<'_>, since: SystemTime) -> Result<Vec<Refusals>, StoreError> {
        let (statement, name) = whose.refusals();
        let query = sqlx::query_as(statement).bind(to_millis(since)).bind(name);
        query.fetch_all(&self.pool).await.map_err(failed("sum up refusals"))
    }

    async fn roll_up(&self, end: SystemTime) -> Result<u64, StoreError> {
        let why = || failed("roll up usage");
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(why())?;
        let end = to_millis(end);
        for statement in [ROLL_UP, ROLL_UP_ANSWERS] {
            let query = sqlx::query(statement).bind(DAY_MS).bind(end);
            query.execute(&mut *transaction).await.map_err(why())?;
        }
        let rolled = sqlx::query("UPDATE tts_usage SET rolled = 1 WHERE rolled = 0 AND at < ?")
            .bind(end)
            .execute(&mut *transaction)
            .await
            .map_err(why())?;
        transaction.commit().await.map_err(why())?;
        Ok(rolled.rows_affected())
    }

    async fn forget(&self, rows: SystemTime, sums: SystemTime) -> Result<u64, StoreError> {
        let why = || failed("forget usage");
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(why())?;
        let statements = [
            ("DELETE FROM tts_usage WHERE rolled = 1 AND at < ?", to_millis(rows)),
            ("DELETE FROM tts_calls WHERE at < ?", to_millis(rows)),
            ("DELETE FROM tts_usage_answers WHERE day < ?", to_millis(rows).div_euclid(DAY_MS)),
            ("DELETE FROM tts_usage_daily WHERE day < ?", to_millis(sums).div_euclid(DAY_MS)),
            ("DELETE FROM tts_listening WHERE day < ?", to_millis(sums).div_euclid(DAY_MS)),
        ];
        let mut forgotten = 0;
        for (statement, before) in statements {
            let done = sqlx::query(statement).bind(before).execute(&mut *transaction).await;
            forgotten += done.map_err(why())?.rows_affected();
        }
        transaction.commit().await.map_err(why())?;
        Ok(forgotten)
    }
}
