//! Names with numbers in them: models, moves of chess, keys pressed together.

use super::cursor::{Cursor, is_word};
use super::kinds::Reader;
use super::number_words;
use super::spelled::Edit;
use super::versions::part;
use crate::chess::{self, Move};

/// `GPT-4o`, `ES6`, `HTTP/2`, `i7-13700K`, `T-10` → `GPT four O`, `ES six`, `HTTP two`, `T minus ten`.
pub fn label(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    // `order #A-10293` names, a hashtag does not.
    let numbered = start.before() == Some('#')
        && super::codes::is_named(start.moved_to(start.offset() - 1), start.chunk().len());
    if !start.starts_word() || (start.before().is_some_and(|before| ".@#".contains(before)) && !numbered) {
        return None;
    }
    let mut at = start;
    at.eat_if(|found| found.is_ascii_alphabetic())?;
    at.eat_while(|found| found.is_ascii_alphabetic());
    let letters = start.until(at);
    // What has been said of `x^2-1` already is no name.
    if letters.len() > 16 || matches!(letters, "squared" | "cubed") {
        return None;
    }
    let name = at;
    let joint = at.eat_one_of(["-", "/"]).unwrap_or_default();
    if joint == "/" && letters != "HTTP" {
        return None;
    }
    let digits = at;
    let number = at.digits(1..=10)?;
    // `mid-1990s`: the decade has its own rule.
    if joint == "-"
        && number.ends_with('0')
        && matches!(number.len(), 2 | 4)
        && at.past(|at| at.eat('s') && at.ends_word()).is_some()
    {
        return None;
    }
    // `post-9/11`
    if joint == "-"
        && letters.len() > 2
        && at.past(|at| at.eat('/') && at.digits(1..=2).is_some() && at.ends_word()).is_some()
    {
        return None;
    }
    let dotted = at.past(|at| at.eat('.') && at.digits(1..=3).is_some());
    at = dotted.unwrap_or(at);
    let mut words = match digits.until(at).split_once('.') {
        Some((whole, decimals)) => format!("{} point {}", part(whole, reader), part(decimals, reader)),
        None => reader.label(number),
    };
    // A name of one letter and a number is a difference, or counts down.
    let minus = joint == "-"
        && (matches!(letters, "UTC" | "GMT")
            || letters == "T" && number.len() < 3 && counts_down(start, at)
            || (letters.len() == 1
                && letters.starts_with(|found: char| found.is_ascii_lowercase())
                && number.len() < 3));
    if minus {
        words = reader.count(number);
    }
    let suffix = at;
    at.eat_while(|found| found.is_ascii_alphanumeric());
    let suffix = suffix.until(at);
    let mut more = Vec::new();
    while more.len() < 4
        && let Some(end) =
            at.past(|at| at.eat('-') && !at.eat_while(|found| found.is_ascii_alphanumeric()).is_empty())
    {
        let part = &at.until(end)[1..];
        // `AES-128-GCM`: the name of its manner, in capitals.
        let is_capital = part.len() < 6 && part.bytes().all(|byte| byte.is_ascii_uppercase());
        if part.len() > 8 || !(part.contains(|found: char| found.is_ascii_digit()) || is_capital) {
            break;
        }
        let digits = part.len() > 4 && part.bytes().all(|byte| byte.is_ascii_digit());
        more.push(if digits { reader.label(part) } else { super::spell_out(part, reader).text().to_owned() });
        at = end;
    }
    // `mid-19th-century`
    if matches!(suffix, "st" | "nd" | "rd" | "th") {
        return None;
    }
    // `omega-3s`, `F-16s`, `PS5s`: several of them; of a letter alone it is a name.
    let several = suffix == "s"
        && (joint == "-"
            || letters.len() > 1
            || letters.starts_with(|letter: char| letter.is_ascii_uppercase()));
    if several {
        words = number_words::plural(&words);
    } else if !suffix.is_empty() {
        // Names of many parts are spelled as code is.
        (suffix.len() <= 3 && suffix.bytes().all(|byte| byte.is_ascii_alphabetic())).then_some(())?;
        words += " ";
        words += &if suffix.len() == 1 || suffix == "mb" {
            suffix.to_ascii_uppercase()
        } else {
            suffix.to_owned()
        };
    }
    if !at.ends_word() || (at.peek() == Some('.') && at.peek_second().is_some_and(is_word)) {
        return None;
    }
    for part in more {
        words += " ";
        words += &part;
    }
    let letters = spoken_letters(letters, joint, suffix);
    let joint = if minus { "minus " } else { "" };
    Some(Edit::from(start).say(name, letters).say(at, format!("{joint}{words}")))
}

