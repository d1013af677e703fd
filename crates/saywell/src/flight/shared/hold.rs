//! What a maker has in hand beside the sound: what was set aside for it, and how sure it is that nobody else makes it.

use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

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
    /// Whether the flight was another's before.
    taken: bool,
    begun: Instant,
    /// Milliseconds after it began until which the lease is surely held.
    held_for: AtomicU64,
    lost: AtomicBool,
    stored: AtomicBool,
}

impl Hold {
    /// Of a flight that was another's before, or of one that is new; its lease is held for so long, unless it is renewed.
    pub(super) fn new(taken: bool, lasts: Duration) -> Self {
        Self {
            taken,
            begun: Instant::now(),
            held_for: AtomicU64::new(lasts.as_millis() as u64),
            lost: AtomicBool::new(false),
            stored: AtomicBool::new(false),
        }
    }

    /// What its maker stores.
    #[must_use]
    pub fn storing(&self) -> Storing {
        let held_for = Duration::from_millis(self.held_for.load(Ordering::Relaxed));
        if self.lost.load(Ordering::Relaxed) {
            Storing::Nothing
        } else if self.taken || self.begun.elapsed() >= held_for {
            // The lease may have run out, and be another's.
            Storing::Missing
        } else {
            Storing::All
        }
    }

    /// The lease was renewed by what was asked then, so that it lasts for so long from then on at the least.
    pub(super) fn renew(&self, asked: Instant, lasts: Duration) {
        let held_for = asked.saturating_duration_since(self.begun) + lasts;
        self.held_for.fetch_max(held_for.as_millis() as u64, Ordering::Relaxed);
    }

    /// The lease is another's.
    pub(super) fn lose(&self) {
        self.lost.store(true, Ordering::Relaxed);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn all_is_stored_only_while_the_lease_is_surely_held() {
        let (hold, lasts) = (Hold::new(false, Duration::from_secs(2)), Duration::from_secs(2));
        let pass = |milliseconds| tokio::time::advance(Duration::from_millis(milliseconds));
        pass(1_000).await;
        let asked = Instant::now();
        // The answer is late: it counts from when it was asked for.
        pass(500).await;
        hold.renew(asked, lasts);
        pass(1_400).await;
        assert_eq!(hold.storing(), Storing::All);
        pass(100).await;
        assert_eq!(hold.storing(), Storing::Missing);
        hold.renew(Instant::now(), lasts);
        assert_eq!(hold.storing(), Storing::All);
        hold.lose();
        assert_eq!(hold.storing(), Storing::Nothing);
        assert_eq!(Hold::new(true, lasts).storing(), Storing::Missing);
    }
}
