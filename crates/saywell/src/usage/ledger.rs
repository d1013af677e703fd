//! The ledger: every request and every provider call on its way into the store, off the path of requests.
//!
//! What is taken down goes into the [`journal`] first, and from there into the store, in batches; what the store cannot take
//! waits there, and what a process that was killed had begun is booked by the next.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use metrics::histogram;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::journal::{self, JournalReader, JournalWriter, Record, Rows};
use crate::provider::{Bookkeeper, Call, ProviderError};
use crate::store::{Asked, CallLog, CallRow, StoreError, UsageLog};
use crate::telemetry::{SideService, service_failed};

/// Rows written at once.
const BATCH: usize = 256;
/// How long a batch may grow.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a call may wait until it is written down, and how long once one had to wait for so long: the data folder does
/// not answer, and whoever listens is not to hear of it. The call is written into the log then, before it is made.
const WRITTEN_WITHIN: [Duration; 2] = [Duration::from_secs(1), Duration::from_millis(200)];
/// How long it is waited before the store is tried again, at first and at most.
const AGAIN: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(5)];

/// Takes calls and requests down; cheap to clone.
#[derive(Debug, Clone)]
pub struct Ledger {
    journal: Option<JournalWriter>,
    /// Whether the last call that was to be written down had to be made before it was.
    late: Arc<AtomicBool>,
}

/// Calls that are made for nobody's request, such as an operator's trial of a provider.
#[async_trait]
impl Bookkeeper for Ledger {
    async fn calling(&self, call: &Call) -> Result<(), ProviderError> {
        self.begin(None, CallRow::nobodys(call.clone())).await;
        Ok(())
    }

    fn sounded(&self, _: f64) -> bool {
        true
    }

    fn called(&self, _: &Call, call: Call) {
        self.write(CallRow::nobodys(call));
    }

    fn withdrawn(&self, planned: &Call) {
        self.withdraw(planned.id);
    }
}

/// Writes them into the store.
#[derive(Debug)]
pub struct Scribe {
    journal: JournalReader,
    calls: Arc<dyn CallLog>,
    usage: Arc<dyn UsageLog>,
}

impl Ledger {
    /// A ledger over these parts of a store, with its journal in this folder, and what has to [`run`](Scribe::run) for it.
    /// Without a folder what is not in the store when the process ends is lost.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn open(
        folder: Option<&Path>,
        calls: Arc<dyn CallLog>,
        usage: Arc<dyn UsageLog>,
    ) -> io::Result<(Self, Scribe)> {
        let (writer, journal) = journal::open(folder)?;
        Ok((Self { journal: Some(writer), late: Arc::default() }, Scribe { journal, calls, usage }))
    }

    /// A ledger that keeps nothing.
    #[must_use]
    pub fn forgetful() -> Self {
        Self { journal: None, late: Arc::default() }
    }

    /// Writes down that a call is about to be made, for this order if that is not known yet. Once this returns, the call is
    /// booked even if the process is killed; where the data folder does not answer, it is in the log.
    pub async fn begin(&self, order: Option<Asked>, call: CallRow) {
        let Some(journal) = &self.journal else { return };
        let records: Vec<_> = order.into_iter().map(Record::Order).chain([Record::Begun(call)]).collect();
        let begun = Instant::now();
        match journal.begin(records.clone()) {
            Ok(written) => {
                let patience = WRITTEN_WITHIN[usize::from(self.late.load(Ordering::Relaxed))];
                let late = tokio::time::timeout(patience, written).await.is_err();
                self.late.store(late, Ordering::Relaxed);
                if late {
                    for record in &records {
                        journal::tell(
                            record,
                            "the data folder does not answer: this call is made, and in this log first",
                        );
                    }
                }
            }
            Err(records) => journal::lose(&records),
        }
        histogram!("saywell_call_written_seconds").record(begun.elapsed().as_secs_f64());
    }

    /// Takes a call down. Never waits: a call that finds no place is logged whole, so that it is not lost.
    pub fn write(&self, call: CallRow) {
        self.take(Record::Call(call));
    }

    /// Takes down that a call which was [begun](Self::begin) is not made.
    pub fn withdraw(&self, call: u64) {
        self.take(Record::Withdrawn(call));
    }

    /// Takes a request down, as [`write`](Self::write) does a call.
    pub fn write_asked(&self, asked: Asked) {
        self.take(Record::Asked(asked));
    }

    fn take(&self, record: Record) {
        if let Some(Err(records)) = self.journal.as_ref().map(|journal| journal.write(vec![record])) {
            journal::lose(&records);
        }
    }
}

