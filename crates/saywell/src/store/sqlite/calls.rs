//! The table `tts_calls`.

use super::{SqliteStore, failed};
use crate::clock::to_millis;
use crate::store::calls::{CALLS, call_columns};
use crate::store::{CallLog, CallRow, ProviderTotals, StoreError};
use async_trait::async_trait;
use std::time::SystemTime;

#[async_trait]
impl CallLog for SqliteStore {
    async fn append(&self, calls: &[CallRow]) -> Result<(), StoreError> {
        let rows: Vec<_> = calls.iter().map(call_columns).collect();
        sqlx::query(sqlx::AssertSqlSafe(CALLS.sqlite()))
            .bind(serde_json::Value::from(rows).to_string())
            .execute(&self.pool)
            .await
            .map_err(failed("store calls"))?;
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
        .map_err(failed("sum up calls"))
    }
}
