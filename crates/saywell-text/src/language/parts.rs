//! Parts of an utterance that are in another language than the rest: a quotation, what stands after a colon, words in
//! another script.

use super::detect_within;
use super::script::{self, Writing};
use crate::length::breadth;
use crate::utterance::Utterance;
use std::ops::Range;

/// A part needs this many letters to be an utterance of its own: a shorter one is a word, a name, a title.
const LONG_ENOUGH: usize = 20;
/// In another script it needs fewer: a voice that does not know it says nothing at all. One alone is a sign.
const SCRIPT_LONG_ENOUGH: usize = 2;
/// How words begin that name whose ideographs stand next to them, in the languages that are known.
const NAMES: [(&str, &[&str]); 2] = [
    ("ja", &["japan", "japon", "giappon", "kanji"]),
    ("zh", &["chines", "china", "chinois", "chino", "cines", "cina", "mandarin", "hanzi", "pinyin"]),
];

/// `utterance`, of a reply that is mostly in `main`, as several, if parts of it are surely in another language than
/// the rest.
pub(super) fn apart(utterance: Utterance, main: Option<&str>) -> Vec<Utterance> {
    // Markup that says how parts are said says their language too.
    if !utterance.marks.is_empty() {
        return vec![utterance];
    }
    let text = utterance.own_prose();
    let mut cuts = Vec::new();
    for part in other_scripts(&text).into_iter().chain(quotations(&text)).chain(after_colon(&text)) {
        if !is_apart(&text, &part, main) || cuts.iter().any(|cut| *cut > part.start && *cut < part.end) {
            continue;
        }
        cuts.extend([part.start, part.end]);
    }
    cuts.retain(|cut| *cut > 0 && *cut < text.len());
    cuts.sort_unstable();
    cuts.dedup();
    if cuts.is_empty() { vec![utterance] } else { utterance.cut(&cuts) }
}

/// Whether this part is surely in a language, and the rest in another.
fn is_apart(text: &str, part: &Range<usize>, main: Option<&str>) -> bool {
    let inside = text[part.clone()].trim_matches(|c: char| !c.is_alphanumeric());
    let rest = [&text[..part.start], " … ", &text[part.end..]].concat();
    let same_script = script::writing_of(inside) == script::writing_of(&rest);
    let is_enough = if same_script {
        letters(inside) >= LONG_ENOUGH
    } else {
        let letters = inside.chars().filter(|c| c.is_alphabetic()).count();
        letters >= SCRIPT_LONG_ENOUGH || (letters > 0 && is_han(inside) && named(&rest).is_some())
    };
    if !is_enough || !rest.contains(char::is_alphabetic) {
        return false;
    }
    // What is quoted is a sentence as it stands, with its mark or without.
    let sentence = [inside, "."].concat();
    let Some(found) = detect_within(&sentence, main).filter(|found| found.sure) else { return false };
    let rest = detect_within(&rest, main).map(|rest| rest.language);
    rest.or(main).unwrap_or("en") != found.language
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphabetic()).map(breadth).sum()
}

/// What stands in quotation marks, with them and the comma or full stop after them.
fn quotations(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<(usize, char)> = None;
    for (at, c) in text.char_indices() {
        match open {
            Some((from, closing)) if c == closing || (closing == '“' && c == '”') => {
                let end = at + c.len_utf8();
                let rest = &text[end..];
                found.push(
                    from..end + (rest.len() - rest.trim_start_matches(['.', ',', '!', '?', ';']).len()),
                );
                open = None;
            }
            Some(_) => {}
            None => {
                let closing = match c {
                    '"' => Some('"'),
                    '“' => Some('”'),
                    '„' => Some('“'),
                    '«' => Some('»'),
                    '»' => Some('«'),
                    '「' => Some('」'),
                    '『' => Some('』'),
                    _ => None,
                };
                open = closing.map(|closing| (at, closing));
            }
        }
    }
    found
}

/// What stands after the first colon that a blank follows.
fn after_colon(text: &str) -> Option<Range<usize>> {
    let at = text.find(": ")? + 2;
    Some(at..text.len())
}

/// Runs of words in another script than most of `text`: from the first letter of one to the last, with the marks
/// around them.
fn other_scripts(text: &str) -> Vec<Range<usize>> {
    let main = script::writing_of(text);
    if main == Writing::None {
        return Vec::new();
    }
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut inside = false;
    for (at, word) in words(text) {
        let writing = script::writing_of(word);
        if writing == Writing::None {
            continue;
        }
        // Han and kana are written together.
        let other = writing != main && !(is_east(writing) && is_east(main));
        match runs.last_mut() {
            Some(run) if inside && other => run.end = at + word.len(),
            _ if other => runs.push(at..at + word.len()),
            _ => {}
        }
        inside = other;
    }
    for run in &mut runs {
        let (before, after) = (&text[..run.start], &text[run.end..]);
        let opens = |c: char| !c.is_alphanumeric() && !c.is_whitespace();
        run.start = before.trim_end_matches(opens).len();
        // `2个人`: a number that is written together with what it counts.
        if text[run.clone()].starts_with(|c| breadth(c) > 1) {
            run.start = before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        }
        run.end += after.len() - after.trim_start_matches(opens).len();
    }
    runs
}

/// The language whose ideographs those in `text` are, if it names one and no other: written alone they are either's.
pub(super) fn named(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    let begins = |begin: &&str| text.split(|c: char| !c.is_alphabetic()).any(|word| word.starts_with(*begin));
    let mut named = NAMES.iter().filter(|(_, names)| names.iter().any(begins)).map(|(language, _)| *language);
    named.next().filter(|_| named.next().is_none())
}

/// Letters of other scripts than most of `text`, which are too few to be in a language of their own; with the language whose
/// voices would know them.
pub(super) fn signs(text: &str) -> impl Iterator<Item = (Range<usize>, &'static str)> {
    other_scripts(text).into_iter().filter_map(|run| {
        let inside = text[run.clone()].trim_matches(|c: char| !c.is_alphabetic());
        let start = run.start + text[run].find(inside)?;
        let language = match script::writing_of(inside) {
            Writing::One(language) => language,
            Writing::Cyrillic => "ru",
            Writing::Latin | Writing::None => return None,
        };
        Some((start..start + inside.len(), language))
    })
}

fn is_han(text: &str) -> bool {
    script::writing_of(text) == Writing::One("zh")
}

fn is_east(writing: Writing) -> bool {
    matches!(writing, Writing::One("ja" | "zh"))
}

/// Runs of letters of one kind, ASCII or not, with their places: scripts that need no blanks stand next to words.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += text[at..].find(char::is_alphabetic)?;
        let rest = &text[at..];
        let wide = |c: char| breadth(c) > 1;
        let first = rest.chars().next().is_some_and(wide);
        let end = rest.find(|c: char| !c.is_alphabetic() || wide(c) != first).unwrap_or(rest.len());
        let word = (at, &rest[..end]);
        at += end;
        Some(word)
    })
}
