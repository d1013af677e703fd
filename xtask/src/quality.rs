//! How much of what is said is right: the table of `docs/QUALITY.md`, from the judged cases of `saywell-text`.

use std::io;
use std::path::Path;
use std::process::Command;

/// What stands around the table in the document.
const BEGIN: &str = "<!-- made by `cargo xtask quality`: do not edit -->\n";
const END: &str = "<!-- end -->\n";

/// Judges the cases and writes their table into the document.
pub fn write(repository: &Path) -> io::Result<String> {
    let judged = Command::new("cargo")
        .args([
            "test", "--locked", "--quiet", "--package", "saywell-text", "--test", "cases", "--",
            "--nocapture",
        ])
        .current_dir(repository)
        .output()?;
    let printed = String::from_utf8_lossy(&judged.stdout);
    let table: String =
        printed.lines().filter(|line| line.starts_with('|')).map(|line| format!("{line}\n")).collect();
    if !judged.status.success() || table.is_empty() {
        return Err(io::Error::other(format!("the cases are not judged:\n{printed}")));
    }
    let path = repository.join("docs/QUALITY.md");
    let page = std::fs::read_to_string(&path)?;
    let parts = page.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let Some((before, after)) = parts else {
        return Err(io::Error::other("docs/QUALITY.md has lost the marks around its table"));
    };
    std::fs::write(&path, format!("{before}{BEGIN}\n{table}\n{END}{after}"))?;
    Ok(format!("{table}\nwritten to docs/QUALITY.md"))
}
