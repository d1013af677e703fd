//! Short-time Fourier transforms: Hann windows of [`WINDOW`] samples, one every [`HOP`], centred.

use std::sync::Arc;

use multiversion::multiversion;
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::{HOP, WINDOW};
use crate::network::BINS;

/// The plans and the window, made once and shared.
pub struct Transforms {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    hann: Vec<f32>,
}

impl Transforms {
    pub fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        let hann = |i| 0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / WINDOW as f64).cos();
        Self {
            forward: planner.plan_fft_forward(WINDOW),
            inverse: planner.plan_fft_inverse(WINDOW),
            hann: (0..WINDOW).map(|i| hann(i) as f32).collect(),
        }
    }
}

/// Spectra of a signal, one frame at a time.
pub struct Analysis<'a> {
    transforms: &'a Transforms,
    padded: Vec<f32>,
    windowed: Vec<f32>,
    scratch: Vec<Complex<f32>>,
}

impl<'a> Analysis<'a> {
    /// `signal` has more than half a window of samples; it is continued by reflection at both ends.
    pub fn new(transforms: &'a Transforms, signal: &[f32]) -> Self {
        let half = WINDOW / 2;
        let mut padded = Vec::with_capacity(signal.len() + WINDOW);
        padded.extend(signal[1..=half].iter().rev());
        padded.extend_from_slice(signal);
        padded.extend(signal[signal.len() - half - 1..signal.len() - 1].iter().rev());
        Self {
            transforms,
            padded,
            windowed: transforms.forward.make_input_vec(),
            scratch: transforms.forward.make_scratch_vec(),
        }
    }

    /// The spectrum around sample `frame × HOP`, scaled so that a cosine of amplitude one has a peak of one:
    /// the window's sum is half its length, and a real cosine has half its strength at a positive frequency.
    pub fn spectrum(&mut self, frame: usize, spectrum: &mut [Complex<f32>]) {
        let samples = &self.padded[frame * HOP..][..WINDOW];
        if samples.iter().all(|sample| *sample == 0.0) {
            spectrum.fill(Complex::default());
            return;
        }
        apply_window(samples, &self.transforms.hann, 4.0 / WINDOW as f32, &mut self.windowed);
        let forward = &self.transforms.forward;
        let done = forward.process_with_scratch(&mut self.windowed, spectrum, &mut self.scratch);
        debug_assert!(done.is_ok(), "{done:?}");
    }
}

/// A signal from spectra, by overlapping and adding.
pub struct Resynthesis<'a> {
    transforms: &'a Transforms,
    sum: Vec<f32>,
    windowed: Vec<f32>,
    scratch: Vec<Complex<f32>>,
    frames: usize,
}

impl<'a> Resynthesis<'a> {
    pub fn new(transforms: &'a Transforms, frames: usize) -> Self {
        Self {
            transforms,
            sum: vec![0.0; frames * HOP + WINDOW - HOP],
            windowed: transforms.inverse.make_output_vec(),
            scratch: transforms.inverse.make_scratch_vec(),
            frames,
        }
    }

    /// Adds the frame number `frame`. `spectrum` has [`BINS`] values and is used up.
    pub fn add(&mut self, frame: usize, spectrum: &mut [Complex<f32>]) {
        // The mean and the highest frequency of a real signal have no phase.
        spectrum[0].im = 0.0;
        spectrum[BINS - 1].im = 0.0;
        let inverse = &self.transforms.inverse;
        let done = inverse.process_with_scratch(spectrum, &mut self.windowed, &mut self.scratch);
        debug_assert!(done.is_ok(), "{done:?}");
        let sum = &mut self.sum[frame * HOP..][..WINDOW];
        add_windowed(&self.windowed, &self.transforms.hann, sum);
    }

    /// The samples, [`HOP`] per frame: the sum divided by the sum of the squared windows that met there.
    pub fn finish(mut self) -> Vec<f32> {
        let hann = &self.transforms.hann;
        let overlap = WINDOW / HOP;
        let unscaled = 1.0 / WINDOW as f32;
        for (block, samples) in self.sum.chunks_exact_mut(HOP).enumerate() {
            let first = (block + 1).saturating_sub(self.frames);
            let last = (block + 1).min(overlap);
            for (i, sample) in samples.iter_mut().enumerate() {
                let weight: f32 = (first..last).map(|k| hann[k * HOP + i] * hann[k * HOP + i]).sum();
                *sample *= unscaled / weight.max(1e-11);
            }
        }
        let half = WINDOW / 2;
        self.sum.drain(..half);
        self.sum.truncate(self.frames * HOP);
        self.sum
    }
}

#[multiversion(targets = "simd")]
fn apply_window(samples: &[f32], window: &[f32], scale: f32, windowed: &mut [f32]) {
    for ((windowed, sample), window) in windowed.iter_mut().zip(samples).zip(window) {
        *windowed = sample * (window * scale);
    }
}

#[multiversion(targets = "simd")]
fn add_windowed(samples: &[f32], window: &[f32], sum: &mut [f32]) {
    for ((sum, sample), window) in sum.iter_mut().zip(samples).zip(window) {
        *sum = sample.mul_add(*window, *sum);
    }
}
