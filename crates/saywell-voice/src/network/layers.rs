//! The layers the network is made of. Activations are row-major matrices, one row per phoneme or frame.

use rten_gemm::{BiasVector, GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix, QuantParams};
use rten_tensor::NdTensorView;

use super::kernels;
use crate::onnx::{OnnxError, Weights};

/// Rows of a product made at a time: enough to keep the processor's multipliers busy, few enough that what is
/// done next to the result finds it in the cache.
const BLOCK: usize = 64;

/// How the products with 8-bit weights are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// As the network was quantized: activations are rounded to 8 bits.
    Int8,
    /// With the weights as floats, where 8-bit products could overflow on the way (x86 without VNNI).
    Float,
}

impl Arithmetic {
    /// The faster one that this processor does right.
    pub fn detect() -> Self {
        if GemmExecutor::<u8, i8, i32>::default().may_saturate() { Self::Float } else { Self::Int8 }
    }
}

/// The matrix multiplication routines for this processor. It is made where it is used: it cannot be shared
/// between threads, and costs next to nothing.
pub struct Gemm {
    float: GemmExecutor<f32>,
    int8: Option<GemmExecutor<u8, i8, i32>>,
}

impl Gemm {
    pub fn new(arithmetic: Arithmetic) -> Self {
        let int8 = (arithmetic == Arithmetic::Int8).then(GemmExecutor::default);
        Self { float: GemmExecutor::default(), int8 }
    }

    /// `output = alpha × a × b`, for any strides of `a` and `b`.
    fn multiply(&self, a: NdTensorView<f32, 2>, b: NdTensorView<f32, 2>, alpha: f32, output: &mut [f32]) {
        let options = GemmOptions { alpha, ..GemmOptions::default() };
        let done = self.float.gemm(output, GemmInputA::Unpacked(a), GemmInputB::Unpacked(b), options);
        debug_assert!(done.is_ok(), "{done:?}");
    }
}

/// The left factor of a [`Linear`] layer's product, ready to be multiplied.
///
/// On processors with 8-bit dot products it is quantized as ONNX's `DynamicQuantizeLinear` does it: one scale
/// and zero point for the whole matrix, so that its range and zero fall on whole levels 0 to 255.
pub enum Operand {
    Int8 { values: Vec<u8>, scale: f32, zero_point: u8 },
    Float(Vec<f32>),
}

impl Operand {
    pub fn new(gemm: &Gemm, values: Vec<f32>) -> Self {
        let range = kernels::range_with_zero(&values);
        Self::with_range(gemm, values, range)
    }

    /// With the smallest and the largest value (or zero) known.
    fn with_range(gemm: &Gemm, values: Vec<f32>, (low, high): (f32, f32)) -> Self {
        if gemm.int8.is_none() {
            return Self::Float(values);
        }
        let scale = ((high - low) / 255.0).max(f32::MIN_POSITIVE);
        let zero_point = (-low / scale).round_ties_even().clamp(0.0, 255.0) as u8;
        let mut quantized = vec![0; values.len()];
        kernels::quantize(&values, scale, zero_point, &mut quantized);
        Self::Int8 { values: quantized, scale, zero_point }
    }
}

/// A fully connected layer with 8-bit weights: `x W + b`.
pub struct Linear {
    inputs: usize,
    bias: Vec<f32>,
    weights: LinearWeights,
}

enum LinearWeights {
    Int8 { packed: PackedBMatrix<i8>, scale: f32 },
    Float(PackedBMatrix<f32>),
}

impl Linear {
    /// `weights` names the [inputs, outputs] matrix as the quantizing exporter did, `bias` the bias.
    pub fn load(
        file: &Weights,
        gemm: &Gemm,
        [weights, bias]: [&str; 2],
        [inputs, outputs]: [usize; 2],
    ) -> Result<Self, OnnxError> {
        let shape = [inputs, outputs];
        let values = file.bytes(&format!("{weights}_quantized"), &shape)?;
        let scale = file.floats(&format!("{weights}_scale"), &[])?[0];
        if file.bytes(&format!("{weights}_zero_point"), &[])? != [0] {
            return Err(OnnxError::Damaged("a weight matrix is not quantized symmetrically"));
        }
        let weights = if let Some(int8) = &gemm.int8 {
            let packed = int8.prepack_b(NdTensorView::from_data(shape, &values[..]));
            LinearWeights::Int8 { packed, scale }
        } else {
            let values: Vec<f32> = values.iter().map(|level| f32::from(*level) * scale).collect();
            LinearWeights::Float(gemm.float.prepack_b(NdTensorView::from_data(shape, &values[..])))
        };
        Ok(Self { inputs, bias: file.floats(bias, &[outputs])?, weights })
    }

