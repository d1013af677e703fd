//! The harmonics of the voice: what the vocal folds do, as spectra of 20 samples every 5.

use super::elementwise::sines;
use super::layers::File;
use crate::dsp::SAMPLE_RATE;
use crate::math::tanh;
use crate::onnx::OnnxError;

/// Bins of a spectrum.
pub const BINS: usize = FRAME / 2 + 1;
/// Samples of a spectrum's frame, and from one to the next.
pub const FRAME: usize = 20;
pub const HOP: usize = 5;
/// Samples for every value of the pitch.
const STEP: usize = 300;
const HARMONICS: usize = 9;

/// The source.
pub struct Source {
    /// Of each harmonic.
    weights: Vec<f32>,
    bias: f32,
    /// Cosines and sines of each bin, each with the window laid over.
    bases: Vec<[[f32; FRAME]; 2]>,
}

impl Source {
    pub fn load(file: &File) -> Result<Self, OnnxError> {
        let window = file.weights.floats("/decoder/decoder/generator/Constant_17_output_0", &[FRAME])?;
        let base = |bin: usize| {
            let angle = |sample: usize| std::f64::consts::TAU * (bin * sample % FRAME) as f64 / FRAME as f64;
            [
                std::array::from_fn(|sample| (angle(sample).cos() * f64::from(window[sample])) as f32),
                std::array::from_fn(|sample| (-angle(sample).sin() * f64::from(window[sample])) as f32),
            ]
        };
        Ok(Self {
            weights: file.weights.floats("onnx::MatMul_6993", &[HARMONICS, 1])?,
            bias: file.weights.floats("decoder.decoder.generator.m_source.l_linear.bias", &[1])?[0],
            bases: (0..BINS).map(base).collect(),
        })
    }

    /// Rows of [`BINS`] magnitudes and as many phases, one every [`HOP`] samples.
    pub fn run(&self, pitch: &[f32]) -> Vec<f32> {
        self.spectra(&self.samples(pitch))
    }

    fn samples(&self, pitch: &[f32]) -> Vec<f32> {
        /// Loudness of a harmonic, and the pitch from which on there are any.
        const LOUDNESS: f32 = 0.1;
        const VOICED: f32 = 10.0;
        let mut sums = vec![0.0f32; pitch.len() * STEP];
        let (mut angles, mut sine) = (vec![0.0f64; STEP], vec![0.0f32; STEP]);
        for (harmonic, weight) in self.weights.iter().enumerate() {
            // Turns up to the middle of every step, and a line from middle to middle.
            let mut total = 0.0f64;
            let middles: Vec<f64> = pitch
                .iter()
                .map(|pitch| {
                    let turns = f64::from(*pitch) * (harmonic + 1) as f64 / f64::from(SAMPLE_RATE);
                    total += turns - turns.floor();
                    total * STEP as f64 * std::f64::consts::TAU
                })
                .collect();
            for (step, sums) in sums.chunks_exact_mut(STEP).enumerate() {
                if pitch[step] <= VOICED {
                    continue;
                }
                for (sample, angle) in angles.iter_mut().enumerate() {
                    let place = (sample as f64 + 0.5) / STEP as f64 - 0.5;
                    let (from, to, share) = if place < 0.0 {
                        (step.saturating_sub(1), step, place + 1.0)
                    } else {
                        (step, (step + 1).min(middles.len() - 1), place)
                    };
                    *angle = middles[from] + (middles[to] - middles[from]) * share;
                }
                sines(&angles, &mut sine);
                for (sum, sine) in sums.iter_mut().zip(&sine) {
                    *sum = (LOUDNESS * weight).mul_add(*sine, *sum);
                }
            }
        }
        sums.into_iter().map(|sum| tanh(sum + self.bias)).collect()
    }

    fn spectra(&self, samples: &[f32]) -> Vec<f32> {
        const REACH: usize = FRAME / 2;
        if samples.len() <= REACH {
            return Vec::new();
        }
        let last = samples.len() - 1;
        let mirrored: Vec<f32> = (0..samples.len() + 2 * REACH)
            .map(|at| {
                let at = at.abs_diff(REACH);
                samples[if at > last { 2 * last - at } else { at }]
            })
            .collect();
        let mut rows = Vec::new();
        for frame in (0..=samples.len()).step_by(HOP) {
            let frame = &mirrored[frame..frame + FRAME];
            let product = |base: &[f32; FRAME]| base.iter().zip(frame).map(|(a, b)| a * b).sum::<f32>();
            let parts: Vec<[f32; 2]> =
                self.bases.iter().map(|[cosine, sine]| [product(cosine), product(sine)]).collect();
            rows.extend(parts.iter().map(|[real, imaginary]| real.hypot(*imaginary)));
            rows.extend(parts.iter().map(|[real, imaginary]| imaginary.atan2(*real)));
        }
        rows
    }
}
