//! From the decoder's rows and the source's spectra to samples: nine tenths of the work.

use super::elementwise::{add, affine_snake, leaky, spectra, statistics};
use super::kernel::Level;
use super::layers::{Convolution, File, Scratch, Style, Upsampling, rectified};
use super::product::{Levels, Product};
use super::source::{BINS, FRAME, HOP};
use crate::onnx::OnnxError;

const NAME: &str = "decoder.decoder.generator";
const NODE: &str = "/decoder/decoder/generator";

/// The generator.
pub struct Generator {
    stages: [Stage; 2],
    last: Convolution,
    /// What each real and imaginary part of a spectrum adds to each sample of its frame.
    bases: Vec<f32>,
    /// What the first samples are divided by: only those, as the network was exported.
    first: Vec<f32>,
}

/// More rows by `stride`, the source's part added, and three blocks whose mean goes on.
struct Stage {
    upsampling: Upsampling,
    source: Product,
    source_stride: usize,
    source_block: Block,
    blocks: [Block; 3],
}

impl Generator {
    pub fn load(file: &File) -> Result<Self, OnnxError> {
        let source = |index: u32, shape| {
            Product::convolution(
                &file.weights,
                &file.graph,
                &format!("{NODE}/noise_convs.{index}"),
                Some(&format!("{NAME}.noise_convs.{index}.bias")),
                shape,
            )
        };
        let block = |index: u32, width, taps| Block::load(file, &format!("resblocks.{index}"), width, taps);
        let upsampling = |weights: &str, index: u32, shape| {
            Upsampling::load(file, [&format!("{NODE}/{weights}"), &format!("{NAME}.ups.{index}.bias")], shape)
        };
        let stages = [
            Stage {
                upsampling: upsampling("Mul_output_0", 0, [512, 256, 10])?,
                source: source(0, [256, 2 * BINS, 12])?,
                source_stride: 6,
                source_block: Block::load(file, "noise_res.0", 256, 7)?,
                blocks: [block(0, 256, 3)?, block(1, 256, 7)?, block(2, 256, 11)?],
            },
            Stage {
                upsampling: upsampling("Mul_1_output_0", 1, [256, 128, 6])?,
                source: source(1, [128, 2 * BINS, 1])?,
                source_stride: 1,
                source_block: Block::load(file, "noise_res.1", 128, 11)?,
                blocks: [block(3, 128, 3)?, block(4, 128, 7)?, block(5, 128, 11)?],
            },
        ];
        Ok(Self {
            stages,
            last: Convolution::load(
                file,
                [&format!("{NODE}/Mul_2_output_0"), &format!("{NAME}.conv_post.bias")],
                [2 * BINS, 128, 7],
            )?,
            bases: file
                .weights
                .floats(&format!("{NAME}.stft.istft.stft.inverse_basis"), &[2 * BINS, 1, FRAME])?,
            first: file.weights.floats(&format!("{NAME}.stft.istft.stft.window_sum"), &[FRAME])?,
        })
    }

    /// Samples of the decoder's rows `decoded`, 300 for each; `source` has 60 rows for each of them and one more.
    /// Asks `wanted` between its parts, and gives none when it says no.
    pub fn run(
        &self,
        level: Level,
        decoded: &[f32],
        source: &[f32],
        style: &[f32],
        wanted: &dyn Fn() -> bool,
    ) -> Option<Vec<f32>> {
        let mut scratch = Scratch::default();
        let mut x = rectified(decoded, 1.0, 0.1);
        for (index, stage) in self.stages.iter().enumerate() {
            let is_last = index == 1;
            x = stage.run(level, &x, source, style, is_last, &mut scratch, wanted)?;
            // The mean of three blocks, rectified for what comes next.
            leaky(&mut x, 1.0 / 3.0, if is_last { 0.01 } else { 0.1 });
        }
        let mut parts = self.last.apply(&x);
        spectra(&mut parts, BINS);
        Some(self.samples(&parts))
    }

    /// Adds up the frames.
    fn samples(&self, spectra: &[f32]) -> Vec<f32> {
        const CUT: usize = FRAME / 2;
        const GAIN: f32 = 4.0;
        let frames = spectra.len() / (2 * BINS);
        let mut samples = vec![0.0f32; (frames.saturating_sub(1)) * HOP + FRAME];
        for (frame, parts) in spectra.chunks_exact(2 * BINS).enumerate() {
            let samples = &mut samples[frame * HOP..][..FRAME];
            for (part, base) in parts.iter().zip(self.bases.chunks_exact(FRAME)) {
                for (sample, base) in samples.iter_mut().zip(base) {
                    *sample = part.mul_add(*base, *sample);
                }
            }
        }
        for (sample, sum) in samples.iter_mut().zip(&self.first) {
            if *sum > f32::MIN_POSITIVE {
                *sample /= sum;
            }
        }
        samples[CUT..samples.len() - CUT].iter().map(|sample| sample * GAIN).collect()
    }
}

