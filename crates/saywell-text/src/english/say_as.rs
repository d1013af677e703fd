//! What SSML's `say-as` asks for: a text read as a date, a sum, its letters and so on.

use std::str::FromStr;

use super::calendar::{full_year, month_day, month_name};
use super::kinds::Reader;
use super::number_words::{cardinal, decimal, each_digit, ordinal, year};
use super::spell_out;

/// What a text is to be read as: the values of `interpret-as` that are in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SayAs {
    /// Each character by its name: `characters`, `spell-out`, `verbatim`.
    Characters,
    /// A count: `cardinal`, `number`.
    Cardinal,
    /// A rank.
    Ordinal,
    /// Each digit.
    Digits,
    /// A common fraction, perhaps with a whole before: `3/4`, `1+1/2`.
    Fraction,
    /// A number with its unit.
    Unit,
    /// A date; the format names the order of its parts (`mdy`, `dmy`, `ymd`, `ym`, `my`, `md`, `dm`, `y`, `m`, `d`).
    Date,
    /// A time of day or a duration.
    Time,
    /// A telephone number, digit by digit.
    Telephone,
    /// An amount of money.
    Currency,
    /// What is not to be said: `expletive`, `bleep`.
    Expletive,
    /// A postal address.
    Address,
}

/// A value of `interpret-as` that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownSayAs;

impl FromStr for SayAs {
    type Err = UnknownSayAs;

    fn from_str(name: &str) -> Result<Self, UnknownSayAs> {
        Ok(match name.trim().to_ascii_lowercase().as_str() {
            "characters" | "character" | "spell-out" | "verbatim" => Self::Characters,
            "cardinal" | "number" => Self::Cardinal,
            "ordinal" => Self::Ordinal,
            "digits" | "digit" | "number_digit" => Self::Digits,
            "fraction" => Self::Fraction,
            "unit" => Self::Unit,
            "date" => Self::Date,
            "time" | "duration" => Self::Time,
            "telephone" => Self::Telephone,
            "currency" => Self::Currency,
            "expletive" | "bleep" => Self::Expletive,
            "address" => Self::Address,
            _ => return Err(UnknownSayAs),
        })
    }
}

/// `text` in the words that `interpret_as` asks for; `None` where it does not fit.
#[must_use]
pub fn say_as(text: &str, interpret_as: SayAs, format: Option<&str>) -> Option<String> {
    let text = text.trim();
    let spoken = match interpret_as {
        SayAs::Characters => characters(text),
        SayAs::Cardinal => {
            signed(text, |digits| if digits.contains('.') { decimal(digits) } else { cardinal(digits) })?
        }
        SayAs::Ordinal => {
            signed(text.trim_end_matches(|found: char| found.is_ascii_alphabetic() || found == '.'), ordinal)?
        }
        SayAs::Digits => {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            each_digit(&digits)
        }
        SayAs::Fraction => fraction(text)?,
        SayAs::Date => date(text, &format.unwrap_or("mdy").to_ascii_lowercase())?,
        SayAs::Telephone => telephone(text),
        SayAs::Currency => currency(text, format),
        SayAs::Expletive => "bleep".to_owned(),
        SayAs::Unit | SayAs::Time | SayAs::Address => words(text),
    };
    Some(spoken).filter(|spoken| !spoken.is_empty())
}

fn words(text: &str) -> String {
    spell_out(text, Reader::Words).text().to_owned()
}

/// Letters and digits by their names, with a pause at what is between them.
fn characters(text: &str) -> String {
    const NAMES: [(char, &str); 26] = [
        ('.', "dot"),
        ('-', "dash"),
        ('_', "underscore"),
        ('@', "at"),
        ('/', "slash"),
        ('\\', "backslash"),
        ('+', "plus"),
        ('*', "star"),
        ('#', "hash"),
        ('&', "and"),
        ('%', "percent"),
        ('=', "equals"),
        (':', "colon"),
        (';', "semicolon"),
        (',', "comma"),
        ('!', "exclamation mark"),
        ('?', "question mark"),
        ('(', "open bracket"),
        (')', "close bracket"),
        ('$', "dollar"),
        ('€', "euro"),
        ('£', "pound"),
        ('\'', "apostrophe"),
        ('"', "quote"),
        ('<', "less than"),
        ('>', "greater than"),
    ];
    let mut spoken: Vec<String> = Vec::new();
    for found in text.chars() {
        if found.is_ascii_digit() {
            spoken.push(each_digit(found.encode_utf8(&mut [0; 4])));
        } else if found.is_alphanumeric() {
            spoken.push(found.to_uppercase().to_string());
        } else if let Some((_, name)) = NAMES.iter().find(|(sign, _)| *sign == found) {
            spoken.push((*name).to_owned());
        } else if let Some(last) =
            spoken.last_mut().filter(|last| found.is_whitespace() && !last.ends_with(','))
        {
            last.push(',');
        }
    }
    spoken.join(" ").trim_end_matches(',').to_owned()
}

