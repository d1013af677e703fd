//! Plans: how much whoever is on one may speak.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::identity::{ADMIN, KeyLimits, MEMBER, TRIAL};

/// How much; nothing is limited that is not said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Quantities {
    /// Requests a minute, over any length of time.
    pub requests_per_minute: Option<u32>,
    /// How many of them may come at once; a minute's worth when not said.
    pub burst: Option<u32>,
    /// Flights at once.
    pub flights: Option<u32>,
    /// Connections at once, to one gateway, over which replies come as they are written.
    pub connections: Option<u32>,
    /// Characters a day that are made into sound.
    pub characters_per_day: Option<u64>,
    /// Characters a month that are made into sound.
    pub characters_per_month: Option<u64>,
    /// Seconds of sound a day.
    pub seconds_per_day: Option<f64>,
    /// Seconds of sound a month.
    pub seconds_per_month: Option<f64>,
    /// Money a day, in the currency of the prices.
    pub money_per_day: Option<f64>,
}

/// One plan.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Plan {
    /// Requests a minute, over any length of time.
    pub requests_per_minute: Option<u32>,
    /// How many of them may come at once; a minute's worth when not said.
    pub burst: Option<u32>,
    /// Flights at once.
    pub flights: Option<u32>,
    /// Connections at once, to one gateway, over which replies come as they are written.
    pub connections: Option<u32>,
    /// Characters a day that are made into sound.
    pub characters_per_day: Option<u64>,
    /// Characters a month that are made into sound.
    pub characters_per_month: Option<u64>,
    /// Seconds of sound a day.
    pub seconds_per_day: Option<f64>,
    /// Seconds of sound a month.
    pub seconds_per_month: Option<f64>,
    /// Money a day, in the currency of the prices.
    pub money_per_day: Option<f64>,
    /// Longest text, characters, where it is less than `TTS_MAX_CHARS`.
    pub max_chars: Option<usize>,
    /// Longest speech of one request, seconds, where it is less than `TTS_MAX_SECONDS`.
    pub max_seconds: Option<u32>,
    /// The providers that may be asked; all when not said.
    pub providers: Option<Vec<String>>,
    /// The voices that may be asked for by name; all when not said.
    pub voices: Option<Vec<String>>,
    /// The models that may be asked for by name; those that have a price when not said.
    pub models: Option<Vec<String>>,
    /// Whether replies may be made before anybody listens; they may when not said.
    pub prefetch: Option<bool>,
    /// Each room, all of its callers on this plan together.
    pub room: Quantities,
    /// Each network (/24 of IPv4, /56 of IPv6), all of its callers on this plan together.
    pub address: Quantities,
    /// Everybody on this plan together.
    pub all: Quantities,
}

/// Every plan, and what is allowed to everybody together.
#[derive(Debug, Clone, PartialEq)]
pub struct Plans {
    named: BTreeMap<String, Plan>,
    /// Everybody on every plan together.
    pub in_all: Quantities,
}

impl Plan {
    /// What each caller on this plan has.
    #[must_use]
    pub fn each(&self) -> Quantities {
        Quantities {
            requests_per_minute: self.requests_per_minute,
            burst: self.burst,
            flights: self.flights,
            connections: self.connections,
            characters_per_day: self.characters_per_day,
            characters_per_month: self.characters_per_month,
            seconds_per_day: self.seconds_per_day,
            seconds_per_month: self.seconds_per_month,
            money_per_day: self.money_per_day,
        }
    }

    /// Whether this provider may be asked.
    #[must_use]
    pub fn allows_provider(&self, name: &str) -> bool {
        self.providers.as_ref().is_none_or(|allowed| allowed.iter().any(|allowed| allowed == name))
    }

    /// Whether this voice may be asked for.
    #[must_use]
    pub fn allows_voice(&self, name: &str) -> bool {
        self.voices.as_ref().is_none_or(|allowed| allowed.iter().any(|allowed| allowed == name))
    }

    /// Whether this model may be asked for; `None`: the plan does not say.
    #[must_use]
    pub fn allows_model(&self, name: &str) -> Option<bool> {
        Some(self.models.as_ref()?.iter().any(|allowed| allowed == name))
    }

