//! The journal: what the ledger takes down, in files of the data folder until the database has it.
//!
//! A record is a line of JSON. A thread of its own appends what has come meanwhile at once, so that whoever waits for a
//! record waits for one write; another forces what was written onto the disk, which nobody waits for, as what is written
//! outlives a killed process. [`JournalReader`] reads the files from behind: what the database cannot take yet stays where
//! it is. Each process writes files of its own, whose names begin alike, and holds a lock as long as it lives; the
//! files of one that is gone are taken over by the next that starts.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metrics::counter;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot, watch};
use tracing::{error, warn};

use crate::provider::CallOutcome;
use crate::store::{Asked, AskedOutcome, CallRow};

/// Records that may wait for the thread that writes them.
const LONGEST_QUEUE: usize = 65_536;
/// Bytes after which a file is ended and another begun: what the database has is given back a file at a time.
const FILE_BYTES: u64 = 4 << 20;
/// Bytes of all files together. At a thousand bytes a record and twenty records a second, an outage of three hours.
const MOST_BYTES: u64 = 256 << 20;
/// When what was written is forced onto the disk: a failure of power loses no more than that and the disk's own time.
const SYNC_EVERY: Duration = Duration::from_millis(100);
/// Bytes that are read at once.
const CHUNK: usize = 256 << 10;

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

/// Reads what was written, in order.
#[derive(Debug)]
pub(super) struct JournalReader {
    jobs: mpsc::WeakSender<Job>,
    written: watch::Receiver<Position>,
    at: Position,
    /// Whoever reads and removes files has a thread of its own for it.
    pages: Arc<Mutex<Pages>>,
}

/// The files that are read.
#[derive(Debug)]
struct Pages {
    files: Files,
    first: u64,
    open: Open,
    /// Files of processes that are gone.
    left: Vec<Left>,
}

/// What was begun and has not ended, with the file that it began in.
#[derive(Debug, Default)]
struct Open {
    orders: HashMap<u64, (u64, Asked)>,
    calls: HashMap<u64, (u64, CallRow)>,
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

/// The files that another process left.
#[derive(Debug)]
struct Left {
    name: String,
    files: Vec<PathBuf>,
    _lock: Option<File>,
}

/// What the store is to be given.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) calls: Vec<CallRow>,
    pub(super) asked: Vec<Asked>,
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
    let pages = Pages { files: files.clone(), first: 0, open: Open::default(), left };
    let reader = JournalReader {
        jobs: sender.downgrade(),
        written,
        at: Position::default(),
        pages: Arc::new(Mutex::new(pages)),
    };
    let syncing = Syncing::start()?;
    let writing = Writing { files, end, file: None, syncing, _lock: lock };
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
    syncing: Syncing,
    _lock: Option<File>,
}

impl Writing {
    fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut batch = Vec::new();
        while jobs.blocking_recv_many(&mut batch, 1024) > 0 {
            let (mut text, mut lines, mut waiting) = (Vec::new(), 0, Vec::new());
            for job in batch.drain(..) {
                match job {
                    Job::Write(records, written) => {
                        for record in records {
                            // Nothing in a record cannot be written.
                            let _ = serde_json::to_writer(&mut text, &record);
                            text.push(b'\n');
                            lines += 1;
                        }
                        waiting.extend(written);
                    }
                    Job::Flush(written) => waiting.push(written),
                }
            }
            if !text.is_empty()
                && let Err(error) = self.append(&text)
            {
                counter!("saywell_usage_unwritten_total").increment(lines);
                let text = String::from_utf8_lossy(&text);
                error!(%error, lines, %text, "usage cannot be written into the data folder: it is in this log only");
            }
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
        self.turn(|pages| pages.recover()).await?
    }

    /// The store has what [`recover`](Self::recover) gave.
    pub(super) async fn recovered(&self) -> io::Result<()> {
        self.turn(Pages::recovered).await
    }

    /// What comes next; whoever has it in the store [goes on](Self::go_on).
    pub(super) async fn next(&self) -> io::Result<(Rows, Next)> {
        let (at, end) = (self.at, *self.written.borrow());
        self.turn(move |pages| pages.next(at, end)).await?
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
        self.written.wait_for(|end| *end > self.at).await.is_ok()
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
        *self.written.borrow() <= self.at
    }
}

impl Pages {
    fn recover(&self) -> io::Result<Rows> {
        let mut rows = Rows::default();
        for Left { files, .. } in &self.left {
            let mut open = Open::default();
            for path in files {
                for line in BufReader::new(File::open(path)?).split(b'\n') {
                    open.read(&line?, 0, &mut rows);
                }
            }
            open.give_up(&mut rows);
        }
        Ok(rows)
    }

    fn recovered(&mut self) {
        for Left { name, files, .. } in self.left.drain(..) {
            let lock = self.files.folder.path.join(format!("{name}.lock"));
            for path in files.into_iter().chain([lock]) {
                if let Err(error) = fs::remove_file(&path) {
                    warn!(%error, path = %path.display(), "a journal that is written down cannot be removed");
                }
            }
        }
    }

