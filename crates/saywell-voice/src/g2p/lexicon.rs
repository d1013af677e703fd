//! Pronounces words: those of the dictionaries, their forms in `-s`, `-ed` and `-ing`, words spoken by what
//! is around them (`a`, `the`, `to`), acronyms, and numbers.
//!
//! The rules are those that the voice was taught with (the American English of Misaki).

mod numerals;
mod technical;

use unicode_normalization::UnicodeNormalization as _;

use super::stress::{PRIMARY, SECONDARY, Stress, restress};
use super::table::Table;
use super::tables::{GOLD, SILVER};

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

/// The phonemes of `word`, if it is a word, an acronym or a number that can be read by rule.
pub fn pronounce(word: Word<'_>, following: Following) -> Option<String> {
    let text = spelling(word.text);
    let stress = if text == text.to_lowercase() {
        None
    } else if text == text.to_uppercase() {
        Some(Stress::AtLeastPrimary)
    } else {
        Some(Stress::AtLeastSecondary)
    };
    let context = Context { tag: Some(word.tag), following: Some(following) };
    if let Some(phonemes) = context.word(&text, stress) {
        let currency = word.currency.and_then(numerals::currency_name);
        return Some(match currency {
            Some(currency) => format!("{phonemes} {currency}"),
            None => phonemes,
        });
    }
    if numerals::is_number(&text, word.is_head) { number(&text, word.currency, word.is_head) } else { None }
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
    tag: Option<&'static str>,
    following: Option<Following>,
}

impl Context {
    /// A word said for itself.
    const ALONE: Self = Self { tag: None, following: None };

