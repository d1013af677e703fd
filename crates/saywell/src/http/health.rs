//! Whether the server lives, is ready, and what it counts.

use std::time::UNIX_EPOCH;

use axum::extract::State;
use axum::response::IntoResponse;

use super::error::{ApiError, ErrorCode};
use super::identity::Admin;
use crate::app::App;
use crate::chain::breaker::BreakerState;
use crate::chain::too_slow;
use crate::queue::Queue;
use crate::telemetry;
use crate::trial;

/// The process is up.
#[utoipa::path(get, path = "/healthz", tag = "server", responses((status = 200, description = "Alive", body = str)))]
pub async fn live() -> &'static str {
    "ok\n"
}

/// Speech can be made: some provider of the chain answers for its voices, and, where an operator wants to know that too,
/// would take a new reply. After the first line come services beside it that are ill, without which speech goes on, and
/// voices that this machine is too slow for, which speak after all others. A gateway that stops is ready no more.
#[utoipa::path(get, path = "/readyz", tag = "server", responses(
    (status = 200, description = "Ready", body = str),
    (status = 503, description = "The gateway stops, no provider can be used, or with `TTS_READY_WHEN_FULL=false` none would take a new reply"),
))]
pub async fn ready(State(app): State<App>) -> Result<String, ApiError> {
    if app.readiness.has_ended() {
        return Err(ApiError::new(ErrorCode::Overloaded, "This gateway stops."));
    }
    let mut is_full = false;
    let chain = app.speak.steered_chain();
    for link in chain.providers() {
        if link.voices().await.is_ok_and(|voices| !voices.is_empty()) {
            if !app.settings.ready_when_full && link.about().queue.as_ref().is_some_and(Queue::is_full) {
                is_full = true;
                continue;
            }
            let ill = app.services().filter(|service| !service.is_well());
            let slow = chain.providers().iter().filter_map(|link| {
                Some(format!("{} {}\n", link.name(), trial::in_words(too_slow(&**link)?)))
            });
            app.readiness.tell();
            return Ok(std::iter::once("ready\n".to_owned())
                .chain(ill.map(|service| format!("{} is ill\n", service.name())))
                .chain(slow)
                .collect());
        }
    }
    Err(if is_full {
        ApiError::new(ErrorCode::Overloaded, "The voices here have as much to do as anybody would wait for.")
    } else {
        ApiError::new(ErrorCode::ProvidersExhausted, "No provider of the chain can be used.")
    })
}

/// What this process counts, as Prometheus reads it. For those who run the server.
#[utoipa::path(get, path = "/metrics", tag = "server", responses(
    (status = 200, description = "Metrics", body = str),
    (status = 401, description = "`unauthorized`"),
    (status = 403, description = "`forbidden`"),
))]
pub async fn metrics(_admin: Admin, State(app): State<App>) -> impl IntoResponse {
    telemetry::measure_process(&app.state().name);
    metrics::gauge!("saywell_cache_bytes").set(app.speak.cache.taken_bytes() as f64);
    metrics::gauge!("saywell_cache_max_bytes").set(app.settings.cache_max_bytes as f64);
    metrics::gauge!("saywell_flights").set(app.speak.flights.count() as f64);
    for (provider, breaker) in app.breakers.iter() {
        let open = f64::from(u8::from(!matches!(breaker.state(), BreakerState::Closed { .. })));
        metrics::gauge!("saywell_breaker_open", "provider" => provider.clone()).set(open);
    }
    for ending in app.endings.iter() {
        let at = ending.time().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let (provider, of) = (ending.provider.clone(), ending.of.clone());
        metrics::gauge!("saywell_provider_end_timestamp_seconds", "provider" => provider, "of" => of).set(at);
    }
    ([("content-type", "text/plain; version=0.0.4")], telemetry::metrics().render())
}
