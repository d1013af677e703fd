//! How many calls may be under way at a time: a plan's limit counts them, not their rate.

use std::sync::{Arc, Mutex, PoisonError};

use reqwest::header::{HeaderMap, HeaderName};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The most that is believed of what the service says it allows.
const MOST: usize = 200;

const ALLOWED: HeaderName = HeaderName::from_static("maximum-concurrent-requests");

/// Places for calls under way.
#[derive(Debug)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    /// How many there are, taken or free.
    all: Mutex<usize>,
    learns: bool,
}

impl Places {
    /// As many as an operator says.
    pub(super) fn fixed(places: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(places)), all: Mutex::new(places), learns: false }
    }

    /// As many as the service says, once it has.
    pub(super) fn learned(places: usize) -> Self {
        Self { learns: true, ..Self::fixed(places) }
    }

    /// A place that is free now.
    pub(super) fn free(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.free).try_acquire_owned().ok()
    }

    /// Waits for a place. The semaphore is never closed.
    pub(super) async fn take(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.free).acquire_owned().await.ok()
    }

    /// Notes how many the service allows.
    pub(super) fn learn(&self, headers: &HeaderMap) {
        let allowed = headers.get(ALLOWED).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let Some(allowed) = allowed.filter(|allowed| self.learns && *allowed > 0) else { return };
        let allowed = MOST.min(allowed);
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if allowed > *all {
            self.free.add_permits(allowed - *all);
            *all = allowed;
        } else {
            // Those that are taken now go when the next answer comes.
            *all -= self.free.forget_permits(*all - allowed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(allowed: &str) -> HeaderMap {
        HeaderMap::from_iter([(ALLOWED, allowed.parse().unwrap())])
    }

    #[tokio::test]
    async fn the_service_decides_unless_an_operator_does() {
        let places = Places::learned(2);
        let _taken = places.take().await;
        for (said, free) in [("5", 4), ("3", 2), ("0", 2), ("many", 2), ("1", 0), ("1", 0), ("100000", 199)] {
            places.learn(&says(said));
            assert_eq!(places.free.available_permits(), free, "{said}");
        }
        let fixed = Places::fixed(2);
        fixed.learn(&says("5"));
        assert_eq!(fixed.free.available_permits(), 2);
    }
}
