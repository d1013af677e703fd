//! Room in the storage: how much is taken, by what, and who may write more.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::sweep::Sweeping;
use super::{Cache, CacheError};
use crate::key::KeyKind;
use crate::store::Selection;

/// How long an entry waits for others that are being written and take all the room there is.
const PATIENCE: Duration = Duration::from_secs(2);

/// The bytes of the storage that are taken, as far as this process knows. Cheap to clone; all clones are one count.
#[derive(Debug, Clone, Default)]
pub(super) struct Used {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    taken: Mutex<Taken>,
    /// Told when something is given back.
    freed: Notify,
}

#[derive(Debug, Default)]
struct Taken {
    /// By the entries in the index.
    indexed: u64,
    /// By entries that are being stored.
    reserved: u64,
    /// By entries that are no longer in the index, and still in the storage.
    removing: u64,
    /// By what belongs to no entry, such as a killed process leaves behind, until a repair removes it.
    stray: u64,
    /// Whether there may be something of that kind that nobody has counted.
    suspected: bool,
    /// What this process stored since it last asked the index for the sum.
    since_look: u64,
    /// What this process ever took out of the index.
    left: u64,
}

impl Taken {
    fn bytes(&self) -> u64 {
        [self.indexed, self.reserved, self.removing, self.stray].into_iter().fold(0, u64::saturating_add)
    }

    /// So much is no longer in the index.
    fn leave(&mut self, bytes: u64) {
        self.indexed = self.indexed.saturating_sub(bytes);
        self.left = self.left.saturating_add(bytes);
    }
}

impl Used {
    /// All that is taken.
    pub(super) fn bytes(&self) -> u64 {
        self.taken().bytes()
    }

    /// What the index says.
    pub(super) fn set_indexed(&self, bytes: u64) {
        let mut taken = self.taken();
        (taken.indexed, taken.since_look) = (bytes, 0);
        drop(taken);
        self.shared.freed.notify_waiters();
    }

    /// Whether it is time to ask the index; then what had left it by now.
    fn wants_look(&self, max_bytes: u64) -> Option<u64> {
        let taken = self.taken();
        (taken.since_look >= max_bytes / 100).then_some(taken.left)
    }

    /// What the index said, which may count entries that are still reserved for here, and those that have left it since
    /// it was asked (so much had left before); tells how much is too much.
    fn see_indexed(&self, bytes: u64, left_before: u64, max_bytes: u64) -> u64 {
        let mut taken = self.taken();
        let bytes = bytes.saturating_sub(taken.left.saturating_sub(left_before));
        taken.indexed = taken.indexed.max(bytes.saturating_sub(taken.reserved));
        taken.since_look = 0;
        let seen = bytes.saturating_add(taken.stray);
        taken.bytes().saturating_sub(max_bytes).min(seen.saturating_sub(max_bytes))
    }

    /// What belongs to no entry.
    pub(super) fn stray(&self) -> u64 {
        self.taken().stray
    }

    /// What a repair found that belongs to no entry and may not be removed yet.
    pub(super) fn set_stray(&self, bytes: u64) {
        let mut taken = self.taken();
        (taken.stray, taken.suspected) = (bytes, false);
        drop(taken);
        self.shared.freed.notify_waiters();
    }

    /// Something may have been left behind, so many bytes at least: they take room until a repair tells whose they are.
    pub(super) fn suspect_strays(&self, at_least: u64) {
        let mut taken = self.taken();
        taken.stray = taken.stray.max(at_least);
        taken.suspected = true;
    }

    /// Whether a repair is wanted.
    pub(super) fn has_stray(&self) -> bool {
        let taken = self.taken();
        taken.stray > 0 || taken.suspected
    }

    /// An entry was found and indexed.
    pub(super) fn add(&self, bytes: u64) {
        self.taken().indexed += bytes;
    }

    /// A row was forgotten whose objects are gone.
    pub(super) fn subtract(&self, bytes: u64) {
        let mut taken = self.taken();
        taken.leave(bytes);
        drop(taken);
        self.shared.freed.notify_waiters();
    }

    /// Entries were taken out of the index, and their objects are about to be removed.
    pub(super) fn removing(&self, bytes: u64) -> Removing {
        let mut taken = self.taken();
        taken.leave(bytes);
        taken.removing += bytes;
        Removing { used: self.clone(), bytes, done: false }
    }

