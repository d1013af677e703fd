//! Around every route that is not for everybody: who calls, or why they may not.

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::IntoResponse;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{OpenApi, RefOr, Response};

use super::error::{ApiError, ErrorCode, sentence};
use crate::app::App;
use crate::identity::jwks;
use crate::identity::key::KeyFault;
use crate::identity::session::COOKIE;
use crate::identity::token::TokenFault;
use crate::identity::{Arrival, Caller, Denied, Identified, Subject};
use crate::links::LinkQuery;

/// How long to wait when the database is away.
const DATABASE_BACK: Duration = Duration::from_secs(5);

/// Finds out who calls before the handler runs. Handlers take the [`Caller`] as an argument, or [`Admin`].
pub async fn identify(State(app): State<App>, mut request: Request, next: Next) -> axum::response::Response {
    let arrival = arrival(request.method(), request.uri(), request.headers(), request.extensions());
    let Identified { caller, cookie } = match app.identity.identify(arrival).await {
        Ok(identified) => identified,
        Err(denied) => return ApiError::from(denied).into_response(),
    };
    // Only what the browser has shown will it show again: it may take no cookies.
    let shown = cookie.is_none() && app.identity.by_cookie(request.headers(), &caller);
    // From here on every line of this request says who asked: by id, since logs hold no names and no text.
    tracing::Span::current().record("caller", tracing::field::display(caller.subject()));
    request.extensions_mut().insert(Holder(shown.then(|| caller.subject())));
    request.extensions_mut().insert(caller);
    let mut response = next.run(request).await;
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
        // An answer that is kept on its way would give one session to many.
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

fn arrival<'a>(
    method: &'a Method,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    extensions: &Extensions,
) -> Arrival<'a> {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    Arrival { method, uri, headers, peer }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    /// The caller that [`identify`] found. A route that is not behind it answers nobody.
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            tracing::error!(path = parts.uri.path(), "a route asks who calls and is not behind `identify`");
            ApiError::new(ErrorCode::InternalError, "Something went wrong here. It has been logged.")
        })
    }
}

/// A caller who may speak.
#[derive(Debug, Clone)]
pub struct MaySpeak(pub Caller);

impl<S: Sync> FromRequestParts<S> for MaySpeak {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        if caller.may_speak() {
            return Ok(Self(caller));
        }
        Err(ApiError::new(ErrorCode::Forbidden, "This API key has not the scope `speak`."))
    }
}

/// A caller who may steer the server.
#[derive(Debug, Clone)]
pub struct Admin(pub Caller);

impl<S: Sync> FromRequestParts<S> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        if caller.is_admin() {
            return Ok(Self(caller));
        }
        Err(ApiError::new(ErrorCode::Forbidden, "This is for those who run the server."))
    }
}

/// Whom links may be bound to: callers whose browser says by itself who they are, also when it follows a link.
#[derive(Debug, Clone)]
pub struct Holder(pub Option<Subject>);

impl<S: Sync> FromRequestParts<S> for Holder {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or(Self(None)))
    }
}

/// Who follows a link, where the link asks for it.
pub(super) async fn follower(app: &App, grant: &LinkQuery, parts: &Parts) -> Option<Subject> {
    grant.sub.as_ref()?;
    let arrival = arrival(&parts.method, &parts.uri, &parts.headers, &parts.extensions);
    app.identity.known(arrival).await.ok().flatten().map(|caller| caller.subject())
}

/// Who calls a route that is for everybody, where they say so.
pub(super) async fn caller_of(app: &App, parts: &Parts) -> Result<Option<Caller>, ApiError> {
    if let Some(caller) = parts.extensions.get::<Caller>() {
        return Ok(Some(caller.clone()));
    }
    let arrival = arrival(&parts.method, &parts.uri, &parts.headers, &parts.extensions);
    Ok(app.identity.known(arrival).await?)
}

/// Writes into the contract of routes behind [`identify`] how callers say who they are, and what they are told if that
/// is not right.
pub(super) fn document(contract: &mut OpenApi) {
    let bearer =
        HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API key or a signed token"));
    let session = ApiKeyValue::with_description(COOKIE, "An anonymous session, which the first answer sets");
    let components = contract.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer.build()));
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)));
    let none: [&str; 0] = [];
    let ways = ["bearer", "session"].map(|way| SecurityRequirement::new(way, none));
    let told = [
        ("400", "`invalid_request`"),
        ("401", "`unauthorized`"),
        ("403", "`forbidden`"),
        ("429", "`rate_limited`"),
        ("503", "`overloaded`"),
    ];
    for path in contract.paths.paths.values_mut() {
        let calls = [&mut path.get, &mut path.post, &mut path.put, &mut path.patch, &mut path.delete];
        for call in calls.into_iter().flatten() {
            // On a loopback address without `TTS_AUTH`, nothing is asked for.
            call.security = Some(ways.iter().cloned().chain([SecurityRequirement::default()]).collect());
            for (status, description) in told {
                let response = || RefOr::T(Response::new(description));
                call.responses.responses.entry(status.to_owned()).or_insert_with(response);
            }
        }
    }
}

impl From<Denied> for ApiError {
    fn from(denied: Denied) -> Self {
        let message = sentence(&denied.to_string());
        match denied {
            Denied::Token(TokenFault::NoKeys) => {
                Self::new(ErrorCode::Overloaded, message).retry_after(jwks::REST)
            }
            Denied::Key(KeyFault::Throttled { wait }) => {
                Self::new(ErrorCode::RateLimited, message).retry_after(wait)
            }
            Denied::Key(KeyFault::Store(error)) => {
                tracing::warn!(%error, "an API key could not be looked up");
                let message = "API keys cannot be looked up at the moment. Try again in a few seconds.";
                Self::new(ErrorCode::Overloaded, message).retry_after(DATABASE_BACK)
            }
            Denied::Nobody | Denied::Unaccepted | Denied::Token(_) | Denied::Key(_) => {
                Self::new(ErrorCode::Unauthorized, message).param("Authorization")
            }
            Denied::Header(name, _) => Self::invalid(name, message),
            Denied::PlanOfAdmins | Denied::Elsewhere | Denied::FromAfar => {
                Self::new(ErrorCode::Forbidden, message)
            }
        }
    }
}
