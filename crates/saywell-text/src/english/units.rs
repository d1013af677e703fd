//! Numbers with the units they count, and degrees.

use super::cursor::Cursor;
use super::kinds::Reader;
use super::spelled::Edit;
use super::tables::{EVERYDAY_UNITS, PER, Space, TECHNICAL_UNITS, Unit};

/// `5km`, `2.5 hrs`, `5km/h` → `five kilometers` and so on.
pub fn everyday(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    let number = number(&mut at)?;
    // `30s` are seconds unless what is before says that they are years.
    if let Some(end) = at.past(|at| at.eat('s') && at.ends_word()) {
        let years = match number.len() {
            2 => number.ends_with('0') && is_decade(start, end),
            4 => number.ends_with('0') && number.starts_with(['1', '2']),
            _ => false,
        };
        let timed = end.peek() == Some(' ')
            && matches!(
                end.next_word(),
                "ad" | "ads" | "clip" | "delay" | "pause" | "timeout" | "timer" | "video"
            );
        let words = if timed { ["second"; 2] } else { attributive(start, end, ["second", "seconds"]) };
        return (!years).then(|| counted(start, at, number, end, words, reader));
    }
    // `1 in = 2.54 cm`: elsewhere it is the word.
    if let Some(end) = at.past(|at| at.eat_text(" in"))
        && [" = ", " ≈ "].iter().any(|sign| end.rest().starts_with(sign))
    {
        return Some(counted(start, at, number, end, ["inch", "inches"], reader));
    }
    if let Some((words, end)) = at.past(|at| at.eat(' ')).and_then(cups) {
        return Some(counted(start, at, number, end, words, reader));
    }
    unit(start, at, number, EVERYDAY_UNITS, reader)
}

/// The `c` of `2 c flour`.
fn cups(at: Cursor<'_>) -> Option<([&'static str; 2], Cursor<'_>)> {
    const FOODS: [&str; 32] = [
        "all", "beans", "bread", "broth", "brown", "butter", "buttermilk", "cheese", "chicken", "chocolate",
        "chopped", "cold", "cooked", "corn", "cream", "diced", "flour", "heavy", "honey", "milk", "nuts",
        "oats", "oil", "packed", "rice", "shredded", "sliced", "sour", "sugar", "walnuts", "warm", "water",
    ];
    let end = at.past(|at| at.eat('c'))?;
    (end.peek() == Some(' ') && (FOODS.contains(&end.next_word()) || end.rest().starts_with(" (")))
        .then_some((["cup", "cups"], end))
}

/// `16 GiB`, `250µs`, `100 req/s` → `sixteen gibibytes` and so on.
pub fn technical(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    let number = number(&mut at)?;
    unit(start, at, number, TECHNICAL_UNITS, reader)
}

/// `draws 5A`, `a 30A breaker`, `5V 2A`: amps where electricity is spoken of; elsewhere it is a seat or a grade.
pub fn amps(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const BEFORE: [&str; 14] = [
        "amp", "amperage", "breaker", "charger", "circuit", "current", "draw", "drawing", "draws", "fuse",
        "load", "rated", "supply", "supplies",
    ];
    const AFTER: [&str; 11] = [
        "breaker", "charger", "circuit", "current", "fuse", "fuses", "load", "max", "outlet", "socket",
        "supply",
    ];
    let mut at = start;
    let number = number(&mut at)?;
    let end = at.past(|at| at.eat('A') && at.ends_word())?;
    let volts = |word: &str| {
        let unit = word.trim_matches(|found: char| found.is_ascii_digit() || found == '.');
        unit.len() < word.len() && matches!(unit, "V" | "mA" | "W" | "kW" | "Ah" | "mAh" | "VAC" | "VDC")
    };
    let beside = || {
        start.words_before().take(3).any(volts)
            || end.window_after(16).split(|found: char| !found.is_alphanumeric() && found != '.').any(volts)
    };
    let electric = AFTER.contains(&end.next_word())
        || start.words_before().take(6).any(|word| BEFORE.contains(&word.to_ascii_lowercase().as_str()))
        || beside();
    electric.then(|| counted(start, at, number, end, attributive(start, end, ["amp", "amps"]), reader))
}

