//! `GET /tts/captions/{key}.{vtt,srt,json,ndjson}`: what is said when.

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::stream;
use saywell_audio::captions::{Captions, ndjson_line};

use super::audio::again;
use super::error::ApiError;
use super::granted::{Granted, not_found};
use crate::app::App;
use crate::cache::Entry;
use crate::flight::{CaptionReader, Listener};
use crate::key::Key;
use crate::links::LinkQuery;
use crate::speak::Sound;

/// A form of captions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Vtt,
    Srt,
    Json,
    Ndjson,
}

impl Form {
    fn named(extension: &str) -> Option<Self> {
        match extension {
            "vtt" => Some(Self::Vtt),
            "srt" => Some(Self::Srt),
            "json" => Some(Self::Json),
            "ndjson" => Some(Self::Ndjson),
            _ => None,
        }
    }

    fn headers(self) -> [(header::HeaderName, &'static str); 2] {
        [(header::CONTENT_TYPE, self.content_type()), (header::CACHE_CONTROL, "no-store")]
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Vtt => "text/vtt; charset=utf-8",
            Self::Srt => "application/x-subrip; charset=utf-8",
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

/// A rendition's captions. `ndjson` follows a flight, an utterance with its words a line; the other forms are
/// answered when all of it is made.
#[utoipa::path(
    get, path = "/tts/captions/{file}", tag = "speech",
    params(("file" = String, Path, description = "`{key}.{vtt,srt,json,ndjson}`"), LinkQuery),
    responses(
        (status = 200, description = "The captions"),
        (status = 403, description = "`forbidden`: the link is wrong, has expired, or is another caller's"),
        (status = 404, description = "`not_found`: no link names this"),
        (status = 410, description = "`not_found`: what was behind this link is gone"),
        (status = 429, description = "`rate_limited`, `quota_exceeded`, `trial_exhausted`: it has to be made again, as `POST /tts` would"),
        (status = 503, description = "`overloaded`, `providers_exhausted`: why it could not be made, as `POST /tts` tells it"),
    )
)]
pub async fn captions(
    State(app): State<App>,
    Granted { key, extension }: Granted,
) -> Result<Response, ApiError> {
    let form = Form::named(&extension).ok_or_else(not_found)?;
    if let Some(reader) = app.speak.flights.read_along(&key) {
        return follow(reader, form, None).await;
    }
    if let Some(listener) = app.speak.join(&key, None).await {
        return follow_elsewhere(&app, &key, form, listener).await;
    }
    if let Some((_, entry)) = app.speak.behind(&key).await {
        return stored(&entry, form);
    }
    if let Some(listener) = app.speak.join_late(&key, None).await {
        return follow_elsewhere(&app, &key, form, listener).await;
    }
    let speech = again(&app, &key, None).await?;
    match speech.sound {
        Sound::Complete(entry) => stored(&entry, form),
        Sound::Flight(listener) => {
            let reader = app.speak.flights.read_along(&speech.key);
            // Whoever reads its captions comes for its sound as well.
            listener.announce();
            follow(reader.ok_or_else(not_found)?, form, None).await
        }
    }
}

/// The captions of a flight that another gateway makes: it is here as long as they are read.
async fn follow_elsewhere(
    app: &App,
    key: &Key,
    form: Form,
    listener: Listener,
) -> Result<Response, ApiError> {
    let reader = app.speak.flights.read_along(key).ok_or_else(not_found)?;
    follow(reader, form, Some(listener)).await
}

/// The captions of a flight.
async fn follow(mut reader: CaptionReader, form: Form, held: Option<Listener>) -> Result<Response, ApiError> {
    if form == Form::Ndjson {
        let lines = stream::unfold(Some((reader, held)), async |following| {
            let (mut reader, held) = following?;
            match reader.next().await? {
                Ok(spoken) => {
                    let line = ndjson_line(&spoken.caption, &spoken.words, &spoken.marks);
                    Some((Ok(line), Some((reader, held))))
                }
                Err(failure) => Some((Err(failure), None)),
            }
        });
        return Ok((form.headers(), Body::from_stream(lines)).into_response());
    }
    Ok((form.headers(), write(&reader.landed().await?, form)).into_response())
}

/// The captions of a rendition that is kept.
fn stored(entry: &Entry, form: Form) -> Result<Response, ApiError> {
    let captions = kept(entry).ok_or_else(not_found)?;
    Ok((form.headers(), write(&captions, form)).into_response())
}

/// The captions that are kept with a rendition.
pub(super) fn kept(entry: &Entry) -> Option<Captions> {
    serde_json::from_slice(&entry.notes).ok()
}

fn write(captions: &Captions, form: Form) -> String {
    match form {
        Form::Vtt => captions.to_vtt(),
        Form::Srt => captions.to_srt(),
        Form::Json => captions.to_json(),
        Form::Ndjson => {
            let words = |from: f64, to: f64| -> Vec<_> {
                captions.words.iter().filter(|word| word.start >= from && word.start < to).cloned().collect()
            };
            // A place at the end of an utterance is one of it, not of the next.
            let mut marks = captions.marks.as_slice();
            let mut until = |end: f64| {
                let (these, rest) = marks.split_at(marks.partition_point(|mark| mark.time <= end));
                marks = rest;
                these
            };
            captions
                .utterances
                .iter()
                .map(|said| ndjson_line(said, &words(said.start, said.end), until(said.end)))
                .collect()
        }
    }
}
