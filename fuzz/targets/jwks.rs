//! Any document is a set of keys or is refused; what is read of it is found by name and kind, and by nothing else.
#![no_main]

use jsonwebtoken::Algorithm;
use libfuzzer_sys::fuzz_target;
use saywell::identity::jwks::PublishedKeys;

fuzz_target!(|document: &[u8]| {
    let Ok(keys) = PublishedKeys::read(document) else { return };
    let text = String::from_utf8_lossy(document);
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let _ = keys.find(None, algorithm);
        let absent = "a name that no document has, for it is made of every document";
        assert!(keys.find(Some(&format!("{absent}{text}")), algorithm).is_none());
    }
    for secret in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        assert!(keys.find(None, secret).is_none(), "a published key is no secret");
    }
});