    /// Room for so much more, or how much is lacking.
    fn reserve(&self, bytes: u64, max_bytes: u64) -> Result<HeldRoom, u64> {
        let mut taken = self.taken();
        match taken.bytes().saturating_add(bytes).checked_sub(max_bytes) {
            None | Some(0) => {
                taken.reserved += bytes;
                Ok(HeldRoom { used: self.clone(), bytes })
            }
            Some(lacking) => Err(lacking),
        }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.shared.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Room for an entry that is being stored; given back when dropped.
#[derive(Debug)]
pub(super) struct HeldRoom {
    used: Used,
    bytes: u64,
}

impl HeldRoom {
    /// It is in the index now, in place of an entry of so many bytes, whose sound is about to be removed.
    pub(super) fn stored(self, replaced: u64) -> Removing {
        let mut taken = self.used.taken();
        taken.indexed += self.bytes;
        taken.leave(replaced);
        taken.removing += replaced;
        taken.since_look += self.bytes;
        drop(taken);
        Removing { used: self.used.clone(), bytes: replaced, done: false }
    }

    /// It is there and has no row.
    pub(super) fn strayed(self) {
        self.used.taken().stray += self.bytes;
    }
}

impl Drop for HeldRoom {
    fn drop(&mut self) {
        let mut taken = self.used.taken();
        taken.reserved = taken.reserved.saturating_sub(self.bytes);
        drop(taken);
        self.used.shared.freed.notify_waiters();
    }
}

/// Entries whose objects are being removed. Dropped before that is done, they take their room until a repair.
#[derive(Debug)]
pub(super) struct Removing {
    used: Used,
    bytes: u64,
    done: bool,
}

impl Removing {
    /// They are gone.
    pub(super) fn done(mut self) {
        self.done = true;
    }
}

impl Drop for Removing {
    fn drop(&mut self) {
        let mut taken = self.used.taken();
        taken.removing = taken.removing.saturating_sub(self.bytes);
        if !self.done {
            taken.stray += self.bytes;
        }
        drop(taken);
        self.used.shared.freed.notify_waiters();
    }
}

impl Cache {
    /// The bytes of the storage that are taken, as far as this process knows.
    #[must_use]
    pub fn taken_bytes(&self) -> u64 {
        self.shared.used.bytes()
    }

    /// Room for an entry no larger than the cache, made by removing what was not listened to for longest. Whoever stores
    /// frees what it adds, so that any number may do this at once without freeing more than needed; and one of them at a
    /// time frees a twentieth of the cap beside, so that few have to do this.
    pub(super) async fn make_room(&self, bytes: u64) -> Result<HeldRoom, CacheError> {
        let shared = &*self.shared;
        let max_bytes = shared.settings.max_bytes;
        let deadline = Instant::now() + PATIENCE;
        let mut told = false;
        loop {
            // From here on, so that nothing that is given back meanwhile is missed.
            let freed = shared.used.shared.freed.notified();
            let lacking = match shared.used.reserve(bytes, max_bytes) {
                Ok(reservation) => return Ok(reservation),
                Err(lacking) => lacking,
            };
            if !std::mem::replace(&mut told, true) {
                self.flush_accesses().await?;
            }
            let turn = Sweeping::take(&shared.trimming);
            let spare = if turn.is_some() { max_bytes / 20 } else { 0 };
            let owed = lacking.min(bytes).saturating_add(spare);
            let removed = self.take_batch(&Selection::LeastRecentlyUsed { bytes: owed }).await?;
            if removed.entries == 0 && timeout_at(deadline, freed).await.is_err() {
                return Err(CacheError::Crowded);
            }
        }
    }

    /// Counts what the storage holds beyond what the index knows of, such as processes leave that were killed: a repair, which
    /// tells what it is, takes its time in a bucket, and until then there is no room for more.
    pub(super) async fn count_strays(&self) -> Result<(), CacheError> {
        let shared = &*self.shared;
        let mut there = 0_u64;
        for kind in KeyKind::ALL {
            there = there.saturating_add(shared.objects.bytes(kind).await?);
        }
        let unknown = there.saturating_sub(shared.index.stored_bytes().await?);
        if unknown > 0 {
            shared.used.suspect_strays(unknown);
        }
        Ok(())
    }

    /// Asks the index what is stored once this process has written a hundredth of the cap, as others may have written as
    /// well, and removes what is too much.
    pub(super) async fn look_at_others(&self) -> Result<(), CacheError> {
        let shared = &*self.shared;
        let max_bytes = shared.settings.max_bytes;
        let Some(left_before) = shared.used.wants_look(max_bytes) else { return Ok(()) };
        let excess = shared.used.see_indexed(shared.index.stored_bytes().await?, left_before, max_bytes);
        if excess > 0 {
            self.take_batch(&Selection::LeastRecentlyUsed { bytes: excess }).await?;
        }
        Ok(())
    }
}
