//! Times of words, of which services tell only where each begins.

use std::ops::Range;

use crate::provider::WordTiming;

/// Where a word begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// Bytes of the text.
    pub text: Range<usize>,
    /// Seconds from the first sample.
    pub at: f64,
}

/// The words of `text` that begin so: each lasts until the next one begins, the last until the end of the sound. What
/// is not in the text, or would go backwards, is left out.
#[must_use]
pub fn from_starts(text: &str, starts: Vec<Start>, seconds: f64) -> Vec<WordTiming> {
    let mut words: Vec<WordTiming> = Vec::with_capacity(starts.len());
    for Start { text: range, at } in starts {
        let start = at.clamp(0.0, seconds);
        let held = text.get(range.clone()).is_some_and(|word| !word.trim().is_empty());
        let ahead = words.last().is_none_or(|last| start >= last.start && range.start >= last.text.end);
        if held && ahead && at.is_finite() {
            if let Some(last) = words.last_mut() {
                last.end = start;
            }
            words.push(WordTiming { text: range, start, end: seconds });
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_lasts_until_the_next() {
        let start = |text: Range<usize>, at| Start { text, at };
        let starts = vec![
            start(0..3, 0.1),
            start(4..7, 0.5),
            start(4..7, 0.6),  // again
            start(8..13, 0.4), // backwards
            start(8..99, 0.7), // not there
            start(7..8, 0.7),  // a space
            start(8..13, f64::NAN),
            start(8..13, 9.0), // after the end
        ];
        let words = from_starts("one two three", starts, 2.0);
        let words: Vec<_> = words.into_iter().map(|word| (word.text, word.start, word.end)).collect();
        assert_eq!(words, [(0..3, 0.1, 0.5), (4..7, 0.5, 2.0), (8..13, 2.0, 2.0)]);
    }
}
