//! The tables `tts_controls` and `tts_audit`.

use super::{SqliteStore, signed, unavailable, undecodable, unsigned};
use crate::clock::{from_millis, to_millis};
use crate::store::{AuditEntry, AuditLog, AuditRow, ControlStore, Revision, StoreError};
use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Executor, Row as _, Sqlite};

#[async_trait]
impl ControlStore for SqliteStore {
    async fn newer(&self, seen: u64) -> Result<Option<Revision>, StoreError> {
        sqlx::query("SELECT revision, state FROM tts_controls WHERE revision > ?")
            .bind(signed(seen))
            .try_map(|row: SqliteRow| {
                Ok(Revision { number: unsigned(&row, "revision")?, document: row.try_get("state")? })
            })
            .fetch_optional(&self.pool)
            .await
            .map_err(unavailable("read the controls"))
    }

    async fn replace(&self, seen: u64, document: &str, entry: &AuditEntry) -> Result<bool, StoreError> {
        let failed = || unavailable("change the controls");
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(failed())?;
        let statement = if seen == 0 {
            "INSERT INTO tts_controls (id, revision, state) VALUES (1, ?1 + 1, ?2) ON CONFLICT (id) DO NOTHING"
        } else {
            "UPDATE tts_controls SET revision = ?1 + 1, state = ?2 WHERE revision = ?1"
        };
        let done = sqlx::query(statement).bind(signed(seen)).bind(document).execute(&mut *transaction).await;
        if done.map_err(failed())?.rows_affected() == 0 {
            return Ok(false);
        }
        add(entry, &mut *transaction).await.map_err(failed())?;
        transaction.commit().await.map_err(failed())?;
        Ok(true)
    }
}

#[async_trait]
impl AuditLog for SqliteStore {
    async fn record(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        add(entry, &self.pool).await.map_err(unavailable("write into the audit log"))
    }

    async fn entries(&self, before: Option<i64>, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        sqlx::query("SELECT * FROM tts_audit WHERE ?1 IS NULL OR id < ?1 ORDER BY id DESC LIMIT ?2")
            .bind(before)
            .bind(limit)
            .try_map(|row: SqliteRow| audit_row(&row))
            .fetch_all(&self.pool)
            .await
            .map_err(unavailable("read the audit log"))
    }
}

async fn add<'c>(entry: &AuditEntry, database: impl Executor<'c, Database = Sqlite>) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO tts_audit (at, who, action, details) VALUES (?, ?, ?, ?)")
        .bind(to_millis(entry.at))
        .bind(&entry.who)
        .bind(&entry.action)
        .bind(entry.details.to_string())
        .execute(database)
        .await?;
    Ok(())
}

fn audit_row(row: &SqliteRow) -> sqlx::Result<AuditRow> {
    let details: &str = row.try_get("details")?;
    let details = serde_json::from_str(details).map_err(|error| undecodable("details", error))?;
    Ok(AuditRow {
        id: row.try_get("id")?,
        entry: AuditEntry {
            at: from_millis(row.try_get("at")?),
            who: row.try_get("who")?,
            action: row.try_get("action")?,
            details,
        },
    })
}