    /// Whether replies may be made before anybody listens.
    #[must_use]
    pub fn allows_prefetch(&self) -> bool {
        self.prefetch.unwrap_or(true)
    }

    /// Strangers: enough to try it out, and little for whoever would live on it.
    fn trial() -> Self {
        Self {
            requests_per_minute: Some(20),
            burst: Some(10),
            flights: Some(2),
            connections: Some(4),
            characters_per_day: Some(10_000),
            characters_per_month: Some(50_000),
            seconds_per_day: Some(900.0),
            seconds_per_month: Some(4500.0),
            money_per_day: Some(0.25),
            max_chars: Some(4000),
            max_seconds: Some(120),
            prefetch: Some(false),
            address: Quantities {
                requests_per_minute: Some(60),
                burst: Some(30),
                flights: Some(6),
                connections: Some(16),
                characters_per_day: Some(30_000),
                characters_per_month: Some(150_000),
                seconds_per_day: Some(2700.0),
                seconds_per_month: Some(13_500.0),
                money_per_day: Some(0.75),
            },
            all: Quantities { money_per_day: Some(10.0), ..Quantities::default() },
            ..Self::default()
        }
    }

    /// Known users: more than anybody listens to, less than a program gone wild would ask for.
    fn member() -> Self {
        Self {
            requests_per_minute: Some(120),
            burst: Some(60),
            flights: Some(8),
            connections: Some(16),
            characters_per_day: Some(300_000),
            characters_per_month: Some(3_000_000),
            money_per_day: Some(5.0),
            ..Self::default()
        }
    }
}

impl Plans {
    /// The plans that ship, each as the operator's own of the same name changes it, and the rest of the operator's.
    ///
    /// # Errors
    /// Each fault, with the key that it stands under, `NAME.key`.
    pub fn new(own: &toml::Table, in_all: toml::Table) -> Result<Self, Vec<(String, String)>> {
        let (mut plans, mut faults) = (Self::default(), Vec::new());
        let in_all = serde_path_to_error::deserialize::<_, Quantities>(in_all)
            .map_err(|error| (error.path().to_string(), error.inner().message().to_owned()))
            .and_then(|in_all| {
                in_all.check().map(|()| in_all).map_err(|(key, reason)| (key.to_owned(), reason))
            });
        match in_all {
            Ok(in_all) => plans.in_all = in_all,
            Err((key, reason)) => faults.push((format!("in_all.{key}"), reason)),
        }
        for (name, own) in own {
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
            if name.is_empty() || !name.bytes().all(plain) {
                faults.push((name.clone(), "a plan's name has small letters, digits, `_` and `-`".into()));
                continue;
            }
            let base = plans.named.get(name).cloned().unwrap_or_default();
            let toml::Value::Table(own) = own else {
                faults.push((name.clone(), "must be a table".into()));
                continue;
            };
            match base.changed_by(own) {
                Ok(changed) => drop(plans.named.insert(name.clone(), changed)),
                Err((key, reason)) => {
                    faults.push((format!("{name}.{key}").trim_end_matches('.').into(), reason));
                }
            }
        }
        if faults.is_empty() { Ok(plans) } else { Err(faults) }
    }

    /// The plan of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Plan> {
        self.named.get(name)
    }

    /// Every plan, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Plan)> {
        self.named.iter().map(|(name, plan)| (name.as_str(), plan))
    }
}

impl Default for Plans {
    /// Those that ship.
    fn default() -> Self {
        let shipped = [(TRIAL, Plan::trial()), (MEMBER, Plan::member()), (ADMIN, Plan::default())];
        Self {
            named: shipped.map(|(name, plan)| (name.to_owned(), plan)).into(),
            in_all: Quantities::default(),
        }
    }
}

impl Plan {
    /// This plan with what `own` says instead. `"none"` takes a limit away.
    fn changed_by(&self, own: &toml::Table) -> Result<Self, (String, String)> {
        let internal = |error: toml::ser::Error| (String::new(), error.to_string());
        let mut table = toml::Table::try_from(self).map_err(internal)?;
        overlay(&mut table, own);
        let plan: Self = serde_path_to_error::deserialize(table)
            .map_err(|error| (error.path().to_string(), error.inner().message().to_owned()))?;
        for (group, quantities) in
            [("", plan.each()), ("room.", plan.room), ("address.", plan.address), ("all.", plan.all)]
        {
            quantities.check().map_err(|(key, reason)| (format!("{group}{key}"), reason))?;
        }
        if plan.providers.as_ref().is_some_and(Vec::is_empty) {
            return Err(("providers".into(), "must name at least one provider".into()));
        }
        Ok(plan)
    }
}

