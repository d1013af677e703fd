//! The voice's source: a train of band-limited pulses at the pitch.

use multiversion::multiversion;

use super::{HOP, SAMPLE_RATE};
use crate::math;

/// Below this pitch in Hz a sample is unvoiced: no pulses.
const UNVOICED: f32 = 40.0;
/// Harmonics stop here, below half the sample rate.
const HIGHEST: f32 = 11_000.0;

/// Every harmonic of the pitch below 11 kHz at unit amplitude, [`HOP`] samples per frame of `f0` (in Hz).
///
/// With t the phase of the fundamental and H the number of harmonics, the sum of their cosines has the closed
/// form of the Dirichlet kernel: `sin((H + 1/2) t) / (2 sin(t / 2)) - 1/2`.
pub fn pulses(f0: &[f32]) -> Vec<f32> {
    let pitch = interpolate(f0);
    // The phase in turns is the running sum of the pitch; in double precision, as it grows without end.
    let mut turns = 0.0;
    let mut phase: Vec<f32> = pitch
        .iter()
        .map(|pitch| {
            turns += f64::from(pitch.max(UNVOICED)) / f64::from(SAMPLE_RATE);
            turns -= turns.floor();
            (turns * std::f64::consts::TAU) as f32
        })
        .collect();
    kernel(&pitch, &mut phase);
    phase
}

/// Pitch of every sample: linear between the centres of the frames, constant beyond the first and the last.
fn interpolate(f0: &[f32]) -> Vec<f32> {
    let mut pitch = Vec::with_capacity(f0.len() * HOP);
    for (frame, &now) in f0.iter().enumerate() {
        let before = f0[frame.saturating_sub(1)];
        let after = f0[(frame + 1).min(f0.len() - 1)];
        for sample in 0..HOP {
            let from_centre = (sample as f32 + 0.5) / HOP as f32 - 0.5;
            let next = if from_centre < 0.0 { before } else { after };
            let share = from_centre.abs();
            pitch.push(now * (1.0 - share) + next * share);
        }
    }
    pitch
}

/// Phase in radians to the value of the pulse train, in place.
#[multiversion(targets = "simd")]
fn kernel(pitch: &[f32], phase: &mut [f32]) {
    for (pitch, phase) in pitch.iter().zip(phase) {
        let order = (HIGHEST / pitch.max(UNVOICED)).floor() + 0.5;
        let (sin_half, _) = math::sin_cos(*phase * 0.5);
        let (sin_order, _) = math::sin_cos(order * *phase);
        let below = 2.0 * sin_half;
        // Near t = 0 the quotient is 0 / 0; its limit is H + 1/2.
        let sum = if below.abs() <= 2e-3 { order } else { sin_order / below };
        *phase = if *pitch > UNVOICED { sum - 0.5 } else { 0.0 };
    }
}
