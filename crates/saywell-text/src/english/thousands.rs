//! Numbers whose thousands are set apart, and which are no amounts of money.

use super::counts::grouping;
use super::cursor::Cursor;
use super::kinds::Reader;
use super::spelled::Edit;

/// `10.000.000`, `1'000'000`, `10 000 km`, `1,50,000` → one number.
pub fn grouped(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if let Some(edit) = in_code(start, reader) {
        return Some(edit);
    }
    let (digits, end) = grouping(start)?;
    // With its currency it is an amount.
    if super::money::begins(end) {
        return None;
    }
    let mut edit = Edit::new(start, end, reader.count(&digits));
    if let Some((words, unit)) = super::units::after_fraction(end).or_else(|| super::units::find(end)) {
        edit = edit.say(unit, words[1]);
    }
    Some(edit)
}

/// `1_000_000`: as languages of programming group them.
fn in_code(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    start.starts_number().then_some(())?;
    let mut at = start;
    at.digits(1..=3).filter(|head| !head.starts_with('0'))?;
    let mut groups = 0;
    while groups < 8
        && let Some(end) = at.past(|at| at.eat('_') && at.digits(3..=3).is_some())
    {
        (at, groups) = (end, groups + 1);
    }
    let digits = start.until(at).replace('_', "");
    (groups > 0 && at.ends_word()).then(|| Edit::new(start, at, reader.count(&digits)))
}
