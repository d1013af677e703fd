//! Pronounces words: those of the dictionaries, their forms in `-s`, `-ed` and `-ing`, words spoken by what
//! is around them (`a`, `the`, `to`), acronyms, and numbers.
//!
//! The rules are those that the voices were taught with (the American and the British English of Misaki).

mod numerals;
mod technical;

use unicode_normalization::UnicodeNormalization as _;

use super::Accent;
use super::table::Table;
use super::tables::{BRITISH_GOLD, BRITISH_SILVER, GOLD, SILVER};
use crate::g2p::stress::{PRIMARY, SECONDARY, Stress, restress};

/// What is known of the words after the one to pronounce.
#[derive(Clone, Copy, Default)]
pub struct Following {
    /// Whether the next sound is a vowel; `None` before a pause and at the end.
    pub vowel: Option<bool>,
    /// Whether the next word is `to`.
    pub to: bool,
}

/// A word as it stands in the text.
#[derive(Clone, Copy)]
pub struct Word<'t> {
    /// Its spelling.
    pub text: &'t str,
    /// Its part of speech.
    pub tag: &'static str,
    /// The currency sign that its number counts.
    pub currency: Option<char>,
    /// Whether it stands first in its run of letters, digits and marks without spaces.
    pub is_head: bool,
}

/// The phonemes of `word` in `accent`, if it is a word, an acronym or a number that can be read by rule.
pub fn pronounce(word: Word<'_>, following: Following, accent: Accent) -> Option<String> {
    let text = spelling(word.text);
    let stress = if text == text.to_lowercase() {
        None
    } else if text == text.to_uppercase() {
        Some(Stress::AtLeastPrimary)
    } else {
        Some(Stress::AtLeastSecondary)
    };
    let context = Context { accent, tag: Some(word.tag), following: Some(following) };
    if let Some(phonemes) = context.word(&text, stress) {
        let currency = word.currency.and_then(|sign| numerals::currency_name(sign, accent));
        return Some(match currency {
            Some(currency) => format!("{phonemes} {currency}"),
            None => phonemes,
        });
    }
    if numerals::is_number(&text, word.is_head) {
        number(&text, word.currency, word.is_head, accent)
    } else {
        None
    }
}

/// The phonemes of a number of digits with commas, dots, and perhaps a sign or an ending (`3rd`, `1990s`).
pub use numerals::number;

/// One way of writing for each character: straight apostrophes, compatibility forms taken apart.
fn spelling(text: &str) -> String {
    let straight = |found: char| if matches!(found, '‘' | '’') { '\'' } else { found };
    if text.is_ascii() { text.to_owned() } else { text.chars().map(straight).nfkc().collect() }
}

/// What a word is pronounced by, besides its letters.
#[derive(Clone, Copy)]
struct Context {
    accent: Accent,
    tag: Option<&'static str>,
    following: Option<Following>,
}

impl Context {
    /// A word said for itself.
    fn alone(accent: Accent) -> Self {
        Self { accent, tag: None, following: None }
    }

    fn word(self, word: &str, stress: Option<Stress>) -> Option<String> {
        if let Some(phonemes) = self.particular(word) {
            return Some(phonemes);
        }
        let lower = word.to_lowercase();
        let word = if self.is_only_capitalized(word, &lower) { lower.as_str() } else { word };
        if self.accent.knows(word) {
            return self.look_up(word, stress);
        }
        if let Some(owner) = word.strip_suffix('\'') {
            let singular = owner.strip_suffix('s').map(|stem| format!("{stem}'s"));
            if let Some(singular) = singular.filter(|singular| self.accent.knows(singular)) {
                return self.look_up(&singular, stress);
            }
            if self.accent.knows(owner) {
                return self.look_up(owner, stress);
            }
        }
        self.plural(word, stress)
            .or_else(|| self.past(word, stress))
            .or_else(|| self.participle(word, stress.or(Some(Stress::AtLeastSecondary))))
    }

