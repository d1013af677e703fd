//! Phonemes against those of the reference package (see `reference/export_phonemes.py`).

use saywell_voice::g2p::Phonemizer;

/// Most edits for each phoneme of the reference, over all sentences. Some are wanted: see
/// `docs/decisions/0002-pronunciation.md`.
const ERROR_RATE: f64 = 0.01;

#[test]
fn agree_with_the_reference() {
    let phonemizer = Phonemizer::american().unwrap();
    let (mut edits, mut length, mut sentences) = (0, 0, 0);
    for line in include_str!("reference/phonemes.tsv").lines() {
        let (sentence, expected) = line.split_once('\t').unwrap();
        let found = phonemizer.phonemize(sentence).text;
        let distance = edit_distance(&found, expected);
        if distance > 0 {
            println!("{distance:3}  {sentence}\n     reference {expected}\n     found     {found}");
        }
        edits += distance;
        length += expected.chars().count();
        sentences += 1;
    }
    let rate = f64::from(edits) / length as f64;
    println!("phoneme error rate {:.2} % ({edits} of {length} in {sentences} sentences)", 100.0 * rate);
    assert!(sentences >= 500, "only {sentences} sentences");
    assert!(rate <= ERROR_RATE, "{rate}");
}

/// Fewest characters to insert, remove or replace to make one text of the other.
fn edit_distance(a: &str, b: &str) -> u32 {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<u32> = (0..).take(b.len() + 1).collect();
    for (i, a) in (0..).zip(a.chars()) {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in b.iter().enumerate() {
            let replaced = diagonal + u32::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
