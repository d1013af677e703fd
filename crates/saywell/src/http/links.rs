//! Audio links: whoever holds one may hear one rendition and read its captions, until it expires.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::error::{ApiError, Code};
use crate::cache::Key;
use crate::config::Secret;

/// A link lasts between one and two of these. Ends are rounded up to whole ones, so that a page that asks again
/// gets the same link, and the browser's cache serves it.
const LIFETIME: Duration = Duration::from_hours(1);

/// Makes and checks links.
#[derive(Debug, Clone)]
pub struct Links {
    mac: MaskedMac,
    public_url: String,
}

/// Keyed state of the signature; as secret as the key.
#[derive(Clone)]
struct MaskedMac(Hmac<Sha256>);

impl std::fmt::Debug for MaskedMac {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("••••••")
    }
}

/// The query of a link.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Grant {
    /// When the link expires, seconds since 1970.
    pub exp: Option<String>,
    /// Signature.
    pub sig: Option<String>,
}

/// A rendition's links.
#[derive(Debug, Clone)]
pub struct Signed {
    query: String,
    expires_at: u64,
}

impl Signed {
    /// When it expires, seconds since 1970.
    #[must_use]
    pub fn expires_at(&self) -> u64 {
        self.expires_at
    }
}

impl Links {
    /// Links signed with this key, and put behind this address.
    #[must_use]
    pub fn new(key: &Secret, public_url: String) -> Self {
        // HMAC takes keys of any length (RFC 2104, section 2), so this does not fail; if it did, a key that nobody
        // knows would open nothing.
        let mac = Hmac::new_from_slice(key.reveal().as_bytes())
            .unwrap_or_else(|_| Hmac::new(&rand::random::<[u8; 64]>().into()));
        Self { mac: MaskedMac(mac), public_url }
    }

    /// A grant for one rendition.
    #[must_use]
    pub fn sign(&self, key: &Key, now: SystemTime) -> Signed {
        let lifetime = LIFETIME.as_secs();
        let expires_at = (seconds(now) + lifetime).div_ceil(lifetime) * lifetime;
        Signed { query: format!("exp={expires_at}&sig={}", self.signature(key, expires_at)), expires_at }
    }

    /// Where its sound is.
    #[must_use]
    pub fn audio(&self, key: &Key, extension: &str, signed: &Signed) -> String {
        format!("{}/tts/audio/{key}.{extension}?{}", self.public_url, signed.query)
    }

    /// Where its captions are.
    #[must_use]
    pub fn captions(&self, key: &Key, extension: &str, signed: &Signed) -> String {
        format!("{}/tts/captions/{key}.{extension}?{}", self.public_url, signed.query)
    }

    /// Lets through who holds a link for this rendition.
    ///
    /// # Errors
    /// `forbidden`, saying whether the signature is missing, wrong or out of date.
    pub fn check(&self, key: &Key, grant: &Grant, now: SystemTime) -> Result<(), ApiError> {
        let forbidden =
            |param: &str, message: &str| Err(ApiError::new(Code::Forbidden, message).param(param));
        let Some(expires_at) = grant.exp.as_deref().and_then(|exp| exp.parse::<u64>().ok()) else {
            return forbidden(
                "exp",
                "This link is incomplete: `exp`, the second it expires, is missing or no number.",
            );
        };
        let Some(signature) = &grant.sig else {
            return forbidden("sig", "This link is incomplete: `sig`, its signature, is missing.");
        };
        let expected = self.signature(key, expires_at);
        if !bool::from(expected.as_bytes().ct_eq(signature.as_bytes())) {
            return forbidden(
                "sig",
                "The signature of this link is wrong. Ask for a new link with POST /tts.",
            );
        }
        if seconds(now) > expires_at {
            return forbidden("exp", "This link has expired. Ask for a new one with POST /tts.");
        }
        Ok(())
    }

    fn signature(&self, key: &Key, expires_at: u64) -> String {
        let mut mac = self.mac.0.clone();
        mac.update(format!("{key}\n{expires_at}").as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links() -> Links {
        Links::new(&Secret::new("a secret of at least thirty-two letters"), String::new())
    }

    fn grant(url: &str) -> Grant {
        let query = url.split_once('?').unwrap().1;
        let field = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)).map(str::to_owned);
        Grant { exp: field("exp="), sig: field("sig=") }
    }

    #[test]
    fn a_link_opens_one_rendition_until_it_expires() {
        let (links, key, now) =
            (links(), Key::from_bytes([7; 32]), UNIX_EPOCH + Duration::from_secs(1_000_000));
        let signed = links.sign(&key, now);
        let grant = grant(&links.audio(&key, "mp3", &signed));
        assert!(links.check(&key, &grant, now).is_ok());
        assert!(links.check(&key, &grant, now + LIFETIME).is_ok());
        let late = links.check(&key, &grant, now + 2 * LIFETIME).unwrap_err();
        assert!(late.message.contains("expired"), "{}", late.message);
        let other = links.check(&Key::from_bytes([8; 32]), &grant, now).unwrap_err();
        assert!(other.message.contains("wrong"), "{}", other.message);
    }

    #[test]
    fn asking_again_soon_gives_the_same_link() {
        let (links, key, now) =
            (links(), Key::from_bytes([7; 32]), UNIX_EPOCH + Duration::from_secs(3_600_001));
        let [first, again] =
            [now, now + LIFETIME / 2].map(|at| links.audio(&key, "mp3", &links.sign(&key, at)));
        assert_eq!(first, again);
    }

    #[test]
    fn a_later_end_needs_a_new_signature() {
        let (links, key, now) = (links(), Key::from_bytes([7; 32]), UNIX_EPOCH);
        let mut grant = grant(&links.audio(&key, "mp3", &links.sign(&key, now)));
        grant.exp = Some("99999999999".into());
        assert!(links.check(&key, &grant, now).unwrap_err().message.contains("wrong"));
    }
}
