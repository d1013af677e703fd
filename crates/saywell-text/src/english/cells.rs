//! Cells of a spreadsheet: `A1:A10`, `$B$2`, `Sheet2!C3`.

use super::cursor::Cursor;
use super::kinds::Reader;
use super::spelled::Edit;

/// A column and its row as they are said, and where they end: `A1`, `$AB$12`.
fn cell(start: Cursor<'_>, reader: Reader) -> Option<(String, Cursor<'_>)> {
    let mut at = start;
    at.eat('$');
    let column = at.eat_while(|found| found.is_ascii_uppercase());
    at.eat('$');
    let row = at.digits(1..=6)?;
    ((1..=3).contains(&column.len()) && at.ends_word())
        .then(|| (format!("{column} {}", reader.label(row)), at))
}

/// `A1:A10` → `A one to A ten`, `$B$2` → `B two`.
pub fn cells(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    (start.starts_word() && !start.before().is_some_and(|before| ".-/:$#@".contains(before))).then_some(())?;
    let Some((first, first_end)) = cell(start, reader) else { return columns(start) };
    let edit = Edit::new(start, first_end, first);
    match first_end.past(|at| at.eat(':')).and_then(|at| cell(at, reader)) {
        // `O157:H7` goes down, which no range does.
        Some((last, end)) if comes_first(start.until(first_end), &first_end.until(end)[1..]) => {
            Some(edit.say(end, format!("to {last}")))
        }
        Some(_) => None,
        // `S$8` is an amount.
        None => {
            (start.peek() == Some('$') && start.until(first_end).matches('$').count() == 2).then_some(edit)
        }
    }
}

/// Whether neither the column nor the row of the second cell comes before that of the first.
fn comes_first(first: &str, second: &str) -> bool {
    let parts = |cell: &str| {
        let cell = cell.replace('$', "");
        let row = cell.find(|found: char| found.is_ascii_digit()).unwrap_or(cell.len());
        (row, cell[..row].to_owned(), cell.len() - row, cell[row..].to_owned())
    };
    let (first, second) = (parts(first), parts(second));
    (first.0, &first.1) <= (second.0, &second.1) && (first.2, &first.3) <= (second.2, &second.3)
}

/// The `A:C` of `=SUM(A:C)` → `A to C`: whole columns.
fn columns(start: Cursor<'_>) -> Option<Edit> {
    start.before().filter(|before| "(,!".contains(*before) || start.follows(", "))?;
    let column =
        |at: &mut Cursor<'_>| (1..=2).contains(&at.eat_while(|found| found.is_ascii_uppercase()).len());
    let middle = start.past(column)?;
    let end = middle.past(|at| at.eat(':') && column(at) && at.ends_word())?;
    let (first, last) = (start.until(middle), middle.until(end).trim_start_matches(':'));
    Some(Edit::new(start, end, format!("{first} to {last}")))
}