/// `0.1 M HCl`, `1 N NaOH`, `a 2M solution` → `zero point one molar H C L`, `one normal N A O H`.
pub fn solution(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const DISSOLVED: [&str; 14] = [
        "EDTA", "Tris", "acetic", "acid", "base", "glucose", "hydrochloric", "nitric", "potassium", "sodium",
        "solution", "solutions", "sucrose", "sulfuric",
    ];
    let mut at = start;
    let number = number(&mut at)?;
    let mut end = at;
    end.eat(' ');
    let unit = match end.eat_if(|found| matches!(found, 'M' | 'N'))? {
        'M' => "molar",
        _ => "normal",
    };
    end.eat_text(" aqueous");
    let next = end.past(|at| at.eat(' ') || at.eat_text(" of "))?;
    let is_solution =
        DISSOLVED.contains(&next.next_word()) || super::chemistry::formula(next, reader).is_some();
    let unit_ends = at.past(|at| at.eat(' ')).unwrap_or(at);
    let unit_ends = unit_ends.past(|at| at.eat_if(|_| true).is_some())?;
    is_solution.then(|| Edit::from(start).say(at, reader.number(number)).say(unit_ends, unit))
}

fn number<'t>(at: &mut Cursor<'t>) -> Option<&'t str> {
    at.starts_number().then_some(())?;
    at.number()
}

fn is_decade(start: Cursor<'_>, end: Cursor<'_>) -> bool {
    const BEFORE: [&str; 18] = [
        "high", "low", "lower", "upper", "the", "his", "her", "their", "my", "your", "our", "mid", "early",
        "late", "in", "The", "roaring", "swinging",
    ];
    const AFTER: [&str; 9] =
        ["timeout", "timeouts", "delay", "interval", "limit", "window", "mark", "pause", "clip"];
    const OF_A_TIME: [&str; 18] = [
        "music", "rock", "fashion", "style", "era", "kids", "pop", "hits", "movies", "films", "hair",
        "sitcom", "sitcoms", "disco", "nostalgia", "songs", "band", "bands",
    ];
    let before = start.previous_word();
    // `mid-30s`
    let parted = ["mid-", "early-", "late-", "pre-", "post-"]
        .iter()
        .any(|part| start.window_before(part.len()).eq_ignore_ascii_case(part));
    // `1980s–90s`, `their 20s and 30s`
    let goes_on =
        start.follows("0s–") || start.follows("0s-") || start.follows("0s and ") || start.follows("0s or ");
    let of_ages = end.rest().starts_with(" and ") && end.window_after(10).ends_with("0s");
    // `60s-style`
    let styled = ["-style", "-era", "-inspired", "-themed"].iter().any(|part| end.rest().starts_with(part));
    goes_on
        || styled
        || parted
        || (of_ages && start.words_before().next() != Some("for"))
        || OF_A_TIME.contains(&end.next_word())
        || BEFORE.contains(&before) && before != "in" && !AFTER.contains(&end.next_word())
}

fn unit(
    start: Cursor<'_>,
    at: Cursor<'_>,
    number: &str,
    units: &'static [Unit],
    reader: Reader,
) -> Option<Edit> {
    let mut unit = at;
    // `a 5-km run`
    let hyphened = unit.eat('-');
    let spaced = !hyphened && unit.eat(' ');
    let (words, end) = find_in(unit, units, spaced)?;
    // `1-in-4`
    if hyphened && end.peek() == Some('-') || super::terms::is_term(start, unit, end) {
        return None;
    }
    let words = if hyphened { [words[0], words[0]] } else { attributive(start, end, words) };
    let edit = counted(start, at, number, end, words, reader);
    Some(with_rate(edit, end, reader))
}

/// `edit` with what stands behind its unit and a slash: `/day`, `/kg/day`, `/24 h`.
pub fn with_rate(edit: Edit, end: Cursor<'_>, reader: Reader) -> Edit {
    rate(end, reader).into_iter().fold(edit, |edit, (words, end)| edit.say(end, words))
}

