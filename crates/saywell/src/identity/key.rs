//! API keys: minted here, kept as a hash, and not to be guessed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use moka::sync::Cache;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{KeyLimits, Scopes};
use crate::store::{ApiKeys, KeyRow, StoreError};

/// What every key begins with, so that people and scanners know one when they see it.
pub const PREFIX: &str = "saywell_";

/// Wrong keys that one network may present in [`WINDOW`] until it has to wait.
const MOST_WRONG: u32 = 10;
const WINDOW: Duration = Duration::from_mins(1);
/// Networks whose wrong keys are counted apart; those past it are counted together.
const MOST_NETWORKS: usize = 10_000;
/// Keys that are remembered as right.
const MOST_PROVEN: u64 = 1_000;

/// Knows API keys.
#[derive(Debug)]
pub struct RememberedKeys {
    store: Arc<dyn ApiKeys>,
    wrong: Mutex<HashMap<String, Wrong>>,
    /// Keys that were right, by their hashes, and when. They are looked up like any other, but whoever guesses from the
    /// same network does not keep them out, nor does a database that is away.
    proven: Cache<[u8; 32], (KeyRow, SystemTime)>,
    /// For how long a key that was right is taken without its database.
    remembered_for: Duration,
}

#[derive(Debug, Clone, Copy)]
struct Wrong {
    since: SystemTime,
    count: u32,
}

/// Why a key is not taken.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    /// There is no such key.
    #[error("there is no such API key")]
    Unknown,
    /// Its time is over.
    #[error("this API key has expired")]
    Expired,
    /// The operator took it back.
    #[error("this API key was revoked")]
    Revoked,
    /// A pass is none of ours, or its ten minutes are over.
    #[error("this pass is not good any more: get another with the key that it stands for")]
    Pass,
    /// Too many wrong keys came from this network.
    #[error("too many wrong API keys came from this network")]
    Throttled {
        /// When to come back.
        wait: Duration,
    },
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a new key is to be.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// What it may use.
    pub limits: KeyLimits,
    /// From when on it is no longer taken.
    pub expires_at: Option<SystemTime>,
}

impl RememberedKeys {
    /// The keys in this store. While it does not answer, those that were right are taken for so long.
    #[must_use]
    pub fn new(store: Arc<dyn ApiKeys>, remembered_for: Duration) -> Self {
        Self { store, wrong: Mutex::default(), proven: Cache::new(MOST_PROVEN), remembered_for }
    }

    /// The row of a key that may be used now.
    ///
    /// # Errors
    /// [`KeyFault`]
    pub async fn check(&self, presented: &str, network: &str, now: SystemTime) -> Result<KeyRow, KeyFault> {
        let hash = hash(presented);
        if let Some(wait) = self.wait(network, now).filter(|_| !self.proven.contains_key(&hash)) {
            return Err(KeyFault::Throttled { wait });
        }
        let row = match id(presented) {
            Some(id) => match self.store.find(id).await {
                Ok(row) => self.proving(row, &hash, now),
                Err(_) => match self.remembered(&hash, now) {
                    Some(row) => Some(row),
                    None => self.proving(self.store.find_unknown(id).await?, &hash, now),
                },
            },
            None => None,
        };
        // The id is no secret, so it does not matter that finding it takes time or none.
        let Some(row) = row.filter(|row| bool::from(row.hash.ct_eq(&hash))) else {
            self.count_wrong(network, now);
            return Err(KeyFault::Unknown);
        };
        if row.revoked_at.is_some() {
            self.proven.invalidate(&hash);
        }
        still_good(row, now)
    }

    /// The row of the key that a pass stands for, if it may be used now.
    ///
    /// # Errors
    /// [`KeyFault`]
    pub async fn standing(&self, id: &str, now: SystemTime) -> Result<KeyRow, KeyFault> {
        let row = if let Ok(row) = self.store.find(id).await {
            row
        } else {
            let proven = self.proven.iter().find(|(_, (row, _))| row.id == id).map(|(hash, _)| hash);
            match proven.and_then(|hash| self.remembered(&hash, now)) {
                Some(row) => Some(row),
                None => self.store.find_unknown(id).await?,
            }
        };
        let row = row.ok_or(KeyFault::Unknown)?;
        still_good(row, now)
    }

