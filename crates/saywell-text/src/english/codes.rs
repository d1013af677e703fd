//! Numbers that name rather than count: codes, orders, accounts, rooms, aircraft, paragraphs of laws.

use super::cursor::{Cursor, is_word};
use super::kinds::Reader;
use super::number_words;
use super::spelled::Edit;

/// What is known by a number of four digits and more, in small letters and in order.
const NAMED_BY_DIGITS: &[&str] = &[
    "account", "acct", "activation", "badge", "bestellnummer", "booking", "case", "cedula", "chmod", "claim",
    "code", "codes", "confirmation", "customer", "cvc", "cvv", "docket", "ein", "employee", "iban", "id",
    "imei", "invoice", "licence", "license", "locker", "lot", "member", "membership", "mrn", "npi", "order",
    "otp", "part", "pass", "passcode", "passport", "passwort", "pin", "pincode", "plate", "po", "policy",
    "postal", "postcode", "receipt", "ref", "reference", "registration", "reservation", "routing", "serial",
    "sku", "squawk", "ssn", "ticket", "tin", "token", "tracking", "transaction", "vat", "verification",
    "voucher", "zip",
];

/// Words between the name and its number.
const LINKS: &[&str] = &[
    "a", "an", "are", "as", "card", "code", "enter", "id", "is", "it's", "my", "new", "no", "nr", "num",
    "number", "numbers", "of", "our", "the", "this", "to", "use", "was", "with", "your",
];

/// Digits that name something: `Your code is 482913`, `order 7741-2093`, `tracking 9400111899223100001234`.
pub fn code(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const LONGEST: usize = 64;
    if start.is_inside_number() || start.before() == Some('$') {
        return None;
    }
    let mut end = start;
    let first = end.digits(1..=40)?;
    let mut groups = vec![first];
    while groups.len() < 8
        && let Some(next) = end.past(|at| at.eat('-') && at.digits(1..=12).is_some())
    {
        groups.push(&end.until(next)[1..]);
        end = next;
    }
    // `code 031 884`, `account no. 1234 5678`
    while groups.len() < 6
        && first.len() > 2
        && let Some(next) = end.past(|at| at.eat(' ') && at.digits(3..=6).is_some() && at.ends_quantity())
        && next.peek() != Some('-')
        && is_named(start, 4)
        && !counts_something(next)
    {
        groups.push(&end.until(next)[1..]);
        end = next;
    }
    // `N-P-K 10-10-10`, `68-70-67-71`: numbers one after the other.
    let pairs = groups.len() > 2 && groups.iter().all(|group| group.len() == 2 && !group.starts_with('0'));
    let called = || {
        start.words_before().take(4).any(|word| matches!(word, "Call" | "Dial" | "call" | "dial" | "phone"))
    };
    if pairs && !called() && !is_named(start, 6) && end.ends_quantity() && end.peek() != Some('-') {
        let numbers: Vec<_> = groups.into_iter().map(|group| reader.count(group)).collect();
        return Some(Edit::new(start, end, numbers.join(", ")));
    }
    let length: usize = groups.iter().map(|group| group.len()).sum();
    let goes_on = end.peek().is_some_and(|next| is_word(next) || "/:%°$€£".contains(next))
        || end.past(|at| at.eat_one_of([".", ",", "-"]).is_some() && at.digits(1..=1).is_some()).is_some()
        || end.past(|at| at.eat('-') && at.peek().is_some_and(is_word)).is_some();
    if goes_on || length > LONGEST {
        return None;
    }
    if let Some(edit) = card(start, reader) {
        return Some(edit);
    }
    let named = || is_named(start, length) || (length == 4 && ends_in(start));
    let is_code = match groups.as_slice() {
        // So long a number is a name, unless it is a round one.
        [_] if length >= 10 => !first.ends_with("000000"),
        [_] => length >= 3 && named() && !counts_something(end),
        // `1234-5678-9012`, `123-45-6789`; a countdown has one digit each.
        [_, _, ..] if groups.len() > 2 => {
            groups.iter().all(|group| group.len() > 1) || (length > 9 && (named() || is_book(start)))
        }
        // `7741-2093` goes down, which no range does.
        [left, right] => named() || (left.len() == 4 && right.len() == 4 && left > right && !is_year(left)),
        _ => false,
    };
    is_code.then(|| {
        let groups: Vec<_> =
            groups.into_iter().flat_map(grouped).map(|group| reader.characters(group)).collect();
        Edit::new(start, end, groups.join(", "))
    })
}