/// What stands behind a unit and its slash, in words with where each of them ends: `/day`, `/kg/day`, `/24 h`.
fn rate(end: Cursor<'_>, reader: Reader) -> Vec<(String, Cursor<'_>)> {
    if let Some((per, end)) = per_at(end) {
        return vec![(format!("per {per}"), end)];
    }
    let Some(slash) = end.past(|at| at.eat('/')) else { return Vec::new() };
    if let Some(product) = product(slash) {
        return vec![product];
    }
    let twice = || {
        PER.iter().find_map(|(written, first)| {
            let middle = slash.past(|at| at.eat_text(written) && at.peek() == Some('/'))?;
            let (second, end) = per_at(middle)?;
            Some(vec![(format!("per {first}"), middle), (format!("per {second}"), end)])
        })
    };
    let amount = || {
        let mut at = slash;
        let number = reader.number(at.number()?);
        let (words, end) = find(at.past(|at| at.eat(' ')).unwrap_or(at))?;
        // `2 g/24 h`, `20 kWh/100 km`; `4.7µF/25V` has both.
        matches!(
            words[0],
            "day"
                | "gram"
                | "hour"
                | "kilogram"
                | "kilometer"
                | "liter"
                | "mile"
                | "milliliter"
                | "minute"
                | "month"
                | "second"
                | "week"
                | "year"
        )
        .then_some(())?;
        Some(vec![("per".to_owned(), slash), (number, at), (words[1].to_owned(), end)])
    };
    twice().or_else(amount).unwrap_or_default()
}

