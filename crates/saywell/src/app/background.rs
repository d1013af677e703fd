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
    use std::path::{Path, PathBuf};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// The files below a folder.
    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { sources(&path, found) } else { found.push(path) }
        }
    }

    /// What is begun by a [`TaskTracker`] is waited for; of the rest the line above says by whom, or why not.
    #[test]
    fn every_task_that_is_begun_says_who_waits_for_it() {
        const BEGINS: [&str; 5] = [
            "tokio::spawn(", "tokio::task::spawn(", "runtime.spawn(", "thread::spawn(",
            "thread::Builder::new()",
        ];
        let (mut files, mut begun) = (Vec::new(), 0);
        for sources_of in ["src", "../saywell-providers/src"] {
            sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(sources_of), &mut files);
        }
        let of_tests = |file: &Path| ["conformance.rs", "tests.rs"].iter().any(|name| file.ends_with(name));
        files.retain(|file| file.extension().is_some_and(|end| end == "rs") && !of_tests(file));
        for file in &files {
            let source = std::fs::read_to_string(file).unwrap();
            // Only what is not for tests.
            let source = source.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
            let lines: Vec<&str> = source.lines().map(str::trim).collect();
            for (number, line) in lines.iter().enumerate() {
                if BEGINS.iter().any(|begins| line.contains(begins)) {
                    begun += 1;
                    let above = lines[number.saturating_sub(1)];
                    let says =
                        above.starts_with("// Waited for ") || above.starts_with("// Not waited for: ");
                    assert!(says, "{}:{}: who waits for this task?", file.display(), number + 1);
                }
            }
        }
        assert!(begun > 10, "{begun} tasks: where have they gone?");
    }

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
