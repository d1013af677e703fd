//! Keeping within bounds: making room, removing what has expired, counting accesses in batches.

use super::{Cache, CacheError};

use crate::causes::causes;
use crate::gateways::Turns;
use crate::key::Key;
use crate::store::{Access, Selection};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tokio_util::sync::CancellationToken;

/// Rows taken from the index at a time.
const BATCH: u32 = 128;
/// Keys whose accesses wait to be told to the index, at most about.
const MAX_PENDING: usize = 1024;
/// How often a running server looks for what killed processes left behind.
const REPAIR_EVERY: Duration = Duration::from_hours(24);

/// How long the count of that waits where it could not be made, and how long after it something may still arrive.
const COUNT_AGAIN: Duration = Duration::from_secs(1);
const ARRIVES_WITHIN: Duration = Duration::from_secs(20);

/// What a sweep removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SweepReport {
    /// Entries that had expired.
    pub expired: u64,
    /// Entries that had to make room, least recently used first.
    pub evicted: u64,
    /// The bytes of both.
    pub freed_bytes: u64,
}

/// Accesses that the index has not been told of.
#[derive(Debug, Default)]
pub(super) struct PendingAccesses {
    by_key: Mutex<HashMap<Key, (u64, SystemTime)>>,
}

impl PendingAccesses {
    /// Adds accesses, and tells whether it is time to tell the index.
    pub(super) fn add(&self, key: Key, count: u64, last: SystemTime) -> bool {
        let mut by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = by_key.entry(key).or_insert((0, last));
        entry.0 += count;
        entry.1 = entry.1.max(last);
        by_key.len() >= MAX_PENDING
    }

    /// Takes all.
    pub(super) fn take(&self) -> Vec<Access> {
        let by_key = std::mem::take(&mut *self.by_key.lock().unwrap_or_else(PoisonError::into_inner));
        by_key.into_iter().map(|(key, (count, last))| Access { key, count, last }).collect()
    }
}

/// What was removed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Removed {
    pub(super) entries: u64,
    pub(super) bytes: u64,
}

/// Held by one at a time, who never waits for it; given back when dropped.
pub(super) struct Sweeping<'a>(&'a AtomicBool);

impl<'a> Sweeping<'a> {
    pub(super) fn take(taken: &'a AtomicBool) -> Option<Self> {
        // Not `then_some`: what it did not need would be dropped, and give back another's turn.
        (!taken.swap(true, Ordering::Acquire)).then(|| Self(taken))
    }
}

impl Drop for Sweeping<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl Cache {
    /// Repairs, then sweeps every `interval` until cancelled; spawn it once a process. Faults are
    /// logged and tried again. What is another gateway's turn is left to it.
    pub async fn run_sweeper(&self, interval: Duration, turns: Turns, cancel: CancellationToken) {
        let mut repair_at = self.shared.clock.now();
        let counting = async {
            self.count_left_behind().await;
            // What a killed process had sent may arrive for as long as a write may take.
            tokio::time::sleep(ARRIVES_WITHIN).await;
            self.count_left_behind().await;
        };
        let work = async {
            loop {
                let now = self.shared.clock.now();
                // What belongs to no entry takes room until it may be removed. A clock that was put back waits no longer.
                let soon = now.checked_add(self.shared.settings.grace).unwrap_or(now);
                if self.shared.used.has_stray() || repair_at > now + REPAIR_EVERY {
                    repair_at = repair_at.min(soon);
                }
                if now >= repair_at
                    && let Some(_turn) = turns.take("repair", Duration::ZERO).await
                {
                    let wait = self.repair_and_log().await;
                    repair_at = self.shared.clock.now().checked_add(wait).unwrap_or(repair_at);
                }
                let swept = match turns.take("sweep", interval).await {
                    Some(_turn) => self.sweep().await,
                    None => self.flush_accesses().await.map(|()| SweepReport::default()),
                };
                match swept {
                    Ok(report) if report == SweepReport::default() => {}
                    Ok(report) => tracing::info!(?report, "the cache was swept"),
                    Err(error) => tracing::warn!(error = causes(&error), "the cache could not be swept"),
                }
                tokio::time::sleep(interval).await;
            }
        };
        // Every step may be cut short: that is what crash safety is for.
        let all = async { tokio::join!(Box::pin(counting), Box::pin(work)) };
        let _cancelled: Option<((), ())> = cancel.run_until_cancelled(all).await;
        if let Err(error) = self.flush_accesses().await {
            tracing::warn!(error = causes(&error), "the last accesses were not counted");
        }
    }

