//! Threads of our own that speak, most urgent text first.
//!
//! A reply that has begun to sound is finished before a new one begins, but for what its listener reaches no sooner than
//! [`AHEAD`]: a long reply must not hold up everybody. Among new replies, and among what nobody waits for yet, callers
//! take turns.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use saywell_text::{Mark, Within};

use crate::voice::{Line, Speech, Voice, VoiceError};

/// How far a listener is from an utterance that new replies may be begun before.
pub const AHEAD: Duration = Duration::from_secs(20);

/// How urgent a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Urgency {
    /// An utterance of a reply that sounds already.
    Sounding {
        /// When its listener comes to it.
        due: Instant,
    },
    /// The first utterance for someone who listens and hears nothing yet.
    First,
    /// Nobody has asked to hear it yet. Such jobs never take the last free thread.
    Prefetch,
}

/// Whose turn it is, and how urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Turn {
    /// How urgent it is.
    pub urgency: Urgency,
    /// Who waits for it, as a number: callers take turns.
    pub caller: u64,
}

/// One text to speak.
#[derive(Debug, Clone)]
pub struct Job {
    /// Which of the pool's voices; a pool of one has no choice.
    pub voice: String,
    /// The text, an utterance.
    pub text: String,
    /// How parts of it are said, see [`crate::FOLLOWS`].
    pub marks: Arc<[Mark]>,
    /// The speed, see [`crate::SPEEDS`].
    pub speed: f32,
    /// Where it is a part of a sentence: what stands at its sides.
    pub within: Option<Arc<Within>>,
    /// Its place in the queue.
    pub turn: Turn,
    /// Set to true when nobody waits for the result any more. The job then ends with
    /// [`VoiceError::Cancelled`], at the latest between two stages of the synthesis.
    pub cancelled: Arc<AtomicBool>,
}

/// As many jobs wait as may: try later or elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many texts are waiting to be spoken")]
pub struct Overloaded;

