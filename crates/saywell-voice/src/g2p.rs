//! Text to phonemes.

use std::ops::Range;

/// A text as the voice will say it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Phonemes {
    /// The phonemes, with the punctuation and the spaces between words.
    pub text: String,
    /// The words in order.
    pub words: Vec<PhonemeWord>,
}

/// One word of [`Phonemes`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhonemeWord {
    /// Bytes of [`Phonemes::text`].
    pub phonemes: Range<usize>,
    /// Bytes of the text given.
    pub source: Range<usize>,
}
