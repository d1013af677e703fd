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
    // `911 Turbo`
    let car = || number == "911" && matches!(at.next_word(), "Carrera" | "GT3" | "Targa" | "Turbo");
    let is_emergency = || {
        let countries = [" in the EU", " in the UK", " in Europe", " in Germany", " in France"];
        number == "911" && !car()
            || (matches!(number, "112" | "999") && countries.iter().any(|place| at.rest().starts_with(place)))
    };
    let words = if is_postal || is_emergency() {
        reader.characters(number)
    } else if is_counted(start, at, number) {
        reader.counted(number)
    } else if number.len() == 2 && number.starts_with('0') && CHAPTERS.contains(&before) {
        reader.count(&number[1..])
    } else if is_code
        || car()
        || start.before().is_some_and(|before| before.is_alphanumeric() || before == '_')
    {
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

/// `Intro: 1. First 2. Second` → `Intro: one, First, two, Second`: a list within a line.
pub fn list_number(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if start.before().is_some_and(|before| before != ' ') {
        return None;
    }
    let mut at = start;
    let number = at.digits(1..=1)?;
    // A bracket that none opened: `1) Mix. 2) Bake.`
    if let Some(end) = at.past(|at| at.eat(')') && at.peek() == Some(' '))
        && !start.window_before(64).contains('(')
        && number != "0"
    {
        let inside = start.before_second().is_some_and(char::is_alphanumeric);
        let comma = if number == "1" || !inside { "" } else { ", " };
        return Some(Edit::new(start, end, format!("{comma}{},", reader.count(number))));
    }
    (start.before().is_some()
        && at.eat('.')
        && at.peek() == Some(' ')
        && at.peek_second().is_some_and(char::is_uppercase))
    .then_some(())?;
    let value: u32 = number.parse().ok()?;
    let follows = match value {
        0 => false,
        1 => start.follows(": ") && at.window_after(160).contains(" 2. "),
        _ if crate::chess::is_move(
            at.rest().trim_start().split([' ', ',', '.', '!', '?', ';', ')']).next().unwrap_or_default(),
        ) =>
        {
            false
        }
        _ => start.window_before(160).contains(&format!(" {}. ", value - 1)),
    };
    let comma = if value > 1 { ", " } else { "" };
    follows.then(|| Edit::new(start, at, format!("{comma}{},", reader.count(number))))
}

/// Words before a number that may have a zero before it.
const CHAPTERS: [&str; 34] = [
    "Track", "track", "Volume", "Page", "Chapter", "chapter", "Lesson", "lesson", "Part", "part", "Step",
    "step", "Episode", "episode", "Day", "day", "Level", "level", "Unit", "unit", "Module", "module",
    "Section", "section", "Week", "week", "Phase", "phase", "Task", "task", "Exercise", "exercise", "Season",
    "season",
];

/// Whether four digits that look like a year count what follows: `1984 people`, `2358 rupees`.
fn is_counted(start: Cursor<'_>, end: Cursor<'_>, number: &str) -> bool {
    const YEARS_AFTER: [&str; 15] = [
        "in", "In", "since", "Since", "by", "By", "until", "from", "From", "during", "year", "of", "the",
        "The", "mid",
    ];
    if number.len() != 4 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    // `2010 of them`, `2^10 = 1024`
    let part = [" of them", " of these", " of those", " of us", " of which", " of whom"]
        .iter()
        .any(|words| end.rest().starts_with(words));
    let before = start.window_before(40);
    let operator = ["= ", "× ", "÷ ", "+ ", "− ", "* "].into_iter().find(|sign| before.ends_with(sign));
    let result = operator.is_some_and(|sign| {
        before[..before.len() - sign.len()]
            .trim_end()
            .ends_with(|found: char| found.is_ascii_digit() || ")!²³".contains(found))
    });
    let of_copies = start.previous_word() == "of" && end.next_word() == "copies";
    part || result
        || of_copies
        || end.peek() == Some(' ')
            && super::nouns::is_counted_noun(end.next_word())
            && !YEARS_AFTER.contains(&start.previous_word())
}

/// The digits of a number whose thousands are set apart otherwise than by commas alone, and where it ends.
pub fn grouping(start: Cursor<'_>) -> Option<(String, Cursor<'_>)> {
    grouping_until(start, false)
}

/// The same before a point and decimals: `12,34,567.89`, `1'250.50`.
pub fn grouping_before_decimals(start: Cursor<'_>) -> Option<(String, Cursor<'_>)> {
    grouping_until(start, true)
}

fn grouping_until(start: Cursor<'_>, decimals: bool) -> Option<(String, Cursor<'_>)> {
    // `Rs.2,50,000`
    if start.is_inside_number() && !start.follows("Rs.") || start.follows_number() {
        return None;
    }
    let mut first = start;
    let head = first.digits(1..=3).filter(|head| !head.starts_with('0'))?;
    let groups = |mark: char| {
        let mut at = first;
        let mut count = 0;
        while let Some(end) = at.past(|at| at.eat(mark) && at.digits(3..=3).is_some())
            && !end.peek().is_some_and(|next| next.is_ascii_digit())
        {
            (at, count) = (end, count + 1);
            if count > 8 {
                break;
            }
        }
        (at, count)
    };
    let digits = |end: Cursor<'_>| start.until(end).chars().filter(char::is_ascii_digit).collect::<String>();
    let ends = |end: Cursor<'_>| {
        !end.peek().is_some_and(|next| next.is_alphanumeric() || "'_".contains(next))
            && end
                .past(|at| at.eat_one_of(["-", "/", ":", " "]).is_some() && at.digits(1..=1).is_some())
                .is_none()
            && end.past(|at| at.eat_one_of([".", ","]).is_some() && at.digits(1..=1).is_some()).is_none()
                != decimals
            && (!decimals
                || end
                    .past(|at| {
                        at.eat_one_of([".", ","]).is_some() && at.digits(1..=2).is_some() && at.ends_word()
                    })
                    .is_some())
    };
    let (end, count) = groups('.');
    if count > 1 && ends(end) {
        return Some((digits(end), end));
    }
    let (end, count) = groups('\'');
    if count > 0 && ends(end) {
        return Some((digits(end), end));
    }
    let (end, count) = groups(' ');
    // One group after a space is one where it is round, or what it counts follows.
    let round = end.window_before(3) == "000";
    let unit = || {
        let amount = if decimals {
            end.rest().trim_start_matches(|found: char| found.is_ascii_digit() || ".,".contains(found))
        } else {
            end.rest()
        };
        let sign = amount.trim_start_matches(' ').starts_with(['€', '$', '£', '₹', '%', '₽', '¥']);
        sign || super::units::after_fraction(end).is_some() || super::nouns::is_counted_noun(end.next_word())
    };
    if count > 0 && ends(end) && (count > 1 && head.len() < 3 || round || unit()) {
        return Some((digits(end), end));
    }
    // Of India: pairs, then three.
    let mut at = start;
    at.digits(1..=2)?;
    let mut pairs = 0;
    while let Some(end) = at.past(|at| at.eat(',') && at.digits(2..=2).is_some())
        && end.peek() == Some(',')
    {
        (at, pairs) = (end, pairs + 1);
        if pairs > 4 {
            return None;
        }
    }
    let end = at.past(|at| at.eat(',') && at.digits(3..=3).is_some()).filter(|_| pairs > 0)?;
    ends(end).then(|| (digits(end), end))
}

