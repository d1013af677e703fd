//! What is kept of an operator's steering: the controls in force, and the log of who did what.

use std::fmt::Debug;
use std::time::SystemTime;

use async_trait::async_trait;
use sqlx::query::Query;
use sqlx::{Database, FromRow};

use super::StoreError;
use super::rows::{Columns, Value};
use crate::clock::to_millis;

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

impl<R: Columns> FromRow<'_, R> for Revision {
    fn from_row(row: &R) -> sqlx::Result<Self> {
        Ok(Self { number: row.unsigned("revision")?, document: row.text("state")? })
    }
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

impl<R: Columns> FromRow<'_, R> for AuditRow {
    fn from_row(row: &R) -> sqlx::Result<Self> {
        let entry = AuditEntry {
            at: row.time("at")?,
            who: row.text("who")?,
            action: row.text("action")?,
            details: row.json("details")?,
        };
        Ok(Self { id: row.integer("id")?, entry })
    }
}

// What every database takes as it is written here.
pub(super) const NEWER: &str = "SELECT revision, state FROM tts_controls WHERE revision > $1";
pub(super) const ENTRIES: &str =
    "SELECT * FROM tts_audit WHERE CAST($1 AS BIGINT) IS NULL OR id < $1 ORDER BY id DESC LIMIT $2";

/// The statement that puts a document in place of revision `seen`.
pub(super) fn replacement(seen: u64) -> &'static str {
    if seen == 0 {
        "INSERT INTO tts_controls (id, revision, state) VALUES (1, $1 + 1, $2) ON CONFLICT (id) DO NOTHING"
    } else {
        "UPDATE tts_controls SET revision = $1 + 1, state = $2 WHERE revision = $1"
    }
}

/// The statement that adds an entry to the audit log.
pub(super) fn record<D: Database>(entry: &AuditEntry) -> Query<'static, D, D::Arguments>
where
    i64: Value<D>,
    String: Value<D>,
{
    sqlx::query("INSERT INTO tts_audit (at, who, action, details) VALUES ($1, $2, $3, $4)")
        .bind(to_millis(entry.at))
        .bind(&entry.who)
        .bind(&entry.action)
        .bind(entry.details.to_string())
}