/// A number with its sign; digits, separators of thousands and one point.
fn signed(text: &str, say: impl Fn(&str) -> String) -> Option<String> {
    let (sign, digits) = match text.strip_prefix(['-', '−']) {
        Some(digits) => ("minus ", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let digits: String =
        digits.chars().filter(|found| !matches!(found, ',' | ' ' | '\u{a0}' | '\'')).collect();
    let is_number = digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.matches('.').count() <= 1;
    is_number.then(|| format!("{sign}{}", say(&digits)))
}

fn fraction(text: &str) -> Option<String> {
    let (whole, part) = match text.split_once(['+', ' ']) {
        Some((whole, part)) => (Some(whole.trim()), part.trim()),
        None => (None, text),
    };
    let (above, below) = part.split_once('/')?;
    let is_count = |digits: &str| {
        !digits.is_empty() && digits.len() <= 30 && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !is_count(above) || !is_count(below) || whole.is_some_and(|whole| !is_count(whole)) {
        return None;
    }
    let one = above.trim_start_matches('0') == "1";
    let part = match (below, one) {
        ("2", true) => "half".to_owned(),
        ("2", false) => "halves".to_owned(),
        ("4", true) => "quarter".to_owned(),
        ("4", false) => "quarters".to_owned(),
        (_, true) => ordinal(below),
        (_, false) => format!("{}s", ordinal(below)),
    };
    Some(match whole {
        Some(whole) if one => format!("{} and a {part}", cardinal(whole)),
        Some(whole) => format!("{} and {} {part}", cardinal(whole), cardinal(above)),
        None => format!("{} {part}", cardinal(above)),
    })
}

/// A date whose parts are in the order of `format`, divided by any marks, or by their lengths alone.
fn date(text: &str, format: &str) -> Option<String> {
    let order: Vec<char> =
        format.chars().filter(|part| "ymd".contains(*part)).fold(Vec::new(), |mut order, part| {
            // Some write `yyyymmdd`.
            if order.last() != Some(&part) {
                order.push(part);
            }
            order
        });
    let mut parts: Vec<&str> =
        text.split(|found: char| !found.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    if let [digits] = parts[..]
        && order.len() > 1
        && digits.bytes().all(|byte| byte.is_ascii_digit())
    {
        let mut rest = digits;
        let years = digits.len().checked_sub(2 * (order.len() - 1))?;
        parts.clear();
        for part in &order {
            let length = if *part == 'y' { years } else { 2 };
            parts.push(rest.get(..length)?);
            rest = rest.get(length..)?;
        }
    }
    // A year that comes first is one whatever the format says.
    let order = if parts.len() == 3 && parts[0].len() == 4 { vec!['y', 'm', 'd'] } else { order };
    if parts.is_empty() || parts.len() > order.len() {
        return None;
    }
    let part =
        |wanted| order.iter().position(|part| *part == wanted).and_then(|index| parts.get(index)).copied();
    let month = part('m').map(month_number);
    let written_year = part('y').map(|digits| {
        let is_year = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_year.then(|| if digits.len() == 3 { cardinal(digits) } else { year(&full_year(digits)) })
    });
    let words = match (month, part('d')) {
        (Some(month), Some(day)) => month_day(month?, day, Reader::Words)?,
        (Some(month), None) => month_name(month?)?.to_owned(),
        (None, Some(day)) => {
            ordinal(day.parse::<u8>().ok().filter(|day| (1..=31).contains(day))?.to_string().as_str())
        }
        (None, None) => String::new(),
    };
    Some(match written_year {
        Some(year) if words.is_empty() => year?,
        Some(year) if part('d').is_some() => format!("{words}, {}", year?),
        Some(year) => format!("{words} {}", year?),
        None => words,
    })
}

fn month_number(written: &str) -> Option<usize> {
    if let Ok(number) = written.parse() {
        return Some(number).filter(|number| (1..=12).contains(number));
    }
    let written = written.to_ascii_lowercase();
    (written.len() >= 3).then(|| {
        (1..=12).find(|month| {
            month_name(*month).is_some_and(|name| name.to_ascii_lowercase().starts_with(&written))
        })
    })?
}

/// Digits one by one, a pause where groups part.
fn telephone(text: &str) -> String {
    let groups = text.split(|found: char| !found.is_alphanumeric()).filter(|group| !group.is_empty());
    let spoken: Vec<String> = groups.map(|group| Reader::Words.characters(group)).collect();
    let plus = if text.starts_with('+') { "plus " } else { "" };
    format!("{plus}{}", spoken.join(", "))
}

/// An amount, its currency in the text or in the format (`USD`).
fn currency(text: &str, format: Option<&str>) -> String {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || b".,".contains(&byte));
    match format.filter(|_| is_number) {
        Some(code) => words(&format!("{} {text}", code.to_ascii_uppercase())),
        None => words(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_asked() {
        for (kind, format, text, spoken) in [
            ("characters", None, "AbC-1 x", "A B C dash one, X"),
            ("spell-out", None, "hi!", "H I exclamation mark"),
            ("cardinal", None, "1,234", "one thousand two hundred thirty four"),
            ("number", None, "-3.10", "minus three point one zero"),
            ("cardinal", None, "1984", "one thousand nine hundred eighty four"),
            ("ordinal", None, "23rd", "twenty third"),
            ("ordinal", None, "3", "third"),
            ("digits", None, "404", "four zero four"),
            ("fraction", None, "3/4", "three quarters"),
            ("fraction", None, "1+1/2", "one and a half"),
            ("fraction", None, "5/21", "five twenty firsts"),
            ("unit", None, "5kg", "five kilograms"),
            ("date", Some("mdy"), "3/4/2024", "March fourth, twenty twenty four"),
            ("date", Some("dmy"), "3/4/2024", "April third, twenty twenty four"),
            ("date", Some("dmy"), "3 Apr 99", "April third, nineteen ninety nine"),
            ("date", Some("ymd"), "2024-01-05", "January fifth, twenty twenty four"),
            ("date", Some("mdy"), "2024-01-05", "January fifth, twenty twenty four"),
            ("date", Some("yyyymmdd"), "20240105", "January fifth, twenty twenty four"),
            ("date", Some("ym"), "2024-01", "January twenty twenty four"),
            ("date", Some("my"), "01/2024", "January twenty twenty four"),
            ("date", Some("md"), "1/5", "January fifth"),
            ("date", Some("y"), "1905", "nineteen oh five"),
            ("date", Some("d"), "5", "fifth"),
            ("time", None, "2:30pm", "two thirty P.M."),
            ("telephone", None, "+1 (555) 0199", "plus one, five five five, zero one nine nine"),
            ("currency", None, "$12.50", "twelve dollars and fifty cents"),
            ("currency", Some("EUR"), "5", "five euros"),
            ("bleep", None, "damn", "bleep"),
            ("address", None, "12 Main St.", "twelve Main Street."),
        ] {
            let kind: SayAs = kind.parse().unwrap();
            assert_eq!(say_as(text, kind, format).as_deref(), Some(spoken), "{kind:?} {text:?}");
        }
    }

    #[test]
    fn refuses_what_does_not_fit() {
        assert_eq!("nonsense".parse::<SayAs>(), Err(UnknownSayAs));
        for (kind, format, text) in [
            (SayAs::Cardinal, None, "many"),
            (SayAs::Ordinal, None, ""),
            (SayAs::Fraction, None, "3"),
            (SayAs::Date, Some("mdy"), "13/1/2024"),
            (SayAs::Date, Some("mdy"), "1/2/3/4"),
            (SayAs::Date, Some("d"), "32"),
            (SayAs::Characters, None, ""),
        ] {
            assert_eq!(say_as(text, kind, format), None, "{kind:?} {text:?}");
        }
    }
}
