//! A text that is written out, with the way back to what was given and the way forth from it.

use std::borrow::Cow;
use std::ops::Range;

use super::cursor::Cursor;
use crate::spoken::{Relation, Spoken};

/// A text written out. It knows for each of its parts what it stands for in the given text, and the reverse.
#[derive(Clone, Debug, Default)]
pub struct SpelledOut {
    spoken: Spoken,
}

impl SpelledOut {
    /// What is to be said, in single spaces.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.spoken.text
    }

    /// The bytes of the given text that `range` of [`Self::text`] stands for, on the bounds of characters. What
    /// was written out as one stands for all of what it replaced. Both ends never decrease with those of
    /// `range`. A range out of bounds is clamped.
    #[must_use]
    pub fn source_of(&self, range: Range<usize>) -> Range<usize> {
        self.spoken.map.source_of(&self.spoken.text, range)
    }

    /// The bytes of [`Self::text`] that say `source` of the given text: the reverse of [`Self::source_of`], for
    /// carrying marks over. Empty where nothing is said for it, and for an empty range, which is a place.
    #[must_use]
    pub fn spoken_of(&self, source: Range<usize>) -> Range<usize> {
        self.spoken.map.text_of(&self.spoken.text, source)
    }
}

/// What a rule says instead of the text from its cursor on.
pub struct Edit {
    start: usize,
    /// Words, and the end of the text that they stand for, in order.
    pieces: Vec<(Cow<'static, str>, usize)>,
}

impl Edit {
    /// Says `words` for everything from `start` up to `end`.
    pub fn new(start: Cursor<'_>, end: Cursor<'_>, words: impl Into<Cow<'static, str>>) -> Self {
        Self::from(start).say(end, words)
    }

    /// Says nothing yet.
    pub fn from(start: Cursor<'_>) -> Self {
        Self { start: start.offset(), pieces: Vec::new() }
    }

    /// Says `words` for what follows, up to `end`. Words that stand for nothing join those before.
    pub fn say(mut self, end: Cursor<'_>, words: impl Into<Cow<'static, str>>) -> Self {
        let words = words.into();
        if end.offset() > self.end() {
            self.pieces.push((words, end.offset()));
        } else if let Some((last, _)) = self.pieces.last_mut() {
            let last = last.to_mut();
            last.push(' ');
            last.push_str(&words);
        }
        self
    }

    /// Says what `next` says for what follows.
    pub fn then(mut self, next: Self) -> Self {
        self.pieces.extend(next.pieces);
        self
    }

    /// Where the text replaced ends.
    pub fn end(&self) -> usize {
        self.pieces.last().map_or(self.start, |(_, end)| *end)
    }
}

/// A text being written out.
pub struct Writer<'p> {
    /// What is written out, in plain characters, with the way back to what was given.
    plain: &'p Spoken,
    out: Spoken,
    /// Whether the last thing written was put in, so that a word may not follow without a space.
    after_edit: bool,
}

impl<'p> Writer<'p> {
    /// Nothing written yet.
    pub fn new(plain: &'p Spoken) -> Self {
        Self { plain, out: Spoken::default(), after_edit: false }
    }

    /// Goes on with this part of the text as it stands.
    pub fn copy(&mut self, range: Range<usize>) {
        let mut range = range;
        let written = &self.plain.text[range.clone()];
        let Some(first) = written.chars().next() else { return };
        if first == ' ' && (self.out.text.is_empty() || self.out.text.ends_with(' ')) {
            range.start += 1;
        } else if self.after_edit
            && !self.out.text.is_empty()
            && !self.out.text.ends_with(clings_to_the_right)
            && !clings_to_the_left(first)
        {
            self.out.replace(" ", self.plain.map.source_of(&self.plain.text, range.start..range.start));
        }
        if !range.is_empty() {
            self.after_edit = false;
            self.out.extend(&self.plain.slice(range));
        }
    }

    /// Goes on with this part of the text exactly as it stands.
    pub fn keep(&mut self, range: Range<usize>) {
        self.after_edit = false;
        self.out.extend(&self.plain.slice(range));
    }

    /// Goes on with an edit, whose places are counted from `base`. Its words are set apart from what is around.
    pub fn edit(&mut self, edit: &Edit, base: usize) {
        let mut start = base + edit.start;
        for (words, end) in &edit.pieces {
            let end = base + end;
            // A space in front belongs to none of the words; before a comma there is none.
            let parted = !words.starts_with(clings_to_the_left);
            if parted && self.plain.text[start..end].starts_with(' ') && end > start + 1 {
                self.copy(start..start + 1);
                start += 1;
            }
            if self.plain.text.get(start..end) == Some(words) {
                self.copy(start..end);
            } else if let Some(first) = words.chars().next() {
                let source = self.plain.map.source_of(&self.plain.text, start..end);
                let apart = !self.out.text.is_empty()
                    && !self.out.text.ends_with(clings_to_the_right)
                    && !clings_to_the_left(first);
                if apart {
                    self.out.replace(" ", source.start..source.start);
                }
                self.out.replace(words, source);
            }
            self.after_edit = true;
            start = end;
        }
    }

    /// The whole, without a space at its end.
    pub fn finish(self) -> SpelledOut {
        SpelledOut { spoken: crate::clean::trim(self.out) }
    }
}

