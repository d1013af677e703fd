//! Where one utterance ends and the next begins: ends of sentences, and clauses where a sentence is
//! long. The same judge of sentence ends serves finished text and Markdown that is still arriving.

use crate::utterance::Pause;
use std::ops::Range;

/// How far around a full stop the judge looks, in bytes. What needs more is no end of a sentence.
const WINDOW: usize = 64;

/// A sentence shorter than this many characters is said together with the next, ...
pub(crate) const SHORT: usize = 25;
/// ... as long as both together stay under this.
const MERGED: usize = 120;

/// Neither part of a sentence that is cut gets shorter than this many characters.
const SMALLEST_PART: usize = 20;

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
pub(crate) fn split(text: &str, lengths: Lengths) -> Vec<(Range<usize>, Pause)> {
    let mut parts = Vec::new();
    let mut first = lengths.first;
    for sentence in merge(text, sentences(text), first.is_some()) {
        let mut rest = sentence;
        if let Some(limit) = first.take()
            && is_longer(&text[rest.clone()], first_tolerance(limit))
            && let Some(cut) = first_cut(&text[rest.clone()], limit, |_| true)
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

/// Ranges of the sentences of `text`, which together cover it.
fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(offset) = text[at..].find(is_stop) {
        let stop = at + offset;
        let width = text[stop..].chars().next().map_or(1, char::len_utf8);
        at = match judge(text, start, stop, true) {
            Verdict::End { next } if next < text.len() => {
                found.push(start..next);
                start = next;
                next
            }
            _ => stop + width,
        };
    }
    if start < text.len() {
        found.push(start..text.len());
    }
    found
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

/// What a character counts towards lengths: a character of Chinese, Japanese or Korean takes about as
/// long to say as three letters (4 to 5 syllables a second against 15 letters).
pub(crate) fn breadth(c: char) -> usize {
    match u32::from(c) {
        0x3040..=0x30FF | 0x3400..=0x9FFF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0x20000..=0x3FFFF => 3,
        _ => 1,
    }
}

/// The length of `text` in characters, as [`breadth`] counts them.
pub(crate) fn length(text: &str) -> usize {
    text.chars().map(breadth).sum()
}

/// The length of `text`, or `limit` if it is at least that long, without looking at more than it takes.
fn length_up_to(text: &str, limit: usize) -> usize {
    let mut total = 0;
    for c in text.chars() {
        if total >= limit {
            break;
        }
        total += breadth(c);
    }
    total.min(limit)
}

fn is_longer(text: &str, limit: usize) -> bool {
    length_up_to(text, limit + 1) > limit
}

// ---------------------------------------------------------------------------------------------
// Ends of sentences

/// Whether a stop ends a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It does; the next sentence starts at `next`, white space skipped.
    End { next: usize },
    /// It does not.
    Inside,
    /// The text so far does not tell.
    Unknown,
}

/// Characters at which a sentence may end.
pub(crate) fn is_stop(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…') || is_wide_stop(c)
}

/// Full stops of Chinese and Japanese, which no space follows.
fn is_wide_stop(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '｡' | '．' | '‼' | '⁇' | '⁈' | '⁉')
}

/// Judges the stop at byte `stop` of `text`, in a sentence that began at `start`. When `complete`,
/// the text ends where it ends; else more may come. Looks at [`WINDOW`] bytes to either side, at
/// plain text and raw Markdown alike (marks of emphasis count as quotes).
pub(crate) fn judge(text: &str, start: usize, stop: usize, complete: bool) -> Verdict {
    let mut window = text.len().min(stop + WINDOW);
    while !text.is_char_boundary(window) {
        window -= 1;
    }
    // Within the window the end of the text decides nothing, unless the text is complete.
    let at_end = || match (window < text.len(), complete) {
        (true, _) => Verdict::Inside,
        (false, true) => Verdict::End { next: text.len() },
        (false, false) => Verdict::Unknown,
    };
    let seen = &text[stop..window];

    let stops: usize = seen.chars().take_while(|c| is_stop(*c)).map(char::len_utf8).sum();
    let (run, mut after) = seen.split_at(stops);
    after = after.trim_start_matches(is_closer);
    // A citation belongs to the sentence before it.
    while after.starts_with(['[', '【']) {
        let Some(close) = after.find([']', '】']) else {
            return at_end();
        };
        let closed = after[close..].chars().next().map_or(1, char::len_utf8);
        if !after[..close].bytes().any(|b| b.is_ascii_digit()) {
            break;
        }
        after = after[close + closed..].trim_start_matches(is_closer);
    }
    if after.is_empty() {
        return at_end();
    }
    let spaced = after.trim_start();
    let next = window - spaced.len();
    let wide = run.chars().any(is_wide_stop);
    if spaced.len() == after.len() && !wide {
        return Verdict::Inside;
    }
    let word_after = spaced.trim_start_matches(is_opener);
    let Some(first) = word_after.chars().next() else {
        return at_end();
    };
    if wide {
        return Verdict::End { next };
    }

    if run != "." {
        return if first.is_lowercase() { Verdict::Inside } else { Verdict::End { next } };
    }
    let before = word_before(text, start, stop);
    match weigh(before.0, before.1, first) {
        Weight::Inside => Verdict::Inside,
        Weight::End => Verdict::End { next },
        Weight::EndBefore(words) => {
            let length = word_after.find(|c: char| !c.is_alphanumeric()).unwrap_or(word_after.len());
            if length == word_after.len() && window == text.len() && !complete {
                Verdict::Unknown
            } else if words.contains(&&word_after[..length]) {
                Verdict::End { next }
            } else {
                Verdict::Inside
            }
        }
    }
}

