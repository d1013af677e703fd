//! Where a call to the outside belongs, for those who follow a request through several programs.

use std::sync::OnceLock;

static SOURCE: OnceLock<fn() -> Option<String>> = OnceLock::new();

/// From now on `source` says where the work under way belongs: a `traceparent` as the W3C writes it. The first call counts.
pub fn known_by(source: fn() -> Option<String>) {
    // Another source is there already, and stays.
    let _ = SOURCE.set(source);
}

/// Whether anybody follows anything.
#[must_use]
pub fn is_followed() -> bool {
    SOURCE.get().is_some()
}

/// The `traceparent` of a call that is made now; `None` where nobody follows it.
#[must_use]
pub fn traceparent() -> Option<String> {
    SOURCE.get().and_then(|source| source())
}
