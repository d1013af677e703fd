//! One change of the controls.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::name::Name;

use super::state::{ControlState, Grant, GrantUnit, UserOrRoom};
use crate::store::StoreError;

/// Longest name of a user, room, plan or provider, bytes.
const LONGEST_NAME: usize = 256;
/// Most entries of one list, so that the document stays small enough to be read by every replica.
const MOST_ENTRIES: usize = 10_000;

/// What an operator changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// Flips the feature flag; `null` leaves it to `TTS_ENABLED` again.
    SetEnabled {
        /// On or off.
        enabled: Option<bool>,
    },
    /// Says which providers are asked first; `null` leaves it to the settings again.
    SetProviderOrder {
        /// Their names, in order.
        order: Option<Vec<String>>,
    },
    /// Takes a provider out of the chain, or back in.
    SetProvider {
        /// Its name.
        provider: String,
        /// Whether it is asked.
        enabled: bool,
    },
    /// Gives a user or a room a plan; `null` takes it back.
    SetPlan {
        /// Who gets it.
        subject: UserOrRoom,
        /// Its name.
        plan: Option<String>,
    },
    /// Blocks a user or a room, or lets them speak again.
    SetBlocked {
        /// Whom.
        subject: UserOrRoom,
        /// Whether they are blocked.
        blocked: bool,
    },
    /// Lets a user or a room use more than their plan allows.
    AddGrant {
        /// Who may.
        subject: UserOrRoom,
        /// What `amount` counts.
        unit: GrantUnit,
        /// How much; more than 0.
        amount: f64,
        /// Until when, seconds since 1970.
        expires_at: u64,
    },
    /// Takes a grant back.
    RemoveGrant {
        /// Its `id`.
        id: String,
    },
    /// The cache was emptied, or a part of it. Only the server itself says so.
    #[serde(skip_deserializing)]
    #[schema(ignore)]
    Purge {
        /// What was to go.
        filter: Value,
        /// How many entries went.
        removed: u64,
    },
}

/// Why nothing was changed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ControlError {
    /// The change is not right.
    #[error("{problem}")]
    Invalid {
        /// The field at fault.
        field: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// Others changed something again and again at the same time.
    #[error("others are changing the controls at the same time; try again")]
    Contended,
    /// The database did not do it.
    #[error(transparent)]
    Store(Arc<StoreError>),
    /// The controls cannot be read or written as JSON.
    #[error("the controls cannot be read: {0}")]
    Unreadable(Arc<serde_json::Error>),
}

impl From<StoreError> for ControlError {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}

impl From<serde_json::Error> for ControlError {
    fn from(error: serde_json::Error) -> Self {
        Self::Unreadable(Arc::new(error))
    }
}

impl ControlError {
    fn invalid(field: &'static str, problem: impl Into<String>) -> Self {
        Self::Invalid { field, problem: problem.into() }
    }
}

