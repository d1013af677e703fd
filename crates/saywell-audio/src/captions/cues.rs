//! Utterances cut into cues of at most two short lines.

use super::{CaptionUtterance, Captions, Word};

/// Characters of a line, and lines of a cue, that are commonly taken as the most a reader follows at ease.
const LINE_CHARS: usize = 42;
const CUE_LINES: usize = 2;

/// Text shown for a time; milliseconds, never empty, never overlapping the one before.
pub(super) struct Cue {
    pub start: u64,
    pub end: u64,
    /// One or two lines.
    pub text: String,
}

pub(super) fn cues(captions: &Captions) -> Vec<Cue> {
    let mut cues: Vec<Cue> = Vec::new();
    let mut words = captions.words.as_slice();
    for utterance in &captions.utterances {
        // Words are in order, so those that start before this utterance ends and were not taken yet are its own.
        let own;
        (own, words) = words.split_at(words.partition_point(|word| word.start < utterance.end));
        let clock = Clock::new(utterance, own);
        let lines = balanced_lines(&utterance.text);
        for (index, pair) in lines.chunks(CUE_LINES).enumerate() {
            let (Some(first), Some(last)) = (pair.first(), pair.last()) else { continue };
            let start = if index == 0 { utterance.start } else { clock.time_at(first.from) };
            let end = if last.to == utterance.text.trim_end().len() {
                utterance.end
            } else {
                // Up to where the next cue starts, so that a reader is not left with a blank.
                clock.time_at(next_start(&utterance.text, last.to))
            };
            let start = milliseconds(start).max(cues.last().map_or(0, |cue| cue.end));
            let text = pair.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n");
            cues.push(Cue { start, end: milliseconds(end).max(start + 1), text });
        }
    }
    cues
}

/// Never negative, and never beyond what the clock of a cue can show with two digits of hours.
fn milliseconds(seconds: f64) -> u64 {
    ((seconds * 1000.0).round() as u64).min(359_990_000)
}

fn next_start(text: &str, after: usize) -> usize {
    let rest = text.get(after..).unwrap_or_default();
    after + rest.len() - rest.trim_start().len()
}

/// When each byte of an utterance's text is spoken: straight lines between the words whose place is known.
struct Clock {
    /// Byte and seconds, both rising.
    points: Vec<(usize, f64)>,
}

impl Clock {
    fn new(utterance: &CaptionUtterance, words: &[Word]) -> Self {
        let mut points = vec![(0, utterance.start)];
        let mut from = 0;
        let mut latest = utterance.start;
        for word in words {
            let rest = utterance.text.get(from..).unwrap_or_default();
            if word.text.is_empty() {
                continue;
            }
            if let Some(place) = rest.find(&word.text) {
                latest = word.start.clamp(latest, utterance.end.max(latest));
                points.push((from + place, latest));
                from += place + word.text.len();
            }
        }
        points.push((utterance.text.len(), utterance.end.max(latest)));
        Clock { points }
    }

    fn time_at(&self, byte: usize) -> f64 {
        let after = self.points.partition_point(|&(place, _)| place < byte);
        match (self.points.get(after.wrapping_sub(1)), self.points.get(after)) {
            (Some(&(from, start)), Some(&(to, end))) => {
                start + (end - start) * (byte - from) as f64 / (to - from).max(1) as f64
            }
            (_, Some(&(_, time))) | (Some(&(_, time)), None) => time,
            (None, None) => 0.0,
        }
    }
}

/// A line of text and the bytes of the utterance it covers.
struct Line {
    from: usize,
    to: usize,
    text: String,
    chars: usize,
}

/// As few lines as 42 characters allow, and then as even as that number allows.
fn balanced_lines(text: &str) -> Vec<Line> {
    let fewest = lines(text, LINE_CHARS);
    // No narrower than the longest word, which would be cut.
    let longest = text.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
    (longest..LINE_CHARS)
        .map(|width| lines(text, width))
        .find(|narrower| narrower.len() == fewest.len())
        .unwrap_or(fewest)
}