/// What has digits of its own, so that it may end in some; a war that ended in 1945 has none.
const HAVING_DIGITS: [&str; 14] = [
    "account", "accounts", "amex", "card", "cards", "iban", "id", "line", "mastercard", "number", "numbers",
    "phone", "serial", "visa",
];

/// Whether these are the last digits of something: `the card ending in 4821`.
fn ends_in(start: Cursor<'_>) -> bool {
    let mut words = start.words_before().skip_while(|word| matches!(*word, "in" | "with"));
    words.next().is_some_and(|word| matches!(word, "ending" | "ends" | "ended"))
        && words.take(2).any(|word| HAVING_DIGITS.contains(&word.to_ascii_lowercase().as_str()))
}

/// `4111 1111 1111 1111`, `3782 822463 10005`: the number of a card.
fn card(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const SHAPES: [&[usize]; 2] = [&[4, 4, 4, 4], &[4, 6, 5]];
    if start.follows_number() {
        return None;
    }
    SHAPES.iter().find_map(|shape| {
        let mut at = start;
        let mut groups = Vec::new();
        for size in *shape {
            (groups.is_empty() || at.eat(' ')).then_some(())?;
            groups.push(reader.characters(at.digits(*size..=*size)?));
        }
        let goes_on = at.past(|at| at.eat(' ') && at.digits(1..=1).is_some()).is_some();
        (at.ends_quantity() && !goes_on).then(|| Edit::new(start, at, groups.join(", ")))
    })
}

fn is_book(start: Cursor<'_>) -> bool {
    start.words_before().take(3).any(|word| word.starts_with("ISBN") || word.starts_with("ISSN"))
}

fn is_year(digits: &str) -> bool {
    ("1000".."2100").contains(&digits)
}

/// Whether the words before say that a number is a name.
pub fn is_named(start: Cursor<'_>, length: usize) -> bool {
    let mut words = start.words_before();
    let mut numbered = start.before() == Some('#');
    for _ in 0..5 {
        let Some(word) = words.next() else { return false };
        let word = word.to_ascii_lowercase();
        if NAMED_BY_DIGITS.binary_search(&word.as_str()).is_ok() {
            // Three digits are a code for few: `CVV 123`.
            return length > 3 || matches!(word.as_str(), "chmod" | "cvv" | "cvc" | "pin" | "passcode");
        }
        if !LINKS.contains(&word.as_str()) {
            return numbered && length > 4 && word != "than";
        }
        if word == "of" {
            numbered = false;
        } else {
            numbered |= matches!(word.as_str(), "number" | "no" | "nr");
        }
    }
    false
}

/// `27L`, `09R` → `two seven left`: runways, where the sentence is about them.
pub fn runway(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const CUES: [&str; 9] =
        ["runway", "Runway", "landing", "Landing", "to land", "landed", "takeoff", "ILS", "approach"];
    const AROUND: usize = 80;
    let mut at = start;
    let digits = at.digits(2..=2).filter(|digits| matches!(digits.parse(), Ok(1..=36)))?;
    let side = match at.eat_one_of(["L", "R", "C"])? {
        "L" => "left",
        "R" => "right",
        _ => "center",
    };
    let about = |text: &str| CUES.iter().any(|cue| text.contains(cue));
    let told = start.starts_number() && at.ends_word() && at.next_word() != "of";
    (told && (about(start.window_before(AROUND)) || about(at.window_after(AROUND))))
        .then(|| Edit::new(start, at, format!("{} {side}", reader.characters(digits))))
}

/// Whether what is counted follows: `part 4000 times`.
fn counts_something(end: Cursor<'_>) -> bool {
    const COUNTED: [&str; 8] =
        ["people", "times", "dollars", "euros", "percent", "million", "thousand", "items"];
    end.peek() == Some(' ') && COUNTED.contains(&end.next_word())
}

