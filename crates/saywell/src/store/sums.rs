//! Sums of requests by day: the table `tts_usage_daily`, and reports of it with what is in no sum yet. Every statement is formed
//! of one list, so that no sum can stand for another and both databases have the same.

use super::By;
use super::rows::Holds;

/// The sums, and how each comes about from requests. [`UsageLine`](super::UsageLine) has them by the same names.
const SUMS: [(&str, Holds, &str); 11] = [
    ("requests", Holds::Integer, "sum(requests)"),
    ("cached", Holds::Integer, "count(*) FILTER (WHERE cache IN ('hit', 'joined'))"),
    ("refused", Holds::Integer, "count(*) FILTER (WHERE outcome = 'refused')"),
    ("failed", Holds::Integer, "count(*) FILTER (WHERE outcome = 'failed')"),
    ("cancelled", Holds::Integer, "count(*) FILTER (WHERE outcome = 'cancelled' AND requests > 0)"),
    ("characters", Holds::Integer, "sum(characters)"),
    ("seconds", Holds::Real, "sum(seconds)"),
    ("sent_characters", Holds::Integer, "sum(sent_characters)"),
    ("made_seconds", Holds::Real, "sum(made_seconds)"),
    ("cost", Holds::Real, "sum(cost)"),
    ("unpriced", Holds::Integer, "sum(unpriced)"),
];

/// What is summed up apart, beside the day.
const APART: &str = "\"user\", room, plan, provider, voice, currency";

/// What databases write in different ways.
pub(super) struct Dialect {
    /// Of a request: it is in no sum yet.
    pub fresh: &'static str,
    /// Behind a text that is put in order: by its bytes.
    pub by_bytes: &'static str,
}

/// The names of the sums, in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    SUMS.iter().map(|(name, ..)| *name)
}

/// The sums of some requests.
fn of_requests() -> String {
    listed(|name, holds, sum| format!("{} AS {name}", typed(sum, holds)))
}

/// The sums of some sums.
fn of_sums() -> String {
    listed(|name, holds, _| format!("{} AS {name}", typed(&format!("sum({name})"), holds)))
}

/// PostgreSQL sums integers up as what has no bounds.
fn typed(sum: &str, holds: Holds) -> String {
    match holds {
        Holds::Integer => format!("CAST({sum} AS BIGINT)"),
        Holds::Real | Holds::Text => sum.to_owned(),
    }
}

fn listed(of: impl Fn(&str, Holds, &str) -> String) -> String {
    SUMS.map(|(name, holds, sum)| of(name, holds, sum)).join(", ")
}

/// The statement that adds the requests of `fresh` to the sums; `$1` is how long a day is.
pub(super) fn roll_up(fresh: &str) -> String {
    let (columns, sums) = (listed(|name, _, _| name.to_owned()), of_requests());
    let added = listed(|name, _, _| format!("{name} = tts_usage_daily.{name} + excluded.{name}"));
    format!(
        "INSERT INTO tts_usage_daily (day, {APART}, {columns})
         SELECT at / $1 AS day, {APART}, {sums} FROM {fresh} GROUP BY 1, {APART}
         ON CONFLICT (day, {APART}) DO UPDATE SET {added}"
    )
}

/// The statement of a report. It takes the first day, the last, how long a day is, and the most lines.
pub(super) fn report(by: By, Dialect { fresh, by_bytes }: &Dialect) -> String {
    let (columns, of_requests, of_sums) = (listed(|name, _, _| name.to_owned()), of_requests(), of_sums());
    let (column, order) = match by {
        By::Day => ("day", "CAST(name AS BIGINT), currency".to_owned()),
        By::User => ("\"user\"", format!("requests DESC, name{by_bytes}, currency")),
        By::Room | By::Plan | By::Provider | By::Voice => {
            (by.name(), format!("requests DESC, name{by_bytes}, currency"))
        }
        By::Message => {
            return format!(
                "SELECT message_id AS name, currency, {of_requests}
                 FROM tts_usage WHERE at >= $1 * $3 AND at < ($2 + 1) * $3
                 GROUP BY message_id, currency ORDER BY requests DESC, message_id{by_bytes}, currency LIMIT $4"
            );
        }
    };
    format!(
        "SELECT name, currency, {of_sums} FROM (
             SELECT CAST({column} AS TEXT) AS name, currency, {columns}
             FROM tts_usage_daily WHERE day BETWEEN $1 AND $2
             UNION ALL
             SELECT CAST({column} AS TEXT) AS name, currency, {of_requests}
             FROM (SELECT *, at / $3 AS day FROM tts_usage
                   WHERE {fresh} AND at >= $1 * $3 AND at < ($2 + 1) * $3) AS fresh
             GROUP BY 1, 2
         ) AS lines GROUP BY name, currency ORDER BY {order} LIMIT $4"
    )
}
