//! Any text can be written out for any reader, and every byte of it leads back to the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use saywell_text::english::{Reader, spell_out};

fuzz_target!(|text: &str| {
    for reader in [Reader::Words, Reader::Natural] {
        let spelled = spell_out(text, reader);
        let mut from = 0;
        for (at, c) in spelled.text().char_indices() {
            let source = spelled.source_of(at..at + c.len_utf8());
            assert!(text.get(source.clone()).is_some(), "{source:?} is no part of the text");
            assert!(source.start >= from, "{source:?} goes back");
            from = source.start;
        }
    }
});