impl Scribe {
    /// Books what processes that are gone had begun or not written yet; left where it is while the store is away.
    pub async fn recover(&mut self) {
        let rows = match self.journal.recover().await {
            Ok(rows) => rows,
            Err(error) => return warn!(%error, "what an earlier process left of usage cannot be read"),
        };
        let (calls, requests) = (rows.calls.len(), rows.asked.len());
        match self.add(&rows).await {
            Ok(()) => {
                if calls + requests > 0 {
                    info!(calls, requests, "booked what an earlier process had not written down");
                }
                if let Err(error) = self.journal.recovered().await {
                    warn!(%error, "what an earlier process left of usage cannot be removed");
                }
            }
            Err(error) => warn!(%error, "what an earlier process left of usage is written at the next start"),
        }
    }

    /// Writes until every [`Ledger`] is gone, or `stop` says so and nothing waits any more. What the store does not take by
    /// then stays in the journal.
    pub async fn run(mut self, stop: CancellationToken) {
        loop {
            let more = tokio::select! {
                biased;
                more = self.journal.more() => more,
                () = stop.cancelled() => false,
            };
            if !more {
                break;
            }
            // A few more may be on their way, and one statement costs the same for all of them.
            let _ = stop.run_until_cancelled(self.journal.gather(PATIENCE)).await;
            if !self.write(&stop).await {
                return;
            }
        }
        self.journal.flushed().await;
        while !self.journal.is_at_end() && self.write(&stop).await {}
    }

    /// Writes the next piece of the journal; `false` when it was stopped before that was done.
    async fn write(&mut self, stop: &CancellationToken) -> bool {
        let (rows, next) = match self.journal.next().await {
            Ok(read) => read,
            Err(error) => {
                error!(%error, "the journal of usage cannot be read");
                return stop.run_until_cancelled(tokio::time::sleep(AGAIN[1])).await.is_some();
            }
        };
        let (mut rows, mut wait, mut tries) = (rows, AGAIN[0], 0_u32);
        while let Err(error) = self.add(&rows).await {
            if matches!(error, StoreError::Refused { .. }) {
                rows = self.sift(rows).await;
                continue;
            }
            service_failed(SideService::Database);
            tries += 1;
            // An outage of an hour is some ten lines.
            if tries.is_power_of_two() {
                warn!(%error, tries, "usage could not be written: it waits in the data folder");
            }
            if stop.is_cancelled() && tries > 1 {
                warn!("stopped before all usage was written down: the next start does");
                return false;
            }
            let _ = stop.run_until_cancelled(tokio::time::sleep(wait)).await;
            wait = (wait * 2).min(AGAIN[1]);
        }
        if tries > 0 {
            info!(tries, "usage is written again");
        }
        if let Err(error) = self.journal.go_on(&next).await {
            warn!(%error, "a journal that is written down cannot be removed");
        }
        true
    }

    /// Adds rows, each once however often it is tried.
    async fn add(&self, rows: &Rows) -> Result<(), StoreError> {
        for calls in rows.calls.chunks(BATCH) {
            self.calls.append(calls).await?;
        }
        for asked in rows.asked.chunks(BATCH) {
            self.usage.add(asked).await?;
        }
        Ok(())
    }

    /// Adds rows one by one, as the store refuses one of them; what it could not add for another reason is given back.
    async fn sift(&self, rows: Rows) -> Rows {
        let mut left = Rows::default();
        for call in rows.calls {
            match self.calls.append(std::slice::from_ref(&call)).await {
                Ok(()) => {}
                Err(StoreError::Refused { source, .. }) => refused(&source, Record::Call(call)),
                Err(_) => left.calls.push(call),
            }
        }
        for asked in rows.asked {
            match self.usage.add(std::slice::from_ref(&asked)).await {
                Ok(()) => {}
                Err(StoreError::Refused { source, .. }) => refused(&source, Record::Asked(asked)),
                Err(_) => left.asked.push(asked),
            }
        }
        left
    }
}