/// Words after which three digits are a code: `HTTP 404`.
const CODES: [&str; 14] = [
    "HTTP", "status", "Status", "error", "Error", "code", "Code", "returns", "returned", "call", "Call",
    "text", "dial", "Dial",
];

/// `500s`, `404s` of HTTP → `five hundreds`, `four oh fours`.
pub fn status_class(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const NEAR: usize = 40;
    let mut at = start;
    let code = at.digits(3..=3).filter(|code| start.starts_number() && ("100".."600").contains(code))?;
    (at.eat('s') && at.ends_word()).then_some(())?;
    let near = [start.window_before(NEAR), at.window_after(NEAR)];
    let named = near.iter().any(|text| text.contains("HTTP") || text.contains("status"));
    let words = match code.strip_suffix("00") {
        Some(class) => format!("{} hundreds", reader.count(class)),
        None => format!("{}s", reader.label(code)),
    };
    named.then(|| Edit::new(start, at, words))
}

/// What HTTP's status codes are named by: `403 Forbidden`.
const STATUSES: [&str; 26] = [
    "OK", "Created", "Accepted", "No", "Moved", "Found", "Not", "Temporary", "Permanent", "Bad",
    "Unauthorized", "Payment", "Forbidden", "Method", "Request", "Conflict", "Gone", "Payload",
    "Unprocessable", "Too", "Internal", "Service", "Gateway", "error", "errors", "status",
];