/// `1Z999AA10123456784`, `IBAN DE89 3704 0044 …`: letters and digits that name a parcel, a car, an account.
pub fn letters_and_digits(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_word() || start.before().is_some_and(|before| "-./@#$_".contains(before)) {
        return None;
    }
    let mut at = start;
    let written = at.eat_while(|found| found.is_ascii_uppercase() || found.is_ascii_digit());
    let digits = written.bytes().filter(u8::is_ascii_digit).count();
    let letters = written.len() - digits;
    if start.words_before().take(3).any(|word| word == "IBAN") && letters >= 2 && digits >= 2 {
        let mut groups = vec![reader.characters(written)];
        while groups.len() < 9
            && let Some(end) = at.past(|at| {
                at.eat(' ')
                    && (1..=4).contains(
                        &at.eat_while(|found| found.is_ascii_uppercase() || found.is_ascii_digit()).len(),
                    )
            })
        {
            groups.push(reader.characters(at.until(end)));
            at = end;
        }
        return at.ends_word().then(|| Edit::new(start, at, groups.join(", ")));
    }
    let is_code = (10..=40).contains(&written.len())
        && digits >= 4
        && letters >= 1
        && at.ends_word()
        && at.peek() != Some('-');
    is_code.then(|| {
        let groups: Vec<_> = grouped(written).into_iter().map(|group| reader.characters(group)).collect();
        Edit::new(start, at, groups.join(", "))
    })
}

/// Digits in groups of three or four, as they are told: `482913` → `482`, `913`.
fn grouped(digits: &str) -> Vec<&str> {
    let sizes: &[usize] = match digits.len() {
        0..=5 => return vec![digits],
        6 => &[3, 3],
        7 => &[3, 4],
        9 => &[3, 3, 3],
        10 => &[3, 3, 4],
        _ => &[4],
    };
    let (mut groups, mut rest) = (Vec::new(), digits);
    for size in sizes.iter().chain(std::iter::repeat(&4)) {
        // No digit is left alone.
        if rest.len() <= *size || rest.len() == size + 1 {
            break;
        }
        let (group, after) = rest.split_at(*size);
        groups.push(group);
        rest = after;
    }
    groups.push(rest);
    groups
}

/// What is named by three digits and more, or by a number and a letter, in small letters and in order.
const PLACES: &[&str] = &[
    "airbus", "apartment", "apt", "audi", "bay", "bed", "berth", "bldg", "block", "bmw", "boeing",
    "building", "bus", "cabin", "carriage", "channel", "classroom", "cubicle", "desk", "dock", "door",
    "exit", "ferrari", "fiat", "flat", "flight", "gate", "geforce", "gt", "gtx", "hall", "hd", "highway",
    "hwy", "interstate", "kawasaki", "lane", "levi's", "line", "locker", "mazda", "mclaren", "nokia",
    "office", "peugeot", "pier", "platform", "porsche", "port", "pump", "radeon", "renault", "rm", "room",
    "route", "row", "rte", "rtx", "rx", "saab", "seat", "spot", "stall", "studio", "suite", "table",
    "terminal", "toyota", "track", "train", "tram", "unit", "volvo", "ward", "xbox", "yamaha",
];

/// Whether the word before names a place or a product by its number: `Gate 12B`, `Suite #12B`.
pub fn is_place(start: Cursor<'_>) -> bool {
    let before = start.previous_word();
    // `Flight UA 237`
    let carrier = before.len() == 2
        && before.bytes().all(|byte| byte.is_ascii_uppercase())
        && start.words_before().nth(1).is_some_and(|word| matches!(word, "Flight" | "flight"));
    carrier || is_named_place(before.trim_end_matches('.'))
}

fn is_named_place(word: &str) -> bool {
    PLACES.binary_search(&word.to_ascii_lowercase().as_str()).is_ok()
}

