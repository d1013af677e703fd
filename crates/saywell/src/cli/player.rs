//! The system's player: whichever of those that take sound on their standard input is there.

use std::env;
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use saywell_audio::Format;

use super::Failed;

/// A program that plays what it is given.
struct Program {
    name: &'static str,
    arguments: &'static [&'static str],
    /// What it is given. PCM is 24,000 samples a second of 16 bits, mono.
    format: Format,
    /// What `--help` has to name: older versions cannot do this.
    needs: Option<&'static str>,
}

/// In the order in which they are tried: what speaks to the desktop's sound server first, then to the sound card.
const PROGRAMS: [Program; 5] = [
    Program {
        name: "pw-cat",
        arguments: &["--playback", "--raw", "--rate", "24000", "--channels", "1", "--format", "s16", "-"],
        format: Format::Pcm,
        needs: Some("--raw"),
    },
    Program {
        name: "aplay",
        arguments: &["-q", "-t", "raw", "-f", "S16_LE", "-r", "24000", "-c", "1"],
        format: Format::Pcm,
        needs: None,
    },
    Program {
        name: "pacat",
        arguments: &["--playback", "--raw", "--rate=24000", "--channels=1", "--format=s16le"],
        format: Format::Pcm,
        needs: None,
    },
    Program {
        name: "ffplay",
        arguments: &["-nodisp", "-autoexit", "-loglevel", "error", "-i", "-"],
        format: Format::Mp3,
        needs: None,
    },
    Program {
        name: "mpv",
        arguments: &["--no-video", "--really-quiet", "-"],
        format: Format::Mp3,
        needs: None,
    },
];

/// A player that was found.
#[derive(Clone)]
pub(super) struct Player {
    program: &'static Program,
    path: PathBuf,
}

impl Player {
    /// The first that is there.
    ///
    /// # Errors
    /// None is.
    pub(super) fn find() -> Result<Self, Failed> {
        let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
        let found = PROGRAMS.iter().find_map(|program| {
            let path = folders.iter().map(|folder| folder.join(program.name)).find(|path| path.is_file())?;
            program.needs.is_none_or(|needed| names(&path, needed)).then_some(Self { program, path })
        });
        found.ok_or_else(|| {
            let names = PROGRAMS.map(|program| program.name).join(", ");
            Failed::Run(format!(
                "there is no player here (looked for {names}): install one, such as the package alsa-utils, or name a file with -o"
            ))
        })
    }

    /// The format that it takes.
    pub(super) fn format(&self) -> Format {
        self.program.format
    }

    /// Starts it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(super) fn start(self) -> Result<Playing, Failed> {
        let mut command = Command::new(&self.path);
        command.args(self.program.arguments).stdin(Stdio::piped()).stdout(Stdio::null());
        let child =
            command.spawn().map_err(|error| Failed::Run(format!("{}: {error}", self.path.display())))?;
        Ok(Playing { name: self.program.name, child })
    }
}

/// Whether a program's help names an option.
fn names(path: &Path, option: &str) -> bool {
    let help = Command::new(path).arg(OsStr::new("--help")).stdin(Stdio::null()).output();
    help.is_ok_and(|help| {
        [help.stdout, help.stderr].iter().any(|text| String::from_utf8_lossy(text).contains(option))
    })
}

/// A player at work.
pub(super) struct Playing {
    name: &'static str,
    child: Child,
}

impl Playing {
    /// Plays on, and waits while the player has enough; whether it wants more, or was ended by whoever listens.
    ///
    /// # Errors
    /// The player could not play it.
    pub(super) fn play(&mut self, sound: &[u8]) -> Result<bool, Failed> {
        match self.child.stdin.as_mut().map(|input| input.write_all(sound)) {
            Some(Ok(())) => Ok(true),
            _ => self.ended().map(|()| false),
        }
    }

    /// Waits until all of it was heard.
    ///
    /// # Errors
    /// The player could not play it.
    pub(super) fn finish(&mut self) -> Result<(), Failed> {
        drop(self.child.stdin.take());
        self.ended()
    }

    /// Ends it at once, if it has not ended yet.
    pub(super) fn stop(&mut self) {
        // One that has ended cannot be ended again, which is all that can go wrong.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn ended(&mut self) -> Result<(), Failed> {
        let status = self.child.wait()?;
        if status.success() {
            return Ok(());
        }
        Err(Failed::Run(format!("{} could not play it ({status}); -o FILE writes a file instead", self.name)))
    }
}
