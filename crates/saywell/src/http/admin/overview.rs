//! All that the operator's page shows at a glance.
#![expect(unused_qualifications, reason = "the macro writes them")]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Operator;
use super::answers::Answers;
use crate::app::App;
use crate::chain::breaker::{BreakerState, BreakerWatch};
use crate::chain::too_slow;
use crate::ends::Ending;
use crate::gateways::GatewayState;
use crate::http::error::ApiError;
use crate::http::query::Search;
use crate::store::{Bucket, FirstSound, Spender, Stored, Top};
use crate::trial;

/// How far back one may look: the longest month.
const MOST_HOURS: u32 = 31 * 24;
/// Steps that a plot can be divided into, seconds.
const STEPS: [u64; 9] = [60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600];
/// Most steps of a plot.
const MOST_STEPS: u64 = 60;
/// Rows of each table.
const ROWS: u32 = 10;

/// Which time.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct OverviewQuery {
    /// How many hours back, 1 to 744; 24 by default.
    #[param(minimum = 1, maximum = 744)]
    hours: Option<u32>,
}

/// The server at a glance.
#[derive(Debug, Serialize, ToSchema)]
pub struct Overview {
    /// The server's version.
    #[schema(value_type = String)]
    pub version: &'static str,
    /// Whether speech is on.
    pub enabled: bool,
    /// The time now, seconds since 1970.
    pub now: u64,
    /// From when on calls and requests are counted, seconds since 1970.
    pub since: u64,
    /// What the steps of `series` are long.
    pub step_seconds: u64,
    /// Calls to providers over time; steps without any are left out.
    pub series: Vec<Bucket>,
    /// How long the first sound of each provider took.
    pub first_sound: Vec<FirstSound>,
    /// The providers, those that are asked first first.
    pub providers: Vec<Provider>,
    /// Users who had most spoken.
    pub users: Vec<Spender>,
    /// Rooms that had most spoken.
    pub rooms: Vec<Spender>,
    /// How requests were answered.
    pub answers: Answers,
    /// What only the process that answers knows.
    pub process: Process,
    /// Every gateway that shares this one's Redis, by name; without Redis, or while it is away, only the one that answers.
    pub gateways: Vec<GatewayState>,
    /// What is stored.
    pub cache: CacheContent,
}

/// How a provider is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Provider {
    /// Its name.
    pub name: String,
    /// Whether an operator lets it be asked.
    pub enabled: bool,
    /// Whether its calls cost money.
    pub paid: bool,
    /// What its breaker does with calls of this process: `closed` (they go through), `open` (they fail at once) or
    /// `probing`.
    #[schema(value_type = String)]
    pub breaker: &'static str,
    /// Failures in a row until now.
    pub failures: u32,
    /// When an open breaker lets a probe through, seconds since 1970.
    pub retry_at: Option<u64>,
    /// What of it its service has announced to end.
    pub ends: Vec<End>,
    /// What it means that this machine is too slow for its voices, where it is, in words that follow its name.
    pub too_slow: Option<String>,
}

/// What a service has announced to end.
#[derive(Debug, Serialize, ToSchema)]
pub struct End {
    /// What ends, in words.
    pub of: String,
    /// The day on which it is no more, such as `2027-01-06`.
    pub day: String,
    /// What to choose in its place.
    pub instead: String,
}

impl From<&Ending> for End {
    fn from(ending: &Ending) -> Self {
        let Ending { of, day, instead, .. } = ending;
        Self { of: of.clone(), day: day.to_string(), instead: instead.clone() }
    }
}

/// What one process knows of itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct Process {
    /// Renditions in the making.
    pub flights: usize,
}

/// What is stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct CacheContent {
    /// Whole replies.
    pub renditions: u64,
    /// Utterances.
    pub clips: u64,
    /// What they take.
    pub bytes: u64,
    /// What they may take.
    pub max_bytes: u64,
    /// What takes most.
    pub content: Vec<Stored>,
}

