//! A stub in front of a real server, so that what is heard until the fault is real speech.

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::call::{Call, Desk, Recorded, html_error};
use crate::fault::Refusal;

/// Routes that pass everything on to `upstream`.
pub(crate) fn routes(upstream: &str) -> Router<Desk> {
    let upstream = upstream.trim_end_matches('/').to_owned();
    let client = reqwest::Client::new();
    Router::new().fallback(async move |desk: axum::extract::State<Desk>, request: Request| {
        if request.method() != axum::http::Method::POST {
            let Some(recorded) = request.extensions().get::<Recorded>().cloned() else { return html_error() };
            return match pass_on(&client, &upstream, &recorded).await {
                Ok((head, sound)) => head.answer(Body::from(sound)),
                Err(response) => response,
            };
        }
        let call = match Call::from_request(request, &desk).await {
            Ok(call) => call,
            Err(response) => return response,
        };
        match pass_on(&client, &upstream, call.request()).await {
            Ok((head, sound)) if head.status == StatusCode::OK => {
                let kind = head.headers.get("content-type").and_then(|kind| kind.to_str().ok());
                let kind = kind.unwrap_or_default().to_owned();
                call.whole(&kind, sound)
            }
            Ok((head, sound)) => {
                call.finish();
                head.answer(Body::from(sound))
            }
            Err(response) => {
                call.finish();
                response
            }
        }
    })
}

/// The server behind is not asked when the fault is a refusal, so these have a shape of their own.
pub(crate) fn refuse(refusal: Refusal) -> Response {
    let (status, message) = match refusal {
        Refusal::Throttled => (StatusCode::TOO_MANY_REQUESTS, "too many requests"),
        Refusal::Quota => (StatusCode::PAYMENT_REQUIRED, "the quota is used up"),
        Refusal::Key => (StatusCode::UNAUTHORIZED, "the key is not known"),
        Refusal::Text => (StatusCode::BAD_REQUEST, "the text is refused"),
        Refusal::Trouble => return html_error(),
    };
    (status, message).into_response()
}

struct Head {
    status: StatusCode,
    headers: HeaderMap,
}

impl Head {
    fn answer(self, body: Body) -> Response {
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// Asks the server behind. The answer is read whole, so that a fault can count its bytes.
async fn pass_on(
    client: &reqwest::Client,
    upstream: &str,
    asked: &Recorded,
) -> Result<(Head, Vec<u8>), Response> {
    let gone = |error: reqwest::Error| (StatusCode::BAD_GATEWAY, error.to_string()).into_response();
    let method = reqwest::Method::from_bytes(asked.method.as_bytes()).unwrap_or_default();
    let query = if asked.query.is_empty() { String::new() } else { format!("?{}", asked.query) };
    let mut headers = asked.headers.clone();
    headers.remove(HOST);
    headers.remove(CONTENT_LENGTH);
    let request = client.request(method, format!("{upstream}{}{query}", asked.path)).headers(headers);
    let answer = request.body(asked.body.clone()).send().await.map_err(gone)?;
    let mut head = Head { status: answer.status(), headers: answer.headers().clone() };
    for name in [CONTENT_LENGTH, TRANSFER_ENCODING] {
        head.headers.remove(name);
    }
    Ok((head, answer.bytes().await.map_err(gone)?.to_vec()))
}
