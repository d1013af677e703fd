//! Dates: `2024-01-05`, `3/14/99`, `Mar. 3rd, 2024`, `4 July`.

use super::clock;
use super::cursor::Cursor;
use super::kinds::Reader;
use super::spelled::Edit;

const MONTHS: [&str; 12] = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
];

/// `2024-05-10T10:00:00+02:00` → `May tenth, twenty twenty four, ten o'clock UTC plus two`.
pub fn timestamp(at: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let (date, mut end) = iso(at, reader)?;
    let day = end;
    end.eat_one_of(["T", " "])?;
    let (time, end) = clock::time_of_timestamp(end, reader)?;
    (end.ends_word() && !at.is_inside_number()).then(|| Edit::from(at).say(day, date + ",").say(end, time))
}

/// `2024-01-05`, `2024-01` → `January fifth, twenty twenty four`, `January twenty twenty four`.
pub fn iso_date(at: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let (date, end) = iso(at, reader).or_else(|| year_and_month(at, reader))?;
    let goes_on = end.peek().is_some_and(|next| "-/".contains(next))
        && end.peek_second().is_some_and(char::is_alphanumeric);
    (end.ends_word() && !goes_on && !at.is_inside_number()).then(|| Edit::new(at, end, date))
}

fn iso(mut at: Cursor<'_>, reader: Reader) -> Option<(String, Cursor<'_>)> {
    let year = at.digits(4..=4).filter(|year| year.starts_with(['1', '2']))?;
    let separator = at.eat_one_of(["-", "/"])?;
    let month = at.digits(2..=2)?;
    at.eat_text(separator).then_some(())?;
    let day = at.digits(2..=2)?;
    Some((format!("{}, {}", month_day(month.parse().ok()?, day, reader)?, reader.year(year)), at))
}

/// The month with its zero, since `2010-12` may be a range.
fn year_and_month(mut at: Cursor<'_>, reader: Reader) -> Option<(String, Cursor<'_>)> {
    let year = at.digits(4..=4).filter(|year| year.starts_with(['1', '2']))?;
    at.eat_text("-0").then_some(())?;
    let month = at.digits(1..=1)?.parse().ok()?;
    Some((format!("{} {}", month_name(month)?, reader.year(year)), at))
}

/// `3/14/99` → `March fourteenth, nineteen ninety nine`; the month is second where the first cannot be one, and
/// where dots are between.
pub fn slashed_date(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    let first = at.digits(1..=2)?;
    let separator = at.eat_one_of(["/", "."])?;
    let second = at.digits(1..=2)?;
    at.eat_text(separator).then_some(())?;
    let year = at.digits(if separator == "." { 4..=4 } else { 2..=4 })?;
    if year.len() == 3 || !at.ends_word() || start.is_inside_number() || at.peek() == Some('/') {
        return None;
    }
    let (month, day) = match first.parse().ok()? {
        month @ ..=12 if separator == "/" => (month, second),
        _ => (second.parse().ok()?, first),
    };
    let date = month_day(month, day, reader)?;
    Some(Edit::new(start, at, format!("{date}, {}", reader.year(&full_year(year)))))
}

/// A year of two digits is of this century up to 30.
pub fn full_year(year: &str) -> String {
    match year.parse() {
        Ok(0..=30_u16) if year.len() == 2 => format!("20{year}"),
        _ if year.len() == 2 => format!("19{year}"),
        _ => year.to_owned(),
    }
}

/// `Mar. 3rd, 2024` → `March third, twenty twenty four`; `Jan 2024` → `January twenty twenty four`.
pub fn month(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_word() || !start.peek().is_some_and(|first| "JFMASOND".contains(first)) {
        return None;
    }
    month_names(start).find_map(|(month, mut at)| {
        at.eat('.');
        let name = at;
        // `Jun–Sep`
        let dash = at.past(|at| at.eat_one_of(["–", "-"]).is_some());
        let second = dash.and_then(|dash| month_names(dash).find(|(_, end)| end.ends_word()));
        if let (Some(dash), Some((second, end))) = (dash, second) {
            let edit = Edit::from(start).say(name, MONTHS[month - 1]).say(dash, "to");
            // With its day it is a date of its own.
            let has_day =
                end.past(|at| at.eat_one_of([". ", " "]).is_some() && at.digits(1..=2).is_some()).is_some();
            return Some(if has_day { edit } else { edit.say(end, MONTHS[second - 1]) });
        }
        at.eat(' ').then_some(())?;
        month_then_day(start, month, at, reader).or_else(|| {
            let year = at.digits(4..=4)?;
            at.ends_word().then(|| Edit::from(start).say(name, MONTHS[month - 1]).say(at, reader.year(year)))
        })
    })
}

