//! Who carries words between gateways, on a thread of its own: where callers take every core, an answer that has come is
//! read in time, and a lease is renewed before it runs out.

use std::sync::Arc;
use std::{io, thread};

use tokio::runtime::{Builder, Handle};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::warn;

/// Runs what it is given apart from callers. Cheap to clone; its thread ends with the last clone.
#[derive(Debug, Clone)]
pub(super) struct Courier {
    runtime: Handle,
    /// `None` where there is no thread to be had: then it shares that of whoever started it.
    _until: Option<Arc<DropGuard>>,
}

impl Courier {
    pub(super) fn start() -> Self {
        let until = CancellationToken::new();
        match apart(until.clone()) {
            Ok(runtime) => Self { runtime, _until: Some(Arc::new(until.drop_guard())) },
            Err(error) => {
                warn!(%error, "other gateways are spoken with beside the callers: a lease may run out under load");
                Self { runtime: Handle::current(), _until: None }
            }
        }
    }

    /// Begins at once, whether or not somebody waits for what comes of it.
    pub(super) fn carry<T: Send + 'static>(
        &self,
        words: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.runtime.spawn(words)
    }
}

/// A runtime with one thread, until it is told to end.
fn apart(until: CancellationToken) -> io::Result<Handle> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new().name("courier".into()).spawn(move || runtime.block_on(until.cancelled()))?;
    Ok(handle)
}
