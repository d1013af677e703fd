//! What a provider is: something that turns one utterance into sound.
//!
//! Providers live in [`crate::providers`], one file each. Concerns around them (deadlines, breakers, metering) are
//! wrappers that are [`Provider`]s themselves; see [`crate::chain`].

mod call;
mod gather;

use std::fmt;
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures::stream::BoxStream;
use saywell_audio::loudness::{Level, Meter};
use saywell_text::english::Reader;
use saywell_text::ssml::Follows;
use saywell_text::{How, Mark, Within};
use serde::{Deserialize, Serialize};

pub use self::call::{Bookkeeper, Call, CallOutcome};
pub use self::gather::{begun, gather, gather_for};
use crate::queue::{Errand, Priority, Queue};

/// What is done around a provider that takes plain text ([`crate::chain::plain`]): aliases and breaks.
const PLAIN_FOLLOWS: Follows = Follows {
    phonemes: false,
    say_as: false,
    emphasis: false,
    rate: false,
    pitch: false,
    volume: false,
    breaks: true,
};

/// Turns utterances into sound.
///
/// # Contract
/// - [`speak`](Self::speak) does nothing until its stream is polled, and **dropping the stream stops the work**,
///   upstream included: the call to a paid service is closed, not merely forgotten.
/// - A stream yields at least one [`Part::Sound`], or one error, after which it ends. Where a queue of its own comes
///   before the work, it says [`Part::Queued`] and [`Part::Begun`] first. Sound comes in order, at
///   the one rate that its first part names. An utterance that holds nothing this voice can say has no samples.
/// - A provider does not retry, does not time out and does not cache: wrappers do.
/// - An error says what to do next, see [`ProviderError`]; its text never contains a key.
#[async_trait]
pub trait Provider: Send + Sync + fmt::Debug {
    /// What is known of it without asking anybody.
    fn about(&self) -> &ProviderFacts;

    /// Its name, such as `local`.
    fn name(&self) -> &str {
        &self.about().name
    }

    /// The voices on offer. Cheap to call: a provider that has to ask keeps the answer.
    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError>;

    /// How much its service counts of this request: what limits and prices are judged by, before it is sent and after.
    fn extent(&self, request: &Request) -> Extent {
        Extent::of_text(&with_marks_said(&request.text, &request.marks))
    }

    /// Opens what the next call would have to open first, such as a connection. It asks for no speech and costs nothing; what
    /// fails here is told by the call.
    async fn warm(&self) {}

