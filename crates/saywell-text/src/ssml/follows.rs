//! What of a script's marks a voice does not follow.

use crate::mark::{How, Prosody};
use crate::ssml::element::Notes;
use crate::utterance::{Note, NoteTopic, Script};

/// The kinds of marks that a voice follows. Aliases and bookmarks are followed by all: words are words, and
/// places only have a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a capability of its own")]
pub struct Follows {
    /// [`How::Phonemes`].
    pub phonemes: bool,
    /// [`How::SayAs`].
    pub say_as: bool,
    /// [`How::Emphasis`].
    pub emphasis: bool,
    /// The pace of [`How::Prosody`].
    pub rate: bool,
    /// Its pitch.
    pub pitch: bool,
    /// Its volume.
    pub volume: bool,
    /// [`How::Break`] inside an utterance. One at its end is silence that needs no voice.
    pub breaks: bool,
}

impl Follows {
    /// A voice that does everything.
    pub const ALL: Self = Self {
        phonemes: true,
        say_as: true,
        emphasis: true,
        rate: true,
        pitch: true,
        volume: true,
        breaks: true,
    };
}

/// Notes on what a voice that only `follows` so much does not do of `script`: one for each kind, where it
/// is due first.
#[must_use]
pub fn unfollowed(script: &Script, follows: Follows) -> Vec<Note> {
    let mut notes = Notes::default();
    for utterance in &script.utterances {
        for mark in &utterance.marks {
            let mut add = |followed: bool, about: NoteTopic, what: &str| {
                if !followed {
                    let source = utterance.source_of(mark.text.clone());
                    notes.add(about, &source, format!("this voice does not follow {what}"));
                }
            };
            match &mark.how {
                How::Phonemes(_) => add(follows.phonemes, NoteTopic::Phonemes, "phonemes"),
                How::SayAs(_) => add(follows.say_as, NoteTopic::SayAs, "say-as"),
                How::Emphasis(_) => add(follows.emphasis, NoteTopic::Emphasis, "emphasis"),
                How::Prosody(prosody) => {
                    let own = Prosody::default();
                    add(
                        follows.rate || prosody.rate_percent == own.rate_percent,
                        NoteTopic::Rate,
                        "a change of pace",
                    );
                    add(
                        follows.pitch || prosody.pitch_cents == own.pitch_cents,
                        NoteTopic::Pitch,
                        "a change of pitch",
                    );
                    let same = prosody.volume_decibels_tenths == own.volume_decibels_tenths;
                    add(follows.volume || same, NoteTopic::Volume, "a change of volume");
                }
                How::Break(_) => {
                    let at_end = mark.text.start == utterance.text.len();
                    add(follows.breaks || at_end, NoteTopic::Break, "breaks inside a sentence");
                }
                How::Alias(_) | How::Bookmark(_) => {}
            }
        }
    }
    notes.notes
}
