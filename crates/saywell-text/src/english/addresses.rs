//! Addresses of houses and towns: `42 W 23rd St`, `Portland, OR 97201`, `2 mi. N of town`, `Peter's Dr.`

use super::cursor::{Cursor, is_word};
use super::kinds::Reader;
use super::spelled::Edit;

/// Codes of the states and districts before a postal code, in order.
const STATES: &[(&str, &str)] = &[
    ("AK", "Alaska"),
    ("AL", "Alabama"),
    ("AR", "Arkansas"),
    ("AZ", "Arizona"),
    ("CA", "California"),
    ("CO", "Colorado"),
    ("CT", "Connecticut"),
    ("DC", "D C"),
    ("DE", "Delaware"),
    ("FL", "Florida"),
    ("GA", "Georgia"),
    ("HI", "Hawaii"),
    ("IA", "Iowa"),
    ("ID", "Idaho"),
    ("IL", "Illinois"),
    ("IN", "Indiana"),
    ("KS", "Kansas"),
    ("KY", "Kentucky"),
    ("LA", "Louisiana"),
    ("MA", "Massachusetts"),
    ("MD", "Maryland"),
    ("ME", "Maine"),
    ("MI", "Michigan"),
    ("MN", "Minnesota"),
    ("MO", "Missouri"),
    ("MS", "Mississippi"),
    ("MT", "Montana"),
    ("NC", "North Carolina"),
    ("ND", "North Dakota"),
    ("NE", "Nebraska"),
    ("NH", "New Hampshire"),
    ("NJ", "New Jersey"),
    ("NM", "New Mexico"),
    ("NV", "Nevada"),
    ("NY", "New York"),
    ("OH", "Ohio"),
    ("OK", "Oklahoma"),
    ("OR", "Oregon"),
    ("PA", "Pennsylvania"),
    ("PR", "Puerto Rico"),
    ("RI", "Rhode Island"),
    ("SC", "South Carolina"),
    ("SD", "South Dakota"),
    ("TN", "Tennessee"),
    ("TX", "Texas"),
    ("UT", "Utah"),
    ("VA", "Virginia"),
    ("VT", "Vermont"),
    ("WA", "Washington"),
    ("WI", "Wisconsin"),
    ("WV", "West Virginia"),
    ("WY", "Wyoming"),
];

/// Kinds of streets, short, with a dot or without, in order.
const STREETS: &[(&str, &str)] = &[
    ("Ave", "Avenue"),
    ("Blvd", "Boulevard"),
    ("Cir", "Circle"),
    ("Ct", "Court"),
    ("Dr", "Drive"),
    ("Hwy", "Highway"),
    ("Ln", "Lane"),
    ("Pkwy", "Parkway"),
    ("Pl", "Place"),
    ("Rd", "Road"),
    ("Sq", "Square"),
    ("St", "Street"),
];

fn compass(letters: &str) -> Option<&'static str> {
    Some(match letters {
        "N" => "North",
        "S" => "South",
        "E" => "East",
        "W" => "West",
        "NE" => "Northeast",
        "NW" => "Northwest",
        "SE" => "Southeast",
        "SW" => "Southwest",
        _ => return None,
    })
}

/// The state after a town and before a postal code: `Austin, TX 78701`, `Portland, OR 97201-1234`.
pub fn state(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    (start.starts_word() && start.follows(", ")).then_some(())?;
    let mut at = start;
    let code = at.eat_while(|found| found.is_ascii_uppercase());
    let (_, name) = STATES.get(STATES.binary_search_by_key(&code, |(code, _)| code).ok()?)?;
    let end = at;
    // `Seattle, WA and Miami, FL.`: those that are nothing else.
    let town = || {
        let before = start.window_before(24).trim_end_matches(", ");
        let word = before.rsplit(' ').next().unwrap_or_default();
        word.len() > 3 && word.starts_with(char::is_uppercase) && !word.ends_with(char::is_uppercase)
    };
    let sure = matches!(
        code,
        "AZ" | "CA"
            | "FL"
            | "GA"
            | "IL"
            | "KY"
            | "MI"
            | "MN"
            | "NC"
            | "NJ"
            | "NV"
            | "NY"
            | "OH"
            | "TN"
            | "TX"
            | "UT"
            | "WA"
            | "WI"
    );
    let alone = end.ends_word() && end.peek().is_none_or(|next| " ,.;:)!?".contains(next));
    let zip_follows = at.past(|at| at.eat(' ') && at.digits(5..=5).is_some()).is_some();
    if !zip_follows {
        return (sure && alone && town()).then(|| Edit::new(start, end, *name));
    }
    at.eat(' ').then_some(())?;
    let number = at;
    at.digits(5..=5)?;
    let zip = number.until(at);
    let mut edit = Edit::from(start).say(end, *name).say(at, reader.characters(zip));
    if let Some(more) = at.past(|at| at.eat('-') && at.digits(4..=4).is_some()) {
        edit = edit.say(more, format!(", {}", reader.characters(at.until(more))));
        at = more;
    }
    at.ends_word().then_some(edit)
}

