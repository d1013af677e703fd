//! Feet, inches and minutes of a game, which the marks of quotes are written for.

use super::cursor::Cursor;
use super::kinds::Reader;
use super::spelled::Edit;

/// What a length is followed by where it stands alone, rather than before what it is the length of.
const LINKS: [&str; 22] = [
    "above", "and", "apart", "at", "away", "below", "by", "deep", "for", "from", "high", "in", "is", "long",
    "of", "on", "or", "tall", "thick", "to", "wide", "x",
];

/// `5'10"`, `5 ft 10 in` → `five foot ten`, `five feet ten inches`.
pub fn feet_and_inches(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_number() {
        return None;
    }
    let mut at = start;
    let feet = at.digits(1..=2)?;
    if let Some(unit) = at.past(|at| at.eat_one_of([" ft. ", " ft "]).is_some()) {
        let mut end = unit;
        let inches = end.digits(1..=2)?;
        end.eat_one_of([" inches", " in"])?;
        // The dot of the short form, unless a sentence ends there.
        end = end
            .past(|at| {
                at.eat('.') && at.peek() == Some(' ') && at.peek_second().is_some_and(char::is_lowercase)
            })
            .unwrap_or(end);
        let words = format!("{} feet {} inches", reader.count(feet), reader.count(inches));
        return end.ends_word().then(|| Edit::new(start, end, words));
    }
    let mark = at.eat_one_of(["'", "′"])?;
    // `5′ 7″`: with a space only where both marks are signs of their own.
    let spaced =
        mark == "′" && at.past(|at| at.eat(' ') && at.digits(1..=2).is_some() && at.eat('″')).is_some();
    if spaced {
        at.eat(' ');
    }
    let inches = at.digits(1..=2)?;
    let end = at.past(|at| at.eat_one_of(["\"", "''", "”", "″"]).is_some()).unwrap_or(at);
    end.ends_word()
        .then(|| Edit::new(start, end, format!("{} foot {}", reader.count(feet), reader.count(inches))))
}

/// `6.1" screen`, `4" from` → `six point one inch screen`, `four inches from`. Inside of quotes the mark closes them.
pub fn inches(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if start.is_inside_number() {
        return None;
    }
    let mut at = start;
    let number = at.number()?;
    let (words, end) = inches_at(start, at)?;
    // A whole number before a mark may be the end of a quote that began in another sentence.
    let screen = || {
        matches!(
            end.next_word(),
            "1080p"
                | "1440p"
                | "4K"
                | "5K"
                | "FHD"
                | "HDTV"
                | "IPS"
                | "LCD"
                | "LED"
                | "OLED"
                | "QHD"
                | "TV"
                | "TVs"
        )
    };
    // `The TV is 55".`: where no quote was opened.
    let window = start.window_before(240);
    let measures = |(at, _)| window[..at].ends_with(char::is_numeric);
    let alone = || number.len() < 3 && window.match_indices(['"', '“']).all(measures);
    let sure = number.contains('.') || alone() || at.peek() == Some('″') || is_before_word(end) || screen();
    sure.then(|| {
        let words = if number == "1" { "inch" } else { words };
        Edit::from(start).say(at, reader.number(number)).say(end, words)
    })
}

/// The word for a mark of inches at this place, for a length that begins at `start`, and where the mark ends.
pub fn inches_at<'t>(start: Cursor<'t>, at: Cursor<'t>) -> Option<(&'static str, Cursor<'t>)> {
    let end = at.past(|at| at.eat_one_of(["\"", "″"]).is_some())?;
    let ends = end.peek().is_none_or(|next| " ,.;:)".contains(next));
    let is_quote = at.peek() == Some('"') && start.is_in_quotes();
    (ends && !is_quote).then(|| (if is_attribute(end) { "inch" } else { "inches" }, end))
}

/// The word for a mark of feet that ends an extent: `2×4×8'`.
pub fn feet_after(at: Cursor<'_>) -> Option<(&'static str, Cursor<'_>)> {
    let end = at.past(|at| at.eat_one_of(["'", "′"]).is_some())?;
    let ends = end.peek().is_none_or(|next| " ,.;:)".contains(next));
    ends.then(|| (if is_attribute(end) { "foot" } else { "feet" }, end))
}

