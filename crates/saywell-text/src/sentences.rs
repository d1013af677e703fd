//! Ends of sentences: one judge for finished text and for Markdown that is still arriving.

use crate::clean::is_silent;
use std::ops::Range;

/// How far around a full stop the judge looks, in bytes. What needs more is no end of a sentence.
const WINDOW: usize = 64;

/// Ranges of the sentences of `text`, which together cover it. None ends inside `code`: ranges in order.
pub(crate) fn sentences(text: &str, code: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut code = code.iter().peekable();
    let (mut start, mut at) = (0, 0);
    while let Some(offset) = text[at..].find(is_stop) {
        let stop = at + offset;
        let width = text[stop..].chars().next().map_or(1, char::len_utf8);
        while code.next_if(|code| code.end <= stop).is_some() {}
        if let Some(code) = code.peek().filter(|code| code.start <= stop) {
            at = code.end;
            continue;
        }
        at = match judge(text, start, stop, true) {
            Verdict::End { next } if next < text.len() => {
                found.push(start..next);
                start = next;
                next
            }
            _ => stop + width,
        };
    }
    if start < text.len() {
        found.push(start..text.len());
    }
    found
}

/// Whether a stop ends a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It does; the next sentence starts at `next`, white space skipped.
    End { next: usize },
    /// It does not.
    Inside,
    /// The text so far does not tell.
    Unknown,
}

/// Characters at which a sentence may end.
pub(crate) fn is_stop(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '؟' | '۔' | '։') || is_wide_stop(c)
}

/// Full stops of Chinese, Japanese and the Indic scripts, which need no space after them.
fn is_wide_stop(c: char) -> bool {
    matches!(c, '।' | '॥' | '။' | '។' | '።' | '。' | '！' | '？' | '｡' | '．' | '‼' | '⁇' | '⁈' | '⁉')
}

/// Whether a space between these two characters parts sentences: in Thai, Lao and Khmer nothing else does.
pub(crate) fn divides(before: char, after: char) -> bool {
    let unspaced = |c: char| matches!(u32::from(c), 0x0E00..=0x0EFF | 0x1780..=0x17FF);
    unspaced(before) && unspaced(after)
}

