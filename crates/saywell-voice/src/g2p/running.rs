//! Languages whose texts are said word by word: words, numbers and signs between pauses, which each language has its own
//! rules for.

mod moments;
mod roman;

use std::ops::Range;

pub use self::moments::{Date, Time};
pub use self::roman::Numerals;
use self::roman::Said;
use super::given::Given;
use super::{FrontEnd, Phonemes, Writer};

/// The rules of one language.
pub trait Tongue: Send + Sync {
    /// The phonemes of each word of a phrase, which has no pause inside. Words are in small letters, with their apostrophes.
    fn phrase(&self, words: &[&str]) -> Vec<String>;

    /// The words of a number below 10¹².
    fn number(&self, number: u64) -> String;

    /// The words of a sign; of `,` between the digits of a number as well.
    fn word_of(&self, symbol: &str) -> Option<&'static str>;

    /// The name of a letter.
    fn spelled(&self, letter: char) -> Option<&'static str>;

    /// What an abbreviation, in small letters and without its dot, stands for.
    fn long_form(&self, word: &str) -> Option<&'static str>;

    /// The months in order.
    fn months(&self) -> &'static [&'static str; 12];

    /// The words of a rank, `first` of 1, of 1 to 99, masculine or feminine.
    fn rank(&self, number: u64, feminine: bool) -> String;

    /// The words of a date, whose month has this name.
    fn date(&self, date: Date, month: &str) -> String;

    /// The words of a time of day, or of so many hours.
    fn time(&self, time: Time) -> String;

    /// Whether this word, in small letters, has hours after it that may be written with a dot.
    fn tells_the_hour(&self, _before: &str) -> bool {
        false
    }

    /// The word of the first day of a month, where it is not its number.
    fn first_day(&self) -> Option<&'static str>;

    /// What stands between a day's number and its month: ` de `, or a space.
    fn of_month(&self) -> &'static str;

    /// The endings that make a number, in figures or Roman numerals, a rank, each with whether it is feminine.
    fn rank_endings(&self) -> &'static [(&'static str, bool)];

    /// How Roman numerals are said.
    fn numerals(&self) -> &'static Numerals;

    /// Where the next group of a number's digits stands at the start of what follows the last one, if it does: dots and thin
    /// spaces part thousands.
    fn group_of_digits(&self, rest: &str) -> Option<Range<usize>> {
        let from = rest.chars().next().filter(|found| ".\u{a0}\u{202f}".contains(*found))?.len_utf8();
        let digits = rest[from..].bytes().take_while(u8::is_ascii_digit).count();
        (digits == 3).then_some(from..from + 3)
    }

    /// Whether decimals are said one by one, not as a number.
    fn decimals_one_by_one(&self) -> bool {
        false
    }
}

/// The most letters of a month's name, and some more.
const LONGEST_MONTH: usize = 12;

/// `start` and the rest of a number, if there is one.
pub fn number_words(start: &str, rest: u64, words: fn(u64) -> String) -> String {
    if rest == 0 { start.to_owned() } else { format!("{start} {}", words(rest)) }
}

/// An ordinal below 100 in a language whose ordinals end in `o`, or in `a` beside a `feminine` noun, and are written digit by
/// digit from where `small` ends: `vigésima primera`. `None` for higher numbers.
pub fn agreeing_ordinal(number: u64, small: &[&str], tens: &[&str; 10], feminine: bool) -> Option<String> {
    let agreeing = |word: &str| match word.strip_suffix('o').filter(|_| feminine) {
        Some(stem) => format!("{stem}a"),
        None => word.to_owned(),
    };
    let number = usize::try_from(number).ok()?;
    if let Some(word) = small.get(number) {
        return Some(agreeing(word));
    }
    let ten = agreeing(tens.get(number / 10)?);
    let digit = number % 10;
    if digit == 0 { Some(ten) } else { Some(format!("{ten} {}", agreeing(small.get(digit)?))) }
}

/// Whether a word stands in a list, whose words have spaces between them.
pub fn listed(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|listed| listed == word)
}

/// Whether a word begins with one of a list.
pub fn begins_as(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|start| word.starts_with(start))
}

/// Whether a word ends in one of a list.
pub fn ends_as(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|end| word.ends_with(end))
}

