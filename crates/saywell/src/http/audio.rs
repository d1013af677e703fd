//! `/tts/audio/{key}.{ext}`: the sound behind a link, and giving up what is made ahead.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use bytes::Bytes;
use saywell_audio::Format;
use sha2::{Digest, Sha256};

use super::contract::SoundFile;
use super::error::{ApiError, ErrorCode};
use super::granted::{Granted, name, not_found};
use super::headers;
use super::identity::MaySpeak;
use super::spoken::{naming_the_field, pieces};
use crate::app::App;
use crate::cache::Entry;
use crate::flight::Listener;
use crate::key::{Key, KeyKind};
use crate::links::LinkQuery;
use crate::request::SpeechRequest;
use crate::speak::{Sound, SpokenReply};

/// How long browsers may keep what can never change; the link itself expires sooner or later.
const IMMUTABLE: &str = "private, max-age=7200, immutable";

/// How long an address in a bucket that a caller is sent on to lasts.
const REDIRECT_LASTS: Duration = Duration::from_mins(10);

/// A rendition's sound: all of it with `Range`, or a flight from its start.
#[utoipa::path(
    get, path = "/tts/audio/{file}", tag = "speech",
    params(("file" = String, Path, description = "`{key}.{ext}`"), LinkQuery),
    responses(
        (status = 200, description = "The sound", body = SoundFile, content_type = "audio/mpeg"),
        (status = 206, description = "A range of it", body = SoundFile, content_type = "audio/mpeg"),
        (status = 304, description = "The caller has it"),
        (status = 403, description = "`forbidden`: the link is wrong, has expired, or is another caller's"),
        (status = 404, description = "`not_found`: no link names this"),
        (status = 410, description = "`not_found`: what was behind this link is gone"),
        (status = 416, description = "The range is not one of this sound"),
        (status = 429, description = "`rate_limited`, `quota_exceeded`, `trial_exhausted`: it has to be made again, as `POST /tts` would"),
        (status = 503, description = "`overloaded`, `providers_exhausted`: why it could not be made, as `POST /tts` tells it"),
    )
)]
pub async fn audio(
    State(app): State<App>,
    Granted { key, extension }: Granted,
    request: HeaderMap,
) -> Result<Response, ApiError> {
    let format =
        Format::ALL.into_iter().find(|format| format.extension() == extension).ok_or_else(not_found)?;

    if let Some(listener) = app.speak.flights.join(&key, format) {
        return flight(&app, listener, &key, format, &request).await;
    }
    if let Some(entry) = app.speak.cache.get_memory(&key, KeyKind::Rendition) {
        if entry.about.format != format.extension() {
            return Err(not_found());
        }
        return complete(format, &entry, &request);
    }
    // Another gateway may be making it.
    if let Some(listener) = app.speak.join(&key, Some(format)).await {
        return flight(&app, listener, &key, format, &request).await;
    }
    if app.settings.storage_redirects {
        match app.speak.cache.signed_url(&key, REDIRECT_LASTS).await {
            Ok(Some(url)) => return Ok(Redirect::temporary(url.as_str()).into_response()),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the storage could not sign an address"),
        }
    }
    let of_format = |entry: &Arc<Entry>| entry.about.format == format.extension();
    if let Some((kept, entry)) = app.speak.behind(&key).await {
        let entry = Some(entry).filter(of_format).ok_or_else(not_found)?;
        return landed(&key, kept, format, &Landed::Kept(&entry), &request);
    }
    if let Some(listener) = app.speak.join_late(&key, Some(format)).await {
        return flight(&app, listener, &key, format, &request).await;
    }
    let speech = again(&app, &key, Some(format)).await?;
    match speech.sound {
        Sound::Complete(entry) => complete(format, &entry, &request),
        Sound::Flight(listener) => flight(&app, listener, &speech.key, format, &request).await,
    }
}

