//! A real PgBouncer before a real PostgreSQL, for the length of a test.

use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::postgres::{Postgres, hand_to, server_user};

/// A PgBouncer that gives each transaction whichever of a few connections is free. Ends with the value.
pub struct Pooler {
    folder: TempDir,
    port: u16,
    process: Child,
}

impl Pooler {
    /// Before this server, with so many connections to it for everybody.
    pub fn before(server: &Postgres, connections: usize) -> Self {
        let folder = TempDir::new().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = format!(
            "[databases]\npostgres = host=127.0.0.1 port={} user=saywell\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n\
             pool_mode = transaction\ndefault_pool_size = {connections}\nlogfile = {}\n",
            server.port(),
            folder.path().join("log").display()
        );
        let file = folder.path().join("pgbouncer.ini");
        std::fs::write(&file, settings).unwrap();
        let mut command = Command::new(program());
        command.arg("--quiet").arg(&file).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some((user, group)) = server_user() {
            hand_to(folder.path(), (user, group));
            command.uid(user).gid(group);
        }
        let process = command.spawn().expect("`make test` installs pgbouncer");
        let pooler = Self { folder, port, process };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30), "{}", pooler.said());
            std::thread::yield_now();
        }
        pooler
    }

    pub fn url(&self) -> String {
        format!("postgres://saywell@127.0.0.1:{}/postgres?sslmode=disable&pgbouncer=true", self.port)
    }

    /// What it wrote down, for a failed test.
    pub fn said(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Debian has it where only an administrator's shell looks.
fn program() -> &'static str {
    const DEBIAN: &str = "/usr/sbin/pgbouncer";
    if std::path::Path::new(DEBIAN).is_file() { DEBIAN } else { "pgbouncer" }
}