fn refused(why: &dyn std::fmt::Display, record: Record) {
    error!(%why, "the database does not take a row of usage");
    journal::lose(&[record]);
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;
    use std::time::{SystemTime, UNIX_EPOCH};

    use tokio::sync::watch;

    use super::*;
    use crate::price::Cost;
    use crate::provider::CallOutcome;
    use crate::store::sqlite::SqliteStore;
    use crate::store::{Answered, By, Days, ProviderTotals, Refusals, Spent, UsageLine, Whose};

    /// A store that is away, or can only be read, when it is told to be, and may refuse one call.
    #[derive(Debug)]
    struct Shaky {
        store: SqliteStore,
        away: AtomicBool,
        full: AtomicBool,
        refuses: AtomicU64,
        /// How often it was to write while it was full.
        tried: watch::Sender<usize>,
    }

    impl Shaky {
        async fn open() -> Arc<Self> {
            Arc::new(Self {
                store: SqliteStore::in_memory().await.unwrap(),
                away: AtomicBool::default(),
                full: AtomicBool::default(),
                refuses: AtomicU64::default(),
                tried: watch::Sender::default(),
            })
        }

        fn there(&self) -> Result<&SqliteStore, StoreError> {
            let away = StoreError::Unavailable { action: "be asked", source: "it is away".into() };
            (!self.away.load(Ordering::SeqCst)).then_some(&self.store).ok_or(away)
        }
    }

    #[async_trait]
    impl CallLog for Shaky {
        async fn append(&self, calls: &[CallRow]) -> Result<(), StoreError> {
            if self.full.load(Ordering::SeqCst) {
                self.tried.send_modify(|tried| *tried += 1);
                return Err(StoreError::Unavailable { action: "write", source: "its disk is full".into() });
            }
            let refused = self.refuses.load(Ordering::SeqCst);
            if calls.iter().any(|row| row.call.id == refused) {
                return Err(StoreError::Refused { action: "write", source: "out of range".into() });
            }
            self.there()?.append(calls).await
        }

        async fn provider_totals(&self, since: SystemTime) -> Result<Vec<ProviderTotals>, StoreError> {
            self.there()?.provider_totals(since).await
        }
    }

    #[async_trait]
    impl UsageLog for Shaky {
        async fn add(&self, requests: &[Asked]) -> Result<(), StoreError> {
            self.there()?.add(requests).await
        }

        async fn spent(&self, since: SystemTime) -> Result<Vec<Spent>, StoreError> {
            self.there()?.spent(since).await
        }

        async fn report(&self, by: By, days: Days, limit: u32) -> Result<Vec<UsageLine>, StoreError> {
            self.there()?.report(by, days, limit).await
        }

        async fn answered(&self, since: SystemTime) -> Result<Vec<Answered>, StoreError> {
            self.there()?.answered(since).await
        }

        async fn refusals(&self, whose: Whose<'_>, since: SystemTime) -> Result<Vec<Refusals>, StoreError> {
            self.there()?.refusals(whose, since).await
        }

        async fn roll_up(&self, end: SystemTime) -> Result<u64, StoreError> {
            self.there()?.roll_up(end).await
        }

        async fn forget(&self, rows: SystemTime, sums: SystemTime) -> Result<u64, StoreError> {
            self.there()?.forget(rows, sums).await
        }
    }

    fn call() -> CallRow {
        CallRow::nobodys(Call {
            id: rand::random(),
            at: UNIX_EPOCH,
            provider: "cloud".into(),
            model: String::new(),
            voice: String::new(),
            characters: 10,
            seconds: 1.0,
            first_sound: None,
            took: Duration::ZERO,
            outcome: CallOutcome::Spoken,
            cost: Cost::Known { amount: 0.5, currency: "USD".into() },
        })
    }

    async fn requests(store: &Shaky) -> u64 {
        let lines = store.report(By::Day, Days { first: 0, last: 10 }, 10).await.unwrap();
        lines.iter().map(|line| line.requests).sum()
    }

    #[tokio::test]
    async fn what_the_store_cannot_take_waits_in_the_data_folder_and_is_there_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Shaky::open().await;
        let open =
            || Ledger::open(Some(folder.path()), Arc::clone(&store) as _, Arc::clone(&store) as _).unwrap();
        let (ledger, scribe) = open();
        let stop = CancellationToken::new();
        store.away.store(true, Ordering::SeqCst);
        let writing = tokio::spawn(scribe.run(stop.clone()));
        for _ in 0..1000 {
            ledger.write(call());
            ledger.write_asked(Asked::new(UNIX_EPOCH));
        }
        // Stopped while the database is away: nothing is lost, and nothing is written.
        stop.cancel();
        writing.await.unwrap();
        drop(ledger);
        store.away.store(false, Ordering::SeqCst);
        assert_eq!(requests(&store).await, 0);

        // The lock of the first is free as soon as its thread has ended.
        let deadline = Instant::now() + Duration::from_secs(10);
        while requests(&store).await == 0 && Instant::now() < deadline {
            let (_, mut scribe) = open();
            scribe.recover().await;
            tokio::task::yield_now().await;
        }
        let totals = store.provider_totals(UNIX_EPOCH).await.unwrap();
        assert_eq!((totals[0].calls, totals[0].cost, requests(&store).await), (1000, 500.0, 1000));
        let left: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().flatten().map(|file| file.path()).collect();
        assert!(left.iter().all(|path| path.extension().is_some_and(|end| end == "lock")), "{left:?}");
    }

    #[tokio::test]
    async fn what_a_database_does_not_take_waits_unless_it_is_the_row_that_is_refused() {
        let store = Shaky::open().await;
        let (ledger, scribe) = Ledger::open(None, Arc::clone(&store) as _, Arc::clone(&store) as _).unwrap();
        store.full.store(true, Ordering::SeqCst);
        let writing = tokio::spawn(scribe.run(CancellationToken::new()));
        let refused = call();
        store.refuses.store(refused.call.id, Ordering::SeqCst);
        for call in [call(), refused, call()] {
            ledger.write(call);
        }
        // It can be read all the while, as one on a full disk can.
        assert!(store.provider_totals(UNIX_EPOCH).await.unwrap().is_empty());
        tokio::time::pause();
        store.tried.subscribe().wait_for(|tried| *tried >= 20).await.unwrap();
        tokio::time::resume();
        store.full.store(false, Ordering::SeqCst);
        drop(ledger);
        writing.await.unwrap();
        assert_eq!(store.provider_totals(UNIX_EPOCH).await.unwrap()[0].calls, 2);
    }

    #[tokio::test]
    async fn what_the_data_folder_does_not_take_goes_from_memory_into_the_database() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("usage");
        let store = Shaky::open().await;
        let (ledger, scribe) =
            Ledger::open(Some(&folder), Arc::clone(&store) as _, Arc::clone(&store) as _).unwrap();
        let away = outer.path().join("away");
        std::fs::rename(&folder, &away).unwrap();
        std::fs::write(&folder, "in the way").unwrap();
        store.away.store(true, Ordering::SeqCst);
        let stop = CancellationToken::new();
        let writing = tokio::spawn(scribe.run(stop.clone()));
        let begun = call();
        ledger.begin(None, begun.clone()).await;
        ledger.write(begun);
        ledger.write(call());
        store.away.store(false, Ordering::SeqCst);
        let written = async |calls| {
            let deadline = Instant::now() + Duration::from_secs(10);
            while store.provider_totals(UNIX_EPOCH).await.unwrap().first().is_none_or(|all| all.calls < calls)
            {
                assert!(Instant::now() < deadline, "{calls} calls are not in the database");
                tokio::task::yield_now().await;
            }
        };
        written(2).await;
        // There is room again: what comes now is in a file first.
        std::fs::remove_file(&folder).unwrap();
        std::fs::rename(&away, &folder).unwrap();
        store.away.store(true, Ordering::SeqCst);
        ledger.begin(None, call()).await;
        let files = std::fs::read_dir(&folder).unwrap().flatten();
        assert!(files.map(|file| file.path()).any(|path| path.extension().is_some_and(|end| end == "jsonl")));
        ledger.write(call());
        store.away.store(false, Ordering::SeqCst);
        written(3).await;
        stop.cancel();
        writing.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn no_call_is_made_before_it_is_written_down() {
        let (writer, mut folder) = journal::Held::open();
        let ledger = Ledger { journal: Some(writer), late: Arc::default() };
        let mut first = std::pin::pin!(ledger.begin(None, call()));
        let early = tokio::time::timeout(WRITTEN_WITHIN[0] / 2, &mut first).await;
        assert!(early.is_err(), "however slow the data folder is");
        folder.write();
        let begun = tokio::time::Instant::now();
        first.await;
        assert_eq!(begun.elapsed(), Duration::ZERO, "and no longer than it takes");
        // A folder that does not answer holds nobody up: the log has the call.
        for patience in [WRITTEN_WITHIN[0], WRITTEN_WITHIN[1], WRITTEN_WITHIN[1]] {
            let begun = tokio::time::Instant::now();
            ledger.begin(None, call()).await;
            assert_eq!(begun.elapsed().as_millis().saturating_sub(patience.as_millis()), 0);
            assert!(begun.elapsed() >= patience);
        }
        let next = ledger.begin(None, call());
        let (begun, ()) =
            (tokio::time::Instant::now(), async { tokio::join!(next, async { folder.write() }) }.await.1);
        assert_eq!(begun.elapsed(), Duration::ZERO);
        let mut waits = std::pin::pin!(ledger.begin(None, call()));
        assert!(tokio::time::timeout(WRITTEN_WITHIN[0] / 2, &mut waits).await.is_err(), "it answers again");
    }

    #[tokio::test]
    async fn what_was_begun_and_never_ended_is_booked_as_sent_with_a_row_for_its_order() {
        let folder = tempfile::tempdir().unwrap();
        let store = Shaky::open().await;
        let order = Asked { subject: "user:ann".into(), user: Some("ann".into()), ..Asked::new(UNIX_EPOCH) };
        let made_for = |call: CallRow| CallRow { order: Some(order.id), ..call };
        // As a process leaves it that was killed, in the middle of a line.
        let (ended, begun, withdrawn) = (made_for(call()), made_for(call()), made_for(call()));
        let records = [
            Record::Order(order.clone()),
            Record::Begun(ended.clone()),
            Record::Begun(begun),
            Record::Begun(withdrawn.clone()),
            Record::Withdrawn(withdrawn.call.id),
            Record::Call(ended),
        ];
        let mut text: String =
            records.iter().map(|record| serde_json::to_string(record).unwrap() + "\n").collect();
        text.push_str("{\"call\": {");
        std::fs::write(folder.path().join("0123456789abcdef-000000.jsonl"), text).unwrap();

        for _ in 0..2 {
            let (_, mut scribe) =
                Ledger::open(Some(folder.path()), Arc::clone(&store) as _, Arc::clone(&store) as _).unwrap();
            scribe.recover().await;
        }
        let totals = store.provider_totals(UNIX_EPOCH).await.unwrap();
        assert_eq!((totals[0].calls, totals[0].characters, totals[0].cost), (2, 20, 1.0));
        let left = std::fs::read_dir(folder.path()).unwrap().flatten().map(|file| file.path());
        assert!(left.into_iter().all(|path| path.extension().is_some_and(|end| end == "lock")));
        let lines = store.report(By::User, Days { first: 0, last: 10 }, 10).await.unwrap();
        let UsageLine { name, requests, cancelled, sent_characters, cost, .. } = &lines[0];
        assert_eq!((name.as_str(), *requests, *cancelled, *sent_characters, *cost), ("ann", 1, 1, 20, 1.0));
    }

    #[tokio::test]
    async fn a_damaged_journal_is_booked_as_far_as_it_can_be_read_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let store = Shaky::open().await;
        let line = |call: CallRow| serde_json::to_string(&Record::Call(call)).unwrap();
        let text = format!("{}\n{{\"call\": {{\u{0}\n{}\n", line(call()), line(call()));
        let path = folder.path().join("0123456789abcdef-000000.jsonl");
        std::fs::write(&path, &text).unwrap();
        for _ in 0..2 {
            let (_, mut scribe) =
                Ledger::open(Some(folder.path()), Arc::clone(&store) as _, Arc::clone(&store) as _).unwrap();
            scribe.recover().await;
        }
        assert_eq!(store.provider_totals(UNIX_EPOCH).await.unwrap()[0].calls, 2);
        assert_eq!(std::fs::read_to_string(path.with_extension("jsonl.damaged")).unwrap(), text);
        assert!(!path.exists());
    }
}
