//! Work that goes on beside the requests.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Tasks that go on until they are to stop, and are waited for.
#[derive(Debug, Clone, Default)]
pub(super) struct Background {
    stopping: CancellationToken,
    tasks: TaskTracker,
}

impl Background {
    /// Begins a task, which is given what tells it to stop.
    pub(super) fn begin<F>(&self, task: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tasks.spawn(task(self.stopping.clone()));
    }

    /// Tells every task to stop; whether all have within this time.
    pub(super) async fn stop(&self, within: Duration) -> bool {
        self.stopping.cancel();
        self.tasks.close();
        tokio::time::timeout(within, self.tasks.wait()).await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_stop_waits_for_every_task_but_not_for_ever() {
        let (background, ended) = (Background::default(), Arc::new(AtomicUsize::new(0)));
        for seconds in [1, 2] {
            let ended = Arc::clone(&ended);
            background.begin(move |stop| async move {
                stop.cancelled().await;
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                ended.fetch_add(1, Ordering::SeqCst);
            });
        }
        assert!(background.stop(Duration::from_secs(3)).await);
        assert_eq!(ended.load(Ordering::SeqCst), 2);
        let hanging = Background::default();
        hanging.begin(|_| std::future::pending());
        assert!(!hanging.stop(Duration::from_secs(3)).await);
    }
}
