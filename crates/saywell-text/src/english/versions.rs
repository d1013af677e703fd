//! Versions and releases: `1.2.3-beta.1`, `v2`, `Python 3.12`.

use super::cursor::{Cursor, is_word};
use super::kinds::Reader;
use super::number_words;
use super::spelled::Edit;

/// Words after which a number with one dot is a version, in small letters and in order.
const VERSIONED: &[&str] = &[
    "android", "angular", "c++", "cuda", "debian", "django", "edition", "fedora", "firefox", "go", "http",
    "ios", "java", "kernel", "kubernetes", "linux", "macos", "mongodb", "mysql", "node", "node.js", "npm",
    "openssl", "php", "postgres", "postgresql", "python", "pytorch", "rails", "react", "redis", "release",
    "ruby", "rust", "scala", "spring", "swift", "tensorflow", "tls", "typescript", "ubuntu", "v", "version",
    "versions", "vue", "windows",
];

/// `1.2.3-beta.1`, `3.12` after `Python` → `one point two point three beta one`, `three point twelve`.
pub fn version(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if super::counts::grouping(start).is_some()
        || super::counts::grouping_before_decimals(start).is_some()
        || !start.starts_number()
        || (start.before_second() == Some('.') && start.before() != Some(' '))
    {
        return None;
    }
    let (words, dots, end) = dotted(start, reader)?;
    let asked = || {
        let before = start.previous_word().trim_start_matches(|found: char| !is_word(found)).to_lowercase();
        start.before().is_some_and(|before| "^=@".contains(before)) && start.peek() != Some('0')
            || VERSIONED.binary_search(&before.as_str()).is_ok()
    };
    // `20.10+`: no decimals end in a zero.
    let or_later = dots == 1
        && end.before() == Some('0')
        && end.peek() == Some('+')
        && !end.peek_second().is_some_and(is_word);
    let any = or_later || end.before() == Some('x') && dots > 0;
    (dots > 1
        || any
        || (dots == 1 && asked() && !end.rest().starts_with(" times") && end.peek() != Some('x')))
    .then(|| Edit::new(start, end, words))
}

/// `v1.2.3`, `v2` → `version one point two point three`, `version two`.
pub fn release(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    (start.starts_word() && !start.before().is_some_and(|before| "./-".contains(before))).then_some(())?;
    at.eat_one_of(["v", "V"])?;
    let (words, dots, end) = dotted(at, reader)?;
    // `Version v2.0`: said once.
    let named = matches!(start.previous_word(), "version" | "Version" | "versions" | "release" | "Release");
    let words = if named { words } else { format!("version {words}") };
    (dots > 0 || start.peek() == Some('v')).then(|| Edit::new(start, end, words))
}

/// Numbers with dots between, and what tells an early version: its words, its dots, and its end.
fn dotted(start: Cursor<'_>, reader: Reader) -> Option<(String, usize, Cursor<'_>)> {
    let mut at = start;
    let mut words = part(at.digits(1..=8)?, reader);
    let mut dots = 0;
    while dots < 6
        && let Some(end) = at.past(|at| at.eat('.') && (at.digits(1..=8).is_some() || at.eat('x')))
    {
        let written = &at.until(end)[1..];
        words += " point ";
        words += &if written == "x" { "x".to_owned() } else { part(written, reader) };
        (at, dots) = (end, dots + 1);
    }
    if reader == Reader::Natural {
        words = words.replace(" point ", ".");
        words = if dots > 1 { words.replace('.', " point ") } else { words };
    }
    // `3.13rc2`: what tells an early version needs no hyphen.
    if dots > 0
        && let Some(end) = at.past(|at| {
            at.eat_one_of(["-", "+"]);
            at.eat_one_of([
                "alpha", "beta", "rc", "dev", "pre", "preview", "canary", "nightly", "build", "post",
                "snapshot",
            ])
            .is_some()
        })
    {
        words += &qualifier(at.until(end).trim_start_matches(['-', '+']), reader);
        at = end;
        if let Some(end) = at.past(|at| {
            at.eat_one_of([".", "-"]);
            at.digits(1..=8).is_some()
        }) {
            words += " ";
            words += &part(at.until(end).trim_start_matches(['.', '-']), reader);
            at = end;
        }
    }
    // `-b+build.45`, `-91-generic`, `+sha.5114f85`: of three parts and more.
    let mut qualifiers = 0;
    while dots > 1
        && qualifiers < 6
        && let Some(end) = at.past(|at| {
            (at.eat_one_of(["-", "+", "~"]).is_some() || qualifiers > 0 && at.eat('.'))
                && (1..=16).contains(&at.eat_while(|found| found.is_ascii_alphanumeric()).len())
        })
    {
        // `1.2.3-1.2.4` goes from the one to the other.
        if qualifiers == 0
            && end.peek() == Some('.')
            && at.peek_second().is_some_and(|next| next.is_ascii_digit())
        {
            break;
        }
        let written = at.until(end);
        words += match (written.as_bytes(), at.before()) {
            ([b'+', ..], _) => " plus",
            ([b'-', b'0'..=b'9', ..], _) => " dash",
            ([b'.', b'0'..=b'9', ..], Some('0'..='9')) => " point",
            _ => "",
        };
        words += &qualifier(&written[1..], reader);
        (at, qualifiers) = (end, qualifiers + 1);
    }
    at.ends_word().then_some((words, dots, at))
}

/// A word behind a version: `rc1` → ` RC one`, `b` → ` B`, `5114f85` → ` five one one four F eight five`.
fn qualifier(written: &str, reader: Reader) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut rest = written;
    while let Some(first) = rest.chars().next() {
        let digit = first.is_ascii_digit();
        let length = rest.find(|found: char| found.is_ascii_digit() != digit).unwrap_or(rest.len());
        parts.push(&rest[..length]);
        rest = &rest[length..];
    }
    let hash = parts.len() > 3 || parts.len() > 2 && written.len() > 6;
    if hash && !written.contains("ubuntu") {
        return format!(" {}", reader.characters(written));
    }
    let words = parts.iter().map(|written| match written.as_bytes() {
        [b'0'..=b'9', ..] => format!(" {}", part(written, reader)),
        [_] | [_, _] => format!(" {}", written.to_ascii_uppercase()),
        _ => format!(" {written}"),
    });
    words.collect()
}

/// A part of a version: `04` → `oh four`, `12` → `twelve`.
pub fn part(digits: &str, reader: Reader) -> String {
    match digits.strip_prefix('0').filter(|rest| !rest.is_empty()) {
        Some(rest) if reader == Reader::Words => format!("oh {}", number_words::label(rest)),
        _ if digits.len() > 4 => reader.characters(digits),
        _ => reader.count(digits),
    }
}
