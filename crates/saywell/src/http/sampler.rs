//! Which of many log lines of one kind are written.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Lets some at once, then some a second, and counts the rest.
#[derive(Debug)]
pub(super) struct Sampler {
    at_once: u32,
    per_second: u32,
    state: Mutex<Option<State>>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    left: f64,
    at: Instant,
    unlogged: u64,
}

impl Sampler {
    /// So many at once, and so many a second.
    pub(super) const fn new(at_once: u32, per_second: u32) -> Self {
        Self { at_once, per_second, state: Mutex::new(None) }
    }

    /// Whether this one is written, and how many were not since the last one that was.
    pub(super) fn take(&self, now: Instant) -> Option<u64> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let full = f64::from(self.at_once);
        let state = state.get_or_insert(State { left: full, at: now, unlogged: 0 });
        let passed = now.saturating_duration_since(state.at).as_secs_f64();
        state.left = (state.left + passed * f64::from(self.per_second)).min(full);
        state.at = now;
        if state.left < 1.0 {
            state.unlogged += 1;
            return None;
        }
        state.left -= 1.0;
        Some(std::mem::take(&mut state.unlogged))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_not_written_is_counted() {
        let sampler = Sampler::new(3, 1);
        let now = Instant::now();
        let taken: Vec<_> = (0..5).map(|_| sampler.take(now)).collect();
        assert_eq!(taken, [Some(0), Some(0), Some(0), None, None]);
        assert_eq!(sampler.take(now + Duration::from_secs(1)), Some(2));
        assert_eq!(sampler.take(now + Duration::from_secs(1)), None);
        let later = now + Duration::from_hours(1);
        let written = (0..9).filter(|_| sampler.take(later).is_some()).count();
        assert_eq!(written, 3, "it never saves up more than at the start");
    }
}