    /// Speaks one utterance.
    fn speak(&self, request: Request) -> SpeechStream;
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<P: Provider + ?Sized> Provider for Arc<P> {
    fn about(&self) -> &ProviderFacts {
        (**self).about()
    }

    fn name(&self) -> &str {
        (**self).name()
    }

    fn extent(&self, request: &Request) -> Extent {
        (**self).extent(request)
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        (**self).voices().await
    }

    async fn warm(&self) {
        (**self).warm().await;
    }

    fn speak(&self, request: Request) -> SpeechStream {
        (**self).speak(request)
    }
}

/// What is known of a provider without asking anybody.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each says one thing of it, and all go together")]
pub struct ProviderFacts {
    /// The name that settings, headers and metrics use: its kind, or the name of one of several of a kind.
    pub name: Arc<str>,
    /// What settings call providers of its sort; prices are by kind.
    pub kind: &'static str,
    /// Whether every call costs money. What is paid for is bought only as it is about to be heard.
    pub paid: bool,
    /// The model used when a request names none. Part of the cache key.
    pub model: String,
    /// The voice used when nobody asks for one; one of its list when `None`.
    pub default_voice: Option<String>,
    /// What changes when its voices would sound different, such as the hash of a voice file. Part of the cache
    /// key; empty where it cannot be known.
    pub voice_version: String,
    /// What else of its settings changes its sound, in a form that is equal when they are. Part of the cache key.
    pub options: String,
    /// How to bring its voices to the one loudness.
    pub level: Level,
    /// How many utterances of one reply are worth asking for at the same time, at least 1.
    pub parallel: usize,
    /// Whether its sound comes in one piece when all of it is made, and soon.
    pub whole: bool,
    /// The speeds that its voices have. What lies beyond is done to their sound.
    pub speeds: RangeInclusive<f32>,
    /// Whether one of its models has a single speed all the same.
    pub has_one_speed: fn(&str) -> bool,
    /// Whether one of its models takes instructions in words.
    pub takes_instructions: fn(&str) -> bool,
    /// Who reads: what is written out for its voices before they get it. `None`: they write out for themselves.
    pub reader: Option<Reader>,
    /// Which marks it follows itself; `None`: it takes plain text, and what can be done without it is done.
    pub follows: Option<Follows>,
    /// The symbols of a transcription in IPA that its voices do not know, where it can tell.
    pub unknown_symbols: Option<fn(&str) -> String>,
    /// The most characters of one call's text; a longer utterance is asked for in parts.
    pub longest: usize,
    /// The queue before it, where it works on this machine.
    pub queue: Option<Queue>,
    /// Whether its voices can be mixed: whether it takes a [`Blend`](saywell_voice::kokoro::Blend) of them for a voice.
    pub blends: bool,
    /// Whether its voices say a part of a sentence as it is said within the whole, with the silence that follows it there.
    pub within: bool,
    /// It is asked for at another address than its service's own, of which no announced end holds.
    pub elsewhere: bool,
}

impl ProviderFacts {
    /// The speeds that its voices have with one of its models.
    #[must_use]
    pub fn speeds_of(&self, model: &str) -> RangeInclusive<f32> {
        if (self.has_one_speed)(model) { 1.0..=1.0 } else { self.speeds.clone() }
    }

    /// Which marks are followed, by itself or for it.
    #[must_use]
    pub fn followed(&self) -> Follows {
        self.follows.unwrap_or(PLAIN_FOLLOWS)
    }

    /// A free provider whose loudness is measured, which is asked for one utterance at a time, of any length.
    #[must_use]
    pub fn new(kind: &'static str, name: impl Into<Arc<str>>, model: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind,
            paid: false,
            model: model.into(),
            default_voice: None,
            voice_version: String::new(),
            options: String::new(),
            level: Level::Measured,
            parallel: 1,
            whole: false,
            speeds: 0.5..=2.0,
            has_one_speed: |_| false,
            takes_instructions: |_| false,
            reader: None,
            follows: None,
            unknown_symbols: None,
            longest: usize::MAX,
            queue: None,
            blends: false,
            within: false,
            elsewhere: false,
        }
    }
}

/// The sound of one utterance as it is made.
pub type SpeechStream = BoxStream<'static, Result<Part, ProviderError>>;

/// One utterance to be spoken.
#[derive(Debug, Clone)]
pub struct Request {
    /// What to say, already speakable.
    pub text: Arc<str>,
    /// How parts of the text are said. What a provider cannot do it passes over.
    pub marks: Arc<[Mark]>,
    /// Bytes of the text that its writer has set off, see [`Utterance::emphasis`](saywell_text::Utterance::emphasis): stress
    /// for those who speak [within](ProviderFacts::within) a sentence.
    pub emphasis: Arc<[Range<usize>]>,
    /// Where the text is a part of a sentence that was cut: what of it stands at its sides. For those who speak
    /// [within](ProviderFacts::within).
    pub within: Option<Arc<Within>>,
    /// What the reply says right before it, where that is known and anything: for a voice that goes on in the same manner.
    pub before: Option<Arc<str>>,
    /// BCP 47 language of the text, where it is known.
    pub language: Option<Arc<str>>,
    /// One of the provider's models.
    pub model: String,
    /// One of the provider's own voices.
    pub voice: String,
    /// How to speak, in words, for a model that takes such; empty: as it would.
    pub instructions: Arc<str>,
    /// Speed, 1.0 as the voice was made; for a provider itself one of its [`ProviderFacts::speeds`].
    pub speed: f32,
    /// Who waits for it.
    pub priority: Priority,
    /// When its listener comes to it, where that can be told: of [`Priority::Rest`].
    pub due: Option<Instant>,
    /// The reply that it is of.
    pub errand: Arc<Errand>,
    /// Nobody else is left to ask: a breaker lets it through.
    pub last: bool,
    /// Who is told what it came to.
    pub bookkeeper: Arc<dyn Bookkeeper>,
}

