//! Threads of our own that speak, most urgent text first.

use std::collections::VecDeque;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use saywell_text::Mark;

use crate::voice::{Line, Speech, Voice, VoiceError};

/// How urgent a job is; jobs of one priority are taken in the order they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Priority {
    /// The first utterance for someone who listens and hears nothing yet.
    First,
    /// The utterances after it.
    Rest,
    /// Utterances nobody has asked to hear yet. They never take the last free thread.
    Prefetch,
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
    /// Its place in the queue.
    pub priority: Priority,
    /// Set to true when nobody waits for the result any more. The job then ends with
    /// [`VoiceError::Cancelled`], at the latest between two stages of the synthesis.
    pub cancelled: Arc<AtomicBool>,
}

/// The queue of this priority is full: try later or elsewhere.
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
    /// A pool of `threads` threads; at most `queue_capacity` jobs of each priority wait.
    #[must_use]
    pub fn new(voice: Arc<Voice>, threads: NonZero<usize>, queue_capacity: usize) -> Self {
        let speak = move |job: &Job| {
            let line = Line { text: &job.text, marks: &job.marks, speed: job.speed };
            voice.speak_while(line, &|| !job.cancelled.load(Ordering::Relaxed))
        };
        Self::with_speaker(speak, threads, queue_capacity)
    }

    /// As [`Self::new`], with a voice for every job: `find` makes the voice of a name. It is asked on the pool's
    /// threads.
    #[must_use]
    pub fn of_voices(
        find: impl Fn(&str) -> Result<Voice, VoiceError> + Send + Sync + 'static,
        threads: NonZero<usize>,
        queue_capacity: usize,
    ) -> Self {
        let speak = move |job: &Job| {
            let line = Line { text: &job.text, marks: &job.marks, speed: job.speed };
            find(&job.voice)?.speak_while(line, &|| !job.cancelled.load(Ordering::Relaxed))
        };
        Self::with_speaker(speak, threads, queue_capacity)
    }

    /// As many threads as there are processor cores for this process.
    #[must_use]
    pub fn available_threads() -> NonZero<usize> {
        thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
    }

    fn with_speaker(
        speaker: impl Fn(&Job) -> Result<Speech, VoiceError> + Send + Sync + 'static,
        threads: NonZero<usize>,
        capacity: usize,
    ) -> Self {
        let speaker: Arc<Speaker> = Arc::new(speaker);
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
            capacity,
            // With a single thread there is no other to keep free.
            prefetching_limit: threads.get().saturating_sub(1).max(1),
        });
        let spawn = |number| {
            let (shared, speaker) = (Arc::clone(&shared), Arc::clone(&speaker));
            thread::Builder::new().name(format!("voice-{number}")).spawn(move || shared.work(&*speaker)).ok()
        };
        Self { threads: (0..threads.get()).filter_map(spawn).collect(), shared }
    }

    /// Queues `job`; `done` is called with its result, once, on one of the pool's threads (or, if the job never
    /// starts, on the thread that finds so). It should only hand the result on.
    ///
    /// Returns at once; when the queue is full the job is dropped and `done` never called.
    pub fn submit(
        &self,
        job: Job,
        done: impl FnOnce(Result<Speech, VoiceError>) + Send + 'static,
    ) -> Result<(), Overloaded> {
        let mut state = self.shared.lock();
        let mut abandoned = VecDeque::new();
        let queue = state.queue(job.priority);
        if queue.len() >= self.shared.capacity {
            let (cancelled, waiting) = queue.drain(..).partition(|task| task.job.is_cancelled());
            (abandoned, *queue) = (cancelled, waiting);
        }
        let room = queue.len() < self.shared.capacity && !self.threads.is_empty();
        if room {
            queue.push_back(Task { job, done: Box::new(done) });
        }
        drop(state);
        self.shared.changed.notify_one();
        for task in abandoned {
            task.end(Err(VoiceError::Cancelled));
        }
        if room { Ok(()) } else { Err(Overloaded) }
    }

    /// How many jobs wait.
    pub fn waiting(&self) -> usize {
        self.shared.lock().queues.iter().map(VecDeque::len).sum()
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
            std::mem::take(&mut state.queues)
        };
        self.shared.changed.notify_all();
        for task in waiting.into_iter().flatten() {
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

type Speaker = dyn Fn(&Job) -> Result<Speech, VoiceError> + Send + Sync;

struct Task {
    job: Job,
    done: Box<dyn FnOnce(Result<Speech, VoiceError>) + Send>,
}

impl Task {
    /// Reports the result. A panic of the receiver is its own affair and must not end the thread.
    fn end(self, result: Result<Speech, VoiceError>) {
        let _ = catch_unwind(AssertUnwindSafe(|| (self.done)(result)));
    }
}

impl Job {
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
    /// One queue per priority, the most urgent first.
    queues: [VecDeque<Task>; 3],
    /// Threads that speak a prefetched text.
    prefetching: usize,
    closed: bool,
}

impl State {
    fn queue(&mut self, priority: Priority) -> &mut VecDeque<Task> {
        let [first, rest, prefetch] = &mut self.queues;
        match priority {
            Priority::First => first,
            Priority::Rest => rest,
            Priority::Prefetch => prefetch,
        }
    }

    /// The next task a thread may take.
    fn next(&mut self, prefetching_limit: usize) -> Option<Task> {
        let [first, rest, prefetch] = &mut self.queues;
        let urgent = first.pop_front().or_else(|| rest.pop_front());
        if urgent.is_some() || self.prefetching >= prefetching_limit {
            return urgent;
        }
        let task = prefetch.pop_front()?;
        self.prefetching += 1;
        Some(task)
    }
}

impl Shared {
    /// The state stays whole whatever panics: no code of others runs under the lock.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What each thread does until the pool closes.
    fn work(&self, speaker: &Speaker) {
        while let Some(task) = self.take() {
            let prefetched = task.job.priority == Priority::Prefetch;
            let result = if task.job.is_cancelled() {
                Err(VoiceError::Cancelled)
            } else {
                catch_unwind(AssertUnwindSafe(|| speaker(&task.job)))
                    .unwrap_or_else(|panic| Err(VoiceError::Failed(message(&*panic))))
            };
            if prefetched {
                self.lock().prefetching -= 1;
                self.changed.notify_one();
            }
            task.end(result);
        }
    }

    /// Waits for a task; none when the pool is closed.
    fn take(&self) -> Option<Task> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(task) = state.next(self.prefetching_limit) {
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
            let speaker = move |job: &Job| {
                took.send(job.text.clone()).unwrap();
                gate.lock().unwrap_or_else(PoisonError::into_inner).recv().unwrap();
                assert_ne!(job.text, "panic", "this text panics");
                Ok(Speech::default())
            };
            let pool = Pool::with_speaker(speaker, NonZero::new(threads).unwrap(), capacity);
            Self { pool: Some(pool), taken, go_on, results: channel() }
        }

        fn submit(&self, text: &str, priority: Priority) -> Result<Arc<AtomicBool>, Overloaded> {
            let cancelled = Arc::new(AtomicBool::new(false));
            let job = Job {
                voice: String::new(),
                text: text.into(),
                marks: Arc::default(),
                speed: 1.0,
                priority,
                cancelled: Arc::clone(&cancelled),
            };
            let (results, text) = (self.results.0.clone(), text.to_owned());
            let done = move |result| results.send((text, result)).unwrap();
            self.pool.as_ref().unwrap().submit(job, done).map(|()| cancelled)
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

    #[test]
    fn takes_the_most_urgent_first_and_in_order() {
        let stage = Stage::new(1, 9);
        stage.submit("busy", Priority::Rest).unwrap();
        assert_eq!(stage.taken(), "busy");
        for (text, priority) in [
            ("p1", Priority::Prefetch),
            ("r1", Priority::Rest),
            ("f1", Priority::First),
            ("r2", Priority::Rest),
            ("f2", Priority::First),
        ] {
            stage.submit(text, priority).unwrap();
        }
        for expected in ["f1", "f2", "r1", "r2", "p1"] {
            stage.go_on();
            assert_eq!(stage.taken(), expected);
        }
        stage.go_on();
    }

    #[test]
    fn prefetch_leaves_a_thread_free() {
        let stage = Stage::new(2, 9);
        stage.submit("p1", Priority::Prefetch).unwrap();
        assert_eq!(stage.taken(), "p1");
        stage.submit("p2", Priority::Prefetch).unwrap();
        stage.submit("f1", Priority::First).unwrap();
        assert_eq!(stage.taken(), "f1");
        // Both threads hold a text; whichever ends, p2 is next only once p1 has ended.
        stage.go_on();
        stage.go_on();
        assert_eq!(stage.taken(), "p2");
        stage.go_on();
    }

    #[test]
    fn refuses_at_once_when_full_but_keeps_room_for_the_urgent() {
        let stage = Stage::new(1, 1);
        stage.submit("busy", Priority::Rest).unwrap();
        stage.taken();
        let waiting = stage.submit("p1", Priority::Prefetch).unwrap();
        assert_eq!(stage.submit("p2", Priority::Prefetch).unwrap_err(), Overloaded);
        stage.submit("f1", Priority::First).unwrap();
        // A cancelled job makes room.
        waiting.store(true, Ordering::Relaxed);
        stage.submit("p3", Priority::Prefetch).unwrap();
        assert!(matches!(stage.result(), (text, Err(VoiceError::Cancelled)) if text == "p1"));
        for _ in 0..3 {
            stage.go_on();
        }
    }

    #[test]
    fn does_not_start_what_was_cancelled() {
        let stage = Stage::new(1, 9);
        stage.submit("busy", Priority::Rest).unwrap();
        stage.taken();
        stage.submit("unwanted", Priority::Rest).unwrap().store(true, Ordering::Relaxed);
        stage.submit("wanted", Priority::Rest).unwrap();
        stage.go_on();
        assert_eq!(stage.taken(), "wanted");
        stage.go_on();
        assert!(stage.result().1.is_ok());
        assert!(matches!(stage.result(), (text, Err(VoiceError::Cancelled)) if text == "unwanted"));
    }

    #[test]
    fn survives_a_panic() {
        let stage = Stage::new(1, 9);
        stage.submit("panic", Priority::Rest).unwrap();
        stage.submit("next", Priority::Rest).unwrap();
        stage.go_on();
        stage.go_on();
        let (_, result) = stage.result();
        assert!(matches!(result, Err(VoiceError::Failed(why)) if why.contains("this text panics")));
        assert!(stage.result().1.is_ok());
    }

    #[test]
    fn dropping_cancels_what_waits_and_joins() {
        let mut stage = Stage::new(1, 9);
        stage.submit("busy", Priority::Rest).unwrap();
        stage.taken();
        stage.submit("waiting", Priority::First).unwrap();
        let pool = stage.pool.take();
        let dropping = thread::spawn(move || drop(pool));
        assert!(matches!(stage.result(), (text, Err(VoiceError::Cancelled)) if text == "waiting"));
        stage.go_on();
        dropping.join().unwrap();
        assert!(stage.results.1.try_recv().unwrap().1.is_ok(), "what was being spoken ends before the drop");
    }
}