/// Whether the `T-10` from `start` to `end` counts down to a start. The `T-34` is a tank.
fn counts_down(start: Cursor<'_>, end: Cursor<'_>) -> bool {
    const TIMES: [&str; 11] =
        ["day", "days", "holding", "hour", "hours", "min", "minute", "minutes", "second", "seconds", "weeks"];
    let alone = start.offset() == 0 && !end.rest().contains(|c: char| c.is_alphanumeric());
    let before = start.window_before(64);
    alone
        || TIMES.contains(&end.next_word())
        || end.rest().starts_with(" and counting")
        || matches!(start.previous_word(), "at" | "At")
        || ["ount", "aunch", "iftoff", "lift-off"].iter().any(|cue| before.contains(cue))
}

/// `3M makes`, `3M's tape` → `three M`: the company, which nothing follows that there are millions of.
pub fn company(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const AFTER: [&str; 18] = [
        "company", "products", "Co", "Command", "Company", "Corporation", "Post", "Scotch", "adhesive",
        "has", "invented", "is", "launched", "makes", "respirator", "respirators", "sells", "tape",
    ];
    let mut at = start;
    (start.starts_number() && at.eat_text("3M") && at.ends_word()).then_some(())?;
    let next = at.next_word();
    let owns = at.rest().starts_with("'s");
    (owns || AFTER.contains(&next)).then(|| Edit::new(start, at, format!("{} M", reader.count("3"))))
}

/// `B.1.1.7` → `B one point one point seven`: a lineage, a paragraph of an appendix.
pub fn lineage(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    (start.starts_word() && !start.before().is_some_and(|before| ".-/".contains(before))).then_some(())?;
    let letter = at.eat_if(|found| found.is_ascii_uppercase())?;
    let mut words = letter.to_string();
    let mut parts = 0;
    while parts < 5
        && let Some(end) = at.past(|at| at.eat('.') && at.digits(1..=3).is_some())
    {
        words += if parts == 0 { " " } else { " point " };
        words += &part(&at.until(end)[1..], reader);
        (at, parts) = (end, parts + 1);
    }
    (parts > 1 && at.ends_quantity()).then(|| Edit::new(start, at, words))
}

/// `f/2.8` → `f two point eight`: the stop of a lens.
pub fn stop(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    (start.starts_chunk() && at.eat_one_of(["f/", "F/"]).is_some()).then_some(())?;
    let number = at.number()?;
    let known = number.contains('.') || matches!(number, "2" | "4" | "8" | "11" | "16" | "22");
    (known && number.len() < 5 && at.ends_quantity() && at.peek() != Some('/'))
        .then(|| Edit::new(start, at, format!("f {}", reader.number(number))))
}

/// `H.264`, `K. 545` → `H two sixty four`, `K five forty five`: a letter, a dot and three digits.
pub fn dotted_label(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    start.starts_word().then_some(())?;
    let letter = at.eat_if(|found| found.is_ascii_uppercase())?;
    at.eat('.').then_some(())?;
    let spaced = at.eat(' ');
    let number = at.digits(3..=3)?;
    // With a space it may be a name that a count follows; of Mozart's works it is none.
    ((!spaced || letter == 'K') && at.ends_quantity())
        .then(|| Edit::new(start, at, format!("{letter} {}", reader.label(number))))
}

/// One or two small letters before a number are named: `mp3`, `s3`, `i7`.
fn spoken_letters(letters: &str, joint: &str, suffix: &str) -> String {
    let is_name = letters.len() <= 2
        && joint.is_empty()
        && !matches!(
            letters,
            "in" | "on" | "at" | "to" | "x" | "y" | "z" | "a" | "b" | "c" | "e" | "d" | "f" | "n"
        );
    if is_name || (letters.len() == 1 && !suffix.is_empty()) {
        letters.to_ascii_uppercase()
    } else {
        letters.to_owned()
    }
}

