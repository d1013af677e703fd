//! One clip's sound: a run of whole frames.

use crate::crc::crc32;
use crate::{Codec, SAMPLE_RATE};

/// Whole encoded frames of one codec. Frames of one clip may follow those of any other clip of the same codec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frames {
    codec: Codec,
    /// Bytes of each frame; empty for PCM, whose frames are all two bytes.
    sizes: Vec<u16>,
    data: Vec<u8>,
}

impl Frames {
    /// No frames.
    #[must_use]
    pub fn new(codec: Codec) -> Self {
        Frames { codec, sizes: Vec::new(), data: Vec::new() }
    }

    pub(crate) fn from_pcm(data: Vec<u8>) -> Self {
        Frames { codec: Codec::Pcm, sizes: Vec::new(), data }
    }

    /// Appends one frame. No codec here makes a frame of 64 KiB, so a size always fits.
    pub(crate) fn push(&mut self, frame: &[u8]) {
        debug_assert!(self.codec != Codec::Pcm && u16::try_from(frame.len()).is_ok());
        self.sizes.push(frame.len() as u16);
        self.data.extend_from_slice(frame);
    }

    /// Appends the frames that follow, of the same codec.
    pub fn extend(&mut self, more: &Self) {
        debug_assert_eq!(self.codec, more.codec);
        self.sizes.extend_from_slice(&more.sizes);
        self.data.extend_from_slice(&more.data);
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.data.is_empty() && self.sizes.is_empty()
    }

    /// The first `count` frames, or all if there are no more, and the rest.
    #[must_use]
    pub fn split_at(&self, count: usize) -> (Self, Self) {
        let count = count.min(self.count());
        let bytes = match self.codec {
            Codec::Pcm => 2 * count,
            _ => self.sizes[..count].iter().map(|&size| usize::from(size)).sum(),
        };
        let sizes = if self.codec == Codec::Pcm { 0 } else { count };
        let part = |sizes: &[u16], data: &[u8]| Frames {
            codec: self.codec,
            sizes: sizes.to_vec(),
            data: data.to_vec(),
        };
        let ((front, back), (before, after)) = (self.sizes.split_at(sizes), self.data.split_at(bytes));
        (part(front, before), part(back, after))
    }

    /// The codec of the frames.
    #[must_use]
    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// How long the clip lasts, in samples: exact, padding included.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.count() as u64 * self.codec.frame_samples() as u64
    }

    /// How long the clip lasts, in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.samples() as f64 / f64::from(SAMPLE_RATE)
    }

    /// The number of frames.
    #[must_use]
    pub fn count(&self) -> usize {
        if self.codec == Codec::Pcm { self.data.len() / 2 } else { self.sizes.len() }
    }

    /// The bytes of all frames, one after the other.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The bytes of each frame. For PCM the whole clip counts as one run, handed out at once.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.data.as_slice();
        let whole = (self.codec == Codec::Pcm).then_some(rest.len());
        self.sizes.iter().map(|&size| usize::from(size)).chain(whole).map(move |size| {
            let (frame, tail) = rest.split_at(size);
            rest = tail;
            frame
        })
    }

    /// The form in which a clip is stored: the magic bytes, the codec, the number of frames, the size of each
    /// (not for PCM), their bytes, and a CRC-32 over all that. Numbers are little-endian.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + 2 * self.sizes.len() + self.data.len() + CHECKSUM);
        bytes.extend_from_slice(MAGIC);
        bytes.push(match self.codec {
            Codec::Mp3 => 1,
            Codec::Opus => 2,
            Codec::Flac => 3,
            Codec::Pcm => 4,
        });
        bytes.extend_from_slice(&(self.count() as u32).to_le_bytes());
        for size in &self.sizes {
            bytes.extend_from_slice(&size.to_le_bytes());
        }
        bytes.extend_from_slice(&self.data);
        bytes.extend_from_slice(&crc32(&bytes).to_le_bytes());
        bytes
    }

    /// Reads what [`Frames::to_bytes`] wrote. Anything else is an error: no torn or foreign bytes pass.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FramesError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(FramesError::Foreign)?;
        let (&code, rest) = rest.split_first().ok_or(FramesError::Torn)?;
        let codec = match code {
            1 => Codec::Mp3,
            2 => Codec::Opus,
            3 => Codec::Flac,
            4 => Codec::Pcm,
            _ => return Err(FramesError::Foreign),
        };
        let (count, rest) = rest.split_first_chunk::<4>().ok_or(FramesError::Torn)?;
        let count = u32::from_le_bytes(*count) as usize;
        let (rest, checksum) = rest.split_last_chunk::<CHECKSUM>().ok_or(FramesError::Torn)?;

        let table = if codec == Codec::Pcm { 0 } else { count.checked_mul(2).ok_or(FramesError::Torn)? };
        let (table, data) = rest.split_at_checked(table).ok_or(FramesError::Torn)?;
        let sizes: Vec<u16> = table.as_chunks::<2>().0.iter().map(|&size| u16::from_le_bytes(size)).collect();
        let expected = match codec {
            Codec::Pcm => count.checked_mul(2).ok_or(FramesError::Torn)?,
            _ => sizes.iter().map(|&size| usize::from(size)).sum(),
        };
        if data.len() != expected || crc32(&bytes[..bytes.len() - CHECKSUM]).to_le_bytes() != *checksum {
            return Err(FramesError::Torn);
        }
        Ok(Frames { codec, sizes, data: data.to_vec() })
    }
}

/// Saywell frames, form 1.
const MAGIC: &[u8] = b"SWF1";
const HEADER: usize = MAGIC.len() + 1 + 4;
const CHECKSUM: usize = 4;

/// Stored bytes are not a clip; make the clip again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FramesError {
    /// They never were one, or another version wrote them.
    #[error("not a stored clip of this version")]
    Foreign,
    /// They were one, and are damaged or cut short.
    #[error("the stored clip is damaged")]
    Torn,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip() -> Frames {
        let mut frames = Frames::new(Codec::Opus);
        frames.push(&[1, 2, 3]);
        frames.push(&[]);
        frames.push(&[4]);
        frames
    }

    #[test]
    fn stored_bytes_read_back() {
        for frames in [clip(), Frames::from_pcm(vec![1, 2, 3, 4]), Frames::new(Codec::Flac)] {
            assert_eq!(Frames::from_bytes(&frames.to_bytes()).unwrap(), frames);
        }
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_noticed() {
        let bytes = clip().to_bytes();
        for length in 0..bytes.len() {
            assert!(Frames::from_bytes(&bytes[..length]).is_err(), "cut to {length} bytes");
        }
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(Frames::from_bytes(&damaged).is_err(), "bit {bit} flipped");
        }
        let mut longer = bytes;
        longer.push(0);
        assert_eq!(Frames::from_bytes(&longer), Err(FramesError::Torn));
    }

    #[test]
    fn frames_come_out_as_they_went_in() {
        assert_eq!(clip().iter().collect::<Vec<_>>(), [&[1, 2, 3][..], &[], &[4]]);
        assert_eq!(clip().samples(), 1440);
    }
}
