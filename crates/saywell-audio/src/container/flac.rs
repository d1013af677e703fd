//! The native FLAC stream (RFC 9639). Frames are numbered through the whole stream and carry checksums over their
//! number, so this is where both are written.

use crate::crc::crc16;
use crate::encode::flac_frame_header;
use crate::{Codec, Frames, SAMPLE_RATE};

#[derive(Debug, Default)]
pub(super) struct Flac {
    frames: u64,
}

/// The stream marker and STREAMINFO, with the number of samples if all clips are known. The MD5 of the samples is
/// zero, which means unknown.
pub(super) fn header(clips: Option<&[Frames]>) -> Vec<u8> {
    let block = Codec::Flac.frame_samples() as u16;
    let samples = clips.map_or(0, |clips| clips.iter().map(Frames::samples).sum());
    let mut bytes = b"fLaC".to_vec();
    bytes.extend([0x80, 0, 0, 34]); // the last metadata block, STREAMINFO, 34 bytes
    bytes.extend(block.to_be_bytes());
    bytes.extend(block.to_be_bytes());
    bytes.extend([0; 6]); // frame sizes unknown
    // 20 bits rate, 3 bits channels - 1, 5 bits depth - 1, 36 bits samples.
    let packed = u64::from(SAMPLE_RATE) << 44 | 15 << 36 | (samples & ((1 << 36) - 1));
    bytes.extend(packed.to_be_bytes());
    bytes.extend([0; 16]);
    bytes
}

impl Flac {
    pub fn clip(&mut self, frames: &Frames) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(frames.data().len() + 10 * frames.count());
        for subframe in frames.iter() {
            let start = bytes.len();
            bytes.extend(flac_frame_header(self.frames));
            bytes.extend_from_slice(subframe);
            let checksum = crc16(&bytes[start..]);
            bytes.extend(checksum.to_be_bytes());
            self.frames += 1;
        }
        bytes
    }
}
