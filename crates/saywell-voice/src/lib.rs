//! The in-process neural voice.

pub mod g2p;
#[allow(dead_code, reason = "the voice network reads the other kinds of tensors")]
mod onnx;
