//! The accounts that a caller's requests are counted on, and what is claimed of each.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::book::{Claim, ClaimKind};
use super::plan::{Plan, Plans, Quantities};
use crate::controls::{self, GrantUnit, UserOrRoom};
use crate::identity::seal::Seal;
use crate::identity::{Caller, Via};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Requests.
    Requests,
    /// Flights.
    Flights,
    /// Connections over which replies come as they are written.
    Connections,
    /// Characters that are made into sound.
    Characters,
    /// Seconds of sound that are made.
    Seconds,
    /// What the providers charge.
    Money,
}

/// Over which time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// At any one moment.
    AtOnce,
    /// A minute, over any length of time.
    Minute,
    /// A day of UTC.
    Day,
    /// A month of UTC.
    Month,
}

/// Whose it is together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum LimitScope {
    /// One user, key or session.
    Caller,
    /// All who use one API key.
    Key,
    /// All of a room on one plan.
    Room,
    /// All of a network on one plan.
    Address,
    /// Everybody on one plan.
    Plan,
    /// Everybody.
    All,
}

/// One limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limit {
    pub what: What,
    pub span: Span,
    pub scope: LimitScope,
    /// In requests, flights, characters, seconds, or money.
    pub allowed: f64,
    /// Requests that may come at once; of requests only.
    pub burst: u64,
}

/// An account and what it may hold.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    scope: LimitScope,
    name: String,
    quantities: Quantities,
}

/// How much of everything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Amount {
    /// Characters that are made into sound.
    pub characters: u64,
    /// Seconds of it.
    pub seconds: f64,
    /// What that costs, in the currency of the prices.
    pub money: f64,
}

/// Longest name that is kept as it is, bytes.
const LONGEST_NAME: usize = 100;

impl What {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Flights => "flights",
            Self::Connections => "connections",
            Self::Characters => "characters",
            Self::Seconds => "seconds",
            Self::Money => "money",
        }
    }

    /// How many of the books' whole numbers are one of it.
    pub(crate) const fn scale(self) -> f64 {
        match self {
            Self::Requests | Self::Flights | Self::Connections | Self::Characters => 1.0,
            Self::Seconds => 1e3,
            Self::Money => 1e6,
        }
    }
}

impl LimitScope {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Key => "key",
            Self::Room => "room",
            Self::Address => "address",
            Self::Plan => "plan",
            Self::All => "all",
        }
    }

    /// Whether its use is the caller's own business, and no secret to them.
    pub(crate) const fn is_told(self) -> bool {
        !matches!(self, Self::Plan | Self::All)
    }
}

impl Quantities {
    /// With what is granted beyond it, for each day and month.
    fn and(mut self, granted: impl Fn(GrantUnit) -> f64) -> Self {
        let characters = granted(GrantUnit::Characters) as u64;
        for allowed in [&mut self.characters_per_day, &mut self.characters_per_month].into_iter().flatten() {
            *allowed = allowed.saturating_add(characters);
        }
        let seconds = granted(GrantUnit::Seconds);
        for allowed in [&mut self.seconds_per_day, &mut self.seconds_per_month].into_iter().flatten() {
            *allowed += seconds;
        }
        if let Some(allowed) = &mut self.money_per_day {
            *allowed += granted(GrantUnit::Money);
        }
        self
    }
}

impl Account {
    /// Every account that this caller's requests are counted on.
    pub(crate) fn all_of(
        caller: &Caller,
        (plan_name, plan): (&str, &Plan),
        plans: &Plans,
        controls: &controls::ControlState,
        networks: &Seal,
        now: SystemTime,
    ) -> Vec<Self> {
        let granted = |quantities: Quantities, subject: Option<UserOrRoom>| match subject {
            Some(subject) => quantities.and(|unit| controls.granted(&subject, unit, now)),
            None => quantities,
        };
        let each = granted(plan.each(), caller.user.clone().map(UserOrRoom::User));
        let name = caller.subject().to_string();
        let mut accounts = vec![Self { scope: LimitScope::Caller, name, quantities: each }];
        let mut add = |scope, name: String, quantities: Quantities| {
            if quantities != Quantities::default() {
                accounts.push(Self { scope, name, quantities });
            }
        };
        if let Via::Key { id, limits, .. } = &caller.via {
            add(LimitScope::Key, id.clone(), (*limits).into());
        }
        if let Some(room) = &caller.room {
            let quantities = granted(plan.room, Some(UserOrRoom::Room(room.clone())));
            add(LimitScope::Room, format!("{plan_name}:{room}"), quantities);
        }
        if let Some(network) = caller.network() {
            // Neither the books nor the rows of usage have anybody's address, and from month to month nobody is known
            // again.
            let (month, _) = window(Span::Month, now);
            add(
                LimitScope::Address,
                format!("{plan_name}:{}", networks.over(&[&network, &month])),
                plan.address,
            );
        }
        add(LimitScope::Plan, plan_name.to_owned(), plan.all);
        add(LimitScope::All, String::new(), plans.in_all);
        accounts
    }

