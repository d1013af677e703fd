//! The queue before a voice that works on this machine: who is admitted, by the seconds of work that are before them.
//!
//! Whoever could not be served in time is told so at once, with the time after which they can; whoever is admitted is
//! heard. Half of the time is everybody's. Of the other half a caller gets no more than an equal share, so that one who
//! asks for everything leaves room for those who come later. In which order the admitted are served is the business of
//! [`saywell_voice::Pool`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use metrics::{counter, gauge, histogram};
use saywell_voice::kokoro::Blend;
use tokio_util::sync::CancellationToken;

/// Who waits for an utterance; the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Somebody listens, and nothing has sounded yet.
    First,
    /// Somebody listens, and earlier utterances are sounding.
    Rest,
    /// Nobody listens yet.
    Prefetch,
}

/// Characters that a voice speaks in a second, about.
const CHARACTERS_A_SECOND: f64 = 15.0;
/// What is remembered of earlier jobs when one more is measured: the last twenty, about.
const MEMORY: f64 = 0.95;
/// The least sound that a voice has to make in a second, seconds, to be heard without gaps while the machine does other
/// things as well.
pub const LEAST_REAL_TIME: f64 = 1.3;

/// What a reply wants of the voices here, and for whom. By default of nobody who has to share.
#[derive(Debug, Default)]
pub struct Errand {
    /// Who asks, as a number; `None`: whoever runs the server, with whom nobody shares it.
    caller: Option<u64>,
    /// Characters of it that are still to be made.
    left: Arc<AtomicU64>,
    begun: CancellationToken,
    places: Mutex<Vec<Place>>,
}

impl Errand {
    /// Of this caller, with nothing to be made yet.
    #[must_use]
    pub fn new(caller: Option<u64>) -> Self {
        Self { caller, ..Self::default() }
    }

    /// The number of whoever asks.
    #[must_use]
    pub fn caller(&self) -> u64 {
        self.caller.unwrap_or_default()
    }

    /// That many characters more are to be made.
    pub fn add(&self, characters: u64) {
        self.left.fetch_add(characters, Ordering::Relaxed);
    }

    /// That many characters are made, found, or given up.
    pub fn made(&self, characters: u64) {
        let less = |left: u64| Some(left.saturating_sub(characters));
        // Cannot fail: the closure always gives a value.
        let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        for place in &*self.places() {
            place.queue.show(&place.queue.replies());
        }
    }

    /// Its first utterance is no longer waiting for its turn.
    pub fn begin(&self) {
        self.begun.cancel();
    }

    /// Waits until its first utterance has had its turn: what comes after it is not in front of it.
    pub async fn begun(&self) {
        self.begun.cancelled().await;
    }

    /// Nothing more is to be made of it.
    pub fn leave(&self) {
        let places = std::mem::take(&mut *self.places());
        drop(places);
    }

    fn places(&self) -> MutexGuard<'_, Vec<Place>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a voice takes here for a character, as it was measured.
#[derive(Debug)]
pub struct Pace(Mutex<Measured>);

#[derive(Debug, Clone, Copy)]
struct Measured {
    characters: f64,
    seconds: f64,
    /// Sound that was made, and how long that took, without what was guessed; seconds.
    sound: f64,
    took: f64,
}

impl Pace {
    /// This many seconds, until it is measured.
    #[must_use]
    pub fn guessed(seconds_a_character: f64) -> Self {
        // Weighs as little as a short word, so that the first sentence counts.
        let seconds = 4.0 * seconds_a_character;
        Self(Mutex::new(Measured { characters: 4.0, seconds, sound: 0.0, took: 0.0 }))
    }

    /// So many characters, which are so many seconds of sound, took this long on one thread.
    pub fn measured(&self, characters: u64, sound: f64, took: Duration) {
        let mut measured = self.lock();
        let took = took.as_secs_f64();
        measured.characters = measured.characters * MEMORY + characters as f64;
        measured.seconds = measured.seconds * MEMORY + took;
        measured.sound = measured.sound * MEMORY + sound;
        measured.took = measured.took * MEMORY + took;
    }

