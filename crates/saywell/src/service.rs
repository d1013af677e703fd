//! Services beside the gateway: the database, the bucket, Redis. Speech can do without each of them, so none may hold it up.
//!
//! A service that fails once, or is late, counts as ill. From then on nobody waits for it: whoever asks is told so at once,
//! and goes on without it, while a probe looks in the background whether it is well again.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use tokio::sync::watch;
use tokio::time::timeout;
use tracing::{info, warn};

use crate::telemetry::{self, service_failed};

/// How long an ill service is left alone between two probes.
const PROBE_EVERY: Duration = Duration::from_millis(500);
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
    /// Where it is ill: why.
    ill: watch::Sender<Option<String>>,
    probe: Probe,
    /// Other ways to it, each with a connection of its own.
    ways: Mutex<Vec<Probe>>,
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
        let shared = Shared { of, ill: watch::Sender::default(), probe, ways: Mutex::default() };
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
        self.ways().push(Box::new(move || way().boxed()));
    }

    fn ways(&self) -> MutexGuard<'_, Vec<Probe>> {
        self.shared.ways.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether all ways lead to it, and then whether it is well.
    async fn is_found_well(&self) -> bool {
        let ways: Vec<_> = self.ways().iter().map(|way| way()).collect();
        join_all(ways).await.into_iter().all(|open| open) && (self.shared.probe)().await
    }

    /// Why it is ill, if it is.
    #[must_use]
    pub fn ill(&self) -> Option<String> {
        self.shared.ill.borrow().clone()
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
        match timeout(deadline, answer).await {
            Ok(Ok(answer)) => Ok(answer),
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

    /// Takes it for ill from now on, until a probe finds it well.
    pub fn fell_ill(&self, why: &str) {
        let fell = self.shared.ill.send_if_modified(|ill| {
            let was_well = ill.is_none();
            if was_well {
                *ill = Some(why.to_owned());
            }
            was_well
        });
        if !fell {
            return;
        }
        warn!(service = self.name(), %why, "ill: speech goes on without it");
        service_failed(self.shared.of);
        self.measure(false);
        let service = self.clone();
        // Not waited for: it asks and changes nothing.
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(PROBE_EVERY).await;
                if timeout(PROBE_DEADLINE, service.is_found_well()).await.is_ok_and(|well| well) {
                    break;
                }
            }
            info!(service = service.name(), "well again");
            service.shared.ill.send_replace(None);
            service.measure(true);
        });
    }

    fn measure(&self, well: bool) {
        metrics::gauge!("saywell_service_up", "service" => self.name()).set(f64::from(u8::from(well)));
    }
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
        let begun = tokio::time::Instant::now();
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
}
