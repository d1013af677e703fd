//! The table `tts_listening`.

use async_trait::async_trait;

use super::{PostgresStore, ask};
use crate::store::listening::{COUNT, lines, sums};
use crate::store::{Days, Figure, ListenedBy, ListeningLine, ListeningLog, StoreError};

#[async_trait]
impl ListeningLog for PostgresStore {
    async fn count_figure(&self, figure: &Figure) -> Result<(), StoreError> {
        let (what, part) = figure.moment.columns();
        let query = sqlx::query(COUNT)
            .bind(figure.day)
            .bind(&figure.room)
            .bind(&figure.provider)
            .bind(&figure.voice)
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
