//! From what is to be said to what the generator makes sound of: 80 rows a second.

use super::kernel::Level;
use super::layers::{File, Residual, ResidualShape};
use super::product::Product;
use super::prosody::{Prosody, TEXT};
use crate::onnx::OnnxError;

/// Width of what the decoder makes.
pub const DECODED: usize = 512;

/// The decoder.
pub struct Decoder {
    pitch: Halving,
    energy: Halving,
    encode: Residual,
    text: Product,
    blocks: Vec<Residual>,
}

impl Decoder {
    pub fn load(file: &File) -> Result<Self, OnnxError> {
        const HIDDEN: usize = 1024;
        const TEXT_BESIDE: usize = 64;
        let block = |part: &str, inputs, outputs, doubles| {
            let names = [format!("/decoder/decoder/{part}"), format!("decoder.decoder.{part}")];
            let shape = ResidualShape { inputs, outputs, doubles };
            Residual::load(file, [&names[0], &names[1]], &shape)
        };
        let wide = HIDDEN + TEXT_BESIDE + 2;
        let mut blocks = Vec::new();
        for index in 0..3 {
            blocks.push(block(&format!("decode.{index}"), wide, HIDDEN, false)?);
        }
        blocks.push(block("decode.3", wide, DECODED, true)?);
        Ok(Self {
            pitch: Halving::load(file, "F0_conv")?,
            energy: Halving::load(file, "N_conv")?,
            encode: block("encode", TEXT + 2, HIDDEN, false)?,
            text: Product::convolution(
                &file.weights,
                &file.graph,
                "/decoder/decoder/asr_res/asr_res.0",
                Some("decoder.decoder.asr_res.0.bias"),
                [TEXT_BESIDE, TEXT, 1],
            )?,
            blocks,
        })
    }

    /// `style` is the half that tells how the voice sounds. Rows of [`DECODED`].
    pub fn run(&self, level: Level, prosody: &Prosody, style: &[f32]) -> Vec<f32> {
        let (pitch, energy) = (self.pitch.apply(&prosody.pitch), self.energy.apply(&prosody.energy));
        let text = self.text.apply_same(level, &prosody.text);
        let frames = pitch.len();
        let beside = |parts: &[&[f32]]| -> Vec<f32> {
            let mut rows = Vec::new();
            for frame in 0..frames {
                for part in parts {
                    let width = part.len() / frames;
                    rows.extend_from_slice(&part[frame * width..][..width]);
                }
            }
            rows
        };
        let mut x = self.encode.apply(level, style, &beside(&[&prosody.text, &pitch, &energy]));
        for block in &self.blocks {
            x = block.apply(level, style, &beside(&[&x, &text, &pitch, &energy]));
        }
        x
    }
}

/// A convolution of one channel that keeps every second value.
struct Halving {
    taps: [f32; 3],
    bias: f32,
}

impl Halving {
    fn load(file: &File, name: &str) -> Result<Self, OnnxError> {
        let operands = file.graph.inputs(&format!("/decoder/decoder/{name}/Conv_quant"))?;
        let [_, weights, _, zero_point] = operands[..] else {
            return Err(OnnxError::Damaged("a convolution has other inputs than expected"));
        };
        let zero = f32::from(file.weights.unsigned(zero_point, &[])?[0]);
        let levels = file.weights.unsigned(weights, &[1, 1, 3])?;
        let scale = file.weights.floats(&weights.replace("_quantized", "_scale"), &[])?[0];
        let bias = file.weights.floats(&format!("decoder.decoder.{name}.bias"), &[1])?[0];
        Ok(Self { taps: std::array::from_fn(|tap| (f32::from(levels[tap]) - zero) * scale), bias })
    }

    fn apply(&self, values: &[f32]) -> Vec<f32> {
        let at = |index: usize, tap: usize| {
            (index + tap)
                .checked_sub(1)
                .and_then(|at| values.get(at))
                .map_or(0.0, |value| value * self.taps[tap])
        };
        (0..values.len()).step_by(2).map(|i| at(i, 0) + at(i, 1) + at(i, 2) + self.bias).collect()
    }
}
