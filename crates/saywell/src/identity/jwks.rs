//! Keys that an identity provider publishes (JWKS), kept at hand and renewed as they rotate.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;
use tracing::warn;

use super::token::TokenFault;
use crate::clock::Clock;

/// How old the keys may get until they are asked for again, beside the requests.
const FRESH: Duration = Duration::from_mins(15);
/// How long keys are used that could not be renewed. A key that was withdrawn is gone after this at the latest.
const USABLE: Duration = Duration::from_hours(24);
/// How long the keys are not asked for again, whatever tokens name: unknown names cost the provider nothing.
const REST: Duration = Duration::from_secs(30);
/// How long an answer may take, and how large it may be.
const DEADLINE: Duration = Duration::from_secs(5);
const MAX_BYTES: usize = 256 * 1024;

/// The keys at one address. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Jwks {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    url: String,
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
    known: Mutex<Known>,
    /// Held by whoever asks.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default, Clone)]
struct Known {
    keys: Arc<[Published]>,
    /// When these keys came, and when they were last asked for.
    came: Option<SystemTime>,
    asked: Option<SystemTime>,
}

/// One key. What it is for is said by the key, never by the token.
struct Published {
    name: Option<String>,
    algorithm: Algorithm,
    key: DecodingKey,
}

impl std::fmt::Debug for Published {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Published").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Known {
    /// The key of this name; without a name, the only one there is of its kind.
    fn find(&self, name: Option<&str>, algorithm: Algorithm) -> Option<DecodingKey> {
        let mut fitting = self
            .keys
            .iter()
            .filter(|key| key.algorithm == algorithm && (name.is_none() || key.name.as_deref() == name));
        let first = fitting.next()?;
        (name.is_some() || fitting.next().is_none()).then(|| first.key.clone())
    }
}

fn age(then: Option<SystemTime>, now: SystemTime) -> Duration {
    then.map_or(Duration::MAX, |then| now.duration_since(then).unwrap_or_default())
}

impl Jwks {
    /// The keys at this address; asked for when the first token needs them.
    #[must_use]
    pub fn new(url: String, client: reqwest::Client, clock: Arc<dyn Clock>) -> Self {
        let (known, asking) = (Mutex::default(), tokio::sync::Mutex::default());
        Self { shared: Arc::new(Shared { url, client, clock, known, asking }) }
    }

    /// The key to check a token with.
    ///
    /// # Errors
    /// [`TokenFault::Signature`] if nobody publishes such a key, [`TokenFault::NoKeys`] if that cannot be known.
    pub async fn find(
        &self,
        name: Option<&str>,
        algorithm: Algorithm,
        now: SystemTime,
    ) -> Result<DecodingKey, TokenFault> {
        let known = self.known().clone();
        let found = known.find(name, algorithm).filter(|_| age(known.came, now) < USABLE);
        if let Some(key) = found {
            if age(known.came, now) >= FRESH && age(known.asked, now) >= REST {
                let this = self.clone();
                tokio::spawn(async move { this.renew().await });
            }
            return Ok(key);
        }
        self.renew().await;
        let known = self.known().clone();
        if age(known.came, now) >= USABLE {
            return Err(TokenFault::NoKeys);
        }
        known.find(name, algorithm).ok_or(TokenFault::Signature)
    }

    /// Asks, unless somebody did a moment ago.
    async fn renew(&self) {
        let _asking = self.shared.asking.lock().await;
        let now = self.shared.clock.now();
        if age(self.known().asked, now) < REST {
            return;
        }
        let answer = tokio::time::timeout(DEADLINE, self.ask()).await;
        let answer = answer.unwrap_or_else(|_| Err("took too long".to_owned()));
        let mut known = self.known();
        known.asked = Some(now);
        match answer {
            Ok(keys) => (known.keys, known.came) = (keys.into(), Some(now)),
            Err(reason) => warn!(%reason, "the keys at TTS_JWT_JWKS_URL could not be had"),
        }
    }

    async fn ask(&self) -> Result<Vec<Published>, String> {
        let answer = self.shared.client.get(&self.shared.url).send().await;
        let mut answer = answer
            .and_then(reqwest::Response::error_for_status)
            .map_err(|error| error.without_url().to_string())?;
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| error.without_url().to_string())? {
            body.extend_from_slice(&piece);
            if body.len() > MAX_BYTES {
                return Err(format!("more than {MAX_BYTES} bytes"));
            }
        }
        let body: Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
        let keys = body["keys"].as_array().ok_or("there is no list `keys`")?;
        // Keys of kinds that we do not know are passed over, as RFC 7517, section 5, has it.
        Ok(keys.iter().filter_map(published).collect())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.shared.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A public key for signatures that we take. A shared secret has no place among published keys.
fn published(key: &Value) -> Option<Published> {
    let jwk: Jwk = serde_json::from_value(key.clone()).ok()?;
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => Algorithm::ES256,
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => Algorithm::EdDSA,
        _ => return None,
    };
    let declared = jwk.common.key_algorithm.map(|declared| declared.to_string());
    let (signs, is_ours) = (
        jwk.common.public_key_use.as_ref().is_none_or(|used| *used == PublicKeyUse::Signature),
        declared.is_none_or(|declared| declared == format!("{algorithm:?}")),
    );
    if !signs || !is_ours {
        return None;
    }
    let key = DecodingKey::from_jwk(&jwk).ok()?;
    Some(Published { name: jwk.common.key_id, algorithm, key })
}
