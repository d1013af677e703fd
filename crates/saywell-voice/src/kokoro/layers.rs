//! What the parts of the network are made of. Activations are row-major matrices, one row per phoneme or frame.

use rten_gemm::{BiasVector, GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_tensor::NdTensorView;

use super::elementwise::{add, affine_leaky, layer_norm, leaky, memory_step, statistics};
use super::kernel::Level;
use super::product::{Levels, Product};
use crate::onnx::{Graph, OnnxError, Weights};

/// Width of a style, and of each of its halves: how the decoder sounds, and how the prosody runs.
pub const STYLE: usize = 128;

/// A file to load the network from.
pub struct File<'a> {
    pub weights: Weights<'a>,
    pub graph: Graph<'a>,
}

/// Layer normalization.
pub struct LayerNorm {
    gain: Vec<f32>,
    shift: Vec<f32>,
    epsilon: f32,
}

impl LayerNorm {
    pub fn load(
        file: &File,
        [gain, shift]: [&str; 2],
        width: usize,
        epsilon: f32,
    ) -> Result<Self, OnnxError> {
        let read = |name| file.weights.floats(name, &[width]);
        Ok(Self { gain: read(gain)?, shift: read(shift)?, epsilon })
    }

    pub fn apply(&self, values: &mut [f32]) {
        layer_norm(values, &self.gain, &self.shift, self.epsilon);
    }
}

/// The gain and shift that a style asks for: a linear layer of it.
pub struct Style {
    linear: Product,
}

impl Style {
    /// `name` is the prefix of the layer's tensors; for `width` channels.
    pub fn load(file: &File, name: &str, width: usize) -> Result<Self, OnnxError> {
        let linear = Product::linear(
            &file.weights,
            &format!("{name}.fc.weight"),
            &format!("{name}.fc.bias"),
            [STYLE, 2 * width],
        )?;
        Ok(Self { linear })
    }

    /// One plus the gain, and the shift, of each channel.
    pub fn apply(&self, level: Level, style: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let mut gain = self.linear.apply_same(level, style);
        let shift = gain.split_off(gain.len() / 2);
        for gain in &mut gain {
            *gain += 1.0;
        }
        (gain, shift)
    }

    /// The gain and shift that bring channels of these statistics (mean and variance) to the style's.
    pub fn affine(&self, level: Level, style: &[f32], statistics: &[[f32; 2]]) -> (Vec<f32>, Vec<f32>) {
        const EPSILON: f32 = 1e-5;
        let (mut gain, mut shift) = self.apply(level, style);
        for ((gain, shift), [mean, variance]) in gain.iter_mut().zip(&mut shift).zip(statistics) {
            *gain /= (variance + EPSILON).sqrt();
            *shift -= mean * *gain;
        }
        (gain, shift)
    }
}

/// A long short-term memory that reads its rows in both directions.
pub struct Memory {
    inputs: [Product; 2],
    recurrent: [Product; 2],
}

impl Memory {
    /// Width of the state of each direction.
    pub const WIDTH: usize = 256;

    /// `names` are the numbers in the names of its tensors: bias, inputs' weights and recurrent weights.
    pub fn load(file: &File, [bias, inputs, recurrent]: [u32; 3], width: usize) -> Result<Self, OnnxError> {
        const GATES: usize = 4 * Memory::WIDTH;
        let biases = file.weights.floats(&format!("onnx::LSTM_{bias}"), &[2, 2 * GATES])?;
        let product = |name: u32, rows: usize, direction: usize, bias: Option<Vec<f32>>| {
            let values = file.weights.bytes(&format!("onnx::LSTM_{name}_quantized"), &[2, rows, GATES])?;
            let scale = file.weights.floats(&format!("onnx::LSTM_{name}_scale"), &[2])?[direction];
            let weight = |output: usize, _: usize, input: usize| {
                values[(direction * rows + input) * GATES + output].max(-127)
            };
            Ok::<_, OnnxError>(Product::new([GATES, rows, 1], weight, &[scale; GATES], bias))
        };
        let bias = |direction: usize| {
            let (input, recurrent) = biases[direction * 2 * GATES..][..2 * GATES].split_at(GATES);
            Some(input.iter().zip(recurrent).map(|(a, b)| a + b).collect())
        };
        Ok(Self {
            inputs: [product(inputs, width, 0, bias(0))?, product(inputs, width, 1, bias(1))?],
            recurrent: [product(recurrent, Self::WIDTH, 0, None)?, product(recurrent, Self::WIDTH, 1, None)?],
        })
    }

