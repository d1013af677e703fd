//! What an operator's page shows, summed up by the database.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;

use super::rows::Columns;
use super::{StoreError, by_then};
use crate::key::KeyKind;

/// Sums over `tts_calls` and `tts_cache`.
#[async_trait]
pub trait Insights: Send + Sync + Debug {
    /// What each provider was asked since then, by steps of time that begin at whole multiples of `step`; in order of
    /// time. Steps in which nothing was asked are left out. `step` is at least a second.
    async fn series(&self, since: SystemTime, step: Duration) -> Result<Vec<Bucket>, StoreError>;

    /// How long the first sound took since then, by provider; rounded as in [`Answered`](super::Answered).
    async fn first_sound(&self, since: SystemTime) -> Result<Vec<FirstSound>, StoreError>;

    /// Who had most characters spoken since then, at most `limit`, the most first.
    async fn top(&self, of: Top, since: SystemTime, limit: u32) -> Result<Vec<Spender>, StoreError>;

    /// What is stored, by provider, voice and kind, at most `limit`, what takes most first.
    async fn stored(&self, limit: u32) -> Result<Vec<Stored>, StoreError>;
}

/// What one provider was asked in one step of time.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Bucket {
    /// When the step begins, seconds since 1970.
    pub at: u64,
    /// The provider's name.
    pub provider: String,
    /// ISO 4217 code; empty for what costs nothing or has no price.
    pub currency: String,
    /// How many calls.
    pub calls: u64,
    /// How many of them failed.
    pub failed: u64,
    /// Characters that were sent.
    pub characters: u64,
    /// Seconds of sound that came back.
    pub seconds: f64,
    /// What they cost.
    pub cost: f64,
}

impl<R: Columns> FromRow<'_, R> for Bucket {
    fn from_row(row: &R) -> sqlx::Result<Self> {
        Ok(Self {
            at: row.unsigned("begins")?,
            provider: row.text("provider")?,
            currency: row.text("currency")?,
            calls: row.unsigned("calls")?,
            failed: row.unsigned("failed")?,
            characters: row.unsigned("characters")?,
            seconds: row.real("seconds")?,
            cost: row.real("cost")?,
        })
    }
}

/// How long a provider's first sound took, milliseconds: so many of a hundred calls had it by then.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FirstSound {
    /// The provider's name.
    pub provider: String,
    /// Calls that had sound.
    pub calls: u64,
    /// Fifty.
    pub p50_ms: f64,
    /// Ninety-five.
    pub p95_ms: f64,
    /// Ninety-nine.
    pub p99_ms: f64,
}

/// The calls of one provider that took equally long.
#[derive(Debug)]
pub(super) struct TimedCalls {
    provider: String,
    milliseconds: u64,
    calls: u64,
}

impl TimedCalls {
    /// Reads a row.
    pub(super) fn read(row: &impl Columns) -> sqlx::Result<Self> {
        let (milliseconds, calls) = (row.unsigned("took")?, row.unsigned("calls")?);
        Ok(Self { provider: row.text("provider")?, milliseconds, calls })
    }
}

impl FirstSound {
    /// Of all calls, by provider.
    pub(super) fn from_calls(timed: Vec<TimedCalls>) -> Vec<Self> {
        let mut providers: BTreeMap<String, BTreeMap<u64, u64>> = BTreeMap::new();
        for TimedCalls { provider, milliseconds, calls } in timed {
            *providers.entry(provider).or_default().entry(milliseconds).or_default() += calls;
        }
        let providers = providers.into_iter().map(|(provider, times)| {
            let [p50_ms, p95_ms, p99_ms] = [50, 95, 99].map(|hundredths| by_then(&times, hundredths) as f64);
            Self { provider, calls: times.values().sum(), p50_ms, p95_ms, p99_ms }
        });
        providers.collect()
    }
}

/// Whom to sum up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Top {
    /// Users.
    Users,
    /// Rooms.
    Rooms,
}

/// What one user or room had spoken.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Spender {
    /// The user or room.
    pub name: String,
    /// How many calls to providers.
    pub calls: u64,
    /// Characters that were sent.
    pub characters: u64,
    /// Seconds of sound that came back.
    pub seconds: f64,
    /// What they cost; `null` when it was in several currencies.
    pub cost: Option<f64>,
    /// The currency; empty when it cost nothing.
    pub currency: String,
}

impl<R: Columns> FromRow<'_, R> for Spender {
    fn from_row(row: &R) -> sqlx::Result<Self> {
        Ok(Self {
            name: row.text("name")?,
            calls: row.unsigned("calls")?,
            characters: row.unsigned("characters")?,
            seconds: row.real("seconds")?,
            cost: row.maybe_real("cost")?,
            currency: row.text("currency")?,
        })
    }
}

/// What is stored of one voice.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Stored {
    /// Who made it.
    pub provider: String,
    /// In which voice.
    pub voice: String,
    /// `rendition` or `clip`.
    #[schema(value_type = String)]
    pub kind: KeyKind,
    /// How many.
    pub entries: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How often they were listened to.
    pub accesses: u64,
}

impl<R: Columns> FromRow<'_, R> for Stored {
    fn from_row(row: &R) -> sqlx::Result<Self> {
        Ok(Self {
            provider: row.text("provider")?,
            voice: row.text("voice")?,
            kind: row.parsed("kind")?,
            entries: row.unsigned("entries")?,
            bytes: row.unsigned("bytes")?,
            accesses: row.unsigned("accesses")?,
        })
    }
}
