//! Keys that an identity provider publishes (JWKS), kept at hand and renewed as they rotate.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared as Together};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;
use tracing::warn;

use crate::clock::Clock;

/// How old the keys may get until they are asked for again, beside the requests.
const FRESH: Duration = Duration::from_mins(15);
/// How long keys are used that could not be renewed. A key that was withdrawn is gone after this at the latest.
const USABLE: Duration = Duration::from_hours(24);
/// How long the keys are not asked for again because a token names one that is not among them, so that made-up names
/// cost the provider one call a second: a key that is new works within this and the time of an answer.
const SPACE: Duration = Duration::from_secs(1);
/// The same after they could not be had.
pub const REST: Duration = Duration::from_secs(5);
/// How long whoever shows a token waits for an answer; known trouble is not waited for.
const PATIENCE: Duration = Duration::from_millis(900);
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
}

#[derive(Debug, Default)]
struct Known {
    keys: PublishedKeys,
    /// When these keys came, and when they were last asked for.
    came: Option<SystemTime>,
    asked: Option<SystemTime>,
    /// The last answer could not be had.
    ill: bool,
    /// The question that is in the air.
    asking: Option<Asking>,
}

/// Resolves when there is an answer.
type Asking = Together<BoxFuture<'static, ()>>;

/// The keys of one document.
#[derive(Debug, Default, Clone)]
pub struct PublishedKeys(Arc<[Published]>);

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

impl PublishedKeys {
    /// Reads a document. Keys of kinds that we do not know are passed over, as RFC 7517, section 5, has it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(document: &[u8]) -> Result<Self, String> {
        let document: Value = serde_json::from_slice(document).map_err(|error| error.to_string())?;
        let keys = document["keys"].as_array().ok_or("there is no list `keys`")?;
        Ok(Self(keys.iter().filter_map(published).collect()))
    }

    /// The key of this name; without a name, the only one there is of its kind.
    #[must_use]
    pub fn find(&self, name: Option<&str>, algorithm: Algorithm) -> Option<DecodingKey> {
        let mut fitting = self
            .0
            .iter()
            .filter(|key| key.algorithm == algorithm && (name.is_none() || key.name.as_deref() == name));
        let first = fitting.next()?;
        (name.is_some() || fitting.next().is_none()).then(|| first.key.clone())
    }
}

impl Known {
    /// A clock that was put back makes no key last longer, ends none, and keeps nobody from asking.
    fn settle(&mut self, now: SystemTime) {
        self.came = self.came.map(|came| came.min(now));
        self.asked = self.asked.filter(|asked| *asked <= now);
    }

    fn find(&self, name: Option<&str>, algorithm: Algorithm, now: SystemTime) -> Option<DecodingKey> {
        self.keys.find(name, algorithm).filter(|_| age(self.came, now) < USABLE)
    }
}

fn age(then: Option<SystemTime>, now: SystemTime) -> Duration {
    then.map_or(Duration::MAX, |then| now.duration_since(then).unwrap_or_default())
}

/// Why there is no key to check a token with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingKey {
    /// Nobody publishes it.
    NotPublished,
    /// The keys cannot be had at present.
    Unknown,
}

impl Jwks {
    /// The keys at this address; asked for when the first token needs them.
    #[must_use]
    pub fn new(url: String, client: reqwest::Client, clock: Arc<dyn Clock>) -> Self {
        Self { shared: Arc::new(Shared { url, client, clock, known: Mutex::default() }) }
    }

