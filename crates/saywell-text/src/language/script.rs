//! Scripts: which letters a text is written in, and the language that gives away.

use crate::length::breadth;

/// What a text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    /// In the script of this one language, or of this one before all others.
    One(&'static str),
    Cyrillic,
    Latin,
    /// No letters.
    None,
}

/// Blocks of Unicode with the language that is written in them most.
const BLOCKS: &[(u32, u32, &str)] = &[
    (0x0370, 0x03FF, "el"),
    (0x0530, 0x058F, "hy"),
    (0x0590, 0x05FF, "he"),
    (0x0900, 0x097F, "hi"),
    (0x0980, 0x09FF, "bn"),
    (0x0A00, 0x0A7F, "pa"),
    (0x0A80, 0x0AFF, "gu"),
    (0x0B80, 0x0BFF, "ta"),
    (0x0C00, 0x0C7F, "te"),
    (0x0C80, 0x0CFF, "kn"),
    (0x0D00, 0x0D7F, "ml"),
    (0x0D80, 0x0DFF, "si"),
    (0x0E00, 0x0E7F, "th"),
    (0x0E80, 0x0EFF, "lo"),
    (0x1000, 0x109F, "my"),
    (0x10A0, 0x10FF, "ka"),
    (0x1200, 0x137F, "am"),
    (0x1780, 0x17FF, "km"),
    (0x1F00, 0x1FFF, "el"),
    (0x1100, 0x11FF, "ko"),
    (0xAC00, 0xD7AF, "ko"),
];

/// The shortest word of Greek, whose letters are signs everywhere: "α = 0.05" has none.
const SHORTEST_WORD: usize = 3;

/// Letters that are signs in every language.
fn may_be_sign(c: char) -> bool {
    matches!(u32::from(c), 0x370..=0x3FF)
}

/// What most of the letters of `text` are.
pub(crate) fn writing_of(text: &str) -> Writing {
    let words = || text.split(|c: char| !c.is_alphabetic());
    let word = |word: &str| word.chars().count() >= SHORTEST_WORD && word.chars().all(may_be_sign);
    let signs = text.contains(may_be_sign) && !words().any(word);
    let text = text.chars().filter(|c| !(signs && may_be_sign(*c)));
    of_letters(text)
}

fn of_letters(text: impl Iterator<Item = char>) -> Writing {
    let (mut latin, mut cyrillic, mut arabic, mut kana, mut han) = (0, 0, 0, 0, 0);
    let mut others = [0; BLOCKS.len()];
    let (mut persian, mut urdu) = (false, false);
    for c in text.filter(|c| c.is_alphabetic()) {
        // One character of Chinese says as much as some letters.
        let weight = breadth(c);
        match u32::from(c) {
            0x41..=0x24F | 0x1E00..=0x1EFF => latin += weight,
            0x400..=0x52F => cyrillic += weight,
            0x600..=0x6FF | 0x750..=0x77F | 0xFB50..=0xFDFF | 0xFE70..=0xFEFF => {
                arabic += weight;
                persian |= matches!(c, 'پ' | 'چ' | 'ژ' | 'گ' | 'ک' | 'ی');
                urdu |= matches!(c, 'ٹ' | 'ڈ' | 'ڑ' | 'ں' | 'ے' | 'ہ');
            }
            0x3040..=0x30FF | 0x31F0..=0x31FF | 0xFF66..=0xFF9F => kana += weight,
            0x3400..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF => han += weight,
            code => {
                if let Some(index) = BLOCKS.iter().position(|(from, to, _)| (*from..=*to).contains(&code)) {
                    others[index] += weight;
                }
            }
        }
    }
    let arabic_language = match (urdu, persian) {
        (true, _) => "ur",
        (_, true) => "fa",
        _ => "ar",
    };
    // Japanese is never long without kana, and Chinese has none.
    let east = if kana * 8 >= han + kana { "ja" } else { "zh" };
    let shared = [
        (latin, Writing::Latin),
        (cyrillic, Writing::Cyrillic),
        (arabic, Writing::One(arabic_language)),
        (kana + han, Writing::One(east)),
    ];
    let own = BLOCKS.iter().zip(others).map(|((.., language), weight)| (weight, Writing::One(language)));
    let all = shared.into_iter().chain(own);
    all.fold((0, Writing::None), |most, one| if one.0 > most.0 { one } else { most }).1
}
