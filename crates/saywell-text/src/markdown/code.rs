//! Code: announced by its language and length, or read line by line. What is written as code and is
//! none (a diagram, a formula, a change of files, a call of a tool) is said for what it is.

use super::Walker;
use super::languages::{Written, mermaid, written};
use crate::Code;
use crate::announcement::Announcement;
use crate::clean::{clean, trim};
use crate::pause::Pause;
use crate::spoken::Relation;
use crate::utterance::{Omitted, UtteranceKind};
use pulldown_cmark::CodeBlockKind;
use std::ops::Range;

/// A block of code while it is read.
pub(super) struct Listing {
    what: Written,
    lines: usize,
    ends_line: bool,
    /// The bytes of the code itself.
    code: Range<usize>,
}

impl Walker<'_> {
    pub(super) fn start_code(&mut self, kind: &CodeBlockKind<'_>) {
        self.flush(Pause::Paragraph);
        let what = match kind {
            CodeBlockKind::Fenced(info) => written(info),
            CodeBlockKind::Indented => Written::Named("Code"),
        };
        self.listing = Some(Listing { what, lines: 0, ends_line: true, code: 0..0 });
    }

    pub(super) fn code_text(&mut self, text: &str, range: Range<usize>) {
        let Some(listing) = &mut self.listing else { return };
        listing.lines += text.matches('\n').count();
        listing.ends_line = text.ends_with('\n');
        if listing.code.is_empty() {
            listing.code = range.clone();
        }
        listing.code.end = range.end;
        let read = self.options.code == Code::Read
            && matches!(listing.what, Written::Code(_) | Written::Named(_) | Written::Diff);
        if !read || !self.heard() {
            return;
        }
        let start = self.reply(range.clone()).start;
        let verbatim = self.source[range.clone()] == *text;
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let code = line.trim_end_matches(['\r', '\n']);
            if verbatim {
                self.open.push(code, start + at, Relation::Literal);
            } else {
                let source = self.reply(range.clone());
                self.open.replace(code, source);
            }
            at += line.len();
            if line.ends_with('\n') {
                let line = clean(std::mem::take(&mut self.open), self.options.emoji);
                self.push_passage(line, UtteranceKind::Code, Pause::Clause);
            }
        }
    }

    pub(super) fn end_code(&mut self, range: Range<usize>) {
        let Some(listing) = self.listing.take() else { return };
        if !self.heard() {
            return;
        }
        let lines = listing.lines + usize::from(!listing.ends_line);
        let code = &self.written[listing.code.clone()];
        let announced = match &listing.what {
            Written::ToolCall => return self.omit(Omitted::ToolCall, range, ""),
            Written::Formula => return self.formula(range, listing.code, true),
            Written::Tex if !is_document(code) => return self.formula(range, listing.code, true),
            _ if lines == 0 => return,
            Written::Code(_) | Written::Named(_) | Written::Diff if self.options.code == Code::Read => {
                return self.end_reading();
            }
            Written::Tex => Announcement::Code { language: "LaTeX".to_owned(), lines },
            Written::Code(language) => Announcement::Code { language: language.clone(), lines },
            Written::Named(name) => Announcement::Named { name, lines },
            Written::Diff => diff(code),
            Written::Diagram(name) => Announcement::Diagram(name.unwrap_or_else(|| mermaid(code))),
        };
        self.announce(range, announced);
    }

    /// Ends code that was read line by line.
    pub(super) fn end_reading(&mut self) {
        let line = clean(std::mem::take(&mut self.open), self.options.emoji);
        self.push_passage(line, UtteranceKind::Code, Pause::Paragraph);
        if let Some(last) = self.rendered.passages.last_mut().filter(|last| last.kind == UtteranceKind::Code)
        {
            last.pause = Pause::Paragraph;
        }
    }

    /// Fenced code that the parser takes for a word, as it is indented less than the item it stands in.
    pub(super) fn misplaced_fence(&mut self, range: Range<usize>) {
        let source = self.source;
        let fenced = source[range.clone()].trim_matches('`');
        let marks = source[range.clone()].find(fenced).unwrap_or(0);
        let info = fenced.lines().next().unwrap_or_default();
        let code = fenced[info.len()..].trim_end();
        self.start_code(&CodeBlockKind::Fenced(info.into()));
        let start = range.start + marks + info.len();
        if !code.is_empty() {
            self.code_text(&code[1..], start + 1..start + code.len());
        }
        self.end_code(range);
    }

    /// Says what stands in `range` instead of it, unless code is skipped.
    pub(super) fn announce(&mut self, range: Range<usize>, what: Announcement) {
        let words = what.english();
        let omitted = match what {
            Announcement::Diagram(_) => Omitted::Diagram,
            _ => Omitted::Code,
        };
        if self.options.code != Code::Skip {
            self.begin();
            let written = range.start..range.start + self.source[range.clone()].trim_end().len();
            let source = self.reply(written);
            self.open.replace(&format!("{words}."), source);
            let announcement = trim(std::mem::take(&mut self.open));
            self.push_passage(announcement, UtteranceKind::Code, Pause::Paragraph);
            if let Some(passage) = self.rendered.passages.last_mut() {
                passage.announces = Some(what);
            }
        }
        self.omit(omitted, range, &words);
    }

    /// A change of files that stands in the text without a fence.
    pub(crate) fn bare_diff(&mut self) {
        self.announce(0..self.written.len(), diff(self.written));
    }
}

fn diff(code: &str) -> Announcement {
    let count = |mark: char, header: &str| {
        code.lines().filter(|line| line.starts_with(mark) && !line.starts_with(header)).count()
    };
    let lines = code.lines().count();
    Announcement::Diff { added: count('+', "+++ "), removed: count('-', "--- "), lines }
}

/// Whether TeX is a document or macros rather than a formula.
fn is_document(tex: &str) -> bool {
    const MARKS: [&str; 9] = [
        "\\documentclass", "\\usepackage", "\\begin{document", "\\begin{itemize", "\\begin{enumerate",
        "\\begin{tikz", "\\begin{table", "\\section", "\\newcommand",
    ];
    MARKS.iter().any(|mark| tex.contains(mark))
}
