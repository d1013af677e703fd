//! A network file is read or refused, and what is asked of it is there or is an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use saywell_voice::onnx::Weights;

fuzz_target!(|data: &[u8]| {
    if let Ok(weights) = Weights::parse(data) {
        let _ = weights.floats("w", &[1]);
        let _ = weights.bytes("w", &[2, 2]);
    }
});
