//! The tables that speech asks, behind the health of their database: nobody waits for one that is ill.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;

use super::{Access, ApiKeys, CacheIndex, IndexedRow, KeyRow, Row, Selection, StoreError, Totals};
use crate::key::{Key, KeyKind};
use crate::service::{Probe, Service, Trouble};

/// How long somebody who wants to hear something may wait for an answer.
const SPEECH_DEADLINE: Duration = Duration::from_millis(700);
/// How long work beside speech may take.
const WORK_DEADLINE: Duration = Duration::from_secs(15);
/// How soon a database has to answer to be well again.
const PROBE_DEADLINE: Duration = Duration::from_millis(300);

/// A table of a database, with the database's health.
#[derive(Debug)]
pub(super) struct Guarded<T: ?Sized> {
    pub(super) service: Service,
    pub(super) inner: Arc<T>,
}

/// Asks a database for a row that there is none of.
pub(super) fn probe(index: Arc<dyn CacheIndex>) -> Probe {
    Box::new(move || {
        let index = Arc::clone(&index);
        Box::pin(async move {
            let nobody = Key::from_bytes([0; 32]);
            let found = tokio::time::timeout(PROBE_DEADLINE, index.find(&nobody)).await;
            found.is_ok_and(|found| found.is_ok())
        })
    })
}

impl From<Trouble> for StoreError {
    fn from(trouble: Trouble) -> Self {
        Self::Unavailable { action: "answer", source: trouble.into() }
    }
}

impl<T: ?Sized> Guarded<T> {
    async fn ask<A>(
        &self,
        deadline: Duration,
        answer: impl Future<Output = Result<A, StoreError>>,
    ) -> Result<A, StoreError> {
        self.service.ask(deadline, answer, is_away).await
    }
}

/// Whether an error says that the database cannot be asked. One that answers, if only that its disk is full or one of its
/// pages damaged, can still be asked for the rest.
fn is_away(error: &StoreError) -> bool {
    let StoreError::Unavailable { source, .. } = error else { return false };
    match source.downcast_ref::<sqlx::Error>() {
        // 57: an operator intervened, as when it shuts down; 53: it has not enough of something, such as connections.
        Some(sqlx::Error::Database(answer)) => answer
            .code()
            .is_some_and(|code| code.len() == 5 && (code.starts_with("57") || code.starts_with("53"))),
        _ => true,
    }
}

#[async_trait]
impl CacheIndex for Guarded<dyn CacheIndex> {
    async fn put(&self, row: &Row) -> Result<Option<IndexedRow>, StoreError> {
        self.ask(WORK_DEADLINE, self.inner.put(row)).await
    }

    async fn put_if_absent(&self, row: &Row) -> Result<bool, StoreError> {
        self.ask(WORK_DEADLINE, self.inner.put_if_absent(row)).await
    }

    async fn find(&self, key: &Key) -> Result<Option<IndexedRow>, StoreError> {
        self.ask(SPEECH_DEADLINE, self.inner.find(key)).await
    }

    async fn take(&self, selection: &Selection, limit: u32) -> Result<Vec<IndexedRow>, StoreError> {
        self.ask(WORK_DEADLINE, self.inner.take(selection, limit)).await
    }

    async fn with_prefix(&self, kind: KeyKind, prefix: &str) -> Result<Vec<IndexedRow>, StoreError> {
        self.ask(WORK_DEADLINE, self.inner.with_prefix(kind, prefix)).await
    }

    async fn count_accesses(&self, accesses: &[Access]) -> Result<(), StoreError> {
        self.ask(WORK_DEADLINE, self.inner.count_accesses(accesses)).await
    }

    async fn stored_bytes(&self) -> Result<u64, StoreError> {
        self.ask(WORK_DEADLINE, self.inner.stored_bytes()).await
    }

    async fn totals(&self) -> Result<Totals, StoreError> {
        self.ask(WORK_DEADLINE, self.inner.totals()).await
    }

    async fn settle(&self) -> Result<(), StoreError> {
        self.ask(WORK_DEADLINE, self.inner.settle()).await
    }
}

#[async_trait]
impl ApiKeys for Guarded<dyn ApiKeys> {
    async fn insert(&self, key: &KeyRow) -> Result<(), StoreError> {
        self.ask(WORK_DEADLINE, self.inner.insert(key)).await
    }

    async fn find(&self, id: &str) -> Result<Option<KeyRow>, StoreError> {
        self.ask(SPEECH_DEADLINE, self.inner.find(id)).await
    }

    async fn find_unknown(&self, id: &str) -> Result<Option<KeyRow>, StoreError> {
        self.service.insist(SPEECH_DEADLINE, self.inner.find(id), is_away).await
    }

    async fn list(&self) -> Result<Vec<KeyRow>, StoreError> {
        self.ask(WORK_DEADLINE, self.inner.list()).await
    }

    async fn revoke(&self, id: &str, at: SystemTime) -> Result<bool, StoreError> {
        self.ask(WORK_DEADLINE, self.inner.revoke(id, at)).await
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::telemetry;

    /// A database that answers nobody.
    #[derive(Debug)]
    struct Frozen;

    #[async_trait]
    impl ApiKeys for Frozen {
        async fn insert(&self, _: &KeyRow) -> Result<(), StoreError> {
            std::future::pending().await
        }

        async fn find(&self, _: &str) -> Result<Option<KeyRow>, StoreError> {
            std::future::pending().await
        }

        async fn list(&self) -> Result<Vec<KeyRow>, StoreError> {
            std::future::pending().await
        }

        async fn revoke(&self, _: &str, _: SystemTime) -> Result<bool, StoreError> {
            std::future::pending().await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn speech_waits_for_a_frozen_database_once_and_for_less_than_a_second() {
        let probe: Probe = Box::new(|| Box::pin(async { false }));
        let service = Service::new(telemetry::SideService::Database, probe);
        let keys = Guarded::<dyn ApiKeys> { service, inner: Arc::new(Frozen) };
        let begun = Instant::now();
        keys.find("somebody").await.unwrap_err();
        let first = begun.elapsed();
        assert!((SPEECH_DEADLINE..Duration::from_secs(1)).contains(&first), "{first:?}");
        for _ in 0..100 {
            keys.find("somebody").await.unwrap_err();
        }
        assert_eq!(begun.elapsed(), first, "it is known to be ill");
    }
}