/// A flight's sound as it is made; a range of it when it has landed.
async fn flight(
    app: &App,
    mut listener: Listener,
    key: &Key,
    format: Format,
    request: &HeaderMap,
) -> Result<Response, ApiError> {
    match request.get(header::RANGE).map(HeaderValue::as_bytes) {
        None | Some(b"bytes=0-") => {
            listener.first_sound().await?;
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static(format.content_type())),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
                (headers::CACHE, HeaderValue::from_static("joined")),
            ];
            Ok((headers, Body::from_stream(pieces(listener))).into_response())
        }
        // A range of something unfinished has no total yet: it is answered when there is one.
        Some(_) => {
            listener.landed().await?;
            let kept = app.speak.behind(key).await.map_or(key.as_heard(), |(kept, _)| kept);
            landed(key, kept, format, &Landed::Flown(listener.sound()), request)
        }
    }
}

/// What a link was given for, asked for once more by whom it was given to: its flight ended before anybody listened, or its
/// sound had to make room.
///
/// # Errors
/// Why its flight failed, while that is news; else why it cannot be spoken now; `not_found`, and gone, where this server
/// does not know what it was given for.
pub(super) async fn again(app: &App, key: &Key, format: Option<Format>) -> Result<SpokenReply, ApiError> {
    let wake = app.speak.flights.wake();
    let asked = app.speak.asked_for(key).await;
    if let (Some(format), Some(asked)) = (format, &asked)
        && asked.request.format != format
    {
        return Err(not_found());
    }
    if let Some(failure) = wake.failure(key) {
        return Err(failure.into());
    }
    let asked = asked.ok_or_else(gone)?;
    let request = SpeechRequest { prefetch: false, ..asked.request };
    let order = app.orders.open(asked.caller, request).await?;
    app.speak.speak(&order).await.map_err(|error| naming_the_field(error, order.request()))
}

/// The caller no longer wants what they had made ahead, with `prefetch`: it is made no further, unless somebody else
/// wants it or listens.
///
/// Of what somebody else had made ahead, of what is heard now and of what is complete, nothing is taken away: the answer
/// is 204 all the same, so that nobody learns by it what others have.
#[utoipa::path(
    delete, path = "/tts/audio/{file}", tag = "speech",
    params(("file" = String, Path, description = "`{key}.{ext}`")),
    responses(
        (status = 204, description = "It is not made for this caller any more, or never was; what others want goes on"),
        (status = 404, description = "`not_found`: no sound has such a name"),
    )
)]
pub async fn give_up(
    State(app): State<App>,
    MaySpeak(caller): MaySpeak,
    Path(file): Path<String>,
) -> Result<StatusCode, ApiError> {
    let (key, _) = name(&file)?;
    app.speak.give_up(&key, caller.subject()).await;
    Ok(StatusCode::NO_CONTENT)
}

/// The link is right, and nothing is known of what was behind it: another server's, or of before a restart.
fn gone() -> ApiError {
    let message = "The sound behind this link is gone. Ask for it again with POST /tts.";
    ApiError::new(ErrorCode::NotFound, message).status(StatusCode::GONE)
}

/// All of a rendition, which is kept under this key or the one for what was heard in its place.
fn landed(
    key: &Key,
    kept: Key,
    format: Format,
    sound: &Landed<'_>,
    request: &HeaderMap,
) -> Result<Response, ApiError> {
    // What is not what the link's key says may be another sound the next time.
    let keep = if kept == *key { IMMUTABLE } else { "private, no-cache" };
    tagged(keep, format, sound, request)
}

fn complete(format: Format, entry: &Entry, request: &HeaderMap) -> Result<Response, ApiError> {
    tagged(IMMUTABLE, format, &Landed::Kept(entry), request)
}

/// A whole sound.
enum Landed<'a> {
    /// From the cache.
    Kept(&'a Entry),
    /// From a flight.
    Flown(Bytes),
}

