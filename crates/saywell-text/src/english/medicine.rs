//! How medicines are taken: `5 mg PO BID`, `q4–6h PRN`, `7.5 mL q8h × 10 days`, `BP`, `Rx'd`.

use super::cursor::{Cursor, is_word};
use super::kinds::Reader;
use super::spelled::Edit;

/// In capitals, in order; with dots or in small letters they are abbreviations anywhere.
const TAKEN: &[(&str, &str)] = &[
    ("AC", "before meals"),
    ("BID", "twice a day"),
    ("HS", "at bedtime"),
    ("IM", "into a muscle"),
    ("IV", "I V"),
    ("NPO", "nothing by mouth"),
    ("OS", "in the left eye"),
    ("OU", "in both eyes"),
    ("PC", "after meals"),
    ("PO", "by mouth"),
    ("PR", "rectally"),
    ("PRN", "as needed"),
    ("QAM", "every morning"),
    ("QD", "daily"),
    ("QHS", "at bedtime"),
    ("QID", "four times a day"),
    ("QOD", "every other day"),
    ("QPM", "every evening"),
    ("SC", "under the skin"),
    ("SL", "under the tongue"),
    ("SQ", "under the skin"),
    ("STAT", "at once"),
    ("TID", "three times a day"),
];

/// Whether a word in small letters may say how a medicine is taken.
pub fn is_small(word: &str) -> bool {
    matches!(word, "po" | "tid" | "qid" | "qd" | "qhs" | "prn" | "qod" | "bid" | "ac" | "hs")
}

/// Whether a dose stands before, or another word of how it is taken.
fn is_dosed(start: Cursor<'_>) -> bool {
    const DOSES: [&str; 29] = [
        "cap", "caps", "capsule", "capsules", "cc", "dose", "drop", "drops", "g", "gm", "gtt", "gtts", "mL",
        "mcg", "meq", "mg", "ml", "patch", "pill", "pills", "puff", "puffs", "spray", "tab", "tablet",
        "tablets", "tabs", "units", "µg",
    ];
    let mut words = start.words_before();
    let is_dose = |word: &str| {
        let unit = word.trim_start_matches(|found: char| found.is_ascii_digit());
        DOSES.contains(&unit)
            || TAKEN.binary_search_by_key(&word, |(written, _)| written).is_ok()
            || is_interval(word)
    };
    let dotted = || ["i.d. ", "p.o. ", "r.n. "].iter().any(|form| start.follows(form));
    (0..4).any(|_| words.next().is_some_and(is_dose)) || dotted()
}

fn is_interval(word: &str) -> bool {
    word.strip_prefix(['q', 'Q']).and_then(|rest| rest.strip_suffix(['h', 'H'])).is_some_and(|hours| {
        !hours.is_empty() && hours.len() <= 2 && hours.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// `BID`, `bid` after a dose → `twice a day`.
pub fn taken(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    if !start.starts_word() || start.before() == Some('/') {
        return None;
    }
    let mut at = start;
    let written = at.eat_while(|found| found.is_ascii_alphabetic());
    let capitals = written.bytes().all(|byte| byte.is_ascii_uppercase());
    if written.is_empty()
        || written.len() > 4
        || !at.ends_word()
        // `qAM`, `qHS`
        || !(capitals || written.bytes().skip(1).all(|byte| byte.is_ascii_uppercase()) && written.starts_with('q') || written.bytes().all(|byte| byte.is_ascii_lowercase()))
    {
        return None;
    }
    let upper = written.to_ascii_uppercase();
    let (_, words) = TAKEN.get(TAKEN.binary_search_by_key(&upper.as_str(), |(written, _)| written).ok()?)?;
    // In small letters a bid, a stat and a pc are words.
    let sure = written.bytes().any(|byte| byte.is_ascii_uppercase()) || is_small(written);
    (sure && (is_dosed(start) || written == "NPO")).then(|| Edit::new(start, at, *words))
}

/// `q8h`, `q4–6h`, `Q12H` → `every eight hours`, `every four to six hours`.
pub fn interval(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    start.starts_word().then_some(())?;
    at.eat_if(|found| "qQ".contains(found))?;
    at.eat('.');
    let from = at.digits(1..=2)?;
    let to = at.past(|at| at.eat_one_of(["-", "–"]).is_some() && at.digits(1..=2).is_some());
    let mut words = format!("every {}", reader.count(from));
    if let Some(end) = to {
        words += &format!(" to {}", reader.count(at.until(end).trim_start_matches(['-', '–'])));
        at = end;
    }
    let unit = match at.eat_one_of(["hrs", "hr", "h", "H", "min", "d", "wk"])? {
        "min" => "minutes",
        "d" => "days",
        "wk" => "weeks",
        _ => "hours",
    };
    at.ends_word().then(|| Edit::new(start, at, format!("{words} {unit}")))
}

/// The sign of `q8h × 10 days` and `BID x7 days` → `for`.
pub fn course(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    (start.before() == Some(' ') && at.eat_one_of(["×", "x"]).is_some()).then_some(())?;
    let sign = at;
    at.eat(' ');
    let number = at;
    at.digits(1..=3)?;
    let count = number.until(at);
    at.eat_one_of([" ", "-"]);
    let unit = at.eat_one_of(["day", "week", "month", "dose", "d", "wk"])?;
    at.eat('s');
    if !at.ends_word() || !is_dosed(start) {
        return None;
    }
    let edit = Edit::new(start, sign, "for");
    // `x5d`
    let unit = match unit {
        "d" => "day",
        "wk" => "week",
        _ => return Some(edit),
    };
    let plural = if count == "1" { "" } else { "s" };
    Some(edit.say(at, format!(" {} {unit}{plural}", reader.count(count))))
}

/// `Rx'd` → `prescribed`.
pub fn prescribed(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    (start.starts_word() && at.eat_text("Rx")).then_some(())?;
    let words = if at.eat_text("'d") || at.eat_text("ed") { "prescribed" } else { "R X" };
    (at.ends_word() && !start.before().is_some_and(is_word)).then(|| Edit::new(start, at, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        assert!(TAKEN.is_sorted_by_key(|(written, _)| written));
    }
}
