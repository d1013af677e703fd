//! Utterances of a passage: its sentences, the very short ones together, the long ones cut.

use crate::clauses::{first_cut, split_long};
use crate::length::{is_longer, length_up_to};
use crate::pause::Pause;
use crate::sentences::sentences;
use std::ops::Range;

/// A sentence shorter than this many characters is said together with the next, ...
pub(crate) const SHORT: usize = 25;
/// ... as long as both together stay under this.
const MERGED: usize = 120;

/// Lengths of utterances, in characters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lengths {
    /// The most for the first utterance, when it is still to be spoken.
    pub(crate) first: Option<usize>,
    /// The most for every other.
    pub(crate) rest: usize,
}

/// A first sentence may be this long before it is cut: a few characters over are no reason to.
pub(crate) const fn first_tolerance(first: usize) -> usize {
    first + first / 4
}

/// Cuts `text` into utterances; each range comes with the pause that follows it inside `text`.
/// `code` are the parts of it that are code: no sentence ends inside one.
pub(crate) fn split(text: &str, code: &[Range<usize>], lengths: Lengths) -> Vec<(Range<usize>, Pause)> {
    let mut parts = Vec::new();
    let mut first = lengths.first;
    for sentence in merge(text, sentences(text, code), first.is_some()) {
        let mut rest = sentence;
        if let Some(limit) = first.take()
            && is_longer(&text[rest.clone()], first_tolerance(limit))
            && let Some(cut) = first_cut(&text[rest.clone()], limit, &|_| true)
        {
            parts.push((rest.start..rest.start + cut, Pause::Clause));
            rest.start += cut;
        }
        let end = rest.end;
        split_long(text, rest, lengths.rest.max(1), &mut parts);
        if let Some(last) = parts.last_mut().filter(|last| last.0.end == end) {
            last.1 = Pause::Sentence;
        }
    }
    parts
}

/// Joins very short sentences with their next. The first utterance of a reply is left short.
fn merge(text: &str, sentences: Vec<Range<usize>>, keep_first: bool) -> Vec<Range<usize>> {
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(sentences.len());
    for sentence in sentences {
        let alone = keep_first && merged.len() == 1;
        let joins = merged.last().is_some_and(|last| {
            let (short, both) = (&text[last.clone()], &text[last.start..sentence.end]);
            !alone && length_up_to(short, SHORT) < SHORT && length_up_to(both, MERGED + 1) <= MERGED
        });
        match merged.last_mut() {
            Some(last) if joins => last.end = sentence.end,
            _ => merged.push(sentence),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_sentences_join_their_next() {
        let text = "This is the opening sentence. Yes. No. That is all there is to say about it here. Bye.";
        let parts: Vec<&str> = split(text, &[], Lengths { first: Some(70), rest: 300 })
            .into_iter()
            .map(|(range, _)| text[range].trim_end())
            .collect();
        assert_eq!(
            parts,
            ["This is the opening sentence.", "Yes. No. That is all there is to say about it here.", "Bye."]
        );
    }

    #[test]
    fn long_sentences_are_cut_at_clauses() {
        let text = "When the server starts it reads its settings, opens the database and the cache, \
                    and only then begins to listen, which is why a bad setting never leaves half a server behind.";
        let parts: Vec<(&str, Pause)> = split(text, &[], Lengths { first: None, rest: 100 })
            .into_iter()
            .map(|(range, pause)| (text[range].trim_end(), pause))
            .collect();
        assert_eq!(
            parts,
            [
                (
                    "When the server starts it reads its settings, opens the database and the cache,",
                    Pause::Clause
                ),
                (
                    "and only then begins to listen, which is why a bad setting never leaves half a server behind.",
                    Pause::Sentence
                ),
            ]
        );
    }

    #[test]
    fn the_first_cut_is_the_first_clause_or_a_good_word() {
        let cut = |text: &'static str| first_cut(text, 60, &|_| true).map(|at| text[..at].trim_end());
        assert_eq!(
            cut(
                "To understand how this works, we first look at the way in which memory is laid out by the compiler"
            ),
            Some("To understand how this works,")
        );
        assert_eq!(
            cut(
                "The Rust compiler checks every borrow in the whole program before a single line of it is ever run"
            ),
            None,
            "no cut within a phrase"
        );
        assert_eq!(
            cut("The Rust compiler checks every borrow in the program because nobody wants to do so by hand"),
            Some("The Rust compiler checks every borrow in the program")
        );
        assert_eq!(cut("no"), None);
    }

    #[test]
    fn text_without_joints_is_cut_at_the_limit() {
        let text = "x".repeat(1000);
        let parts = split(&text, &[], Lengths { first: Some(70), rest: 300 });
        assert!(parts.iter().all(|(range, _)| range.len() <= 300));
        assert_eq!(parts.iter().map(|(range, _)| range.len()).sum::<usize>(), 1000);
    }
}
