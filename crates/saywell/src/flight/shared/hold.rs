//! What a maker has in hand beside the sound: what was set aside for it, and how sure it is that nobody else makes it.

use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use async_trait::async_trait;

/// What is set aside for a flight: whoever takes it over from a gateway that is gone settles it.
#[async_trait]
pub trait SetAside: Debug + Send + Sync {
    /// What it is and how much of it was used, as others are told; `None` once it is settled.
    fn as_told(&self) -> Option<String>;

    /// Waits until what was settled is known to all gateways.
    async fn settled(&self);
}

/// What of a flight its maker stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storing {
    /// All of it.
    All,
    /// What is not there yet: another may have made it.
    Missing,
    /// Nothing: another makes it now.
    Nothing,
}

/// How sure a maker is that nobody else makes its flight.
#[derive(Debug)]
pub struct Hold {
    storing: AtomicU8,
    stored: AtomicBool,
}

const ALL: u8 = 0;
const MISSING: u8 = 1;
const NOTHING: u8 = 2;

impl Hold {
    /// Of a flight that was another's before, or of one that is new.
    pub(super) fn new(taken: bool) -> Self {
        Self { storing: AtomicU8::new(if taken { MISSING } else { ALL }), stored: AtomicBool::new(false) }
    }

    /// What its maker stores.
    #[must_use]
    pub fn storing(&self) -> Storing {
        match self.storing.load(Ordering::Relaxed) {
            ALL => Storing::All,
            MISSING => Storing::Missing,
            _ => Storing::Nothing,
        }
    }

    /// Nothing was heard of the server for so long that the lease may be another's.
    pub(super) fn doubt(&self) {
        self.storing.fetch_max(MISSING, Ordering::Relaxed);
    }

    /// The lease is another's.
    pub(super) fn lose(&self) {
        self.storing.store(NOTHING, Ordering::Relaxed);
    }

    /// The rendition is stored: nobody needs the parts for long.
    pub fn store(&self) {
        self.stored.store(true, Ordering::Relaxed);
    }

    /// Whether the rendition is.
    pub(super) fn is_stored(&self) -> bool {
        self.stored.load(Ordering::Relaxed)
    }
}
