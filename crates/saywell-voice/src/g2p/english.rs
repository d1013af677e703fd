//! English, in two accents.
//!
//! The stages, each a module: write out what is read otherwise than written ([`spell_out`]), cut into tokens
//! ([`tokenize`]), find parts of speech ([`tagger`]), group and say the tokens ([`parts`], [`pronounce`]) from
//! the dictionaries ([`lexicon`]) or by spelling ([`speller`]).

mod british;
mod heteronyms;
mod lexicon;
mod parts;
mod pronounce;
mod speller;
mod table;
mod tables;
mod tagger;
mod tokenize;

use std::borrow::Cow;
use std::ops::Range;

use saywell_text::english::{Reader, spell_out};

use self::parts::Tagged;
use self::pronounce::Joint;
use self::speller::Speller;
pub use self::tables::PHONEMES;
use super::given::Given;
use super::{FrontEnd, G2pError, Phonemes, Writer};

/// Whose English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accent {
    /// General American.
    American,
    /// Received Pronunciation.
    British,
}

impl Accent {
    /// American phonemes as they are said in this accent.
    fn of_american(self, phonemes: &str) -> String {
        if self == Self::British { british::from_american(phonemes) } else { phonemes.to_owned() }
    }
}

/// English in an accent.
pub struct English {
    accent: Accent,
    speller: Speller,
}

impl English {
    /// With the embedded tables.
    pub fn load(accent: Accent) -> Result<Self, G2pError> {
        Ok(Self { accent, speller: Speller::load(accent)? })
    }
}

impl FrontEnd for English {
    fn say(&self, given: &Given) -> Phonemes {
        let normal = spell_out(given.text(), Reader::Words);
        let tokens = tokenize::tokenize(normal.text());
        let written = |token: &Range<usize>| &normal.text()[token.clone()];
        let givens: Vec<_> = tokens.iter().map(|token| given.phonemes(written(token))).collect();
        let words = tokens.iter().zip(&givens);
        let words: Vec<_> =
            words.map(|(token, given)| given.map_or(written(token), |given| &given.written)).collect();
        let mut tags = tagger::tag(&words);
        let readings = heteronyms::settle(&words, &mut tags);
        let readings =
            readings.into_iter().map(|reading| reading.map(|american| self.accent.of_american(american)));
        let known = givens.iter().zip(readings);
        let known: Vec<Option<Cow<'_, str>>> = known
            .map(|(given, reading)| {
                given.map(|given| given.phonemes.as_str().into()).or(reading.map(Cow::Owned))
            })
            .collect();
        let known: Vec<Option<&str>> = known.iter().map(Option::as_deref).collect();
        let tagged = Tagged { text: normal.text(), tokens: &tokens, tags: &tags, known: &known };
        let source_of = |text| given.source_of(normal.source_of(text));
        let mut writer = Writer::new(&source_of);
        for spoken in pronounce::pronounce(&tagged, self) {
            match spoken.joint {
                Joint::Joined => {}
                Joint::Apart => writer.end_word(),
                Joint::Space => writer.space(),
            }
            for phoneme in spoken.phonemes.chars() {
                let phoneme = match phoneme {
                    // The voices know one symbol for a flapped t, and none for a glottal stop said for t.
                    'ɾ' => 'T',
                    'ʔ' => 't',
                    other => other,
                };
                writer.phoneme(phoneme, &spoken.text);
            }
        }
        writer.end_sentence(given.text());
        writer.finish()
    }
}
