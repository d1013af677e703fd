//! Kokoro's network agrees with ONNX Runtime, whose numbers `reference/export_kokoro.py` exported, on every kind of
//! kernel that this processor has. They need the pack of voices: `tools/test.sh voices`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use saywell_voice::Voice;
use saywell_voice::kokoro::{Level, Network, Pack, STEP, STYLE_WIDTH};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    voice: String,
    speed: f32,
    ids: Vec<u8>,
    durations: Vec<u32>,
    pitch: Vec<f32>,
    energy: Vec<f32>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("reference/kokoro.json")).unwrap()
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../saywell-data/kokoro.pack")
}

/// The network's file, out of the pack.
fn file() -> Vec<u8> {
    let pack = std::fs::read(path()).unwrap();
    let line = pack.split(|byte| *byte == b'\n').find(|line| line.starts_with(b"network.onnx")).unwrap();
    let words: Vec<_> = str::from_utf8(line).unwrap().split(' ').collect();
    let (offset, length): (usize, usize) = (words[1].parse().unwrap(), words[2].parse().unwrap());
    pack[offset..offset + length].to_vec()
}

/// 16-bit floats.
fn halves(bytes: &[u8]) -> Vec<f32> {
    let value = |bits: u16| {
        let size = match bits & 0x7fff {
            small if small < 0x400 => f32::from(small) * 2.0f32.powi(-24),
            size => f32::from_bits((u32::from(size) << 13) + ((127 - 15) << 23)),
        };
        if bits & 0x8000 == 0 { size } else { -size }
    };
    bytes.as_chunks().0.iter().map(|half| value(u16::from_le_bytes(*half))).collect()
}

/// Power of the reference over power of the difference, in dB.
fn signal_to_difference(reference: &[f32], ours: &[f32]) -> f64 {
    assert_eq!(reference.len(), ours.len());
    let power = |values: &mut dyn Iterator<Item = f32>| values.map(|x| f64::from(x * x)).sum::<f64>();
    let difference = power(&mut reference.iter().zip(ours).map(|(a, b)| a - b));
    10.0 * (power(&mut reference.iter().copied()) / difference).log10()
}

fn style(pack: &Pack, case: &Case) -> Vec<f32> {
    let row = case.ids.len() - 3;
    pack.styles(&case.voice).unwrap()[row * STYLE_WIDTH..][..STYLE_WIDTH].to_vec()
}

#[test]
#[ignore = "needs the pack of voices: tools/test.sh voices"]
fn durations_are_equal_and_pitch_and_energy_agree() {
    let (pack, network) = (Pack::open(&path()).unwrap(), Network::load(&file()).unwrap());
    for case in cases() {
        let (durations, pitch, energy) = network.prosody(&case.ids, &style(&pack, &case), case.speed);
        assert_eq!(durations, case.durations, "{}", case.voice);
        let (pitch, energy) =
            (signal_to_difference(&case.pitch, &pitch), signal_to_difference(&case.energy, &energy));
        println!("{}: pitch {pitch:.1} dB, energy {energy:.1} dB", case.voice);
        assert!(pitch > 60.0 && energy > 60.0, "{}: pitch {pitch} dB, energy {energy} dB", case.voice);
    }
}

#[test]
#[ignore = "needs the pack of voices: tools/test.sh voices"]
fn samples_agree_and_are_the_same_on_every_kernel() {
    let (pack, file) = (Pack::open(&path()).unwrap(), file());
    let case = &cases()[0];
    let style = style(&pack, case);
    let frames: usize = case.durations.iter().sum::<u32>() as usize;
    let numbers = halves(include_bytes!("reference/kokoro.f16"));
    let (decoded, rest) = numbers.split_at(2 * frames * 512);
    let (source, samples) = rest.split_at((120 * frames + 1) * 22);
    assert_eq!(samples.len(), frames * STEP);
    let mut first: Option<Vec<f32>> = None;
    // The portable kernel takes a minute, and what it does is compared with the others number by number elsewhere.
    for level in Level::available().into_iter().filter(|level| *level != Level::Portable) {
        let ours = Network::load_for(level, &file).unwrap().generate(decoded, source, &style);
        let ratio = signal_to_difference(samples, &ours);
        println!("{level:?}: {ratio:.1} dB");
        assert!(ratio > 50.0, "{level:?}: {ratio} dB");
        assert!(
            first.get_or_insert(ours.clone()) == &ours,
            "{level:?} gives other samples than the best kernel"
        );
    }
}

#[test]
#[ignore = "needs the pack of voices: tools/test.sh voices"]
fn voices_differ_in_pitch_as_men_and_women_do_and_words_have_their_times() {
    let pack = Arc::new(Pack::open(&path()).unwrap());
    pack.verify().unwrap();
    let text = "Men and women speak here.";
    let mut lengths = Vec::new();
    for name in ["af_heart", "am_onyx", "af_heart:0.6+am_onyx:0.4"] {
        let speech = Voice::of_pack(&pack, name).unwrap().speak(text).unwrap();
        let spoken: Vec<&str> = speech.words.iter().map(|word| &text[word.text.clone()]).collect();
        assert_eq!(spoken, ["Men", "and", "women", "speak", "here"]);
        assert!(
            speech.words.windows(2).all(|pair| pair[0].end <= pair[1].start + 1e-9),
            "{:?}",
            speech.words
        );
        assert!(speech.words[4].end <= speech.seconds() && speech.seconds() > 0.8);
        lengths.push(speech.samples);
    }
    assert!(lengths[0] != lengths[1] && lengths[1] != lengths[2] && lengths[0] != lengths[2]);
}

#[test]
#[ignore = "needs the pack of voices: tools/test.sh voices"]
fn the_network_is_given_back_at_rest() {
    let pack = Pack::open(&path()).unwrap();
    assert!(!pack.rest(std::time::Duration::ZERO), "nothing was loaded");
    let network = Arc::downgrade(&pack.network().unwrap());
    assert!(!pack.rest(std::time::Duration::from_hours(1)) && network.upgrade().is_some());
    assert!(pack.rest(std::time::Duration::ZERO) && network.upgrade().is_none());
}
