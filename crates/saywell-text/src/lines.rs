//! Which block of Markdown a line begins, continues or ends, judged line by line while text arrives.
//!
//! This only finds where the reply can be cut into blocks that are parsed on their own; what is in a
//! block is the Markdown parser's to say. Every answer is final: a line so far may give "not yet",
//! but never one answer now and another when more of it is there.

use crate::clean::is_silent;
use crate::heading::is_heading;
use crate::hidden::{self, Opening, Opens};
use crate::length::breadth;

/// What a line begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Blank,
    /// Four columns or more of white space, then text.
    Indented,
    Fence(Fence),
    Heading,
    ThematicBreak,
    Quote,
    Item(Item),
    Html(HtmlEnd),
    /// Reasoning or a tool call opens, after so many bytes.
    Hidden {
        indent: usize,
        opening: Opening,
    },
    Table,
    Footnote,
    /// `[label]: address`
    Definition,
    /// `: what the term on the line above means`
    Described,
    /// A change of files without a fence.
    Diff,
    /// A value of JSON without a fence.
    Json,
    Maths(&'static str),
    Text,
}

/// The opening line of fenced code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fence {
    pub(crate) mark: u8,
    pub(crate) length: usize,
}

/// The marker of a list item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// `-`, `+`, `*`, `.` or `)`: items with another marker are another list.
    pub(crate) mark: u8,
    /// The number as written, of a numbered item.
    pub(crate) number: Option<u64>,
    /// Columns that lines of this item are indented by at least.
    pub(crate) content: usize,
    /// Nothing after the marker.
    empty: bool,
}

/// What ends a block of HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HtmlEnd {
    /// The line that holds this.
    Text(&'static str),
    /// A blank line; it can interrupt a paragraph.
    Blank,
    /// Itself: a tag alone on its line; in a paragraph it is part of it.
    Line,
}

/// Bytes of an unfinished line that are looked at before waiting for all of it.
const PREFIX: usize = 64;

/// What `line` (without its line feed) begins. `None`: the line is not `complete`, and what there is
/// does not tell.
pub(crate) fn classify(line: &str, complete: bool) -> Option<Line> {
    let (indent, text) = indentation(line);
    let Some(first) = text.bytes().next() else {
        return complete.then_some(Line::Blank);
    };
    if indent >= 4 {
        return Some(Line::Indented);
    }
    match hidden::opens(text, complete) {
        Opens::Unknown => return None,
        Opens::Yes(opening) => {
            let indent = line.len() - line.trim_start_matches([' ', '\t', '\r']).len();
            return Some(Line::Hidden { indent, opening });
        }
        Opens::No => {}
    }
    match hidden::opens_line(text, complete) {
        Opens::Unknown => return None,
        Opens::Yes(opening) => {
            let indent = line.len() - line.trim_start_matches([' ', '\t', '\r']).len();
            return Some(Line::Hidden { indent, opening });
        }
        Opens::No => {}
    }
    match json(text, complete) {
        None => return None,
        Some(true) => return Some(Line::Json),
        Some(false) => {}
    }
    if !complete && DIFF.iter().any(|mark| mark.starts_with(text)) {
        return None;
    }
    if is_diff(text) {
        return Some(Line::Diff);
    }
    match first {
        b'<' if complete => Some(html(text)),
        b'<' => inline_tag(text).then_some(Line::Text),
        b'[' => bracket(text, complete),
        b':' if text.len() == 1 => complete.then_some(Line::Text),
        b':' if text[1..].starts_with([' ', '\t']) => Some(Line::Described),
        b'$' if text.starts_with("$$") => Some(Line::Maths("$$")),
        b'\\' if text.starts_with("\\[") => Some(Line::Maths("\\]")),
        b'\\'
            if !complete
                && ("\\begin{".starts_with(text)
                    || (text.starts_with("\\begin{") && text.len() < 24 && !text.contains('}'))) =>
        {
            None
        }
        b'\\' => Some(environment(text).map_or(Line::Text, Line::Maths)),
        b'$' if text.len() == 1 && !complete => None,
        b'|' => Some(Line::Table),
        b'>' => Some(Line::Quote),
        b'#' | b'`' | b'~' | b'+' | b'-' | b'*' | b'_' | b'=' | b'0'..=b'9' => {
            if complete {
                Some(marked(indent, text, first))
            } else {
                early(indent, text, first)
            }
        }
        _ => Some(Line::Text),
    }
}