/// The name of a letter of those from a to z.
pub fn letter_name(names: &[&'static str; 26], letter: char) -> Option<&'static str> {
    names.get(usize::from(u8::try_from(letter).ok()?.checked_sub(b'a')?)).copied()
}

/// The sound of a letter that is written as it is said; nothing for any other.
pub fn as_written(letter: char) -> &'static str {
    const LETTERS: &str = "bdflmnpstvz";
    LETTERS.find(letter).and_then(|at| LETTERS.get(at..=at)).unwrap_or_default()
}

/// A language by its rules.
pub struct Running<T>(pub T);

/// What is said, in the order of the text.
enum Token {
    /// Words for these bytes of the text.
    Words(String, Range<usize>),
    /// Phonemes that are given.
    Given(String, Range<usize>),
    /// A pause or a bracket.
    Mark(char),
}

impl<T: Tongue> FrontEnd for Running<T> {
    fn say(&self, given: &Given) -> Phonemes {
        let tokens = self.tokens(given);
        let source_of = |text| given.source_of(text);
        let mut writer = Writer::new(&source_of);
        let mut rest = tokens.as_slice();
        while let Some(first) = rest.first() {
            match first {
                Token::Mark(mark) => {
                    if matches!(mark, '(' | '“' | '—') {
                        writer.space();
                    }
                    writer.phoneme(*mark, &(0..0));
                    rest = &rest[1..];
                }
                Token::Given(phonemes, range) => {
                    space_before_word(&mut writer);
                    phonemes.chars().for_each(|phoneme| writer.phoneme(phoneme, range));
                    rest = &rest[1..];
                }
                Token::Words(..) => {
                    let count = rest.iter().take_while(|token| matches!(token, Token::Words(..))).count();
                    let words: Vec<(&str, &Range<usize>)> = rest[..count]
                        .iter()
                        .filter_map(|token| match token {
                            Token::Words(words, range) => Some((words, range)),
                            _ => None,
                        })
                        .flat_map(|(words, range)| words.split(' ').map(move |word| (word, range)))
                        .collect();
                    let said = self.0.phrase(&words.iter().map(|(word, _)| *word).collect::<Vec<_>>());
                    for ((_, range), phonemes) in words.iter().zip(said) {
                        space_before_word(&mut writer);
                        phonemes.chars().for_each(|phoneme| writer.phoneme(phoneme, range));
                    }
                    rest = &rest[count..];
                }
            }
        }
        writer.finish()
    }
}

impl<T: Tongue> Running<T> {
    fn tokens(&self, given: &Given) -> Vec<Token> {
        let text = given.text();
        let mut tokens = Vec::new();
        let mut at = 0;
        while let Some(now) = text[at..].chars().next() {
            let start = at;
            let next = || text[start + now.len_utf8()..].chars().next();
            at += now.len_utf8();
            if now.is_alphabetic() {
                // An accent, and the signs of Devanagari that take a vowel away, change a consonant or keep two apart.
                let is_sign =
                    |found| matches!(found, '\u{301}' | '\u{93c}' | '\u{94d}' | '\u{200c}' | '\u{200d}');
                let is_letter = |found: char| found.is_alphabetic() || "'’".contains(found) || is_sign(found);
                at = start + text[start..].find(|found| !is_letter(found)).unwrap_or(text.len() - start);
                let word = &text[start..at];
                if let Some(words) = self.roman(text, start..at) {
                    tokens.push(Token::Words(words, start..at));
                    continue;
                }
                let word = word.trim_end_matches(['\'', '’']);
                self.word(word, start..start + word.len(), text[at..].starts_with('.'), &mut tokens);
                let is_short =
                    text[at..].starts_with('.') && self.0.long_form(&word.to_lowercase()).is_some();
                if is_short {
                    at += 1;
                }
            } else if now.is_ascii_digit() {
                at = match self.moment(text, start) {
                    Some((words, end)) => {
                        tokens.push(Token::Words(words, start..end));
                        end
                    }
                    None => self.number_at(text, start, &mut tokens),
                };
            } else if devanagari_digit(now).is_some() {
                at = self.number_in_devanagari(text, start, &mut tokens);
            } else if let Some(given) = given.phonemes(&text[start..at]) {
                tokens.push(Token::Given(given.phonemes.clone(), start..at));
            } else if let Some(mark) = pause(now) {
                let is_doubled = |token: &Token| matches!(token, Token::Mark(last) if *last == mark || mark == '.' && "!?…".contains(*last));
                if !tokens.last().is_some_and(is_doubled) {
                    tokens.push(Token::Mark(mark));
                }
            } else if now == '-' && (start == 0 || text[..start].ends_with(' ')) {
                match next() {
                    Some(digit) if digit.is_ascii_digit() => self.sign("-", start..at, &mut tokens),
                    Some(' ') => tokens.push(Token::Mark('—')),
                    _ => {}
                }
            } else if now != '-' {
                self.sign(&text[start..at], start..at, &mut tokens);
            }
        }
        tokens
    }

    fn sign(&self, sign: &str, range: Range<usize>, tokens: &mut Vec<Token>) {
        if let Some(words) = self.0.word_of(sign).filter(|_| !matches!(sign, "," | ".")) {
            tokens.push(Token::Words(words.to_owned(), range));
        }
    }

    fn word(&self, word: &str, range: Range<usize>, dotted: bool, tokens: &mut Vec<Token>) {
        use unicode_normalization::UnicodeNormalization as _;
        let small: String = word.to_lowercase().nfc().collect::<String>().replace('’', "'");
        let letters = small.chars().count();
        let has_vowel = small.chars().any(|letter| "aeiouyàâáãäæèéêëìíîïòóôõöœùúûü".contains(letter));
        let is_capital = word.chars().all(char::is_uppercase);
        // `ONU` is a word, `GPS` and `TTS` are not.
        let is_spelled =
            letters > 1 && is_capital && letters <= 5 && !has_vowel || letters == 1 && !has_vowel;
        let words = match self.0.long_form(&small).filter(|_| dotted || !has_vowel) {
            Some(long) => long.to_owned(),
            None if is_spelled => {
                small.chars().filter_map(|letter| self.0.spelled(letter)).collect::<Vec<_>>().join(" ")
            }
            None => small,
        };
        if !words.is_empty() {
            tokens.push(Token::Words(words, range));
        }
    }

    /// The words of the date, the time of day or the rank that is written in figures at `start`, and where it ends.
    fn moment(&self, text: &str, start: usize) -> Option<(String, usize)> {
        let month = |number: usize| self.0.months().get(number - 1).copied().unwrap_or_default();
        if let Some((date, end)) = moments::date(text, start) {
            return Some((self.0.date(date, month(date.month)), end));
        }
        let dotted = self.0.tells_the_hour(&word_before(text, start).to_lowercase());
        if let Some((time, end)) = moments::time(text, start, dotted) {
            return Some((self.0.time(time), end));
        }
        let length = text[start..].bytes().take_while(u8::is_ascii_digit).count();
        let number = text[start..start + length].parse().ok().filter(|number| (1..100).contains(number))?;
        let rest = &text[start + length..];
        let is_month = |rest: &str| {
            let rest = rest.strip_prefix(self.0.of_month()).unwrap_or_default();
            let rest = rest.chars().take(LONGEST_MONTH + 1).collect::<String>().to_lowercase();
            self.0.months().iter().any(|month| {
                rest.strip_prefix(month).is_some_and(|after| !after.starts_with(char::is_alphabetic))
            })
        };
        if let Some(first) = self.0.first_day().filter(|_| number == 1) {
            // `1° maggio`: what looks like degrees is none.
            for sign in ["", "°"] {
                if rest.strip_prefix(sign).is_some_and(is_month) {
                    return Some((first.to_owned(), start + length + sign.len()));
                }
            }
        }
        let (ending, feminine) = self.0.rank_endings().iter().find(|(ending, _)| {
            rest.strip_prefix(ending).is_some_and(|after| !after.starts_with(char::is_alphanumeric))
        })?;
        Some((self.0.rank(number, *feminine), start + length + ending.len()))
    }

    /// The words of a Roman numeral, if the word is one.
    fn roman(&self, text: &str, range: Range<usize>) -> Option<String> {
        let word = &text[range.clone()];
        let capitals = word.len() - word.trim_start_matches(|letter: char| "IVXLCDM".contains(letter)).len();
        let (numeral, ending) = word.split_at(capitals);
        if ending.is_empty() {
            let (before, after) = (word_before(text, range.start), word_after(text, range.end));
            return match self.0.numerals().read(numeral, before, after)? {
                Said::Rank(number, feminine) if number < 100 => Some(self.0.rank(number, feminine)),
                Said::Rank(number, _) | Said::Count(number) => Some(self.0.number(number)),
            };
        }
        // `Le` is no fiftieth.
        let is_plain = numeral.bytes().all(|letter| b"IVX".contains(&letter));
        let (_, feminine) = self.0.rank_endings().iter().find(|(known, _)| is_plain && *known == ending)?;
        let number = roman::value(numeral)?;
        Some(self.0.rank(number, *feminine))
    }

    /// Says the number that begins at `start` with its decimals; where it ends. Dots and thin spaces part thousands.
    fn number_at(&self, text: &str, start: usize, tokens: &mut Vec<Token>) -> usize {
        let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
        let mut end = start + digits(start);
        let mut whole = text[start..end].to_owned();
        while let Some(group) = self.0.group_of_digits(&text[end..]).filter(|_| whole.len() <= 9) {
            whole.push_str(&text[end + group.start..end + group.end]);
            end += group.end;
        }
        let mut words = self.digits(&whole);
        let decimals = match text[end..].chars().next() {
            Some(',' | '.') => digits(end + 1),
            _ => 0,
        };
        if let Some(comma) = self.0.word_of(",").filter(|_| decimals > 0) {
            let written = &text[end + 1..end + 1 + decimals];
            let decimal =
                if self.0.decimals_one_by_one() { self.each(written) } else { self.digits(written) };
            words = format!("{words} {comma} {decimal}");
            end += 1 + decimals;
        }
        // A currency's sign before a number is said after it.
        if let Some(Token::Words(sign, range)) = tokens.pop_if(|token| {
            matches!(token, Token::Words(_, range) if range.end == start && "$£€₹".contains(&text[range.clone()]))
        }) {
            tokens.push(Token::Words(format!("{words} {sign}"), range.start..end));
        } else {
            tokens.push(Token::Words(words, start..end));
        }
        end
    }

    /// A row of digits as a number; one after the other where that is no count.
    fn digits(&self, digits: &str) -> String {
        let is_count = digits.len() <= 12 && (digits.len() == 1 || !digits.starts_with('0'));
        match digits.parse::<u64>() {
            Ok(number) if is_count => self.0.number(number),
            _ => self.each(digits),
        }
    }

    /// Digits one after the other.
    fn each(&self, digits: &str) -> String {
        let each = digits.bytes().map(|digit| self.0.number(u64::from(digit.wrapping_sub(b'0'))));
        each.collect::<Vec<_>>().join(" ")
    }

    /// Says the number in the figures of Devanagari that begins at `start`; where it ends.
    fn number_in_devanagari(&self, text: &str, start: usize, tokens: &mut Vec<Token>) -> usize {
        let mut figures = String::new();
        let mut end = start;
        let mut rest = text[start..].chars().peekable();
        while let Some(found) = rest.next() {
            match devanagari_digit(found) {
                Some(digit) => figures.push(digit),
                None if ",.".contains(found)
                    && rest.peek().is_some_and(|next| devanagari_digit(*next).is_some()) =>
                {
                    figures.push(found);
                }
                None => break,
            }
            end += found.len_utf8();
        }
        let mut words = Vec::new();
        let mut at = 0;
        while at < figures.len() {
            at = if figures[at..].starts_with([',', '.']) {
                at + 1
            } else {
                self.number_at(&figures, at, &mut words)
            };
        }
        for token in words {
            if let Token::Words(words, _) = token {
                tokens.push(Token::Words(words, start..end));
            }
        }
        end
    }
}

/// The word that ends before a space at `at`; empty where there is none.
fn word_before(text: &str, at: usize) -> &str {
    let Some(before) = text[..at].strip_suffix([' ', '\u{a0}']) else { return "" };
    let start = before
        .rfind(|letter: char| !letter.is_alphabetic())
        .map_or(0, |mark| mark + before[mark..].chars().next().map_or(0, char::len_utf8));
    &before[start..]
}

/// The word that begins after a space at `at`; empty where there is none.
fn word_after(text: &str, at: usize) -> &str {
    let Some(after) = text[at..].strip_prefix([' ', '\u{a0}']) else { return "" };
    after.split(|letter: char| !letter.is_alphabetic()).next().unwrap_or_default()
}

/// The digit that a figure of Devanagari stands for.
fn devanagari_digit(found: char) -> Option<char> {
    char::from_digit(u32::from(found).checked_sub(0x966)?, 10)
}

/// Ends the word before, and parts it from the next.
pub fn space_before_word(writer: &mut Writer<'_>) {
    writer.end_word();
    if !writer.phonemes.text.ends_with(['(', '“']) {
        writer.space();
    }
}

/// A mark as the voices know it.
pub fn pause(mark: char) -> Option<char> {
    Some(match mark {
        '.' | ',' | ';' | ':' | '!' | '?' | '…' | '—' | '(' | ')' | '“' | '”' => mark,
        '–' => '—',
        '«' => '“',
        '»' => '”',
        '\n' | '।' | '॥' => '.',
        _ => return None,
    })
}