fn month_then_day(start: Cursor<'_>, month: usize, mut at: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let day = at.digits(1..=2)?;
    at = at.past(|at| at.eat_one_of(["st", "nd", "rd", "th"]).is_some() && at.ends_word()).unwrap_or(at);
    let goes_on = at.peek().is_some_and(|next| ":%".contains(next))
        || at.past(|at| at.eat_one_of([".", "/"]).is_some() && at.digits(1..=1).is_some()).is_some();
    if !at.ends_word() || goes_on {
        return None;
    }
    let mut date = month_day(month, day, reader)?;
    let through = at.past(|at| at.eat_one_of(["-", "–"]).is_some()).and_then(|mut at| {
        let last = at.digits(1..=2)?;
        Some((month_day(month, last, reader).filter(|_| at.ends_word())?, at))
    });
    if let Some((last, end)) = through {
        let name = MONTHS[month - 1].len();
        date += " to";
        date += &last[name..];
        at = end;
    }
    let mut end = at;
    let comma = end.eat(',');
    if end.eat(' ')
        && let Some(year) = end.digits(4..=4)
        && end.ends_word()
    {
        return Some(
            Edit::from(start).say(at, date + if comma { "," } else { "" }).say(end, reader.year(year)),
        );
    }
    Some(Edit::new(start, at, date))
}

/// `4 July 1776`, `the 4 of July` → `the fourth of July seventeen seventy six`.
pub fn day_and_month(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_number() {
        return None;
    }
    let mut at = start;
    let day = at.digits(1..=2)?;
    at.eat_one_of(["st", "nd", "rd", "th"]);
    at.eat(' ').then_some(())?;
    at.eat_text("of ");
    let (month, mut end) = month_names(at).find(|(_, end)| end.ends_word())?;
    // The dot of a short name, unless a sentence ends there.
    let dot = end.past(|at| at.eat('.') && at.peek().is_some_and(|next| " ,;)".contains(next)));
    let ends = |at: Cursor<'_>| at.peek() == Some(' ') && at.next_word().starts_with(char::is_uppercase);
    end = dot.filter(|at| !ends(*at)).unwrap_or(end);
    let date = month_day(month, day, reader)?;
    let (month, day) = date.split_once(' ')?;
    let the = if start.previous_word().eq_ignore_ascii_case("the") { "" } else { "the " };
    let edit = Edit::new(start, end, format!("{the}{day} of {month}"));
    let mut after = end;
    after.eat(',');
    let year = after.past(|at| at.eat(' ') && at.digits(4..=4).is_some() && at.ends_word());
    Some(match year {
        Some(end) => edit.say(end, reader.year(&end.rest_before(4))),
        None => edit,
    })
}

