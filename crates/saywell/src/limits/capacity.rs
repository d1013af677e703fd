//! How much goes on at once in this process, and who of many callers has a part in it.
//!
//! Half of it is everybody's. In the other half a caller gets no more than an equal share, so that one who asks for
//! everything leaves room for those who come later; and what is made before anybody listens gets none of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::identity::Subject;

/// A number of places.
#[derive(Debug, Clone)]
pub(crate) struct Capacity {
    most: usize,
    taken: Arc<Mutex<HashMap<Subject, usize>>>,
}

/// A place; free again when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    subject: Subject,
    taken: Arc<Mutex<HashMap<Subject, usize>>>,
}

impl Capacity {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, taken: Arc::default() }
    }

    /// A place, or `None` when there is none for this caller.
    pub(crate) fn take(&self, subject: &Subject, prefetch: bool) -> Option<Place> {
        let mut taken = lock(&self.taken);
        let all: usize = taken.values().sum();
        let own = taken.get(subject).copied().unwrap_or(0);
        // Whoever runs the server alone has nobody to share it with.
        let shares = taken.len() + usize::from(own == 0) + usize::from(*subject != Subject::Operator);
        let share = (self.most / shares).max(1);
        let crowded = all >= self.most.div_ceil(2);
        if all >= self.most || (crowded && (prefetch || own >= share)) {
            return None;
        }
        *taken.entry(subject.clone()).or_default() += 1;
        Some(Place { subject: subject.clone(), taken: Arc::clone(&self.taken) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        if let Some(own) = taken.get_mut(&self.subject) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.subject);
            }
        }
    }
}

fn lock(taken: &Mutex<HashMap<Subject, usize>>) -> MutexGuard<'_, HashMap<Subject, usize>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str) -> Subject {
        Subject::User(name.to_owned())
    }

    fn as_many_as_there_are(capacity: &Capacity, subject: &Subject, prefetch: bool) -> Vec<Place> {
        std::iter::from_fn(|| capacity.take(subject, prefetch)).collect()
    }

    #[test]
    fn one_caller_leaves_room_for_the_rest() {
        let capacity = Capacity::new(12);
        let ann = as_many_as_there_are(&capacity, &user("ann"), false);
        assert_eq!(ann.len(), 6, "alone, half of it");
        let bob = as_many_as_there_are(&capacity, &user("bob"), false);
        assert_eq!(bob.len(), 4, "a third, as there may be one more");
        let eve = as_many_as_there_are(&capacity, &user("eve"), false);
        assert_eq!(eve.len(), 2, "what is left");
        assert!(capacity.take(&user("zoe"), false).is_none());
        drop(bob);
        assert!(capacity.take(&user("zoe"), false).is_some());
        drop((ann, eve));
        assert_eq!(as_many_as_there_are(&capacity, &user("ann"), false).len(), 6);
    }

    #[test]
    fn listening_comes_before_prefetching() {
        let capacity = Capacity::new(8);
        let early = as_many_as_there_are(&capacity, &Subject::Operator, true);
        assert_eq!(early.len(), 4);
        assert_eq!(as_many_as_there_are(&capacity, &Subject::Operator, false).len(), 4);
    }

    #[test]
    fn there_is_one_place_at_least() {
        let capacity = Capacity::new(1);
        let place = capacity.take(&user("ann"), false);
        assert!(place.is_some() && capacity.take(&user("bob"), false).is_none());
        drop(place);
        assert!(capacity.take(&user("bob"), true).is_some());
    }
}
