//! HTML: tags are silent, the text between them is not. What a tag means for the ear is kept: headings,
//! items, tables, raised and lowered text, what is struck out, code.

use super::Walker;
use super::languages::{Written, written};
use crate::added::Phrase;
use crate::announcement::Announcement;
use crate::hidden;
use crate::maths;
use crate::pause::Pause;
use crate::spoken::{Relation, Spoken};
use crate::utterance::{Omitted, UtteranceKind};
use std::ops::Range;

/// The tags that are open.
#[derive(Debug, Default)]
pub(super) struct Html {
    /// Where in the passage raised or lowered text begins.
    pub(super) script: Option<usize>,
    /// The lists around; the next number of each that has numbers.
    lists: Vec<Option<u64>>,
    table: bool,
}

/// Tags that begin and end a line of text.
const BLOCKS: &[&str] = &[
    "p", "div", "ul", "ol", "tr", "td", "th", "summary", "details", "section", "article", "header", "footer",
    "blockquote", "figure", "figcaption", "dl", "dt", "dd", "main", "aside", "center", "hr", "table",
    "caption",
];

impl Walker<'_> {
    pub(super) fn tag(&mut self, html: &str, range: Range<usize>) {
        match (hidden::is_tag(html), self.hidden) {
            (Some(hidden::Tag::Opens(what)), None) => {
                self.hidden = Some((range.start, what));
                return;
            }
            (Some(hidden::Tag::Closes), Some((start, what))) => {
                self.hidden = None;
                self.omit(what, start..range.end, "");
                return;
            }
            _ => {}
        }
        // `Use the <span> element`: it is spoken of.
        let after = self.source.get(range.end..).unwrap_or_default();
        let spoken_of = [" tag", " element"].iter().any(|word| after.starts_with(word));
        if (spoken_of || self.is_type(html, &range)) && html.ends_with('>') {
            return self.text(html, range, Relation::Literal);
        }
        let closing = html.starts_with("</");
        if self.is_unread(html, closing, &range) || self.is_placeholder(html, &range) {
            return;
        }
        let name = html.trim_start_matches(['<', '/']);
        let name = name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())]
            .to_ascii_lowercase();
        match name.as_str() {
            "sup" | "sub" if !closing => self.html.script = Some(self.open.text.len()),
            "sup" | "sub" => self.end_script(name == "sup"),
            "del" | "strike" | "s" => self.strike(&name, closing, range),
            "img" => self.image(html, range),
            "br" => self.flush(Pause::Sentence),
            // A cell is a part of its row, whatever is in it.
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "li" if self.table.in_cell => {
                self.flush(Pause::Sentence);
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush(if closing { Pause::Heading } else { Pause::Paragraph });
                self.nest(UtteranceKind::Heading, closing);
            }
            "li" => self.item(closing, range),
            "table" | "tr" | "th" | "td" if self.html.table || name == "table" => {
                self.html_table(&name, closing, range);
            }
            name if BLOCKS.contains(&name) => {
                if matches!(name, "ul" | "ol") {
                    if closing {
                        self.html.lists.pop();
                    } else {
                        self.html.lists.push((name == "ol").then_some(1));
                    }
                }
                self.flush(Pause::Paragraph);
            }
            _ => {}
        }
    }

    /// Hides what stands between tags whose content nobody reads, such as `<script>`, if they are closed.
    fn is_unread(&mut self, html: &str, closing: bool, range: &Range<usize>) -> bool {
        const UNREAD: [&str; 8] = ["script", "style", "template", "noscript", "iframe", "svg", "rt", "rp"];
        let name = html.trim_start_matches(['<', '/']);
        let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())];
        if !UNREAD.iter().any(|unread| unread.eq_ignore_ascii_case(name)) {
            return false;
        }
        match (closing, self.hidden) {
            (true, Some((start, Omitted::Html))) => {
                self.hidden = None;
                self.omit(Omitted::Html, start..range.end, "");
            }
            (false, None) => {
                let close = ["</", &name.to_ascii_lowercase()].concat();
                if self.source[range.end..].to_ascii_lowercase().contains(&close) {
                    self.hidden = Some((range.start, Omitted::Html));
                }
            }
            _ => {}
        }
        true
    }

    /// Says a tag that stands for what is to be put there, as it is never closed: `<project-id>`.
    fn is_placeholder(&mut self, html: &str, range: &Range<usize>) -> bool {
        let Some(name) = html.strip_prefix('<').and_then(|html| html.strip_suffix('>')) else { return false };
        let words = name.contains('-')
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && !name.ends_with('-');
        let found = words && !self.source[range.end..].contains(&["</", name].concat());
        if found {
            self.text(&name.replace('-', " "), range.clone(), Relation::Prose);
        }
        found
    }

    /// Whether this is the parameter of a type: `Vec<String>`, `Promise<void>`. It stands at a word, and no element is called so.
    fn is_type(&self, html: &str, range: &Range<usize>) -> bool {
        const PRIMITIVES: [&str; 23] = [
            "any", "bool", "boolean", "byte", "char", "double", "f32", "f64", "float", "i32", "i64", "int",
            "long", "never", "number", "str", "string", "u32", "u64", "u8", "unknown", "usize", "void",
        ];
        let Some(name) = html.strip_prefix('<').and_then(|html| html.strip_suffix('>')) else { return false };
        let at_word = self.source[..range.start].ends_with(|before: char| before.is_alphanumeric());
        let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let closed = || self.source[range.end..].contains(&["</", name].concat());
        let named = name.starts_with(|first: char| first.is_ascii_uppercase()) || PRIMITIVES.contains(&name);
        at_word && is_name && named && !closed()
    }

    /// What follows is of this kind, or no longer.
    fn nest(&mut self, kind: UtteranceKind, closing: bool) {
        if !closing {
            self.kinds.push(kind);
        } else if self.kinds.last() == Some(&kind) {
            self.kinds.pop();
        }
    }

    fn item(&mut self, closing: bool, range: Range<usize>) {
        self.flush(Pause::ListItem);
        // A list's end tags may be left out.
        if !closing && self.kinds.last() == Some(&UtteranceKind::ListItem) && !self.lists.is_empty() {
            return;
        }
        self.nest(UtteranceKind::ListItem, closing);
        self.lead = None;
        if let Some(Some(number)) = self.html.lists.last_mut().filter(|_| !closing) {
            let text = format!("{number}. ");
            *number += 1;
            let mut lead = Spoken::default();
            lead.replace(&text, self.reply(range));
            self.lead = Some(lead);
        }
    }

    /// Struck out, if it is closed: a lone `<s>` begins the replies of some models.
    fn strike(&mut self, name: &str, closing: bool, range: Range<usize>) {
        const LONGEST: usize = 2000;
        if closing {
            if self.html_struck() {
                self.struck.pop();
            }
            return;
        }
        let rest = &self.source[range.end..];
        let close = ["</", name, ">"].concat();
        let window = &rest[..rest.floor_char_boundary(LONGEST)];
        if let Some(end) = window.find(&close)
            && self.at + range.start > self.skip
        {
            let end = range.end + end + close.len();
            if self.heard() {
                self.omit(Omitted::Struck, range.start..end, "struck out");
            }
            self.struck.push(true);
        }
    }

    fn html_struck(&self) -> bool {
        self.struck.last() == Some(&true)
    }

    fn image(&mut self, html: &str, range: Range<usize>) {
        if !self.heard() {
            return;
        }
        let described = attribute(html, "alt").map(str::trim).filter(|alt| !alt.is_empty());
        match described {
            Some(alt) => {
                self.begin();
                let alone = self.open.text.is_empty();
                let source = self.reply(range);
                if alone {
                    self.open.add(Phrase::Image, source.clone());
                    self.open.replace(": ", source.clone());
                }
                self.open.replace(alt, source);
            }
            None => self.omit(Omitted::Image, range, "no description"),
        }
    }

    /// Ends raised or lowered text: "10<sup>6</sup>" is a power, "H<sub>2</sub>O" is said as it stands.
    fn end_script(&mut self, raised: bool) {
        let Some(start) = self.html.script.take().filter(|start| *start < self.open.text.len()) else {
            return;
        };
        let (before, script) = (&self.open.text[..start], self.open.text[start..].trim());
        let base = before.len() - before.trim_end_matches(char::is_alphanumeric).len();
        let base = &before[before.len() - base..];
        let number =
            !script.is_empty() && script.bytes().all(|b| b.is_ascii_digit() || matches!(b, b',' | b' '));
        let power = base.len() <= 2 && !base.is_empty()
            || base.bytes().all(|b| b.is_ascii_digit()) && !base.is_empty()
            || before.ends_with(')');
        let words = match () {
            // The number of a footnote.
            () if raised && (script.starts_with('[') || (number && !power)) => Some(String::new()),
            () if raised && power => maths::speak(&["x^{", script, "}"].concat(), 100)
                .and_then(|words| words.strip_prefix('x').map(str::to_owned)),
            () if !raised && base.len() == 1 && base.bytes().all(|b| b.is_ascii_lowercase()) => {
                maths::speak(&["x_{", script, "}"].concat(), 100)
                    .and_then(|words| words.strip_prefix('x').map(str::to_owned))
            }
            () => None,
        };
        if let Some(words) = words {
            let source = self.open.slice(start..self.open.text.len()).source();
            self.open = self.open.slice(0..start);
            self.open.replace(&words, source);
        }
    }

    fn html_table(&mut self, name: &str, closing: bool, range: Range<usize>) {
        match (name, closing) {
            ("table", false) => {
                self.flush(Pause::Paragraph);
                self.table =
                    super::Table { first_passage: self.rendered.passages.len(), ..super::Table::default() };
                self.html.table = true;
            }
            ("table", true) => {
                self.html_table("tr", true, range.clone());
                let whole = self.table.started..range.end;
                self.end_table(whole);
                self.html.table = false;
            }
            ("tr", false) => {
                self.html_table("tr", true, range.clone());
                if self.table.started == 0 {
                    self.table.started = range.start;
                }
                self.table.column = 0;
                self.table.in_row = true;
                self.table.in_head = self.table.headers.is_empty() && self.table.rows == 0;
            }
            ("tr", true) if self.table.in_row => {
                if self.table.in_cell {
                    self.end_cell();
                }
                self.table.in_row = false;
                if self.table.in_head {
                    self.table.in_head = false;
                    self.table.head = std::mem::take(&mut self.table.row);
                } else {
                    self.table.rows += 1;
                    self.end_row();
                }
            }
            ("th" | "td", false) => {
                if self.table.in_cell {
                    self.end_cell();
                }
                // A first row of data is no header.
                if name == "td" && self.table.in_head && self.table.column == 0 {
                    self.table.in_head = false;
                }
                self.table.in_cell = true;
            }
            ("th" | "td", true) if self.table.in_cell => self.end_cell(),
            _ => {}
        }
    }

    pub(super) fn html_block(&mut self, range: Range<usize>) {
        let source = self.source;
        let html = &source[range.clone()];
        let begins = |tag: &str| html.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
        if begins("<pre") && self.hidden.is_none() {
            return self.preformatted(range);
        }
        let mut at = 0;
        if let Some(tag) =
            ["<script", "<style", "<textarea", "<svg", "<!", "<?"].into_iter().find(|tag| begins(tag))
        {
            let close = ["</", &tag[1..], ">"].concat();
            // What stands behind it on its last line is text.
            let close = if begins("<!--") { "-->" } else { &close };
            let end = match html.to_ascii_lowercase().find(close) {
                Some(end) if tag.len() > 2 || close == "-->" => end + close.len(),
                _ => html.len(),
            };
            if self.hidden.is_none() {
                let note = if *tag == *"<svg" { "a drawing" } else { "" };
                self.omit(Omitted::Html, range.start..range.start + end, note);
            }
            at = end;
        }
        while at < html.len() {
            let rest = &html[at..];
            let is_tag = rest.starts_with('<')
                && rest
                    .as_bytes()
                    .get(1)
                    .is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'/' | b'!' | b'?'));
            let length = if rest.starts_with("<!--") {
                rest.find("-->").map_or(rest.len(), |end| end + 3)
            } else if is_tag {
                rest.find('>').map_or(rest.len(), |end| end + 1)
            } else {
                rest.char_indices().skip(1).find(|(_, c)| *c == '<').map_or(rest.len(), |(end, _)| end)
            };
            let part = range.start + at..range.start + at + length;
            if is_tag {
                self.tag(&rest[..length], part);
            } else {
                self.html_text(&rest[..length], part.start);
            }
            at += length;
        }
        if self.html.table {
            self.html_table("table", true, range.end..range.end);
        }
        self.flush(Pause::Paragraph);
        if self.kinds.last() == Some(&UtteranceKind::Heading) {
            self.kinds.pop();
        }
    }

    /// Code between `<pre>` and `</pre>`.
    fn preformatted(&mut self, range: Range<usize>) {
        let source = self.source;
        let html = &source[range.clone()];
        let label = attribute(html, "class").and_then(|class| class.split("language-").nth(1));
        let written = written(label.unwrap_or_default());
        let (mut at, mut lines) = (0, 0);
        for line in html.split_inclusive('\n') {
            let start = range.start + at;
            at += line.len();
            let mut text = Spoken::default();
            let mut from = 0;
            while from < line.len() {
                let rest = &line[from..];
                let tag = rest.starts_with('<');
                let length = if tag {
                    rest.find('>').map_or(rest.len(), |end| end + 1)
                } else {
                    rest.find('<').unwrap_or(rest.len())
                };
                if !tag {
                    let place = self.reply(start + from..start + from + length).start;
                    text.push(rest[..length].trim_end_matches(['\r', '\n']), place, Relation::Literal);
                }
                from += length;
            }
            if text.text.trim().is_empty() {
                continue;
            }
            lines += 1;
            if self.options.code == crate::Code::Read {
                let line = crate::clean::clean(text, self.options.emoji);
                self.push_passage(line, UtteranceKind::Code, Pause::Clause);
            }
        }
        match () {
            () if lines == 0 => {}
            () if self.options.code == crate::Code::Read => self.end_reading(),
            () => {
                let announced = match written {
                    Written::Code(language) => Announcement::Code { language, lines },
                    Written::Named(name) => Announcement::Named { name, lines },
                    _ => Announcement::Named { name: "Code", lines },
                };
                self.announce(range, announced);
            }
        }
    }

    fn html_text(&mut self, text: &str, start: usize) {
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            let here = start + at;
            if let Some((length, said)) = entity(rest) {
                self.text(said.encode_utf8(&mut [0; 4]), here..here + length, Relation::Prose);
                at += length;
            } else {
                let length =
                    rest.char_indices().skip(1).find(|(_, c)| *c == '&').map_or(rest.len(), |(end, _)| end);
                self.text(&rest[..length], here..here + length, Relation::Prose);
                at += length;
            }
        }
    }
}

