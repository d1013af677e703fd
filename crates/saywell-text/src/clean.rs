//! What prose needs before it is spoken: no invisible characters, no emoji, no citation marks, no
//! addresses spelt out, single spaces. Code and maths keep their words.

use crate::spoken::{Relation, Spoken};
use std::ops::Range;

/// `spoken` without what is not said, without white space at its ends.
pub(crate) fn clean(spoken: Spoken) -> Spoken {
    let spoken = if is_clean(&spoken.text) { spoken } else { rewrite(&spoken) };
    trim(spoken)
}

/// `spoken` without the white space at its ends.
pub(crate) fn trim(spoken: Spoken) -> Spoken {
    let start = spoken.text.len() - spoken.text.trim_start().len();
    let end = spoken.text.trim_end().len();
    if start >= end {
        Spoken::default()
    } else if (start, end) == (0, spoken.text.len()) {
        spoken
    } else {
        spoken.slice(start..end)
    }
}

/// Most text needs nothing: plain characters, single spaces, no mark and no address.
fn is_clean(text: &str) -> bool {
    let bytes = text.as_bytes();
    let plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'[' | b'*' | b'`');
    bytes.iter().all(plain)
        && !bytes.windows(2).any(|pair| pair == b"  " || pair == b"//")
        && !text.contains("www.")
}

/// What stands in for a piece of prose.
enum Edit {
    Drop,
    Say(String),
}

fn rewrite(spoken: &Spoken) -> Spoken {
    let mut result = Spoken::default();
    for (run, prose) in prose_runs(spoken) {
        let part = spoken.slice(run);
        let mut at = 0;
        if prose {
            for (range, edit) in edits(&part.text) {
                copy(&part.slice(at..range.start), &mut result);
                match edit {
                    Edit::Drop => {}
                    Edit::Say(words) => result.replace(&words, part.slice(range.clone()).source()),
                }
                at = range.end;
            }
        }
        copy(&part.slice(at..part.text.len()), &mut result);
    }
    result
}

/// Runs of the text that may be edited and runs that may not, as (bytes, may be edited).
fn prose_runs(spoken: &Spoken) -> Vec<(Range<usize>, bool)> {
    let mut runs: Vec<(Range<usize>, bool)> = Vec::new();
    let mut at = 0;
    for (text, _, relation) in spoken.pieces() {
        // Entities and line breaks are replaced text too, and part of the prose around them.
        let prose = match relation {
            Relation::Prose => true,
            Relation::Literal => false,
            Relation::Replaced => text.chars().nth(1).is_none(),
        };
        match runs.last_mut() {
            Some(last) if last.1 == prose => last.0.end += text.len(),
            _ => runs.push((at..at + text.len(), prose)),
        }
        at += text.len();
    }
    runs
}

/// Appends `part` without silent characters and with single spaces.
fn copy(part: &Spoken, result: &mut Spoken) {
    for (text, source, relation) in part.pieces() {
        if relation == Relation::Replaced {
            let mut words = String::new();
            let mut blank = ends_blank(result);
            for c in text.chars().filter(|c| !is_silent(*c)) {
                if !c.is_whitespace() {
                    words.push(c);
                } else if !blank {
                    words.push(' ');
                }
                blank = c.is_whitespace();
            }
            result.replace(&words, source);
            continue;
        }
        let mut kept = 0; // start of the run that is copied as it stands
        let flush = |from: usize, to: usize, result: &mut Spoken| {
            result.push(&text[from..to], source.start + from, relation);
        };
        let mut blank = ends_blank(result);
        for (at, c) in text.char_indices() {
            let next = at + c.len_utf8();
            if c.is_whitespace() {
                if blank || c != ' ' {
                    flush(kept, at, result);
                    kept = next;
                    if !blank {
                        result.replace(" ", source.start + at..source.start + next);
                    }
                }
                blank = true;
            } else if is_silent(c) {
                flush(kept, at, result);
                kept = next;
            } else {
                blank = false;
            }
        }
        flush(kept, text.len(), result);
    }
}

