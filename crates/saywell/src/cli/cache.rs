//! `saywell cache`.

use super::{Failed, print};
use crate::app;
use crate::config::Settings;

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
    let cache = app::open_cache(&settings).await?;
    match arguments.command {
        Command::Stats => print(format_args!("{:#?}", cache.stats().await?)),
        Command::Sweep => print(format_args!("{:#?}", cache.sweep().await?)),
        Command::Purge => print(format_args!("{:#?}", cache.sweep().await?)),
    }
}
