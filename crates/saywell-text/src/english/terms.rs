//! Terms of algebra that look like quantities.

use super::cursor::Cursor;

/// Whether a number and what looks like its unit are a term of algebra: the `2m` of `2m + 1`, `3s + 2t`, `b² − 4ac`. The
/// other term is a plain number, a power, or has a letter of its own; `2 h + 30 min` are no such terms.
pub fn is_term(start: Cursor<'_>, unit: Cursor<'_>, end: Cursor<'_>) -> bool {
    const SIGNS: [&str; 8] = [" + ", " - ", " − ", "+", "-", "−", " plus ", " minus "];
    let letter = unit.until(end);
    if !(letter.len() == 1 || letter == "ac") {
        return false;
    }
    let is_time = |letter: &str| matches!(letter, "d" | "h" | "m" | "s");
    let other = |term: &str| {
        let letters = term.trim_start_matches(|digit: char| digit.is_ascii_digit());
        letters != letter
            && (letters.is_empty() && !term.is_empty()
                || letters.len() == 1
                    && letters.bytes().all(|byte| byte.is_ascii_alphabetic())
                    && !(is_time(letter) && is_time(letters))
                || letters.ends_with(['²', '³', ')'])
                || matches!(letters, "squared" | "cubed"))
    };
    let after = SIGNS.iter().find_map(|sign| end.rest().strip_prefix(sign)).is_some_and(|rest| {
        let rest = &rest[..rest.floor_char_boundary(12)];
        let term = rest.split([' ', ',', ';', ')', '.', '=']).next().unwrap_or_default();
        let rest = rest[term.len()..].trim_start();
        // `2 m plus 2 n`
        let spaced = term.bytes().all(|byte| byte.is_ascii_digit())
            && rest.starts_with(|next: char| next.is_ascii_alphabetic())
            && !["is ", "equals", "plus", "minus", "over", "and "].iter().any(|word| rest.starts_with(word));
        if spaced {
            return rest[1..].chars().next().is_none_or(|next| !next.is_alphabetic()) && other(&rest[..1]);
        }
        other(term)
    });
    let before = || {
        let window = start.window_before(24);
        SIGNS
            .iter()
            .find_map(|sign| window.strip_suffix(sign))
            .is_some_and(|head| other(head.rsplit([' ', '(', '=', ',']).next().unwrap_or_default()))
    };
    after || before()
}