/// `3D`, `1080p`, `2FA` → `three D`, `ten eighty p`, `two FA`.
pub fn label_after_number(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_number() {
        return None;
    }
    let mut at = start;
    let number = at.digits(1..=6)?;
    let end = at;
    at.eat_if(|found| found.is_ascii_alphabetic())?;
    at.eat_while(|found| found.is_ascii_alphabetic());
    let letters = end.until(at);
    // `2T(n/2)`: so many times a function.
    if letters.len() == 1 && at.peek() == Some('(') && super::plain_maths::is_maths(start) {
        return Some(Edit::new(start, end, reader.count(number)));
    }
    // `the 49ers`
    if letters == "ers" && at.ends_word() {
        let words = reader.count(number);
        let ending = if words.ends_with('e') { "rs" } else { "ers" };
        return Some(Edit::new(start, at, words + ending));
    }
    // `2NaOH`
    if letters.len() > 1 && super::chemistry::formula(end, reader).is_some() {
        return Some(Edit::new(start, end, reader.count(number)));
    }
    let is_name = letters.len() <= 4 && at.ends_word() && !matches!(letters, "st" | "nd" | "rd" | "th");
    // `2ab`, `4ac`: factors.
    if letters.len() == 2
        && is_name
        && letters.bytes().all(|byte| byte.is_ascii_lowercase())
        && super::plain_maths::is_maths(start)
    {
        let letters = format!("{} {}", &letters[..1], &letters[1..]);
        return Some(Edit::from(start).say(end, reader.label(number)).say(at, letters));
    }
    is_name.then(|| Edit::from(start).say(end, reader.label(number)).say(at, letters.to_owned()))
}

/// `Nf3`, `Bxe5+` → `knight f three`, `bishop takes e five check`.
pub fn chess_move(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_word() {
        return None;
    }
    // `Baa2` is how a bond is rated.
    if start.rest().starts_with("Baa") {
        return None;
    }
    let Move { piece, origin, takes, square, length } = chess::read(start.rest())?;
    let piece = match piece? {
        'K' => "king",
        'Q' => "queen",
        'R' => "rook",
        'B' => "bishop",
        _ => "knight",
    };
    // `Rfe8`, `N1d2`: from which file or rank.
    let origin = match origin.as_bytes() {
        [] => String::new(),
        [b'1'..=b'8'] => format!(" {}", reader.count(origin)),
        [_] => format!(" {}", origin.to_ascii_uppercase()),
        _ => return None,
    };
    let takes = if takes { " takes" } else { "" };
    let mut at = start.moved_to(start.offset() + length);
    let check = match at.eat_one_of(["+", "#"]) {
        Some("+") => " check",
        Some(_) => " mate",
        None => "",
    };
    let words = format!(
        "{piece}{origin}{takes} {} {}{check}",
        square[..1].to_ascii_uppercase(),
        reader.count(&square[1..])
    );
    at.ends_word().then(|| Edit::new(start, at, words))
}

/// `an A−`, `A+ and`, `blood type O−` → `A minus`, `A plus`, `O negative`.
pub fn graded(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    if !start.starts_word() || start.before().is_some_and(|before| ".-/".contains(before)) {
        return None;
    }
    let mut at = start;
    let letter = at
        .eat_one_of(["AAA", "BBB", "CCC", "AA", "BB", "CC", "AB", "Rh", "A", "B", "C", "D", "F", "O", "E"])?;
    let end = at;
    let sign = at.eat_one_of(["+", "-", "−", "–"])?;
    let minus = sign != "+";
    let alone = at.peek().is_none_or(|next| " ,.;:!?)\"'".contains(next)) && !at.ends_chunk_with_operand();
    if !alone {
        return None;
    }
    let blood = matches!(letter, "A" | "B" | "AB" | "O")
        && start
            .words_before()
            .take(5)
            .any(|word| matches!(word.to_ascii_lowercase().as_str(), "blood" | "donor" | "donors" | "rh"))
        || matches!(letter, "AB" | "O" | "Rh")
        || matches!(at.next_word(), "blood" | "donor" | "donors" | "plasma");
    let word = match (blood, minus) {
        (true, true) => "negative",
        (true, false) => "positive",
        (false, true) => "minus",
        (false, false) => "plus",
    };
    // Of who rates bonds.
    let letter = match letter.as_bytes() {
        [first, _, _] => format!("triple {}", char::from(*first)),
        [first, second] if first == second => format!("double {}", char::from(*first)),
        _ => letter.to_owned(),
    };
    Some(Edit::from(start).say(end, letter).say(at, word))
}

