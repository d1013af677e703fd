//! What providers were asked.

use super::StoreError;
use super::rows::{Columns, Holds, Table, entry};
use crate::clock::to_millis;
use crate::key::Key;
use crate::price::Cost;
use crate::provider::Call;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::FromRow;
use std::fmt::Debug;
use std::time::SystemTime;

/// The table `tts_calls`: every call to a provider, and what it cost.
#[async_trait]
pub trait CallLog: Send + Sync + Debug {
    /// Adds calls, all or none; one that is there already is not added again.
    async fn append(&self, calls: &[CallRow]) -> Result<(), StoreError>;

    /// What each provider was asked since then, one row for each of its currencies, by name.
    async fn provider_totals(&self, since: SystemTime) -> Result<Vec<ProviderTotals>, StoreError>;
}

/// A call to a provider, and what it was for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallRow {
    /// The request that it was made for.
    pub order: Option<u64>,
    /// Who asked.
    pub user: Option<String>,
    /// In which room.
    pub room: Option<String>,
    /// The application's own name for the reply.
    pub message_id: Option<String>,
    /// The rendition it is for.
    pub rendition: Option<Key>,
    /// The call itself.
    pub call: Call,
}

impl CallRow {
    /// A call that was made for nobody's request.
    #[must_use]
    pub const fn nobodys(call: Call) -> Self {
        Self { order: None, user: None, room: None, message_id: None, rendition: None, call }
    }
}

/// What a provider was asked in all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProviderTotals {
    /// The provider's name.
    pub provider: String,
    /// ISO 4217 code; empty for calls that cost nothing or have no price.
    pub currency: String,
    /// How many calls.
    pub calls: u64,
    /// Characters that were sent.
    pub characters: u64,
    /// Seconds of sound that came back.
    pub seconds: f64,
    /// What they cost.
    pub cost: f64,
    /// How many of them have no price, and are not in `cost`.
    pub unpriced: u64,
}

impl<R: Columns> FromRow<'_, R> for ProviderTotals {
    fn from_row(row: &R) -> sqlx::Result<Self> {
        Ok(Self {
            provider: row.text("provider")?,
            currency: row.text("currency")?,
            calls: row.unsigned("calls")?,
            characters: row.unsigned("characters")?,
            seconds: row.real("seconds")?,
            cost: row.real("cost")?,
            unpriced: row.unsigned("unpriced")?,
        })
    }
}

/// The table of calls.
pub(super) const CALLS: Table = Table {
    name: "tts_calls",
    columns: &[
        ("entry", Holds::Text),
        ("at", Holds::Integer),
        ("provider", Holds::Text),
        ("model", Holds::Text),
        ("voice", Holds::Text),
        ("user", Holds::Text),
        ("room", Holds::Text),
        ("message_id", Holds::Text),
        ("rendition", Holds::Text),
        ("characters", Holds::Integer),
        ("seconds", Holds::Real),
        ("first_sound_ms", Holds::Real),
        ("took_ms", Holds::Real),
        ("outcome", Holds::Text),
        ("cost", Holds::Real),
        ("currency", Holds::Text),
    ],
};

/// What is kept of a call, by the names of its columns.
pub(super) fn call_columns(row: &CallRow) -> serde_json::Value {
    let milliseconds = |duration: std::time::Duration| duration.as_secs_f64() * 1000.0;
    let CallRow { user, room, message_id, rendition, call, .. } = row;
    let (cost, currency) = match &call.cost {
        Cost::Free => (Some(0.0), ""),
        Cost::Known { amount, currency } => (Some(*amount), currency.as_str()),
        Cost::Unpriced => (None, ""),
    };
    let row = json!({
        "entry": entry(call.id),
        "at": to_millis(call.at),
        "provider": call.provider,
        "model": call.model,
        "voice": call.voice,
        "user": user,
        "room": room,
        "message_id": message_id,
        "rendition": rendition,
        "characters": call.characters,
        "seconds": call.seconds,
        "first_sound_ms": call.first_sound.map(milliseconds),
        "took_ms": milliseconds(call.took),
        "outcome": call.outcome.name(),
        "cost": cost,
        "currency": currency,
    });
    debug_assert!(CALLS.fits(&row), "{row}");
    row
}
