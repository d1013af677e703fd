//! `saywell`, the command line.

use std::process::ExitCode;

use tikv_jemallocator::Jemalloc;

/// Gives memory back after a burst, which the system's allocator keeps (decision 0027).
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    saywell::cli::run()
}
