//! Any text has phonemes: every word's ranges lie in the text and in the phonemes.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use saywell_voice::g2p::Phonemizer;

static PHONEMIZER: LazyLock<Phonemizer> = LazyLock::new(Phonemizer::american);

fuzz_target!(|text: &str| {
    let Ok(phonemes) = PHONEMIZER.phonemize(text) else { return };
    for word in &phonemes.words {
        assert!(text.get(word.source.clone()).is_some(), "{:?} is no part of the text", word.source);
        assert!(phonemes.text.get(word.phonemes.clone()).is_some(), "{:?} is no part of the phonemes", word.phonemes);
    }
});
