//! Seals: what this server wrote and hands out, and knows again when it comes back.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::secret::Secret;

/// Seals words for one purpose, and knows its own seals: HMAC-SHA-256.
#[derive(Clone)]
pub struct Seal {
    mac: Hmac<Sha256>,
}

impl std::fmt::Debug for Seal {
    /// The keyed state is as secret as the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("••••••")
    }
}

impl Seal {
    /// Seals of one purpose mean nothing for another, under the same key.
    #[must_use]
    pub fn new(key: &Secret, purpose: &str) -> Self {
        // HMAC takes keys of any length (RFC 2104, section 2), so this does not fail; if it did, a key that nobody
        // knows would open nothing.
        let mac = Hmac::new_from_slice(key.reveal().as_bytes())
            .unwrap_or_else(|_| Hmac::new(&rand::random::<[u8; 64]>().into()));
        Self { mac: with(mac, purpose) }
    }

    /// The seal of these words: 43 letters of base64url.
    #[must_use]
    pub fn over(&self, words: &[&str]) -> String {
        let mac = words.iter().fold(self.mac.clone(), |mac, word| with(mac, word));
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }

    /// Whether `seal` is the seal of these words; takes the same time wherever it differs.
    #[must_use]
    pub fn holds(&self, words: &[&str], seal: &str) -> bool {
        self.over(words).as_bytes().ct_eq(seal.as_bytes()).into()
    }
}

/// Each word with its length, so that no two lists of words are the same to the seal.
fn with(mut mac: Hmac<Sha256>, word: &str) -> Hmac<Sha256> {
    mac.update(&(word.len() as u64).to_be_bytes());
    mac.update(word.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_holds_for_its_words_its_purpose_and_its_key_alone() {
        let key = Secret::new("a secret of at least thirty-two letters");
        let seal = Seal::new(&key, "links");
        let of = seal.over(&["ab", "c"]);
        assert!(seal.holds(&["ab", "c"], &of));
        assert!(!seal.holds(&["a", "bc"], &of));
        assert!(!seal.holds(&["ab", "c", ""], &of));
        assert!(!seal.holds(&["ab", "c"], &of[..42]));
        assert!(!Seal::new(&key, "sessions").holds(&["ab", "c"], &of));
        assert!(
            !Seal::new(&Secret::new("another secret of thirty-two letters"), "links")
                .holds(&["ab", "c"], &of)
        );
        assert_eq!(format!("{seal:?}"), "••••••");
    }
}
