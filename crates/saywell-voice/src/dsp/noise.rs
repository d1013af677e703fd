//! Complex Gaussian noise, the same for the same seed on every machine.

use multiversion::multiversion;

use crate::math;

/// Where the noise comes from.
#[derive(Debug, Clone, Copy)]
pub struct Noise {
    /// Where the sequences of uniform numbers for the radius and for the angle begin.
    keys: [u32; 2],
    gain: f32,
}

impl Noise {
    /// Noise of variance one in the real and in the imaginary part, reproducible from `seed`.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        let radius = hash((seed as u32).wrapping_add(0x9e37_79b9));
        let angle = hash((seed >> 32) as u32 ^ radius.rotate_left(16));
        Self { keys: [radius, angle], gain: 1.0 }
    }

    /// No noise, to compare with a reference.
    #[must_use]
    pub fn silent() -> Self {
        Self { gain: 0.0, ..Self::seeded(0) }
    }

    /// Fills one frame. Every value depends on the seed, the frame and its place alone.
    pub(super) fn fill(self, frame: usize, real: &mut [f32], imaginary: &mut [f32]) {
        let first = (frame * real.len()) as u32;
        fill(self.keys, first, self.gain, real, imaginary);
    }
}

/// Box and Muller's transform: a radius √(-2 ln u) and an angle 2πv from two uniform numbers are the polar
/// coordinates of a complex Gaussian number.
#[multiversion(targets = "simd")]
fn fill(keys: [u32; 2], first: u32, gain: f32, real: &mut [f32], imaginary: &mut [f32]) {
    const STEP: f32 = 1.0 / (1 << 24) as f32;
    for (i, (real, imaginary)) in real.iter_mut().zip(imaginary).enumerate() {
        let counter = first.wrapping_add(i as u32);
        let u = ((hash(counter ^ keys[0]) >> 8) as f32).mul_add(STEP, STEP);
        let v = (hash(counter.wrapping_add(keys[1])) >> 8) as f32 * STEP;
        let radius = gain * (-2.0 * math::ln(u)).sqrt();
        let (sin, cos) = math::sin_cos(v * std::f32::consts::TAU);
        *real = radius * cos;
        *imaginary = radius * sin;
    }
}

/// A mixing of 32 bits in which every input bit moves every output bit about half the time: `triple32` by
/// Chris Wellons ("Prospecting for hash functions").
#[inline(always)]
#[expect(clippy::inline_always, reason = "part of the loop above, compiled for the same instruction set")]
fn hash(mut x: u32) -> u32 {
    x ^= x >> 17;
    x = x.wrapping_mul(0xed5a_d4bb);
    x ^= x >> 11;
    x = x.wrapping_mul(0xac4c_1b51);
    x ^= x >> 15;
    x = x.wrapping_mul(0x3184_8bab);
    x ^ (x >> 14)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u64) -> (Vec<f64>, Vec<f64>) {
        let (mut all_real, mut all_imaginary) = (Vec::new(), Vec::new());
        let (mut real, mut imaginary) = ([0.0; 601], [0.0; 601]);
        for frame in 0..400 {
            Noise::seeded(seed).fill(frame, &mut real, &mut imaginary);
            all_real.extend(real.map(f64::from));
            all_imaginary.extend(imaginary.map(f64::from));
        }
        (all_real, all_imaginary)
    }

    fn mean_of_products(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / a.len().min(b.len()) as f64
    }

    #[test]
    fn is_gaussian_and_white() {
        for seed in [0, 1, 0x0123_4567_89ab_cdef] {
            let (real, imaginary) = noise(seed);
            // 240,400 samples: one standard error is 0.002 for a correlation, 0.01 for the fourth moment.
            for part in [&real, &imaginary] {
                assert!((part.iter().sum::<f64>() / part.len() as f64).abs() < 0.01);
                assert!((mean_of_products(part, part) - 1.0).abs() < 0.015);
                let squares: Vec<f64> = part.iter().map(|x| x * x).collect();
                assert!((mean_of_products(&squares, &squares) - 3.0).abs() < 0.1);
                for lag in [1, 2, 600, 601, 602] {
                    assert!(mean_of_products(part, &part[lag..]).abs() < 0.01, "lag {lag}");
                }
            }
            assert!(mean_of_products(&real, &imaginary).abs() < 0.01);
        }
    }

    #[test]
    fn differs_by_seed_and_frame() {
        let (a, _) = noise(1);
        let (b, _) = noise(2);
        assert!(mean_of_products(&a, &b).abs() < 0.01);
        assert!(mean_of_products(&a, &a[601..]).abs() < 0.01);
    }
}
