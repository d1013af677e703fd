//! Reading RIFF/WAVE, as providers send it: streamed, so that the sizes may be placeholders.

use crate::mix_down;

/// Why bytes cannot be read as WAVE sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WavError {
    /// There is no RIFF/WAVE header.
    #[error("not a WAVE file")]
    NotWave,
    /// A chunk that must be there is missing or too short.
    #[error("the WAVE file has no complete {chunk:?} chunk")]
    Missing {
        /// Its name, `fmt ` or `data`.
        chunk: &'static str,
    },
    /// The header states more sound than there is: the transfer was cut short.
    #[error("the WAVE file states {stated} bytes of sound and has {found}")]
    Truncated {
        /// Bytes the header promises.
        stated: u32,
        /// Bytes there are.
        found: usize,
    },
    /// No samples of this kind are read here.
    #[error(
        "WAVE samples of {bits} bits in {channels} channels with format tag {tag:#06x} are not supported"
    )]
    Unsupported {
        /// The format tag: 1 is PCM, 3 floating point.
        tag: u16,
        /// Bits of a sample.
        bits: u16,
        /// The number of channels.
        channels: u16,
    },
    /// The stated rate cannot be one.
    #[error("the WAVE file states a sample rate of 0 Hz")]
    NoRate,
}

/// The rate in Hz and the samples of a whole file, see [`WavReader`].
pub fn read_wav(bytes: &[u8]) -> Result<(u32, Vec<f32>), WavError> {
    let mut reader = WavReader::default();
    let samples = reader.push(bytes)?;
    Ok((reader.finish()?, samples))
}

/// Reads a WAVE file as it arrives, in pieces of any size, mixed down to mono.
///
/// Reads PCM of 8, 16, 24 and 32 bits and floating point of 32 and 64 bits. A data size of 0 or of nearly 2 or 4 GiB
/// is a streaming encoder's placeholder and means "until the end"; what follows a stated size is no sound.
#[derive(Debug, Default)]
pub struct WavReader {
    state: State,
    layout: Option<Layout>,
    /// What has arrived of a part that is read whole: a header, a format, the channels of one sample.
    held: Vec<u8>,
}

#[derive(Debug, Default, Clone, Copy)]
enum State {
    /// Before the file's own header.
    #[default]
    Start,
    /// Before the header of a chunk.
    Chunk,
    /// Within a format chunk of this size.
    Format { size: u64 },
    /// This much of a chunk is of no interest.
    Skip { left: u64 },
    /// Within the sound: the size its header states, if it does, and what has been read.
    Sound { stated: Option<u32>, found: usize },
}

impl WavReader {
    /// Samples a second; `None` until the sound begins.
    #[must_use]
    pub fn rate(&self) -> Option<u32> {
        self.layout.filter(|_| matches!(self.state, State::Sound { .. })).map(|layout| layout.rate)
    }

    /// The samples that `bytes` completes.
    ///
    /// # Errors
    /// What makes it unreadable. The reader is of no use after that.
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<Vec<f32>, WavError> {
        loop {
            match self.state {
                State::Start => {
                    let Some(header) = self.hold(&mut bytes, 12) else { break };
                    if !(header.starts_with(b"RIFF") && header.ends_with(b"WAVE")) {
                        return Err(WavError::NotWave);
                    }
                    self.state = State::Chunk;
                }
                State::Chunk => {
                    let Some(header) = self.hold(&mut bytes, 8) else { break };
                    self.state = self.enter(&header)?;
                }
                State::Format { size } => {
                    // An extensible format has 40 bytes; whatever follows them says nothing of the samples.
                    let wanted = size.min(40);
                    let Some(content) = self.hold(&mut bytes, wanted as usize) else { break };
                    self.layout = Some(Layout::read(&content)?);
                    self.state = State::Skip { left: padded(size) - wanted };
                }
                State::Skip { left } => {
                    let skipped = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                    bytes = &bytes[skipped..];
                    self.state = match left - skipped as u64 {
                        0 => State::Chunk,
                        left => State::Skip { left },
                    };
                    if bytes.is_empty() {
                        break;
                    }
                }
                State::Sound { stated, found } => {
                    let left = stated.map_or(usize::MAX, |stated| stated as usize - found);
                    let sound = &bytes[..bytes.len().min(left)];
                    self.state = State::Sound { stated, found: found.saturating_add(sound.len()) };
                    return Ok(self.samples(sound));
                }
            }
        }
        Ok(Vec::new())
    }

    /// The rate in Hz, once the file has ended.
    ///
    /// # Errors
    /// It ended too early.
    pub fn finish(self) -> Result<u32, WavError> {
        match (self.state, self.layout) {
            (State::Start, _) => Err(WavError::NotWave),
            (State::Sound { stated: Some(stated), found }, _) if found < stated as usize => {
                Err(WavError::Truncated { stated, found })
            }
            (State::Sound { .. }, Some(layout)) => Ok(layout.rate),
            (_, None) => Err(WavError::Missing { chunk: "fmt " }),
            (_, Some(_)) => Err(WavError::Missing { chunk: "data" }),
        }
    }

