//! A real Redis, started for the length of a test.

use std::ffi::OsString;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use redis::FromRedisValue;
use redis::aio::MultiplexedConnection;
use saywell::redis_client::Address;
use tempfile::TempDir;

use crate::authority::{Authority, word};

/// A Redis on a free port, which keeps everything it has answered. Ends with the value.
pub struct Redis {
    data: TempDir,
    port: u16,
    /// What it is told beside where to listen and to keep everything.
    arguments: Vec<String>,
    /// How its address begins, with who may ask.
    scheme: &'static str,
    authority: Option<PathBuf>,
    process: Option<Child>,
}

/// A sentinel that watches over one Redis and those that follow it. Ends with the value.
pub struct Sentinel {
    _data: TempDir,
    port: u16,
    process: Child,
}

impl Redis {
    pub async fn start() -> Self {
        Self::start_with("redis://", &[], None).await
    }

    /// One that is reached by TLS alone, and lets in nobody but `ann`, whose password is `s@fe`.
    pub async fn encrypted(authority: &Authority) -> Self {
        let (certificate, key, trusted) =
            (word(&authority.certificate()), word(&authority.key()), word(&authority.file()));
        let encrypted =
            ["--tls-cert-file", &certificate, "--tls-key-file", &key, "--tls-ca-cert-file", &trusted];
        let lets_in = "--tls-auth-clients no --user ann on >s@fe ~* &* +@all --user default off";
        let arguments: Vec<_> = encrypted.into_iter().chain(lets_in.split(' ')).collect();
        Self::start_with("rediss://ann:s%40fe@", &arguments, Some(authority.file())).await
    }

    /// One that does what another does, and may take its place.
    pub async fn following(other: &Self) -> Self {
        Self::start_with("redis://", &["--replicaof", "127.0.0.1", &other.port.to_string()], None).await
    }

    /// One that is a cluster by itself.
    pub async fn of_a_cluster() -> Self {
        // Else it takes the port 10,000 above its own, which many ports do not have.
        let others = free_port().to_string();
        Self::start_with("redis://", &["--cluster-enabled", "yes", "--cluster-port", &others], None).await
    }

    async fn start_with(scheme: &'static str, arguments: &[&str], authority: Option<PathBuf>) -> Self {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let data = TempDir::new().unwrap();
        let mut redis = Self { data, port: free_port(), arguments, scheme, authority, process: None };
        redis.resume().await;
        redis
    }

    pub async fn resume(&mut self) {
        let port = self.port.to_string();
        let listens: &[&str] = match self.authority {
            Some(_) => &["--tls-port", &port, "--port", "0"],
            None => &["--port", &port],
        };
        let mut command = Command::new(program());
        command
            .args(listens)
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "yes"])
            .args(["--appendfsync", "always", "--databases", "64"])
            .args(&self.arguments)
            .arg("--dir")
            .arg(self.data.path());
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.process = Some(process.expect("`make test` installs redis-server"));
        let there = async {
            while self.try_asking::<String>(redis::cmd("PING")).await.is_err() {
                let ended = self.process.as_mut().and_then(|process| process.try_wait().unwrap());
                assert_eq!(ended, None, "redis-server ended at once");
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), there).await.expect("redis-server starts");
    }

    /// Answers nobody for this long, though connections stay.
    pub async fn pause(&self, milliseconds: u64) {
        let mut pause = redis::cmd("CLIENT");
        pause.arg("PAUSE").arg(milliseconds).arg("ALL");
        self.ask::<()>(pause).await;
    }

    /// Waits until so many others do what it does, and have done all of it.
    pub async fn followed_by(&self, others: usize) {
        let state = || async { self.ask::<String>(redis::cmd("INFO").arg("replication").take()).await };
        let all = async {
            while state().await.matches("state=online").count() < others {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), all).await.expect("others follow");
    }

    /// What it answers.
    pub async fn ask<T: FromRedisValue>(&self, question: redis::Cmd) -> T {
        self.try_asking(question).await.unwrap()
    }

    async fn try_asking<T: FromRedisValue>(&self, question: redis::Cmd) -> redis::RedisResult<T> {
        question.query_async(&mut connect(&self.address()).await?).await
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

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self, database: usize) -> String {
        format!("{}127.0.0.1:{}/{database}", self.scheme, self.port)
    }

    /// Whom to believe that it is this server, where the system would not.
    pub fn authority(&self) -> Option<PathBuf> {
        self.authority.clone()
    }

    /// Its first database, and whom to believe that it is this server.
    pub fn address(&self) -> Address {
        let address = Address::parse(&self.url(0)).unwrap();
        match &self.authority {
            Some(file) => address.with_authorities(file).unwrap(),
            None => address,
        }
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Sentinel {
    /// Watches over a Redis that others follow, and knows all of them once it is there.
    pub async fn over(redis: &Redis, followers: usize) -> Self {
        let (data, port) = (TempDir::new().unwrap(), free_port());
        let settings = format!(
            "port {port}\nbind 127.0.0.1\nsentinel monitor main 127.0.0.1 {} 1\n\
             sentinel down-after-milliseconds main 200\nsentinel failover-timeout main 2000\n",
            redis.port
        );
        let file = data.path().join("sentinel.conf");
        std::fs::write(&file, settings).unwrap();
        let mut command = Command::new(program());
        command.arg(&file).arg("--sentinel").stdout(Stdio::null()).stderr(Stdio::null());
        let sentinel = Self { _data: data, port, process: command.spawn().unwrap() };
        let address = Address::parse(&format!("redis://127.0.0.1:{port}")).unwrap();
        let known = async {
            let mut question = redis::cmd("SENTINEL");
            question.arg("replicas").arg("main");
            loop {
                if let Ok(mut connection) = connect(&address).await
                    && let Ok(replicas) = question.query_async::<Vec<redis::Value>>(&mut connection).await
                    && replicas.len() == followers
                {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), known).await.expect("the sentinel knows them");
        sentinel
    }

    /// The address of the Redis that it watches over, whichever that is; a second sentinel in it is not there.
    pub fn url(&self) -> String {
        format!("redis+sentinel://127.0.0.1:{},127.0.0.1:{}/main", free_port(), self.port)
    }
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn connect(address: &Address) -> redis::RedisResult<MultiplexedConnection> {
    address.client().await?.get_multiplexed_async_connection().await
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// What is started: Redis's own, or another that speaks its language, such as Valkey's.
fn program() -> OsString {
    std::env::var_os("REDIS_SERVER").unwrap_or_else(|| "redis-server".into())
}
