//! What is said for each element of Markdown. One block at a time, from a real Markdown parser.

use crate::Code;
use crate::clean::clean;
use crate::spoken::{Relation, Spoken};
use crate::utterance::{Kind, Omission, Omitted, Pause};
use code::Listing;
use pulldown_cmark::{BlockQuoteKind, BrokenLink, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};
use std::ops::Range;
use table::Table;

mod code;
mod html;
mod table;

/// A run of speech that belongs together: a paragraph, an item, a row.
#[derive(Debug)]
pub(crate) struct Passage {
    pub(crate) spoken: Spoken,
    pub(crate) kind: Kind,
    /// The pause after all of it.
    pub(crate) pause: Pause,
}

/// What a block gives.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    pub(crate) passages: Vec<Passage>,
    pub(crate) omissions: Vec<Omission>,
}

/// Renders the block `source`, which stands at byte `at` of the reply. `number` counts a list item
/// that is parsed apart from the items before it.
pub(crate) fn block(source: &str, at: usize, number: Option<u64>, code: Code) -> Rendered {
    Walker::new(source, 0, at, number, code).walk()
}

/// Renders `source` as running text: nothing in its first line is taken for a block.
pub(crate) fn inline(source: &str, at: usize, code: Code) -> Rendered {
    // After a word, the parser is inside a paragraph.
    const WORD: &str = "x ";
    // Most sentences have no mark in them, and nothing for a parser to find.
    let marked = |b: u8| {
        matches!(b, b'*' | b'_' | b'`' | b'[' | b'<' | b'&' | b'\\' | b'~' | b'$' | b'\n' | b'\r' | 0)
    };
    if !source.bytes().any(marked) {
        return plain(source, at);
    }
    let text = [WORD, source].concat();
    Walker::new(&text, WORD.len(), at, None, code).walk()
}

/// Renders `source` as running text without any markup.
pub(crate) fn plain(source: &str, at: usize) -> Rendered {
    let mut spoken = Spoken::default();
    spoken.push(source, at, Relation::Prose);
    let passage = Passage { spoken: clean(spoken), kind: Kind::Paragraph, pause: Pause::Paragraph };
    Rendered { passages: vec![passage], omissions: Vec::new() }
}

/// Renders displayed maths as it is written.
pub(crate) fn maths(source: &str, at: usize) -> Rendered {
    let mut spoken = Spoken::default();
    spoken.push(source, at, Relation::Literal);
    let passage = Passage { spoken: clean(spoken), kind: Kind::Paragraph, pause: Pause::Paragraph };
    Rendered { passages: vec![passage], omissions: Vec::new() }
}

fn extensions() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_MATH
}

/// The events of `source` with the bytes they stand for.
fn events(source: &str) -> Vec<(Event<'_>, Range<usize>)> {
    let parse = |extensions| {
        // Definitions may stand in a block that is yet to come, so a full reference is taken for a
        // link whether it is defined or not: only its text is said.
        let resolve = |link: BrokenLink<'_>| {
            let named = matches!(link.link_type, LinkType::Reference | LinkType::Collapsed)
                || matches!(link.link_type, LinkType::ReferenceUnknown | LinkType::CollapsedUnknown);
            let label = source.get(link.span.clone())?.trim_start_matches(['!', '[']);
            let cites = label.split(']').next()?.bytes().all(|b| b.is_ascii_digit());
            (named && !cites).then_some((CowStr::Borrowed(""), CowStr::Borrowed("")))
        };
        Parser::new_with_broken_link_callback(source, extensions, Some(resolve))
            .into_offset_iter()
            .collect::<Vec<_>>()
    };
    let found = parse(extensions());
    // "$5, at most $10" is no formula: one that a letter or digit follows at once is not meant so.
    let is_price = |(event, range): &(Event<'_>, Range<usize>)| {
        matches!(event, Event::InlineMath(_))
            && source.as_bytes().get(range.end).is_some_and(u8::is_ascii_alphanumeric)
    };
    if found.iter().any(is_price) { parse(extensions() - Options::ENABLE_MATH) } else { found }
}

struct Walker<'a> {
    source: &'a str,
    /// Bytes at the start of `source` that are not of the reply.
    skip: usize,
    /// Where in the reply `source` stands, after those bytes.
    at: usize,
    code: Code,
    rendered: Rendered,
    /// The passage being made.
    open: Spoken,
    /// What will begin the next passage: a number, "Note:".
    lead: Option<Lead>,
    /// The blocks around: the innermost decides what a passage is.
    kinds: Vec<Kind>,
    /// The next number of each list around; `None` for bullets.
    lists: Vec<Option<u64>>,
    first_number: Option<u64>,
    table: Table,
    /// For each strike-through around, whether what it holds is left out.
    struck: Vec<bool>,
    /// For each image around, where in `open` its description begins.
    images: Vec<usize>,
    /// The code block around.
    listing: Option<Listing>,
    /// Where in `source` a block of reasoning began.
    reasoning: Option<usize>,
}

