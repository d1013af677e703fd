//! The ledger: every request and every provider call on its way into the store, in batches, off the path of requests.

use std::sync::Arc;
use std::time::Duration;

use metrics::counter;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use crate::provider::{Account, Call};
use crate::store::{Asked, CallLog, CallRow, StoreError, UsageLog};
use crate::telemetry::{Service, service_failed};

/// Lines that may wait to be written. At a thousand lines a second, a store may stand still for a minute.
const LONGEST_QUEUE: usize = 65_536;
/// Lines written at once.
const BATCH: usize = 256;
/// How long a batch may grow.
const PATIENCE: Duration = Duration::from_secs(1);

/// Takes calls and requests down; cheap to clone.
#[derive(Debug, Clone)]
pub struct Ledger {
    lines: Option<mpsc::Sender<Line>>,
}

/// Calls that are made for nobody's request, such as an operator's trial of a provider.
impl Account for Ledger {
    fn called(&self, call: Call) {
        self.write(CallRow { user: None, room: None, message_id: None, rendition: None, call });
    }
}

/// What is taken down.
#[derive(Debug)]
enum Line {
    Call(CallRow),
    Asked(Asked),
}

/// Writes them into the store.
#[derive(Debug)]
pub struct Scribe {
    lines: mpsc::Receiver<Line>,
    calls: Arc<dyn CallLog>,
    usage: Arc<dyn UsageLog>,
}

impl Ledger {
    /// A ledger over these parts of a store, and what has to [`run`](Scribe::run) for it.
    #[must_use]
    pub fn open(calls: Arc<dyn CallLog>, usage: Arc<dyn UsageLog>) -> (Self, Scribe) {
        let (sender, lines) = mpsc::channel(LONGEST_QUEUE);
        (Self { lines: Some(sender) }, Scribe { lines, calls, usage })
    }

    /// A ledger that keeps nothing.
    #[must_use]
    pub const fn forgetful() -> Self {
        Self { lines: None }
    }

    /// Takes a call down. Never waits: a call that finds no place is logged whole, so that it is not lost.
    pub fn write(&self, call: CallRow) {
        self.take(Line::Call(call));
    }

    /// Takes a request down, as [`write`](Self::write) does a call.
    pub fn write_asked(&self, asked: Asked) {
        self.take(Line::Asked(asked));
    }

    fn take(&self, line: Line) {
        let Some(lines) = &self.lines else { return };
        if let Err(mpsc::error::TrySendError::Full(line) | mpsc::error::TrySendError::Closed(line)) =
            lines.try_send(line)
        {
            counter!("saywell_usage_unwritten_total").increment(1);
            error!(?line, "the ledger cannot keep up: a line is in this log only");
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
                received = self.lines.recv_many(&mut batch, BATCH) => received,
                () = stop.cancelled() => 0,
            };
            if received == 0 {
                return;
            }
            // A few more may be on their way, and one statement costs the same for all of them.
            if batch.len() < BATCH && !stop.is_cancelled() {
                let room = BATCH - batch.len();
                let more = self.lines.recv_many(&mut batch, room);
                let _ = tokio::time::timeout(PATIENCE, more).await;
            }
            self.write(&mut batch).await;
        }
    }

    async fn write(&self, batch: &mut Vec<Line>) {
        let (mut calls, mut asked) = (Vec::new(), Vec::new());
        for line in batch.drain(..) {
            match line {
                Line::Call(call) => calls.push(call),
                Line::Asked(one) => asked.push(one),
            }
        }
        if !calls.is_empty() {
            insist(&calls, || self.calls.append(&calls)).await;
        }
        if !asked.is_empty() {
            insist(&asked, || self.usage.add(&asked)).await;
        }
    }
}

/// Writes, and tries again a few times.
async fn insist<L, W>(lines: &[L], write: impl Fn() -> W)
where
    L: std::fmt::Debug,
    W: Future<Output = Result<(), StoreError>>,
{
    const TRIES: u32 = 3;
    for attempt in 1..=TRIES {
        match write().await {
            Ok(()) => break,
            Err(error) if attempt < TRIES => {
                service_failed(Service::Database);
                warn!(%error, "usage could not be written; trying again");
            }
            Err(error) => {
                counter!("saywell_usage_unwritten_total").increment(lines.len() as u64);
                error!(%error, ?lines, "usage could not be written: it is in this log only");
            }
        }
    }
}
