//! Leave to speak once, and what is set aside for it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::account::Account;
use super::book::{Claim, Ticket};
use super::books::Entered;
use super::{Amount, Demand, Limits, Place, Plan, Refusal, Standing, What};
use crate::identity::Subject;
use crate::script::ReplyBounds;

/// How long a flight may take beyond twice the length of its speech, before its place is given to others, where places are not
/// renewed.
const FLIGHT_GRACE: Duration = Duration::from_mins(5);

/// Leave to speak once.
#[derive(Debug)]
#[must_use]
pub struct Permit {
    pub(super) limits: Limits,
    pub(super) plan_name: String,
    pub(super) plan: Plan,
    pub(super) accounts: Vec<Account>,
    pub(super) subject: Subject,
    pub(super) prefetch: bool,
    /// Where the caller stands with requests, this one counted.
    pub standing: Standing,
    pub(super) preparing: Mutex<Option<Place>>,
}

/// An amount that is set aside. What is not settled is given back when it is dropped.
#[derive(Debug)]
#[must_use]
pub struct Reservation {
    limits: Limits,
    amount: Amount,
    claims: Vec<(What, Claim)>,
    entered: Entered,
    _flying: Option<Place>,
}

/// A reservation as another gateway is told of it, which settles it when this one is gone.
#[derive(Debug, Serialize, Deserialize)]
pub struct Aside {
    amount: Amount,
    ticket: Ticket,
    claims: Vec<(What, Claim)>,
}

impl Permit {
    /// The caller's plan.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Whether this may be asked for, which the script alone can tell.
    ///
    /// # Errors
    /// [`Refusal::NotAllowed`].
    pub fn check(&self, demand: &Demand<'_>) -> Result<(), Refusal> {
        self.plan.check(&self.plan_name, demand)
    }

    /// What the plan does not allow, as a refusal.
    #[must_use]
    pub fn not_allowed(&self, what: &str, param: &'static str) -> Refusal {
        Refusal::NotAllowed { plan: self.plan_name.clone(), what: what.to_owned(), param }
    }

    /// The tighter of these bounds and the plan's own.
    #[must_use]
    pub fn bounds(&self, bounds: ReplyBounds) -> ReplyBounds {
        self.plan.bounds(bounds)
    }

    /// The plan that the request counts on: an operator's, where they gave one, else the caller's own.
    #[must_use]
    pub fn plan_name(&self) -> &str {
        &self.plan_name
    }

    /// The network that the request is counted for, sealed; `None` where its plan counts no networks.
    #[must_use]
    pub fn network(&self) -> Option<String> {
        self.accounts.iter().find_map(Account::network).map(str::to_owned)
    }

    /// Whether money is counted on any of the caller's accounts.
    #[must_use]
    pub fn limits_money(&self) -> bool {
        self.accounts.iter().any(Account::limits_money)
    }

    /// The longest speech that one request may make, seconds.
    #[must_use]
    pub fn max_seconds(&self) -> u32 {
        self.plan.max_seconds.unwrap_or(u32::MAX).min(self.limits.parts.max_seconds)
    }

    /// It is known what will be heard: the place among those who wait for that is free again.
    pub fn prepared(&self) {
        let place = self.preparing.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(place);
    }

    /// Whether what comes from the cache counts like what is made.
    #[must_use]
    pub fn counts_cached(&self) -> bool {
        self.limits.parts.count_cached
    }

    /// Sets an amount aside, and a place for the flight that makes it.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn reserve(&self, amount: Amount) -> Result<Reservation, Refusal> {
        let flying =
            self.limits.parts.flying.take(&self.subject, self.prefetch).ok_or(Refusal::Overloaded)?;
        self.set_aside(amount, Some(flying)).await
    }

    /// Sets a further amount aside for a flight that has its place.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn reserve_more(&self, amount: Amount) -> Result<Reservation, Refusal> {
        self.set_aside(amount, None).await
    }

    /// Counts an amount that is not made anew, where such counts.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn charge_cached(&self, amount: Amount) -> Result<(), Refusal> {
        if !self.counts_cached() {
            return Ok(());
        }
        self.set_aside(amount, None).await.map(|reservation| reservation.settle(amount))
    }

    async fn set_aside(&self, amount: Amount, flying: Option<Place>) -> Result<Reservation, Refusal> {
        let parts = &self.limits.parts;
        let now = parts.clock.now();
        let longest = || 2 * Duration::from_secs(self.max_seconds().into()) + FLIGHT_GRACE;
        let until = now + parts.books.place_lasts().unwrap_or_else(longest);
        let places = u64::from(flying.is_some());
        let claims = self.accounts.iter().flat_map(|account| {
            let place = account.place(places, until).filter(|_| places > 0);
            account.sums(&amount, now).into_iter().chain(place)
        });
        let claims: Vec<_> = claims.filter(|(_, claim)| claim.amount > 0).collect();
        let ticket = Ticket::new();
        let (_, entered) = self.limits.take(ticket, &claims, &self.plan_name, now).await?;
        let claims = claims.into_iter().map(|(limit, claim)| (limit.what, claim)).collect();
        Ok(Reservation { limits: self.limits.clone(), amount, claims, entered, _flying: flying })
    }

    /// What was set aside for this by a gateway that is gone, under its ticket: it is settled once, by whoever is first.
    pub fn adopt(&self, Aside { amount, ticket, claims }: Aside) -> Reservation {
        let bare: Vec<Claim> = claims.iter().map(|(_, claim)| claim.clone()).collect();
        let entered = self.limits.parts.books.adopt(ticket, &bare);
        Reservation { limits: self.limits.clone(), amount, claims, entered, _flying: None }
    }

    /// Waits until everything settled so far is in the books.
    pub async fn settled(&self) {
        self.limits.settled().await;
    }
}

impl Reservation {
    /// As another gateway is told of it.
    #[must_use]
    pub fn aside(&self) -> Aside {
        Aside { amount: self.amount, ticket: self.entered.ticket(), claims: self.claims.clone() }
    }

    /// How much it is.
    #[must_use]
    pub fn amount(&self) -> Amount {
        self.amount
    }

    /// Settles what was set aside step by step for one purpose, by what was spent in all.
    pub fn settle_all(reservations: Vec<Self>, spent: Amount) {
        let (mut rest, last) = (spent, reservations.len().saturating_sub(1));
        for (number, reservation) in reservations.into_iter().enumerate() {
            let share = if number == last { rest } else { rest.at_most(reservation.amount) };
            rest = rest.less(share);
            reservation.settle(share);
        }
    }

    /// Counts what was made, and gives the rest back. Characters and seconds count for what was reserved at most: a
    /// reply is judged by its script. Money counts for what was spent.
    pub fn settle(mut self, spent: Amount) {
        self.end(spent);
    }

    fn end(&mut self, spent: Amount) {
        let (mut claims, mut kept) = (Vec::new(), Vec::new());
        for (what, claim) in std::mem::take(&mut self.claims) {
            let spent = spent.units(what);
            kept.push(if what == What::Money { spent } else { spent.min(claim.amount) });
            claims.push(claim);
        }
        if !claims.is_empty() {
            self.entered.settle(&claims, &kept, self.limits.parts.clock.now());
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.end(Amount::default());
    }
}
