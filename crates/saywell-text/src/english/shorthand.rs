//! Letters behind numbers that mean one thing or another: `15m` of waiting or of cloth, `2m views`, `12k subscribers`.

use super::cursor::Cursor;
use super::kinds::Reader;
use super::nouns::is_counted_noun;
use super::spelled::Edit;

/// `12k subscribers`, `2m views` → `twelve thousand subscribers`, `two million views`.
pub fn short_count(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_number() {
        return None;
    }
    let mut at = start;
    let number = at.number()?;
    let end = at;
    let scale = match at.eat_if(|found| matches!(found, 'k' | 'K' | 'm'))? {
        'm' => "million",
        _ => "thousand",
    };
    at.eat('+');
    let next = if at.peek() == Some(' ') { at.next_word() } else { "" };
    (is_counted_noun(next) && !(scale == "million" && matches!(next, "men" | "women")))
        .then(|| Edit::from(start).say(end, reader.number(number)).say(at, scale))
}

/// `10m ago`, `Prep: 15m`, `3d left` → `ten minutes ago`, `fifteen minutes`, `three days left`.
pub fn short_time(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const AFTER: [&str; 12] = [
        "ago", "left", "later", "read", "remaining", "wait", "break", "timer", "delay", "walk", "drive",
        "ride",
    ];
    const BEFORE: [&str; 42] = [
        "delay", "delayed", "cool", "steep", "brew", "knead", "stir", "roast", "grill", "fry", "steam",
        "jog", "nap", "meditate", "warmup", "cooldown", "wait", "waited", "prep", "cook", "total", "every",
        "bake", "rest", "simmer", "boil", "cooking", "after", "chill", "marinate", "timer", "eta",
        "duration", "runtime", "length", "time", "soak", "proof", "takes", "take", "took", "lasts",
    ];
    const LINKS: [&str; 9] = ["for", "about", "set", "to", "is", "of", "it", "around", "them"];
    const AWAITED: [&str; 21] = [
        "meet", "meeting", "starts", "start", "starting", "begins", "back", "ready", "leaving", "leaves",
        "leave", "arrives", "arriving", "done", "due", "call", "there", "expires", "closes", "opens",
        "departs",
    ];
    if !start.starts_number() {
        return None;
    }
    let mut at = start;
    let number = at.digits(1..=3)?;
    let end = at;
    let unit = match at.eat_if(|found| matches!(found, 'm' | 'd' | 'w' | 'y' | 'Y' | 'h' | 's'))? {
        'm' => "minute",
        'd' => "day",
        'w' => "week",
        'h' => "hour",
        's' => "second",
        _ => "year",
    };
    // `100m sprint in 9.58s`
    let is_race = unit == "minute" && super::units::is_race(at);
    if !at.ends_word() || is_race {
        return None;
    }
    let follows = at.peek() == Some(' ') && AFTER.contains(&at.next_word());
    let is_cue = |word: &str| BEFORE.contains(&word.to_ascii_lowercase().as_str());
    // `Rest for 5m`, `a timer set for 5m`
    let words = start.words_before().take(4);
    let precedes = words.skip_while(|word| LINKS.contains(word)).take(1).any(is_cue);
    // `Bake at 350F for 45m`
    let precedes = precedes || start.previous_word() == "for" && start.words_before().take(6).any(is_cue);
    // `starts in 10m`
    let mut words = start.words_before();
    let awaited = unit == "minute"
        && words.next() == Some("in")
        && words
            .find(|word| !matches!(*word, "is" | "be" | "in"))
            .is_some_and(|word| AWAITED.contains(&word.to_ascii_lowercase().as_str()));
    // `over 5Y`, `in the last 7d`
    let within = matches!(unit, "day" | "week" | "year")
        && matches!(start.previous_word(), "last" | "next" | "over" | "past" | "within");
    // `a 52w high`, `3Y CAGR`
    let traded = match unit {
        "week" => matches!(at.next_word(), "high" | "low"),
        "year" => matches!(at.next_word(), "CAGR" | "Treasury" | "bond" | "note" | "return" | "yield"),
        _ => false,
    } && at.peek() == Some(' ');
    // `35m by train`
    let mut ride = at.window_after(16).split(' ').skip(1);
    let by = at.peek() == Some(' ')
        && ride.next() == Some("by")
        && ride.next().is_some_and(|word| {
            let word = word.trim_end_matches([',', '.', ';', ')']);
            matches!(
                word,
                "train"
                    | "car"
                    | "bus"
                    | "bike"
                    | "foot"
                    | "plane"
                    | "boat"
                    | "ferry"
                    | "taxi"
                    | "metro"
                    | "tram"
                    | "subway"
            )
        });
    // Hours or seconds beside it on the same line: `Cook: 45m | Total: 1h`, but not `the 100m in 9.58s`.
    let beside = || {
        let window = at.window_after(24);
        unit == "minute" && time_is_near(window) && !window.contains("km") && at.next_word() != "in"
    };
    if !(follows || precedes || awaited || within || traded || by || beside()) {
        return None;
    }
    // `a 5m walk`, `· 4m read`
    let attributive = super::units::is_before_noun(start, at)
        && !matches!(at.next_word(), "ago" | "left" | "later")
        || at.peek() == Some(' ')
            && matches!(
                at.next_word(),
                "break" | "delay" | "drive" | "read" | "ride" | "timer" | "wait" | "walk"
            );
    let plural = if number == "1" || attributive || traded { "" } else { "s" };
    Some(Edit::from(start).say(end, reader.count(number)).say(at, format!("{unit}{plural}")))
}

