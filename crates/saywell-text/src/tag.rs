//! Language tags, in one spelling.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// Longest tag, bytes: what RFC 5646, section 4.4.1, asks everybody to take.
const LONGEST: usize = 35;

/// A BCP 47 language tag in its usual spelling (RFC 5646, section 2.1.1), so that `en-us`, `EN-US` and `en_US` are one
/// language, which is bought once.
///
/// ```
/// use saywell_text::Language;
///
/// let spelled = |tag| Language::new(tag).map(|language| language.to_string());
/// assert_eq!(spelled("en_us").as_deref(), Some("en-US"));
/// assert_eq!(spelled("ZH-hant-tw").as_deref(), Some("zh-Hant-TW"));
/// assert_eq!(spelled("English, please"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language(String);

/// Not the shape of a language tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoLanguage;

impl fmt::Display for NoLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be a BCP 47 tag such as en or pt-BR")
    }
}

impl std::error::Error for NoLanguage {}

impl Language {
    /// The language of a tag, if it has the shape of one: subtags of one to eight letters and digits, the first of two or
    /// three letters or the `x` of private use (longer ones are reserved, and none is registered), 35 characters at most. Space
    /// around it, and `_` for `-` as in `en_US`, do no harm; but the name of a voice, such as `af_heart`, is no tag.
    #[must_use]
    pub fn new(tag: &str) -> Option<Self> {
        let tag = tag.trim();
        let mut subtags = tag.split(['-', '_']);
        let first = subtags.next()?;
        let named = (2..=3).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_alphabetic());
        let private = first.eq_ignore_ascii_case("x") && tag.len() > 2;
        let mut rest = subtags.clone();
        let well_formed = rest.all(|subtag| {
            (1..=8).contains(&subtag.len()) && subtag.bytes().all(|b| b.is_ascii_alphanumeric())
        });
        let voice =
            tag.split('_').skip(1).any(|after| after.split('-').next().is_some_and(|next| next.len() > 4));
        if tag.len() > LONGEST || !(named || private) || !well_formed || voice {
            return None;
        }
        let mut spelled = first.to_ascii_lowercase();
        // Behind a singleton, such as the `u` of `de-u-co-phonebk`, everything is written small.
        let mut extended = private;
        for subtag in subtags {
            let small = subtag.to_ascii_lowercase();
            let letters = subtag.bytes().all(|b| b.is_ascii_alphabetic());
            spelled.push('-');
            match subtag.len() {
                2 if letters && !extended => spelled.push_str(&subtag.to_ascii_uppercase()),
                4 if letters && !extended => {
                    spelled.push_str(&small[..1].to_ascii_uppercase());
                    spelled.push_str(&small[1..]);
                }
                length => {
                    extended |= length == 1;
                    spelled.push_str(&small);
                }
            }
        }
        Some(Self(spelled))
    }

    /// The language alone, without script and country: the `en` of `en-US`.
    #[must_use]
    pub fn primary(&self) -> &str {
        primary(&self.0)
    }
}

/// The language of a BCP 47 tag alone, without script and country: the `en` of `en-US`, also as services write it (`en_US`). In the
/// case that the tag has.
#[must_use]
pub fn primary(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or_default()
}

/// Whether a BCP 47 tag is of English, wherever it is spoken.
#[must_use]
pub fn is_english(tag: &str) -> bool {
    primary(tag).eq_ignore_ascii_case("en")
}

impl Deref for Language {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for Language {
    type Err = NoLanguage;

    fn from_str(tag: &str) -> Result<Self, NoLanguage> {
        Self::new(tag).ok_or(NoLanguage)
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.0
    }
}

impl TryFrom<String> for Language {
    type Error = NoLanguage;

    fn try_from(tag: String) -> Result<Self, NoLanguage> {
        Self::new(&tag).ok_or(NoLanguage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(tag: &str) -> Option<String> {
        Language::new(tag).map(String::from)
    }

    #[test]
    fn one_language_has_one_spelling() {
        for tag in ["en-US", "en-us", "EN-US", "en_US", " eN-uS\n"] {
            assert_eq!(spelled(tag).as_deref(), Some("en-US"), "{tag:?}");
        }
        for (tag, expected) in [
            ("EN", "en"),
            ("sr-LATN-rs", "sr-Latn-RS"),
            ("es-419", "es-419"),
            ("DE-1996", "de-1996"),
            ("de-DE-U-CO-PHONEBK", "de-DE-u-co-phonebk"),
            ("X-Klingon", "x-klingon"),
            ("fil", "fil"),
        ] {
            assert_eq!(spelled(tag).as_deref(), Some(expected));
            assert_eq!(spelled(expected).as_deref(), Some(expected), "it stays as it is");
        }
    }

    #[test]
    fn what_is_no_tag_is_refused() {
        let long = format!("en{}", "-abcdefgh".repeat(4));
        for tag in [
            "", " ", "e", "x", "x-", "heart", "af_heart", "en-", "-en", "en--US", "english please", "en\nUS",
            "été", "123", &long,
        ] {
            assert_eq!(spelled(tag), None, "{tag:?}");
        }
        assert_eq!(Language::new("pt-br").unwrap().primary(), "pt");
    }
}
