//! What is kept of API keys.

use super::StoreError;
use super::rows::{Columns, Value, undecodable};
use crate::clock::to_millis;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sqlx::query::Query;
use sqlx::{Database, FromRow};
use std::fmt::Debug;
use std::time::SystemTime;

/// The table `tts_keys`: API keys.
#[async_trait]
pub trait ApiKeys: Send + Sync + Debug {
    /// Adds a key. Its id must be new.
    async fn insert(&self, key: &KeyRow) -> Result<(), StoreError>;

    /// The key with this id, be it in force or not.
    async fn find(&self, id: &str) -> Result<Option<KeyRow>, StoreError>;

    /// As [`find`](Self::find), for a key of which nothing is remembered: a database that is merely slow is waited for.
    async fn find_unknown(&self, id: &str) -> Result<Option<KeyRow>, StoreError> {
        self.find(id).await
    }

    /// Every key there ever was, the newest first.
    async fn list(&self) -> Result<Vec<KeyRow>, StoreError>;

    /// Ends a key for good. Tells whether it did: `false` if there is no such key, or it had ended so before.
    async fn revoke(&self, id: &str, at: SystemTime) -> Result<bool, StoreError>;
}

/// What an API key may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scopes {
    /// Speak.
    pub speak: bool,
    /// Steer the server.
    pub admin: bool,
}

/// Limits of one API key, all of its callers together; none where nothing is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeyLimits {
    /// Requests a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
    /// Flights at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrent: Option<u32>,
    /// Characters a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub characters_per_day: Option<u64>,
    /// Characters a month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub characters_per_month: Option<u64>,
    /// Seconds of speech a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds_per_day: Option<f64>,
    /// Seconds of speech a month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds_per_month: Option<f64>,
    /// Money a day, in the currency of the prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub money_per_day: Option<f64>,
}

impl KeyLimits {
    /// The first limit that leaves nothing to use, and what it must be.
    #[must_use]
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        let whole = |count: Option<u64>| count.map(|count| count as f64);
        [
            ("requests_per_minute", whole(self.requests_per_minute.map(u64::from)), 1.0),
            ("concurrent", whole(self.concurrent.map(u64::from)), 1.0),
            ("characters_per_day", whole(self.characters_per_day), 1.0),
            ("characters_per_month", whole(self.characters_per_month), 1.0),
            ("seconds_per_day", self.seconds_per_day, 1.0),
            ("seconds_per_month", self.seconds_per_month, 1.0),
            ("money_per_day", self.money_per_day, f64::MIN_POSITIVE),
        ]
        .into_iter()
        .find(|(_, allowed, least)| allowed.is_some_and(|allowed| !allowed.is_finite() || allowed < *least))
        .map(|(name, _, least)| (name, if least < 1.0 { "must be above 0" } else { "must be 1 or more" }))
    }
}

/// What is known of an API key.
#[derive(Clone, PartialEq)]
pub struct KeyRow {
    /// Its public part, which names it.
    pub id: String,
    /// What it is for, in the operator's words.
    pub name: String,
    /// SHA-256 of the whole key.
    pub hash: [u8; 32],
    /// What it may do.
    pub scopes: Scopes,
    /// What it may use.
    pub limits: KeyLimits,
    /// When it was minted, to the millisecond.
    pub created_at: SystemTime,
    /// From when on it is no longer taken, to the millisecond; never if unset.
    pub expires_at: Option<SystemTime>,
    /// When it was revoked, to the millisecond.
    pub revoked_at: Option<SystemTime>,
}

impl<R: Columns> FromRow<'_, R> for KeyRow {
    fn from_row(row: &R) -> sqlx::Result<Self> {
        let mut hash = [0; 32];
        hex::decode_to_slice(row.text("hash")?, &mut hash).map_err(|error| undecodable("hash", error))?;
        Ok(Self {
            id: row.text("id")?,
            name: row.text("name")?,
            hash,
            scopes: Scopes { speak: row.flag("speak")?, admin: row.flag("admin")? },
            limits: row.json("limits")?,
            created_at: row.time("created_at")?,
            expires_at: row.maybe_time("expires_at")?,
            revoked_at: row.maybe_time("revoked_at")?,
        })
    }
}

impl Debug for KeyRow {
    /// Without the hash, which belongs in no log either.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyRow").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

// What every database takes as it is written here.
pub(super) const FIND: &str = "SELECT * FROM tts_keys WHERE id = $1";
pub(super) const LIST: &str = "SELECT * FROM tts_keys ORDER BY created_at DESC, id";
pub(super) const REVOKE: &str = "UPDATE tts_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";

/// The statement that adds a key.
pub(super) fn insert<D: Database>(key: &KeyRow) -> Result<Query<'static, D, D::Arguments>, StoreError>
where
    bool: Value<D>,
    i64: Value<D>,
    Option<i64>: Value<D>,
    String: Value<D>,
{
    let limits = serde_json::to_string(&key.limits)
        .map_err(|source| StoreError::Unavailable { action: "store an API key", source: source.into() })?;
    Ok(sqlx::query(
        "INSERT INTO tts_keys (id, name, hash, speak, admin, limits, created_at, expires_at, revoked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&key.id)
    .bind(&key.name)
    .bind(hex::encode(key.hash))
    .bind(key.scopes.speak)
    .bind(key.scopes.admin)
    .bind(limits)
    .bind(to_millis(key.created_at))
    .bind(key.expires_at.map(to_millis))
    .bind(key.revoked_at.map(to_millis)))
}
