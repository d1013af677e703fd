//! A provider's WAV answer is read or refused, whatever it holds, and however it is cut into pieces.
#![no_main]

use libfuzzer_sys::fuzz_target;
use saywell_audio::{WavError, WavReader, read_wav};

fuzz_target!(|data: &[u8]| {
    let whole = read_wav(data);
    let size = data.first().map_or(1, |&byte| usize::from(byte).max(1));
    assert_eq!(
        in_pieces(data, size).map(|(rate, samples)| (rate, samples.len())),
        whole.map(|(rate, samples)| (rate, samples.len()))
    );
});

fn in_pieces(data: &[u8], size: usize) -> Result<(u32, Vec<f32>), WavError> {
    let mut reader = WavReader::default();
    let mut samples = Vec::new();
    for piece in data.chunks(size) {
        samples.extend(reader.push(piece)?);
    }
    Ok((reader.finish()?, samples))
}
