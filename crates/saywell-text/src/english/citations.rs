//! Numbers that cite: `Pub. L. 104-191`, `p. 45ff.`

use super::cursor::Cursor;
use super::kinds::Reader;
use super::spelled::Edit;

/// `104-191` after `Pub. L.` → `one oh four, one ninety one`.
pub fn public_law(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut words = start.words_before();
    let named = match (words.next(), words.next()) {
        (Some("L" | "L." | "Law"), Some("Pub" | "Pub." | "Public")) => true,
        (Some("No" | "No."), Some("L" | "L." | "Law")) => {
            matches!(words.next(), Some("Pub" | "Pub." | "Public"))
        }
        _ => false,
    };
    let mut at = start;
    let congress = at.digits(2..=3).filter(|_| named && start.starts_number())?;
    at.eat_one_of(["-", "–"])?;
    let law = at.digits(1..=4)?;
    at.ends_quantity()
        .then(|| Edit::new(start, at, format!("{}, {}", reader.label(congress), reader.label(law))))
}

/// `45ff.` → `forty five and following`.
pub fn following(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    let page = at.digits(1..=4).filter(|_| start.starts_number())?;
    at.eat(' ');
    at.eat_text("ff.").then_some(())?;
    let ends = at.peek().is_none();
    (!at.peek().is_some_and(char::is_alphanumeric)).then(|| {
        let words = format!("{} and following{}", reader.count(page), if ends { "." } else { "" });
        Edit::new(start, at, words)
    })
}
