//! Titles, abbreviations, Roman numerals, symbols.

use super::cursor::{Cursor, is_word};
use super::number_words::ordinal;
use super::tables::{ABBREVIATIONS, NUMBERED_BY_ROMAN, RANKED_BY_ROMAN, SYMBOLS, TITLES};
use super::tracked::Edit;

/// `https://www.docs.rs` → `docs.rs`.
pub fn web_scheme(mut at: Cursor<'_>) -> Option<Edit> {
    if !at.starts_word() {
        return None;
    }
    let start = at.at();
    at.eat_one_of(["https://", "http://"]);
    at.eat_text("www.");
    (at.at() > start && !at.ends_word()).then(|| Edit::new(at, ""))
}

/// `main.rs` → `main dot rs`: a dot inside a name of more than one letter, before small letters.
pub fn dotted_name(mut at: Cursor<'_>) -> Option<Edit> {
    let name = at.before().is_some_and(char::is_alphanumeric)
        && at.before_second().is_some_and(|found| found.is_alphabetic() || found == '_');
    let mut after = at;
    (name && at.eat('.') && at.peek().is_some_and(|next| next.is_ascii_lowercase())).then_some(())?;
    after.eat('.');
    after.eat_while(is_word);
    // One letter and a dot is an abbreviation: `Ph.d.`
    let is_initial = after.at() == at.at() + 1 && after.peek() == Some('.');
    (!is_initial).then(|| Edit::new(at, " dot "))
}

/// `Prof. Jones` → `Professor Jones`, before a capital only.
pub fn title(at: Cursor<'_>) -> Option<Edit> {
    if !at.starts_word() {
        return None;
    }
    TITLES.iter().find_map(|(written, spoken)| {
        let mut end = at.past(|at| at.eat_text(written))?;
        end.eat('.');
        (end.eat(' ') && end.peek().is_some_and(|next| next.is_ascii_uppercase()))
            .then(|| Edit::new(end, format!("{spoken} ")))
    })
}

/// `approx.` → `approximately`. At the end of the text the dot ends the sentence as well and is kept.
pub fn abbreviation(at: Cursor<'_>) -> Option<Edit> {
    /// These are words of their own where no number follows: `I said no.`
    const BEFORE_NUMBER: [&str; 7] = ["no.", "nos.", "fig.", "Fig.", "ch.", "Ch.", "pp."];
    if !at.starts_number() {
        return None;
    }
    ABBREVIATIONS.iter().find_map(|(written, spoken)| {
        let end = at.past(|at| at.eat_text(written) && at.ends_word())?;
        let numbered = end.rest().trim_start().starts_with(|next: char| next.is_ascii_digit());
        if BEFORE_NUMBER.contains(written) && !numbered {
            return None;
        }
        let dot = if end.peek().is_none() && written.ends_with('.') { "." } else { "" };
        Some(Edit::new(end, format!("{spoken}{dot}")))
    })
}

/// `No. 5` → `Number 5`.
pub fn numero(mut at: Cursor<'_>) -> Option<Edit> {
    if !at.starts_word() {
        return None;
    }
    let spoken = if at.eat_text("No.") { "Number " } else { at.eat_text("Nos.").then_some("Numbers ")? };
    at.eat(' ');
    at.peek().filter(char::is_ascii_digit)?;
    Some(Edit::new(at, spoken))
}

/// `#3` → `number 3`.
pub fn number_sign(mut at: Cursor<'_>) -> Option<Edit> {
    if at.before().is_some_and(|before| is_word(before) || before == '&') {
        return None;
    }
    at.eat('#').then_some(())?;
    at.peek().filter(char::is_ascii_digit)?;
    Some(Edit::new(at, "number "))
}

/// `Chapter IV` → `Chapter 4`.
pub fn roman_number(at: Cursor<'_>) -> Option<Edit> {
    roman_after(at, NUMBERED_BY_ROMAN, |value| value.to_string())
}

