//! The script while the reply is still arriving.

use crate::blocks::{Block, Step};
use crate::clean::trim;
use crate::hidden::{self, Close, Opening, Search};
use crate::lines::{self, Fence, Line};
use crate::markdown::{self, Passage, Rendered};
use crate::paragraph::{Cutter, Found};
use crate::pause::Pause;
use crate::sides;
use crate::split::{Lengths, split};
use crate::utterance::{Omission, Omitted, Utterance, UtteranceKind};
use crate::{Markup, Options};
use std::ops::Range;

/// Makes a script from a reply that arrives in pieces.
///
/// The same text gives the same utterances and omissions, in whatever pieces it comes. The reply is
/// cut into blocks (and paragraphs into sentences) by what has arrived before the cut and a little
/// after it; each part is parsed once, when it is complete, and never again, so the work is linear
/// in the length of the reply and an utterance, once given, is final.
///
/// When utterances are given:
/// - a sentence of a paragraph: when the first word of the next is seen (after an abbreviation: all
///   of that word), and emphasis, links, code, formulas and tags around it are closed; a sentence
///   shorter than 25 characters that is not the reply's first comes with its next;
/// - the first utterance of a reply: where it is a quarter longer than [`Options::first_utterance_chars`], up to the first
///   place outside of such marks where a reader would breathe, 20 to 44 characters after that;
/// - the end of a paragraph, a paragraph of a quote, a table: at the blank line or block after it;
/// - a heading, a thematic break: at its line's end; a list item, nested or not: when the next line
///   begins something else; fenced code, a displayed formula: when it is closed;
/// - what is never closed, such as a fence or the last paragraph: at the end.
///
/// So running text never waits for long: text in which nothing is open is given before twice
/// [`Options::utterance_chars`] more characters have come, with a sentence's end or without, unless
/// they are one word; a mark that is open holds it up for 800 characters more and no longer, as what
/// is open for longer was no mark. A heading waits for its line; an item, a table, code and a formula
/// for their end, and reasoning and tool calls say nothing.
///
/// To make that possible, these differ from what a Markdown reader of the whole would do:
/// `[text][label]` is a link whether or not the label is defined; a paragraph is underlined into a
/// heading, or is the header of a table without a leading bar, only if no sentence of it was given
/// before; nested lists that are indented too little are lists of their own; a line that begins with
/// a bar ends a paragraph; a tag alone on its line, such as `<answer>`, leaves what follows Markdown;
/// reasoning and tool calls are such wherever they begin, but in code.
#[derive(Debug)]
pub struct Scripter {
    options: Options,
    /// The part of the reply that is still needed, ...
    buffer: String,
    /// ... and how many bytes of the reply came before it.
    dropped: usize,
    /// Where in the buffer the next line starts, or the open block's next line.
    at: usize,
    /// There is no line feed in the buffer from `at` to here.
    searched: usize,
    /// No more is to come.
    ended: bool,
    state: State,
    /// The marker and next number of the numbered list that the last block belongs to.
    list: Option<(u8, u64)>,
    /// The first utterance is still to come.
    first: bool,
    /// What was said of the sentence that the last part of a paragraph cut, ...
    behind: String,
    /// ... and what of it is known to come.
    ahead: String,
    utterances: Vec<Utterance>,
    omissions: Vec<Omission>,
    work: u64,
}

#[derive(Debug)]
enum State {
    /// Between blocks. After what is hidden, white space on the same line is skipped.
    Between {
        after_hidden: bool,
    },
    Paragraph(Paragraph),
    Block {
        block: Block,
        start: usize,
        number: Option<u64>,
        after_blank: bool,
        /// The fenced code that is open inside it.
        fence: Option<Fence>,
        /// It begins with an item inside another.
        nested: Option<Nested>,
    },
    Hidden {
        start: usize,
        what: Omitted,
        close: Close,
        depth: usize,
        from: usize,
    },
}