/// Whether a line begins an object of JSON, or a list of them. `None`: not yet known.
fn json(text: &str, complete: bool) -> Option<bool> {
    let Some(rest) = text.strip_prefix('[').unwrap_or(text).trim_start().strip_prefix('{') else {
        return if text == "[" && !complete { None } else { Some(false) };
    };
    match rest.trim_start().chars().next() {
        None if !complete => None,
        None => Some(text == "{" || text == "[{"),
        Some('"') => {
            // A name in quotes and a colon: `{"name": …`.
            let name = &rest.trim_start()[1..];
            match name.find('"') {
                Some(end) if name[end + 1..].trim_start().is_empty() && !complete => None,
                Some(end) => Some(name[end + 1..].trim_start().starts_with(':')),
                None if complete || name.len() > 60 => Some(false),
                None => None,
            }
        }
        Some(_) => Some(false),
    }
}

/// What the lines of a change of files begin with, which nothing else does.
const DIFF: [&str; 5] = ["diff --git ", "@@ -", "--- a/", "--- /dev/null", "+++ b/"];

fn is_diff(text: &str) -> bool {
    DIFF.iter().any(|mark| {
        text.strip_prefix(mark)
            .is_some_and(|rest| *mark != "@@ -" || rest.starts_with(|c: char| c.is_ascii_digit()))
    })
}

/// What ends the environment that `text` begins, if that holds a formula.
fn environment(text: &str) -> Option<&'static str> {
    const ENDS: [&str; 16] = [
        "\\end{equation}", "\\end{equation*}", "\\end{align}", "\\end{align*}", "\\end{aligned}",
        "\\end{gather}", "\\end{gather*}", "\\end{multline}", "\\end{eqnarray}", "\\end{cases}",
        "\\end{matrix}", "\\end{pmatrix}", "\\end{bmatrix}", "\\end{vmatrix}", "\\end{array}",
        "\\end{split}",
    ];
    let name = text.strip_prefix("\\begin{")?.split_inclusive('}').next()?;
    ENDS.into_iter().find(|end| &end["\\end{".len()..] == name)
}

/// Whether `text`, the beginning of a line, begins with a tag that stands in running text.
fn inline_tag(text: &str) -> bool {
    let Some(end) = text.as_bytes().iter().take(hidden::LONGEST_OPENING).position(|b| *b == b'>') else {
        return false;
    };
    !text[end + 1..].trim().is_empty() && matches!(html(text), Line::Text)
}

/// Columns of white space that `line` begins with, and the rest of it (without white space at its end).
pub(crate) fn indentation(line: &str) -> (usize, &str) {
    let mut columns = 0;
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            b' ' => columns += 1,
            b'\t' => columns += 4 - columns % 4,
            b'\r' => {}
            _ => return (columns, line[at..].trim_end_matches(['\r', '\n'])),
        }
    }
    (columns, "")
}

/// A whole line that starts with a character that may be a mark.
fn marked(indent: usize, text: &str, first: u8) -> Line {
    match first {
        b'#' if is_heading(text) => Line::Heading,
        b'`' | b'~' => {
            let length = text.bytes().take_while(|b| *b == first).count();
            let info = &text[length..];
            if length >= 3 && (first == b'~' || !info.contains('`')) {
                Line::Fence(Fence { mark: first, length })
            } else {
                Line::Text
            }
        }
        b'-' | b'*' | b'_' if is_break(text, first) => Line::ThematicBreak,
        b'-' | b'*' | b'+' | b'0'..=b'9' => item(indent, text).map_or(Line::Text, Line::Item),
        _ => Line::Text,
    }
}

/// The same for a line that is not complete: `None` until it is certain.
fn early(indent: usize, text: &str, first: u8) -> Option<Line> {
    // The line may yet be longer than any mark needs, so looking at its beginning is enough.
    let prefix = &text.as_bytes()[..text.len().min(PREFIX)];
    let run = prefix.iter().take_while(|b| **b == first).count();
    let after = prefix.get(run);
    match first {
        // Emphasis and code: a mark, then at once a word.
        b'*' | b'_' if run <= 3 && after.is_some_and(|b| !b.is_ascii_whitespace()) => Some(Line::Text),
        b'`' | b'~' if run <= 2 && after.is_some() => Some(Line::Text),
        b'-' | b'+' if run == 1 && after.is_some_and(|b| !b.is_ascii_whitespace()) => Some(Line::Text),
        // A bullet, a space, and a word that belongs to no thematic break.
        b'-' | b'+' | b'*' if run == 1 && prefix.get(2).is_some_and(u8::is_ascii_alphanumeric) => {
            Some(marked(indent, text, first))
        }
        b'0'..=b'9' => {
            let digits = prefix.iter().take_while(|b| b.is_ascii_digit()).count();
            match prefix.get(digits..)? {
                [] | [b'.' | b')'] | [b'.' | b')', b' '] => None,
                [b'.' | b')', b' ', third, ..]
                    if third.is_ascii_alphanumeric() || !third.is_ascii() || *third == b'*' =>
                {
                    Some(marked(indent, text, first))
                }
                [b'.' | b')', second, ..] if !second.is_ascii_whitespace() => Some(Line::Text),
                [b'.' | b')', ..] => None,
                _ => Some(Line::Text),
            }
        }
        _ => None,
    }
}

