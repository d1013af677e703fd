//! Words and phrases that assistants use and voices get wrong.
//!
//! Each line of `words.tsv` is a word or a phrase, a tab, and how it may be said, apart by `|`; secondary
//! stress is left out, as dictionaries differ in it. What is said wrong is mended in
//! `src/g2p/english/lexicon/words.tsv`, never here. Lines after `?` are known to be written out wrong as yet.

use saywell_voice::g2p::Phonemizer;

#[test]
fn are_said_right() {
    let phonemizer = Phonemizer::american().unwrap();
    let mut wrong = Vec::new();
    let mut all = 0;
    for line in include_str!("words.tsv").lines().filter(|line| !line.starts_with('#')) {
        let (text, accepted) = line.split_once('\t').unwrap();
        let (text, is_known_wrong) = (text.trim_start_matches('?'), text.starts_with('?'));
        let phonemes = phonemizer.phonemize(&format!("Use {text} here.")).text;
        let said = phonemes.replace('ˌ', "").replace('T', "ɾ");
        let said = said.strip_prefix("jˈuz ").and_then(|said| said.strip_suffix(" hˈɪɹ.")).unwrap_or(&said);
        all += 1;
        if !accepted.split('|').any(|accepted| accepted == said) {
            println!("{text}: {said} rather than {accepted}");
            wrong.extend((!is_known_wrong).then(|| text.to_owned()));
        }
    }
    assert!(all >= 500, "only {all} words");
    assert!(wrong.is_empty(), "{wrong:?}");
}