/// An item inside another, which is given apart.
#[derive(Clone, Copy, Debug)]
struct Nested {
    /// Columns before it.
    indent: usize,
    /// Its marker: the next item with it and the same indentation is of the same list, ...
    mark: u8,
    /// ... and has this number.
    next: u64,
}

#[derive(Debug)]
struct Paragraph {
    cutter: Cutter,
    /// It is known to reach at least this far.
    known: usize,
    /// The line at `Scripter::at` is known to belong to it.
    in_line: bool,
    /// Lines that belong to it.
    lines: usize,
    /// It ends at `known`.
    over: bool,
}

/// Whether there is more to do before more text arrives.
#[derive(PartialEq, Eq)]
enum Progress {
    Made,
    Starved,
}

/// Of a line that is not complete, no more than this is looked at each time.
const LINE_PREFIX: usize = 1024;

impl Scripter {
    /// A script to be made with these options.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let state = if options.begins_in_reasoning {
            State::Hidden { start: 0, what: Omitted::Reasoning, close: Close::Reasoning, depth: 1, from: 0 }
        } else {
            State::Between { after_hidden: false }
        };
        Self {
            options,
            buffer: String::new(),
            dropped: 0,
            at: 0,
            searched: 0,
            ended: false,
            state,
            list: None,
            first: true,
            behind: String::new(),
            ahead: String::new(),
            utterances: Vec::new(),
            omissions: Vec::new(),
            work: 0,
        }
    }

    /// Takes the next piece of the reply; gives the utterances that it makes final.
    pub fn push(&mut self, piece: &str) -> Vec<Utterance> {
        self.buffer.push_str(piece);
        self.advance();
        std::mem::take(&mut self.utterances)
    }

    /// Ends the reply; gives the last utterances, and all omissions of the reply.
    #[must_use]
    pub fn finish(mut self) -> (Vec<Utterance>, Vec<Omission>) {
        self.ended = true;
        self.advance();
        (self.utterances, self.omissions)
    }

    /// How much has been done, in characters looked at: linear in the length of the reply.
    #[must_use]
    pub fn work(&self) -> u64 {
        self.work
    }

    fn advance(&mut self) {
        while self.step() == Progress::Made {}
        // What is behind every open block is no longer needed; dropping half at a time keeps it cheap.
        let needed = match &self.state {
            State::Between { .. } => self.at,
            State::Paragraph(paragraph) => paragraph.cutter.start,
            State::Block { start, .. } | State::Hidden { start, .. } => *start,
        };
        if needed > 1024 && needed > self.buffer.len() / 2 {
            self.forget(needed);
        }
    }

    fn forget(&mut self, bytes: usize) {
        self.work += (self.buffer.len() - bytes) as u64;
        self.buffer.drain(..bytes);
        self.dropped += bytes;
        self.at = self.at.saturating_sub(bytes);
        self.searched = self.searched.saturating_sub(bytes);
        match &mut self.state {
            State::Between { .. } => {}
            State::Paragraph(paragraph) => {
                paragraph.cutter.shift(bytes);
                paragraph.known -= bytes;
            }
            State::Block { start, .. } => *start -= bytes,
            State::Hidden { start, from, .. } => {
                *start -= bytes;
                *from -= bytes;
            }
        }
    }

    fn step(&mut self) -> Progress {
        match &mut self.state {
            State::Between { after_hidden } => {
                if *after_hidden {
                    let rest = &self.buffer[self.at..];
                    self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
                    *after_hidden = self.at == self.buffer.len();
                }
                self.begin_block()
            }
            State::Paragraph(_) => self.paragraph(),
            State::Block { .. } => self.block_line(),
            State::Hidden { .. } => self.hidden(),
        }
    }

    /// The line at `self.at`: its bytes without the line feed, where the next starts, and whether it
    /// is complete. `None` at the end of what is there.
    fn line(&mut self) -> Option<(Range<usize>, usize, bool)> {
        if self.at >= self.buffer.len() {
            return None;
        }
        let from = self.searched.max(self.at);
        let found =
            self.buffer.as_bytes()[from..].iter().position(|b| *b == b'\n').map(|offset| from + offset);
        self.searched = found.unwrap_or(self.buffer.len());
        self.work += (self.searched - from) as u64 + 1;
        Some(match found {
            Some(feed) => (self.at..feed, feed + 1, true),
            None if self.ended => (self.at..self.buffer.len(), self.buffer.len(), true),
            None => {
                let mut end = self.buffer.len().min(self.at + LINE_PREFIX);
                while !self.buffer.is_char_boundary(end) {
                    end -= 1;
                }
                (self.at..end, self.buffer.len(), false)
            }
        })
    }

    fn begin_block(&mut self) -> Progress {
        let Some((line, next, complete)) = self.line() else {
            return Progress::Starved;
        };
        let text = &self.buffer[line.clone()];
        let Some(kind) = self.classify(text, complete) else {
            return Progress::Starved;
        };
        let start = line.start;
        if kind == Line::Blank {
            self.at = next;
            return Progress::Made;
        }
        let list = self.list.take();
        let mut number = None;
        if let Line::Item(item) = kind
            && let Some(written) = item.number
        {
            // Items of one list count on, whatever is written ("1. 1. 1.").
            let counted = list.filter(|(mark, _)| *mark == item.mark).map_or(written, |(_, number)| number);
            number = Some(counted);
            self.list = Some((item.mark, counted.saturating_add(1)));
        }
        if let Line::Hidden { indent, opening } = kind {
            self.hide(start + indent, opening);
            return Progress::Made;
        }
        let Some(block) = Block::begun_by(kind) else {
            self.state = State::Paragraph(Paragraph {
                cutter: Cutter::new(start, &self.options),
                known: start,
                in_line: true,
                lines: 1,
                over: false,
            });
            return Progress::Made;
        };
        if !complete {
            self.list = list; // Seen again when the line is complete.
            return Progress::Starved;
        }
        let opened = block.opened(text);
        self.state = State::Block { block, start, number, after_blank: false, fence: None, nested: None };
        if self.find_hidden(line) {
            return Progress::Made;
        }
        self.at = next;
        if opened == Step::EndsAfter {
            self.end_block(next);
        }
        Progress::Made
    }

    /// What a line begins. Plain text has blank lines, reasoning, and text.
    fn classify(&self, line: &str, complete: bool) -> Option<Line> {
        let kind = lines::classify(line, complete);
        if self.options.markup == Markup::Markdown {
            return kind;
        }
        match kind {
            Some(Line::Blank | Line::Hidden { .. }) => kind,
            None if line.trim_start().is_empty()
                || line.trim_start().starts_with(hidden::may_open)
                || hidden::opens_line(lines::indentation(line).1, complete) == hidden::Opens::Unknown =>
            {
                None
            }
            _ => Some(Line::Text),
        }
    }

    fn block_line(&mut self) -> Progress {
        let Some((line, next, complete)) = self.line() else {
            if self.ended {
                self.end_block(self.buffer.len());
                return Progress::Made;
            }
            return Progress::Starved;
        };
        let State::Block { block, after_blank, .. } = &self.state else {
            return Progress::Starved;
        };
        let step = block.step(&self.buffer[line.clone()], complete, *after_blank);
        match step {
            Some(Step::EndsBefore) => self.end_block(line.start),
            // A line is taken whole.
            None | Some(_) if !complete => return Progress::Starved,
            _ if self.begin_nested(line.clone()) => {
                self.find_hidden(line.clone()); // Nothing is hidden in it, but code may begin.
                self.take_line(line, next);
            }
            _ if self.find_hidden(line.clone()) => {}
            Some(Step::EndsAfter) => self.end_block(next),
            _ => self.take_line(line, next),
        }
        Progress::Made
    }

    /// Gives what there is of an item before an item inside it, which `line` begins.
    fn begin_nested(&mut self, line: Range<usize>) -> bool {
        let State::Block { block: Block::Hanging { content }, start, fence: None, nested, .. } = &self.state
        else {
            return false;
        };
        let (indent, text) = lines::indentation(&self.buffer[line.clone()]);
        let Some(Line::Item(item)) = lines::classify(text, true) else { return false };
        if indent < *content || *start == line.start || hidden::opens_in(text).is_some() {
            return false;
        }
        let (block, before) = (Block::Hanging { content: *content }, *nested);
        let number = item.number.map(|written| match before {
            Some(before) if before.indent == indent && before.mark == item.mark => before.next,
            _ => written,
        });
        let nested = Nested { indent, mark: item.mark, next: number.unwrap_or(0).saturating_add(1) };
        let start = line.start;
        self.end_block(start);
        self.state =
            State::Block { block, start, number, after_blank: false, fence: None, nested: Some(nested) };
        true
    }

    /// Takes a line into the open block.
    fn take_line(&mut self, line: Range<usize>, next: usize) {
        let State::Block { block, after_blank, fence, start, .. } = &mut self.state else { return };
        let text = &self.buffer[line.clone()];
        *after_blank = text.trim().is_empty();
        self.at = next;
        // A quote is given paragraph by paragraph, but an alert's name with its text.
        let before = &self.buffer[*start..line.start];
        let alert = before.starts_with("> [!") && before.len() < 40;
        if *block == Block::Quote && fence.is_none() && lines::content(text).is_empty() && !alert {
            self.end_block(next);
        }
    }

    /// Ends the open block where reasoning or a tool call opens in `line`, a whole line of it.
    fn find_hidden(&mut self, line: Range<usize>) -> bool {
        let State::Block { block, fence, .. } = &mut self.state else { return false };
        if !block.is_read() {
            return false;
        }
        let text = &self.buffer[line.clone()];
        self.work += line.len() as u64;
        if matches!(block, Block::Quote | Block::Hanging { .. }) {
            let content = lines::content(text);
            match (*fence, lines::classify(content, true)) {
                (None, Some(Line::Fence(opened))) => *fence = Some(opened),
                (Some(open), Some(Line::Fence(closing)))
                    if closing.mark == open.mark
                        && closing.length >= open.length
                        && content.trim_end().bytes().all(|b| b == open.mark) =>
                {
                    *fence = None;
                }
                _ => {}
            }
            if fence.is_some() {
                return false;
            }
        }
        let Some((offset, opening)) = hidden::opens_in(text) else { return false };
        self.end_block(line.start + offset);
        self.hide(line.start + offset, opening);
        true
    }

    fn hide(&mut self, start: usize, opening: Opening) {
        let Opening { length, what, close } = opening;
        self.state = State::Hidden { start, what, close, depth: 1, from: start + length };
    }

    fn end_block(&mut self, end: usize) {
        let between = State::Between { after_hidden: false };
        let State::Block { block, start, number, nested, .. } = std::mem::replace(&mut self.state, between)
        else {
            return;
        };
        self.at = end;
        self.work += (end - start) as u64;
        let source = self.buffer[start..end].trim_end();
        let at = self.dropped + start;
        let rendered = match block {
            Block::Maths(_) => markdown::inline(source, at, &self.options),
            Block::Diff => markdown::diff(source, at, &self.options),
            _ => {
                let indent = nested.map_or(0, |nested| nested.indent);
                markdown::block(source, at, indent, number, &self.options)
            }
        };
        self.speak(rendered);
    }

    /// Reads the open paragraph on: first all of it that is known, then, whether the next line is of it.
    /// In this order, so that what is cut never depends on how much has arrived.
    fn paragraph(&mut self) -> Progress {
        let first = self.first.then_some(self.options.first_utterance_chars);
        let State::Paragraph(paragraph) = &mut self.state else {
            return Progress::Starved;
        };
        let known = &self.buffer[..paragraph.known];
        match paragraph.cutter.next(known, paragraph.over, first, &mut self.work) {
            Found::Part { start, end, pause, line } => {
                if line {
                    paragraph.lines = 1;
                }
                self.speak_part(start..end, Some(pause));
                Progress::Made
            }
            Found::Hidden { at, opening } => {
                let start = paragraph.cutter.start;
                self.hide(at, opening);
                self.speak_part(start..at, None);
                Progress::Made
            }
            Found::Nothing if paragraph.over => {
                let part = paragraph.cutter.start..paragraph.known;
                self.at = part.end;
                self.state = State::Between { after_hidden: false };
                self.speak_part(part, None);
                Progress::Made
            }
            Found::Nothing => self.extend_paragraph(),
        }
    }

    /// Takes the line at `self.at`, or what there is of it, into the open paragraph, or ends that.
    fn extend_paragraph(&mut self) -> Progress {
        let line = self.line();
        let State::Paragraph(paragraph) = &self.state else {
            return Progress::Starved;
        };
        let Some((line, next, complete)) = line else {
            return if self.ended { self.end_paragraph(self.buffer.len()) } else { Progress::Starved };
        };
        if !paragraph.in_line {
            let start = paragraph.cutter.start;
            let (cut, lines) = (paragraph.cutter.cut, paragraph.lines);
            let text = &self.buffer[line.clone()];
            if self.options.markup == Markup::Markdown {
                if lines == 1 && !cut && self.buffer[start..line.start].contains('|') {
                    match lines::is_delimiter_row(text, complete) {
                        None => return Progress::Starved,
                        Some(true) => return self.turn_into(Block::Table, start, next),
                        Some(false) => {}
                    }
                }
                if lines == 1 && !cut {
                    match self.classify(text, complete) {
                        None => return Progress::Starved,
                        Some(Line::Described) => return self.turn_into(Block::Described, start, line.start),
                        Some(_) => {}
                    }
                }
                match lines::is_underline(text, complete) {
                    None => return Progress::Starved,
                    Some(true) if cut => return self.end_paragraph(next),
                    Some(true) => {
                        self.turn_into(Block::Single, start, next);
                        self.end_block(next);
                        return Progress::Made;
                    }
                    Some(false) => {}
                }
            }
            match self.classify(text, complete) {
                None => return Progress::Starved,
                Some(kind) if lines::interrupts(kind) => return self.end_paragraph(line.start),
                Some(_) => {}
            }
        }
        let State::Paragraph(paragraph) = &mut self.state else {
            return Progress::Starved;
        };
        paragraph.lines += usize::from(!paragraph.in_line);
        paragraph.in_line = !complete;
        // The line feed is known with the line after it.
        let known = if complete { line.end } else { self.buffer.len() };
        let grown = known > paragraph.known || complete;
        paragraph.known = known;
        if complete {
            self.at = next;
        }
        if grown { Progress::Made } else { Progress::Starved }
    }

    fn end_paragraph(&mut self, end: usize) -> Progress {
        if let State::Paragraph(paragraph) = &mut self.state {
            paragraph.known = end;
            paragraph.over = true;
        }
        Progress::Made
    }

    fn turn_into(&mut self, block: Block, start: usize, next: usize) -> Progress {
        self.at = next;
        self.state =
            State::Block { block, start, number: None, after_blank: false, fence: None, nested: None };
        Progress::Made
    }

    /// Speaks a part of the open paragraph; `pause` follows it unless it is the last.
    fn speak_part(&mut self, part: Range<usize>, pause: Option<Pause>) {
        self.work += part.len() as u64;
        self.ahead.clear();
        if let (Some(Pause::Clause), State::Paragraph(paragraph)) = (pause, &self.state) {
            self.ahead.push_str(sides::plain_words(&self.buffer[part.end..paragraph.cutter.at]));
        }
        let written = &self.buffer[part.clone()];
        let mut source = written.trim_start();
        // The mark of a list made by hand.
        if let Some(rest) = source.strip_prefix(lines::is_bullet).filter(|rest| rest.starts_with([' ', '\t']))
        {
            source = rest.trim_start();
        }
        let at = self.dropped + part.start + (written.len() - source.len());
        // A line that was meant to end here.
        let ends_line = source.ends_with('\n') && pause.is_some();
        source = source.trim_end();
        if ends_line && !source.ends_with("\\\\") {
            source = source.strip_suffix('\\').unwrap_or(source);
        }
        let mut rendered = match self.options.markup {
            Markup::Markdown => markdown::inline(source, at, &self.options),
            Markup::Plain => markdown::plain(source, at, &self.options),
        };
        // A paragraph that was given in part is no heading, whatever is drawn under it.
        for passage in rendered.passages.iter_mut().filter(|passage| passage.kind == UtteranceKind::Heading) {
            (passage.kind, passage.pause) = (UtteranceKind::Paragraph, Pause::Paragraph);
        }
        if let (Some(pause), Some(last)) = (pause, rendered.passages.last_mut()) {
            last.pause = pause;
        }
        self.speak(rendered);
        if pause != Some(Pause::Clause) {
            self.behind.clear();
        }
    }

    fn hidden(&mut self) -> Progress {
        let State::Hidden { start, what, close, depth, from } = &mut self.state else {
            return Progress::Starved;
        };
        let (what, began) = (*what, *from);
        let (source, note) = match hidden::closes(&self.buffer, *from, *close, depth) {
            Search::Found { end } => {
                self.work += (end - began) as u64;
                (*start..end, "")
            }
            Search::NotYet { from: again } => {
                *from = again;
                self.work += (again - began) as u64 + 1;
                if !self.ended {
                    return Progress::Starved;
                }
                (*start..self.buffer.len(), "not closed")
            }
        };
        self.at = source.end;
        self.state = State::Between { after_hidden: true };
        if !source.is_empty() {
            let source = self.dropped + source.start..self.dropped + source.end;
            self.omissions.push(Omission { what, source, note: note.to_owned() });
        }
        Progress::Made
    }

    /// Cuts what a block gave into utterances.
    fn speak(&mut self, rendered: Rendered) {
        self.omissions.extend(rendered.omissions);
        let emphases = rendered.emphases;
        for Passage { spoken, kind, pause, announces } in rendered.passages {
            let lengths = Lengths {
                first: self.first.then_some(self.options.first_utterance_chars),
                rest: self.options.utterance_chars,
            };
            let mut said = 0; // bytes of the passage that are in utterances
            let before = self.utterances.len();
            // A passage that is code as a whole is cut like prose.
            let code = if kind == UtteranceKind::Code { Vec::new() } else { spoken.literal() };
            for (range, pause) in split(&spoken.text, &code, lengths) {
                let mut end = spoken.outside_replaced(range.end);
                if end > range.end {
                    // What is replaced is not cut, nor parted from the comma after it.
                    let rest = &spoken.text[end..];
                    end += rest.len() - rest.trim_start_matches(|c: char| !c.is_whitespace()).len();
                    end = spoken.outside_replaced(end);
                }
                if end <= said {
                    continue;
                }
                let part = trim(spoken.slice(said..end));
                said = end;
                if part.text.chars().any(char::is_alphanumeric) {
                    self.utterances.push(Utterance::new(part, kind, pause).emphasised(&emphases));
                }
            }
            if self.utterances.len() > before
                && let Some(last) = self.utterances.last_mut()
            {
                last.pause = pause;
                last.announces = announces;
                self.first = false;
                self.behind = sides::tell(
                    &mut self.utterances[before..],
                    std::mem::take(&mut self.behind),
                    &self.ahead,
                );
            }
        }
    }
}
