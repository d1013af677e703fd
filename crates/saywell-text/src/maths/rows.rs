//! What has rows: matrices, which are announced, and cases and aligned equations, which are read.

use super::{Last, Reader, Said, Until};

impl Reader<'_> {
    /// What is between `\begin{…}` and `\end{…}`.
    pub(super) fn environment(&mut self, said: &mut Said) {
        let name = self.raw_argument().trim_end_matches('*');
        if matches!(name, "array" | "alignat" | "tabular" | "alignedat") {
            self.skip_spaces();
            if self.rest.starts_with('{') {
                self.raw_argument();
            }
        }
        let rows = self.rows();
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        if name.ends_with("matrix") || name == "array" {
            let size = format!("a {} by {columns} matrix", rows.len());
            let words = match name.chars().next() {
                Some('v' | 'V') => format!("the determinant of {size}"),
                _ => size,
            };
            return self.scripts(said, &words, false, Last::Other);
        }
        let cases = matches!(name, "cases" | "dcases" | "rcases");
        if cases {
            said.pause();
            said.push(&format!("in {} cases,", rows.len()));
        }
        for (number, row) in rows.iter().enumerate() {
            if number > 0 {
                said.pause();
            }
            for cell in row {
                said.complex |= cell.complex;
                said.add(&cell.words, cell.last);
            }
        }
        said.complex |= rows.len() > 1;
    }

    /// The rows up to the end of what is open, each as its cells. Rows that are empty are none.
    fn rows(&mut self) -> Vec<Vec<Said>> {
        let mut rows = Vec::new();
        let mut row = Vec::new();
        self.rows += 1;
        loop {
            row.push(self.sequence(Until::Cell));
            if self.eat("&") {
                continue;
            }
            let full = row.iter().any(|cell: &Said| !cell.words.is_empty());
            let done = std::mem::take(&mut row);
            if full {
                rows.push(done);
            }
            if self.eat("\\\\") {
                // The space to the next row: `\\[1em]`.
                if self.rest.starts_with('[') {
                    let end = self.rest.find(']').map_or(0, |end| end + 1);
                    self.take(end);
                }
                continue;
            }
            if self.peek_command() == "end" {
                self.take("\\end".len());
                self.raw_argument();
            }
            break;
        }
        self.rows -= 1;
        rows
    }
}
