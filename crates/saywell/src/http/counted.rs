//! Around everything: how many requests came, for what, how they were answered, and how long that took.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;

/// What stands for every path that there is nothing at: whoever looks for holes must not fill the memory of Prometheus.
const NOWHERE: &str = "none";

/// Counts a request by its route, its method and the status of its answer, and measures the time until the answer began.
pub async fn count(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = known(request.method());
    let response = next.run(request).await;
    let route = route.as_ref().map_or(NOWHERE, MatchedPath::as_str).to_owned();
    let status = response.status().as_str().to_owned();
    let labels = [("route", route.clone()), ("method", method.to_owned()), ("status", status)];
    metrics::counter!("saywell_http_requests_total", &labels).increment(1);
    metrics::histogram!("saywell_http_seconds", "route" => route).record(begun.elapsed().as_secs_f64());
    response
}

/// A method's name, of those that somebody here answers.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
