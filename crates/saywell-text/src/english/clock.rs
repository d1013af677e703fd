//! Times of day and durations: `7:30 pm`, `14:30 UTC`, `6am`, `1h30m`, `00:12:34`, `PT15M`.

use super::cursor::Cursor;
use super::kinds::Reader;
use super::spelled::Edit;

/// `7:30 pm` → `seven thirty P.M.`, `5:00` → `five o'clock`, `10:15:01` → `ten fifteen and one second`,
/// `6pm` → `six P.M.`, `9:00-10:30` → `nine o'clock to ten thirty`.
pub fn time(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_number() || start.before() == Some(':') {
        return None;
    }
    let (words, end) = time_of_day(start, reader)?;
    let second = end.past(|at| {
        at.eat(' ');
        let is_dash = at.eat_one_of(["-", "–"]).is_some();
        at.eat(' ');
        is_dash
    });
    // `8:30-10`
    let hour = second.and_then(|mut at| {
        let hour = at.digits(1..=2).filter(|hour| !above(hour, 24))?;
        let ends = at.ends_word() && !at.peek().is_some_and(|next| "-:/%°".contains(next));
        let decimal = at.past(|at| at.eat('.') && at.digits(1..=1).is_some()).is_some();
        (ends && !decimal && start.until(end).contains(':')).then(|| (reader.count(hour), at))
    });
    if let Some((later, last)) = second.and_then(|at| time_of_day(at, reader)).or(hour) {
        return Some(Edit::from(start).say(end, words + " to").say(last, later));
    }
    Some(Edit::new(start, end, words))
}

/// `noon-2`, `midnight–6` → `noon to`.
pub fn noon(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    start.starts_word().then_some(())?;
    let word = at.eat_one_of(["noon", "Noon", "midnight", "Midnight"])?;
    let name = at;
    at.eat_one_of(["-", "–"])?;
    at.peek().filter(char::is_ascii_digit)?;
    Some(Edit::from(start).say(name, word.to_owned()).say(at, "to"))
}

/// `at 15h30`, `9h05–10h` → `fifteen thirty`: the hours of French, no duration.
pub fn french(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const BEFORE: [&str; 14] = [
        "at", "by", "from", "until", "till", "before", "after", "around", "to", "à", "vers", "dès", "avant",
        "après",
    ];
    start.starts_number().then_some(())?;
    let mut at = start;
    let hour = at.digits(1..=2).filter(|hour| !above(hour, 23))?;
    at.eat('h').then_some(())?;
    let minute = at.digits(2..=2).filter(|minute| !above(minute, 59))?;
    let is_time = above(hour, 12) || BEFORE.contains(&start.previous_word());
    at.ends_word().then(|| {
        // `a 2h30 flight`
        let words = if is_time {
            clock(hour, minute, None, false, reader)
        } else {
            let before_noun = super::units::is_before_noun(start, at);
            let [hour, minute] = [(hour, "hour"), (minute, "minute")].map(|(count, unit)| {
                if before_noun {
                    format!("{} {unit}", reader.count(count))
                } else {
                    counted(count, unit, reader)
                }
            });
            format!("{hour} {minute}")
        };
        Edit::new(start, at, words)
    })
}

/// `0800 hrs`, `0630 hours` → `zero eight hundred hours`, `zero six thirty hours`.
pub fn military(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    start.starts_number().then_some(())?;
    let mut at = start;
    at.eat('0').then_some(())?;
    let hour = at.digits(1..=1)?;
    let minute = at.digits(2..=2).filter(|minute| !above(minute, 59))?;
    let digits = at;
    (at.eat(' ') && at.eat_one_of(["hours", "hrs", "h"]).is_some() && at.ends_word()).then_some(())?;
    let minute = if minute == "00" { "hundred".to_owned() } else { reader.count(minute) };
    Some(Edit::from(start).say(digits, format!("zero {} {minute}", reader.count(hour))).say(at, "hours"))
}

