//! Numbers whose thousands are set apart, and which are no amounts of money.

use super::counts::grouping;
use super::cursor::Cursor;
use super::kinds::Reader;
use super::spelled::Edit;

/// `10.000.000`, `1'000'000`, `10 000 km`, `1,50,000` → one number.
pub fn grouped(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
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
