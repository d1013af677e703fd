//! HTML: tags are silent, the text between them is not.

use super::Walker;
use crate::reasoning;
use crate::spoken::Relation;
use crate::utterance::{Omitted, Pause};
use std::ops::Range;

impl Walker<'_> {
    pub(super) fn tag(&mut self, html: &str, range: Range<usize>) {
        /// Tags that end a line of text.
        const BLOCKS: [&str; 13] =
            ["p", "div", "li", "ul", "ol", "tr", "td", "th", "h1", "h2", "h3", "h4", "summary"];
        match (reasoning::is_tag(html), self.reasoning) {
            (Some(false), None) => self.reasoning = Some(range.start),
            (Some(true), Some(start)) => {
                self.reasoning = None;
                self.omit(Omitted::Reasoning, start..range.end, "");
            }
            _ => {
                let name = html.trim_start_matches(['<', '/']);
                let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())];
                let line_break = name.eq_ignore_ascii_case("br");
                if !line_break && !BLOCKS.iter().any(|block| name.eq_ignore_ascii_case(block)) {
                    return;
                }
                if self.table.in_cell {
                    let at = self.reply(range).start;
                    if self.open.text.ends_with(char::is_alphanumeric) {
                        self.open.replace(", ", at..at);
                    }
                } else {
                    self.flush(if line_break { Pause::Sentence } else { Pause::Paragraph });
                }
            }
        }
    }

    pub(super) fn html_block(&mut self, range: Range<usize>) {
        let source = self.source;
        let html = &source[range.clone()];
        let begins = |tag: &str| html.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
        if ["<script", "<style", "<pre", "<textarea", "<!", "<?"].into_iter().any(begins) {
            if self.reasoning.is_none() {
                self.omit(Omitted::Html, range, "");
            }
            return;
        }
        let mut at = 0;
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
        self.flush(Pause::Paragraph);
    }

    fn html_text(&mut self, text: &str, start: usize) {
        const ENTITIES: [(&str, &str); 6] =
            [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " ")];
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            let entity = ENTITIES.iter().find(|(name, _)| rest.starts_with(name));
            let here = start + at;
            if let Some((name, said)) = entity {
                self.text(said, here..here + name.len(), Relation::Prose);
                at += name.len();
            } else {
                let length =
                    rest.char_indices().skip(1).find(|(_, c)| *c == '&').map_or(rest.len(), |(end, _)| end);
                self.text(&rest[..length], here..here + length, Relation::Prose);
                at += length;
            }
        }
    }
}
