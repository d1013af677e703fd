//! The tables of the voice package, in the form the build script gave them.

use super::table::Table;

include!(concat!(env!("OUT_DIR"), "/constants.rs"));

macro_rules! table {
    ($name:literal) => {
        Table::new(include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".table")))
    };
}

/// Words that the package lacks or has wrong, see `lexicon/words.tsv`.
pub static WORDS: Table = table!("words");
/// Words with the pronunciation that a person chose.
pub static GOLD: Table = table!("gold");
/// More words, with pronunciations found by machine.
pub static SILVER: Table = table!("silver");
/// Likewise in British English.
pub static BRITISH_WORDS: Table = table!("british_words");
/// See [`BRITISH_WORDS`].
pub static BRITISH_GOLD: Table = table!("british_gold");
/// See [`BRITISH_WORDS`].
pub static BRITISH_SILVER: Table = table!("british_silver");
/// Chunk of text → lengths of the tokens it is cut into.
pub static EXCEPTIONS: Table = table!("exceptions");
/// Word → index into [`TAGS`] of the tag it nearly always has.
pub static TAGGED: Table = table!("tagged");
/// Words frequent enough to be features of the tagger.
pub static VOCABULARY: Table = table!("vocabulary");
/// Feature → (index into [`TAGS`], weight in tenths as `i16`) repeated.
pub static WEIGHTS: Table = table!("weights");
/// The speller network, an ONNX file.
pub static SPELLER: &[u8] = include_bytes!("../../../assets/oov.onnx");
/// That of British English.
pub static BRITISH_SPELLER: &[u8] = include_bytes!("../../../assets/oov_gb.onnx");
