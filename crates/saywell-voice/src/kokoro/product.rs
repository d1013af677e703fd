//! Products and convolutions with 8-bit weights.
//!
//! The weights are used as they are in the file: whole numbers of 8 bits and a scale. Activations are rounded to
//! 16 bits, one scale for the matrix, and summed in whole numbers: that loses 0.003 % of the largest value where
//! 8 bits lose 0.4 %, takes twice the instructions of 8 bits and half of those of floats, and every processor
//! gives the same samples.

use super::elementwise::{dequantize, dequantize_add, quantize};
use super::kernel::{Level, PANEL, Walk, multiply};
use crate::onnx::{Graph, OnnxError, Weights};

/// Rows whose sums are kept at a time.
const BLOCK: usize = 240;

/// Activations rounded to whole numbers: rows of `width`, with rows of zeros before and after.
#[derive(Default)]
pub struct Levels {
    values: Vec<i16>,
    width: usize,
    rows: usize,
    scale: f32,
}

impl Levels {
    /// Rounds `values` (rows of `width`, the largest of which is `most`) for `product`, with `before` and `after`
    /// rows of zeros at the ends.
    pub fn fill(&mut self, values: &[f32], most: f32, product: &Product, [before, after]: [usize; 2]) {
        let width = product.inputs;
        self.width = width;
        self.rows = before + values.len() / width + after;
        self.scale = (most / product.limit).max(f32::MIN_POSITIVE);
        self.values.resize(self.rows * width, 0);
        let (head, rest) = self.values.split_at_mut(before * width);
        let (middle, tail) = rest.split_at_mut(values.len() / width * width);
        head.fill(0);
        quantize(values, 1.0 / self.scale, middle);
        tail.fill(0);
    }
}

/// A convolution along the rows, or with one tap a matrix product, with 8-bit weights.
pub struct Product {
    taps: usize,
    inputs: usize,
    outputs: usize,
    /// For each panel of outputs, for each tap and pair of inputs, the outputs' two weights.
    panels: Vec<i8>,
    /// Of the weights, by output.
    scales: Vec<f32>,
    bias: Vec<f32>,
    /// The largest number activations may be rounded to, so that no sum can leave 32 bits.
    limit: f32,
}

impl Product {
    /// The convolution of the graph's node `node`, with `bias` if it has one.
    pub fn convolution(
        file: &Weights,
        graph: &Graph,
        node: &str,
        bias: Option<&str>,
        [outputs, inputs, taps]: [usize; 3],
    ) -> Result<Self, OnnxError> {
        let operands = graph.inputs(&format!("{node}/Conv_quant"))?;
        let [_, weights, _, zero_point] = operands[..] else {
            return Err(OnnxError::Damaged("a convolution has other inputs than expected"));
        };
        let zero = i16::from(file.unsigned(zero_point, &[])?[0]);
        let values = file.unsigned(weights, &[outputs, inputs, taps])?;
        let scale = file.floats(&weights.replace("_quantized", "_scale"), &[])?[0];
        let weight = |output: usize, tap: usize, input: usize| {
            (i16::from(values[(output * inputs + input) * taps + tap]) - zero).clamp(-127, 127) as i8
        };
        let bias = bias.map(|name| file.floats(name, &[outputs])).transpose()?;
        Ok(Self::new([outputs, inputs, taps], weight, &vec![scale; outputs], bias))
    }

    /// The matrix `weights` [inputs, outputs] as the quantizing exporter named it.
    pub fn linear(
        file: &Weights,
        weights: &str,
        bias: &str,
        [inputs, outputs]: [usize; 2],
    ) -> Result<Self, OnnxError> {
        let values = file.bytes(&format!("{weights}_quantized"), &[inputs, outputs])?;
        let scales = file.floats(&format!("{weights}_scale"), &[outputs])?;
        let bias = file.floats(bias, &[outputs])?;
        let weight = |output: usize, _: usize, input: usize| values[input * outputs + output].max(-127);
        Ok(Self::new([outputs, inputs, 1], weight, &scales, Some(bias)))
    }

