//! Cuts inside long sentences, near where a reader would breathe.

use crate::length::{breadth, is_longer, length, length_up_to};
use crate::pause::Pause;
use std::ops::Range;

/// Neither part of a sentence that is cut gets shorter than this many characters.
const SMALLEST_PART: usize = 20;

/// How good a place is for a cut, best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Joint {
    /// After ; : — or a closing bracket.
    Strong,
    /// After a comma.
    Comma,
    /// Before a word that opens a clause of its own, where a reader breathes without any sign.
    Clause,
    /// Before another word that opens a clause or a phrase.
    Phrase,
    /// Between any two words.
    Word,
}

const CLAUSE_WORDS: &[&str] = &["because", "but", "although", "though", "whereas", "unless", "while", "when"];
/// After these a word of [`CLAUSE_WORDS`] opens no clause: `even though`, `nothing but`, `the when`.
const NO_CLAUSE_AFTER: &[&str] = &[
    "a", "all", "and", "any", "as", "even", "exactly", "for", "from", "just", "nothing", "of", "only", "or",
    "perhaps", "partly", "quite", "simply", "since", "than", "that", "the", "worth",
];
const PHRASE_WORDS: &[&str] = &[
    "and", "or", "nor", "so", "yet", "which", "who", "that", "where", "if", "until", "since", "then", "to",
    "of", "in", "on", "for", "with", "from", "at", "by", "into", "about", "between", "through", "over",
    "under", "without", "after", "before", "as", "than", "using", "during", "per", "via", "is", "are", "was",
    "were",
];

/// The places where `text` can be cut: byte offset, length before it, and how good it is.
fn joints(text: &str) -> impl Iterator<Item = (usize, usize, Joint)> {
    let mut before = '\0';
    let mut last = '\0'; // the last character that was not white space
    let mut length = 0;
    text.char_indices().filter_map(move |(at, c)| {
        let count = length;
        length += breadth(c);
        let previous = before;
        before = c;
        let mark = last;
        if c.is_whitespace() {
            return None;
        }
        last = c;
        if matches!(previous, '，' | '；' | '：' | '、') {
            return Some((at, count, Joint::Comma));
        }
        if !previous.is_whitespace() {
            return None;
        }
        Some((
            at,
            count,
            match mark {
                ';' | ':' | '—' | '–' | ')' => Joint::Strong,
                // The end of a sentence that was not certain is a good place too.
                // After a short form: `Art. 6`, `Dr. Lee`.
                '.' if is_short_form(&text[..at]) => Joint::Word,
                ',' | '.' | '!' | '?' | '…' => Joint::Comma,
                _ => {
                    let rest = &text[at..];
                    let word = &rest[..rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len())];
                    if CLAUSE_WORDS.contains(&word) && !NO_CLAUSE_AFTER.contains(&last_word(&text[..at])) {
                        Joint::Clause
                    } else if PHRASE_WORDS.contains(&word) {
                        Joint::Phrase
                    } else {
                        Joint::Word
                    }
                }
            },
        ))
    })
}

fn last_word(before: &str) -> &str {
    before.split_whitespace().next_back().unwrap_or_default()
}

/// Whether `before` ends in a short form with its dot: a few letters after a space.
fn is_short_form(before: &str) -> bool {
    let word = before.trim_end().trim_end_matches('.');
    let letters = word.len() - word.trim_end_matches(|c: char| c.is_ascii_alphabetic()).len();
    (1..=4).contains(&letters)
}

/// Where to cut a first sentence that is longer than it should be: where a reader would breathe, at its first sign, or before
/// a clause within `limit` characters. Byte offset; `None` where no such place is `allowed`: then it is said as a whole,
/// as a cut within a phrase is heard.
pub(crate) fn first_cut(text: &str, limit: usize, allowed: &dyn Fn(usize) -> bool) -> Option<usize> {
    let smallest = SMALLEST_PART.min(limit / 2);
    let mut clause = None;
    for (at, count, joint) in joints(text) {
        if count > limit && clause.is_some() {
            break;
        }
        if count < smallest || joint > Joint::Clause || !allowed(at) {
            continue;
        }
        if length_up_to(&text[at..], smallest) < smallest {
            break;
        }
        if joint <= Joint::Comma {
            return Some(at);
        }
        // Of two the later: more is said before the seam.
        if count <= limit {
            clause = Some(at);
        }
    }
    clause
}

/// Where to cut a sentence that goes on for longer than `limit` characters without an end: at the last
/// good place before the limit. Byte offset; `None` where nothing is `allowed`.
pub(crate) fn last_cut(text: &str, limit: usize, allowed: &dyn Fn(usize) -> bool) -> Option<usize> {
    let mut best: Option<(Joint, usize)> = None;
    let mut first = None;
    for (at, count, joint) in joints(text) {
        if count > limit && (best.is_some() || first.is_some()) {
            break;
        }
        if at == 0 || !allowed(at) {
            continue;
        }
        first = first.or(Some(at));
        if count >= limit / 3 && best.is_none_or(|(good, _)| joint <= good) {
            best = Some((joint, at));
        }
    }
    best.map(|(_, at)| at).or(first)
}

/// Cuts `range` near its middle until no part is longer than `limit` characters.
pub(crate) fn split_long(
    text: &str,
    range: Range<usize>,
    limit: usize,
    parts: &mut Vec<(Range<usize>, Pause)>,
) {
    let part = &text[range.clone()];
    if !is_longer(part, limit) || part.chars().nth(1).is_none() {
        parts.push((range, Pause::Clause));
        return;
    }
    let length = length(part);
    // Keeping to the middle gives parts of like length, and few levels of recursion.
    let cut = joints(part)
        .filter(|(_, count, _)| (length / 6..=length - length / 6).contains(count))
        .min_by_key(|(_, count, joint)| {
            // A worse joint has to be this much nearer to the middle, in tenths of the length.
            let tenths = match joint {
                Joint::Strong => 0,
                Joint::Comma => 1,
                Joint::Clause => 2,
                // Only where there is nothing else.
                Joint::Phrase => 10,
                Joint::Word => 12,
            };
            count.abs_diff(length / 2) + tenths * length / 10
        })
        .or_else(|| {
            joints(part).filter(|(at, ..)| *at > 0).min_by_key(|(_, count, _)| count.abs_diff(length / 2))
        })
        .map(|(at, ..)| at)
        .or_else(|| part.char_indices().nth(part.chars().count() / 2).map(|(at, _)| at));
    match cut {
        Some(cut) if cut > 0 => {
            split_long(text, range.start..range.start + cut, limit, parts);
            split_long(text, range.start + cut..range.end, limit, parts);
        }
        _ => parts.push((range, Pause::Clause)),
    }
}
