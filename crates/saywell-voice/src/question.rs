//! Questions that rise: those that can be answered with yes or no, and statements with a question mark. The network, as its teacher,
//! lets the pitch fall by five semitones at the end of any.

use std::ops::Range;

use crate::g2p::Phonemes;
use crate::g2p::stress::{PRIMARY, SECONDARY};

/// Words that begin a question with the verb ahead of its subject.
const VERBS: &[&str] = &[
    "am",
    "are",
    "aren't",
    "can",
    "can't",
    "cannot",
    "could",
    "couldn't",
    "did",
    "didn't",
    "do",
    "does",
    "doesn't",
    "don't",
    "had",
    "hadn't",
    "has",
    "hasn't",
    "have",
    "haven't",
    "is",
    "isn't",
    "may",
    "might",
    "must",
    "mustn't",
    "shall",
    "should",
    "shouldn't",
    "was",
    "wasn't",
    "were",
    "weren't",
    "will",
    "won't",
    "would",
    "wouldn't",
];
/// Words that ask for more than yes or no.
const ASKING: &[&str] = &[
    "how", "how's", "what", "what's", "when", "when's", "where", "where's", "which", "who", "who's", "whom",
    "whose", "why", "why's",
];
/// Words that may stand before a question.
const BEFORE: &[&str] = &[
    "ah", "also", "and", "but", "hey", "hmm", "now", "oh", "ok", "okay", "please", "so", "then", "well",
    "yes",
];

/// The bytes of `phonemes` over which the pitch rises, one range for each question of `text` that does: from its last stress to its end.
pub fn rising(text: &str, phonemes: &Phonemes) -> Vec<Range<usize>> {
    if !text.contains('?') {
        return Vec::new();
    }
    let mut start = 0;
    let mut rises = Vec::new();
    for (at, mark) in text.match_indices(['.', '!', '?', '…', ':', ';']) {
        let end = at + mark.len();
        let rest = &text[end..];
        let closes = rest.trim_start_matches(['"', '”', '’', '\'', ')', '?', '!', '.']);
        // A dot in a number or name ends nothing.
        if !(closes.is_empty() || closes.starts_with(char::is_whitespace)) {
            continue;
        }
        if mark == "?" && is_rising(&text[start..at]) {
            rises.extend(last_stress(phonemes, start..at));
        }
        start = end;
    }
    rises
}

/// Whether the question `sentence`, without its mark, is asked for yes or no.
fn is_rising(sentence: &str) -> bool {
    let lower = sentence.to_lowercase().replace('’', "'");
    let mut words = lower
        .split(|c: char| !(c.is_alphanumeric() || c == '\''))
        .map(|word| word.trim_matches('\''))
        .filter(|word| !word.is_empty())
        .skip_while(|word| BEFORE.contains(word))
        .peekable();
    match words.peek() {
        // Of two that are offered the last falls.
        Some(first) if VERBS.contains(first) => !words.any(|word| word == "or"),
        Some(_) => !words.any(|word| ASKING.contains(&word) || word == "or"),
        None => false,
    }
}

/// From the last stress of the words that say these bytes of the text to the end of the last of them.
fn last_stress(phonemes: &Phonemes, said: Range<usize>) -> Option<Range<usize>> {
    let own = |word: &&crate::g2p::PhonemeWord| said.contains(&word.source.start);
    let end = phonemes.words.iter().rev().find(own)?.phonemes.end;
    let stressed = phonemes.words.iter().rev().filter(own).find_map(|word| {
        let text = &phonemes.text[word.phonemes.clone()];
        let at = text.rfind(PRIMARY).or_else(|| text.rfind(SECONDARY))?;
        Some(word.phonemes.start + at)
    });
    let first = phonemes.words.iter().find(own)?.phonemes.start;
    Some(stressed.unwrap_or(first)..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_for_yes_or_no_rise() {
        for question in [
            "Is it ready",
            "Can I help you with anything else",
            "You are coming tomorrow",
            "Really",
            "So, do you know what time it is",
            "Oh, isn’t it",
        ] {
            assert!(is_rising(question), "{question}");
        }
        for question in [
            "What time is it",
            "And why",
            "Do you want tea or coffee",
            "In which of the two",
            "If it fails, what happens then",
            "",
        ] {
            assert!(!is_rising(question), "{question}");
        }
    }
}
