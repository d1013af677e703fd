//! Devanagari as it is written: consonants, and the vowel that each has.

/// The vowel of a syllable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vowel {
    /// The one that a consonant has where none is written.
    Inherent,
    /// That one, not said.
    Dropped,
    /// Any other, by its sound: `aː`, `ɪ`, …; `ʌ` for अ.
    Full(&'static str),
}

/// How a vowel goes through the nose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nasal {
    None,
    /// ं
    Dot,
    /// ँ
    Moon,
}

/// Consonants and a vowel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Syllable {
    pub onset: Vec<&'static str>,
    pub vowel: Vowel,
    pub nasal: Nasal,
    /// Whether its consonants end in ज्ञ.
    pub is_gya: bool,
}

impl Syllable {
    fn new(onset: Vec<&'static str>, vowel: Vowel) -> Self {
        Self { onset, vowel, nasal: Nasal::None, is_gya: false }
    }

    /// Whether it has a long vowel, or one through the nose.
    pub fn is_long(&self) -> bool {
        match self.vowel {
            Vowel::Full(sound) => sound.ends_with('ː') || (self.nasal != Nasal::None && sound != "ʌ"),
            Vowel::Inherent | Vowel::Dropped => false,
        }
    }

    /// The consonant that the nasal vowel is followed by.
    pub fn nasal_consonant(&self, next: Option<&Self>, coda: &[&str]) -> Option<&'static str> {
        let after = next.map_or(coda.first(), |next| next.onset.first()).copied();
        let is_short = matches!(self.vowel, Vowel::Inherent | Vowel::Full("ʌ"));
        match (self.nasal, after) {
            (Nasal::None, _) => None,
            (Nasal::Moon, Some(_)) if !matches!(self.vowel, Vowel::Full("eː" | "ɛː" | "oː" | "ɔː")) => {
                Some("n")
            }
            (_, None) => is_short.then_some("m"),
            (Nasal::Dot, Some(after)) if is_short => Some(match after.chars().next() {
                Some('k' | 'ɡ' | 'x' | 'q' | 'ɣ') => "ŋ",
                Some('c' | 'ɟ' | 'j') => "ɲ",
                Some('ʈ' | 'ɖ') => "ɳ",
                Some('p' | 'b' | 'f' | 'm') => "m",
                _ => "n",
            }),
            _ => None,
        }
    }

    /// How its vowel sounds.
    pub fn vowel_sound(&self, is_stressed: bool, is_end: bool, has_consonant: bool) -> &'static str {
        let sound = match self.vowel {
            Vowel::Inherent if is_stressed => "ʌ",
            Vowel::Inherent | Vowel::Dropped => "ə",
            Vowel::Full(sound) => sound,
        };
        if self.nasal == Nasal::None {
            let is_short = is_end || !is_stressed && !self.onset.is_empty();
            return if sound == "iː" && is_short { "i" } else { sound };
        }
        let begins = self.onset.is_empty() && has_consonant;
        match sound {
            "aː" if !begins => "a\u{303}",
            "iː" | "ɪ" if !begins => "i\u{303}",
            "uː" | "ʊ" if !begins => "u\u{303}",
            "uː" => "u",
            "eː" => "e\u{303}ː",
            "ɛː" => "ɛ\u{303}",
            "oː" => "o\u{303}",
            "ɔː" | "ɔ" => "ɔ\u{303}",
            other => other,
        }
    }
}

const CONSONANTS: [(char, &str); 36] = [
    ('क', "k"),
    ('ख', "kʰ"),
    ('ग', "ɡ"),
    ('घ', "ɡʰ"),
    ('ङ', "ŋ"),
    ('च', "c"),
    ('छ', "cʰ"),
    ('ज', "ɟ"),
    ('झ', "ɟʰ"),
    ('ञ', "ɲ"),
    ('ट', "ʈ"),
    ('ठ', "ʈʰ"),
    ('ड', "ɖ"),
    ('ढ', "ɖʰ"),
    ('ण', "ɳ"),
    ('त', "t"),
    ('थ', "tʰ"),
    ('द', "d"),
    ('ध', "dʰ"),
    ('न', "n"),
    ('ऩ', "n"),
    ('प', "p"),
    ('फ', "pʰ"),
    ('ब', "b"),
    ('भ', "bʰ"),
    ('म', "m"),
    ('य', "j"),
    ('र', "ɾ"),
    ('ऱ', "ɾ"),
    ('ल', "l"),
    ('ळ', "l"),
    ('व', "ʋ"),
    ('श', "ʃ"),
    ('ष', "ʂ"),
    ('स', "s"),
    ('ह', "h"),
];

