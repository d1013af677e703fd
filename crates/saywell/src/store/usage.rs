//! What was asked for, by whom, and what it came to.

use super::rows::{Columns, Holds, Table, entry};
use super::{Answered, Asked, CacheOutcome, StoreError, Text};
use crate::clock::to_millis;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::FromRow;
use std::fmt::Debug;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use utoipa::ToSchema;

/// Milliseconds of a day.
pub(super) const DAY_MS: i64 = 86_400_000;

/// The tables `tts_usage`, `tts_usage_daily` and `tts_usage_answers`: every request for speech, and sums by day.
///
/// Every call is atomic and safe to repeat. Several processes may use one database.
#[async_trait]
pub trait UsageLog: Send + Sync + Debug {
    /// Adds requests, all or none; one that is there already is not added again.
    async fn add(&self, requests: &[Asked]) -> Result<(), StoreError>;

    /// What was bought since then, for whom; from what is not forgotten yet.
    async fn spent(&self, since: SystemTime) -> Result<Vec<Spent>, StoreError>;

    /// Sums of whole days, at most `limit` lines: days in their order, everything else with the most requests first.
    async fn report(&self, by: By, days: Days, limit: u32) -> Result<Vec<UsageLine>, StoreError>;

    /// How the requests since then were answered, the most frequent first; of the last 31 days at most.
    async fn answered(&self, since: SystemTime) -> Result<Vec<Answered>, StoreError>;

    /// With which errors the requests of a user or a room ended since then, the most frequent first; while their rows are kept.
    async fn refusals(&self, whose: Whose<'_>, since: SystemTime) -> Result<Vec<Refusals>, StoreError>;

    /// Adds the requests of before `end` to the sums by day, each once, however many do it at the same time. Tells how
    /// many.
    async fn roll_up(&self, end: SystemTime) -> Result<u64, StoreError>;

    /// Forgets requests that were rolled up, calls to providers, and how requests of days that ended then were answered,
    /// all of before `rows`, and sums of days that ended before `sums`, those of listening as well. Tells how many rows that were.
    async fn forget(&self, rows: SystemTime, sums: SystemTime) -> Result<u64, StoreError>;
}

/// What a report sums up by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The day, UTC.
    #[default]
    Day,
    /// Who asked.
    User,
    /// In which room.
    Room,
    /// On which plan.
    Plan,
    /// Who spoke.
    Provider,
    /// In which voice.
    Voice,
    /// The application's own name for the reply; of requests that are not forgotten yet.
    Message,
}

impl By {
    /// Everything there is to sum up by.
    pub const ALL: [Self; 7] =
        [Self::Day, Self::User, Self::Room, Self::Plan, Self::Provider, Self::Voice, Self::Message];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::User => "user",
            Self::Room => "room",
            Self::Plan => "plan",
            Self::Provider => "provider",
            Self::Voice => "voice",
            Self::Message => "message",
        }
    }
}

/// Whose requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose<'a> {
    /// A user's.
    User(&'a str),
    /// A room's.
    Room(&'a str),
}

/// Requests that ended with the same error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Refusals {
    /// The error's code, such as `quota_exceeded`.
    pub error: String,
    /// How many.
    pub requests: u64,
    /// When the last of them came, seconds since 1970.
    pub last_at: u64,
}

impl<R: Columns> FromRow<'_, R> for Refusals {
    fn from_row(row: &R) -> sqlx::Result<Self> {
        Ok(Self {
            error: row.text("error")?,
            requests: row.unsigned("requests")?,
            last_at: row.unsigned("last_at")? / 1000,
        })
    }
}