    /// Both directions' states, side by side, for every row.
    pub fn apply(&self, level: Level, values: &[f32]) -> Vec<f32> {
        const WIDTH: usize = Memory::WIDTH;
        /// A state lies within [-1, 1].
        const SCALE: f32 = 1.0 / 32_767.0;
        let rows = values.len() / self.inputs[0].inputs();
        let mut output = vec![0.0; rows * 2 * WIDTH];
        for (direction, (inputs, recurrent)) in self.inputs.iter().zip(&self.recurrent).enumerate() {
            let gates = inputs.apply_same(level, values);
            let wide = recurrent.widened();
            let (mut state, mut hidden) = ([0.0; WIDTH], [0.0; WIDTH]);
            let (mut more, mut rounded) = (vec![0.0; 4 * WIDTH], vec![0; WIDTH]);
            for step in 0..rows {
                let row = if direction == 0 { step } else { rows - 1 - step };
                super::elementwise::quantize(&hidden, 1.0 / SCALE, &mut rounded);
                recurrent.row(level, &rounded, SCALE, &wide, &mut more);
                memory_step(&gates[row * 4 * WIDTH..][..4 * WIDTH], &more, &mut state, &mut hidden);
                output[(2 * row + direction) * WIDTH..][..WIDTH].copy_from_slice(&hidden);
            }
        }
        output
    }
}

/// A convolution that doubles the rows of every channel by itself.
struct Doubling {
    /// For each tap, each channel's weight.
    taps: [Vec<f32>; 3],
    bias: Vec<f32>,
}

impl Doubling {
    fn load(file: &File, weights: &str, bias: &str, width: usize) -> Result<Self, OnnxError> {
        let values = file.weights.floats(weights, &[width, 1, 3])?;
        let tap = |tap| values.iter().skip(tap).step_by(3).copied().collect();
        Ok(Self { taps: [tap(0), tap(1), tap(2)], bias: file.weights.floats(bias, &[width])? })
    }

    fn apply(&self, values: &[f32]) -> Vec<f32> {
        let width = self.bias.len();
        let mut output = vec![0.0; 2 * values.len()];
        let silence = vec![0.0; width];
        for (row, output) in output.chunks_exact_mut(2 * width).enumerate() {
            let this = &values[row * width..][..width];
            let next = values.get((row + 1) * width..(row + 2) * width).unwrap_or(&silence);
            let (even, odd) = output.split_at_mut(width);
            for i in 0..width {
                even[i] = this[i].mul_add(self.taps[1][i], self.bias[i]);
                odd[i] = this[i].mul_add(self.taps[2][i], next[i].mul_add(self.taps[0][i], self.bias[i]));
            }
        }
        output
    }
}

/// A residual block of two convolutions, each after a normalization to the style.
pub struct Residual {
    width: usize,
    styles: [Style; 2],
    convolutions: [Product; 2],
    shortcut: Option<Product>,
    doubling: Option<Doubling>,
}

/// What a residual block is like.
pub struct ResidualShape {
    pub inputs: usize,
    pub outputs: usize,
    pub doubles: bool,
}

impl Residual {
    /// `node` is the prefix of its nodes, `name` that of its tensors.
    pub fn load(file: &File, [node, name]: [&str; 2], shape: &ResidualShape) -> Result<Self, OnnxError> {
        let ResidualShape { inputs, outputs, doubles } = *shape;
        let convolution = |which: &str, bias: bool, shape| {
            let bias = bias.then(|| format!("{name}.{which}.bias"));
            Product::convolution(
                &file.weights,
                &file.graph,
                &format!("{node}/{which}"),
                bias.as_deref(),
                shape,
            )
        };
        Ok(Self {
            width: inputs,
            styles: [
                Style::load(file, &format!("{name}.norm1"), inputs)?,
                Style::load(file, &format!("{name}.norm2"), outputs)?,
            ],
            convolutions: [
                convolution("conv1", true, [outputs, inputs, 3])?,
                convolution("conv2", true, [outputs, outputs, 3])?,
            ],
            shortcut: if inputs == outputs {
                None
            } else {
                Some(convolution("conv1x1", false, [outputs, inputs, 1])?)
            },
            doubling: if doubles {
                let weights = format!("{node}/Mul_output_0");
                Some(Doubling::load(file, &weights, &format!("{name}.pool.bias"), inputs)?)
            } else {
                None
            },
        })
    }

    pub fn apply(&self, level: Level, style: &[f32], input: &[f32]) -> Vec<f32> {
        const SLOPE: f32 = 0.2;
        let normed = |which: usize, values: &[f32], width: usize| {
            let (gain, shift) = self.styles[which].affine(level, style, &statistics(values, width));
            let mut output = vec![0.0; values.len()];
            affine_leaky(values, &gain, &shift, SLOPE, &mut output);
            output
        };
        let mut hidden = normed(0, input, self.width);
        if let Some(doubling) = &self.doubling {
            hidden = doubling.apply(&hidden);
        }
        let hidden = self.convolutions[0].apply_same(level, &hidden);
        let hidden = normed(1, &hidden, self.convolutions[0].outputs());
        let mut output = self.convolutions[1].apply_same(level, &hidden);
        let doubled: Vec<f32>;
        let mut straight = input;
        if self.doubling.is_some() {
            let rows = input.chunks_exact(self.width);
            doubled = rows.flat_map(|row| row.iter().chain(row)).copied().collect();
            straight = &doubled;
        }
        let projected: Vec<f32>;
        if let Some(shortcut) = &self.shortcut {
            projected = shortcut.apply_same(level, straight);
            straight = &projected;
        }
        add(&mut output, straight, std::f32::consts::FRAC_1_SQRT_2);
        output
    }
}

