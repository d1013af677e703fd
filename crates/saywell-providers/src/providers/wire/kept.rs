//! An answer that is kept for a time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::Semaphore;

use crate::provider::ProviderError;
use saywell_base::clock::Clock;

/// How long a service that failed to answer is not asked again.
const PAUSE: Duration = Duration::from_secs(10);

/// An answer that changes rarely, such as a list of voices: asked for by one at a time, and kept. When it cannot be
/// had anew, the old one serves on.
#[derive(Debug)]
pub struct Kept<T> {
    answer: Mutex<Option<Answer<T>>>,
    /// Who asks holds the one permit; the others wait for what comes of it.
    asking: Semaphore,
    clock: Arc<dyn Clock>,
    lifetime: Duration,
}

#[derive(Debug, Clone)]
struct Answer<T> {
    value: Result<T, ProviderError>,
    until: SystemTime,
}

impl<T: Clone> Kept<T> {
    /// Nothing yet; answers will be kept for `lifetime`.
    #[must_use]
    pub fn new(lifetime: Duration, clock: &Arc<dyn Clock>) -> Self {
        Self { answer: Mutex::new(None), asking: Semaphore::new(1), clock: Arc::clone(clock), lifetime }
    }

    /// The answer that is kept, or else what `ask` gives.
    ///
    /// # Errors
    /// Those of `ask`, where no answer was ever had; it is not asked again for ten seconds then.
    pub async fn get(&self, ask: impl Future<Output = Result<T, ProviderError>>) -> Result<T, ProviderError> {
        if let Some(value) = self.fresh() {
            return value;
        }
        // The semaphore is never closed.
        let _asking = self.asking.acquire().await;
        if let Some(value) = self.fresh() {
            return value;
        }
        let value = ask.await;
        let kept = if value.is_ok() { self.lifetime } else { PAUSE };
        let mut answer = self.answer.lock().unwrap_or_else(PoisonError::into_inner);
        let value = match (value, answer.take()) {
            (Err(_), Some(Answer { value: Ok(old), .. })) => Ok(old),
            (value, _) => value,
        };
        *answer = Some(Answer { value: value.clone(), until: self.clock.now() + kept });
        value
    }

    /// The answer that is kept, if one is, however old.
    #[must_use]
    pub fn peek(&self) -> Option<T> {
        let answer = self.answer.lock().unwrap_or_else(PoisonError::into_inner);
        answer.as_ref()?.value.clone().ok()
    }

    /// Forgets the answer: it is known to be out of date.
    pub fn forget(&self) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn fresh(&self) -> Option<Result<T, ProviderError>> {
        let answer = self.answer.lock().unwrap_or_else(PoisonError::into_inner);
        answer.as_ref().filter(|answer| self.clock.now() < answer.until).map(|answer| answer.value.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use saywell_base::clock::ManualClock;

    #[tokio::test]
    async fn one_asks_for_all_and_again_when_it_is_old() {
        let clock = Arc::new(ManualClock::default());
        let kept = Kept::new(Duration::from_mins(1), &(Arc::clone(&clock) as Arc<dyn Clock>));
        let asked = AtomicU32::new(0);
        let ask = || async {
            tokio::task::yield_now().await;
            Ok(asked.fetch_add(1, Ordering::SeqCst))
        };
        let answers = futures::future::join_all((0..9).map(|_| kept.get(ask()))).await;
        assert!(answers.iter().all(|answer| *answer == Ok(0)), "{answers:?}");
        clock.advance(Duration::from_secs(59));
        assert_eq!(kept.get(ask()).await, Ok(0));
        clock.advance(Duration::from_secs(1));
        assert_eq!(kept.get(ask()).await, Ok(1));
        assert_eq!(kept.peek(), Some(1));
        kept.forget();
        assert_eq!(kept.peek(), None);
        assert_eq!(kept.get(ask()).await, Ok(2));
    }

    #[tokio::test]
    async fn the_old_answer_serves_while_there_is_no_new_one() {
        let clock = Arc::new(ManualClock::default());
        let kept = Kept::new(Duration::from_mins(1), &(Arc::clone(&clock) as Arc<dyn Clock>));
        let down = || async { Err(ProviderError::Overloaded { retry_after: None }) };
        let up = |value| async move { Ok(value) };
        assert_eq!(kept.get(down()).await, Err(ProviderError::Overloaded { retry_after: None }));
        assert_eq!(
            kept.get(up(1)).await,
            Err(ProviderError::Overloaded { retry_after: None }),
            "asked again at once"
        );
        clock.advance(PAUSE);
        assert_eq!(kept.get(up(1)).await, Ok(1));
        clock.advance(Duration::from_mins(1));
        assert_eq!(kept.get(down()).await, Ok(1));
        clock.advance(PAUSE);
        assert_eq!(kept.get(up(2)).await, Ok(2));
    }
}
