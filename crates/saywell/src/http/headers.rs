//! Names of our own headers.

use axum::http::HeaderName;

/// Names a request in answers, errors and log lines.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Key of the rendition.
pub const KEY: HeaderName = HeaderName::from_static("x-tts-key");
/// `hit`, `partial`, `miss` or `joined`.
pub const CACHE: HeaderName = HeaderName::from_static("x-tts-cache");
/// The limits on requests, as draft-ietf-httpapi-ratelimit-headers has them.
pub const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What is left of them.
pub const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
/// Who speaks.
pub const PROVIDER: HeaderName = HeaderName::from_static("x-tts-provider");
/// What is asked for and not done.
pub const NOTES: HeaderName = HeaderName::from_static("x-tts-notes");
/// The byte of the text that the next request goes on from.
pub const CONTINUES_AT: HeaderName = HeaderName::from_static("x-tts-continues-at");
/// In which voice.
pub const VOICE: HeaderName = HeaderName::from_static("x-tts-voice");
