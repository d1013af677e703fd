//! How replies were listened to, as an operator sees it.
#![expect(unused_qualifications, reason = "the macro writes them")]

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Operator;
use super::usage::days;
use crate::app::App;
use crate::http::error::ApiError;
use crate::http::query::Search;
use crate::store::{ListenedBy, ListeningLine, format_day};

/// Most lines of one report.
const MOST: u32 = 1_000;
/// Lines of a report that says nothing of it.
const USUAL: u32 = 100;

/// Which report.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListeningQuery {
    /// What to sum up by: `voice` (default) or `room`.
    #[param(inline)]
    by: Option<ListenedBy>,
    /// The first day, UTC, like 2026-11-01; 30 days are summed up by default.
    since: Option<String>,
    /// The last day; today by default.
    until: Option<String>,
    /// How many lines, 1 to 1000; 100 by default.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// How replies were listened to in some days.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListeningReport {
    /// Whether players tell (`TTS_LISTENING`).
    pub enabled: bool,
    /// What it is summed up by.
    pub by: ListenedBy,
    /// The first day, UTC.
    pub since: String,
    /// The last day.
    pub until: String,
    /// What was begun most first.
    pub lines: Vec<ListeningLine>,
}

/// How replies were listened to, by voice or by room.
#[utoipa::path(
    get, path = "/admin/api/listening", tag = "admin", params(ListeningQuery),
    responses(
        (status = 200, description = "The report", body = ListeningReport),
        (status = 400, description = "`invalid_request`"),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`forbidden`"),
    )
)]
pub async fn listening(
    State(app): State<App>,
    _: Operator,
    Search(ask): Search<ListeningQuery>,
) -> Result<Json<ListeningReport>, ApiError> {
    let days = days(&app, ask.since.as_deref(), ask.until.as_deref())?;
    let limit = ask.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(ApiError::invalid("limit", format!("`limit` is {limit}; it may be from 1 to {MOST}.")));
    }
    let by = ask.by.unwrap_or_default();
    let lines = app.store.listening.listened(by, days, limit).await?;
    let (since, until) = (format_day(days.first), format_day(days.last));
    Ok(Json(ListeningReport { enabled: app.settings.listening, by, since, until, lines }))
}
