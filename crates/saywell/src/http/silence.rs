//! A short silence in the place of a text with nothing to say: applications that cut replies up themselves send such
//! pieces, and stop at an error.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use saywell_audio::{AudioError, Format, SAMPLE_RATE, encode, whole};

use super::error::{ApiError, ErrorCode};
use super::headers;

/// How long it lasts, seconds.
pub const SECONDS: f64 = 0.15;
/// What is said of it.
pub(super) const NOTE: &str = "there is nothing to say in this text: a short silence";

/// Whether it stands for a text that this is said of: one that holds nothing to say, also where it was the voice that found
/// nothing.
#[must_use]
pub fn instead(error: &ApiError, text: &str) -> bool {
    error.code == ErrorCode::NothingToSay
        || error.code == ErrorCode::LanguageUnsupported && !text.chars().any(char::is_alphanumeric)
}

/// The silence as a whole file.
///
/// # Errors
/// A fault of ours.
pub fn sound(format: Format) -> Result<Vec<u8>, ApiError> {
    let fault = |error: AudioError| ApiError::new(ErrorCode::InternalError, error.to_string());
    let samples = vec![0.0; (SECONDS * f64::from(SAMPLE_RATE)).round() as usize];
    let frames = encode(format.codec(), &samples).map_err(fault)?;
    whole(format, &[frames]).map_err(fault)
}

/// The answer to a request for it.
pub(super) fn answer(format: Format) -> Result<Response, ApiError> {
    let headers = [
        (header::CONTENT_TYPE, format.content_type()),
        (header::CACHE_CONTROL, "no-store"),
        (headers::NOTES, NOTE),
    ];
    Ok((headers, sound(format)?).into_response())
}
