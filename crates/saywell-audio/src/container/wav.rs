//! The RIFF header of 16-bit mono PCM.

use crate::{Frames, SAMPLE_RATE};

const HEADER: u32 = 44;
const SAMPLE_BYTES: u16 = 2;

/// Unknown lengths are written as the largest number, which players take for "until the end".
pub(super) fn header(clips: Option<&[Frames]>) -> Vec<u8> {
    let data = clips.map_or(u32::MAX, |clips| {
        u32::try_from(clips.iter().map(|clip| clip.data().len()).sum::<usize>()).unwrap_or(u32::MAX)
    });
    let mut bytes = b"RIFF".to_vec();
    bytes.extend(data.saturating_add(HEADER - 8).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend(1_u16.to_le_bytes()); // PCM
    bytes.extend(1_u16.to_le_bytes()); // mono
    bytes.extend(SAMPLE_RATE.to_le_bytes());
    bytes.extend((SAMPLE_RATE * u32::from(SAMPLE_BYTES)).to_le_bytes());
    bytes.extend(SAMPLE_BYTES.to_le_bytes());
    bytes.extend((SAMPLE_BYTES * 8).to_le_bytes());
    bytes.extend(b"data");
    bytes.extend(data.to_le_bytes());
    bytes
}