fn overlay(table: &mut toml::Table, own: &toml::Table) {
    for (key, value) in own {
        match (table.get_mut(key), value) {
            (_, toml::Value::String(none)) if none == "none" => drop(table.remove(key)),
            (Some(toml::Value::Table(inner)), toml::Value::Table(own)) => overlay(inner, own),
            (_, value) => drop(table.insert(key.clone(), value.clone())),
        }
    }
}

impl Quantities {
    /// Largest amount a day or month, so that sums of it stay exact in every place where they are kept.
    const MOST: f64 = 1e9;

    /// Whether every number makes sense; else which does not, and why.
    fn check(&self) -> Result<(), (&'static str, String)> {
        let counts = [
            ("requests_per_minute", self.requests_per_minute.map(u64::from), 60_000),
            ("burst", self.burst.map(u64::from), 60_000),
            ("flights", self.flights.map(u64::from), 100_000),
            ("connections", self.connections.map(u64::from), 100_000),
            ("characters_per_day", self.characters_per_day, Self::MOST as u64),
            ("characters_per_month", self.characters_per_month, Self::MOST as u64),
        ];
        for (key, value, most) in counts {
            let least = u64::from(matches!(key, "requests_per_minute" | "burst"));
            if value.is_some_and(|value| !(least..=most).contains(&value)) {
                return Err((key, format!("must be a whole number from {least} to {most}")));
            }
        }
        let amounts = [
            ("seconds_per_day", self.seconds_per_day),
            ("seconds_per_month", self.seconds_per_month),
            ("money_per_day", self.money_per_day),
        ];
        for (key, value) in amounts {
            if value.is_some_and(|value| !(0.0..=Self::MOST).contains(&value)) {
                return Err((key, format!("must be a number from 0 to {}", Self::MOST)));
            }
        }
        Ok(())
    }
}

impl From<KeyLimits> for Quantities {
    fn from(own: KeyLimits) -> Self {
        Self {
            requests_per_minute: own.requests_per_minute,
            burst: None,
            flights: own.concurrent,
            connections: None,
            characters_per_day: own.characters_per_day,
            characters_per_month: own.characters_per_month,
            seconds_per_day: own.seconds_per_day,
            seconds_per_month: own.seconds_per_month,
            money_per_day: own.money_per_day,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plans(own: &str) -> Result<Plans, Vec<(String, String)>> {
        Plans::new(&own.parse().unwrap(), toml::Table::new())
    }

    #[test]
    fn what_is_not_said_stays_as_it_ships() {
        let plans =
            plans("[trial]\nflights = 1\nmoney_per_day = 'none'\n[trial.address]\nflights = 2\n[gold]")
                .unwrap();
        let trial = plans.get("trial").unwrap();
        assert_eq!((trial.flights, trial.money_per_day), (Some(1), None));
        assert_eq!((trial.max_seconds, trial.address.flights), (Some(120), Some(2)));
        assert_eq!(trial.address.burst, Plan::trial().address.burst);
        assert_eq!(plans.get("gold"), Some(&Plan::default()));
        assert_eq!(plans.get("silver"), None);
    }

    #[test]
    fn every_fault_is_named() {
        let own = "[trial]\nflight = 1\n[member]\nseconds_per_day = -1.5\n[gold]\nproviders = []\n['Ä']";
        let faults = plans(own).unwrap_err();
        let keys: Vec<&str> = faults.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["gold.providers", "member.seconds_per_day", "trial.flight", "Ä"], "{faults:?}");
    }

    #[test]
    fn the_plans_that_ship_pass_their_own_checks() {
        for (name, plan) in Plans::default().iter() {
            assert_eq!(plan.changed_by(&toml::Table::new()).as_ref(), Ok(plan), "{name}");
        }
    }
}