/// Judges the stop at byte `stop` of `text`, in a sentence that began at `start`. When `complete`,
/// the text ends where it ends; else more may come. Looks at [`WINDOW`] bytes to either side, at
/// plain text and raw Markdown alike (marks of emphasis count as quotes).
pub(crate) fn judge(text: &str, start: usize, stop: usize, complete: bool) -> Verdict {
    let mut window = text.len().min(stop + WINDOW);
    while !text.is_char_boundary(window) {
        window -= 1;
    }
    // Of a run of stops the first was judged, and all of it with it.
    if text[start..stop].ends_with(|c: char| is_stop(c) && !is_wide_stop(c)) {
        return Verdict::Inside;
    }
    // Within the window the end of the text decides nothing, unless the text is complete.
    let at_end = || match (window < text.len(), complete) {
        (true, _) => Verdict::Inside,
        (false, true) => Verdict::End { next: text.len() },
        (false, false) => Verdict::Unknown,
    };
    let seen = &text[stop..window];

    let stops: usize = seen.chars().take_while(|c| is_stop(*c)).map(char::len_utf8).sum();
    let (run, mut after) = seen.split_at(stops);
    // A citation belongs to the sentence before it, and so does an emoji.
    loop {
        after = after.trim_start_matches(is_closer);
        let spaced = after.trim_start_matches(' ');
        let Some(mark) = spaced.chars().next() else { break };
        let close = match mark {
            '[' => ']',
            '【' => '】',
            '\u{e200}' => '\u{e201}',
            _ if is_silent(mark) => {
                after = spaced.trim_start_matches(is_silent);
                continue;
            }
            _ => break,
        };
        let Some(end) = spaced.find(close) else {
            return at_end();
        };
        if mark != '\u{e200}' && !is_citation(&spaced[mark.len_utf8()..end]) {
            break;
        }
        after = &spaced[end + close.len_utf8()..];
    }
    if after.is_empty() {
        return at_end();
    }
    let spaced = after.trim_start();
    let next = window - spaced.len();
    let wide = run.chars().any(is_wide_stop);
    if spaced.len() == after.len() && !wide {
        return unspaced(text, start, stop, run, after, next);
    }
    let word_after = spaced.trim_start_matches(is_opener);
    let Some(first) = word_after.chars().next() else {
        return at_end();
    };
    if wide {
        // `(づ｡◕‿‿◕｡)`: eyes of a face, no full stop.
        if run == "｡" && !first.is_alphanumeric() {
            return Verdict::Inside;
        }
        return Verdict::End { next };
    }

    let before = word_before(text, start, stop);
    // The number of a move: "1. e4 e5 2. Nf3", "5... Nxe4".
    let number = before.0.trim_end_matches('.');
    if (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit()) {
        let token = word_after.split(char::is_whitespace).next().unwrap_or_default();
        if is_move(token) {
            return Verdict::Inside;
        }
        if token.len() == word_after.len() && token.len() < LONGEST_MOVE && window == text.len() && !complete
        {
            return Verdict::Unknown;
        }
    }
    let cut_off = window == text.len() && !complete;
    // What stands in brackets inside a sentence does not end it: "(Cal. Civ. Code)".
    let bracketed = || run == "." && is_bracketed(text, start, stop, &seen[stops..seen.len() - spaced.len()]);
    if let Some(verdict) =
        goes_on(run, before.0, spaced, cut_off).or_else(|| bracketed().then_some(Verdict::Inside))
    {
        return verdict;
    }
    // `3.5 mi. (5.6 km)`
    if run == "." && spaced.starts_with('(') && first.is_ascii_digit() && is_short(before.0) {
        return Verdict::Inside;
    }
    if run != "." {
        return if first.is_lowercase() { Verdict::Inside } else { Verdict::End { next } };
    }
    if let Some(verdict) = after_short_form(before.0, word_after, cut_off) {
        return verdict;
    }
    if number.len() == 1
        && !first.is_lowercase()
        && !first.is_ascii_digit()
        && counts_in_line(text, start, stop, number)
    {
        return Verdict::Inside;
    }
    let ordinal = before.0.len() < 3 && after_article(&text[start..stop], before.0);
    match weigh(before.0, before.1, ordinal, first) {
        Weight::Inside => Verdict::Inside,
        Weight::End => Verdict::End { next },
        Weight::EndBefore(words) => listed(words, word_after, cut_off)
            .map_or(Verdict::Unknown, |found| if found { Verdict::End { next } } else { Verdict::Inside }),
        Weight::InsideBefore(words) => listed(words, word_after, cut_off)
            .map_or(Verdict::Unknown, |found| if found { Verdict::Inside } else { Verdict::End { next } }),
    }
}

/// Whether the word that `after` begins with is one of `words`; `None` where more of it may come.
fn listed(words: &[&str], after: &str, cut_off: bool) -> Option<bool> {
    let length = after.find(|c: char| !c.is_alphanumeric()).unwrap_or(after.len());
    (length < after.len() || !cut_off).then(|| words.contains(&&after[..length]))
}

/// Whether the sentence goes on with what none begins with: `5! = 120`, `temp. & vol.`, `Tél. : 01 23`.
fn goes_on(run: &str, before: &str, spaced: &str, cut_off: bool) -> Option<Verdict> {
    // `1 + 2 + ... + n`
    let left_out = run.len() > 1
        && run.chars().all(|c| matches!(c, '.' | '…'))
        && ["+ ", "= ", "× ", "· ", "− ", "< ", "≤ "].iter().any(|sign| spaced.starts_with(sign));
    let factorial = matches!(run, "!" | "!!")
        && number_or_letter(before)
        && spaced.starts_with(['=', '+', '*', '/', '×', '<', '>', '≤', '≥', '≈', '^']);
    match spaced {
        _ if factorial || left_out => Some(Verdict::Inside),
        "&" | ":" if run == "." && cut_off => Some(Verdict::Unknown),
        _ if run == "." && (spaced.starts_with("& ") || spaced.starts_with(": ")) => Some(Verdict::Inside),
        _ => None,
    }
}

