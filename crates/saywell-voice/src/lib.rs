//! The voice inside: text to samples in this process, with exact word timings.

pub mod dsp;
mod math;
pub mod network;
pub mod onnx;
