//! API keys: listing, minting, taking back.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::Operator;
use crate::app::App;
use crate::http::body;
use crate::http::error::{ApiError, ErrorCode};
use crate::identity::key::{NewKey, mint as mint_key};
use crate::identity::{KeyLimits, Scopes};
use crate::store::{AuditEntry, KeyRow};

/// Longest name of a key, characters.
const LONGEST_NAME: usize = 100;
/// Latest end of a key, seconds since 1970: the end of the year 9999.
const LATEST: u64 = 253_402_300_799;

/// Every key.
#[derive(Debug, Serialize, ToSchema)]
pub struct Keys {
    /// The newest first.
    pub keys: Vec<Key>,
}

/// An API key, without its secret, which nobody can read again.
#[derive(Debug, Serialize, ToSchema)]
pub struct Key {
    /// Its public part, which names it.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<KeyScope>,
    /// What all who use it may use together.
    #[schema(value_type = Object)]
    pub limits: KeyLimits,
    /// When it was minted, seconds since 1970.
    pub created_at: u64,
    /// From when on it is no longer taken, seconds since 1970; never if `null`.
    pub expires_at: Option<u64>,
    /// When it was revoked, seconds since 1970.
    pub revoked_at: Option<u64>,
}

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = KeyScope)]
pub enum KeyScope {
    /// Speak.
    Speak,
    /// Steer the server.
    Admin,
}

/// What a new key is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewKey)]
pub struct MintKey {
    /// What it is for, 1 to 100 characters.
    pub name: String,
    /// What it may do; at least one.
    pub scopes: Vec<KeyScope>,
    /// From when on it is no longer taken, seconds since 1970; never if not given.
    pub expires_at: Option<u64>,
    /// What all who use it may use together; no limit where nothing is said.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub limits: KeyLimits,
}

/// A key that was just minted.
#[derive(Debug, Serialize, ToSchema)]
pub struct Minted {
    /// The key itself. This is the one time it is shown.
    pub secret: String,
    /// What is known of it from now on.
    pub key: Key,
}

impl From<KeyRow> for Key {
    fn from(row: KeyRow) -> Self {
        let of = |has: bool, scope| has.then_some(scope);
        let scopes = [of(row.scopes.speak, KeyScope::Speak), of(row.scopes.admin, KeyScope::Admin)];
        Self {
            id: row.id,
            name: row.name,
            scopes: scopes.into_iter().flatten().collect(),
            limits: row.limits,
            created_at: seconds(row.created_at),
            expires_at: row.expires_at.map(seconds),
            revoked_at: row.revoked_at.map(seconds),
        }
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Every API key there ever was.
#[utoipa::path(
    get, path = "/admin/api/keys", tag = "admin",
    responses(
        (status = 200, description = "The keys", body = Keys),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`forbidden`"),
        (status = 429, description = "`rate_limited`: too many wrong keys"),
    )
)]
pub async fn list(State(app): State<App>, _: Operator) -> Result<Json<Keys>, ApiError> {
    Ok(Json(Keys { keys: app.store.keys.list().await?.into_iter().map(Key::from).collect() }))
}

/// Mints an API key.
#[utoipa::path(
    post, path = "/admin/api/keys", tag = "admin", request_body = MintKey,
    responses(
        (status = 200, description = "The key, which is shown once", body = Minted),
        (status = 400, description = "`invalid_request`"),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`forbidden`"),
        (status = 429, description = "`rate_limited`: too many wrong keys"),
        (status = 413, description = "`text_too_long`: the body is too large"),
    )
)]
pub async fn mint(
    State(app): State<App>,
    Operator { who }: Operator,
    body::Json(ask): body::Json<MintKey>,
) -> Result<Json<Minted>, ApiError> {
    let name = ask.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        let message = format!("`name` must have 1 to {LONGEST_NAME} characters, and no control characters.");
        return Err(ApiError::invalid("name", message));
    }
    if ask.scopes.is_empty() {
        return Err(ApiError::invalid("scopes", "`scopes` is empty; a key may `speak`, `admin` or both."));
    }
    let now = app.clock.now();
    if ask.expires_at.is_some_and(|at| at <= seconds(now) || at > LATEST) {
        return Err(ApiError::invalid(
            "expires_at",
            "`expires_at` has passed already, or is past the year 9999.",
        ));
    }
    if let Some((field, problem)) = ask.limits.fault() {
        let message = format!("`limits.{field}` {problem}; leave it out for no limit.");
        return Err(ApiError::invalid(format!("limits.{field}"), message));
    }
    let has = |scope| ask.scopes.contains(&scope);
    let new = NewKey {
        name: name.to_owned(),
        scopes: Scopes { speak: has(KeyScope::Speak), admin: has(KeyScope::Admin) },
        limits: ask.limits,
        expires_at: ask.expires_at.map(|at| UNIX_EPOCH + Duration::from_secs(at)),
    };
    // Written down first: no key comes into the world without a line in the log.
    let details =
        json!({ "name": name, "scopes": ask.scopes, "expires_at": ask.expires_at, "limits": ask.limits });
    record(&app, &who, "mint_key", details).await?;
    let (secret, row) = mint_key(&*app.store.keys, new, now).await?;
    tracing::info!(who, key = row.id, "an operator minted an API key");
    Ok(Json(Minted { secret, key: row.into() }))
}

/// Revokes an API key, at once and for good.
#[utoipa::path(
    delete, path = "/admin/api/keys/{id}", tag = "admin",
    params(("id" = String, Path, description = "Its `id`")),
    responses(
        (status = 200, description = "The key", body = Key),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`forbidden`"),
        (status = 429, description = "`rate_limited`: too many wrong keys"),
        (status = 404, description = "`not_found`: there is no such key in force"),
    )
)]
pub async fn revoke(
    State(app): State<App>,
    Operator { who }: Operator,
    Path(id): Path<String>,
) -> Result<Json<Key>, ApiError> {
    let unknown = || ApiError::new(ErrorCode::NotFound, "There is no such key in force.").param("id");
    let row = app.store.keys.find(&id).await?.filter(|row| row.revoked_at.is_none()).ok_or_else(unknown)?;
    record(&app, &who, "revoke_key", json!({ "id": row.id, "name": row.name })).await?;
    app.store.keys.revoke(&id, app.clock.now()).await?;
    tracing::info!(who, key = row.id, "an operator revoked an API key");
    let row = app.store.keys.find(&id).await?.ok_or_else(unknown)?;
    Ok(Json(row.into()))
}

async fn record(app: &App, who: &str, action: &str, details: serde_json::Value) -> Result<(), ApiError> {
    let (who, action) = (who.to_owned(), action.to_owned());
    let entry = AuditEntry { at: app.clock.now(), who, action, details };
    Ok(app.store.audit.record(&entry).await?)
}
