//! The network: phoneme ids to one spectrum per frame of 12.5 ms, with the duration of every phoneme.
//!
//! It is the network of the package `hibari-tts`, written out in Rust over the weights of its ONNX file:
//!
//! ```text
//! ids ─┬▶ prosody encoder ─┬▶ durations ──────┐
//!      │                   └─▶ repeat each phoneme by its duration ▶ ConvNeXt × 6 ▶ pitch, energy ─┐
//!      └▶ text encoder ─────▶ repeat each phoneme by its duration ─────────────────────────────────┴▶
//!         join ▶ convolution ▶ ConvNeXt × 8 ▶ normalize ▶ linear ▶ five spectral parts per frame
//! ```
//!
//! An encoder is an embedding, two `ConvNeXt` blocks and one transformer layer applied several times.

mod kernels;
mod layers;

use std::ops::Range;

use layers::{
    Arithmetic, BlockShape, ConvNeXt, Convolution, Gemm, LayerNorm, Linear, Operand, Product, Transformer,
};

use crate::onnx::{OnnxError, Weights};

/// Bins of a spectrum: 0 to 12 kHz in steps of 20 Hz.
pub const BINS: usize = 601;
/// Parts a frame's spectrum is predicted in, see [`Frame`].
const PARTS: usize = 5;
/// Number of different phoneme ids.
pub const PHONEME_IDS: usize = 178;
/// Frames per step of a duration: durations are predicted in steps of 25 ms, spectra every 12.5 ms.
pub const FRAMES_PER_STEP: usize = 2;

/// Width of the text encoder and of the prosody encoder.
const TEXT: usize = 128;
const PROSODY: usize = 192;
/// Width of the decoder.
const DECODER: usize = 256;
/// Dilations of the blocks that predict pitch and energy: together they see 1.3 s to either side.
const PITCH_DILATIONS: [usize; 6] = [1, 2, 4, 8, 1, 2];

/// A pitch that is bent is held between these, in Hz: below, it would be taken for unvoiced; above, too few
/// harmonics are left to tell vowels apart by.
const BENT_PITCH: [f32; 2] = [60.0, 900.0];
/// What the decoder is told of a bent pitch is held between these, in Hz, for it has learned from no other:
/// of the voice's own pitches 98 in a hundred lie between 73 and 291.
const TOLD_PITCH: [f32; 2] = [70.0, 350.0];
/// So many frames to either side the sound of one depends on: the decoder's nine convolutions of seven taps, and the windows of
/// the synthesis.
const SIGHT: usize = 9 * 3 + 3;
/// Below this pitch, in Hz, a frame is unvoiced.
const UNVOICED: f32 = 40.0;

/// How a phoneme is said against what the network predicts for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bend {
    /// Its pace: two is half as long.
    pub rate: f32,
    /// Its pitch above the predicted, in hundredths of a semitone.
    pub cents: f32,
    /// Whether it may go when there is no time for it, as a mark may that makes no sound.
    pub may_go: bool,
}

/// The loaded network.
pub struct Network {
    arithmetic: Arithmetic,
    text: Encoder,
    prosody: Encoder,
    duration: [Convolution; 2],
    pitch_input: Convolution,
    pitch_blocks: Vec<ConvNeXt>,
    pitch_output: Convolution,
    decoder_input: Convolution,
    decoder_blocks: Vec<ConvNeXt>,
    decoder_norm: LayerNorm,
    head: Linear,
}

impl Network {
    /// Reads the weights from the bytes of the ONNX file, checking that every tensor is there in the expected
    /// shape.
    pub fn load(file: &[u8]) -> Result<Self, OnnxError> {
        Self::load_for(Arithmetic::detect(), file)
    }