impl Change {
    /// As the audit log has it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SetEnabled { .. } => "set_enabled",
            Self::SetProviderOrder { .. } => "set_provider_order",
            Self::SetProvider { .. } => "set_provider",
            Self::SetPlan { .. } => "set_plan",
            Self::SetBlocked { .. } => "set_blocked",
            Self::AddGrant { .. } => "add_grant",
            Self::RemoveGrant { .. } => "remove_grant",
            Self::Purge { .. } => "purge",
        }
    }

    /// The particulars, as the audit log has them.
    pub(super) fn details(&self) -> Result<Value, serde_json::Error> {
        let mut details = serde_json::to_value(self)?;
        if let Some(fields) = details.as_object_mut() {
            fields.remove("action");
        }
        Ok(details)
    }

    /// Makes the change.
    pub(super) fn apply(&self, state: &mut ControlState, now: SystemTime) -> Result<(), ControlError> {
        state.grants.retain(|grant| !grant.is_over(now));
        match self {
            Self::SetEnabled { enabled } => state.enabled = *enabled,
            Self::SetProviderOrder { order } => {
                for provider in order.iter().flatten() {
                    named("order", provider)?;
                }
                state.provider_order.clone_from(order);
            }
            Self::SetProvider { provider, enabled } => {
                set(&mut state.disabled_providers, "provider", provider, !enabled)?;
            }
            Self::SetPlan { subject, plan } => match subject {
                UserOrRoom::User(user) => assign(&mut state.user_plans, user, plan.as_deref())?,
                UserOrRoom::Room(room) => assign(&mut state.room_plans, room, plan.as_deref())?,
            },
            Self::SetBlocked { subject, blocked } => match subject {
                UserOrRoom::User(user) => set(&mut state.blocked_users, "subject", user, *blocked)?,
                UserOrRoom::Room(room) => set(&mut state.blocked_rooms, "subject", room, *blocked)?,
            },
            Self::AddGrant { subject, unit, amount, expires_at } => {
                named("subject", subject.id())?;
                room_for(state.grants.len(), "subject")?;
                if !(amount.is_finite() && *amount > 0.0) {
                    return Err(ControlError::invalid("amount", "`amount` must be more than 0."));
                }
                if *expires_at <= now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() {
                    return Err(ControlError::invalid("expires_at", "`expires_at` has passed already."));
                }
                state.grants.push(Grant {
                    id: hex::encode(rand::random::<[u8; 8]>()),
                    subject: formed(subject)?,
                    unit: *unit,
                    amount: *amount,
                    expires_at: *expires_at,
                });
            }
            Self::RemoveGrant { id } => {
                let before = state.grants.len();
                state.grants.retain(|grant| grant.id != *id);
                if state.grants.len() == before {
                    return Err(ControlError::invalid("id", "There is no such grant any more."));
                }
            }
            Self::Purge { .. } => state.purges += 1,
        }
        Ok(())
    }
}

impl Change {
    /// The same with this done to the names of users in it.
    #[must_use]
    pub fn of_users(mut self, form: impl FnOnce(String) -> String) -> Self {
        let subject = match &mut self {
            Self::SetPlan { subject, .. }
            | Self::SetBlocked { subject, .. }
            | Self::AddGrant { subject, .. } => subject,
            Self::SetEnabled { .. }
            | Self::SetProviderOrder { .. }
            | Self::SetProvider { .. }
            | Self::RemoveGrant { .. }
            | Self::Purge { .. } => return self,
        };
        if let UserOrRoom::User(user) = subject {
            *user = form(std::mem::take(user));
        }
        self
    }
}

/// Names come from applications; what a page or a log line cannot show is none.
fn named(field: &'static str, name: &str) -> Result<(), ControlError> {
    if name.is_empty() || name.len() > LONGEST_NAME || name.chars().any(char::is_control) {
        let problem = format!("`{field}` must have 1 to {LONGEST_NAME} bytes and no control characters.");
        return Err(ControlError::invalid(field, problem));
    }
    Ok(())
}

/// A name in the one form in which names are compared.
fn form(field: &'static str, name: &str) -> Result<String, ControlError> {
    let form = Name::new(name).map_err(|fault| ControlError::invalid(field, format!("`{field}` {fault}.")));
    form.map(String::from)
}

/// A subject by that name.
fn formed(subject: &UserOrRoom) -> Result<UserOrRoom, ControlError> {
    let id = form("subject", subject.id())?;
    Ok(match subject {
        UserOrRoom::User(_) => UserOrRoom::User(id),
        UserOrRoom::Room(_) => UserOrRoom::Room(id),
    })
}

fn room_for(entries: usize, field: &'static str) -> Result<(), ControlError> {
    if entries >= MOST_ENTRIES {
        return Err(ControlError::invalid(
            field,
            format!("There are {MOST_ENTRIES} already, the most there can be."),
        ));
    }
    Ok(())
}

fn set(
    names: &mut BTreeSet<String>,
    field: &'static str,
    name: &str,
    member: bool,
) -> Result<(), ControlError> {
    named(field, name)?;
    let form = form(field, name)?;
    if member {
        room_for(names.len(), field)?;
        names.insert(form);
    } else {
        names.remove(name);
        names.remove(&form);
    }
    Ok(())
}

fn assign(plans: &mut BTreeMap<String, String>, name: &str, plan: Option<&str>) -> Result<(), ControlError> {
    named("subject", name)?;
    let form = form("subject", name)?;
    if let Some(plan) = plan {
        named("plan", plan)?;
        room_for(plans.len(), "subject")?;
        plans.insert(form, plan.to_owned());
    } else {
        plans.remove(name);
        plans.remove(&form);
    }
    Ok(())
}