impl<'a> Whose<'a> {
    /// The statement for either database, and the name that it takes.
    pub(super) const fn refusals(self) -> (&'static str, &'a str) {
        match self {
            Self::User(name) => (
                "SELECT error, count(*) AS requests, max(at) AS last_at FROM tts_usage
                 WHERE at >= $1 AND error <> '' AND \"user\" = $2 GROUP BY error ORDER BY count(*) DESC, error",
                name,
            ),
            Self::Room(name) => (
                "SELECT error, count(*) AS requests, max(at) AS last_at FROM tts_usage
                 WHERE at >= $1 AND error <> '' AND room = $2 GROUP BY error ORDER BY count(*) DESC, error",
                name,
            ),
        }
    }
}

/// Whole days, counted from 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub first: i64,
    /// The last.
    pub last: i64,
}

impl Days {
    /// The `count` days that end with the day of `now`; at least one.
    #[must_use]
    pub fn until(now: SystemTime, count: u32) -> Self {
        let last = to_millis(now).div_euclid(DAY_MS);
        Self { first: last + 1 - i64::from(count.max(1)), last }
    }
}

/// The number of a day that is written like 2026-11-25.
#[must_use]
pub fn parse_day(written: &str) -> Option<i64> {
    let well_formed = written.len() == 10 && written.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let begins = humantime::parse_rfc3339(&format!("{written}T00:00:00Z")).ok().filter(|_| well_formed)?;
    Some(to_millis(begins).div_euclid(DAY_MS))
}

/// A day as people write it, like 2026-11-25.
#[must_use]
pub fn format_day(day: i64) -> String {
    let begins =
        UNIX_EPOCH + Duration::from_secs(u64::try_from(day).unwrap_or_default().saturating_mul(86_400));
    humantime::format_rfc3339_seconds(begins).to_string().chars().take(10).collect()
}

/// One line of a report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct UsageLine {
    /// What is summed up here: a day like 2026-11-25, a user, a voice; empty where it is not known.
    pub name: String,
    /// ISO 4217 code; empty for what costs nothing or has no price. What has several is on several lines.
    pub currency: String,
    /// Requests.
    pub requests: u64,
    /// Of them, those that needed nothing new: from the cache, or from a flight in progress.
    pub cached: u64,
    /// Of them, those that were turned down.
    pub refused: u64,
    /// Of them, those that were begun and could not be made.
    pub failed: u64,
    /// Of them, those that nobody wanted any more.
    pub cancelled: u64,
    /// Characters of the replies.
    pub characters: u64,
    /// Seconds to be heard.
    pub seconds: f64,
    /// Characters that were sent to providers.
    pub sent_characters: u64,
    /// Seconds that came back from them.
    pub made_seconds: f64,
    /// What they charge.
    pub cost: f64,
    /// Calls to them that are not in `cost`, because they have no price.
    pub unpriced: u64,
}

impl UsageLine {
    /// Reads a line of a report; days are numbers in the database.
    pub(super) fn read(by: By, row: &impl Columns) -> sqlx::Result<Self> {
        let name = row.text("name")?;
        Ok(Self {
            name: if by == By::Day { name.parse().map_or(name, format_day) } else { name },
            currency: row.text("currency")?,
            requests: row.unsigned("requests")?,
            cached: row.unsigned("cached")?,
            refused: row.unsigned("refused")?,
            failed: row.unsigned("failed")?,
            cancelled: row.unsigned("cancelled")?,
            characters: row.unsigned("characters")?,
            seconds: row.real("seconds")?,
            sent_characters: row.unsigned("sent_characters")?,
            made_seconds: row.real("made_seconds")?,
            cost: row.real("cost")?,
            unpriced: row.unsigned("unpriced")?,
        })
    }
}

/// What one subject had made, in one room, by one key, from one network, on one plan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spent {
    /// Whom limits count it for, such as `user:ann`.
    pub subject: String,
    /// In which room.
    pub room: Option<String>,
    /// By which API key.
    pub key: Option<String>,
    /// From which network, sealed, where limits count networks.
    pub network: Option<String>,
    /// On which plan.
    pub plan: String,
    /// Characters that were sent to providers.
    pub characters: u64,
    /// Seconds that came back.
    pub seconds: f64,
    /// What that cost.
    pub cost: f64,
    /// In which currency.
    pub currency: String,
}

