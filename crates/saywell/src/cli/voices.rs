//! `saywell voices`.

use serde_json::json;

use super::{Failed, open_without_trace, print, print_json};
use crate::config::Settings;

/// Arguments of `saywell voices`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// For programs
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Every voice of every provider of the chain
    List,
}

pub(super) async fn run(arguments: &Arguments, settings: Settings) -> Result<(), Failed> {
    match arguments.command {
        None | Some(Command::List) if arguments.json => list_for_programs(settings).await,
        None | Some(Command::List) => list(settings).await,
    }
}

async fn list_for_programs(settings: Settings) -> Result<(), Failed> {
    let app = open_without_trace(settings).await?;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for link in app.speak.chain.links() {
        match link.voices().await {
            Ok(voices) => known.extend(voices.iter().map(|voice| {
                json!({
                    "provider": voice.provider,
                    "id": voice.id,
                    "language": voice.language,
                    "gender": voice.gender,
                    "default": Some(voice.id.as_str()) == app.default_voice(),
                })
            })),
            Err(error) => unknown.push(json!({ "provider": link.name(), "reason": error.to_string() })),
        }
    }
    print_json(&json!({ "voices": known, "unknown": unknown }))
}

async fn list(settings: Settings) -> Result<(), Failed> {
    let app = open_without_trace(settings).await?;
    let default = app.default_voice();
    print(format_args!("{:<12} {:<24} {:<8} {:<8} {}", "PROVIDER", "VOICE", "LANGUAGE", "GENDER", ""))?;
    for link in app.speak.chain.links() {
        match link.voices().await {
            Ok(voices) => {
                for voice in voices.iter() {
                    let gender = voice.gender.as_deref().unwrap_or("-");
                    let note = if Some(voice.id.as_str()) == default { "default" } else { "" };
                    let line = format!(
                        "{:<12} {:<24} {:<8} {gender:<8} {note}",
                        voice.provider, voice.id, voice.language
                    );
                    print(line.trim_end())?;
                }
            }
            Err(error) => print(format_args!("{:<12} its voices are not known: it {error}", link.name()))?,
        }
    }
    Ok(())
}
