//! Any entries are a dictionary or each fault is named; what it marks lies in the text and apart. The last line
//! is the text; each line before it an entry: its kind, what it is for and what is said, with tabs between.
#![no_main]

use libfuzzer_sys::fuzz_target;
use saywell_text::pronunciation::{Case, Dictionary, Entry};
use saywell_text::{How, Options, plain};

fuzz_target!(|input: &str| {
    let (lines, text) = input.rsplit_once('\n').unwrap_or(("", input));
    let entries: Vec<Entry> = lines.lines().map(entry).collect();
    let dictionary = match Dictionary::new(&entries) {
        Ok(dictionary) => dictionary,
        Err(faults) => {
            assert!(!faults.is_empty() && faults.iter().all(|fault| !fault.reason.is_empty()));
            return;
        }
    };
    assert_eq!(dictionary.version().is_empty(), entries.is_empty());
    let _ = dictionary.to_pls("en");
    for mut utterance in plain(text, &Options::default()).utterances {
        dictionary.apply(&mut utterance, Some("en"));
        let mut end = 0;
        for mark in &utterance.marks {
            assert!(matches!(mark.how, How::Alias(_) | How::Phonemes(_)));
            assert!(utterance.text.get(mark.text.clone()).is_some_and(|marked| !marked.is_empty()));
            assert!(mark.text.start >= end, "marks overlap");
            end = mark.text.end;
        }
        let before = utterance.clone();
        dictionary.apply(&mut utterance, Some("en"));
        assert!(before.marks.len() <= utterance.marks.len());
    }
});

fn entry(line: &str) -> Entry {
    let mut fields = line.split('\t').map(str::to_owned);
    let kind = fields.next().unwrap_or_default();
    let (what, said) = (fields.next(), fields.next());
    let mut entry = Entry { language: fields.next(), ..Entry::default() };
    if kind.contains('p') {
        entry.pattern = what;
    } else {
        entry.word = what;
    }
    if kind.contains('i') {
        entry.ipa = said;
    } else if kind.contains('x') {
        entry.x_sampa = said;
    } else {
        entry.say = said;
    }
    if kind.contains('c') {
        entry.case = Some(if kind.contains('s') { Case::Sensitive } else { Case::Insensitive });
    }
    entry
}
