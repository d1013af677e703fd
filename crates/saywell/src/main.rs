//! `saywell`, the command line.

use std::process::ExitCode;

/// Requests are many small allocations on many threads; `docs/decisions/0007-the-allocator.md` has the numbers.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    saywell::cli::run()
}
