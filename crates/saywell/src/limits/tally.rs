//! What one flight has cost so far.

use std::sync::atomic::{AtomicU64, Ordering};

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

/// What a flight costs says nothing of what it is for.
impl PartialEq for Tally {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Tally {}
