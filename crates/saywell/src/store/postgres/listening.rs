//! The table `tts_listening`.

use async_trait::async_trait;

use super::{PostgresStore, ask};
use crate::store::listening::{COUNT, columns, lines, sums};
use crate::store::{Days, Figure, ListenedBy, ListeningLine, ListeningLog, StoreError};

#[async_trait]
impl ListeningLog for PostgresStore {
    async fn count_figure(&self, figure: &Figure) -> Result<(), StoreError> {
        let (room, provider, voice, what, part) = columns(figure);
        let query = sqlx::query(COUNT)
            .bind(figure.day)
            .bind(room)
            .bind(provider)
            .bind(voice)
            .bind(what)
            .bind(part)
            .bind(figure.seconds);
        ask("count a figure of listening", query.execute(&self.pool)).await.map(drop)
    }

    async fn listened(
        &self,
        by: ListenedBy,
        days: Days,
        limit: u32,
    ) -> Result<Vec<ListeningLine>, StoreError> {
        let query = sqlx::query_as(sums(by)).bind(days.first).bind(days.last).bind(i64::from(limit));
        ask("sum up listening", query.fetch_all(&self.pool)).await.map(lines)
    }
}