/// Whether a kind of road follows: `the 405 freeway`.
fn is_road(end: Cursor<'_>) -> bool {
    end.peek() == Some(' ')
        && matches!(
            end.next_word(),
            "freeway" | "Freeway" | "interstate" | "Interstate" | "turnpike" | "Turnpike"
        )
}

/// `Gate 12B`, `room 305`, `Boeing 737-800` → `twelve B`, `three oh five`, `seven thirty seven eight hundred`.
pub fn place(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if start.is_inside_number() || start.before().is_some_and(|before| !" (#".contains(before)) {
        return None;
    }
    let mut at = start;
    let number = at.digits(1..=4)?;
    // `Suite #12B`
    let named = if start.before() == Some('#') { start.moved_to(start.offset() - 1) } else { start };
    // `rooms 101-105`
    if number.len() == 3
        && let Some(dash) = at.past(|at| at.eat_one_of(["-", "–"]).is_some())
        && let Some(end) = dash.past(|at| at.digits(3..=3).is_some() && at.ends_word())
        && start.previous_word().strip_suffix('s').is_some_and(is_named_place)
    {
        let edit = Edit::from(start).say(at, reader.label(number)).say(dash, "to");
        return Some(edit.say(end, reader.label(dash.until(end))));
    }
    let place = is_place(named) || (number.len() == 3 && is_road(at));
    if number == "007"
        && matches!(start.previous_word(), "Agent" | "agent" | "Bond" | "as")
        && at.ends_word()
        && !at.peek().is_some_and(|next| "-.:".contains(next))
    {
        return Some(Edit::new(start, at, "double oh seven"));
    }
    let mut words = reader.label(number);
    let is_airliner = number.len() == 3 && number.starts_with('7') && number.ends_with('7');
    // `747s`
    if let Some(end) = at.past(|at| at.eat('s') && at.ends_word()).filter(|_| is_airliner) {
        return Some(Edit::new(start, end, number_words::plural(&words)));
    }
    if let Some(end) = at.past(|at| at.eat('-') && at.digits(1..=3).is_some())
        && is_airliner
    {
        words += " ";
        words += &reader.label(&at.until(end)[1..]);
        at = end;
    } else if is_airliner && !place && !at.rest().starts_with(" MAX") && at.peek() != Some('-') {
        return None;
    }
    let digits_end = at;
    if let Some(letter) = at.eat_if(|found| found.is_ascii_uppercase()) {
        words += &format!(" {letter}");
        // `777-300ER`
        if is_airliner && let Some(letter) = at.eat_if(|found| found.is_ascii_uppercase()) {
            words += &format!(" {letter}");
        }
    }
    let has_letter = at.offset() > digits_end.offset();
    let goes_on = at.peek().is_some_and(|next| is_word(next) || "-/:%°".contains(next))
        || at.past(|at| at.eat_one_of([".", ","]).is_some() && at.digits(1..=1).is_some()).is_some();
    let known = if has_letter { place || is_airliner } else { number.len() == 3 && (place || is_airliner) };
    (known && !goes_on).then(|| Edit::new(start, at, words))
}

/// `410 U.S. 113`, `347 F.3d 12` → `four ten U.S. one thirteen`: the volume and the page of a court's reports.
pub fn report(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const REPORTERS: [(&str, &str); 8] = [
        ("U.S.", "U.S."),
        ("F.2d", "F second"),
        ("F.3d", "F third"),
        ("F.4th", "F fourth"),
        ("S. Ct.", "Supreme Court"),
        ("F. Supp. 2d", "F Supp second"),
        ("F. Supp. 3d", "F Supp third"),
        ("F. Supp.", "F Supp"),
    ];
    if start.is_inside_number() {
        return None;
    }
    let mut at = start;
    let volume = at.digits(1..=4)?;
    let number = at;
    at.eat(' ').then_some(())?;
    let (_, name) = REPORTERS.iter().find(|(written, _)| at.eat_text(written))?;
    let reporter = at;
    at.eat(' ').then_some(())?;
    let page = at.digits(1..=4)?;
    at.ends_quantity().then(|| {
        let edit = Edit::from(start).say(number, reader.label(volume)).say(reporter, *name);
        edit.say(at, reader.label(page))
    })
}

