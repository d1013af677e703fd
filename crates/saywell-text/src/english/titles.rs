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
    // `Rev. B, Dwg. 12`: a letter alone is no name.
    let lettered = end.past(|at| at.eat(' ') && at.eat_if(|next| next.is_ascii_uppercase()).is_some());
    let spoken = match lettered {
        Some(end) if written == "Rev" && end.ends_word() && end.peek() != Some('.') => "Revision",
        _ => spoken,
    };
    let edit = Edit::from(start).say(name, spoken);
    (at.eat(' ') && at.peek().is_some_and(char::is_uppercase))
        .then(|| if end.offset() > name.offset() { edit.say(end, "") } else { edit })
}

/// `Sr. Mary Agnes` → `Sister`: before a woman's given name, unless it follows a name of its own, whose `Sr.` is Senior.
pub fn sister(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    const GIVEN: [&str; 48] = [
        "Agnes", "Angela", "Ann", "Anna", "Anne", "Bernadette", "Bridget", "Carmen", "Carol", "Catherine",
        "Cecilia", "Clare", "Claire", "Dorothy", "Eileen", "Elizabeth", "Faustina", "Francesca", "Grace",
        "Helen", "Jane", "Jean", "Joan", "Josephine", "Joyce", "Judith", "Julia", "Karen", "Katherine",
        "Kathleen", "Lucia", "Lucy", "Magdalena", "Margaret", "Maria", "Marie", "Mary", "Monica", "Nirmala",
        "Patricia", "Paula", "Rosa", "Rose", "Sarah", "Simone", "Susan", "Teresa", "Theresa",
    ];
    let mut at = start;
    let named = start.starts_word() && at.eat_text("Sr.") && at.peek() == Some(' ');
    let alone = !start.previous_word().starts_with(char::is_uppercase)
        || matches!(start.previous_word(), "And" | "Dear" | "But" | "When" | "Then" | "In" | "As");
    (named && alone && GIVEN.contains(&at.next_word())).then(|| Edit::new(start, at, "Sister"))
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
    let Some((written, spoken)) = longest(start) else { return capitalized(start) };
    let end = start.past(|at| at.eat_text(written))?;
    let numbered = end.rest().trim_start().starts_with(|next: char| next.is_ascii_digit())
        || is_lettered(end)
        || super::roman::follows(end);
    // `the 5th c. AD`
    let is_century = written == "c."
        && start.previous_word().starts_with(|first: char| first.is_ascii_digit())
        && start.previous_word().ends_with(['t', 'd', 'h']);
    // `Reg. (EU) 2016/679`; it is short for a region, and a name, as well.
    if written == "Reg." && !end.rest().starts_with(" (E") {
        return None;
    }
    // `Alea iacta est.`
    if written == "est." && end.peek().is_none() && !start.follows_number() {
        return None;
    }
    // `10th Fl.`, `the 9th Cir.`
    let is_floor = matches!(written, "Fl." | "Cir.")
        && start.previous_word().ends_with(['t', 'd', 'h'])
        && start.previous_word().starts_with(|first: char| first.is_ascii_digit());
    if BEFORE_NUMBER.contains(&written) && !numbered && !is_century && !is_floor {
        return None;
    }
    // `max. temp.`; but `He met Max. Then he left.`
    let goes_on = || end.peek() == Some(' ') && end.peek_second().is_some_and(char::is_lowercase);
    if matches!(written, "max." | "min." | "Max." | "Min.") && !numbered && !goes_on() {
        return None;
    }
    // `play mf then ff.`
    if written == "ff." && !start.follows_number() {
        return None;
    }
    // `b. 1990`, `d. Sept. 2, 1973`: with a year behind it, or a month.
    if matches!(written, "b." | "d." | "r.") && (start.offset() == 0 || !is_dated(end)) {
        return None;
    }
    let before_small = || end.peek() == Some(' ') && end.peek_second().is_some_and(char::is_lowercase);
    let spoken = match written {
        "c." if is_century => "century",
        "est." if !is_before_year(end) => "estimated",
        "Est." if !is_before_year(end) && !is_dated_in(end) => "Estimated",
        "Rev." if numbered => "Revision",
        "Rev." if matches!(start.previous_word(), "Industrial" | "French" | "Russian" | "American") => {
            "Revolution"
        }
        // `an 18 y/o student`
        "y/o" if before_small() => "year old",
        "y/o" if matches!(end.next_word(), "M" | "F") => {
            let (sex, said) =
                if end.next_word() == "M" { (" M", "year old man") } else { (" F", "year old woman") };
            let end = end.past(|at| at.eat_text(sex)).unwrap_or(end);
            return Some(Edit::new(start, end, said));
        }
        "p.p." if start.follows_number() => "percentage points",
        "p.p." if numbered => "pages",
        "orig." if !end.next_word().ends_with("ed") => "original",
        // `c/o chest pain`
        "c/o"
            if before_small()
                || end.window_after(24).contains("pain")
                || matches!(start.previous_word(), "F" | "M" | "Pt" | "pt" | "Patient" | "patient") =>
        {
            "complains of"
        }
        _ => spoken,
    };
    let mut next = end;
    let spaced = next.eat(' ');
    let ends = end.peek().is_none_or(|next| "\"'”’)".contains(next));
    // A short form that also ends a sentence: what follows begins another.
    let closes =
        written.ends_with('.') && (ends || (spaced && CLOSING.contains(&written) && begins_sentence(next)));
    Some(Edit::new(start, end, if closes { format!("{spoken}.") } else { spoken.to_owned() }))
}

