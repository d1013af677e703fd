//! Phonemes against those of the reference package (see `reference/export_phonemes.py`), and what holds for
//! any text.

use std::collections::HashMap;
use std::ops::Range;

use saywell_voice::g2p::{Language, PHONEMES, Phonemes, Phonemizer};

/// Most edits for each phoneme of the reference, over all sentences; nearly all of them are wanted ones, for English is
/// written out by rules of our own.
const ERROR_RATE: f64 = 0.055;
/// The same over the sentences that are not meant to differ.
const UNWANTED_ERROR_RATE: f64 = 0.000_5;

/// Sentences that are said otherwise than by the reference, and how; each line of the file also says why.
fn differences() -> HashMap<&'static str, &'static str> {
    let mut differences = HashMap::new();
    for line in include_str!("reference/differences.tsv").lines() {
        if let [sentence, phonemes, _reason] = line.split('\t').collect::<Vec<_>>()[..] {
            differences.insert(sentence, phonemes);
        }
    }
    assert!(differences.len() > 40);
    differences
}

#[test]
fn agree_with_the_reference() {
    let phonemizer = Phonemizer::american().unwrap();
    let differences = differences();
    let (mut edits, mut unwanted, mut length, mut sentences) = (0, 0, 0, 0);
    for line in include_str!("reference/phonemes.tsv").lines() {
        let (sentence, expected) = line.split_once('\t').unwrap();
        let found = phonemizer.phonemize(sentence).text;
        let distance = edit_distance(&found, expected);
        if distance > 0 && !differences.contains_key(sentence) {
            println!("{distance:3}  {sentence}\n     reference {expected}\n     found     {found}");
            unwanted += distance;
        }
        edits += distance;
        length += expected.chars().count();
        sentences += 1;
    }
    let rate = |edits: u32| f64::from(edits) / length as f64;
    println!(
        "phoneme error rate {:.2} % ({edits} of {length} in {sentences} sentences), unwanted {:.3} %",
        100.0 * rate(edits),
        100.0 * rate(unwanted)
    );
    assert!(sentences >= 500, "only {sentences} sentences");
    assert!(rate(edits) <= ERROR_RATE && rate(unwanted) <= UNWANTED_ERROR_RATE);
}

#[test]
fn differ_from_the_reference_where_meant_to() {
    let phonemizer = Phonemizer::american().unwrap();
    let mut wrong = Vec::new();
    for (sentence, expected) in differences() {
        let found = phonemizer.phonemize(sentence).text;
        if found != expected {
            wrong.push(format!("{sentence}\t{found}\n    and not {expected}"));
        }
    }
    wrong.sort();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn british_english_agrees_with_the_reference() {
    let phonemizer = Phonemizer::for_language(Language::BritishEnglish).unwrap();
    let (mut edits, mut length) = (0, 0);
    for line in include_str!("reference/british.tsv").lines() {
        let (sentence, expected) = line.split_once('\t').unwrap();
        let found = phonemizer.phonemize(sentence);
        check(sentence, &found);
        let distance = edit_distance(&found.text, expected);
        if distance > 0 {
            println!("{distance:3}  {sentence}\n     reference {expected}\n     found     {}", found.text);
        }
        edits += distance;
        length += expected.chars().count();
    }
    println!("phoneme error rate {:.2} %", 100.0 * f64::from(edits) / length as f64);
    assert!(length > 1000 && f64::from(edits) / length as f64 <= ERROR_RATE);
}

#[test]
fn british_english_has_its_own_words_and_sounds() {
    let (british, american) =
        (Phonemizer::for_language(Language::BritishEnglish).unwrap(), Phonemizer::american().unwrap());
    for (text, expected) in [
        ("The car parked near a bath.", "ðə kˈɑː pˈɑːkt nˌɪə ɐ bˈɑːθ."),
        ("Z", "zˈɛd"),
        ("JSON and kubectl", "ʤˈAsˌɒn and kjˈuːb kəntɹˌQl"),
        ("wanted, starring", "wˈɒntɪd, stˈɑːɹɪŋ"),
    ] {
        assert_eq!(british.phonemize(text).text, expected, "{text}");
        assert_ne!(american.phonemize(text).text, expected, "{text}");
    }
}

#[test]
fn words_know_the_text_they_say() {
    let phonemizer = Phonemizer::american().unwrap();
    let said = |text: &'static str| -> Vec<&str> {
        phonemizer.phonemize(text).words.into_iter().map(|word| &text[word.source]).collect()
    };
    assert_eq!(said("Hello there."), ["Hello", "there"]);
    assert_eq!(said("It\u{2019}s  done\u{2014}really!"), ["It\u{2019}s", "done", "really"]);
    assert_eq!(said("pay $4.2 billion now"), [&["pay"][..], &["$4.2 billion"; 5], &["now"]].concat());
    assert_eq!(said("$5, please"), ["$5", "$5", "please"]);
    assert_eq!(said("5 km at 7:30"), ["5", "km", "at", "7:30", "7:30"]);
    assert_eq!(said("Dr. Smith, e.g."), ["Dr", "Smith", "e.g.", "e.g."]);
    assert_eq!(said("run main.rs"), ["run", "main.rs", "main.rs", "main.rs"]);
    assert_eq!(said("state-of-the-art (yes)"), ["state-of-the-art", "yes"]);
    assert_eq!(said("日本 😀"), Vec::<&str>::new());
}

