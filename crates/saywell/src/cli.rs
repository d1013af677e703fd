//! The command line. Exit codes: 0 done, 1 failed, 2 asked for wrongly.

mod bench;
mod cache;
mod check;
mod config;
mod doctor;
mod key;
mod lexicon;
mod licences;
mod manual;
mod mcp;
mod player;
mod say;
mod script;
mod serve;
mod usage;
mod voices;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Parser, Subcommand};
use serde::Serialize;

use crate::app::{self, App};
use crate::clock::{Clock, SystemClock};
use crate::config::{Loaded, Settings, Source};
use crate::secret::Secret;
use crate::telemetry;

/// Reads a chat assistant's replies aloud.
#[derive(Debug, Parser)]
#[command(
    name = "saywell",
    version,
    about,
    after_help = "`saywell \"Good morning.\"` speaks a text at once.",
    propagate_version = true,
    arg_required_else_help = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// The settings file, in place of saywell.toml in the current folder
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve speech over HTTP; `--help` lists the settings
    #[command(after_long_help = crate::config::help())]
    Serve(serve::Arguments),
    /// Speak a text, through the loudspeaker or into a file
    Say(say::Arguments),
    /// Print what would be said of a text, and what would not
    Script(script::Arguments),
    /// List the voices on offer
    Voices(voices::Arguments),
    /// Say in plain words whether each provider can be used
    Check(check::Arguments),
    /// Try what a gateway stands on, and say how to mend what is wrong
    Doctor(doctor::Arguments),
    /// Print the settings in force, secrets masked
    Config(config::Arguments),
    /// Mint, list and revoke API keys, and sign user tokens
    Key(key::Arguments),
    /// Print the operator's pronunciations as a W3C lexicon, for the accounts of Polly, Azure and ElevenLabs
    Lexicon(lexicon::Arguments),
    /// Sum up what was asked for, by whom, and what it cost
    Usage(usage::Arguments),
    /// Speak for an assistant that calls tools: the Model Context Protocol over standard input and output
    Mcp(mcp::Arguments),
    /// Look after what has been spoken before
    Cache(cache::Arguments),
    /// Measure how fast this machine speaks
    Bench(bench::Arguments),
    /// Print the licences of everything that is in this binary
    Licences,
    /// Print what lets a shell complete commands and options
    Completions(manual::Completions),
    /// Write the manual's pages into a folder
    Man(manual::Pages),
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
enum Failed {
    /// It went wrong; exit code 1.
    Run(String),
    /// It was asked for wrongly; exit code 2.
    Usage(String),
    /// Whoever read what it prints has enough.
    Unread,
}

impl Failed {
    /// What is said of it; nothing where nobody reads.
    fn words(self) -> String {
        match self {
            Self::Run(reason) | Self::Usage(reason) => reason,
            Self::Unread => String::new(),
        }
    }
}

impl<E: std::error::Error> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Run(error.to_string())
    }
}

/// Runs the command that the arguments name.
#[must_use]
pub fn run() -> ExitCode {
    let Arguments { command, config } = Arguments::parse_from(with_say(std::env::args_os().collect()));
    let outcome = match command {
        // What is only about the command itself works with wrong settings too.
        Command::Licences => licences::run(),
        Command::Completions(wanted) => manual::complete(wanted),
        Command::Man(wanted) => manual::write(&wanted),
        command => run_with_settings(command, config),
    };
    match outcome {
        Ok(()) | Err(Failed::Unread) => ExitCode::SUCCESS,
        Err(Failed::Run(message)) => fail(&message, 1),
        Err(Failed::Usage(message)) => fail(&message, 2),
    }
}

/// `saywell "Good morning."` is `saywell say "Good morning."`: a first argument that no command could be called, since it
/// has something else than small letters and hyphens, is a text.
fn with_say(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let could_be_a_command = |letter: char| letter.is_ascii_lowercase() || letter == '-';
    let first = arguments.get(1).and_then(|first| first.to_str());
    let is_text =
        |first: &str| !first.starts_with('-') && (first.is_empty() || !first.chars().all(could_be_a_command));
    if first.is_some_and(is_text) {
        arguments.insert(1, "say".into());
    }
    arguments
}

fn run_with_settings(command: Command, config: Option<PathBuf>) -> Result<(), Failed> {
    let options = if let Command::Serve(arguments) = &command { arguments.given() } else { Vec::new() };
    let loaded = Source::system(config).and_then(|source| Source { options, ..source }.load());
    let loaded = loaded.map_err(|faults| {
        let faults: Vec<_> = faults.iter().map(|fault| format!("  {fault}")).collect();
        Failed::Usage(format!("the settings cannot be used:\n{}", faults.join("\n")))
    })?;
    // Metrics are counted from the first moment.
    let _ = telemetry::metrics();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(dispatch(command, loaded))
}

