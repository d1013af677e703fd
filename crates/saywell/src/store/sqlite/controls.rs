//! The tables `tts_controls` and `tts_audit`.

use super::{SqliteStore, failed, signed};
use crate::store::{AuditEntry, AuditLog, AuditRow, ControlStore, Revision, StoreError, controls};
use async_trait::async_trait;

#[async_trait]
impl ControlStore for SqliteStore {
    async fn newer(&self, seen: u64) -> Result<Option<Revision>, StoreError> {
        sqlx::query_as(controls::NEWER)
            .bind(signed(seen))
            .fetch_optional(&self.pool)
            .await
            .map_err(failed("read the controls"))
    }

    async fn replace(&self, seen: u64, document: &str, entry: &AuditEntry) -> Result<bool, StoreError> {
        let why = || failed("change the controls");
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(why())?;
        let change = sqlx::query(controls::replacement(seen)).bind(signed(seen)).bind(document);
        if change.execute(&mut *transaction).await.map_err(why())?.rows_affected() == 0 {
            return Ok(false);
        }
        controls::record(entry).execute(&mut *transaction).await.map_err(why())?;
        transaction.commit().await.map_err(why())?;
        Ok(true)
    }
}

#[async_trait]
impl AuditLog for SqliteStore {
    async fn record(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        controls::record(entry).execute(&self.pool).await.map_err(failed("write into the audit log"))?;
        Ok(())
    }

    async fn entries(&self, before: Option<i64>, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        sqlx::query_as(controls::ENTRIES)
            .bind(before)
            .bind(limit)
            .fetch_all(&self.pool)
            .await
            .map_err(failed("read the audit log"))
    }
}
