//! Text that is being rewritten and still knows where each part came from.

use std::borrow::Cow;
use std::ops::Range;

use super::cursor::Cursor;

/// A text and, for each of its bytes, the range of the source that it stands for. Both ends of the ranges
/// never decrease along the text, and lie on character boundaries of the source.
pub struct Tracked {
    text: String,
    origins: Vec<(usize, usize)>,
}

/// What a rule says instead of the text from its cursor up to `end`.
pub struct Edit {
    /// End of the text replaced, past the cursor.
    pub end: usize,
    /// What stands there instead.
    pub text: Cow<'static, str>,
}

impl Edit {
    /// Replaces everything up to `end`.
    pub fn new(end: Cursor<'_>, text: impl Into<Cow<'static, str>>) -> Self {
        Self { end: end.at(), text: text.into() }
    }
}

/// A rule looks at one place of the text and may replace what begins there.
pub type Rule = fn(Cursor<'_>) -> Option<Edit>;

impl Tracked {
    /// The source itself.
    #[must_use]
    pub fn new(source: &str) -> Self {
        let mut origins = Vec::with_capacity(source.len());
        for (start, character) in source.char_indices() {
            let end = start + character.len_utf8();
            origins.extend((start..end).map(|_| (start, end)));
        }
        Self { text: source.to_owned(), origins }
    }

    /// The text as it stands now.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The range of the source that `range` of the text stands for; empty for an empty range.
    #[must_use]
    pub fn source_of(&self, range: Range<usize>) -> Range<usize> {
        match self.origins.get(range) {
            Some([first, .., last]) => first.0..last.1,
            Some([only]) => only.0..only.1,
            _ => 0..0,
        }
    }

    /// Goes through the text once, from left to right, and applies `rule` wherever it matches.
    ///
    /// What an edit keeps at its start and at its end keeps its origin; all between stands for all that was
    /// between.
    pub fn rewrite(&mut self, rule: Rule) {
        let mut rewritten = Self { text: String::new(), origins: Vec::new() };
        let mut copied = 0;
        let mut cursor = Cursor::new(&self.text, 0);
        while let Some(character) = cursor.peek() {
            let at = cursor.at();
            match rule(cursor) {
                Some(edit) if edit.end > at => {
                    rewritten.copy(self, copied..at);
                    rewritten.replace(self, at..edit.end, &edit.text);
                    copied = edit.end;
                    cursor = Cursor::new(&self.text, edit.end);
                }
                _ => {
                    cursor.eat(character);
                }
            }
        }
        if copied > 0 {
            rewritten.copy(self, copied..self.text.len());
            *self = rewritten;
        }
    }

    fn copy(&mut self, from: &Self, range: Range<usize>) {
        self.text.push_str(&from.text[range.clone()]);
        self.origins.extend_from_slice(&from.origins[range]);
    }

    fn replace(&mut self, from: &Self, range: Range<usize>, new: &str) {
        let old = &from.text[range.clone()];
        let head = common_length(old.chars(), new.chars());
        let tail = common_length(old[head..].chars().rev(), new[head..].chars().rev());
        let middle = range.start + head..range.end - tail;
        self.copy(from, range.start..middle.start);
        // Put in where nothing was, it stands for the character before, or else the one after.
        let neighbour = || old[..head].chars().next_back().map_or(0, char::len_utf8);
        let origin = match middle.len() {
            0 if head > 0 => from.source_of(middle.start - neighbour()..middle.start),
            0 => from.source_of(middle.start..range.end),
            _ => from.source_of(middle.clone()),
        };
        let inserted = &new[head..new.len() - tail];
        self.text.push_str(inserted);
        self.origins.extend(inserted.bytes().map(|_| (origin.start, origin.end)));
        self.copy(from, middle.end..range.end);
    }
}

/// Bytes that two texts have in common from here on.
fn common_length(a: impl Iterator<Item = char>, b: impl Iterator<Item = char>) -> usize {
    a.zip(b).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spell_out_kilometers(mut at: Cursor<'_>) -> Option<Edit> {
        at.eat_text("km").then(|| Edit::new(at, "kilometers"))
    }

    fn name_the_plus(mut at: Cursor<'_>) -> Option<Edit> {
        at.eat_text("++").then(|| Edit::new(at, "+plus+"))
    }

    #[test]
    fn what_is_put_in_stands_for_its_neighbour() {
        let mut text = Tracked::new("c++");
        text.rewrite(name_the_plus);
        assert_eq!(text.text(), "c+plus+");
        assert_eq!(text.source_of(2..6), 1..2);
        assert_eq!(text.source_of(6..7), 2..3);
        assert_eq!(text.source_of(3..3), 0..0, "nothing stands for nothing");
    }

    #[test]
    fn an_edit_stands_for_what_it_replaced() {
        let mut text = Tracked::new("é 5 km up");
        text.rewrite(spell_out_kilometers);
        assert_eq!(text.text(), "é 5 kilometers up");
        assert_eq!(text.source_of(3..4), 3..4, "the number");
        assert_eq!(text.source_of(5..15), 5..7, "the unit");
        assert_eq!(text.source_of(16..18), 8..10, "the word after");
        assert_eq!(text.source_of(0..1), 0..2, "a part of a character is that character");
    }
}