/// Threads that speak, with a bounded queue before them.
///
/// Dropping it cancels what waits, lets what is being spoken end, and joins the threads.
pub struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    /// A pool of `threads` threads; at most `capacity` jobs wait.
    #[must_use]
    pub fn new(voice: Arc<Voice>, threads: NonZero<usize>, capacity: usize) -> Self {
        let speak = move |job: &Job, begin: &mut dyn FnMut()| {
            begin();
            let line = job.line();
            voice.speak_while(line, &|| !job.cancelled.load(Ordering::Relaxed))
        };
        Self::with_speaker(speak, threads, capacity)
    }

    /// As [`Self::new`], with a voice for every job: `find` makes the voice of a name. It is asked on the pool's
    /// threads. A job has begun when its voice is at hand: what takes long then is loading, not speaking.
    #[must_use]
    pub fn of_voices(
        find: impl Fn(&str) -> Result<Voice, VoiceError> + Send + Sync + 'static,
        threads: NonZero<usize>,
        capacity: usize,
    ) -> Self {
        let speak = move |job: &Job, begin: &mut dyn FnMut()| {
            let voice = find(&job.voice)?;
            voice.load()?;
            begin();
            let line = job.line();
            voice.speak_while(line, &|| !job.cancelled.load(Ordering::Relaxed))
        };
        Self::with_speaker(speak, threads, capacity)
    }

    /// As many threads as there are processor cores for this process.
    #[must_use]
    pub fn available_threads() -> NonZero<usize> {
        thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
    }

    fn with_speaker(
        speak: impl Fn(&Job, &mut dyn FnMut()) -> Result<Speech, VoiceError> + Send + Sync + 'static,
        threads: NonZero<usize>,
        capacity: usize,
    ) -> Self {
        let speak: Arc<SpeakJob> = Arc::new(speak);
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
            capacity,
            // With a single thread there is no other to keep free.
            prefetching_limit: threads.get().saturating_sub(1).max(1),
        });
        let spawn = |number| {
            let (shared, speak) = (Arc::clone(&shared), Arc::clone(&speak));
            thread::Builder::new().name(format!("voice-{number}")).spawn(move || shared.work(&*speak)).ok()
        };
        Self { threads: (0..threads.get()).filter_map(spawn).collect(), shared }
    }

    /// Queues `job`. When its turn comes `begun` is called, then `done` with its result, each once, on one of the pool's
    /// threads; a job that never starts only ends, on the thread that finds so. Both should only hand on what they get.
    ///
    /// Returns at once; when the queue is full the job is dropped and neither is called.
    pub fn submit(
        &self,
        job: Job,
        begun: impl FnOnce() + Send + 'static,
        done: impl FnOnce(Result<Speech, VoiceError>) + Send + 'static,
    ) -> Result<(), Overloaded> {
        let mut state = self.shared.lock();
        let abandoned =
            if state.waiting >= self.shared.capacity { state.take_cancelled() } else { Vec::new() };
        let room = state.waiting < self.shared.capacity && !self.threads.is_empty();
        if room {
            state.add(Task { job, begun: Box::new(begun), done: Box::new(done) });
        }
        drop(state);
        self.shared.changed.notify_one();
        for task in abandoned {
            task.end(Err(VoiceError::Cancelled));
        }
        if room { Ok(()) } else { Err(Overloaded) }
    }

    /// How many jobs wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.shared.lock().waiting
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool")
            .field("threads", &self.threads.len())
            .field("waiting", &self.waiting())
            .finish_non_exhaustive()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let waiting = {
            let mut state = self.shared.lock();
            state.closed = true;
            state.take_all(|_| true)
        };
        self.shared.changed.notify_all();
        for task in waiting {
            task.end(Err(VoiceError::Cancelled));
        }
        for thread in self.threads.drain(..) {
            // `done` may own the pool and drop it on one of its own threads, which cannot wait for itself.
            if thread.thread().id() != thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

/// Speaks a job, after it has told that it begins.
type SpeakJob = dyn Fn(&Job, &mut dyn FnMut()) -> Result<Speech, VoiceError> + Send + Sync;

struct Task {
    job: Job,
    begun: Box<dyn FnOnce() + Send>,
    done: Box<dyn FnOnce(Result<Speech, VoiceError>) + Send>,
}

impl Task {
    /// Reports the result. A panic of the receiver is its own affair and must not end the thread.
    fn end(self, result: Result<Speech, VoiceError>) {
        let _ = catch_unwind(AssertUnwindSafe(|| (self.done)(result)));
    }

    /// Speaks, from the first word to the report of the result.
    fn run(self, speak: &SpeakJob) {
        if self.job.is_cancelled() {
            return self.end(Err(VoiceError::Cancelled));
        }
        let Self { job, begun, done } = self;
        let mut told = Some(begun);
        let mut begin = || {
            if let Some(begun) = told.take() {
                let _ = catch_unwind(AssertUnwindSafe(begun));
            }
        };
        let result = catch_unwind(AssertUnwindSafe(|| speak(&job, &mut begin)))
            .unwrap_or_else(|panic| Err(VoiceError::Failed(message(&*panic))));
        // What failed before has begun as well.
        begin();
        let _ = catch_unwind(AssertUnwindSafe(|| done(result)));
    }
}

impl Job {
    fn line(&self) -> Line<'_> {
        Line { text: &self.text, marks: &self.marks, speed: self.speed, within: self.within.as_deref() }
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    capacity: usize,
    prefetching_limit: usize,
}

#[derive(Default)]
struct State {
    /// What sounding replies need, by when, and in the order it came.
    sounding: BTreeMap<(Instant, u64), Task>,
    /// New replies.
    first: Turns,
    /// What nobody waits for.
    prefetch: Turns,
    waiting: usize,
    /// Jobs that ever came.
    came: u64,
    /// Threads that speak a prefetched text.
    prefetching: usize,
    closed: bool,
}

impl State {
    fn add(&mut self, task: Task) {
        self.waiting += 1;
        self.came += 1;
        match task.job.turn.urgency {
            Urgency::Sounding { due } => drop(self.sounding.insert((due, self.came), task)),
            Urgency::First => self.first.push(task),
            Urgency::Prefetch => self.prefetch.push(task),
        }
    }

    /// The next task a thread may take.
    fn next(&mut self, now: Instant, prefetching_limit: usize) -> Option<Task> {
        let task = self.next_urgent(now).or_else(|| {
            let task = (self.prefetching < prefetching_limit).then(|| self.prefetch.pop()).flatten()?;
            self.prefetching += 1;
            Some(task)
        })?;
        self.waiting -= 1;
        Some(task)
    }

    fn next_urgent(&mut self, now: Instant) -> Option<Task> {
        let soon = self.sounding.first_key_value().is_some_and(|((due, _), _)| *due <= now + AHEAD);
        let new = if soon { None } else { self.first.pop() };
        new.or_else(|| Some(self.sounding.pop_first()?.1))
    }

    fn take_cancelled(&mut self) -> Vec<Task> {
        self.take_all(|task| task.job.is_cancelled())
    }

    /// Takes out every task of which this is true.
    fn take_all(&mut self, of: impl Fn(&Task) -> bool) -> Vec<Task> {
        let mut taken: Vec<_> =
            self.sounding.extract_if(.., |_, task| of(task)).map(|(_, task)| task).collect();
        taken.extend(self.first.take_all(&of));
        taken.extend(self.prefetch.take_all(&of));
        self.waiting -= taken.len();
        taken
    }
}

/// Tasks of several callers, who take turns; each caller's in the order they came.
#[derive(Default)]
struct Turns {
    of: HashMap<u64, VecDeque<Task>>,
    /// The callers of whom there are any, the next first.
    order: VecDeque<u64>,
}

impl Turns {
    fn push(&mut self, task: Task) {
        let caller = task.job.turn.caller;
        let own = self.of.entry(caller).or_default();
        if own.is_empty() {
            self.order.push_back(caller);
        }
        own.push_back(task);
    }

    fn pop(&mut self) -> Option<Task> {
        let caller = self.order.pop_front()?;
        let own = self.of.get_mut(&caller)?;
        let task = own.pop_front();
        if own.is_empty() {
            self.of.remove(&caller);
        } else {
            self.order.push_back(caller);
        }
        task
    }

    fn take_all(&mut self, of: impl Fn(&Task) -> bool) -> Vec<Task> {
        let mut taken = Vec::new();
        for own in self.of.values_mut() {
            let (out, kept) = own.drain(..).partition::<VecDeque<_>, _>(&of);
            taken.extend(out);
            *own = kept;
        }
        self.of.retain(|_, own| !own.is_empty());
        self.order.retain(|caller| self.of.contains_key(caller));
        taken
    }
}

impl Shared {
    /// The state stays whole whatever panics: no code of others runs under the lock.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What each thread does until the pool closes.
    fn work(&self, speak: &SpeakJob) {
        while let Some(task) = self.take() {
            let prefetched = task.job.turn.urgency == Urgency::Prefetch;
            task.run(speak);
            if prefetched {
                self.lock().prefetching -= 1;
                self.changed.notify_one();
            }
        }
    }

    /// Waits for a task; none when the pool is closed.
    fn take(&self) -> Option<Task> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(task) = state.next(Instant::now(), self.prefetching_limit) {
                return Some(task);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The text a panic carries.
fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "for an unknown reason".into())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    type Answer = (String, Result<Speech, VoiceError>);

    /// A pool whose threads say which text they took and then wait to be let go on.
    struct Stage {
        pool: Option<Pool>,
        taken: Receiver<String>,
        go_on: Sender<()>,
        results: (Sender<Answer>, Receiver<Answer>),
    }

    impl Stage {
        fn new(threads: usize, capacity: usize) -> Self {
            let (took, taken) = channel();
            let (go_on, gate) = channel();
            let gate = Mutex::new(gate);
            let speaker = move |job: &Job, begin: &mut dyn FnMut()| {
                begin();
                took.send(job.text.clone()).unwrap();
                gate.lock().unwrap_or_else(PoisonError::into_inner).recv().unwrap();
                assert_ne!(job.text, "panic", "this text panics");
                Ok(Speech::default())
            };
            let pool = Pool::with_speaker(speaker, NonZero::new(threads).unwrap(), capacity);
            Self { pool: Some(pool), taken, go_on, results: channel() }
        }

        fn submit(&self, text: &str, urgency: Urgency) -> Result<Arc<AtomicBool>, Overloaded> {
            self.submit_for(1, text, urgency)
        }

        fn submit_for(
            &self,
            caller: u64,
            text: &str,
            urgency: Urgency,
        ) -> Result<Arc<AtomicBool>, Overloaded> {
            let job = job(text, Turn { urgency, caller });
            let cancelled = Arc::clone(&job.cancelled);
            let (results, text) = (self.results.0.clone(), text.to_owned());
            let done = move |result| results.send((text, result)).unwrap();
            self.pool.as_ref().unwrap().submit(job, || (), done).map(|()| cancelled)
        }

        fn taken(&self) -> String {
            self.taken.recv().unwrap()
        }

        fn go_on(&self) {
            self.go_on.send(()).unwrap();
        }

        fn result(&self) -> Answer {
            self.results.1.recv().unwrap()
        }
    }

    fn job(text: &str, turn: Turn) -> Job {
        Job {
            voice: String::new(),
            text: text.into(),
            marks: Arc::default(),
            speed: 1.0,
            within: None,
            turn,
            cancelled: Arc::default(),
        }
    }

    /// Of a reply that sounds, whose listener comes to it in that many seconds.
    fn sounding(seconds: u64) -> Urgency {
        Urgency::Sounding { due: Instant::now() + Duration::from_secs(seconds) }
    }

    #[test]
    fn a_job_has_begun_when_its_voice_is_at_hand_and_before_it_ends() {
        let (tell, told) = channel();
        let steps = tell.clone();
        let speaker = move |job: &Job, begin: &mut dyn FnMut()| {
            steps.send("loads").unwrap();
            if job.text == "lost" {
                return Err(VoiceError::Cancelled);
            }
            begin();
            steps.send("speaks").unwrap();
            Ok(Speech::default())
        };
        let pool = Pool::with_speaker(speaker, NonZero::<usize>::MIN, 4);
        for text in ["kept", "lost"] {
            let job = job(text, Turn { urgency: Urgency::First, caller: 1 });
            let (begun, done) = (tell.clone(), tell.clone());
            pool.submit(job, move || begun.send("begun").unwrap(), move |_| done.send("done").unwrap())
                .unwrap();
        }
        for expected in ["loads", "begun", "speaks", "done", "loads", "begun", "done"] {
            assert_eq!(told.recv().unwrap(), expected);
        }
    }

    #[test]
    fn what_sounds_is_finished_before_what_is_new_unless_it_is_far_ahead() {
        let stage = Stage::new(1, 9);
        stage.submit("busy", Urgency::First).unwrap();
        assert_eq!(stage.taken(), "busy");
        for (text, urgency) in [
            ("p1", Urgency::Prefetch),
            ("much later", sounding(3000)),
            ("f1", Urgency::First),
            ("later", sounding(9)),
            ("f2", Urgency::First),
            ("now", sounding(0)),
        ] {
            stage.submit(text, urgency).unwrap();
        }
        for expected in ["now", "later", "f1", "f2", "much later", "p1"] {
            stage.go_on();
            assert_eq!(stage.taken(), expected);
        }
        stage.go_on();
    }

    #[test]
    fn callers_take_turns() {
        let stage = Stage::new(1, 9);
        stage.submit("busy", Urgency::First).unwrap();
        assert_eq!(stage.taken(), "busy");
        for (caller, text) in [(1, "a1"), (1, "a2"), (1, "a3"), (2, "b1"), (3, "c1"), (2, "b2")] {
            stage.submit_for(caller, text, Urgency::First).unwrap();
        }
        for expected in ["a1", "b1", "c1", "a2", "b2", "a3"] {
            stage.go_on();
            assert_eq!(stage.taken(), expected);
        }
        stage.go_on();
    }

    #[test]
    fn prefetch_leaves_a_thread_free() {
        let stage = Stage::new(2, 9);
        stage.submit("p1", Urgency::Prefetch).unwrap();
        assert_eq!(stage.taken(), "p1");
        stage.submit("p2", Urgency::Prefetch).unwrap();
        stage.submit("f1", Urgency::First).unwrap();
        assert_eq!(stage.taken(), "f1");
        // Both threads hold a text; whichever ends, p2 is next only once p1 has ended.
        stage.go_on();
        stage.go_on();
        assert_eq!(stage.taken(), "p2");
        stage.go_on();
    }

    #[test]
    fn refuses_at_once_when_full() {
        let stage = Stage::new(1, 1);
        stage.submit("busy", Urgency::First).unwrap();
        stage.taken();
        let waiting = stage.submit("p1", Urgency::Prefetch).unwrap();
        assert_eq!(stage.submit("f1", Urgency::First).unwrap_err(), Overloaded);
        // A cancelled job makes room.
        waiting.store(true, Ordering::Relaxed);
        stage.submit("f2", Urgency::First).unwrap();
        assert!(matches!(stage.result(), (text, Err(VoiceError::Cancelled)) if text == "p1"));
        for _ in 0..2 {
            stage.go_on();
        }
    }

    #[test]
    fn does_not_start_what_was_cancelled() {
        let stage = Stage::new(1, 9);
        stage.submit("busy", sounding(0)).unwrap();
        stage.taken();
        stage.submit("unwanted", sounding(0)).unwrap().store(true, Ordering::Relaxed);
        stage.submit("wanted", sounding(0)).unwrap();
        stage.go_on();
        assert_eq!(stage.taken(), "wanted");
        stage.go_on();
        assert!(stage.result().1.is_ok());
        assert!(matches!(stage.result(), (text, Err(VoiceError::Cancelled)) if text == "unwanted"));
    }

    #[test]
    fn survives_a_panic() {
        let stage = Stage::new(1, 9);
        stage.submit("panic", sounding(0)).unwrap();
        stage.submit("next", sounding(0)).unwrap();
        stage.go_on();
        stage.go_on();
        let (_, result) = stage.result();
        assert!(matches!(result, Err(VoiceError::Failed(why)) if why.contains("this text panics")));
        assert!(stage.result().1.is_ok());
    }

    #[test]
    fn dropping_cancels_what_waits_and_joins() {
        let mut stage = Stage::new(1, 9);
        stage.submit("busy", sounding(0)).unwrap();
        stage.taken();
        stage.submit("waiting", Urgency::First).unwrap();
        let pool = stage.pool.take();
        let dropping = thread::spawn(move || drop(pool));
        assert!(matches!(stage.result(), (text, Err(VoiceError::Cancelled)) if text == "waiting"));
        stage.go_on();
        dropping.join().unwrap();
        assert!(stage.results.1.try_recv().unwrap().1.is_ok(), "what was being spoken ends before the drop");
    }
}
