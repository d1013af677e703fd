//! Reports of usage.
#![expect(unused_qualifications, reason = "the macro writes them")]

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Operator, failed};
use crate::app::App;
use crate::http::error::ApiError;
use crate::http::query::Search;
use crate::store::{By, Days, UsageLine, format_day, parse_day};
use crate::usage::table;

/// Days of a report that names none.
const USUAL_DAYS: u32 = 30;
/// Most lines of one report.
const MOST: u32 = 10_000;

/// Which report.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct UsageQuery {
    /// What to sum up by: `day` (default), `user`, `room`, `plan`, `provider`, `voice`, `message`.
    #[param(inline)]
    by: Option<By>,
    /// The first day, UTC, like 2026-11-01; 30 days are summed up by default.
    since: Option<String>,
    /// The last day; today by default.
    until: Option<String>,
    /// How many lines, 1 to 10000; 1000 by default.
    #[param(minimum = 1, maximum = 10000)]
    limit: Option<u32>,
    /// `json` (default) or `csv`; with `Accept: text/csv` as well.
    #[param(inline)]
    format: Option<Form>,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// As JSON.
    Json,
    /// As comma-separated values.
    Csv,
}

/// What was asked for in some days, and what it came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Usage {
    /// What it is summed up by.
    pub by: By,
    /// The first day, UTC.
    pub since: String,
    /// The last day.
    pub until: String,
    /// Days in their order; everything else with the most requests first.
    pub lines: Vec<UsageLine>,
}

/// What was asked for, by whom, and what it came to.
#[utoipa::path(
    get, path = "/admin/api/usage", tag = "admin", params(UsageQuery),
    responses(
        (status = 200, description = "The report", content(
            (Usage = "application/json"),
            (String = "text/csv"),
        )),
        (status = 400, description = "`invalid_request`"),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`forbidden`"),
    )
)]
pub async fn usage(
    State(app): State<App>,
    _: Operator,
    headers: HeaderMap,
    Search(ask): Search<UsageQuery>,
) -> Result<Response, ApiError> {
    let days = days(&app, ask.since.as_deref(), ask.until.as_deref())?;
    let limit = ask.limit.unwrap_or(1000);
    if !(1..=MOST).contains(&limit) {
        return Err(ApiError::invalid("limit", format!("`limit` is {limit}; it may be from 1 to {MOST}.")));
    }
    let by = ask.by.unwrap_or_default();
    let lines = app.store.usage.report(by, days, limit).await?;
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let accepted = if accept.starts_with("text/csv") { Form::Csv } else { Form::Json };
    match ask.format.unwrap_or(accepted) {
        Form::Csv => {
            let csv = table::csv(by, &lines).map_err(|error| failed(&error))?;
            let name = format!("attachment; filename=\"usage-by-{}.csv\"", by.name());
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
                (header::CONTENT_DISPOSITION, name.as_str()),
            ];
            Ok((headers, csv).into_response())
        }
        Form::Json => {
            let (since, until) = (format_day(days.first), format_day(days.last));
            Ok(Json(Usage { by, since, until, lines }).into_response())
        }
    }
}

/// The days that a report is of: 30 up to today, where the question names none.
pub(super) fn days(app: &App, since: Option<&str>, until: Option<&str>) -> Result<Days, ApiError> {
    let day = |field: &'static str, written: Option<&str>| {
        written.map(parse_day).map(|day| {
            day.ok_or_else(|| ApiError::invalid(field, format!("`{field}` must be a day like 2026-11-25.")))
        })
    };
    let (since, until) = (day("since", since).transpose()?, day("until", until).transpose()?);
    let today = Days::until(app.clock.now(), 1).last;
    let last = until.unwrap_or(today);
    let first = since.unwrap_or(last + 1 - i64::from(USUAL_DAYS));
    if first > last {
        return Err(ApiError::invalid("since", "`since` is after `until`."));
    }
    Ok(Days { first, last })
}