    /// Seconds of sound that one thread makes in a second, as it was measured of late; `None` before it was.
    #[must_use]
    pub fn real_time(&self) -> Option<f64> {
        let Measured { sound, took, .. } = *self.lock();
        (sound > 0.0 && took > 0.0).then(|| sound / took)
    }

    /// What so many characters take on one thread.
    #[must_use]
    pub fn seconds(&self, characters: f64) -> f64 {
        let Measured { characters: known, seconds, .. } = *self.lock();
        seconds * characters / known.max(f64::MIN_POSITIVE)
    }

    fn lock(&self) -> MutexGuard<'_, Measured> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The queue before the threads of a voice. Cheap to clone; all clones are one queue.
#[derive(Debug, Clone)]
pub struct Queue(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    name: Arc<str>,
    threads: f64,
    longest: f64,
    /// By voice.
    paces: BTreeMap<String, Arc<Pace>>,
    /// The best that trials of its voices came to, see [`crate::trial`].
    tried: Mutex<Option<f64>>,
    replies: Mutex<Replies>,
}

#[derive(Debug, Default)]
struct Replies {
    came: u64,
    inside: BTreeMap<u64, Inside>,
}

/// A reply that was admitted.
#[derive(Debug)]
struct Inside {
    caller: Option<u64>,
    prefetch: bool,
    left: Arc<AtomicU64>,
    pace: Arc<Pace>,
}

impl Inside {
    /// Seconds of work that are done before a new reply is begun: not what its listener reaches much later.
    fn before_others(&self) -> f64 {
        let soon = CHARACTERS_A_SECOND * saywell_voice::AHEAD.as_secs_f64();
        self.pace.seconds((self.left.load(Ordering::Relaxed) as f64).min(soon))
    }
}

/// A reply's place in a queue; free again when it is dropped.
#[derive(Debug)]
struct Place {
    queue: Arc<Shared>,
    number: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut replies = self.queue.replies();
        replies.inside.remove(&self.number);
        self.queue.show(&replies);
    }
}

impl Queue {
    /// The queue of the provider `name`, before that many threads, for voices of these paces. Nobody is admitted who would
    /// wait longer than `longest`.
    #[must_use]
    pub fn new(name: &str, threads: usize, longest: Duration, paces: BTreeMap<String, Arc<Pace>>) -> Self {
        Self(Arc::new(Shared {
            name: name.into(),
            threads: threads.max(1) as f64,
            longest: longest.as_secs_f64(),
            paces,
            tried: Mutex::default(),
            replies: Mutex::default(),
        }))
    }

    /// The pace of this voice; of a blend, that of the voice it begins with.
    #[must_use]
    pub fn pace(&self, voice: &str) -> Option<&Arc<Pace>> {
        self.0.paces.get(voice).or_else(|| self.0.paces.get(Blend::first_name(voice)))
    }

    /// A trial found that its voices make so many seconds of sound in a second. The best trial counts: nothing makes a machine
    /// faster than it is, and whatever else it does makes it slower.
    pub(crate) fn tried(&self, real_time: f64) {
        let mut tried = self.0.tried.lock().unwrap_or_else(PoisonError::into_inner);
        *tried = Some(tried.map_or(real_time, |best| best.max(real_time)));
    }