    /// Whether money is counted on it.
    pub(crate) fn limits_money(&self) -> bool {
        self.quantities.money_per_day.is_some()
    }

    /// The network that it is of, sealed; `None` of every other account.
    pub(crate) fn network(&self) -> Option<&str> {
        // A seal has no colon, and the name of a plan may.
        let (_, network) = self.name.rsplit_once(':').filter(|_| self.scope == LimitScope::Address)?;
        Some(network)
    }

    /// What `requests` more requests claim of this account.
    pub(crate) fn rate(&self, requests: u64) -> Option<(Limit, Claim)> {
        let a_minute = u64::from(self.quantities.requests_per_minute?.max(1));
        let burst = self.quantities.burst.map_or(a_minute, u64::from).max(1);
        let limit = self.limit(What::Requests, Span::Minute, a_minute as f64, burst);
        let kind = ClaimKind::Rate { every: 60_000_000_u64.div_ceil(a_minute) };
        Some((limit, self.claim(What::Requests, "", requests, burst, kind)))
    }

    /// What a place for a flight claims of this account; it is free again at `until` at the latest.
    pub(crate) fn place(&self, flights: u64, until: SystemTime) -> Option<(Limit, Claim)> {
        let allowed = u64::from(self.quantities.flights?);
        let limit = self.limit(What::Flights, Span::AtOnce, allowed as f64, 0);
        Some((limit, self.claim(What::Flights, "", flights, allowed, ClaimKind::Places { until })))
    }

    /// What a connection claims of this account.
    pub(crate) fn connection(&self, now: SystemTime) -> Option<(Limit, Claim)> {
        let allowed = u64::from(self.quantities.connections?);
        let limit = self.limit(What::Connections, Span::AtOnce, allowed as f64, 0);
        Some((limit, self.claim(What::Connections, "", 1, allowed, ClaimKind::Places { until: now })))
    }

    /// What this much claims of this account. The longer spans come first: where both are used up, the longer counts.
    pub(crate) fn sums(&self, amount: &Amount, now: SystemTime) -> Vec<(Limit, Claim)> {
        let Quantities {
            characters_per_day,
            characters_per_month,
            seconds_per_day,
            seconds_per_month,
            money_per_day,
            ..
        } = self.quantities;
        let number = |count: Option<u64>| count.map(|count| count as f64);
        let limits = [
            (What::Characters, Span::Month, number(characters_per_month)),
            (What::Seconds, Span::Month, seconds_per_month),
            (What::Characters, Span::Day, number(characters_per_day)),
            (What::Seconds, Span::Day, seconds_per_day),
            (What::Money, Span::Day, money_per_day),
        ];
        let limits = limits.into_iter().filter_map(|(what, span, allowed)| Some((what, span, allowed?)));
        limits
            .map(|(what, span, allowed)| {
                let (window, resets) = window(span, now);
                let claimed = amount.units(what);
                let most = (allowed * what.scale()).floor() as u64;
                let claim = self.claim(what, &window, claimed, most, ClaimKind::Sum { resets });
                (self.limit(what, span, allowed, 0), claim)
            })
            .collect()
    }

    fn limit(&self, what: What, span: Span, allowed: f64, burst: u64) -> Limit {
        Limit { what, span, scope: self.scope, allowed, burst }
    }

    /// A name comes last: it may have anything in it.
    fn claim(&self, what: What, window: &str, amount: u64, allowed: u64, kind: ClaimKind) -> Claim {
        let account = account(what, window, self.scope, &self.name);
        Claim { account, amount, allowed, kind }
    }
}

/// The name of an account in the books.
pub(crate) fn account(what: What, window: &str, scope: LimitScope, name: &str) -> String {
    let (what, scope) = (what.name(), scope.name());
    if name.len() <= LONGEST_NAME {
        format!("{what}:{window}:{scope}:{name}")
    } else {
        format!("{what}:{window}:{scope}#{}", hex::encode(Sha256::digest(name)))
    }
}

impl Amount {
    /// As much of this as there is of the other.
    #[must_use]
    pub fn at_most(self, other: Self) -> Self {
        Self {
            characters: self.characters.min(other.characters),
            seconds: self.seconds.min(other.seconds),
            money: self.money.min(other.money),
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            characters: self.characters + other.characters,
            seconds: self.seconds + other.seconds,
            money: self.money + other.money,
        }
    }

