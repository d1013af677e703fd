//! American English text to phonemes.
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
//! The stages, each a module: write out what is read otherwise than written ([`spell_out`]), cut into tokens
//! ([`tokenize`]), find parts of speech ([`tagger`]), group and say the tokens ([`parts`], [`pronounce`]) from
//! the dictionaries ([`lexicon`]) or by spelling ([`speller`]).

mod given;
mod heteronyms;
mod ipa;
mod lexicon;
mod parts;
mod pronounce;
mod speller;
pub(crate) mod stress;
mod table;
mod tables;
mod tagger;
mod tokenize;

use std::ops::Range;

use saywell_text::Mark;
use saywell_text::english::{Reader, SpelledOut, spell_out};

use self::given::Given;
use self::parts::Tagged;
use self::pronounce::Joint;
use self::speller::Speller;

/// Every phoneme and mark that [`Phonemes::text`] may hold, with its id for the voice network; in the order of
/// the characters.
pub use self::tables::PHONEMES;

/// The embedded pronunciation data cannot be used. Nothing a caller does mends it: the build is at fault.
#[derive(Debug, thiserror::Error)]
#[error("the embedded speller network is unusable: {0}")]
pub struct G2pError(#[from] crate::onnx::OnnxError);

/// Turns text into phonemes.
pub struct Phonemizer {
    speller: Speller,
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
        Ok(Self { speller: Speller::load(tables::SPELLER)? })
    }

    /// How `text`, one utterance, is said. Any text has an answer; what cannot be said (`日本`, emoji) is left
    /// out. Takes time in proportion to the length of the text.
    pub fn phonemize(&self, text: &str) -> Phonemes {
        self.phonemize_given(&Given::plain(text))
    }

    /// As [`Self::phonemize`], with what `marks` of the text give: phonemes, in the International Phonetic
    /// Alphabet, and aliases. Of phonemes, [those that are not known](unknown_symbols) are left out.
    pub fn phonemize_marked(&self, text: &str, marks: &[Mark]) -> Phonemes {
        self.phonemize_given(&Given::new(text, marks))
    }

    fn phonemize_given(&self, given: &Given) -> Phonemes {
        let normal = spell_out(given.text(), Reader::Words);
        let tokens = tokenize::tokenize(normal.text());
        let written = |token: &Range<usize>| &normal.text()[token.clone()];
        let givens: Vec<_> = tokens.iter().map(|token| given.phonemes(written(token))).collect();
        let words = tokens.iter().zip(&givens);
        let words: Vec<_> =
            words.map(|(token, given)| given.map_or(written(token), |given| &given.written)).collect();
        let mut tags = tagger::tag(&words);
        let readings = heteronyms::settle(&words, &mut tags);
        let known = givens.iter().zip(readings);
        let known: Vec<_> =
            known.map(|(given, reading)| given.map(|given| given.phonemes.as_str()).or(reading)).collect();
        let tagged = Tagged { text: normal.text(), tokens: &tokens, tags: &tags, known: &known };
        let mut writer = Writer { given, normal: &normal, phonemes: Phonemes::default(), word: None };
        for spoken in pronounce::pronounce(&tagged, &self.speller) {
            match spoken.joint {
                Joint::Joined => {}
                Joint::Apart => writer.end_word(),
                Joint::Space => writer.space(),
            }
            for phoneme in spoken.phonemes.chars() {
                writer.phoneme(phoneme, &spoken.text);
            }
        }
        writer.end_sentence(given.text());
        writer.finish()
    }
}

/// Writes phonemes and keeps account of the words.
struct Writer<'n> {
    given: &'n Given,
    normal: &'n SpelledOut,
    phonemes: Phonemes,
    /// The word being written: its start in the phonemes, and its bytes of the normalized text.
    word: Option<(usize, Range<usize>)>,
}

impl Writer<'_> {
    fn phoneme(&mut self, phoneme: char, text: &Range<usize>) {
        let phoneme = match phoneme {
            // The voice knows one symbol for a flapped t, and none for a glottal stop said for t.
            'ɾ' => 'T',
            'ʔ' => 't',
            other => other,
        };
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
            let source = self.given.source_of(self.normal.source_of(text));
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
