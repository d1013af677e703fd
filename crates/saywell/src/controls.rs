//! Controls: what an operator steers while the server runs, the same on every replica.
//!
//! The controls are one small document in SQL. A change is written there together with its line in the audit log, and
//! acts in this process at once; the others look every [`POLL`]. Reading them takes no lock and asks nobody, so every
//! request may. While the database is away, the last controls that were seen stay in force.

mod change;
mod state;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio_util::sync::CancellationToken;
use tracing::warn;

pub use change::{Change, ControlError};
pub use state::{ControlState, Grant, GrantUnit, UserOrRoom};

use crate::chain::switch::Switches;
use crate::clock::Clock;
use crate::store::{AuditEntry, ControlStore, Revision};
use crate::telemetry::{SideService, service_failed};

/// How often a replica looks for what others changed: half of the second within which it follows.
pub const POLL: Duration = Duration::from_millis(500);
/// How often a change is tried again when others change something at the same time.
const TRIES: usize = 16;

/// The controls in force; cheap to clone.
#[derive(Debug, Clone)]
pub struct Controls {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: ArcSwap<ControlState>,
    store: Arc<dyn ControlStore>,
    clock: Arc<dyn Clock>,
}

impl Controls {
    /// The controls that this store keeps.
    ///
    /// # Errors
    /// When the store does not answer, or what it keeps cannot be read.
    pub async fn open(store: Arc<dyn ControlStore>, clock: Arc<dyn Clock>) -> Result<Self, ControlError> {
        let state = ArcSwap::from_pointee(ControlState::default());
        let controls = Self { shared: Arc::new(Shared { state, store, clock }) };
        controls.refresh().await?;
        Ok(controls)
    }

    /// What is in force. Never waits.
    #[must_use]
    pub fn state(&self) -> Arc<ControlState> {
        self.shared.state.load_full()
    }

    /// Makes a change for `who`, writes it into the audit log, and returns what is in force then.
    ///
    /// # Errors
    /// [`ControlError`]; nothing has changed then.
    pub async fn change(&self, who: &str, change: &Change) -> Result<Arc<ControlState>, ControlError> {
        for _ in 0..TRIES {
            self.refresh().await?;
            let seen = self.state();
            let now = self.shared.clock.now();
            let mut next = ControlState::clone(&seen);
            next.revision += 1;
            change.apply(&mut next, now)?;
            let document = serde_json::to_string(&next)?;
            let entry = AuditEntry {
                at: now,
                who: who.to_owned(),
                action: change.name().to_owned(),
                details: change.details()?,
            };
            if self.shared.store.replace(seen.revision, &document, &entry).await? {
                self.adopt(next);
                return Ok(self.state());
            }
        }
        Err(ControlError::Contended)
    }

    /// Follows what others change until `stop`; `purged` is called when one of them emptied the cache or a part of it.
    pub async fn follow(&self, stop: CancellationToken, purged: impl Fn()) {
        let mut reachable = true;
        let mut emptied = self.state().purges;
        // Only the wait is cut short, never a query: a connection dropped within one is lost to the pool.
        while stop.run_until_cancelled(tokio::time::sleep(POLL)).await.is_some() {
            let refreshed = self.refresh().await;
            if refreshed.is_err() {
                service_failed(SideService::Database);
            }
            match &refreshed {
                Err(error) if reachable => {
                    warn!(%error, "the controls cannot be read; the last ones stay in force");
                }
                Ok(()) if !reachable => warn!("the controls can be read again"),
                _ => {}
            }
            reachable = refreshed.is_ok();
            let now = self.state().purges;
            if now != emptied {
                emptied = now;
                purged();
            }
        }
    }

    async fn refresh(&self) -> Result<(), ControlError> {
        let seen = self.shared.state.load().revision;
        if let Some(Revision { number, document }) = self.shared.store.newer(seen).await? {
            let mut state: ControlState = serde_json::from_str(&document)?;
            state.revision = number;
            self.adopt(state);
        }
        Ok(())
    }

    /// Puts a state in force unless a newer one is already.
    fn adopt(&self, state: ControlState) {
        let state = Arc::new(state);
        self.shared
            .state
            .rcu(|old| if old.revision < state.revision { Arc::clone(&state) } else { Arc::clone(old) });
    }
}

impl Switches for Controls {
    fn is_off(&self, provider: &str) -> bool {
        self.state().disabled_providers.contains(provider)
    }
}

#[cfg(test)]
mod tests;
