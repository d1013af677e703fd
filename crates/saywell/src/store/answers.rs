//! How requests for speech were answered: the table `tts_usage_answers`, and what is not in it yet.

use std::collections::BTreeMap;
use std::time::SystemTime;

use sqlx::FromRow;

use super::rows::Columns;
use super::usage::DAY_MS;
use crate::clock::to_millis;

/// Requests that were answered alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// What the cache had: `hit`, `joined`, `partial` or `miss`; empty where it was not asked.
    pub cache: String,
    /// The code of the error that they ended with; empty without one.
    pub error: String,
    /// How long the first sound took, milliseconds: to the millisecond below one second, to ten below ten seconds, else
    /// to a hundred. `None` where there was none, and for flights that were joined.
    pub first_sound_ms: Option<u64>,
    /// How many.
    pub requests: u64,
}

/// How long the first sound took, rounded as [`Answered::first_sound_ms`] says, as `took`; -1 where there was none.
macro_rules! took {
    () => {
        "CASE WHEN first_sound_ms IS NULL THEN -1
              WHEN first_sound_ms < 1000 THEN CAST(round(first_sound_ms) AS BIGINT)
              WHEN first_sound_ms < 10000 THEN CAST(round(first_sound_ms / 10) AS BIGINT) * 10
              ELSE CAST(round(first_sound_ms / 100) AS BIGINT) * 100 END AS took"
    };
}

/// What is kept of requests of one day, for `INSERT` and `SELECT` with `GROUP BY` of the first three columns.
macro_rules! alike {
    () => {
        concat!(
            "cache, error, ",
            $crate::store::answers::took!(),
            ", CAST(sum(requests) AS BIGINT) AS requests"
        )
    };
}

/// The statement that reads all of it: the sums of whole days, what is in no sum yet, and the rows of the day that does
/// not count whole. Takes what [`bounds`] gives, in its order.
macro_rules! answered {
    ($fresh:literal) => {
        concat!(
            "SELECT cache, error, took, CAST(sum(requests) AS BIGINT) AS requests FROM (
                 SELECT cache, error, first_sound_ms AS took, requests FROM tts_usage_answers WHERE day >= $2
                 UNION ALL
                 SELECT ",
            $crate::store::answers::alike!(),
            " FROM tts_usage WHERE ",
            $fresh,
            " AND at >= $2 * $3 GROUP BY 1, 2, 3
                 UNION ALL
                 SELECT ",
            $crate::store::answers::alike!(),
            " FROM tts_usage WHERE at >= $1 AND at < $2 * $3 GROUP BY 1, 2, 3
             ) AS parts GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3"
        )
    };
}

pub(super) use {alike, answered, took};

/// From when on, the first day that is whole from then on, and how long a day is.
pub(super) fn bounds(since: SystemTime) -> [i64; 3] {
    let since = to_millis(since);
    [since, since.div_euclid(DAY_MS) + i64::from(since.rem_euclid(DAY_MS) != 0), DAY_MS]
}

impl<R: Columns> FromRow<'_, R> for Answered {
    fn from_row(row: &R) -> sqlx::Result<Self> {
        Ok(Self {
            cache: row.text("cache")?,
            error: row.text("error")?,
            // Negative without a sound.
            first_sound_ms: u64::try_from(row.integer("took")?).ok(),
            requests: row.unsigned("requests")?,
        })
    }
}

/// The smallest of these times by which so many of a hundred have come (the nearest rank); how many took each is told.
pub(crate) fn by_then(times: &BTreeMap<u64, u64>, hundredths: u64) -> u64 {
    let all: u64 = times.values().sum();
    let mut before = 0;
    let reached = times.iter().find(|(_, count)| {
        before += **count;
        before * 100 >= all * hundredths
    });
    reached.map_or(0, |(time, _)| *time)
}