/// Words filled into lines of at most `width` characters; a longer word is cut.
fn lines(text: &str, width: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (from, word) in pieces(text, width) {
        let chars = word.chars().count();
        match lines.last_mut() {
            Some(line) if line.chars + 1 + chars <= width => {
                line.text.push(' ');
                line.text.push_str(word);
                line.chars += 1 + chars;
                line.to = from + word.len();
            }
            _ => lines.push(Line { from, to: from + word.len(), text: word.to_owned(), chars }),
        }
    }
    lines
}

/// The words of a text with the byte each starts at, cut where one is longer than `width` characters.
fn pieces(text: &str, width: usize) -> Vec<(usize, &str)> {
    let mut pieces = Vec::new();
    let mut from = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let mut start = from;
        let mut rest = word.trim_end();
        while !rest.is_empty() {
            let cut = rest.char_indices().nth(width).map_or(rest.len(), |(at, _)| at);
            let (piece, tail) = rest.split_at(cut);
            pieces.push((start, piece));
            start += cut;
            rest = tail;
        }
        from += word.len();
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utterance(text: &str, start: f64, end: f64) -> CaptionUtterance {
        let (provider, voice) = (String::new(), String::new());
        CaptionUtterance { text: text.into(), start, end, source: [0, 0], provider, voice }
    }

    /// Words that each take half a second.
    fn spoken(text: &str, from: f64) -> Vec<Word> {
        text.split_whitespace()
            .zip(0_u32..)
            .map(|(word, index)| {
                let start = from + 0.5 * f64::from(index);
                let text = word.trim_matches(['.', ',']).to_owned();
                Word { text, start, end: start + 0.4, source: [0, 0], exact: true }
            })
            .collect()
    }

    #[test]
    fn a_short_utterance_is_one_cue_of_even_lines() {
        let text = "Seventy tests passed, and three of them were slow.";
        let captions = Captions { utterances: vec![utterance(text, 1.0, 4.0)], ..Captions::default() };
        let cues = cues(&captions);
        assert_eq!(cues.len(), 1);
        assert_eq!((cues[0].start, cues[0].end), (1000, 4000));
        assert_eq!(cues[0].text, "Seventy tests passed, and\nthree of them were slow.");
    }

    #[test]
    fn a_long_utterance_is_cut_where_a_word_starts() {
        let text = "The first thing to check is whether the server is running, because a refused connection \
                    looks the same as a wrong port, and both are easy to rule out.";
        let words = spoken(text, 2.0);
        let end = 2.0 + 0.5 * words.len() as f64;
        let captions = Captions {
            duration_seconds: end,
            words: words.clone(),
            utterances: vec![utterance(text, 2.0, end), utterance("Then restart it.", end, end + 1.0)],
            ..Captions::default()
        };
        let cues = cues(&captions);
        assert_eq!(cues.len(), 3);
        assert_eq!(cues[0].end, cues[1].start);
        assert!(words.iter().any(|word| milliseconds(word.start) == cues[1].start));
        assert_eq!(cues[1].end, milliseconds(end));
        let shown = cues.iter().map(|cue| cue.text.replace('\n', " ")).collect::<Vec<_>>().join(" ");
        assert_eq!(shown, format!("{text} Then restart it."));
    }

    #[test]
    fn nothing_is_too_long_empty_or_out_of_order_whatever_the_input() {
        let texts = ["", " ", "x", &"é".repeat(300), &"word ".repeat(60), "a\n\nb\tc", &"ab ".repeat(100)];
        for text in texts {
            for (start, end) in [(0.0, 5.0), (3.0, 1.0), (-1.0, f64::NAN), (0.0, 0.0)] {
                let captions = Captions {
                    words: spoken(text, start),
                    utterances: vec![utterance(text, start, end), utterance(text, start, end)],
                    ..Captions::default()
                };
                let mut last = 0;
                for cue in cues(&captions) {
                    assert!(cue.start >= last && cue.end > cue.start);
                    last = cue.end;
                    assert!(cue.text.lines().count() <= CUE_LINES);
                    assert!(cue.text.lines().all(|line| (1..=LINE_CHARS).contains(&line.chars().count())));
                }
            }
        }
    }
}
