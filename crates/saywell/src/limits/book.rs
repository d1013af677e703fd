//! The books that limits are kept in: what a step asks of them, and what they answer.
//!
//! A step takes all of its claims or none, at once, whoever else asks at the same time. What it took stands under its
//! ticket, so that giving back happens once at most.

use std::fmt;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// How long a step of the shared books may take at the very most; they have a tighter deadline of their own, past which they
/// undo what they may have done.
pub(super) const DEADLINE: Duration = Duration::from_secs(1);

/// Names one step, unlike any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Ticket(u64);

impl Ticket {
    pub(crate) fn new() -> Self {
        Self(rand::random())
    }

    /// Under which the shared books hear later of what was taken while they were away. Not the ticket itself: they may
    /// have done under that what nobody heard of in time, and it is undone.
    pub(crate) fn later(self) -> Self {
        Self(!self.0)
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// What a step asks for on one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claim {
    /// Names the account in the books.
    pub account: String,
    /// How much is asked; 0 only looks, and is never refused.
    pub amount: u64,
    /// How much the account may hold.
    pub allowed: u64,
    /// What is kept on the account.
    pub kind: ClaimKind,
}

/// What is kept on an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ClaimKind {
    /// A bucket of `allowed` that fills by one every so many microseconds. Its state: microseconds until it is full.
    Rate {
        /// Microseconds, at least 1.
        every: u64,
    },
    /// Places, each of its ticket, given back or ended by itself. Its state: how many are taken.
    Places {
        /// When a place that nobody gives back is free again.
        until: SystemTime,
    },
    /// A sum that begins again. Its state: the sum.
    Sum {
        /// When.
        resets: SystemTime,
    },
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Taken {
    /// All of it was taken; the state of each account after it.
    All(Vec<u64>),
    /// Nothing was.
    Refused {
        /// The first claim that did not fit.
        claim: usize,
        /// The state of its account.
        state: u64,
    },
}

/// What was known of a sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownSum {
    /// Names the account in the books.
    pub account: String,
    /// The sum.
    pub used: u64,
    /// When it begins again.
    pub resets: SystemTime,
}

/// The books cannot be reached.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the limits' books cannot be reached: {0}")]
pub(crate) struct BooksAway(pub String);

/// Where limits are kept.
#[async_trait]
pub(crate) trait Book: fmt::Debug + Send + Sync {
    /// Takes all claims or none.
    async fn take(&self, ticket: Ticket, claims: &[Claim], now: SystemTime) -> Result<Taken, BooksAway>;

    /// Changes what a step took: each claim's amount becomes what is `kept` of it, and its places are given back. Once
    /// for each ticket; never waits.
    fn settle(&self, ticket: Ticket, claims: &[Claim], kept: &[u64], now: SystemTime);

    /// Takes claims that were taken elsewhere already, whatever they come to; never waits.
    fn take_later(&self, _ticket: Ticket, _claims: &[Claim], _now: SystemTime) {}

    /// Waits until everything settled so far is in the books.
    async fn settled(&self) {}

    /// Keeps places of these tickets on these accounts until then; of what is settled, none.
    async fn renew(
        &self,
        places: &[(Ticket, String)],
        until: SystemTime,
        now: SystemTime,
    ) -> Result<(), BooksAway>;

    /// Looks whether they can be reached, and tells whether they still know what they knew.
    async fn reach(&self) -> Result<bool, BooksAway> {
        Ok(true)
    }

    /// Brings sums up to at least these, in books that forgot what they knew.
    async fn raise(&self, _sums: &[KnownSum], _now: SystemTime) -> Result<(), BooksAway> {
        Ok(())
    }

    /// Writes down what was used before these books began, unless the account is in them.
    async fn seed(
        &self,
        account: &str,
        used: u64,
        resets: SystemTime,
        now: SystemTime,
    ) -> Result<(), BooksAway>;
}