    fn load_for(arithmetic: Arithmetic, file: &[u8]) -> Result<Self, OnnxError> {
        let gemm = Gemm::new(arithmetic);
        let file = &Weights::parse(file)?;
        Ok(Self {
            text: Encoder::load(file, &gemm, &TEXT_ENCODER)?,
            prosody: Encoder::load(file, &gemm, &PROSODY_ENCODER)?,
            duration: [
                Convolution::load(file, &gemm, "pn.dur.0", [PROSODY, PROSODY, 3])?,
                Convolution::load(file, &gemm, "pn.dur.2", [1, PROSODY, 1])?,
            ],
            pitch_input: Convolution::load(file, &gemm, "pn.pro_in", [PROSODY, PROSODY, 1])?,
            pitch_blocks: blocks(file, &gemm, ["pn.", "pro"], [PROSODY, 2 * PROSODY], &PITCH_DILATIONS)?,
            pitch_output: Convolution::load(file, &gemm, "pn.pro_out", [4, PROSODY, 1])?,
            decoder_input: Convolution::load(file, &gemm, "m.dec_in", [DECODER, TEXT + 2, 7])?,
            decoder_blocks: blocks(file, &gemm, ["m.", "dec"], [DECODER, 3 * DECODER], &[1; 8])?,
            decoder_norm: LayerNorm::load(file, "m.dec_norm", DECODER)?,
            head: Linear::load(
                file,
                &gemm,
                ["/head/Transpose_output_0", "m.head.bias"],
                [DECODER, PARTS * BINS],
            )?,
            arithmetic,
        })
    }

    /// Predicts the sound of the phonemes `ids` (each below [`PHONEME_IDS`]; the first and the last are the
    /// boundary id 0) at `speed` times the pace the voice was trained on.
    ///
    /// The spectra themselves are made as they are read, see [`Spectrum::frames`].
    #[must_use]
    pub fn run(&self, ids: &[u8], speed: f32) -> Spectrum<'_> {
        self.predict(ids, |own| each_at_speed(own, speed), &[], |_| 0..usize::MAX)
    }

    /// As [`Self::run`], with each phoneme bent as `bends` says, one for each of `ids`; none for none. The speed is exact: what
    /// rounding to whole steps gives or takes goes to the next phoneme, where [`Self::run`], as the network it is made after,
    /// rounds each for itself.
    ///
    /// Of the sound only the frames that `wanted` chooses by the durations are made, with a few more at either side.
    #[must_use]
    pub fn run_bent(
        &self,
        ids: &[u8],
        speed: f32,
        bends: &[Bend],
        wanted: impl Fn(&[u32]) -> Range<usize>,
    ) -> Spectrum<'_> {
        self.predict(ids, |own| at_speed(ids, own, speed), bends, wanted)
    }

    /// `durations` are made of the phonemes' own ones, in parts of steps.
    fn predict(
        &self,
        ids: &[u8],
        durations: impl Fn(&[f32]) -> Vec<u32>,
        bends: &[Bend],
        wanted: impl Fn(&[u32]) -> Range<usize>,
    ) -> Spectrum<'_> {
        stay_on_this_thread();
        let gemm = &Gemm::new(self.arithmetic);
        let prosody = self.prosody.encode(gemm, ids);
        let mut durations = durations(&self.durations(gemm, &prosody));

        // A 1-tap convolution sees one phoneme at a time, so it can go before the repetition.
        let mut pitch = repeat(&self.pitch_input.apply(gemm, &prosody), PROSODY, &durations, 1);
        for block in &self.pitch_blocks {
            block.apply(gemm, &mut pitch);
        }
        let pitch = self.pitch_output.apply(gemm, &pitch);
        // Four numbers a step: the pitch of its two frames, then their energy.
        let (steps, _) = pitch.as_chunks::<4>();
        let mut f0: Vec<f32> = steps.iter().flat_map(|&[a, b, _, _]| [100.0 * a, 100.0 * b]).collect();
        let mut energy: Vec<f32> = steps.iter().flat_map(|&[_, _, a, b]| [a, b]).collect();
        // Bent after the pitch is known, the durations take the melody along.
        let own = durations.clone();
        if stretch(&mut durations, bends) {
            f0 = warp(&f0, &own, &durations, UNVOICED);
            energy = warp(&energy, &own, &durations, f32::NEG_INFINITY);
        }
        shift(&mut f0, &durations, bends);
        let told = if bends.is_empty() { [0.0, f32::INFINITY] } else { TOLD_PITCH };

        let wanted = wanted(&durations);
        let first = wanted.start.saturating_sub(SIGHT).min(f0.len());
        let made = first..wanted.end.saturating_add(SIGHT).clamp(first, f0.len());
        let f0 = f0[made.clone()].to_vec();
        let text = repeat(&self.text.encode(gemm, ids), TEXT, &durations, FRAMES_PER_STEP);
        let text = &text[made.start * TEXT..made.end * TEXT];
        let mut joined = Vec::with_capacity(f0.len() * (TEXT + 2));
        for ((text, f0), energy) in text.chunks_exact(TEXT).zip(&f0).zip(&energy[made]) {
            joined.extend_from_slice(text);
            let f0 = if *f0 < UNVOICED { f0.max(0.0) } else { f0.clamp(told[0], told[1]) };
            joined.push((1.0 + f0).ln() / 5.0);
            joined.push(*energy);
        }
        let mut decoded = self.decoder_input.apply(gemm, &joined);
        for block in &self.decoder_blocks {
            block.apply(gemm, &mut decoded);
        }
        let decoded = Operand::new(gemm, self.decoder_norm.apply(&decoded));
        Spectrum { durations, first, f0, network: self, decoded }
    }

    /// The duration of every phoneme in steps of 25 ms, not rounded.
    fn durations(&self, gemm: &Gemm, prosody: &[f32]) -> Vec<f32> {
        let mut hidden = self.duration[0].apply(gemm, prosody);
        kernels::gelu(&mut hidden);
        let logs = self.duration[1].apply(gemm, &hidden);
        logs.iter().map(|log| log.exp() - 1.0).collect()
    }
}

