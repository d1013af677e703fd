//! The table `tts_voice_levels`.

use async_trait::async_trait;

use super::{SqliteStore, failed};
use crate::store::levels::{ALL, KEEP};
use crate::store::{StoreError, VoiceLevel, VoiceLevels};

#[async_trait]
impl VoiceLevels for SqliteStore {
    async fn voice_levels(&self, limit: u32) -> Result<Vec<VoiceLevel>, StoreError> {
        let query = sqlx::query_as(ALL).bind(limit);
        query.fetch_all(&self.pool).await.map_err(failed("read how loud voices are"))
    }

    async fn keep_voice_level(&self, level: &VoiceLevel) -> Result<(), StoreError> {
        let VoiceLevel { provider, model, voice, gain_db } = level;
        let query = sqlx::query(KEEP).bind(provider).bind(model).bind(voice).bind(gain_db);
        query.execute(&self.pool).await.map(drop).map_err(failed("keep how loud a voice is"))
    }
}