    /// Words pronounced by their own rules.
    fn particular(self, word: &str) -> Option<String> {
        let tag = self.tag.unwrap_or_default();
        let vowel = self.following.and_then(|following| following.vowel);
        let untagged = Self { tag: None, ..self };
        let spoken = match word {
            "." if tag == "ADD" => return untagged.look_up("dot", Some(Stress::Weaker)),
            "/" if tag == "ADD" => return untagged.look_up("slash", Some(Stress::Weaker)),
            "%" => return untagged.look_up("percent", None),
            "&" => return untagged.look_up("and", None),
            "+" => return untagged.look_up("plus", None),
            "@" => return untagged.look_up("at", None),
            _ if is_dotted_acronym(word) => return self.accent.letters(word),
            "a" | "A" => {
                if tag == "DT" {
                    "ɐ"
                } else {
                    "ˈA"
                }
            }
            "am" | "Am" | "AM" | "AN" if tag.starts_with("NN") => return self.accent.letters(word),
            "am" | "Am" | "AM" => {
                if word == "am" && vowel.is_some() {
                    "ɐm"
                } else {
                    self.accent.either("æm", "am")
                }
            }
            "an" | "An" | "AN" => "ɐn",
            "I" if tag == "PRP" => "ˌI",
            "by" | "By" | "BY" if tag.starts_with("RB") || tag.starts_with("ADV") => "bˈI",
            "TO" if !matches!(tag, "TO" | "IN") => return None,
            "to" | "To" | "TO" => match vowel {
                None => self.accent.either("tu", "tuː"),
                Some(false) => "tə",
                Some(true) => "tʊ",
            },
            "IN" if tag == "NNP" => return None,
            "in" | "In" | "IN" if vowel.is_none() || tag != "IN" => "ˈɪn",
            "in" | "In" | "IN" => "ɪn",
            "THE" if tag != "DT" => return None,
            "the" | "The" | "THE" if vowel == Some(true) => "ði",
            "the" | "The" | "THE" => "ðə",
            "used" | "Used" | "USED" => {
                let habit =
                    matches!(tag, "VBD" | "JJ") && self.following.is_some_and(|following| following.to);
                if habit {
                    self.accent.either("jˈust", "jˈuːst")
                } else {
                    self.accent.either("jˈuzd", "jˈuːzd")
                }
            }
            _ if tag == "IN" && matches!(word.to_ascii_lowercase().as_str(), "vs" | "vs.") => {
                return Self::alone(self.accent).look_up("versus", None);
            }
            _ => return None,
        };
        Some(spoken.to_owned())
    }

    /// Whether `word` is a common word that only stands in capitals, or with one.
    fn is_only_capitalized(self, word: &str, lower: &str) -> bool {
        let letters = word.chars().filter(|letter| *letter != '\'');
        let mut rest = word.chars();
        rest.next();
        rest.clone().next().is_some()
            && word != lower
            && letters.clone().next().is_some()
            && letters.clone().all(char::is_alphabetic)
            && (self.tag != Some("NNP") || word.chars().nth(7).is_some())
            && (word == word.to_uppercase() || rest.as_str() == rest.as_str().to_lowercase())
            && !self.accent.has(word)
            && (self.accent.has(lower)
                || self.plural(lower, None).is_some()
                || self.past(lower, None).is_some()
                || self.participle(lower, None).is_some())
    }

    /// The entry of `word`, by its part of speech where that matters; else the names of its letters.
    fn look_up(self, word: &str, stress: Option<Stress>) -> Option<String> {
        let shouted = word == word.to_uppercase() && self.accent.gold(word).is_none();
        let is_name = shouted && self.tag == Some("NNP");
        let lower = if shouted { word.to_lowercase() } else { String::new() };
        let word = if shouted { lower.as_str() } else { word };
        let entry = self.accent.gold(word).or_else(|| if is_name { None } else { self.accent.silver(word) });
        let phonemes = entry.and_then(|entry| self.variant(entry));
        match phonemes {
            Some(phonemes) if !is_name || phonemes.contains(PRIMARY) => Some(restress(phonemes, stress)),
            _ => self.accent.letters(word).or_else(|| phonemes.map(|phonemes| restress(phonemes, stress))),
        }
    }