    /// The row, which is remembered if it is of the key that was presented.
    fn proving(&self, row: Option<KeyRow>, hash: &[u8; 32], now: SystemTime) -> Option<KeyRow> {
        if let Some(row) = row.as_ref().filter(|row| bool::from(row.hash.ct_eq(hash))) {
            self.proven.insert(*hash, (row.clone(), now));
        }
        row
    }

    /// The row of a key that was right not long ago.
    fn remembered(&self, hash: &[u8; 32], now: SystemTime) -> Option<KeyRow> {
        let (row, at) = self.proven.get(hash)?;
        // A clock that was put back makes nothing last longer.
        let age = now.duration_since(at).ok()?;
        (age < self.remembered_for).then_some(row)
    }

    /// How long a network has to wait until it may try again, if it has to.
    fn wait(&self, network: &str, now: SystemTime) -> Option<Duration> {
        let all = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        let wrong = all.get(network).or_else(|| all.get("").filter(|_| all.len() > MOST_NETWORKS))?;
        // A clock that was put back ends the wait.
        let left = WINDOW.checked_sub(now.duration_since(wrong.since).ok()?)?;
        (wrong.count >= MOST_WRONG && !left.is_zero()).then_some(left)
    }

    fn count_wrong(&self, network: &str, now: SystemTime) {
        // A clock that was put back begins a new window.
        let over = |wrong: &Wrong| now.duration_since(wrong.since).map_or(true, |age| age >= WINDOW);
        let mut all = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST_NETWORKS && !all.contains_key(network) {
            all.retain(|_, wrong| !over(wrong));
        }
        let full = all.len() >= MOST_NETWORKS && !all.contains_key(network);
        let wrong = all.entry(if full { String::new() } else { network.to_owned() });
        let wrong = wrong.or_insert(Wrong { since: now, count: 0 });
        if over(wrong) {
            *wrong = Wrong { since: now, count: 0 };
        }
        wrong.count += 1;
        if wrong.count == MOST_WRONG {
            tracing::warn!(network, "keeps presenting wrong API keys and has to wait");
        }
    }
}

/// Makes a key and keeps its hash. What is returned first is the key itself, which nobody can read again.
///
/// # Errors
/// When the database does not take it.
pub async fn mint(store: &dyn ApiKeys, new: NewKey, now: SystemTime) -> Result<(String, KeyRow), StoreError> {
    let id = hex::encode(rand::random::<[u8; 8]>());
    let key = format!("{PREFIX}{id}_{}", hex::encode(rand::random::<[u8; 32]>()));
    let row = KeyRow {
        id,
        name: new.name,
        hash: hash(&key),
        scopes: new.scopes,
        limits: new.limits,
        created_at: crate::clock::from_millis(crate::clock::to_millis(now)),
        expires_at: new.expires_at,
        revoked_at: None,
    };
    store.insert(&row).await?;
    Ok((key, row))
}

fn still_good(row: KeyRow, now: SystemTime) -> Result<KeyRow, KeyFault> {
    if row.revoked_at.is_some() {
        return Err(KeyFault::Revoked);
    }
    if row.expires_at.is_some_and(|expires| expires <= now) {
        return Err(KeyFault::Expired);
    }
    Ok(row)
}

