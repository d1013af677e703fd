//! Limits: whether a caller may speak now, and how much.
//!
//! A request is counted when it is admitted; what it would make is reserved when its script is known and the cache was
//! asked, settled when it is made, and given back as far as it is not. Each of these is one step, which takes all of
//! its claims or none, so that callers who come at once can neither pass a limit together nor lose what they do not
//! use. Where the counts are kept, this process or Redis, is the books' business.

pub mod plan;

mod account;
mod book;
mod books;
mod capacity;
#[cfg(any(test, feature = "testing"))]
pub mod conformance;
mod connected;
mod permit;
mod process;
mod redis;
mod refusal;
mod renewal;
mod seed;
mod standing;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tracing::warn;

use self::account::{Account, Limit, account, window};
use self::book::{Book, Claim, Taken, Ticket};
use self::books::{Books, Entered};
use self::capacity::Capacity;
pub(crate) use self::capacity::Place;
pub(crate) use self::connected::ConnectionPlace;
use self::connected::{Connected, NoConnection};
use crate::clock::Clock;
use crate::controls::Controls;
use crate::identity::Caller;
use crate::identity::seal::Seal;
use crate::redis_client;
use crate::request::SpeechRequest;
use crate::script::ReplyBounds;
use crate::secret::Secret;
use crate::service::Service;

pub use self::account::{Amount, LimitScope, Span, What};
pub use self::books::WithoutRedis;
pub use self::permit::{Aside, Permit, Reservation};
pub use self::plan::{Plan, Plans, Quantities};
pub use self::refusal::{Exceeded, Refusal};
pub(crate) use self::standing::seconds;
pub use self::standing::{Left, Standing};

/// How many requests may be at their scripts and at the cache for each flight that may be in the air.
const PREPARING_PER_FLIGHT: usize = 4;
/// How many connections may be open, over which replies come as they are written, for each flight that may be in the air.
const CONNECTIONS_PER_FLIGHT: usize = 4;

/// The limits in force. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Limits {
    parts: Arc<Parts>,
}

#[derive(Debug)]
struct Parts {
    enabled: bool,
    plans: Plans,
    books: Books,
    preparing: Capacity,
    flying: Capacity,
    connected: Connected,
    max_seconds: u32,
    count_cached: bool,
    networks: Seal,
    controls: Controls,
    clock: Arc<dyn Clock>,
}

/// What a request is for, as far as it is known before its script.
#[derive(Debug, Clone, Copy, Default)]
pub struct Demand<'a> {
    /// Nobody listens yet.
    pub prefetch: bool,
    /// The provider that is asked for.
    pub provider: Option<&'a str>,
    /// The voice that is asked for.
    pub voice: Option<&'a str>,
}

impl<'a> From<&'a SpeechRequest> for Demand<'a> {
    fn from(request: &'a SpeechRequest) -> Self {
        Self {
            prefetch: request.prefetch,
            provider: request.provider.as_deref(),
            voice: request.voice.as_deref(),
        }
    }
}

/// What limits are in force, and where they are counted.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The feature flag, where no operator has said anything at run time.
    pub enabled: bool,
    /// What each plan may use.
    pub plans: Plans,
    /// Flights at once, whoever asks for them.
    pub max_flights: usize,
    /// Longest speech of one request, seconds, where the plan has no bound of its own.
    pub max_seconds: u32,
    /// Whether what comes from the cache counts as well.
    pub count_cached: bool,
    /// The Redis that several gateways count in; each counts for itself without.
    pub redis: Option<redis_client::Address>,
    /// What happens while it is away.
    pub without_redis: WithoutRedis,
}

impl Default for Settings {
    /// What the program ships with.
    fn default() -> Self {
        Self {
            enabled: true,
            plans: Plans::default(),
            max_flights: 256,
            max_seconds: 600,
            count_cached: false,
            redis: None,
            without_redis: WithoutRedis::default(),
        }
    }
}

impl Limits {
    /// The limits that the settings describe. `signing_key` hides which networks are counted.
    #[must_use]
    pub fn open(settings: Settings, signing_key: &Secret, controls: Controls, clock: Arc<dyn Clock>) -> Self {
        let shared = settings.redis.map(|address| Arc::new(redis::RedisBook::open(address)) as Arc<dyn Book>);
        let parts = Parts {
            enabled: settings.enabled,
            plans: settings.plans,
            books: Books::new(shared, settings.without_redis, &clock),
            preparing: Capacity::new(settings.max_flights.saturating_mul(PREPARING_PER_FLIGHT)),
            flying: Capacity::new(settings.max_flights),
            connected: Connected::new(settings.max_flights.saturating_mul(CONNECTIONS_PER_FLIGHT)),
            max_seconds: settings.max_seconds,
            count_cached: settings.count_cached,
            networks: Seal::new(signing_key, "networks"),
            controls,
            clock,
        };
        Self { parts: Arc::new(parts) }
    }

