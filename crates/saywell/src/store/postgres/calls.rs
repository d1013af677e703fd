//! The table `tts_calls`.

use super::{PostgresStore, ask, json};
use crate::clock::to_millis;
use crate::store::calls::call_columns;
use crate::store::{CallLog, CallRow, ProviderTotals, StoreError};
use async_trait::async_trait;
use std::time::SystemTime;

/// One statement for any number of rows, each an array of JSON in the order of the columns.
const APPEND: &str = "INSERT INTO tts_calls (at, provider, model, voice, \"user\", room, message_id, rendition,
         characters, seconds, first_sound_ms, took_ms, outcome, cost, currency)
     SELECT (value ->> 0)::bigint, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
         value ->> 7, (value ->> 8)::bigint, (value ->> 9)::float8, (value ->> 10)::float8, (value ->> 11)::float8,
         value ->> 12, (value ->> 13)::float8, value ->> 14
     FROM jsonb_array_elements($1::jsonb)";

#[async_trait]
impl CallLog for PostgresStore {
    async fn append(&self, calls: &[CallRow]) -> Result<(), StoreError> {
        let rows: Vec<_> = calls.iter().map(call_columns).collect();
        ask("store calls", sqlx::query(APPEND).bind(json(rows)).execute(&self.pool)).await.map(drop)
    }

    async fn provider_totals(&self, since: SystemTime) -> Result<Vec<ProviderTotals>, StoreError> {
        let query = sqlx::query_as(
            "SELECT provider, currency, count(*) AS calls, sum(characters)::bigint AS characters,
                 sum(seconds) AS seconds, coalesce(sum(cost), 0) AS cost, count(*) - count(cost) AS unpriced
             FROM tts_calls WHERE at >= $1 GROUP BY provider, currency
             ORDER BY provider COLLATE \"C\", currency COLLATE \"C\"",
        )
        .bind(to_millis(since));
        ask("sum up calls", query.fetch_all(&self.pool)).await
    }
}
