//! `/tts/audio/{key}.{ext}`: the sound behind a link, and giving up what is made ahead.

use std::ops::RangeInclusive;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use bytes::Bytes;
use saywell_audio::Format;

use super::contract::SoundFile;
use super::error::{ApiError, Code};
use super::headers;
use super::identity::{Speaker, follower};
use super::query::Search;
use super::speech::pieces;
use crate::app::App;
use crate::key::{Key, Kind};
use crate::links::Grant;

/// How long browsers may keep what can never change; the link itself expires sooner or later.
const IMMUTABLE: &str = "private, max-age=7200, immutable";

/// How long an address in a bucket that a caller is sent on to lasts.
const REDIRECT_LASTS: Duration = Duration::from_mins(10);

/// A rendition's sound: all of it with `Range`, or a flight from its start.
#[utoipa::path(
    get, path = "/tts/audio/{file}", tag = "speech",
    params(("file" = String, Path, description = "`{key}.{ext}`"), Grant),
    responses(
        (status = 200, description = "The sound", body = SoundFile, content_type = "audio/mpeg"),
        (status = 206, description = "A range of it"),
        (status = 304, description = "The caller has it"),
        (status = 403, description = "`forbidden`: the link is wrong, has expired, or is another caller's"),
        (status = 404, description = "`not_found`"),
        (status = 416, description = "The range is not one of this sound"),
    )
)]
pub async fn audio(
    State(app): State<App>,
    Path(file): Path<String>,
    Search(grant): Search<Grant>,
    parts: Parts,
) -> Result<Response, ApiError> {
    let (key, extension) = name(&file)?;
    let follower = follower(&app, &grant, &parts).await;
    app.links.check(&key, &grant, app.clock.now(), follower.as_ref())?;
    let request = parts.headers;
    let format =
        Format::ALL.into_iter().find(|format| format.extension() == extension).ok_or_else(not_found)?;

    if let Some(mut listener) = app.speak.flights.join(&key, format) {
        match request.get(header::RANGE).map(HeaderValue::as_bytes) {
            None | Some(b"bytes=0-") => {
                listener.first_sound().await?;
                let headers = [
                    (header::CONTENT_TYPE, HeaderValue::from_static(format.content_type())),
                    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
                    (headers::CACHE, HeaderValue::from_static("joined")),
                ];
                return Ok((headers, Body::from_stream(pieces(listener))).into_response());
            }
            // A range of something unfinished has no total yet: it is answered when there is one.
            Some(_) => {
                listener.landed().await?;
                return complete(&key, format, listener.sound(), &request);
            }
        }
    }

    if let Some(entry) = app.speak.cache.get_memory(&key, Kind::Rendition) {
        if entry.about.format != format.extension() {
            return Err(not_found());
        }
        return complete(&key, format, entry.sound.clone(), &request);
    }
    if app.settings.storage_redirects {
        match app.speak.cache.signed_url(&key, REDIRECT_LASTS).await {
            Ok(Some(url)) => return Ok(Redirect::temporary(url.as_str()).into_response()),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the storage could not sign an address"),
        }
    }
    let entry = app.speak.cache.get(&key, Kind::Rendition).await.map_err(|error| {
        tracing::error!(%error, "the cache could not be read");
        ApiError::new(Code::InternalError, "The sound could not be read. Ask for it again with POST /tts.")
    })?;
    let entry = entry.filter(|entry| entry.about.format == format.extension()).ok_or_else(not_found)?;
    complete(&key, format, entry.sound.clone(), &request)
}

/// The caller no longer wants what they had made ahead, with `prefetch`: it is made no further, unless somebody else
/// wants it or listens.
///
/// Of what somebody else had made ahead, of what is heard now and of what is complete, nothing is taken away: the answer
/// is 204 all the same, so that nobody learns by it what others have. On a server of several replicas, only the replica
/// that makes it gives it up.
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
    Speaker(caller): Speaker,
    Path(file): Path<String>,
) -> Result<StatusCode, ApiError> {
    let (key, _) = name(&file)?;
    app.speak.flights.give_up(&key, &caller.subject());
    Ok(StatusCode::NO_CONTENT)
}

/// `{key}.{ext}` of a path.
pub(super) fn name(file: &str) -> Result<(Key, &str), ApiError> {
    let (key, extension) = file.split_once('.').ok_or_else(not_found)?;
    Ok((key.parse().map_err(|_| not_found())?, extension))
}

pub(super) fn not_found() -> ApiError {
    ApiError::new(Code::NotFound, "There is no such sound here, or no longer. Ask for it with POST /tts.")
}

fn complete(key: &Key, format: Format, sound: Bytes, request: &HeaderMap) -> Result<Response, ApiError> {
    let tag = format!("\"{key}\"");
    let caching = [
        (header::ETAG, value(&tag)?),
        (header::CACHE_CONTROL, HeaderValue::from_static(IMMUTABLE)),
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
    HeaderValue::from_str(text).map_err(|error| ApiError::new(Code::InternalError, error.to_string()))
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
