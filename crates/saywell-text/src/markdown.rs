//! What is said for each element of Markdown. One block at a time, from a real Markdown parser.

use crate::added::Phrase;
use crate::announcement::Announcement;
use crate::clean::clean;
use crate::islands::{Island, What, blanked, islands, may_hold};
use crate::length::length;
use crate::lines;
use crate::maths;
use crate::pause::Pause;
use crate::spoken::{Relation, Spoken};
use crate::utterance::{Omission, Omitted, UtteranceKind};
use crate::{Code, Options};
use code::Listing;
use html::Html;
use pulldown_cmark::{BlockQuoteKind, BrokenLink, CowStr, Event, LinkType, Parser, Tag, TagEnd};
use std::ops::Range;
use table::Table;

mod code;
mod html;
mod languages;
mod table;

/// A run of speech that belongs together: a paragraph, an item, a row.
#[derive(Debug)]
pub(crate) struct Passage {
    pub(crate) spoken: Spoken,
    pub(crate) kind: UtteranceKind,
    /// The pause after all of it.
    pub(crate) pause: Pause,
    /// What it announces, if it stands for what is not read.
    pub(crate) announces: Option<Announcement>,
}

/// What a block gives.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    pub(crate) passages: Vec<Passage>,
    pub(crate) omissions: Vec<Omission>,
    /// Bytes of the reply that are written in bold or italics, without their marks, in order.
    pub(crate) emphases: Vec<Range<usize>>,
}

/// Renders the block `source`, which stands at byte `at` of the reply. `number` counts a list item
/// that is parsed apart from the items before it; `indent` is the columns before an item inside another.
pub(crate) fn block(
    source: &str,
    at: usize,
    indent: usize,
    number: Option<u64>,
    options: &Options,
) -> Rendered {
    // The parser has to see items around it, or it takes the indentation for code.
    const DEEPEST: usize = 100;
    if (2..DEEPEST).contains(&indent) {
        let mut around = String::new();
        for column in (0..indent / 2).map(|depth| depth * 2) {
            around.extend(std::iter::repeat_n(' ', column));
            around.push_str("- x\n");
        }
        return walk(&[&around, source].concat(), around.len(), at, number, true, options);
    }
    // "##Heading" is meant as one.
    let level = source.bytes().take_while(|b| *b == b'#').count();
    if level >= 2 && source.as_bytes().get(level).is_some_and(u8::is_ascii_alphanumeric) {
        return block(&[&source[..level - 1], " ", &source[level..]].concat(), at, indent, number, options);
    }
    if source.starts_with(['{', '['])
        && let Some(end) = json_end(source)
    {
        return json(source, end, at, options);
    }
    let code =
        source.starts_with("    ") || source.starts_with('\t') || source.trim_start().starts_with(['`', '~']);
    walk(source, 0, at, number, !code, options)
}