/// What a dot below makes of a consonant. The voices were taught ड़ with a full stop in it, which would be heard as one here:
/// it is said as a tap.
const DOTTED: [(&str, &str); 7] =
    [("k", "q"), ("kʰ", "x"), ("ɡ", "ɣ"), ("ɟ", "z"), ("pʰ", "f"), ("ɖ", "ɾ"), ("ɟʰ", "ʒ")];

/// Vowels, as letters and as signs.
const VOWELS: [(char, char, &str); 13] = [
    ('आ', 'ा', "aː"),
    ('इ', 'ि', "ɪ"),
    ('ई', 'ी', "iː"),
    ('उ', 'ु', "ʊ"),
    ('ऊ', 'ू', "uː"),
    ('ए', 'े', "eː"),
    ('ऐ', 'ै', "ɛː"),
    ('ओ', 'ो', "oː"),
    ('औ', 'ौ', "ɔː"),
    ('ऑ', 'ॉ', "ɔ"),
    ('ऍ', 'ॅ', "ɛ"),
    ('ऎ', 'ॆ', "eː"),
    ('ऒ', 'ॊ', "oː"),
];

/// The syllables of a word, and the consonants after the last. What is no letter of Hindi is left out.
pub fn read(word: &str) -> (Vec<Syllable>, Vec<&'static str>) {
    let mut syllables: Vec<Syllable> = Vec::new();
    let mut onset: Vec<&'static str> = Vec::new();
    let mut is_bare = false; // whether the consonant before has its vowel taken away
    let mut is_open = false; // whether the last syllable's vowel may still be written
    for letter in word.chars() {
        let consonant = CONSONANTS.iter().find(|(written, _)| *written == letter).map(|(_, sound)| *sound);
        if let Some(sound) = consonant {
            if is_bare
                && is_open
                && let Some(last) = syllables.pop()
            {
                onset = last.onset;
            }
            // ज्ञ is said gy.
            let is_gya = sound == "ɲ" && onset.last() == Some(&"ɟ");
            if is_gya {
                onset.pop();
                onset.extend(["ɡ", "j"]);
            } else {
                onset.push(if sound == "ʂ" && onset.last() == Some(&"k") { "ʃ" } else { sound });
            }
            let mut syllable = Syllable::new(std::mem::take(&mut onset), Vowel::Inherent);
            syllable.is_gya = is_gya;
            syllables.push(syllable);
            (is_bare, is_open) = (false, true);
            continue;
        }
        let vowel = VOWELS.iter().find_map(|(own, sign, sound)| match letter {
            _ if letter == *own => Some((true, *sound)),
            _ if letter == *sign => Some((false, *sound)),
            _ => None,
        });
        match (letter, vowel) {
            ('\u{94d}', _) => is_bare = is_open,
            ('\u{93c}', _) => {
                if let Some(sound) = syllables.last_mut().and_then(|last| last.onset.last_mut()) {
                    if let Some((_, dotted)) = DOTTED.iter().find(|(plain, _)| plain == sound) {
                        *sound = dotted;
                    } else if *sound == "ɖʰ" {
                        *sound = "ɾ";
                        if let Some(last) = syllables.last_mut() {
                            last.onset.push("h");
                        }
                    }
                }
            }
            ('अ', _) => {
                syllables.push(Syllable::new(Vec::new(), Vowel::Full("ʌ")));
                is_open = false;
            }
            ('ऋ', _) => {
                syllables.push(Syllable::new(vec!["ɾ"], Vowel::Full("ɪ")));
                is_open = false;
            }
            ('ृ', _) => {
                if let Some(last) = syllables.last_mut().filter(|_| is_open) {
                    last.onset.push("ɾ");
                    last.vowel = Vowel::Full("ɪ");
                }
                is_open = false;
            }
            (_, Some((true, sound))) => {
                syllables.push(Syllable::new(Vec::new(), Vowel::Full(sound)));
                is_open = false;
            }
            (_, Some((false, sound))) => {
                if let Some(last) = syllables.last_mut().filter(|_| is_open) {
                    last.vowel = Vowel::Full(sound);
                }
                is_open = false;
            }
            ('ं' | 'ँ', _) => {
                if let Some(last) = syllables.last_mut() {
                    last.nasal = if letter == 'ं' { Nasal::Dot } else { Nasal::Moon };
                }
                is_open = false;
            }
            ('ः', _) => {
                // What follows is said after an h.
                syllables.push(Syllable::new(vec!["h"], Vowel::Inherent));
                (is_bare, is_open) = (true, true);
            }
            _ => {}
        }
    }
    // A consonant without its vowel at the end.
    let coda = if is_bare && is_open {
        syllables.pop().map(|last| last.onset).unwrap_or_default()
    } else {
        Vec::new()
    };
    (syllables, coda)
}
