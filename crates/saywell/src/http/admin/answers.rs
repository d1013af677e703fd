//! How requests for speech were answered, as an operator sees it.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::store::{Answered, by_then};

/// How requests for speech were answered, by every replica. Calls that were refused before it was known who asks, or for
/// what, are not among them.
#[derive(Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Answers {
    /// Requests that got so far, by what the cache had: `hit`, `joined`, `partial`, `miss`.
    pub cache: BTreeMap<String, u64>,
    /// Requests that were refused or could not be spoken, by the code of the error.
    pub errors: BTreeMap<String, u64>,
    /// How long the first sound took, by what the cache had. Of flights that were joined it is not known.
    pub first_sound: Vec<Waited>,
}

/// How long callers waited for the first sound, milliseconds: so many of a hundred requests had it by then.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct Waited {
    /// What the cache had.
    pub cache: String,
    /// Requests that had sound.
    pub requests: u64,
    /// Fifty.
    pub p50_ms: u64,
    /// Ninety-five.
    pub p95_ms: u64,
    /// Ninety-nine.
    pub p99_ms: u64,
}

impl Answers {
    /// All of these together.
    #[must_use]
    pub fn summed(answered: &[Answered]) -> Self {
        let mut answers = Self::default();
        let mut waited: BTreeMap<&str, BTreeMap<u64, u64>> = BTreeMap::new();
        for Answered { cache, error, first_sound_ms, requests } in answered {
            if !cache.is_empty() {
                *answers.cache.entry(cache.clone()).or_default() += requests;
            }
            if !error.is_empty() {
                *answers.errors.entry(error.clone()).or_default() += requests;
            }
            if let Some(milliseconds) = first_sound_ms {
                *waited.entry(cache).or_default().entry(*milliseconds).or_default() += requests;
            }
        }
        answers.first_sound =
            waited.into_iter().map(|(cache, times)| Waited::from_times(cache, &times)).collect();
        answers
    }
}

impl Waited {
    /// Of so many requests for each time.
    fn from_times(cache: &str, times: &BTreeMap<u64, u64>) -> Self {
        let requests = times.values().sum();
        let [p50_ms, p95_ms, p99_ms] = [50, 95, 99].map(|hundredths| by_then(times, hundredths));
        Self { cache: cache.to_owned(), requests, p50_ms, p95_ms, p99_ms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(cache: &str, error: &str, first_sound_ms: Option<u64>, requests: u64) -> Answered {
        Answered { cache: cache.into(), error: error.into(), first_sound_ms, requests }
    }

    #[test]
    fn what_was_answered_alike_is_counted_together() {
        let counted = Answers::summed(&[
            answered("miss", "", Some(100), 94),
            answered("miss", "", Some(700), 4),
            answered("miss", "", Some(900), 2),
            answered("miss", "providers_exhausted", None, 1),
            answered("hit", "", Some(1), 7),
            answered("joined", "", None, 3),
            answered("", "rate_limited", None, 5),
        ]);
        let counts =
            |of: &[(&str, u64)]| of.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        let waited = |cache: &str, requests, [p50_ms, p95_ms, p99_ms]: [u64; 3]| Waited {
            cache: cache.to_owned(),
            requests,
            p50_ms,
            p95_ms,
            p99_ms,
        };
        assert_eq!(
            counted,
            Answers {
                cache: counts(&[("hit", 7), ("joined", 3), ("miss", 101)]),
                errors: counts(&[("providers_exhausted", 1), ("rate_limited", 5)]),
                first_sound: vec![waited("hit", 7, [1, 1, 1]), waited("miss", 100, [100, 700, 900])],
            }
        );
        assert_eq!(Answers::summed(&[]), Answers::default());
    }
}
