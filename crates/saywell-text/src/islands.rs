//! What in running text is not Markdown: formulas, escape sequences of terminals, special tokens of
//! models and the private marks of their citations.
//!
//! A Markdown parser would take them apart, so it sees a blank of the same length in their place. That
//! keeps every position.

use crate::foreign;
pub(crate) use crate::island::{Island, What};
use crate::maths;
use std::borrow::Cow;
use std::ops::Range;

/// What the parser sees instead: a control character, which is silent wherever it is left.
pub(crate) const BLANK: char = '\u{1}';

/// Whether `text` may hold an island; most text holds none.
pub(crate) fn may_hold(text: &str) -> bool {
    text.bytes().any(|b| matches!(b, b'$' | b'\\' | b'<' | 0x1b | 0xee))
        || text.contains("turn0")
        || ["_{", "^{"].iter().any(|script| text.contains(script))
        || foreign::may_hold(text)
}

/// The islands of `text`, in order, outside of code. Without `markup` there are no formulas and no code.
pub(crate) fn islands(text: &str, markup: bool) -> Vec<Island> {
    let mut found = Vec::new();
    if !may_hold(text) {
        return found;
    }
    let mut at = 0;
    let marks = |c: char| {
        matches!(c, '`' | '~' | '$' | '\\' | '\u{1b}' | '<' | '\u{e200}' | 'c' | 't')
            || (markup && (c == '_' || foreign::may_begin(c)))
    };
    let mut state = maths::Formulas::new(text);
    while let Some(offset) = text[at..].find(marks) {
        let here = at + offset;
        let rest = &text[here..];
        let first = rest.as_bytes()[0];
        let free = found.last().map_or(0, |last: &Island| last.range.end);
        if markup
            && foreign::may_begin(char::from(first))
            && let Some(island) = foreign::mark(text, free, here)
        {
            at = island.range.end;
            found.push(island);
            continue;
        }
        let island = match first {
            b'`' if markup => {
                at = here + code(text, here);
                continue;
            }
            b'~' if markup => {
                at = here + tildes(text, here);
                continue;
            }
            b'$' | b'\\' if markup => match state.find_at(here) {
                maths::Found::Formula { range, tex, displayed } => {
                    Some(Island { range, what: What::Formula { tex, displayed } })
                }
                maths::Found::Nothing { skip } => {
                    at = here + skip;
                    continue;
                }
            },
            b'_' | b'^' if markup && rest[1..].starts_with('{') => maths::scripted(text, free, here)
                .map(|range| Island { what: What::Formula { tex: range.clone(), displayed: false }, range }),
            0x1b => Some(silent(here, escape(rest))),
            b'<' => token(text, here).map(|length| silent(here, length)),
            b'c' | b't' => citation(text, here).map(|length| silent(here, length)),
            0xee => private(rest).map(|(length, shown)| Island {
                range: here..here + length,
                what: shown.map_or(What::Silent, |shown| What::Shown(here + shown.start..here + shown.end)),
            }),
            _ => None,
        };
        match island {
            Some(island) => {
                at = island.range.end;
                found.push(island);
            }
            None => at = here + rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    found
}

fn silent(at: usize, length: usize) -> Island {
    Island { range: at..at + length, what: What::Silent }
}

/// `text` as the parser may see it.
pub(crate) fn blanked<'a>(text: &'a str, islands: &[Island]) -> Cow<'a, str> {
    if islands.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut blank = String::with_capacity(text.len());
    for island in islands {
        blank.push_str(&text[blank.len()..island.range.start]);
        blank.extend(std::iter::repeat_n(BLANK, island.range.len()));
    }
    blank.push_str(&text[blank.len()..]);
    Cow::Owned(blank)
}