/// Whether an article of German stands before the `number` that `text` ends with: `der 3.`
fn after_article(text: &str, number: &str) -> bool {
    let near = &text[text.ceil_char_boundary(text.len().saturating_sub(WINDOW))..];
    let article = near.strip_suffix(number).unwrap_or_default().trim_end();
    ARTICLES.contains(&article.rsplit(char::is_whitespace).next().unwrap_or_default())
}

/// What a stop without a space after it is: `That ends.Then it begins` lacks one, names with dots do not.
fn unspaced(text: &str, start: usize, stop: usize, run: &str, after: &str, next: usize) -> Verdict {
    let (word, _) = word_before(text, start, stop);
    let length = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
    let ends = run == "."
        && word.len() > 2
        && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        && (after[length..].starts_with(' ') || after[length..].starts_with(['\'', '’']))
        && STARTERS.contains(&&after[..length]);
    if ends { Verdict::End { next } } else { Verdict::Inside }
}

/// Whether the digit before `stop` counts items within a line: "Do this: 1. First 2. Second".
fn counts_in_line(text: &str, start: usize, stop: usize, digit: &str) -> bool {
    let from = text.ceil_char_boundary(stop.saturating_sub(2 * WINDOW).max(start));
    let before = &text[from..stop - digit.len()];
    match digit.as_bytes() {
        [b'1'] => before.ends_with(": ") || before.ends_with('：'),
        [digit @ b'2'..=b'9'] => {
            before.contains(&format!(" {}. ", char::from(digit - 1))) && before.ends_with(' ')
        }
        _ => false,
    }
}

/// What a full stop after `word` is, which may be a short form: that never ends a sentence before a small letter, a
/// digit or the name of a direction. `after` is what follows; when `cut_off`, more may come.
fn after_short_form(word: &str, after: &str, cut_off: bool) -> Option<Verdict> {
    let first = after.chars().next().filter(|_| may_be_short(word))?;
    let name = &after[..after.find(|c: char| !c.is_alphanumeric()).unwrap_or(after.len())];
    let short = is_short(word);
    let direction = short && DIRECTIONS.contains(&name);
    // `App. B`, `Fig. C.`: a capital alone, which is no speaker.
    let capital = name.len() == 1
        && first.is_ascii_uppercase()
        && BEFORE_NUMBER.iter().any(|entry| entry.eq_ignore_ascii_case(word));
    let lettered = || capital && after[1..].chars().next().is_none_or(|c| ",;:.)".contains(c));
    // `Art. III, § 2`
    let roman = short && (2..=5).contains(&name.len()) && name.bytes().all(|byte| b"IVXLC".contains(&byte));
    // `Serial no. SN-2024`
    let token = after.split(char::is_whitespace).next().unwrap_or_default();
    let numbered = word == "no" && first.is_ascii_uppercase();
    match () {
        () if numbered && token.len() == after.len() && cut_off => Some(Verdict::Unknown),
        () if numbered && token.bytes().any(|byte| byte.is_ascii_digit()) => Some(Verdict::Inside),
        () if (capital && after.len() == 1 || roman && after.len() == name.len()) && cut_off => {
            Some(Verdict::Unknown)
        }
        () if roman => Some(Verdict::Inside),
        () if direction && name.len() == after.len() && cut_off => Some(Verdict::Unknown),
        () if first.is_lowercase() || direction || lettered() => Some(Verdict::Inside),
        // `J. Biol. Chem. 2003`: several short forms make one name.
        () if short
            && name.len() > 1
            && after[name.len()..].starts_with('.')
            && is_short(&name.to_lowercase()) =>
        {
            Some(Verdict::Inside)
        }
        () if first.is_ascii_digit() && short && !is_word_too(word) => Some(Verdict::Inside),
        () => None,
    }
}

