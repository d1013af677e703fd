//! Names and expressions of code: `serde_json::from_str`, `getUserById(42)`, `Vec<String>`, `arr[0]`.

use super::cursor::{Cursor, is_word};
use super::identifier::{extension, name, path, spoken, trimmed};
use super::kinds::Reader;
use super::spelled::Edit;

/// A name with its path of modules, fields, arguments and parts: `obj.method(x)` → `obj dot method of x`.
pub fn expression(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    /// What is made of other types, and `E`.
    const GENERICS: [&str; 12] = [
        "Callable", "Dict", "Iterable", "List", "Optional", "Sequence", "Set", "Tuple", "Union", "dict",
        "list", "tuple",
    ];
    /// Whose argument may be called `s` or `d`; `file(s)` is one or more.
    const FUNCTIONS: [&str; 12] =
        ["f", "g", "int", "len", "list", "max", "min", "ord", "print", "reversed", "sorted", "str"];
    // `2T(n/2)`
    let factor =
        start.before().is_some_and(|before| before.is_ascii_digit()) && start.peek_second() == Some('(');
    if !(start.starts_word() || factor) || start.before().is_some_and(|before| "@#$/\\.-".contains(before)) {
        return None;
    }
    let mut at = start;
    let name = name(&mut at)?;
    let mut words = spoken(name, reader);
    let mut is_code = false;
    loop {
        let place = at;
        if at.eat_text("::") || at.eat_text("?.") {
            if let Some(next) = self::name(&mut at) {
                words += if place.peek() == Some('?') { " dot " } else { " " };
                words += &spoken(next, reader);
            } else if at.eat('*') {
                words += " star";
            } else if at.peek() != Some('<') {
                at = place;
                break;
            }
        } else if at.peek() == Some('.') && (is_code || name.len() > 1) {
            at.eat('.');
            let small = at.peek().is_some_and(|next| next.is_ascii_lowercase() || next == '_');
            let called = || at.past(|at| self::name(at).is_some() && at.peek() == Some('(')).is_some();
            let starts = small || called();
            let Some(next) = self::name(&mut at).filter(|next| starts && !is_initial(next, at)) else {
                at = place;
                break;
            };
            words += " dot ";
            words += &extension(next).map_or_else(|| spoken(next, reader), str::to_owned);
        } else if let Some((inner, end)) = bracketed(at, '(', ')') {
            if matches!(inner, "s" | "es" | "ed" | "d" | "n't" | "r") && !FUNCTIONS.contains(&name) {
                break;
            }
            words += &arguments(inner, reader)?;
            at = end;
        } else if let Some((inner, end)) = bracketed(at, '[', ']') {
            if inner.is_empty() {
                words += " array";
            } else if let Some(slice) = slice(inner, reader) {
                words += &slice;
            } else if inner.chars().all(|found| is_word(found) || found == '-') {
                // `E[X]` is expected, `list[int]` is a type.
                let of = if words == "E" || GENERICS.contains(&name) { "of" } else { "at" };
                words += &format!(" {of} {}", super::spell_out(inner, reader).text());
            } else {
                break;
            }
            at = end;
        } else if let Some((inner, end)) = bracketed(at, '<', '>').filter(|(inner, _)| is_type(inner)) {
            words += &arguments(inner, reader)?;
            at = end;
        } else if name.len() > 1
            && at.peek() == Some('!')
            && at.peek_second().is_some_and(|next| "([".contains(next))
        {
            at.eat('!');
        } else {
            break;
        }
        is_code = true;
    }
    (is_code && at.ends_word()).then(|| Edit::new(start, at, words))
}

/// `1:3`, `:5`, `2:`, `::-1` → ` from one to three`, ` up to five`, ` from two`, ` in steps of minus one`: a part of a list.
fn slice(inner: &str, reader: Reader) -> Option<String> {
    let bound = |written: &str| {
        let ends = written.chars().all(|found| is_word(found) || "+-".contains(found)) && written.len() < 16;
        ends.then(|| super::spell_out(written.trim(), reader).text().to_owned())
    };
    let (range, step) = match inner.match_indices(':').nth(1) {
        Some((at, _)) => (&inner[..at], Some(&inner[at + 1..])),
        None => (inner, None),
    };
    let (from, to) = range.split_once(':')?;
    let (from, to) = (bound(from)?, bound(to)?);
    let mut words = match (from.as_str(), to.as_str()) {
        ("", "") => String::new(),
        ("", to) => format!(" up to {to}"),
        (from, "") => format!(" from {from}"),
        (from, to) => format!(" from {from} to {to}"),
    };
    if let Some(step) = step.filter(|step| !step.is_empty()) {
        words += &format!(" in steps of {}", bound(step)?);
    }
    (!words.is_empty()).then_some(words)
}

/// One letter and a dot is an abbreviation: `Ph.d.`
fn is_initial(name: &str, end: Cursor<'_>) -> bool {
    name.len() == 1 && end.peek() == Some('.')
}

/// What is between these brackets, at most 80 bytes, and the place after them.
fn bracketed(mut at: Cursor<'_>, open: char, close: char) -> Option<(&str, Cursor<'_>)> {
    at.eat(open).then_some(())?;
    let inner = at;
    let mut depth = 1;
    while at.offset() < inner.offset() + 80 {
        let found = at.eat_if(|_| true)?;
        if found == open {
            depth += 1;
        } else if found == close {
            depth -= 1;
            if depth == 0 {
                let text = inner.until(at);
                return Some((&text[..text.len() - close.len_utf8()], at));
            }
        }
    }
    None
}