/// Where the value of JSON ends that `source` begins with, if it does and something of a name is in it.
fn json_end(source: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let (mut string, mut escaped) = (false, false);
    for (at, byte) in source.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if string => escaped = true,
            b'"' => string = !string,
            _ if string => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    let value = &source[..=at];
                    return (value.contains("\":") || value.contains("\" :")).then_some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Announces the value of JSON that `source` begins with, unless it calls a tool, and renders what follows.
fn json(source: &str, end: usize, at: usize, options: &Options) -> Rendered {
    const CALLS: [&str; 8] = [
        "\"tool", "\"function", "\"arguments\"", "\"parameters\"", "\"action", "\"tool_calls\"",
        "\"command\"", "\"recipient",
    ];
    let value = &source[..end];
    let mut walker = Walker::new(source, source, Vec::new(), 0, at, None, options);
    if CALLS.iter().any(|mark| value.contains(mark)) {
        walker.omit(Omitted::ToolCall, 0..end, "");
    } else {
        let lines = value.lines().count();
        walker.announce(0..end, Announcement::Named { name: "JSON", lines });
    }
    let mut rendered = walker.rendered;
    let rest = &source[end..];
    let start = end + (rest.len() - rest.trim_start().len());
    if start < source.len() {
        let after = block(&source[start..], at + start, 0, None, options);
        rendered.passages.extend(after.passages);
        rendered.omissions.extend(after.omissions);
        rendered.emphases.extend(after.emphases);
    }
    rendered
}

/// Renders `source` as running text: nothing in its first line is taken for a block.
pub(crate) fn inline(source: &str, at: usize, options: &Options) -> Rendered {
    // After a word, the parser is inside a paragraph.
    const WORD: &str = "x ";
    // A tag that the reply broke off in: "the <code>HashMap</co".
    let source = match source.rsplit_once("</") {
        Some((before, name)) if name.bytes().all(|b| b.is_ascii_alphanumeric()) => before.trim_end(),
        _ => source,
    };
    // Most sentences have no mark in them, and nothing for a parser to find.
    let marked =
        |b: u8| matches!(b, b'*' | b'_' | b'`' | b'[' | b'<' | b'&' | b'\\' | b'~' | b'\n' | b'\r' | 0);
    if !source.bytes().any(marked) && !may_hold(source) {
        return plain(source, at, options);
    }
    walk(&[WORD, source].concat(), WORD.len(), at, None, true, options)
}

/// Renders `source` as running text without any markup.
pub(crate) fn plain(source: &str, at: usize, options: &Options) -> Rendered {
    let mut spoken = Spoken::default();
    let mut from = 0;
    for Island { range, what } in islands(source, false) {
        spoken.push(&source[from..range.start], at + from, Relation::Prose);
        if let What::Shown(shown) = what {
            spoken.push(&source[shown.clone()], at + shown.start, Relation::Prose);
        }
        from = range.end;
    }
    spoken.push(&source[from..], at + from, Relation::Prose);
    let mut spoken = clean(spoken, options.emoji);
    let begins =
        if options.markup == crate::Markup::Markdown { lines::after_bullets(&spoken.text) } else { 0 };
    if begins > 0 {
        spoken = spoken.slice(begins..spoken.text.len());
    }
    let passage =
        Passage { spoken, kind: UtteranceKind::Paragraph, pause: Pause::Paragraph, announces: None };
    Rendered { passages: vec![passage], ..Rendered::default() }
}

/// Renders a change of files that stands without a fence.
pub(crate) fn diff(source: &str, at: usize, options: &Options) -> Rendered {
    let mut walker = Walker::new(source, source, Vec::new(), 0, at, None, options);
    if options.code == Code::Read {
        let mut from = at;
        for line in source.split_inclusive('\n') {
            walker.open.push(line.trim_end(), from, Relation::Literal);
            from += line.len();
            let line = clean(std::mem::take(&mut walker.open), options.emoji);
            walker.push_passage(line, UtteranceKind::Code, Pause::Clause);
        }
        walker.end_reading();
    } else {
        walker.bare_diff();
    }
    walker.rendered
}

fn walk(
    source: &str,
    skip: usize,
    at: usize,
    number: Option<u64>,
    markup: bool,
    options: &Options,
) -> Rendered {
    let islands = islands(source, markup);
    let blank = blanked(source, &islands);
    Walker::new(&blank, source, islands, skip, at, number, options).walk()
}

fn extensions() -> pulldown_cmark::Options {
    use pulldown_cmark::Options;
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_DEFINITION_LIST
}

/// The events of `source` with the bytes they stand for.
fn events(source: &str) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
    // Definitions may stand in a block that is yet to come, so a full reference is taken for a
    // link whether it is defined or not: only its text is said.
    let resolve = |link: BrokenLink<'_>| {
        let named = matches!(link.link_type, LinkType::Reference | LinkType::Collapsed)
            || matches!(link.link_type, LinkType::ReferenceUnknown | LinkType::CollapsedUnknown);
        let label = source.get(link.span.clone())?.trim_start_matches(['!', '[']);
        let cites = label.split(']').next()?.bytes().all(|b| b.is_ascii_digit());
        // `matrix[i][j]`
        let before = source.get(..link.span.start)?;
        let indexes = label.split(']').next()?.len() < 3
            && before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ']'));
        // `[Ag⁺][Cl⁻]`, `[A][B]`: concentrations.
        let text = label.split(']').next()?;
        let formulas = text.len() < 12
            && text.starts_with(|first: char| first.is_ascii_uppercase())
            && text.chars().all(|found| found.is_ascii_alphanumeric() || "⁺⁻+-₂₃₄²³".contains(found))
            && (text.len() < 3 || text.ends_with(['⁺', '⁻', '+', '-']));
        (named && !cites && !indexes && !formulas).then_some((CowStr::Borrowed(""), CowStr::Borrowed("")))
    };
    Parser::new_with_broken_link_callback(source, extensions(), Some(resolve)).into_offset_iter()
}

