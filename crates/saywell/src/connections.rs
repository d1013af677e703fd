//! The connections over which replies come as they are written.

use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TrackedFuture;

/// The connections that are open.
#[derive(Debug, Clone, Default)]
pub struct Connections {
    stopping: CancellationToken,
    open: TaskTracker,
}

impl Connections {
    /// Counts what serves a connection as open until it ends.
    pub fn track<F: Future>(&self, serving: F) -> TrackedFuture<F> {
        self.open.track_future(serving)
    }

    /// Resolves when no further reply may begin.
    pub fn stopping(&self) -> WaitForCancellationFuture<'_> {
        self.stopping.cancelled()
    }

    /// Lets no further reply begin: each connection closes when its reply has ended.
    pub fn stop(&self) {
        self.stopping.cancel();
        self.open.close();
    }

    /// Waits until all are closed, once they are to [stop](Self::stop).
    pub async fn closed(&self) {
        self.open.wait().await;
    }
}
