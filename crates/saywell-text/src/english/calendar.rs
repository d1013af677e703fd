//! Times of day and dates.

use super::cursor::Cursor;
use super::number_words::{cardinal, ordinal};
use super::tracked::Edit;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `7:30 pm` → `seven thirty P.M.`, `5:00` → `five o'clock`, `10:15:01` → `ten fifteen and one second`.
pub fn time(mut at: Cursor<'_>) -> Option<Edit> {
    if !at.starts_word() {
        return None;
    }
    let hour = at.digits(1..=2)?;
    at.eat(':').then_some(())?;
    let minute = at.digits(2..=2)?;
    let mut after_second = at;
    let second = if after_second.eat(':') { after_second.digits(2..=2) } else { None };
    let mut found = None;
    for (second, at) in second.map(|second| (Some(second), after_second)).into_iter().chain([(None, at)]) {
        let half = half_of_day(at);
        let ends = half.map(|(half, end)| (Some(half), end)).into_iter().chain([(None, at)]);
        let mut ends = ends.filter(|(_, end)| !end.peek().is_some_and(|next| next.is_ascii_digit()));
        found = found.or_else(|| ends.next().map(|(half, end)| (second, half, end)));
    }
    let (second, half, end) = found?;
    let above = |digits: &str, limit: u8| digits.parse::<u8>().is_ok_and(|value| value > limit);
    if above(hour, 24) || above(minute, 59) || second.is_some_and(|second| above(second, 59)) {
        return None;
    }
    // Zero seconds are a way to write the minute.
    let second = second.filter(|second| *second != "00");
    let mut words = cardinal(hour);
    words += &match minute.as_bytes() {
        b"00" if half.is_some() || second.is_some() => String::new(),
        b"00" => " o'clock".to_owned(),
        [b'0', _] => [" oh ", &cardinal(minute)].concat(),
        _ => [" ", &cardinal(minute)].concat(),
    };
    if let Some(second) = second {
        words += &[" and ", &cardinal(second), if second == "01" { " second" } else { " seconds" }].concat();
    }
    if let Some(half) = half {
        // With dots, so that the letters are named. A full stop that follows is the last of them.
        words.extend([' ', half, '.', 'M']);
        words += if end.peek() == Some('.') { "" } else { "." };
    }
    if let Some(end) = end.past(|at| at.eat('Z') && at.ends_word()) {
        return Some(Edit::new(end, words + " UTC"));
    }
    let to_another = |at: &mut Cursor<'_>| {
        at.eat(' ');
        let is_dash = at.eat_one_of(["-", "–"]).is_some();
        at.eat(' ');
        is_dash && at.past(|at| at.digits(1..=2).is_some() && at.eat(':')).is_some()
    };
    if let Some(end) = end.past(to_another) {
        return Some(Edit::new(end, words + " to "));
    }
    Some(Edit::new(end, words))
}

/// `am`, `p.m.` and the like: `A` or `P`, and where it ends.
fn half_of_day(mut at: Cursor<'_>) -> Option<(char, Cursor<'_>)> {
    at.eat(' ');
    let half = at.eat_if(|half| "AaPp".contains(half))?.to_ascii_uppercase();
    at.eat('.');
    at.eat_if(|letter| "Mm".contains(letter))?;
    let with_dot = at.past(|at| at.eat('.'));
    let ends = |end: &Cursor<'_>| !end.peek().is_some_and(|next| next.is_ascii_alphabetic());
    with_dot.filter(ends).or(Some(at).filter(ends)).map(|end| (half, end))
}

/// `2024-01-05` → `January fifth, 2024`.
pub fn iso_date(mut at: Cursor<'_>) -> Option<Edit> {
    if !at.starts_word() {
        return None;
    }
    let year = at.digits(4..=4)?;
    at.eat('-').then_some(())?;
    let month = at.digits(2..=2)?;
    at.eat('-').then_some(())?;
    let day = at.digits(2..=2)?;
    let date = month_day(month.parse().ok()?, day)?;
    // A `T` sets off the time.
    let with_time = at.past(|at| at.eat('T') && at.peek().is_some_and(|next| next.is_ascii_digit()));
    let (end, space) = with_time.map_or((at, ""), |at| (at, " "));
    (with_time.is_some() || at.ends_word()).then(|| Edit::new(end, format!("{date}, {year}{space}")))
}

