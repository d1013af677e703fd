//! The table `tts_keys`.

use super::{PostgresStore, ask, text, undecodable};
use crate::clock::{from_millis, to_millis};
use crate::identity::Scopes;
use crate::store::{ApiKeys, KeyRow, StoreError};
use async_trait::async_trait;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use std::time::SystemTime;

#[async_trait]
impl ApiKeys for PostgresStore {
    async fn insert(&self, key: &KeyRow) -> Result<(), StoreError> {
        const ACTION: &str = "store an API key";
        let limits = serde_json::to_string(&key.limits)
            .map_err(|source| StoreError::Unavailable { action: ACTION, source: source.into() })?;
        let query = sqlx::query(
            "INSERT INTO tts_keys (id, name, hash, speak, admin, limits, created_at, expires_at, revoked_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(&key.id)
        .bind(&key.name)
        .bind(hex::encode(key.hash))
        .bind(key.scopes.speak)
        .bind(key.scopes.admin)
        .bind(limits)
        .bind(to_millis(key.created_at))
        .bind(key.expires_at.map(to_millis))
        .bind(key.revoked_at.map(to_millis));
        ask(ACTION, query.execute(&self.pool)).await.map(drop)
    }

    async fn find(&self, id: &str) -> Result<Option<KeyRow>, StoreError> {
        let query = sqlx::query("SELECT * FROM tts_keys WHERE id = $1").bind(id);
        ask("find an API key", query.try_map(|row| key(&row)).fetch_optional(&self.pool)).await
    }

    async fn list(&self) -> Result<Vec<KeyRow>, StoreError> {
        let query = sqlx::query("SELECT * FROM tts_keys ORDER BY created_at DESC, id");
        ask("list the API keys", query.try_map(|row| key(&row)).fetch_all(&self.pool)).await
    }

    async fn revoke(&self, id: &str, at: SystemTime) -> Result<bool, StoreError> {
        let query = sqlx::query("UPDATE tts_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
            .bind(id)
            .bind(to_millis(at));
        Ok(ask("revoke an API key", query.execute(&self.pool)).await?.rows_affected() > 0)
    }
}

fn key(row: &PgRow) -> Result<KeyRow, sqlx::Error> {
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
