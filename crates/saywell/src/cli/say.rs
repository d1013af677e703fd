//! `saywell say`.

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use saywell_audio::{Captions, Format};
use saywell_text::Language;

use super::player::{Player, Playing};
use super::{Failed, PATIENCE, complain, open_without_trace};
use crate::config::Settings;
use crate::identity::Caller;
use crate::name::Name;
use crate::request::Markup;
use crate::request::SpeechRequest;
use crate::speak::Sound;

/// Arguments of `saywell say`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What to say, Markdown or plain; `-` or nothing: standard input
    text: Option<String>,
    /// Where the sound goes; `-`: standard output, as it is made; nothing: the loudspeaker
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// A voice's name
    #[arg(long)]
    voice: Option<Name>,
    /// The provider to ask first
    #[arg(long)]
    provider: Option<Name>,
    /// mp3, opus, webm, mp4, flac, wav or pcm; by default what FILE's name ends in
    #[arg(long)]
    format: Option<String>,
    /// TEXT is in SSML, the speech markup of the W3C
    #[arg(long)]
    ssml: bool,
    /// BCP 47 language of the text; found in the text when not given
    #[arg(long)]
    language: Option<Language>,
    /// Speed, 0.25 to 4.0
    #[arg(long, default_value_t = 1.0)]
    speed: f32,
    /// Where captions go: .vtt, .srt or .json
    #[arg(long, value_name = "FILE")]
    captions: Option<PathBuf>,
}

pub(super) async fn run(arguments: Arguments, settings: Settings) -> Result<(), Failed> {
    let (player, format) = match &arguments.output {
        Some(output) => (None, format(arguments.format.as_deref(), output)?),
        None if arguments.format.is_some() => {
            return Err(Failed::Usage("--format is about a file: name one with -o, or `-o -`".into()));
        }
        None => {
            let player = Player::find()?;
            let format = player.format();
            (Some(player), format)
        }
    };
    let write_captions = arguments.captions.as_deref().map(caption_writer).transpose()?;
    let text = read_text(arguments.text)?;
    let app = open_without_trace(settings).await?;
    let request = SpeechRequest {
        voice: arguments.voice,
        provider: arguments.provider,
        format,
        language: arguments.language,
        markup: if arguments.ssml { Markup::Ssml } else { Markup::Markdown },
        ..SpeechRequest::new(text)
    };
    let request = request.at_speed(arguments.speed).map_err(|fault| Failed::Usage(fault.to_string()))?;
    let order = app.orders.open(Caller::operator(None), request).await?;
    let speech = app.speak.speak(&order).await?;
    for note in &speech.notes {
        complain(format_args!("note: {}", note.note));
    }
    let Sound::Flight(mut listener) = speech.sound else {
        return Err(Failed::Run("a cache that was just made is not empty".into()));
    };
    let progress = if player.is_some() { ProgressBar::hidden() } else { progress(speech.seconds) };
    let mut out = Out::new(player, arguments.output)?;
    let mut open = true;
    while let Some(piece) = listener.next().await {
        let piece = piece?;
        // A player takes it as it is heard, a pipe as somebody reads.
        open = tokio::task::block_in_place(|| out.write(&piece))?;
        if !open {
            break;
        }
        progress.set_position((listener.captions().duration_seconds * 1000.0) as u64);
    }
    progress.finish_and_clear();
    if open {
        tokio::task::block_in_place(|| out.finish())?;
    }
    if let (Some(path), Some(form)) = (&arguments.captions, write_captions) {
        write(path, form(&listener.captions()).as_bytes())?;
    }
    drop(listener);
    app.close(PATIENCE).await;
    Ok(())
}

/// The text itself, or standard input for `-` and nothing.
pub(super) fn read_text(text: Option<String>) -> io::Result<String> {
    match text {
        Some(text) if text != "-" => Ok(text),
        _ => {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text)?;
            Ok(text)
        }
    }
}

/// The format that is named, or that the file's name ends in.
fn format(name: Option<&str>, output: &Path) -> Result<Format, Failed> {
    let known = || Format::ALL.map(Format::name).join(", ");
    let extension = output.extension().and_then(|extension| extension.to_str());
    match (name, extension) {
        (Some(name), _) => {
            name.parse().map_err(|_| Failed::Usage(format!("--format is `{name}`; it may be {}", known())))
        }
        (None, Some(extension)) => Format::ALL
            .into_iter()
            .find(|format| format.extension() == extension || (extension == "ogg" && *format == Format::Opus))
            .ok_or_else(|| {
                Failed::Usage(format!("no format ends in .{extension}; name one with --format: {}", known()))
            }),
        (None, None) => Ok(Format::Mp3),
    }
}

fn caption_writer(path: &Path) -> Result<fn(&Captions) -> String, Failed> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("vtt") => Ok(Captions::to_vtt),
        Some("srt") => Ok(Captions::to_srt),
        Some("json") => Ok(Captions::to_json),
        _ => Err(Failed::Usage(format!("{}: captions end in .vtt, .srt or .json", path.display()))),
    }
}

/// A bar of milliseconds of speech, for a person who watches.
fn progress(seconds: f64) -> ProgressBar {
    let bar = ProgressBar::new((seconds * 1000.0) as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3} % spoken, {eta} left") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// Where sound goes.
enum Out {
    Player(Playing),
    StandardOutput,
    /// Written when all of it is there, so that no file looks whole that is not.
    File(PathBuf, Vec<u8>),
}

impl Out {
    fn new(player: Option<Player>, output: Option<PathBuf>) -> Result<Self, Failed> {
        Ok(match (player, output) {
            (Some(player), _) => Self::Player(player.start()?),
            (None, Some(path)) if path != Path::new("-") => Self::File(path, Vec::new()),
            (None, _) => Self::StandardOutput,
        })
    }

    /// Hands a piece on; whether more is wanted.
    fn write(&mut self, piece: &[u8]) -> Result<bool, Failed> {
        match self {
            Self::Player(playing) => return playing.play(piece),
            Self::StandardOutput => {
                let mut out = io::stdout();
                return match out.write_all(piece).and_then(|()| out.flush()) {
                    Ok(()) => Ok(true),
                    // Whoever read it has heard enough.
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
                    Err(error) => Err(error.into()),
                };
            }
            Self::File(_, sound) => sound.extend_from_slice(piece),
        }
        Ok(true)
    }

    fn finish(self) -> Result<(), Failed> {
        match self {
            Self::Player(mut playing) => playing.finish(),
            Self::StandardOutput => Ok(()),
            Self::File(path, sound) => write(&path, &sound),
        }
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failed> {
    std::fs::write(path, bytes).map_err(|error| Failed::Run(format!("{}: {error}", path.display())))
}
