//! `cargo xtask licences`: the name, version, licence and licence text of every crate that is linked into
//! the gateway, written to `licenses/crates.txt`, which the binary embeds.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Where the texts go, from the repository's root.
const DOCUMENT: &str = "licenses/crates.txt";
/// A file holds a licence or notice when its name starts with one of these.
const TEXT_NAMES: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "COPYRIGHT"];
const RULE: &str = "================================================================================";

/// A crate that is linked in.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Linked {
    name: String,
    version: String,
    license: String,
    folder: PathBuf,
}

/// Writes the document below `repository` and returns the line to print.
pub fn collect(repository: &Path) -> io::Result<String> {
    let linked = linked_crates(repository)?;
    // Many crates share a text to the letter; each text is written once, with all who share it.
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for one in &linked {
        for text in license_texts(&one.folder)? {
            texts.entry(text).or_default().insert(format!("{} {}", one.name, one.version));
        }
    }
    let mut parts =
        vec!["The crates that are linked into Saywell, and the texts of their licences.\n".to_owned()];
    parts.extend(linked.iter().map(|one| format!("{} {}: {}", one.name, one.version, one.license)));
    parts.push(String::new());
    let mut ordered: Vec<_> = texts.into_iter().map(|(text, users)| (users, text)).collect();
    ordered.sort();
    for (users, text) in ordered {
        let users: Vec<_> = users.into_iter().collect();
        parts.push(format!("{RULE}\n{}\n{RULE}\n\n{text}\n", users.join(", ")));
    }
    let document = repository.join(DOCUMENT);
    fs::write(&document, parts.join("\n"))?;
    Ok(format!("Wrote the licences of {} crates to {DOCUMENT}", linked.len()))
}

/// What `cargo metadata` finds below the package `saywell` over normal dependencies, on this platform.
fn linked_crates(repository: &Path) -> io::Result<BTreeSet<Linked>> {
    let metadata = cargo(repository, &["metadata", "--format-version", "1", "--locked"])?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let edges = ["--edges", "normal", "--no-dedupe", "--prefix", "none", "--format", "{p}"];
    let tree =
        cargo(repository, &[&["tree", "--locked", "--package", "saywell"], edges.as_slice()].concat())?;
    // "name v1.2.3", then the folder of a path dependency.
    let linked: BTreeSet<(&str, &str)> = tree
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?, words.next()?.strip_prefix('v')?))
        })
        .collect();
    let text =
        |package: &Value, key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let packages = metadata.get("packages").and_then(Value::as_array).into_iter().flatten();
    Ok(packages
        .filter(|package| package.get("source").is_some_and(|source| !source.is_null()))
        .map(|package| Linked {
            name: text(package, "name"),
            version: text(package, "version"),
            license: text(package, "license"),
            folder: Path::new(&text(package, "manifest_path")).with_file_name(""),
        })
        .filter(|package| linked.contains(&(package.name.as_str(), package.version.as_str())))
        .collect())
}

/// The licence files of a crate, and those of sources that it carries one folder down, as LAME's and Opus's.
/// Of a choice of licences Saywell takes MIT, and leaves the others' texts out.
fn license_texts(folder: &Path) -> io::Result<BTreeSet<String>> {
    let mut texts = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            folders.push(entry.path());
        }
    }
    for folder in folders {
        let mut files = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().to_uppercase();
            if entry.file_type()?.is_file() && TEXT_NAMES.iter().any(|start| name.starts_with(start)) {
                files.push((name, entry.path()));
            }
        }
        let takes_mit = files.iter().any(|(name, _)| name.contains("MIT"));
        let left_out =
            |name: &str| takes_mit && ["APACHE", "ZLIB", "BOOST"].iter().any(|other| name.contains(other));
        for (_, path) in files.iter().filter(|(name, _)| !left_out(name)) {
            let text = String::from_utf8_lossy(&fs::read(path)?).replace("\r\n", "\n");
            texts.insert(text.trim().to_owned());
        }
    }
    Ok(texts)
}

fn cargo(repository: &Path, arguments: &[&str]) -> io::Result<String> {
    let output = Command::new("cargo").current_dir(repository).args(arguments).output()?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()))
    }
}
