//! Numbers of more than one part: fractions, ranges, ratios, extents, powers, multiples, shares.

use super::cursor::{Cursor, is_word};
use super::kinds::Reader;
use super::spelled::Edit;
use super::{calendar, marks, number_words, units};

/// What a whole is cut into, from two on.
const PARTS: [&str; 9] =
    ["half", "third", "quarter", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

/// The factor of `4/3πr³` → `four thirds`.
pub fn fraction_of_pi(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    let above = at.digits(1..=2).filter(|_| start.starts_number())?;
    at.eat('/').then_some(())?;
    let part = PARTS.get(at.digits(1..=2)?.parse::<usize>().ok()?.checked_sub(2)?)?;
    let plural = if above == "1" { "" } else { "s" };
    (at.peek() == Some('π')).then(|| Edit::new(start, at, format!("{} {part}{plural} ", reader.count(above))))
}

/// `2/3` → `two thirds`, `1 1/2` → `one and a half`, `9/11` → `September eleventh`, `7/12` → `seven out of twelve`.
/// A date where `on`, `by` and the like are before; a time signature before `time` and after `in`; what is reached of
/// what can be after `Rating:` and the like; a count of parts where it stands alone in brackets.
pub fn fraction(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if start.before().is_some_and(|before| is_word(before) || "./:".contains(before)) {
        return None;
    }
    let mut at = start;
    let above = at.digits(1..=4)?;
    at.eat('/').then_some(())?;
    let below = at.digits(1..=4)?;
    // `a 1/16th`
    let at =
        at.past(|at| at.eat_one_of(["ths", "th", "rds", "rd"]).is_some() && at.ends_word()).unwrap_or(at);
    if !at.ends_quantity() || at.peek() == Some('/') {
        return None;
    }
    let (a, b): (usize, usize) = (above.parse().ok()?, below.parse().ok()?);
    let part = b.checked_sub(2).and_then(|index| PARTS.get(index)).filter(|_| 0 < a && a < b);
    let count = reader.count(above);
    let pair = || format!("{count} {}", reader.count(below));
    let is_signature = || {
        let named = at.peek() == Some(' ')
            && matches!(
                at.next_word(),
                "time"
                    | "signature"
                    | "waltz"
                    | "meter"
                    | "metre"
                    | "march"
                    | "groove"
                    | "beat"
                    | "rhythm"
                    | "feel"
            );
        let ends = at.peek().is_none_or(|next| ",;.)".contains(next)) || at.rest().starts_with(" or ");
        named || (a > 1 && ends && matches!(start.previous_word(), "in" | "In"))
    };
    let date = || calendar::month_day(a, below, reader);
    let is_part = is_reckoned(start, at);
    let spoken = match (a, b) {
        // `√2/2`
        _ if start.window_before(15).ends_with("square root of ") => {
            format!("{count} over {}", reader.count(below))
        }
        (24, 7) | (20, 20) | (50, 60) | (4, 4) | (9, 80) => pair(),
        // `60/40`: shares of a whole.
        _ if a + b == 100 && a % 5 == 0 && !is_part => pair(),
        // `2/10, net 30`: terms of payment.
        _ if at.rest().trim_start_matches(',').starts_with(" net ") => pair(),
        // `a 5/1 ARM`, `31/38 mpg`, `post-9/11`
        _ if matches!(at.next_word(), "ARM" | "mpg") || (a, b) == (9, 11) && start.before() == Some('-') => {
            pair()
        }
        (9, 11) => date()?,
        _ if matches!(b, 2 | 4 | 8 | 16) && is_signature() => pair(),
        // `6/8` and `12/8` are written for music only.
        (6 | 12, 8) => pair(),
        _ if !is_part && date().is_some() && (is_dated(start, a > b) || is_before_hour(at)) => date()?,
        _ if a <= b
            && (is_score(start)
                || b == 10
                    && !is_part
                    && (is_rated(start)
                        || matches!(at.next_word(), "rating" | "score")
                        || is_verdict(start, at))) =>
        {
            format!("{count} out of {}", reader.count(below))
        }
        _ if a <= b && (is_step(start, at) || is_numbered(start)) => {
            format!("{count} of {}", reader.count(below))
        }
        _ => match part {
            Some(_) if is_passed(at) || was_reached(start) => {
                format!("{count} out of {}", reader.count(below))
            }
            Some(part) if start.follows_number() => {
                let count = if a == 1 { "a" } else { &count };
                format!("and {count} {part}{}", if a == 1 { "" } else { "s" })
            }
            Some(part) => format!("{count} {part}{}", if a == 1 { "" } else { "s" }),
            // `1/250 s`
            None if a == 1 && units::after_fraction(at).is_some() => {
                format!("{count} {}", reader.ordinal(below))
            }
            None if 0 < a
                && a < b
                && !is_passed(at)
                && !was_reached(start)
                && (matches!(b, 11 | 12 | 16 | 20 | 32 | 64 | 100)
                    || is_part
                    || units::after_fraction(at).is_some()
                    || at.rest().starts_with("-inch")) =>
            {
                let part = if b == 100 { "hundredth".to_owned() } else { reader.ordinal(below) };
                format!("{count} {part}{}", if a == 1 { "" } else { "s" })
            }
            None if a > b && (2..=10).contains(&b) && is_factor(at) => {
                let part = if b == 2 { "halves".to_owned() } else { number_words::plural(PARTS[b - 2]) };
                format!("{count} {part}")
            }
            None if a <= b => format!("{count} out of {}", reader.count(below)),
            None => format!("{count} over {}", reader.count(below)),
        },
    };
    let edit = Edit::new(start, at, spoken);
    let proper = a < b && !start.follows_number() && at.next_word() != "mpg";
    Some(with_unit(edit, start, at, proper))
}

/// `edit` with the unit that a fraction counts; of `one` at most it is in the singular.
fn with_unit(edit: Edit, start: Cursor<'_>, at: Cursor<'_>, one: bool) -> Edit {
    if let Some((words, end)) = units::after_fraction(at) {
        edit.say(end, words[usize::from(!one)])
    } else if let Some((words, end)) = marks::inches_at(start, at) {
        edit.say(end, words)
    } else {
        edit
    }
}

/// `24/7/365` → `twenty four seven three sixty five`; `1/200s`, `1/60 sec` → `one two hundredth of a second`: how long a
/// shutter is open.
pub fn slashed(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if let Some(end) = start.past(|at| at.eat_text("24/7/365") && at.ends_word()) {
        let words = [reader.count("24"), reader.count("7"), reader.label("365")];
        return Some(Edit::new(start, end, words.join(" ")));
    }
    let mut at = start;
    (start.starts_number() && start.before() != Some('/') && at.eat_text("1/")).then_some(())?;
    let part = at.digits(2..=5)?;
    (at.eat_one_of(["sec", "s", " sec"]).is_some() && at.ends_word()).then_some(())?;
    let words = format!("{} {} of a second", reader.count("1"), reader.ordinal(part));
    Some(Edit::new(start, at, words))
}

/// Whether a weekday or a word before says that this is a date; what is `improper` is none as a fraction: `from 3/1 to 4/1`.
fn is_dated(start: Cursor<'_>, improper: bool) -> bool {
    const BEFORE_DATE: [&str; 24] = [
        "By", "Until", "Before", "After", "on", "On", "by", "since", "until", "before", "after", "Since",
        "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "due", "Due", "dated", "starting", "ending",
    ];
    let before = start.previous_word();
    start.follows_weekday()
        || BEFORE_DATE.contains(&before)
        || improper && matches!(before, "from" | "to" | "through" | "between")
}

/// Whether what it multiplies follows: `4/3 πr³`.
fn is_factor(end: Cursor<'_>) -> bool {
    let mut at = end;
    at.eat(' ');
    at.peek().is_some_and(|next| "πθλμω".contains(next))
}

/// Whether an hour of the day follows: `2/14 @ 7pm`, `3/5 at 10:30`.
fn is_before_hour(end: Cursor<'_>) -> bool {
    end.past(|at| {
        at.eat_one_of([" @ ", " at "]).is_some() && at.digits(1..=2).is_some() && {
            at.eat(' ');
            at.eat_one_of([":", "am", "pm", "a.m", "p.m", "AM", "PM"]).is_some()
        }
    })
    .is_some()
}

/// Whether what stands around makes it a part of something: `Multiply by 1/2`, `1/3 + 1/6`, `3/4 of the days`.
fn is_reckoned(start: Cursor<'_>, end: Cursor<'_>) -> bool {
    const VERBS: [&str; 24] = [
        "divide", "divided", "multiply", "multiplied", "scale", "scaled", "reduce", "reduced", "increase",
        "increased", "cut", "grow", "grew", "shrink", "times", "raise", "raised", "lower", "lowered", "up",
        "down", "factor", "fell", "rose",
    ];
    let rest = end.rest();
    let goes_on = rest.starts_with(" of ")
        || [" + ", " - ", " − ", " = ", " × ", " * ", " ≈ ", " ÷ ", " > ", " < ", " ≥ ", " ≤ "]
            .iter()
            .any(|sign| rest.starts_with(sign));
    let before = [" + ", "= ", " × ", " ÷ ", "- ", "− "].iter().any(|sign| start.follows(sign));
    goes_on
        || before
        || start.words_before().take(6).any(|word| VERBS.contains(&word.to_ascii_lowercase().as_str()))
}

/// Whether the parts that were reached follow: `24/25 passed`.
fn is_passed(end: Cursor<'_>) -> bool {
    end.peek() == Some(' ')
        && matches!(
            end.next_word(),
            "passed" | "correct" | "passing" | "answered" | "right" | "completed" | "done" | "stars"
        )
}

/// Whether a verb before says that so many were reached: `She passed 18/20 tests`.
fn was_reached(start: Cursor<'_>) -> bool {
    matches!(start.previous_word(), "passed" | "scored" | "answered" | "got" | "solved" | "completed")
}

/// Whether this is one of so many: `Page 1/3`, `step 2/5`.
fn is_numbered(start: Cursor<'_>) -> bool {
    matches!(
        start.previous_word().to_ascii_lowercase().as_str(),
        "page"
            | "step"
            | "part"
            | "slide"
            | "episode"
            | "lesson"
            | "chapter"
            | "question"
            | "task"
            | "test"
            | "attempt"
            | "try"
    ) && start.before() == Some(' ')
}

/// Whether what begins here says how much is reached: `Rating: 4/5`, `★★★★☆ (4/5)`.
fn is_score(start: Cursor<'_>) -> bool {
    const BEFORE: [&str; 12] = [
        "ating: ", "core: ", "ating of ", "core of ", "RPE of ", "pain of ", "ated ", "cored ", "ating is ",
        "ating: (", "core: (", "★ (",
    ];
    BEFORE.iter().any(|words| start.follows(words))
}

/// Whether it ends what is said of something: `It's a 7/10.`
fn is_verdict(start: Cursor<'_>, end: Cursor<'_>) -> bool {
    matches!(start.previous_word(), "a" | "an" | "easy" | "strong")
        && end.peek().is_none_or(|next| ".,;!)".contains(next))
}

/// Whether the words before rate something: `I'd rate it 8/10`, `a solid 9/10`.
fn is_rated(start: Cursor<'_>) -> bool {
    start.words_before().take(4).any(|word| {
        matches!(
            word.to_ascii_lowercase().as_str(),
            "rate"
                | "rated"
                | "rating"
                | "give"
                | "gave"
                | "given"
                | "score"
                | "solid"
                | "overall"
                | "verdict"
                | "pain"
        )
    })
}

/// Whether this is a count of parts, alone in brackets: `Step 3 (3/5)`. After the name of a fraction it is that.
fn is_step(start: Cursor<'_>, end: Cursor<'_>) -> bool {
    const FRACTIONS: [&str; 7] =
        ["half (", "third (", "thirds (", "quarter (", "quarters (", "fraction (", "part ("];
    let in_brackets = start.before() == Some('(') && end.peek() == Some(')');
    in_brackets && !FRACTIONS.iter().any(|words| start.follows(words))
}

/// `4.5/5`, `3.8/4.0` → `four point five out of five` and so on.
pub fn decimal_score(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const MOST: [&str; 6] = ["4.0", "5", "5.0", "10", "10.0", "100"];
    if start.is_inside_number() {
        return None;
    }
    let mut at = start;
    let reached = at.number().filter(|number| number.contains('.'))?;
    let end = at;
    at.eat('/').then_some(())?;
    let most = at.number().filter(|number| MOST.contains(number))?;
    (at.ends_quantity() && at.peek() != Some('/')).then(|| {
        Edit::from(start).say(end, reader.number(reached)).say(at, format!("out of {}", reader.number(most)))
    })
}

/// `½` → `one half`, `2½` → `two and a half`.
pub fn fraction_sign(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    const SIGNS: [(char, &str, &str); 18] = [
        ('½', "one", "half"),
        ('⅓', "one", "third"),
        ('⅔', "two", "thirds"),
        ('¼', "one", "quarter"),
        ('¾', "three", "quarters"),
        ('⅕', "one", "fifth"),
        ('⅖', "two", "fifths"),
        ('⅗', "three", "fifths"),
        ('⅘', "four", "fifths"),
        ('⅙', "one", "sixth"),
        ('⅚', "five", "sixths"),
        ('⅛', "one", "eighth"),
        ('⅜', "three", "eighths"),
        ('⅝', "five", "eighths"),
        ('⅞', "seven", "eighths"),
        ('⅐', "one", "seventh"),
        ('⅑', "one", "ninth"),
        ('⅒', "one", "tenth"),
    ];
    let mut at = start;
    let found = at.eat_if(|found| !found.is_ascii())?;
    let (_, count, part) = SIGNS.iter().find(|(sign, ..)| *sign == found)?;
    let mixed = start.follows_number();
    let words = match *count {
        "one" if mixed => format!("and a {part}"),
        count if mixed => format!("and {count} {part}"),
        count => format!("{count} {part}"),
    };
    let edit = Edit::new(start, at, words);
    // `a ½" pipe`
    if let Some((unit, end)) = marks::inches_at(start, at) {
        return Some(edit.say(end, unit));
    }
    // `33⅓%`
    if at.eat('%') {
        return Some(edit.say(at, "percent"));
    }
    Some(match units::after_fraction(at) {
        Some((words, end)) => edit.say(end, words[usize::from(mixed)]),
        None => edit,
    })
}

/// `10-20`, `1.5–2`, `1990-1995`, `1st–3rd`, `10-20%` → `ten to twenty` and so on. Scores (`3-2`) are read so too.
pub fn range(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let signed = matches!(start.before(), Some('-' | '−'))
        && start.before_second().is_none_or(|before| " (".contains(before));
    if !signed && start.before().is_some_and(|before| is_word(before) || ".-/".contains(before)) {
        return None;
    }
    let mut at = start;
    let from = bound(&mut at, reader)?;
    let middle = at;
    let spaced = at.eat(' ');
    let dash = at.eat_one_of(["-", "–", "—"])?;
    // ` - ` between numbers is a minus.
    if spaced && dash == "-" || dash == "—" {
        return None;
    }
    at.eat(' ');
    // `50-50`: in equal parts.
    if start.until(middle) == "50"
        && dash == "-"
        && at.past(|at| at.eat_text("50") && at.ends_quantity()).is_some()
    {
        let end = at.past(|at| at.eat_text("50"))?;
        return Some(Edit::new(start, end, format!("{from} {from}")));
    }
    // What the range goes to is a number with its own unit.
    let second = at;
    if bound(&mut at, reader).is_none() {
        // `10-noon`, `2010–present`
        at.eat_one_of(["noon", "midnight", "present", "now", "today"])?;
        at.ends_word().then_some(())?;
    }
    // `2-1/2 hours`
    if dash == "-"
        && !spaced
        && middle.offset() - start.offset() < 3
        && let Some(fraction) = fraction(second, reader).filter(|_| at.peek() == Some('/'))
    {
        let mixed = start.moved_to(fraction.end());
        let words = super::spell_out(second.until(mixed), reader).text().replacen("one ", "a ", 1);
        return Some(Edit::from(start).say(middle, from).say(mixed, format!("and {words}")));
    }
    // `Day 3 – 9:00 Louvre`
    let hour = spaced && at.past(|at| at.eat(':') && at.digits(2..=2).is_some()).is_some();
    let goes_on =
        hour || at.peek() == Some('-') || (at.peek() == Some('.') && at.peek_second().is_some_and(is_word));
    // `Between 5-10 people`
    let to = if matches!(start.previous_word(), "between" | "Between") { "and" } else { "to" };
    (!goes_on).then(|| Edit::from(start).say(middle, from).say(second, to))
}

/// A number of up to four digits, perhaps with decimals or as a rank.
fn bound(at: &mut Cursor<'_>, reader: Reader) -> Option<String> {
    let start = *at;
    let digits = at.digits(1..=4)?;
    if let Some(decimals) = at.past(|at| at.eat('.') && at.digits(1..=2).is_some()) {
        *at = decimals;
    } else if at.eat_one_of(["st", "nd", "rd", "th"]).is_some() {
        return Some(reader.ordinal(digits));
    } else if let Some(thousands) = at.past(|at| at.eat(',') && at.digits(3..=3).is_some()) {
        *at = thousands;
    }
    Some(reader.number(start.until(*at)))
}

/// The colon of `sand:cement 3:1`, `a ratio of water:rice` → `to`: between names whose ratio is told.
pub fn ratio_of_names(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    let between = start.before().is_some_and(char::is_lowercase);
    (between && at.eat(':') && at.peek().is_some_and(char::is_lowercase)).then_some(())?;
    let mut end = at;
    end.eat_while(char::is_alphabetic);
    while end.peek() == Some(':') && end.peek_second().is_some_and(char::is_lowercase) {
        end.eat(':');
        end.eat_while(char::is_alphabetic);
    }
    let told = end.past(|at| {
        at.eat_one_of([" ratio of ", " mix of ", " mixture of ", " at ", " in a ", " = ", " (", " is ", " "])
            .is_some()
            && at.digits(1..=4).is_some()
            && at.eat(':')
            && at.digits(1..=4).is_some()
    });
    let named = || {
        end.next_word().starts_with("ratio")
            || start.words_before().skip(1).take(3).any(|word| word == "ratio")
    };
    (told.is_some() || named()).then(|| Edit::new(start, at, " to "))
}

/// `16:9`, `10:1` → `sixteen to nine`. With two digits after the colon only before a word that asks for it.
pub fn ratio(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if start.is_inside_number() || start.before() == Some('-') {
        return None;
    }
    let mut at = start;
    let left = at.digits(1..=4)?;
    at.eat(':').then_some(())?;
    let right = at.number()?;
    let more = at.past(|at| at.eat(':') && at.digits(1..=4).is_some());
    let end = more.unwrap_or(at);
    // `1:27.097` is a time.
    if right.split_once('.').is_some_and(|(whole, _)| whole.len() == 2) {
        return None;
    }
    let asked = || ["ratio", "ratios", "aspect", "odds", "dilution", "split"].contains(&end.next_word());
    if !end.ends_quantity() || end.peek() == Some(':') || (right.len() == 2 && !asked()) {
        return None;
    }
    let mut words = format!("{} to {}", reader.count(left), reader.number(right));
    if let Some(end) = more {
        words += &format!(" to {}", reader.count(at.until(end).trim_start_matches(':')));
    }
    Some(Edit::new(start, end, words))
}

/// `1920x1080`, `3 × 4 × 5`, `9x13"`, `2x4s` → `nineteen twenty by ten eighty`, `three by four by five`,
/// `nine by thirteen inches`, `two by fours`.
pub fn dimensions(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_number() {
        return None;
    }
    let mut at = start;
    let mut edit = Edit::from(start);
    let mut words = reader.number(extent(&mut at)?);
    let (mut extents, mut spaced) = (1, false);
    while extents < 4
        && let Some(by) =
            at.past(|at| at.eat_one_of(["x", "×", "X", " × "]).is_some()).or_else(|| spaced_by(at))
    {
        spaced |= by.before() == Some(' ');
        let mut next = by;
        let Some(found) = extent(&mut next) else { break };
        edit = edit.say(at, words).say(by, "by");
        words = reader.number(found);
        (at, extents) = (next, extents + 1);
    }
    // `3.2×10^8`, `1.8×10⁻⁵` are products.
    (extents > 1 && !at.rest().starts_with(" to the ") && at.peek() != Some('⁻')).then_some(())?;
    if let Some((unit, end)) = marks::inches_at(start, at).or_else(|| marks::feet_after(at)) {
        return Some(edit.say(at, words).say(end, unit));
    }
    // `8.5×11 in, 300 dpi`
    if let Some(end) = at.past(|at| at.eat_text(" in") && at.peek().is_none_or(|next| ",.;)".contains(next)))
    {
        return Some(edit.say(at, words).say(end, "inches"));
    }
    // `23 × 33 cm`: without a unit it is a product.
    if spaced && !is_extent(at) {
        let (unit, end) = units::after_fraction(at).or_else(|| units::find(at))?;
        return Some(edit.say(at, words).say(end, unit[1]));
    }
    // `a 9x13-in pan`
    if let Some((unit, end)) =
        at.past(|at| at.eat('-')).and_then(units::find).filter(|(_, end)| end.peek() == Some(' '))
    {
        return Some(edit.say(at, words).say(end, unit[0]));
    }
    // `2x4s`
    if let Some(end) = at.past(|at| at.eat('s') && at.ends_word()) {
        return Some(edit.say(end, number_words::plural(&words)));
    }
    if !at.ends_word() {
        // `30x40cm`: the unit is left to its rule.
        let (unit, end) = units::find(at)?;
        // `4x100m relay`
        return Some(edit.say(at, words).say(end, unit[usize::from(!units::is_race(end))]));
    }
    Some(edit.say(at, words))
}

/// After the ` x ` of `2 x 4 board`; without what has the extent it multiplies.
fn spaced_by(at: Cursor<'_>) -> Option<Cursor<'_>> {
    let by = at.past(|at| at.eat_text(" x "))?;
    by.past(|at| extent(at).is_some()).is_some_and(is_extent).then_some(by)
}

/// Whether what has this extent follows: `a 2 x 4 board`, `3 × 3 matrix`.
fn is_extent(end: Cursor<'_>) -> bool {
    const THINGS: [&str; 18] = [
        "array", "board", "boards", "box", "canvas", "frame", "grid", "image", "kernel", "lumber",
        "matrices", "matrix", "photo", "photos", "room", "sheet", "table", "tile",
    ];
    end.peek() == Some(' ') && THINGS.contains(&end.next_word())
}

fn extent<'t>(at: &mut Cursor<'t>) -> Option<&'t str> {
    let start = *at;
    at.digits(1..=5).filter(|digits| !digits.starts_with('0'))?;
    *at = at.past(|at| at.eat('.') && at.digits(1..=2).is_some()).unwrap_or(*at);
    Some(start.until(*at))
}

