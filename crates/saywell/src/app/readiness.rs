//! Whether a balancer is to send new requests here.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// What `/readyz` was asked, and whether its answer is no from now on.
#[derive(Debug, Default)]
pub struct Readiness {
    /// How often the answer was yes.
    told: AtomicU32,
    over: AtomicBool,
}

impl Readiness {
    /// It is answered that this gateway is ready.
    pub fn tell(&self) {
        self.told.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether somebody asks again and again: whoever waits for a start asks until the first yes.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        self.told.load(Ordering::Relaxed) > 1
    }

    /// The answer is no from now on.
    pub fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// Whether it is.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }
}