/// Whether it was in a year: `Est. in 1850`.
fn is_dated_in(end: Cursor<'_>) -> bool {
    end.past(|at| at.eat_text(" in ") && at.digits(4..=4).is_some() && at.ends_word()).is_some()
}

/// Whether a year or the name of a month follows.
fn is_dated(end: Cursor<'_>) -> bool {
    is_before_year(end) || end.past(|at| at.eat(' ')).is_some_and(super::calendar::is_month)
}

fn is_before_year(end: Cursor<'_>) -> bool {
    end.past(|at| at.eat(' ') && at.digits(4..=4).is_some() && at.ends_word()).is_some()
}

/// Whether a lone capital follows: `App. B`, `Fig. C`.
fn is_lettered(end: Cursor<'_>) -> bool {
    let mut at = end;
    at.eat(' ')
        && at.eat_if(|found| found.is_ascii_uppercase()).is_some()
        && (at.peek().is_none_or(|next| ",;:)".contains(next)) || at.rest() == ".")
}

/// `Approx. 30`, `Temp. 40 °C`: a short form in small letters at the beginning of a sentence.
fn capitalized(start: Cursor<'_>) -> Option<Edit> {
    const LONGEST: usize = 12;
    let first = start.peek().filter(char::is_ascii_uppercase)?;
    let window = start.window_after(LONGEST);
    let dot = window.find('.').filter(|dot| *dot > 2)?;
    let written = [&first.to_ascii_lowercase().to_string(), &window[1..=dot]].concat();
    let index = ABBREVIATIONS.binary_search_by_key(&written.as_str(), |(written, _)| written).ok()?;
    let end = start.moved_to(start.offset() + dot + 1);
    let goes_on = end.peek() == Some(' ')
        && end.peek_second().is_some_and(|next| next.is_lowercase() || next.is_ascii_digit());
    let numbered = end.peek_second().is_some_and(|next| next.is_ascii_digit());
    if !goes_on
        || BEFORE_NUMBER.contains(&written.as_str()) && !numbered
        || matches!(written.as_str(), "ed." | "max." | "min.")
    {
        return None;
    }
    let spoken = ABBREVIATIONS[index].1;
    let head = spoken.get(..1)?.to_uppercase();
    Some(Edit::new(start, end, [&head, &spoken[1..]].concat()))
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
