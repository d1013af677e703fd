//! The tables `tts_usage`, `tts_usage_daily` and `tts_usage_answers`.

use super::{SqliteStore, failed};
use crate::clock::to_millis;
use crate::store::answers::{alike, answered, bounds};
use crate::store::sums::{self, Dialect};
use crate::store::usage::{DAY_MS, USAGE, asked_columns};
use crate::store::{Answered, Asked, By, Days, Refusals, Spent, StoreError, UsageLine, UsageLog, Whose};
use async_trait::async_trait;
use std::time::SystemTime;

const DIALECT: Dialect = Dialect { fresh: "rolled = 0", by_bytes: "" };

const ROLL_UP_ANSWERS: &str = concat!(
    "INSERT INTO tts_usage_answers (day, cache, error, first_sound_ms, requests) SELECT at / ?1 AS day, ",
    alike!(),
    " FROM tts_usage WHERE rolled = 0 AND at < ?2 GROUP BY 1, 2, 3, 4
     ON CONFLICT (day, cache, error, first_sound_ms) DO UPDATE SET requests = requests + excluded.requests"
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
        sqlx::query(sqlx::AssertSqlSafe(sums::report(by, &DIALECT)))
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
        let by_day = sums::roll_up("tts_usage WHERE rolled = 0 AND at < $2");
        for statement in [by_day.as_str(), ROLL_UP_ANSWERS] {
            let query = sqlx::query(sqlx::AssertSqlSafe(statement)).bind(DAY_MS).bind(end);
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