fn time_of_day(mut at: Cursor<'_>, reader: Reader) -> Option<(String, Cursor<'_>)> {
    let hour = at.digits(1..=2).filter(|hour| !above(hour, 24))?;
    if let Some((half, end)) = half_of_day(at) {
        // `5 am` may be the verb after a number, but `5 AM` and `5am` are times.
        return Some((with_half(&reader.count(hour), half, end), end)).filter(|_| !above(hour, 12));
    }
    // `5.30 p.m.`
    let dotted = at.past(|at| at.eat('.') && at.digits(2..=2).is_some());
    let is_dotted = dotted.is_some_and(|end| half_of_day(end).is_some());
    at.eat(if is_dotted { '.' } else { ':' }).then_some(())?;
    let minute = at.digits(2..=2).filter(|minute| !above(minute, 59))?;
    let to_second = at.past(|at| at.eat(':') && at.digits(2..=2).is_some());
    let second = to_second.map(|end| end.rest_before(2)).filter(|second| !above(second, 59));
    at = to_second.filter(|_| second.is_some()).unwrap_or(at);
    // `20:15h`, `20:15 h`
    at = at.past(|at| at.eat_one_of(["h", " h", " hrs"]).is_some() && at.ends_word()).unwrap_or(at);
    // `7:05a`
    let short = || {
        let end = at.past(|at| at.eat_one_of(["a", "p"]).is_some() && at.ends_word())?;
        Some((if at.peek() == Some('a') { 'A' } else { 'P' }, end))
    };
    let half = half_of_day(at).or_else(short);
    let end = half.map_or(at, |(_, end)| end);
    let goes_on = end.past(|at| at.eat_one_of([":", "."]).is_some() && at.digits(1..=1).is_some());
    if goes_on.is_some() || end.peek().is_some_and(|next| next.is_alphanumeric() && next != 'Z') {
        return None;
    }
    let words = clock(hour, minute, second.as_deref(), half.is_some(), reader);
    let words = half.map_or(words.clone(), |(half, end)| with_half(&words, half, end));
    Some(match end.past(|at| at.eat('Z')) {
        Some(end) if end.ends_word() => (words + " UTC", end),
        Some(_) => return None,
        None => (words, end),
    })
}

fn above(digits: &str, limit: u8) -> bool {
    digits.parse::<u8>().is_ok_and(|value| value > limit)
}

fn clock(hour: &str, minute: &str, second: Option<&str>, has_half: bool, reader: Reader) -> String {
    // Zero seconds are a way to write the minute.
    let second = second.filter(|second| *second != "00");
    if hour == "00" && minute == "00" && second.is_none() {
        return "midnight".to_owned();
    }
    let mut words = reader.count(hour.strip_prefix('0').filter(|hour| !hour.is_empty()).unwrap_or(hour));
    match minute.as_bytes() {
        b"00" if has_half || second.is_some() => {}
        b"00" if above(hour, 12) || hour == "00" => words += " hundred",
        b"00" => words += " o'clock",
        [b'0', ones] => words += &format!(" oh {}", reader.count(char::from(*ones).encode_utf8(&mut [0; 4]))),
        _ => words += &format!(" {}", reader.count(minute)),
    }
    if let Some(second) = second {
        let unit = if second == "01" { "second" } else { "seconds" };
        words += &format!(" and {} {unit}", reader.count(second.trim_start_matches('0')));
    }
    words
}

/// With dots, so that the letters are named. A full stop that follows is the last of them.
fn with_half(words: &str, half: char, end: Cursor<'_>) -> String {
    format!("{words} {half}.M{}", if end.peek() == Some('.') { "" } else { "." })
}

/// `am`, `p.m.` and the like: `A` or `P`, and where it ends.
fn half_of_day(mut at: Cursor<'_>) -> Option<(char, Cursor<'_>)> {
    at.eat(' ');
    let half = at.eat_if(|half| "AaPp".contains(half))?.to_ascii_uppercase();
    at.eat('.');
    at.eat_if(|letter| "Mm".contains(letter))?;
    let with_dot = at.past(|at| at.eat('.'));
    let ends = |end: &Cursor<'_>| !end.peek().is_some_and(char::is_alphanumeric);
    with_dot.filter(ends).or(Some(at).filter(ends)).map(|end| (half, end))
}

