//! The key that links and sessions are signed with, as the data folder keeps it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use tracing::warn;

use crate::secret::Secret;

/// The file's name in the data folder.
const NAME: &str = "signing.key";
/// The fewest bytes that sign: what HMAC-SHA-256 can take in strength (RFC 2104, section 3).
const FEWEST_BYTES: usize = 32;

/// The kept key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeyError {
    /// What the file holds is no key. It may be the rest of a good one, so nobody replaces it.
    #[error(
        "{path} {problem}. Put the right key back, from a backup or another gateway; or move the file away, and a new key \
         is made at the next start: links, sessions and the names of networks in usage that the old one made then end"
    )]
    Unusable {
        /// The file.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// It is there and cannot be read.
    #[error("{path} cannot be read: {error}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        error: io::Error,
    },
}

/// The key in this folder; made if there is none yet, for this user alone to read. In a folder that cannot be written to
/// there is a key all the same, which ends with the process; a log line says so.
///
/// # Errors
/// [`SigningKeyError`]; a file that is there is never changed.
pub fn kept(folder: &Path) -> Result<Secret, SigningKeyError> {
    let path = folder.join(NAME);
    loop {
        match fs::read(&path) {
            Ok(bytes) => {
                warn_of_readers(&path);
                return key(&path, &bytes);
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(SigningKeyError::Unreadable { path: shown(&path), error }),
        }
        let key = hex::encode(rand::random::<[u8; FEWEST_BYTES]>());
        match write_new(&path, key.as_bytes()) {
            Ok(()) => return Ok(Secret::new(key)),
            // Another process was quicker, and its key counts.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => {
                warn!(
                    path = %path.display(), %error,
                    "no signing key can be kept: links and sessions end with this process; make the data folder writable, or set TTS_SIGNING_KEY"
                );
                return Ok(Secret::new(key));
            }
        }
    }
}

fn key(path: &Path, bytes: &[u8]) -> Result<Secret, SigningKeyError> {
    let unusable = |problem: String| SigningKeyError::Unusable { path: shown(path), problem };
    let text = std::str::from_utf8(bytes).map_err(|_| unusable("is not text".to_owned()))?.trim();
    if text.len() < FEWEST_BYTES {
        let problem = format!("has {} bytes, and a signing key at least {FEWEST_BYTES}", text.len());
        return Err(unusable(problem));
    }
    Ok(Secret::new(text))
}

/// Writes a file that is not there yet, all of it or nothing.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension(format!("key.{:016x}", rand::random::<u64>()));
    let written = create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        // A link, unlike a new name, never takes the place of a file.
        match fs::hard_link(&beside, path) {
            Err(error) if error.kind() == ErrorKind::Unsupported => create(path)?.write_all(bytes),
            linked => linked,
        }
    });
    // It may never have been there.
    let _ = fs::remove_file(&beside);
    written
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Says so if others on this machine can read the key.
fn warn_of_readers(path: &PathBuf) {
    #[cfg(unix)]
    if let Ok(metadata) = fs::metadata(path) {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            warn!(path = %path.display(), mode = %format!("{mode:o}"), "others can read the signing key: chmod 600");
        }
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_whole_and_for_this_user_alone() {
        let folder = tempfile::tempdir().unwrap();
        let keys: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| kept(folder.path()).unwrap())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0] && key.reveal().len() == 64));
        let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()).collect();
        assert_eq!(files, [folder.path().join(NAME)]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&files[0]).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
