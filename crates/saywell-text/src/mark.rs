//! How parts of an utterance are said, where that is not left to the voice.

use serde::Serialize;
use std::ops::Range;
use std::time::Duration;

/// How one part of an utterance's text is said.
///
/// The marks of an utterance are in the order in which they start; of two that start together the longer
/// comes first. They lie inside one another or apart, never across one another, and on the bounds of
/// characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Mark {
    /// Bytes of the utterance's text. Empty for what happens at one place.
    #[serde(serialize_with = "crate::utterance::as_pair")]
    pub text: Range<usize>,
    /// What is done there.
    #[serde(flatten)]
    pub how: How,
}

/// What a [`Mark`] asks of a voice. A voice that cannot do it says the text as it would without.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum How {
    /// In these phonemes, in the International Phonetic Alphabet with its stress marks.
    Phonemes(String),
    /// As if these words stood there.
    Alias(String),
    /// With more or less weight than the words around.
    Emphasis(Emphasis),
    /// At another pace, pitch or volume. Of prosody inside prosody both hold.
    Prosody(Prosody),
    /// Silence of this length, at a mark with an empty range: between the words at its sides there is
    /// this much silence and no other, so at the end of an utterance no [pause](crate::Pause) follows.
    /// Written in milliseconds.
    #[serde(serialize_with = "as_milliseconds")]
    Break(Duration),
    /// In the way that SSML's `say-as` names. Only where the text is not English: there the words
    /// are known, and the mark is an [alias](Self::Alias).
    SayAs(SayAs),
    /// Nothing is done: a place whose time is wanted, by its name. An empty range.
    Bookmark(String),
}

/// What SSML's `say-as` asks for, as it is written there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct SayAs {
    /// `interpret-as`, such as `date`.
    pub interpret_as: String,
    /// `format`, such as `dmy`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
}

impl Mark {
    /// The silence that this mark adds.
    #[must_use]
    pub fn silence(&self) -> Duration {
        match self.how {
            How::Break(silence) => silence,
            _ => Duration::ZERO,
        }
    }
}

/// How much weight a word has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Emphasis {
    /// Much more.
    Strong,
    /// More.
    Moderate,
    /// Less.
    Reduced,
}

/// Pace, pitch and volume against the voice's own. In whole numbers, so that equal marks are equal keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Prosody {
    /// Pace in percent of the voice's own, 20 to 300; it leaves the pitch as it is.
    pub rate_percent: u16,
    /// Pitch above the voice's own in hundredths of a semitone, -2400 to 2400.
    pub pitch_cents: i16,
    /// Volume above the voice's own in tenths of a decibel, -600 to 200; [`Prosody::SILENT`] is silence.
    pub volume_decibels_tenths: i16,
}

impl Prosody {
    /// A volume at which nothing is heard.
    pub const SILENT: i16 = i16::MIN;
}

impl Default for Prosody {
    /// The voice's own.
    fn default() -> Self {
        Self { rate_percent: 100, pitch_cents: 0, volume_decibels_tenths: 0 }
    }
}

fn as_milliseconds<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}