/// ` of ` what is in brackets, in words; nothing for empty ones.
fn arguments(inner: &str, reader: Reader) -> Option<String> {
    let inner = inner.trim();
    if inner.is_empty() {
        return Some(String::new());
    }
    if inner == "*" {
        return Some(" star".to_owned());
    }
    // Brackets within brackets are written out in turn, so their depth is bounded.
    if inner.starts_with(['"', '\'']) {
        return Some(format!(" {inner}"));
    }
    (inner.matches(['(', '<', '[']).count() <= 3).then_some(())?;
    // `Result<()>`, `Result<(), Error>`
    if let Some(more) = inner.strip_prefix("()").filter(|more| more.is_empty() || more.starts_with(',')) {
        return Some(format!(" of unit{}", super::spell_out(more, reader).text()));
    }
    let inner = inner.strip_prefix('&').map_or(inner, |inner| inner.trim_start_matches("mut "));
    Some(format!(" of {}", super::spell_out(inner, reader).text()))
}

fn is_type(inner: &str) -> bool {
    const PRIMITIVES: [&str; 22] = [
        "str", "string", "int", "number", "any", "void", "bool", "boolean", "float", "double", "char", "i32",
        "i64", "u8", "u16", "u32", "u64", "f32", "f64", "usize", "dyn", "unknown",
    ];
    let first = inner.trim_start_matches(['&', '\'', '(', '[']);
    let word = &first[..first.find(|found: char| !is_word(found)).unwrap_or(first.len())];
    inner.chars().all(|found| is_word(found) || " ,&:<>'[]()?.|+".contains(found))
        && (inner.starts_with("()")
            || first.starts_with(|first: char| first.is_ascii_uppercase())
            || PRIMITIVES.contains(&word))
}

/// `--j`, `++i`, `i--` → `minus minus j`, `plus plus i`, `i minus minus`: with a name of one letter, which no flag has.
pub fn decrement(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    let words = match at.eat_one_of(["--", "++"])? {
        "--" => "minus minus",
        _ => "plus plus",
    };
    let letter = |found: char| found.is_ascii_alphabetic();
    let named = || {
        at.past(|at| at.eat_if(letter).is_some() && at.ends_word() && !at.rest().starts_with(['-', '=']))
            .is_some()
    };
    let before = start.before().is_none_or(|before| " (;,".contains(before)) && named();
    let after = start.before().is_some_and(letter)
        && !start.before_second().is_some_and(is_word)
        && at.peek().is_none_or(|next| ";),].".contains(next));
    (before || after).then(|| Edit::new(start, at, words))
}

/// `n > 0 ? "yes" : "no"` → `question mark`, `colon`: one of two by a condition.
pub fn choice(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    const NEAR: usize = 64;
    /// Whether what is chosen follows, rather than a sentence.
    fn is_value(after: &str) -> bool {
        let word = after.split(|found: char| !is_word(found)).next().unwrap_or_default();
        !after.starts_with(char::is_uppercase)
            || word.len() < 2
            || word.contains('_')
            || matches!(word, "True" | "False" | "None" | "Some")
    }
    let mut at = start;
    let spaced = at.eat(' ') || start.before() == Some(' ');
    let sign = at.eat_if(|found| matches!(found, '?' | ':'))?;
    let spaced = spaced && at.peek() == Some(' ');
    let chooses = match sign {
        '?' => at
            .window_after(NEAR)
            .split_once(" : ")
            .is_some_and(|(yes, no)| !yes.contains(['.', '!']) && is_value(yes.trim_start()) && is_value(no)),
        _ => start.window_before(NEAR).contains(" ? ") && is_value(at.rest().trim_start()),
    };
    let words = if sign == '?' { "question mark" } else { "colon" };
    (spaced && chooses).then(|| Edit::new(start, at, words))
}

/// `snake_case`, `camelCase`, `MAX_RETRIES`, `utf8mb4` → their words.
pub fn identifier(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_word() {
        return None;
    }
    let mut at = start;
    let name = name(&mut at).filter(|_| at.ends_word())?;
    let words = spoken(name, reader);
    let assigned = at.peek() == Some('=')
        && at.peek_second().is_some_and(|next| is_word(next) || "\"'/-$".contains(next));
    if words == name && !(assigned && name.contains('_')) {
        return None;
    }
    let edit = Edit::new(start, at, words);
    Some(if assigned && at.eat('=') { edit.say(at, "equals") } else { edit })
}

/// `@decorator`, `@scope/pkg`, `@user` → `at decorator` and so on.
pub fn decorator(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    (!start.before().is_some_and(is_word) && at.eat('@')).then_some(())?;
    at.peek().filter(|next| next.is_ascii_alphabetic() || *next == '_')?;
    let chunk = trimmed(at.chunk());
    let end = chunk.find(|found: char| !is_word(found) && !"/-.@".contains(found)).unwrap_or(chunk.len());
    let end = start.moved_to(at.offset() + chunk[..end].trim_end_matches(['.', '/', '-']).len());
    Some(Edit::new(start, end, format!("at {}", path(at.until(end), reader))))
}

/// `/^[a-z]+$/` → `a regular expression`.
pub fn regex(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    (start.starts_chunk() && at.eat('/')).then_some(())?;
    let chunk = at.chunk();
    let length = chunk.rfind('/')?;
    let special =
        chunk[..length].matches(['^', '$', '*', '+', '?', '(', ')', '[', ']', '{', '}', '|', '\\']).count();
    let end = start.moved_to(at.offset() + length + 1);
    let end = end.past(|at| !at.eat_while(|flag| "gimsuy".contains(flag)).is_empty()).unwrap_or(end);
    (special >= 2 && !chunk[..length].contains('/') && end.ends_word())
        .then(|| Edit::new(start, end, "a regular expression"))
}