    pub fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// Number of rows of `operand`.
    pub fn rows(&self, operand: &Operand) -> usize {
        match operand {
            Operand::Int8 { values, .. } => values.len() / self.inputs,
            Operand::Float(values) => values.len() / self.inputs,
        }
    }

    /// Multiplies all rows, a block at a time, and hands each block to `then` with the index of its first row.
    pub fn apply(&self, gemm: &Gemm, operand: &Operand, mut then: impl FnMut(usize, &mut [f32])) {
        let rows = self.rows(operand);
        let mut output = Product::default();
        for first in (0..rows).step_by(BLOCK) {
            then(first, self.product(gemm, operand, first..(first + BLOCK).min(rows), &mut output));
        }
    }

    /// The product of some rows of `operand`; `output` lends the memory.
    pub fn product<'a>(
        &self,
        gemm: &Gemm,
        operand: &Operand,
        rows: std::ops::Range<usize>,
        output: &'a mut Product,
    ) -> &'a mut [f32] {
        let (count, range) = (rows.len(), rows.start * self.inputs..rows.end * self.inputs);
        output.values.resize(count * self.outputs(), 0.0);
        match (operand, &self.weights, &gemm.int8) {
            (
                Operand::Int8 { values, scale, zero_point },
                LinearWeights::Int8 { packed, scale: unit },
                Some(int8),
            ) => {
                output.sums.resize(count * self.outputs(), 0);
                let a = NdTensorView::from_data([count, self.inputs], &values[range]);
                let zero_points = vec![*zero_point; count];
                let options = GemmOptions {
                    a_quant: Some(QuantParams { zero_point: &zero_points }),
                    ..GemmOptions::default()
                };
                let done =
                    int8.gemm(&mut output.sums, GemmInputA::Unpacked(a), GemmInputB::Packed(packed), options);
                debug_assert!(done.is_ok(), "{done:?}");
                kernels::dequantize(&output.sums, scale * unit, &self.bias, &mut output.values);
            }
            (Operand::Float(values), LinearWeights::Float(packed), _) => {
                let a = NdTensorView::from_data([count, self.inputs], &values[range]);
                let options =
                    GemmOptions { bias: Some(BiasVector::Row(&self.bias)), ..GemmOptions::default() };
                let done = gemm.float.gemm(
                    &mut output.values,
                    GemmInputA::Unpacked(a),
                    GemmInputB::Packed(packed),
                    options,
                );
                debug_assert!(done.is_ok(), "{done:?}");
            }
            _ => unreachable!("operands and weights are made for the same processor"),
        }
        &mut output.values
    }
}

/// Memory for the rows of a product.
#[derive(Default)]
pub struct Product {
    sums: Vec<i32>,
    values: Vec<f32>,
}

/// A convolution along the rows, with float weights; rows before the first and after the last count as zero.
pub struct Convolution {
    taps: usize,
    inputs: usize,
    bias: Vec<f32>,
    weights: PackedBMatrix<f32>,
}

impl Convolution {
    /// `name.weight` is [outputs, inputs, taps] with an odd number of taps, `name.bias` is [outputs].
    pub fn load(
        file: &Weights,
        gemm: &Gemm,
        name: &str,
        [outputs, inputs, taps]: [usize; 3],
    ) -> Result<Self, OnnxError> {
        let values = file.floats(&format!("{name}.weight"), &[outputs, inputs, taps])?;
        // As a product: row (tap, input) of the weights meets column (tap, input) of the gathered rows.
        let transposed: Vec<f32> = (0..taps * inputs * outputs)
            .map(|i| {
                let (tap, input, output) = (i / (inputs * outputs), i / outputs % inputs, i % outputs);
                values[(output * inputs + input) * taps + tap]
            })
            .collect();
        let weights =
            gemm.float.prepack_b(NdTensorView::from_data([taps * inputs, outputs], &transposed[..]));
        Ok(Self { taps, inputs, bias: file.floats(&format!("{name}.bias"), &[outputs])?, weights })
    }

