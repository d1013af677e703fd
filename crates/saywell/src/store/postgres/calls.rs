//! The table `tts_calls`.

use super::{PostgresStore, ask, json};
use crate::clock::to_millis;
use crate::store::calls::{CALLS, call_columns};
use crate::store::{CallLog, CallRow, ProviderTotals, StoreError};
use async_trait::async_trait;
use std::time::SystemTime;

#[async_trait]
impl CallLog for PostgresStore {
    async fn append(&self, calls: &[CallRow]) -> Result<(), StoreError> {
        let rows: Vec<_> = calls.iter().map(call_columns).collect();
        ask(
            "store calls",
            sqlx::query(sqlx::AssertSqlSafe(CALLS.postgres())).bind(json(rows)).execute(&self.pool),
        )
        .await
        .map(drop)
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
