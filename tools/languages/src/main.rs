//! Compares detectors of languages over `crates/saywell-text/tests/language/pieces.txt`.
//!
//! `cargo run --release --manifest-path tools/languages/Cargo.toml [lingua|low|whatlang|whichlang|saywell]`; one at
//! a time, so that memory is that of one.

use std::time::Instant;

use saywell_text::language::Languages;
use saywell_text::{Options, script};

const PIECES: &str = include_str!("../../../crates/saywell-text/tests/language/pieces.txt");

type Detect = Box<dyn Fn(&str) -> Option<String>>;

fn main() {
    let name = std::env::args().nth(1).unwrap_or_else(|| "saywell".into());
    let before = memory();
    let detect = detector(&name);
    let _ = detect("This is the first one.");
    let (mut english, mut taken, mut long, mut right, mut short, mut short_wrong) = (0, 0, 0, 0, 0, 0);
    let mut section = "";
    let begun = Instant::now();
    let mut count = 0;
    for line in PIECES.lines() {
        match (line.strip_prefix("# "), line.split_once(" | ")) {
            (Some(title), None) => section = title,
            (None, Some((language, piece))) if section != "mixed" => {
                count += 1;
                let found = detect(piece);
                if language == "en" {
                    english += 1;
                    if found.as_deref().is_some_and(|found| found != "en") {
                        taken += 1;
                    }
                } else if section.contains("short") {
                    short += 1;
                    short_wrong += usize::from(found.as_deref().is_some_and(|found| found != language));
                } else {
                    long += 1;
                    right += usize::from(found.as_deref() == Some(language));
                }
            }
            _ => {}
        }
    }
    let took = begun.elapsed() / count;
    println!(
        "{name}: English taken for another {taken}/{english} ({:.1} %), foreign right {right}/{long} ({:.1} %), \
         short foreign wrong {short_wrong}/{short}; {took:?} a piece, {} MB",
        100.0 * f64::from(taken) / f64::from(english),
        100.0 * right as f64 / f64::from(long),
        (memory().saturating_sub(before)) / 1024,
    );
}

fn detector(name: &str) -> Detect {
    match name {
        "whatlang" => Box::new(|text| {
            let found = whatlang::detect(text)?;
            Some(two_letters(found.lang().code()).to_owned())
        }),
        "whatlang-reliable" => Box::new(|text| {
            let found = whatlang::detect(text).filter(whatlang::Info::is_reliable)?;
            Some(two_letters(found.lang().code()).to_owned())
        }),
        "whichlang" => Box::new(|text| {
            Some(two_letters(whichlang::detect_language(text).three_letter_code()).to_owned())
        }),
        "lingua" | "low" => {
            let mut builder = lingua::LanguageDetectorBuilder::from_all_languages();
            if name == "low" {
                builder.with_low_accuracy_mode();
            }
            let detector = builder.with_preloaded_language_models().build();
            Box::new(move |text| {
                Some(detector.detect_language_of(text)?.iso_code_639_1().to_string().to_lowercase())
            })
        }
        _ => Box::new(|text| {
            let utterance = script(text, &Options::default()).utterances.into_iter().next()?;
            Languages::new().assign(utterance).into_iter().next()?.language
        }),
    }
}

fn two_letters(code: &str) -> &str {
    match code {
        "eng" => "en",
        "deu" => "de",
        "fra" => "fr",
        "spa" => "es",
        "ita" => "it",
        "por" => "pt",
        "nld" => "nl",
        "swe" => "sv",
        "dan" => "da",
        "nob" => "nb",
        "fin" => "fi",
        "pol" => "pl",
        "ces" => "cs",
        "tur" => "tr",
        "hun" => "hu",
        "ron" => "ro",
        "vie" => "vi",
        "ind" => "id",
        "rus" => "ru",
        "ukr" => "uk",
        "bul" => "bg",
        "jpn" => "ja",
        "cmn" => "zh",
        "kor" => "ko",
        "ara" | "arb" => "ar",
        "heb" => "he",
        "ell" => "el",
        "hin" => "hi",
        "tha" => "th",
        other => other,
    }
}

/// Resident memory, kB; 0 where the system does not say.
fn memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}
