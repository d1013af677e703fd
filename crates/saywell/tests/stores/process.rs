//! The real binary as one of several gateways, for the length of a test.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use saywell_stubs::Stub;
use serde_json::Value;

use crate::redis_server::Redis;

/// The real binary, as one of several gateways before one paid provider; killed with the value.
pub struct Server {
    process: Child,
    /// Where it listens, such as `http://127.0.0.1:40000`.
    pub address: String,
    data: PathBuf,
}

impl Server {
    /// Starts it with this data folder.
    pub fn start(data: &Path, redis: &Redis, stub: &Stub) -> Self {
        Self::start_with(data, redis, stub, &[])
    }

    /// With these settings as well.
    pub fn start_with(data: &Path, redis: &Redis, stub: &Stub, settings: &[(&str, &str)]) -> Self {
        std::fs::create_dir_all(data).unwrap();
        let mut process = saywell(data)
            .arg("serve")
            .envs([
                ("TTS_LISTEN", "127.0.0.1:0"),
                ("TTS_LOG", "error"),
                ("TTS_STORAGE_URL", "memory:"),
                ("TTS_SIGNING_KEY", "only tests are signed with these words"),
                ("TTS_PROVIDER", "openai"),
                ("OPENAI_API_KEY", "a-key-that-nobody-may-see"),
            ])
            .env("REDIS_URL", redis.url(0))
            .env("OPENAI_BASE_URL", format!("{}/v1", stub.url()))
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit(' ').next().unwrap().to_owned();
        assert!(address.starts_with("http://127.0.0.1:"), "{line:?}");
        Self { process, address, data: data.to_owned() }
    }

    /// As `kill -9`.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self) {
        self.ask_to_stop();
        self.stopped();
    }

    /// SIGTERM.
    pub fn ask_to_stop(&self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }

    /// Waits until it has stopped.
    pub fn stopped(&mut self) {
        assert!(self.process.wait().unwrap().success());
    }

    /// What a counter of its stands at, whose name and labels are these; 0 where it has none.
    pub async fn counts(&self, counter: &str) -> u64 {
        let told = reqwest::get(format!("{}/metrics", self.address)).await.unwrap().text().await.unwrap();
        told.lines().find_map(|line| line.strip_prefix(counter)?.trim().parse().ok()).unwrap_or_default()
    }

    /// The characters that its database has as sent.
    pub fn booked(&self) -> u64 {
        let output = saywell(&self.data).args(["usage", "--format", "json"]).output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let lines = report["lines"].as_array().unwrap();
        lines.iter().map(|line| line["sent_characters"].as_f64().unwrap() as u64).sum()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The binary with nothing of the machine that runs the tests.
fn saywell(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_saywell"));
    command.current_dir(data).env_clear().env("TTS_DATA_DIR", data.join("kept"));
    command
}