/// Whole steps, at least one.
fn steps(duration: f32) -> u32 {
    duration.round_ties_even().max(1.0) as u32
}

/// The durations that are `own` at speed 1, each rounded to whole steps for itself at `speed`.
fn each_at_speed(own: &[f32], speed: f32) -> Vec<u32> {
    own.iter().map(|own| steps(own / speed)).collect()
}

/// The durations that are `own` at speed 1, in whole steps at `speed`. What is heard of them is as long as at speed 1 over `speed`: what
/// rounding one gives or takes goes to the next. But for the first: that is the silence ahead of the first sound, which nobody hears.
fn at_speed(ids: &[u8], own: &[f32], speed: f32) -> Vec<u32> {
    /// Steps at the ends that are predicted as sound and not heard as such, at any speed: what is heard of 12 sentences at 0.5 to 2
    /// is then as long as asked to 1 %.
    const UNHEARD: f32 = 3.0;
    /// The space and the marks of stress: no sounds of their own, so that fast speech can do without.
    const MARKS: [u8; 3] = [16, 156, 157];
    let all: f32 = own.iter().skip(1).map(|own| steps(*own) as f32).sum();
    let scale = if all > UNHEARD { ((all - UNHEARD) / speed + UNHEARD) / all } else { 1.0 / speed };
    let mut owed = 0.0;
    let at_speed = |(index, (own, id)): (usize, (&f32, &u8))| {
        let wanted = steps(*own) as f32 * scale + owed;
        let least = if speed > 1.0 && MARKS.contains(id) { 0.0 } else { 1.0 };
        let steps = wanted.round_ties_even().max(least);
        owed = if index == 0 { 0.0 } else { wanted - steps };
        steps as u32
    };
    own.iter().zip(ids).enumerate().map(at_speed).collect()
}

/// What the network predicts for a sequence of phonemes.
pub struct Spectrum<'a> {
    /// Duration of each phoneme (boundaries included), in steps of 25 ms.
    pub durations: Vec<u32>,
    /// Which frame is the first that is made.
    pub first: usize,
    /// Pitch of each frame that is made in Hz; below 40, the frame is unvoiced.
    pub f0: Vec<f32>,
    network: &'a Network,
    /// The decoder's last activations, [frames, [`DECODER`]].
    decoded: Operand,
}

impl Spectrum<'_> {
    /// Makes the frames in order and hands each to `then`.
    ///
    /// A frame is 12 kB and a long sentence has a thousand; made a few at a time they stay in the cache.
    pub fn frames(&self, mut then: impl FnMut(Frame<'_>)) {
        let gemm = &Gemm::new(self.network.arithmetic);
        let mut memory = Product::default();
        let mut first = 0;
        while first < self.f0.len() {
            let last = (first + 32).min(self.f0.len());
            let head = &self.network.head;
            let block = head.product(gemm, &self.decoded, first..last, &mut memory);
            for parts in block.chunks_exact(PARTS * BINS) {
                let (harmonic, rest) = parts.split_at(BINS);
                let (harmonic_phase, rest) = rest.split_at(BINS);
                let (noise, rest) = rest.split_at(BINS);
                let (free, free_phase) = rest.split_at(BINS);
                then(Frame { harmonic, harmonic_phase, noise, free, free_phase });
            }
            first = last;
        }
    }
}

