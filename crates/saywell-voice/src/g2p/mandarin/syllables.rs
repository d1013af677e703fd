//! Pinyin to the voices' phonemes: misaki's table (`transcription.py`, Apache-2.0, after `pinyin-to-ipa`, MIT), with its arrows
//! for tones.

/// A syllable, as in `zhang3`: letters, `v` for ü, and a tone from 1 to 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Syllable {
    letters: &'static str,
    /// 1 to 4, and 5 for none.
    pub tone: u8,
}

impl Syllable {
    /// The syllables of a reading.
    pub fn all(reading: &'static str) -> impl Iterator<Item = Self> {
        reading.split_inclusive(|found: char| found.is_ascii_digit()).filter_map(|syllable| {
            let (last, letters) = syllable.as_bytes().split_last()?;
            let tone = last.checked_sub(b'0').filter(|tone| (1..=5).contains(tone))?;
            Some(Self { letters: syllable.get(..letters.len())?, tone })
        })
    }

    /// Whether it is what makes the syllable before it end in an r.
    pub fn is_r(self) -> bool {
        self.letters == "er" && self.tone == 5
    }

    /// Its phonemes; before an ending in r those that are left of it.
    pub fn phonemes(self, before_r: bool) -> String {
        let tone = match self.tone {
            1 => "→",
            2 => "↗",
            3 => "↓",
            4 => "↘",
            _ => "",
        };
        let (initial, last) = initial_and_final(self.letters);
        let sound = INITIALS.iter().find(|(letters, _)| *letters == initial).map_or("", |(_, sound)| sound);
        let (before, vowel, after) = match (initial, last) {
            ("zh" | "ch" | "sh" | "r" | "z" | "c" | "s", "i") => ("", "ɨ", ""),
            _ => FINALS
                .iter()
                .find(|(letters, ..)| *letters == last)
                .map_or(("", "", ""), |(_, before, vowel, after)| (*before, *vowel, *after)),
        };
        let (vowel, after) = match (vowel, after) {
            ("ai" | "ei", _) if before_r => (&vowel[..1], after),
            (_, "n") if before_r => (vowel, ""),
            _ => (vowel, after),
        };
        format!("{sound}{before}{vowel}{tone}{after}")
    }
}

/// The two parts of a syllable, in the letters of [`INITIALS`] and [`FINALS`]: those that pinyin writes otherwise, as it does
/// without an initial or after j, q, x, are written out.
fn initial_and_final(letters: &str) -> (&str, &str) {
    if let Some((_, last)) = WITHOUT_INITIAL.iter().find(|(written, _)| *written == letters) {
        return ("", last);
    }
    let (initial, last) = INITIALS
        .iter()
        .find_map(|(initial, _)| Some((*initial, letters.strip_prefix(initial)?)))
        .unwrap_or(("", letters));
    let last = match (initial, last) {
        ("j" | "q" | "x", "u") => "v",
        ("j" | "q" | "x", "uan") => "van",
        ("j" | "q" | "x", "un") => "vn",
        (_, "iu") => "iou",
        (_, "ui") => "uei",
        (_, "un") => "uen",
        (_, "ue") => "ve",
        (_, other) => other,
    };
    (initial, last)
}

/// Initials, of those that begin alike the longer first.
const INITIALS: [(&str, &str); 21] = [
    ("zh", "ꭧ"),
    ("ch", "ꭧʰ"),
    ("sh", "ʂ"),
    ("b", "p"),
    ("c", "ʦʰ"),
    ("d", "t"),
    ("f", "f"),
    ("g", "k"),
    ("h", "x"),
    ("j", "ʨ"),
    ("k", "kʰ"),
    ("l", "l"),
    ("m", "m"),
    ("n", "n"),
    ("p", "pʰ"),
    ("q", "ʨʰ"),
    ("r", "ɻ"),
    ("s", "s"),
    ("t", "tʰ"),
    ("x", "ɕ"),
    ("z", "ʦ"),
];

