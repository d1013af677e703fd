//! Numbers with what they count: units, degrees, parts, ranges, telephone numbers.

use super::cursor::{Cursor, is_word};
use super::tables::UNITS;
use super::tracked::Edit;

use super::calendar;

/// `-5 °C` → `-5 degrees Celsius`.
pub fn temperature(mut at: Cursor<'_>) -> Option<Edit> {
    let number = signed_number(&mut at)?;
    at.eat(' ');
    at.eat('°').then_some(())?;
    let spaced = at.past(|at| at.eat(' '));
    let ends = spaced.into_iter().chain([at]).find_map(|at| {
        let scaled = at.past(|at| at.eat_one_of(["C", "F"]).is_some());
        scaled.into_iter().chain([at]).find(|end| end.ends_word())
    })?;
    let degrees = counted(number, ["degree", "degrees"]);
    let scale = match ends.before() {
        Some('C') => " Celsius",
        Some('F') => " Fahrenheit",
        Some(' ') => " ",
        _ => "",
    };
    Some(Edit::new(ends, format!("{number} {degrees}{scale}")))
}

/// `5km` → `5 kilometers`.
pub fn unit(mut at: Cursor<'_>) -> Option<Edit> {
    let number = signed_number(&mut at)?;
    // `2.5s` are seconds; `30s` are years.
    if number.contains('.')
        && let Some(end) = at.past(|at| at.eat('s') && at.ends_word())
    {
        return Some(Edit::new(end, format!("{number} seconds")));
    }
    at.eat(' ');
    let (words, end) = UNITS.iter().find_map(|(unit, words)| {
        let end = at.past(|at| at.eat_text(unit) && at.ends_word())?;
        Some((*words, end))
    })?;
    let per = PER.iter().find_map(|(written, spoken)| {
        Some((spoken, end.past(|at| at.eat('/') && at.eat_text(written) && at.ends_word())?))
    });
    let words = counted(number, words);
    Some(match per {
        Some((per, end)) => Edit::new(end, format!("{number} {words} per {per}")),
        None => Edit::new(end, format!("{number} {words}")),
    })
}

/// What units, prices and counts are given by: `/s` → `per second`.
const PER: [(&str, &str); 16] = [
    ("s", "second"),
    ("sec", "second"),
    ("second", "second"),
    ("min", "minute"),
    ("minute", "minute"),
    ("h", "hour"),
    ("hr", "hour"),
    ("hour", "hour"),
    ("day", "day"),
    ("week", "week"),
    ("mo", "month"),
    ("month", "month"),
    ("yr", "year"),
    ("year", "year"),
    ("user", "user"),
    ("person", "person"),
];

/// `$5/month` → `$5 per month`.
pub fn per(mut at: Cursor<'_>) -> Option<Edit> {
    at.before().filter(char::is_ascii_digit)?;
    at.eat('/').then_some(())?;
    let (end, spoken) = PER.iter().find_map(|(written, spoken)| {
        Some((at.past(|at| at.eat_text(written) && at.ends_word())?, spoken))
    })?;
    Some(Edit::new(end, format!(" per {spoken}")))
}

/// `5M`, `70B` → `5 million`, `70 billion`. One digit and a `B` is a place: `Apartment 4B`.
pub fn large_count(mut at: Cursor<'_>) -> Option<Edit> {
    if !at.starts_number() {
        return None;
    }
    let number = at.number()?;
    let scale = match at.eat_if(|letter| matches!(letter, 'M' | 'B'))? {
        'M' => "million",
        _ if number.len() > 1 => "billion",
        _ => return None,
    };
    at.ends_word().then(|| Edit::new(at, format!("{number} {scale}")))
}

/// `3e-4` → `3 times 10 to the minus 4`.
pub fn power_of_ten(mut at: Cursor<'_>) -> Option<Edit> {
    if !at.starts_number() {
        return None;
    }
    let number = at.number()?;
    at.eat_one_of(["e", "E"])?;
    let sign = match at.eat_one_of(["-", "+"]) {
        Some("-") => "minus ",
        _ => "",
    };
    let exponent = at.digits(1..=3)?;
    at.ends_word().then(|| Edit::new(at, format!("{number} times 10 to the {sign}{exponent}")))
}

/// `.5` → `0.5`.
pub fn leading_point(mut at: Cursor<'_>) -> Option<Edit> {
    let starts = at.before().is_none_or(|before| " (-+".contains(before));
    (starts && at.eat('.') && at.peek().is_some_and(|next| next.is_ascii_digit()))
        .then(|| Edit::new(at, "0."))
}

/// `1,2` → `1, 2`: a comma that separates no thousands.
pub fn list_comma(mut at: Cursor<'_>) -> Option<Edit> {
    at.before().filter(char::is_ascii_digit)?;
    at.eat(',').then_some(())?;
    let mut after = at;
    let digits = after.eat_while(|found| found.is_ascii_digit()).len();
    (digits > 0 && digits != 3).then(|| Edit::new(at, ", "))
}

/// `5'10"` → `5 foot 10`.
pub fn feet_and_inches(mut at: Cursor<'_>) -> Option<Edit> {
    if !at.starts_number() {
        return None;
    }
    let feet = at.digits(1..=2)?;
    at.eat('\'').then_some(())?;
    let inches = at.digits(1..=2)?;
    let end = at.past(|at| at.eat_one_of(["\"", "''", "”"]).is_some()).unwrap_or(at);
    end.ends_word().then(|| Edit::new(end, format!("{feet} foot {inches}")))
}

