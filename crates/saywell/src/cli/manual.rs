//! `saywell completions` and `saywell man`: what packages install beside the binary.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Failed;

/// Arguments of `saywell completions`.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

/// Arguments of `saywell man`.
#[derive(Debug, clap::Args)]
pub(super) struct Pages {
    /// Where the pages go: saywell.1, saywell-serve.1, …
    folder: PathBuf,
}

pub(super) fn complete(wanted: Completions) -> Result<(), Failed> {
    // Into memory first: it would panic over a standard output that is closed.
    let mut script = Vec::new();
    clap_complete::generate(wanted.shell, &mut super::Arguments::command(), "saywell", &mut script);
    Ok(io::stdout().write_all(&script)?)
}

pub(super) fn write(wanted: &Pages) -> Result<(), Failed> {
    std::fs::create_dir_all(&wanted.folder)
        .and_then(|()| clap_mangen::generate_to(super::Arguments::command(), &wanted.folder))
        .map_err(|error| Failed::Run(format!("{}: {error}", wanted.folder.display())))
}
