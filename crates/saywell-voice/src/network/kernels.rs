//! The loops over whole arrays between the matrix products, compiled for several instruction sets and chosen
//! at run time. Matrices are row-major, one row per phoneme or frame, so that every inner loop runs along
//! contiguous channels.

use multiversion::multiversion;

use crate::math;

/// Accumulators of a reduction: a reduction over one `f32` cannot be reordered, one over these can.
const LANES: usize = 16;
/// Channels whose sums are held in registers.
const GROUP: usize = 64;

/// Smallest and largest of the values and zero.
#[multiversion(targets = "simd")]
pub fn range_with_zero(values: &[f32]) -> (f32, f32) {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let (mut low, mut high) = ([0.0f32; LANES], [0.0f32; LANES]);
    for chunk in chunks {
        for ((low, high), value) in low.iter_mut().zip(&mut high).zip(chunk) {
            *low = if value < low { *value } else { *low };
            *high = if value > high { *value } else { *high };
        }
    }
    let low = low.iter().chain(rest).fold(0.0, |a: f32, b| a.min(*b));
    let high = high.iter().chain(rest).fold(0.0, |a: f32, b| a.max(*b));
    (low, high)
}

/// `round(value / scale) + zero_point`, held in 0..=255.
#[multiversion(targets = "simd")]
pub fn quantize(values: &[f32], scale: f32, zero_point: u8, quantized: &mut [u8]) {
    let (inverse, zero_point) = (1.0 / scale, f32::from(zero_point));
    for (value, quantized) in values.iter().zip(quantized) {
        let level = (math::round(value * inverse) + zero_point).clamp(0.0, 255.0);
        *quantized = math::whole_bits(level) as u8;
    }
}

/// `product × scale + bias`, row by row.
#[multiversion(targets = "simd")]
pub fn dequantize(products: &[i32], scale: f32, bias: &[f32], values: &mut [f32]) {
    let width = bias.len();
    for (products, values) in products.chunks_exact(width).zip(values.chunks_exact_mut(width)) {
        for ((product, value), bias) in products.iter().zip(values).zip(bias) {
            *value = (*product as f32).mul_add(scale, *bias);
        }
    }
}

/// The Gaussian error linear unit of every value.
#[multiversion(targets = "simd")]
pub fn gelu(values: &mut [f32]) {
    for value in values {
        *value = math::gelu(*value);
    }
}

/// `sum += gain × values`, with one gain per column.
#[multiversion(targets = "simd")]
pub fn add_scaled(sum: &mut [f32], gain: &[f32], values: &[f32]) {
    let width = gain.len();
    for (sum, values) in sum.chunks_exact_mut(width).zip(values.chunks_exact(width)) {
        for ((sum, value), gain) in sum.iter_mut().zip(values).zip(gain) {
            *sum = gain.mul_add(*value, *sum);
        }
    }
}

/// `sum += values`.
#[multiversion(targets = "simd")]
pub fn add(sum: &mut [f32], values: &[f32]) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += value;
    }
}

/// Each row less its mean, divided by its standard deviation, times `gain`, plus `bias`.
#[multiversion(targets = "simd")]
pub fn layer_norm(input: &[f32], gain: &[f32], bias: &[f32], output: &mut [f32]) {
    let width = gain.len();
    for (input, output) in input.chunks_exact(width).zip(output.chunks_exact_mut(width)) {
        output.copy_from_slice(input);
        normalize_row(output, gain, bias);
    }
}

/// A convolution of every channel with itself along the rows, then [`layer_norm`].
///
/// `taps` is a matrix of an odd number of rows, one per tap, and as many columns as there are channels; taps
/// are `dilation` rows apart. The number of channels is a multiple of 64. Rows before the first and after the last count as zero.
#[multiversion(targets = "simd")]
pub fn depthwise_layer_norm(
    input: &[f32],
    taps: &[f32],
    dilation: usize,
    taps_bias: &[f32],
    gain: &[f32],
    bias: &[f32],
    output: &mut [f32],
) {
    let width = gain.len();
    let reach = taps.len() / width / 2 * dilation;
    for (row, output) in output.chunks_exact_mut(width).enumerate() {
        let (groups, _) = output.as_chunks_mut::<GROUP>();
        for (group, (sums, bias)) in groups.iter_mut().zip(taps_bias.as_chunks().0).enumerate() {
            let mut registers: [f32; GROUP] = *bias;
            for (tap, taps) in taps.chunks_exact(width).enumerate() {
                let Some(row) = (row + tap * dilation).checked_sub(reach) else { continue };
                let Some(input) = input.get(row * width..(row + 1) * width) else { continue };
                let (taps, input) =
                    (&taps.as_chunks::<GROUP>().0[group], &input.as_chunks::<GROUP>().0[group]);
                for ((sum, tap), value) in registers.iter_mut().zip(taps).zip(input) {
                    *sum = tap.mul_add(*value, *sum);
                }
            }
            *sums = registers;
        }
        normalize_row(output, gain, bias);
    }
}

/// Rows of logits to rows of probabilities.
#[multiversion(targets = "simd")]
pub fn softmax(values: &mut [f32], width: usize) {
    for row in values.chunks_exact_mut(width) {
        let highest = row.iter().fold(f32::NEG_INFINITY, |a, b| a.max(*b));
        for value in row.iter_mut() {
            *value = math::exp(*value - highest);
        }
        let share = 1.0 / sum(row);
        for value in row {
            *value *= share;
        }
    }
}

/// Added to the variance, as the network was trained.
const EPSILON: f32 = 1e-5;

#[inline(always)]
#[expect(clippy::inline_always, reason = "part of the loops above, compiled for the same instruction set")]
fn normalize_row(row: &mut [f32], gain: &[f32], bias: &[f32]) {
    let count = row.len() as f32;
    let mean = sum(row) / count;
    for value in row.iter_mut() {
        *value -= mean;
    }
    let deviation = (sum_of_squares(row) / count + EPSILON).sqrt();
    let inverse = 1.0 / deviation;
    for ((value, gain), bias) in row.iter_mut().zip(gain).zip(bias) {
        *value = (*value * inverse).mul_add(*gain, *bias);
    }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "part of the loops above, compiled for the same instruction set")]
fn sum(values: &[f32]) -> f32 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut sums = [0.0f32; LANES];
    for chunk in chunks {
        for lane in 0..LANES {
            sums[lane] += chunk[lane];
        }
    }
    sums.iter().chain(rest).sum()
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "part of the loops above, compiled for the same instruction set")]
fn sum_of_squares(values: &[f32]) -> f32 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut sums = [0.0f32; LANES];
    for chunk in chunks {
        for lane in 0..LANES {
            sums[lane] = chunk[lane].mul_add(chunk[lane], sums[lane]);
        }
    }
    sums.iter().sum::<f32>() + rest.iter().map(|value| value * value).sum::<f32>()
}
