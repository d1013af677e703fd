//! From the network's frames to samples.

use std::sync::LazyLock;

use multiversion::multiversion;
use realfft::num_complex::Complex;

use super::noise::Noise;
use super::pulses::pulses;
use super::stft::{Analysis, Resynthesis, Transforms};
use crate::math;
use crate::network::{BINS, Frame};

static TRANSFORMS: LazyLock<Transforms> = LazyLock::new(Transforms::new);

/// Turns spectral frames into samples; give it every frame in order, then [`finish`](Self::finish).
pub struct Synthesizer {
    noise: Noise,
    analysis: Analysis<'static>,
    resynthesis: Resynthesis<'static>,
    next: usize,
    bins: Vec<Complex<f32>>,
    noise_real: Vec<f32>,
    noise_imaginary: Vec<f32>,
}

impl Synthesizer {
    /// `f0` is the pitch of every frame in Hz, below 40 where unvoiced. There are at least three frames: the
    /// transforms reflect half a window at the ends.
    #[must_use]
    pub fn new(f0: &[f32], noise: Noise) -> Self {
        Self {
            noise,
            analysis: Analysis::new(&TRANSFORMS, &pulses(f0)),
            resynthesis: Resynthesis::new(&TRANSFORMS, f0.len()),
            next: 0,
            bins: vec![Complex::default(); BINS],
            noise_real: vec![0.0; BINS],
            noise_imaginary: vec![0.0; BINS],
        }
    }

    /// Adds the next frame; at most as many as there are values of `f0`.
    pub fn push(&mut self, frame: Frame<'_>) {
        self.analysis.spectrum(self.next, &mut self.bins);
        self.noise.fill(self.next, &mut self.noise_real, &mut self.noise_imaginary);
        combine(frame, &self.noise_real, &self.noise_imaginary, &mut self.bins);
        self.resynthesis.add(self.next, &mut self.bins);
        self.next += 1;
    }

    /// Samples at [`super::SAMPLE_RATE`], [`super::HOP`] per frame; nominally within [-1, 1].
    #[must_use]
    pub fn finish(self) -> Vec<f32> {
        self.resynthesis.finish()
    }
}

/// The pulses' spectrum in `bins` becomes the frame's, by the formula at the top of [`super`].
#[multiversion(targets = "simd")]
fn combine(frame: Frame<'_>, noise_real: &[f32], noise_imaginary: &[f32], bins: &mut [Complex<f32>]) {
    let Frame { harmonic, harmonic_phase, noise, free, free_phase } = frame;
    let magnitudes = harmonic.iter().zip(noise).zip(free);
    let phases = harmonic_phase.iter().zip(free_phase);
    let noises = noise_real.iter().zip(noise_imaginary);
    for (((bin, ((harmonic, noise), free)), (phase, free_phase)), (noise_real, noise_imaginary)) in
        bins.iter_mut().zip(magnitudes).zip(phases).zip(noises)
    {
        let harmonic = magnitude(*harmonic);
        let (sin, cos) = math::sin_cos(std::f32::consts::PI * math::tanh(*phase));
        let (real, imaginary) = (bin.re * cos - bin.im * sin, bin.re * sin + bin.im * cos);
        let noise = magnitude(*noise);
        let free = magnitude(*free);
        let (sin, cos) = math::sin_cos(*free_phase);
        bin.re = harmonic * real + noise * noise_real + free * cos;
        bin.im = harmonic * imaginary + noise * noise_imaginary + free * sin;
    }
}

/// Magnitudes are held below e⁷, as in training.
#[inline(always)]
#[expect(clippy::inline_always, reason = "part of the loop above, compiled for the same instruction set")]
fn magnitude(log: f32) -> f32 {
    math::exp(log.min(7.0))
}