    fn word(self, word: &str, stress: Option<Stress>) -> Option<String> {
        if let Some(phonemes) = self.particular(word) {
            return Some(phonemes);
        }
        let lower = word.to_lowercase();
        let word = if self.is_only_capitalized(word, &lower) { lower.as_str() } else { word };
        if is_known(word) {
            return self.look_up(word, stress);
        }
        if let Some(owner) = word.strip_suffix('\'') {
            let singular = owner.strip_suffix('s').map(|stem| format!("{stem}'s"));
            if let Some(singular) = singular.filter(|singular| is_known(singular)) {
                return self.look_up(&singular, stress);
            }
            if is_known(owner) {
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
            _ if is_dotted_acronym(word) => return letters(word),
            "a" | "A" => {
                if tag == "DT" {
                    "ɐ"
                } else {
                    "ˈA"
                }
            }
            "am" | "Am" | "AM" | "AN" if tag.starts_with("NN") => return letters(word),
            "am" | "Am" | "AM" => {
                if word == "am" && vowel.is_some() {
                    "ɐm"
                } else {
                    "æm"
                }
            }
            "an" | "An" | "AN" => "ɐn",
            "I" if tag == "PRP" => "ˌI",
            "by" | "By" | "BY" if tag.starts_with("RB") || tag.starts_with("ADV") => "bˈI",
            "TO" if !matches!(tag, "TO" | "IN") => return None,
            "to" | "To" | "TO" => match vowel {
                None => "tu",
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
                if habit { "jˈust" } else { "jˈuzd" }
            }
            _ if tag == "IN" && matches!(word.to_ascii_lowercase().as_str(), "vs" | "vs.") => {
                return Self::ALONE.look_up("versus", None);
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
            && !in_dictionary(word)
            && (in_dictionary(lower)
                || self.plural(lower, None).is_some()
                || self.past(lower, None).is_some()
                || self.participle(lower, None).is_some())
    }

    /// The entry of `word`, by its part of speech where that matters; else the names of its letters.
    fn look_up(self, word: &str, stress: Option<Stress>) -> Option<String> {
        let shouted = word == word.to_uppercase() && gold(word).is_none();
        let is_name = shouted && self.tag == Some("NNP");
        let lower = if shouted { word.to_lowercase() } else { String::new() };
        let word = if shouted { lower.as_str() } else { word };
        let entry = gold(word).or_else(|| if is_name { None } else { silver(word) });
        let phonemes = entry.and_then(|entry| self.variant(entry));
        match phonemes {
            Some(phonemes) if !is_name || phonemes.contains(PRIMARY) => Some(restress(phonemes, stress)),
            _ => letters(word).or_else(|| phonemes.map(|phonemes| restress(phonemes, stress))),
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
        let known = |stem: &&str| is_known(stem);
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
            if is_known(&y) { self.look_up(&y, stress) } else { None }
        };
        Some(with_s(&phonemes?))
    }

    /// `baked`, `walked`, from the word without its ending.
    fn past(self, word: &str, stress: Option<Stress>) -> Option<String> {
        let length = word.chars().count();
        let stem = word.strip_suffix('d').filter(|_| length > 3)?;
        let known = |stem: &&str| is_known(stem);
        let without_ed = || word.strip_suffix("ed").filter(|stem| length > 4 && !stem.ends_with('e'));
        let stem = Some(stem)
            .filter(|stem| !stem.ends_with('d'))
            .filter(known)
            .or_else(|| without_ed().filter(known));
        self.look_up(stem?, stress).map(|phonemes| with_ed(&phonemes))
    }

    /// `walking`, `baking`, `running`, from the word without its ending.
    fn participle(self, word: &str, stress: Option<Stress>) -> Option<String> {
        let length = word.chars().count();
        let stem = word.strip_suffix("ing").filter(|_| length > 4)?;
        if length > 5 && is_known(stem) {
            return self.look_up(stem, stress).map(|phonemes| with_ing(&phonemes));
        }
        let with_e = format!("{stem}e");
        if is_known(&with_e) {
            return self.look_up(&with_e, stress).map(|phonemes| with_ing(&phonemes));
        }
        let last = stem.chars().next_back()?;
        let single = stem.strip_suffix(last)?;
        let is_doubled = "bcdgklmnprstvxz".contains(last) && single.ends_with(last);
        if length < 6 || !(is_doubled || stem.ends_with("ck")) {
            return None;
        }
        if is_known(single) { self.look_up(single, stress).map(|phonemes| with_ing(&phonemes)) } else { None }
    }
}

/// Whether `word` is spoken by its part of speech.
pub fn has_readings(word: &str) -> bool {
    gold(word).is_some_and(|entry| entry.starts_with('\0'))
}

/// The entry of a word whose pronunciation a person chose.
fn gold(word: &str) -> Option<&'static str> {
    technical::find(word).or_else(|| find(GOLD, word))
}

/// The entry of a word whose pronunciation was found by machine.
fn silver(word: &str) -> Option<&'static str> {
    find(SILVER, word)
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

fn in_dictionary(word: &str) -> bool {
    gold(word).is_some() || silver(word).is_some()
}

/// Whether [`Context::look_up`] has an answer for `word`.
fn is_known(word: &str) -> bool {
    if in_dictionary(word) || matches!(word, "%" | "&" | "+" | "@") {
        return true;
    }
    let letters = word.as_bytes();
    !word.is_empty()
        && letters.iter().all(u8::is_ascii_alphabetic)
        && (letters.len() == 1 || letters[1..].iter().all(u8::is_ascii_uppercase))
}

/// `U.S.`, `p.m.`: single letters, or pairs, with dots.
fn is_dotted_acronym(word: &str) -> bool {
    word.trim_matches('.').contains('.')
        && word.chars().all(|found| found == '.' || found.is_alphabetic())
        && word.split('.').all(|part| part.chars().nth(2).is_none())
}

/// The names of the letters of `word`, the last stressed.
fn letters(word: &str) -> Option<String> {
    let mut names = String::new();
    for letter in word.chars().filter(|found| found.is_alphabetic()) {
        let upper: String = letter.to_uppercase().collect();
        names.push_str(GOLD.text(&upper)?);
    }
    let names = restress(&names, Some(Stress::Secondary));
    Some(match names.rsplit_once(SECONDARY) {
        Some((before, last)) => format!("{before}{PRIMARY}{last}"),
        None => names,
    })
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

/// Sounds between which an American t is flapped.
const FLAPPING: &str = "AIOWYiuæɑəɛɪɹʊʌ";

fn with_s(stem: &str) -> String {
    match stem.chars().next_back() {
        Some('p' | 't' | 'k' | 'f' | 'θ') => format!("{stem}s"),
        Some('s' | 'z' | 'ʃ' | 'ʒ' | 'ʧ' | 'ʤ') => format!("{stem}ᵻz"),
        _ => format!("{stem}z"),
    }
}

fn with_ed(stem: &str) -> String {
    match stem.chars().next_back() {
        Some('p' | 'k' | 'f' | 'θ' | 'ʃ' | 's' | 'ʧ') => format!("{stem}t"),
        Some('d') => format!("{stem}ᵻd"),
        Some('t') => match flapped(stem) {
            Some(flapped) => format!("{flapped}ᵻd"),
            None if stem == "t" => format!("{stem}ɪd"),
            None => format!("{stem}ᵻd"),
        },
        _ => format!("{stem}d"),
    }
}

fn with_ing(stem: &str) -> String {
    flapped(stem).map_or_else(|| format!("{stem}ɪŋ"), |flapped| format!("{flapped}ɪŋ"))
}

/// `stem` with its last t flapped, where it is after a sound that allows it.
fn flapped(stem: &str) -> Option<String> {
    let before = stem.strip_suffix('t')?;
    before.ends_with(|sound| FLAPPING.contains(sound)).then(|| format!("{before}ɾ"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(text: &str, tag: &'static str) -> Option<String> {
        pronounce(Word { text, tag, currency: None, is_head: true }, Following::default())
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
            pronounce(Word { text, tag: "CD", currency: Some(currency), is_head: true }, Following::default())
        };
        assert_eq!(say("42", "CD").unwrap(), "fˈɔɹɾi tˈu");
        assert_eq!(say("1990s", "NNS").unwrap(), "nˌIntˈin nˈIndiz");
        assert_eq!(say_money("1", '$').unwrap(), "wˈʌn dˈɑləɹ");
        assert_eq!(say_money("2.05", '$').unwrap(), "tˈu dˈɑləɹz ænd fˈIv sˈɛnts");
        assert_eq!(say_money("1.5", '$'), say_money("1.50", '$'));
    }
}
