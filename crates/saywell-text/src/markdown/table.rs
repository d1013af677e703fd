//! Tables: every row is said with its headers, "Name: Ada, Born: 1815."

use super::Walker;
use crate::added::Phrase;
use crate::announcement::{Announcement, size};
use crate::clean::{clean, trim};
use crate::pause::Pause;
use crate::spoken::Spoken;
use crate::utterance::{Omitted, UtteranceKind};
use std::ops::Range;

#[derive(Default)]
pub(super) struct Table {
    pub(super) headers: Vec<String>,
    pub(super) in_head: bool,
    pub(super) in_cell: bool,
    /// In a row of a table in HTML.
    pub(super) in_row: bool,
    /// Where in the text a table in HTML begins.
    pub(super) started: usize,
    /// All headers as a row, until another row is said.
    pub(super) head: Spoken,
    pub(super) row: Spoken,
    pub(super) column: usize,
    /// Rows under the header.
    pub(super) rows: usize,
    /// Where the passages of this table begin.
    pub(super) first_passage: usize,
}

/// The most columns of a table that are named when it is not read.
const NAMED_COLUMNS: usize = 10;

impl Walker<'_> {
    pub(super) fn end_cell(&mut self) {
        self.table.in_cell = false;
        let mut open = std::mem::take(&mut self.open);
        if let Some(phrase) = mark(&open.text) {
            let source = open.source();
            open = Spoken::default();
            open.add(phrase, source);
        }
        let mut cell = clean(open, self.options.emoji);
        if cell.text.ends_with(',') {
            cell = trim(cell.slice(0..cell.text.len() - 1));
        }
        let column = self.table.column;
        self.table.column += 1;
        if self.table.in_head {
            self.table.headers.push(cell.text.clone());
        }
        if cell.text.is_empty() {
            return;
        }
        let start = cell.source().start;
        if !self.table.row.text.is_empty() {
            self.table.row.replace(", ", start..start);
        }
        if !self.table.in_head
            && let Some(header) = self.table.headers.get(column).filter(|header| !header.is_empty())
        {
            let header = header.trim_end_matches([':', '.']);
            self.table.row.replace(&format!("{header}: "), start..start);
        }
        self.table.row.extend(&cell);
    }

    /// Ends a table: one with too many cells to be followed by ear is summed up instead.
    pub(super) fn end_table(&mut self, range: Range<usize>) {
        // A table of a header alone is said as it stands.
        let head = std::mem::take(&mut self.table.head);
        self.push_passage(head, UtteranceKind::TableRow, Pause::ListItem);
        let table = std::mem::take(&mut self.table);
        let columns = table.headers.len();
        if table.rows.saturating_mul(columns) <= self.options.table_cells || !self.heard() {
            return;
        }
        self.rendered.passages.truncate(table.first_passage);
        let names = table.headers.iter().map(|name| name.trim_end_matches(['.', ':']));
        let mut names: Vec<String> = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
        let unnamed = names.len().saturating_sub(NAMED_COLUMNS);
        names.truncate(NAMED_COLUMNS);
        let summed_up = Announcement::Table { rows: table.rows, columns, names, unnamed };
        let source = self.reply(range.start..range.start + self.source[range.clone()].trim_end().len());
        let mut summary = Spoken::default();
        summary.replace(&format!("{}.", summed_up.english()), source);
        self.push_passage(summary, UtteranceKind::TableRow, Pause::Paragraph);
        if let Some(passage) = self.rendered.passages.last_mut() {
            passage.announces = Some(summed_up);
        }
        self.omit(Omitted::Table, range, &format!("Table, {}", size(table.rows, columns)));
    }

    pub(super) fn end_row(&mut self) {
        let row = std::mem::take(&mut self.table.row);
        self.table.head = Spoken::default();
        self.push_passage(row, UtteranceKind::TableRow, Pause::ListItem);
    }
}

/// What a cell that only holds a mark means.
fn mark(cell: &str) -> Option<Phrase> {
    match cell.trim().trim_end_matches('\u{fe0f}') {
        "✅" | "✓" | "✔" | "☑" | "🟢" | "👍" => Some(Phrase::Yes),
        "❌" | "✗" | "✘" | "✕" | "✖" | "❎" | "🚫" | "🔴" | "👎" => Some(Phrase::No),
        "⚠" | "🟡" => Some(Phrase::Partly),
        _ => None,
    }
}