    /// The best that trials came to, where there were any.
    pub(crate) fn best_trial(&self) -> Option<f64> {
        *self.0.tried.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many seconds of sound its voices make in a second, where trials found that these are fewer than
    /// [`LEAST_REAL_TIME`].
    #[must_use]
    pub fn too_slow(&self) -> Option<f64> {
        self.best_trial().filter(|real_time| *real_time < LEAST_REAL_TIME)
    }

    /// Admits a reply, unless it was before. One that sounds already is never turned away.
    ///
    /// # Errors
    /// When there is no room for it: the time after which there is, if nobody else comes.
    pub fn enter(&self, errand: &Errand, voice: &str, priority: Priority) -> Result<(), Duration> {
        let Some(pace) = self.pace(voice) else { return Ok(()) };
        let mut places = errand.places();
        if places.iter().any(|place| Arc::ptr_eq(&place.queue, &self.0)) {
            return Ok(());
        }
        let mut replies = self.0.replies();
        if let Err(wait) = self.0.room(&replies, errand.caller, priority) {
            counter!("saywell_queue_refused_total", "provider" => self.0.name.to_string()).increment(1);
            return Err(Duration::from_secs_f64(wait));
        }
        replies.came += 1;
        let number = replies.came;
        let inside = Inside {
            caller: errand.caller,
            prefetch: priority == Priority::Prefetch,
            left: Arc::clone(&errand.left),
            pace: Arc::clone(pace),
        };
        replies.inside.insert(number, inside);
        self.0.show(&replies);
        drop(replies);
        places.push(Place { queue: Arc::clone(&self.0), number });
        Ok(())
    }

    /// How long a new reply would wait here.
    #[must_use]
    pub fn wait(&self) -> Duration {
        Duration::from_secs_f64(self.0.work(&self.0.replies()))
    }

    /// Whether nobody new is admitted, however little they have asked for.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.0.work(&self.0.replies()) > self.0.longest
    }

    /// An utterance had its turn after it waited this long.
    pub fn waited(&self, waited: Duration) {
        histogram!("saywell_queue_waited_seconds", "provider" => self.0.name.to_string())
            .record(waited.as_secs_f64());
    }
}

impl Shared {
    fn replies(&self) -> MutexGuard<'_, Replies> {
        self.replies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is room for a reply of this caller; else in how many seconds.
    fn room(&self, replies: &Replies, caller: Option<u64>, priority: Priority) -> Result<(), f64> {
        if priority == Priority::Rest {
            return Ok(());
        }
        let prefetch = priority == Priority::Prefetch;
        // What is made ahead waits for everybody, and nobody waits for it.
        let waiting = |of: &&Inside| prefetch || !of.prefetch;
        let sum = |of: &dyn Fn(&&Inside) -> bool| -> f64 {
            let counted = replies.inside.values().filter(waiting).filter(of);
            counted.map(Inside::before_others).sum::<f64>() / self.threads
        };
        let all = sum(&|_| true);
        let own = sum(&|inside| inside.caller == caller);
        let mut callers: BTreeSet<_> = replies.inside.values().map(|inside| inside.caller).collect();
        callers.insert(caller);
        // There may be one more, but where whoever runs the server does so alone.
        let shares = callers.len() as f64 + f64::from(u8::from(caller.is_some()));
        let share = self.longest / shares;
        let half = self.longest / 2.0;
        if all <= half || (all <= self.longest && own <= share) {
            return Ok(());
        }
        // All of it gets shorter by a second in a second, and of that a caller's own by their share.
        let until_share = (all - self.longest).max((own - share) * shares);
        Err(until_share.min(all - half))
    }

    /// Seconds of work that somebody waits for.
    fn work(&self, replies: &Replies) -> f64 {
        let waited_for = replies.inside.values().filter(|inside| !inside.prefetch);
        waited_for.map(Inside::before_others).sum::<f64>() / self.threads
    }