    /// The feature flag.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.parts.controls.state().enabled.unwrap_or(self.parts.enabled)
    }

    /// The name of a caller's plan: the operator's word at run time, else what they come with.
    #[must_use]
    pub fn plan_name(&self, caller: &Caller) -> String {
        let controls = self.parts.controls.state();
        let given = controls.plan(caller.user.as_deref(), caller.room.as_deref());
        given.unwrap_or(&caller.plan).to_owned()
    }

    /// The plan that a caller is on, with its name.
    ///
    /// # Errors
    /// [`Refusal::UnknownPlan`].
    pub fn plan(&self, caller: &Caller) -> Result<(String, &Plan), Refusal> {
        let name = self.plan_name(caller);
        match self.parts.plans.get(&name) {
            Some(plan) => Ok((name, plan)),
            None => Err(Refusal::UnknownPlan(name)),
        }
    }

    /// Leave to speak, or why not. Counts the request.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn admit(&self, caller: &Caller, demand: &Demand<'_>) -> Result<Permit, Refusal> {
        let parts = &*self.parts;
        if !self.is_enabled() {
            return Err(Refusal::Disabled);
        }
        let subject = caller.subject();
        // Before anything that takes time: what cannot be served costs next to nothing.
        let preparing = parts.preparing.take(&subject, demand.prefetch).ok_or(Refusal::Overloaded)?;
        let controls = parts.controls.state();
        if controls.is_blocked(caller.user.as_deref(), caller.room.as_deref()) {
            return Err(Refusal::Blocked);
        }
        let (plan_name, plan) = self.plan(caller)?;
        plan.check(&plan_name, demand)?;
        let now = parts.clock.now();
        let accounts =
            Account::all_of(caller, (&plan_name, plan), &parts.plans, &controls, &parts.networks, now);
        let claims: Vec<_> = accounts.iter().filter_map(|account| account.rate(1)).collect();
        let (states, _) = self.take(Ticket::new(), &claims, &plan_name, now).await?;
        let plan = plan.clone();
        let states = claims.iter().zip(states).map(|((limit, claim), state)| (limit, claim, state));
        let standing = Standing::new(states);
        let prefetch = demand.prefetch;
        let limits = self.clone();
        Ok(Permit {
            limits,
            plan_name,
            plan,
            accounts,
            subject,
            prefetch,
            standing,
            preparing: Mutex::new(Some(preparing)),
        })
    }

    /// Leave to go on with what was admitted before, at a gateway that is gone: it was counted then, and is not again.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn admit_again(&self, caller: &Caller, demand: &Demand<'_>) -> Result<Permit, Refusal> {
        if !self.is_enabled() {
            return Err(Refusal::Disabled);
        }
        let (plan_name, plan) = self.plan(caller)?;
        plan.check(&plan_name, demand)?;
        let (parts, controls) = (&*self.parts, self.parts.controls.state());
        let of_plan = (&*plan_name, plan);
        let now = parts.clock.now();
        let accounts = Account::all_of(caller, of_plan, &parts.plans, &controls, &parts.networks, now);
        Ok(Permit {
            limits: self.clone(),
            plan: plan.clone(),
            plan_name,
            accounts,
            subject: caller.subject(),
            prefetch: demand.prefetch,
            standing: Standing::default(),
            preparing: Mutex::new(None),
        })
    }

    /// A connection over which replies come as they are written.
    ///
    /// # Errors
    /// [`Refusal::Exceeded`] when the caller has as many as they may, [`Refusal::Overloaded`] when there are as many as
    /// there can be or the caller has a quarter of those, [`Refusal::UnknownPlan`].
    pub(crate) fn connect(&self, caller: &Caller) -> Result<ConnectionPlace, Refusal> {
        let (plan_name, plan) = self.plan(caller)?;
        let (parts, now) = (&*self.parts, self.parts.clock.now());
        let controls = parts.controls.state();
        let accounts =
            Account::all_of(caller, (&plan_name, plan), &parts.plans, &controls, &parts.networks, now);
        let (limits, claims): (Vec<_>, Vec<_>) =
            accounts.iter().filter_map(|account| account.connection(now)).unzip();
        parts.connected.take(&caller.subject(), &claims).map_err(|full| match full {
            NoConnection::Account { claim, state } => match (limits.get(claim), claims.get(claim)) {
                (Some(limit), Some(claim)) if limit.scope.is_told() => {
                    Refusal::Exceeded(Box::new(Exceeded::new(limit, claim, state, &plan_name, now)))
                }
                _ => Refusal::Overloaded,
            },
            NoConnection::Server => Refusal::Overloaded,
        })
    }

    /// Every limit that a caller is told of, and what is left of it; none that there are when the books are away.
    pub async fn left(&self, caller: &Caller) -> Vec<Left> {
        let Ok((plan_name, plan)) = self.plan(caller) else { return Vec::new() };
        let now = self.parts.clock.now();
        let (parts, controls) = (&*self.parts, self.parts.controls.state());
        let accounts =
            Account::all_of(caller, (&plan_name, plan), &parts.plans, &controls, &parts.networks, now);
        let claims: Vec<_> = accounts
            .iter()
            .flat_map(|account| {
                let sums = account.sums(&Amount::default(), now);
                account.rate(0).into_iter().chain(account.place(0, now)).chain(sums)
            })
            .filter(|(limit, _)| limit.scope.is_told())
            .collect();
        let Ok((states, _)) = self.take(Ticket::new(), &claims, &plan_name, now).await else {
            return Vec::new();
        };
        claims.iter().zip(states).map(|((limit, claim), state)| Left::new(limit, claim, state)).collect()
    }

    /// Writes down what an account has used this day and month before these books began, unless they know of it. `name`
    /// is a subject written out, such as `user:ann`, for [`LimitScope::Caller`].
    ///
    /// # Errors
    /// [`Refusal::Overloaded`] when the books are away.
    pub async fn seed(
        &self,
        scope: LimitScope,
        name: &str,
        day: Amount,
        month: Amount,
    ) -> Result<(), Refusal> {
        let now = self.parts.clock.now();
        for (span, used) in [(Span::Day, day), (Span::Month, month)] {
            let (window, resets) = window(span, now);
            for what in [What::Characters, What::Seconds, What::Money] {
                let account = account(what, &window, scope, name);
                let seeded = self.parts.books.seed(&account, used.units(what), resets, now).await;
                seeded.map_err(|_| Refusal::Overloaded)?;
            }
        }
        Ok(())
    }

    /// Whether the books that all gateways share can be reached; `None` without any.
    #[must_use]
    pub fn shared_books(&self) -> Option<&Service> {
        self.parts.books.service()
    }

    /// Waits until everything settled so far is in the books.
    pub async fn settled(&self) {
        self.parts.books.settled().await;
    }

    /// Takes all claims or none.
    async fn take(
        &self,
        ticket: Ticket,
        claims: &[(Limit, Claim)],
        plan: &str,
        now: SystemTime,
    ) -> Result<(Vec<u64>, Entered), Refusal> {
        let bare: Vec<Claim> = claims.iter().map(|(_, claim)| claim.clone()).collect();
        match self.parts.books.take(ticket, &bare, now).await {
            Ok((Taken::All(states), entered)) => Ok((states, entered)),
            Ok((Taken::Refused { claim, state }, _)) => {
                let Some((limit, claim)) = claims.get(claim) else { return Err(Refusal::Overloaded) };
                // What everybody has in the air together is the server's capacity, not a caller's.
                if limit.what == What::Flights && !limit.scope.is_told() {
                    return Err(Refusal::Overloaded);
                }
                let standing = Standing::new(std::iter::once((limit, claim, state)));
                let exceeded = Exceeded::new(limit, claim, state, plan, now);
                Err(Refusal::Exceeded(Box::new(Exceeded { standing, ..exceeded })))
            }
            Err(away) => {
                warn!(%away, "refused: nobody can be counted");
                Err(Refusal::Overloaded)
            }
        }
    }
}

