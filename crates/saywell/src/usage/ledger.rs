//! The ledger: every provider call on its way into the store, in batches, off the path of requests.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::Call;
use crate::store::CallLog;

/// Calls that may wait to be written. At a thousand calls a second, a store may stand still for a minute.
const LONGEST_QUEUE: usize = 65_536;
/// Calls written at once.
const BATCH: usize = 256;
/// How long a batch may grow.
const PATIENCE: Duration = Duration::from_secs(1);

/// Takes calls down; cheap to clone.
#[derive(Debug, Clone)]
pub struct Ledger {
    calls: Option<mpsc::Sender<Call>>,
}

/// Writes them into the store.
#[derive(Debug)]
pub struct Scribe {
    calls: mpsc::Receiver<Call>,
    store: Arc<dyn CallLog>,
}

impl Ledger {
    /// A ledger over this store, and what has to [`run`](Scribe::run) for it.
    #[must_use]
    pub fn open(store: Arc<dyn CallLog>) -> (Self, Scribe) {
        let (sender, calls) = mpsc::channel(LONGEST_QUEUE);
        (Self { calls: Some(sender) }, Scribe { calls, store })
    }

    /// A ledger that keeps nothing.
    #[must_use]
    pub const fn forgetful() -> Self {
        Self { calls: None }
    }

    /// Takes a call down. Never waits: a call that finds no place is logged whole, so that it is not lost.
    pub fn write(&self, call: Call) {
        let Some(calls) = &self.calls else { return };
        if let Err(mpsc::error::TrySendError::Full(call) | mpsc::error::TrySendError::Closed(call)) =
            calls.try_send(call)
        {
            error!(?call, "the ledger cannot keep up: a call is in this log only");
        }
    }
}

impl Scribe {
    /// Writes until every [`Ledger`] is gone, or `stop` says so and nothing waits any more.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let received = tokio::select! {
                biased;
                received = self.calls.recv_many(&mut batch, BATCH) => received,
                () = stop.cancelled() => 0,
            };
            if received == 0 {
                return;
            }
            // A few more may be on their way, and one statement costs the same for all of them.
            if batch.len() < BATCH && !stop.is_cancelled() {
                let room = BATCH - batch.len();
                let more = self.calls.recv_many(&mut batch, room);
                let _ = tokio::time::timeout(PATIENCE, more).await;
            }
            self.write(&mut batch).await;
        }
    }

    async fn write(&self, batch: &mut Vec<Call>) {
        const TRIES: u32 = 3;
        for attempt in 1..=TRIES {
            match self.store.append(batch).await {
                Ok(()) => break,
                Err(error) if attempt < TRIES => warn!(%error, "calls could not be written; trying again"),
                Err(error) => {
                    error!(%error, calls = ?batch, "calls could not be written: they are in this log only");
                }
            }
        }
        batch.clear();
    }
}
