//! Reads numbers: counts, ranks, years, decimals, amounts of money, versions.

use saywell_text::english::number_words::{cardinal, decimal, each_digit, ordinal, year};

use crate::g2p::stress::Stress;

use super::{Accent, Context};

/// Sign, unit and its hundredth.
const CURRENCIES: [(char, &str, &str); 3] =
    [('$', "dollar", "cent"), ('£', "pound", "pence"), ('€', "euro", "cent")];
/// Endings a number may have, the longer before those they end with.
const ENDINGS: [&str; 9] = ["ing", "'d", "ed", "'s", "st", "nd", "rd", "th", "s"];

/// Whether `text` is a number that [`number`] reads.
pub fn is_number(text: &str, is_head: bool) -> bool {
    let digits = ENDINGS.iter().find_map(|ending| text.strip_suffix(ending)).unwrap_or(text);
    let digits = if is_head { digits.strip_prefix('-').unwrap_or(digits) } else { digits };
    digits.contains(|found: char| found.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b',' || byte == b'.')
}

/// The phonemes of a currency's plural.
pub fn currency_name(sign: char, accent: Accent) -> Option<String> {
    let (_, unit, _) = CURRENCIES.iter().find(|(known, ..)| *known == sign)?;
    Some(accent.with_s(&Context::alone(accent).look_up(unit, None)?))
}

/// The phonemes of a number of digits with commas, dots, and perhaps a sign or an ending (`3rd`, `1990s`).
pub fn number(text: &str, currency: Option<char>, is_head: bool, accent: Accent) -> Option<String> {
    let digits = text.trim_end_matches(|found: char| found.is_ascii_lowercase() || found == '\'');
    let ending = &text[digits.len()..];
    let (minus, digits) = match digits.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, digits),
    };
    let is_rank = matches!(ending, "st" | "nd" | "rd" | "th");
    let plain: String = digits.chars().filter(|found| *found != ',').collect();
    let is_plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let dots = plain.bytes().filter(|byte| *byte == b'.').count();
    let currency = CURRENCIES.iter().find(|(sign, ..)| Some(*sign) == currency);

    let mut words = Words { alone: Context::alone(accent), phonemes: Vec::new() };
    if minus {
        words.say("minus");
    }
    if is_plain && is_rank {
        words.say(&ordinal(digits));
    } else if is_plain && !minus && digits.len() == 4 && currency.is_none() {
        words.say(&year(digits));
    } else if !is_head && dots == 0 {
        words.say_label(&plain);
    } else if dots > 1 || !is_head {
        words.say_version(&plain);
    } else if let Some((_, unit, hundredth)) = currency {
        words.say_money(&plain, unit, hundredth);
    } else if is_rank && dots == 0 {
        words.say(&ordinal(&plain));
    } else if let Some(decimals) = plain.strip_prefix('.') {
        words.say(&format!("point {}", each_digit(decimals)));
    } else {
        words.say(&decimal(&plain));
    }
    let phonemes = words.phonemes()?;
    Some(match ending {
        "s" | "'s" => accent.with_s(&phonemes),
        "ed" | "'d" => accent.with_ed(&phonemes),
        "ing" => accent.with_ing(&phonemes),
        _ => phonemes,
    })
}

/// Number words, as phonemes.
struct Words {
    alone: Context,
    phonemes: Vec<String>,
}

impl Words {
    fn phonemes(self) -> Option<String> {
        (!self.phonemes.is_empty()).then(|| self.phonemes.join(" "))
    }

    fn say(&mut self, words: &str) {
        for word in words.split([' ', '-']).filter(|word| !word.is_empty()) {
            let stress = (word == "point").then_some(Stress::None);
            self.phonemes.extend(self.alone.look_up(word, stress));
        }
    }

    /// A number within a name: `404` is four oh four, `320` three twenty, `12345` is read digit by digit.
    fn say_label(&mut self, digits: &str) {
        match digits.as_bytes() {
            [b'0', ..] | [_, _, _, _, ..] => self.say(&each_digit(digits)),
            [_, b'0', b'0'] => self.say(&cardinal(digits)),
            [_, b'0', _] => {
                self.say(&each_digit(&digits[..1]));
                self.phonemes.extend(self.alone.look_up("O", Some(Stress::None)));
                self.say(&each_digit(&digits[2..]));
            }
            [_, _, _] => {
                self.say(&each_digit(&digits[..1]));
                self.say(&cardinal(&digits[1..]));
            }
            _ => self.say(&cardinal(digits)),
        }
    }

    /// Parts between dots: `2.10.1` is two ten one, `127` is read digit by digit, `100` is a hundred.
    fn say_version(&mut self, digits: &str) {
        for part in digits.split('.').filter(|part| !part.is_empty()) {
            let round = part.len() == 2 || part[1..].bytes().all(|digit| digit == b'0');
            if part.starts_with('0') || !round {
                self.say(&each_digit(part));
            } else {
                self.say(&cardinal(part));
            }
        }
    }

    /// `5`, `.99`, `5.00`, `5.5`; more decimals than hundredths are read as decimals.
    fn say_money(&mut self, digits: &str, unit: &str, hundredth: &str) {
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let is_zero = |digits: &str| digits.bytes().all(|digit| digit == b'0');
        if decimals.len() > 2 && !is_zero(decimals) {
            self.say(&decimal(digits));
            self.phonemes.extend(self.alone.plural(&format!("{unit}s"), None));
            return;
        }
        // One decimal counts tens of hundredths.
        let hundredths = format!("{decimals:0<2}");
        let hundredths = &hundredths[..2];
        let no_hundredths = is_zero(hundredths);
        if no_hundredths || !is_zero(whole) {
            self.say_counted(whole, unit);
        }
        if !no_hundredths {
            if !is_zero(whole) {
                self.say("and");
            }
            self.say_counted(hundredths, hundredth);
        }
    }

    fn say_counted(&mut self, digits: &str, unit: &str) {
        self.say(&cardinal(digits));
        if digits.trim_start_matches('0') == "1" || unit == "pence" {
            self.say(unit);
        } else {
            self.phonemes.extend(self.alone.plural(&format!("{unit}s"), None));
        }
    }
}
