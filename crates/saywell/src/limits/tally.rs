//! What one flight has cost so far.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Reservation;
use super::account::{Amount, What};

/// What one flight has made and cost so far, added to by all who make it.
#[derive(Debug, Default)]
pub struct Tally {
    characters: AtomicU64,
    milliseconds: AtomicU64,
    millionths: AtomicU64,
}

impl Tally {
    /// An utterance was made.
    pub fn made(&self, characters: u64, seconds: f64) {
        self.characters.fetch_add(characters, Ordering::Relaxed);
        let made = Amount { seconds, ..Amount::default() };
        self.milliseconds.fetch_add(made.units(What::Seconds), Ordering::Relaxed);
    }

    /// A provider charges for a call.
    pub fn charged(&self, money: f64) {
        let made = Amount { money, ..Amount::default() };
        self.millionths.fetch_add(made.units(What::Money), Ordering::Relaxed);
    }

    /// All of it.
    #[must_use]
    pub fn total(&self) -> Amount {
        let of = |count: &AtomicU64, what: What| count.load(Ordering::Relaxed) as f64 / what.scale();
        Amount {
            characters: self.characters.load(Ordering::Relaxed),
            seconds: of(&self.milliseconds, What::Seconds),
            money: of(&self.millionths, What::Money),
        }
    }
}

/// A reservation that is settled by a tally when it is dropped: a flight that breaks off has used what it made.
#[derive(Debug)]
pub struct Bill {
    reservation: Option<Reservation>,
    tally: Arc<Tally>,
    cached: bool,
}

impl Bill {
    pub(super) fn new(reservation: Reservation, cached: bool) -> Self {
        Self { reservation: Some(reservation), tally: Arc::default(), cached }
    }

    /// What it is settled by.
    #[must_use]
    pub fn tally(&self) -> Arc<Tally> {
        Arc::clone(&self.tally)
    }

    /// An utterance was in the cache.
    pub fn found(&self, characters: u64, seconds: f64) {
        if self.cached {
            self.tally.made(characters, seconds);
        }
    }
}

impl Drop for Bill {
    fn drop(&mut self) {
        if let Some(reservation) = self.reservation.take() {
            reservation.settle(self.tally.total());
        }
    }
}

/// What a flight costs says nothing of what it is for.
impl PartialEq for Tally {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Tally {}
