//! Limits in a real Redis: every exam, and what is done while it is away.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt;
use saywell::limits::conformance::{Bench, characters, examine, user};
use saywell::limits::{Refusal, Span, What, WithoutRedis};
use tempfile::TempDir;

/// A Redis on a free port, which keeps everything it has answered. Ends with the value.
struct Redis {
    data: TempDir,
    port: u16,
    process: Option<Child>,
}

impl Redis {
    async fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut redis = Self { data: TempDir::new().unwrap(), port, process: None };
        redis.resume().await;
        redis
    }

    async fn resume(&mut self) {
        let port = self.port.to_string();
        let arguments = ["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes"];
        let mut command = Command::new("redis-server");
        command
            .args(arguments)
            .args(["--appendfsync", "always", "--databases", "64", "--dir"])
            .arg(self.data.path());
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.process = Some(process.expect("`make test` installs redis-server"));
        let client = redis::Client::open(self.url(0)).unwrap();
        let there = async {
            loop {
                if let Ok(mut connection) = client.get_multiplexed_async_connection().await
                    && redis::cmd("PING").query_async::<String>(&mut connection).await.is_ok()
                {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), there).await.expect("redis-server starts");
    }

    fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    fn url(&self, database: usize) -> String {
        format!("redis://127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.stop();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn redis_passes_every_exam() {
    let redis = Redis::start().await;
    let databases = AtomicUsize::new(0);
    examine(&|plans| {
        let url = redis.url(databases.fetch_add(1, Ordering::Relaxed));
        async move { Bench::open(plans, Some(&url), WithoutRedis::Refuse).await }.boxed()
    })
    .await;
}

const PLANS: &str = "[plans.test]\ncharacters_per_day = 100";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn replicas_count_together_and_a_restart_forgets_nothing() {
    let mut redis = Redis::start().await;
    let one = Bench::open(PLANS, Some(&redis.url(0)), WithoutRedis::Refuse).await;
    let two = Bench::open(PLANS, Some(&redis.url(0)), WithoutRedis::Refuse).await;
    let ann = user("ann");
    let held = one.reserve(&ann, characters(60)).await.unwrap();
    assert!(two.reserve(&ann, characters(41)).await.is_err());
    redis.stop();
    assert_eq!(two.reserve(&ann, characters(1)).await.unwrap_err(), Refusal::Overloaded);
    // What is given back while it is away waits for it.
    held.settle(characters(10));
    redis.resume().await;
    one.limits.settled().await;
    let third = Bench::open(PLANS, Some(&redis.url(0)), WithoutRedis::Refuse).await;
    let left = third.limits.left(&ann).await;
    assert_eq!((left[0].what, left[0].per, left[0].left), (What::Characters, Span::Day, 90.0));
    // Those who were there before find it again, a moment later.
    let back = async {
        while two.reserve(&ann, characters(90)).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), back).await.expect("it is asked again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs redis-server; `tools/test.sh stores` runs it"]
async fn without_redis_each_process_counts_for_itself_if_it_is_to() {
    let nowhere = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let bench = Bench::open(PLANS, Some(&format!("redis://127.0.0.1:{nowhere}")), WithoutRedis::Local).await;
    let ann = user("ann");
    let held = bench.reserve(&ann, characters(100)).await.unwrap();
    assert!(matches!(bench.reserve(&ann, characters(1)).await.unwrap_err(), Refusal::Exceeded(_)));
    drop(held);
    assert!(bench.reserve(&ann, characters(100)).await.is_ok());
}
