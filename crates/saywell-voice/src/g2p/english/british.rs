//! American phonemes turned into British ones by rule, for words that only an American table has. The build script uses it
//! as well.

/// What a British voice says for these American phonemes: without the r that no vowel follows, with long vowels.
pub fn from_american(phonemes: &str) -> String {
    let sounds: Vec<char> = phonemes.chars().collect();
    let mut british = String::with_capacity(phonemes.len() + 8);
    let mut at = 0;
    while let Some(sound) = sounds.get(at) {
        let is_stressed = at > 0 && matches!(sounds[at - 1], 'ˈ' | 'ˌ');
        let is_before_r = sounds.get(at + 1) == Some(&'ɹ');
        let (said, takes_r) = match (sound, is_before_r) {
            ('ɑ', true) => ("ɑː", true),
            ('ɔ', true) => ("ɔː", true),
            ('ɜ', _) => ("ɜː", true),
            ('ɛ', true) => ("ɛː", true),
            ('ɪ' | 'i', true) => ("ɪə", true),
            ('ʊ' | 'u', true) => ("ʊə", true),
            ('ə', true) => ("ə", true),
            ('ɑ', false) => (if is_open(&sounds[at + 1..]) { "ɑː" } else { "ɒ" }, false),
            ('ɔ', false) => ("ɔː", false),
            ('i', false) if is_stressed => ("iː", false),
            ('u', false) => ("uː", false),
            ('O', _) => ("Q", false),
            ('æ', _) => ("a", false),
            ('ᵻ', _) => ("ɪ", false),
            ('ɾ' | 'T', _) => ("t", false),
            (other, _) => {
                british.push(*other);
                at += 1;
                continue;
            }
        };
        british.push_str(said);
        at += 1;
        if takes_r && is_before_r && !starts_with_vowel(&sounds[at + 1..]) {
            at += 1;
        }
    }
    british
}

/// Whether a syllable ends here: before the end, or before one consonant and a vowel.
fn is_open(rest: &[char]) -> bool {
    let mut sounds = rest.iter().filter(|sound| !matches!(sound, 'ˈ' | 'ˌ'));
    match sounds.next() {
        None | Some(' ') => true,
        Some(sound) if is_vowel(*sound) => true,
        Some('ʤ' | 'ʧ') => false,
        Some(_) => sounds.next().is_some_and(|sound| is_vowel(*sound)),
    }
}

fn starts_with_vowel(rest: &[char]) -> bool {
    rest.iter().find(|sound| !matches!(sound, 'ˈ' | 'ˌ')).is_some_and(|sound| is_vowel(*sound))
}

fn is_vowel(sound: char) -> bool {
    "AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ".contains(sound)
}
