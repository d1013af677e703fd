//! Names that callers make up: of users, rooms, messages, voices, providers and models. They are made once, where a
//! request comes in, so that whatever stands behind can log, compare and keep them as they are.

use std::fmt;
use std::ops::Deref;

use icu_properties::CodePointSetData;
use icu_properties::props::{DefaultIgnorableCodePoint, EmojiModifier, ExtendedPictographic};
use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// A name in the one form in which names are compared: Unicode NFC, without space around it, of 1 to
/// [`Name::LONGEST`] characters, none of them a control character, and none that cannot be seen.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

/// Why something is no name. Written so that it follows the name of the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// There is nothing to be seen.
    #[error("is empty")]
    Empty,
    /// More than [`Name::LONGEST`] characters.
    #[error("has {0} characters; the most is {most}", most = Name::LONGEST)]
    TooLong(usize),
    /// A control character, or the end of a line.
    #[error("has a control character in it (U+{:04X})", u32::from(*.0))]
    Control(char),
    /// A character that cannot be seen, with which one name passes for another.
    #[error("has an invisible character in it (U+{:04X})", u32::from(*.0))]
    Invisible(char),
}

/// Asks for the picture where a sign can be drawn in two ways.
const AS_PICTURE: char = '\u{fe0f}';
/// Drawn as nothing, though Unicode does not have them among those that may be left out: the marks of interlinear notes, the
/// pattern of Braille without a dot, and the null notehead.
const BLANK: [char; 5] = ['\u{fff9}', '\u{fffa}', '\u{fffb}', '\u{2800}', '\u{1d159}'];
/// Joins pictures into one.
const JOINER: char = '\u{200d}';

impl Name {
    /// Longest name, characters.
    pub const LONGEST: usize = 200;

    /// Brings a text into the one form.
    ///
    /// # Errors
    /// [`NameFault`]
    pub fn new(text: &str) -> Result<Self, NameFault> {
        let text = text.trim();
        let length = text.chars().count();
        if length > Self::LONGEST {
            return Err(NameFault::TooLong(length));
        }
        let mut name = String::with_capacity(text.len());
        let mut letters = text.chars().peekable();
        let mut last = None;
        while let Some(letter) = letters.next() {
            if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}') {
                return Err(NameFault::Control(letter));
            }
            if BLANK.contains(&letter) {
                return Err(NameFault::Invisible(letter));
            }
            if !letter.is_ascii() && CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(letter) {
                let picture = |letter: Option<char>| letter.is_some_and(is_picture);
                match letter {
                    // The sign is the same without.
                    AS_PICTURE if picture(last) => continue,
                    JOINER if picture(last) && picture(letters.peek().copied()) => {}
                    _ => return Err(NameFault::Invisible(letter)),
                }
            }
            last = Some(letter);
            name.push(letter);
        }
        if name.is_empty() {
            return Err(NameFault::Empty);
        }
        Ok(Self(if is_nfc(&name) { name } else { name.nfc().collect() }))
    }
}

fn is_picture(letter: char) -> bool {
    CodePointSetData::new::<ExtendedPictographic>().contains(letter)
        || CodePointSetData::new::<EmojiModifier>().contains(letter)
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl TryFrom<String> for Name {
    type Error = NameFault;

    fn try_from(text: String) -> Result<Self, NameFault> {
        Self::new(&text)
    }
}

impl std::str::FromStr for Name {
    type Err = NameFault;

    fn from_str(text: &str) -> Result<Self, NameFault> {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Result<String, NameFault> {
        Name::new(text).map(String::from)
    }

    #[test]
    fn one_name_has_one_form() {
        for (text, expected) in [
            (" ann ", "ann"),
            ("Zoe\u{308}", "Zo\u{eb}"),
            ("\u{2764}\u{fe0f} chat", "\u{2764} chat"),
            ("\u{1f469}\u{200d}\u{1f680}", "\u{1f469}\u{200d}\u{1f680}"),
            ("\u{1f44d}\u{1f3fd}", "\u{1f44d}\u{1f3fd}"),
        ] {
            assert_eq!(form(text).as_deref(), Ok(expected), "{text:?}");
        }
        assert!(form(&"\u{e9}".repeat(200)).is_ok());
    }

    #[test]
    fn what_passes_for_another_name_is_refused() {
        for letter in [
            '\u{200b}', '\u{200d}', '\u{feff}', '\u{ad}', '\u{202e}', '\u{2066}', '\u{fe0f}', '\u{3164}',
            '\u{e0061}', '\u{fff9}', '\u{fffb}', '\u{2800}', '\u{1d159}',
        ] {
            assert_eq!(form(&format!("a{letter}nn")), Err(NameFault::Invisible(letter)), "{letter:?}");
            assert_eq!(form(&format!("ann{letter}")), Err(NameFault::Invisible(letter)), "{letter:?}");
        }
        for letter in ['\n', '\0', '\u{1b}', '\u{7f}', '\u{85}', '\u{2028}'] {
            assert_eq!(form(&format!("a{letter}b")), Err(NameFault::Control(letter)), "{letter:?}");
        }
        assert_eq!(form(" \u{a0}"), Err(NameFault::Empty));
        assert_eq!(form(&"x".repeat(201)), Err(NameFault::TooLong(201)));
        assert_eq!(form("a\u{200b}b").unwrap_err().to_string(), "has an invisible character in it (U+200B)");
    }
}