/// The time of an ISO timestamp, with its offset: `10:00:00.123+02:00`.
pub fn time_of_timestamp(mut at: Cursor<'_>, reader: Reader) -> Option<(String, Cursor<'_>)> {
    let hour = at.digits(2..=2).filter(|hour| !above(hour, 24))?;
    at.eat(':').then_some(())?;
    let minute = at.digits(2..=2).filter(|minute| !above(minute, 59))?;
    let seconds = at.past(|at| at.eat(':') && at.digits(2..=2).is_some());
    let second = seconds.map(|end| end.rest_before(2)).filter(|second| !above(second, 60));
    at = seconds.unwrap_or(at);
    at = at.past(|at| at.eat_one_of([".", ","]).is_some() && at.digits(1..=9).is_some()).unwrap_or(at);
    let mut words = clock(hour, minute, second.as_deref(), false, reader);
    if at.eat('Z') || at.eat_one_of(["+00:00", "-00:00", "+0000", "-0000"]).is_some() {
        words += " UTC";
    } else if let Some((zone, end)) = zone(at, reader) {
        words += &format!(" UTC {zone}");
        at = end;
    }
    Some((words, at))
}

/// Letter after a number, and the unit of time it stands for.
const PARTS: [(&str, &str); 6] =
    [("w", "week"), ("d", "day"), ("h", "hour"), ("min", "minute"), ("m", "minute"), ("s", "second")];

/// `1h30m`, `2d 4h`, `00:12:34` → `one hour thirty minutes`, `twelve minutes thirty four seconds`.
pub fn duration(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_number() {
        return None;
    }
    let mut at = start;
    if at.eat_text("00:") {
        let minutes = at.digits(2..=2)?;
        at.eat(':').then_some(())?;
        let seconds = at.digits(2..=2).filter(|_| at.ends_word())?;
        let words =
            [(minutes, "minute"), (seconds, "second")].map(|(count, unit)| counted(count, unit, reader));
        return Some(Edit::new(start, at, words.join(" ")));
    }
    if let Some(edit) = measured(start, reader) {
        return Some(edit);
    }
    let (mut words, mut parts, mut next) = (String::new(), 0, 0);
    loop {
        let mut end = at;
        let separator = end.eat(' ') && parts > 0;
        let Some(count) = end.digits(1..=3).filter(|_| parts == 0 || separator || at.before() != Some(' '))
        else {
            break;
        };
        let Some(part) = (next..PARTS.len()).find(|part| end.eat_text(PARTS[*part].0)) else { break };
        if end.peek().is_some_and(char::is_alphabetic) {
            break;
        }
        words += if parts > 0 { " " } else { "" };
        words += &counted(count, PARTS[part].1, reader);
        (at, parts, next) = (end, parts + 1, part + 1);
    }
    (parts > 1 && at.ends_word()).then(|| Edit::new(start, at, words))
}

/// `1:02:03.5`, `3:45.20`, `03:45 min` → `one hour two minutes three point five seconds` and so on: what a clock of
/// races shows, told from a time of day by its decimals or its unit.
fn measured(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    let mut parts = vec![at.digits(1..=2)?];
    while parts.len() < 3
        && let Some(end) = at.past(|at| at.eat(':') && at.digits(2..=2).is_some())
    {
        parts.push(&at.until(end)[1..]);
        at = end;
    }
    (parts.len() > 1 && parts[1..].iter().all(|part| !above(part, 59))).then_some(())?;
    let decimals = at.past(|at| at.eat('.') && at.digits(1..=3).is_some());
    let decimals = decimals.filter(|end| end.ends_quantity() && half_of_day(*end).is_none());
    let unit = at.past(|at| {
        at.eat_one_of(if parts.len() == 2 { [" min", " minutes"] } else { [" h", " hours"] }).is_some()
            && at.ends_word()
            && at.peek() != Some('/')
    });
    let end = decimals.or(unit)?;
    let mut words = Vec::new();
    let units = ["hour", "minute", "second"];
    for (part, unit) in parts.iter().zip(&units[3 - parts.len()..]) {
        match decimals.filter(|_| *unit == "second") {
            Some(end) => {
                let second = part.strip_prefix('0').unwrap_or(part);
                let second = format!("{second}{}", at.until(end));
                words.push(format!("{} seconds", reader.number(&second)));
            }
            None if part.bytes().any(|digit| digit != b'0') => words.push(counted(part, unit, reader)),
            None => {}
        }
    }
    Some(Edit::new(start, end, words.join(" ")))
}

