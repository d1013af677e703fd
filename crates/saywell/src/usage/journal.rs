//! The journal: what the ledger takes down, in files of the data folder until the database has it.
//!
//! A record is a line of JSON. A thread of its own appends what has come meanwhile at once, so that whoever waits for a
//! record waits for one write; another forces what was written onto the disk, which nobody waits for, as what is written
//! outlives a killed process. What the folder does not take, as on a full disk, is held in memory and read from there.
//! [`JournalReader`] reads the files from behind: what the database cannot take yet stays where
//! it is. Each process writes files of its own, whose names begin alike, and holds a lock as long as it lives; the
//! files of one that is gone are taken over by the next that starts.

mod pages;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use metrics::counter;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot, watch};
use tracing::{error, info, warn};

use self::pages::{CHUNK, Left, Pages};
pub(super) use self::pages::{Next, Rows};
use crate::provider::Call;
use crate::store::{Asked, CallRow};

/// Records that may wait for the thread that writes them.
const LONGEST_QUEUE: usize = 65_536;
/// Bytes after which a file is ended and another begun: what the database has is given back a file at a time.
const FILE_BYTES: u64 = 4 << 20;
/// Bytes of all files together. At a thousand bytes a record and twenty records a second, an outage of three hours.
const MOST_BYTES: u64 = 256 << 20;
/// When what was written is forced onto the disk: a failure of power loses no more than that and the disk's own time.
const SYNC_EVERY: Duration = Duration::from_millis(100);
/// Bytes of what the data folder did not take, which wait in memory until the database has them.
const MOST_UNWRITTEN: usize = 8 << 20;

/// One line of the journal.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Record {
    /// An order for which something is to be bought, as it stands.
    Order(Asked),
    /// A call that is about to be made, as it is booked if nobody hears of it again.
    Begun(CallRow),
    /// A call that has ended.
    Call(CallRow),
    /// A call of this name that was to begin, and was given up before.
    Withdrawn(u64),
    /// An order that has ended.
    Asked(Asked),
}

/// What the writing thread is given.
enum Job {
    Write(Vec<Record>, Option<oneshot::Sender<()>>),
    /// Answered when all that came before is written.
    Flush(oneshot::Sender<()>),
}

/// Appends records. Cheap to clone; the thread ends with the last clone.
#[derive(Debug, Clone)]
pub(super) struct JournalWriter(mpsc::Sender<Job>);

/// How far this process has written: the number of a file, and bytes of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Position {
    file: u64,
    bytes: u64,
}

/// Lines that the data folder did not take, newer than all that is in files.
type Unwritten = Arc<Mutex<Vec<u8>>>;

/// Reads what was written, in order.
#[derive(Debug)]
pub(super) struct JournalReader {
    jobs: mpsc::WeakSender<Job>,
    written: watch::Receiver<Position>,
    at: Position,
    unwritten: Unwritten,
    /// Whoever reads and removes files has a thread of its own for it.
    pages: Arc<Mutex<Pages>>,
}

/// The files of one process.
#[derive(Debug, Clone)]
struct Files {
    folder: Arc<Folder>,
    name: String,
    /// Bytes of all files that are there.
    bytes: Arc<AtomicU64>,
}

/// Where they lie; one that was made for this process only goes with it.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
    passing: bool,
}

/// Opens the journal in this folder; in one that goes with the process when there is none.
///
/// # Errors
/// When the folder cannot be made.
pub(super) fn open(folder: Option<&Path>) -> io::Result<(JournalWriter, JournalReader)> {
    let name = format!("{:016x}", rand::random::<u64>());
    let passing = folder.is_none();
    let path = folder.map_or_else(|| std::env::temp_dir().join(format!("saywell-{name}")), Path::to_owned);
    let mut left = Vec::new();
    let mut lock = None;
    if !passing {
        fs::create_dir_all(&path)?;
        left = Left::all(&path)?;
        let own = File::create(path.join(format!("{name}.lock")))?;
        own.lock()?;
        lock = Some(own);
    }
    let folder = Arc::new(Folder { path, passing });
    let files = Files { folder, name, bytes: Arc::default() };
    let (sender, jobs) = mpsc::channel(LONGEST_QUEUE);
    let (end, written) = watch::channel(Position::default());
    let unwritten = Unwritten::default();
    let pages = Pages::new(files.clone(), left);
    let reader = JournalReader {
        jobs: sender.downgrade(),
        written,
        at: Position::default(),
        unwritten: Arc::clone(&unwritten),
        pages: Arc::new(Mutex::new(pages)),
    };
    let syncing = Syncing::start()?;
    let writing = Writing { files, end, file: None, unwritten, failing: false, syncing, _lock: lock };
    // Waited for by whoever flushes: what was written before is on disk then.
    std::thread::Builder::new().name("journal".into()).spawn(move || writing.run(jobs))?;
    Ok((JournalWriter(sender), reader))
}

