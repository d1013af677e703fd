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
    let mut parts = 0;
    for (sign, plain, unit) in [("′", "'", "minutes"), ("″", "\"", "seconds")] {
        let mut end = at;
        end.eat(' ');
        if let Some(part) = end.number().filter(|_| end.eat_one_of([sign, plain]).is_some()) {
            words += &format!(" {} {unit}", reader.number(part));
            (at, parts) = (end, parts + 1);
        }
    }
    let side = at.past(|at| {
        at.eat(' ');
        at.eat_if(|found| "NSEW".contains(found)).is_some() && at.ends_word()
    });
    let Some(end) = side else {
        // An angle: `30° 15′`.
        return (parts > 0 && at.ends_word()).then(|| Edit::new(start, at, words));
    };
    let side = match end.before() {
        Some('N') => "north",
        Some('S') => "south",
        Some('E') => "east",
        _ => "west",
    };
    Some(Edit::new(start, end, format!("{words} {side}")))
}

/// Books of the Bible that are cited with chapter and verse, in byte order.
const BOOKS: &[&str] = &[
    "Acts", "Colossians", "Corinthians", "Daniel", "Deuteronomy", "Ecclesiastes", "Ephesians", "Exodus",
    "Ezekiel", "Galatians", "Genesis", "Hebrews", "Isaiah", "James", "Jeremiah", "Job", "John", "Joshua",
    "Judges", "Kings", "Koran", "Leviticus", "Luke", "Mark", "Matthew", "Numbers", "Peter", "Philippians",
    "Proverbs", "Psalm", "Psalms", "Quran", "Revelation", "Romans", "Ruth", "Samuel", "Surah",
    "Thessalonians", "Timothy", "Titus",
];

/// The short forms of books, which a chapter and a verse follow: `Ps. 23:1`.
const SHORT_BOOKS: &[(&str, &str)] = &[
    ("Chr", "Chronicles"),
    ("Col", "Colossians"),
    ("Cor", "Corinthians"),
    ("Deut", "Deuteronomy"),
    ("Eccl", "Ecclesiastes"),
    ("Eph", "Ephesians"),
    ("Exod", "Exodus"),
    ("Ezek", "Ezekiel"),
    ("Gal", "Galatians"),
    ("Gen", "Genesis"),
    ("Heb", "Hebrews"),
    ("Isa", "Isaiah"),
    ("Jas", "James"),
    ("Jer", "Jeremiah"),
    ("Jn", "John"),
    ("Josh", "Joshua"),
    ("Kgs", "Kings"),
    ("Lev", "Leviticus"),
    ("Lk", "Luke"),
    ("Matt", "Matthew"),
    ("Mk", "Mark"),
    ("Mt", "Matthew"),
    ("Pet", "Peter"),
    ("Phil", "Philippians"),
    ("Prov", "Proverbs"),
    ("Ps", "Psalm"),
    ("Rev", "Revelation"),
    ("Rom", "Romans"),
    ("Thess", "Thessalonians"),
];

/// `John 3:16`, `Psalm 23:1-6` → `John three sixteen`, `Psalm twenty three one to six`.
pub fn verse(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    start.starts_word().then_some(())?;
    let (book, name, words, end) = passage(start, reader)?;
    Some(Edit::from(start).say(name, book).say(end, words))
}

/// `1 Cor 13:4` → `First Corinthians thirteen four`.
pub fn numbered_verse(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    start.starts_number().then_some(())?;
    let mut at = start;
    let number = match at.digits(1..=1)? {
        "1" => "First",
        "2" => "Second",
        "3" => "Third",
        _ => return None,
    };
    let digit = at;
    at.eat(' ').then_some(())?;
    let (book, name, words, end) = passage(at, reader)?;
    Some(Edit::from(start).say(digit, number).say(name, book).say(end, words))
}

/// A book, where its name ends, the words for its chapter and verses, and where those end.
fn passage(start: Cursor<'_>, reader: Reader) -> Option<(String, Cursor<'_>, String, Cursor<'_>)> {
    let mut at = start;
    let written = at.eat_while(char::is_alphabetic);
    let book = match SHORT_BOOKS.iter().find(|(short, _)| *short == written) {
        Some((_, book)) => {
            at.eat('.');
            *book
        }
        None => BOOKS.binary_search(&written).ok().map(|_| written)?,
    };
    let name = at;
    at.eat(' ').then_some(())?;
    let chapter = at.digits(1..=3)?;
    // Psalms are cited whole.
    if book == "Psalm" && at.ends_quantity() && at.peek() != Some(':') {
        return Some((book.to_owned(), name, reader.count(chapter), at));
    }
    at.eat(':').then_some(())?;
    let verse = at.digits(1..=3)?;
    let mut words = format!("{} {}", reader.count(chapter), reader.count(verse));
    if let Some(end) = at.past(|at| at.eat_one_of(["-", "–"]).is_some() && at.digits(1..=3).is_some()) {
        words += &format!(" to {}", reader.count(at.until(end).trim_start_matches(['-', '–'])));
        at = end;
    }
    (at.ends_word() && at.peek() != Some(':')).then(|| (book.to_owned(), name, words, at))
}