fn is_break(text: &str, mark: u8) -> bool {
    let mut marks = 0;
    text.bytes().all(|b| {
        marks += usize::from(b == mark);
        b == mark || b == b' ' || b == b'\t'
    }) && marks >= 3
}

/// The list item that `text` begins, after `indent` columns.
fn item(indent: usize, text: &str) -> Option<Item> {
    let bytes = text.as_bytes();
    let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    let (mark, number) = match digits {
        0 => (*bytes.first()?, None),
        1..=9 => (*bytes.get(digits).filter(|b| matches!(b, b'.' | b')'))?, text[..digits].parse().ok()),
        _ => return None,
    };
    let width = digits + 1;
    let after = &bytes[width..];
    if after.first().is_some_and(|b| !matches!(b, b' ' | b'\t')) {
        return None;
    }
    let spaces = after.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let empty = spaces == after.len();
    // Five spaces or more are one space and indented code.
    let padding = if empty || spaces > 4 || after[0] == b'\t' { 1 } else { spaces };
    Some(Item { mark, number, content: indent + width + padding, empty })
}

fn bracket(text: &str, complete: bool) -> Option<Line> {
    // Labels are short; a line that goes on without closing its bracket is prose.
    const LONGEST: usize = 999;
    let label = &text.as_bytes()[..text.len().min(LONGEST)];
    match label.iter().position(|b| *b == b']') {
        Some(close) => match text.as_bytes().get(close + 1) {
            Some(b':') if text.starts_with("[^") => Some(Line::Footnote),
            Some(b':') => Some(Line::Definition),
            None if !complete => None,
            _ => Some(Line::Text),
        },
        None if complete || text.len() >= LONGEST => Some(Line::Text),
        None => None,
    }
}

/// Tags that begin a block of HTML even inside a paragraph (`CommonMark`, kind 6).
const BLOCK_TAGS: &[&str] = &[
    "address", "article", "aside", "base", "basefont", "blockquote", "body", "caption", "center", "col",
    "colgroup", "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure",
    "footer", "form", "frame", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr",
    "html", "iframe", "legend", "li", "link", "main", "menu", "menuitem", "nav", "noframes", "ol",
    "optgroup", "option", "p", "param", "search", "section", "summary", "table", "tbody", "td", "tfoot",
    "th", "thead", "title", "tr", "track", "ul",
];

fn html(text: &str) -> Line {
    let lower = |name: &str| text.get(1..=name.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(name));
    for (name, end) in [
        ("script", "</script>"),
        ("pre", "</pre>"),
        ("style", "</style>"),
        ("textarea", "</textarea>"),
        ("svg", "</svg>"),
    ] {
        if lower(name) && text.as_bytes().get(1 + name.len()).is_none_or(|b| matches!(b, b' ' | b'\t' | b'>'))
        {
            return Line::Html(HtmlEnd::Text(end));
        }
    }
    if text.starts_with("<!--") {
        return Line::Html(HtmlEnd::Text("-->"));
    }
    if text.starts_with("<?") {
        return Line::Html(HtmlEnd::Text("?>"));
    }
    if text.starts_with("<![CDATA[") {
        return Line::Html(HtmlEnd::Text("]]>"));
    }
    let tag = text[1..].strip_prefix('/').unwrap_or(&text[1..]);
    let name = &tag[..tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len())];
    let after = &tag[name.len()..];
    let is_tag = !name.is_empty() && after.starts_with([' ', '\t', '/', '>', '\r']) || after.is_empty();
    if BLOCK_TAGS.iter().any(|block| block.eq_ignore_ascii_case(name)) {
        Line::Html(HtmlEnd::Blank)
    } else if is_tag && after.find('>').is_some_and(|end| after[end + 1..].trim().is_empty()) {
        Line::Html(HtmlEnd::Line)
    } else {
        Line::Text
    }
}

