//! Services beside the gateway: the database, the bucket, Redis. Speech can do without each of them, so none may hold it up.
//!
//! A service that fails once, or is late, counts as ill, and so does one that answers slowly and not otherwise. From then on
//! nobody waits for it: whoever asks is told so at once, and goes on without it, while a probe looks in the background whether
//! it is well again.

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tracing::{info, warn};

use crate::telemetry::{self, service_failed};

/// How long an ill service is left alone between two probes; twice as long for each time that it falls ill again soon after
/// it was found well, up to the longest: one that answers probes and nothing else costs whoever asks next a deadline each time.
const PROBE_EVERY: Duration = Duration::from_millis(500);
const LONGEST_REST: Duration = Duration::from_secs(16);
/// How long it has to be well until it counts as sound again.
const SOUND_AFTER: Duration = Duration::from_mins(1);
/// What takes longer is slow: more than speech may wait for a service that is known to be ill. One that gave no quicker answer
/// for so long is ill. Only answers count that were wanted within [`SPEECH`]; work beside it may take its time.
const SLOW: Duration = Duration::from_millis(200);
const SLOW_FOR: Duration = Duration::from_millis(600);
const SPEECH: Duration = Duration::from_secs(1);
/// An answer says nothing of the service while this process comes late to what it does itself: it naps beside the answer, and
/// may oversleep by so much.
const NAP: Duration = Duration::from_millis(100);
const OVERSLEPT: Duration = Duration::from_millis(50);
/// How long a probe may take, with all that has to be caught up on before the service is well again.
const PROBE_DEADLINE: Duration = Duration::from_secs(5);

/// Looks whether the service is well again.
pub type Probe = Box<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;

/// Whether one service is well. Cheap to clone; all clones are about the same one.
#[derive(Clone)]
pub struct Service {
    shared: Arc<Shared>,
}

struct Shared {
    of: telemetry::SideService,
    /// It is a part of this process, and slow when the process is.
    is_own: bool,
    ill: watch::Sender<Option<Illness>>,
    /// When the first of the answers was wanted that were all slow.
    slow_since: Mutex<Option<Instant>>,
    probe: Probe,
    /// Other ways to it, each with a connection of its own.
    ways: Mutex<Vec<Probe>>,
    /// When it was last found well, and how long it was left alone between probes before.
    rested: Mutex<Option<(Instant, Duration)>>,
}

/// Why it is ill, in words, and whether it answers all the same.
#[derive(Debug, Clone)]
struct Illness {
    why: String,
    answers: bool,
}

