//! What is in force.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an operator has set. Whatever is not set here is as the settings say.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ControlState {
    /// Which state it is; grows with every change. 0: nothing was ever changed.
    pub revision: u64,
    /// The feature flag, in place of `TTS_ENABLED`.
    pub enabled: Option<bool>,
    /// The providers that are asked first, in this order; the rest follow as in the settings.
    pub provider_order: Option<Vec<String>>,
    /// Providers that are not asked at all.
    pub disabled_providers: BTreeSet<String>,
    /// Plans of users, whatever their tokens say.
    pub user_plans: BTreeMap<String, String>,
    /// Plans of everybody in a room who has none of their own here.
    pub room_plans: BTreeMap<String, String>,
    /// Users who may not speak.
    pub blocked_users: BTreeSet<String>,
    /// Rooms in which nobody may speak.
    pub blocked_rooms: BTreeSet<String>,
    /// What may be used beyond the plan.
    pub grants: Vec<Grant>,
    /// How often the cache was emptied, or a part of it; who sees it grow forgets what is in memory.
    pub purges: u64,
}

impl ControlState {
    /// The plan that an operator gave this user, else this room.
    #[must_use]
    pub fn plan(&self, user: Option<&str>, room: Option<&str>) -> Option<&str> {
        let of_user = user.and_then(|user| self.user_plans.get(user));
        of_user.or_else(|| self.room_plans.get(room?)).map(String::as_str)
    }

    /// Whether this user or this room may not speak.
    #[must_use]
    pub fn is_blocked(&self, user: Option<&str>, room: Option<&str>) -> bool {
        user.is_some_and(|user| self.blocked_users.contains(user))
            || room.is_some_and(|room| self.blocked_rooms.contains(room))
    }

    /// What grants allow this subject beyond its plan at this time.
    #[must_use]
    pub fn granted(&self, subject: &UserOrRoom, unit: GrantUnit, now: SystemTime) -> f64 {
        let counts = |grant: &&Grant| grant.subject == *subject && grant.unit == unit && !grant.is_over(now);
        self.grants.iter().filter(counts).map(|grant| grant.amount).sum()
    }
}

/// What may be used beyond the plan, for a while.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Grant {
    /// Its name, for taking it back.
    pub id: String,
    /// Who may use it.
    pub subject: UserOrRoom,
    /// What `amount` counts.
    pub unit: GrantUnit,
    /// How much; more than 0.
    pub amount: f64,
    /// When it ends, seconds since 1970.
    pub expires_at: u64,
}

impl Grant {
    /// Whether it has ended.
    #[must_use]
    pub fn is_over(&self, now: SystemTime) -> bool {
        now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() >= self.expires_at
    }
}

/// Whom a control is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum UserOrRoom {
    /// A user.
    User(String),
    /// Everybody in a room.
    Room(String),
}

impl UserOrRoom {
    /// The name of the user or room.
    #[must_use]
    pub fn id(&self) -> &str {
        let (Self::User(id) | Self::Room(id)) = self;
        id
    }
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantUnit {
    /// Characters that are spoken.
    Characters,
    /// Seconds of sound.
    Seconds,
    /// What providers charge, in the currency of the plan.
    Money,
}