/// Whether a line break in a paragraph was meant, after a line of `length` characters and before one that
/// begins with `next`: chats show such breaks, and a text that is wrapped at a margin has longer lines. `hard`:
/// Markdown says that it was. `None`: what there is of `next` does not tell.
pub(crate) fn is_break_meant(length: usize, hard: bool, next: &str, complete: bool) -> Option<bool> {
    /// Lines that are wrapped at a margin are longer.
    const SHORT_LINE: usize = 60;
    /// Marks before the first word of the next line.
    const LONGEST_MARKS: usize = 16;
    if next.is_empty() && !complete {
        return None;
    }
    match letter_mark(next, complete) {
        Some(false) => {}
        answer => return answer,
    }
    if next.starts_with(|c| is_pointer(c) || is_box(c)) {
        return Some(true);
    }
    if length >= SHORT_LINE && !hard {
        return is_label(next, complete);
    }
    let marks = |c: char| {
        matches!(c, '#' | '*' | '_' | '[' | '(' | '"' | '“' | '‘' | '„' | '«' | '「' | ' ' | '\t')
            || is_silent(c)
    };
    let mut marked = hard;
    for (count, c) in next.chars().enumerate() {
        if is_bullet(c) {
            marked = true;
        } else if !marks(c) {
            let begins = c.is_uppercase() || c.is_numeric() || breadth(c) > 1;
            return Some(begins || (marked && c.is_alphanumeric()));
        } else if count > LONGEST_MARKS {
            return Some(false);
        }
        marked |= c == '*' || is_silent(c);
    }
    complete.then_some(false)
}

/// Whether `text` begins with a label: `**Present:** Ana`. `None`: not yet known.
fn is_label(text: &str, complete: bool) -> Option<bool> {
    const LONGEST: usize = 40;
    let Some(label) = text.strip_prefix("**") else {
        return if !complete && "**".starts_with(text) { None } else { Some(false) };
    };
    let window = &label[..label.floor_char_boundary(LONGEST)];
    match window.find("**") {
        Some(0) => Some(false),
        Some(end) if window[..end].ends_with(':') => Some(true),
        Some(end) if label.len() == end + 2 && !complete => None,
        Some(end) => Some(label[end + 2..].starts_with(':')),
        None if window.len() == label.len() && !complete && !window.contains('\n') => None,
        None => Some(false),
    }
}

/// What stands for the mark of a list where nobody wrote Markdown, and the dashes of dialogue.
pub(crate) fn is_bullet(c: char) -> bool {
    matches!(c, '•' | '◦' | '‣' | '▪' | '●' | '○' | '·' | '–' | '—' | '⁃' | '∙') || is_pointer(c) || is_box(c)
}

/// Arrows that point at items.
fn is_pointer(c: char) -> bool {
    matches!(
        c,
        '⇒' | '→'
            | '➔'
            | '➜'
            | '➝'
            | '➞'
            | '➡'
            | '➤'
            | '➢'
            | '►'
            | '▸'
            | '▶'
            | '»'
            | '❯'
            | '⇨'
    )
}

/// Lines of boxes and trees.
fn is_box(c: char) -> bool {
    matches!(u32::from(c), 0x2500..=0x257F)
}

/// Bytes of the signs of items and trees that `text` begins with, up to what is said.
pub(crate) fn after_bullets(text: &str) -> usize {
    let sign =
        |c: char| is_pointer(c) || is_box(c) || matches!(c, '•' | '◦' | '‣' | '▪' | '●' | '○' | '⁃' | '∙');
    let rest = text.trim_start_matches(|c: char| sign(c) || c == ' ');
    let signs = &text[..text.len() - rest.len()];
    // `→` right before a word belongs to it; a quote is no sign.
    if signs.ends_with([' ', '\u{2502}']) && signs.contains(sign) || signs.chars().any(is_box) {
        signs.len()
    } else {
        0
    }
}

/// The mark of an item with a letter or a Roman numeral that `text` begins with: `a) `, `(b) `, `ii. `. `None`: not
/// yet known.
fn letter_mark(text: &str, complete: bool) -> Option<bool> {
    const LONGEST: usize = 7;
    let bytes = &text.as_bytes()[..text.len().min(LONGEST)];
    let open = usize::from(bytes.first() == Some(&b'('));
    let letters = bytes[open..].iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    let name = &bytes[open..open + letters];
    let roman = name.iter().all(|byte| b"ivx".contains(byte));
    if letters > 4 || (letters > 1 && !roman) {
        return Some(false);
    }
    let unknown = !complete;
    if letters == 0 {
        return if bytes.len() == open && unknown { None } else { Some(false) };
    }
    match (bytes.get(open + letters), bytes.get(open + letters + 1)) {
        (None | Some(b')'), None) => (!unknown).then_some(false),
        (Some(b'.'), None) if open == 0 => (!unknown).then_some(false),
        (Some(b')'), Some(b' ')) => Some(true),
        // `e. g.` and `i. e.` are short forms.
        (Some(b'.'), Some(b' ')) if open == 0 => match bytes.get(open + letters + 3) {
            None if unknown => None,
            after => Some(after != Some(&b'.')),
        },
        _ => Some(false),
    }
}

