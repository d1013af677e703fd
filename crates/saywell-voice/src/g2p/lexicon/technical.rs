//! Words that the dictionaries lack or have wrong, or that would be named by their letters: those of computing,
//! names of people, places and companies, words from other languages.
//!
//! They are in `words.tsv`: a word, a tab, its phonemes. A word in lower case is meant however it is
//! capitalized; one after `=` only as it is written there.

use crate::g2p::tables::WORDS;

/// Phonemes of `word`.
pub fn find(word: &str) -> Option<&'static str> {
    /// No word of the table has more bytes.
    const LONGEST: usize = 32;
    if word.len() > LONGEST {
        return None;
    }
    WORDS.text(&format!("={word}")).or_else(|| WORDS.text(&word.to_lowercase()))
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
            assert_eq!(find(word.trim_start_matches('=')), Some(phonemes), "{word}");
        }
    }

    #[test]
    fn capitals_count_where_they_are_asked_for() {
        assert_eq!(find("NGINX"), find("nginx"));
        assert_eq!((find("Xi"), find("xi")), (Some("ʃˈi"), None));
    }
}
