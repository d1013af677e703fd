//! What a caller wants to hear.

use saywell_audio::Format;
use saywell_text::pronunciation::Dictionary;
use saywell_text::{Code, Language, Note, NoteTopic};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::name::Name;

/// Slowest speed a request may ask for: what OpenAI takes.
pub const MIN_SPEED: f32 = 0.25;
/// Fastest speed a request may ask for: what OpenAI takes.
pub const MAX_SPEED: f32 = 4.0;
/// Speeds that players offer.
pub const OFFERED_SPEEDS: std::ops::RangeInclusive<f32> = 0.5..=2.0;

/// A speed out of bounds.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("`speed` is {0}; it may be from {MIN_SPEED} to {MAX_SPEED}")]
pub struct SpeedFault(pub f32);

/// What a reply is written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Markup {
    /// Markdown, or text without any markup.
    #[default]
    Markdown,
    /// The speech markup of the W3C.
    Ssml,
}

/// What a caller wants to hear. Written out, it is for other gateways of the same version.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SpeechRequest {
    /// The reply, as the application has it.
    pub text: String,
    /// A voice's name; the default when `None`.
    pub voice: Option<Name>,
    /// The provider to ask first; the chain's order when `None`.
    pub provider: Option<Name>,
    /// One of that provider's models.
    pub model: Option<Name>,
    /// The format to answer in.
    #[serde(serialize_with = "as_name", deserialize_with = "of_name")]
    pub format: Format,
    /// Speed, [`MIN_SPEED`] to [`MAX_SPEED`]; what a voice has not is done to its sound.
    pub speed: f32,
    /// Language of the text, where the caller knows it.
    pub language: Option<Language>,
    /// What becomes of code.
    pub code: Code,
    /// Nobody listens yet: make it when there is time, and to the end.
    pub prefetch: bool,
    /// What the reply is written in.
    pub markup: Markup,
    /// Whether the reply begins inside reasoning; as the settings say when `None`.
    pub begins_in_reasoning: Option<bool>,
    /// How words are said, before what the operator says of them.
    pub pronunciations: Dictionary,
    /// How to speak, in words, for a model that takes such.
    pub instructions: Option<String>,
    /// The application's own name for the reply.
    pub message_id: Option<Name>,
    /// What of it was read in another way than it was written.
    pub notes: Vec<Note>,
    /// The byte of the text that speech goes on from: where an earlier request ended.
    pub start_at: usize,
}

impl SpeechRequest {
    /// A reply in Markdown as mp3, everything else left to the settings.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            voice: None,
            provider: None,
            model: None,
            format: Format::Mp3,
            speed: 1.0,
            language: None,
            code: Code::default(),
            prefetch: false,
            markup: Markup::default(),
            begins_in_reasoning: None,
            pronunciations: Dictionary::default(),
            instructions: None,
            message_id: None,
            start_at: 0,
            notes: Vec::new(),
        }
    }

    /// The same at this speed.
    ///
    /// # Errors
    /// [`SpeedFault`] for one that nobody may ask for.
    pub fn at_speed(mut self, speed: f32) -> Result<Self, SpeedFault> {
        if !(MIN_SPEED..=MAX_SPEED).contains(&speed) {
            return Err(SpeedFault(speed));
        }
        self.speed = speed;
        Ok(self)
    }

    /// That its speed is one of those that may be asked for.
    ///
    /// # Errors
    /// [`SpeedFault`]
    pub fn check_speed(&self) -> Result<(), SpeedFault> {
        if (MIN_SPEED..=MAX_SPEED).contains(&self.speed) { Ok(()) } else { Err(SpeedFault(self.speed)) }
    }

    /// A note on the request as a whole.
    #[must_use]
    pub fn note(note: String) -> Note {
        Note { about: NoteTopic::Request, source: 0..0, note }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "so serde calls it")]
fn as_name<S: Serializer>(format: &Format, serializer: S) -> Result<S::Ok, S::Error> {
    format.name().serialize(serializer)
}

fn of_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Format, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map_err(|_| serde::de::Error::custom(format!("there is no format `{name}`")))
}