/// The server at a glance.
#[utoipa::path(
    get, path = "/admin/api/overview", tag = "admin", params(OverviewQuery),
    responses(
        (status = 200, description = "The overview", body = Overview),
        (status = 400, description = "`invalid_request`"),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`forbidden`"),
        (status = 429, description = "`rate_limited`: too many wrong keys"),
    )
)]
pub async fn overview(
    State(app): State<App>,
    _: Operator,
    Search(ask): Search<OverviewQuery>,
) -> Result<Json<Overview>, ApiError> {
    let window = window(ask.hours)?;
    let step = step(window);
    let now = app.clock.now();
    // From the beginning of a step on, so that the first is a whole one.
    let since = seconds(now).saturating_sub(window.as_secs()) / step * step;
    let from = UNIX_EPOCH + Duration::from_secs(since);

    let insights = &*app.store.insights;
    let (series, first_sound, users, rooms, answered, stored, stats, gateways) = tokio::join!(
        insights.series(from, Duration::from_secs(step)),
        insights.first_sound(from),
        insights.top(Top::Users, from, ROWS),
        insights.top(Top::Rooms, from, ROWS),
        app.store.usage.answered(from),
        insights.stored(ROWS),
        app.speak.cache.stats(),
        app.states(),
    );
    let stats = stats?;
    Ok(Json(Overview {
        version: env!("CARGO_PKG_VERSION"),
        enabled: app.limits.is_enabled(),
        now: seconds(now),
        since,
        step_seconds: step,
        series: series?,
        first_sound: first_sound?,
        providers: providers(&app),
        users: users?,
        rooms: rooms?,
        answers: Answers::summed(&answered?),
        process: Process { flights: app.speak.flights.count() },
        gateways,
        cache: CacheContent {
            renditions: stats.stored.renditions.entries,
            clips: stats.stored.clips.entries,
            bytes: stats.stored.bytes(),
            max_bytes: stats.max_bytes,
            content: stored?,
        },
    }))
}

/// How far back is looked.
pub(super) fn window(hours: Option<u32>) -> Result<Duration, ApiError> {
    let hours = hours.unwrap_or(24);
    if !(1..=MOST_HOURS).contains(&hours) {
        let message = format!("`hours` is {hours}; it may be from 1 to {MOST_HOURS}.");
        return Err(ApiError::invalid("hours", message));
    }
    Ok(Duration::from_hours(u64::from(hours)))
}

/// The shortest step that divides the window into no more steps than a plot has room for.
fn step(window: Duration) -> u64 {
    let fits = |step: &u64| window.as_secs().div_ceil(*step) <= MOST_STEPS;
    STEPS.into_iter().find(fits).unwrap_or(24 * 3600)
}

/// Every provider: those that are asked, in order, then those that are switched off.
fn providers(app: &App) -> Vec<Provider> {
    let steered = app.speak.steered_chain();
    let asked = steered.providers().iter().map(|link| (link, true));
    let off = app.speak.chain.providers().iter().filter(|link| {
        let name = link.name();
        steered.providers().iter().all(|asked| asked.name() != name)
    });
    asked
        .chain(off.map(|link| (link, false)))
        .map(|(link, enabled)| {
            let health = app
                .breakers
                .get(link.name())
                .map_or(BreakerState::Closed { failures: 0 }, BreakerWatch::state);
            let (failures, retry_at) = match health {
                BreakerState::Closed { failures } => (failures, None),
                BreakerState::Open { until } => (0, Some(seconds(until))),
                BreakerState::Probing => (0, None),
            };
            let (name, paid) = (link.name().to_owned(), link.about().paid);
            let ends = app.endings.iter().filter(|ending| ending.provider == name).map(End::from).collect();
            let too_slow = too_slow(&**link).map(trial::in_words);
            Provider { name, enabled, paid, breaker: health.name(), failures, retry_at, ends, too_slow }
        })
        .collect()
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_has_some_tens_of_steps() {
        for (hours, expected) in [(1, 60), (6, 900), (24, 1800), (24 * 7, 3 * 3600), (24 * 31, 24 * 3600)] {
            assert_eq!(step(Duration::from_hours(hours)), expected, "{hours} h");
        }
    }
}
