//! Text to phonemes, a front end for each language.
//!
//! ```
//! use saywell_voice::g2p::Phonemizer;
//!
//! let phonemizer = Phonemizer::american()?;
//! let text = "It cost $4.2 billion.";
//! let phonemes = phonemizer.phonemize(text);
//! assert_eq!(phonemes.text, "ˌɪt kˈɔst fˈɔɹ pYnt tˈu bˈɪljən dˈɑləɹz.");
//! let last = phonemes.words.last().unwrap();
//! assert_eq!(&phonemes.text[last.phonemes.clone()], "dˈɑləɹz");
//! assert_eq!(&text[last.source.clone()], "$4.2 billion");
//! # Ok::<(), saywell_voice::g2p::G2pError>(())
//! ```
//!
//! A language has a folder or a file of its own and stands in [`Language`].

mod english;
mod french;
mod given;
mod hindi;
mod ipa;
mod italian;
mod mandarin;
mod portuguese;
mod running;
mod spanish;
pub(crate) mod stress;

use std::ops::Range;

use saywell_text::Mark;

use self::english::{Accent, English};
use self::french::French;
use self::given::Given;
use self::hindi::Hindi;
use self::italian::Italian;
use self::mandarin::Mandarin;
use self::portuguese::Portuguese;
use self::running::Running;
use self::spanish::Spanish;

/// Every phoneme and mark that [`Phonemes::text`] may hold, with its id for the voice network; in the order of
/// the characters.
pub use self::english::PHONEMES;

/// The embedded pronunciation data cannot be used. Nothing a caller does mends it: the build is at fault.
#[derive(Debug, thiserror::Error)]
#[error("the embedded speller network is unusable: {0}")]
pub struct G2pError(#[from] crate::onnx::OnnxError);

/// A language whose texts can be turned into phonemes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// As in the United States.
    AmericanEnglish,
    /// As in England.
    BritishEnglish,
    /// As in France.
    French,
    /// In Devanagari, as in India.
    Hindi,
    /// Italian.
    Italian,
    /// As in mainland China.
    Mandarin,
    /// As in Brazil.
    Portuguese,
    /// As in Spain.
    Spanish,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::AmericanEnglish,
        Self::BritishEnglish,
        Self::French,
        Self::Hindi,
        Self::Italian,
        Self::Mandarin,
        Self::Portuguese,
        Self::Spanish,
    ];

    /// The language of a voice, by the letter that Kokoro's names begin with (`bf_emma`).
    #[must_use]
    pub fn of_voice(name: &str) -> Option<Self> {
        let (kind, _) = name.split_once('_')?;
        match kind.as_bytes() {
            [b'a', b'f' | b'm'] => Some(Self::AmericanEnglish),
            [b'b', b'f' | b'm'] => Some(Self::BritishEnglish),
            [b'e', b'f' | b'm'] => Some(Self::Spanish),
            [b'f', b'f' | b'm'] => Some(Self::French),
            [b'h', b'f' | b'm'] => Some(Self::Hindi),
            [b'i', b'f' | b'm'] => Some(Self::Italian),
            [b'z', b'f' | b'm'] => Some(Self::Mandarin),
            [b'p', b'f' | b'm'] => Some(Self::Portuguese),
            _ => None,
        }
    }

    /// Whether it has not passed all that a language has to pass (docs/VOICES.md): the phonemes of those that are have, what a
    /// recogniser hears of them has not been measured in full.
    #[must_use]
    pub fn is_experimental(self) -> bool {
        !matches!(self, Self::AmericanEnglish | Self::BritishEnglish)
    }

    /// The language tag: `en-GB`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::AmericanEnglish => "en-US",
            Self::BritishEnglish => "en-GB",
            Self::French => "fr-FR",
            Self::Hindi => "hi-IN",
            Self::Italian => "it-IT",
            Self::Mandarin => "zh-CN",
            Self::Portuguese => "pt-BR",
            Self::Spanish => "es-ES",
        }
    }
}

/// How texts of one language are said.
trait FrontEnd: Send + Sync {
    /// How a text, one utterance, is said. Any text has an answer; what cannot be said is left out.
    fn say(&self, given: &Given) -> Phonemes;
}

/// Turns text into phonemes.
pub struct Phonemizer {
    front_end: Box<dyn FrontEnd>,
}

/// How a text is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Phonemes {
    /// Phonemes, stress marks, pauses (`, . ! ? ; : — …`), quotation marks and brackets, and single spaces; all
    /// of them characters of [`PHONEMES`].
    pub text: String,
    /// The words said, in order and apart from each other. Everything in [`Self::text`] but spaces, pauses,
    /// quotation marks and brackets is in one of them.
    pub words: Vec<PhonemeWord>,
}