impl Request {
    /// A request for plain text at the voice's own speed, which somebody waits for.
    #[must_use]
    pub fn new(text: &str, model: &str, voice: &str) -> Self {
        Self {
            text: text.into(),
            marks: Arc::default(),
            emphasis: Arc::default(),
            within: None,
            before: None,
            language: None,
            model: model.to_owned(),
            voice: voice.to_owned(),
            instructions: Arc::default(),
            speed: 1.0,
            priority: Priority::First,
            due: None,
            errand: Arc::default(),
            last: false,
            bookkeeper: Arc::new(()),
        }
    }
}

/// How much of a text a service counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent {
    /// Characters, as it counts them.
    pub characters: u64,
    /// Bytes.
    pub bytes: u64,
}

impl Extent {
    /// All of a text.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        Self { characters: text.chars().count() as u64, bytes: text.len() as u64 }
    }
}

impl std::iter::Sum for Extent {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), |sum, part| Self {
            characters: sum.characters + part.characters,
            bytes: sum.bytes + part.bytes,
        })
    }
}

/// A text with the words and phonemes that its marks put in place of what is written.
#[must_use]
pub fn with_marks_said<'a>(text: &'a str, marks: &[Mark]) -> std::borrow::Cow<'a, str> {
    let mut said = String::new();
    let mut at = 0;
    for mark in marks {
        let Range { start, end } = mark.text;
        // What is inside something that is said as one has no place of its own.
        if start < at {
            continue;
        }
        if let How::Alias(words) | How::Phonemes(words) = &mark.how {
            said.push_str(text.get(at..start).unwrap_or_default());
            said.push_str(words);
            at = end;
        }
    }
    if at == 0 && said.is_empty() {
        return text.into();
    }
    said.push_str(text.get(at..).unwrap_or_default());
    said.into()
}

/// A piece of an utterance's sound, or news of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// It waits in a queue of this gateway's own. Until [`Begun`](Self::Begun) nobody is to blame for the time that goes by.
    Queued,
    /// Its turn has come: the work begins, or the call goes out.
    Begun,
    /// Mono samples in [-1, 1] at `rate` Hz.
    Sound {
        /// Samples a second.
        rate: u32,
        /// The samples.
        samples: Vec<f32>,
    },
    /// When words are spoken.
    Words(Vec<WordTiming>),
    /// What the provider says it charges for this call, in the unit that its price is given in. It replaces what was
    /// reckoned from the text.
    Billed(f64),
}

/// When one word is spoken.
#[derive(Debug, Clone, PartialEq)]
pub struct WordTiming {
    /// Bytes of the request's text.
    pub text: Range<usize>,
    /// Seconds from the utterance's first sample.
    pub start: f64,
    /// Seconds from the utterance's first sample.
    pub end: f64,
}

/// A whole utterance in sound.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GatheredSpeech {
    /// Samples a second.
    pub rate: u32,
    /// Mono samples in [-1, 1].
    pub samples: Vec<f32>,
    /// Word timings the provider knows; empty when it knows none.
    pub words: Vec<WordTiming>,
    /// Has listened to a beginning of the samples, where their loudness is to be measured.
    pub meter: Meter,
}

/// A voice on offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Voice {
    /// The name to ask for.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// Who speaks it.
    pub provider: String,
    /// BCP 47 language, such as `en-US`.
    pub language: String,
    /// Other languages it speaks as well; `*` stands for any.
    pub other_languages: Vec<String>,
    /// `female`, `male` or `neutral`, where known.
    pub gender: Option<String>,
    /// How good its makers say it is, from `A` to `F` with `+` and `-`; where they say nothing, nobody does.
    pub grade: Option<String>,
    /// Its language has not passed every test yet that a language has to pass here (docs/VOICES.md).
    pub experimental: bool,
}

