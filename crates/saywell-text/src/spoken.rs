//! Text to be spoken, with the way back to the reply: which bytes of the reply each byte stands for.

use crate::added::Phrase;
use std::ops::Range;

/// Text assembled from pieces of the reply, each piece remembering where it came from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spoken {
    pub(crate) text: String,
    pub(crate) map: SourceMap,
}

/// Where a phrase was and where it is.
pub(crate) type Moved = (Range<usize>, Range<usize>);

/// A piecewise map from bytes of a text to bytes of the reply. Pieces are in order in both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SourceMap {
    spans: Vec<Span>,
}

/// One piece: from `start` in the text up to the next span's start.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Span {
    start: usize,
    source: Range<usize>,
    relation: Relation,
}

/// How a piece of text relates to the bytes of the reply it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    /// Byte for byte the same place; prose, so it may be cleaned.
    Prose,
    /// Byte for byte the same place; code or maths, whose words are left as they are.
    Literal,
    /// Says in other words what the whole source piece says: never cut in two.
    Replaced,
    /// The same, in words that another language has too.
    Added(Phrase),
}

impl Relation {
    /// Whether its text stands for the source piece as a whole.
    pub(crate) const fn is_whole(self) -> bool {
        matches!(self, Self::Replaced | Self::Added(_))
    }
}

impl Spoken {
    /// Appends `text`, which stands byte for byte at `source` in the reply.
    pub(crate) fn push(&mut self, text: &str, source: usize, relation: Relation) {
        debug_assert!(!relation.is_whole());
        self.append(text, source..source + text.len(), relation);
    }

    /// Appends `text`, which says what `source` stands for. An empty `source` marks inserted text.
    pub(crate) fn replace(&mut self, text: &str, source: Range<usize>) {
        self.append(text, source, Relation::Replaced);
    }

    /// Appends what is said for `phrase`, in English until the language is known, like [`Self::replace`].
    pub(crate) fn add(&mut self, phrase: Phrase, source: Range<usize>) {
        self.append(&phrase.english(), source, Relation::Added(phrase));
    }

    fn append(&mut self, text: &str, source: Range<usize>, relation: Relation) {
        if text.is_empty() {
            return;
        }
        let joins = !relation.is_whole()
            && self
                .map
                .spans
                .last()
                .is_some_and(|last| last.relation == relation && last.source.end == source.start);
        match self.map.spans.last_mut() {
            Some(last) if joins => last.source.end = source.end,
            _ => self.map.spans.push(Span { start: self.text.len(), source, relation }),
        }
        self.text.push_str(text);
    }

    /// This text with its phrases in `language` (BCP 47), and for each one that is said otherwise the bytes of
    /// this text that it had and the bytes that it has now. `None` where there is none.
    pub(crate) fn said_in(&self, language: &str) -> Option<(Spoken, Vec<Moved>)> {
        if !self.map.has_phrases() {
            return None;
        }
        let (mut said, mut moved) = (Spoken::default(), Vec::new());
        let mut at = 0;
        for (text, source, relation) in self.pieces() {
            let start = said.text.len();
            match relation {
                Relation::Added(phrase) => said.append(&phrase.said_in(language), source, relation),
                _ => said.append(text, source, relation),
            }
            if said.text[start..] != *text {
                moved.push((at..at + text.len(), start..said.text.len()));
            }
            at += text.len();
        }
        (!moved.is_empty()).then_some((said, moved))
    }

    /// Appends all of `other`.
    pub(crate) fn extend(&mut self, other: &Spoken) {
        for (text, source, relation) in other.pieces() {
            self.append(text, source, relation);
        }
    }

    /// The pieces in order: text, its source, and how they relate.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = (&str, Range<usize>, Relation)> {
        self.map.spans.iter().enumerate().map(|(index, span)| {
            let end = self.map.end_of(index, self.text.len());
            (&self.text[span.start..end], span.source.clone(), span.relation)
        })
    }

    /// The part of this text in `range`, with its own map.
    pub(crate) fn slice(&self, range: Range<usize>) -> Spoken {
        let mut part = Spoken::default();
        for index in self.map.index_of(range.start)..self.map.spans.len() {
            let span = &self.map.spans[index];
            if span.start >= range.end {
                break;
            }
            let from = span.start.max(range.start);
            let to = self.map.end_of(index, self.text.len()).min(range.end);
            let source = match span.relation {
                relation if relation.is_whole() => span.source.clone(),
                _ => span.source.start + (from - span.start)..span.source.start + (to - span.start),
            };
            // Half of a phrase is none.
            let whole = to - from == self.map.end_of(index, self.text.len()) - span.start;
            let relation = match span.relation {
                Relation::Added(_) if !whole => Relation::Replaced,
                relation => relation,
            };
            part.append(&self.text[from..to], source, relation);
        }
        part
    }

    /// The parts of the text that are code or maths, in order.
    pub(crate) fn literal(&self) -> Vec<Range<usize>> {
        let mut at = 0;
        let parts = self.pieces().map(|(text, _, relation)| {
            let part = at..at + text.len();
            at = part.end;
            (part, relation)
        });
        parts.filter(|(_, relation)| *relation == Relation::Literal).map(|(part, _)| part).collect()
    }

    /// The nearest place at or after `at` that is not inside replaced text, nor between parts of what stands for the
    /// same bytes.
    pub(crate) fn outside_replaced(&self, at: usize) -> usize {
        let spans = &self.map.spans;
        let mut index = self.map.index_of(at);
        let mut end = match spans.get(index) {
            Some(span) if span.relation.is_whole() && span.start < at => {
                index += 1;
                self.map.end_of(index - 1, self.text.len())
            }
            _ => at,
        };
        while let (Some(before), Some(span)) =
            (index.checked_sub(1).and_then(|before| spans.get(before)), spans.get(index))
            && span.start == end
            && span.source.start < before.source.end
        {
            end = self.map.end_of(index, self.text.len());
            index += 1;
        }
        end
    }

    /// The bytes of the reply that this text stands for.
    pub(crate) fn source(&self) -> Range<usize> {
        self.map.source()
    }
}