    /// The phonemes of an entry for this part of speech; `None` asks for the names of the letters.
    fn variant(self, entry: &'static str) -> Option<&'static str> {
        let Some(variants) = entry.strip_prefix('\0') else { return Some(entry) };
        let of = |tag: &str| {
            variants
                .split('\0')
                .filter_map(|variant| variant.split_once('='))
                .find(|(found, _)| *found == tag)
        };
        let before_pause = self.following.is_some_and(|following| following.vowel.is_none());
        let variant = of("None").filter(|_| before_pause).or_else(|| {
            let tag = self.tag?;
            of(tag).or_else(|| of(word_class(tag)))
        });
        let (_, phonemes) = variant.or_else(|| of("DEFAULT"))?;
        Some(phonemes).filter(|phonemes| !phonemes.is_empty())
    }

    /// `cats`, `boss's`, `stories`, from the word without its ending.
    fn plural(self, word: &str, stress: Option<Stress>) -> Option<String> {
        let length = word.chars().count();
        let stem = word.strip_suffix('s').filter(|_| length > 2)?;
        let known = |stem: &&str| self.accent.knows(stem);
        let without_es = || {
            let es = word.strip_suffix("es").filter(|stem| length > 4 && !stem.ends_with('i'));
            es.or_else(|| word.strip_suffix("'s"))
        };
        let stem = Some(stem)
            .filter(|stem| !stem.ends_with('s'))
            .filter(known)
            .or_else(|| without_es().filter(known));
        let phonemes = if let Some(stem) = stem {
            self.look_up(stem, stress)
        } else {
            let y = format!("{}y", word.strip_suffix("ies").filter(|_| length > 4)?);
            if self.accent.knows(&y) { self.look_up(&y, stress) } else { None }
        };
        Some(self.accent.with_s(&phonemes?))
    }

    /// `baked`, `walked`, from the word without its ending.
    fn past(self, word: &str, stress: Option<Stress>) -> Option<String> {
        let length = word.chars().count();
        let stem = word.strip_suffix('d').filter(|_| length > 3)?;
        let known = |stem: &&str| self.accent.knows(stem);
        let without_ed = || word.strip_suffix("ed").filter(|stem| length > 4 && !stem.ends_with('e'));
        let stem = Some(stem)
            .filter(|stem| !stem.ends_with('d'))
            .filter(known)
            .or_else(|| without_ed().filter(known));
        self.look_up(stem?, stress).map(|phonemes| self.accent.with_ed(&phonemes))
    }

    /// `walking`, `baking`, `running`, from the word without its ending.
    fn participle(self, word: &str, stress: Option<Stress>) -> Option<String> {
        let length = word.chars().count();
        let stem = word.strip_suffix("ing").filter(|_| length > 4)?;
        if length > 5 && self.accent.knows(stem) {
            return self.look_up(stem, stress).map(|phonemes| self.accent.with_ing(&phonemes));
        }
        let with_e = format!("{stem}e");
        if self.accent.knows(&with_e) {
            return self.look_up(&with_e, stress).map(|phonemes| self.accent.with_ing(&phonemes));
        }
        let last = stem.chars().next_back()?;
        let single = stem.strip_suffix(last)?;
        let is_doubled = "bcdgklmnprstvxz".contains(last) && single.ends_with(last);
        if length < 6 || !(is_doubled || stem.ends_with("ck")) {
            return None;
        }
        if self.accent.knows(single) {
            self.look_up(single, stress).map(|phonemes| self.accent.with_ing(&phonemes))
        } else {
            None
        }
    }
}

/// Whether `word` is spoken by its part of speech.
pub fn has_readings(word: &str) -> bool {
    Accent::American.gold(word).is_some_and(|entry| entry.starts_with('\0'))
}

/// The entry of `word`. A word in lower case is also found by its form with a capital, and the other way.
fn find(table: Table<'static>, word: &str) -> Option<&'static str> {
    table.text(word).or_else(|| {
        let first = word.chars().next()?;
        word.chars().nth(1)?;
        let rest = &word[first.len_utf8()..];
        if rest != rest.to_lowercase() {
            return None;
        }
        let other: String = if first.is_uppercase() {
            first.to_lowercase().chain(rest.chars()).collect()
        } else {
            first.to_uppercase().chain(rest.chars()).collect()
        };
        if other == word { None } else { table.text(&other) }
    })
}

/// `U.S.`, `p.m.`: single letters, or pairs, with dots.
fn is_dotted_acronym(word: &str) -> bool {
    word.trim_matches('.').contains('.')
        && word.chars().all(|found| found == '.' || found.is_alphabetic())
        && word.split('.').all(|part| part.chars().nth(2).is_none())
}

/// The class that dictionary entries name for several tags.
fn word_class(tag: &'static str) -> &'static str {
    match tag.get(..2) {
        Some("VB") => "VERB",
        Some("NN") => "NOUN",
        Some("RB") => "ADV",
        Some("JJ") => "ADJ",
        _ => tag,
    }
}

/// What differs from one English to the other: the dictionaries, and how endings are said.
impl Accent {
    fn either(self, american: &'static str, british: &'static str) -> &'static str {
        if self == Self::British { british } else { american }
    }

    /// The entry of a word whose pronunciation a person chose.
    fn gold(self, word: &str) -> Option<&'static str> {
        let table = if self == Self::British { BRITISH_GOLD } else { GOLD };
        self.letter(word).or_else(|| technical::find(word, self)).or_else(|| find(table, word))
    }

    /// The name of a letter for which the dictionary has that of the other accent.
    fn letter(self, word: &str) -> Option<&'static str> {
        (self == Self::British && word == "Z").then_some("zˈɛd")
    }