impl Stage {
    #[expect(clippy::too_many_arguments, reason = "all that a stage needs, each once")]
    fn run(
        &self,
        level: Level,
        input: &[f32],
        source: &[f32],
        style: &[f32],
        is_last: bool,
        scratch: &mut Scratch,
        wanted: &dyn Fn() -> bool,
    ) -> Option<Vec<f32>> {
        let mut beside = self.source(level, source);
        self.source_block.apply(level, style, &mut beside, scratch, wanted)?;
        let mut x = self.upsampling.apply(input);
        if is_last {
            // One more row ahead, a mirror of what follows.
            let width = self.source.outputs();
            let mirrored = x[width..2 * width].to_vec();
            x.splice(0..0, mirrored);
        }
        add(&mut x, &beside, 1.0);
        let mut sum = vec![0.0; x.len()];
        for block in &self.blocks {
            beside.copy_from_slice(&x);
            block.apply(level, style, &mut beside, scratch, wanted)?;
            add(&mut sum, &beside, 1.0);
        }
        Some(sum)
    }

    fn source(&self, level: Level, source: &[f32]) -> Vec<f32> {
        let most = super::elementwise::largest(source);
        let (mut levels, mut output) = (Levels::default(), Vec::new());
        let padding = self.source_stride / 2;
        levels.fill(source, most, &self.source, [padding; 2]);
        self.source.apply(level, &levels, [self.source_stride, 1], false, &mut output);
        output
    }
}

/// Three residual layers of two convolutions each, the first of them dilated, each after a normalization to the
/// style and a snake (Ziyin et al., 2020).
struct Block {
    width: usize,
    taps: usize,
    layers: Vec<Layer>,
}

struct Layer {
    dilation: usize,
    halves: [Half; 2],
}

struct Half {
    style: Style,
    alpha: Vec<f32>,
    convolution: Product,
}

impl Block {
    fn load(file: &File, part: &str, width: usize, taps: usize) -> Result<Self, OnnxError> {
        let half = |which: u32, index: usize| {
            Ok::<_, OnnxError>(Half {
                style: Style::load(file, &format!("{NAME}.{part}.adain{which}.{index}"), width)?,
                alpha: file.weights.floats(&format!("{NAME}.{part}.alpha{which}.{index}"), &[1, width, 1])?,
                convolution: Product::convolution(
                    &file.weights,
                    &file.graph,
                    &format!("{NODE}/{part}/convs{which}.{index}"),
                    Some(&format!("{NAME}.{part}.convs{which}.{index}.bias")),
                    [width, width, taps],
                )?,
            })
        };
        let layer = |(index, dilation)| Ok(Layer { dilation, halves: [half(1, index)?, half(2, index)?] });
        let layers = [1, 3, 5].into_iter().enumerate().map(layer).collect::<Result<_, OnnxError>>()?;
        Ok(Self { width, taps, layers })
    }

    fn apply(
        &self,
        level: Level,
        style: &[f32],
        x: &mut Vec<f32>,
        scratch: &mut Scratch,
        wanted: &dyn Fn() -> bool,
    ) -> Option<()> {
        let Scratch { activated, hidden, levels } = scratch;
        activated.resize(x.len(), 0.0);
        for Layer { dilation, halves: [first, second] } in &self.layers {
            if !wanted() {
                return None;
            }
            first.activate(level, style, x, activated, self.reach(*dilation), levels);
            first.convolution.apply(level, levels, [1, *dilation], false, hidden);
            second.activate(level, style, hidden, activated, self.reach(1), levels);
            second.convolution.apply(level, levels, [1, 1], true, x);
        }
        debug_assert_eq!(x.len() % self.width, 0);
        Some(())
    }

    /// Rows that a convolution reaches to either side.
    fn reach(&self, dilation: usize) -> usize {
        self.taps / 2 * dilation
    }
}

impl Half {
    fn activate(
        &self,
        level: Level,
        style: &[f32],
        x: &[f32],
        activated: &mut [f32],
        reach: usize,
        levels: &mut Levels,
    ) {
        let (gain, shift) = self.style.affine(level, style, &statistics(x, self.alpha.len()));
        let most = affine_snake(x, &gain, &shift, &self.alpha, activated);
        levels.fill(activated, most, &self.convolution, [reach; 2]);
    }
}
