//! The table `tts_keys`.

use super::{SqliteStore, text, unavailable, undecodable};
use crate::clock::{from_millis, to_millis};
use crate::identity::Scopes;
use crate::store::{ApiKeys, KeyRow, StoreError};
use async_trait::async_trait;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use std::time::SystemTime;

#[async_trait]
impl ApiKeys for SqliteStore {
    async fn insert(&self, key: &KeyRow) -> Result<(), StoreError> {
        let limits = serde_json::to_string(&key.limits).map_err(|source| StoreError::Unavailable {
            action: "store an API key",
            source: source.into(),
        })?;
        sqlx::query(
            "INSERT INTO tts_keys (id, name, hash, speak, admin, limits, created_at, expires_at, revoked_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&key.id)
        .bind(&key.name)
        .bind(hex::encode(key.hash))
        .bind(key.scopes.speak)
        .bind(key.scopes.admin)
        .bind(limits)
        .bind(to_millis(key.created_at))
        .bind(key.expires_at.map(to_millis))
        .bind(key.revoked_at.map(to_millis))
        .execute(&self.pool)
        .await
        .map_err(unavailable("store an API key"))?;
        Ok(())
    }

    async fn find(&self, id: &str) -> Result<Option<KeyRow>, StoreError> {
        sqlx::query("SELECT * FROM tts_keys WHERE id = ?")
            .bind(id)
            .try_map(|row| key(&row))
            .fetch_optional(&self.pool)
            .await
            .map_err(unavailable("find an API key"))
    }

    async fn list(&self) -> Result<Vec<KeyRow>, StoreError> {
        sqlx::query("SELECT * FROM tts_keys ORDER BY created_at DESC, id")
            .try_map(|row| key(&row))
            .fetch_all(&self.pool)
            .await
            .map_err(unavailable("list the API keys"))
    }

    async fn revoke(&self, id: &str, at: SystemTime) -> Result<bool, StoreError> {
        let done = sqlx::query("UPDATE tts_keys SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL")
            .bind(id)
            .bind(to_millis(at))
            .execute(&self.pool)
            .await
            .map_err(unavailable("revoke an API key"))?;
        Ok(done.rows_affected() > 0)
    }
}

fn key(row: &SqliteRow) -> Result<KeyRow, sqlx::Error> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text(row, "hash")?, &mut hash).map_err(|error| undecodable("hash", error))?;
    Ok(KeyRow {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        hash,
        scopes: Scopes { speak: row.try_get("speak")?, admin: row.try_get("admin")? },
        limits: serde_json::from_str(text(row, "limits")?).map_err(|error| undecodable("limits", error))?,
        created_at: from_millis(row.try_get("created_at")?),
        expires_at: row.try_get::<Option<i64>, _>("expires_at")?.map(from_millis),
        revoked_at: row.try_get::<Option<i64>, _>("revoked_at")?.map(from_millis),
    })
}
