//! The International Phonetic Alphabet to the voice's own symbols.
//!
//! The voice has the sounds of American English, most of them written as in the alphabet, and single letters
//! for diphthongs (`A I O W Y` as in *day, die, go, now, boy*), `ʤ ʧ` for affricates, `ᵊ` for the vowel of
//! *button* and `ᵻ` for that of *roses*. Any of these may be given as they are. [`SOUNDS`] names what every
//! other symbol becomes: for British vowels the American ones, for sounds that English lacks the one that
//! American speakers put in their place.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::stress::{PRIMARY, SECONDARY, is_consonant, is_vowel};

const NASAL: char = '\u{303}';
const SYLLABIC: char = '\u{329}';
const CEDILLA: char = '\u{327}';

/// Symbols that become others, of those that begin alike the longer first. What is not here and not one of
/// the voice's own is not known. An `r` of any kind is `ɹ` by then; ties and most diacritics are gone.
const SOUNDS: &[(&str, &str)] = &[
    // Diphthongs, with and without the offglide marked as a consonant.
    ("aɪ", "I"),
    ("ai", "I"),
    ("aj", "I"),
    ("ɑɪ", "I"),
    ("ʌɪ", "I"),
    ("aʊ", "W"),
    ("au", "W"),
    ("aw", "W"),
    ("ɑʊ", "W"),
    ("æʊ", "W"),
    ("ɔɪ", "Y"),
    ("ɔi", "Y"),
    ("ɔj", "Y"),
    ("oɪ", "Y"),
    ("oi", "Y"),
    ("oj", "Y"),
    ("eɪ", "A"),
    ("ei", "A"),
    ("ej", "A"),
    ("ɛɪ", "A"),
    ("oʊ", "O"),
    ("ou", "O"),
    ("ow", "O"),
    ("əʊ", "O"),
    ("ɔʊ", "O"),
    // British vowels with the r that American English says.
    ("ɪəɹ", "ɪɹ"),
    ("ɪə", "ɪɹ"),
    ("eəɹ", "ɛɹ"),
    ("eə", "ɛɹ"),
    ("ɛəɹ", "ɛɹ"),
    ("ɛə", "ɛɹ"),
    ("ɛːɹ", "ɛɹ"),
    ("ʊəɹ", "ʊɹ"),
    ("ʊə", "ʊɹ"),
    ("ɜːɹ", "ɜɹ"),
    ("ɜɹ", "ɜɹ"),
    ("ɜː", "ɜɹ"),
    ("ɜ", "ɜɹ"),
    ("ɝːɹ", "ɜɹ"),
    ("ɝɹ", "ɜɹ"),
    ("ɝ", "ɜɹ"),
    ("ɚɹ", "əɹ"),
    ("ɚ", "əɹ"),
    ("ɞ", "ɜɹ"),
    ("ɒ", "ɑ"),
    // Vowels of other languages.
    ("eː", "A"),
    ("e", "ɛ"),
    ("a", "ɑ"),
    ("o", "O"),
    ("y", "u"),
    ("ʏ", "ʊ"),
    ("øː", "ɜɹ"),
    ("ø", "ɜɹ"),
    ("œɹ", "ɜɹ"),
    ("œ", "ɜɹ"),
    ("ɶ", "ɑ"),
    ("ɨ", "ᵻ"),
    ("ᵿ", "ʊ"),
    ("ɪ̈", "ᵻ"),
    ("ʉ", "u"),
    ("ɯ", "u"),
    ("ɤ", "ʌ"),
    ("ɵ", "ʊ"),
    ("ɘ", "ə"),
    ("Q", "O"),
    // Affricates.
    ("tʃ", "ʧ"),
    ("tɕ", "ʧ"),
    ("tʂ", "ʧ"),
    ("ʨ", "ʧ"),
    ("ꭧ", "ʧ"),
    ("dʒ", "ʤ"),
    ("dʑ", "ʤ"),
    ("dʐ", "ʤ"),
    ("ʥ", "ʤ"),
    ("ʦ", "ts"),
    ("ʣ", "dz"),
    // Consonants of other languages.
    ("g", "ɡ"),
    ("ɢ", "ɡ"),
    ("ɣ", "ɡ"),
    ("ɟ", "ɡ"),
    ("ɰ", "ɡ"),
    ("c", "k"),
    ("q", "k"),
    ("ç", "ʃ"),
    ("ɕ", "ʃ"),
    ("ʂ", "ʃ"),
    ("ʑ", "ʒ"),
    ("ʐ", "ʒ"),
    ("ɦ", "h"),
    ("ħ", "h"),
    ("ɸ", "f"),
    ("β", "v"),
    ("ʋ", "v"),
    ("ʍ", "w"),
    ("ɥ", "w"),
    ("ʈ", "t"),
    ("ɖ", "d"),
    ("ɱ", "m"),
    ("ɲ", "nj"),
    ("ɳ", "n"),
    ("ɴ", "ŋ"),
    ("ʎ", "lj"),
    ("ɫ", "l"),
    ("ɭ", "l"),
    ("ʟ", "l"),
    ("ɬ", "l"),
    ("ɮ", "l"),
    ("ɺ", "l"),
    ("T", "ɾ"),
    ("ʷ", "w"),
];

