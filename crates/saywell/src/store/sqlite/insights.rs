//! Sums over `tts_calls` and `tts_cache`.

use super::{SqliteStore, failed, signed};
use crate::clock::to_millis;
use crate::store::StoreError;
use crate::store::answers::took;
use crate::store::insights::{Bucket, FirstSound, Insights, Spender, Stored, TimedCalls, Top};
use async_trait::async_trait;
use std::time::{Duration, SystemTime};

const FIRST_SOUND: &str = concat!(
    "SELECT provider, ",
    took!(),
    ", count(*) AS calls FROM tts_calls WHERE at >= ?1 AND first_sound_ms IS NOT NULL GROUP BY 1, 2"
);

#[async_trait]
impl Insights for SqliteStore {
    async fn series(&self, since: SystemTime, step: Duration) -> Result<Vec<Bucket>, StoreError> {
        sqlx::query_as(
            "SELECT at / ?2 * ?2 / 1000 AS begins, provider, currency, count(*) AS calls,
                 coalesce(sum(outcome = 'failed'), 0) AS failed, sum(characters) AS characters,
                 sum(seconds) AS seconds, total(cost) AS cost
             FROM tts_calls WHERE at >= ?1
             GROUP BY begins, provider, currency ORDER BY begins, provider, currency",
        )
        .bind(to_millis(since))
        .bind(signed(step.as_secs().max(1) * 1000))
        .fetch_all(&self.pool)
        .await
        .map_err(failed("sum up calls by time"))
    }

    async fn first_sound(&self, since: SystemTime) -> Result<Vec<FirstSound>, StoreError> {
        let calls = sqlx::query(FIRST_SOUND)
            .bind(to_millis(since))
            .try_map(|row| TimedCalls::read(&row))
            .fetch_all(&self.pool)
            .await
            .map_err(failed("sum up first sounds"))?;
        Ok(FirstSound::from_calls(calls))
    }

    async fn top(&self, of: Top, since: SystemTime, limit: u32) -> Result<Vec<Spender>, StoreError> {
        let query = match of {
            Top::Users => sqlx::query_as(
                "SELECT user AS name, count(*) AS calls, sum(characters) AS characters, sum(seconds) AS seconds,
                     CASE WHEN count(DISTINCT nullif(currency, '')) <= 1 THEN total(cost) END AS cost,
                     max(currency) AS currency
                 FROM tts_calls WHERE at >= ?1 AND user IS NOT NULL
                 GROUP BY user ORDER BY sum(characters) DESC, user LIMIT ?2",
            ),
            Top::Rooms => sqlx::query_as(
                "SELECT room AS name, count(*) AS calls, sum(characters) AS characters, sum(seconds) AS seconds,
                     CASE WHEN count(DISTINCT nullif(currency, '')) <= 1 THEN total(cost) END AS cost,
                     max(currency) AS currency
                 FROM tts_calls WHERE at >= ?1 AND room IS NOT NULL
                 GROUP BY room ORDER BY sum(characters) DESC, room LIMIT ?2",
            ),
        };
        query
            .bind(to_millis(since))
            .bind(limit)
            .fetch_all(&self.pool)
            .await
            .map_err(failed("sum up who spoke"))
    }

    async fn stored(&self, limit: u32) -> Result<Vec<Stored>, StoreError> {
        sqlx::query_as(
            "SELECT provider, voice, kind, count(*) AS entries, sum(size_bytes) AS bytes,
                 sum(access_count) AS accesses
             FROM tts_cache GROUP BY provider, voice, kind
             ORDER BY sum(size_bytes) DESC, provider, voice, kind LIMIT ?1",
        )
        .bind(limit)
        .fetch_all(&self.pool)
        .await
        .map_err(failed("sum up what is stored"))
    }
}