/// `8' ceiling`, `12' wide`, `10' x 12' room` → `eight foot ceiling`, `twelve feet wide`, `ten by twelve foot room`.
pub fn feet(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if start.is_inside_number() || start.before() == Some('\'') {
        return None;
    }
    let (number, end) = feet_at(start)?;
    let at = start.past(|at| at.number().is_some())?;
    if let Some(by) = end.past(|at| at.eat_one_of([" x ", " × ", "x", "×"]).is_some())
        && let Some((other, last)) = feet_at(by)
    {
        let unit = if is_attribute(last) { "foot" } else { "feet" };
        let number_ends = by.past(|at| at.number().is_some())?;
        let edit = Edit::from(start).say(at, reader.number(number)).say(by, "by");
        return Some(edit.say(number_ends, reader.number(other)).say(last, unit));
    }
    is_before_word(end).then(|| {
        let unit = if is_attribute(end) || number == "1" { "foot" } else { "feet" };
        Edit::from(start).say(at, reader.number(number)).say(end, unit)
    })
}

fn feet_at(mut at: Cursor<'_>) -> Option<(&str, Cursor<'_>)> {
    let number = at.number()?;
    at.eat_one_of(["'", "′"])?;
    // `4'x8'`
    let crosses = || at.past(|at| at.eat('x') && at.digits(1..=2).is_some()).is_some();
    (at.ends_word() || crosses()).then_some((number, at))
}

/// `29' Goal`, `in the 78'` → `twenty ninth minute, Goal`, `in the seventy eighth minute`.
pub fn minute_of_game(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const EVENTS: [&str; 17] = [
        "GOAL", "Goal", "HT", "Header", "Own", "Penalty", "Red", "Save", "Sub", "Substitution", "VAR",
        "Yellow", "assist", "goal", "og", "pen", "penalty",
    ];
    if start.is_inside_number() || start.before() == Some('\'') {
        return None;
    }
    let mut at = start;
    let minute = at.digits(1..=3)?;
    at.eat_one_of(["'", "′"])?;
    let ends = at.peek().is_none_or(|next| ",.;)".contains(next));
    // `45+2'`
    if start.before() == Some('+') {
        return Some(Edit::new(start, at, reader.count(minute)));
    }
    let words = || format!("{} minute", reader.ordinal(minute));
    if at.peek() == Some(' ') && EVENTS.contains(&at.next_word()) {
        return Some(Edit::new(start, at, words() + ","));
    }
    (ends && start.previous_word() == "the").then(|| Edit::new(start, at, words()))
}

/// `5'-ATG-3'`, `the 3' end`, `5'→3'`, `5' to 3'` → `five prime A T G three prime` and so on: the ends of a strand of
/// DNA, which no length is.
pub fn strand(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const LONGEST: usize = 60;
    const BASES: &str = "ACGTUN .…";
    const NAMED: [&str; 14] = [
        "UTR", "UTRs", "cap", "carbon", "direction", "end", "ends", "exonuclease", "hydroxyl", "overhang",
        "phosphate", "splice", "strand", "untranslated",
    ];
    let prime = |at: &mut Cursor<'_>| {
        let number = at.eat_one_of(["5", "3"])?;
        at.eat_one_of(["'", "′"])?;
        at.ends_word().then(|| format!("{} prime", reader.count(number)))
    };
    start.starts_number().then_some(())?;
    let mut at = start;
    let first = prime(&mut at)?;
    let edit = Edit::new(start, at, first);
    let mut end = at;
    if end.eat_one_of(["-", "–"]).is_some() {
        let mut after = end;
        let bases = after.eat_while(|found| BASES.contains(found));
        if (1..=LONGEST).contains(&bases.trim().len()) && after.ends_word() {
            let edit = edit.say(after, reader.characters(bases));
            after.eat_one_of(["-", "–"]);
            return Some(match prime(&mut after) {
                Some(last) => edit.say(after, last),
                None => edit,
            });
        }
        return NAMED.contains(&end.next_word()).then_some(edit);
    }
    // `5'→3'`, `from 5' to 3'`, of which only what goes down is no range of lengths.
    let arrow = end.eat_one_of(["→", "->", " → ", " -> ", " to ", "-to-"]);
    let second = arrow.and_then(|_| prime(&mut end));
    let goes = second.filter(|_| start.peek() == Some('5') || NAMED.contains(&end.next_word()));
    match goes {
        Some(second) => Some(edit.say(end, format!("to {second}"))),
        None => (at.peek() == Some(' ') && NAMED.contains(&at.next_word())).then_some(edit),
    }
}

/// Whether a word in small letters follows.
fn is_before_word(end: Cursor<'_>) -> bool {
    end.peek() == Some(' ') && end.peek_second().is_some_and(char::is_lowercase)
}

/// Whether what follows is what the length is of: `a 4" pipe`.
fn is_attribute(end: Cursor<'_>) -> bool {
    let next = if end.peek() == Some(' ') { end.next_word() } else { "" };
    let screen = matches!(next, "1080p" | "1440p" | "4K" | "5K") || next.ends_with("Hz");
    (next.starts_with(char::is_alphabetic) || screen) && !LINKS.contains(&next)
}
