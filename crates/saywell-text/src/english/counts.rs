//! Plain numbers: counts, decimals, ranks, decades, signs before them.

use super::cursor::Cursor;
use super::kinds::Reader;
use super::number_words::plural;
use super::spelled::Edit;

/// `1,234.5` → `one thousand two hundred thirty four point five`; `1,2` is a list.
pub fn number(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    let digits = at.eat_while(|found| found.is_ascii_digit());
    if digits.len() > 30 {
        return Some(Edit::new(start, at, reader.count(digits)));
    }
    at = start;
    let number = at.number()?;
    let is_code = number.len() == 3
        && (CODES.contains(&start.previous_word())
            || (at.peek() == Some(' ') && STATUSES.contains(&at.next_word())));
    let before = start.previous_word();
    let is_postal =
        number.len() == 5 && before.len() == 2 && before.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_emergency = || {
        let countries = [" in the EU", " in the UK", " in Europe", " in Germany", " in France"];
        number == "911"
            || (matches!(number, "112" | "999") && countries.iter().any(|place| at.rest().starts_with(place)))
    };
    let words = if is_postal || is_emergency() {
        reader.characters(number)
    } else if is_code || start.before().is_some_and(|before| before.is_alphanumeric() || before == '_') {
        reader.label(number)
    } else {
        reader.number(number)
    };
    if let Some(end) = at.past(|at| at.eat('-') && at.peek().is_some_and(char::is_alphabetic)) {
        return Some(Edit::new(start, end, words));
    }
    let in_list = at.past(|at| at.eat(',') && at.digits(1..=1).is_some()).is_some();
    let edit = Edit::new(start, at, words);
    if in_list && at.eat(',') { Some(edit.say(at, ", ")) } else { Some(edit) }
}

/// Words after which three digits are a code: `HTTP 404`.
const CODES: [&str; 14] = [
    "HTTP", "status", "Status", "error", "Error", "code", "Code", "returns", "returned", "call", "Call",
    "text", "dial", "Dial",
];

/// What HTTP's status codes are named by: `403 Forbidden`.
const STATUSES: [&str; 26] = [
    "OK",
    "Created",
    "Accepted",
    "No",
    "Moved",
    "Found",
    "Not",
    "Temporary",
    "Permanent",
    "Bad",
    "Unauthorized",
    "Payment",
    "Forbidden",
    "Method",
    "Request",
    "Conflict",
    "Gone",
    "Payload",
    "Unprocessable",
    "Too",
    "Internal",
    "Service",
    "Gateway",
    "error",
    "errors",
    "status",
];

/// `-5`, `+5`, `.5`, `±0.5` is left to the signs.
pub fn signed(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let starts = start.before().is_none_or(|before| " ([{=<>,:\"'*/".contains(before));
    let mut at = start;
    let sign = match at.eat_one_of(["-", "+", "."]).filter(|_| starts)? {
        "-" => "minus",
        "+" => "plus",
        _ => "zero",
    };
    at.peek().filter(|next| next.is_ascii_digit() || (*next == '.' && sign != "zero"))?;
    if sign == "zero" {
        // The zero that is not written is said.
        at.digits(1..=30)?;
        let decimals = at.until(at);
        let written = start.until(at);
        let words = reader.number(&format!("0{written}{decimals}"));
        return at.ends_word().then(|| Edit::new(start, at, words));
    }
    Some(Edit::new(start, at, sign))
}

/// `#3` → `number three`.
pub fn number_sign(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    if start.before().is_some_and(|before| before.is_alphanumeric() || before == '&') {
        return None;
    }
    let mut at = start;
    at.eat('#').then_some(())?;
    at.peek().filter(char::is_ascii_digit)?;
    Some(Edit::new(start, at, "number"))
}

/// `23rd` → `twenty third`.
pub fn ordinal(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_number() {
        return None;
    }
    let mut at = start;
    let digits: String = at.number()?.chars().filter(|found| *found != ',').collect();
    at.eat_one_of(["st", "nd", "rd", "th"])?;
    let end = at.past(|at| at.eat('-') && at.peek().is_some_and(char::is_alphabetic)).unwrap_or(at);
    (at.ends_word() && !digits.contains('.')).then(|| Edit::new(start, end, reader.ordinal(&digits)))
}

/// `1990s`, `'90s`, `the 60's`, `1900s` → `nineteen nineties`, `nineties`, `sixties`, `nineteen hundreds`.
/// `30s` are seconds unless what is before says otherwise: `his 30s`.
pub fn decade(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    let short = at.eat('\'');
    if !at.starts_number() && !short {
        return None;
    }
    let digits = at.digits(2..=4).filter(|digits| digits.len() != 3 && digits.ends_with('0'))?;
    at.eat('\'');
    at.eat('s').then_some(())?;
    if !at.ends_word() || (short && digits.len() != 2) {
        return None;
    }
    Some(Edit::new(
        start,
        at,
        plural(&match digits {
            "00" => return None,
            _ if digits.len() == 4 => reader.year(digits),
            _ => reader.count(digits),
        }),
    ))
}