/// `1920x1080` → `1920 by 1080`.
pub fn dimensions(mut at: Cursor<'_>) -> Option<Edit> {
    let extent = |at: &mut Cursor<'_>| at.peek() != Some('0') && at.digits(1..=5).is_some();
    let start = at;
    let width = at.past(extent).filter(|_| start.starts_number())?;
    at = width.past(|at| at.eat_one_of(["x", "×"]).is_some())?;
    let height = at.past(extent).filter(|end| end.ends_word())?;
    Some(Edit::new(height, format!("{} by {}", start.until(width), at.until(height))))
}

fn signed_number<'t>(at: &mut Cursor<'t>) -> Option<&'t str> {
    let start = *at;
    if !start.starts_number() {
        return None;
    }
    at.eat('-');
    at.number()?;
    Some(start.until(*at))
}

/// The first of `words` after one, the second after any other number.
pub fn counted(number: &str, words: [&'static str; 2]) -> &'static str {
    let [one, many] = words;
    if matches!(number, "1" | "1.0" | "-1") { one } else { many }
}

/// `555-1234`, `(555) 123-4567`, `1-800-555-0199`: digit by digit, with a pause between the groups.
pub fn telephone(at: Cursor<'_>) -> Option<Edit> {
    if at.before().is_some_and(|before| is_word(before) || ".-".contains(before)) {
        return None;
    }
    let country = at.past(|at| at.eat_text("1-") || at.eat_text("1 ")).into_iter().chain([at]);
    let area = country.filter_map(|at| {
        let bracketed = at.past(|at| at.eat('(') && at.digits(3..=3).is_some() && at.eat(')'));
        let spaced = bracketed.map(|at| at.past(|at| at.eat(' ')).unwrap_or(at));
        spaced.or_else(|| at.past(|at| at.digits(3..=3).is_some() && at.eat('-')))
    });
    let end = area.chain([at]).find_map(|at| {
        let number =
            |at: &mut Cursor<'_>| at.digits(3..=3).is_some() && at.eat('-') && at.digits(4..=4).is_some();
        at.past(number).filter(|end| ends_quantity(*end) && end.peek() != Some('-'))
    })?;
    let groups = at.until(end).split(|separator: char| !separator.is_ascii_digit());
    let spell = |group: &str| group.chars().map(String::from).collect::<Vec<_>>().join(" ");
    let groups: Vec<_> = groups.filter(|group| !group.is_empty()).map(spell).collect();
    Some(Edit::new(end, groups.join(", ")))
}

/// `2/3` → `2 thirds`, `1 1/2` → `1 and a half`, `9/11` → `September eleventh`, `3/50` → `3 slash 50`.
pub fn fraction(mut at: Cursor<'_>) -> Option<Edit> {
    const PARTS: [&str; 9] =
        ["half", "third", "quarter", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
    if at.before().is_some_and(|before| is_word(before) || "./".contains(before)) {
        return None;
    }
    let at_start = at;
    let above = at.digits(1..=2)?;
    at.eat('/').then_some(())?;
    let below = at.digits(1..=2)?;
    if !ends_quantity(at) || at.peek() == Some('/') {
        return None;
    }
    let (a, b): (usize, usize) = (above.parse().ok()?, below.parse().ok()?);
    let part = b.checked_sub(2).and_then(|index| PARTS.get(index)).filter(|_| 0 < a && a < b);
    let is_mixed = at_start.follows_number();
    let spoken = match (part, a) {
        (Some(part), 1) if is_mixed => format!("and a {part}"),
        (Some(part), _) if is_mixed => format!("and {a} {part}s"),
        (Some(&"half"), _) => "one half".to_owned(),
        (Some(part), 1) => format!("1 {part}"),
        (Some(part), _) => format!("{a} {part}s"),
        (None, 24) if b == 7 => "24 7".to_owned(),
        (None, 50) if b == 50 => "50 50".to_owned(),
        (None, _) => calendar::month_day(a, below).unwrap_or_else(|| format!("{a} slash {b}")),
    };
    Some(Edit::new(at, spoken))
}

/// `10-20`, `1.5–2` → `10 to 20`, `1.5 to 2`.
pub fn range(at: Cursor<'_>) -> Option<Edit> {
    if at.before().is_some_and(|before| is_word(before) || ".-".contains(before)) {
        return None;
    }
    let mut end = at;
    let from = bound(&mut end)?;
    end.eat(' ');
    end.eat_one_of(["-", "–"])?;
    end.eat(' ');
    let to = bound(&mut end)?;
    if !ends_quantity(end) || end.peek() == Some('-') {
        return None;
    }
    Some(Edit::new(end, format!("{from} to {to}")))
}

/// A number of up to four digits, perhaps with decimals or as a rank.
fn bound<'t>(at: &mut Cursor<'t>) -> Option<&'t str> {
    let start = *at;
    at.digits(1..=4)?;
    if let Some(decimals) = at.past(|at| at.eat('.') && at.digits(1..=2).is_some()) {
        *at = decimals;
    } else if let Some(rank) = at.past(|at| at.eat_one_of(["st", "nd", "rd", "th"]).is_some()) {
        *at = rank;
    }
    Some(start.until(*at))
}

/// Whether a quantity may end here: what follows neither goes on with it nor, after a dot, makes it a version
/// or a name.
fn ends_quantity(at: Cursor<'_>) -> bool {
    at.ends_word() && !(at.peek() == Some('.') && at.peek_second().is_some_and(is_word))
}

/// `+5` → `plus 5`.
pub fn plus(mut at: Cursor<'_>) -> Option<Edit> {
    if at.before().is_some_and(|before| is_word(before) || before == '+') {
        return None;
    }
    at.eat('+').then_some(())?;
    at.peek().filter(char::is_ascii_digit)?;
    Some(Edit::new(at, "plus "))
}