struct Walker<'a> {
    /// What is parsed: the text with its islands blanked out, ...
    source: &'a str,
    /// ... and as it was written.
    written: &'a str,
    islands: Vec<Island>,
    /// The next island to be said.
    island: usize,
    /// Bytes at the start of `source` that are not of the reply.
    skip: usize,
    /// Where in the reply `source` stands, after those bytes.
    at: usize,
    options: &'a Options,
    rendered: Rendered,
    /// The passage being made.
    open: Spoken,
    /// What will begin the next passage: a number, "Note:".
    lead: Option<Spoken>,
    /// The blocks around: the innermost decides what a passage is.
    kinds: Vec<UtteranceKind>,
    /// The next number of each list around; `None` for bullets.
    lists: Vec<Option<u64>>,
    first_number: Option<u64>,
    table: Table,
    /// For each strike-through around, whether what it holds is left out.
    struck: Vec<bool>,
    /// For each image around, where in `open` its description begins.
    images: Vec<usize>,
    /// Where the emphasis around ends that is none but a product.
    products: Vec<usize>,
    /// For each link around, where in `open` its text begins, and where it leads.
    links: Vec<(usize, String)>,
    /// The code block around.
    listing: Option<Listing>,
    /// Where in `source` a hidden block began, and what it is.
    hidden: Option<(usize, Omitted)>,
    html: Html,
}

impl<'a> Walker<'a> {
    fn new(
        source: &'a str,
        written: &'a str,
        islands: Vec<Island>,
        skip: usize,
        at: usize,
        number: Option<u64>,
        options: &'a Options,
    ) -> Self {
        Self {
            source,
            written,
            islands,
            island: 0,
            skip,
            at,
            options,
            rendered: Rendered::default(),
            open: Spoken::default(),
            lead: None,
            kinds: Vec::new(),
            lists: Vec::new(),
            first_number: number,
            table: Table::default(),
            struck: Vec::new(),
            images: Vec::new(),
            products: Vec::new(),
            links: Vec::new(),
            listing: None,
            hidden: None,
            html: Html::default(),
        }
    }

