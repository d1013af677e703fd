//! Why somebody was not spoken to.
#![expect(unused_qualifications, reason = "the macro writes them")]

use std::time::UNIX_EPOCH;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Operator;
use super::overview::window;
use crate::app::App;
use crate::http::error::ApiError;
use crate::http::query::Search;
use crate::store::{Refusals, Whose};

/// Whose requests, and of which time.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RefusalsQuery {
    /// A user; either this or `room`.
    user: Option<String>,
    /// A room.
    room: Option<String>,
    /// How many hours back, 1 to 744; 24 by default.
    #[param(minimum = 1, maximum = 744)]
    hours: Option<u32>,
}

/// The errors that somebody's requests ended with.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefusalsReport {
    /// From when on they are counted, seconds since 1970.
    pub since: u64,
    /// The most frequent first.
    pub lines: Vec<Refusals>,
}

/// With which errors the requests of a user or a room ended. Calls that were refused before it was known who asks, or for what,
/// are not among them.
#[utoipa::path(
    get, path = "/admin/api/refusals", tag = "admin", params(RefusalsQuery),
    responses(
        (status = 200, description = "The errors", body = RefusalsReport),
        (status = 400, description = "`invalid_request`"),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`forbidden`"),
    )
)]
pub async fn refusals(
    State(app): State<App>,
    _: Operator,
    Search(ask): Search<RefusalsQuery>,
) -> Result<Json<RefusalsReport>, ApiError> {
    let since = app.clock.now().checked_sub(window(ask.hours)?).unwrap_or(UNIX_EPOCH);
    let user = ask.user.map(|user| app.settings.user_case.fold(user));
    let whose = match (user.as_deref(), ask.room.as_deref()) {
        (Some(user), None) => Whose::User(user),
        (None, Some(room)) => Whose::Room(room),
        _ => return Err(ApiError::invalid("user", "Give either `user` or `room`.")),
    };
    let lines = app.store.usage.refusals(whose, since).await?;
    let since = since.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    Ok(Json(RefusalsReport { since, lines }))
}
