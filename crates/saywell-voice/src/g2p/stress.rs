//! Stress marks in phonemes.

/// Marks the syllable said strongest.
pub const PRIMARY: char = 'ˈ';
/// Marks a syllable said stronger than its neighbours.
pub const SECONDARY: char = 'ˌ';

/// How strongly a word is to be said, set against what its phonemes say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stress {
    /// No stress at all.
    None,
    /// Primary stress becomes secondary.
    Weaker,
    /// Primary stress becomes secondary, and a word without any gets secondary stress.
    Secondary,
    /// A word without any gets secondary stress.
    AtLeastSecondary,
    /// Secondary stress becomes primary, and a word without any gets primary stress.
    AtLeastPrimary,
}

/// `phonemes` with their marks changed as `stress` asks.
pub fn restress(phonemes: &str, stress: Option<Stress>) -> String {
    let has_primary = phonemes.contains(PRIMARY);
    let has_secondary = phonemes.contains(SECONDARY);
    match stress {
        Some(Stress::None) => phonemes.replace([PRIMARY, SECONDARY], ""),
        Some(Stress::Weaker | Stress::Secondary) if has_primary => {
            phonemes.replace(SECONDARY, "").replace(PRIMARY, SECONDARY.encode_utf8(&mut [0; 2]))
        }
        Some(Stress::Secondary | Stress::AtLeastSecondary) if !has_primary && !has_secondary => {
            mark_first_vowel(phonemes, SECONDARY)
        }
        Some(Stress::AtLeastPrimary) if !has_primary && has_secondary => {
            phonemes.replace(SECONDARY, PRIMARY.encode_utf8(&mut [0; 2]))
        }
        Some(Stress::AtLeastPrimary) if !has_primary => mark_first_vowel(phonemes, PRIMARY),
        _ => phonemes.to_owned(),
    }
}

/// Vowels and diphthongs.
pub fn is_vowel(phoneme: char) -> bool {
    "AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ".contains(phoneme)
}

/// Consonants.
pub fn is_consonant(phoneme: char) -> bool {
    "bdfhjklmnpstvwzðŋɡɹɾʃʒʤʧθ".contains(phoneme)
}

/// About how long phonemes take to say: one each, two for diphthongs and affricates.
pub fn weight(phonemes: &str) -> usize {
    phonemes.chars().map(|phoneme| if "AIOQWYʤʧ".contains(phoneme) { 2 } else { 1 }).sum()
}

fn mark_first_vowel(phonemes: &str, mark: char) -> String {
    let mut marked = phonemes.to_owned();
    if let Some(vowel) = phonemes.find(is_vowel) {
        marked.insert(vowel, mark);
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_marks() {
        assert_eq!(restress("ɹˈɛkəɹd", Some(Stress::Weaker)), "ɹˌɛkəɹd");
        assert_eq!(restress("ænd", Some(Stress::Weaker)), "ænd");
        assert_eq!(restress("ænd", Some(Stress::AtLeastSecondary)), "ˌænd");
        assert_eq!(restress("bˌIt", Some(Stress::AtLeastPrimary)), "bˈIt");
        assert_eq!(restress("ðə", Some(Stress::AtLeastPrimary)), "ðˈə");
        assert_eq!(restress("ˌɪntɹədˈus", Some(Stress::None)), "ɪntɹədus");
        assert_eq!(restress("s", Some(Stress::AtLeastPrimary)), "s", "no vowel to mark");
    }
}