struct Lead {
    text: String,
    source: Range<usize>,
}

impl<'a> Walker<'a> {
    fn new(source: &'a str, skip: usize, at: usize, number: Option<u64>, code: Code) -> Self {
        Self {
            source,
            skip,
            at,
            code,
            rendered: Rendered::default(),
            open: Spoken::default(),
            lead: None,
            kinds: Vec::new(),
            lists: Vec::new(),
            first_number: number,
            table: Table::default(),
            struck: Vec::new(),
            images: Vec::new(),
            listing: None,
            reasoning: None,
        }
    }

    fn walk(mut self) -> Rendered {
        for (event, range) in events(self.source) {
            let range = range.start.max(self.skip)..range.end.max(self.skip);
            self.event(event, range);
        }
        self.flush(Pause::Paragraph);
        if let Some(start) = self.reasoning.take() {
            self.omit(Omitted::Reasoning, start..self.source.len(), "not closed");
        }
        self.rendered.omissions.sort_by_key(|omission| omission.source.start);
        self.rendered
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) if self.listing.is_some() => self.code_text(&text, range),
            Event::Text(text) => self.text(&text, range, Relation::Prose),
            Event::Code(text) => self.inline_code(&text, range),
            Event::InlineMath(_) | Event::DisplayMath(_) => {
                let source = self.source;
                self.text(&source[range.clone()], range, Relation::Literal);
            }
            Event::SoftBreak => self.text(" ", range, Relation::Prose),
            Event::HardBreak => self.flush(Pause::Sentence),
            Event::InlineHtml(html) => self.tag(&html, range),
            // A block of HTML is read as a whole when it starts.
            Event::Html(_) | Event::FootnoteReference(_) | Event::Rule => {}
            Event::TaskListMarker(done) => {
                let text = if done { "Done: " } else { "To do: " };
                let source = self.reply(range);
                self.lead = Some(match self.lead.take() {
                    Some(lead) => Lead { text: lead.text + text, source: lead.source.start..source.end },
                    None => Lead { text: text.into(), source },
                });
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Paragraph => self.flush(Pause::Paragraph),
            Tag::Heading { .. } => {
                self.flush(Pause::Paragraph);
                self.kinds.push(Kind::Heading);
            }
            Tag::BlockQuote(alert) => {
                self.flush(Pause::Paragraph);
                self.kinds.push(Kind::Quote);
                if let Some(alert) = alert {
                    let at = self.reply(range).start;
                    self.lead = Some(Lead { text: alert_name(alert).into(), source: at..at });
                }
            }
            Tag::CodeBlock(kind) => self.start_code(&kind),
            Tag::HtmlBlock => {
                self.flush(Pause::Paragraph);
                self.html_block(range);
            }
            Tag::List(first) => {
                self.flush(Pause::ListItem);
                let outermost = self.lists.is_empty();
                let first = first.map(|number| self.first_number.filter(|_| outermost).unwrap_or(number));
                self.lists.push(first);
            }
            Tag::Item => {
                self.flush(Pause::ListItem);
                self.kinds.push(Kind::ListItem);
                if let Some(Some(number)) = self.lists.last_mut() {
                    let text = format!("{number}. ");
                    *number = number.saturating_add(1);
                    let marker = self.source[range.clone()].find([' ', '\t']).unwrap_or(0);
                    let source = self.reply(range.start..range.start + marker);
                    self.lead = Some(Lead { text, source });
                } else {
                    self.lead = None;
                }
            }
            Tag::FootnoteDefinition(_) => {
                self.flush(Pause::Paragraph);
                self.kinds.push(Kind::Footnote);
            }
            Tag::Table(_) => {
                self.flush(Pause::Paragraph);
                self.table = Table::default();
            }
            Tag::TableHead => self.table.in_head = true,
            Tag::TableRow => self.table.column = 0,
            Tag::TableCell => self.table.in_cell = true,
            Tag::Strikethrough => {
                // One tilde is more often "about" than struck out.
                let struck = self.source[range.clone()].starts_with("~~");
                if struck {
                    self.omit(Omitted::Struck, range, "struck out");
                }
                self.struck.push(struck);
            }
            Tag::Image { .. } => self.images.push(self.open.text.len()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Paragraph => self.flush(Pause::Paragraph),
            TagEnd::Heading(_) => {
                self.flush(Pause::Heading);
                self.kinds.pop();
            }
            TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition => {
                self.flush(Pause::Paragraph);
                self.lead = None;
                self.kinds.pop();
            }
            TagEnd::CodeBlock => self.end_code(range),
            TagEnd::List(_) => {
                self.lists.pop();
            }
            TagEnd::Item => {
                self.flush(Pause::ListItem);
                self.lead = None;
                self.kinds.pop();
            }
            TagEnd::TableHead => {
                self.table.in_head = false;
                self.table.head = std::mem::take(&mut self.table.row);
            }
            TagEnd::Table => {
                // A table of a header alone is said as it stands.
                let head = std::mem::take(&mut self.table.head);
                self.push_passage(head, Kind::TableRow, Pause::ListItem);
            }
            TagEnd::TableRow => self.end_row(),
            TagEnd::TableCell => self.end_cell(range),
            TagEnd::Strikethrough => {
                self.struck.pop();
            }
            TagEnd::Image => {
                let described = self.images.pop().is_some_and(|start| self.open.text.len() > start);
                if !described && self.heard() {
                    self.omit(Omitted::Image, range, "no description");
                }
            }
            _ => {}
        }
    }

