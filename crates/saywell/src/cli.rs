//! The command line. Exit codes: 0 done, 1 failed, 2 asked for wrongly.

mod bench;
mod cache;
mod check;
mod config;
mod key;
mod lexicon;
mod licences;
mod say;
mod script;
mod serve;
mod usage;
mod voices;

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::app::{self, App};
use crate::clock::{Clock, SystemClock};
use crate::config::{Loaded, Settings, Source};
use crate::secret::Secret;
use crate::telemetry;

/// Reads a chat assistant's replies aloud.
#[derive(Debug, Parser)]
#[command(name = "saywell", version, about, propagate_version = true, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve speech over HTTP
    Serve,
    /// Speak a text into a file
    Say(say::Arguments),
    /// Print what would be said of a text, and what would not
    Script(script::Arguments),
    /// List the voices on offer
    Voices(voices::Arguments),
    /// Say in plain words whether each provider can be used
    Check,
    /// Print the settings in force, secrets masked
    Config,
    /// Mint, list and revoke API keys, and sign user tokens
    Key(key::Arguments),
    /// Print the operator's pronunciations as a W3C lexicon, for the accounts of Polly, Azure and ElevenLabs
    Lexicon(lexicon::Arguments),
    /// Sum up what was asked for, by whom, and what it cost
    Usage(usage::Arguments),
    /// Look after what has been spoken before
    Cache(cache::Arguments),
    /// Measure how fast this machine speaks
    Bench(bench::Arguments),
    /// Print the licences of everything that is in this binary
    Licences,
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
enum Failed {
    /// It went wrong; exit code 1.
    Run(String),
    /// It was asked for wrongly; exit code 2.
    Usage(String),
}

impl<E: std::error::Error> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Run(error.to_string())
    }
}

/// Runs the command that the arguments name.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = Source::system().and_then(|source| source.load()).map_err(|faults| {
        let faults: Vec<_> = faults.iter().map(|fault| format!("  {fault}")).collect();
        Failed::Usage(format!("the settings cannot be used:\n{}", faults.join("\n")))
    });
    let outcome = outcome.and_then(|loaded| {
        // Metrics are counted from the first moment.
        let _ = telemetry::metrics();
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?
            .block_on(dispatch(arguments.command, loaded))
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failed::Run(message)) => fail(&message, 1),
        Err(Failed::Usage(message)) => fail(&message, 2),
    }
}

async fn dispatch(command: Command, loaded: Loaded) -> Result<(), Failed> {
    let quiet = !matches!(command, Command::Serve);
    let filter = if quiet && !loaded.origins.contains_key("TTS_LOG") { "warn" } else { &loaded.settings.log };
    telemetry::log(filter, loaded.settings.log_json)
        .map_err(|error| Failed::Usage(format!("TTS_LOG: {error}")))?;
    match command {
        Command::Serve => serve::run(loaded.settings).await,
        Command::Say(arguments) => say::run(arguments, loaded.settings).await,
        Command::Script(arguments) => script::run(arguments, loaded.settings).await,
        Command::Voices(arguments) => voices::run(&arguments, loaded.settings).await,
        Command::Check => check::run(loaded.settings).await,
        Command::Config => config::run(&loaded),
        Command::Key(arguments) => key::run(arguments, loaded.settings).await,
        Command::Lexicon(arguments) => lexicon::run(&arguments, &loaded.settings),
        Command::Usage(arguments) => usage::run(&arguments, &loaded.settings).await,
        Command::Cache(arguments) => cache::run(&arguments, loaded.settings).await,
        Command::Bench(arguments) => bench::run(arguments, loaded.settings).await,
        Command::Licences => licences::run(),
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
    writeln!(io::stdout(), "{line}").map_err(Failed::from)
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
