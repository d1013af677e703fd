//! What every door that answers with sound has in common: a request becomes an order, and its sound, or what is wrong, the
//! answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use futures::stream;
use saywell_text::Note;

use super::error::{ApiError, ErrorCode};
use super::{headers, silence};
use crate::app::App;
use crate::flight::Listener;
use crate::identity::Caller;
use crate::limits::Standing;
use crate::order::Order;
use crate::request::{Markup, SpeechRequest};
use crate::speak::{Sound, SpeakError, SpokenReply, Timing};
use crate::store::CacheOutcome;
use crate::usage;

/// Speaks, and answers with what `answer` makes of it; where there is nothing to say, with what `silent` makes of that.
///
/// # Errors
/// Why it cannot be spoken, in the words that this caller is told; with where the caller stands.
pub(super) async fn answered(
    app: &App,
    caller: Caller,
    request: SpeechRequest,
    answer: impl AsyncFnOnce(SpokenReply, &Arc<Order>) -> Result<Response, ApiError>,
    silent: impl FnOnce(ApiError, &SpeechRequest) -> Result<Response, ApiError>,
) -> Result<Response, ApiError> {
    let order = app.orders.open(caller, request).await?;
    let answer = match app.speak.speak(&order).await {
        Err(error) => Err(naming_the_field(error, order.request())),
        Ok(speech) => answer(speech, &order).await,
    };
    let answer = answer.or_else(|error| {
        if silence::instead(&error, &order.request().text) {
            silent(error, order.request())
        } else {
            Err(error.told_to(order.caller()))
        }
    });
    standing(answer, order.standing())
}

/// An answer, or an error, that tells where the caller stands.
pub(super) fn standing(
    answer: Result<Response, ApiError>,
    standing: &Standing,
) -> Result<Response, ApiError> {
    match answer {
        Ok(mut response) => {
            response.extensions_mut().insert(standing.clone());
            Ok(response)
        }
        Err(error) => Err(error.standing(standing)),
    }
}

/// An error about the text, which is another field in SSML.
pub(super) fn naming_the_field(error: SpeakError, request: &SpeechRequest) -> ApiError {
    let mut error = ApiError::from(error);
    let text = error.param.as_deref() == Some("text");
    if text && request.markup == Markup::Ssml {
        error.param = Some("ssml".into());
    } else if error.param.as_deref() == Some("language") && request.language.is_none() {
        error.param = Some("text".into());
    }
    error
}

/// The sound itself, from its first piece on; an error if it comes before any sound.
pub(super) async fn sound(speech: SpokenReply, begun: Instant) -> Result<Response, ApiError> {
    let mut response = Response::builder()
        .header(header::CONTENT_TYPE, speech.format.content_type())
        .header(header::CACHE_CONTROL, "no-store")
        .header(headers::KEY, speech.key.to_string());
    let (mut outcome, mut provider, mut voice) =
        (speech.outcome, speech.speaker.provider, speech.speaker.voice);
    let mut provider_took = None;
    let body = match speech.sound {
        Sound::Complete(entry) => {
            (provider, voice) = (entry.about.provider.clone(), entry.about.voice.clone());
            Body::from(entry.sound.clone())
        }
        Sound::Flight(mut listener) => {
            listener.first_sound().await?;
            if let Some(first) = listener.opening() {
                provider_took = first.provider_took;
                if provider_took.is_none() && outcome == CacheOutcome::Miss {
                    outcome = CacheOutcome::Partial;
                }
                (provider, voice) = (first.provider, first.voice);
            }
            usage::first_sound(begun.elapsed());
            Body::from_stream(pieces(listener))
        }
    };
    response = response
        .header(headers::CACHE, outcome.name())
        .header(headers::PROVIDER, value(&provider))
        .header(headers::VOICE, value(&voice))
        .header("server-timing", server_timing(&speech.timing, provider_took, begun));
    if !speech.notes.is_empty() {
        response = response.header(headers::NOTES, value(&noted(&speech.notes)));
    }
    if let Some(at) = speech.continues_at {
        response = response.header(headers::CONTINUES_AT, at.to_string());
    }
    response.body(body).map_err(|error| ApiError::new(ErrorCode::InternalError, error.to_string()))
}

/// The notes in one line of bounded length.
pub(super) fn noted(notes: &[Note]) -> String {
    const LONGEST: usize = 500;
    let line = notes.iter().map(|note| note.note.as_str()).collect::<Vec<_>>().join("; ");
    line.chars().map(|c| if c.is_ascii() && !c.is_ascii_control() { c } else { '?' }).take(LONGEST).collect()
}

/// The rest of a flight as a body. A failure breaks the transfer off: never a short file that looks complete.
pub(super) fn pieces(
    listener: Listener,
) -> impl futures::Stream<Item = Result<bytes::Bytes, crate::flight::Failure>> {
    stream::unfold(Some(listener), async |listener| {
        let mut listener = listener?;
        match listener.next().await? {
            Ok(piece) => Some((Ok(piece), Some(listener))),
            Err(failure) => Some((Err(failure), None)),
        }
    })
}

/// How long the steps took: the script, the cache, the first utterance at its provider, and all of it until the first
/// sound. What is not in the first three is the gateway's own.
fn server_timing(timing: &Timing, provider_took: Option<Duration>, begun: Instant) -> String {
    let steps = [
        ("script", Some(timing.script)),
        ("cache", Some(timing.cache)),
        ("provider", provider_took),
        ("first-sound", Some(begun.elapsed())),
    ];
    let steps = steps.into_iter().filter_map(|(name, took)| Some((name, took?.as_secs_f64() * 1000.0)));
    steps.map(|(name, milliseconds)| format!("{name};dur={milliseconds:.2}")).collect::<Vec<_>>().join(", ")
}

/// A header value; what no header may hold is left out.
pub(super) fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("?"))
}
