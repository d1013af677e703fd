//! Roman numerals, after words that number or rank by them: `Chapter IV`, `World War II`, `Henry VIII`.

use super::cursor::{Cursor, is_word};
use super::kinds::Reader;
use super::number_words;
use super::spelled::Edit;
use super::tables::{NUMBERED_BY_ROMAN, RANKED_BY_ROMAN};

/// `IV` after `Chapter`, `IV–VI` after `chapters`, `I and II` after `Acts` → `four`, `four to six`, `one and two`.
pub fn number(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    const BETWEEN: [(&str, &str); 7] = [
        ("–", "to"),
        ("-", "to"),
        (" – ", "to"),
        (" to ", "to"),
        (" and ", "and"),
        (" & ", "and"),
        (" or ", "or"),
    ];
    let (value, end) = roman_after(start, NUMBERED_BY_ROMAN)?;
    let words = |value: usize| number_words::cardinal(&value.to_string());
    let edit = Edit::new(start, end, words(value));
    let second = BETWEEN.iter().find_map(|(written, between)| {
        let mut at = end.past(|at| at.eat_text(written))?;
        let other = roman(at.eat_while(is_word))?;
        (!matches!(at.next_word(), "century" | "centuries")).then_some(())?;
        at.ends_word().then(|| (at, format!("{between} {}", words(other))))
    });
    Some(match second {
        Some((end, words)) => edit.say(end, words),
        None => edit,
    })
}

/// `XIX century`, `XVIIIth centuries` → `nineteenth century`.
pub fn century(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    if !start.starts_word() || !start.peek().is_some_and(|first| "IVX".contains(first)) {
        return None;
    }
    let mut at = start;
    let value = roman(at.eat_while(|found| found.is_ascii_uppercase()))?;
    at.eat_one_of(["st", "nd", "rd", "th"]);
    let named = matches!(at.next_word(), "century" | "centuries" | "Century")
        || at.rest().starts_with(" and ") && at.window_after(24).contains(" centuries");
    (value < 30 && at.peek() == Some(' ') && named)
        .then(|| Edit::new(start, at, number_words::ordinal(&value.to_string())))
}

/// `ii` after `Scene`, `xiv` after `page` → `two`, `fourteen`.
pub fn small(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    const BEFORE: [&str; 17] = [
        "Act", "Scene", "act", "canto", "clause", "item", "page", "pages", "part", "pp.", "p.", "scene",
        "section", "stanza", "vol.", "Vol.", "volume",
    ];
    if !start.starts_word() || start.before() != Some(' ') || !BEFORE.contains(&start.previous_word()) {
        return None;
    }
    let mut at = start;
    let written = at.eat_while(|found| "ivx".contains(found));
    let value = roman(&written.to_ascii_uppercase())?;
    // A lone letter may be a name.
    (at.ends_word()
        && at.peek() != Some('\'')
        && (written.len() > 1 || start.previous_word().ends_with("cene")))
    .then(|| Edit::new(start, at, number_words::cardinal(&value.to_string())))
}

/// `VIII` after `Henry` → `the eighth`. `I` alone is left: it may be the speaker.
pub fn rank(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let (value, end) = roman_after(start, RANKED_BY_ROMAN)
        .or_else(|| roman_after(start, &PEOPLE).filter(|(_, end)| end.offset() - start.offset() > 1))?;
    (value > 1 || end.rest().starts_with("'s ")).then_some(())?;
    Some(Edit::new(start, end, format!("the {}", number_words::ordinal(&value.to_string()))))
}

/// Names of those who are ranked, and of others, who may have an initial: only two letters and more are a rank.
const PEOPLE: [&str; 24] = [
    "Adrian", "Albert", "Alfred", "Anne", "Boniface", "Celestine", "Eugene", "Friedrich", "Gustavus",
    "Hadrian", "Isabella", "John", "Karl", "Manuel", "Margaret", "Martin", "Michael", "Nicephorus", "Pepin",
    "Sigismund", "Stephen", "Sylvester", "Tudor", "Victor",
];