/// Whether the name of a month stands here, in full or short.
pub fn is_month(at: Cursor<'_>) -> bool {
    month_names(at).any(|(_, end)| end.ends_word())
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
pub fn month_day(month: usize, day: &str, reader: Reader) -> Option<String> {
    let name = MONTHS.get(month.checked_sub(1)?)?;
    let number = day.parse::<u8>().ok().filter(|number| (1..=31).contains(number))?;
    Some(match reader {
        Reader::Words => format!("{name} {}", reader.ordinal(&number.to_string())),
        Reader::Natural => format!("{name} {number}"),
    })
}

/// `Q4'23`, `Q1 '24`, `FY'24` → `Q four, twenty twenty three` and so on.
pub fn quarter(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    start.starts_word().then_some(())?;
    let mut at = start;
    let name = match at.eat_one_of(["Q", "H", "FY"])? {
        "FY" => "F Y".to_owned(),
        letter => {
            let number = at.digits(1..=1).filter(|number| ("1"..="4").contains(number))?;
            format!("{letter} {},", reader.count(number))
        }
    };
    at.eat(' ');
    at.eat_one_of(["'", "’"])?;
    let year = at.digits(2..=2)?;
    at.ends_word().then(|| Edit::new(start, at, format!("{name} {}", reader.year(&full_year(year)))))
}

/// `Mon–Fri`, `Sat.-Sun.` → `Monday to Friday`, `Saturday to Sunday`.
pub fn weekdays(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    // `M–F 9–5`
    if let Some(end) = start.past(|at| at.eat_one_of(["M–F", "M-F"]).is_some() && at.eat(' '))
        && start.starts_chunk()
        && end.peek().is_some_and(|next| next.is_ascii_digit())
    {
        return Some(Edit::new(start, end.moved_to(end.offset() - 1), "Monday to Friday"));
    }
    let (first, end) = start.starts_word().then(|| weekday(start)).flatten()?;
    let dash = end.past(|at| at.eat_one_of(["–", "-", " – ", " - "]).is_some())?;
    let (second, end) = weekday(dash)?;
    end.ends_word().then(|| Edit::from(start).say(dash, format!("{first} to")).say(end, second))
}

/// `Mon, Tue or Wed`, `Sat March 7`, `on Sun` → the full name, beside another day, a date, or after `on`.
pub fn weekday_alone(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    (start.starts_word() && start.peek().is_some_and(|first| "MTWFS".contains(first))).then_some(())?;
    let (day, end) = weekday(start)?;
    end.ends_word().then_some(())?;
    let before = start.words_before().next().unwrap_or_default();
    let cue = matches!(
        before,
        "on" | "On"
            | "every"
            | "Every"
            | "by"
            | "until"
            | "next"
            | "last"
            | "this"
            | "since"
            | "Due"
            | "due"
            | "from"
    );
    let is_day = |word: &str| {
        word.len() <= 9 && weekday(Cursor::new(word, 0)).is_some_and(|(_, end)| end.rest().is_empty())
            || word.ends_with("day") && word.len() > 5 && word.starts_with(char::is_uppercase)
    };
    let mut after = end;
    after.eat('.');
    after.eat(',');
    let dated = after.peek() == Some(' ') && {
        let next = after.past(|at| at.eat(' ')).unwrap_or(after);
        month_names(next).any(|(_, end)| {
            end.ends_word()
                && end
                    .past(|at| {
                        at.eat('.');
                        at.eat(' ') && at.digits(1..=2).is_some()
                    })
                    .is_some()
        }) || next
            .past(|at| at.digits(1..=2).is_some() && at.eat('/') && at.digits(1..=2).is_some())
            .is_some()
            || next
                .past(|at| {
                    at.digits(1..=2).is_some() && at.eat_one_of([":", "am", "pm", " am", " pm"]).is_some()
                })
                .is_some()
            || next
                .past(|at| at.digits(1..=2).is_some() && at.eat(' '))
                .is_some_and(|at| month_names(at).any(|(_, end)| end.ends_word()))
    };
    // `Tue: back.`, one of a plan.
    let heads = end.rest().starts_with(": ")
        && start.until(end) != "Sun"
        && start.before().is_none_or(|before| before == ' ');
    let mut following =
        after.window_after(16).split(|found: char| !found.is_alphanumeric()).filter(|word| !word.is_empty());
    let beside = following.next().is_some_and(|word| {
        is_day(word) || matches!(word, "and" | "or") && following.next().is_some_and(is_day)
    });
    let follows =
        start.words_before().take(2).any(is_day) && (before == "or" || before == "and" || is_day(before));
    // `every 2nd Wed of the month`; `Mon–Fri 9–5, Sat 10–2`
    let ordered = end.rest().starts_with(" of ")
        && (before.starts_with(|first: char| first.is_ascii_digit())
            || matches!(before, "first" | "second" | "third" | "fourth" | "last"));
    let planned = end.peek() == Some(' ')
        && end.peek_second().is_some_and(|next| next.is_ascii_digit())
        && start.window_before(2) == ", "
        && start.words_before().any(is_day);
    let short = start.until(end);
    let dot = end.past(|at| at.eat('.') && at.peek().is_some());
    // `Jan 5 (Fri)`, `Thurs evening`
    let bracketed = start.before() == Some('(')
        && end.peek() == Some(')')
        && start
            .words_before()
            .next()
            .is_some_and(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    let part = !matches!(short, "Sun" | "Sat" | "Wed")
        && end.peek() == Some(' ')
        && matches!(end.next_word(), "afternoon" | "evening" | "morning" | "night" | "noon");
    (ordered || planned || bracketed || part || cue || dated || beside || follows || heads).then(|| {
        let edit = Edit::new(start, end, day);
        match dot
            .filter(|_| short.len() <= 5 && !end.rest()[1..].trim_start().starts_with(char::is_uppercase))
        {
            Some(dot) => edit.say(dot, ""),
            None => edit,
        }
    })
}

/// `expires 09/27`, `valid thru 3/2028` → the month and the year.
pub fn expiry(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const CUES: [&str; 11] = [
        "expires", "expiry", "expiration", "exp", "expired", "expiring", "valid", "card", "thru", "through",
        "exp.",
    ];
    if start.is_inside_number() {
        return None;
    }
    let mut at = start;
    let month: usize = at.digits(1..=2)?.parse().ok()?;
    at.eat('/').then_some(())?;
    let year = at.digits(2..=4).filter(|year| year.len() != 3)?;
    let cued = start.words_before().take(3).any(|word| CUES.contains(&word.to_ascii_lowercase().as_str()));
    let is_year = year.len() == 4 && year.starts_with("20") || year.len() == 2 && year >= "13";
    let goes_on = at.past(|at| at.eat_one_of(["/", "."]).is_some() && at.digits(1..=1).is_some()).is_some();
    let full = if year.len() == 2 { format!("20{year}") } else { year.to_owned() };
    (cued && is_year && at.ends_word() && !goes_on)
        .then_some(())
        .and_then(|()| Some(Edit::new(start, at, format!("{} {}", month_name(month)?, reader.year(&full)))))
}

/// `'05`, `the class of '99` → `oh five`, `ninety nine`.
pub fn short_year(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    start.before().is_none_or(|before| " (–-".contains(before)).then_some(())?;
    let mut at = start;
    at.eat_one_of(["'", "’"])?;
    let year = at.digits(2..=2)?;
    let closes = at.peek().is_none_or(|next| " ,.;:)!?–".contains(next));
    // A number in quotes: `'42 apples'`.
    let quoted = at.window_after(40).contains(['\'', '’']) && !at.window_after(40).contains(" '");
    let words = match year.strip_prefix('0') {
        Some(rest) => format!("oh {}", reader.count(rest)),
        None => reader.count(year),
    };
    (closes && !quoted && year != "00").then(|| Edit::new(start, at, words))
}

/// `2024/25` → `twenty twenty four to twenty five`: a season, a school year.
pub fn split_year(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if start.is_inside_number() {
        return None;
    }
    let mut at = start;
    let year = at.digits(4..=4).filter(|year| ("1000".."2100").contains(year))?;
    let first = at;
    at.eat('/').then_some(())?;
    let next = at.digits(2..=2)?;
    let follows = (year[2..].parse::<u32>().ok()? + 1) % 100 == next.parse::<u32>().ok()?;
    (follows && at.ends_word() && at.peek() != Some('/')).then(|| {
        Edit::from(start).say(first, reader.year(year)).say(at, format!("to {}", reader.label(next)))
    })
}

/// The day of the week that is written here in short, and where it ends, with its dot.
fn weekday(at: Cursor<'_>) -> Option<(&'static str, Cursor<'_>)> {
    const DAYS: [(&str, &str); 11] = [
        ("Mon", "Monday"),
        ("Tues", "Tuesday"),
        ("Tue", "Tuesday"),
        ("Wed", "Wednesday"),
        ("Thurs", "Thursday"),
        ("Thur", "Thursday"),
        ("Thu", "Thursday"),
        ("Fri", "Friday"),
        ("Sat", "Saturday"),
        ("Sun", "Sunday"),
        ("Weds", "Wednesday"),
    ];
    DAYS.iter().find_map(|(written, day)| {
        let end = at.past(|at| at.eat_text(written) && at.ends_word())?;
        let dotted = end.past(|at| at.eat('.') && at.peek().is_some_and(|next| "–-,".contains(next)));
        Some((*day, dotted.unwrap_or(end)))
    })
}

/// The name of a month.
pub fn month_name(month: usize) -> Option<&'static str> {
    MONTHS.get(month.checked_sub(1)?).copied()
}
