//! Which books are used: the shared ones, and what is done while they are away.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;
use tracing::{info, warn};

use super::book::{Away, Book, Claim, Taken, Ticket};
use super::process::ProcessBook;
use crate::telemetry::{Service, service_failed};

/// What is done while the shared books are away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WithoutRedis {
    /// Each process counts for itself, from nothing.
    #[default]
    Local,
    /// Nobody speaks.
    Refuse,
}

/// How long the shared books are left alone after they could not be reached.
const LEFT_ALONE: Duration = Duration::from_secs(1);

/// The books in use.
#[derive(Debug)]
pub(crate) struct Books {
    shared: Option<Arc<dyn Book>>,
    own: Arc<dyn Book>,
    without: WithoutRedis,
    /// Until when the shared books are left alone; `None`: they were there when they were last asked.
    away_until: Mutex<Option<Instant>>,
}

impl Books {
    /// With shared books, or none.
    pub(crate) fn new(shared: Option<Arc<dyn Book>>, without: WithoutRedis) -> Self {
        Self { shared, own: Arc::new(ProcessBook::default()), without, away_until: Mutex::default() }
    }

    /// Takes all claims or none, and says in which books.
    pub(crate) async fn take(
        &self,
        ticket: Ticket,
        claims: &[Claim],
        now: SystemTime,
    ) -> Result<(Taken, Arc<dyn Book>), Away> {
        let away = match &self.shared {
            Some(shared) if !self.is_away() => match shared.take(ticket, claims, now).await {
                Ok(taken) => {
                    self.is_back();
                    return Ok((taken, Arc::clone(shared)));
                }
                Err(away) => {
                    self.leave_alone(&away);
                    Some(away)
                }
            },
            Some(_) => Some(Away("it was away a moment ago".into())),
            None => None,
        };
        match away {
            Some(away) if self.without == WithoutRedis::Refuse => Err(away),
            _ => Ok((self.own.take(ticket, claims, now).await?, Arc::clone(&self.own))),
        }
    }

    /// Writes down what was used before these books began.
    pub(crate) async fn seed(
        &self,
        account: &str,
        used: u64,
        resets: SystemTime,
        now: SystemTime,
    ) -> Result<(), Away> {
        // A process that has to count for itself one day begins with what is known today.
        self.own.seed(account, used, resets, now).await?;
        match &self.shared {
            Some(shared) => shared.seed(account, used, resets, now).await,
            None => Ok(()),
        }
    }

    /// Waits until everything settled so far is in the books.
    pub(crate) async fn settled(&self) {
        for book in self.shared.iter().chain([&self.own]) {
            book.settled().await;
        }
    }

    fn is_away(&self) -> bool {
        let until = *self.away_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    fn leave_alone(&self, away: &Away) {
        service_failed(Service::Redis);
        let until = Some(Instant::now() + LEFT_ALONE);
        let before =
            std::mem::replace(&mut *self.away_until.lock().unwrap_or_else(PoisonError::into_inner), until);
        if before.is_none() {
            let policy = self.without;
            warn!(%away, ?policy, "Redis is away");
        }
    }

    fn is_back(&self) {
        let before = self.away_until.lock().unwrap_or_else(PoisonError::into_inner).take();
        if before.is_some() {
            info!("Redis is back");
        }
    }
}