/// Bytes of the code that begins with the backticks at `at`, or of the backticks if they open none.
fn code(text: &str, at: usize) -> usize {
    const LONGEST_RUN: usize = 32;
    let rest = &text[at..];
    let run = rest.len() - rest.trim_start_matches('`').len();
    let fence = run >= 3 && begins_line(text, at);
    if run > LONGEST_RUN {
        return run;
    }
    let mut search = run;
    while let Some(offset) = rest[search..].find('`') {
        let from = search + offset;
        let closing = rest[from..].len() - rest[from..].trim_start_matches('`').len();
        search = from + closing;
        if closing == run || (fence && closing > run) {
            return search;
        }
    }
    if fence { rest.len() } else { run }
}

/// The same for a fence of tildes, which are nothing else.
fn tildes(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let run = rest.len() - rest.trim_start_matches('~').len();
    if run < 3 || !begins_line(text, at) {
        return run;
    }
    rest[run..].find("~~~").map_or(rest.len(), |offset| run + offset + run).min(rest.len())
}

/// Whether only marks of lists and quotes stand before `at` in its line.
fn begins_line(text: &str, at: usize) -> bool {
    let line = &text[text[..at].rfind('\n').map_or(0, |feed| feed + 1)..at];
    line.len() < 40
        && line
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ' ' | '\t' | '>' | '-' | '*' | '+' | '.' | ')'))
}

/// Bytes of the terminal's escape sequence that `text` begins with: colours, moves, links.
pub(crate) fn escape(text: &str) -> usize {
    /// The longest that is taken for one.
    const LONGEST: usize = 2000;
    let bytes = &text.as_bytes()[..text.len().min(LONGEST)];
    match bytes.get(1) {
        Some(b'[') => {
            let end =
                bytes[2..].iter().position(|b| !(0x20..=0x3f).contains(b)).map_or(bytes.len(), |end| end + 2);
            end + usize::from(bytes.get(end).is_some_and(|b| (0x40..=0x7e).contains(b)))
        }
        Some(b']' | b'P' | b'_' | b'^' | b'X') => {
            let end = (2..bytes.len())
                .find(|at| bytes[*at] == 7 || bytes[*at..].starts_with(b"\x1b\\") || bytes[*at] == b'\n');
            match end {
                Some(end) => {
                    end + match bytes[end] {
                        7 => 1,
                        0x1b => 2,
                        _ => 0,
                    }
                }
                None => 2,
            }
        }
        Some(0x20..=0x7e) => 2,
        _ => 1,
    }
}

/// Bytes of the special token that begins or, cut off by a tag's `<`, ends at `at`: `<|im_end|>`, with the
/// role after it.
fn token(text: &str, at: usize) -> Option<usize> {
    const LONGEST: usize = 64;
    let rest = &text[at..];
    if let Some(after) = rest.strip_prefix("<start_of_turn>") {
        return Some(rest.len() - after.len() + role(after));
    }
    if let Some(turn) = ["<end_of_turn>", "<bos>", "<eos>"].into_iter().find(|turn| rest.starts_with(turn)) {
        return Some(turn.len());
    }
    let inside = rest.strip_prefix('<')?;
    let window = &inside[..inside.floor_char_boundary(LONGEST)];
    let name_end = window.find('>')?;
    let name = &window[..name_end];
    let bar = |c: char| matches!(c, '|' | '｜');
    let token = (name.starts_with(bar) || name.ends_with(bar))
        && name.len() > 2
        && name.trim_matches(bar).chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '/' | '▁' | '-'));
    if !token {
        return None;
    }
    let length = "<>".len() + name_end;
    let speaker = ["im_start", "start_header_id", "start", "begin", "channel", "turn", "start_of_role"];
    let named = speaker.contains(&name.trim_matches(bar));
    Some(length + if named && !name.starts_with("channel") { role(&rest[length..]) } else { 0 })
}

/// Bytes of the name of a role or channel that `text` begins with.
fn role(text: &str) -> usize {
    ["assistant", "model", "user", "system", "tool", "final", "commentary", "analysis"]
        .into_iter()
        .find(|role| text.starts_with(role))
        .map_or(0, str::len)
}

