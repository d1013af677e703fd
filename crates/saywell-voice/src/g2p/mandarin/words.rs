//! The dictionary: which characters make a word, and how it is read.

use std::ops::Range;

/// A line is a word, two digits, and its reading where that is not the readings of its characters. The digits are seven times
/// the natural logarithm of how often it was counted. Lines are in the order of their bytes.
/// `tests/reference/export_mandarin.py` writes it.
const LINES: &str = include_str!("words.txt");

/// Seven times the logarithm of how many words were counted in all: 60 million.
const ALL: i32 = 125;
/// The most characters of a word.
const LONGEST: usize = 16;

/// A word of the dictionary.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// How likely it is: seven times the logarithm, below 0.
    likely: i32,
    /// Syllables as in `zhang3da4`; empty where each character is read as it is alone.
    pub reading: &'static str,
}

/// Whether it is a character that words are made of.
pub fn is_han(character: char) -> bool {
    matches!(character, '\u{4e00}'..='\u{9fff}' | '〇')
}

/// What the dictionary says of a word.
pub fn look_up(word: &str) -> Option<Entry> {
    let line = line_from(word)?;
    entry(line.strip_prefix(word)?)
}

/// Likelihood and reading, if the rest of a line is no part of a longer word.
fn entry(rest: &'static str) -> Option<Entry> {
    let (digits, reading) = rest.split_at_checked(2)?;
    Some(Entry { likely: digits.parse::<i32>().ok()? - ALL, reading })
}

/// The first line that is not before `word`.
fn line_from(word: &str) -> Option<&'static str> {
    let bytes = LINES.as_bytes();
    let line_start = |at: usize| bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let line_end =
        |at: usize| bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| at + end);
    let (mut low, mut high) = (0, bytes.len());
    while low < high {
        let start = line_start(low.midpoint(high));
        let end = line_end(start);
        if &bytes[start..end] < word.as_bytes() {
            low = end + 1;
        } else {
            high = start;
        }
    }
    LINES.get(low..line_end(low.min(bytes.len()))).filter(|line| !line.is_empty())
}

/// The words of `text`, all of whose characters are [`is_han`]: of all ways to cut it, the one whose words are the likeliest.
pub fn cut(text: &str) -> Vec<Range<usize>> {
    /// From here on: how likely the best way is, and where its first word ends.
    #[derive(Clone, Copy)]
    struct Way {
        likely: i32,
        end: usize,
    }
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let count = starts.len();
    let byte = |character: usize| starts.get(character).copied().unwrap_or(text.len());
    let mut ways = vec![Way { likely: 0, end: count }; count + 1];
    for start in (0..count).rev() {
        let alone = look_up(&text[byte(start)..byte(start + 1)]).map_or(-ALL, |entry| entry.likely);
        let mut best = Way { likely: alone + ways[start + 1].likely, end: start + 1 };
        for end in start + 2..=count.min(start + LONGEST) {
            let word = &text[byte(start)..byte(end)];
            let Some(rest) = line_from(word).and_then(|line| line.strip_prefix(word)) else { break };
            if let Some(entry) = entry(rest) {
                let likely = entry.likely + ways[end].likely;
                if likely >= best.likely {
                    best = Way { likely, end };
                }
            }
        }
        ways[start] = best;
    }
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(way) = ways.get(at).filter(|_| at < count) {
        words.push(byte(at)..byte(way.end));
        at = way.end;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        cut(text).into_iter().map(|range| &text[range]).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn lines_are_found_and_in_order() {
        assert!(LINES.as_bytes().split(|byte| *byte == b'\n').is_sorted_by(|a, b| b.is_empty() || a < b));
        assert_eq!(look_up("长大").unwrap().reading, "zhang3da4");
        assert_eq!(look_up("我").unwrap().reading, "wo3");
        assert_eq!(look_up("电脑").unwrap().reading, "");
        assert!(look_up("").is_none() && look_up("長長長").is_none() && look_up("\u{10ffff}").is_none());
        let (first, last) = (LINES.lines().next().unwrap(), LINES.lines().last().unwrap());
        assert_eq!((line_from("\0"), line_from(last)), (Some(first), Some(last)));
    }

    #[test]
    fn text_is_cut_into_its_likeliest_words() {
        assert_eq!(words("我们今天去北京大学参观"), "我们 今天 去 北京大学 参观");
        assert_eq!(words("研究生命的起源"), "研究 生命 的 起源");
        assert_eq!(words("他说的确实有道理"), "他 说 的 确实 有 道理");
        assert_eq!(words(""), "");
        assert_eq!(words("龘"), "龘");
    }
}
