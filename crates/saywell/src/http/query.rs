//! Reading a request's query, with errors that name the field.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::error::ApiError;

/// What stands after the question mark.
#[derive(Debug)]
pub struct Search<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Search<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        axum::extract::Query::try_from_uri(&parts.uri).map(|query| Self(query.0)).map_err(|rejection| {
            let reason = rejection.body_text();
            // Serde's "duplicate field `exp`", "missing field `by`".
            let field = reason.split_once("field `").and_then(|(_, rest)| rest.split('`').next());
            let reason = reason.rsplit(": ").next().unwrap_or_default();
            let message = format!("The query is not right: {reason}.");
            ApiError::invalid(field.unwrap_or("query"), message)
        })
    }
}
