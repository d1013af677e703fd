//! A real PostgreSQL, started for the length of a test.

use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::authority::{Authority, word};

/// An empty PostgreSQL on a free port. Ends with the value.
pub struct Postgres {
    programs: PathBuf,
    folder: TempDir,
    /// Whom it runs as: it refuses to be root.
    user: Option<(u32, u32)>,
    port: u16,
    /// What it is started with beside the rest.
    options: String,
}

impl Postgres {
    pub fn start() -> Self {
        Self::start_with(String::new())
    }

    /// One that shows a certificate.
    pub fn encrypted(authority: &Authority) -> Self {
        if let Some(user) = server_user() {
            authority.hand_key_to(user);
        }
        let (certificate, key) = (word(&authority.certificate()), word(&authority.key()));
        Self::start_with(format!("-c ssl=on -c ssl_cert_file={certificate} -c ssl_key_file={key}"))
    }

    fn start_with(options: String) -> Self {
        let folder = TempDir::new().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let user = server_user();
        if let Some(user) = user {
            hand_to(folder.path(), user);
        }
        let server = Self { programs: programs(), folder, user, port, options };
        server.run("initdb", &["--auth=trust", "--username=saywell", "--encoding=UTF8", "--no-sync"]);
        server.resume();
        server
    }

    /// Starts it again after [`stop`](Self::stop), with what it had.
    pub fn resume(&self) {
        let log = self.folder.path().join("log");
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories= -c fsync=off -c max_connections=200 {}",
            self.port, self.options
        );
        self.run("pg_ctl", &["start", "--wait", "--log", log.to_str().unwrap(), "--options", &options]);
    }

    /// Ends it as a crash would.
    pub fn stop(&self) {
        self.run("pg_ctl", &["stop", "--wait", "--mode=immediate"]);
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("postgres://saywell@127.0.0.1:{}/postgres", self.port)
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = self.command(program, arguments);
        let status = command.status().expect("`make test` installs postgresql");
        assert!(status.success(), "{program}: {status}, {}", said(self.folder.path()));
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command
            .args(arguments)
            .env("PGDATA", self.folder.path().join("data"))
            .current_dir(self.folder.path());
        // Written down rather than piped: the server inherits it, and a pipe would last as long as the server.
        let output =
            || std::fs::File::options().create(true).append(true).open(self.folder.path().join("output"));
        command.stdout(output().unwrap()).stderr(output().unwrap());
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = self.command("pg_ctl", &["stop", "--wait", "--mode=immediate"]).status();
    }
}

/// What the programs said, for a failed test.
fn said(folder: &Path) -> String {
    ["output", "log"].map(|file| std::fs::read_to_string(folder.join(file)).unwrap_or_default()).concat()
}

/// Where Debian puts the newest version's programs, which are not on the PATH; elsewhere they are.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    let newest =
        versions.max_by_key(|version| version.file_name().to_string_lossy().parse::<u32>().unwrap_or(0));
    newest.map_or_else(PathBuf::new, |version| version.path().join("bin"))
}

/// Whom servers run as that refuse to be root; `None` where the test is somebody else already.
pub fn server_user() -> Option<(u32, u32)> {
    let is_root = number("-u", None) == 0;
    is_root.then(|| (number("-u", Some("postgres")), number("-g", Some("postgres"))))
}

/// Makes a folder theirs.
pub fn hand_to(folder: &Path, (user, group): (u32, u32)) {
    chown(folder, Some(user), Some(group)).unwrap();
}

fn number(of: &str, user: Option<&str>) -> u32 {
    let output = Command::new("id").arg(of).args(user).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().expect("`make test` installs postgresql")
}
