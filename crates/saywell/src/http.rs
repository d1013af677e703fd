//! HTTP: every route, and the order of what is around them.

pub mod admin;
pub mod audio;
pub mod azure;
pub mod body;
pub mod captions;
mod contract;
mod counted;
pub mod elevenlabs;
pub mod error;
mod fields;
mod granted;
pub mod headers;
pub mod health;
pub mod identity;
pub mod listening;
pub mod live;
pub mod mcp;
mod models;
pub mod openai;
pub mod pages;
pub mod player;
pub mod query;
pub mod realtime;
mod sample;
mod sampler;
pub mod script;
pub mod server;
pub mod silence;
mod socket;
pub mod speech;
mod spoken;
pub mod stream;
pub mod voices;

use axum::Router;
use axum::body::HttpBody;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::CONNECTION;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Version};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// Largest request body. The longest text that settings can allow has a million characters, and JSON may write
/// one with six bytes.
const MAX_BODY_BYTES: usize = 8 << 20;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Saywell",
        description = "Reads a chat assistant's replies aloud.",
        license(name = "MIT OR Apache-2.0")
    ),
    tags(
        (name = "speech", description = "A reply and its sound"),
        (name = "openai", description = "OpenAI's contract, so that its clients work unchanged"),
        (name = "elevenlabs", description = "ElevenLabs' contract, for its clients; errors are in its shape: `{\"detail\": {\"status\", \"message\", \"param\"}}`"),
        (name = "azure", description = "Azure's speech, for its clients and SDKs: SSML in, sound out"),
        (name = "admin", description = "What an operator sees and steers"),
        (name = "server", description = "The server itself"),
    )
)]
struct Contract;

/// Every route.
pub fn router(app: App) -> Router {
    let lists = OpenApiRouter::new()
        .routes(routes!(voices::voices))
        .routes(routes!(sample::sample))
        .routes(routes!(openai::models))
        .routes(routes!(openai::model))
        .routes(routes!(openai::voices))
        .merge(elevenlabs::lists())
        .merge(azure::lists());
    // They hold no secret, and applications ask for them before they have a key.
    let (public_lists, lists) =
        if app.settings.public_lists { (lists, OpenApiRouter::new()) } else { (OpenApiRouter::new(), lists) };
    // What is asked for by somebody; everything else is for everybody, or for whoever holds a link.
    let mut identified = OpenApiRouter::new()
        .routes(routes!(speech::speak))
        .routes(routes!(stream::stream))
        .routes(routes!(audio::give_up))
        .routes(routes!(script::script))
        .routes(routes!(listening::heard))
        .routes(routes!(voices::config))
        .routes(routes!(openai::speech))
        .routes(routes!(realtime::realtime))
        .merge(elevenlabs::routes())
        .merge(azure::routes())
        .merge(admin::routes())
        // Its contract is the protocol's own, which says itself what there is.
        .route("/mcp", post(mcp::call))
        .routes(routes!(health::metrics))
        .merge(lists)
        .route_layer(middleware::from_fn_with_state(app.clone(), identity::identify));
    identity::document(identified.get_openapi_mut());
    let (routes, mut contract) = OpenApiRouter::with_openapi(Contract::openapi())
        .merge(identified)
        .merge(public_lists)
        .routes(routes!(audio::audio))
        .routes(routes!(captions::captions))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .split_for_parts();
    let cors = cors(&app.settings.cors_origins);
    contract::complete(&mut contract);
    let contract: axum::body::Bytes = contract.to_json().unwrap_or_default().into();
    routes
        .route("/openapi.json", get(async move || ([("content-type", "application/json")], contract)))
        .merge(pages::routes())
        .merge(player::routes())
        .fallback(error::no_such_page)
        .method_not_allowed_fallback(error::no_such_method)
        .with_state(app.clone())
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(cors)
        .layer(middleware::map_response(at_once))
        .layer(middleware::from_fn_with_state(app, going))
        .layer(middleware::from_fn(error::finish))
        .layer(middleware::from_fn(counted::count))
}

/// A gateway that is about to stop asks for the next request to come by another connection: a balancer opens that elsewhere.
async fn going(State(app): State<App>, request: Request, next: Next) -> Response {
    // HTTP/2 has no such field: there the server says so itself.
    let may_be_told = request.version() <= Version::HTTP_11;
    let mut answer = next.run(request).await;
    if may_be_told && app.readiness.has_ended() && answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

/// What is sent as it is made is to be handed on so by proxies, which else gather it: nginx until it has 4 or 8 KiB.
async fn at_once(mut response: Response) -> Response {
    if response.body().size_hint().exact().is_none() {
        response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    }
    response
}

/// Pages of these origins may call the server with its cookies, and read its headers.
fn cors(origins: &[String]) -> CorsLayer {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        // Whatever the page's SDK sends: OpenAI's sends a dozen of its own. With credentials, no wildcard counts.
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([
            headers::REQUEST_ID,
            headers::KEY,
            headers::CACHE,
            headers::PROVIDER,
            headers::VOICE,
            headers::NOTES,
            headers::CONTINUES_AT,
            headers::RATE_LIMIT,
            headers::RATE_LIMIT_POLICY,
            HeaderName::from_static("server-timing"),
            HeaderName::from_static("retry-after"),
            HeaderName::from_static("content-range"),
        ])
}
