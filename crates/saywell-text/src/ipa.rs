//! The letters and marks of the International Phonetic Alphabet.

/// The first character of `text` that is not of the International Phonetic Alphabet (revised to 2020, with
/// the letters that dictionaries of English add: `ᵻ ᵿ ɚ ɝ ɫ g`), if there is one.
#[must_use]
pub(crate) fn unknown(text: &str) -> Option<char> {
    text.chars().find(|c| !is_ipa(*c))
}

fn is_ipa(c: char) -> bool {
    matches!(c,
        // Letters: the Latin alphabet's own, those of other blocks, IPA Extensions.
        'a'..='z' | 'æ' | 'ç' | 'ð' | 'ø' | 'ħ' | 'ŋ' | 'œ' | 'ǀ'..='ǃ' | 'β' | 'θ' | 'χ' | 'ᵻ' | 'ᵿ'
        | '\u{250}'..='\u{2AF}' | 'ⱱ'
        // Modifier letters, stress, length, tone letters.
        | '\u{2B0}'..='\u{2FF}' | 'ᵊ' | 'ᵄ' | 'ᶿ' | 'ᵝ' | 'ᶹ' | 'ⁿ' | '\u{A71B}' | '\u{A71C}'
        // Diacritics.
        | '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AC0}' | '\u{1DC4}'..='\u{1DC9}'
        // Vowels that are one with a diacritic.
        | 'ã' | 'õ' | 'ĩ' | 'ũ' | 'ẽ' | 'ñ' | 'ä' | 'ë' | 'ï' | 'ö' | 'ü'
        // Boundaries and intonation.
        | ' ' | '.' | '|' | '‖' | '‿' | '↗' | '↘' | '-' | '\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ipa_is_told_from_the_rest() {
        for known in ["ˈsiːkwəl", "kjuːb kənˈtɹoʊl", "bɔ̃.ʒuʁ", "t͡ʃaɪ̯", "ma˥˩", "ɡɪt", "gɪt", "ˈɹɛkɚd"]
        {
            assert_eq!(unknown(known), None, "{known}");
        }
        assert_eq!(unknown("siːKwəl"), Some('K'));
        assert_eq!(unknown("S EH1 K"), Some('S'));
        assert_eq!(unknown("<b>"), Some('<'));
        assert_eq!(unknown("h@loU"), Some('@'));
        assert_eq!(unknown("ы"), Some('ы'));
    }
}