/// One frame's spectrum as the network predicts it: [`BINS`] values in each part. Magnitudes are natural
/// logarithms.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    /// Log magnitude of the filter that shapes the pulses.
    pub harmonic: &'a [f32],
    /// Phase of that filter: π tanh of this.
    pub harmonic_phase: &'a [f32],
    /// Log magnitude of the noise.
    pub noise: &'a [f32],
    /// Log magnitude of the part with a phase of its own.
    pub free: &'a [f32],
    /// Phase of that part, in radians.
    pub free_phase: &'a [f32],
}

/// Keeps the matrix products on the calling thread, which they would otherwise leave for rayon's: texts are
/// spoken side by side, one thread each.
fn stay_on_this_thread() {
    thread_local! {
        static ALONE: Option<rayon::ThreadPool> =
            rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().ok();
    }
    ALONE.with(|_| ());
}

/// Brings `durations` to the paces of `bends`, if there are any but the own. What rounding to whole steps gives or takes goes to the next
/// phoneme, so that words are as long as they should be to a step.
fn stretch(durations: &mut [u32], bends: &[Bend]) -> bool {
    /// More is not made up for, so that no phoneme pays for many before it.
    const MOST_OWED: f32 = 2.0;
    let mut owed = 0.0;
    let mut is_bent = false;
    // What has gone for want of time stays away: it has no melody to take along.
    for (duration, bend) in durations.iter_mut().zip(bends).filter(|(duration, _)| **duration > 0) {
        if (bend.rate - 1.0).abs() < f32::EPSILON {
            owed = 0.0;
            continue;
        }
        let wanted = *duration as f32 / bend.rate + owed;
        *duration = wanted.round_ties_even().max(if bend.may_go { 0.0 } else { 1.0 }) as u32;
        owed = (wanted - *duration as f32).max(-MOST_OWED);
        is_bent = true;
    }
    is_bent
}

/// What was made for `own` durations, brought to `durations`: the frames of each phoneme are spread over its
/// new ones, linearly between two at or above `least`, else the nearer.
fn warp(values: &[f32], own: &[u32], durations: &[u32], least: f32) -> Vec<f32> {
    let mut warped = Vec::with_capacity(durations.iter().sum::<u32>() as usize * FRAMES_PER_STEP);
    let mut start = 0;
    for (own, new) in own.iter().zip(durations) {
        let (own, new) = (*own as usize * FRAMES_PER_STEP, *new as usize * FRAMES_PER_STEP);
        let values = &values[start..start + own];
        start += own;
        for frame in 0..new {
            let place = (frame as f32 + 0.5) * own as f32 / new as f32 - 0.5;
            let place = place.clamp(0.0, (own - 1) as f32);
            let (before, after) = (values[place as usize], values[(place.ceil() as usize).min(own - 1)]);
            let share = place.fract();
            warped.push(if own == new {
                values[frame]
            } else if before >= least && after >= least {
                before + (after - before) * share
            } else if share < 0.5 {
                before
            } else {
                after
            });
        }
    }
    warped
}

/// Raises the pitch of voiced frames by `bends`, with a slope of 50 ms where two of them meet.
fn shift(f0: &mut [f32], durations: &[u32], bends: &[Bend]) {
    const SLOPE: usize = 4;
    if bends.iter().all(|bend| bend.cents.abs() < f32::EPSILON) {
        return;
    }
    let frames = |(bend, duration): (&Bend, &u32)| {
        std::iter::repeat_n(bend.cents, *duration as usize * FRAMES_PER_STEP)
    };
    let cents: Vec<f32> = bends.iter().zip(durations).flat_map(frames).collect();
    for (frame, f0) in f0.iter_mut().enumerate().filter(|(_, f0)| **f0 >= UNVOICED) {
        let around = &cents[frame.saturating_sub(SLOPE / 2)..(frame + SLOPE / 2 + 1).min(cents.len())];
        let cents = around.iter().sum::<f32>() / around.len() as f32;
        if cents.abs() > f32::EPSILON {
            *f0 = (*f0 * (cents / 1200.0).exp2()).clamp(BENT_PITCH[0], BENT_PITCH[1]);
        }
    }
}