/// `Henry VIII` → `Henry the eighth`.
pub fn roman_rank(at: Cursor<'_>) -> Option<Edit> {
    roman_after(at, RANKED_BY_ROMAN, |value| format!("the {}", ordinal(&value.to_string())))
}

fn roman_after(at: Cursor<'_>, words: &[&str], spoken: impl Fn(usize) -> String) -> Option<Edit> {
    if !at.starts_word() {
        return None;
    }
    words.iter().find_map(|word| {
        let start = at.past(|at| at.eat_text(word) && at.eat(' '))?;
        let mut end = start;
        let value = roman(end.eat_while(is_word))?;
        let possessive =
            end.peek().is_some_and(|next| ".'’".contains(next)) && end.peek_second().is_some_and(is_word);
        (!possessive).then(|| Edit::new(end, format!("{word} {}", spoken(value))))
    })
}

/// The value of a Roman numeral in its one proper form. `C`, `D`, `L` and `M` alone are letters.
fn roman(numeral: &str) -> Option<usize> {
    const PARTS: [(&str, usize); 13] = [
        ("M", 1000),
        ("CM", 900),
        ("D", 500),
        ("CD", 400),
        ("C", 100),
        ("XC", 90),
        ("L", 50),
        ("XL", 40),
        ("X", 10),
        ("IX", 9),
        ("V", 5),
        ("IV", 4),
        ("I", 1),
    ];
    if matches!(numeral, "" | "C" | "D" | "L" | "M") {
        return None;
    }
    let mut rest = numeral;
    let mut value = 0;
    for (part, worth) in PARTS {
        let most = if part.len() == 1 && part.contains(['M', 'C', 'X', 'I']) { 3 } else { 1 };
        for _ in 0..most {
            let Some(after) = rest.strip_prefix(part) else { break };
            rest = after;
            value += worth;
        }
    }
    // `IXI` and `XCX` are refused: after nine, five or four of a place none of that place follows.
    rest.is_empty().then_some(value).filter(|value| written(*value, &PARTS) == numeral)
}

fn written(mut value: usize, parts: &[(&str, usize)]) -> String {
    let mut numeral = String::new();
    for (part, worth) in parts {
        while value >= *worth {
            numeral.push_str(part);
            value -= worth;
        }
    }
    numeral
}

/// `a ≤ b` → `a less than or equal to b`, `5 × 3²` → `5 times 3 squared`.
pub fn symbol(mut at: Cursor<'_>) -> Option<Edit> {
    /// What several characters, or a character that the package does not know, are read as.
    const OPERATORS: [(&str, &str); 14] = [
        ("===", "equals"),
        ("!==", "not equal to"),
        ("==", "equals"),
        ("!=", "not equal to"),
        ("≠", "not equal to"),
        ("<=", "less than or equal to"),
        ("≤", "less than or equal to"),
        (">=", "greater than or equal to"),
        ("≥", "greater than or equal to"),
        ("->", "to"),
        ("=>", "to"),
        ("&&", "and"),
        ("||", "or"),
        ("≈", "about"),
    ];
    let start = at;
    let inside = at.at() > 0;
    let (written, spoken) = OPERATORS.iter().chain(SYMBOLS).find(|(written, _)| at.eat_text(written))?;
    let between = inside && at.peek().is_some();
    let about = *written == "~" && at.peek().is_some_and(|next| next.is_ascii_digit());
    if *written == "#" && matches!(start.before(), Some('C' | 'F')) && at.ends_word() {
        return Some(Edit::new(at, " sharp "));
    }
    if matches!(*written, "½" | "¼" | "¾") && start.follows_number() {
        let part = if *written == "½" { "a half" } else { spoken };
        return Some(Edit::new(at, format!(" and {part} ")));
    }
    let applies = between || about || !matches!(*written, "=" | "<" | ">" | "~");
    applies.then(|| Edit::new(at, if spoken.is_empty() { " ".to_owned() } else { format!(" {spoken} ") }))
}
