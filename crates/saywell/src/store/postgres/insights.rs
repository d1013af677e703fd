//! Sums over `tts_calls` and `tts_cache`.

use super::{PostgresStore, ask, signed};
use crate::clock::to_millis;
use crate::store::StoreError;
use crate::store::answers::took;
use crate::store::insights::{Bucket, FirstSound, Insights, Spender, Stored, TimedCalls, Top};
use async_trait::async_trait;
use std::time::{Duration, SystemTime};

const FIRST_SOUND: &str = concat!(
    "SELECT provider, ",
    took!(),
    ", count(*) AS calls FROM tts_calls WHERE at >= $1 AND first_sound_ms IS NOT NULL GROUP BY 1, 2"
);

#[async_trait]
impl Insights for PostgresStore {
    async fn series(&self, since: SystemTime, step: Duration) -> Result<Vec<Bucket>, StoreError> {
        let query = sqlx::query_as(
            "SELECT at / $2 * $2 / 1000 AS begins, provider, currency, count(*) AS calls,
                 count(*) FILTER (WHERE outcome = 'failed') AS failed, sum(characters)::bigint AS characters,
                 sum(seconds) AS seconds, coalesce(sum(cost), 0) AS cost
             FROM tts_calls WHERE at >= $1
             GROUP BY begins, provider, currency ORDER BY begins, provider COLLATE \"C\", currency",
        )
        .bind(to_millis(since))
        .bind(signed(step.as_secs().max(1) * 1000));
        ask("sum up calls by time", query.fetch_all(&self.pool)).await
    }

    async fn first_sound(&self, since: SystemTime) -> Result<Vec<FirstSound>, StoreError> {
        let query = sqlx::query(FIRST_SOUND).bind(to_millis(since)).try_map(|row| TimedCalls::read(&row));
        Ok(FirstSound::from_calls(ask("sum up first sounds", query.fetch_all(&self.pool)).await?))
    }

    async fn top(&self, of: Top, since: SystemTime, limit: u32) -> Result<Vec<Spender>, StoreError> {
        let statement = match of {
            Top::Users => {
                "SELECT \"user\" AS name, count(*) AS calls, sum(characters)::bigint AS characters,
                     sum(seconds) AS seconds, max(currency) AS currency,
                     CASE WHEN count(DISTINCT nullif(currency, '')) <= 1 THEN coalesce(sum(cost), 0) END AS cost
                 FROM tts_calls WHERE at >= $1 AND \"user\" IS NOT NULL
                 GROUP BY \"user\" ORDER BY sum(characters) DESC, \"user\" COLLATE \"C\" LIMIT $2"
            }
            Top::Rooms => {
                "SELECT room AS name, count(*) AS calls, sum(characters)::bigint AS characters,
                     sum(seconds) AS seconds, max(currency) AS currency,
                     CASE WHEN count(DISTINCT nullif(currency, '')) <= 1 THEN coalesce(sum(cost), 0) END AS cost
                 FROM tts_calls WHERE at >= $1 AND room IS NOT NULL
                 GROUP BY room ORDER BY sum(characters) DESC, room COLLATE \"C\" LIMIT $2"
            }
        };
        let query = sqlx::query_as(statement).bind(to_millis(since)).bind(i64::from(limit));
        ask("sum up who spoke", query.fetch_all(&self.pool)).await
    }

    async fn stored(&self, limit: u32) -> Result<Vec<Stored>, StoreError> {
        let query = sqlx::query_as(
            "SELECT provider, voice, kind, count(*) AS entries, sum(size_bytes)::bigint AS bytes,
                 sum(access_count)::bigint AS accesses
             FROM tts_cache GROUP BY provider, voice, kind
             ORDER BY sum(size_bytes) DESC, provider COLLATE \"C\", voice COLLATE \"C\", kind LIMIT $1",
        )
        .bind(i64::from(limit));
        ask("sum up what is stored", query.fetch_all(&self.pool)).await
    }
}