/// `25:30`, `90:00`, `50:50` → `twenty five thirty`, `ninety minutes`, `fifty fifty`: more than any hour of a day.
pub fn beyond_a_day(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if start.is_inside_number() {
        return None;
    }
    let mut at = start;
    let first = at.digits(2..=2).filter(|first| above(first, 24))?;
    at.eat(':').then_some(())?;
    let second = at.digits(2..=2)?;
    let words = match second.as_bytes() {
        b"00" => format!("{} minutes", reader.count(first)),
        [b'0', _] => format!("{} oh {}", reader.count(first), reader.count(&second[1..])),
        _ => format!("{} {}", reader.count(first), reader.count(second)),
    };
    (at.ends_quantity() && at.peek() != Some(':')).then(|| Edit::new(start, at, words))
}

/// The `+09:00` of `UTC+09:00`, `GMT-3` → `plus nine`: how far a zone is off.
pub fn offset(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    (start.follows("UTC") || start.follows("GMT")).then_some(())?;
    let (words, end) = zone(start, reader)?;
    end.ends_quantity().then(|| Edit::new(start, end, words))
}

/// `+09:00`, `-3`, `+0530` → `plus nine`, `minus three`, `plus five thirty`, and where it ends.
fn zone(mut at: Cursor<'_>, reader: Reader) -> Option<(String, Cursor<'_>)> {
    let sign =
        if at.eat_one_of(["-", "−", "–"]).is_some() { "minus" } else { at.eat('+').then_some("plus")? };
    let hours = at.digits(1..=2).filter(|hours| !above(hours, 14))?;
    let short = hours.strip_prefix('0').filter(|short| !short.is_empty()).unwrap_or(hours);
    let mut words = format!("{sign} {}", reader.count(short));
    let mut minutes = at;
    minutes.eat(':');
    if let Some(written) = minutes.digits(2..=2) {
        if written != "00" {
            words += &format!(" {}", reader.count(written));
        }
        at = minutes;
    }
    Some((words, at))
}

/// `PT15M`, `P1DT2H` → `fifteen minutes`, `one day two hours`.
pub fn iso_duration(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const DAYS: [(char, &str); 4] = [('Y', "year"), ('M', "month"), ('W', "week"), ('D', "day")];
    const HOURS: [(char, &str); 3] = [('H', "hour"), ('M', "minute"), ('S', "second")];
    let mut at = start;
    (start.starts_word() && at.eat('P')).then_some(())?;
    let mut words = Vec::new();
    let mut has_time = false;
    for _ in 0..8 {
        if !has_time && at.eat('T') {
            has_time = true;
        }
        let Some(count) = at.digits(1..=4) else { break };
        let units = if has_time { HOURS.as_slice() } else { DAYS.as_slice() };
        let (_, unit) = units.iter().find(|(letter, _)| at.eat(*letter))?;
        words.push(counted(count, unit, reader));
    }
    (!words.is_empty() && at.ends_word()).then(|| Edit::new(start, at, words.join(" ")))
}

fn counted(count: &str, unit: &str, reader: Reader) -> String {
    let count = count.trim_start_matches('0');
    let count = if count.is_empty() { "0" } else { count };
    format!("{} {unit}{}", reader.count(count), if count == "1" { "" } else { "s" })
}
