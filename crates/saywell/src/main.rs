//! `saywell`, the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    saywell::cli::run()
}
