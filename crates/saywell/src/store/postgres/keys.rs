//! The table `tts_keys`.

use super::{PostgresStore, ask};
use crate::clock::to_millis;
use crate::store::{ApiKeys, KeyRow, StoreError, keys};
use async_trait::async_trait;
use std::time::SystemTime;

#[async_trait]
impl ApiKeys for PostgresStore {
    async fn insert(&self, key: &KeyRow) -> Result<(), StoreError> {
        ask("store an API key", keys::insert(key)?.execute(&self.pool)).await.map(drop)
    }

    async fn find(&self, id: &str) -> Result<Option<KeyRow>, StoreError> {
        let query = sqlx::query_as(keys::FIND).bind(id);
        ask("find an API key", query.fetch_optional(&self.pool)).await
    }

    async fn list(&self) -> Result<Vec<KeyRow>, StoreError> {
        ask("list the API keys", sqlx::query_as(keys::LIST).fetch_all(&self.pool)).await
    }

    async fn revoke(&self, id: &str, at: SystemTime) -> Result<bool, StoreError> {
        let query = sqlx::query(keys::REVOKE).bind(id).bind(to_millis(at));
        Ok(ask("revoke an API key", query.execute(&self.pool)).await?.rows_affected() > 0)
    }
}
