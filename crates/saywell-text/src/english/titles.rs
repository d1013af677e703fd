//! Titles before names, and abbreviations.

use super::cursor::Cursor;
use super::kinds::Reader;
use super::spelled::Edit;
use super::tables::{ABBREVIATIONS, BEFORE_NUMBER, TITLES};

/// `Prof. Jones` → `Professor Jones`, before a capital only.
pub fn title(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    if !start.starts_word() {
        return None;
    }
    let mut at = start;
    let written = at.eat_while(char::is_alphabetic);
    let spoken =
        TITLES.binary_search_by_key(&written, |(written, _)| written).ok().map(|index| TITLES[index].1)?;
    let name = at;
    at.eat('.');
    let end = at;
    let edit = Edit::from(start).say(name, spoken);
    (at.eat(' ') && at.peek().is_some_and(char::is_uppercase))
        .then(|| if end.at() > name.at() { edit.say(end, "") } else { edit })
}

/// The `v.` of `Smith v. Jones` → `versus`.
pub fn against(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    (start.before() == Some(' ') && at.eat('v')).then_some(())?;
    let dotted = at.eat('.');
    let named = start.previous_word().trim_end_matches('.').chars().next().is_some_and(char::is_uppercase);
    let before_name = at.peek() == Some(' ') && at.peek_second().is_some_and(char::is_uppercase);
    (named && before_name && dotted).then(|| Edit::new(start, at, "versus"))
}

/// `approx.` → `approximately`. At the end of a sentence the dot ends it as well and is kept.
pub fn abbreviation(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    if !start.starts_number() || start.before() == Some('-') {
        return None;
    }
    let (written, spoken) = longest(start)?;
    let end = start.past(|at| at.eat_text(written))?;
    let numbered = end.rest().trim_start().starts_with(|next: char| next.is_ascii_digit());
    if BEFORE_NUMBER.contains(&written) && !numbered {
        return None;
    }
    // `max. temp.`; but `He met Max. Then he left.`
    let goes_on = || end.peek() == Some(' ') && end.peek_second().is_some_and(char::is_lowercase);
    if matches!(written, "max." | "min." | "Max." | "Min.") && !numbered && !goes_on() {
        return None;
    }
    let year = || end.past(|at| at.eat(' ') && at.digits(4..=4).is_some() && at.ends_word()).is_some();
    let spoken = if written == "est." && !year() { "estimated" } else { spoken };
    let mut next = end;
    let spaced = next.eat(' ');
    let ends = end.peek().is_none_or(|next| "\"'”’)".contains(next));
    // A short form that also ends a sentence: what follows begins another.
    let closes =
        written.ends_with('.') && (ends || (spaced && CLOSING.contains(&written) && begins_sentence(next)));
    Some(Edit::new(start, end, if closes { format!("{spoken}.") } else { spoken.to_owned() }))
}

/// Short forms that stand after names, so that a capital may begin another sentence.
const CLOSING: [&str; 6] = ["Inc.", "Ltd.", "Co.", "Corp.", "Jr.", "Sr."];

fn begins_sentence(at: Cursor<'_>) -> bool {
    const STARTERS: [&str; 12] =
        ["The", "It", "He", "She", "They", "We", "This", "That", "In", "But", "And", "A"];
    STARTERS.contains(&at.next_word())
}

/// The longest abbreviation that stands here. Without a dot it is a word for itself.
fn longest(start: Cursor<'_>) -> Option<(&'static str, &'static str)> {
    let mut found = None;
    let first = start.peek()?;
    let from = ABBREVIATIONS
        .partition_point(|(written, _)| !written.starts_with(first) && written.chars().next() < Some(first));
    for (written, spoken) in
        ABBREVIATIONS[from..].iter().take_while(|(written, _)| written.starts_with(first))
    {
        let Some(end) = start.past(|at| at.eat_text(written)) else { continue };
        let ends = if written.ends_with('.') {
            !end.peek().is_some_and(char::is_alphabetic)
        } else {
            end.ends_word()
        };
        if ends && found.is_none_or(|(before, _): (&str, _)| before.len() < written.len()) {
            found = Some((*written, *spoken));
        }
    }
    found
}
