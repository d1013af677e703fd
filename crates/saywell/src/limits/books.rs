//! Which books are used: the shared ones, and what is done while they are away.
//!
//! The process's own books follow the shared ones: each answer says how much is on the accounts it is about. When the shared
//! books are away, or slow, the own go on from there; what they take is told to the shared ones when these are back. Shared
//! books that come back empty are brought up to what was known.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures::future::BoxFuture;
use tokio::time::Instant;

use super::book::{Book, BooksAway, Claim, DEADLINE, KnownSum, Taken, Ticket};
use super::process::ProcessBook;
use super::renewal::{self, PLACE_LASTS, Places};
use crate::clock::Clock;
use crate::service::{Service, Trouble};
use crate::telemetry;

/// What is done while the shared books are away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WithoutRedis {
    /// Each process goes on from what it knew last.
    #[default]
    Local,
    /// Nobody speaks.
    Refuse,
}

/// The books in use.
#[derive(Debug)]
pub(crate) struct Books {
    shared: Option<Shared>,
    own: Arc<ProcessBook>,
    /// The places among what is taken in the shared ones.
    places: Arc<Places>,
    without: WithoutRedis,
}

/// Books that all processes share, and whether they can be reached.
#[derive(Debug)]
struct Shared {
    book: Arc<dyn Book>,
    service: Service,
}

/// In which books a step was entered, and is to be settled.
#[derive(Debug)]
pub(crate) struct Entered {
    own: Arc<ProcessBook>,
    /// The shared ones, and under which ticket they have it or will hear of it.
    shared: Option<(Arc<dyn Book>, Ticket)>,
    ticket: Ticket,
    places: Arc<Places>,
}

impl From<Trouble> for BooksAway {
    fn from(trouble: Trouble) -> Self {
        Self(trouble.to_string())
    }
}

impl Books {
    /// With shared books, or none.
    pub(crate) fn new(shared: Option<Arc<dyn Book>>, without: WithoutRedis, clock: &Arc<dyn Clock>) -> Self {
        let (own, places) = (Arc::<ProcessBook>::default(), Arc::<Places>::default());
        let shared = shared.map(|book| {
            let (there, known, clock) = (Arc::clone(&book), Arc::clone(&own), Arc::clone(clock));
            let probe = move || {
                let (there, known, clock) = (Arc::clone(&there), Arc::clone(&known), Arc::clone(&clock));
                let well = async move { catch_up(&*there, &known, &*clock).await };
                Box::pin(well) as BoxFuture<'static, bool>
            };
            Shared { service: Service::new(telemetry::SideService::Redis, Box::new(probe)), book }
        });
        if let Some(Shared { book, service }) = &shared {
            let shared = (Arc::clone(book), service.clone());
            // Not waited for: it ends with these books, and what it has not renewed ends by itself.
            tokio::spawn(renewal::renew(
                Arc::downgrade(&places),
                Arc::clone(&own),
                shared,
                Arc::clone(clock),
            ));
        }
        Self { shared, own, places, without }
    }

    /// Whether the shared books can be reached; `None` without any.
    pub(crate) fn service(&self) -> Option<&Service> {
        self.shared.as_ref().map(|shared| &shared.service)
    }

    /// Takes all claims or none, and says in which books.
    pub(crate) async fn take(
        &self,
        ticket: Ticket,
        claims: &[Claim],
        now: SystemTime,
    ) -> Result<(Taken, Entered), BooksAway> {
        let entered = |shared| self.entered(ticket, shared);
        let Some(Shared { book, service }) = &self.shared else {
            return Ok((self.own.take(ticket, claims, now).await?, entered(None)));
        };
        let asked = Instant::now();
        match service.ask(DEADLINE, book.take(ticket, claims, now), |_| true).await {
            Ok(taken) => {
                self.follow(ticket, claims, &taken, asked, now);
                if matches!(taken, Taken::All(_)) {
                    self.places.hold(ticket, ticket, claims);
                }
                Ok((taken, entered(Some((Arc::clone(book), ticket)))))
            }
            Err(away) if self.without == WithoutRedis::Refuse => Err(away),
            Err(_) => {
                let taken = self.own.take(ticket, claims, now).await?;
                if matches!(taken, Taken::All(_)) {
                    book.take_later(ticket.later(), claims, now);
                    self.places.hold(ticket, ticket.later(), claims);
                }
                Ok((taken, entered(Some((Arc::clone(book), ticket.later())))))
            }
        }
    }

