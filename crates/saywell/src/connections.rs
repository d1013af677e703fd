//! Connections: what bounds them, and those over which replies come as they are written.

use std::time::Duration;

use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TrackedFuture;

/// How long connections may take over what they do, and how many there may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionBounds {
    /// How long a connection may take until its first byte, and the head of a request from its first byte; and how
    /// long a body may come slowly.
    pub head: Duration,
    /// How fast a body comes after that, bytes a second over all of its time.
    pub body_rate: u64,
    /// How long a request may take until all of its body is here.
    pub request: Duration,
    /// How long a connection may be idle between requests.
    pub idle: Duration,
    /// Connections at once.
    pub connections: usize,
    /// Those of one address (IPv4) or subscriber (/56 of IPv6) that are idle or whose request is not here yet.
    pub connections_per_address: usize,
}

impl Default for ConnectionBounds {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            body_rate: 1000,
            request: Duration::from_mins(1),
            idle: Duration::from_secs(75),
            connections: 16_384,
            connections_per_address: 256,
        }
    }
}

/// The connections over which replies come, that are open.
#[derive(Debug, Clone, Default)]
pub struct Connections {
    stopping: CancellationToken,
    closing: CancellationToken,
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

    /// Resolves when a reply has no more time to end.
    pub fn closing(&self) -> WaitForCancellationFuture<'_> {
        self.closing.cancelled()
    }

    /// Closes each connection, wherever its reply is.
    pub fn close(&self) {
        self.stop();
        self.closing.cancel();
    }

    /// Waits until all are closed, once they are to [stop](Self::stop).
    pub async fn closed(&self) {
        self.open.wait().await;
    }
}