    /// How much more this is than the other, as far as it is more.
    #[must_use]
    pub fn beyond(self, other: Self) -> Self {
        // What sums of fractions are off by is no money.
        let more = |one: f64, other: f64| if one > other + 1e-9 { one - other } else { 0.0 };
        Self {
            characters: self.characters.saturating_sub(other.characters),
            seconds: more(self.seconds, other.seconds),
            money: more(self.money, other.money),
        }
    }

    /// What is left when the other, which is part of it, is taken away.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self {
            characters: self.characters.saturating_sub(other.characters),
            seconds: self.seconds - other.seconds,
            money: self.money - other.money,
        }
    }

    /// How much of this, in the books' whole numbers; a part counts as a whole.
    pub(crate) fn units(&self, what: What) -> u64 {
        match what {
            What::Requests | What::Flights | What::Connections => 0,
            What::Characters => self.characters,
            What::Seconds => whole(self.seconds * what.scale()),
            What::Money => whole(self.money * what.scale()),
        }
    }
}

/// Up to the next whole number; what sums of fractions are off by does not count.
fn whole(number: f64) -> u64 {
    (number - 1e-6).ceil().max(0.0) as u64
}

/// When the day or month that it is began, in UTC.
pub(crate) fn begins(span: Span, now: SystemTime) -> SystemTime {
    let day = DateTime::<Utc>::from(now).date_naive();
    let first = match span {
        Span::AtOnce | Span::Minute | Span::Day => Some(day),
        Span::Month => NaiveDate::from_ymd_opt(day.year(), day.month(), 1),
    };
    let began =
        first.and_then(|first| first.and_hms_opt(0, 0, 0)).map_or(0, |first| first.and_utc().timestamp());
    UNIX_EPOCH + Duration::from_secs(u64::try_from(began).unwrap_or(0))
}

/// The name of the day or month that it is, and when the next begins. Both are of UTC.
pub(crate) fn window(span: Span, now: SystemTime) -> (String, SystemTime) {
    let day = DateTime::<Utc>::from(now).date_naive();
    let (name, next) = match span {
        Span::AtOnce | Span::Minute | Span::Day => (day.to_string(), day.succ_opt()),
        Span::Month => {
            let first = NaiveDate::from_ymd_opt(day.year(), day.month(), 1);
            (
                day.format("%Y-%m").to_string(),
                first.and_then(|first| first.checked_add_months(Months::new(1))),
            )
        }
    };
    let resets = next.and_then(|next| next.and_hms_opt(0, 0, 0)).map_or(0, |next| next.and_utc().timestamp());
    (name, UNIX_EPOCH + Duration::from_secs(u64::try_from(resets).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> SystemTime {
        DateTime::parse_from_rfc3339(text).unwrap().into()
    }

    #[test]
    fn days_and_months_end_at_midnight_of_utc() {
        for (now, day, ends, month, month_ends) in [
            ("2026-11-25T14:00:00Z", "2026-11-25", "2026-11-26T00:00:00Z", "2026-11", "2026-12-01T00:00:00Z"),
            ("2026-12-31T23:59:59Z", "2026-12-31", "2027-01-01T00:00:00Z", "2026-12", "2027-01-01T00:00:00Z"),
            ("2028-02-29T00:00:00Z", "2028-02-29", "2028-03-01T00:00:00Z", "2028-02", "2028-03-01T00:00:00Z"),
        ] {
            assert_eq!(window(Span::Day, instant(now)), (day.to_owned(), instant(ends)), "{now}");
            assert_eq!(window(Span::Month, instant(now)), (month.to_owned(), instant(month_ends)), "{now}");
        }
    }

    #[test]
    fn parts_count_as_wholes_and_rounding_does_not() {
        let amount = Amount { characters: 3, seconds: 1.0005, money: 0.1 + 0.2 };
        let units = [What::Characters, What::Seconds, What::Money].map(|what| amount.units(what));
        assert_eq!(units, [3, 1001, 300_000]);
    }

    #[test]
    fn no_name_can_stand_for_another() {
        let own = account(What::Characters, "2026-11", LimitScope::Caller, "user:a");
        let odd = account(What::Characters, "2026", LimitScope::Caller, "user:a");
        assert_ne!(own, odd);
        let long = account(What::Characters, "2026-11", LimitScope::Room, &"x".repeat(1_000_000));
        assert!(
            long.len() < 150
                && long != account(What::Characters, "2026-11", LimitScope::Room, &"x".repeat(101))
        );
    }
}
