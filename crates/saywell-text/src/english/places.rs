//! Places: on the globe, and in a book.

use super::cursor::Cursor;
use super::kinds::Reader;
use super::spelled::Edit;

/// `40.7128° N`, `40°26′46″N` → `forty point seven one two eight degrees north`.
pub fn degrees(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_number() {
        return None;
    }
    let mut at = start;
    let number = at.number()?;
    at.eat('°').then_some(())?;
    let mut words = format!("{} degrees", reader.number(number));
    for (sign, plain, unit) in [("′", "'", "minutes"), ("″", "\"", "seconds")] {
        let mut end = at;
        if let Some(part) = end.number().filter(|_| end.eat_one_of([sign, plain]).is_some()) {
            words += &format!(" {} {unit}", reader.number(part));
            at = end;
        }
    }
    at.eat(' ');
    let side = match at.eat_if(|found| "NSEW".contains(found))? {
        'N' => "north",
        'S' => "south",
        'E' => "east",
        _ => "west",
    };
    at.ends_word().then(|| Edit::new(start, at, format!("{words} {side}")))
}

/// Books of the Bible that are cited with chapter and verse, in byte order.
const BOOKS: &[&str] = &[
    "Acts", "Colossians", "Corinthians", "Daniel", "Deuteronomy", "Ecclesiastes", "Ephesians", "Exodus",
    "Ezekiel", "Galatians", "Genesis", "Hebrews", "Isaiah", "James", "Jeremiah", "Job", "John", "Joshua",
    "Judges", "Kings", "Leviticus", "Luke", "Mark", "Matthew", "Numbers", "Peter", "Philippians", "Proverbs",
    "Psalm", "Psalms", "Revelation", "Romans", "Ruth", "Samuel", "Surah", "Thessalonians", "Timothy",
    "Titus",
];

/// `John 3:16`, `Psalm 23:1-6` → `John three sixteen`, `Psalm twenty three one to six`.
pub fn verse(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_word() {
        return None;
    }
    let mut at = start;
    let book = at.eat_while(char::is_alphabetic);
    BOOKS.binary_search(&book).ok()?;
    let name = at;
    at.eat(' ').then_some(())?;
    let chapter = at.digits(1..=3)?;
    at.eat(':').then_some(())?;
    let verse = at.digits(1..=3)?;
    let mut words = format!("{} {}", reader.count(chapter), reader.count(verse));
    if let Some(end) = at.past(|at| at.eat_one_of(["-", "–"]).is_some() && at.digits(1..=3).is_some()) {
        words += &format!(" to {}", reader.count(at.until(end).trim_start_matches(['-', '–'])));
        at = end;
    }
    (at.ends_word() && at.peek() != Some(':'))
        .then(|| Edit::from(start).say(name, book.to_owned()).say(at, words))
}