/// The singular before a noun that has an article: `a 5 km run`.
fn attributive(start: Cursor<'_>, end: Cursor<'_>, words: [&'static str; 2]) -> [&'static str; 2] {
    if is_before_noun(start, end) { [words[0], words[0]] } else { words }
}

/// Whether this amount has an article and stands before a noun.
pub fn is_before_noun(start: Cursor<'_>, end: Cursor<'_>) -> bool {
    const LINKS: [&str; 12] = ["of", "in", "and", "or", "for", "to", "at", "per", "is", "from", "on", "with"];
    let mut end = end;
    // `60W-equivalent`
    if end.peek() == Some('-') && end.peek_second().is_some_and(char::is_alphabetic) {
        return true;
    }
    // `a 12V 7Ah battery`: what counts it further is passed over.
    for _ in 0..2 {
        let further = end.past(|at| {
            at.eat(' ')
                && at.number().is_some()
                && (1..=4).contains(&at.eat_while(char::is_alphabetic).len())
                && at.peek() == Some(' ')
        });
        end = further.unwrap_or(end);
    }
    let next = if end.peek() == Some(' ') { end.next_word() } else { "" };
    let is_noun = next.starts_with(char::is_alphabetic) && !LINKS.contains(&next);
    if is_race(end) || is_gear(end) {
        return true;
    }
    // `a 3-year, $10M deal`
    let listed = || {
        let before = start.window_before(24).strip_suffix(", ").unwrap_or_default();
        let mut words = before.rsplit(' ');
        words
            .next()
            .is_some_and(|word| word.contains('-') && word.starts_with(|first: char| first.is_ascii_digit()))
            && matches!(words.next(), Some("a" | "an" | "A" | "An"))
    };
    // `a 12V 7Ah battery` at its second.
    let second = || {
        let mut words = start.window_before(16).trim_end_matches(' ').rsplit(' ');
        words.next().is_some_and(|word| {
            word.starts_with(|first: char| first.is_ascii_digit()) && word.ends_with(char::is_alphabetic)
        }) && matches!(words.next(), Some("a" | "an" | "A" | "An"))
    };
    is_noun && (matches!(start.previous_word(), "a" | "an" | "A" | "An") || listed() || second())
}

/// Whether a race follows, which a length names with an article or without: `100m sprint`.
pub fn is_race(end: Cursor<'_>) -> bool {
    const RACES: [&str; 13] = [
        "sprint", "dash", "hurdles", "freestyle", "relay", "race", "butterfly", "backstroke", "breaststroke",
        "medley", "swim", "final", "record",
    ];
    end.peek() == Some(' ') && RACES.contains(&end.next_word())
}

/// Whether gear follows, which is named by its size: `35mm film`, `3.5mm jack`.
fn is_gear(end: Cursor<'_>) -> bool {
    const GEAR: [&str; 12] = [
        "V6", "V8", "cannon", "engine", "film", "gun", "jack", "lens", "lenses", "mortar", "socket", "wrench",
    ];
    end.peek() == Some(' ') && GEAR.contains(&end.next_word())
}

fn counted(
    start: Cursor<'_>,
    at: Cursor<'_>,
    number: &str,
    end: Cursor<'_>,
    words: [&'static str; 2],
    reader: Reader,
) -> Edit {
    let [one, many] = words;
    let words = if matches!(number, "1" | "1.0") { one } else { many };
    Edit::from(start).say(at, reader.counted(number)).say(end, words)
}

/// The unit here, after one and after any other number, and its end.
pub fn find(at: Cursor<'_>) -> Option<([&'static str; 2], Cursor<'_>)> {
    find_in(at, TECHNICAL_UNITS, false).or_else(|| find_in(at, EVERYDAY_UNITS, false))
}

fn find_in<'t>(
    at: Cursor<'t>,
    units: &'static [Unit],
    spaced: bool,
) -> Option<([&'static str; 2], Cursor<'t>)> {
    // Asked at every word: most units are told apart by their first byte.
    let first = at.peek()?.encode_utf8(&mut [0; 4]).as_bytes().first().copied();
    let wrong = if spaced { Space::Never } else { Space::Always };
    let begins = |unit: &&Unit| unit.written.as_bytes().first().copied() == first && unit.space != wrong;
    units.iter().filter(begins).find_map(|unit| {
        let end = at.past(|at| at.eat_text(unit.written) && at.ends_word())?;
        // `2 K⁺` are ions, `1600 N. Maple` is an address.
        let is_name = end.peek().is_some_and(|next| "'⁺⁻".contains(next))
            || (matches!(unit.written, "W" | "N") && is_address(end))
            // `1 c. sugar`: with its dot before what is counted only.
            || (unit.written.ends_with('.') && unit.written.len() < 4 && !before_small_word(end))
            // `3 mo.`; without its dot it is a state.
            || (unit.written == "mo" && spaced && end.peek() != Some('.'))
            || (unit.space == Space::Always && unit.written != "mo" && end.peek() == Some('.') && end.peek_second() == Some(' '));
        // `a 15-oz. can`: a dot that ends no sentence is part of the unit.
        // `2 mi. N of town`; of signs such as `MB` and `km/h` no dot is a part.
        let short = unit.written == "Tbsp" || unit.written.bytes().all(|byte| byte.is_ascii_lowercase());
        let dotted = end.past(|at| {
            short
                && at.eat('.')
                && (at.peek() == Some(',')
                    || at.rest().starts_with(" (")
                    || before_small_word(*at)
                    || before_smaller_unit(*at)
                    || is_direction(at.next_word()))
        });
        (!is_name).then_some((unit.spoken, dotted.unwrap_or(end)))
    })
}

/// Whether a number in a smaller unit follows: `2 hrs. 15 mins.`, `3 lbs. 4 oz.`
fn before_smaller_unit(mut at: Cursor<'_>) -> bool {
    at.eat(' ')
        && at.digits(1..=2).is_some()
        && matches!(at.next_word(), "min" | "mins" | "sec" | "secs" | "in" | "oz" | "mos" | "days" | "wks")
}

fn is_direction(word: &str) -> bool {
    matches!(word, "N" | "S" | "E" | "W" | "NE" | "NW" | "SE" | "SW")
}

/// Whether the name of a street follows: `42 W 23rd St`, `1600 N Maple Ave`.
fn is_address(at: Cursor<'_>) -> bool {
    let word = if at.peek() == Some(' ') { at.next_word() } else { "" };
    let ordinal = word.starts_with(|first: char| first.is_ascii_digit()) && word.ends_with(['t', 'd', 'h']);
    let name = word.len() > 2 && word.starts_with(char::is_uppercase) && word.ends_with(char::is_lowercase);
    ordinal || name
}

fn before_small_word(at: Cursor<'_>) -> bool {
    at.peek() == Some(' ') && at.peek_second().is_some_and(char::is_lowercase)
}

/// `272 pp.` → `two hundred seventy two pages`; `0.5 pp` are percentage points.
pub fn pages(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    (!start.before().is_some_and(|before| "+-−".contains(before))).then_some(())?;
    let mut at = start;
    let number = number(&mut at).filter(|number| !number.contains('.'))?;
    let end = at.past(|at| at.eat_one_of([" pp.", "pp."]).is_some())?;
    let words = if end.peek().is_none() { "pages." } else { "pages" };
    Some(Edit::from(start).say(at, reader.number(number)).say(end, words))
}

/// `km` after `million` → `kilometers`.
pub fn after_scale(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    const SCALES: [&str; 4] = ["thousand", "million", "billion", "trillion"];
    // `10^3 kg`
    let power = || {
        let mut words = start.words_before();
        matches!(words.next(), Some("cubed" | "squared")) && words.next().is_some_and(|word| word == "10")
    };
    (start.before() == Some(' ') && (SCALES.contains(&start.previous_word()) || power())).then_some(())?;
    let (words, end) =
        find_in(start, TECHNICAL_UNITS, true).or_else(|| find_in(start, EVERYDAY_UNITS, true))?;
    Some(Edit::new(start, end, words[1]))
}

/// `m²` after `per` → `square meter`.
pub fn after_per(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    (start.before() == Some(' ') && start.previous_word() == "per").then_some(())?;
    let (words, end) = find(start)?;
    let written = start.until(end);
    (written.chars().count() > 1 && !matches!(written, "in" | "mo" | "days" | "pp"))
        .then(|| Edit::new(start, end, words[0]))
}

/// `mg/dL`, `min/km`, `Rain (mm)` → `milligrams per deciliter`, `minutes per kilometer`, `Rain (millimeters)`: a
/// unit without a number, which only a slash or brackets around it tell from a word.
pub fn alone(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    /// What a rate is per; `MB/GB` and `kg/lb` are the one or the other.
    const RATES: [&str; 12] = [
        "second", "second squared", "minute", "hour", "day", "kilometer", "square meter", "cubic meter",
        "liter", "deciliter", "milliliter", "mole",
    ];
    /// Units that are words in brackets as well.
    const WORDS: [&str; 8] = ["min", "cal", "sec", "days", "ppl", "AU", "MP", "MW"];
    // A unit of a number is left to the readers that its number is left to: `1 km/h`.
    let counted = reader == Reader::Natural && start.follows_number();
    if counted || !start.before().is_none_or(|before| " (".contains(before)) {
        return None;
    }
    let (words, end) = find(start)?;
    let written = start.until(end);
    if written.contains('/') {
        return Some(Edit::new(start, end, words[1]));
    }
    if let Some((per, after)) = per_at(end) {
        let one_or_other = !RATES.contains(&per) || (per == "kilometer" && written != "min");
        return (!one_or_other)
            .then(|| Edit::from(start).say(end, words[1]).say(after, format!("per {per}")));
    }
    // `cm³`; `m²` may be a power of a letter.
    if written.chars().count() == 3 && written.ends_with(['²', '³']) && !super::plain_maths::is_maths(end) {
        return Some(Edit::new(start, end, words[1]));
    }
    let in_brackets =
        start.before() == Some('(') && start.before_second() == Some(' ') && end.peek() == Some(')');
    (in_brackets && written.len() > 1 && !WORDS.contains(&written)).then(|| Edit::new(start, end, words[1]))
}

/// The unit that a fraction counts, and its end: `½ tsp`, `3/4 mi`.
pub fn after_fraction(mut at: Cursor<'_>) -> Option<([&'static str; 2], Cursor<'_>)> {
    at.eat(' ').then_some(())?;
    find_in(at, TECHNICAL_UNITS, true).or_else(|| find_in(at, EVERYDAY_UNITS, true)).or_else(|| cups(at))
}

