//! Numbers of standards: `ISO 9001:2015`, `802.11ax`.

use super::cursor::Cursor;
use super::kinds::Reader;
use super::spelled::Edit;

/// Who numbers standards.
const BODIES: [&str; 18] = [
    "ISO", "IEC", "EN", "DIN", "BS", "ANSI", "ASTM", "IEEE", "NIST", "OIML", "UL", "SAE", "JIS", "GB",
    "ECMA", "ETSI", "FIPS", "SP",
];

/// `9001:2015` after `ISO` → `nine thousand one, twenty fifteen`; `802.11ax` → `eight oh two dot eleven A X`.
pub fn standard(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_number() {
        return None;
    }
    let mut at = start;
    if at.eat_text("802.") {
        let mut words = format!("{} dot ", reader.label("802"));
        let digits = at;
        at.digits(1..=2)?;
        words += &reader.count(digits.until(at));
        // `802.15.4`
        if let Some(part) = at.past(|at| at.eat('.') && at.digits(1..=2).is_some()) {
            words += &format!(" dot {}", reader.count(&at.until(part)[1..]));
            at = part;
        }
        let letters = at;
        at.eat_while(|found| found.is_ascii_alphabetic());
        let letters = letters.until(at);
        if letters.len() > 2 || !at.ends_word() {
            return None;
        }
        for letter in letters.chars() {
            words += &format!(" {}", letter.to_ascii_uppercase());
        }
        return Some(Edit::new(start, at, words));
    }
    let is_standard = start.words_before().take(2).any(|word| BODIES.contains(&word));
    let number = at.digits(2..=6).filter(|_| is_standard)?;
    let mut edit = Edit::new(start, at, reader.count(number));
    if let Some(part) = at.past(|at| at.eat('-') && at.digits(1..=2).is_some() && at.ends_word()) {
        edit = edit.say(part, format!("part {}", reader.count(&at.until(part)[1..])));
        at = part;
    }
    let year =
        at.past(|at| at.eat_one_of([":", "-"]).is_some() && at.digits(4..=4).is_some() && at.ends_word());
    let Some(year) = year else {
        // `FIPS 140-2`, `NIST SP 800-171`
        let mut at = start;
        at.digits(2..=6)?;
        let dash = at.past(|at| at.eat('-'))?;
        let end = dash.past(|at| at.digits(1..=3).is_some() && at.ends_quantity())?;
        let words = format!("{} dash {}", reader.label(number), reader.label(dash.until(end)));
        return (end.peek() != Some('-')).then(|| Edit::new(start, end, words));
    };
    Some(edit.say(year, format!(", {}", reader.year(&at.until(year)[1..]))))
}
