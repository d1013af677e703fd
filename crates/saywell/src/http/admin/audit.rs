//! The audit log.
#![expect(unused_qualifications, reason = "the macro writes them")]

use std::time::UNIX_EPOCH;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::Operator;
use crate::app::App;
use crate::http::error::ApiError;
use crate::http::query::Search;
use crate::store::AuditRow;

/// Most entries of one answer.
const MOST: u32 = 200;

/// Which part of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AuditQuery {
    /// Only entries older than the one of this number.
    before: Option<i64>,
    /// How many, 1 to 200; 50 by default.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// A part of the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct Audit {
    /// The newest first.
    pub entries: Vec<Entry>,
    /// What to ask for as `before` to get the entries after these; `null` when these are the last.
    pub next: Option<i64>,
}

/// One thing that an operator did.
#[derive(Debug, Serialize, ToSchema)]
pub struct Entry {
    /// Its number.
    pub id: i64,
    /// When, seconds since 1970.
    pub at: f64,
    /// Who.
    pub who: String,
    /// What.
    pub action: String,
    /// The particulars.
    #[schema(value_type = Object)]
    pub details: Value,
}

impl From<AuditRow> for Entry {
    fn from(AuditRow { id, entry }: AuditRow) -> Self {
        let at = entry.at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        Self { id, at, who: entry.who, action: entry.action, details: entry.details }
    }
}

/// What operators did, the newest first.
#[utoipa::path(
    get, path = "/admin/api/audit", tag = "admin", params(AuditQuery),
    responses(
        (status = 200, description = "The log", body = Audit),
        (status = 400, description = "`invalid_request`"),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`forbidden`"),
        (status = 429, description = "`rate_limited`: too many wrong keys"),
    )
)]
pub async fn audit(
    State(app): State<App>,
    _: Operator,
    Search(ask): Search<AuditQuery>,
) -> Result<Json<Audit>, ApiError> {
    let limit = ask.limit.unwrap_or(50);
    if !(1..=MOST).contains(&limit) {
        return Err(ApiError::invalid("limit", format!("`limit` is {limit}; it may be from 1 to {MOST}.")));
    }
    let rows = app.store.audit.entries(ask.before, limit).await?;
    let next = rows.last().filter(|_| rows.len() == limit as usize).map(|row| row.id);
    Ok(Json(Audit { entries: rows.into_iter().map(Entry::from).collect(), next }))
}