/// Whether a word is a number, a letter, or a bracket that ends a term.
fn number_or_letter(word: &str) -> bool {
    let word = word.rsplit(['/', '*', '+']).next().unwrap_or(word);
    word.ends_with(')')
        || word.chars().count() == 1
        || !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit())
}

/// Whether the stop at `stop` is in round brackets that were opened in its sentence after its first word and
/// are not closed in `after`, the marks up to the next word.
fn is_bracketed(text: &str, start: usize, stop: usize, after: &str) -> bool {
    let mut from = stop.saturating_sub(WINDOW).max(start);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let mut depth = 0_usize;
    let mut before = '\0';
    for c in text[from..stop].chars().chain(after.chars()) {
        match c {
            // No smileys, and no brackets around whole sentences.
            '(' if !matches!(before, ':' | ';' | '-' | '\0') => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = c;
    }
    depth > 0
}

/// Characters that a move has at most, with what it is worth: `exd8=Q+!?`.
const LONGEST_MOVE: usize = 10;

/// Whether `token` is a move in chess, whatever it is said to be worth: `e4`, `Nf3`, `Qxh2+??`, `O-O`.
fn is_move(token: &str) -> bool {
    crate::chess::is_move(token.trim_end_matches(|c: char| c.is_ascii_punctuation()))
}

/// Whether these are the words of a citation rather than of a link.
fn is_citation(inside: &str) -> bool {
    inside.ends_with(" needed")
        || inside.bytes().any(|b| b.is_ascii_digit()) && !inside.contains(' ')
        || inside.bytes().all(|b| b.is_ascii_digit() || matches!(b, b',' | b' ' | b'-')) && !inside.is_empty()
}

fn is_closer(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | '”' | '’' | '»' | '›' | ')' | ']' | '}' | '」' | '』' | '）' | '】' | '*' | '_' | '~'
    )
}

fn is_opener(c: char) -> bool {
    matches!(c, '"' | '\'' | '“' | '‘' | '„' | '«' | '‹' | '(' | '[' | '{' | '¿' | '¡' | '「' | '『' | '（')
        || matches!(c, '*' | '_' | '~' | '-' | '–' | '—')
}

/// The word that ends at `stop` without its marks, and whether it begins the sentence.
fn word_before(text: &str, start: usize, stop: usize) -> (&str, bool) {
    let mut from = stop.saturating_sub(WINDOW).max(start);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = &text[from..stop];
    let word_start = before.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    // White space may be wider than a byte.
    let word = before.get(word_start..).unwrap_or_else(|| before.trim_start());
    let word = word.rsplit(['(', '[', '—', '–', '"', '“']).next().unwrap_or(word);
    (
        word.trim_start_matches(is_opener),
        from == start && before[..before.len() - word.len()].trim().is_empty(),
    )
}

/// What a single full stop is worth, from the words at its sides.
enum Weight {
    Inside,
    End,
    /// An end only when one of these words follows.
    EndBefore(&'static [&'static str]),
    /// An end unless one of these words follows.
    InsideBefore(&'static [&'static str]),
}

