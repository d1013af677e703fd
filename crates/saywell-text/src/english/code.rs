//! Names and expressions of code: `serde_json::from_str`, `getUserById(42)`, `Vec<String>`, `arr[0]`.

use super::cursor::{Cursor, is_word};
use super::identifier::{extension, name, path, spoken, trimmed};
use super::kinds::Reader;
use super::spelled::Edit;

/// A name with its path of modules, fields, arguments and parts: `obj.method(x)` → `obj dot method of x`.
pub fn expression(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_word() || start.before().is_some_and(|before| "@#$/\\.-".contains(before)) {
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
            if matches!(inner, "s" | "es" | "ed" | "d" | "n't" | "r") {
                break;
            }
            words += &arguments(inner, reader)?;
            at = end;
        } else if let Some((inner, end)) = bracketed(at, '[', ']') {
            if inner.is_empty() {
                words += " array";
            } else if inner.chars().all(|found| is_word(found) || found == '-') {
                // `E[X]` is expected.
                let of = if words == "E" { "of" } else { "at" };
                words += &format!(" {of} {}", super::spell_out(inner, reader).text());
            } else {
                break;
            }
            at = end;
        } else if let Some((inner, end)) = bracketed(at, '<', '>').filter(|(inner, _)| is_type(inner)) {
            words += &arguments(inner, reader)?;
            at = end;
        } else if at.peek() == Some('!') && at.peek_second().is_some_and(|next| "([".contains(next)) {
            at.eat('!');
        } else {
            break;
        }
        is_code = true;
    }
    (is_code && at.ends_word()).then(|| Edit::new(start, at, words))
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
    while at.at() < inner.at() + 80 {
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
        && (first.starts_with(|first: char| first.is_ascii_uppercase()) || PRIMITIVES.contains(&word))
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
    let end = start.moved_to(at.at() + chunk[..end].trim_end_matches(['.', '/', '-']).len());
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
    let end = start.moved_to(at.at() + length + 1);
    let end = end.past(|at| !at.eat_while(|flag| "gimsuy".contains(flag)).is_empty()).unwrap_or(end);
    (special >= 2 && !chunk[..length].contains('/') && end.ends_word())
        .then(|| Edit::new(start, end, "a regular expression"))
}