/// Each row of `rows` repeated `durations[row] × times` times.
fn repeat(rows: &[f32], width: usize, durations: &[u32], times: usize) -> Vec<f32> {
    let mut repeated = Vec::with_capacity(durations.iter().sum::<u32>() as usize * times * width);
    for (row, duration) in rows.chunks_exact(width).zip(durations) {
        for _ in 0..*duration as usize * times {
            repeated.extend_from_slice(row);
        }
    }
    repeated
}

/// `ConvNeXt` blocks of 7 taps, their plain tensors named `{prefix}{name}.0.…`, their matrices `/{name}.0/…`.
fn blocks(
    file: &Weights,
    gemm: &Gemm,
    [prefix, name]: [&str; 2],
    [width, hidden]: [usize; 2],
    dilations: &[usize],
) -> Result<Vec<ConvNeXt>, OnnxError> {
    let block = |(i, &dilation): (usize, &usize)| {
        let linear = ["pw1", "pw2"].map(|part| format!("/{name}.{i}/{part}/Transpose_output_0"));
        let shape = BlockShape { width, hidden, taps: 7, dilation };
        ConvNeXt::load(file, gemm, &format!("{prefix}{name}.{i}"), [&linear[0], &linear[1]], shape)
    };
    dilations.iter().enumerate().map(block).collect()
}

/// Phoneme ids to one vector per phoneme.
struct Encoder {
    width: usize,
    embedding: Vec<f32>,
    blocks: [ConvNeXt; 2],
    transformer: Transformer,
    /// How often the transformer layer, whose weights are shared, is applied.
    passes: usize,
    norm: LayerNorm,
}