/// `/s` → `second`, and where it ends.
pub fn per_at(at: Cursor<'_>) -> Option<(&'static str, Cursor<'_>)> {
    per_unit(at.past(|at| at.eat('/'))?)
}

fn per_unit(at: Cursor<'_>) -> Option<(&'static str, Cursor<'_>)> {
    PER.iter().find_map(|(written, spoken)| {
        Some((*spoken, at.past(|at| at.eat_text(written) && at.ends_word() && at.peek() != Some('/'))?))
    })
}

/// `(kg·K)`: units that are multiplied.
fn product(at: Cursor<'_>) -> Option<(String, Cursor<'_>)> {
    let mut at = at.past(|at| at.eat('('))?;
    let mut words = String::from("per");
    loop {
        let (unit, end) = per_unit(at)?;
        words += " ";
        words += unit;
        at = end;
        if at.eat(')') {
            return Some((words, at));
        }
        at.eat_one_of(["·", "⋅", "*", " "])?;
    }
}

/// `tokens/s`, `5/month` → `tokens per second`: at the slash.
pub fn per(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    const COUNTED: [&str; 15] = [
        "cells", "copies", "tokens", "token", "requests", "req", "messages", "frames", "images", "words",
        "bytes", "bits", "ops", "queries", "items",
    ];
    const SHORT: [&str; 3] = ["yr", "mo", "hr"];
    let before = start.previous_word();
    let is_short = before.starts_with(char::is_alphabetic)
        && start.past(|at| at.eat('/') && SHORT.contains(&at.next_word())).is_some();
    (is_short || before.ends_with(|last: char| last.is_ascii_digit()) || COUNTED.contains(&before))
        .then_some(())?;
    let (per, end) = per_at(start)?;
    Some(Edit::new(start, end, format!("per {per}")))
}