fn is_closer(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | '”' | '’' | '»' | '›' | ')' | ']' | '}' | '」' | '』' | '）' | '】' | '*' | '_' | '~'
    )
}

fn is_opener(c: char) -> bool {
    matches!(c, '"' | '\'' | '“' | '‘' | '„' | '«' | '‹' | '(' | '[' | '{' | '¿' | '¡' | '「' | '『' | '（')
        || matches!(c, '*' | '_' | '~' | '-' | '–' | '—')
}

/// The word that ends at `stop` without its marks, and whether it begins the sentence.
fn word_before(text: &str, start: usize, stop: usize) -> (&str, bool) {
    let mut from = stop.saturating_sub(WINDOW).max(start);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = &text[from..stop];
    let word_start = before.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    // White space may be wider than a byte.
    let word = before.get(word_start..).unwrap_or_else(|| before.trim_start());
    let word = word.rsplit(['(', '[', '—', '–', '"', '“']).next().unwrap_or(word);
    (
        word.trim_start_matches(is_opener),
        from == start && before[..before.len() - word.len()].trim().is_empty(),
    )
}

/// What a single full stop is worth, from the words at its sides.
enum Weight {
    Inside,
    End,
    /// An end only when one of these words follows.
    EndBefore(&'static [&'static str]),
}

/// Abbreviations that something always follows.
const NEVER_LAST: &[&str] = &[
    "dr", "mr", "mrs", "ms", "mx", "messrs", "prof", "st", "gen", "sen", "rep", "gov", "capt", "sgt", "col",
    "lt", "cmdr", "rev", "hon", "pres", "fig", "figs", "eq", "eqs", "sec", "ch", "vol", "vs", "cf", "e.g",
    "i.e", "eg", "ie", "viz", "ca", "approx", "resp", "incl", "excl", "esp", "mt", "ex",
];
/// Abbreviations before a number, words anywhere else.
const BEFORE_NUMBER: &[&str] = &["no", "nos", "nr", "p", "pp", "art", "par", "min", "max", "v", "ver"];
/// Abbreviations that may end a sentence too.
const MAYBE_LAST: &[&str] = &[
    "etc", "inc", "ltd", "co", "corp", "jr", "sr", "al", "dept", "est", "bros", "ave", "blvd", "rd", "ed",
    "eds", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "mon", "tue",
    "wed", "thu", "fri",
];
/// Words that begin sentences more often than names.
const STARTERS: &[&str] = &[
    "The", "A", "An", "It", "Its", "He", "She", "They", "We", "You", "I", "This", "That", "These", "Those",
    "There", "Here", "In", "On", "At", "As", "For", "From", "To", "By", "With", "If", "When", "While",
    "Once", "After", "Before", "However", "But", "And", "So", "Or", "Then", "Now", "Also", "Because",
    "Since", "Although", "What", "Why", "How", "Who", "Where", "Which", "My", "Your", "Our", "His", "Her",
    "Their", "Let", "Use", "Not", "No", "Yes", "Each", "Both", "All", "Some", "Many", "Most", "Please",
    "Note",
];

fn weigh(word: &str, begins: bool, next: char) -> Weight {
    let is = |list: &[&str]| list.iter().any(|entry| entry.eq_ignore_ascii_case(word));
    if is(NEVER_LAST) || (next.is_numeric() && is(BEFORE_NUMBER)) {
        return Weight::Inside;
    }
    // "1. First" counts; it does not end.
    if begins && !word.is_empty() && word.chars().all(|c| c.is_ascii_digit()) {
        return Weight::Inside;
    }
    // Initials and dotted abbreviations: "J. Smith", "the U.S. Army", "9 a.m. on Monday".
    let mut letters = word.split('.');
    if !word.is_empty()
        && letters.all(|part| part.chars().count() == 1 && part.chars().all(char::is_alphabetic))
    {
        return Weight::EndBefore(STARTERS);
    }
    if is(MAYBE_LAST) || word.eq_ignore_ascii_case("ph.d") {
        return Weight::EndBefore(STARTERS);
    }
    if next.is_lowercase() {
        // Names of tools begin sentences too ("npm installs it"), after a word that is no abbreviation.
        let plain = word.chars().all(char::is_alphabetic) && word.chars().count() >= 4;
        return if plain { Weight::End } else { Weight::Inside };
    }
    Weight::End
}

// ---------------------------------------------------------------------------------------------
// Cuts inside long sentences