/// `-5`, `+5`, `.5`, `±0.5` is left to the signs.
pub fn signed(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    // `r = −.32`
    let point = start.peek() == Some('.') && start.before().is_some_and(|before| "-−+±".contains(before));
    let starts = point || start.before().is_none_or(|before| " ([{=<>,:\"'*/".contains(before));
    let mut at = start;
    // `Golf: –12`
    let dash = start.before().is_none_or(|before| " (".contains(before)) && !start.follows_number();
    let sign =
        match at.eat_one_of(["-", "−", "–", "+", "."]).filter(|sign| starts && (*sign != "–" || dash))?
        {
            "-" | "−" | "–" => "minus",
            "+" => "plus",
            _ => "zero",
        };
    at.peek().filter(|next| next.is_ascii_digit() || (*next == '.' && sign != "zero"))?;
    if sign == "zero" {
        // `.22 caliber`, `.357 Magnum`
        if let Some(end) = at.past(|at| at.digits(2..=3).is_some() && at.ends_word())
            && matches!(
                end.next_word(),
                "ACP" | "LR" | "Magnum" | "Special" | "Winchester" | "cal" | "caliber" | "calibre" | "magnum"
            )
        {
            return Some(Edit::new(start, end, reader.label(at.until(end))));
        }
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
pub fn number_sign(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if start.before().is_some_and(|before| before.is_alphanumeric() || before == '&') {
        return None;
    }
    let mut at = start;
    at.eat('#').then_some(())?;
    at.peek().filter(char::is_ascii_digit)?;
    // `#100DaysOfCode`
    let digits = at;
    if let Some(end) = at.past(|at| at.digits(1..=6).is_some() && at.peek().is_some_and(char::is_uppercase)) {
        let mut tag = end;
        if tag.eat_while(char::is_alphabetic).len() > 2 {
            let words = super::identifier::path(end.until(tag), reader);
            return Some(Edit::new(
                start,
                tag,
                format!("hashtag {} {words}", reader.count(digits.until(end))),
            ));
        }
    }
    Some(Edit::new(start, at, "number"))
}

/// `23rd` → `twenty third`.
pub fn ordinal(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_number() {
        return None;
    }
    let mut at = start;
    let digits: String = at.number()?.chars().filter(|found| *found != ',').collect();
    at.eat_one_of(["st", "nd", "rd", "th", "ˢᵗ", "ⁿᵈ", "ʳᵈ", "ᵗʰ"])?;
    let end = at.past(|at| at.eat('-') && at.peek().is_some_and(char::is_alphabetic)).unwrap_or(at);
    (at.ends_word() && !digits.contains('.')).then(|| Edit::new(start, end, reader.ordinal(&digits)))
}

/// `100s of people`, `10s of thousands` → `hundreds`, `tens`.
pub fn round(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    const ROUND: [(&str, &str); 4] = [
        ("10s of ", "tens"),
        ("100s of ", "hundreds"),
        ("1000s of ", "thousands"),
        ("1,000s of ", "thousands"),
    ];
    start.starts_number().then_some(())?;
    let (written, words) = ROUND.iter().find(|(written, _)| start.rest().starts_with(written))?;
    Some(Edit::new(start, start.moved_to(start.offset() + written.len() - " of ".len()), *words))
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
            // `'00s`
            "00" if short => "two thousand".to_owned(),
            "00" => return None,
            _ if digits.len() == 4 => reader.year(digits),
            _ => reader.count(digits),
        }),
    ))
}