/// What tells the two encoders apart; the exporter named their matrices after their use in the graph.
struct EncoderLayout {
    name: &'static str,
    width: usize,
    passes: usize,
    blocks: [[&'static str; 2]; 2],
    transformer: [&'static str; 4],
}

const TEXT_ENCODER: EncoderLayout = EncoderLayout {
    name: "m.text",
    width: TEXT,
    passes: 4,
    blocks: [
        ["/convs.0/pw1/Transpose_output_0", "/convs.0/pw2/Transpose_output_0"],
        ["/convs.1/pw1/Transpose_output_0", "/convs.1/pw2/Transpose_output_0"],
    ],
    transformer: [
        "/Transpose_2_output_0", "/out_proj/Transpose_output_0", "/linear1/Transpose_output_0",
        "/linear2/Transpose_output_0",
    ],
};

const PROSODY_ENCODER: EncoderLayout = EncoderLayout {
    name: "pn.text",
    width: PROSODY,
    passes: 6,
    blocks: [
        ["/convs.0/pw1_1/Transpose_output_0", "/convs.0/pw2_1/Transpose_output_0"],
        ["/convs.1/pw1_1/Transpose_output_0", "/convs.1/pw2_1/Transpose_output_0"],
    ],
    transformer: [
        "/Transpose_25_output_0",
        "/out_proj_4/Transpose_output_0",
        "/linear1_4/Transpose_output_0",
        "/linear2_4/Transpose_output_0",
    ],
};

impl Encoder {
    fn load(file: &Weights, gemm: &Gemm, layout: &EncoderLayout) -> Result<Self, OnnxError> {
        let EncoderLayout { name, width, .. } = *layout;
        let block = |i: usize| {
            let name = format!("{name}.convs.{i}");
            let shape = BlockShape { width, hidden: 2 * width, taps: 5, dilation: 1 };
            ConvNeXt::load(file, gemm, &name, layout.blocks[i], shape)
        };
        Ok(Self {
            width,
            embedding: file.floats(&format!("{name}.emb.weight"), &[PHONEME_IDS, width])?,
            blocks: [block(0)?, block(1)?],
            transformer: Transformer::load(
                file,
                gemm,
                &format!("{name}.attn"),
                layout.transformer,
                [width, 2 * width, 2],
            )?,
            passes: layout.passes,
            norm: LayerNorm::load(file, &format!("{name}.norm"), width)?,
        })
    }

    fn encode(&self, gemm: &Gemm, ids: &[u8]) -> Vec<f32> {
        let mut x: Vec<f32> = ids
            .iter()
            .flat_map(|id| &self.embedding[usize::from(*id) * self.width..][..self.width])
            .copied()
            .collect();
        for block in &self.blocks {
            block.apply(gemm, &mut x);
        }
        for _ in 0..self.passes {
            self.transformer.apply(gemm, &mut x);
        }
        self.norm.apply(&x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &[u8] = include_bytes!("../assets/hibari.onnx");

    /// What processors without 8-bit dot products compute, against those with them.
    #[test]
    fn float_arithmetic_agrees() {
        let ids = [0, 50, 83, 54, 156, 31, 16, 81, 156, 86, 123, 4, 0];
        let float = Network::load_for(Arithmetic::Float, MODEL).unwrap();
        let float = float.run(&ids, 1.0);
        let int8 = Network::load_for(Arithmetic::Int8, MODEL).unwrap();
        let int8 = int8.run(&ids, 1.0);
        assert_eq!(float.durations, int8.durations);
        let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
        let parts = |spectrum: &Spectrum| {
            let mut parts = Vec::new();
            spectrum.frames(|frame| parts.push([mean(frame.harmonic), mean(frame.noise), mean(frame.free)]));
            parts.concat()
        };
        let (float, int8) = (parts(&float), parts(&int8));
        assert_eq!(float.len(), int8.len());
        // Within what the rounding of activations does to the reference too, see `tests/reference.rs`.
        let squares: Vec<f32> = float.iter().zip(&int8).map(|(a, b)| (a - b) * (a - b)).collect();
        let difference = mean(&squares).sqrt();
        assert!(difference < 0.1, "{difference}");
    }

    #[test]
    fn what_is_rounded_away_is_made_up_for() {
        let own = [3.4, 1.2, 2.6, 0.3, 6.0, 4.4, 1.0, 2.0, 3.0, 5.0];
        let ids = [0, 50, 16, 156, 83, 54, 16, 31, 81, 0];
        assert_eq!(at_speed(&ids, &own, 1.0), own.map(steps));
        let all = own.map(steps)[1..].iter().sum::<u32>() as f32 - 3.0;
        for speed in [0.5, 0.8, 0.9, 1.1, 1.25, 1.5, 2.0] {
            let sped = at_speed(&ids, &own, speed)[1..].iter().sum::<u32>() as f32 - 3.0;
            assert!((sped - all / speed).abs() <= 0.5, "{sped} steps for {all} at {speed}");
        }
    }

    #[test]
    fn other_paces_keep_the_melody() {
        let bend = |rate| Bend { rate, cents: 0.0, may_go: false };
        let mut durations = [4, 3, 3, 3, 2];
        assert!(stretch(&mut durations, &[1.0, 2.0, 2.0, 2.0, 1.0].map(bend)));
        assert_eq!(durations, [4, 2, 1, 2, 2], "what is rounded away goes to the next");
        assert!(!stretch(&mut durations, &[]));
        let mut gone = [3, 0, 3];
        assert!(stretch(&mut gone, &[0.4; 3].map(|rate| Bend { may_go: true, ..bend(rate) })));
        assert_eq!(gone, [8, 0, 7], "nothing comes of nothing");
        let f0 = [100.0, 120.0, 140.0, 160.0, 0.0, 10.0];
        assert_eq!(warp(&f0, &[1, 1, 1], &[1, 1, 1], UNVOICED), f0);
        let slow = warp(&f0, &[2, 1], &[4, 2], UNVOICED);
        assert_eq!(slow, [100.0, 105.0, 115.0, 125.0, 135.0, 145.0, 155.0, 160.0, 0.0, 0.0, 10.0, 10.0]);
        assert_eq!(warp(&f0, &[2, 1], &[1, 0], UNVOICED), [110.0, 150.0]);
    }

    #[test]
    fn refuses_a_file_with_other_tensors() {
        assert!(matches!(Network::load(&[]), Err(OnnxError::Missing(_))));
        assert!(matches!(Network::load(&MODEL[..MODEL.len() / 2]), Err(OnnxError::Damaged(_))));
    }
}