/// `3/14/99` → `March fourteenth, 1999`; the month is second where the first cannot be one.
pub fn slashed_date(mut at: Cursor<'_>) -> Option<Edit> {
    if !at.starts_word() {
        return None;
    }
    let first = at.digits(1..=2)?;
    at.eat('/').then_some(())?;
    let second = at.digits(1..=2)?;
    at.eat('/').then_some(())?;
    let year = at.digits(2..=4).filter(|year| year.len() != 3 && at.ends_word())?;
    let century = match year.parse() {
        Ok(0..=30_u16) if year.len() == 2 => "20",
        _ if year.len() == 2 => "19",
        _ => "",
    };
    let (month, day) = match first.parse().ok()? {
        month @ ..=12 => (month, second),
        _ => (second.parse().ok()?, first),
    };
    Some(Edit::new(at, format!("{}, {century}{year}", month_day(month, day)?)))
}

/// `Mar. 3rd, 2024` → `March third, 2024`.
pub fn month_and_day(at: Cursor<'_>) -> Option<Edit> {
    if !at.starts_word() {
        return None;
    }
    month_names(at).find_map(|(month, mut at)| {
        at.eat('.');
        at.eat(' ').then_some(())?;
        let day = at.digits(1..=2)?;
        at = at.past(|at| at.eat_one_of(["st", "nd", "rd", "th"]).is_some() && at.ends_word()).unwrap_or(at);
        if !at.ends_word() || at.peek().is_some_and(|next| ":%".contains(next)) {
            return None;
        }
        let mut date = month_day(month, day)?;
        let through = at.past(|at| at.eat_one_of(["-", "–"]).is_some()).and_then(|mut at| {
            let last = at.digits(1..=2)?;
            Some((month_day(month, last).filter(|_| at.ends_word())?, at))
        });
        if let Some((last, end)) = through {
            date += " to ";
            date += last.split(' ').next_back().unwrap_or_default();
            at = end;
        }
        let mut end = at;
        end.eat(',');
        if end.eat(' ') && end.digits(4..=4).is_some() && end.ends_word() {
            return Some(Edit::new(end, format!("{date}{}", at.until(end))));
        }
        Some(Edit::new(at, date))
    })
}

/// `4 July`, `the 4 of July` → `the fourth of July`.
pub fn day_and_month(at: Cursor<'_>) -> Option<Edit> {
    if !at.starts_word() {
        return None;
    }
    let mut after = at.past(|at| at.eat_text("the ")).unwrap_or(at);
    let day = after.digits(1..=2)?;
    after.eat(' ').then_some(())?;
    after.eat_text("of ");
    let (month, mut end) = month_names(after).find(|(_, end)| end.ends_word())?;
    end.eat('.');
    let date = month_day(month, day)?;
    let (month, day) = date.split_once(' ')?;
    Some(Edit::new(end, format!("the {day} of {month}")))
}

/// `Jan 2024` → `January 2024`.
pub fn month_and_year(at: Cursor<'_>) -> Option<Edit> {
    if !at.starts_word() {
        return None;
    }
    month_names(at).find_map(|(month, mut at)| {
        at.eat('.');
        at.eat(' ').then_some(())?;
        let year = at.digits(4..=4)?;
        let name = MONTHS.get(month - 1).filter(|_| at.ends_word())?;
        Some(Edit::new(at, format!("{name} {year}")))
    })
}

/// Every way to read the name of a month here, the longest first: its number, and where it ends.
fn month_names(at: Cursor<'_>) -> impl Iterator<Item = (usize, Cursor<'_>)> {
    let readings = |length: fn(&str) -> usize| {
        (1..).zip(MONTHS).filter_map(move |(month, name)| {
            Some((month, at.past(|at| name.get(..length(name)).is_some_and(|name| at.eat_text(name)))?))
        })
    };
    let september = at.past(|at| at.eat_text("Sept")).map(|end| (9, end));
    readings(str::len).chain(september).chain(readings(|_| 3))
}

/// `March fourteenth`, if there is such a day.
pub fn month_day(month: usize, day: &str) -> Option<String> {
    let name = MONTHS.get(month.checked_sub(1)?)?;
    (1..=31).contains(&day.parse::<u8>().ok()?).then(|| format!("{name} {}", ordinal(day)))
}