fn ends_blank(spoken: &Spoken) -> bool {
    spoken.text.chars().next_back().is_none_or(char::is_whitespace)
}

/// Characters that are not said: controls, zero-width and direction marks, and pictures.
fn is_silent(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(u32::from(c),
            0xAD                          // soft hyphen
            | 0x061C | 0x180E             // Arabic letter mark, Mongolian vowel separator
            | 0x200B..=0x200F             // zero width, joiners, direction marks
            | 0x202A..=0x202E             // direction embedding and override
            | 0x2060..=0x206F             // word joiner, invisible operators, direction isolates
            | 0xFEFF | 0xFFF9..=0xFFFD    // byte order mark, annotations, replacement character
            | 0xFE00..=0xFE0F | 0xE0000..=0xE0FFF // variation selectors, tags
            | 0x20E3                      // keycap
            | 0x231A | 0x231B | 0x23E9..=0x23FA
            | 0x2600..=0x27BF             // symbols and dingbats
            | 0x2B05..=0x2B07 | 0x2B1B | 0x2B1C | 0x2B50 | 0x2B55
            | 0x1F000..=0x1FAFF           // emoji, flags, playing cards
            | 0xE000..=0xF8FF | 0xF0000..=0x10_FFFF // private use: icons and citation marks
        )
}

