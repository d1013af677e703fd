//! What a signed link leads to, for whoever may follow it.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::error::{ApiError, ErrorCode};
use super::identity::follower;
use super::query::Search;
use crate::app::App;
use crate::key::Key;
use crate::links::LinkQuery;

/// The file that a link names: its signature is right, and it is followed by whom it was given to.
#[derive(Debug)]
pub struct Granted {
    /// The rendition.
    pub key: Key,
    /// In which form.
    pub extension: String,
}

impl FromRequestParts<App> for Granted {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let path = Path::<String>::from_request_parts(parts, app).await;
        let Path(file) = path.map_err(IntoResponse::into_response)?;
        let query = Search::<LinkQuery>::from_request_parts(parts, app).await;
        let Search(grant) = query.map_err(IntoResponse::into_response)?;
        let granted = async {
            let (key, extension) = name(&file)?;
            let follower = follower(app, &grant, parts).await;
            app.links.check(&key, &grant, app.clock.now(), follower.as_ref())?;
            Ok::<_, ApiError>(Self { key, extension: extension.to_owned() })
        };
        granted.await.map_err(IntoResponse::into_response)
    }
}

/// `{key}.{ext}` of a path.
pub(super) fn name(file: &str) -> Result<(Key, &str), ApiError> {
    let (key, extension) = file.split_once('.').ok_or_else(not_found)?;
    Ok((key.parse().map_err(|_| not_found())?, extension))
}

pub(super) fn not_found() -> ApiError {
    ApiError::new(
        ErrorCode::NotFound,
        "There is no such sound here, or no longer. Ask for it with POST /tts.",
    )
}
