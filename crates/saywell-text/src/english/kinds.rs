//! Who reads, and what is written out for whom.

use super::number_words;

/// Who reads a text aloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reader {
    /// A voice that knows words only: everything is written out in words.
    Words,
    /// A voice that reads numbers, dates, money and abbreviations well by itself. Only what such voices get
    /// wrong is written out, with its numbers in digits.
    Natural,
}

/// What can be written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table below has an example of each")]
#[non_exhaustive]
pub enum SpelledKind {
    Number,
    Ordinal,
    Decade,
    Fraction,
    Range,
    Ratio,
    Percent,
    Quantity,
    Money,
    Unit,
    TechnicalUnit,
    Temperature,
    Time,
    Date,
    Timestamp,
    Duration,
    Telephone,
    Version,
    Address,
    Hex,
    Hash,
    Uuid,
    WebAddress,
    Path,
    Flag,
    Variable,
    Code,
    Operator,
    Symbol,
    Keys,
    Formula,
    Chess,
    Roman,
    Acronym,
    Label,
    Title,
    Abbreviation,
    Place,
}

/// Every kind, an example of it, and whether it is written out for [`Reader::Natural`] too. All are written out
/// for [`Reader::Words`].
pub const KINDS: &[(SpelledKind, &str, bool)] = &[
    (SpelledKind::Number, "1,234.5", false),
    (SpelledKind::Ordinal, "23rd", false),
    (SpelledKind::Decade, "the 1990s", false),
    (SpelledKind::Fraction, "3/4", true),
    (SpelledKind::Range, "10-20", true),
    (SpelledKind::Ratio, "16:9", true),
    (SpelledKind::Percent, "45%", false),
    (SpelledKind::Quantity, "1920x1080", true),
    (SpelledKind::Money, "$4.2 billion", false),
    (SpelledKind::Unit, "5 km", false),
    (SpelledKind::TechnicalUnit, "16 GiB", true),
    (SpelledKind::Temperature, "-5 °C", false),
    (SpelledKind::Time, "7:30 pm", false),
    (SpelledKind::Date, "2024-05-10", false),
    (SpelledKind::Timestamp, "2024-05-10T10:00:00Z", true),
    (SpelledKind::Duration, "1h30m", true),
    (SpelledKind::Telephone, "555-123-4567", false),
    (SpelledKind::Version, "v1.2.3", true),
    (SpelledKind::Address, "192.168.0.1", true),
    (SpelledKind::Hex, "0xFF", true),
    (SpelledKind::Hash, "9f86d081884c7d65", true),
    (SpelledKind::Uuid, "123e4567-e89b-12d3-a456-426614174000", true),
    (SpelledKind::WebAddress, "john.doe@example.com", true),
    (SpelledKind::Path, "/etc/nginx/nginx.conf", true),
    (SpelledKind::Flag, "--dry-run", true),
    (SpelledKind::Variable, "$HOME", true),
    (SpelledKind::Code, "getUserById(42)", true),
    (SpelledKind::Operator, "a != b", true),
    (SpelledKind::Symbol, "5 × 3", true),
    (SpelledKind::Keys, "Ctrl+C", true),
    (SpelledKind::Formula, "H2O", true),
    (SpelledKind::Chess, "Nf3", true),
    (SpelledKind::Roman, "Chapter IV", true),
    (SpelledKind::Acronym, "k8s", true),
    (SpelledKind::Label, "HTTP 404", false),
    (SpelledKind::Title, "Prof. Jones", false),
    (SpelledKind::Abbreviation, "approx. ten", false),
    (SpelledKind::Place, "John 3:16", true),
];

impl Reader {
    /// Whether `kind` is written out for this reader.
    #[must_use]
    pub fn needs(self, kind: SpelledKind) -> bool {
        self == Self::Words || KINDS.get(kind as usize).is_some_and(|(_, _, natural)| *natural)
    }

    /// A number as it stands in prose.
    pub(super) fn number(self, written: &str) -> String {
        self.say(written, number_words::number)
    }

    /// A count, never read as a year.
    pub(super) fn count(self, digits: &str) -> String {
        self.say(digits, number_words::cardinal)
    }

    /// A count of four digits; round hundreds are said as such: `fifteen hundred calories`.
    pub(super) fn counted(self, number: &str) -> String {
        let digits = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
        let round = number.ends_with("00") && !number.ends_with("000");
        if digits && !round && !number.starts_with('0') { self.count(number) } else { self.number(number) }
    }

    /// A rank, from its digits.
    pub(super) fn ordinal(self, digits: &str) -> String {
        match self {
            Self::Words => number_words::ordinal(digits),
            Self::Natural => format!("{digits}{}", ordinal_ending(digits)),
        }
    }

    /// A number within a name.
    pub(super) fn label(self, digits: &str) -> String {
        self.say(digits, number_words::label)
    }

    /// A year.
    pub(super) fn year(self, digits: &str) -> String {
        self.say(digits, number_words::year)
    }

    fn say(self, digits: &str, words: fn(&str) -> String) -> String {
        match self {
            Self::Words => words(digits),
            Self::Natural => digits.to_owned(),
        }
    }

    /// Letters and digits, each by its name: `3f5a` → `three F five A`.
    pub(super) fn characters(self, text: &str) -> String {
        let mut spoken = String::new();
        for found in text.chars().filter(|found| found.is_alphanumeric()) {
            if !spoken.is_empty() {
                spoken.push(' ');
            }
            if found.is_ascii_digit() {
                spoken.push_str(&self.label(found.encode_utf8(&mut [0; 4])));
            } else {
                spoken.extend(found.to_uppercase());
            }
        }
        spoken
    }
}

fn ordinal_ending(digits: &str) -> &'static str {
    match digits.as_bytes() {
        [.., b'1', b'1' | b'2' | b'3'] => "th",
        [.., b'1'] => "st",
        [.., b'2'] => "nd",
        [.., b'3'] => "rd",
        _ => "th",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_kinds() {
        assert!(KINDS.iter().enumerate().all(|(index, (kind, ..))| *kind as usize == index));
        assert_eq!(KINDS.len(), SpelledKind::Place as usize + 1);
    }

    #[test]
    fn the_document_has_the_table() {
        let document = include_str!("../../../../docs/decisions/0007-what-is-written-out-for-whom.md");
        for (kind, example, natural) in KINDS {
            let row = format!("| {kind:?} | `{example}` | {} |", if *natural { "yes" } else { "no" });
            assert!(document.contains(&row), "the document lacks {row}");
        }
    }
}