    /// The next `length` bytes, once they are all there.
    fn hold(&mut self, bytes: &mut &[u8], length: usize) -> Option<Vec<u8>> {
        let missing = length.saturating_sub(self.held.len());
        let (taken, rest) = bytes.split_at(missing.min(bytes.len()));
        self.held.extend_from_slice(taken);
        *bytes = rest;
        (self.held.len() == length).then(|| std::mem::take(&mut self.held))
    }

    fn enter(&self, header: &[u8]) -> Result<State, WavError> {
        let &[n0, n1, n2, n3, s0, s1, s2, s3] = header else {
            return Err(WavError::Missing { chunk: "fmt " });
        };
        let size = u32::from_le_bytes([s0, s1, s2, s3]);
        match &[n0, n1, n2, n3] {
            b"fmt " => Ok(State::Format { size: size.into() }),
            b"data" if self.layout.is_none() => Err(WavError::Missing { chunk: "fmt " }),
            b"data" => {
                let stated = Some(size).filter(|size| *size != 0 && *size < PLACEHOLDER);
                Ok(State::Sound { stated, found: 0 })
            }
            _ => Ok(State::Skip { left: padded(size.into()) }),
        }
    }

    /// Whole samples of all channels; what is left over waits for the next piece.
    fn samples(&mut self, sound: &[u8]) -> Vec<f32> {
        let Some(layout) = self.layout else { return Vec::new() };
        self.held.extend_from_slice(sound);
        let whole = self.held.len() - self.held.len() % layout.block();
        let samples = layout.samples(&self.held[..whole]);
        self.held.drain(..whole);
        samples
    }
}

/// Chunks are filled up to an even length.
fn padded(size: u64) -> u64 {
    size + size % 2
}

/// From here on a stated size is a placeholder: nearly 2 or 4 GiB.
const PLACEHOLDER: u32 = 0x7fff_0000;

#[derive(Debug, Clone, Copy)]
struct Layout {
    rate: u32,
    channels: usize,
    coding: Coding,
}

#[derive(Debug, Clone, Copy)]
enum Coding {
    Unsigned8,
    Signed16,
    Signed24,
    Signed32,
    Float32,
    Float64,
}

impl Layout {
    /// Bytes of one sample of all channels.
    fn block(self) -> usize {
        let bytes = match self.coding {
            Coding::Unsigned8 => 1,
            Coding::Signed16 => 2,
            Coding::Signed24 => 3,
            Coding::Signed32 | Coding::Float32 => 4,
            Coding::Float64 => 8,
        };
        self.channels * bytes
    }

    fn read(content: &[u8]) -> Result<Self, WavError> {
        let &[t0, t1, c0, c1, r0, r1, r2, r3, _, _, _, _, _, _, b0, b1, ref extension @ ..] = content else {
            return Err(WavError::Missing { chunk: "fmt " });
        };
        let mut tag = u16::from_le_bytes([t0, t1]);
        if let (EXTENSIBLE, Some(&[t0, t1])) = (tag, extension.get(8..10)) {
            tag = u16::from_le_bytes([t0, t1]); // the first bytes of the sub-format's GUID
        }
        let channels = u16::from_le_bytes([c0, c1]);
        let bits = u16::from_le_bytes([b0, b1]);
        let coding = match (tag, bits) {
            (PCM, 8) => Coding::Unsigned8,
            (PCM, 16) => Coding::Signed16,
            (PCM, 24) => Coding::Signed24,
            (PCM, 32) => Coding::Signed32,
            (FLOAT, 32) => Coding::Float32,
            (FLOAT, 64) => Coding::Float64,
            _ => return Err(WavError::Unsupported { tag, bits, channels }),
        };
        if channels == 0 {
            return Err(WavError::Unsupported { tag, bits, channels });
        }
        match u32::from_le_bytes([r0, r1, r2, r3]) {
            0 => Err(WavError::NoRate),
            rate => Ok(Layout { rate, channels: usize::from(channels), coding }),
        }
    }

    fn samples(self, bytes: &[u8]) -> Vec<f32> {
        let interleaved: Vec<f32> = match self.coding {
            Coding::Unsigned8 => bytes.iter().map(|&b| (f32::from(b) - 128.0) / 128.0).collect(),
            Coding::Signed16 => crate::from_s16le(bytes),
            Coding::Signed24 => each(bytes, |[a, b, c]| i32::from_le_bytes([0, a, b, c]) as f32 / TWO_TO_31),
            Coding::Signed32 => each(bytes, |b| i32::from_le_bytes(b) as f32 / TWO_TO_31),
            Coding::Float32 => each(bytes, |b| finite(f32::from_le_bytes(b))),
            Coding::Float64 => each(bytes, |b| finite(f64::from_le_bytes(b) as f32)),
        };
        mix_down(&interleaved, self.channels)
    }
}

