//! Lays the pronunciation tables of the voice package out for look-up in place.
//!
//! The package holds them as JSON, which takes a quarter of a second to read. Here each becomes a [`Table`]
//! (see `src/g2p/english/table.rs`) or a short list of Rust constants, so that the voice starts at once.

#![expect(clippy::expect_used, clippy::panic, reason = "a build script reports by ending")]

use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

#[allow(dead_code, reason = "the crate uses the rest of it")]
#[path = "src/g2p/english/table.rs"]
mod table;

#[path = "src/g2p/english/british.rs"]
mod british;

fn main() {
    let assets = Assets::find();
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let write = |name: &str, bytes: &[u8]| {
        fs::write(out.join(name), bytes).unwrap_or_else(|error| panic!("cannot write {name}: {error}"));
    };
    write("words.table", &words(&assets.words(), str::to_owned));
    write("gold.table", &lexicon(&assets.json("lexicon_us_gold.json.gz")));
    write("silver.table", &lexicon(&assets.json("lexicon_us_silver.json.gz")));
    write("british_words.table", &words(&assets.words(), british::from_american));
    write("british_gold.table", &lexicon(&assets.json("lexicon_gb_gold.json.gz")));
    write("british_silver.table", &lexicon(&assets.json("lexicon_gb_silver.json.gz")));
    write("exceptions.table", &exceptions(&assets.json("tokenizer_exceptions.json")));
    let tagger = assets.json("tagger.json.gz");
    let tags = texts(&tagger["tags"]);
    write("tagged.table", &tagged(&tagger["tagdict"], &tags));
    write("vocabulary.table", &table(texts(&tagger["vocab"]).iter().map(|word| (*word, Vec::new()))));
    write("weights.table", &weights(&tagger["weights"], &tags));
    let mut constants = String::new();
    list(&mut constants, "TAGS", "Part-of-speech tags, in byte order.", "&str", tags.iter().map(quoted));
    speller(&mut constants, "SPELLER", &assets.json("oov.json"));
    speller(&mut constants, "BRITISH_SPELLER", &assets.json("oov_gb.json"));
    phonemes(&mut constants, &assets.json("vocab.json"));
    write("constants.rs", constants.as_bytes());
    println!("cargo::rustc-env=VOICE_HASH={}", assets.hash());
}

/// The folder of the unpacked voice package.
struct Assets(PathBuf);

/// The files of the package that decide what a text sounds like in the voice inside.
const SOUNDING: [&str; 8] = [
    "hibari.onnx", "lexicon_us_gold.json.gz", "lexicon_us_silver.json.gz", "oov.json", "oov.onnx",
    "tagger.json.gz", "tokenizer_exceptions.json", "vocab.json",
];

/// What British English takes besides.
const BRITISH: [&str; 4] =
    ["lexicon_gb_gold.json.gz", "lexicon_gb_silver.json.gz", "oov_gb.json", "oov_gb.onnx"];

impl Assets {
    /// The first eight bytes of a SHA-256 over the files, in hexadecimal.
    fn hash(&self) -> String {
        let mut hash = Sha256::new();
        for name in SOUNDING {
            let bytes =
                fs::read(self.0.join(name)).unwrap_or_else(|error| panic!("cannot read {name}: {error}"));
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        }
        hash.update(self.words());
        let first = hash.finalize().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
        format!("{first:016x}")
    }

    /// Our own pronunciations.
    fn words(&self) -> String {
        let path = self.0.with_file_name("src").join("g2p/english/lexicon/words.tsv");
        fs::read_to_string(path).expect("src/g2p/english/lexicon/words.tsv can be read")
    }

    fn find() -> Self {
        let folder =
            Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("assets");
        println!("cargo::rerun-if-changed=build.rs");
        println!("cargo::rerun-if-changed=src/g2p/english/table.rs");
        println!("cargo::rerun-if-changed=src/g2p/english/british.rs");
        println!("cargo::rerun-if-changed=src/g2p/english/lexicon/words.tsv");
        println!("cargo::rerun-if-changed=assets");
        let missing = SOUNDING.into_iter().chain(BRITISH).find(|name| !folder.join(name).is_file());
        if let Some(name) = missing {
            panic!("the voice file assets/{name} is missing: run `cargo xtask voice` to fetch it");
        }
        Self(folder)
    }

    fn json(&self, name: &str) -> Value {
        let read = || -> std::io::Result<Vec<u8>> {
            let bytes = fs::read(self.0.join(name))?;
            if Path::new(name).extension().is_none_or(|extension| extension != "gz") {
                return Ok(bytes);
            }
            let mut text = Vec::new();
            flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut text)?;
            Ok(text)
        };
        let text = read().unwrap_or_else(|error| {
            panic!("cannot read the voice file assets/{name} ({error}): run `cargo xtask voice` to fetch it")
        });
        serde_json::from_slice(&text).unwrap_or_else(|error| panic!("assets/{name} is not JSON: {error}"))
    }
}

/// Word → phonemes in an accent, from lines of both with a tab between.
fn words(lines: &str, accent: impl Fn(&str) -> String) -> Vec<u8> {
    table(lines.lines().map(|line| {
        let (word, phonemes) = line.split_once('\t').expect("a word, a tab, phonemes");
        (word, accent(phonemes).into_bytes())
    }))
}

/// Word → phonemes; for a word spoken differently by part of speech `\0`, then `tag=phonemes` joined by `\0`,
/// where no phonemes mean that the letters are named.
fn lexicon(words: &Value) -> Vec<u8> {
    table(entries(words).map(|(word, spoken)| {
        let value = match spoken {
            Value::String(phonemes) => phonemes.clone(),
            by_tag => entries(by_tag).fold(String::new(), |mut all, (tag, phonemes)| {
                let _ = write!(all, "\0{tag}={}", phonemes.as_str().unwrap_or_default());
                all
            }),
        };
        (word, value.into_bytes())
    }))
}

