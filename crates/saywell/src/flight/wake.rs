//! What flights leave behind for as long as links to them live: a link opens whatever happened behind it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Failure;
use crate::cache::Entry;
use crate::identity::Caller;
use crate::key::Key;
use crate::links;
use crate::request::SpeechRequest;

/// The most that sound which could not be stored takes, bytes.
const SOUND_BYTES: u64 = 64 << 20;
/// The most that requests take which links were given for, bytes: some 10,000 of short replies.
const ASKED_BYTES: u64 = 8 << 20;
/// The most failures that are remembered.
const FAILURES: u64 = 16_384;
/// What an entry takes beside what is in it, bytes, about.
const OVERHEAD: usize = 500;
/// How long a failure is told at least. After that, and after whatever wait it asks for, a link tries again.
const TOLD: Duration = Duration::from_secs(30);

/// What flights left behind, each part bounded. Cheap to clone; all clones are one.
#[derive(Debug, Clone)]
pub struct Wake {
    sound: Cache<Key, Arc<Entry>>,
    failures: Cache<Key, (Failure, Instant)>,
    asked: Cache<Key, Arc<[u8]>>,
}

/// What a link was given for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinkedRequest {
    /// Who asked.
    pub caller: Caller,
    /// For what.
    pub request: SpeechRequest,
}

impl LinkedRequest {
    /// As it is kept, here and for other gateways of the same version, without what is not said.
    #[must_use]
    pub fn written(&self) -> Option<Arc<[u8]>> {
        let mut written = serde_json::to_value(self).ok()?;
        for part in written.as_object_mut()?.values_mut().filter_map(Value::as_object_mut) {
            part.retain(|_, value| !value.is_null());
        }
        Some(written.to_string().into_bytes().into())
    }

    /// What was [written](Self::written).
    #[must_use]
    pub fn read(written: &[u8]) -> Option<Self> {
        serde_json::from_slice(written).ok()
    }
}

impl Default for Wake {
    fn default() -> Self {
        let size = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
        Self {
            sound: Cache::builder()
                .max_capacity(SOUND_BYTES)
                .weigher(move |_, entry: &Arc<Entry>| size(entry.sound.len() + entry.notes.len() + OVERHEAD))
                .time_to_live(links::LONGEST)
                .build(),
            failures: Cache::builder().max_capacity(FAILURES).time_to_live(links::LONGEST).build(),
            asked: Cache::builder()
                .max_capacity(ASKED_BYTES)
                .weigher(move |_, asked: &Arc<[u8]>| size(asked.len() + OVERHEAD))
                .time_to_live(links::LONGEST)
                .build(),
        }
    }
}

impl Wake {
    /// A whole rendition that the storage did not take.
    pub fn keep(&self, key: Key, entry: Arc<Entry>) {
        self.sound.insert(key, entry);
    }

    /// The sound that was [kept](Self::keep) is somewhere else now.
    pub fn let_go(&self, key: &Key) {
        self.sound.invalidate(key);
    }

    /// The sound that was [kept](Self::keep).
    #[must_use]
    pub fn sound(&self, key: &Key) -> Option<Arc<Entry>> {
        self.sound.get(key)
    }

    /// A flight failed.
    pub(super) fn failed(&self, key: Key, failure: Failure) {
        let wait = match &failure {
            Failure::Exhausted(exhausted) => exhausted.retry_after().unwrap_or_default(),
            _ => Duration::ZERO,
        };
        self.failures.insert(key, (failure, Instant::now() + wait.max(TOLD)));
    }

    /// Why the last flight of this key failed, while that is news.
    #[must_use]
    pub fn failure(&self, key: &Key) -> Option<Failure> {
        let (failure, until) = self.failures.get(key)?;
        (Instant::now() < until).then_some(failure)
    }

    /// A link was given for this, as it is [written](LinkedRequest::written).
    pub fn asked(&self, key: Key, asked: Arc<[u8]>) {
        self.asked.insert(key, asked);
    }

    /// What a link was given for.
    #[must_use]
    pub fn asked_for(&self, key: &Key) -> Option<LinkedRequest> {
        LinkedRequest::read(&self.asked.get(key)?)
    }

    /// Gives back what has been let go, which else waits for the next who come.
    pub fn tidy(&self) {
        self.sound.run_pending_tasks();
        self.failures.run_pending_tasks();
        self.asked.run_pending_tasks();
    }

    /// Forgets all of it: an operator has purged what is kept.
    pub fn clear(&self) {
        self.sound.invalidate_all();
        self.failures.invalidate_all();
        self.asked.invalidate_all();
    }
}