/// Abbreviations that something always follows.
const NEVER_LAST: &[&str] = &[
    "dr", "mr", "mrs", "ms", "mx", "messrs", "prof", "st", "gen", "sen", "rep", "gov", "capt", "sgt", "col",
    "lt", "cmdr", "rev", "hon", "pres", "fig", "figs", "eq", "eqs", "sec", "ch", "vol", "vs", "cf", "e.g",
    "i.e", "eg", "ie", "viz", "ca", "approx", "resp", "incl", "excl", "esp", "mt", "ex", "a.k.a", "hrsg",
    "bzw", "u.s.c", "natl", "accts", "acct", "supt", "intl", "asst", "mgr", "attn", "amb", "adm", "cpl",
    "maj", "pvt", "insp", "msgr", "univ", "reg", "vgl", "ggf", "evtl", "inkl", "zzgl", "abb", "tab", "kap",
    "sog", "sra", "dra", "pág", "env", "wm", "chas", "geo", "jas", "robt", "edw", "drs", "mme", "mlle",
    "med", "dott", "avv", "ing", "arq", "profa", "prof.ª", "mevr", "dhr", "ir", "afb", "hfst", "blz", "godz",
    "tj", "rys", "rozdz", "zob", "inż", "św", "tzw", "tzn", "ul", "núm", "págs", "aprox", "ud", "uds", "ee",
    "exmo", "exma", "bijv", "pag", "pagg", "sig", "geom", "spett", "gent", "bl", "sogen", "st", "hl", "ggfs",
    "zus", "verh", "av", "fr", "insg", "sta", "sto", "ste", "eng", "ks", "ur", "encl", "сокр", "тов", "сб",
    "सं", "डा", "श्रीम", "ул", "проф", "акад", "им", "рис", "стр", "гл", "см", "ср", "обл", "пр", "просп",
    "пер", "тел", "напр", "т.е", "т.к", "डॉ", "श्री", "प्रो", "पृ", "पं", "स्व", "कि.मी", "रु",
];
/// Abbreviations before a number, words anywhere else.
const BEFORE_NUMBER: &[&str] = &[
    "no", "nos", "nr", "p", "pp", "art", "par", "min", "max", "v", "ver", "op", "ext", "ref", "tel", "div",
    "apt", "rte", "rs", "arts", "ll", "fol", "cir", "thm", "lem", "def", "prop", "cor", "bd", "ste", "bldg",
    "hwy", "col", "sect", "lib", "approx", "chap", "cap", "cl", "subs", "ann", "app", "exs", "para", "qty",
    "ok", "rm", "rms", "sett", "genn", "febb", "abs", "bl", "str", "kol", "il", "núm", "tél", "fl", "ref",
    "vols", "evid", "item", "ser", "exp", "deg", "pop", "hum", "sched", "dwg",
];
/// Abbreviations that may end a sentence too.
const MAYBE_LAST: &[&str] = &[
    "etc", "inc", "ltd", "co", "corp", "jr", "sr", "al", "dept", "est", "bros", "ave", "blvd", "rd", "ed",
    "eds", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "mon", "tue",
    "wed", "thu", "fri", "tbsp", "tsp", "oz", "lb", "lbs", "hr", "hrs", "mins", "ft", "yd", "qt", "gal",
    "pkg", "dep", "arr", "mob", "tues", "thur", "thurs", "weds", "govt", "depts", "ln", "pl", "ct", "hwy",
    "pkwy", "esq", "md", "dds", "assn", "assoc",
];
/// Short forms after which a capital begins another sentence.
const SHORT: &[&str] = &[
    "avg", "cm", "doz", "elev", "ht", "kg", "km", "mg", "mi", "misc", "ml", "mm", "mos", "pt", "secs", "sq",
    "temp", "temps", "wk", "wks", "wt", "yr", "yrs", "addl", "assoc", "calif", "cert", "chem", "cont",
    "equiv", "hosp", "mfg", "mtg", "orig", "pkg", "qty", "std", "abbr", "ariz", "colo", "conn", "fla",
    "pers", "inst", "mfr", "mfrs", "comm", "admin", "supp", "treas", "secy", "twp", "prod", "dist", "div",
    "est", "mass", "mich", "minn", "okla", "penn", "tenn", "tex", "wash", "phys", "biol", "econ", "engr",
    "hist",
];
/// Short forms of places that something may be named after.
const PLACES: &[&str] = &[
    "ariz", "calif", "colo", "conn", "fla", "mass", "mich", "minn", "okla", "penn", "tenn", "tex", "wash",
    "chi",
];
/// Names of directions, which a distance may be given in: "2 mi. N of town".
const DIRECTIONS: &[&str] =
    &["N", "S", "E", "W", "NE", "NW", "SE", "SW", "NNE", "NNW", "ENE", "ESE", "SSE", "SSW", "WNW", "WSW"];
