//! A text whose marked parts are said otherwise than they are written: the words of an alias stand in their
//! place, and one character for phonemes that are given.

use std::ops::Range;

use saywell_text::{How, Mark};

use super::ipa::transcribe;

/// Characters that nothing else in a text may be: the last private plane. Each stands for phonemes by its
/// place among them.
const PLACES: Range<u32> = 0x10_0000..0x10_fffe;

/// A text, and what of it is given.
pub struct Given {
    text: String,
    pieces: Vec<Piece>,
    phonemes: Vec<GivenPhonemes>,
}

/// Phonemes that stand for a part of a text.
pub struct GivenPhonemes {
    /// In the voice's symbols.
    pub phonemes: String,
    /// What was written there.
    pub written: String,
}

/// A run of the text that is the source's own, or stands for a part of it as a whole.
struct Piece {
    text: Range<usize>,
    source: Range<usize>,
    is_own: bool,
}

impl Given {
    /// The source as it is.
    pub fn plain(source: &str) -> Self {
        let all = 0..source.len();
        let piece = Piece { text: all.clone(), source: all, is_own: true };
        Self { text: source.to_owned(), pieces: vec![piece], phonemes: Vec::new() }
    }

    /// The source with its marks for phonemes and aliases carried out. Of marks inside one another the outer
    /// holds; those that are not bytes of the source do nothing, nor do phonemes of which none is known.
    pub fn new(source: &str, marks: &[Mark]) -> Self {
        let mut given = Self { text: String::new(), pieces: Vec::new(), phonemes: Vec::new() };
        let mut copied = 0;
        for mark in marks {
            let range = mark.text.clone();
            let Some(written) = source.get(range.clone()).filter(|_| range.start >= copied) else { continue };
            match &mark.how {
                How::Alias(words) if !range.is_empty() => {
                    given.copy(source, copied..range.start);
                    let words: String = words.chars().filter(|found| !is_place(*found)).collect();
                    given.put(&words, range.clone());
                }
                How::Phonemes(ipa) if !range.is_empty() => {
                    let place = PLACES.start + given.phonemes.len() as u32;
                    let Some(place) = char::from_u32(place).filter(|place| is_place(*place)) else {
                        continue;
                    };
                    let phonemes = transcribe(ipa).phonemes;
                    if phonemes.is_empty() {
                        continue;
                    }
                    given.copy(source, copied..range.start);
                    given.put(place.encode_utf8(&mut [0; 4]), range.clone());
                    given.phonemes.push(GivenPhonemes { phonemes, written: written.to_owned() });
                }
                // What is before the silence is not one word with what is after.
                How::Break(_) if is_inside_word(source, range.start) => {
                    given.copy(source, copied..range.start);
                    given.put(" ", range.start..range.start);
                }
                _ => continue,
            }
            copied = range.end;
        }
        given.copy(source, copied..source.len());
        given
    }

    /// The text to read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The phonemes that `token` stands for.
    pub fn phonemes(&self, token: &str) -> Option<&GivenPhonemes> {
        let mut characters = token.chars();
        let place = characters.next().filter(|place| is_place(*place))?;
        let index = u32::from(place) - PLACES.start;
        self.phonemes.get(index as usize).filter(|_| characters.next().is_none())
    }

    /// The bytes of the source that `range` of the text stands for; empty for an empty range.
    pub fn source_of(&self, range: Range<usize>) -> Range<usize> {
        if range.is_empty() {
            return 0..0;
        }
        let holding = |byte: usize| {
            let index = self.pieces.partition_point(|piece| piece.text.end <= byte);
            self.pieces.get(index)
        };
        let start = holding(range.start).map_or(0, |piece| {
            piece.source.start + if piece.is_own { range.start - piece.text.start } else { 0 }
        });
        let end = holding(range.end - 1).map_or(start, |piece| {
            if piece.is_own { piece.source.start + (range.end - piece.text.start) } else { piece.source.end }
        });
        start..end.max(start)
    }

    /// Appends a part of the source, without the characters that would stand for phonemes.
    fn copy(&mut self, source: &str, range: Range<usize>) {
        let mut start = range.start;
        for own in source[range].split_inclusive(is_place) {
            let kept = own.trim_end_matches(is_place);
            if !kept.is_empty() {
                let text = self.text.len()..self.text.len() + kept.len();
                self.pieces.push(Piece { text, source: start..start + kept.len(), is_own: true });
                self.text.push_str(kept);
            }
            start += own.len();
        }
    }

    /// Appends `text` for a part of the source.
    fn put(&mut self, text: &str, source: Range<usize>) {
        let start = self.text.len();
        self.text.push_str(text);
        self.pieces.push(Piece { text: start..self.text.len(), source, is_own: false });
    }
}

fn is_place(character: char) -> bool {
    PLACES.contains(&u32::from(character))
}

fn is_inside_word(text: &str, at: usize) -> bool {
    let Some((before, after)) = text.split_at_checked(at) else { return false };
    before.ends_with(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn alias(text: Range<usize>, words: &str) -> Mark {
        Mark { text, how: How::Alias(words.into()) }
    }

    #[test]
    fn puts_in_what_is_given_and_knows_the_way_back() {
        let source = "Ask W3C or Huang.";
        let phonemes = Mark { text: 11..16, how: How::Phonemes("hwɑŋǃ".into()) };
        let given = Given::new(source, &[alias(4..7, "the consortium"), phonemes]);
        assert_eq!(given.text(), "Ask the consortium or \u{100000}.");
        assert_eq!(given.source_of(0..3), 0..3);
        assert_eq!(given.source_of(8..18), 4..7, "a word of the alias");
        assert_eq!(given.source_of(0..22), 0..11);
        assert_eq!(given.source_of(22..26), 11..16);
        assert_eq!(given.source_of(26..27), 16..17);
        assert_eq!(given.phonemes("\u{100000}").unwrap().phonemes, "hwˈɑŋ");
        assert!(given.phonemes("\u{100001}").is_none() && given.phonemes("a").is_none());
    }

    #[test]
    fn a_text_cannot_bring_its_own_places() {
        let given = Given::new("a\u{100000}b c", &[alias(7..8, "see\u{100000}")]);
        assert_eq!(given.text(), "ab see");
        assert_eq!(given.source_of(1..2), 5..6);
    }

    #[test]
    fn odd_marks_do_no_harm() {
        let long = Mark { text: 0..99, how: How::Alias("x".into()) };
        let across = [alias(0..5, "one"), alias(3..7, "two"), long];
        assert_eq!(Given::new("abc def", &across).text(), "oneef");
        let silence = Mark { text: 3..3, how: How::Break(Duration::ZERO) };
        assert_eq!(Given::new("abcdef", &[silence]).text(), "abc def");
    }
}