    /// [rows, inputs] to [rows, outputs].
    pub fn apply(&self, gemm: &Gemm, input: &[f32]) -> Vec<f32> {
        let (width, outputs) = (self.inputs, self.bias.len());
        let rows = input.len() / width;
        let reach = self.taps / 2;
        let mut output = vec![0.0; rows * outputs];
        let mut gathered = vec![0.0; BLOCK.min(rows) * self.taps * width];
        for (block, output) in output.chunks_mut(BLOCK * outputs).enumerate() {
            let count = output.len() / outputs;
            let gathered = &mut gathered[..count * self.taps * width];
            for (row, gathered) in gathered.chunks_exact_mut(self.taps * width).enumerate() {
                let row = block * BLOCK + row;
                let first = row.saturating_sub(reach);
                let last = (row + reach + 1).min(rows);
                let (before, rest) = gathered.split_at_mut((first + reach - row) * width);
                let (inside, after) = rest.split_at_mut((last - first) * width);
                before.fill(0.0);
                inside.copy_from_slice(&input[first * width..last * width]);
                after.fill(0.0);
            }
            let a = NdTensorView::from_data([count, self.taps * width], &*gathered);
            let options = GemmOptions { bias: Some(BiasVector::Row(&self.bias)), ..GemmOptions::default() };
            let done =
                gemm.float.gemm(output, GemmInputA::Unpacked(a), GemmInputB::Packed(&self.weights), options);
            debug_assert!(done.is_ok(), "{done:?}");
        }
        output
    }
}

/// Layer normalization.
pub struct LayerNorm {
    gain: Vec<f32>,
    bias: Vec<f32>,
}

impl LayerNorm {
    pub fn load(file: &Weights, name: &str, width: usize) -> Result<Self, OnnxError> {
        Ok(Self {
            gain: file.floats(&format!("{name}.weight"), &[width])?,
            bias: file.floats(&format!("{name}.bias"), &[width])?,
        })
    }

    pub fn apply(&self, input: &[f32]) -> Vec<f32> {
        let mut output = vec![0.0; input.len()];
        kernels::layer_norm(input, &self.gain, &self.bias, &mut output);
        output
    }
}

/// A `ConvNeXt` block (Liu et al., 2022): depthwise convolution, layer normalization, two linear layers with a
/// GELU between, scaled and added to the input.
pub struct ConvNeXt {
    taps: Vec<f32>,
    dilation: usize,
    taps_bias: Vec<f32>,
    norm: LayerNorm,
    widen: Linear,
    narrow: Linear,
    scale: Vec<f32>,
}

/// Channels in and out, channels between, taps of the depthwise convolution and rows from tap to tap.
#[derive(Clone, Copy)]
pub struct BlockShape {
    pub width: usize,
    pub hidden: usize,
    pub taps: usize,
    pub dilation: usize,
}

impl ConvNeXt {
    /// `name` is the prefix of the block's plain tensors, `linear` names the weights of its two linear layers.
    pub fn load(
        file: &Weights,
        gemm: &Gemm,
        name: &str,
        linear: [&str; 2],
        shape: BlockShape,
    ) -> Result<Self, OnnxError> {
        let BlockShape { width, hidden, taps, dilation } = shape;
        let values = file.floats(&format!("{name}.dw.weight"), &[width, 1, taps])?;
        let bias = [format!("{name}.pw1.bias"), format!("{name}.pw2.bias")];
        Ok(Self {
            taps: (0..taps * width).map(|i| values[i % width * taps + i / width]).collect(),
            dilation,
            taps_bias: file.floats(&format!("{name}.dw.bias"), &[width])?,
            norm: LayerNorm::load(file, &format!("{name}.norm"), width)?,
            widen: Linear::load(file, gemm, [linear[0], &bias[0]], [width, hidden])?,
            narrow: Linear::load(file, gemm, [linear[1], &bias[1]], [hidden, width])?,
            scale: file.floats(&format!("{name}.gamma"), &[width])?,
        })
    }

    pub fn apply(&self, gemm: &Gemm, x: &mut [f32]) {
        let mut normed = vec![0.0; x.len()];
        let Self { taps, dilation, taps_bias, norm, .. } = self;
        kernels::depthwise_layer_norm(x, taps, *dilation, taps_bias, &norm.gain, &norm.bias, &mut normed);
        let hidden = feed_through_gelu(gemm, &self.widen, normed);
        self.narrow.apply(gemm, &hidden, |first, block| {
            let x = &mut x[first * self.scale.len()..][..block.len()];
            kernels::add_scaled(x, &self.scale, block);
        });
    }
}

