//! Emptying the cache, or a part of it.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Operator;
use crate::app::App;
use crate::controls::Change;
use crate::http::body;
use crate::http::error::ApiError;
use crate::http::fields::name;
use crate::key::{Key, KeyKind};
use crate::store::Filter;

/// What is to go: what fulfils every condition given. Everything goes only when `all` says so.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Purge {
    /// The entry of this key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub key: Option<String>,
    /// `rendition` or `clip`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub kind: Option<KeyKind>,
    /// What this provider made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// What is in this voice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
    /// What was made for this user; a clip that was made for others at the same moment may go as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// What was stored longer ago than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub older_than_seconds: Option<u64>,
    /// Everything.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all: bool,
}

/// What went.
#[derive(Debug, Serialize, ToSchema)]
pub struct Purged {
    /// How many entries.
    pub removed: u64,
}

/// Removes what is stored: the sound at once, what other replicas hold in memory within a second.
#[utoipa::path(
    post, path = "/admin/api/cache/purge", tag = "admin", request_body = Purge,
    responses(
        (status = 200, description = "What went", body = Purged),
        (status = 400, description = "`invalid_request`"),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`forbidden`"),
        (status = 429, description = "`rate_limited`: too many wrong keys"),
        (status = 413, description = "`text_too_long`: the body is too large"),
        (status = 503, description = "`overloaded`: others change something at the same time"),
    )
)]
pub async fn purge(
    State(app): State<App>,
    Operator { who }: Operator,
    body::Json(ask): body::Json<Purge>,
) -> Result<Json<Purged>, ApiError> {
    let described = serde_json::to_value(&ask).unwrap_or_default();
    let removed = match ask.key.as_deref().map(str::parse::<Key>).transpose() {
        Err(error) => return Err(ApiError::invalid("key", format!("`key`: {error}."))),
        Ok(Some(key)) => {
            if described.as_object().is_some_and(|conditions| conditions.len() > 1) {
                return Err(ApiError::invalid(
                    "key",
                    "`key` names one entry; no other condition goes with it.",
                ));
            }
            app.speak.cache.delete(&key.as_heard()).await?;
            u64::from(app.speak.cache.delete(&key).await?)
        }
        Ok(None) => app.speak.cache.purge(&filter(&app, &ask)?).await?,
    };
    app.speak.flights.wake().clear();
    // Also tells the other replicas to forget what they have in memory.
    let change = Change::Purge { filter: described, removed };
    if let Err(error) = app.controls.change(&who, &change).await {
        tracing::error!(who, ?change, "a purge is in this log only");
        return Err(error.into());
    }
    tracing::info!(who, removed, "an operator purged the cache");
    Ok(Json(Purged { removed }))
}

fn filter(app: &App, ask: &Purge) -> Result<Filter, ApiError> {
    let created_before = match ask.older_than_seconds.map(Duration::from_secs) {
        None => None,
        Some(age) => Some(app.clock.now().checked_sub(age).ok_or_else(|| {
            ApiError::invalid("older_than_seconds", "`older_than_seconds` goes back before all time.")
        })?),
    };
    let (provider, voice) = (ask.provider.clone(), ask.voice.clone());
    // In the one form in which users are kept, or nothing of theirs would be found.
    let user = name("user", ask.user.as_deref())?;
    let user = user.map(|user| app.settings.user_case.fold(user.into()));
    let filter = Filter { kind: ask.kind, provider, voice, made_for: user, created_before };
    match (ask.all, filter == Filter::default()) {
        (false, true) => {
            Err(ApiError::invalid("all", "Say what is to go; everything goes only with `\"all\": true`."))
        }
        (true, false) => Err(ApiError::invalid("all", "`all` is everything; no condition goes with it.")),
        _ => Ok(filter),
    }
}
