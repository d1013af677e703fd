//! How long a text takes to say, judged before any sound is made.

use crate::english::{Reader, spell_out};
use crate::length::breadth;
use crate::tag;
use std::borrow::Cow;

/// What each part of a text takes, in seconds, at speed 1: fitted by least squares to what the voice *heart* takes for the golden
/// replies of this crate, written out in words (308 utterances, 1,067 s). Of other replies of that kind it is off by 4.8 %
/// each on average; held by `estimates_are_the_voices_own_pace`.
const LETTER: f64 = 0.0561;
/// A letter that is spelled: a capital one alone or beside another.
const CAPITAL: f64 = 0.1194;
/// On top of its letters.
const WORD: f64 = 0.0685;
/// A comma, colon, dash or bracket: a breath.
const BREATH: f64 = 0.1318;
/// A full stop inside or at the end.
const STOP: f64 = 0.1248;
/// An utterance ends a little before its last stop would.
const END: f64 = -0.2076;
/// One character of Chinese, Japanese or Korean: a syllable.
const WIDE: f64 = 0.2;
/// The shortest sound.
const LEAST: f64 = 0.1;

/// About how many seconds `text`, in `language`, takes to say.
pub(crate) fn seconds(text: &str, language: Option<&str>) -> f64 {
    let english = language.is_none_or(tag::is_english);
    let words = if english && is_written_short(text) {
        Cow::Owned(spell_out(text, Reader::Words).text().to_owned())
    } else {
        Cow::Borrowed(text)
    };
    let mut seconds = END;
    let mut before = ' ';
    let mut letters = words.chars().peekable();
    while let Some(c) = letters.next() {
        let next = letters.peek().copied().unwrap_or(' ');
        let spelled = before.is_uppercase() || next.is_uppercase() || !next.is_alphabetic();
        seconds += match c {
            _ if c.is_alphanumeric() && breadth(c) > 1 => WIDE,
            _ if c.is_numeric() => CAPITAL * 2.5,
            _ if c.is_uppercase() && spelled => CAPITAL,
            _ if c.is_alphabetic() => LETTER,
            ',' | ';' | ':' | '—' | '–' | '(' => BREATH,
            '.' | '!' | '?' => STOP,
            _ => 0.0,
        };
        if c.is_whitespace() {
            seconds += WORD;
        }
        before = c;
    }
    (seconds + WORD).max(LEAST)
}

/// Whether it has what is said in more words than it is written in: numbers and signs.
fn is_written_short(text: &str) -> bool {
    let plain = |c: char| c.is_alphabetic() || c.is_whitespace() || ".,;:!?'’\"“”()-—–".contains(c);
    let spelled = || text.as_bytes().windows(2).any(|pair| pair.iter().all(u8::is_ascii_uppercase));
    !text.chars().all(plain) || spelled()
}
