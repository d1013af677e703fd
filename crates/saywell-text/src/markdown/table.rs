//! Tables: every row is said with its headers, "Name: Ada, Born: 1815."

use super::Walker;
use crate::clean::{clean, trim};
use crate::spoken::Spoken;
use crate::utterance::{Kind, Pause};
use std::ops::Range;

#[derive(Default)]
pub(super) struct Table {
    pub(super) headers: Vec<String>,
    pub(super) in_head: bool,
    pub(super) in_cell: bool,
    /// All headers as a row, until another row is said.
    pub(super) head: Spoken,
    pub(super) row: Spoken,
    pub(super) column: usize,
}

impl Walker<'_> {
    pub(super) fn end_cell(&mut self, range: Range<usize>) {
        self.table.in_cell = false;
        let mut cell = clean(std::mem::take(&mut self.open));
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

    pub(super) fn end_row(&mut self) {
        let row = std::mem::take(&mut self.table.row);
        self.table.head = Spoken::default();
        self.push_passage(row, Kind::TableRow, Pause::ListItem);
    }
}
