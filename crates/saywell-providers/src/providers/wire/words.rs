//! Where in the text the words stand that a service says it speaks.

use std::ops::Range;

use crate::provider::WordTiming;

/// A word that a service says it speaks, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct TimedWord {
    /// The word, as it calls it.
    pub word: String,
    /// Seconds from the first sample.
    pub start: f64,
    /// Seconds from the first sample.
    pub end: f64,
}

/// Finds each spoken word in the text, from the last one found onwards.
#[derive(Debug)]
pub struct Finder<'a> {
    text: &'a str,
    /// Where the last word found ends.
    from: usize,
    found: Vec<WordTiming>,
}

impl<'a> Finder<'a> {
    /// Looks in this text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, from: 0, found: Vec::new() }
    }

    /// Takes a word. One that the text does not hold is passed over: it is a word that a mark put there.
    pub fn take(&mut self, spoken: &TimedWord) {
        let word = spoken.word.trim();
        // The service has been given markup, and may repeat the word as it stands there.
        let Some(range) = self.find(word).or_else(|| self.find(&unescape(word))) else { return };
        self.from = range.end;
        let start = spoken.start.max(self.found.last().map_or(0.0, |last| last.start));
        self.found.push(WordTiming { text: range, start, end: spoken.end.max(start) });
    }

    /// The words in the order of the text, none past the end of the sound.
    #[must_use]
    pub fn finish(mut self, seconds: f64) -> Vec<WordTiming> {
        for word in &mut self.found {
            word.end = word.end.min(seconds);
            word.start = word.start.min(word.end);
        }
        self.found
    }

    /// The word right ahead; else where it next begins a word; else where it next stands at all.
    fn find(&self, word: &str) -> Option<Range<usize>> {
        if word.is_empty() {
            return None;
        }
        let rest = self.text.get(self.from..)?;
        let gap = rest.find(char::is_alphanumeric).unwrap_or(0);
        let ahead = rest.get(gap..).filter(|rest| rest.starts_with(word)).map(|_| gap);
        let begins = || {
            rest.match_indices(word)
                .map(|(at, _)| at)
                .find(|at| !rest[..*at].chars().next_back().is_some_and(char::is_alphanumeric))
        };
        let at = self.from + ahead.or_else(begins).or_else(|| rest.find(word))?;
        Some(at..at + word.len())
    }
}

fn unescape(word: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'"), ("&amp;", "&")]
        .into_iter()
        .fold(word.to_owned(), |word, (escaped, plain)| word.replace(escaped, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words found in `text` when the service tells of `words`, a second each.
    fn found<'a>(text: &'a str, words: &[&str]) -> Vec<(usize, &'a str)> {
        let mut finder = Finder::new(text);
        for (start, word) in (0_u32..).zip(words) {
            let start = f64::from(start);
            finder.take(&TimedWord { word: (*word).to_owned(), start, end: start + 1.0 });
        }
        finder.finish(60.0).into_iter().map(|word| (word.text.start, &text[word.text])).collect()
    }

    #[test]
    fn repeated_words_are_found_one_after_the_other() {
        assert_eq!(
            found("the cat, the other, the end", &["the", "cat", "the", "other", "the", "end"]),
            [(0, "the"), (4, "cat"), (9, "the"), (13, "other"), (20, "the"), (24, "end")]
        );
    }

    #[test]
    fn a_word_inside_another_is_not_it() {
        assert_eq!(found("Concatenate a cat", &["cat"]), [(14, "cat")]);
        assert_eq!(found("cats a", &["a"]), [(5, "a")]);
    }

    #[test]
    fn words_that_are_not_there_are_passed_over() {
        assert_eq!(found("one three", &["one", "two", "", "three"]), [(0, "one"), (4, "three")]);
    }

    #[test]
    fn escaped_words_and_other_scripts_are_found() {
        assert_eq!(
            found("AT&T \"q\" x<y", &["AT&amp;T", "q", "x&lt;y"]),
            [(0, "AT&T"), (6, "q"), (9, "x<y")]
        );
        assert_eq!(
            found("今天天气很好。", &["今天", "天气", "很", "好"]),
            [(0, "今天"), (6, "天气"), (12, "很"), (15, "好")]
        );
        assert_eq!(
            found("Ça va, ça va 😀 naïve", &["Ça", "va", "ça", "va", "naïve"]).last(),
            Some(&(20, "naïve"))
        );
    }

    #[test]
    fn times_go_forward_and_end_with_the_sound() {
        let mut finder = Finder::new("one two three");
        for (word, start, end) in [("one", 0.5, 0.9), ("two", 0.2, 0.3), ("three", 0.9, 9.0)] {
            finder.take(&TimedWord { word: word.into(), start, end });
        }
        let times: Vec<_> = finder.finish(1.0).into_iter().map(|word| (word.start, word.end)).collect();
        assert_eq!(times, [(0.5, 0.9), (0.5, 0.5), (0.9, 1.0)]);
    }
}
