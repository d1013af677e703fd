//! Any text makes a script: every source range lies in the reply, and text that comes in pieces says the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use saywell_text::{Options, Scripter, script};

fuzz_target!(|reply: &str| {
    let options = Options::default();
    let whole = script(reply, &options);
    for utterance in &whole.utterances {
        assert!(
            reply.get(utterance.source.clone()).is_some(),
            "{:?} is no part of the reply",
            utterance.source
        );
        assert!(!utterance.text.trim().is_empty(), "an utterance that says nothing");
        let all = utterance.source_of(0..utterance.text.len());
        assert!(reply.get(all.clone()).is_some(), "{all:?} is no part of the reply");
    }

    let mut scripter = Scripter::new(options);
    let mut utterances = Vec::new();
    // Pieces of one to seven characters, as a model writes them.
    let mut rest = reply;
    let mut length = 1;
    while !rest.is_empty() {
        let end = rest.char_indices().nth(length).map_or(rest.len(), |(index, _)| index);
        let (piece, after) = rest.split_at(end);
        utterances.extend(scripter.push(piece));
        rest = after;
        length = length % 7 + 1;
    }
    utterances.extend(scripter.finish().0);
    let texts = |utterances: &[saywell_text::Utterance]| -> Vec<String> {
        utterances.iter().map(|utterance| utterance.text.clone()).collect()
    };
    assert_eq!(texts(&whole.utterances), texts(&utterances));
});