/// Finals: what is before the vowel that has the tone, that vowel, and what is after it.
const FINALS: [(&str, &str, &str, &str); 40] = [
    ("a", "", "a", ""),
    ("ai", "", "ai", ""),
    ("an", "", "a", "n"),
    ("ang", "", "a", "ŋ"),
    ("ao", "", "au", ""),
    ("e", "", "ɤ", ""),
    ("ei", "", "ei", ""),
    ("en", "", "ə", "n"),
    ("eng", "", "ə", "ŋ"),
    ("i", "", "i", ""),
    ("ia", "j", "a", ""),
    ("ian", "j", "ɛ", "n"),
    ("iang", "j", "a", "ŋ"),
    ("iao", "j", "au", ""),
    ("ie", "j", "e", ""),
    ("in", "", "i", "n"),
    ("iou", "j", "ou", ""),
    ("ing", "", "i", "ŋ"),
    ("iong", "j", "ʊ", "ŋ"),
    ("ong", "", "ʊ", "ŋ"),
    ("ou", "", "ou", ""),
    ("u", "", "u", ""),
    ("uei", "w", "ei", ""),
    ("ua", "w", "a", ""),
    ("uai", "w", "ai", ""),
    ("uan", "w", "a", "n"),
    ("uen", "w", "ə", "n"),
    ("uang", "w", "a", "ŋ"),
    ("ueng", "w", "ə", "ŋ"),
    ("uo", "w", "o", ""),
    ("o", "w", "o", ""),
    ("v", "", "y", ""),
    ("ve", "ɥ", "e", ""),
    ("van", "ɥ", "ɛ", "n"),
    ("vn", "", "y", "n"),
    ("er", "", "ɚ", ""),
    ("io", "j", "ɔ", ""),
    ("ɔ", "", "ɔ", ""),
    ("m", "", "m", ""),
    ("ng", "", "ŋ", ""),
];

/// Syllables without an initial that pinyin writes otherwise.
const WITHOUT_INITIAL: [(&str, &str); 29] = [
    ("yi", "i"),
    ("ya", "ia"),
    ("yan", "ian"),
    ("yang", "iang"),
    ("yao", "iao"),
    ("ye", "ie"),
    ("yai", "ai"),
    ("yin", "in"),
    ("you", "iou"),
    ("ying", "ing"),
    ("yong", "iong"),
    ("yo", "io"),
    ("yu", "v"),
    ("yue", "ve"),
    ("yuan", "van"),
    ("yun", "vn"),
    ("wu", "u"),
    ("wei", "uei"),
    ("wa", "ua"),
    ("wai", "uai"),
    ("wan", "uan"),
    ("wen", "uen"),
    ("wang", "uang"),
    ("weng", "ueng"),
    ("wo", "uo"),
    ("o", "ɔ"),
    ("m", "m"),
    ("n", "en"),
    ("ng", "ng"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn said(reading: &'static str) -> String {
        Syllable::all(reading).map(|syllable| syllable.phonemes(false)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn syllables_have_their_phonemes() {
        assert_eq!(said("zhong1guo2ren2"), "ꭧʊ→ŋ kwo↗ ɻə↗n");
        assert_eq!(said("ni3hao3ma5"), "ni↓ xau↓ ma");
        assert_eq!(said("xue2shi4jun1lv4lve4"), "ɕɥe↗ ʂɨ↘ ʨy→n ly↘ lɥe↘");
        assert_eq!(said("yuan2wen2you3shui3liu2"), "ɥɛ↗n wə↗n jou↓ ʂwei↓ ljou↗");
        assert_eq!(said("er2o5bo1"), "ɚ↗ ɔ pwo→");
        assert_eq!(said("x9 7abc"), "");
    }

    #[test]
    fn an_ending_in_r_takes_what_was_there() {
        let mut syllables = Syllable::all("wan2er5");
        assert_eq!(syllables.next().unwrap().phonemes(true), "wa↗");
        assert!(syllables.next().unwrap().is_r());
    }
}
