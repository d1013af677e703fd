//! Threads of screws: `M8x1.25`, `3/8"-16`.

use super::cursor::Cursor;
use super::kinds::Reader;
use super::spelled::Edit;

/// `M8x1.25` → `M eight by one point two five`: a thread of screws.
pub fn thread(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    (start.starts_word() && at.eat('M')).then_some(())?;
    let size = at.digits(1..=2)?;
    let name = at;
    at.eat_one_of(["x", "×", " x ", " × "])?;
    let pitch = at.number()?;
    let edit = Edit::from(start).say(name, format!("M {}", reader.count(size)));
    let edit = edit.say(at, format!("by {}", reader.number(pitch)));
    if let Some((words, end)) = super::units::after_fraction(at).or_else(|| super::units::find(at)) {
        return Some(edit.say(end, words[1]));
    }
    at.ends_quantity().then_some(edit)
}

/// `1/4-20`, `3/8"-16` → `one quarter twenty`, `three eighths inch sixteen`: a thread in inches, of so many turns each.
pub fn thread_of_inches(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    start.starts_number().then_some(())?;
    let mut at = start;
    let above = at.digits(1..=2)?;
    at.eat('/').then_some(())?;
    let below = at.digits(1..=2).filter(|below| matches!(*below, "2" | "4" | "8" | "16" | "32" | "64"))?;
    let size = at;
    let unit = if at.eat_one_of(["\"", "″", "-inch", "-in"]).is_some() { " inch" } else { "" };
    at.eat('-').then_some(())?;
    let turns = at.digits(2..=2).filter(|turns| ("10"..="80").contains(turns))?;
    let size = super::spell_out(start.until(size), reader).text().to_owned();
    (above < below || below.len() > above.len()).then_some(())?;
    at.ends_quantity().then(|| Edit::new(start, at, format!("{size}{unit} {}", reader.count(turns))))
}
