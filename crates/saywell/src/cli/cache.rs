//! `saywell cache`.

use std::sync::Arc;

use indicatif::HumanBytes;

use super::{Failed, print};
use crate::app;
use crate::clock::{Clock, SystemClock};
use crate::config::Settings;
use crate::store::Filter;

/// Arguments of `saywell cache`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// What is kept
    Stats,
    /// Remove what has expired or is too much
    Sweep,
    /// Remove everything
    Purge,
}

pub(super) async fn run(arguments: &Arguments, settings: Settings) -> Result<(), Failed> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = app::open_store(&settings).await?;
    let cache = app::open_cache(&settings, &store, &clock).await?;
    match arguments.command {
        Command::Stats => {
            let stats = cache.stats().await?;
            for (name, totals) in [("renditions", stats.stored.renditions), ("clips", stats.stored.clips)] {
                print(format_args!("{name:<11} {:>8}   {:>12}", totals.entries, HumanBytes(totals.bytes)))?;
            }
            let percent = 100.0 * stats.stored.bytes() as f64 / stats.max_bytes.max(1) as f64;
            print(format_args!("{percent:.1} % of {}", HumanBytes(stats.max_bytes)))
        }
        Command::Sweep => {
            let report = cache.sweep().await?;
            print(format_args!(
                "removed {} expired and {} least recently used",
                report.expired, report.evicted
            ))
        }
        Command::Purge => {
            let removed = cache.purge(&Filter::default()).await?;
            print(format_args!("removed {removed}"))
        }
    }
}
