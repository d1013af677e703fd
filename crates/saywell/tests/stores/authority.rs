//! Certificates for servers that tests start, signed by an authority of the test's own.

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// An authority, and a certificate for 127.0.0.1 that it signed.
pub struct Authority {
    folder: TempDir,
}

impl Authority {
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let run = |arguments: &str| {
            let mut command = Command::new("openssl");
            command.args(arguments.split(' ')).current_dir(folder.path());
            let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
            assert!(status.expect("`make test` installs openssl").success(), "openssl {arguments}");
        };
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
        run(&format!("req -x509 {key} -subj /CN=authority -days 2 -keyout authority.key -out authority.pem"));
        run(&format!("req {key} -subj /CN=server -keyout server.key -out server.csr"));
        std::fs::write(folder.path().join("names"), "subjectAltName=IP:127.0.0.1").unwrap();
        run(
            "x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 -extfile names \
             -out server.pem",
        );
        std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
        Self { folder }
    }

    /// What whoever trusts it is given.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("server.pem")
    }

    pub fn key(&self) -> PathBuf {
        self.folder.path().join("server.key")
    }

    /// Lets a server read its key that runs as somebody else, and wants nobody else to.
    pub fn hand_key_to(&self, (user, group): (u32, u32)) {
        chown(self.key(), Some(user), Some(group)).unwrap();
    }
}

/// A path as the words of a command have it.
pub fn word(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