/// A transformer layer (Vaswani et al., 2017) that normalizes first: self-attention, then two linear layers
/// with a GELU between, each added to its input.
pub struct Transformer {
    width: usize,
    heads: usize,
    norm_attention: LayerNorm,
    queries_keys_values: Linear,
    joined: Linear,
    norm_feed: LayerNorm,
    widen: Linear,
    narrow: Linear,
}

impl Transformer {
    /// `name` is the prefix of the layer's plain tensors; `linear` names the weights of its linear layers:
    /// queries, keys and values in one; the joined heads; the two of the feed-forward part.
    pub fn load(
        file: &Weights,
        gemm: &Gemm,
        name: &str,
        linear: [&str; 4],
        [width, hidden, heads]: [usize; 3],
    ) -> Result<Self, OnnxError> {
        let load =
            |weights, bias, shape| Linear::load(file, gemm, [weights, &format!("{name}.{bias}")], shape);
        Ok(Self {
            width,
            heads,
            norm_attention: LayerNorm::load(file, &format!("{name}.norm1"), width)?,
            queries_keys_values: load(linear[0], "self_attn.in_proj_bias", [width, 3 * width])?,
            joined: load(linear[1], "self_attn.out_proj.bias", [width, width])?,
            norm_feed: LayerNorm::load(file, &format!("{name}.norm2"), width)?,
            widen: load(linear[2], "linear1.bias", [width, hidden])?,
            narrow: load(linear[3], "linear2.bias", [hidden, width])?,
        })
    }

    pub fn apply(&self, gemm: &Gemm, x: &mut [f32]) {
        let attended = self.attend(gemm, &Operand::new(gemm, self.norm_attention.apply(x)));
        self.joined.apply(gemm, &Operand::new(gemm, attended), |first, block| {
            kernels::add(&mut x[first * self.width..], block);
        });
        let hidden = feed_through_gelu(gemm, &self.widen, self.norm_feed.apply(x));
        self.narrow.apply(gemm, &hidden, |first, block| {
            kernels::add(&mut x[first * self.width..], block);
        });
    }

    /// Every head's attention, side by side.
    fn attend(&self, gemm: &Gemm, normed: &Operand) -> Vec<f32> {
        let (width, head_width) = (self.width, self.width / self.heads);
        let rows = self.queries_keys_values.rows(normed);
        let mut product = Product::default();
        let projected = &*self.queries_keys_values.product(gemm, normed, 0..rows, &mut product);
        let projected = NdTensorView::from_data([rows, 3 * width], projected);
        let mut attended = vec![0.0; rows * width];
        let mut scores = vec![0.0; rows * rows];
        let mut mixed = vec![0.0; rows * head_width];
        for head in 0..self.heads {
            let part = |which: usize| {
                let from = which * width + head * head_width;
                projected.slice((.., from..from + head_width))
            };
            let (queries, keys, values) = (part(0), part(1), part(2));
            gemm.multiply(queries, keys.transposed(), 1.0 / (head_width as f32).sqrt(), &mut scores);
            kernels::softmax(&mut scores, rows);
            gemm.multiply(NdTensorView::from_data([rows, rows], &scores[..]), values, 1.0, &mut mixed);
            for (row, mixed) in attended.chunks_exact_mut(width).zip(mixed.chunks_exact(head_width)) {
                row[head * head_width..][..head_width].copy_from_slice(mixed);
            }
        }
        attended
    }
}

/// `gelu(x W + b)`, ready for the next layer.
fn feed_through_gelu(gemm: &Gemm, linear: &Linear, x: Vec<f32>) -> Operand {
    let operand = Operand::new(gemm, x);
    let mut hidden = Vec::with_capacity(linear.rows(&operand) * linear.outputs());
    let mut range = (0.0f32, 0.0f32);
    linear.apply(gemm, &operand, |_, block| {
        kernels::gelu(block);
        let (low, high) = kernels::range_with_zero(block);
        range = (range.0.min(low), range.1.max(high));
        hidden.extend_from_slice(block);
    });
    Operand::with_range(gemm, hidden, range)
}