/// What may follow a word without a space.
fn clings_to_the_left(mark: char) -> bool {
    " ,.;:!?)]}\"'”’…-–—/%".contains(mark)
}

/// What a word may follow without a space.
fn clings_to_the_right(mark: char) -> bool {
    " ([{\"'“‘-–—/".contains(mark)
}

/// The text in plain characters: variants of a character become the plain one, what takes no room goes, and
/// so do spaces beside spaces and at the ends. `kept`, parts in order, stay as they are; their places in the
/// plain text are the second value.
pub fn plain(text: &str, kept: &[Range<usize>]) -> (Spoken, Vec<Range<usize>>) {
    let mut plain = Spoken::default();
    let mut places = Vec::new();
    let mut at = 0;
    for part in kept {
        let start = part.start.clamp(at, text.len());
        let end = part.end.clamp(start, text.len());
        if !text.is_char_boundary(start) || !text.is_char_boundary(end) || start == end {
            continue;
        }
        push_plain(&mut plain, text, at..start);
        let place = plain.text.len();
        plain.push(&text[start..end], start, Relation::Prose);
        places.push(place..plain.text.len());
        at = end;
    }
    push_plain(&mut plain, text, at..text.len());
    (plain, places)
}

fn push_plain(plain: &mut Spoken, text: &str, range: Range<usize>) {
    let part = &text[range.clone()];
    let mut copied = 0;
    for (at, found) in part.char_indices() {
        let end = at + found.len_utf8();
        let ends_with_space = |before: &str| {
            if before.is_empty() {
                plain.text.is_empty() || plain.text.ends_with(' ')
            } else {
                before.ends_with(' ')
            }
        };
        let wanted = match found {
            ' ' if !ends_with_space(&part[copied..at]) => continue,
            '!'..='~' => continue,
            _ if is_space(found) => {
                if ends_with_space(&part[copied..at]) {
                    ""
                } else {
                    " "
                }
            }
            _ => match plain_character(found) {
                Some(plain) => plain,
                None => continue,
            },
        };
        plain.push(&part[copied..at], range.start + copied, Relation::Prose);
        plain.replace(wanted, range.start + at..range.start + end);
        copied = end;
    }
    plain.push(&part[copied..], range.start + copied, Relation::Prose);
}

fn plain_character(found: char) -> Option<&'static str> {
    const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    Some(match found {
        '’' | '＇' => "'",
        '\u{2010}'..='\u{2012}' => "-",
        '\u{2015}' => "—",
        'μ' => "µ",
        // Soft hyphen, zero-width characters and variation selectors.
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' => "",
        other => DIGITS[decimal_digit(other)?],
    })
}

/// The value of a decimal digit of the scripts in wide use, other than 0 to 9.
fn decimal_digit(character: char) -> Option<usize> {
    /// The digit zero of Arabic (two forms), Devanagari, Bengali, Gurmukhi, Gujarati, Tamil, Telugu, Kannada,
    /// Malayalam, Thai, Lao, Tibetan, Burmese, Khmer, and of the full-width forms; the others follow it.
    const ZEROS: [u32; 16] = [
        0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040,
        0x17e0, 0xff10,
    ];
    let code = u32::from(character);
    ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code)).map(|zero| (code - zero) as usize)
}

/// White space; the control characters that separate files, groups, records and units count as well.
fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_characters_and_spaces() {
        for (given, expected) in [
            ("", ""),
            (" \t\n ", ""),
            ("  a\u{a0} b\n", "a b "),
            ("it’s a soft\u{ad}hyphen", "it's a softhyphen"),
            ("٣٤ and ４２", "34 and 42"),
            ("a ‑ b", "a - b"),
            ("a − b", "a − b"),
        ] {
            assert_eq!(plain(given, &[]).0.text, expected, "for {given:?}");
        }
        let kept = 2..9;
        let (text, places) = plain("a  ’b  ’ c", std::slice::from_ref(&kept));
        assert_eq!(text.text, "a  ’b  ' c", "what is kept stays as it is");
        assert_eq!(places, std::slice::from_ref(&kept));
    }

    #[test]
    fn ways_back_and_forth() {
        let given = "go 5 km, é!";
        let (plain, _) = plain(given, &[]);
        let mut writer = Writer::new(&plain);
        writer.copy(0..3);
        let cursor = |at| Cursor::new(given, at);
        writer.edit(&Edit::from(cursor(3)).say(cursor(4), "five").say(cursor(7), "kilometers"), 0);
        writer.copy(7..plain.text.len());
        let out = writer.finish();
        assert_eq!(out.text(), "go five kilometers, é!");
        assert_eq!(&given[out.source_of(3..7)], "5");
        assert_eq!(&given[out.source_of(8..18)], "km");
        assert_eq!(&given[out.source_of(21..22)], "é", "a part of a character is that character");
        assert_eq!(&out.text()[out.spoken_of(3..4)], "five");
        assert_eq!(&out.text()[out.spoken_of(5..7)], "kilometers");
        assert_eq!(&out.text()[out.spoken_of(3..7)], "five kilometers");
        assert_eq!(&out.text()[out.spoken_of(9..11)], "é");
        assert_eq!(out.spoken_of(0..0), 0..0);
        assert_eq!(out.spoken_of(given.len()..given.len()), out.text().len()..out.text().len());
    }
}
