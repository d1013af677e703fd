//! The loops between the products, compiled for each instruction set and chosen at run time. Matrices are
//! row-major: `[rows, width]`.

use multiversion::multiversion;

use crate::math::{exp, round, sin_cos, tanh};

/// The largest absolute value.
#[multiversion(targets = "simd")]
pub fn largest(values: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 32];
    let (chunks, rest) = values.as_chunks::<32>();
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane = lane.max(value.abs());
        }
    }
    lanes.iter().chain(rest).fold(0.0, |most, value| most.max(value.abs()))
}

/// Rounds `values × scale`, which must lie within 16 bits.
#[multiversion(targets = "simd")]
pub fn quantize(values: &[f32], scale: f32, levels: &mut [i16]) {
    /// Adding it leaves the whole number in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    for (level, value) in levels.iter_mut().zip(values) {
        *level = (value * scale + ROUND).to_bits() as i16;
    }
}

/// `output = sums × scales + bias`.
#[multiversion(targets = "simd")]
pub fn dequantize(sums: &[i32], scales: &[f32], bias: &[f32], output: &mut [f32]) {
    for (((output, sum), scale), bias) in output.iter_mut().zip(sums).zip(scales).zip(bias) {
        *output = (*sum as f32).mul_add(*scale, *bias);
    }
}

/// `output += sums × scales + bias`.
#[multiversion(targets = "simd")]
pub fn dequantize_add(sums: &[i32], scales: &[f32], bias: &[f32], output: &mut [f32]) {
    for (((output, sum), scale), bias) in output.iter_mut().zip(sums).zip(scales).zip(bias) {
        *output += (*sum as f32).mul_add(*scale, *bias);
    }
}

/// Adds each column's sum and sum of squares over these rows to `sums` and `squares`.
#[multiversion(targets = "simd")]
fn column_sums(values: &[f32], sums: &mut [f32], squares: &mut [f32]) {
    let width = sums.len();
    for row in values.chunks_exact(width) {
        for ((value, sum), square) in row.iter().zip(&mut *sums).zip(&mut *squares) {
            *sum += value;
            *square = value.mul_add(*value, *square);
        }
    }
}

/// Mean and variance of every column.
pub fn statistics(values: &[f32], width: usize) -> Vec<[f32; 2]> {
    /// Rows added up in 32 bits, before the sums go on in 64.
    const BLOCK: usize = 64;
    let rows = (values.len() / width) as f64;
    let mut totals = vec![[0.0f64; 2]; width];
    let (mut sums, mut squares) = (vec![0.0f32; width], vec![0.0f32; width]);
    for block in values.chunks(BLOCK * width) {
        sums.fill(0.0);
        squares.fill(0.0);
        column_sums(block, &mut sums, &mut squares);
        for ((total, sum), square) in totals.iter_mut().zip(&sums).zip(&squares) {
            total[0] += f64::from(*sum);
            total[1] += f64::from(*square);
        }
    }
    let finish = |[sum, square]: [f64; 2]| {
        let mean = sum / rows;
        [mean as f32, (square / rows - mean * mean).max(0.0) as f32]
    };
    totals.into_iter().map(finish).collect()
}

/// `x gain + shift` by column, then `x + sin²(alpha x) / alpha`; returns the largest absolute value.
#[multiversion(targets = "simd")]
pub fn affine_snake(values: &[f32], gain: &[f32], shift: &[f32], alpha: &[f32], output: &mut [f32]) -> f32 {
    let width = gain.len();
    let inverse: Vec<f32> = alpha.iter().map(|alpha| 1.0 / alpha).collect();
    let mut most = vec![0.0f32; width];
    for (output, values) in output.chunks_exact_mut(width).zip(values.chunks_exact(width)) {
        for i in 0..width {
            let x = values[i].mul_add(gain[i], shift[i]);
            let sine = half_turn_sine(alpha[i] * x);
            let y = (sine * sine).mul_add(inverse[i], x);
            most[i] = most[i].max(y.abs());
            output[i] = y;
        }
    }
    most.into_iter().fold(0.0, f32::max)
}

/// sin x but for its sign, which is gone when it is squared; absolute error below 1e-6 for |x| up to 3000.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a function that is not inlined keeps its caller's loop scalar")]
fn half_turn_sine(x: f32) -> f32 {
    const HIGH: f32 = std::f32::consts::PI;
    const LOW: f32 = -8.742_278e-8;
    let k = round(x * std::f32::consts::FRAC_1_PI);
    let r = k.mul_add(-LOW, k.mul_add(-HIGH, x));
    // Taylor to degree 13; the rest is below 7e-8 at π/2.
    let square = r * r;
    let p = square.mul_add(1.605_904_4e-10, -2.505_210_8e-8);
    let p = square.mul_add(p, 2.755_731_9e-6);
    let p = square.mul_add(p, -1.984_127e-4);
    let p = square.mul_add(p, 8.333_334e-3);
    let p = square.mul_add(p, -0.166_666_67);
    (r * square).mul_add(p, r)
}

