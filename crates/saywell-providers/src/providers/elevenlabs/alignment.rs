//! From the times of characters to the times of words.

use serde::Deserialize;

use crate::provider::WordTiming;

/// When the characters of some text are spoken, as the service says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Alignment {
    characters: Vec<String>,
    character_start_times_seconds: Vec<f64>,
    character_end_times_seconds: Vec<f64>,
}

/// Finds the characters in the text that was asked for.
#[derive(Debug)]
pub(super) struct Aligner {
    words: Vec<WordTiming>,
    text: String,
    /// How much of the text has been found.
    found: usize,
    /// Whether each word has a character that was heard.
    heard: Vec<bool>,
    /// Until when the last character was spoken.
    last: f64,
    /// The times make no sense: none is better than a wrong one.
    lost: bool,
}

/// Characters may start this much before the one before them, seconds: times are rounded.
const ROUNDING: f64 = 0.011;

impl Aligner {
    pub(super) fn new(text: &str) -> Self {
        let words: Vec<WordTiming> = text
            .split_whitespace()
            .map(|word| {
                let start = word.as_ptr() as usize - text.as_ptr() as usize;
                WordTiming { text: start..start + word.len(), start: 0.0, end: 0.0 }
            })
            .collect();
        let heard = vec![false; words.len()];
        Self { words, text: text.to_owned(), found: 0, heard, last: 0.0, lost: false }
    }

    pub(super) fn push(&mut self, alignment: &Alignment) {
        let times =
            alignment.character_start_times_seconds.iter().zip(&alignment.character_end_times_seconds);
        if alignment.characters.len() != times.len() {
            self.lost = true;
        }
        for (character, (&start, &end)) in alignment.characters.iter().zip(times) {
            if character.trim().is_empty() {
                continue;
            }
            // `>=` so that what is not a number is out of order as well.
            let in_order = start >= self.last - ROUNDING && end >= start;
            let Some(at) = self.text.get(self.found..).and_then(|rest| rest.find(character.as_str())) else {
                self.lost = true;
                return;
            };
            if !in_order || self.text[self.found..self.found + at].chars().any(char::is_alphanumeric) {
                self.lost = true;
                return;
            }
            let at = self.found + at;
            self.found = at + character.len();
            self.last = self.last.max(start);
            let number = self.words.partition_point(|word| word.text.end <= at);
            if let (Some(word), Some(heard)) = (self.words.get_mut(number), self.heard.get_mut(number)) {
                if !std::mem::replace(heard, true) {
                    word.start = start.max(0.0);
                }
                word.end = end;
            }
        }
    }

    /// The words with their times, within a sound of so many seconds; none where the times do not fit the text.
    pub(super) fn words(mut self, seconds: f64) -> Vec<WordTiming> {
        let (heard, text) = (self.heard, self.text);
        let mut heard = heard.into_iter();
        // A dash of its own is not spoken, and may have no time.
        let silent = |word: &WordTiming| !text[word.text.clone()].chars().any(char::is_alphanumeric);
        let mut lost = self.lost;
        self.words.retain(|word| {
            let heard = heard.next().unwrap_or(false);
            lost |= !heard && !silent(word);
            heard
        });
        if lost {
            return Vec::new();
        }
        for word in &mut self.words {
            word.start = word.start.min(seconds);
            word.end = word.end.clamp(word.start, seconds);
        }
        self.words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each character lasts a tenth of a second, from `offset` on.
    fn times(text: &str, offset: f64) -> Alignment {
        let times = |by: usize| (0..text.chars().count()).map(move |n| offset + (n + by) as f64 / 10.0);
        Alignment {
            characters: text.chars().map(String::from).collect(),
            character_start_times_seconds: times(0).collect(),
            character_end_times_seconds: times(1).collect(),
        }
    }

    fn words(text: &str, alignments: &[Alignment], seconds: f64) -> Vec<(String, f64, f64)> {
        let mut aligner = Aligner::new(text);
        for alignment in alignments {
            aligner.push(alignment);
        }
        let round = |time: f64| (time * 1000.0).round() / 1000.0;
        let words = aligner.words(seconds).into_iter();
        words.map(|word| (text[word.text].to_owned(), round(word.start), round(word.end))).collect()
    }

    #[test]
    fn words_start_and_end_with_their_characters() {
        let whole =
            [("Née".to_owned(), 0.0, 0.3), ("in".to_owned(), 0.4, 0.6), ("York.".to_owned(), 0.7, 1.2)];
        let text = "Née in York.";
        assert_eq!(words(text, &[times(text, 0.0)], 2.0), whole);
        // In pieces, with what the service adds of its own at the edges.
        assert_eq!(words(text, &[times("Née i", 0.0), times("n York. ", 0.5)], 2.0), whole);
    }

    #[test]
    fn times_stay_within_the_sound() {
        assert_eq!(
            words("Hi you", &[times("Hi you", 0.0)], 0.45),
            [("Hi".to_owned(), 0.0, 0.2), ("you".to_owned(), 0.3, 0.45)]
        );
    }

    #[test]
    fn times_that_make_no_sense_are_none() {
        let backwards = [times("Hi ", 5.0), times("you", 1.0)];
        assert_eq!(words("Hi you", &backwards, 9.0), []);
        assert_eq!(words("Hi you", &[times("Hi", 0.0)], 9.0), [], "words are missing");
        assert_eq!(words("Hi you", &[times("Ho you", 0.0)], 9.0), [], "another text");
        assert_eq!(words("Hi 5 you", &[times("Hi you", 0.0)], 9.0), [], "a word is left out");
        assert_eq!(words("Hi – you", &[times("Hi you", 0.0)], 9.0).len(), 2, "a dash may be");
        let mut short = times("Hi", 0.0);
        short.character_end_times_seconds.pop();
        assert_eq!(words("Hi", &[short], 9.0), []);
        let mut odd = times("Hi", 0.0);
        odd.character_start_times_seconds[1] = f64::NAN;
        assert_eq!(words("Hi", &[odd], 9.0), []);
    }
}