impl SourceMap {
    fn source(&self) -> Range<usize> {
        match (self.spans.first(), self.spans.last()) {
            (Some(first), Some(last)) => first.source.start..last.source.end.max(first.source.start),
            _ => 0..0,
        }
    }

    /// `text` (which this map belongs to) with blanks for what is not [`Relation::Prose`].
    pub(crate) fn prose(&self, text: &str) -> String {
        let mut prose = String::with_capacity(text.len());
        for (index, span) in self.spans.iter().enumerate() {
            let part = &text[span.start..self.end_of(index, text.len())];
            match span.relation {
                Relation::Prose => prose.push_str(part),
                _ => prose.extend(std::iter::repeat_n(' ', part.len())),
            }
        }
        prose
    }

    fn has_phrases(&self) -> bool {
        self.spans.iter().any(|span| matches!(span.relation, Relation::Added(_)))
    }

    /// Bytes of `text` (which this map belongs to) to bytes of the reply. A range out of bounds or
    /// inside a character is widened to characters and clamped to the text.
    pub(crate) fn source_of(&self, text: &str, range: Range<usize>) -> Range<usize> {
        let start = floor_char(text, range.start.min(text.len()));
        let end = ceil_char(text, range.end.min(text.len())).max(start);
        if self.spans.is_empty() {
            return 0..0;
        }
        let first = self.index_of(start);
        let from = match &self.spans[first] {
            span if span.relation.is_whole() => span.source.start,
            span => (span.source.start + (start - span.start)).min(span.source.end),
        };
        if start == end {
            return from..from;
        }
        let mut last = self.index_of(end - 1);
        // Text that was inserted stands for nothing itself: what it introduces is shown instead.
        while self.spans[last].source.is_empty() && last + 1 < self.spans.len() {
            last += 1;
        }
        let span = &self.spans[last];
        let to = if span.relation.is_whole() || end < span.start {
            span.source.end
        } else {
            (span.source.start + (end - span.start)).min(span.source.end)
        };
        from..to.max(from)
    }

    /// Bytes of the reply to bytes of `text` (which this map belongs to), the reverse of [`Self::source_of`]:
    /// all of the pieces that stand for any of `source`. Nothing of `text` for an empty range but its place.
    pub(crate) fn text_of(&self, text: &str, source: Range<usize>) -> Range<usize> {
        let start = self.spans.partition_point(|span| span.source.end <= source.start);
        let start = self.spans.get(start).map_or(text.len(), |span| match span.relation {
            relation if relation.is_whole() => span.start,
            _ => span.start + source.start.saturating_sub(span.source.start),
        });
        let start = floor_char(text, start.min(text.len()));
        if source.is_empty() {
            return start..start;
        }
        let last = self.spans.partition_point(|span| span.source.start < source.end).checked_sub(1);
        let end = last.map_or(0, |last| {
            let span = &self.spans[last];
            let end = self.end_of(last, text.len());
            match span.relation {
                relation if relation.is_whole() => end,
                _ => end.min(span.start + (source.end - span.source.start)),
            }
        });
        start..ceil_char(text, end.min(text.len())).max(start)
    }

    /// The span that holds byte `at` of the text; the last one past the end.
    fn index_of(&self, at: usize) -> usize {
        self.spans.partition_point(|span| span.start <= at).saturating_sub(1)
    }

    fn end_of(&self, index: usize, text_len: usize) -> usize {
        self.spans.get(index + 1).map_or(text_len, |next| next.start)
    }
}

fn floor_char(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn ceil_char(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_through_replaced_and_inserted_text() {
        // Reply: `a &amp; b`
        let mut spoken = Spoken::default();
        spoken.push("a ", 0, Relation::Prose);
        spoken.replace("&", 2..7);
        spoken.push(" b", 7, Relation::Prose);
        spoken.replace(".", 9..9);
        assert_eq!(spoken.text, "a & b.");
        assert_eq!(spoken.map.source_of(&spoken.text, 2..3), 2..7);
        assert_eq!(spoken.map.source_of(&spoken.text, 0..3), 0..7);
        assert_eq!(spoken.map.source_of(&spoken.text, 4..6), 8..9);
        assert_eq!(spoken.map.source_of(&spoken.text, 90..99), 9..9);
        let part = spoken.slice(1..4);
        assert_eq!((part.text.as_str(), part.source()), (" & ", 1..8));
        assert_eq!(part.map.source_of(&part.text, 2..3), 7..8);
    }

    #[test]
    fn inserted_lead_in_shows_what_it_introduces() {
        let mut spoken = Spoken::default();
        spoken.replace("Name: ", 10..10);
        spoken.push("Ada", 10, Relation::Prose);
        assert_eq!(spoken.map.source_of(&spoken.text, 0..4), 10..13);
    }
}