/// A word said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhonemeWord {
    /// Its bytes of [`Phonemes::text`].
    pub phonemes: Range<usize>,
    /// The bytes of the given text that it says, on character boundaries. Starts and ends never decrease from
    /// word to word. Words said for the same piece of text (`42`) have the same range.
    pub source: Range<usize>,
}

/// The symbols of a transcription in the International Phonetic Alphabet that no voice here knows, each once.
#[must_use]
pub fn unknown_symbols(ipa: &str) -> String {
    ipa::transcribe(ipa).unknown
}

impl Phonemizer {
    /// The phonemizer for American English, with its embedded tables.
    pub fn american() -> Result<Self, G2pError> {
        Self::for_language(Language::AmericanEnglish)
    }

    /// The phonemizer for a language, with its embedded tables.
    pub fn for_language(language: Language) -> Result<Self, G2pError> {
        let front_end: Box<dyn FrontEnd> = match language {
            Language::AmericanEnglish => Box::new(English::load(Accent::American)?),
            Language::BritishEnglish => Box::new(English::load(Accent::British)?),
            Language::French => Box::new(Running(French)),
            Language::Hindi => Box::new(Running(Hindi::load()?)),
            Language::Italian => Box::new(Running(Italian)),
            Language::Mandarin => Box::new(Mandarin::load()?),
            Language::Portuguese => Box::new(Running(Portuguese)),
            Language::Spanish => Box::new(Running(Spanish)),
        };
        Ok(Self { front_end })
    }

    /// How `text`, one utterance, is said. Any text has an answer; what cannot be said (`日本`, emoji) is left
    /// out. Takes time in proportion to the length of the text.
    #[must_use]
    pub fn phonemize(&self, text: &str) -> Phonemes {
        self.front_end.say(&Given::plain(text))
    }

    /// As [`Self::phonemize`], with what `marks` of the text give: phonemes, in the International Phonetic
    /// Alphabet, and aliases. Of phonemes, [those that are not known](unknown_symbols) are left out.
    #[must_use]
    pub fn phonemize_marked(&self, text: &str, marks: &[Mark]) -> Phonemes {
        self.front_end.say(&Given::new(text, marks))
    }
}

/// Writes phonemes and keeps account of the words.
struct Writer<'n> {
    /// The bytes of the given text that a range of the text said stands for.
    source_of: &'n dyn Fn(Range<usize>) -> Range<usize>,
    phonemes: Phonemes,
    /// The word being written: its start in the phonemes, and its bytes of the text said.
    word: Option<(usize, Range<usize>)>,
}

impl<'n> Writer<'n> {
    fn new(source_of: &'n dyn Fn(Range<usize>) -> Range<usize>) -> Self {
        Self { source_of, phonemes: Phonemes::default(), word: None }
    }

    fn phoneme(&mut self, phoneme: char, text: &Range<usize>) {
        if phoneme == ' ' {
            self.space();
        } else if PHONEMES.binary_search_by_key(&phoneme, |(known, _)| *known).is_err() {
            // The voice cannot say it.
        } else if is_pause(phoneme) || "\"“”()".contains(phoneme) {
            self.end_word();
            self.phonemes.text.push(phoneme);
        } else {
            let (_, said) = self.word.get_or_insert_with(|| (self.phonemes.text.len(), text.clone()));
            said.end = said.end.max(text.end);
            self.phonemes.text.push(phoneme);
        }
    }

    fn space(&mut self) {
        self.end_word();
        if !self.phonemes.text.is_empty() && !self.phonemes.text.ends_with(' ') {
            self.phonemes.text.push(' ');
        }
    }

    fn end_word(&mut self) {
        if let Some((start, text)) = self.word.take() {
            let source = (self.source_of)(text);
            self.phonemes.words.push(PhonemeWord { phonemes: start..self.phonemes.text.len(), source });
        }
    }

    /// Makes the pause that ends the text heard where its mark went into a word (`at 5 p.m.`).
    fn end_sentence(&mut self, text: &str) {
        let closing = |mark: char| mark.is_whitespace() || "\"'”’)]".contains(mark);
        let end = text.trim_end_matches(closing).chars().next_back();
        let Some(mark) = end.filter(|mark| ".!?".contains(*mark)) else { return };
        let is_heard = self.phonemes.text.trim_end_matches([' ', '"', '”', ')']).ends_with(is_pause);
        if !is_heard && !self.phonemes.text.is_empty() {
            self.phoneme(mark, &(0..0));
        }
    }

    fn finish(mut self) -> Phonemes {
        self.end_word();
        let length = self.phonemes.text.trim_end().len();
        self.phonemes.text.truncate(length);
        self.phonemes
    }
}

/// Marks that make a pause.
fn is_pause(mark: char) -> bool {
    ";:,.!?—…".contains(mark)
}
