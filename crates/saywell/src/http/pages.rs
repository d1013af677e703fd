//! The demo chat at `/` and the operator's page at `/admin`, out of the binary.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::error::ApiError;
use crate::app::App;

/// What pages may load and do: nothing that does not come from this server.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self' data:; media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(RustEmbed)]
#[folder = "../../web/demo"]
struct Demo;

#[derive(RustEmbed)]
#[folder = "../../web/admin"]
struct Admin;

/// The pages' routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/", get(async |headers: HeaderMap| page(Demo::get("index.html"), "index.html", &headers)))
        .route(
            "/demo/{*file}",
            get(async |Path(file): Path<String>, headers: HeaderMap| page(Demo::get(&file), &file, &headers)),
        )
        .route(
            "/admin",
            get(async |headers: HeaderMap| page(Admin::get("index.html"), "index.html", &headers)),
        )
        .route(
            "/admin/{file}",
            get(async |Path(file): Path<String>, headers: HeaderMap| {
                page(Admin::get(&file), &file, &headers)
            }),
        )
}

fn page(file: Option<EmbeddedFile>, name: &str, request: &HeaderMap) -> Result<Response, ApiError> {
    let file = file.ok_or_else(|| {
        ApiError::new(super::error::ErrorCode::NotFound, format!("There is no page `{name}` here."))
    })?;
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]));
    let headers = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type(name))),
        (header::ETAG, HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""))),
    ];
    if request.get(header::IF_NONE_MATCH).is_some_and(|given| given.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((headers, file.data.into_owned()).into_response())
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}