    /// Counts what killed processes left behind, as soon as the storage and the index say so.
    async fn count_left_behind(&self) {
        while let Err(error) = self.count_strays().await {
            tracing::debug!(error = causes(&error), "what was left behind could not be counted");
            tokio::time::sleep(COUNT_AGAIN).await;
        }
    }

    /// Returns how long the next repair can wait.
    async fn repair_and_log(&self) -> Duration {
        match self.repair().await {
            Ok(report) => {
                if report.changes() > 0 {
                    tracing::info!(?report, "the cache was repaired");
                }
                if report.too_young > 0 { self.shared.settings.grace } else { REPAIR_EVERY }
            }
            Err(error) => {
                tracing::warn!(error = causes(&error), "the cache could not be repaired");
                self.shared.settings.grace
            }
        }
    }

    /// Removes what has expired, then what was not listened to for longest until the byte cap holds.
    pub async fn sweep(&self) -> Result<SweepReport, CacheError> {
        let shared = &*self.shared;
        self.flush_accesses().await?;
        let expired = self.take_all(&Selection::ExpiredAt(shared.clock.now())).await?;
        let evicted = self.trim().await?;
        Ok(SweepReport {
            expired: expired.entries,
            evicted: evicted.entries,
            freed_bytes: expired.bytes + evicted.bytes,
        })
    }

    /// Tells the index of the accesses since the last time. When it cannot be told, their count is
    /// lost.
    pub async fn flush_accesses(&self) -> Result<(), CacheError> {
        let mut accesses = self.shared.pending.take();
        accesses.extend(self.shared.memory.take_accesses());
        if !accesses.is_empty() {
            self.shared.index.count_accesses(&accesses).await?;
        }
        Ok(())
    }

    /// Removes what was not listened to for longest until the byte cap holds for all that is in the index, whoever wrote it,
    /// and for what is known to lie beside it.
    pub(super) async fn trim(&self) -> Result<Removed, CacheError> {
        let shared = &*self.shared;
        let mut evicted = Removed::default();
        loop {
            // The index knows what other processes stored, too.
            let stored = shared.index.stored_bytes().await?;
            shared.used.set_indexed(stored);
            let excess = stored.saturating_add(shared.used.stray()).saturating_sub(shared.settings.max_bytes);
            if excess == 0 {
                return Ok(evicted);
            }
            let batch = self.take_batch(&Selection::LeastRecentlyUsed { bytes: excess }).await?;
            if batch.entries == 0 {
                return Ok(evicted);
            }
            evicted.entries += batch.entries;
            evicted.bytes += batch.bytes;
        }
    }

    /// Removes all selected entries.
    pub(super) async fn take_all(&self, selection: &Selection) -> Result<Removed, CacheError> {
        let mut removed = Removed::default();
        loop {
            let batch = self.take_batch(selection).await?;
            if batch.entries == 0 {
                return Ok(removed);
            }
            removed.entries += batch.entries;
            removed.bytes += batch.bytes;
        }
    }

    pub(super) async fn take_batch(&self, selection: &Selection) -> Result<Removed, CacheError> {
        let rows = self.shared.index.take(selection, BATCH).await?;
        let bytes = rows.iter().map(|row| row.row.size_bytes).sum();
        count_evicted(selection, rows.len() as u64, bytes);
        self.discard(&rows).await?;
        Ok(Removed { entries: rows.len() as u64, bytes })
    }
}

/// Counts what made room, or was too old. What an operator purges is in the audit log.
fn count_evicted(selection: &Selection, entries: u64, bytes: u64) {
    let reason = match selection {
        Selection::LeastRecentlyUsed { .. } => "room",
        Selection::ExpiredAt(_) => "expired",
        _ => return,
    };
    metrics::counter!("saywell_cache_evictions_total", "reason" => reason).increment(entries);
    metrics::counter!("saywell_cache_evicted_bytes_total", "reason" => reason).increment(bytes);
}
