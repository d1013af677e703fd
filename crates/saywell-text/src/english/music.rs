//! Chords: `Dm7`, `C♯m7`, `Bbmaj9`.

use super::cursor::Cursor;
use super::kinds::Reader;
use super::spelled::Edit;

/// `Dm7` → `D minor seven`. A letter and a number alone may be anything.
pub fn chord(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const QUALITIES: [(&str, &str); 11] = [
        ("maj", "major"),
        ("Maj", "major"),
        ("min", "minor"),
        ("mMaj", "minor major"),
        ("dim", "diminished"),
        ("aug", "augmented"),
        ("sus", "suspended"),
        ("add", "add"),
        ("M", "major"),
        ("m", "minor"),
        ("ø", "half diminished"),
    ];
    if !start.starts_word() || start.before().is_some_and(|before| "._#@$".contains(before)) {
        return None;
    }
    let mut at = start;
    let root = at.eat_if(|found| ('A'..='G').contains(&found))?;
    let accidental = match at.eat_one_of(["♯", "♭", "#", "b"]) {
        Some("♯" | "#") => " sharp",
        Some(_) => " flat",
        None => "",
    };
    let quality = QUALITIES.iter().find(|(written, _)| at.eat_text(written)).map(|(_, spoken)| *spoken);
    let number =
        at.digits(1..=2).filter(|number| matches!(*number, "2" | "4" | "5" | "6" | "7" | "9" | "11" | "13"));
    let is_chord = match (quality, number) {
        (Some("minor"), None) => !accidental.is_empty(),
        (Some("major"), None) => start.rest()[1..].contains("maj") && at.before() == Some('j'),
        (Some("minor" | "major" | "suspended" | "add"), Some(_)) | (Some("diminished" | "augmented"), _) => {
            true
        }
        (None, Some(_)) => matches!(accidental, " sharp" | " flat") && start.peek_second() != Some('b'),
        _ => false,
    };
    // `/F♯`: over another bass.
    let bass = at.past(|at| at.eat('/') && at.eat_if(|found| ('A'..='G').contains(&found)).is_some());
    if !is_chord || !(at.ends_word() || bass.is_some_and(Cursor::ends_word)) {
        return None;
    }
    let mut words = format!("{root}{accidental}");
    words += &quality.map_or(String::new(), |quality| format!(" {quality}"));
    words += &number.map_or(String::new(), |number| format!(" {}", reader.count(number)));
    Some(Edit::new(start, at, words))
}
