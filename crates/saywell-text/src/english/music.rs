//! Chords: `Dm7`, `C♯m7`, `Bbmaj9`.

use super::cursor::Cursor;
use super::kinds::Reader;
use super::spelled::Edit;

/// Whether a chord follows or precedes, parted from this one by a mark: `Em – C – G`.
fn is_among_chords(start: Cursor<'_>, end: Cursor<'_>) -> bool {
    const MARKS: [&str; 6] = [" – ", " - ", ", ", " | ", "–", " → "];
    let is_chord = |text: &str| {
        let chord = text.split([' ', ',', '|', '–', '.']).next().unwrap_or_default();
        chord.len() < 6
            && chord.starts_with(|root: char| ('A'..='G').contains(&root))
            && chord[1..].chars().all(|found| "m7b#♯♭9".contains(found))
    };
    let after = end.window_after(12);
    let before = start.window_before(12);
    MARKS.iter().any(|mark| {
        after.strip_prefix(mark).is_some_and(is_chord)
            || before.strip_suffix(mark).is_some_and(|before| {
                is_chord(before.rsplit([' ', ',', '|', '–']).next().unwrap_or_default())
            })
    })
}

/// `I–V–vi–IV`, `ii-V-I` → `one, five, six, four`: the degrees of a scale that chords stand on.
pub fn progression(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const DEGREES: [&str; 7] = ["i", "ii", "iii", "iv", "v", "vi", "vii"];
    const MARKS: [&str; 7] = ["–", "-", "→", " – ", " - ", " → ", "—"];
    start.starts_chunk().then_some(())?;
    let mut words: Vec<String> = Vec::new();
    let (mut at, mut end) = (start, start);
    while words.len() < 12 {
        let written = at.eat_while(|found| "IiVv".contains(found)).to_ascii_lowercase();
        let Some(degree) = DEGREES.iter().position(|degree| *degree == written) else { break };
        let seven = if at.eat('7') { " seven" } else { "" };
        at.eat_one_of(["°", "ø"]);
        words.push(format!("{}{seven}", reader.count(&(degree + 1).to_string())));
        end = at;
        if at.eat_one_of(MARKS).is_none() {
            break;
        }
    }
    (words.len() > 2 && end.ends_word()).then(|| Edit::new(start, end, words.join(", ")))
}

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
    let altered = at.past(|at| at.eat_one_of(["b", "♭", "#", "♯"]).is_some() && at.digits(1..=2).is_some());
    let is_chord = match (quality, number) {
        (Some("minor"), None) => !accidental.is_empty() || is_among_chords(start, at),
        // `DM2` and the like are no chords.
        (Some("major"), Some("2" | "4" | "5" | "6")) => start.rest()[1..].contains("aj"),
        // `Bb`; the other letters are short for something.
        (None, None) => {
            accidental == " flat"
                && start.peek_second() == Some('b')
                && at.ends_word()
                && (matches!(root, 'B' | 'E') || matches!(at.next_word(), "major" | "minor"))
        }
        (Some("major"), None) => start.rest()[1..].contains("maj") && at.before() == Some('j'),
        (Some("minor" | "major" | "suspended" | "add"), Some(_)) | (Some("diminished" | "augmented"), _) => {
            true
        }
        (None, Some(_)) => matches!(accidental, " sharp" | " flat") && start.peek_second() != Some('b'),
        _ => false,
    };
    // `m7b5`
    let altered = altered.filter(|_| is_chord && number.is_some());
    if let Some(end) = altered {
        let number = number.map_or(String::new(), |number| format!(" {}", reader.count(number)));
        let written = at.until(end);
        let sign = if written.starts_with(['b', '♭']) { "flat" } else { "sharp" };
        let degree = reader.count(written.trim_start_matches(['b', '♭', '#', '♯']));
        let quality = quality.map_or(String::new(), |quality| format!(" {quality}"));
        return end
            .ends_word()
            .then(|| Edit::new(start, end, format!("{root}{accidental}{quality}{number} {sign} {degree}")));
    }
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