/// The `I` of `Elizabeth I ruled`, `Napoleon I;` → `the first`, where it is not the speaker.
pub fn first(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    const SPEAKER: [&str; 37] = [
        "am", "admire", "agree", "asked", "believe", "can", "could", "did", "do", "don", "feel", "found",
        "guess", "had", "have", "hope", "just", "know", "like", "love", "mean", "met", "need", "never",
        "read", "remember", "saw", "say", "see", "suppose", "think", "told", "understand", "want", "will",
        "wish", "would",
    ];
    let (value, end) = roman_after(start, RANKED_BY_ROMAN)?;
    let next = end.next_word();
    let ends = end.peek().is_none_or(|next| ",;:.)".contains(next));
    let verb = end.peek() == Some(' ') && next.starts_with(char::is_lowercase) && !SPEAKER.contains(&next);
    (value == 1 && (ends || verb)).then(|| Edit::new(start, end, "the first"))
}

/// `MCMXCIX` → `nineteen ninety nine`, `XXIII` → `twenty three`: four letters and more are no word and no initials.
pub fn long(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_word() || start.before().is_some_and(|before| "-./_".contains(before)) {
        return None;
    }
    let mut at = start;
    let written = at.eat_while(|found| found.is_ascii_uppercase());
    let value = Some(written).filter(|written| (4..=15).contains(&written.len())).and_then(roman)?;
    let goes_on = at.peek().is_some_and(|next| is_word(next) || "-'/".contains(next));
    let digits = value.to_string();
    let words = if value >= 1000 { reader.year(&digits) } else { number_words::cardinal(&digits) };
    (!goes_on).then(|| Edit::new(start, at, words))
}

/// Whether a numeral of more than a letter follows: `Ch. IV`.
pub fn follows(mut at: Cursor<'_>) -> bool {
    at.eat(' ');
    let written = at.eat_while(|found| found.is_ascii_uppercase());
    written.len() > 1 && at.ends_word() && roman(written).is_some()
}

/// The `II` of `II. Methods` at the beginning → `two`: a heading's number.
pub fn heading(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    if start.offset() > 0 {
        return None;
    }
    let mut at = start;
    let written = at.eat_while(|found| found.is_ascii_uppercase());
    let value = roman(written).filter(|value| written.len() > 1 && *value < 40)?;
    let named = at.rest() == "." || at.rest().starts_with(". ");
    named.then(|| Edit::new(start, at, number_words::cardinal(&value.to_string())))
}

fn roman_after<'t>(start: Cursor<'t>, words: &[&str]) -> Option<(usize, Cursor<'t>)> {
    if !start.starts_word() || !start.peek().is_some_and(|first| "IVXLCDM".contains(first)) {
        return None;
    }
    let mut at = start;
    let value = roman(at.eat_while(is_word))?;
    let follows = start.before() == Some(' ') && words.binary_search(&start.previous_word()).is_ok();
    let goes_on = at.peek() == Some('.') && at.peek_second().is_some_and(is_word);
    let contracted = at.peek() == Some('\'') && !at.rest().starts_with("'s");
    (follows && !goes_on && !contracted).then_some((value, at))
}

/// The value of a Roman numeral in its one proper form. `C`, `D`, `L` and `M` alone are letters.
fn roman(numeral: &str) -> Option<usize> {
    const PARTS: [(&str, usize); 13] = [
        ("M", 1000),
        ("CM", 900),
        ("D", 500),
        ("CD", 400),
        ("C", 100),
        ("XC", 90),
        ("L", 50),
        ("XL", 40),
        ("X", 10),
        ("IX", 9),
        ("V", 5),
        ("IV", 4),
        ("I", 1),
    ];
    if matches!(numeral, "" | "C" | "D" | "L" | "M") {
        return None;
    }
    let mut rest = numeral;
    let mut value = 0;
    for (part, worth) in PARTS {
        let most = if part.len() == 1 && part.contains(['M', 'C', 'X', 'I']) { 3 } else { 1 };
        for _ in 0..most {
            let Some(after) = rest.strip_prefix(part) else { break };
            rest = after;
            value += worth;
        }
    }
    // `IXI` and `XCX` are refused: after nine, five or four of a place none of that place follows.
    rest.is_empty().then_some(value).filter(|value| written(*value, &PARTS) == numeral)
}

fn written(mut value: usize, parts: &[(&str, usize)]) -> String {
    let mut numeral = String::new();
    for (part, worth) in parts {
        while value >= *worth {
            numeral.push_str(part);
            value -= worth;
        }
    }
    numeral
}
