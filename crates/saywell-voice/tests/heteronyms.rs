//! Words that are written alike and said differently, in sentences that tell them apart.
//!
//! Each line of `heteronyms.tsv` is a sentence with one word between asterisks, a tab, and how that word is
//! said. Secondary stress is left out, as dictionaries differ in it. The reference package has 85.8 % of them
//! right.

use saywell_voice::g2p::Phonemizer;

/// The least share that is right.
const RIGHT: f64 = 0.985;

#[test]
fn are_said_by_what_is_around_them() {
    let phonemizer = Phonemizer::american().unwrap();
    let plain = |phonemes: &str| phonemes.replace('ˌ', "").replace('T', "ɾ");
    let (mut right, mut all) = (0, 0);
    for line in include_str!("heteronyms.tsv").lines() {
        let (marked, expected) = line.split_once('\t').unwrap();
        let start = marked.find('*').unwrap();
        let text = marked.replace('*', "");
        let phonemes = phonemizer.phonemize(&text);
        let word = phonemes.words.iter().find(|word| word.source.start == start).unwrap();
        let found = plain(&phonemes.text[word.phonemes.clone()]);
        all += 1;
        if found == plain(expected) {
            right += 1;
        } else {
            println!("{marked} {found} rather than {expected}");
        }
    }
    println!("{right} of {all}");
    assert!(all >= 300 && f64::from(right) >= RIGHT * f64::from(all), "{right} of {all}");
}