/// What the number of a day stands before in German, where an ordinal is written with a full stop.
const MONTHS: &[&str] = &[
    "Januar", "Jänner", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
    "November", "Dezember", "Jan", "Feb", "Apr", "Jun", "Jul", "Aug", "Sep", "Sept", "Okt", "Nov", "Dez",
    "Jahrhundert", "Klasse", "Platz", "Stock", "Auflage", "Etage", "Geburtstag", "Jahrestag", "Kapitel",
    "Lebensjahr", "Liga", "Mal", "Quartal", "Rang", "Runde", "Semester", "Spieltag", "Staffel", "Tag",
    "Weltkrieg", "Woche",
];
/// Words of German that make a number with a full stop an ordinal, unless a word follows that begins a sentence.
const ARTICLES: &[&str] = &[
    "der", "die", "das", "dem", "den", "des", "im", "zum", "zur", "vom", "beim", "Der", "Die", "Das", "Im",
    "Zum", "Am", "ihren", "ihrem", "seinen", "seinem", "jeden", "jedem",
];
const STARTERS_OF_GERMAN: &[&str] = &[
    "Dann", "Es", "Er", "Sie", "Wir", "Ich", "Das", "Die", "Der", "Ein", "Eine", "In", "Im", "Am", "Und",
    "Aber", "Wenn", "Danach", "Dort", "Bitte", "Ja", "Nein", "Wo", "Was", "Wie", "Wer", "Warum", "Hier",
    "So", "Nun", "Auch", "Doch", "Damals", "Seit", "Mit", "Nach", "Vor", "Zu", "Von", "Für", "Bei", "Auf",
    "Als", "Da", "Dies", "Diese", "The", "You", "He", "She", "It", "They", "We", "I", "This", "That",
];
/// Short names of days as they are written, unlike words: `Sat`, "sat".
const DAYS: [&str; 10] = ["Mon", "Tue", "Tues", "Wed", "Thu", "Thur", "Thurs", "Fri", "Sat", "Sun"];
/// Words that begin sentences more often than names.
const STARTERS: &[&str] = &[
    "The", "A", "An", "It", "Its", "He", "She", "They", "We", "You", "I", "This", "That", "These", "Those",
    "There", "Here", "In", "On", "At", "As", "For", "From", "To", "By", "With", "If", "When", "While",
    "Once", "After", "Before", "However", "But", "And", "So", "Or", "Then", "Now", "Also", "Because",
    "Since", "Although", "What", "Why", "How", "Who", "Where", "Which", "My", "Your", "Our", "His", "Her",
    "Es", "Er", "Sie", "Wir", "Danach", "Dort", "Dann", "Deshalb", "Il", "Elle", "Ils", "Elles", "Nous",
    "Puis", "Ensuite", "Cela", "Luego", "Después", "También", "Entonces", "Nadie", "Poi", "Dopo", "Questo",
    "Questa", "Quindi", "Depois", "Então", "Também", "Daarna", "Daarom", "Het", "Dit", "Wij", "Zij", "Potem",
    "Następnie", "Dlatego", "Он", "Она", "Оно", "Они", "Это", "Затем", "Потом", "Мы", "Вы", "Но", "Если",
    "Когда", "После", "Также", "Поэтому", "Однако", "Там", "Здесь", "Сейчас", "Their", "Let", "Use", "Not",
    "No", "Yes", "Each", "Both", "All", "Some", "Many", "Most", "Please", "Note", "Next", "Finally", "Try",
];

/// Whether a word before a full stop could be a short form: a few letters, or letters with dots between.
fn may_be_short(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    letters > 0
        && word.chars().all(|c| c.is_alphabetic() || c == '.' || c == '\'')
        && (letters <= 3 || word.contains('.') || is_short(word))
}

