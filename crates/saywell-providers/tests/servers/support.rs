//! Real speech servers, started for the length of a test, and providers that speak through them.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use saywell_base::clock::SystemClock;
use saywell_providers::provider::Provider;
use saywell_providers::providers::{self, Options, Settings};
use tempfile::TempDir;

/// A server that does not listen after this time has failed to start.
const PATIENCE: Duration = Duration::from_mins(1);

/// A server of `tools/python/speech_server.py`. Ends with the value.
pub struct Server {
    process: Child,
    pub url: String,
    _data: TempDir,
}

impl Server {
    /// Piper's own.
    pub fn piper() -> Self {
        Self::start("piper")
    }

    /// One of OpenAI's format.
    pub fn local_tts() -> Self {
        Self::start("local-tts")
    }

    fn start(name: &str) -> Self {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let data = TempDir::new().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut process = Command::new(repository.join(".tools/python/bin/python"))
            .arg(repository.join("tools/python/speech_server.py"))
            .args([name, "--port", &port.to_string(), "--data"])
            .arg(data.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("`make tools` installs Python and the servers");
        let (sender, said) = mpsc::channel();
        let outputs: [Box<dyn Read + Send>; 2] =
            [Box::new(process.stdout.take().unwrap()), Box::new(process.stderr.take().unwrap())];
        for output in outputs {
            let sender = sender.clone();
            std::thread::spawn(move || {
                // Read to the end even when nobody listens any more: a server must not wait for a reader.
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    drop(sender.send(line));
                }
            });
        }
        drop(sender);
        let server = Self { process, url: format!("http://127.0.0.1:{port}"), _data: data };
        let mut lines = Vec::new();
        while !lines.last().is_some_and(|line: &String| line.to_lowercase().contains("running on http")) {
            match said.recv_timeout(PATIENCE) {
                Ok(line) => lines.push(line),
                Err(error) => panic!("{name} did not start: {error}. It said:\n{}", lines.join("\n")),
            }
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The provider of this kind with these options, given as a table in TOML.
pub fn open(kind: &str, options: &str) -> Arc<dyn Provider> {
    let options = Options { kind: None, table: options.parse().unwrap() };
    let settings = Settings { options: [(kind.to_owned(), options)].into(), ..Settings::default() };
    let client = saywell_base::net::client().unwrap();
    providers::open(kind, &settings, &client, &(Arc::new(SystemClock) as _)).unwrap()
}