/// `r/rust`, `u/spez` → `R slash rust`, `U slash spez`: a forum and who writes there.
pub fn community(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    start.starts_chunk().then_some(())?;
    let letter = at.eat_one_of(["r/", "u/"])?.trim_end_matches('/').to_uppercase();
    let name = at.eat_while(|found| found.is_ascii_alphanumeric() || found == '_');
    let ends = at.ends_word()
        && !at.peek().is_some_and(|next| "/.-".contains(next) && at.peek_second().is_some_and(is_word));
    (name.len() > 2 && ends)
        .then(|| Edit::new(start, at, format!("{letter} slash {}", super::identifier::path(name, reader))))
}

/// `O-O`, `O-O-O` → `castles short`, `castles long`.
pub fn castling(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    start.starts_chunk().then_some(())?;
    let words = match at.eat_one_of(["O-O-O", "0-0-0", "O-O", "0-0"])? {
        "O-O-O" | "0-0-0" => "castles long",
        "O-O" => "castles short",
        // `0-0` is a score as well.
        _ => return None,
    };
    (at.ends_word() && at.peek() != Some('-')).then(|| Edit::new(start, at, words))
}

/// Keys as written → as spoken.
const KEYS: [(&str, &str); 36] = [
    ("Ctrl", "control"),
    ("CTRL", "control"),
    ("ctrl", "control"),
    ("Control", "control"),
    ("Cmd", "command"),
    ("cmd", "command"),
    ("Command", "command"),
    ("Alt", "alt"),
    ("alt", "alt"),
    ("Option", "option"),
    ("Opt", "option"),
    ("Shift", "shift"),
    ("shift", "shift"),
    ("Win", "windows"),
    ("Meta", "meta"),
    ("Super", "super"),
    ("Fn", "function"),
    ("Esc", "escape"),
    ("Del", "delete"),
    ("Ins", "insert"),
    ("Tab", "tab"),
    ("Enter", "enter"),
    ("Space", "space"),
    ("PgUp", "page up"),
    ("PgDn", "page down"),
    ("Backspace", "backspace"),
    ("Delete", "delete"),
    ("Home", "home"),
    ("⌘", "command"),
    ("⌥", "option"),
    ("⌃", "control"),
    ("⇧", "shift"),
    ("⏎", "enter"),
    ("⌫", "delete"),
    ("⇥", "tab"),
    ("⎋", "escape"),
];

/// `Ctrl+C`, `⌘K` → `control C`, `command K`.
pub fn keys(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_number() {
        return None;
    }
    let mut at = start;
    let mut words: Vec<String> = Vec::new();
    // Whether another key is awaited, and where those before ended.
    let (mut awaits, mut ended) = (true, at);
    while let Some((end, spoken, sign)) = key(at).filter(|_| awaits) {
        words.push(spoken.to_owned());
        (at, ended) = (end, end);
        awaits = at.eat_one_of([" + ", "+"]).is_some() || sign || (words.len() == 1 && at.eat('-'));
    }
    if words.is_empty() {
        return None;
    }
    let several = words.len() > 1 || !start.until(ended).is_ascii();
    if !awaits {
        return (several && ended.ends_word()).then(|| Edit::new(start, ended, words.join(" ")));
    }
    // The key itself: a letter, a mark, `F4`.
    let last = at;
    if at.eat_if(|found| found.is_ascii_alphabetic()).is_some() {
        let digits = at;
        at.digits(1..=2);
        words.push(last.until(digits).to_ascii_uppercase());
        words.extend((digits.offset() < at.offset()).then(|| reader.count(digits.until(at))));
    } else if let Some(digit) = at.digits(1..=1) {
        words.push(reader.count(digit));
    } else if let Some(mark) = at.eat_if(|found| "/`+-=,.".contains(found)) {
        let name = [
            ('/', "slash"),
            ('`', "backtick"),
            ('+', "plus"),
            ('-', "minus"),
            ('=', "equals"),
            (',', "comma"),
            ('.', "period"),
        ];
        words.extend(name.iter().find(|(written, _)| *written == mark).map(|(_, name)| (*name).to_owned()));
    } else {
        return several.then(|| Edit::new(start, ended, words.join(" ")));
    }
    at.ends_word().then(|| Edit::new(start, at, words.join(" ")))
}

/// The key here, its end, and whether it is a sign, after which another key needs no `+`.
fn key(at: Cursor<'_>) -> Option<(Cursor<'_>, &'static str, bool)> {
    KEYS.iter().find_map(|(written, spoken)| {
        let end = at.past(|at| at.eat_text(written))?;
        let sign = !written.is_ascii();
        (sign || end.ends_word()).then_some((end, *spoken, sign))
    })
}