    fn walk(mut self) -> Rendered {
        for (event, range) in events(self.source) {
            if range.end <= self.skip && matches!(event, Event::Text(_)) {
                continue;
            }
            let range = range.start.max(self.skip)..range.end.max(self.skip);
            self.event(event, range);
        }
        self.flush(Pause::Paragraph);
        if let Some((start, what)) = self.hidden.take() {
            self.omit(what, start..self.source.len(), "not closed");
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
            Event::SoftBreak if self.is_meant(&range) => self.flush(Pause::Sentence),
            Event::SoftBreak => self.text(" ", range, Relation::Prose),
            Event::HardBreak => self.flush(Pause::Sentence),
            Event::InlineHtml(html) => self.tag(&html, range),
            // A block of HTML is read as a whole when it starts.
            // Formulas were found before, as islands.
            Event::Html(_)
            | Event::FootnoteReference(_)
            | Event::Rule
            | Event::InlineMath(_)
            | Event::DisplayMath(_) => {}
            Event::TaskListMarker(done) => {
                let number = self.lead.take().unwrap_or_default();
                let mut source = self.reply(range);
                if !number.text.is_empty() {
                    source.start = number.source().start;
                }
                let mut lead = Spoken::default();
                lead.replace(&number.text, source.clone());
                lead.add(if done { Phrase::Done } else { Phrase::ToDo }, source.clone());
                lead.replace(": ", source);
                self.lead = Some(lead);
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Paragraph | Tag::DefinitionList => self.flush(Pause::Paragraph),
            Tag::Heading { .. } => {
                self.flush(Pause::Paragraph);
                self.kinds.push(UtteranceKind::Heading);
            }
            Tag::BlockQuote(alert) => self.start_quote(alert, &range),
            Tag::CodeBlock(kind) => self.start_code(&kind),
            Tag::HtmlBlock => {
                self.flush(Pause::Paragraph);
                self.html_block(range);
            }
            Tag::List(first) => {
                self.flush(Pause::ListItem);
                // The first list with numbers is the one that is counted apart; those around are bullets.
                let first = first.map(|number| self.first_number.take().unwrap_or(number));
                self.lists.push(first);
            }
            Tag::Item => {
                self.flush(Pause::ListItem);
                self.kinds.push(UtteranceKind::ListItem);
                if let Some(Some(number)) = self.lists.last_mut() {
                    let text = format!("{number}. ");
                    *number = number.saturating_add(1);
                    let marker = self.source[range.clone()].find([' ', '\t']).unwrap_or(0);
                    let mut lead = Spoken::default();
                    lead.replace(&text, self.reply(range.start..range.start + marker));
                    self.lead = Some(lead);
                } else {
                    self.lead = None;
                }
            }
            Tag::FootnoteDefinition(label) => {
                self.flush(Pause::Paragraph);
                self.kinds.push(UtteranceKind::Footnote);
                let number = label.bytes().all(|b| b.is_ascii_digit());
                let number = if number { format!(" {label}: ") } else { ": ".to_owned() };
                let mark = self.source[range.clone()].find(':').map_or(0, |colon| colon + 1);
                let source = self.reply(range.start..range.start + mark);
                let mut lead = Spoken::default();
                lead.add(Phrase::Footnote, source.clone());
                lead.replace(&number, source);
                self.lead = Some(lead);
            }
            Tag::DefinitionListTitle => {
                self.flush(Pause::ListItem);
                self.kinds.push(UtteranceKind::ListItem);
            }
            Tag::DefinitionListDefinition => {
                self.kinds.push(UtteranceKind::ListItem);
                if !self.open.text.is_empty() {
                    let at = self.open.source().end;
                    self.open.replace(": ", at..at);
                }
            }
            Tag::Table(_) => {
                self.flush(Pause::Paragraph);
                self.table = Table { first_passage: self.rendered.passages.len(), ..Table::default() };
            }
            Tag::TableHead => self.table.in_head = true,
            Tag::TableRow => {
                self.table.column = 0;
                self.table.rows += 1;
            }
            Tag::TableCell => self.table.in_cell = true,
            Tag::Strikethrough => {
                // One tilde is more often "about" than struck out.
                let struck = self.source[range.clone()].starts_with("~~");
                if struck {
                    self.omit(Omitted::Struck, range, "struck out");
                }
                self.struck.push(struck);
            }
            Tag::Image { .. } => {
                // Alone it has to be said what it is; in a sentence, the sentence says so.
                if self.heard() && self.open.text.is_empty() && self.links.is_empty() {
                    let at = self.reply(range).start;
                    self.begin();
                    self.open.add(Phrase::Image, at..at);
                    self.open.replace(": ", at..at);
                }
                self.images.push(self.open.text.len());
            }
            Tag::Link { dest_url, .. } => self.links.push((self.open.text.len(), dest_url.into_string())),
            Tag::Emphasis | Tag::Strong => self.emphasis(&tag, range),
            _ => {}
        }
    }

    fn emphasis(&mut self, tag: &Tag<'_>, range: Range<usize>) {
        let width = if matches!(tag, Tag::Strong) { 2 } else { 1 };
        if self.is_product(&range) {
            self.text("*", range.start..range.start + width, Relation::Prose);
            self.products.push(range.end);
        } else if self.heard() {
            let emphasis = self.reply(range.start + width..range.end - width);
            self.rendered.emphases.push(emphasis);
        }
    }

    /// Whether what the parser takes for emphasis multiplies: `2*3*4`, `3*x*y`, `a*b*c`.
    fn is_product(&self, range: &Range<usize>) -> bool {
        let inside = &self.source[range.clone()];
        if !inside.starts_with('*') || inside.starts_with("**") {
            return false;
        }
        let before = self.source[..range.start].chars().next_back();
        let after = self.source[range.end..].chars().next();
        let factors = inside.trim_matches('*').split('*').all(|factor| {
            let letters = factor.chars().filter(|c| c.is_alphabetic()).count();
            !factor.is_empty()
                && letters < 3
                && factor.chars().all(|c| c.is_alphanumeric() || " ()+-−/.".contains(c))
        });
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '(' | ')'));
        factors && word(before) && word(after)
    }

    fn start_quote(&mut self, alert: Option<BlockQuoteKind>, range: &Range<usize>) {
        self.flush(Pause::Paragraph);
        self.kinds.push(UtteranceKind::Quote);
        let at = self.reply(range.clone()).start;
        let mut lead = Spoken::default();
        if let Some(alert) = alert {
            lead.add(alert_name(alert), at..at);
            lead.replace(": ", at..at);
        } else if self.source[range.start..]
            .strip_prefix('>')
            .is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_digit() || "=$€£".contains(next)))
        {
            // `>=3.8`, `>50%` compare.
            lead.push(">", at, Relation::Literal);
        } else {
            return;
        }
        self.lead = Some(lead);
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
            TagEnd::DefinitionListTitle => {
                self.kinds.pop();
            }
            TagEnd::DefinitionListDefinition => {
                self.flush(Pause::ListItem);
                self.kinds.pop();
            }
            TagEnd::Table => self.end_table(range),
            TagEnd::TableRow => self.end_row(),
            TagEnd::TableCell => self.end_cell(),
            TagEnd::Strikethrough => {
                self.struck.pop();
            }
            TagEnd::Image => {
                let start = self.images.pop().unwrap_or(self.open.text.len());
                if self.open.text.len() <= start && self.heard() {
                    if self.open.text.ends_with("Image: ") {
                        self.open = self.open.slice(0..self.open.text.len() - "Image: ".len());
                    }
                    self.omit(Omitted::Image, range, "no description");
                }
            }
            TagEnd::Link => self.end_link(),
            TagEnd::Emphasis if self.products.last() == Some(&range.end) => {
                self.products.pop();
                self.text("*", range.end - 1..range.end, Relation::Prose);
            }
            _ => {}
        }
    }

    /// Whether the line break at `range` was meant. Those in a paragraph were cut at before.
    fn is_meant(&self, range: &Range<usize>) -> bool {
        if self.skip > 0 || !self.links.is_empty() || !self.images.is_empty() || self.open.text.is_empty() {
            return false;
        }
        let (before, after) = (&self.source[..range.start], &self.source[range.end..]);
        let line = before.rsplit('\n').next().unwrap_or(before).trim();
        lines::is_break_meant(length(line), false, lines::content(after), true) == Some(true)
    }

    /// Whether what comes now is spoken at all.
    fn heard(&self) -> bool {
        self.hidden.is_none() && !self.struck.contains(&true)
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
            self.open.extend(&lead);
        }
    }

    fn text(&mut self, text: &str, range: Range<usize>, relation: Relation) {
        if !self.heard() || range.is_empty() {
            return;
        }
        let source = self.reply(range.clone());
        let written = &self.source[range.clone()];
        // The first text may begin with the word before the reply.
        let text = if range.start == self.skip && text.ends_with(written) { written } else { text };
        if written == text
            && self.islands.get(self.island).is_some_and(|island| island.range.start < range.end)
        {
            return self.text_with_islands(range, relation);
        }
        self.begin();
        if written == text {
            self.open.push(text, source.start, relation);
        } else {
            self.open.replace(text, source);
        }
    }

    /// Text as it is written, with formulas and the like in it.
    fn text_with_islands(&mut self, range: Range<usize>, relation: Relation) {
        let mut at = range.start;
        while let Some(island) =
            self.islands.get(self.island).filter(|island| island.range.start < range.end).cloned()
        {
            self.island += 1;
            if island.range.end <= at {
                continue;
            }
            let before = at..island.range.start.max(at);
            if !before.is_empty() {
                let start = self.reply(before.clone()).start;
                self.begin();
                self.open.push(&self.source[before], start, relation);
            }
            at = island.range.end;
            match island.what {
                What::Silent => {}
                What::Shown(shown) => {
                    let start = self.reply(shown.clone()).start;
                    self.begin();
                    self.open.push(&self.written[shown], start, Relation::Literal);
                }
                What::Aside(shown) => {
                    let source = self.reply(island.range);
                    let start = self.reply(shown.clone()).start;
                    self.begin();
                    // After a sentence it is one as well.
                    let ended = self.open.text.ends_with(['.', '!', '?']);
                    let [open, close] = if ended { [" ", "."] } else { [" (", ")"] };
                    self.open.replace(open, source.start..start);
                    self.open.push(&self.written[shown.clone()], start, Relation::Prose);
                    self.open.replace(close, start + shown.len()..source.end);
                }
                What::Formula { tex, displayed } => self.formula(island.range, tex, displayed),
            }
        }
        if at < range.end {
            let start = self.reply(at..range.end).start;
            self.begin();
            self.open.push(&self.source[at..range.end], start, relation);
        }
    }

    /// Says the formula `tex`, or that there is one.
    fn formula(&mut self, range: Range<usize>, tex: Range<usize>, displayed: bool) {
        let mut tex = self.written[tex].trim().to_owned();
        if self.kinds.contains(&UtteranceKind::Quote) {
            tex = tex.replace("\n>", "\n").replace("\n >", "\n");
        }
        if displayed {
            self.flush(Pause::Clause);
        }
        let source = self.reply(range.clone());
        match maths::speak(&tex, self.options.formula_chars) {
            Some(words) if words.is_empty() => {}
            Some(words) => {
                self.begin();
                self.open.replace(unnamed(&self.open.text, &words), source);
            }
            None => {
                self.begin();
                self.open.add(if displayed { Phrase::AloneFormula } else { Phrase::Formula }, source);
                let note = format!("Formula, {} characters", tex.chars().count());
                self.omit(Omitted::Formula, range, &note);
            }
        }
        if displayed {
            end_sentence(&mut self.open);
            self.flush(Pause::Paragraph);
        }
    }

    /// Ends a link. One whose text only cites (a number, "source", the name of the site in brackets) is
    /// not said: it is for the eye.
    fn end_link(&mut self) {
        let Some((start, address)) = self.links.pop() else { return };
        let Some(text) = self.open.text.get(start..) else { return };
        let text = text.trim().trim_matches(['[', ']']).trim();
        let number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'^');
        let before = self.open.text[..start].trim_end();
        let sourced = ["source", "sources", "link", "ref", "citation"]
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word))
            && before.ends_with('(');
        let site = before.ends_with(['(', ',', ';'])
            && before.contains('(')
            && !text.contains(char::is_whitespace)
            && text.contains('.')
            && address.contains(text);
        if number || sourced || site {
            self.open = self.open.slice(0..start);
        }
    }

    fn inline_code(&mut self, code: &str, range: Range<usize>) {
        if !self.heard() {
            return;
        }
        let written = &self.source[range.clone()];
        if written.starts_with("```") && written.contains('\n') {
            return self.misplaced_fence(range);
        }
        let marks = written.bytes().take_while(|b| *b == b'`').count();
        let padding = usize::from(written.len() == code.len() + 2 * (marks + 1));
        let start = marks + padding;
        // Line breaks inside code are spaces in it; else it stands as written.
        if written.get(start..start + code.len()).is_some_and(|inside| inside.replace('\n', " ") == code) {
            self.begin();
            let source = self.reply(range).start + start;
            let mut at = 0;
            for (sign, said) in reckoned(code) {
                self.open.push(&code[at..sign], source + at, Relation::Literal);
                at = sign + 1;
                self.open.replace(said, source + sign..source + at);
            }
            self.open.push(&code[at..], source + at, Relation::Literal);
        } else {
            self.text(code, range, Relation::Prose);
        }
    }

    /// Ends the passage being made; in a cell of a table, only what is read in one breath.
    fn flush(&mut self, pause: Pause) {
        if self.table.in_cell {
            if self.open.text.ends_with(char::is_alphanumeric) {
                let at = self.open.source().end;
                self.open.replace(", ", at..at);
            }
            return;
        }
        let open = std::mem::take(&mut self.open);
        // Raised or lowered text, or a link, that goes on beyond its passage is none there.
        self.html.script = None;
        for (start, _) in &mut self.links {
            *start = 0;
        }
        let kind = self.kinds.last().copied().unwrap_or(UtteranceKind::Paragraph);
        self.push_passage(clean(open, self.options.emoji), kind, pause);
    }

    fn push_passage(&mut self, mut spoken: Spoken, kind: UtteranceKind, pause: Pause) {
        // What a term means, on its own.
        if spoken.text.starts_with(": ") {
            spoken = spoken.slice(": ".len()..spoken.text.len());
        }
        // The sign of an item in a list that nobody wrote Markdown for, and the lines of a tree.
        let begins = lines::after_bullets(&spoken.text);
        if begins > 0 {
            spoken = spoken.slice(begins..spoken.text.len());
        }
        if !spoken.text.chars().any(char::is_alphanumeric) {
            return;
        }
        if matches!(kind, UtteranceKind::Heading | UtteranceKind::ListItem | UtteranceKind::TableRow) {
            end_sentence(&mut spoken);
        }
        self.rendered.passages.push(Passage { spoken, kind, pause, announces: None });
    }
}