/// Whether this is a short form that is known, or has no vowel.
fn is_short(word: &str) -> bool {
    let is = |list: &[&str]| list.iter().any(|entry| entry.eq_ignore_ascii_case(word));
    is(NEVER_LAST)
        || is(BEFORE_NUMBER)
        || is(MAYBE_LAST)
        || is(SHORT)
        || word.chars().any(char::is_alphabetic)
            && word.len() > 1
            && !word.to_lowercase().contains(['a', 'e', 'i', 'o', 'u', 'y'])
            && word.chars().any(char::is_lowercase)
}

/// Short forms that are words as well, or stand at the end as readily: before a digit they may end a sentence.
fn is_word_too(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "etc", "inc", "ltd", "co", "corp", "am", "pm", "in", "mo", "min", "max", "dr", "st", "ave", "blvd",
        "rd", "ln", "jr", "sr", "al", "md", "esq", "sun", "sat", "pop", "no", "mi", "ft", "yd", "km", "cm",
        "mm", "kg", "mg", "ml", "oz", "lb", "lbs", "hr", "hrs", "mins", "secs", "yr", "yrs", "u.s", "u.k",
        "bros", "wed", "mar", "pl", "ct", "sq",
    ];
    WORDS.iter().any(|entry| entry.eq_ignore_ascii_case(word))
}

