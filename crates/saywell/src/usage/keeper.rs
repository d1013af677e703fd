//! The keeper: sums up past days, and forgets what is older than the operator wants it kept.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use crate::clock::Clock;
use crate::gateways::Turns;
use crate::store::{StoreError, UsageLog};

const DAY: Duration = Duration::from_hours(24);
/// How often past days are looked at.
const EVERY: Duration = Duration::from_hours(1);

/// How long usage is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Days for which every request and every call has its row.
    pub rows: u32,
    /// Days for which the sums by day are kept.
    pub sums: u32,
}

/// Looks after the rows of usage. Any number of gateways may do so on one database.
#[derive(Debug)]
pub struct Keeper {
    usage: Arc<dyn UsageLog>,
    retention: Retention,
    clock: Arc<dyn Clock>,
}

impl Keeper {
    /// Keeps this log of usage.
    pub fn new(usage: Arc<dyn UsageLog>, retention: Retention, clock: Arc<dyn Clock>) -> Self {
        Self { usage, retention, clock }
    }

    /// Tidies now and every hour, until it is stopped, unless it is another gateway's turn.
    pub async fn run(self, turns: Turns, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            let Some(_turn) = turns.take("usage", EVERY).await else { continue };
            match self.tidy().await {
                Ok(()) => {}
                Err(error) => warn!(%error, "usage could not be tidied; trying again in an hour"),
            }
        }
    }

    /// Sums up the days that have ended, and forgets what is too old.
    ///
    /// # Errors
    /// When the database does not answer as it should.
    pub async fn tidy(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let ago = |days: u32| now.checked_sub(DAY * days).unwrap_or(UNIX_EPOCH);
        let summed = self.usage.roll_up(midnight(now)).await?;
        let forgotten = self.usage.forget(ago(self.retention.rows), ago(self.retention.sums)).await?;
        debug!(summed, forgotten, "tidied usage");
        Ok(())
    }
}

/// When the day of this time began, UTC.
fn midnight(time: SystemTime) -> SystemTime {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    UNIX_EPOCH + Duration::from_secs(seconds - seconds % DAY.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::store::sqlite::SqliteStore;
    use crate::store::{Asked, By, Days};

    #[tokio::test]
    async fn past_days_are_summed_up_and_old_ones_forgotten() {
        let store = Arc::new(SqliteStore::in_memory().await.unwrap());
        let clock = Arc::new(ManualClock::new(UNIX_EPOCH + 1000 * DAY + Duration::from_hours(1)));
        let ask = async || {
            store.add(&[Asked::new(clock.now())]).await.unwrap();
        };
        let lines = async |by| {
            let lines = store.report(by, Days { first: 0, last: 5000 }, 100).await.unwrap();
            lines.iter().map(|line| line.requests).collect::<Vec<_>>()
        };
        let retention = Retention { rows: 2, sums: 5 };
        let keeper = Keeper::new(Arc::clone(&store) as _, retention, Arc::clone(&clock) as _);
        ask().await;
        clock.advance(DAY);
        ask().await;
        keeper.tidy().await.unwrap();
        assert_eq!(store.roll_up(clock.now() + DAY).await.unwrap(), 1, "today has not ended");
        clock.advance(DAY + Duration::from_secs(1));
        keeper.tidy().await.unwrap();
        assert_eq!((lines(By::Message).await, lines(By::Day).await), (vec![1], vec![1, 1]));
        clock.advance(3 * DAY);
        keeper.tidy().await.unwrap();
        assert_eq!((lines(By::Message).await, lines(By::Day).await), (vec![], vec![1, 1]));
        clock.advance(DAY);
        keeper.tidy().await.unwrap();
        assert_eq!(lines(By::Day).await, [1]);
    }
}