impl JournalWriter {
    /// Takes records down without waiting; gives them back where too many wait.
    pub(super) fn write(&self, records: Vec<Record>) -> Result<(), Vec<Record>> {
        self.0.try_send(Job::Write(records, None)).map_err(|error| match error.into_inner() {
            Job::Write(records, _) => records,
            Job::Flush(_) => Vec::new(),
        })
    }

    /// As [`write`](Self::write); the receiver hears when they are written.
    pub(super) fn begin(&self, records: Vec<Record>) -> Result<oneshot::Receiver<()>, Vec<Record>> {
        let (written, hears) = oneshot::channel();
        match self.0.try_send(Job::Write(records, Some(written))) {
            Ok(()) => Ok(hears),
            Err(error) => match error.into_inner() {
                Job::Write(records, _) => Err(records),
                Job::Flush(_) => Err(Vec::new()),
            },
        }
    }
}

/// The thread that writes.
struct Writing {
    files: Files,
    end: watch::Sender<Position>,
    file: Option<Arc<File>>,
    unwritten: Unwritten,
    /// The data folder did not take what was last written.
    failing: bool,
    syncing: Syncing,
    _lock: Option<File>,
}

impl Writing {
    fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut batch = Vec::new();
        while jobs.blocking_recv_many(&mut batch, 1024) > 0 {
            let (mut records, mut waiting) = (Vec::new(), Vec::new());
            for job in batch.drain(..) {
                match job {
                    Job::Write(more, written) => {
                        records.extend(more);
                        waiting.extend(written);
                    }
                    Job::Flush(written) => waiting.push(written),
                }
            }
            self.put(&records);
            for written in waiting {
                let _ = written.send(());
            }
            if let Some(file) = &self.file {
                self.syncing.soon(file);
            }
        }
        if let Some(file) = self.file {
            sync(&file);
        }
    }

    /// Writes records into the file, or holds them in memory where that cannot be done. The order stays: what is held is read
    /// before anything is written again.
    fn put(&mut self, records: &[Record]) {
        let mut text = Vec::new();
        for record in records {
            // Nothing in a record cannot be written.
            let _ = serde_json::to_writer(&mut text, record);
            text.push(b'\n');
        }
        if text.is_empty() {
            return;
        }
        let is_read = lock(&self.unwritten).is_empty();
        match if is_read { self.append(&text) } else { Err(io::ErrorKind::StorageFull.into()) } {
            Ok(()) => {
                if std::mem::take(&mut self.failing) {
                    info!("usage is written into the data folder again");
                }
            }
            Err(error) => {
                if !std::mem::replace(&mut self.failing, true) {
                    let folder = self.files.folder.path.display();
                    error!(
                        %folder, %error,
                        "usage cannot be written into the data folder: it goes from memory into the database, and what is in neither \
                         is lost if the process is killed. Make room, or make the folder writable"
                    );
                }
                let mut unwritten = lock(&self.unwritten);
                if unwritten.len() + text.len() > MOST_UNWRITTEN {
                    drop(unwritten);
                    return lose(records);
                }
                unwritten.extend(text);
                drop(unwritten);
                // Whoever reads is to look.
                self.end.send_modify(|_| ());
            }
        }
    }

    fn append(&mut self, text: &[u8]) -> io::Result<()> {
        let size = text.len() as u64;
        if self.files.bytes.load(Ordering::Relaxed) + size > MOST_BYTES {
            return Err(io::Error::other("the journal is full: the database has been away for long"));
        }
        let mut end = *self.end.borrow();
        if self.file.is_none() || end.bytes >= FILE_BYTES {
            let file = end.file + u64::from(self.file.is_some());
            fs::create_dir_all(&self.files.folder.path)?;
            let opened = OpenOptions::new().create(true).append(true).open(self.files.path(file))?;
            let bytes = opened.metadata()?.len();
            (self.file, end) = (Some(Arc::new(opened)), Position { file, bytes });
        }
        let Some(mut file) = self.file.as_deref() else { return Ok(()) };
        if let Err(error) = file.write_all(text) {
            // What is half written must not stand before what comes next.
            let _ = file.set_len(end.bytes);
            return Err(error);
        }
        self.files.bytes.fetch_add(size, Ordering::Relaxed);
        self.end.send_replace(Position { bytes: end.bytes + size, ..end });
        Ok(())
    }
}

/// Tells of records that are kept nowhere else, a line each.
pub(super) fn lose(records: &[Record]) {
    counter!("saywell_usage_unwritten_total").increment(records.len() as u64);
    for record in records {
        tell(record, "usage that is in this log only");
    }
}

/// Writes what is booked of a record into the log.
pub(super) fn tell(record: &Record, what: &str) {
    match record {
        Record::Begun(CallRow { call, user, room, .. }) | Record::Call(CallRow { call, user, room, .. }) => {
            let Call { id, provider, model, characters, seconds, cost, .. } = call;
            error!(call = id, %provider, model, characters, seconds, ?cost, user, room, "{what}");
        }
        Record::Order(asked) | Record::Asked(asked) => {
            let Asked { id, subject, plan, characters, seconds, outcome, .. } = asked;
            error!(order = id, subject, plan, characters, seconds, ?outcome, "{what}");
        }
        Record::Withdrawn(call) => error!(call, withdrawn = true, "{what}"),
    }
}

