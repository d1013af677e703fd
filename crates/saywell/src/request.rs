//! What a caller wants to hear.

use saywell_audio::Format;
use saywell_text::Code;
use saywell_text::pronunciation::Dictionary;

/// Slowest speed a request may ask for.
pub const MIN_SPEED: f32 = 0.5;
/// Fastest speed a request may ask for.
pub const MAX_SPEED: f32 = 2.0;

/// What a reply is written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Markup {
    /// Markdown, or text without any markup.
    #[default]
    Markdown,
    /// The speech markup of the W3C.
    Ssml,
}

/// What a caller wants to hear.
#[derive(Debug, Clone)]
pub struct SpeechRequest {
    /// The reply, as the application has it.
    pub text: String,
    /// A voice's name; the default when `None`.
    pub voice: Option<String>,
    /// The provider to ask first; the chain's order when `None`.
    pub provider: Option<String>,
    /// One of that provider's models.
    pub model: Option<String>,
    /// The format to answer in.
    pub format: Format,
    /// Speed, [`MIN_SPEED`] to [`MAX_SPEED`].
    pub speed: f32,
    /// BCP 47 language of the text, where the caller knows it.
    pub language: Option<String>,
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
    pub message_id: Option<String>,
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
        }
    }
}
