//! Around every route that is not for everybody: who calls, or that they may not.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;

use super::error::{ApiError, Code};
use crate::app::App;
use crate::identity::Caller;

/// Finds out who calls before the handler runs; handlers take the [`Caller`] as an argument.
pub async fn identify(State(_app): State<App>, mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(Caller::operator(None));
    next.run(request).await
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    /// The caller that [`identify`] found. A route that is not behind it answers nobody.
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            tracing::error!(path = parts.uri.path(), "a route asks who calls and is not behind `identify`");
            ApiError::new(Code::InternalError, "Something went wrong here. It has been logged.")
        })
    }
}
