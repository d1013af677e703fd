//! Books in this process's memory.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;

use tokio::time::Instant;

use super::book::{Book, BooksAway, Claim, ClaimKind, KnownSum, Taken, Ticket};

/// Books that end with the process.
#[derive(Debug, Default)]
pub(crate) struct ProcessBook {
    accounts: Mutex<Accounts>,
}

#[derive(Debug, Default)]
struct Accounts {
    held: HashMap<String, Held>,
    /// Accounts left after the last sweep; twice as many call for the next.
    swept: usize,
}

/// What is on one account.
#[derive(Debug)]
enum Held {
    /// When the bucket is full, microseconds since 1970.
    Rate(u64),
    Places(HashMap<Ticket, SystemTime>),
    Sum {
        used: u64,
        resets: SystemTime,
        /// When other books last said what it is.
        told: Option<Instant>,
    },
}

/// Fewest accounts that a sweep is worth.
const FEW: usize = 1024;

impl ProcessBook {
    /// Takes over what other books say: the states of accounts after a step that they were asked for at `asked`, and that
    /// took the claims if there is a ticket.
    pub(super) fn note(
        &self,
        ticket: Option<Ticket>,
        states: &[(&Claim, u64)],
        asked: Instant,
        now: SystemTime,
    ) {
        let mut accounts = self.accounts();
        for (claim, state) in states {
            let held = accounts.held.entry(claim.account.clone()).or_insert_with(|| Held::new(claim.kind));
            match (held, claim.kind) {
                (Held::Sum { used, told, .. }, ClaimKind::Sum { .. }) => {
                    // Of steps that were under way at once, nobody knows which came last: the greater sum is the safe one.
                    let later = told.is_none_or(|told| told <= asked);
                    *used = if later { *state } else { (*used).max(*state) };
                    *told = Some(Instant::now());
                }
                (Held::Rate(full), ClaimKind::Rate { .. }) => *full = (*full).max(micros(now) + state),
                (Held::Places(places), ClaimKind::Places { until }) => {
                    places.retain(|_, until| *until > now);
                    if let Some(ticket) = ticket.filter(|_| claim.amount > 0) {
                        places.insert(ticket, until);
                    }
                }
                // An account's name says what is kept on it.
                _ => {}
            }
        }
        accounts.sweep(now);
    }

    /// Brings a sum up to at least this.
    pub(super) fn raise_to(&self, KnownSum { account, used, resets }: KnownSum, now: SystemTime) {
        let mut accounts = self.accounts();
        let nothing = Held::Sum { used: 0, resets, told: None };
        if let Held::Sum { used: known, .. } = accounts.held.entry(account).or_insert(nothing) {
            *known = (*known).max(used);
        }
        accounts.sweep(now);
    }

    /// Every sum that has not begun again.
    pub(super) fn sums(&self, now: SystemTime) -> Vec<KnownSum> {
        let accounts = self.accounts();
        let sums = accounts.held.iter().filter_map(|(account, held)| match held {
            Held::Sum { used, resets, .. } if *resets > now && *used > 0 => {
                Some(KnownSum { account: account.clone(), used: *used, resets: *resets })
            }
            _ => None,
        });
        sums.collect()
    }

    fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Book for ProcessBook {
    async fn take(&self, ticket: Ticket, claims: &[Claim], now: SystemTime) -> Result<Taken, BooksAway> {
        let mut accounts = self.accounts();
        let mut states = Vec::with_capacity(claims.len());
        for (number, claim) in claims.iter().enumerate() {
            let unit = if let ClaimKind::Rate { every } = claim.kind { every } else { 1 };
            let state = accounts.held.get_mut(&claim.account).map_or(0, |held| {
                held.begin_anew_before(now, claim.allowed * unit);
                held.state(now)
            });
            if claim.amount > 0 && state + claim.amount * unit > claim.allowed * unit {
                return Ok(Taken::Refused { claim: number, state });
            }
            states.push(state + claim.amount * unit);
        }
        for claim in claims.iter().filter(|claim| claim.amount > 0) {
            accounts
                .held
                .entry(claim.account.clone())
                .or_insert_with(|| Held::new(claim.kind))
                .add(ticket, claim, now);
        }
        accounts.sweep(now);
        Ok(Taken::All(states))
    }

    fn settle(&self, ticket: Ticket, claims: &[Claim], kept: &[u64], now: SystemTime) {
        let mut accounts = self.accounts();
        for (claim, kept) in claims.iter().zip(kept) {
            match accounts.held.get_mut(&claim.account) {
                Some(Held::Sum { used, .. }) => *used = (*used + kept).saturating_sub(claim.amount),
                Some(Held::Places(places)) => drop(places.remove(&ticket)),
                // A request that was made stays made; an account that began again has forgotten this step.
                Some(Held::Rate(_)) | None => {}
            }
        }
        accounts.sweep(now);
    }

    async fn renew(
        &self,
        places: &[(Ticket, String)],
        until: SystemTime,
        _now: SystemTime,
    ) -> Result<(), BooksAway> {
        let mut accounts = self.accounts();
        for (ticket, account) in places {
            if let Some(Held::Places(places)) = accounts.held.get_mut(account)
                && let Some(place) = places.get_mut(ticket)
            {
                *place = until;
            }
        }
        Ok(())
    }

    async fn seed(
        &self,
        account: &str,
        used: u64,
        resets: SystemTime,
        now: SystemTime,
    ) -> Result<(), BooksAway> {
        let mut accounts = self.accounts();
        accounts.held.entry(account.to_owned()).or_insert(Held::Sum { used, resets, told: None });
        accounts.sweep(now);
        Ok(())
    }
}

impl Accounts {
    /// Forgets accounts on which there is nothing any more, once there are many.
    fn sweep(&mut self, now: SystemTime) {
        if self.held.len() < FEW.max(2 * self.swept) {
            return;
        }
        self.held.retain(|_, held| match held {
            Held::Rate(_) => held.state(now) > 0,
            Held::Places(places) => {
                places.retain(|_, until| *until > now);
                !places.is_empty()
            }
            Held::Sum { resets, .. } => *resets > now,
        });
        self.swept = self.held.len();
    }
}

impl Held {
    fn new(kind: ClaimKind) -> Self {
        match kind {
            ClaimKind::Rate { .. } => Self::Rate(0),
            ClaimKind::Places { .. } => Self::Places(HashMap::new()),
            ClaimKind::Sum { resets } => Self::Sum { used: 0, resets, told: None },
        }
    }

    /// Begins a bucket anew that is further from full than it can ever be: the clock was put back.
    fn begin_anew_before(&mut self, now: SystemTime, longest: u64) {
        if let Self::Rate(full) = self
            && *full > micros(now) + longest
        {
            *full = 0;
        }
    }

    fn state(&self, now: SystemTime) -> u64 {
        match self {
            Self::Rate(full) => full.saturating_sub(micros(now)),
            Self::Places(places) => places.values().filter(|until| **until > now).count() as u64,
            Self::Sum { used, .. } => *used,
        }
    }

    fn add(&mut self, ticket: Ticket, claim: &Claim, now: SystemTime) {
        match (self, claim.kind) {
            (Self::Rate(full), ClaimKind::Rate { every }) => {
                *full = micros(now).max(*full) + claim.amount * every;
            }
            (Self::Places(places), ClaimKind::Places { until }) => {
                places.retain(|_, until| *until > now);
                places.insert(ticket, until);
            }
            (Self::Sum { used, .. }, ClaimKind::Sum { .. }) => *used += claim.amount,
            // An account's name says what is kept on it.
            _ => {}
        }
    }
}

/// Microseconds since 1970.
pub(super) fn micros(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn places_are_kept_while_they_are_held_and_not_after() {
        let (book, ticket) = (ProcessBook::default(), Ticket::new());
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let claim = |amount| Claim {
            account: "ann".into(),
            amount,
            allowed: 1,
            kind: ClaimKind::Places { until: at(30) },
        };
        let places = [(ticket, "ann".to_owned())];
        let taken = async |now| match book.take(Ticket::new(), &[claim(0)], at(now)).await.unwrap() {
            Taken::All(states) => states,
            refused @ Taken::Refused { .. } => panic!("{refused:?}"),
        };
        book.take(ticket, &[claim(1)], at(0)).await.unwrap();
        book.renew(&places, at(50), at(20)).await.unwrap();
        assert_eq!(taken(40).await, [1]);
        book.settle(ticket, &[claim(1)], &[0], at(41));
        book.renew(&places, at(90), at(42)).await.unwrap();
        assert_eq!(taken(43).await, [0], "what is settled is not taken again");
    }
}