/// `2 lg eggs`, `1 sm. onion` → `two large eggs`, `one small onion`.
pub fn size(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    let size = match at.eat_while(char::is_alphabetic) {
        "lg" => "large",
        "sm" => "small",
        _ => return None,
    };
    let counts = start.starts_word() && start.follows_number();
    at.eat('.');
    (counts && at.peek() == Some(' ') && at.peek_second().is_some_and(char::is_lowercase))
        .then(|| Edit::new(start, at, size))
}

/// `24k gold`, `14-kt` → `twenty four karat gold`, `fourteen karat`.
pub fn karat(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    start.starts_number().then_some(())?;
    let mut at = start;
    let number = at.digits(1..=2)?;
    let end = at;
    at.eat_one_of(["-", " "]);
    let short = at.eat_one_of(["kt", "k", "K"])?;
    let metal = matches!(at.next_word(), "gold" | "white" | "yellow" | "rose") && at.peek() == Some(' ');
    let pure = matches!(number, "9" | "10" | "14" | "18" | "20" | "21" | "22" | "24");
    (at.ends_word() && pure && (metal || short == "kt" && end.peek() == Some('-')))
        .then(|| Edit::from(start).say(end, reader.count(number)).say(at, "karat"))
}

/// `8C/16T` → `eight cores, sixteen threads`: of a processor.
pub fn cores(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    start.starts_number().then_some(())?;
    let mut at = start;
    let cores = at.digits(1..=3)?;
    at.eat('C').then_some(())?;
    let middle = at;
    at.eat_one_of(["/", " / "])?;
    let threads = at.digits(1..=3)?;
    (at.eat('T') && at.ends_word()).then(|| {
        let edit = Edit::new(start, middle, format!("{} cores,", reader.count(cores)));
        edit.say(at, format!("{} threads", reader.count(threads)))
    })
}

/// Whether `1h` or `30s` stands in this text.
fn time_is_near(window: &str) -> bool {
    window.split(|found: char| !found.is_ascii_alphanumeric()).any(|word| {
        word.strip_suffix(['h', 's']).is_some_and(|digits| {
            !digits.is_empty() && digits.len() < 3 && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
    })
}
