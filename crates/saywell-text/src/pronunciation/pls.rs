//! Rules as a lexicon in the W3C's Pronunciation Lexicon Specification 1.0.

use crate::pronunciation::rules::{Rule, Said, What};
use crate::ssml::escape;
use std::fmt::Write;

pub(crate) fn write<'a>(rules: impl Iterator<Item = &'a Rule>, language: &str) -> Option<String> {
    let mut lexemes = String::new();
    for rule in rules {
        let What::Word { word, any_case } = &rule.what else {
            continue;
        };
        lexemes.push_str("<lexeme>");
        for grapheme in spellings(word, *any_case) {
            _ = write!(lexemes, "<grapheme>{}</grapheme>", escape(&grapheme));
        }
        _ = match &rule.said {
            Said::Words(words) => write!(lexemes, "<alias>{}</alias>", escape(words)),
            Said::Phonemes(phonemes) => write!(lexemes, "<phoneme>{}</phoneme>", escape(phonemes)),
        };
        lexemes.push_str("</lexeme>\n");
    }
    (!lexemes.is_empty()).then(|| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<lexicon version=\"1.0\" \
             xmlns=\"http://www.w3.org/2005/01/pronunciation-lexicon\" alphabet=\"ipa\" xml:lang=\"{}\">\n\
             {lexemes}</lexicon>\n",
            escape(language)
        )
    })
}

/// The spellings of a word: lexicons tell capital letters apart.
fn spellings(word: &str, any_case: bool) -> Vec<String> {
    let mut spellings = vec![word.to_owned()];
    if any_case {
        let mut letters = word.chars();
        let capital: String =
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        spellings.extend([capital, word.to_uppercase()]);
        spellings.dedup();
    }
    spellings
}