    fn entered(&self, ticket: Ticket, shared: Option<(Arc<dyn Book>, Ticket)>) -> Entered {
        Entered { own: Arc::clone(&self.own), shared, ticket, places: Arc::clone(&self.places) }
    }

    /// What another process took in the shared books, whose it is no more: it is settled here.
    pub(crate) fn adopt(&self, ticket: Ticket, claims: &[Claim]) -> Entered {
        let shared = self.shared.as_ref().map(|shared| (Arc::clone(&shared.book), ticket));
        if shared.is_some() {
            self.places.hold(ticket, ticket, claims);
        }
        self.entered(ticket, shared)
    }

    /// How long a place lasts, where it is renewed.
    pub(crate) fn place_lasts(&self) -> Option<Duration> {
        self.shared.is_some().then_some(PLACE_LASTS)
    }

    /// Notes what the shared books said.
    fn follow(&self, ticket: Ticket, claims: &[Claim], taken: &Taken, asked: Instant, now: SystemTime) {
        match taken {
            Taken::All(states) => {
                let states: Vec<_> = claims.iter().zip(states.iter().copied()).collect();
                self.own.note(Some(ticket), &states, asked, now);
            }
            Taken::Refused { claim, state } => {
                if let Some(claim) = claims.get(*claim) {
                    self.own.note(None, &[(claim, *state)], asked, now);
                }
            }
        }
    }

    /// Writes down what was used before these books began.
    pub(crate) async fn seed(
        &self,
        account: &str,
        used: u64,
        resets: SystemTime,
        now: SystemTime,
    ) -> Result<(), BooksAway> {
        // A process that has to count for itself one day begins with what is known today.
        self.own.seed(account, used, resets, now).await?;
        match &self.shared {
            Some(Shared { book, service }) => {
                service.ask(DEADLINE, book.seed(account, used, resets, now), |_| true).await
            }
            None => Ok(()),
        }
    }

    /// Brings a sum of the own books up to what is known of it elsewhere.
    pub(crate) fn learn(&self, sum: KnownSum, now: SystemTime) {
        self.own.raise_to(sum, now);
    }

    /// Waits until everything settled so far is in the books.
    pub(crate) async fn settled(&self) {
        if let Some(Shared { book, .. }) = &self.shared {
            book.settled().await;
        }
    }
}

impl Entered {
    /// Under which ticket the shared books have it; else these.
    pub(crate) fn ticket(&self) -> Ticket {
        self.shared.as_ref().map_or(self.ticket, |(_, ticket)| *ticket)
    }

    /// Changes what a step took: each claim's amount becomes what is `kept` of it, and its places are given back. Once for
    /// each step; never waits.
    pub(crate) fn settle(&self, claims: &[Claim], kept: &[u64], now: SystemTime) {
        self.places.let_go(self.ticket);
        self.own.settle(self.ticket, claims, kept, now);
        if let Some((shared, ticket)) = &self.shared {
            shared.settle(*ticket, claims, kept, now);
        }
    }
}

/// Whether shared books are there again, and know what happened meanwhile and whatever they may have forgotten.
async fn catch_up(book: &dyn Book, own: &ProcessBook, clock: &dyn Clock) -> bool {
    let Ok(remembers) = book.reach().await else { return false };
    book.settled().await;
    let now = clock.now();
    remembers || book.raise(&own.sums(now), now).await.is_ok()
}
