//! No link that was not signed lets anyone in, and no link is too strange to refuse.
#![no_main]

use std::time::{Duration, UNIX_EPOCH};

use libfuzzer_sys::fuzz_target;
use saywell::identity::Subject;
use saywell::key::Key;
use saywell::links::{LinkQuery, Links};
use saywell::secret::Secret;

fuzz_target!(|link: (&str, Option<String>, Option<String>, Option<String>)| {
    let (name, exp, sig, sub) = link;
    let key = name.parse().unwrap_or(Key::from_bytes([7; 32]));
    let links = Links::new(&Secret::new("the signing key of a test"), String::new());
    let now = UNIX_EPOCH + Duration::from_secs(1_000_000);
    assert!(links.check(&key, &LinkQuery { exp, sig, sub }, now, Some(&Subject::Operator)).is_err());
});
