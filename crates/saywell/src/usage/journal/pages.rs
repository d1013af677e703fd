//! What is read of the journal: this process's own files from behind, and those that others left.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use tracing::{error, warn};

use super::{Files, Position, Record, Unwritten, lock};
use crate::provider::CallOutcome;
use crate::store::{Asked, AskedOutcome, CallRow};

/// Bytes that are read at once.
pub(super) const CHUNK: usize = 256 << 10;

/// The files that are read.
#[derive(Debug)]
pub(super) struct Pages {
    files: Files,
    first: u64,
    open: Open,
    /// Those with lines that nobody can read, which are kept.
    damaged: BTreeSet<u64>,
    /// Files of processes that are gone.
    left: Vec<Left>,
}

/// What was begun and has not ended, with the file that it began in.
#[derive(Debug, Default)]
struct Open {
    orders: HashMap<u64, (u64, Asked)>,
    calls: HashMap<u64, (u64, CallRow)>,
}

/// The files that another process left.
#[derive(Debug)]
pub(super) struct Left {
    name: String,
    files: Vec<PathBuf>,
    /// Those with lines that nobody can read, which are kept.
    damaged: Vec<PathBuf>,
    _lock: Option<File>,
}

/// What the store is to be given.
#[derive(Debug, Default)]
pub(in crate::usage) struct Rows {
    pub(in crate::usage) calls: Vec<CallRow>,
    pub(in crate::usage) asked: Vec<Asked>,
}

/// How far a piece reaches.
#[derive(Debug)]
pub(in crate::usage) struct Next {
    pub(super) at: Position,
}

impl Pages {
    pub(super) fn new(files: Files, left: Vec<Left>) -> Self {
        Self { files, first: 0, open: Open::default(), damaged: BTreeSet::new(), left }
    }

    pub(super) fn recover(&mut self) -> io::Result<Rows> {
        let mut rows = Rows::default();
        for Left { files, damaged, .. } in &mut self.left {
            let mut open = Open::default();
            damaged.clear();
            for path in &*files {
                let (mut file, mut line) = (BufReader::new(File::open(path)?), Vec::new());
                while file.read_until(b'\n', &mut line)? > 0 {
                    // Only what was being written when the process was killed may be half a line.
                    let torn = !line.ends_with(b"\n");
                    if open.read(&line, 0, &mut rows).is_err() && !torn && damaged.last() != Some(path) {
                        damaged.push(path.clone());
                    }
                    line.clear();
                }
            }
            open.give_up(&mut rows);
        }
        Ok(rows)
    }

    pub(super) fn recovered(&mut self) {
        for Left { name, files, damaged, .. } in self.left.drain(..) {
            let lock = self.files.folder.path.join(format!("{name}.lock"));
            for path in files.into_iter().chain([lock]) {
                give_up(&path, damaged.contains(&path));
            }
        }
    }

    /// What is written from one place on, up to the other at most; from there on what is in no file.
    pub(super) fn next(
        &mut self,
        from: Position,
        end: Position,
        unwritten: &Unwritten,
    ) -> io::Result<(Rows, Next)> {
        if from >= end {
            let mut rows = Rows::default();
            for line in std::mem::take(&mut *lock(unwritten)).split(|byte| *byte == b'\n') {
                let _ = self.open.read(line, from.file, &mut rows);
            }
            return Ok((rows, Next { at: from }));
        }
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
            if self.open.read(&line, at.file, &mut rows).is_err() {
                self.damaged.insert(at.file);
            }
        }
        Ok((rows, Next { at }))
    }

    /// Removes the files before this place of which nothing is open any more.
    pub(super) fn give_back(&mut self, at: Position) {
        let needed = self.open.first().unwrap_or(at.file).min(at.file);
        while self.first < needed {
            let path = self.files.path(self.first);
            let size = fs::metadata(&path).map_or(0, |file| file.len());
            give_up(&path, self.damaged.remove(&self.first));
            self.files.bytes.fetch_sub(size, Ordering::Relaxed);
            self.first += 1;
        }
    }
}

/// Takes a file away that is in the database; one that is damaged is put aside, for what cannot be read of it.
fn give_up(path: &Path, damaged: bool) {
    let done = if damaged {
        let aside = path.with_extension("jsonl.damaged");
        error!(
            file = %aside.display(),
            "a journal of usage has lines that cannot be read: the others are booked, and the file is kept"
        );
        fs::rename(path, aside)
    } else {
        fs::remove_file(path)
    };
    if let Err(error) = done {
        warn!(%error, path = %path.display(), "a journal that is written down cannot be removed");
    }
}

impl Open {
    /// # Errors
    /// That the line is none.
    fn read(&mut self, line: &[u8], file: u64, rows: &mut Rows) -> serde_json::Result<()> {
        if line.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
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
            Err(error) => return Err(error),
        }
        Ok(())
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

impl Left {
    /// Of every process that holds its lock no more.
    pub(super) fn all(folder: &Path) -> io::Result<Vec<Self>> {
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
                left.push(Self {
                    name: name.to_owned(),
                    files: vec![folder.join(file)],
                    damaged: Vec::new(),
                    _lock: lock,
                });
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
