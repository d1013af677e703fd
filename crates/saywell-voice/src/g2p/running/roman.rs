//! Roman numerals: which words are ones, and how each language has them said.

use super::listed;

/// How a language says Roman numerals. Lists have spaces between their words, which are in small letters.
pub struct Numerals {
    /// Words before a numeral that only counts: `capítulo IV`.
    pub counted: &'static str,
    /// Masculine and feminine words before a numeral that ranks: `canto III`.
    pub ranked: [&'static str; 2],
    /// Masculine and feminine words after a numeral that ranks them: `II guerra`.
    pub ranking: [&'static str; 2],
    /// Names of women, whose numeral is feminine.
    pub women: &'static str,
    /// The highest rank after a name that is said as one: beyond, it is counted.
    pub highest_rank: u64,
}

/// How a Roman numeral is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// As a number.
    Count(u64),
    /// As a rank, feminine or not.
    Rank(u64, bool),
}

impl Numerals {
    /// How a word is said that is a Roman numeral between these two, which are as written and empty where there is none.
    pub fn read(&self, word: &str, before: &str, after: &str) -> Option<Said> {
        let number = value(word)?;
        let (small_before, small_after) = (before.to_lowercase(), after.to_lowercase());
        let of = |lists: [&str; 2], word: &str| lists.iter().position(|list| listed(list, word));
        if let Some(gender) = of(self.ranked, &small_before) {
            return Some(Said::Rank(number, gender == 1));
        }
        if listed(self.counted, &small_before) {
            return Some(Said::Count(number));
        }
        // Other letters stand in too many abbreviations.
        let is_plain = word.bytes().all(|letter| b"IVX".contains(&letter));
        if let Some(gender) = of(self.ranking, &small_after).filter(|_| is_plain) {
            return Some(Said::Rank(number, gender == 1));
        }
        let is_name =
            before.chars().count() > 2 && before.starts_with(char::is_uppercase) && !is_capitals(before);
        // `Malcolm X` is no tenth, and in `Tutti I Giorni` nobody is the first.
        let is_letter = word == "X" || word == "I" && after.starts_with(char::is_uppercase);
        if is_plain && is_name && !is_letter {
            let is_woman = listed(self.women, &small_before);
            let ranks = number <= self.highest_rank;
            return Some(if ranks { Said::Rank(number, is_woman) } else { Said::Count(number) });
        }
        // Among capitals it may be a word.
        let among_capitals = is_capitals(before) || is_capitals(after);
        (is_plain && word.len() > 1 && !among_capitals).then_some(Said::Count(number))
    }
}

fn is_capitals(word: &str) -> bool {
    word.chars().count() > 1 && word.chars().all(char::is_uppercase)
}

/// The number that a word writes in Roman numerals, in the one right way.
pub fn value(word: &str) -> Option<u64> {
    const PARTS: [(&str, u64); 13] = [
        ("M", 1000),
        ("CM", 900),
        ("D", 500),
        ("CD", 400),
        ("C", 100),
        ("XC", 90),
        ("L", 50),
        ("XL", 40),
        ("X", 10),
        ("IX", 9),
        ("V", 5),
        ("IV", 4),
        ("I", 1),
    ];
    let mut number = 0;
    let mut rest = word;
    for (part, worth) in PARTS {
        let most = if part.len() == 1 && !"DLV".contains(part) { 3 } else { 1 };
        for _ in 0..most {
            let Some(after) = rest.strip_prefix(part) else { break };
            rest = after;
            number += worth;
        }
    }
    (number > 0 && rest.is_empty()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_are_read_in_the_one_right_way() {
        for (word, number) in [("I", 1), ("IV", 4), ("IX", 9), ("XIV", 14), ("XXI", 21), ("MCMXCIX", 1999)] {
            assert_eq!(value(word), Some(number), "{word}");
        }
        for word in ["", "IIII", "VV", "IC", "XXL", "IVX", "ix", "IVA", "MMMM"] {
            assert_eq!(value(word), None, "{word}");
        }
    }
}
