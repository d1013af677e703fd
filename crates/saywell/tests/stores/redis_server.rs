//! A real Redis, started for the length of a test.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// A Redis on a free port, which keeps everything it has answered. Ends with the value.
pub struct Redis {
    data: TempDir,
    port: u16,
    process: Option<Child>,
}

impl Redis {
    pub async fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut redis = Self { data: TempDir::new().unwrap(), port, process: None };
        redis.resume().await;
        redis
    }

    pub async fn resume(&mut self) {
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

    /// Answers nobody for this long, though connections stay.
    pub async fn pause(&self, milliseconds: u64) {
        let client = redis::Client::open(self.url(0)).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let mut pause = redis::cmd("CLIENT");
        pause.arg("PAUSE").arg(milliseconds).arg("ALL");
        pause.query_async::<()>(&mut connection).await.unwrap();
    }

    /// Loses everything it kept.
    pub fn forget(&self) {
        for file in std::fs::read_dir(self.data.path()).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                std::fs::remove_dir_all(path).unwrap();
            } else {
                std::fs::remove_file(path).unwrap();
            }
        }
    }

    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    pub fn url(&self, database: usize) -> String {
        format!("redis://127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.stop();
    }
}
