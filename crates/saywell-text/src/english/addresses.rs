//! Addresses of houses and towns: `42 W 23rd St`, `Portland, OR 97201`, `2 mi. N of town`, `Peter's Dr.`

use super::cursor::{Cursor, is_word};
use super::kinds::Reader;
use super::spelled::Edit;
use super::tables::ABBREVIATIONS;

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
    // `Portland, OR and Portland, ME`: beside another.
    let beside = || {
        let is_state = |text: &str| {
            text.get(..2).is_some_and(|code| STATES.binary_search_by_key(&code, |(code, _)| code).is_ok())
                && text[2..].chars().next().is_none_or(|next| !next.is_alphanumeric())
        };
        let mut after = end.window_after(32).splitn(3, ", ");
        let follows =
            after.next().is_some_and(|words| words.len() < 24) && after.next().is_some_and(is_state);
        let precedes = start.window_before(40).rsplit(", ").nth(1).is_some_and(is_state);
        follows || precedes
    };
    if !zip_follows {
        return ((sure || beside()) && alone && town()).then(|| Edit::new(start, end, *name));
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
    if is_after_street(start) && letters.peek().is_none_or(|next| " ,;)".contains(next)) {
        return Some(Edit::new(start, letters, name));
    }
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
        return Some(Edit::new(start, at.moved_to(letters.offset()), name.to_lowercase()));
    }
    let end =
        if letters.peek() == Some('.') { letters.past(|at| at.eat('.')).unwrap_or(letters) } else { letters };
    let crosses = start.follows("& ") || start.follows("and ");
    (numbered && (ordinal || street) || crosses && ordinal)
        .then(|| Edit::from(start).say(letters, name).say(end, ""))
}

/// Whether a numbered street is before: `1600 Pennsylvania Ave NW`.
fn is_after_street(start: Cursor<'_>) -> bool {
    let kind = start.previous_word().trim_end_matches('.');
    let is_street = STREETS.iter().any(|(short, name)| *short == kind || *name == kind);
    is_street
        && start.words_before().skip(1).any(|word| word.starts_with(|first: char| first.is_ascii_digit()))
}

/// Whether the direction that its name ends in follows, and nothing of a name: `Ave NW,`.
fn is_before_direction(next: &str) -> bool {
    let letters = next.bytes().take_while(u8::is_ascii_uppercase).count();
    compass(&next[..letters]).is_some()
        && next[letters..].chars().next().is_none_or(|next| " ,.;)".contains(next))
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
    // `the 9th Cir.` is a court.
    if ordinal && written == "Cir" {
        return None;
    }
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
    let name_follows = next.is_some_and(|next| {
        let part = ["Apt", "Bldg", "Fl.", "Floor", "Rm", "Ste", "Suite", "Unit"];
        next.starts_with(char::is_uppercase)
            && !is_before_direction(next)
            && !part.iter().any(|part| next.starts_with(part))
    });
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

/// The `-Calif.` of `(D-Calif.)` → `, California`: where a member of a parliament is from.
pub fn party_and_state(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    /// Those that are no [`ABBREVIATIONS`] elsewhere.
    const SHORT: [(&str, &str); 23] = [
        ("Ala.", "Alabama"),
        ("Ark.", "Arkansas"),
        ("Del.", "Delaware"),
        ("Ga.", "Georgia"),
        ("Ill.", "Illinois"),
        ("Ind.", "Indiana"),
        ("Kan.", "Kansas"),
        ("Ky.", "Kentucky"),
        ("La.", "Louisiana"),
        ("Md.", "Maryland"),
        ("Miss.", "Mississippi"),
        ("Mo.", "Missouri"),
        ("Mont.", "Montana"),
        ("N.C.", "North Carolina"),
        ("N.J.", "New Jersey"),
        ("N.M.", "New Mexico"),
        ("N.Y.", "New York"),
        ("Neb.", "Nebraska"),
        ("Nev.", "Nevada"),
        ("Ore.", "Oregon"),
        ("Pa.", "Pennsylvania"),
        ("Va.", "Virginia"),
        ("Wis.", "Wisconsin"),
    ];
    let party = ["(D", "(R", "(I"].iter().any(|party| start.follows(party));
    let mut at = start;
    (party && at.eat('-')).then_some(())?;
    let code = at.window_after(2);
    let name = SHORT
        .iter()
        .find(|(written, _)| at.rest().starts_with(written))
        .or_else(|| {
            let dot = at.window_after(8).find('.')?;
            let written = &at.rest()[..=dot];
            ABBREVIATIONS.get(ABBREVIATIONS.binary_search_by_key(&written, |(written, _)| written).ok()?)
        })
        .or_else(|| STATES.iter().find(|(written, _)| *written == code))?;
    let end = at.moved_to(at.offset() + name.0.len());
    (end.peek() == Some(')')).then(|| Edit::new(start, end, format!(", {}", name.1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_in_order() {
        assert!(STATES.is_sorted_by_key(|(code, _)| code) && STREETS.is_sorted_by_key(|(short, _)| short));
    }
}