    /// The entry of a word whose pronunciation was found by machine.
    fn silver(self, word: &str) -> Option<&'static str> {
        find(if self == Self::British { BRITISH_SILVER } else { SILVER }, word)
    }

    fn has(self, word: &str) -> bool {
        self.gold(word).is_some() || self.silver(word).is_some()
    }

    /// Whether [`Context::look_up`] has an answer for `word`.
    fn knows(self, word: &str) -> bool {
        if self.has(word) || matches!(word, "%" | "&" | "+" | "@") {
            return true;
        }
        let letters = word.as_bytes();
        !word.is_empty()
            && letters.iter().all(u8::is_ascii_alphabetic)
            && (letters.len() == 1 || letters[1..].iter().all(u8::is_ascii_uppercase))
    }

    /// The names of the letters of `word`, the last stressed.
    fn letters(self, word: &str) -> Option<String> {
        let mut names = String::new();
        for letter in word.chars().filter(|found| found.is_alphabetic()) {
            let upper: String = letter.to_uppercase().collect();
            let table = if self == Self::British { BRITISH_GOLD } else { GOLD };
            names.push_str(self.letter(&upper).or_else(|| table.text(&upper))?);
        }
        let names = restress(&names, Some(Stress::Secondary));
        Some(match names.rsplit_once(SECONDARY) {
            Some((before, last)) => format!("{before}{PRIMARY}{last}"),
            None => names,
        })
    }

    /// The weak vowel of endings.
    fn weak(self) -> char {
        if self == Self::British { 'ɪ' } else { 'ᵻ' }
    }

    fn with_s(self, stem: &str) -> String {
        match stem.chars().next_back() {
            Some('p' | 't' | 'k' | 'f' | 'θ') => format!("{stem}s"),
            Some('s' | 'z' | 'ʃ' | 'ʒ' | 'ʧ' | 'ʤ') => format!("{stem}{}z", self.weak()),
            _ => format!("{stem}z"),
        }
    }

    fn with_ed(self, stem: &str) -> String {
        match stem.chars().next_back() {
            Some('p' | 'k' | 'f' | 'θ' | 'ʃ' | 's' | 'ʧ') => format!("{stem}t"),
            Some('d') => format!("{stem}{}d", self.weak()),
            Some('t') => match self.flapped(stem) {
                Some(flapped) => format!("{flapped}ᵻd"),
                None if stem == "t" => format!("{stem}ɪd"),
                None => format!("{stem}{}d", self.weak()),
            },
            _ => format!("{stem}d"),
        }
    }

    fn with_ing(self, stem: &str) -> String {
        // A British r is heard again before a vowel.
        let is_open = self == Self::British && stem.ends_with(['ə', 'ː']);
        if is_open && !stem.ends_with("iː") && !stem.ends_with("uː") {
            return format!("{stem}ɹɪŋ");
        }
        self.flapped(stem).map_or_else(|| format!("{stem}ɪŋ"), |flapped| format!("{flapped}ɪŋ"))
    }

    /// `stem` with its last t flapped, where it is after a sound that allows it.
    fn flapped(self, stem: &str) -> Option<String> {
        /// Sounds between which an American t is flapped.
        const FLAPPING: &str = "AIOWYiuæɑəɛɪɹʊʌ";
        let before = stem.strip_suffix('t').filter(|_| self == Self::American)?;
        before.ends_with(|sound| FLAPPING.contains(sound)).then(|| format!("{before}ɾ"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(text: &str, tag: &'static str) -> Option<String> {
        let word = Word { text, tag, currency: None, is_head: true };
        pronounce(word, Following::default(), Accent::American)
    }

    #[test]
    fn words_and_their_forms() {
        assert_eq!(say("hello", "UH").unwrap(), "həlˈO");
        assert_eq!(say("Hello", "UH").unwrap(), "həlˈO");
        assert_eq!(say("read", "VBD").unwrap(), "ɹˈɛd");
        assert_eq!(say("read", "VB").unwrap(), "ɹˈid");
        assert_eq!(say("IBM", "NNP").unwrap(), "ˌIbˌiˈɛm");
        assert_eq!(say("U.S.", "NNP").unwrap(), "jˌuˈɛs");
        assert_eq!(say("xqzvtl", "NN"), None);
    }

    #[test]
    fn numbers() {
        let say_money = |text, currency| {
            let word = Word { text, tag: "CD", currency: Some(currency), is_head: true };
            pronounce(word, Following::default(), Accent::American)
        };
        assert_eq!(say("42", "CD").unwrap(), "fˈɔɹɾi tˈu");
        assert_eq!(say("1990s", "NNS").unwrap(), "nˌIntˈin nˈIndiz");
        assert_eq!(say_money("1", '$').unwrap(), "wˈʌn dˈɑləɹ");
        assert_eq!(say_money("2.05", '$').unwrap(), "tˈu dˈɑləɹz ænd fˈIv sˈɛnts");
        assert_eq!(say_money("1.5", '$'), say_money("1.50", '$'));
    }
}