/// The scale of `Temp 101.2F`, `bake at 180C`: a letter alone, where heat is spoken of.
fn felt<'t>(start: Cursor<'t>, end: Cursor<'t>) -> Option<(&'static str, Cursor<'t>)> {
    const TALK: [&str; 14] = [
        "bake", "cook", "fever", "heat", "high", "highs", "low", "lows", "oven", "preheat", "roast", "temp",
        "temperature", "temperatures",
    ];
    let letter = end.past(|at| at.eat_one_of(["F", "C"]).is_some() && at.ends_word())?;
    let words = if end.until(letter) == "F" { " Fahrenheit" } else { " Celsius" };
    let oven = || letter.next_word() == "oven";
    let said = || start.words_before().take(6).any(|word| TALK.contains(&word.to_ascii_lowercase().as_str()));
    (end.offset() - start.offset() > 1 && (said() || oven())).then_some((words, letter))
}

/// `-5 °C`, `98.6°`, `300 K` → `five degrees Celsius` and so on.
pub fn temperature(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    let number = number(&mut at)?;
    let end = at;
    at.eat(' ');
    let scale = if at.eat('℃') {
        " Celsius"
    } else if at.eat('℉') {
        " Fahrenheit"
    } else if let Some((words, end)) = felt(start, end) {
        at = end;
        words
    } else {
        at.eat('°').then_some(())?;
        let scales = [("C", " Celsius"), ("F", " Fahrenheit"), (" C", " Celsius"), (" F", " Fahrenheit")];
        let scale = scales.iter().find_map(|(written, spoken)| {
            Some((*spoken, at.past(|at| at.eat_text(written) && at.ends_word())?))
        });
        scale.map_or("", |(spoken, end)| {
            at = end;
            spoken
        })
    };
    let degrees = if number == "1" { "degree" } else { "degrees" };
    let edit = Edit::from(start).say(end, reader.number(number)).say(at, format!("{degrees}{scale}"));
    Some(match per_at(at) {
        Some((per, end)) => edit.say(end, format!("per {per}")),
        None => edit,
    })
}
