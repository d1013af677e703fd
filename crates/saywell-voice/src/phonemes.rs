//! Phoneme strings cut to what the network takes at once, and turned into its ids.

use std::ops::Range;

use crate::g2p::{PHONEMES, PhonemeWord, Phonemes};

/// Most phonemes the network is given at once: it was trained on sentences of about this length.
pub const LONGEST_PART: usize = 400;

/// The network's ids of `phonemes` between two boundaries, and for each id but the boundaries the byte of
/// `phonemes` where it stands. Unknown characters are left out.
pub fn ids(phonemes: &str) -> (Vec<u8>, Vec<usize>) {
    const BOUNDARY: u8 = 0;
    let known = phonemes.char_indices().filter_map(|(at, phoneme)| {
        let index = PHONEMES.binary_search_by_key(&phoneme, |(known, _)| *known).ok()?;
        Some((PHONEMES[index].1, at))
    });
    let (mut ids, places): (Vec<u8>, Vec<usize>) = known.unzip();
    ids.insert(0, BOUNDARY);
    ids.push(BOUNDARY);
    (ids, places)
}

/// A piece of a longer phoneme string, with its words.
#[derive(Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// The phonemes, without spaces at the ends.
    pub text: &'a str,
    /// The words in it; their `phonemes` are bytes of the whole string, see [`Part::offset`].
    pub words: &'a [PhonemeWord],
    /// Where `text` starts in the whole string.
    pub offset: usize,
}

/// Cuts `phonemes` into parts of at most `longest` characters: after the end of a sentence if one lies in the
/// second half of what fits, else after a clause, else between words, else anywhere.
pub fn parts(phonemes: &Phonemes, longest: usize) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut words = phonemes.words.as_slice();
    let mut rest = trim(&phonemes.text, 0..phonemes.text.len());
    while !rest.is_empty() {
        let text = &phonemes.text[rest.clone()];
        let cut = text.char_indices().nth(longest).map_or(text.len(), |(fits, _)| cut(&text[..fits]));
        let part = trim(&phonemes.text, rest.start..rest.start + cut);
        let count = words.partition_point(|word| word.phonemes.start < rest.start + cut);
        let (inside, after) = words.split_at(count);
        words = after;
        rest = trim(&phonemes.text, rest.start + cut..rest.end);
        if !part.is_empty() {
            parts.push(Part { text: &phonemes.text[part.clone()], words: inside, offset: part.start });
        }
    }
    parts
}

/// Where to cut a text that goes on after what is given: a byte index above zero.
fn cut(text: &str) -> usize {
    let after = |marks: &[char]| {
        let mut spaces = text.match_indices(' ').map(|(at, _)| at);
        spaces.rfind(|at| text[..*at].trim_end_matches(['"', '”', ')']).ends_with(marks))
    };
    let second_half = |at: &usize| *at >= text.len() / 2;
    after(&['.', '!', '?', '…'])
        .filter(second_half)
        .or_else(|| after(&[',', ';', ':', '—', '.', '!', '?', '…']))
        .or_else(|| text.rfind(' '))
        .filter(|at| *at > 0)
        .unwrap_or(text.len())
}

/// The range without the spaces at its ends.
fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let inside = &text[range.clone()];
    let start = range.start + inside.len() - inside.trim_start_matches(' ').len();
    start..(range.end - (inside.len() - inside.trim_end_matches(' ').len())).max(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Phonemes in which every run of letters is a word.
    fn phonemes(text: &str) -> Phonemes {
        let mut words = Vec::new();
        for (at, letter) in text.char_indices().filter(|(_, letter)| letter.is_alphabetic()) {
            let end = at + letter.len_utf8();
            match words.last_mut() {
                Some(PhonemeWord { phonemes, .. }) if phonemes.end == at => phonemes.end = end,
                _ => words.push(PhonemeWord { phonemes: at..end, source: 0..0 }),
            }
        }
        Phonemes { text: text.to_owned(), words }
    }

    fn cut_at(text: &str, longest: usize) -> Vec<String> {
        parts(&phonemes(text), longest).iter().map(|part| part.text.to_owned()).collect()
    }

    #[test]
    fn short_strings_stay_whole() {
        assert_eq!(cut_at("həlˈO ðˈɛɹ.", 400), ["həlˈO ðˈɛɹ."]);
        assert_eq!(cut_at(" ", 400), [""; 0]);
    }

    #[test]
    fn cuts_at_sentences_then_clauses_then_words() {
        assert_eq!(cut_at("aa, bb. cc, dd ee", 12), ["aa, bb.", "cc, dd ee"]);
        assert_eq!(cut_at("aa, bb, cc dd ee", 14), ["aa, bb,", "cc dd ee"]);
        assert_eq!(cut_at("aa bb cc dd", 7), ["aa bb", "cc dd"]);
        assert_eq!(cut_at("ðððððð", 4), ["ðððð", "ðð"]);
    }

    #[test]
    fn every_word_is_in_one_part() {
        let text = "aaa bbb, ccc (ddd eee fff) ggg; hhh iii jjj kkk. lll mmm nnn ".repeat(7);
        let phonemes = phonemes(&text);
        for longest in 1..100 {
            let parts = parts(&phonemes, longest);
            assert!(parts.iter().all(|part| part.text.chars().count() <= longest));
            let words: Vec<_> = parts.iter().flat_map(|part| part.words).cloned().collect();
            assert_eq!(words, phonemes.words, "at most {longest}");
            for part in &parts {
                assert_eq!(&text[part.offset..][..part.text.len()], part.text);
                let inside = part.offset..part.offset + part.text.len();
                assert!(part.words.iter().all(|word| inside.contains(&word.phonemes.start)));
            }
        }
    }
}
