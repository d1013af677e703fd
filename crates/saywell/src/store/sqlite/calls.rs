//! The table `tts_calls`.

use super::{SqliteStore, unavailable};
use crate::clock::to_millis;
use crate::store::calls::call_columns;
use crate::store::{CallLog, CallRow, ProviderTotals, StoreError};
use async_trait::async_trait;
use std::time::SystemTime;

/// One statement for any number of rows, each an array of JSON in the order of the columns.
const APPEND: &str = "INSERT INTO tts_calls (at, provider, model, voice, user, room, message_id, rendition,
         characters, seconds, first_sound_ms, took_ms, outcome, cost, currency)
     SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
         value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13, value ->> 14
     FROM json_each(?1)";

#[async_trait]
impl CallLog for SqliteStore {
    async fn append(&self, calls: &[CallRow]) -> Result<(), StoreError> {
        let rows: Vec<_> = calls.iter().map(call_columns).collect();
        sqlx::query(APPEND)
            .bind(serde_json::Value::from(rows).to_string())
            .execute(&self.pool)
            .await
            .map_err(unavailable("store calls"))?;
        Ok(())
    }

    async fn provider_totals(&self, since: SystemTime) -> Result<Vec<ProviderTotals>, StoreError> {
        sqlx::query_as(
            "SELECT provider, currency, count(*) AS calls, sum(characters) AS characters,
                 sum(seconds) AS seconds, total(cost) AS cost, count(*) - count(cost) AS unpriced
             FROM tts_calls WHERE at >= ? GROUP BY provider, currency ORDER BY provider, currency",
        )
        .bind(to_millis(since))
        .fetch_all(&self.pool)
        .await
        .map_err(unavailable("sum up calls"))
    }
}
