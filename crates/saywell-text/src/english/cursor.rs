//! A place in a text, with what rules over text ask there.

use std::ops::RangeInclusive;

/// Names of code, paths and addresses are looked at up to so many bytes; no rule looks further.
const LONGEST_CHUNK: usize = 256;

/// What a number or a sign means is asked of the words so many bytes before.
const NEAR: usize = 48;

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
    pub fn offset(self) -> usize {
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

    /// Whether a quantity may end here: what follows neither goes on with it nor, after a dot, makes it a version or a name.
    #[must_use]
    pub(super) fn ends_quantity(self) -> bool {
        self.ends_word() && !(self.peek() == Some('.') && self.peek_second().is_some_and(is_word))
    }

    /// Whether a number could begin here, rather than go on from before.
    #[must_use]
    pub fn starts_number(self) -> bool {
        !self.before().is_some_and(|before| is_word(before) || before == '.')
    }

    /// Whether this text is before.
    #[must_use]
    pub(super) fn follows(self, text: &str) -> bool {
        self.text[..self.at].ends_with(text)
    }

    /// Whether a day of the week and a comma are before.
    #[must_use]
    pub(super) fn follows_weekday(self) -> bool {
        const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let Some(before) = self.text[..self.at].strip_suffix(", ") else { return false };
        let before = before.strip_suffix('.').unwrap_or(before);
        let name = before.strip_suffix("day").unwrap_or(before);
        DAYS.iter().any(|day| before.ends_with(day))
            || (name.len() < before.len()
                && ["Mon", "Tues", "Wednes", "Thurs", "Fri", "Satur", "Sun"]
                    .iter()
                    .any(|day| name.ends_with(day)))
    }

    /// Whether a quote that was opened not far before is still open here.
    #[must_use]
    pub(super) fn is_in_quotes(self) -> bool {
        let before = self.text.as_bytes()[..self.at].iter().rev();
        let mut before = before.take(LONGEST_CHUNK).skip_while(|byte| **byte != b'"').skip(1);
        let opened =
            self.text.as_bytes()[..self.at].iter().rev().take(LONGEST_CHUNK).any(|byte| *byte == b'"');
        // A mark that closes, or stands for inches, has something right before it.
        opened && before.next().is_none_or(|byte| b" (\n".contains(byte))
    }

    /// Whether a number is before, with or without a space between.
    #[must_use]
    pub fn follows_number(self) -> bool {
        self.text[..self.at].trim_end_matches(' ').ends_with(|before: char| before.is_ascii_digit())
    }

    /// The place `at` bytes into the same text.
    #[must_use]
    pub(super) fn moved_to(self, at: usize) -> Self {
        Self::new(self.text, at)
    }

    /// The last `bytes` before this place; empty when there are not so many.
    #[must_use]
    pub(super) fn rest_before(self, bytes: usize) -> String {
        self.at
            .checked_sub(bytes)
            .and_then(|start| self.text.get(start..self.at))
            .unwrap_or_default()
            .to_owned()
    }

    /// Whether this place goes on with a number or a name from before.
    #[must_use]
    pub(super) fn is_inside_number(self) -> bool {
        let separated = self.before().is_some_and(|before| "-/.:".contains(before))
            && self.before_second().is_some_and(is_word);
        !self.starts_number() || separated
    }

    /// What stands here up to the next white space, at most [`LONGEST_CHUNK`] bytes of it.
    #[must_use]
    pub(super) fn chunk(self) -> &'t str {
        let rest = self.rest();
        let mut end = rest.len().min(LONGEST_CHUNK);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let rest = &rest[..end];
        rest.split(char::is_whitespace).next().unwrap_or_default()
    }

    /// Whether something written without spaces begins here, perhaps in brackets or quotes.
    #[must_use]
    pub(super) fn starts_chunk(self) -> bool {
        self.before().is_none_or(|before| before.is_whitespace() || "([{<\"'“‘`,;=|".contains(before))
    }

    /// Whether nothing but the marks that end a clause, quotes and brackets is between here and white space.
    #[must_use]
    pub(super) fn ends_chunk(self) -> bool {
        let rest = self.rest().trim_start_matches(|mark| ".,;:!?)]}>\"'”’`…*".contains(mark));
        rest.is_empty() || rest.starts_with(char::is_whitespace)
    }

    /// Whether a term of a sum follows: the `B` of `A + B` and `A+ B =`.
    #[must_use]
    pub(super) fn ends_chunk_with_operand(self) -> bool {
        self.window_after(4).starts_with(" =")
    }

    /// The word before this place, with at most one space between; empty without one.
    #[must_use]
    pub(super) fn previous_word(self) -> &'t str {
        let before = &self.text[..self.at];
        let mut start = before.len().saturating_sub(40);
        while !before.is_char_boundary(start) {
            start += 1;
        }
        let before = &before[start..];
        let before = before.strip_suffix(' ').unwrap_or(before);
        let word = before.rfind(|found: char| !is_word(found) && found != '.' && found != '\'');
        let word = word.and_then(|at| before.get(at..)).unwrap_or(before);
        word.trim_start_matches(|found: char| !is_word(found) && found != '\'')
    }

    /// The word after this place, with at most one space between; empty without one.
    #[must_use]
    pub(super) fn next_word(mut self) -> &'t str {
        self.eat(' ');
        let rest = self.chunk();
        &rest[..rest.find(|found: char| !is_word(found)).unwrap_or(rest.len())]
    }

    /// The last `bytes` before this place at most, from the start of a character on.
    #[must_use]
    pub(super) fn window_before(self, bytes: usize) -> &'t str {
        let start = self.text.ceil_char_boundary(self.at.saturating_sub(bytes));
        &self.text[start..self.at]
    }

    /// The next `bytes` at most, up to the end of a character.
    #[must_use]
    pub(super) fn window_after(self, bytes: usize) -> &'t str {
        let rest = self.rest();
        &rest[..rest.floor_char_boundary(bytes)]
    }

    /// The words before this place in its sentence, the nearest first, whatever marks are between; those
    /// within [`NEAR`] bytes.
    pub(super) fn words_before(self) -> impl Iterator<Item = &'t str> {
        let window = self.window_before(NEAR);
        // The dot of a short form ends no sentence.
        let start = window
            .match_indices(['.', '!', '?'])
            .rfind(|(at, mark)| {
                let word = window[..*at].rsplit(|found: char| !is_word(found)).next().unwrap_or_default();
                window[at + 1..].starts_with(' ') && (*mark != "." || word.len() > 4)
            })
            .map_or(0, |(at, _)| at + 1);
        window[start..].rsplit(|found: char| !is_word(found) && found != '\'').filter(|word| !word.is_empty())
    }

    /// Takes a word in small letters that stands alone and that no rule is about, nor is it short for something.
    pub(super) fn eat_plain_word(&mut self, is_short: impl Fn(&str) -> bool) -> bool {
        let bytes = self.rest().as_bytes();
        let length = bytes.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
        let stands_alone = match bytes.get(length..) {
            Some([] | [b' ', ..] | [b',' | b';' | b'!' | b'?', b' ', ..]) => true,
            Some([b'.', rest @ ..]) => rest.is_empty() && length > 5,
            _ => false,
        };
        let before = self.text.as_bytes()[..self.at].last();
        let is_plain = length > 0
            && !(length < 4 && ["illion ", "cubed ", "squared "].iter().any(|scale| self.follows(scale)))
            && stands_alone
            && before.is_none_or(|before| matches!(before, b' ' | b'(' | b'"'))
            && !matches!(&bytes[..length], b"vs" | b"aka" | b"et" | b"x" | b"lim")
            // `Scene ii`
            && !bytes[..length].iter().all(|byte| matches!(byte, b'i' | b'v' | b'x'))
            && !is_short(&self.rest()[..length]);
        if is_plain {
            self.at += length;
        }
        is_plain
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