/// Why a service did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// It was ill before, and was not asked.
    #[error("the {0} is ill")]
    Ill(&'static str),
    /// It did not answer in time.
    #[error("the {0} gave no answer within {1:?}")]
    Late(&'static str, Duration),
}

/// What gateways share did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Away(pub String);

impl From<Trouble> for Away {
    fn from(trouble: Trouble) -> Self {
        Self(trouble.to_string())
    }
}

impl Service {
    /// A service that is well until it proves otherwise.
    #[must_use]
    pub fn new(of: telemetry::SideService, probe: Probe) -> Self {
        Self::over(of, probe, false)
    }

    /// The same of one that is a part of this process, such as a file: it is never too slow.
    #[must_use]
    pub fn own(of: telemetry::SideService, probe: Probe) -> Self {
        Self::over(of, probe, true)
    }

    fn over(of: telemetry::SideService, probe: Probe, is_own: bool) -> Self {
        let shared = Shared {
            of,
            is_own,
            ill: watch::Sender::default(),
            slow_since: Mutex::default(),
            probe,
            ways: Mutex::default(),
            rested: Mutex::default(),
        };
        let service = Self { shared: Arc::new(shared) };
        service.measure(true);
        service
    }

    /// What operators call it, in the log, metrics and `/readyz`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.shared.of.name()
    }

    /// It is asked by this way as well: once it was ill it is well only when it can be reached by all of them. A connection
    /// notices that it broke when it is used, so whoever came first by one that nobody had tried would find the service ill anew.
    pub fn is_asked_by<F>(&self, way: impl Fn() -> F + Send + Sync + 'static)
    where
        F: Future<Output = bool> + Send + 'static,
    {
        lock(&self.shared.ways).push(Box::new(move || way().boxed()));
    }

    /// Whether all ways lead to it, and then whether it is well, and not slow.
    async fn is_found_well(&self) -> bool {
        let ways: Vec<_> = lock(&self.shared.ways).iter().map(|way| way()).collect();
        let well = join_all(ways).await.into_iter().all(|open| open) && (self.shared.probe)().await;
        // The first may have had something to catch up on.
        let begun = Instant::now();
        let (again, rested) = tokio::join!((self.shared.probe)(), rested());
        well && again && (self.shared.is_own || !rested || begun.elapsed() <= SLOW)
    }

    /// Why it is ill, if it is.
    #[must_use]
    pub fn ill(&self) -> Option<String> {
        self.shared.ill.borrow().as_ref().map(|ill| ill.why.clone())
    }

    /// Whether it may be asked.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.shared.ill.borrow().is_none()
    }

    /// Waits until it is ill.
    pub async fn falls_ill(&self) {
        // Its sender is in this service, so it outlives the wait.
        let _ = self.shared.ill.subscribe().wait_for(Option::is_some).await;
    }

    /// Waits until it is well.
    pub async fn recovers(&self) {
        let _ = self.shared.ill.subscribe().wait_for(Option::is_none).await;
    }

    /// Waits for its answer, for this long at most and not at all while it is ill. `is_ill` tells which errors mean that
    /// it is not well, rather than that the question was wrong.
    ///
    /// # Errors
    /// `E`, made from [`Trouble`] where there is no answer.
    pub async fn ask<T, E: From<Trouble> + fmt::Display>(
        &self,
        deadline: Duration,
        answer: impl Future<Output = Result<T, E>>,
        is_ill: impl Fn(&E) -> bool,
    ) -> Result<T, E> {
        if !self.is_well() {
            return Err(Trouble::Ill(self.name()).into());
        }
        self.wait(deadline, answer, is_ill).await
    }

    /// As [`ask`](Self::ask), and also while it is merely slow: for what there is no going on without.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub async fn insist<T, E: From<Trouble> + fmt::Display>(
        &self,
        deadline: Duration,
        answer: impl Future<Output = Result<T, E>>,
        is_ill: impl Fn(&E) -> bool,
    ) -> Result<T, E> {
        if self.shared.ill.borrow().as_ref().is_some_and(|ill| !ill.answers) {
            return Err(Trouble::Ill(self.name()).into());
        }
        self.wait(deadline, answer, is_ill).await
    }

    async fn wait<T, E: From<Trouble> + fmt::Display>(
        &self,
        deadline: Duration,
        answer: impl Future<Output = Result<T, E>>,
        is_ill: impl Fn(&E) -> bool,
    ) -> Result<T, E> {
        let begun = Instant::now();
        // Of what is a part of this process, and of work beside speech, nobody asks how quick it is.
        let is_timed = deadline <= SPEECH && !self.shared.is_own;
        let (mut nap, mut rests) = (pin!(rested()), None);
        let mut answer = pin!(timeout(deadline, answer));
        let answer = loop {
            tokio::select! {
                biased;
                answer = &mut answer => break answer,
                rested = &mut nap, if is_timed && rests.is_none() => rests = Some(rested),
            }
        };
        match answer {
            Ok(Ok(answer)) => {
                if is_timed && rests != Some(false) {
                    self.answered(begun);
                }
                Ok(answer)
            }
            Ok(Err(error)) => {
                if is_ill(&error) {
                    self.fell_ill(&error.to_string());
                }
                Err(error)
            }
            Err(_) => {
                let late = Trouble::Late(self.name(), deadline);
                self.fell_ill(&late.to_string());
                Err(late.into())
            }
        }
    }

    /// It gave an answer that was wanted from then on.
    fn answered(&self, begun: Instant) {
        let mut slow_since = lock(&self.shared.slow_since);
        if begun.elapsed() <= SLOW {
            *slow_since = None;
            return;
        }
        let slow_for = slow_since.get_or_insert(begun).elapsed();
        if slow_for >= SLOW_FOR {
            *slow_since = None;
            drop(slow_since);
            let why = format!("has answered slowly for {:.1} s", slow_for.as_secs_f64());
            self.falls(Illness { why, answers: true });
        }
    }

    /// Takes it for ill from now on, until a probe finds it well.
    pub fn fell_ill(&self, why: &str) {
        self.falls(Illness { why: why.to_owned(), answers: false });
    }

    fn falls(&self, illness: Illness) {
        let why = illness.why.clone();
        let mut fell = false;
        self.shared.ill.send_if_modified(|ill| {
            fell = ill.is_none();
            // One that was slow may get worse.
            let worse = ill.as_ref().is_none_or(|before| before.answers && !illness.answers);
            if worse {
                *ill = Some(illness);
            }
            worse
        });
        if !fell {
            return;
        }
        warn!(service = self.name(), %why, "ill: speech goes on without it");
        service_failed(self.shared.of);
        self.measure(false);
        let rest = self.rest();
        let service = self.clone();
        // Not waited for: it asks and changes nothing.
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(rest).await;
                if timeout(PROBE_DEADLINE, service.is_found_well()).await.is_ok_and(|well| well) {
                    break;
                }
            }
            info!(service = service.name(), "well again");
            *lock(&service.shared.rested) = Some((Instant::now(), rest));
            service.shared.ill.send_replace(None);
            service.measure(true);
        });
    }

    /// How long it is left alone between two probes, now that it is ill.
    fn rest(&self) -> Duration {
        match *lock(&self.shared.rested) {
            Some((well, rest)) if well.elapsed() < SOUND_AFTER => (rest * 2).min(LONGEST_REST),
            _ => PROBE_EVERY,
        }
    }

    fn measure(&self, well: bool) {
        metrics::gauge!("saywell_service_up", "service" => self.name()).set(f64::from(u8::from(well)));
    }
}