/// A matrix of floats to multiply rows by: of the few layers whose weights were not rounded.
pub struct Matrix {
    inputs: usize,
    packed: PackedBMatrix<f32>,
    bias: Vec<f32>,
}

impl Matrix {
    /// From [inputs, outputs] by rows.
    pub fn new(values: &[f32], bias: Vec<f32>) -> Self {
        let inputs = values.len() / bias.len();
        let view = NdTensorView::from_data([inputs, bias.len()], values);
        Self { inputs, packed: GemmExecutor::<f32>::default().prepack_b(view), bias }
    }

    /// The product of rows that overlap: each takes `inputs` numbers, `step` further on than the one before.
    pub fn apply(&self, input: &[f32], step: usize, rows: usize) -> Vec<f32> {
        /// Rows multiplied at a time.
        const BLOCK: usize = 256;
        let gemm = GemmExecutor::<f32>::default();
        let outputs = self.bias.len();
        let mut output = vec![0.0; rows * outputs];
        for (block, output) in output.chunks_mut(BLOCK * outputs).enumerate() {
            let count = output.len() / outputs;
            let from = block * BLOCK * step;
            let gathered: Vec<f32> =
                (0..count).flat_map(|row| &input[from + row * step..][..self.inputs]).copied().collect();
            let a = NdTensorView::from_data([count, self.inputs], &gathered[..]);
            let options = GemmOptions { bias: Some(BiasVector::Row(&self.bias)), ..GemmOptions::default() };
            let done = gemm.gemm(output, GemmInputA::Unpacked(a), GemmInputB::Packed(&self.packed), options);
            debug_assert!(done.is_ok(), "{done:?}");
        }
        output
    }
}

/// A convolution that makes `stride` rows of every one, each from two neighbours.
pub struct Upsampling {
    stride: usize,
    inputs: usize,
    outputs: usize,
    matrix: Matrix,
}

impl Upsampling {
    /// `weights` is [inputs, outputs, 2 stride].
    pub fn load(
        file: &File,
        [weights, bias]: [&str; 2],
        [inputs, outputs, stride]: [usize; 3],
    ) -> Result<Self, OnnxError> {
        let values = file.weights.floats(weights, &[inputs, outputs, 2 * stride])?;
        let bias = file.weights.floats(bias, &[outputs])?;
        // Output row `stride t + phase` is this row's tap `phase` and the last row's `phase + stride`.
        let mut matrix = Vec::with_capacity(2 * inputs * stride * outputs);
        for late in [stride, 0] {
            for input in 0..inputs {
                for phase in 0..stride {
                    matrix.extend(
                        (0..outputs)
                            .map(|output| values[(input * outputs + output) * 2 * stride + phase + late]),
                    );
                }
            }
        }
        Ok(Self { stride, inputs, outputs, matrix: Matrix::new(&matrix, bias.repeat(stride)) })
    }

    pub fn apply(&self, input: &[f32]) -> Vec<f32> {
        let rows = input.len() / self.inputs;
        let silence = vec![0.0; self.inputs];
        let padded = [&silence, input, &silence].concat();
        let output = self.matrix.apply(&padded, self.inputs, rows + 1);
        // Half a stride is cut off at both ends.
        output[self.stride / 2 * self.outputs..][..rows * self.stride * self.outputs].to_vec()
    }
}

/// A convolution with float weights that keeps the number of rows.
pub struct Convolution {
    taps: usize,
    inputs: usize,
    matrix: Matrix,
}

impl Convolution {
    pub fn load(
        file: &File,
        [weights, bias]: [&str; 2],
        [outputs, inputs, taps]: [usize; 3],
    ) -> Result<Self, OnnxError> {
        let values = file.weights.floats(weights, &[outputs, inputs, taps])?;
        let mut matrix = Vec::with_capacity(values.len());
        for tap in 0..taps {
            for input in 0..inputs {
                matrix.extend((0..outputs).map(|output| values[(output * inputs + input) * taps + tap]));
            }
        }
        Ok(Self { taps, inputs, matrix: Matrix::new(&matrix, file.weights.floats(bias, &[outputs])?) })
    }

    pub fn apply(&self, input: &[f32]) -> Vec<f32> {
        let silence = vec![0.0; self.taps / 2 * self.inputs];
        let padded = [&silence, input, &silence].concat();
        self.matrix.apply(&padded, self.inputs, input.len() / self.inputs)
    }
}

/// Memory that the blocks of the generator share.
#[derive(Default)]
pub struct Scratch {
    pub activated: Vec<f32>,
    pub hidden: Vec<f32>,
    pub levels: Levels,
}

/// `leaky(x × scale)` of a copy.
pub fn rectified(values: &[f32], scale: f32, slope: f32) -> Vec<f32> {
    let mut output = values.to_vec();
    leaky(&mut output, scale, slope);
    output
}