/// How good a place is for a cut, best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Joint {
    /// After ; : — or a closing bracket.
    Strong,
    /// After a comma.
    Comma,
    /// Before a word that opens a clause.
    Clause,
    /// Before a word that opens a phrase.
    Phrase,
    /// Between any two words.
    Word,
}

const CLAUSE_WORDS: &[&str] = &[
    "and", "but", "or", "nor", "so", "yet", "because", "which", "who", "that", "while", "when", "where",
    "if", "although", "though", "unless", "until", "whereas", "since", "then",
];
const PHRASE_WORDS: &[&str] = &[
    "to", "of", "in", "on", "for", "with", "from", "at", "by", "into", "about", "between", "through", "over",
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
                ',' | '.' | '!' | '?' | '…' => Joint::Comma,
                _ => {
                    let rest = &text[at..];
                    let word = &rest[..rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len())];
                    if CLAUSE_WORDS.contains(&word) {
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

/// Where to cut a first sentence that is longer than `limit` characters: at its first natural clause,
/// else before a phrase or a word close to the limit. Byte offset; `None` where nothing is `allowed`.
pub(crate) fn first_cut(text: &str, limit: usize, allowed: impl Fn(usize) -> bool) -> Option<usize> {
    let smallest = SMALLEST_PART.min(limit / 2);
    let mut best: Option<(Joint, usize)> = None;
    for (at, count, joint) in joints(text) {
        if count > limit {
            break;
        }
        if count < smallest || !allowed(at) || length_up_to(&text[at..], smallest) < smallest {
            continue;
        }
        if joint <= Joint::Comma {
            return Some(at);
        }
        // Of two equally good places the later: more is said before the seam.
        if best.is_none_or(|(good, _)| joint <= good) {
            best = Some((joint, at));
        }
    }
    best.map(|(_, at)| at)
}

/// Cuts `range` near its middle until no part is longer than `limit` characters.
fn split_long(text: &str, range: Range<usize>, limit: usize, parts: &mut Vec<(Range<usize>, Pause)>) {
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
                Joint::Phrase => 4,
                Joint::Word => 5,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = sentences(text).into_iter().map(|range| text[range].trim_end()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn ends_of_sentences() {
        check("It works. Try it! Really? Yes.", &["It works.", "Try it!", "Really?", "Yes."]);
        check(
            "Dr. Smith met Mr. J. R. Jones, e.g. at noon.",
            &["Dr. Smith met Mr. J. R. Jones, e.g. at noon."],
        );
        check("Made in the U.S. The rest is not.", &["Made in the U.S.", "The rest is not."]);
        check("The U.S. Army has it.", &["The U.S. Army has it."]);
        check("See No. 5 and Fig. 3. No. That is it.", &["See No. 5 and Fig. 3.", "No.", "That is it."]);
        check("Pi is 3.14. Version 1.2.3 is out.", &["Pi is 3.14.", "Version 1.2.3 is out."]);
        check("Edit main.rs and go. See docs.rs/x.", &["Edit main.rs and go.", "See docs.rs/x."]);
        check("Wait... what? Well... Fine.", &["Wait... what?", "Well...", "Fine."]);
        check(
            "\"Stop!\" he said. (It was late.) Then he left.",
            &["\"Stop!\" he said.", "(It was late.)", "Then he left."],
        );
        check("Run it. `npm` starts. npm stops.", &["Run it.", "`npm` starts.", "npm stops."]);
        check("1. First of all. 2. Second.", &["1. First of all.", "2. Second."]);
        check("It ended in 1999. Then came 2000.", &["It ended in 1999.", "Then came 2000."]);
        check(
            "At 9 a.m. on Monday. At 9 p.m. It closed.",
            &["At 9 a.m. on Monday.", "At 9 p.m.", "It closed."],
        );
        check("你好。今天天气很好！是吗？", &["你好。", "今天天气很好！", "是吗？"]);
        check("「そうです。」と言った。次。", &["「そうです。」", "と言った。", "次。"]);
        check(
            "As shown.[1][2] Next one.【3†source】 Last.",
            &["As shown.[1][2]", "Next one.【3†source】", "Last."],
        );
    }

    #[test]
    fn short_sentences_join_their_next() {
        let text = "This is the opening sentence. Yes. No. That is all there is to say about it here. Bye.";
        let parts: Vec<&str> = split(text, Lengths { first: Some(70), rest: 300 })
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
        let parts: Vec<(&str, Pause)> = split(text, Lengths { first: None, rest: 100 })
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
        let cut = |text: &'static str| first_cut(text, 60, |_| true).map(|at| text[..at].trim_end());
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
            Some("The Rust compiler checks every borrow in the whole program")
        );
        assert_eq!(cut("no"), None);
    }

    #[test]
    fn text_without_joints_is_cut_at_the_limit() {
        let text = "x".repeat(1000);
        let parts = split(&text, Lengths { first: Some(70), rest: 300 });
        assert!(parts.iter().all(|(range, _)| range.len() <= 300));
        assert_eq!(parts.iter().map(|(range, _)| range.len()).sum::<usize>(), 1000);
    }
}