/// Whether a line of this sort ends a paragraph before it.
pub(crate) fn interrupts(line: Line) -> bool {
    match line {
        Line::Text | Line::Indented | Line::Definition | Line::Described | Line::Html(HtmlEnd::Line) => false,
        // Only a list that starts at 1: a line of prose may begin with a year.
        Line::Item(item) => !item.empty && item.number.is_none_or(|number| number == 1),
        _ => true,
    }
}

/// `line` without the marks of quotes and items that it begins with.
pub(crate) fn content(line: &str) -> &str {
    const DEEPEST: usize = 16;
    let mut rest = line.trim_start();
    for _ in 0..DEEPEST {
        let inside = match rest.strip_prefix('>') {
            Some(inside) => inside,
            None => match item(0, rest) {
                Some(item) => rest.get(item.content..).unwrap_or_default(),
                None => break,
            },
        };
        rest = inside.trim_start();
    }
    rest
}

/// Whether `line` underlines the paragraph before it into a heading. `None`: not yet known.
pub(crate) fn is_underline(line: &str, complete: bool) -> Option<bool> {
    let (indent, text) = indentation(line);
    let Some(mark) = text.bytes().next().filter(|b| indent < 4 && matches!(b, b'=' | b'-')) else {
        return if text.is_empty() && !complete && indent < 4 { None } else { Some(false) };
    };
    let rest = text.trim_start_matches(char::from(mark));
    if !rest.trim_start_matches([' ', '\t']).is_empty() {
        return Some(false);
    }
    complete.then_some(true)
}

/// Whether `line` is the line under the header of a table. `None`: not yet known.
pub(crate) fn is_delimiter_row(line: &str, complete: bool) -> Option<bool> {
    if !line.bytes().all(|b| matches!(b, b'|' | b'-' | b':' | b' ' | b'\t' | b'\r')) {
        return Some(false);
    }
    complete.then(|| line.contains('-') && line.contains(['|', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_early_answer_is_the_final_one() {
        let lines = [
            "- item one",
            "* item",
            "***",
            "* * *",
            "**Bold** text",
            "*it* is",
            "1. First",
            "1) x",
            "12 apples",
            "1.5 is a number",
            "1. **B** c",
            "# Heading",
            "#hash",
            "##Heading",
            "```rust",
            "``code`` x",
            "`code` x",
            "~~~",
            "~~gone~~",
            "> quote",
            "| a | b |",
            "[x]: y",
            "[x](y) z",
            "[^1]: note",
            "[1] text",
            "<think>x",
            "<thin> x",
            "<div>x",
            "<details type=\"reasoning\" done>",
            "<answer>",
            "<b>bold</b>",
            "</think> x",
            "[THINK]x",
            "[TOOL_CALLS][",
            "◁think▷x",
            "◁ x",
            "<|channel|>analysis<|message|>x",
            "<|channel|>final<|message|>x",
            "<|im_end|>",
            "<tool_call>",
            "diff --git a/x b/x",
            "different",
            "@@ -1,2 +1,3 @@",
            "@you",
            "--- a/x",
            "+++ b/x",
            ": means",
            ":smile: x",
            "\\begin{align}",
            "\\begin{itemize}",
            "\\bold",
            "<details open>",
            "$$x$$",
            "$5",
            "\\[x",
            "\\* x",
            "+ x",
            "+1",
            "--- ",
            "-- x",
            "-5 degrees",
            "    code",
            "  \t x",
            "_em_ x",
            "___",
            "===",
            "",
            "  ",
            "text",
            "2024 was",
            "1. ",
            "-",
            "- - -",
            "- - x",
            "1.  - nested",
            "<b>bold</b> x",
            "<https://x.org> y",
            "é",
            "*\u{e9}*",
        ];
        for line in lines {
            let last = classify(line, true);
            assert!(last.is_some());
            for (end, _) in line.char_indices() {
                let early = classify(&line[..end], false);
                if early.is_some() {
                    let same = early == last
                        || matches!((early, last), (Some(Line::Item(a)), Some(Line::Item(b))) if a.content == b.content);
                    assert!(same, "{line:?} at {end}: {early:?}, then {last:?}");
                }
            }
        }
    }
}
