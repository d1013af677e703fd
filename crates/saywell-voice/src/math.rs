//! Elementary functions for arrays.
//!
//! Each is a short polynomial without branches or table look-ups, marked `#[inline(always)]`, so that a loop
//! over an array inside a `#[multiversion]` function becomes vector code for the processor at hand (the
//! standard library's functions are calls, one value at a time). The stated bounds hold over the stated range
//! and are tested below against `f64`.

#![expect(clippy::inline_always, reason = "a function that is not inlined keeps its caller's loop scalar")]

use std::f32::consts::{FRAC_1_SQRT_2, LOG2_E};

/// Adding and subtracting 1.5 × 2²³ rounds a small `f32` to the nearest integer, ties to even.
const ROUND: f32 = 12_582_912.0;

/// The nearest integer, ties to even, for |x| up to 2²².
#[inline(always)]
pub fn round(x: f32) -> f32 {
    (x + ROUND) - ROUND
}

/// The lowest bits of a whole number from 0 to 2²². (A cast checks for values out of range, one at a time.)
#[inline(always)]
pub fn whole_bits(x: f32) -> u32 {
    (x + 8_388_608.0).to_bits()
}

/// e^x, relative error below 2e-7 for x in [-87, 88]; arguments beyond are held at these ends.
///
/// 2^k · e^r with r in [-ln 2 / 2, ln 2 / 2], Taylor to degree 7.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    const LN2_HIGH: f32 = 0.693_145_75; // 355/512 rounded so that k · LN2_HIGH is exact
    const LN2_LOW: f32 = 1.428_606_8e-6;
    let x = x.clamp(-87.0, 88.0);
    let rounded = x.mul_add(LOG2_E, ROUND);
    let k = rounded - ROUND;
    let r = k.mul_add(-LN2_LOW, k.mul_add(-LN2_HIGH, x));
    let p = r.mul_add(1.0 / 5040.0, 1.0 / 720.0);
    let p = r.mul_add(p, 1.0 / 120.0);
    let p = r.mul_add(p, 1.0 / 24.0);
    let p = r.mul_add(p, 1.0 / 6.0);
    let p = r.mul_add(p, 0.5);
    let p = r.mul_add(p, 1.0);
    let p = r.mul_add(p, 1.0);
    let power = f32::from_bits(rounded.to_bits().wrapping_add(127) << 23);
    p * power
}

/// Natural logarithm of a positive normal number; error below 3e-7 or, where it is larger, of its value.
///
/// log m + k ln 2 with m in [1/√2, √2); the polynomial is that of Cephes `logf`.
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    let bits = x.to_bits().wrapping_sub(FRAC_1_SQRT_2.to_bits());
    let k = (bits.cast_signed() >> 23) as f32;
    let m = f32::from_bits((bits & 0x007f_ffff).wrapping_add(FRAC_1_SQRT_2.to_bits())) - 1.0;
    let p = m.mul_add(7.037_683_6e-2, -1.151_461e-1);
    let p = m.mul_add(p, 1.167_699_9e-1);
    let p = m.mul_add(p, -1.242_014_1e-1);
    let p = m.mul_add(p, 1.424_932_3e-1);
    let p = m.mul_add(p, -1.666_805_8e-1);
    let p = m.mul_add(p, 2.000_071_5e-1);
    let p = m.mul_add(p, -2.499_999_4e-1);
    let p = m.mul_add(p, 3.333_333e-1);
    let square = m * m;
    let tail = (m * square).mul_add(p, -0.5 * square);
    k.mul_add(std::f32::consts::LN_2, m + tail)
}

/// (sin x, cos x), absolute error below 2e-7 for |x| up to 3000.
///
/// x less a multiple of π/2 (in three parts, after Cody and Waite), then the minimax polynomials of Cephes
/// `sinf` and `cosf`.
#[inline(always)]
#[expect(clippy::many_single_char_names, reason = "as in the formula")]
pub fn sin_cos(x: f32) -> (f32, f32) {
    const PI_2_HIGH: f32 = std::f32::consts::FRAC_PI_2;
    const PI_2_MIDDLE: f32 = -4.371_139e-8;
    const PI_2_LOW: f32 = -1.715_125e-15;
    let rounded = x.mul_add(std::f32::consts::FRAC_2_PI, ROUND);
    let quadrant = rounded.to_bits();
    let k = rounded - ROUND;
    let r = k.mul_add(-PI_2_LOW, k.mul_add(-PI_2_MIDDLE, k.mul_add(-PI_2_HIGH, x)));
    let square = r * r;
    let p = square.mul_add(-1.951_529_6e-4, 8.332_161e-3);
    let p = square.mul_add(p, -1.666_665_5e-1);
    let sin = (r * square).mul_add(p, r);
    let p = square.mul_add(2.443_315_7e-5, -1.388_731_6e-3);
    let p = square.mul_add(p, 4.166_664_6e-2);
    let cos = (square * square).mul_add(p, square.mul_add(-0.5, 1.0));
    // Odd quadrants swap sine and cosine; the sign bits follow the quadrant.
    let (s, c) = if quadrant & 1 == 0 { (sin, cos) } else { (cos, sin) };
    let sin_sign = (quadrant & 2) << 30;
    let cos_sign = (quadrant.wrapping_add(1) & 2) << 30;
    (f32::from_bits(s.to_bits() ^ sin_sign), f32::from_bits(c.to_bits() ^ cos_sign))
}

