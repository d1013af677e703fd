//! The network and the signal processing agree with the reference implementation, whose numbers
//! `reference/export_numbers.py` exported.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]

use saywell_voice::dsp::{HOP, Noise, Synthesizer};
use saywell_voice::network::{BINS, FRAMES_PER_STEP, Frame, Network};
use serde::Deserialize;

const MODEL: &[u8] = include_bytes!("../assets/hibari.onnx");

// Both networks round activations to 8 bits, and a difference in the last bit of a float can move one to the
// next level. How far that may carry is bounded by what the rounding itself does: the reference network with
// and without it differs by a root mean square of 0.03 to 0.10 in the parts and 0.7 Hz in the pitch.
/// In nepers for the magnitudes, radians for the free phase.
const PART_TOLERANCE: f32 = 0.1;
const F0_TOLERANCE: f32 = 1.0;

#[derive(Deserialize)]
struct Exported {
    frame_step: usize,
    bin_step: usize,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    phonemes: String,
    speed: f32,
    ids: Vec<u8>,
    durations: Vec<u32>,
    f0: Vec<f32>,
    parts: [Vec<f32>; 5],
}

fn exported() -> Exported {
    serde_json::from_str(include_str!("reference/network.json")).unwrap()
}

fn root_mean_square(values: impl ExactSizeIterator<Item = f32>) -> f32 {
    let count = values.len() as f32;
    (values.map(|value| value * value).sum::<f32>() / count).sqrt()
}

/// Power of the reference over power of the difference, in dB.
fn signal_to_difference(reference: &[f32], ours: &[f32]) -> f32 {
    assert_eq!(reference.len(), ours.len());
    let difference = root_mean_square(reference.iter().zip(ours).map(|(a, b)| a - b));
    20.0 * (root_mean_square(reference.iter().copied()) / difference).log10()
}

#[test]
fn network_agrees() {
    let network = Network::load(MODEL).unwrap();
    let Exported { frame_step, bin_step, cases } = exported();
    for case in cases {
        let spectrum = network.run(&case.ids, case.speed);
        assert_eq!(spectrum.durations, case.durations, "{}", case.phonemes);
        assert_eq!(spectrum.f0.len(), FRAMES_PER_STEP * case.durations.iter().sum::<u32>() as usize);
        let f0 = root_mean_square(spectrum.f0.iter().zip(&case.f0).map(|(a, b)| a - b));
        let mut parts: [Vec<f32>; 5] = Default::default();
        let mut number = 0;
        spectrum.frames(|frame| {
            let Frame { harmonic, harmonic_phase, noise, free, free_phase } = frame;
            if number % frame_step == 0 {
                for (part, all) in parts.iter_mut().zip([harmonic, harmonic_phase, noise, free, free_phase]) {
                    part.extend(all.iter().step_by(bin_step));
                }
            }
            number += 1;
        });
        let distances: Vec<f32> = parts
            .iter()
            .zip(&case.parts)
            .map(|(ours, theirs)| {
                assert_eq!(ours.len(), theirs.len());
                root_mean_square(ours.iter().zip(theirs).map(|(a, b)| a - b))
            })
            .collect();
        println!("{}: f0 {f0} Hz, parts {distances:?}", case.phonemes);
        assert!(f0 < F0_TOLERANCE, "f0 {f0} Hz in {}", case.phonemes);
        assert!(distances.iter().all(|d| *d < PART_TOLERANCE), "parts {distances:?} in {}", case.phonemes);
    }
}

#[test]
fn samples_agree() {
    let reference: Vec<f32> = include_bytes!("reference/samples.f32")
        .as_chunks()
        .0
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect();
    let case = exported().cases.swap_remove(0);
    let network = Network::load(MODEL).unwrap();
    let spectrum = network.run(&case.ids, case.speed);
    let mut synthesizer = Synthesizer::new(&spectrum.f0, Noise::silent());
    spectrum.frames(|frame| synthesizer.push(frame));
    let ratio = signal_to_difference(&reference, &synthesizer.finish());
    println!("network and synthesis: {ratio} dB");
    assert!(ratio > 28.0, "{ratio} dB");
}

#[test]
fn synthesis_agrees() {
    #[derive(Deserialize)]
    struct Synthesis {
        frames: usize,
        samples: Vec<f32>,
    }
    let reference: Synthesis = serde_json::from_str(include_str!("reference/synthesis.json")).unwrap();
    let f0: Vec<f32> = (0..reference.frames)
        .map(|frame| if (8..12).contains(&frame) { 0.0 } else { 180.0 + 40.0 * (frame as f32 / 4.0).sin() })
        .collect();
    let mut synthesizer = Synthesizer::new(&f0, Noise::silent());
    for frame in 0..reference.frames {
        let formula = |value: fn(f32, f32) -> f32| -> Vec<f32> {
            (0..BINS).map(|bin| value(bin as f32, frame as f32)).collect()
        };
        synthesizer.push(Frame {
            harmonic: &formula(|bin, frame| -4.0 - bin / 150.0 + (bin / 20.0 + frame / 3.0).sin()),
            harmonic_phase: &formula(|bin, frame| 0.8 * (bin / 45.0 - frame / 5.0).sin()),
            noise: &formula(|_, _| -5.0),
            free: &formula(|bin, frame| -6.0 - bin / 200.0 + (bin / 30.0 - frame / 4.0).cos()),
            free_phase: &formula(|bin, frame| 9.0 * (bin / 11.0 + frame).sin()),
        });
    }
    let samples = synthesizer.finish();
    assert_eq!(samples.len(), reference.frames * HOP);
    let ratio = signal_to_difference(&reference.samples, &samples);
    println!("synthesis: {ratio} dB");
    assert!(ratio > 50.0, "{ratio} dB");
}