    /// The key to check a token with.
    ///
    /// # Errors
    /// [`MissingKey`] if nobody publishes such a key, or that cannot be known.
    pub async fn find(
        &self,
        name: Option<&str>,
        algorithm: Algorithm,
        now: SystemTime,
    ) -> Result<DecodingKey, MissingKey> {
        let found = {
            let mut known = self.known();
            known.settle(now);
            known.find(name, algorithm, now)
        };
        if let Some(key) = found {
            // Beside the request: what is known serves.
            drop(self.renewal(FRESH));
            return Ok(key);
        }
        let ill = self.known().ill;
        let renewal = self.renewal(SPACE);
        if let Some(renewal) = renewal.filter(|_| !ill) {
            // Whoever comes later waits for what is left of one second, not for one of their own.
            let waited = age(self.known().asked, now);
            let _ = tokio::time::timeout(PATIENCE.saturating_sub(waited), renewal).await;
        }
        let known = self.known();
        // While the provider cannot be asked, nobody knows whether it has such a key by now.
        let unsure = known.ill || known.asking.is_some() || age(known.came, now) >= USABLE;
        let missing = if unsure { MissingKey::Unknown } else { MissingKey::NotPublished };
        known.find(name, algorithm, now).ok_or(missing)
    }

    /// The question that is in the air, or a new one if there was none within `space`.
    fn renewal(&self, space: Duration) -> Option<Asking> {
        let now = self.shared.clock.now();
        let mut known = self.known();
        known.settle(now);
        if known.asking.is_some() {
            return known.asking.clone();
        }
        if age(known.asked, now) < if known.ill { REST } else { space } {
            return None;
        }
        known.asked = Some(now);
        let this = self.clone();
        // Waited for by whoever needs a key; else nobody does: it has a deadline, and its answer is for this process.
        let asking = tokio::spawn(async move { this.renew(now).await }).map(|_| ()).boxed().shared();
        known.asking = Some(asking.clone());
        Some(asking)
    }

    async fn renew(&self, now: SystemTime) {
        let answer = tokio::time::timeout(DEADLINE, self.ask()).await;
        let answer = answer.unwrap_or_else(|_| Err("took too long".to_owned()));
        let mut known = self.known();
        (known.ill, known.asking) = (answer.is_err(), None);
        match answer {
            Ok(keys) => (known.keys, known.came) = (keys, Some(now)),
            Err(reason) => warn!(%reason, "the keys at TTS_JWT_JWKS_URL could not be had"),
        }
    }

    async fn ask(&self) -> Result<PublishedKeys, String> {
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
        PublishedKeys::read(&body)
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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::time::Instant;

    use super::*;
    use crate::clock::ManualClock;
    use crate::net;

    /// RFC 7517, appendix A.1, as a key that signs.
    const KEYS: &str = r#"{"keys": [{"kty": "EC", "crv": "P-256", "kid": "old",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}"#;

    /// An identity provider that answers once, and hangs from then on.
    async fn provider() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut first, _) = listener.accept().await.unwrap();
            let _ = first.read(&mut [0; 4096]).await.unwrap();
            let size = KEYS.len();
            let answer =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n{KEYS}");
            first.write_all(answer.as_bytes()).await.unwrap();
            drop(first);
            let mut hangs = Vec::new();
            loop {
                hangs.push(listener.accept().await.unwrap());
            }
        });
        url
    }

    #[tokio::test]
    async fn a_provider_that_hangs_is_waited_for_once_and_for_a_second() {
        let clock = Arc::new(ManualClock::default());
        let jwks = Jwks::new(provider().await, net::client().unwrap(), Arc::clone(&clock) as Arc<dyn Clock>);
        let find = |name| jwks.find(Some(name), Algorithm::ES256, clock.now());
        find("old").await.unwrap();
        clock.advance(FRESH * 2);

        tokio::time::pause();
        let begun = Instant::now();
        find("old").await.unwrap();
        assert_eq!(begun.elapsed(), Duration::ZERO, "what is known is renewed beside the requests");
        find("new").await.unwrap_err();
        assert!((PATIENCE..PATIENCE * 11 / 10).contains(&begun.elapsed()), "{:?}", begun.elapsed());
        tokio::time::sleep(DEADLINE).await;
        clock.advance(REST);
        for _ in 0..10 {
            let ill = Instant::now();
            let known = find("new").await.map(drop);
            assert_eq!(known, Err(MissingKey::Unknown), "nobody can know");
            find("old").await.unwrap();
            assert_eq!(ill.elapsed(), Duration::ZERO, "known trouble is not waited for");
        }
    }
}
