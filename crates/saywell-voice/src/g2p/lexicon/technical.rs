//! Words of computing that the dictionaries lack, or that would be named by their letters.

/// Phonemes of `word`, however it is capitalized.
pub fn find(word: &str) -> Option<&'static str> {
    let longest = WORDS.iter().map(|(word, _)| word.len()).max().unwrap_or(0);
    if word.len() > longest {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    WORDS.binary_search_by_key(&lower.as_str(), |(word, _)| word).ok().map(|index| WORDS[index].1)
}

/// In the order of the words.
const WORDS: &[(&str, &str)] = &[
    ("async", "ˈAsˌɪŋk"),
    ("ctrl", "kəntɹˈOl"),
    ("enum", "ˈinˌʌm"),
    ("fixme", "fˈɪks mˌi"),
    ("github", "ɡˈɪthˌʌb"),
    ("json", "ʤˈAsˌɑn"),
    ("kubernetes", "kˌubəɹnˈɛTiz"),
    ("nginx", "ˈɛnʤənˌɛks"),
    ("numpy", "nˈʌmpˌI"),
    ("postgres", "pˈOstɡɹˌɛs"),
    ("postgresql", "pˈOstɡɹɛskjˌuˈɛl"),
    ("pytest", "pˈItˌɛst"),
    ("readme", "ɹˈidmˌi"),
    ("redis", "ɹˈɛdɪs"),
    ("sqlite", "ˌɛskjˌuˌɛlˈIt"),
    ("stderr", "stˌændəɹd ˈɛɹəɹ"),
    ("stdin", "stˌændəɹd ˈɪn"),
    ("stdout", "stˌændəɹd ˈWt"),
    ("todo", "tˈudˌu"),
    ("toml", "tˈɑmᵊl"),
    ("typescript", "tˈIpskɹˌɪpt"),
    ("yaml", "jˈæmᵊl"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found() {
        assert!(WORDS.iter().all(|(word, phonemes)| find(&word.to_uppercase()) == Some(phonemes)));
    }
}