fn lock(unwritten: &Unwritten) -> MutexGuard<'_, Vec<u8>> {
    unwritten.lock().unwrap_or_else(PoisonError::into_inner)
}

fn sync(file: &File) {
    if let Err(error) = file.sync_data() {
        warn!(%error, "the journal of usage could not be forced onto the disk");
    }
}

/// The thread that forces what was written onto the disk, each file at most so often.
struct Syncing(SyncSender<Arc<File>>);

impl Syncing {
    #[expect(clippy::disallowed_methods, reason = "a pause between syncs, not a wait for one")]
    fn start() -> io::Result<Self> {
        let (files, written) = sync_channel::<Arc<File>>(1);
        let sync = move || {
            while let Ok(file) = written.recv() {
                sync(&file);
                drop(file);
                std::thread::sleep(SYNC_EVERY);
            }
        };
        // Not waited for: what it forces onto the disk has reached the system already, which outlives this process.
        std::thread::Builder::new().name("journal-sync".into()).spawn(sync)?;
        Ok(Self(files))
    }

    /// Has what was written so far forced onto the disk, unless that is about to be done anyway.
    fn soon(&self, file: &Arc<File>) {
        let _ = self.0.try_send(Arc::clone(file));
    }
}

impl JournalReader {
    /// What processes that are gone left here. Once the store has it, [`recovered`](Self::recovered) takes it away.
    pub(super) async fn recover(&self) -> io::Result<Rows> {
        self.turn(Pages::recover).await?
    }

    /// The store has what [`recover`](Self::recover) gave.
    pub(super) async fn recovered(&self) -> io::Result<()> {
        self.turn(Pages::recovered).await
    }

    /// What comes next; whoever has it in the store [goes on](Self::go_on).
    pub(super) async fn next(&self) -> io::Result<(Rows, Next)> {
        let (at, end, unwritten) = (self.at, *self.written.borrow(), Arc::clone(&self.unwritten));
        self.turn(move |pages| pages.next(at, end, &unwritten)).await?
    }

    /// The store has what was read: files of which nothing is open any more are given back.
    pub(super) async fn go_on(&mut self, next: &Next) -> io::Result<()> {
        let at = next.at;
        self.at = at;
        self.turn(move |pages| pages.give_back(at)).await
    }

    /// Does this where waiting for a disk holds nobody up.
    async fn turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Pages) -> T + Send + 'static,
    ) -> io::Result<T> {
        let pages = Arc::clone(&self.pages);
        let done = tokio::task::spawn_blocking(move || {
            work(&mut pages.lock().unwrap_or_else(PoisonError::into_inner))
        });
        done.await.map_err(io::Error::other)
    }

    /// Waits until there is more; `false` when there never will be.
    pub(super) async fn more(&mut self) -> bool {
        let (at, unwritten) = (self.at, Arc::clone(&self.unwritten));
        self.written.wait_for(|end| *end > at || !lock(&unwritten).is_empty()).await.is_ok()
    }

    /// Waits until a chunk of it is there, or that long.
    pub(super) async fn gather(&mut self, patience: Duration) {
        let full = async {
            loop {
                let end = *self.written.borrow_and_update();
                let much = end.file > self.at.file || end.bytes - self.at.bytes >= CHUNK as u64;
                if much || self.written.changed().await.is_err() {
                    break;
                }
            }
        };
        let _ = tokio::time::timeout(patience, full).await;
    }

    /// Waits until all that was taken down so far is written.
    pub(super) async fn flushed(&self) {
        if let Some(jobs) = self.jobs.upgrade() {
            let (written, hears) = oneshot::channel();
            if jobs.send(Job::Flush(written)).await.is_ok() {
                let _ = hears.await;
            }
        }
    }

    /// Whether all that is written was read.
    pub(super) fn is_at_end(&self) -> bool {
        *self.written.borrow() <= self.at && lock(&self.unwritten).is_empty()
    }
}

impl Files {
    fn path(&self, number: u64) -> PathBuf {
        self.folder.path.join(format!("{}-{number:06}.jsonl", self.name))
    }
}

/// A journal that is written by hand.
#[cfg(test)]
pub(super) struct Held(mpsc::Receiver<Job>);

#[cfg(test)]
impl Held {
    pub(super) fn open() -> (JournalWriter, Self) {
        let (sender, jobs) = mpsc::channel(LONGEST_QUEUE);
        (JournalWriter(sender), Self(jobs))
    }

    /// Writes all that waits.
    pub(super) fn write(&mut self) {
        while let Ok(job) = self.0.try_recv() {
            let (Job::Write(_, Some(written)) | Job::Flush(written)) = job else { continue };
            let _ = written.send(());
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.passing {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