    /// Whether what comes now is spoken at all.
    fn heard(&self) -> bool {
        self.reasoning.is_none() && !self.struck.contains(&true)
    }

    /// Bytes of `source` as bytes of the reply.
    fn reply(&self, range: Range<usize>) -> Range<usize> {
        let shift = |at: usize| self.at + at.saturating_sub(self.skip);
        shift(range.start)..shift(range.end)
    }

    fn omit(&mut self, what: Omitted, range: Range<usize>, note: &str) {
        let range = range.start..range.start + self.source[range].trim_end().len();
        self.rendered.omissions.push(Omission { what, source: self.reply(range), note: note.into() });
    }

    fn begin(&mut self) {
        if self.open.text.is_empty()
            && let Some(lead) = self.lead.take()
        {
            self.open.replace(&lead.text, lead.source);
        }
    }

    fn text(&mut self, text: &str, range: Range<usize>, relation: Relation) {
        if !self.heard() || range.is_empty() {
            return;
        }
        self.begin();
        let source = self.reply(range.clone());
        let written = &self.source[range.clone()];
        // The first text may begin with the word before the reply.
        let text = if range.start == self.skip && text.ends_with(written) { written } else { text };
        if written == text {
            self.open.push(text, source.start, relation);
        } else {
            self.open.replace(text, source);
        }
    }

    fn inline_code(&mut self, code: &str, range: Range<usize>) {
        if !self.heard() {
            return;
        }
        let written = &self.source[range.clone()];
        let marks = written.bytes().take_while(|b| *b == b'`').count();
        let padding = usize::from(written.len() == code.len() + 2 * (marks + 1));
        let start = marks + padding;
        // Line breaks inside code are spaces in it; else it stands as written.
        if written.get(start..start + code.len()).is_some_and(|inside| inside.replace('\n', " ") == code) {
            self.begin();
            let source = self.reply(range).start + start;
            self.open.push(code, source, Relation::Literal);
        } else {
            self.text(code, range, Relation::Prose);
        }
    }

    /// Ends the passage being made.
    fn flush(&mut self, pause: Pause) {
        let open = std::mem::take(&mut self.open);
        let kind = self.kinds.last().copied().unwrap_or(Kind::Paragraph);
        self.push_passage(clean(open), kind, pause);
    }

    fn push_passage(&mut self, mut spoken: Spoken, kind: Kind, pause: Pause) {
        if !spoken.text.chars().any(char::is_alphanumeric) {
            return;
        }
        if matches!(kind, Kind::Heading | Kind::ListItem | Kind::TableRow) {
            end_sentence(&mut spoken);
        }
        self.rendered.passages.push(Passage { spoken, kind, pause });
    }
}

/// Headings, items and rows stand without a full stop; a voice needs one to let its pitch fall.
fn end_sentence(spoken: &mut Spoken) {
    let Some(last) = spoken.text.trim_end_matches(['"', '”', '’', '\'', '»', ')', ']']).chars().next_back()
    else {
        return;
    };
    if !last.is_alphanumeric() && !matches!(last, '%' | '°' | '`' | '+' | '$' | '€' | '£') {
        return;
    }
    let end = spoken.source().end;
    let wide = matches!(u32::from(last), 0x3040..=0x30FF | 0x3400..=0x9FFF | 0xF900..=0xFAFF);
    spoken.replace(if wide { "。" } else { "." }, end..end);
}

fn alert_name(alert: BlockQuoteKind) -> &'static str {
    match alert {
        BlockQuoteKind::Note => "Note: ",
        BlockQuoteKind::Tip => "Tip: ",
        BlockQuoteKind::Important => "Important: ",
        BlockQuoteKind::Warning => "Warning: ",
        BlockQuoteKind::Caution => "Caution: ",
    }
}