#[test]
fn any_text_has_an_answer() {
    let phonemizer = Phonemizer::american().unwrap();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let pieces: Vec<&str> = PIECES.split_ascii_whitespace().collect();
    for _ in 0..2000 {
        let mut text = String::new();
        for _ in 0..random.below(24) {
            match random.below(8) {
                0 => text.extend(char::from_u32(random.below(0x3000) as u32)),
                1 => text.push([' ', ' ', '\n', '\u{a0}', '\u{1f}'][random.below(5)]),
                _ => text.push_str(pieces[random.below(pieces.len())]),
            }
        }
        check(&text, &phonemizer.phonemize(&text));
    }
}

#[test]
fn long_texts_have_an_answer() {
    let phonemizer = Phonemizer::american().unwrap();
    for piece in [
        "a", "A", "1", "1,", "1.", "a-", "aB", "!", "'", "'a", ".", "$", "5km", "10:30-", "qz ", "ß", "1/2 ",
        "@a.b",
    ] {
        let text = piece.repeat(2000);
        check(&text, &phonemizer.phonemize(&text));
    }
}

/// What [`Phonemes`] promises for any text.
fn check(text: &str, phonemes: &Phonemes) {
    let known = |phoneme: char| PHONEMES.binary_search_by_key(&phoneme, |(known, _)| *known).is_ok();
    assert!(phonemes.text.chars().all(known), "{text:?} is said {:?}", phonemes.text);
    assert_eq!(
        phonemes.text,
        phonemes.text.split_whitespace().collect::<Vec<_>>().join(" "),
        "spaces in {text:?}"
    );
    let is_pause = |between: &str| between.chars().all(|mark| " ;:,.!?—…\"“”()".contains(mark));
    let mut last = Range { start: 0, end: 0 };
    let mut said = 0;
    for word in &phonemes.words {
        assert!(is_pause(&phonemes.text[said..word.phonemes.start]), "{text:?}");
        let is_spoken = |phonemes: &str| {
            !phonemes.is_empty()
                && phonemes.chars().all(|phoneme| !is_pause(phoneme.encode_utf8(&mut [0; 4])))
        };
        assert!(is_spoken(&phonemes.text[word.phonemes.clone()]), "{text:?}");
        said = word.phonemes.end;
        let source = &word.source;
        assert!(text.get(source.clone()).is_some_and(|source| !source.is_empty()), "{text:?}: {source:?}");
        assert!(source.start >= last.start && source.end >= last.end, "{text:?}: {last:?} then {source:?}");
        last = source.clone();
    }
    assert!(is_pause(&phonemes.text[said..]), "{text:?}");
}

/// Pieces that the rules look for, and characters that they do not expect, between spaces.
const PIECES: &str = "
    . , - – — ' ’ \" “ ( ) [ ] { / : ; ! ? … _ * # & @ % ^ ~ = < > | \\ + $ £ € ¥ US$ ¢ ° ½ ² × → ™ .5 's n't
    0 1 2 9 12 007 1,000 3.14 1990 99999999999999999999999999 a A the to in I used read hello World NASA kubectl qzx
    Dr No St Chapter Henry IV VIII am pm km GB Jan March st th ing ed s http:// www. com é ß İ ŉ ﬁ 中 ا ٣ 😀 \u{301}
    \u{200d} \u{0} \u{feff} \u{10ffff} p.m. e.g. camelCase SetMultipleResponseHeadersLayer 10:30 5'10 1/2 2024-01-02";

/// Xorshift, for tests that are the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
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
