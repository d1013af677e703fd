//! Any text is a document or is refused with a place in it; ranges and marks lie where they may, and what is
//! written for a provider is SSML again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use saywell_text::ssml::{Around, Dialect, Follows, to_ssml, unfollowed};
use saywell_text::{Options, ssml};

fuzz_target!(|document: &str| {
    let script = match ssml(document, &Options::default()) {
        Ok(script) => script,
        Err(error) => {
            assert!(error.line >= 1 && error.column >= 1 && !error.reason.is_empty());
            assert!(error.line <= document.matches('\n').count() + 1, "{error} is beyond the end");
            return;
        }
    };
    let mut end = 0;
    for utterance in &script.utterances {
        assert!(utterance.source.start >= end, "utterances overlap");
        assert!(document.get(utterance.source.clone()).is_some(), "{:?} is no part of it", utterance.source);
        end = utterance.source.end;
        let mut start = 0;
        for mark in &utterance.marks {
            assert!(utterance.text.get(mark.text.clone()).is_some(), "{mark:?} is no part of the text");
            assert!(mark.text.start >= start, "{mark:?} is out of order");
            start = mark.text.start;
        }
        for dialect in [Dialect::AZURE, Dialect::GOOGLE, Dialect::POLLY, Dialect::POLLY_GENERATIVE] {
            let written = to_ssml(&utterance.text, &utterance.marks, &Around::default(), &dialect);
            if let Err(error) = ssml(&written.ssml, &Options::default()) {
                // What is much longer when written may be beyond the bounds.
                assert!(written.ssml.len() > 1 << 20, "{error} in {}", written.ssml);
            }
            assert!(
                utterance.text.get(written.text_of(3..written.ssml.len() / 2)).is_some()
                    || written.ssml.len() < 8
            );
        }
    }
    for note in script.notes.iter().chain(&unfollowed(&script, Follows::default())) {
        assert!(document.get(note.source.clone()).is_some(), "{note:?} is about no part of it");
    }
});
