//! How far what was spoken is from what should have been.

use saywell_text::english::{Reader, number_words, spell_out};

use crate::provider::ProviderError;

/// Judges what was spoken by its transcript.
///
/// Words are compared without their case and punctuation, with numbers, units and the like written out, since
/// transcripts spell them their own way. The distance is the fewest words to insert, leave out or replace. At most the
/// share `tolerance` of the words may differ, rounded down, so that in short utterances none may.
///
/// # Errors
/// `Rejected` for what was reworded: another provider may read it as it is.
pub(super) fn judge(text: &str, transcript: &str, tolerance: f64) -> Result<(), ProviderError> {
    let (wanted, spoken) = (words(text), words(transcript));
    let allowed = (wanted.len() as f64 * tolerance).floor() as usize;
    let off = distance(&wanted, &spoken);
    if off <= allowed {
        return Ok(());
    }
    Err(ProviderError::Rejected(format!(
        "did not read the text as it is written: {off} of {} words differ",
        wanted.len().max(spoken.len())
    )))
}

/// The words as they are compared.
fn words(text: &str) -> Vec<String> {
    let text = text.replace(['’', '‘'], "'").to_lowercase();
    let spelt = spell_out(&text, Reader::Words);
    let mut words = Vec::new();
    for word in spelt.text().split(|c: char| !(c.is_alphanumeric() || c == '\'')) {
        // An apostrophe is part of `it's` and no part of `'tis' `.
        let word = word.trim_matches('\'');
        if word.is_empty() {
        } else if word.bytes().all(|byte| byte.is_ascii_digit()) {
            words.extend(number_words::cardinal(word).split([' ', '-']).map(str::to_owned));
        } else if word.chars().any(is_ideographic) {
            // Writing without spaces is compared letter by letter.
            words.extend(word.chars().map(String::from));
        } else {
            words.push(word.to_lowercase());
        }
    }
    words
}

/// Chinese, Japanese, Thai, Lao, Khmer and Burmese.
fn is_ideographic(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// The fewest insertions, deletions and replacements from one to the other (Wagner and Fischer, 1974).
fn distance(wanted: &[String], spoken: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=spoken.len()).collect();
    for (number, word) in wanted.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], number + 1);
        for (at, other) in spoken.iter().enumerate() {
            let replaced = diagonal + usize::from(word != other);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[spoken.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_are_the_same_however_they_are_written() {
        for (text, transcript) in [
            ("It’s “done” – at last!", "it's done at last"),
            ("There are 21 files.", "There are twenty-one files."),
            ("It took 5 km.", "It took five kilometers."),
            ("日本語です。", "日本語 です"),
            ("…", ""),
        ] {
            assert_eq!(judge(text, transcript, 0.0), Ok(()), "{text} / {transcript}");
        }
    }

    #[test]
    fn a_reworded_text_is_refused_with_how_far_it_is_off() {
        let error = judge("I am here, and so are you.", "I'm here, and so are you.", 0.1).unwrap_err();
        assert_eq!(
            error,
            ProviderError::Rejected("did not read the text as it is written: 2 of 7 words differ".into())
        );
        for (text, transcript) in [
            ("What is two plus two?", "Two plus two is four."),
            ("Do not delete it.", "Do delete it."),
            ("Do it.", "Sure! Do it."),
            ("Hello.", ""),
        ] {
            assert!(judge(text, transcript, 0.1).is_err(), "{text} / {transcript}");
        }
    }

    #[test]
    fn a_long_text_may_have_some_words_spelt_otherwise() {
        let text = "We asked Huang to look at the tests again before the release goes out today.";
        assert!(judge(text, &text.replace("Huang", "Wong"), 0.1).is_ok());
        assert!(judge(text, &text.replace("Huang", "Wong"), 0.0).is_err());
    }
}