/// Citation marks and addresses in prose, in order.
fn edits(text: &str) -> Vec<(Range<usize>, Edit)> {
    let mut found: Vec<(Range<usize>, Edit)> = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find(['[', '【', ':', 'w', '*', '`', ']']) {
        let here = at + offset;
        let rest = &text[here..];
        let edit = match rest.as_bytes()[0] {
            b':' => address_around(text, at, here),
            b'w' => bare_host(text, here),
            b'*' | b'`' => {
                let (run, edit) = left_over(text, here);
                at = run.end;
                found.extend(edit.map(|edit| (run, edit)));
                continue;
            }
            // A link that the reply broke off in: "[the guide](https://exam".
            b']' => rest.strip_prefix("](").map(|address| {
                let length = address.find(|c: char| c.is_whitespace() || c == ')').unwrap_or(address.len());
                (here..here + "](".len() + length, Edit::Drop)
            }),
            _ => citation(rest).map(|length| {
                // The space before goes with it: "true [1]." becomes "true."
                let spaces = text[at..here].len() - text[at..here].trim_end_matches(' ').len();
                (here - spaces..here + length, Edit::Drop)
            }),
        };
        match edit {
            Some((range, edit)) => {
                at = range.end;
                found.push((range, edit));
            }
            None => at = here + rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    found
}

/// The run of marks at `at`, dropped if it is left over from Markdown that was never closed: asterisks
/// at one end of a word, backticks anywhere. "2 * 3" and "2*3" are none.
fn left_over(text: &str, at: usize) -> (Range<usize>, Option<Edit>) {
    let mark = text[at..].chars().next();
    let end = text[at..].find(|c| Some(c) != mark).map_or(text.len(), |length| at + length);
    let (before, after) = (text[..at].chars().next_back(), text[end..].chars().next());
    let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let kept = (blank(before) && blank(after)) || (inside(before) && inside(after));
    (at..end, (mark == Some('`') || !kept).then_some(Edit::Drop))
}

/// The length of the citation mark that `text` begins with: `[1]`, `[2, 3]`, `[^note]`, `【3†source】`.
fn citation(text: &str) -> Option<usize> {
    const LONGEST: usize = 64;
    let mut window = text.len().min(LONGEST);
    while !text.is_char_boundary(window) {
        window -= 1;
    }
    let text = &text[..window];
    if let Some(inside) = text.strip_prefix('【') {
        let close = inside.find('】')?;
        let cited = inside[..close].contains('†') || inside[..close].bytes().all(|b| b.is_ascii_digit());
        return cited.then_some("【".len() + close + "】".len());
    }
    let close = text.find(']')?;
    let inside = &text[1..close];
    let numbers = inside
        .split([',', '-', '–'])
        .map(str::trim)
        .all(|part| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()) && part != "0");
    let note = inside
        .strip_prefix('^')
        .is_some_and(|label| !label.is_empty() && !label.contains(char::is_whitespace));
    (numbers || note).then_some(close + 1)
}

/// The address whose scheme ends at `colon`, if one does; it starts no earlier than `from`.
fn address_around(text: &str, from: usize, colon: usize) -> Option<(Range<usize>, Edit)> {
    let rest = text[colon..].strip_prefix("://")?;
    let before = &text[from..colon];
    let scheme = ["https", "http", "ftp"].into_iter().find(|scheme| {
        before
            .get(before.len().wrapping_sub(scheme.len())..)
            .is_some_and(|end| end.eq_ignore_ascii_case(scheme))
    })?;
    let start = colon - scheme.len();
    let end = colon + "://".len() + address_length(rest);
    Some((start..end, named(&text[colon + "://".len()..end])))
}

/// The address without a scheme that starts at `at`: `www.example.com/page`.
fn bare_host(text: &str, at: usize) -> Option<(Range<usize>, Edit)> {
    let inside_word =
        text[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '.' || c == '/');
    let named_host =
        text[at..].strip_prefix("www.").is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
    if inside_word || !named_host {
        return None;
    }
    let end = at + address_length(&text[at..]);
    Some((at..end, named(&text[at..end])))
}

/// Bytes of `text` that belong to the address it begins with: up to white space or a quote, without
/// the punctuation of the sentence around it (GitHub's rule for bare addresses).
fn address_length(text: &str) -> usize {
    let end = text
        .find(|c: char| {
            c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`' | '。' | '，' | '）' | '」' | '”')
        })
        .unwrap_or(text.len());
    let mut address = &text[..end];
    let mut unopened = address.matches(')').count().saturating_sub(address.matches('(').count());
    while let Some(last) = address.chars().next_back() {
        match last {
            ')' if unopened > 0 => unopened -= 1,
            '.' | ',' | ':' | ';' | '!' | '?' | '*' | '_' | '~' | '\'' | ']' | '|' | '…' => {}
            _ => break,
        }
        address = &address[..address.len() - last.len_utf8()];
    }
    address.len()
}

/// What is said for an address without its scheme.
fn named(address: &str) -> Edit {
    Edit::Say(host(address).map_or_else(|| "link".to_owned(), |host| format!("link to {host}")))
}

/// The host of an address without its scheme.
fn host(address: &str) -> Option<&str> {
    let authority = address.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let host = host.strip_prefix("www.").unwrap_or(host);
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut spoken = Spoken::default();
        spoken.push(text, 0, Relation::Prose);
        let cleaned = clean(spoken);
        assert_eq!(cleaned.text, expected);
        for (piece, source, relation) in cleaned.pieces() {
            if relation != Relation::Replaced {
                assert_eq!(piece, &text[source]);
            }
        }
    }

    #[test]
    fn silent_characters_go() {
        check("Great 🎉 work\u{200B}!  \u{202E}Go\t on 👨‍👩‍👧 1\u{FE0F}\u{20E3}", "Great work! Go on 1");
    }

    #[test]
    fn citations_go() {
        check("It is so [1]. And so[2][3], too [4, 5]【3†source】.", "It is so. And so, too.");
        check("Footnote[^note] here; a[0] and [x] stay.", "Footnote here; a[0] and [x] stay.");
    }

    #[test]
    fn marks_that_were_never_closed_go() {
        check("the **three main *reasons and `code", "the three main reasons and code");
        check("a *** b", "a *** b");
        check("2 * 3, 2*3, a footnote* and [the docs](https://exam", "2 * 3, 2*3, a footnote and [the docs");
    }

    #[test]
    fn addresses_are_named() {
        check("See https://www.example.com/a_b?c=d#e.", "See link to example.com.");
        check(
            "(at http://user@host.org:8080/x) or www.rust-lang.org!",
            "(at link to host.org) or link to rust-lang.org!",
        );
        check("ratio 1:2 and awww. and std::fmt", "ratio 1:2 and awww. and std::fmt");
    }
}
