//! Times at which something runs, as cron has them: `*/5 * * * *`.

use super::cursor::Cursor;
use super::kinds::Reader;
use super::spelled::Edit;

/// `0 9 * * 1-5` → `zero, nine, star, star, one to five`: minute, hour, day, month and weekday.
pub fn schedule(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const FIELDS: usize = 5;
    const LONGEST: usize = 16;
    start.starts_chunk().then_some(())?;
    let mut at = start;
    let mut fields = Vec::with_capacity(FIELDS);
    while fields.len() < FIELDS {
        (fields.is_empty() || at.eat(' ')).then_some(())?;
        let field = at.window_after(LONGEST);
        let length = field.find(|found: char| !(found.is_ascii_digit() || "*/,-".contains(found)));
        let field = &field[..length.unwrap_or(field.len())];
        (1..LONGEST).contains(&field.len()).then_some(())?;
        at.eat_text(field);
        fields.push(field);
    }
    // A product has stars, too, but numbers between.
    let every = fields.iter().any(|field| field.starts_with("*/"))
        || fields.windows(2).any(|pair| pair == ["*", "*"]);
    (every && at.ends_word() && fields.iter().all(|field| *field != "-" && *field != "/")).then_some(())?;
    let words: Vec<String> = fields.into_iter().map(|field| spoken(field, reader)).collect();
    Some(Edit::new(start, at, words.join(", ")))
}

fn spoken(field: &str, reader: Reader) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut rest = field;
    while let Some(first) = rest.chars().next() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        words.push(match first {
            '*' => "star".to_owned(),
            '/' => "slash".to_owned(),
            '-' => "to".to_owned(),
            ',' => "and".to_owned(),
            _ => reader.count(&rest[..digits]),
        });
        rest = &rest[digits.max(1)..];
    }
    words.join(" ")
}