/// The character that `text` begins with as an entity, and how many bytes that takes.
fn entity(text: &str) -> Option<(usize, char)> {
    const NAMES: [(&str, char); 19] = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", ' '),
        ("mdash", '—'),
        ("ndash", '–'),
        ("hellip", '…'),
        ("copy", '©'),
        ("times", '×'),
        ("divide", '÷'),
        ("deg", '°'),
        ("rarr", '→'),
        ("euro", '€'),
        ("pound", '£'),
        ("frac12", '½'),
        ("ldquo", '“'),
        ("rdquo", '”'),
    ];
    let inside = text.strip_prefix('&')?;
    let inside = &inside[..inside.as_bytes().iter().take(10).position(|b| *b == b';')?];
    let c = match inside.strip_prefix('#') {
        Some(number) => {
            let hexadecimal = number.strip_prefix(['x', 'X']);
            let code = hexadecimal
                .map_or_else(|| number.parse().ok(), |digits| u32::from_str_radix(digits, 16).ok());
            char::from_u32(code?)?
        }
        None => NAMES.iter().find(|(name, _)| *name == inside)?.1,
    };
    Some((inside.len() + 2, c))
}

/// The value of an attribute in quotes, in the first tag of `html`.
fn attribute<'a>(html: &'a str, name: &str) -> Option<&'a str> {
    let tag = &html[..html.floor_char_boundary(2000)];
    let at = tag.find(&[" ", name, "="].concat())? + name.len() + 2;
    let quote = tag[at..].chars().next().filter(|c| matches!(c, '"' | '\''))?;
    tag[at + 1..].split(quote).next()
}