/// The letter of `42 W 23rd St`, `1600 N. Maple`, `two miles N of town` → the direction.
pub fn direction(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    (start.starts_word() && start.before() == Some(' ')).then_some(())?;
    let mut at = start;
    let name = compass(at.eat_while(|found| found.is_ascii_uppercase()))?;
    let letters = at;
    at.eat('.');
    at.eat(' ').then_some(())?;
    let next = at.chunk();
    let word = next.trim_end_matches(|found: char| !is_word(found));
    let ordinal = word.starts_with(|first: char| first.is_ascii_digit())
        && ["st", "nd", "rd", "th"].iter().any(|end| word.ends_with(end));
    let street = word.chars().count() > 2
        && word.starts_with(char::is_uppercase)
        && word.chars().skip(1).all(char::is_lowercase);
    let numbered = start.window_before(2).starts_with(|before: char| before.is_ascii_digit())
        && !start.window_before(8).contains(['=', '×']);
    let before = start.previous_word();
    let length = matches!(
        before.trim_end_matches('.'),
        "mi" | "mile" | "miles" | "km" | "ft" | "feet" | "yards" | "blocks" | "minutes" | "kilometers" | "m"
    );
    let of = next == "of" && (length || numbered);
    if of {
        return Some(Edit::new(start, at.moved_to(letters.at()), name.to_lowercase()));
    }
    let end =
        if letters.peek() == Some('.') { letters.past(|at| at.eat('.')).unwrap_or(letters) } else { letters };
    (numbered && (ordinal || street)).then(|| Edit::from(start).say(letters, name).say(end, ""))
}

/// `23rd St`, `Main St, Springfield`, `Peter's Dr.` → `Street`, `Drive`: after a name, not before one.
pub fn street(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    (start.starts_word() && start.before() == Some(' ')).then_some(())?;
    let mut at = start;
    let written = at.eat_while(char::is_alphabetic);
    let (_, name) = STREETS.get(STREETS.binary_search_by_key(&written, |(written, _)| written).ok()?)?;
    let word = at;
    let dotted = at.eat('.');
    let before = start.previous_word();
    let ordinal = before.starts_with(|first: char| first.is_ascii_digit())
        && before.ends_with(|last: char| last.is_ascii_lowercase());
    let named = before.starts_with(char::is_uppercase)
        && before.len() > 1
        && start.window_before(before.len() + 2).trim_end().ends_with(before)
        && !start.follows(". ")
        && !matches!(
            before,
            "The"
                | "A"
                | "An"
                | "And"
                | "In"
                | "At"
                | "On"
                | "Near"
                | "With"
                | "Is"
                | "Hi"
                | "Hello"
                | "Dear"
                | "Ask"
                | "See"
                | "Meet"
                | "Thanks"
                | "Rev"
        );
    let next = at.rest().strip_prefix(' ');
    // A name after it: a doctor, a saint.
    let name_follows = next.is_some_and(|next| next.starts_with(char::is_uppercase));
    let ends = at.peek().is_none_or(|next| " ,;:)!?".contains(next));
    let is_street = ends
        && (ordinal || named)
        && (!name_follows || (ordinal && written != "Dr"))
        // Without a dot `Dr`, `Pl`, `Ct`, `Sq` and `Cir` are too short to be sure of.
        && (dotted || ordinal || next.is_none() && at.peek() == Some(',') || matches!(written, "Ave" | "Blvd" | "Rd" | "Ln" | "Pkwy" | "St"));
    // Which dot of an abbreviation ends the sentence is seen where those are.
    let end_of_text = dotted && at.peek().is_none_or(|next| "\"'”’)".contains(next));
    is_street.then(|| {
        let edit = Edit::from(start).say(word, *name);
        match (dotted, end_of_text) {
            (true, false) => edit.say(at, ""),
            _ => edit,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_in_order() {
        assert!(STATES.is_sorted_by_key(|(code, _)| code) && STREETS.is_sorted_by_key(|(short, _)| short));
    }
}