/// Where in code that is nothing but an expression a hyphen is a minus and a star a product: `total - tax`.
fn reckoned(code: &str) -> Vec<(usize, &'static str)> {
    let known = |c: char| c.is_ascii_alphanumeric() || "+-*/%=().,[]_ ".contains(c);
    let names = |part: &str| part.starts_with(|c: char| c.is_ascii_alphanumeric() || "_(".contains(c));
    // Words one after the other are a command: `ls - la`; stars are a time to run at: `0 0 * * *`.
    let words: Vec<&str> = code.split(' ').collect();
    let command = words.windows(2).any(|pair| {
        names(pair[0]) && names(pair[1]) && !pair[0].ends_with([',', '(']) || pair[1].starts_with("--")
    });
    if !code.chars().all(known) || command || code.contains("* *") {
        return Vec::new();
    }
    let signs = code.match_indices(" - ").chain(code.match_indices(" * "));
    let mut found: Vec<_> = signs
        .filter(|(at, _)| code[..*at].ends_with(|c: char| c.is_ascii_alphanumeric() || "_)]".contains(c)))
        .map(|(at, sign)| (at + 1, if sign == " - " { "−" } else { "×" }))
        .collect();
    found.sort_unstable();
    found
}

/// The words of a formula without the name of what it is, which stands before it already: `The limit $\lim …$`.
fn unnamed<'w>(before: &str, words: &'w str) -> &'w str {
    const NAMES: [&str; 6] = ["limit", "integral", "sum", "product", "square root", "derivative"];
    let before = before.trim_end();
    let named = NAMES.iter().find_map(|name| {
        let start = before.len().checked_sub(name.len())?;
        let said = before.get(start..)?.eq_ignore_ascii_case(name)
            && !before[..start].ends_with(|c: char| c.is_alphanumeric());
        words.strip_prefix("the ")?.strip_prefix(name)?.strip_prefix(' ').filter(|_| said)
    });
    named.unwrap_or(words)
}

/// Headings, items and rows stand without a full stop; a voice needs one to let its pitch fall.
fn end_sentence(spoken: &mut Spoken) {
    let Some(last) = spoken.text.trim_end_matches(['"', '”', '’', '\'', '»', ')', ']']).chars().next_back()
    else {
        return;
    };
    // "…, and" leads on to the next item.
    if [" and", " or"].iter().any(|word| spoken.text.ends_with(word)) {
        return;
    }
    if !last.is_alphanumeric() && !matches!(last, '%' | '°' | '`' | '+' | '$' | '€' | '£') {
        return;
    }
    let end = spoken.source().end;
    let wide = matches!(u32::from(last), 0x3040..=0x30FF | 0x3400..=0x9FFF | 0xF900..=0xFAFF);
    spoken.replace(if wide { "。" } else { "." }, end..end);
}

fn alert_name(alert: BlockQuoteKind) -> Phrase {
    match alert {
        BlockQuoteKind::Note => Phrase::Note,
        BlockQuoteKind::Tip => Phrase::Tip,
        BlockQuoteKind::Important => Phrase::Important,
        BlockQuoteKind::Warning => Phrase::Warning,
        BlockQuoteKind::Caution => Phrase::Caution,
    }
}