/// `ordinal` says that a word of German before a number makes it one: `der 3. Sieg`.
fn weigh(word: &str, begins: bool, ordinal: bool, next: char) -> Weight {
    let small = (!word.is_ascii()).then(|| word.to_lowercase());
    let is = |list: &[&str]| {
        list.iter().any(|entry| entry.eq_ignore_ascii_case(word) || small.as_deref() == Some(*entry))
    };
    // `Sat. 10–2`; "He sat. 10 people stood."
    if next.is_ascii_digit() && (DAYS.contains(&word) || word == "Lat") {
        return Weight::Inside;
    }
    // `Goethestr. 12`
    let street = word.len() > 5 && word.ends_with("str") && next.is_ascii_digit();
    // `L'avv. Neri`
    let elided = word.rsplit(['\'', '’']).next().unwrap_or(word);
    let is_never = is(NEVER_LAST) || elided.len() < word.len() && NEVER_LAST.contains(&elided);
    if street || is_never || ((next.is_numeric() || matches!(next, '#' | '§')) && is(BEFORE_NUMBER)) {
        return Weight::Inside;
    }
    // "1. First", "a. Yes", "Q2. Why?" count; they do not end.
    let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let counts = letters.is_empty()
        || word.len() == 1 && word != "I" && letters.bytes().all(|b| b.is_ascii_alphabetic())
        || letters.len() == 1 && word.len() < 4 && letters.bytes().all(|b| b.is_ascii_uppercase());
    if begins && !word.is_empty() && counts {
        return Weight::Inside;
    }
    if (1..=2).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit()) && next.is_uppercase() {
        return if ordinal { Weight::EndBefore(STARTERS_OF_GERMAN) } else { Weight::InsideBefore(MONTHS) };
    }
    // Initials and dotted abbreviations: "J. Smith", "the U.S. Army", "9 a.m. on Monday".
    let mut letters = word.split('.');
    if !word.is_empty()
        && letters.all(|part| part.chars().count() == 1 && part.chars().all(char::is_alphabetic))
    {
        return Weight::EndBefore(STARTERS);
    }
    // The bank ends sentences, the rules of federal courts do not: `Fed. R. Civ. P.`
    if matches!(word, "Fed" | "Civ" | "Crim" | "Pub" | "App") {
        return Weight::InsideBefore(&["R", "P", "Reg", "Cir", "Code", "Proc", "L"]);
    }
    // What is named after a place: `Wash. Post`, `Mass. Ave`
    if is(PLACES) {
        return Weight::InsideBefore(&[
            "Post", "Times", "Globe", "Tribune", "Trib", "State", "Ave", "Inst", "Univ", "Gen",
        ]);
    }
    if is(MAYBE_LAST) || word.eq_ignore_ascii_case("ph.d") {
        return Weight::EndBefore(STARTERS);
    }
    if next.is_lowercase() {
        // Names of tools begin sentences too ("npm installs it"), after a word that is no abbreviation.
        let plain = word.chars().all(char::is_alphabetic) && word.chars().count() >= 4;
        return if plain { Weight::End } else { Weight::Inside };
    }
    Weight::End
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = sentences(text, &[]).into_iter().map(|range| text[range].trim_end()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn ends_of_sentences() {
        check("It works. Try it! Really? Yes.", &["It works.", "Try it!", "Really?", "Yes."]);
        check(
            "Dr. Smith met Mr. J. R. Jones, e.g. at noon.",
            &["Dr. Smith met Mr. J. R. Jones, e.g. at noon."],
        );
        check("Made in the U.S. The rest is not.", &["Made in the U.S.", "The rest is not."]);
        check("The U.S. Army has it.", &["The U.S. Army has it."]);
        check("See No. 5 and Fig. 3. No. That is it.", &["See No. 5 and Fig. 3.", "No.", "That is it."]);
        check("Pi is 3.14. Version 1.2.3 is out.", &["Pi is 3.14.", "Version 1.2.3 is out."]);
        check("Am 3. Oktober war es 3. Dann nicht.", &["Am 3. Oktober war es 3.", "Dann nicht."]);
        check("Done! 🎉 Next one. 🚀🚀 Go.", &["Done! 🎉", "Next one. 🚀🚀", "Go."]);
        check(
            "So. \u{e200}cite\u{e202}turn0search1\u{e201} Next. [1] Last.",
            &["So. \u{e200}cite\u{e202}turn0search1\u{e201}", "Next. [1]", "Last."],
        );
        check("यह है। वह नहीं। ماذا؟ نعم. ", &["यह है।", "वह नहीं।", "ماذا؟", "نعم."]);
        check("Edit main.rs and go. See docs.rs/x.", &["Edit main.rs and go.", "See docs.rs/x."]);
        check("Wait... what? Well... Fine.", &["Wait... what?", "Well...", "Fine."]);
        check(
            "\"Stop!\" he said. (It was late.) Then he left.",
            &["\"Stop!\" he said.", "(It was late.)", "Then he left."],
        );
        check("Run it. `npm` starts. npm stops.", &["Run it.", "`npm` starts.", "npm stops."]);
        check("See it (Ref. #5, Op. 67, ext. 12). Go.", &["See it (Ref. #5, Op. 67, ext. 12).", "Go."]);
        check("Oh :( It broke. (One. Two.) End.", &["Oh :( It broke.", "(One.", "Two.)", "End."]);
        check("It is due (Cal. Civ. Code 5). Then.", &["It is due (Cal. Civ. Code 5).", "Then."]);
        check(
            "After 1. e4 e5 2. Nf3 5... Nxe4 6. O-O it ends.",
            &["After 1. e4 e5 2. Nf3 5... Nxe4 6. O-O it ends."],
        );
        check(
            "That was 15. Kxh2 lost. It was 15. Next.",
            &["That was 15. Kxh2 lost.", "It was 15.", "Next."],
        );
        check("1. First of all. 2. Second.", &["1. First of all.", "2. Second."]);
        check("It ended in 1999. Then came 2000.", &["It ended in 1999.", "Then came 2000."]);
        check(
            "At 9 a.m. on Monday. At 9 p.m. It closed.",
            &["At 9 a.m. on Monday.", "At 9 p.m.", "It closed."],
        );
        check("你好。今天天气很好！是吗？", &["你好。", "今天天气很好！", "是吗？"]);
        check("「そうです。」と言った。次。", &["「そうです。」", "と言った。", "次。"]);
        check(
            "As shown.[1][2] Next one.【3†source】 Last.",
            &["As shown.[1][2]", "Next one.【3†source】", "Last."],
        );
    }
}
