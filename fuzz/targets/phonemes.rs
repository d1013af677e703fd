//! Any text has phonemes in every language: every word's ranges lie in the text and in the phonemes. And any text that is a
//! blend of voices is the same blend in its one form.
#![no_main]
#![expect(clippy::expect_used, reason = "without its tables there is nothing to fuzz")]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use saywell_voice::g2p::{Language, Phonemizer};
use saywell_voice::kokoro::Blend;

static PHONEMIZERS: LazyLock<[Phonemizer; Language::ALL.len()]> = LazyLock::new(|| {
    Language::ALL.map(|language| Phonemizer::for_language(language).expect("the voice's tables are in place"))
});

fuzz_target!(|text: &str| {
    for phonemizer in &*PHONEMIZERS {
        let phonemes = phonemizer.phonemize(text);
        for word in &phonemes.words {
            assert!(text.get(word.source.clone()).is_some(), "{:?} is no part of the text", word.source);
            assert!(
                phonemes.text.get(word.phonemes.clone()).is_some(),
                "{:?} is no part of the phonemes",
                word.phonemes
            );
        }
    }
    if let Some(Ok(blend)) = Blend::parse(text) {
        let form = blend.to_string();
        let again =
            Blend::parse(&form).map_or(Ok(form.clone()), |blend| blend.map(|blend| blend.to_string()));
        assert_eq!(again, Ok(form), "a blend's form is its own");
    }
});