impl<R: Columns> FromRow<'_, R> for Spent {
    fn from_row(row: &R) -> sqlx::Result<Self> {
        let known = |name: String| Some(name).filter(|name| !name.is_empty());
        Ok(Self {
            subject: row.text("subject")?,
            room: known(row.text("room")?),
            key: known(row.text("api_key")?),
            network: known(row.text("network")?),
            plan: row.text("plan")?,
            characters: row.unsigned("characters")?,
            seconds: row.real("seconds")?,
            cost: row.real("cost")?,
            currency: row.text("currency")?,
        })
    }
}

/// The table of requests.
pub(super) const USAGE: Table = Table {
    name: "tts_usage",
    columns: &[
        ("entry", Holds::Text),
        ("at", Holds::Integer),
        ("subject", Holds::Text),
        ("api_key", Holds::Text),
        ("network", Holds::Text),
        ("user", Holds::Text),
        ("room", Holds::Text),
        ("plan", Holds::Text),
        ("message_id", Holds::Text),
        ("rendition", Holds::Text),
        ("provider", Holds::Text),
        ("voice", Holds::Text),
        ("format", Holds::Text),
        ("cache", Holds::Text),
        ("outcome", Holds::Text),
        ("error", Holds::Text),
        ("characters", Holds::Integer),
        ("seconds", Holds::Real),
        ("first_sound_ms", Holds::Real),
        ("sent_characters", Holds::Integer),
        ("made_seconds", Holds::Real),
        ("cost", Holds::Real),
        ("currency", Holds::Text),
        ("unpriced", Holds::Integer),
        ("text", Holds::Text),
        ("requests", Holds::Integer),
    ],
};

/// What is kept of a request, by the names of its columns.
pub(super) fn asked_columns(asked: &Asked) -> serde_json::Value {
    let known = |name: &Option<String>| name.clone().unwrap_or_default();
    let row = json!({
        "entry": entry(asked.id),
        "at": to_millis(asked.at),
        "subject": asked.subject,
        "api_key": known(&asked.key),
        "network": known(&asked.network),
        "user": known(&asked.user),
        "room": known(&asked.room),
        "plan": asked.plan,
        "message_id": known(&asked.message_id),
        "rendition": asked.rendition.map(|key| key.to_string()).unwrap_or_default(),
        "provider": known(&asked.provider),
        "voice": known(&asked.voice),
        "format": asked.format,
        "cache": asked.cache.map(CacheOutcome::name).unwrap_or_default(),
        "outcome": asked.outcome.name(),
        "error": known(&asked.error),
        "characters": asked.characters,
        "seconds": asked.seconds,
        "first_sound_ms": asked.first_sound.map(|took| took.as_secs_f64() * 1000.0),
        "sent_characters": asked.bought.characters,
        "made_seconds": asked.bought.seconds,
        "cost": asked.bought.cost,
        "currency": asked.bought.currency,
        "unpriced": asked.bought.unpriced,
        "text": asked.text.as_ref().map(Text::reveal),
        "requests": i64::from(!asked.continues),
    });
    debug_assert!(USAGE.fits(&row), "{row}");
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_people_do() {
        assert_eq!(parse_day("1970-01-01"), Some(0));
        assert_eq!(parse_day("2026-11-25").map(format_day).as_deref(), Some("2026-11-25"));
        for nonsense in ["", "2026-13-01", "2026-02-30", "25.11.2026", "2026-11-25T", "2026-11-2é"] {
            assert_eq!(parse_day(nonsense), None, "{nonsense}");
        }
        let now = UNIX_EPOCH + Duration::from_secs(10 * 86_400 + 5);
        assert_eq!(Days::until(now, 3), Days { first: 8, last: 10 });
        assert_eq!(Days::until(now, 0), Days { first: 10, last: 10 });
    }
}
