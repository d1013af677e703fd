//! The tables `tts_controls` and `tts_audit`.

use super::{PostgresStore, ask, signed, text, undecodable, unsigned};
use crate::clock::{from_millis, to_millis};
use crate::store::{AuditEntry, AuditLog, AuditRow, ControlStore, Revision, StoreError};
use async_trait::async_trait;
use sqlx::postgres::{PgRow, Postgres};
use sqlx::{Executor, Row as _};

#[async_trait]
impl ControlStore for PostgresStore {
    async fn newer(&self, seen: u64) -> Result<Option<Revision>, StoreError> {
        let query = sqlx::query("SELECT revision, state FROM tts_controls WHERE revision > $1")
            .bind(signed(seen))
            .try_map(|row: PgRow| {
                Ok(Revision { number: unsigned(&row, "revision")?, document: row.try_get("state")? })
            });
        ask("read the controls", query.fetch_optional(&self.pool)).await
    }

    async fn replace(&self, seen: u64, document: &str, entry: &AuditEntry) -> Result<bool, StoreError> {
        ask("change the controls", async {
            let mut transaction = self.pool.begin().await?;
            let statement = if seen == 0 {
                "INSERT INTO tts_controls (id, revision, state) VALUES (1, $1 + 1, $2) ON CONFLICT (id) DO NOTHING"
            } else {
                "UPDATE tts_controls SET revision = $1 + 1, state = $2 WHERE revision = $1"
            };
            let change = sqlx::query(statement).bind(signed(seen)).bind(document);
            if change.execute(&mut *transaction).await?.rows_affected() == 0 {
                return Ok(false);
            }
            add(entry, &mut *transaction).await?;
            transaction.commit().await?;
            Ok(true)
        })
        .await
    }
}

#[async_trait]
impl AuditLog for PostgresStore {
    async fn record(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        ask("write into the audit log", add(entry, &self.pool)).await
    }

    async fn entries(&self, before: Option<i64>, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let query = sqlx::query(
            "SELECT * FROM tts_audit WHERE $1::bigint IS NULL OR id < $1 ORDER BY id DESC LIMIT $2",
        )
        .bind(before)
        .bind(i64::from(limit))
        .try_map(|row: PgRow| audit_row(&row));
        ask("read the audit log", query.fetch_all(&self.pool)).await
    }
}

async fn add<'c>(entry: &AuditEntry, database: impl Executor<'c, Database = Postgres>) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO tts_audit (at, who, action, details) VALUES ($1, $2, $3, $4)")
        .bind(to_millis(entry.at))
        .bind(&entry.who)
        .bind(&entry.action)
        .bind(entry.details.to_string())
        .execute(database)
        .await?;
    Ok(())
}

fn audit_row(row: &PgRow) -> sqlx::Result<AuditRow> {
    let details =
        serde_json::from_str(text(row, "details")?).map_err(|error| undecodable("details", error))?;
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