/// Whether this process comes to what it does in time.
async fn rested() -> bool {
    let begun = Instant::now();
    tokio::time::sleep(NAP).await;
    begun.elapsed() < NAP + OVERSLEPT
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("name", &self.name()).field("ill", &self.ill()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use super::*;

    async fn ask(
        service: &Service,
        answer: impl Future<Output = Result<u32, Trouble>>,
    ) -> Result<u32, Trouble> {
        service.ask(Duration::from_millis(200), answer, |_| true).await
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_is_late_once_is_waited_for_by_nobody_until_it_is_well() {
        let (well, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (answers, probes) = (Arc::clone(&well), Arc::clone(&asked));
        let probe: Probe = Box::new(move || {
            probes.fetch_add(1, Ordering::SeqCst);
            let well = answers.load(Ordering::SeqCst);
            Box::pin(async move { well })
        });
        let service = Service::new(telemetry::SideService::Database, probe);
        assert_eq!(ask(&service, async { Ok(1) }).await, Ok(1));
        let late = ask(&service, std::future::pending()).await.unwrap_err();
        assert_eq!(late, Trouble::Late("database", Duration::from_millis(200)));
        let begun = Instant::now();
        for _ in 0..1000 {
            assert_eq!(ask(&service, std::future::pending()).await, Err(Trouble::Ill("database")));
        }
        assert_eq!(begun.elapsed(), Duration::ZERO, "nobody waits");
        tokio::time::sleep(PROBE_EVERY * 4).await;
        assert!(!service.is_well() && asked.load(Ordering::SeqCst) >= 3);
        well.store(true, Ordering::SeqCst);
        // Not before another connection has noticed too that it broke.
        let (open, opens) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let tried = (Arc::clone(&open), Arc::clone(&opens));
        service.is_asked_by(move || {
            tried.1.store(true, Ordering::SeqCst);
            std::future::ready(tried.0.load(Ordering::SeqCst))
        });
        tokio::time::sleep(PROBE_EVERY * 2).await;
        assert!(!service.is_well() && opens.load(Ordering::SeqCst));
        open.store(true, Ordering::SeqCst);
        tokio::time::sleep(PROBE_EVERY * 2).await;
        assert_eq!(ask(&service, async { Ok(2) }).await, Ok(2));
    }

    fn service(well: impl Fn() -> BoxFuture<'static, bool> + Send + Sync + 'static) -> Service {
        Service::new(telemetry::SideService::Database, Box::new(well))
    }

    async fn after<T>(milliseconds: u64, answer: T) -> Result<T, Trouble> {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        Ok(answer)
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_is_slow_all_the_time_is_ill_and_whoever_is_so_once_is_not() {
        let delay = Arc::new(AtomicUsize::new(300));
        let takes = Arc::clone(&delay);
        let service = service(move || {
            let takes = takes.load(Ordering::SeqCst) as u64;
            Box::pin(async move { after(takes, true).await.is_ok() })
        });
        let quick = Duration::from_millis(800);
        let ask = async |takes| service.ask(quick, after(takes, ()), |_: &Trouble| true).await;
        // A hundred at once wait for one hiccup; and what is slow now and then is no worse.
        join_all((0..100).map(|_| ask(300))).await.into_iter().for_each(Result::unwrap);
        ask(10).await.unwrap();
        ask(300).await.unwrap();
        assert!(service.is_well());
        let begun = Instant::now();
        while service.is_well() {
            ask(300).await.unwrap();
        }
        assert!(begun.elapsed() < SPEECH, "{:?}", begun.elapsed());
        assert!(service.ill().unwrap().contains("slowly"));
        assert_eq!(ask(10).await, Err(Trouble::Ill("database")));
        // What there is no going on without is asked for all the same, until there is no answer at all.
        let insist = async |takes| service.insist(quick, after(takes, ()), |_: &Trouble| true).await;
        insist(300).await.unwrap();
        tokio::time::sleep(Duration::from_mins(1)).await;
        assert!(!service.is_well(), "its probes are as slow");
        assert!(matches!(insist(900).await, Err(Trouble::Late(..))));
        assert_eq!(insist(10).await, Err(Trouble::Ill("database")));
        delay.store(10, Ordering::SeqCst);
        service.recovers().await;
        ask(10).await.unwrap();
        // Work beside speech may take its time.
        for _ in 0..10 {
            service.ask(Duration::from_secs(15), after(5000, ()), |_: &Trouble| true).await.unwrap();
        }
        assert!(service.is_well());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_answers_probes_alone_is_asked_less_and_less() {
        let service = service(|| Box::pin(async { true }));
        let begun = Instant::now();
        let mut waits = 0;
        while begun.elapsed() < Duration::from_mins(2) {
            if ask(&service, std::future::pending()).await == Err(Trouble::Ill("database")) {
                service.recovers().await;
            } else {
                waits += 1;
            }
        }
        assert!((5..=12).contains(&waits), "{waits} waits in two minutes");
        tokio::time::sleep(SOUND_AFTER + LONGEST_REST).await;
        ask(&service, std::future::pending()).await.unwrap_err();
        let ill = Instant::now();
        service.recovers().await;
        let first_rest = PROBE_EVERY..PROBE_EVERY * 2;
        assert!(first_rest.contains(&ill.elapsed()), "it was sound for long: {:?}", ill.elapsed());
    }
}