/// `x gain + shift` by column, then the leaky rectifier; returns the largest absolute value.
#[multiversion(targets = "simd")]
pub fn affine_leaky(values: &[f32], gain: &[f32], shift: &[f32], slope: f32, output: &mut [f32]) -> f32 {
    let width = gain.len();
    let mut most = vec![0.0f32; width];
    for (output, values) in output.chunks_exact_mut(width).zip(values.chunks_exact(width)) {
        for i in 0..width {
            let x = values[i].mul_add(gain[i], shift[i]);
            let y = x.max(0.0) + slope * x.min(0.0);
            most[i] = most[i].max(y.abs());
            output[i] = y;
        }
    }
    most.into_iter().fold(0.0, f32::max)
}

/// The leaky rectifier of `x × scale`.
#[multiversion(targets = "simd")]
pub fn leaky(values: &mut [f32], scale: f32, slope: f32) {
    for value in values {
        let x = *value * scale;
        *value = x.max(0.0) + slope * x.min(0.0);
    }
}

/// `a = (a + b) × scale`.
#[multiversion(targets = "simd")]
pub fn add(a: &mut [f32], b: &[f32], scale: f32) {
    for (a, b) in a.iter_mut().zip(b) {
        *a = (*a + b) * scale;
    }
}

/// Layer normalization of rows: `(x − mean) / deviation × gain + shift`, the variance plus `epsilon`.
#[multiversion(targets = "simd")]
pub fn layer_norm(values: &mut [f32], gain: &[f32], shift: &[f32], epsilon: f32) {
    let width = gain.len();
    for row in values.chunks_exact_mut(width) {
        let mean = row.iter().sum::<f32>() / width as f32;
        let variance = row.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / width as f32;
        let factor = 1.0 / (variance + epsilon).sqrt();
        for ((x, gain), shift) in row.iter_mut().zip(gain).zip(shift) {
            *x = ((*x - mean) * factor).mul_add(*gain, *shift);
        }
    }
}

/// The Gaussian error linear unit by its approximation with the hyperbolic tangent.
#[multiversion(targets = "simd")]
pub fn fast_gelu(values: &mut [f32]) {
    for value in values {
        let x = *value;
        let inner = x * (0.035_677_407_f32 * x).mul_add(x, 0.797_884_6);
        *value = 0.5 * x * (1.0 + tanh(inner));
    }
}

/// Softmax of each row of `width`.
#[multiversion(targets = "simd")]
pub fn softmax(values: &mut [f32], width: usize) {
    for row in values.chunks_exact_mut(width) {
        let most = row.iter().fold(f32::MIN, |most, x| most.max(*x));
        for x in &mut *row {
            *x = exp(*x - most);
        }
        let sum: f32 = row.iter().sum();
        for x in &mut *row {
            *x /= sum;
        }
    }
}

/// A step of a long short-term memory: the gates in, out, forget, cell (each `state.len()` wide, in `gates` and
/// added to them from `more`) change `state` and give `hidden`.
#[multiversion(targets = "simd")]
pub fn memory_step(gates: &[f32], more: &[f32], state: &mut [f32], hidden: &mut [f32]) {
    let width = state.len();
    let sigmoid = |x: f32| 1.0 / (1.0 + exp(-x));
    for i in 0..width {
        let gate = |which: usize| gates[which * width + i] + more[which * width + i];
        let cell = sigmoid(gate(2)).mul_add(state[i], sigmoid(gate(0)) * tanh(gate(3)));
        state[i] = cell;
        hidden[i] = sigmoid(gate(1)) * tanh(cell);
    }
}

/// `sines = sin(phases)` for phases of any size.
#[multiversion(targets = "simd")]
pub fn sines(phases: &[f64], sines: &mut [f32]) {
    for (sine, phase) in sines.iter_mut().zip(phases) {
        let turns = phase * (1.0 / std::f64::consts::TAU);
        // Adding and subtracting 1.5 × 2⁵² rounds.
        let whole = (turns + 6_755_399_441_055_744.0) - 6_755_399_441_055_744.0;
        *sine = sin_cos(((turns - whole) * std::f64::consts::TAU) as f32).0;
    }
}

/// `(e^x, sin y)` of the halves of each row, as the real and imaginary part `e^x (cos, sin)(sin y)`.
#[multiversion(targets = "simd")]
pub fn spectra(values: &mut [f32], bins: usize) {
    for row in values.chunks_exact_mut(2 * bins) {
        let (magnitudes, phases) = row.split_at_mut(bins);
        for (magnitude, phase) in magnitudes.iter_mut().zip(phases) {
            let (sin, cos) = sin_cos(sin_cos(*phase).0);
            let size = exp(*magnitude);
            *magnitude = size * cos;
            *phase = size * sin;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_squared_sine_is_right() {
        for i in 0..200_000 {
            let x = (f64::from(i) - 100_000.0) * 0.013_7;
            let exact = (f64::from(x as f32)).sin().powi(2);
            let ours = f64::from(half_turn_sine(x as f32)).powi(2);
            assert!((exact - ours).abs() < 1e-6, "at {x}: {ours}, not {exact}");
        }
    }

    #[test]
    fn statistics_are_of_columns() {
        let values: Vec<f32> = (0..1000).flat_map(|i| [i as f32 / 1000.0, 100.0 + (i % 2) as f32]).collect();
        let [first, second] = statistics(&values, 2)[..] else { panic!("two columns") };
        assert!((first[0] - 0.4995).abs() < 1e-5 && (first[1] - 1.0 / 12.0).abs() < 1e-5, "{first:?}");
        assert!((second[0] - 100.5).abs() < 1e-5 && (second[1] - 0.25).abs() < 1e-3, "{second:?}");
    }
}
