//! The tables `tts_controls` and `tts_audit`.

use super::{PostgresStore, ask, signed};
use crate::store::{AuditEntry, AuditLog, AuditRow, ControlStore, Revision, StoreError, controls};
use async_trait::async_trait;

#[async_trait]
impl ControlStore for PostgresStore {
    async fn newer(&self, seen: u64) -> Result<Option<Revision>, StoreError> {
        let query = sqlx::query_as(controls::NEWER).bind(signed(seen));
        ask("read the controls", query.fetch_optional(&self.pool)).await
    }

    async fn replace(&self, seen: u64, document: &str, entry: &AuditEntry) -> Result<bool, StoreError> {
        ask("change the controls", async {
            let mut transaction = self.pool.begin().await?;
            let change = sqlx::query(controls::replacement(seen)).bind(signed(seen)).bind(document);
            if change.execute(&mut transaction).await?.rows_affected() == 0 {
                return Ok(false);
            }
            controls::record(entry).execute(&mut transaction).await?;
            transaction.commit().await?;
            Ok(true)
        })
        .await
    }
}

#[async_trait]
impl AuditLog for PostgresStore {
    async fn record(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        ask("write into the audit log", controls::record(entry).execute(&self.pool)).await.map(drop)
    }

    async fn entries(&self, before: Option<i64>, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let query = sqlx::query_as(controls::ENTRIES).bind(before).bind(i64::from(limit));
        ask("read the audit log", query.fetch_all(&self.pool)).await
    }
}
