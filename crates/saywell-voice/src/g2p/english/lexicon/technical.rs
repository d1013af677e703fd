//! Words that the dictionaries lack or have wrong, or that would be named by their letters: those of computing,
//! names of people, places and companies, words from other languages.
//!
//! They are in `words.tsv`: a word, a tab, its American phonemes, of which the British ones are made by rule. A word in lower case is meant however it is
//! capitalized; one after `=` only as it is written there.

use crate::g2p::english::Accent;
use crate::g2p::english::tables::{BRITISH_WORDS, WORDS};

/// Phonemes of `word` in `accent`.
pub fn find(word: &str, accent: Accent) -> Option<&'static str> {
    /// No word of the table has more bytes.
    const LONGEST: usize = 32;
    if word.len() > LONGEST {
        return None;
    }
    let words = if accent == Accent::British { BRITISH_WORDS } else { WORDS };
    words.text(&format!("={word}")).or_else(|| words.text(&word.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::g2p::PHONEMES;

    #[test]
    fn every_word_is_in_order_and_found_and_can_be_said() {
        let mut last = "";
        for line in include_str!("words.tsv").lines() {
            let (word, phonemes) = line.split_once('\t').unwrap();
            assert!(last < word, "{word} is out of order");
            assert!(word.starts_with('=') || word == word.to_lowercase(), "{word}");
            last = word;
            let is_known = |sound: char| {
                sound == 'ɾ' || PHONEMES.binary_search_by_key(&sound, |(known, _)| *known).is_ok()
            };
            assert!(phonemes.chars().all(is_known), "{word}");
            assert_eq!(find(word.trim_start_matches('='), Accent::American), Some(phonemes), "{word}");
        }
    }

    #[test]
    fn capitals_count_where_they_are_asked_for() {
        let find = |word| find(word, Accent::American);
        assert_eq!(find("NGINX"), find("nginx"));
        assert_eq!((find("Xi"), find("xi")), (Some("ʃˈi"), None));
    }
}
