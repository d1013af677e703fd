//! The signal processing after the network: spectral frames to samples.
//!
//! ```text
//! S = exp(harmonic) · e^(iπ tanh(phase)) · STFT(pulses(f0)) + exp(noise) · Z + exp(free) · e^(i free_phase)
//! ```
//!
//! with Z complex Gaussian noise; the samples are the inverse short-time Fourier transform of S. Everything
//! is done frame by frame, so that the working set stays in the first-level cache.

mod noise;
mod pulses;
mod stft;
mod synthesis;

pub use noise::Noise;
pub use synthesis::Synthesizer;

/// Samples per second.
pub const SAMPLE_RATE: u32 = 24_000;
/// Samples per frame of 12.5 ms.
pub const HOP: usize = 300;
/// Samples per window of the Fourier transforms, four hops.
pub const WINDOW: usize = 1200;