async fn dispatch(command: Command, loaded: Loaded) -> Result<(), Failed> {
    let quiet = !matches!(command, Command::Serve(_));
    let filter = if quiet && !loaded.origins.contains_key("TTS_LOG") { "warn" } else { &loaded.settings.log };
    let collector = loaded.settings.otlp_endpoint.clone().filter(|_| !quiet);
    let traces = telemetry::log(filter, loaded.settings.log_json, collector.as_deref())
        .map_err(|fault| Failed::Usage(fault.to_string()))?;
    let done = Box::pin(execute(command, loaded)).await;
    if let Some(traces) = traces {
        traces.close().await;
    }
    done
}

async fn execute(command: Command, loaded: Loaded) -> Result<(), Failed> {
    match command {
        Command::Serve(_) => serve::run(loaded.settings).await,
        Command::Say(arguments) => say::run(arguments, loaded.settings).await,
        Command::Script(arguments) => script::run(arguments, loaded.settings).await,
        Command::Voices(arguments) => voices::run(&arguments, loaded.settings).await,
        Command::Check(arguments) => check::run(&arguments, loaded.settings).await,
        Command::Doctor(arguments) => doctor::run(arguments, loaded.settings).await,
        Command::Config(arguments) => config::run(&arguments, &loaded),
        Command::Key(arguments) => key::run(arguments, loaded.settings).await,
        Command::Lexicon(arguments) => lexicon::run(&arguments, &loaded.settings),
        Command::Usage(arguments) => usage::run(&arguments, &loaded.settings).await,
        Command::Mcp(arguments) => mcp::run(arguments, loaded.settings).await,
        Command::Cache(arguments) => cache::run(&arguments, loaded.settings).await,
        Command::Bench(arguments) => bench::run(arguments, loaded.settings).await,
        Command::Licences => licences::run(),
        Command::Completions(wanted) => manual::complete(wanted),
        Command::Man(wanted) => manual::write(&wanted),
    }
}

fn complain(message: impl std::fmt::Display) {
    // Nothing can be done about a standard error that is closed.
    let _ = writeln!(io::stderr(), "saywell: {message}");
}

fn fail(message: &str, code: u8) -> ExitCode {
    complain(message);
    ExitCode::from(code)
}

/// Prints a line. A closed standard output, as of `| head`, ends the command quietly.
fn print(line: impl std::fmt::Display) -> Result<(), Failed> {
    writeln!(io::stdout(), "{line}").map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Failed::Unread,
        _ => error.into(),
    })
}

/// Prints something for programs.
fn print_json(value: &impl Serialize) -> Result<(), Failed> {
    print(serde_json::to_string_pretty(value)?)
}

/// Everything in memory, for commands that leave nothing behind: but for calls that cost money, which are always taken
/// down. [`App::close`] waits until they are.
async fn open_without_trace(settings: Settings) -> Result<App, Failed> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let providers = app::open_providers(&settings, &clock)?;
    let in_memory = Settings {
        storage_url: Some("memory:".into()),
        database_url: Some("sqlite::memory:".into()),
        signing_key: Some(Secret::new(hex::encode(rand::random::<[u8; 32]>()))),
        ..settings.clone()
    };
    let mut store = app::open_store(&in_memory).await?;
    if providers.iter().any(|provider| provider.about().paid) {
        store.calls = app::open_store(&settings).await?.calls;
    }
    Ok(App::with_store(in_memory, providers, clock, store).await?)
}

/// How long a command waits at its end until everything is written down.
const PATIENCE: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_argument_that_is_no_command_is_a_text() {
        for (written, read) in [
            (&["saywell", "Hello"][..], &["saywell", "say", "Hello"][..]),
            (&["saywell", "good morning", "-o", "a.mp3"], &["saywell", "say", "good morning", "-o", "a.mp3"]),
            (&["saywell", "你好"], &["saywell", "say", "你好"]),
            (&["saywell", ""], &["saywell", "say", ""]),
            (&["saywell", "sing"], &["saywell", "sing"]),
            (&["saywell", "--version"], &["saywell", "--version"]),
            (&["saywell", "say", "Hello"], &["saywell", "say", "Hello"]),
            (&["saywell"], &["saywell"]),
        ] {
            let written = written.iter().map(OsString::from).collect();
            assert_eq!(with_say(written), read);
        }
    }

    #[test]
    fn every_command_is_well_formed() {
        <Arguments as clap::CommandFactory>::command().debug_assert();
    }
}
