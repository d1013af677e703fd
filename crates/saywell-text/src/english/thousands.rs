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
    if let Some(edit) = with_decimals(start, reader).or_else(|| comma(start, reader)) {
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

/// `1'234.50`, `1.234.567,89`: thousands and decimals.
fn with_decimals(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let (digits, end) = super::counts::grouping_before_decimals(start)?;
    let mut at = end;
    at.eat_one_of([".", ","])?;
    let decimals = at.digits(1..=4)?;
    let number = reader.number(&format!("{digits}.{decimals}"));
    (at.ends_quantity() && !super::money::begins(at)).then(|| Edit::new(start, at, number))
}

/// `0,5 l`, `10,5 %`, `3,14159` → `zero point five liters` and so on: a comma before decimals, where no thousands can be
/// and neither a list nor a pair of numbers.
fn comma(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let before = start.before();
    (!start.is_inside_number()
        && !start.follows_number()
        && !before.is_some_and(|before| "([{,$€£".contains(before)))
    .then_some(())?;
    let mut at = start;
    let whole = at.digits(1..=3)?;
    at.eat(',').then_some(())?;
    let decimals = at.digits(1..=10)?;
    let goes_on = at.past(|at| at.eat(',') && at.digits(1..=1).is_some()).is_some();
    (at.ends_word() && !goes_on && decimals.len() != 3).then_some(())?;
    let number = reader.number(&format!("{whole}.{decimals}"));
    let edit = Edit::new(start, at, number);
    if let Some(end) = at.past(|at| at.eat('%') || at.eat_text(" %")) {
        return Some(edit.say(end, "percent"));
    }
    match super::units::after_fraction(at) {
        Some((words, end)) => Some(super::units::with_rate(edit.say(end, words[1]), end, reader)),
        None => (whole == "0" && decimals.len() < 3 || decimals.len() > 3).then_some(edit),
    }
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
