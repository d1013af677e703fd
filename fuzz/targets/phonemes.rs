//! Any text has phonemes: every word's ranges lie in the text and in the phonemes.
#![no_main]
#![expect(clippy::expect_used, reason = "without its tables there is nothing to fuzz")]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use saywell_voice::g2p::Phonemizer;

static PHONEMIZER: LazyLock<Phonemizer> =
    LazyLock::new(|| Phonemizer::american().expect("the voice's tables are in place"));

fuzz_target!(|text: &str| {
    let phonemes = PHONEMIZER.phonemize(text);
    for word in &phonemes.words {
        assert!(text.get(word.source.clone()).is_some(), "{:?} is no part of the text", word.source);
        assert!(
            phonemes.text.get(word.phonemes.clone()).is_some(),
            "{:?} is no part of the phonemes",
            word.phonemes
        );
    }
});
