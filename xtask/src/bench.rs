//! `cargo xtask bench`: what the design promises, measured on this machine against the real peers, and
//! written to `docs/BENCHMARKS.md`.
//!
//! Where a ratio is meant, both sides run in turns within the same minute. Every number comes from the run.

mod added;
mod beside;
mod burst;
mod cached;
mod connections;
mod crowd;
mod first_sound;
mod gateways;
mod http;
mod prepare;
mod process;
mod replies;
mod report;
mod soak;
mod start;
mod statistics;
mod voice;

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use report::Report;

const DOCUMENT: &str = "docs/BENCHMARKS.md";

/// How much to measure, and with what.
pub struct Bench {
    repository: PathBuf,
    gateway: PathBuf,
    python: PathBuf,
    /// The programs of an environment of its own.
    litellm: PathBuf,
    /// Measurements of each kind of reply.
    samples: usize,
    soak_requests: usize,
    /// The sections to run; all when empty.
    only: Vec<String>,
}

type Section = fn(&Bench, &mut Report) -> io::Result<()>;

const SECTIONS: [(&str, Section); 12] = [
    ("voice", voice::measure),
    ("prepare", prepare::measure),
    ("first-sound", first_sound::measure),
    ("added", added::measure),
    ("beside", beside::measure),
    ("cached", cached::measure),
    ("crowd", crowd::measure),
    ("burst", burst::measure),
    ("connections", connections::measure),
    ("gateways", gateways::measure),
    ("start", start::measure),
    ("soak", soak::measure),
];

impl Bench {
    /// Reads the words after `cargo xtask bench`; `None` when one of them means nothing.
    pub fn from_arguments(repository: &Path, arguments: &[&str]) -> Option<Self> {
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository.join("target"), PathBuf::from);
        let mut bench = Self {
            repository: repository.to_owned(),
            gateway: target.join("release/saywell"),
            python: repository.join(".tools/python/bin/python"),
            litellm: repository.join(".tools/litellm/bin"),
            samples: 100,
            soak_requests: 2_000,
            only: Vec::new(),
        };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match *argument {
                "--samples" => bench.samples = arguments.next()?.parse().ok()?,
                "--soak" => bench.soak_requests = arguments.next()?.parse().ok()?,
                section if SECTIONS.iter().any(|(name, _)| *name == section) => {
                    bench.only.push(section.to_owned());
                }
                _ => return None,
            }
        }
        Some(bench)
    }

    /// Runs the sections, prints the table, and writes the document when every section ran.
    pub fn run(&self) -> io::Result<String> {
        let mut report = Report::new(&self.python)?;
        for (name, section) in SECTIONS {
            if self.only.is_empty() || self.only.iter().any(|only| only == name) {
                eprintln!("measuring: {name}");
                section(self, &mut report)?;
            }
        }
        if self.only.is_empty() {
            let path = self.repository.join(DOCUMENT);
            let document = report.document(&std::fs::read_to_string(&path).unwrap_or_default());
            std::fs::write(path, &document)?;
            Ok(format!("{document}\nWritten to {DOCUMENT}"))
        } else {
            Ok(report.document(""))
        }
    }

    /// Builds an example of one of the crates, and returns where it is.
    fn built(&self, package: &str, example: &str) -> io::Result<PathBuf> {
        self.build(package, &["--example", example])?;
        Ok(self.gateway.with_file_name("examples").join(example))
    }

    /// Builds the stand-in for a speech service, and returns where it is.
    fn stub(&self) -> io::Result<PathBuf> {
        self.build("saywell-stubs", &["--bin", "saywell-stub"])?;
        Ok(self.gateway.with_file_name("saywell-stub"))
    }

    fn build(&self, package: &str, what: &[&str]) -> io::Result<()> {
        let built = Command::new("cargo")
            .current_dir(&self.repository)
            .args(["build", "--quiet", "--release", "--locked", "--package", package])
            .args(what)
            .status()?;
        if built.success() { Ok(()) } else { Err(io::Error::other(format!("{package} does not build"))) }
    }
}
