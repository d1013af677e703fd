//! Dates and times of day: what is written is read here, and said by the language.

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// Of the month, 1 to 31.
    pub day: u64,
    /// 1 to 12.
    pub month: usize,
    /// The year.
    pub year: u64,
}

/// A time of day, or so many hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// 0 to 24; more where hours are counted.
    pub hours: u64,
    /// 0 to 59.
    pub minutes: u64,
    /// Written as hours (`14h`, `14 h`), not with minutes.
    pub counted: bool,
}

/// The date that is written at `start`, and where it ends: `12/05/2024`, `12.5.2024`, `12-05-24`, `2024-05-12`.
pub fn date(text: &str, start: usize) -> Option<(Date, usize)> {
    let (first, at) = digits(text, start)?;
    let parting = text[at..].chars().next().filter(|parting| "/.-".contains(*parting))?;
    let (second, at) = digits(text, at + 1)?;
    text[at..].starts_with(parting).then_some(())?;
    let (third, at) = digits(text, at + 1)?;
    let apart = |side: Option<char>| !side.is_some_and(|side| side.is_ascii_digit() || "/-".contains(side));
    let more = text[at..].starts_with('.') && text[at + 1..].starts_with(|next: char| next.is_ascii_digit());
    (apart(text[..start].chars().next_back()) && apart(text[at..].chars().next()) && !more).then_some(())?;
    let (day, month, year) = match (first.len(), third.len()) {
        (4, 1 | 2) => (third, second, first),
        // Of a year two digits may be left out, where nothing else looks so.
        (1 | 2, 4) => (first, second, third),
        (1 | 2, 2) if parting == '/' => (first, second, third),
        _ => return None,
    };
    let short = year.len() == 2;
    let number = |digits: &str| digits.parse::<u64>().ok();
    let (mut day, mut month, year) = (number(day)?, number(month)?, number(year)?);
    // As in the United States: there is no thirteenth month.
    if (13..=31).contains(&month) && day <= 12 {
        (day, month) = (month, day);
    }
    let year = match year {
        0..70 if short => 2000 + year,
        70..100 if short => 1900 + year,
        year => year,
    };
    ((1..=31).contains(&day) && (1..=12).contains(&month)).then_some(())?;
    Some((Date { day, month: month as usize, year }, at))
}

/// The time of day that is written at `start`, and where it ends: `14:30`, `14h30`, `14 h 30`, `14h`, `14:30 h`; with `dotted`,
/// `14.30` as well.
pub fn time(text: &str, start: usize, dotted: bool) -> Option<(Time, usize)> {
    let (hours, at) = digits(text, start)?;
    let hours: u64 = hours.parse().ok()?;
    let glued = text[..start].chars().next_back();
    if glued.is_some_and(|before| before.is_ascii_digit() || ".,:/".contains(before)) {
        return None;
    }
    let minutes_at = |from: usize| {
        let (written, end) = digits(text, from)?;
        let minutes: u64 = written.parse().ok()?;
        let ends = !text[end..].starts_with([':', '/'])
            || !text[end + 1..].starts_with(|next: char| next.is_ascii_digit());
        (written.len() == 2 && minutes < 60 && hours <= 24 && ends).then_some((minutes, end))
    };
    let rest = &text[at..];
    if rest.starts_with(':') || dotted && rest.starts_with('.') {
        let (minutes, end) = minutes_at(at + 1)?;
        let end = eat_h(text, end).unwrap_or(end);
        return Some((Time { hours, minutes, counted: false }, end));
    }
    let h = at + rest.len() - rest.trim_start_matches([' ', '\u{a0}', '\u{202f}']).len();
    let after = text[h..].strip_prefix('h').map(|_| h + 1)?;
    let from =
        after + text[after..].len() - text[after..].trim_start_matches([' ', '\u{a0}', '\u{202f}']).len();
    if let Some((minutes, end)) = minutes_at(from)
        && (from == after || h > at)
    {
        return Some((Time { hours, minutes, counted: false }, end));
    }
    let end = eat_h(text, at)?;
    Some((Time { hours, minutes: 0, counted: true }, end))
}

/// Past the `h` that follows, alone, at `at`.
fn eat_h(text: &str, at: usize) -> Option<usize> {
    let rest = text[at..].trim_start_matches([' ', '\u{a0}', '\u{202f}']);
    let after = rest.strip_prefix('h')?;
    (!after.starts_with(char::is_alphanumeric)).then(|| text.len() - after.len())
}

/// The digits at `from`, and where they end.
fn digits(text: &str, from: usize) -> Option<(&str, usize)> {
    let rest = text.get(from..)?;
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    (1..=4).contains(&length).then(|| (&rest[..length], from + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_told_from_what_looks_like_them() {
        let read = |text: &str| date(text, 0).map(|(Date { day, month, year }, end)| (day, month, year, end));
        for (text, expected) in [
            ("12/05/2024", Some((12, 5, 2024, 10))),
            ("1.5.1999.", Some((1, 5, 1999, 8))),
            ("2024-05-12T", Some((12, 5, 2024, 10))),
            ("05/25/2024", Some((25, 5, 2024, 10))),
            ("3/4/98", Some((3, 4, 1998, 6))),
            ("12/05", None),
            ("12/05-2024", None),
            ("1.2.3", None),
            ("10.0.0.1", None),
            ("1.2.2024.5", None),
            ("45/45/2024", None),
            ("00/01/2024", None),
            ("12345/1/2024", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn hours_are_told_from_what_looks_like_them() {
        let read = |text: &str, dotted| {
            time(text, 0, dotted)
                .map(|(Time { hours, minutes, counted }, end)| (hours, minutes, counted, end))
        };
        for (text, dotted, expected) in [
            ("14:30", false, Some((14, 30, false, 5))),
            ("14:30 h", false, Some((14, 30, false, 7))),
            ("8h05", false, Some((8, 5, false, 4))),
            ("8 h 05", false, Some((8, 5, false, 6))),
            ("48h", false, Some((48, 0, true, 3))),
            ("2 h de", false, Some((2, 0, true, 3))),
            ("2 horas", false, None),
            ("14.30", true, Some((14, 30, false, 5))),
            ("14.30", false, None),
            ("25:30", false, None),
            ("2:1", false, None),
            ("14:75", false, None),
            ("14:30:15", false, None),
            ("14h ", false, Some((14, 0, true, 3))),
        ] {
            assert_eq!(read(text, dotted), expected, "{text}");
        }
    }
}
