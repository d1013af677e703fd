//! Who carries words between gateways, on a thread of its own: where callers take every core, an answer that has come is
//! read in time, and a lease is renewed before it runs out.

use std::sync::{Arc, Mutex, PoisonError};
use std::{io, thread};

use tokio::runtime::{Builder, Handle};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::warn;

/// Runs what it is given apart from callers. Cheap to clone; its thread ends with the last clone.
#[derive(Debug, Clone)]
pub(super) struct Courier {
    runtime: Handle,
    /// `None` where there is no thread to be had: then it shares that of whoever started it.
    apart: Option<Arc<Apart>>,
}

/// A thread that runs until it is told to end.
#[derive(Debug)]
struct Apart {
    until: CancellationToken,
    thread: Mutex<Option<thread::JoinHandle<()>>>,
}

impl Courier {
    pub(super) fn start() -> Self {
        match Apart::start() {
            Ok((runtime, apart)) => Self { runtime, apart: Some(Arc::new(apart)) },
            Err(error) => {
                warn!(%error, "other gateways are spoken with beside the callers: a lease may run out under load");
                Self { runtime: Handle::current(), apart: None }
            }
        }
    }

    /// Begins at once, whether or not somebody waits for what comes of it.
    pub(super) fn carry<T: Send + 'static>(
        &self,
        words: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        // Waited for by whoever carries: what tells of flights by `SharedFlights::told`.
        self.runtime.spawn(words)
    }

    /// Ends at once, whatever is on its way; waits for that.
    pub(super) fn end(&self) {
        let Some(apart) = &self.apart else { return };
        apart.until.cancel();
        let thread = apart.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let _ = thread.map(thread::JoinHandle::join);
    }
}

impl Apart {
    fn start() -> io::Result<(Handle, Self)> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (handle, until) = (runtime.handle().clone(), CancellationToken::new());
        let told = until.clone();
        // Waited for by `end`; else it ends with the last courier.
        let thread = thread::Builder::new()
            .name("courier".into())
            .spawn(move || runtime.block_on(told.cancelled()))?;
        Ok((handle, Self { until, thread: Mutex::new(Some(thread)) }))
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        self.until.cancel();
    }
}