/// `(EU) 2016/679`, `Directive 95/46/EC` → `twenty sixteen, six seventy nine`: the number of an act.
pub fn act(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const ACTS: [&str; 5] = ["Directive", "Regulation", "EU", "EC", "EEC"];
    let named = start.words_before().take(2).any(|word| ACTS.contains(&word));
    (named && !start.is_inside_number()).then_some(())?;
    let mut at = start;
    let year = at.digits(2..=4)?;
    at.eat('/').then_some(())?;
    let number = at.digits(1..=4)?;
    let edit = Edit::new(start, at, format!("{}, {}", reader.label(year), reader.label(number)));
    let body = at.past(|at| at.eat('/') && at.eat_one_of(["EEC", "EC", "EU"]).is_some() && at.ends_word());
    if let Some(end) = body {
        return Some(edit.say(end, at.until(end)[1..].to_owned()));
    }
    (at.ends_quantity() && at.peek() != Some('/')).then_some(edit)
}

/// `205/55R16`, `P225/45 R17` → `two oh five, fifty five, R sixteen`: the size of a tire.
pub fn tire(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    (!start.before().is_some_and(|before| is_word(before) && before != 'P' || ".-/".contains(before)))
        .then_some(())?;
    let mut at = start;
    let width = at.digits(3..=3)?;
    at.eat('/').then_some(())?;
    let height = at.digits(2..=2)?;
    at.eat(' ');
    let make = at.eat_one_of(["ZR", "R"])?;
    let rim = at.digits(2..=2)?;
    let words = [reader.label(width), format!("{}, {make} {}", reader.label(height), reader.label(rim))];
    at.ends_word().then(|| Edit::new(start, at, words.join(", ")))
}

/// `10W-40` → `ten W forty`: the grade of an oil.
pub fn grade(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    start.starts_number().then_some(())?;
    let mut at = start;
    let cold = at.digits(1..=2)?;
    at.eat_one_of(["W-", "w-"])?;
    let hot = at.digits(2..=2)?;
    at.ends_quantity()
        .then(|| Edit::new(start, at, format!("{} W {}", reader.count(cold), reader.count(hot))))
}

/// `401(k)`, `Art. 6(1)(f)` → `four oh one K`, `six one F`.
pub fn paragraph(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const LAWS: [&str; 10] =
        ["Art", "Article", "Articles", "art", "article", "Section", "section", "Sec", "Rule", "rule"];
    if start.is_inside_number() {
        return None;
    }
    let mut at = start;
    let number = at.digits(1..=4)?;
    let mut words = reader.label(number);
    let (mut parts, mut has_letter) = (0, false);
    while parts < 4 {
        let mut end = at;
        let inside = end;
        if !end.eat('(') {
            break;
        }
        let length = end.eat_while(|found| found.is_ascii_alphanumeric()).len();
        let part = &inside.until(end)[1..];
        let is_part = length == 1
            || (length <= 3 && part.bytes().all(|byte| byte.is_ascii_digit() || b"ivx".contains(&byte)));
        if !is_part || !end.eat(')') {
            break;
        }
        has_letter |= part.bytes().all(|byte| byte.is_ascii_lowercase());
        words += " ";
        words += &if part.bytes().all(|byte| byte.is_ascii_digit()) {
            reader.count(part)
        } else {
            part.to_ascii_uppercase()
        };
        (at, parts) = (end, parts + 1);
    }
    let law = LAWS.contains(&start.previous_word().trim_end_matches('.'))
        || start.follows("§ ")
        || start.follows("§");
    let known = parts > 0 && ((number.len() == 3 && has_letter) || law);
    (known && at.ends_word()).then(|| Edit::new(start, at, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_in_order() {
        assert!(NAMED_BY_DIGITS.is_sorted() && PLACES.is_sorted());
    }

    #[test]
    fn no_digit_is_left_alone() {
        for length in 1..40 {
            let digits = "7".repeat(length);
            let groups = grouped(&digits);
            assert_eq!(groups.concat(), digits);
            assert!(groups.iter().all(|group| length == 1 || (2..=5).contains(&group.len())), "{groups:?}");
        }
    }
}
