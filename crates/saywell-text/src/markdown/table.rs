//! Tables: every row is said with its headers, "Name: Ada, Born: 1815."

use super::Walker;
use crate::clean::{clean, trim};
use crate::spoken::Spoken;
use crate::utterance::{Kind, Omitted, Pause};
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
    pub(super) fn end_cell(&mut self, range: Range<usize>) {
        self.table.in_cell = false;
        let mut open = std::mem::take(&mut self.open);
        if let Some(words) = mark(&open.text) {
            let source = open.source();
            open = Spoken::default();
            open.replace(words, source);
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
        let start = cell.source().start.max(self.reply(range).start);
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
        self.push_passage(head, Kind::TableRow, Pause::ListItem);
        let table = std::mem::take(&mut self.table);
        let columns = table.headers.len();
        if table.rows.saturating_mul(columns) <= self.options.table_cells || !self.heard() {
            return;
        }
        self.rendered.passages.truncate(table.first_passage);
        let plural =
            |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let size = format!("{} and {}", plural(table.rows, "row"), plural(columns, "column"));
        let mut said = format!("A table with {size}");
        let names: Vec<&str> =
            table.headers.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        for (number, name) in names.iter().take(NAMED_COLUMNS).enumerate() {
            let last = number > 0 && number + 1 == names.len();
            let and = if names.len() == 2 { " and " } else { ", and " };
            said.push_str(if number == 0 {
                ": "
            } else if last {
                and
            } else {
                ", "
            });
            said.push_str(name.trim_end_matches(['.', ':']));
        }
        if names.len() > NAMED_COLUMNS {
            said.extend([", and ", &(names.len() - NAMED_COLUMNS).to_string(), " more"]);
        }
        said.push('.');
        let source = self.reply(range.start..range.start + self.source[range.clone()].trim_end().len());
        let mut summary = Spoken::default();
        summary.replace(&said, source);
        self.push_passage(summary, Kind::TableRow, Pause::Paragraph);
        self.omit(Omitted::Table, range, &format!("Table, {size}"));
    }

    pub(super) fn end_row(&mut self) {
        let row = std::mem::take(&mut self.table.row);
        self.table.head = Spoken::default();
        self.push_passage(row, Kind::TableRow, Pause::ListItem);
    }
}

/// What a cell that only holds a mark means.
fn mark(cell: &str) -> Option<&'static str> {
    match cell.trim().trim_end_matches('\u{fe0f}') {
        "✅" | "✓" | "✔" | "☑" | "🟢" | "👍" => Some("yes"),
        "❌" | "✗" | "✘" | "✕" | "✖" | "❎" | "🚫" | "🔴" | "👎" => Some("no"),
        "⚠" | "🟡" => Some("partly"),
        _ => None,
    }
}