    fn show(&self, replies: &Replies) {
        let work: f64 = replies.inside.values().map(Inside::before_others).sum();
        // What is left of a sum may be a zero below nothing.
        gauge!("saywell_queue_seconds", "provider" => self.name.to_string()).set(work / self.threads + 0.0);
        gauge!("saywell_queue_replies", "provider" => self.name.to_string()).set(replies.inside.len() as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hundredth of a second a character: three seconds of work are the most that one reply puts before others.
    fn queue(threads: usize) -> Queue {
        let paces = BTreeMap::from([("heart".to_owned(), Arc::new(Pace::guessed(0.01)))]);
        Queue::new("local", threads, Duration::from_secs(8), paces)
    }

    fn reply(caller: Option<u64>, characters: u64) -> Errand {
        let errand = Errand::new(caller);
        errand.add(characters);
        errand
    }

    fn enter(queue: &Queue, errand: &Errand) -> Result<(), Duration> {
        queue.enter(errand, "heart", Priority::First)
    }

    #[test]
    fn whoever_could_not_be_served_in_time_is_told_when_they_can() {
        let queue = queue(1);
        let replies: Vec<_> = (0..5).map(|_| reply(None, 200)).collect();
        for admitted in &replies {
            assert_eq!(enter(&queue, admitted), Ok(()), "8 s are before the fifth");
        }
        let late = reply(None, 200);
        assert_eq!(enter(&queue, &late), Err(Duration::from_secs(2)), "10 s of work");
        assert_eq!(enter(&queue, &replies[0]), Ok(()), "who is inside stays");
        replies[0].made(150);
        assert!(enter(&queue, &late).is_err());
        replies[1].made(50);
        assert_eq!(enter(&queue, &late), Ok(()));
    }

    #[test]
    fn threads_share_the_work_and_a_reply_that_ends_takes_its_with_it() {
        let queue = queue(2);
        let mut replies: Vec<_> = (0..9).map(|_| reply(None, 200)).collect();
        assert!(replies.iter().all(|reply| enter(&queue, reply).is_ok()));
        assert!(enter(&queue, &reply(None, 200)).is_err());
        replies.pop();
        assert!(enter(&queue, &reply(None, 200)).is_ok());
    }

    #[test]
    fn a_long_reply_counts_for_what_is_made_before_others() {
        let queue = queue(1);
        let long = reply(None, 20_000);
        assert_eq!(enter(&queue, &long), Ok(()));
        assert_eq!(enter(&queue, &reply(None, 200)), Ok(()), "3 s are before it, not 200");
    }

    #[test]
    fn who_asks_for_everything_leaves_room_for_others() {
        let queue = queue(1);
        let greedy: Vec<_> = (0..20).map(|_| reply(Some(1), 100)).collect();
        let admitted = greedy.iter().filter(|reply| enter(&queue, reply).is_ok()).count();
        assert_eq!(admitted, 5, "half of eight seconds, and one more");
        let others: Vec<_> = (2..9).map(|caller| reply(Some(caller), 100)).collect();
        let heard = others.iter().filter(|reply| enter(&queue, reply).is_ok()).count();
        assert_eq!(heard, 4, "all there is room for");
    }

    #[test]
    fn what_is_made_ahead_is_in_nobodys_way_and_what_sounds_is_not_turned_away() {
        let queue = queue(1);
        let ahead: Vec<_> = (0..9).map(|_| reply(None, 200)).collect();
        let admitted = ahead.iter().filter(|reply| queue.enter(reply, "heart", Priority::Prefetch).is_ok());
        assert_eq!(admitted.count(), 5);
        let heard: Vec<_> = (0..5).map(|_| reply(None, 200)).collect();
        assert!(heard.iter().all(|reply| enter(&queue, reply).is_ok()));
        assert!(enter(&queue, &reply(None, 1)).is_err());
        assert!(queue.enter(&reply(None, 1), "heart", Priority::Rest).is_ok());
    }

    #[test]
    fn the_pace_is_what_was_measured_last() {
        let pace = Pace::guessed(1.0);
        for _ in 0..200 {
            pace.measured(100, 6.0, Duration::from_millis(20));
        }
        assert!((pace.seconds(100.0) - 0.02).abs() < 1e-3, "{}", pace.seconds(100.0));
        assert!((pace.real_time().unwrap() - 300.0).abs() < 1e-6, "{:?}", pace.real_time());
        assert_eq!(Pace::guessed(1.0).real_time(), None, "a guess is no measurement");
    }
}