/// `3e-4`, `10^6` → `three times ten to the minus four`, `ten to the six`.
pub fn power_of_ten(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_number() {
        return None;
    }
    let mut at = start;
    let number = at.number()?;
    at.eat_one_of(["e", "E"])?;
    let sign = match at.eat_one_of(["-", "+"]) {
        Some("-") => "minus ",
        _ => "",
    };
    let exponent = at.digits(1..=3)?.trim_start_matches('0');
    let exponent = reader.count(if exponent.is_empty() { "0" } else { exponent });
    let ten = reader.count("10");
    at.ends_word().then(|| {
        let words = format!("{} times {ten} to the {sign}{exponent}", reader.number(number));
        let edit = Edit::new(start, at, words);
        match units::after_fraction(at) {
            Some((words, end)) => units::with_rate(edit.say(end, words[1]), end, reader),
            None => edit,
        }
    })
}

/// `2x`, `10×` → `two x`, `ten x`.
pub fn multiple(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_number() {
        return None;
    }
    let mut at = start;
    let number = at.number()?;
    let end = at;
    at.eat_one_of(["x", "×"])?;
    // `3x/week`, `2x daily`
    let often =
        ["/day", "/week", "/month", "/year", "/wk", " daily", " weekly", " a day", " a week", " per "]
            .iter()
            .any(|rate| at.rest().starts_with(rate));
    if often {
        let edit = Edit::from(start);
        let edit = match number {
            "1" => edit.say(at, "once"),
            "2" => edit.say(at, "twice"),
            _ => edit.say(end, reader.number(number)).say(at, "times"),
        };
        return Some(match units::per_at(at) {
            Some((per, end)) => edit.say(end, format!("per {per}")),
            None => edit,
        });
    }
    at.ends_word().then(|| Edit::from(start).say(end, reader.number(number)).say(at, "x"))
}