/// Hyperbolic tangent, absolute error below 3e-7.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    1.0 - 2.0 / (exp(2.0 * x) + 1.0)
}

/// The Gaussian error linear unit, x Φ(x), with Φ the standard normal distribution function; absolute error
/// below 1e-6 for |x| up to 10.
///
/// Φ through the error function of Abramowitz and Stegun, 7.1.26 (within 1.5e-7).
#[inline(always)]
pub fn gelu(x: f32) -> f32 {
    let z = (x * FRAC_1_SQRT_2).abs();
    let t = 1.0 / z.mul_add(0.327_591_1, 1.0);
    let p = t.mul_add(1.061_405_4, -1.453_152_);
    let p = t.mul_add(p, 1.421_413_7);
    let p = t.mul_add(p, -0.284_496_72);
    let p = t.mul_add(p, 0.254_829_6);
    // Half of erfc(|z|): the share of the distribution beyond |x|.
    let beyond = 0.5 * p * t * exp(-z * z);
    let share = if x < 0.0 { beyond } else { 1.0 - beyond };
    x * share
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Evenly spaced values from `from` to `to`.
    fn grid(from: f64, to: f64) -> impl Iterator<Item = f32> {
        const STEPS: u32 = 1_000_003;
        (0..=STEPS).map(move |i| (from + (to - from) * f64::from(i) / f64::from(STEPS)) as f32)
    }

    /// The largest error of `ours` against `exact` over the grid, relative to `scale` of the exact value.
    fn error(
        [from, to]: [f64; 2],
        ours: impl Fn(f32) -> f32,
        exact: impl Fn(f64) -> f64,
        scale: impl Fn(f64) -> f64,
    ) -> f64 {
        let error = |x| {
            let exact = exact(f64::from(x));
            (f64::from(ours(x)) - exact).abs() / scale(exact)
        };
        grid(from, to).map(error).fold(0.0, f64::max)
    }

    /// Φ(x) by integrating the density from zero with Simpson's rule.
    fn normal_share(x: f64) -> f64 {
        let density = |t: f64| (-0.5 * t * t).exp() / std::f64::consts::TAU.sqrt();
        let step = x / 200.0;
        let weight = |i: i32| if i == 0 || i == 200 { 1.0 } else { f64::from(2 + 2 * (i % 2)) };
        0.5 + step / 3.0 * (0..=200).map(|i| weight(i) * density(step * f64::from(i))).sum::<f64>()
    }

    #[test]
    fn errors_stay_below_their_bounds() {
        let absolute = |_: f64| 1.0;
        assert!(error([-87.0, 88.0], exp, f64::exp, f64::abs) < 2e-7);
        assert!(error([1e-7, 1.0], ln, f64::ln, |ln| ln.abs().max(1.0)) < 3e-7);
        assert!(error([-3000.0, 3000.0], |x| sin_cos(x).0, f64::sin, absolute) < 2e-7);
        assert!(error([-3000.0, 3000.0], |x| sin_cos(x).1, f64::cos, absolute) < 2e-7);
        assert!(error([-10.0, 10.0], tanh, f64::tanh, absolute) < 3e-7);
    }

    #[test]
    fn gelu_stays_below_its_bound() {
        for x in grid(-10.0, 10.0).step_by(997) {
            let exact = f64::from(x) * normal_share(f64::from(x));
            assert!((f64::from(gelu(x)) - exact).abs() < 1e-6, "at {x}");
        }
    }

    #[test]
    fn rounds_to_even_and_reads_whole_numbers() {
        for x in [-3.5f32, -0.5, 0.5, 1.5, 2.5, 2.4, -7.6] {
            assert_eq!(round(x).to_bits() << 1, x.round_ties_even().to_bits() << 1, "{x}");
        }
        assert!((0..=255).all(|whole| whole_bits(whole as f32) & 0xff == whole));
    }
}