impl Plan {
    /// The tighter of these bounds and the plan's own.
    #[must_use]
    pub fn bounds(&self, bounds: ReplyBounds) -> ReplyBounds {
        ReplyBounds {
            max_chars: self.max_chars.map_or(bounds.max_chars, |most| most.min(bounds.max_chars)),
            max_seconds: self.max_seconds.map_or(bounds.max_seconds, |most| most.min(bounds.max_seconds)),
            ..bounds
        }
    }

    /// Whether this may be asked for on this plan.
    ///
    /// # Errors
    /// [`Refusal::NotAllowed`].
    pub(crate) fn check(&self, name: &str, demand: &Demand<'_>) -> Result<(), Refusal> {
        let not_allowed =
            |what: String, param| Err(Refusal::NotAllowed { plan: name.to_owned(), what, param });
        match *demand {
            Demand { prefetch: true, .. } if !self.allows_prefetch() => {
                not_allowed("making replies before anybody listens".into(), "prefetch")
            }
            Demand { provider: Some(provider), .. } if !self.allows_provider(provider) => {
                not_allowed(format!("the provider `{provider}`"), "provider")
            }
            Demand { voice: Some(voice), .. } if !self.allows_voice(voice) => {
                not_allowed(format!("the voice `{voice}`"), "voice")
            }
            _ => Ok(()),
        }
    }
}