/// Symbols without a sound of their own for this voice: length, syllables, links, glottal stops, releases,
/// tones, and what encloses a transcription.
const SILENT: &str = "ːˑ.-‿/[]()ʔʕˀʰʱʲˠˤⁿˡʼ˞˥˦˧˨˩ꜛꜜ↗↘↑↓→\u{200b}\u{200c}\u{200d}";

/// Symbols of stress as people type them.
const STRESSES: [(char, char); 4] = [('ˈ', PRIMARY), ('\'', PRIMARY), ('’', PRIMARY), ('ˌ', SECONDARY)];

/// What a transcription becomes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transcribed {
    /// In the voice's symbols; words are apart by single spaces.
    pub phonemes: String,
    /// The symbols that are not known, each once, in the order in which they came.
    pub unknown: String,
}

/// The transcription `ipa` in the voice's symbols.
///
/// Stress is marked before the vowel, as the voice has it, wherever the syllable begins. A transcription
/// without any stress has it on its first full vowel.
pub fn transcribe(ipa: &str) -> Transcribed {
    let plain = plain(ipa);
    let mut transcribed = Transcribed::default();
    let phonemes = &mut transcribed.phonemes;
    let mut stress = None;
    let mut rest = plain.as_str();
    while let Some(symbol) = rest.chars().next() {
        if let Some((_, mark)) = STRESSES.iter().find(|(written, _)| *written == symbol) {
            stress = Some(*mark);
            rest = &rest[symbol.len_utf8()..];
            continue;
        }
        let known = SOUNDS.iter().find(|(from, _)| rest.starts_with(from));
        let (length, sound) = match known {
            Some((from, to)) => (from.len(), *to),
            None => (symbol.len_utf8(), &rest[..symbol.len_utf8()]),
        };
        rest = &rest[length..];
        match symbol {
            // The ch of *loch* is a k, and where that cannot be, as in *Jorge*, an h.
            'x' | 'χ' => phonemes.push(if rest.starts_with(vowel) { 'h' } else { 'k' }),
            SYLLABIC => syllabic(phonemes, stress.take()),
            NASAL => phonemes.push('n'),
            _ if symbol.is_whitespace() => {
                stress = None;
                if !phonemes.is_empty() && !phonemes.ends_with(' ') {
                    phonemes.push(' ');
                }
            }
            _ if sound.starts_with(is_vowel) || sound.starts_with(['ᵊ', 'ɐ']) => {
                phonemes.extend(stress.take());
                phonemes.push_str(sound);
            }
            _ if sound.starts_with(is_consonant) => phonemes.push_str(sound),
            _ if SILENT.contains(symbol) || is_combining_mark(symbol) => {}
            _ if ",;:!?—…".contains(symbol) => phonemes.push(symbol),
            _ if transcribed.unknown.contains(symbol) => {}
            _ => transcribed.unknown.push(symbol),
        }
    }
    phonemes.truncate(phonemes.trim_end().len());
    if !phonemes.contains([PRIMARY, SECONDARY])
        && let Some(vowel) = phonemes.find(|sound| is_vowel(sound) && !matches!(sound, 'ə' | 'ᵻ'))
    {
        phonemes.insert(vowel, PRIMARY);
    }
    transcribed
}

