//! The pack: one file with the network and the voices' styles.
//!
//! ```text
//! SAYWELL-PACK 1\n
//! NAME OFFSET LENGTH SHA-256\n   for each part; offsets from the file's start
//! \n
//! the parts
//! ```
//!
//! `network.onnx` is the network's file as it was published; every other part without a dot in its name is a
//! voice's styles: [`ROWS`] rows of [`STYLE_WIDTH`] 16-bit floats, one row for each number of phonemes.
//! `cargo xtask voice kokoro` writes it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::{Blend, LONGEST, Network, STYLE_WIDTH};
use crate::g2p::{G2pError, Language, Phonemizer};
use crate::onnx::OnnxError;

const FIRST_LINE: &str = "SAYWELL-PACK 1";
const NETWORK: &str = "network.onnx";
/// Rows of a voice's styles.
const ROWS: usize = LONGEST;
/// A list of parts is not longer than this, whatever a damaged file says.
const LONGEST_LIST: u64 = 1 << 20;

/// A pack cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// It cannot be read.
    #[error("{}: {source}", path.display())]
    File {
        /// The pack.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not what it should be: fetch it again.
    #[error("{} is damaged: {what}", path.display())]
    Damaged {
        /// The pack.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// It has no voice of this name.
    #[error("there is no voice `{0}`")]
    NoVoice(String),
    /// Bad input: a blend is `NAME:WEIGHT+NAME:WEIGHT…`.
    #[error("`{0}` is no blend of voices: it must be like `af_heart:0.6+am_puck:0.4`, weights above 0")]
    Blend(String),
    /// The network in it is not the one this program was made for.
    #[error("the network does not fit this program: {0}")]
    Network(#[from] OnnxError),
    /// The tables of pronunciation in this program are broken.
    #[error(transparent)]
    Pronunciation(#[from] G2pError),
}

struct Part {
    offset: u64,
    length: u64,
    sha256: String,
}

/// A pack with its network: loaded when a voice is first used, and given back when asked to.
pub struct Pack {
    path: PathBuf,
    parts: BTreeMap<String, Part>,
    phonemizers: Mutex<BTreeMap<Language, Arc<Phonemizer>>>,
    loaded: Mutex<Option<Loaded>>,
}

struct Loaded {
    network: Arc<Network>,
    used: Instant,
}

impl Pack {
    /// Opens the pack at `path`: reads its list of parts, and nothing else yet.
    pub fn open(path: &Path) -> Result<Self, PackError> {
        let failed = |source| PackError::File { path: path.to_owned(), source };
        let damaged = |what: &str| PackError::Damaged { path: path.to_owned(), what: what.to_owned() };
        let file = File::open(path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        let mut lines = BufReader::new(file.take(LONGEST_LIST)).lines();
        let mut line = || lines.next().transpose().map_err(|_| damaged("its list of parts cannot be read"));
        if line()?.as_deref() != Some(FIRST_LINE) {
            return Err(damaged("it is no pack of voices"));
        }
        let mut parts = BTreeMap::new();
        loop {
            let line = line()?.ok_or_else(|| damaged("its list of parts does not end"))?;
            if line.is_empty() {
                break;
            }
            let words: Vec<&str> = line.split(' ').collect();
            let [name, offset, length, sha256] = words[..] else {
                return Err(damaged("its list of parts is garbled"));
            };
            let number =
                |word: &str| word.parse::<u64>().map_err(|_| damaged("its list of parts is garbled"));
            let (offset, length) = (number(offset)?, number(length)?);
            if offset.checked_add(length).is_none_or(|end| end > size) {
                return Err(damaged("it ends early"));
            }
            parts.insert(name.to_owned(), Part { offset, length, sha256: sha256.to_owned() });
        }
        if !parts.contains_key(NETWORK) {
            return Err(damaged("it has no network"));
        }
        Ok(Self { path: path.to_owned(), parts, phonemizers: Mutex::default(), loaded: Mutex::default() })
    }

    /// The voices in it, in order of their names.
    pub fn voices(&self) -> impl Iterator<Item = &str> {
        self.parts.keys().map(String::as_str).filter(|name| !name.contains('.'))
    }

    /// A short hash of everything that the sound of its voices depends on, but for this program.
    #[must_use]
    pub fn version(&self) -> String {
        let hashes = self.parts.values().map(|part| part.sha256.as_str());
        let hash = Sha256::digest(hashes.collect::<Vec<_>>().join(" "));
        hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Reads everything and holds it to its hashes.
    pub fn verify(&self) -> Result<(), PackError> {
        self.parts.keys().try_for_each(|name| self.part(name).map(drop))
    }

    /// The styles of a voice, a row for each number of phonemes from one; or of a [`Blend`] of voices.
    pub fn styles(&self, voice: &str) -> Result<Vec<f32>, PackError> {
        if !voice.contains(['+', ':', '(']) {
            return self.single(voice);
        }
        let Some(Ok(blend)) = Blend::parse(voice) else { return Err(PackError::Blend(voice.to_owned())) };
        let mut mixed = vec![0.0; ROWS * STYLE_WIDTH];
        for (name, share) in blend.parts() {
            for (sum, style) in mixed.iter_mut().zip(self.single(name)?) {
                *sum += style * share as f32;
            }
        }
        Ok(mixed)
    }

    fn single(&self, voice: &str) -> Result<Vec<f32>, PackError> {
        if voice.contains('.') || !self.parts.contains_key(voice) {
            return Err(PackError::NoVoice(voice.to_owned()));
        }
        let bytes = self.part(voice)?;
        let values: Vec<f32> =
            bytes.as_chunks().0.iter().map(|half| half_precision(u16::from_le_bytes(*half))).collect();
        if values.len() != ROWS * STYLE_WIDTH {
            return Err(self.damaged(format!("`{voice}` has another size than a voice")));
        }
        Ok(values)
    }

    /// The network, loaded now if it is not.
    pub fn network(&self) -> Result<Arc<Network>, PackError> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let network = match &*loaded {
            Some(loaded) => Arc::clone(&loaded.network),
            None => Arc::new(Network::load(&self.part(NETWORK)?)?),
        };
        *loaded = Some(Loaded { network: Arc::clone(&network), used: Instant::now() });
        Ok(network)
    }

    /// Gives the network's memory back if nobody has used it for `idle`. Says whether it did.
    pub fn rest(&self, idle: Duration) -> bool {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let rests = loaded.as_ref().is_some_and(|loaded| loaded.used.elapsed() >= idle);
        if rests {
            *loaded = None;
        }
        rests
    }

    /// What turns text into the phonemes of a voice: that of the language its name says, of a blend the first's; American
    /// English of a name that says none.
    pub fn phonemizer(&self, voice: &str) -> Result<Arc<Phonemizer>, PackError> {
        let language = Language::of_voice(voice.trim_start()).unwrap_or(Language::AmericanEnglish);
        let mut phonemizers = self.phonemizers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(phonemizer) = phonemizers.get(&language) {
            return Ok(Arc::clone(phonemizer));
        }
        let phonemizer = Arc::new(Phonemizer::for_language(language)?);
        phonemizers.insert(language, Arc::clone(&phonemizer));
        Ok(phonemizer)
    }

    fn part(&self, name: &str) -> Result<Vec<u8>, PackError> {
        let failed = |source| PackError::File { path: self.path.clone(), source };
        let part = self.parts.get(name).ok_or_else(|| PackError::NoVoice(name.to_owned()))?;
        let mut file = File::open(&self.path).map_err(failed)?;
        file.seek(SeekFrom::Start(part.offset)).map_err(failed)?;
        let mut bytes = Vec::new();
        file.take(part.length).read_to_end(&mut bytes).map_err(failed)?;
        let found: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        if found != part.sha256 {
            return Err(self.damaged(format!("`{name}` does not match its hash")));
        }
        Ok(bytes)
    }

    fn damaged(&self, what: String) -> PackError {
        PackError::Damaged { path: self.path.clone(), what }
    }
}

impl std::fmt::Debug for Pack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pack").field("path", &self.path).finish_non_exhaustive()
    }
}

/// The value of a 16-bit float (IEEE 754 binary16).
fn half_precision(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f32::from(bits & 0x3ff));
    match exponent {
        0 => sign * fraction * 2.0f32.powi(-24),
        0x1f => sign * if fraction == 0.0 { f32::INFINITY } else { f32::NAN },
        _ => sign * (1.0 + fraction / 1024.0) * 2.0f32.powi(exponent - 15),
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "halves are exact")]
mod tests {
    use super::*;

    /// A pack of these parts in a file of its own.
    fn pack(name: &str, parts: &[(&str, Vec<u8>)]) -> PathBuf {
        let mut list: Vec<String> = Vec::new();
        let length =
            |list: &[String]| FIRST_LINE.len() + 2 + list.iter().map(|line| line.len() + 1).sum::<usize>();
        // Offsets have ten digits, so that the list's length does not depend on them.
        for (name, bytes) in parts {
            let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            list.push(format!("{name} {:010} {} {hash}", 0, bytes.len()));
        }
        let mut offset = length(&list);
        for (line, (_, bytes)) in list.iter_mut().zip(parts) {
            *line = line.replacen("0000000000", &format!("{offset:010}"), 1);
            offset += bytes.len();
        }
        let mut file = format!("{FIRST_LINE}\n{}\n\n", list.join("\n")).into_bytes();
        for (_, bytes) in parts {
            file.extend(bytes);
        }
        let path = std::env::temp_dir().join(format!("saywell-pack-{}-{name}", std::process::id()));
        std::fs::write(&path, file).unwrap();
        path
    }

    fn styles(half: u16) -> Vec<u8> {
        half.to_le_bytes().repeat(ROWS * STYLE_WIDTH)
    }

    const ONE: u16 = 0x3c00;
    const TWO: u16 = 0x4000;

    #[test]
    fn voices_are_read_and_blended() {
        let path = pack(
            "blend",
            &[(NETWORK, vec![1]), ("NOTICE.txt", vec![2]), ("a", styles(ONE)), ("b", styles(TWO))],
        );
        let pack = Pack::open(&path).unwrap();
        assert_eq!(pack.voices().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(pack.styles("a").unwrap()[7], 1.0);
        assert_eq!(pack.styles("a:0.75+b:0.25").unwrap()[7], 1.25);
        assert_eq!(pack.styles("a:3+b").unwrap()[7], 1.25, "weights are shares");
        for (voice, error) in [
            ("c", "no voice `c`"),
            ("a+c", "no voice `c`"),
            ("a:0+b", "no blend"),
            ("a:x", "no blend"),
            (NETWORK, "no voice"),
        ] {
            let said = pack.styles(voice).unwrap_err().to_string();
            assert!(said.contains(error), "{voice}: {said}");
        }
        pack.verify().unwrap();
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_damaged_pack_is_named_as_such() {
        let path = pack("damage", &[(NETWORK, vec![1]), ("a", styles(ONE))]);
        let whole = std::fs::read(&path).unwrap();
        let with = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            Pack::open(&path).and_then(|pack| pack.verify()).unwrap_err().to_string()
        };
        let mut changed = whole.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert!(with(&changed).contains("does not match its hash"));
        assert!(with(&whole[..whole.len() - 1]).contains("ends early"));
        assert!(with(&whole[..40]).contains("damaged"));
        assert!(with(b"ID3 music").contains("no pack of voices"));
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn half_precision_is_right() {
        for (bits, value) in [
            (0, 0.0),
            (ONE, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_95),
            (1, 5.960_464_5e-8),
            (0x7bff, 65_504.0),
        ] {
            assert_eq!(half_precision(bits), value, "{bits:x}");
        }
    }
}
