//! The table `tts_keys`.

use super::{SqliteStore, failed};
use crate::clock::to_millis;
use crate::store::{ApiKeys, KeyRow, StoreError, keys};
use async_trait::async_trait;
use std::time::SystemTime;

#[async_trait]
impl ApiKeys for SqliteStore {
    async fn insert(&self, key: &KeyRow) -> Result<(), StoreError> {
        keys::insert(key)?.execute(&self.pool).await.map_err(failed("store an API key"))?;
        Ok(())
    }

    async fn find(&self, id: &str) -> Result<Option<KeyRow>, StoreError> {
        sqlx::query_as(keys::FIND)
            .bind(id)
            .fetch_optional(&self.pool)
            .await
            .map_err(failed("find an API key"))
    }

    async fn list(&self) -> Result<Vec<KeyRow>, StoreError> {
        sqlx::query_as(keys::LIST).fetch_all(&self.pool).await.map_err(failed("list the API keys"))
    }

    async fn revoke(&self, id: &str, at: SystemTime) -> Result<bool, StoreError> {
        let query = sqlx::query(keys::REVOKE).bind(id).bind(to_millis(at));
        let done = query.execute(&self.pool).await.map_err(failed("revoke an API key"))?;
        Ok(done.rows_affected() > 0)
    }
}
