//! A place in a text, with what rules over text ask there.

use std::ops::RangeInclusive;

/// A place in a text. It is copied to look ahead, and moved by the `eat` functions, each of which takes what
/// it is asked for or leaves the place as it is.
#[derive(Clone, Copy)]
pub struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    /// The place `at` bytes into `text`; its end when that is no place between two characters.
    #[must_use]
    pub fn new(text: &'t str, at: usize) -> Self {
        Self { text, at: if text.is_char_boundary(at) { at } else { text.len() } }
    }

    /// Bytes of the text before this place.
    #[must_use]
    pub fn at(self) -> usize {
        self.at
    }

    /// The text from here on.
    #[must_use]
    pub fn rest(self) -> &'t str {
        &self.text[self.at..]
    }

    /// The text from here up to `end`.
    #[must_use]
    pub fn until(self, end: Self) -> &'t str {
        self.text.get(self.at..end.at).unwrap_or_default()
    }

    /// The character before this place.
    #[must_use]
    pub fn before(self) -> Option<char> {
        self.text[..self.at].chars().next_back()
    }

    /// The character before the one before this place.
    #[must_use]
    pub fn before_second(self) -> Option<char> {
        self.text[..self.at].chars().rev().nth(1)
    }

    /// The character after this place.
    #[must_use]
    pub fn peek(self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The character after the one after this place.
    #[must_use]
    pub fn peek_second(self) -> Option<char> {
        self.rest().chars().nth(1)
    }

    /// Whether a word could begin here: no letter, digit or `_` is before.
    pub fn starts_word(self) -> bool {
        !self.before().is_some_and(is_word)
    }

    /// Whether a word could end here: no letter, digit or `_` is after.
    pub fn ends_word(self) -> bool {
        !self.peek().is_some_and(is_word)
    }

    /// Whether a number could begin here, rather than go on from before.
    #[must_use]
    pub fn starts_number(self) -> bool {
        !self.before().is_some_and(|before| is_word(before) || before == '.')
    }

    /// Whether a number is before, with or without a space between.
    #[must_use]
    pub fn follows_number(self) -> bool {
        self.text[..self.at].trim_end_matches(' ').ends_with(|before: char| before.is_ascii_digit())
    }

    /// Takes this character.
    pub fn eat(&mut self, wanted: char) -> bool {
        self.eat_if(|found| found == wanted).is_some()
    }

    /// Takes one character of this kind.
    pub fn eat_if(&mut self, wanted: impl Fn(char) -> bool) -> Option<char> {
        let found = self.peek().filter(|found| wanted(*found))?;
        self.at += found.len_utf8();
        Some(found)
    }

    /// Takes all characters of this kind, perhaps none.
    pub fn eat_while(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let start = *self;
        while self.eat_if(&wanted).is_some() {}
        start.until(*self)
    }

    /// Takes this text.
    pub fn eat_text(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }

    /// Takes the first of these texts that is here.
    pub fn eat_one_of<'w>(&mut self, wanted: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
        wanted.into_iter().find(|text| self.eat_text(text))
    }

    /// Takes digits, as many as there are up to the end of `count`.
    pub fn digits(&mut self, count: RangeInclusive<usize>) -> Option<&'t str> {
        let rest = self.rest();
        let found = rest.bytes().take(*count.end()).take_while(u8::is_ascii_digit).count();
        if found < *count.start() {
            return None;
        }
        self.at += found;
        Some(&rest[..found])
    }

    /// Takes digits with their thousands separators and decimals: `1,234.5`. A number of more than 30 digits
    /// is no quantity and is left.
    pub fn number(&mut self) -> Option<&'t str> {
        let mut end = *self;
        end.digits(1..=30)?;
        while let Some(group) = end.past(|at| at.eat(',') && at.digits(3..=3).is_some()) {
            if group.at - self.at > 40 {
                return None;
            }
            end = group;
        }
        if let Some(decimals) = end.past(|at| at.eat('.') && at.digits(1..=30).is_some()) {
            end = decimals;
        }
        let number = self.until(end);
        *self = end;
        Some(number)
    }

    /// The place after what `eats` takes from here, if it takes it.
    pub fn past(self, eats: impl FnOnce(&mut Self) -> bool) -> Option<Self> {
        let mut after = self;
        eats(&mut after).then_some(after)
    }
}

/// Letters, digits and the underscore.
#[must_use]
pub fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Letters, and what is written among them as one (`½`, `²`), without the digits.
#[must_use]
pub fn is_letter(character: char) -> bool {
    character.is_alphanumeric() && !character.is_ascii_digit()
}
