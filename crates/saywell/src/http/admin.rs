//! `/admin/api`: what an operator sees and steers. The page at `/admin` uses nothing else.

pub mod answers;
pub mod audit;
pub mod cache;
pub mod controls;
pub mod keys;
pub mod listening;
pub mod overview;
pub mod refusals;
pub mod usage;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::{ApiError, ErrorCode};
use crate::app::App;
use crate::cache::CacheError;
use crate::causes::causes;
use crate::controls::ControlError;
use crate::identity::{Caller, Via};
use crate::store::StoreError;

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(overview::overview))
        .routes(routes!(controls::controls, controls::change))
        .routes(routes!(audit::audit))
        .routes(routes!(usage::usage))
        .routes(routes!(listening::listening))
        .routes(routes!(refusals::refusals))
        .routes(routes!(cache::purge))
        .routes(routes!(keys::list, keys::mint))
        .routes(routes!(keys::revoke))
}

/// Somebody who may steer the server. Every handler here takes one, so that none can forget to ask.
#[derive(Debug, Clone)]
pub struct Operator {
    /// As the audit log names them.
    pub who: String,
}

impl<S: Sync> FromRequestParts<S> for Operator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        if !caller.is_admin() {
            return Err(ApiError::new(ErrorCode::Forbidden, "Only those who run this server may do this."));
        }
        let who = match (&caller.via, &caller.user) {
            // A key that speaks for a user: both are worth knowing.
            (Via::Key { id, .. }, Some(user)) => format!("key:{id} for user:{user}"),
            _ => caller.subject().to_string(),
        };
        Ok(Self { who })
    }
}

impl From<ControlError> for ApiError {
    fn from(error: ControlError) -> Self {
        match error {
            ControlError::Invalid { field, problem } => Self::invalid(field, problem),
            ControlError::Contended => Self::new(
                ErrorCode::Overloaded,
                "Others are changing the controls at the same time. Try again.",
            )
            .retry_after(std::time::Duration::from_secs(1)),
            ControlError::Store(error) => failed(&*error),
            ControlError::Unreadable(error) => failed(&*error),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        failed(&error)
    }
}

impl From<CacheError> for ApiError {
    fn from(error: CacheError) -> Self {
        failed(&error)
    }
}

/// A fault of ours: logged with its causes, told without them.
fn failed(error: &dyn std::error::Error) -> ApiError {
    tracing::error!(error = causes(error), "an operator's request failed");
    ApiError::new(ErrorCode::InternalError, "Something went wrong here. It has been logged.")
}
