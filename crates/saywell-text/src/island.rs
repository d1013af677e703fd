//! A part of running text that is not Markdown.

use std::ops::Range;

/// Such a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Island {
    pub(crate) range: Range<usize>,
    pub(crate) what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Nothing is said.
    Silent,
    /// These bytes are said, and nothing else.
    Shown(Range<usize>),
    /// These bytes are said beside the rest, as what stands in brackets.
    Aside(Range<usize>),
    /// The formula in these bytes; displayed on its own, or in a line of text.
    Formula { tex: Range<usize>, displayed: bool },
}
