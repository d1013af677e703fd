//! What is kept of API keys.

use super::StoreError;
use crate::identity::{KeyLimits, Scopes};
use async_trait::async_trait;
use std::fmt::Debug;
use std::time::SystemTime;

/// The table `tts_keys`: API keys.
#[async_trait]
pub trait ApiKeys: Send + Sync + Debug {
    /// Adds a key. Its id must be new.
    async fn insert(&self, key: &KeyRow) -> Result<(), StoreError>;

    /// The key with this id, be it in force or not.
    async fn find(&self, id: &str) -> Result<Option<KeyRow>, StoreError>;

    /// Every key there ever was, the newest first.
    async fn list(&self) -> Result<Vec<KeyRow>, StoreError>;

    /// Ends a key for good. Tells whether it did: `false` if there is no such key, or it had ended so before.
    async fn revoke(&self, id: &str, at: SystemTime) -> Result<bool, StoreError>;
}

/// What is known of an API key.
#[derive(Clone, PartialEq)]
pub struct KeyRow {
    /// Its public part, which names it.
    pub id: String,
    /// What it is for, in the operator's words.
    pub name: String,
    /// SHA-256 of the whole key.
    pub hash: [u8; 32],
    /// What it may do.
    pub scopes: Scopes,
    /// What it may use.
    pub limits: KeyLimits,
    /// When it was minted, to the millisecond.
    pub created_at: SystemTime,
    /// From when on it is no longer taken, to the millisecond; never if unset.
    pub expires_at: Option<SystemTime>,
    /// When it was revoked, to the millisecond.
    pub revoked_at: Option<SystemTime>,
}

impl Debug for KeyRow {
    /// Without the hash, which belongs in no log either.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyRow").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}
