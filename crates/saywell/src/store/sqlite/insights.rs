//! Sums over `tts_calls` and `tts_cache`.

use super::{SqliteStore, kind, signed, unavailable, unsigned};
use crate::clock::to_millis;
use crate::store::StoreError;
use crate::store::answers::took;
use crate::store::insights::{Bucket, FirstSound, Insights, Spender, Stored, Top};
use async_trait::async_trait;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use std::time::{Duration, SystemTime};

const FIRST_SOUND: &str = concat!(
    "SELECT provider, ",
    took!(),
    ", count(*) AS calls FROM tts_calls WHERE at >= ?1 AND first_sound_ms IS NOT NULL GROUP BY 1, 2"
);

#[async_trait]
impl Insights for SqliteStore {
    async fn series(&self, since: SystemTime, step: Duration) -> Result<Vec<Bucket>, StoreError> {
        sqlx::query(
            "SELECT at / ?2 * ?2 / 1000 AS begins, provider, currency, count(*) AS calls,
                 coalesce(sum(outcome = 'failed'), 0) AS failed, sum(characters) AS characters,
                 sum(seconds) AS seconds, total(cost) AS cost
             FROM tts_calls WHERE at >= ?1
             GROUP BY begins, provider, currency ORDER BY begins, provider, currency",
        )
        .bind(to_millis(since))
        .bind(signed(step.as_secs().max(1) * 1000))
        .try_map(|row: SqliteRow| {
            Ok(Bucket {
                at: unsigned(&row, "begins")?,
                provider: row.try_get("provider")?,
                currency: row.try_get("currency")?,
                calls: unsigned(&row, "calls")?,
                failed: unsigned(&row, "failed")?,
                characters: unsigned(&row, "characters")?,
                seconds: row.try_get("seconds")?,
                cost: row.try_get("cost")?,
            })
        })
        .fetch_all(&self.pool)
        .await
        .map_err(unavailable("sum up calls by time"))
    }

    async fn first_sound(&self, since: SystemTime) -> Result<Vec<FirstSound>, StoreError> {
        let calls = sqlx::query(FIRST_SOUND)
            .bind(to_millis(since))
            .try_map(|row: SqliteRow| {
                Ok((row.try_get("provider")?, unsigned(&row, "took")?, unsigned(&row, "calls")?))
            })
            .fetch_all(&self.pool)
            .await
            .map_err(unavailable("sum up first sounds"))?;
        Ok(FirstSound::of(calls))
    }

    async fn top(&self, of: Top, since: SystemTime, limit: u32) -> Result<Vec<Spender>, StoreError> {
        let query = match of {
            Top::Users => sqlx::query(
                "SELECT user AS name, count(*) AS calls, sum(characters) AS characters, sum(seconds) AS seconds,
                     CASE WHEN count(DISTINCT nullif(currency, '')) <= 1 THEN total(cost) END AS cost,
                     max(currency) AS currency
                 FROM tts_calls WHERE at >= ?1 AND user IS NOT NULL
                 GROUP BY user ORDER BY sum(characters) DESC, user LIMIT ?2",
            ),
            Top::Rooms => sqlx::query(
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
            .try_map(|row: SqliteRow| {
                Ok(Spender {
                    name: row.try_get("name")?,
                    calls: unsigned(&row, "calls")?,
                    characters: unsigned(&row, "characters")?,
                    seconds: row.try_get("seconds")?,
                    cost: row.try_get("cost")?,
                    currency: row.try_get("currency")?,
                })
            })
            .fetch_all(&self.pool)
            .await
            .map_err(unavailable("sum up who spoke"))
    }

    async fn stored(&self, limit: u32) -> Result<Vec<Stored>, StoreError> {
        sqlx::query(
            "SELECT provider, voice, kind, count(*) AS entries, sum(size_bytes) AS bytes,
                 sum(access_count) AS accesses
             FROM tts_cache GROUP BY provider, voice, kind
             ORDER BY sum(size_bytes) DESC, provider, voice, kind LIMIT ?1",
        )
        .bind(limit)
        .try_map(|row: SqliteRow| {
            Ok(Stored {
                provider: row.try_get("provider")?,
                voice: row.try_get("voice")?,
                kind: kind(&row)?,
                entries: unsigned(&row, "entries")?,
                bytes: unsigned(&row, "bytes")?,
                accesses: unsigned(&row, "accesses")?,
            })
        })
        .fetch_all(&self.pool)
        .await
        .map_err(unavailable("sum up what is stored"))
    }
}
