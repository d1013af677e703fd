//! The table `tts_listening`.

use async_trait::async_trait;

use super::{SqliteStore, failed};
use crate::store::listening::{COUNT, lines, sums};
use crate::store::{Days, Figure, ListenedBy, ListeningLine, ListeningLog, StoreError};

#[async_trait]
impl ListeningLog for SqliteStore {
    async fn count_figure(&self, figure: &Figure) -> Result<(), StoreError> {
        let (what, part) = figure.moment.columns();
        sqlx::query(COUNT)
            .bind(figure.day)
            .bind(&figure.room)
            .bind(&figure.provider)
            .bind(&figure.voice)
            .bind(what)
            .bind(part)
            .bind(figure.seconds)
            .execute(&self.pool)
            .await
            .map_err(failed("count a figure of listening"))?;
        Ok(())
    }

    async fn listened(
        &self,
        by: ListenedBy,
        days: Days,
        limit: u32,
    ) -> Result<Vec<ListeningLine>, StoreError> {
        let query = sqlx::query_as(sums(by)).bind(days.first).bind(days.last).bind(limit);
        query.fetch_all(&self.pool).await.map(lines).map_err(failed("sum up listening"))
    }
}