const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xfffe;
const TWO_TO_31: f32 = 2_147_483_648.0;

fn each<const N: usize>(bytes: &[u8], sample: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    bytes.as_chunks::<N>().0.iter().map(|&chunk| sample(chunk)).collect()
}

fn finite(sample: f32) -> f32 {
    if sample.is_finite() { sample } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(tag: u16, bits: u16, channels: u16, size: u32, data: &[u8]) -> Vec<u8> {
        let mut bytes = b"RIFF\xff\xff\xff\xffWAVELIST\x03\0\0\0odd\0fmt \x10\0\0\0".to_vec();
        bytes.extend(tag.to_le_bytes());
        bytes.extend(channels.to_le_bytes());
        bytes.extend(16_000_u32.to_le_bytes());
        bytes.extend([0; 6]);
        bytes.extend(bits.to_le_bytes());
        bytes.extend(b"data");
        bytes.extend(size.to_le_bytes());
        bytes.extend(data);
        bytes
    }

    #[test]
    fn every_coding_reads_its_half_scale() {
        for (tag, bits, half) in [
            (1, 8, &[192][..]),
            (1, 16, &[0, 0x40]),
            (1, 24, &[0, 0, 0x40]),
            (1, 32, &[0, 0, 0, 0x40]),
            (3, 32, &0.5_f32.to_le_bytes()),
            (3, 64, &0.5_f64.to_le_bytes()),
        ] {
            let wav = file(tag, bits, 1, half.len() as u32, half);
            assert_eq!(read_wav(&wav), Ok((16_000, vec![0.5])), "{tag} {bits}");
        }
    }

    #[test]
    fn placeholder_sizes_mean_until_the_end_and_what_follows_a_stated_size_is_no_sound() {
        for size in [0, u32::MAX, u32::MAX - 36, i32::MAX as u32] {
            assert_eq!(read_wav(&file(1, 16, 1, size, &[0, 64, 0, 64])).unwrap().1, [0.5, 0.5]);
        }
        assert_eq!(read_wav(&file(1, 16, 1, 2, b"\0\x40LIST")).unwrap().1, [0.5]);
    }

    #[test]
    fn channels_are_mixed() {
        assert_eq!(read_wav(&file(1, 16, 2, 4, &[0, 64, 0, 0])).unwrap().1, [0.25]);
    }

    #[test]
    fn each_fault_has_its_own_error() {
        assert_eq!(read_wav(b"ID3"), Err(WavError::NotWave));
        assert_eq!(read_wav(b"RIFF\0\0\0\0WAVE"), Err(WavError::Missing { chunk: "fmt " }));
        assert_eq!(read_wav(&file(1, 16, 1, 6, &[0; 4])), Err(WavError::Truncated { stated: 6, found: 4 }));
        assert_eq!(
            read_wav(&file(7, 8, 1, 1, &[0])),
            Err(WavError::Unsupported { tag: 7, bits: 8, channels: 1 })
        );
        let whole = file(1, 16, 1, 4, &[0; 4]);
        for length in 0..whole.len() {
            assert!(read_wav(&whole[..length]).is_err(), "cut to {length} bytes");
        }
    }

    #[test]
    fn in_pieces_it_is_the_same() {
        let sound: Vec<u8> = (0..=255).collect();
        let extensible = {
            let mut bytes = b"RIFF\0\0\0\0WAVEfmt \x28\0\0\0\xfe\xff\x02\0\x80\xbb\0\0".to_vec();
            bytes.extend([0; 6]);
            bytes.extend([24, 0, 22, 0, 24, 0, 3, 0, 0, 0, 1, 0]);
            bytes.extend([0; 14]);
            bytes.extend(b"data\0\0\0\0");
            bytes.extend(&sound);
            bytes
        };
        for wav in [file(1, 16, 2, 200, &sound), file(3, 64, 1, u32::MAX, &sound), extensible] {
            let (rate, samples) = read_wav(&wav).unwrap();
            for size in 1..wav.len() {
                let mut reader = WavReader::default();
                let pieces: Vec<f32> =
                    wav.chunks(size).flat_map(|piece| reader.push(piece).unwrap()).collect();
                assert_eq!(pieces, samples, "in pieces of {size} bytes");
                assert_eq!(reader.rate(), Some(rate));
                assert_eq!(reader.finish(), Ok(rate));
            }
        }
    }

    #[test]
    fn the_rate_is_known_when_the_sound_begins() {
        let wav = file(1, 16, 1, 0, &[0, 64]);
        let mut reader = WavReader::default();
        reader.push(&wav[..wav.len() - 3]).unwrap();
        assert_eq!(reader.rate(), None);
        reader.push(&wav[wav.len() - 3..]).unwrap();
        assert_eq!(reader.rate(), Some(16_000));
    }
}