/// One way of writing for each symbol: letters apart from their diacritics, one kind of r, no ties.
fn plain(ipa: &str) -> String {
    let mut plain = String::with_capacity(ipa.len());
    for symbol in ipa.nfd() {
        match symbol {
            CEDILLA if plain.ends_with('c') => {
                plain.pop();
                plain.push('ç');
            }
            'r' | 'ɻ' | 'ɽ' | 'ʁ' | 'ʀ' | '˞' => plain.push('ɹ'),
            // Below or above the letter, as there is room.
            '\u{30d}' => plain.push(SYLLABIC),
            NASAL | SYLLABIC => plain.push(symbol),
            '\u{308}' if plain.ends_with('ɪ') => plain.push(symbol),
            _ if is_combining_mark(symbol) => {}
            _ => plain.push(symbol),
        }
    }
    plain
}

/// The consonant before is a syllable: the vowel goes before it.
fn syllabic(phonemes: &mut String, stress: Option<char>) {
    let Some(consonant) = phonemes.pop() else { return };
    phonemes.extend(stress);
    phonemes.push(if consonant == 'ɹ' { 'ə' } else { 'ᵊ' });
    phonemes.push(consonant);
}

fn vowel(symbol: char) -> bool {
    is_vowel(symbol) || "eoyøœɒɚɝɨʉɯɤɵɘɞɐᵊˈˌː".contains(symbol)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::g2p::PHONEMES;

    fn said(ipa: &str) -> String {
        let transcribed = transcribe(ipa);
        assert_eq!(transcribed.unknown, "", "in {ipa}");
        transcribed.phonemes
    }

    #[test]
    fn transcribes_english_of_both_sides() {
        assert_eq!(said("həˈloʊ"), "həlˈO");
        assert_eq!(said("/təˈmeɪ.ɾoʊ/"), "təmˈAɾO");
        assert_eq!(said("ˈt͡ʃɝːt͡ʃ"), "ʧˈɜɹʧ");
        assert_eq!(said("ˈnʌt.ʃɛl"), "nˈʌtʃɛl", "apart by a syllable they are no affricate");
        assert_eq!(said("ˌɪntəˈnæʃ(ə)nəl"), "ˌɪntənˈæʃənəl");
        assert_eq!(said("ˈbʌtn̩"), "bˈʌtᵊn");
        assert_eq!(said("ˈɹɪvə"), "ɹˈɪvə");
        assert_eq!(said("nɪə"), "nˈɪɹ");
        assert_eq!(said("bɜːd"), "bˈɜɹd");
        assert_eq!(said("bɜrd"), "bˈɜɹd");
        assert_eq!(said("ˈwɔːtə"), "wˈɔtə");
        assert_eq!(said("gəʊ"), "ɡˈO");
    }

    #[test]
    fn transcribes_other_languages() {
        assert_eq!(said("ˈɡøːtə"), "ɡˈɜɹtə");
        assert_eq!(said("ɔʁ.dœvʁ"), "ˈɔɹdɜɹvɹ");
        assert_eq!(said("bɔ̃ ʒuʁ"), "bˈɔn ʒuɹ");
        assert_eq!(said("ˈxoɾxe"), "hˈOɾhɛ");
        assert_eq!(said("bax"), "bˈɑk");
        assert_eq!(said("ɲoki"), "njˈOki");
        assert_eq!(said("ɪç"), "ˈɪʃ");
        assert_eq!(said("mā˥"), "mˈɑ", "tones are not said");
    }

    #[test]
    fn takes_the_voices_own_symbols() {
        for own in ["kˌubəɹnˈɛɾiz", "ʤˈAsˌɑn", "bˈʌʔᵊn", "ɹˈOzᵻz"] {
            assert_eq!(said(own), own.replace('ʔ', ""));
        }
    }

    #[test]
    fn names_what_it_does_not_know() {
        let transcribed = transcribe("ǃkʊŋ ǃ7");
        assert_eq!(transcribed, Transcribed { phonemes: "kˈʊŋ".into(), unknown: "ǃ7".into() });
        assert_eq!(transcribe(""), Transcribed::default());
    }

    #[test]
    fn the_table_leads_to_the_voices_symbols() {
        let known =
            |sound: char| sound == 'ɾ' || PHONEMES.binary_search_by_key(&sound, |(known, _)| *known).is_ok();
        for (from, to) in SOUNDS {
            assert!(
                to.chars().all(|sound| known(sound) && (is_vowel(sound) || is_consonant(sound))),
                "{from}"
            );
            let first = SOUNDS.iter().find(|(other, _)| from.starts_with(other));
            assert_eq!(first.map(|(other, _)| other), Some(from), "{from} is never reached");
        }
    }
}