/// Chunk of text → lengths in bytes of the tokens it is cut into.
fn exceptions(chunks: &Value) -> Vec<u8> {
    table(entries(chunks).map(|(chunk, tokens)| {
        let tokens = texts(tokens);
        assert_eq!(tokens.concat(), chunk, "tokens of an exception must be the pieces of its text");
        (chunk, tokens.iter().map(|token| byte(token.len())).collect())
    }))
}

/// Word → the tag it nearly always has.
fn tagged(words: &Value, tags: &[&str]) -> Vec<u8> {
    table(entries(words).map(|(word, tag)| (word, vec![tag_index(tag.as_str().expect("a tag"), tags)])))
}

/// Feature → (tag, weight in tenths as little-endian `i16`) repeated.
fn weights(features: &Value, tags: &[&str]) -> Vec<u8> {
    table(entries(features).map(|(feature, by_tag)| {
        let mut value = Vec::new();
        for (tag, weight) in entries(by_tag) {
            let tenths = (weight.as_f64().expect("a weight") * 10.0).round();
            assert!(tenths.abs() < 32_000.0, "weight out of range");
            value.push(tag_index(tag, tags));
            value.extend((tenths as i16).to_le_bytes());
        }
        (feature, value)
    }))
}

fn speller(out: &mut String, prefix: &str, meta: &Value) {
    for (name, key, doc) in [
        ("LETTERS", "in", "Characters the speller reads; the id of each is its place here, plus one."),
        ("PHONEMES", "out", "Phonemes the speller writes; the id of each is its place here, plus one."),
    ] {
        let characters = texts(&meta[key]);
        assert!(characters.iter().all(|text| text.chars().count() == 1), "{name} must be single characters");
        assert!(characters.is_sorted(), "{name} must be in order, for binary search");
        list(
            out,
            &format!("{prefix}_{name}"),
            doc,
            "char",
            characters.iter().flat_map(|text| text.chars()).map(|c| format!("{c:?}")),
        );
    }
    for (name, key, doc) in [
        ("SLOTS", "slots", "Phoneme slots the speller writes for each letter."),
        ("LENGTH", "maxlen", "Letters the speller reads at once."),
    ] {
        let _ = writeln!(
            out,
            "/// {doc}\npub const {prefix}_{name}: usize = {};",
            meta[key].as_u64().expect("a number")
        );
    }
}

fn phonemes(out: &mut String, ids: &Value) {
    let mut ids: Vec<_> = entries(ids)
        .map(|(text, id)| {
            let mut characters = text.chars();
            let (Some(phoneme), None) = (characters.next(), characters.next()) else {
                panic!("a phoneme must be a single character")
            };
            (phoneme, byte(usize::try_from(id.as_u64().expect("an id")).expect("a small id")))
        })
        .collect();
    ids.sort_unstable();
    let doc = "Every phoneme the voice knows with its id, in the order of the characters.";
    list(out, "PHONEMES", doc, "(char, u8)", ids.iter().map(|pair| format!("{pair:?}")));
}

/// Appends a constant slice of Rust to `out`.
fn list(out: &mut String, name: &str, doc: &str, kind: &str, items: impl Iterator<Item = String>) {
    let _ = writeln!(out, "/// {doc}\npub const {name}: &[{kind}] = &[");
    for item in items {
        let _ = writeln!(out, "    {item},");
    }
    out.push_str("];\n");
}

fn quoted(text: &&str) -> String {
    format!("{text:?}")
}

fn entries(object: &Value) -> impl Iterator<Item = (&str, &Value)> {
    object.as_object().expect("a JSON object").iter().map(|(key, value)| (key.as_str(), value))
}

fn texts(array: &Value) -> Vec<&str> {
    array.as_array().expect("a JSON array").iter().map(|text| text.as_str().expect("a text")).collect()
}

fn tag_index(tag: &str, tags: &[&str]) -> u8 {
    byte(tags.iter().position(|known| *known == tag).unwrap_or_else(|| panic!("unknown tag {tag}")))
}

fn byte(number: usize) -> u8 {
    u8::try_from(number).expect("a number below 256")
}

/// Lays entries out as a [`table::Table`], and reads each back.
fn table<'a>(entries: impl Iterator<Item = (&'a str, Vec<u8>)>) -> Vec<u8> {
    let entries: Vec<_> = entries.collect();
    let slots = (entries.len() * 3 / 2 + 1).next_power_of_two();
    let mut offsets = vec![0_u32; slots];
    let mut records = Vec::new();
    let start = (slots + 1) * size_of::<u32>();
    for (key, value) in &entries {
        let mut slot = table::hash(key.as_bytes()) as usize % slots;
        while offsets[slot] != 0 {
            slot = (slot + 1) % slots;
        }
        offsets[slot] = u32::try_from(start + records.len()).expect("a table below 4 GB");
        records.push(byte(key.len()));
        records.extend(u16::try_from(value.len()).expect("a value below 64 kB").to_le_bytes());
        records.extend(key.as_bytes());
        records.extend(value);
    }
    let mut bytes = u32::try_from(slots).expect("a table below 4 GB").to_le_bytes().to_vec();
    bytes.extend(offsets.iter().flat_map(|offset| offset.to_le_bytes()));
    bytes.extend(records);
    let written = table::Table::new(&bytes);
    for (key, value) in &entries {
        assert_eq!(written.get(key), Some(value.as_slice()), "`{key}` must be found again");
    }
    bytes
}