    /// From the weight of each output, tap and input, in −127 to 127.
    pub fn new(
        [outputs, inputs, taps]: [usize; 3],
        weight: impl Fn(usize, usize, usize) -> i8,
        scales: &[f32],
        bias: Option<Vec<f32>>,
    ) -> Self {
        debug_assert!(inputs.is_multiple_of(2), "inputs come in pairs");
        let padded = outputs.div_ceil(PANEL) * PANEL;
        let mut panels = Vec::with_capacity(padded * inputs * taps);
        for panel in (0..padded).step_by(PANEL) {
            for tap in 0..taps {
                for pair in 0..inputs / 2 {
                    for output in panel..panel + PANEL {
                        let at = |input| if output < outputs { weight(output, tap, input) } else { 0 };
                        panels.extend([at(2 * pair), at(2 * pair + 1)]);
                    }
                }
            }
        }
        let total = |output: usize| -> i64 {
            let all = (0..taps).flat_map(|tap| (0..inputs).map(move |input| (tap, input)));
            all.map(|(tap, input)| i64::from(weight(output, tap, input)).abs()).sum()
        };
        let largest = (0..outputs).map(total).max().unwrap_or(0).max(1);
        let limit = (i64::from(i32::MAX) / largest).min(i64::from(i16::MAX)) as f32;
        let mut bias = bias.unwrap_or_default();
        bias.resize(padded, 0.0);
        let mut scales = scales.to_vec();
        scales.resize(padded, 0.0);
        Self { taps, inputs, outputs, panels, scales, bias, limit }
    }

    pub fn outputs(&self) -> usize {
        self.outputs
    }

    pub fn inputs(&self) -> usize {
        self.inputs
    }

    fn walk(&self, stride: usize, dilation: usize) -> Walk {
        let Self { taps, inputs, .. } = *self;
        Walk { row: stride * inputs, taps, tap: dilation * inputs, inputs }
    }

    /// Rows of the result for this input.
    fn rows(&self, input: &Levels, stride: usize, dilation: usize) -> usize {
        (input.rows.saturating_sub((self.taps - 1) * dilation)).div_ceil(stride)
    }

    /// Writes the result to `output`, or adds it there.
    pub fn apply(
        &self,
        level: Level,
        input: &Levels,
        [stride, dilation]: [usize; 2],
        add: bool,
        output: &mut Vec<f32>,
    ) {
        debug_assert_eq!(input.width, self.inputs);
        let (walk, rows) = (self.walk(stride, dilation), self.rows(input, stride, dilation));
        if add {
            debug_assert_eq!(output.len(), rows * self.outputs);
        } else {
            output.resize(rows * self.outputs, 0.0);
        }
        let mut wide = vec![0; walk.panel()];
        let mut sums = vec![0; BLOCK.min(rows) * PANEL];
        for (panel, weights) in self.panels.chunks_exact(walk.panel()).enumerate() {
            for (wide, weight) in wide.iter_mut().zip(weights) {
                *wide = i16::from(*weight);
            }
            let first = panel * PANEL;
            let count = PANEL.min(self.outputs - first);
            let scales: Vec<f32> =
                self.scales[first..first + count].iter().map(|s| s * input.scale).collect();
            let bias = &self.bias[first..first + count];
            for row in (0..rows).step_by(BLOCK) {
                let sums = &mut sums[..BLOCK.min(rows - row) * PANEL];
                multiply(level, walk, &input.values[row * walk.row..], &wide, sums);
                for (sums, output) in
                    sums.chunks_exact(PANEL).zip(output[row * self.outputs..].chunks_exact_mut(self.outputs))
                {
                    let output = &mut output[first..first + count];
                    if add {
                        dequantize_add(sums, &scales, bias, output);
                    } else {
                        dequantize(sums, &scales, bias, output);
                    }
                }
            }
        }
    }

    /// As [`Self::apply`] of floats: rows next to each other, as many of zeros at both ends as keep their number.
    pub fn apply_same(&self, level: Level, values: &[f32]) -> Vec<f32> {
        let most = super::elementwise::largest(values);
        let (mut levels, mut output) = (Levels::default(), Vec::new());
        levels.fill(values, most, self, [self.taps / 2; 2]);
        self.apply(level, &levels, [1, 1], false, &mut output);
        output
    }

    /// All weights at 16 bits, for many products of one row.
    pub fn widened(&self) -> Vec<i16> {
        self.panels.iter().map(|weight| i16::from(*weight)).collect()
    }

    /// The product of one row, already rounded with the scale `scale`, by weights from [`Self::widened`].
    pub fn row(&self, level: Level, input: &[i16], scale: f32, wide: &[i16], output: &mut [f32]) {
        let walk = self.walk(1, 1);
        let mut sums = [0; PANEL];
        for (panel, weights) in wide.chunks_exact(walk.panel()).enumerate() {
            multiply(level, walk, input, weights, &mut sums);
            let at = panel * PANEL;
            for (index, output) in output[at..].iter_mut().take(PANEL).enumerate() {
                *output =
                    (sums[index] as f32).mul_add(self.scales[at + index] * scale, self.bias[at + index]);
            }
        }
    }
}