/// A plain hash is enough: a key is 256 bits of chance, which no list of words and no number of tries finds.
fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// The public part of what has the form of a key.
fn id(key: &str) -> Option<&str> {
    let (id, secret) = key.strip_prefix(PREFIX)?.split_once('_')?;
    let is_hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    (id.len() == 16 && secret.len() == 64 && is_hex(id) && is_hex(secret)).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, ManualClock};
    use crate::store::sqlite::SqliteStore;

    const REMEMBERED: Duration = Duration::from_mins(5);

    fn new_key() -> NewKey {
        let scopes = Scopes { speak: true, admin: false };
        NewKey { name: "app".into(), scopes, limits: KeyLimits::default(), expires_at: None }
    }

    #[tokio::test]
    async fn a_key_opens_until_it_expires_or_is_revoked() {
        let (store, clock) = (Arc::new(SqliteStore::in_memory().await.unwrap()), ManualClock::default());
        let keys = RememberedKeys::new(Arc::clone(&store) as Arc<dyn ApiKeys>, REMEMBERED);
        let expires_at = Some(clock.now() + Duration::from_hours(1));
        let (key, row) = mint(&*store, NewKey { expires_at, ..new_key() }, clock.now()).await.unwrap();
        let (other, other_row) = mint(&*store, new_key(), clock.now()).await.unwrap();
        assert_eq!(keys.check(&key, "net", clock.now()).await.unwrap(), row);
        assert!(!format!("{row:?}").contains(&hex::encode(row.hash)));
        // Half of one and half of another.
        let mixed = format!("{}{}", &key[..25], &other[25..]);
        assert!(matches!(keys.check(&mixed, "net", clock.now()).await, Err(KeyFault::Unknown)));
        clock.advance(Duration::from_hours(1));
        assert!(matches!(keys.check(&key, "net", clock.now()).await, Err(KeyFault::Expired)));
        store.revoke(&other_row.id, clock.now()).await.unwrap();
        assert!(matches!(keys.check(&other, "net", clock.now()).await, Err(KeyFault::Revoked)));
    }

    #[tokio::test]
    async fn who_guesses_has_to_wait_and_keeps_nobody_out_who_knows() {
        let (store, clock) = (Arc::new(SqliteStore::in_memory().await.unwrap()), ManualClock::default());
        let keys = RememberedKeys::new(Arc::clone(&store) as Arc<dyn ApiKeys>, REMEMBERED);
        let [(known, _), (fresh, _)] = [
            mint(&*store, new_key(), clock.now()).await.unwrap(),
            mint(&*store, new_key(), clock.now()).await.unwrap(),
        ];
        keys.check(&known, "net", clock.now()).await.unwrap();
        for _ in 0..MOST_WRONG {
            assert!(matches!(keys.check("saywell_guess", "net", clock.now()).await, Err(KeyFault::Unknown)));
        }
        clock.advance(Duration::from_secs(20));
        let throttled = keys.check(&fresh, "net", clock.now()).await;
        assert!(matches!(throttled, Err(KeyFault::Throttled { wait }) if wait == Duration::from_secs(40)));
        keys.check(&known, "net", clock.now()).await.unwrap();
        keys.check(&fresh, "elsewhere", clock.now()).await.unwrap();
        clock.advance(Duration::from_secs(40));
        assert!(matches!(keys.check("saywell_guess", "net", clock.now()).await, Err(KeyFault::Unknown)));
        // A clock that is put back gives no hour of guessing.
        clock.set_back(Duration::from_hours(1));
        for _ in 0..MOST_WRONG {
            assert!(matches!(keys.check("saywell_guess", "net", clock.now()).await, Err(KeyFault::Unknown)));
        }
        let throttled = keys.check("saywell_guess", "net", clock.now()).await;
        assert!(matches!(throttled, Err(KeyFault::Throttled { .. })), "{throttled:?}");
    }

    #[tokio::test]
    async fn guesses_from_everywhere_do_not_fill_the_memory() {
        let (store, clock) = (Arc::new(SqliteStore::in_memory().await.unwrap()), ManualClock::default());
        let keys = RememberedKeys::new(store, REMEMBERED);
        for n in 0..MOST_NETWORKS + 50 {
            keys.count_wrong(&n.to_string(), clock.now());
        }
        assert!(keys.wrong.lock().unwrap().len() <= MOST_NETWORKS + 1);
        assert!(keys.wait("yet another", clock.now()).is_some(), "those past the bound are counted together");
        clock.advance(WINDOW);
        keys.count_wrong("yet another", clock.now());
        assert_eq!(keys.wrong.lock().unwrap().len(), 1);
    }
}