/// `x2` → `times two`.
pub fn times_factor(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    (start.starts_chunk() && start.starts_word() && at.eat('x')).then_some(())?;
    let number = at.digits(1..=3).filter(|number| *number != "86" && *number != "64")?;
    // `x2 = 5` and `x1, x2` are names.
    let follows = start.previous_word().ends_with(|last: char| last.is_alphabetic() || last == ')');
    // `7.2 x10^9`
    let power = number == "10" && start.follows_number() && at.rest().starts_with(" to the ");
    ((at.ends_chunk() && follows && !at.rest().starts_with(" =")) || power)
        .then(|| Edit::new(start, at, format!("times {}", reader.count(number))))
}

/// `5M`, `70B`, `3T` → `five million` and so on. One digit and a `B` is a place: `Apartment 4B`.
pub fn large_count(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_number() {
        return None;
    }
    let mut at = start;
    let number = at.number()?;
    let end = at;
    if let Some(bn) =
        at.past(|at| at.eat_one_of([" bn", "bn", " mn", "mn", " Cr", "Cr"]).is_some() && at.ends_word())
    {
        let scale = match &at.until(bn).trim_start()[..1] {
            "b" => "billion",
            "m" => "million",
            _ => "crore",
        };
        return Some(Edit::from(start).say(end, reader.number(number)).say(bn, scale));
    }
    let scale = match at.eat_if(|letter| matches!(letter, 'M' | 'B' | 'T'))? {
        'M' => "million",
        // `221B Baker Street`
        'B' if number.len() > 1
            && !at.rest().strip_prefix(' ').is_some_and(|rest| rest.starts_with(char::is_uppercase)) =>
        {
            "billion"
        }
        'T' if number.len() > 1 => "trillion",
        _ => return None,
    };
    at.ends_word().then(|| Edit::from(start).say(end, reader.number(number)).say(at, scale))
}

/// `45%`, `5‰` → `forty five percent`, `five per mille`.
pub fn percent(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    let number = at.number()?;
    let end = at;
    at.eat(' ');
    let words = if at.eat('%') {
        // `5 % 2` is a remainder.
        let rest =
            at.rest().strip_prefix(' ').filter(|_| at.until(end).is_empty() && end.peek() == Some(' '));
        rest.is_none_or(|rest| !rest.starts_with(|next: char| next.is_ascii_digit())).then_some("percent")?
    } else {
        at.eat('‰').then_some("per mille")?
    };
    Some(Edit::from(start).say(end, reader.number(number)).say(at, words))
}