/// Bytes of a citation of `ChatGPT` whose private marks were lost: `citeturn0search1turn0news2`.
fn citation(text: &str, at: usize) -> Option<usize> {
    if text[..at].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric()) {
        return None;
    }
    let rest = &text[at..];
    let mut end = if rest.starts_with("cite") { "cite".len() } else { 0 };
    let mut cites = 0;
    while let Some(turn) = rest[end..].strip_prefix("turn") {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let first = digits(turn);
        let kind = turn[first..].bytes().take_while(u8::is_ascii_lowercase).count();
        let second = digits(&turn[first + kind..]);
        if first == 0 || kind == 0 || second == 0 || kind > 12 {
            break;
        }
        end += "turn".len() + first + kind + second;
        cites += 1;
    }
    (cites > 0).then_some(end)
}

/// Bytes of the private marks of `ChatGPT` that `text` begins with, and what of them is shown: the name
/// of an entity; nothing of citations and pictures.
fn private(text: &str) -> Option<(usize, Option<Range<usize>>)> {
    const LONGEST: usize = 2000;
    let window = &text[..text.floor_char_boundary(LONGEST)];
    let end = window.find('\u{e201}')?;
    let length = end + '\u{e201}'.len_utf8();
    let inside = &window[..end];
    // entity ["city", "Paris", "capital of France"]
    let shown = inside.contains("entity").then(|| {
        let mut quotes = inside.match_indices('"').map(|(at, _)| at);
        Some(quotes.nth(2)? + 1..quotes.next()?)
    });
    Some((length, shown.flatten()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = islands(text, true).into_iter().map(|island| &text[island.range]).collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn formulas_and_prices() {
        check("Let $x$ be \\(y_1\\), so $$z$$ and \\[w\\].", &["$x$", "\\(y_1\\)", "$$z$$", "\\[w\\]"]);
        check("It costs $5, at most $10, or US$20 and A$30. $5-$10.", &[]);
        check("$5 is $x$ and the $n$th; `$y$` and ``$a ` $``", &["$x$", "$n$"]);
        check("$2x + 3 = 7$ but $5 and 7$ no; set $HOME and $PATH.", &["$2x + 3 = 7$"]);
        check("```\n$x$\n```\n~~~\n$x$\n~~~\n$y$", &["$y$"]);
        check("\\$5 and \\\\(x\\\\) and \\begin{align}a\\end{align}", &["\\begin{align}a\\end{align}"]);
        check("cut off \\(a + b", &["\\(a + b"]);
        check("$`x`$ and $ \\alpha $ and $ 5 $", &["$`x`$", "$ \\alpha $"]);
    }

    #[test]
    fn tokens_escapes_and_citations() {
        check(
            "Hi<|im_end|> <|eot_id|><｜end▁of▁sentence｜> a <| b |> c",
            &["<|im_end|>", "<|eot_id|>", "<｜end▁of▁sentence｜>"],
        );
        check(
            "<|start|>assistant<|channel|>final<|message|>Hi",
            &["<|start|>assistant", "<|channel|>final", "<|message|>"],
        );
        check(
            "\u{1b}[1;31mred\u{1b}[0m \u{1b}]8;;http://x.y\u{7}link\u{1b}]8;;\u{7}",
            &["\u{1b}[1;31m", "\u{1b}[0m", "\u{1b}]8;;http://x.y\u{7}", "\u{1b}]8;;\u{7}"],
        );
        check(
            "So. citeturn0search0turn1news12 Yes. \u{e200}cite\u{e202}turn0search1\u{e201} turnip",
            &["citeturn0search0turn1news12", "\u{e200}cite\u{e202}turn0search1\u{e201}"],
        );
        let entity = "In \u{e200}entity\u{e202}[\"city\",\"Paris\",\"France\"]\u{e201}.";
        let found = islands(entity, true);
        assert!(matches!(&found[0].what, What::Shown(range) if &entity[range.clone()] == "Paris"));
    }
}
