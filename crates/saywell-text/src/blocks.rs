//! Which lines belong to a block that is parsed when it has ended.

use crate::lines::{Fence, HtmlEnd, Line, classify, indentation, interrupts};

/// A block that is taken by whole lines and parsed when it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// One line: a heading, a thematic break.
    Single,
    /// Up to the line that closes the fence.
    Fence(Fence),
    Indented,
    Quote,
    /// A list item or footnote: what is indented by so many columns belongs to it.
    Hanging {
        content: usize,
    },
    Html(HtmlEnd),
    Table,
    /// Up to a blank line or another block.
    Loose,
    /// Terms and what they mean.
    Described,
    /// A change of files.
    Diff,
    /// Up to the line that holds this, or a blank line.
    Maths(&'static str),
}

/// Where a block stands after a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The line belongs to the block.
    Continues,
    /// The line belongs to the block and ends it.
    EndsAfter,
    /// The line belongs to the next block.
    EndsBefore,
}

/// What lines of a change of files begin with, besides the marks of what changes.
const DIFF_HEADERS: [&str; 8] =
    ["diff ", "index ", "@@ -", "new file", "deleted file", "rename ", "similarity ", "\\ No newline"];

impl Block {
    /// The block that a line of this sort begins; `None` for blank lines, text, and reasoning.
    pub(crate) fn begun_by(line: Line) -> Option<Self> {
        Some(match line {
            Line::Blank | Line::Text | Line::Hidden { .. } => return None,
            Line::Heading | Line::ThematicBreak => Self::Single,
            Line::Indented => Self::Indented,
            Line::Fence(fence) => Self::Fence(fence),
            Line::Quote => Self::Quote,
            Line::Item(item) => Self::Hanging { content: item.content },
            Line::Footnote => Self::Hanging { content: 4 },
            Line::Html(end) => Self::Html(end),
            Line::Table => Self::Table,
            Line::Definition | Line::Json => Self::Loose,
            Line::Described => Self::Described,
            Line::Diff => Self::Diff,
            Line::Maths(end) => Self::Maths(end),
        })
    }

    /// What the first line does: it can end the block too.
    pub(crate) fn opened(self, line: &str) -> Step {
        let holds = |end: &str, from: usize| line.get(from..).is_some_and(|rest| contains(rest, end));
        let ends = match self {
            Self::Single | Self::Html(HtmlEnd::Line) => true,
            Self::Html(HtmlEnd::Text(end)) => holds(end, 0),
            Self::Maths(end) => holds(end, line.len() - line.trim_start().len() + 2),
            _ => false,
        };
        if ends { Step::EndsAfter } else { Step::Continues }
    }

    /// What a further line does, after a blank one or not. `None`: the line so far does not tell.
    pub(crate) fn step(self, line: &str, complete: bool, after_blank: bool) -> Option<Step> {
        match self {
            Self::Single | Self::Html(HtmlEnd::Line) => Some(Step::EndsBefore),
            Self::Fence(fence) => {
                let (indent, text) = indentation(line);
                let marks = text.bytes().take_while(|b| *b == fence.mark).count();
                let plain = indent >= 4 || text.bytes().next().is_some_and(|b| b != fence.mark);
                if plain {
                    return Some(Step::Continues);
                }
                let closes = marks >= fence.length && text[marks..].trim().is_empty();
                complete.then_some(if closes { Step::EndsAfter } else { Step::Continues })
            }
            Self::Html(HtmlEnd::Text(end)) => {
                complete.then_some(if contains(line, end) { Step::EndsAfter } else { Step::Continues })
            }
            Self::Html(HtmlEnd::Blank) => {
                let text = indentation(line).1;
                if text.is_empty() && !complete {
                    return None;
                }
                // Code is code, blank line or not.
                let fence =
                    text.starts_with(['`', '~']) && matches!(classify(line, complete)?, Line::Fence(_));
                Some(if text.is_empty() || fence { Step::EndsBefore } else { Step::Continues })
            }
            Self::Diff => {
                if line.trim_end_matches('\r').is_empty() {
                    return complete.then_some(Step::Continues);
                }
                if !complete {
                    return None;
                }
                let goes_on = if after_blank {
                    line.starts_with([' ', '+'])
                } else {
                    line.starts_with([' ', '+', '-', '\t'])
                };
                let header =
                    DIFF_HEADERS.iter().any(|header| line.starts_with(header)) || line.starts_with("--- ");
                Some(if goes_on || header { Step::Continues } else { Step::EndsBefore })
            }
            Self::Described => {
                let (indent, text) = indentation(line);
                if text.is_empty() {
                    return complete.then_some(Step::Continues);
                }
                if indent >= 2 {
                    return Some(Step::Continues);
                }
                Some(match classify(line, complete)? {
                    Line::Described => Step::Continues,
                    line if after_blank || interrupts(line) => Step::EndsBefore,
                    _ => Step::Continues,
                })
            }
            Self::Maths(end) => {
                let blank = indentation(line).1.is_empty();
                complete.then_some(match () {
                    () if blank => Step::EndsBefore,
                    () if contains(line, end) => Step::EndsAfter,
                    () => Step::Continues,
                })
            }
            Self::Indented => Some(match classify(line, complete)? {
                Line::Blank | Line::Indented => Step::Continues,
                _ => Step::EndsBefore,
            }),
            Self::Hanging { content } => {
                let (indent, text) = indentation(line);
                if text.is_empty() {
                    return complete.then_some(Step::Continues);
                }
                if indent >= content {
                    return Some(Step::Continues);
                }
                if after_blank {
                    return Some(Step::EndsBefore);
                }
                Some(match classify(line, complete)? {
                    Line::Item(_) => Step::EndsBefore,
                    line if interrupts(line) => Step::EndsBefore,
                    _ => Step::Continues,
                })
            }
            Self::Quote | Self::Table | Self::Loose => Some(match (self, classify(line, complete)?) {
                (Self::Quote, Line::Quote) | (Self::Table, Line::Table) => Step::Continues,
                // GitHub takes any line for a row; whoever forgot the empty line did not mean one.
                (Self::Table, Line::Text) if !complete => return None,
                (Self::Table, Line::Text) if !line.contains('|') => Step::EndsBefore,
                (_, line) if line == Line::Blank || interrupts(line) => Step::EndsBefore,
                _ => Step::Continues,
            }),
        }
    }
}

impl Block {
    /// Whether what is in it is read as Markdown, so that a hidden block may open in its lines.
    pub(crate) fn is_read(self) -> bool {
        match self {
            Self::Single
            | Self::Quote
            | Self::Hanging { .. }
            | Self::Table
            | Self::Loose
            | Self::Described => true,
            Self::Html(end) => matches!(end, HtmlEnd::Blank | HtmlEnd::Line),
            Self::Fence(_) | Self::Indented | Self::Maths(_) | Self::Diff => false,
        }
    }
}

/// Whether `text` holds `what`, letters of ASCII in either case.
fn contains(text: &str, what: &str) -> bool {
    text.as_bytes().windows(what.len()).any(|window| window.eq_ignore_ascii_case(what.as_bytes()))
}
