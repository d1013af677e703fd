//! What is kept of an operator's steering: the controls in force, and the log of who did what.

use std::fmt::Debug;
use std::time::SystemTime;

use async_trait::async_trait;

use super::StoreError;

/// The table `tts_controls`: one document that every replica follows.
#[async_trait]
pub trait ControlStore: Send + Sync + Debug {
    /// The document, if it is newer than revision `seen`. Before the first change there is none.
    async fn newer(&self, seen: u64) -> Result<Option<Revision>, StoreError>;

    /// Puts `document` in place of revision `seen` (0: there is none yet) and writes `entry` into the audit log, both or
    /// neither. Tells whether it did: not when another was quicker, so that no change is ever lost.
    async fn replace(&self, seen: u64, document: &str, entry: &AuditEntry) -> Result<bool, StoreError>;
}

/// The table `tts_audit`: what operators did, which is only ever added to.
#[async_trait]
pub trait AuditLog: Send + Sync + Debug {
    /// Adds an entry.
    async fn record(&self, entry: &AuditEntry) -> Result<(), StoreError>;

    /// The newest entries, newest first, at most `limit`; with `before`, those older than the entry of that number.
    async fn entries(&self, before: Option<i64>, limit: u32) -> Result<Vec<AuditRow>, StoreError>;
}

/// A document and which one it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its number, from 1 on.
    pub number: u64,
    /// The document, JSON.
    pub document: String,
}

/// One thing that an operator did.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// When, to the millisecond.
    pub at: SystemTime,
    /// Who, such as `operator` or `user:ann`.
    pub who: String,
    /// What, such as `block`.
    pub action: String,
    /// The particulars. No secrets and no texts of replies.
    pub details: serde_json::Value,
}

/// An [`AuditEntry`] as it stands in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRow {
    /// Its number; later entries have larger ones.
    pub id: i64,
    /// The entry.
    pub entry: AuditEntry,
}