/// The answer with all of a sound, or what was asked for of it. Its tag is made from its bytes: a sound that was made anew
/// may be another under the same key, and is then sent whole to whoever has a part of the old one.
fn tagged(
    keep: &'static str,
    format: Format,
    sound: &Landed<'_>,
    request: &HeaderMap,
) -> Result<Response, ApiError> {
    let (sound, tag) = match sound {
        Landed::Kept(entry) => (entry.sound.clone(), format!("\"{}\"", entry.sound_sha256())),
        Landed::Flown(sound) => (sound.clone(), format!("\"{}\"", hex::encode(Sha256::digest(sound)))),
    };
    let caching = [
        (header::ETAG, value(&tag)?),
        (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
        (header::ACCEPT_RANGES, HeaderValue::from_static("bytes")),
        (headers::CACHE, HeaderValue::from_static("hit")),
    ];
    if request.get(header::IF_NONE_MATCH).is_some_and(|given| matches(given, &tag)) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    let content_type = [(header::CONTENT_TYPE, HeaderValue::from_static(format.content_type()))];
    let same = request.get(header::IF_RANGE).is_none_or(|given| given.as_bytes() == tag.as_bytes());
    let range = request.get(header::RANGE).filter(|_| same);
    let range = range.map(|range| parse_range(range.to_str().unwrap_or_default(), sound.len()));
    match range {
        None | Some(Ok(None)) => Ok((caching, content_type, sound).into_response()),
        Some(Ok(Some(range))) => {
            let place = format!("bytes {}-{}/{}", range.start(), range.end(), sound.len());
            let place = [(header::CONTENT_RANGE, value(&place)?)];
            Ok((StatusCode::PARTIAL_CONTENT, caching, content_type, place, sound.slice(range))
                .into_response())
        }
        Some(Err(reason)) => {
            let place = [(header::CONTENT_RANGE, value(&format!("bytes */{}", sound.len()))?)];
            let error = ApiError::invalid("Range", reason).status(StatusCode::RANGE_NOT_SATISFIABLE);
            Ok((place, error).into_response())
        }
    }
}

fn matches(given: &HeaderValue, tag: &str) -> bool {
    given
        .to_str()
        .is_ok_and(|given| given.split(',').any(|one| matches!(one.trim(), "*") || one.trim() == tag))
}

fn value(text: &str) -> Result<HeaderValue, ApiError> {
    HeaderValue::from_str(text).map_err(|error| ApiError::new(ErrorCode::InternalError, error.to_string()))
}

/// The range that a `Range` header asks for, of `length` bytes. `None`: several ranges, or a unit that is not
/// bytes, which RFC 9110 lets a server ignore.
///
/// # Errors
/// What is wrong with it.
pub fn parse_range(header: &str, length: usize) -> Result<Option<RangeInclusive<usize>>, String> {
    let Some(ranges) = header.strip_prefix("bytes=") else { return Ok(None) };
    if ranges.contains(',') {
        return Ok(None);
    }
    let malformed = || format!("`{header}` is not a range; one looks like `bytes=0-1023`.");
    let (first, last) = ranges.trim().split_once('-').ok_or_else(malformed)?;
    let number = |text: &str| text.parse::<usize>().map_err(|_| malformed());
    let (first, last) = match (first, last) {
        ("", last) => (length.saturating_sub(number(last)?), usize::MAX),
        (first, "") => (number(first)?, usize::MAX),
        (first, last) => (number(first)?, number(last)?),
    };
    if last < first {
        return Err(format!("`{header}` ends before it begins."));
    }
    if first >= length {
        return Err(format!("`{header}` begins after the end; there are {length} bytes."));
    }
    Ok(Some(first..=last.min(length - 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_rfc_9110_has_them() {
        assert_eq!(parse_range("bytes=0-1", 10), Ok(Some(0..=1)));
        assert_eq!(parse_range("bytes=4-", 10), Ok(Some(4..=9)));
        assert_eq!(parse_range("bytes=-3", 10), Ok(Some(7..=9)));
        assert_eq!(parse_range("bytes=-30", 10), Ok(Some(0..=9)));
        assert_eq!(parse_range("bytes=5-999", 10), Ok(Some(5..=9)));
        assert_eq!(parse_range("bytes=0-1,4-5", 10), Ok(None));
        assert_eq!(parse_range("chapters=1-2", 10), Ok(None));
        for (header, reason) in [
            ("bytes=9-1", "ends before"),
            ("bytes=10-", "after the end"),
            ("bytes=-0", "after the end"),
            ("bytes=-", "not a range"),
            ("bytes=a-b", "not a range"),
            ("bytes=5", "not a range"),
        ] {
            assert!(parse_range(header, 10).unwrap_err().contains(reason), "{header}");
        }
    }
}