impl Voice {
    /// A voice that is called what it is asked for by, of one language and unknown gender.
    #[must_use]
    pub fn new(provider: &str, id: &str, language: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: id.to_owned(),
            provider: provider.to_owned(),
            language: language.to_owned(),
            other_languages: Vec::new(),
            gender: None,
            grade: None,
            experimental: false,
        }
    }

    /// The language of its own, without a country; empty where it has none before others.
    #[must_use]
    pub fn own_language(&self) -> String {
        if self.language == "*" { String::new() } else { primary(&self.language) }
    }

    /// Whether it speaks this language, of whichever country.
    #[must_use]
    pub fn speaks(&self, language: &str) -> bool {
        let wanted = primary(language);
        std::iter::once(&self.language)
            .chain(&self.other_languages)
            .any(|spoken| spoken == "*" || primary(spoken) == wanted)
    }
}

/// A language tag without its country.
fn primary(tag: &str) -> String {
    saywell_text::tag::primary(tag).to_ascii_lowercase()
}

/// Why an utterance was not spoken, named by what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum ProviderError {
    /// Passing trouble: ask again, or ask the next provider.
    #[error("{0}")]
    Unavailable(String),
    /// Too many requests: wait, or ask the next provider.
    #[error("asks to wait")]
    Throttled {
        /// How long it asks to wait, where it says so.
        retry_after: Option<Duration>,
    },
    /// No capacity left here: tell the caller to come back.
    #[error("is at capacity")]
    Overloaded {
        /// When there is room again, as far as can be told.
        retry_after: Option<Duration>,
    },
    /// It took longer than it may: ask the next provider.
    #[error("gave no answer within {} s", .0.as_secs_f64())]
    TimedOut(Duration),
    /// It failed too often of late and is not asked for so long: ask the next provider.
    #[error("is resting after repeated failures")]
    Resting(Duration),
    /// It will not work until an operator changes something: ask the next provider.
    #[error("{0}")]
    Misconfigured(String),
    /// It cannot say this text; another provider may.
    #[error("{0}")]
    Rejected(String),
    /// It costs more than the caller has left, or nobody knows what: ask the next provider.
    #[error("{0}")]
    Unaffordable(String),
}

impl ProviderError {
    /// What it means, in plain words that follow the provider's name: for whoever listens, who can do nothing with the
    /// provider's own.
    #[must_use]
    pub fn plainly(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "could not be reached, or failed",
            Self::Throttled { .. } => "has been asked too often and needs a pause",
            Self::Overloaded { .. } => "is busy",
            Self::TimedOut(_) => "did not answer in time",
            Self::Resting(_) => "is resting after failing several times",
            Self::Misconfigured(_) => "cannot be used until its operator has changed its settings",
            Self::Rejected(_) => "cannot say this text",
            Self::Unaffordable(_) => "costs more than is left",
        }
    }

    /// Why, in a word, as metrics have it.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "unavailable",
            Self::Throttled { .. } => "throttled",
            Self::Overloaded { .. } => "overloaded",
            Self::TimedOut(_) => "timeout",
            Self::Resting(_) => "resting",
            Self::Misconfigured(_) => "misconfigured",
            Self::Rejected(_) => "rejected",
            Self::Unaffordable(_) => "unaffordable",
        }
    }

    /// When it may be worth asking again, where waiting helps: what the provider says, else a guess.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Throttled { retry_after: Some(asked) } => Some(*asked),
            Self::Resting(left) => Some(*left),
            Self::Overloaded { retry_after } => Some(retry_after.unwrap_or(Duration::from_secs(1))),
            Self::Throttled { retry_after: None } | Self::Unavailable(_) | Self::TimedOut(_) => Some(PASSING),
            Self::Misconfigured(_) | Self::Rejected(_) | Self::Unaffordable(_) => None,
        }
    }

    /// Whether asking the same provider once more may help.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Unavailable(_) | Self::Throttled { .. } | Self::Overloaded { .. } | Self::TimedOut(_)
        )
    }
}

/// How long passing trouble is taken to last, where nobody says it.
const PASSING: Duration = Duration::from_secs(5);