    /// What is written from one place on, up to the other at most.
    fn next(&mut self, from: Position, end: Position) -> io::Result<(Rows, Next)> {
        let path = self.files.path(from.file);
        let size = if from.file == end.file { end.bytes } else { fs::metadata(&path)?.len() };
        if from.bytes >= size {
            let at = if from.file < end.file { Position { file: from.file + 1, bytes: 0 } } else { from };
            return Ok((Rows::default(), Next { at }));
        }
        let mut file = BufReader::with_capacity(CHUNK, File::open(&path)?);
        file.seek(SeekFrom::Start(from.bytes))?;
        let (mut rows, mut at, mut line) = (Rows::default(), from, Vec::new());
        while at.bytes < size && at.bytes - from.bytes < CHUNK as u64 {
            line.clear();
            let read = file.read_until(b'\n', &mut line)?;
            if read == 0 {
                break;
            }
            at.bytes += read as u64;
            self.open.read(&line, at.file, &mut rows);
        }
        Ok((rows, Next { at }))
    }

    /// Removes the files before this place of which nothing is open any more.
    fn give_back(&mut self, at: Position) {
        let needed = self.open.first().unwrap_or(at.file).min(at.file);
        while self.first < needed {
            let path = self.files.path(self.first);
            let size = fs::metadata(&path).map_or(0, |file| file.len());
            if let Err(error) = fs::remove_file(&path) {
                warn!(%error, path = %path.display(), "a journal that is written down cannot be removed");
            }
            self.files.bytes.fetch_sub(size, Ordering::Relaxed);
            self.first += 1;
        }
    }
}

/// How far a piece reaches.
#[derive(Debug)]
pub(super) struct Next {
    at: Position,
}

impl Open {
    fn read(&mut self, line: &[u8], file: u64, rows: &mut Rows) {
        if line.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        match serde_json::from_slice(line) {
            Ok(Record::Order(order)) => drop(self.orders.insert(order.id, (file, order))),
            Ok(Record::Begun(call)) => drop(self.calls.insert(call.call.id, (file, call))),
            Ok(Record::Call(call)) => {
                self.calls.remove(&call.call.id);
                self.book(&call);
                rows.calls.push(call);
            }
            Ok(Record::Withdrawn(call)) => drop(self.calls.remove(&call)),
            Ok(Record::Asked(asked)) => {
                self.orders.remove(&asked.id);
                rows.asked.push(asked);
            }
            // The last line of a process that was killed.
            Err(error) => warn!(%error, "a line of the journal of usage cannot be read"),
        }
    }

    fn book(&mut self, call: &CallRow) {
        if let Some((_, order)) = call.order.and_then(|order| self.orders.get_mut(&order)) {
            order.bought.add(&call.call);
        }
    }

    /// The first file that something open is in.
    fn first(&self) -> Option<u64> {
        let files = self.orders.values().map(|(file, _)| *file);
        files.chain(self.calls.values().map(|(file, _)| *file)).min()
    }

    /// Nobody will hear of these again: what was begun counts as sent.
    fn give_up(mut self, rows: &mut Rows) {
        for (_, mut call) in std::mem::take(&mut self.calls).into_values() {
            call.call.outcome = CallOutcome::Cancelled;
            self.book(&call);
            rows.calls.push(call);
        }
        for (_, mut order) in self.orders.into_values() {
            order.outcome = AskedOutcome::Cancelled;
            rows.asked.push(order);
        }
    }
}

impl Files {
    fn path(&self, number: u64) -> PathBuf {
        self.folder.path.join(format!("{}-{number:06}.jsonl", self.name))
    }
}

impl Left {
    /// Of every process that holds its lock no more.
    fn all(folder: &Path) -> io::Result<Vec<Self>> {
        let mut names = Vec::new();
        for file in fs::read_dir(folder)? {
            names.push(file?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        let mut left: Vec<Self> = Vec::new();
        for file in names.iter().filter(|name| Path::new(name).extension().is_some_and(|e| e == "jsonl")) {
            let Some((name, _)) = file.rsplit_once('-') else { continue };
            if let Some(known) = left.last_mut().filter(|known| known.name == name) {
                known.files.push(folder.join(file));
                continue;
            }
            let lock = File::open(folder.join(format!("{name}.lock"))).ok();
            if lock.as_ref().is_none_or(|lock| lock.try_lock().is_ok()) {
                left.push(Self { name: name.to_owned(), files: vec![folder.join(file)], _lock: lock });
            }
        }
        // Of those that wrote nothing only the lock is left.
        for name in names.iter().filter_map(|name| name.strip_suffix(".lock")) {
            let has_written = names.iter().any(|file| file.starts_with(&format!("{name}-")));
            let path = folder.join(format!("{name}.lock"));
            if !has_written && File::open(&path).is_ok_and(|lock| lock.try_lock().is_ok()) {
                let _ = fs::remove_file(path);
            }
        }
        Ok(left)
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
