//! Sound as it arrives.

use saywell_audio::WavReader;

use super::mp3::{Mp3Reader, is_mp3};
use crate::provider::{Part, ProviderError};

/// How many bytes tell a WAVE file.
const MAGIC: usize = 12;
/// How many bytes tell sound from text.
pub(super) const TELLING: usize = 64;

/// How the sound of an answer is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// Signed 16-bit little-endian mono samples without a header; a WAVE header all the same is understood.
    Pcm {
        /// Samples a second.
        rate: u32,
    },
    /// 32-bit little-endian floating-point mono samples without a header; a WAVE header all the same is understood.
    Float {
        /// Samples a second.
        rate: u32,
    },
    /// As [`Pcm`](Self::Pcm), of a rate that nobody knows: only what has a header all the same can be read.
    Unknown,
    /// A WAVE file, streamed or whole; MP3 all the same is understood.
    Wav,
    /// MP3; a WAVE file all the same is understood.
    Mp3,
}

/// Turns bytes of sound into samples, in pieces of any size.
#[derive(Debug)]
pub struct SoundReader {
    state: State,
    /// Bytes that are no whole sample yet, or not enough to tell how they are coded.
    held: Vec<u8>,
    begun: bool,
}

#[derive(Debug)]
enum State {
    Unknown(Coding),
    Pcm { rate: u32 },
    Float { rate: u32 },
    Wav(WavReader),
    Mp3(Mp3Reader),
}

impl SoundReader {
    /// Reads sound that should be coded so.
    #[must_use]
    pub fn new(coding: Coding) -> Self {
        Self { state: State::Unknown(coding), held: Vec::new(), begun: false }
    }

    /// The sound that `bytes` completes.
    ///
    /// # Errors
    /// `Unavailable` for what is no such sound.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Option<Part>, ProviderError> {
        self.held.extend_from_slice(bytes);
        if let State::Unknown(coding) = self.state {
            if self.held.len() < MAGIC {
                return Ok(None);
            }
            self.state = match coding {
                _ if is_wav(&self.held) => State::Wav(WavReader::default()),
                Coding::Pcm { rate } => State::Pcm { rate },
                Coding::Float { rate } => State::Float { rate },
                _ if is_mp3(&self.held) => State::Mp3(Mp3Reader::new()),
                Coding::Unknown => {
                    return Err(ProviderError::Misconfigured(
                        "sends raw sound without saying its rate: set `format = \"wav\"`, or `sample_rate`"
                            .into(),
                    ));
                }
                // What they are not, their reader says.
                Coding::Wav | Coding::Mp3 => State::Wav(WavReader::default()),
            };
        }
        self.read(false)
    }

    /// What is left at the end.
    ///
    /// # Errors
    /// `Unavailable` for sound that was cut short, or where there is none at all.
    pub fn finish(mut self) -> Result<Option<Part>, ProviderError> {
        // Shorter than a header: some samples, or nothing.
        match self.state {
            State::Unknown(Coding::Pcm { rate }) => self.state = State::Pcm { rate },
            State::Unknown(Coding::Float { rate }) => self.state = State::Float { rate },
            _ => {}
        }
        let last = self.read(true)?;
        match self.state {
            State::Wav(reader) => {
                let rate = reader.finish().map_err(unreadable)?;
                // A file without samples is silence all the same.
                Ok((!self.begun).then(|| Part::Sound { rate, samples: Vec::new() }))
            }
            State::Unknown(_) if !self.held.is_empty() => Err(unreadable(saywell_audio::WavError::NotWave)),
            _ if !self.begun => Err(ProviderError::Unavailable("answered without sound".into())),
            _ => Ok(last),
        }
    }

    fn read(&mut self, at_end: bool) -> Result<Option<Part>, ProviderError> {
        let (rate, samples) = match &mut self.state {
            State::Unknown(_) => return Ok(None),
            State::Pcm { rate } => {
                let samples = saywell_audio::from_s16le(&self.held);
                self.held.drain(..samples.len() * 2);
                (Some(*rate), samples)
            }
            State::Float { rate } => {
                let (whole, _) = self.held.as_chunks::<4>();
                // What is no number is silence.
                let sample =
                    |bytes: &[u8; 4]| Some(f32::from_le_bytes(*bytes)).filter(|sample| !sample.is_nan());
                let samples: Vec<f32> =
                    whole.iter().map(|bytes| sample(bytes).unwrap_or_default().clamp(-1.0, 1.0)).collect();
                self.held.drain(..samples.len() * 4);
                (Some(*rate), samples)
            }
            State::Wav(reader) => {
                let samples = reader.push(&std::mem::take(&mut self.held)).map_err(unreadable)?;
                (reader.rate(), samples)
            }
            State::Mp3(reader) => {
                let samples = reader.read(&mut self.held, at_end);
                (reader.rate(), samples)
            }
        };
        let Some(rate) = rate.filter(|_| !samples.is_empty()) else { return Ok(None) };
        self.begun = true;
        Ok(Some(Part::Sound { rate, samples }))
    }
}

/// Whether these are the first bytes of a WAVE file.
fn is_wav(bytes: &[u8]) -> bool {
    bytes.starts_with(b"RIFF") && bytes.get(8..MAGIC) == Some(b"WAVE")
}

/// Whether these bytes, which may end within a character, can be read as text. Sound hardly can: even silence has
/// bytes that no text has.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    text.chars().all(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'))
}

fn unreadable(error: saywell_audio::WavError) -> ProviderError {
    ProviderError::Unavailable(format!("sent sound that cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wav(size: u32, data: &[u8]) -> Vec<u8> {
        let mut bytes =
            b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x22\x56\0\0\0\0\0\0\x02\0\x10\0data".to_vec();
        bytes.extend(size.to_le_bytes());
        bytes.extend(data);
        bytes
    }

    fn read(coding: Coding, bytes: &[u8], size: usize) -> Result<(u32, Vec<f32>), ProviderError> {
        let mut reader = SoundReader::new(coding);
        let mut all = (0, Vec::new());
        let mut parts = Vec::new();
        for piece in bytes.chunks(size) {
            parts.extend(reader.push(piece)?);
        }
        parts.extend(reader.finish()?);
        for part in parts {
            let Part::Sound { rate, samples } = part else { panic!("{part:?} is no sound") };
            assert!(all.0 == 0 || all.0 == rate);
            all.0 = rate;
            all.1.extend(samples);
        }
        Ok(all)
    }

    #[test]
    fn samples_are_the_same_in_pieces_of_any_size() {
        let samples: Vec<f32> = (0..40).map(|n| n as f32 / 64.0).collect();
        let pcm = saywell_audio::to_s16le(&samples);
        let raw = Coding::Pcm { rate: 16_000 };
        for size in 1..pcm.len() {
            assert_eq!(read(raw, &pcm, size), Ok((16_000, samples.clone())), "{size}");
            assert_eq!(read(raw, &[&pcm[..], &[7]].concat(), size), Ok((16_000, samples.clone())), "{size}");
            for stated in [0, 80, u32::MAX] {
                let wav = wav(stated, &pcm);
                assert_eq!(read(Coding::Wav, &wav, size), Ok((22_050, samples.clone())), "{size}");
                // A server that sends a header with what it calls raw.
                assert_eq!(read(raw, &wav, size), Ok((22_050, samples.clone())), "{size}");
            }
        }
    }

    #[test]
    fn floating_point_samples_are_the_same_in_pieces_of_any_size() {
        let samples: Vec<f32> = (0..40).map(|n| n as f32 / 64.0).collect();
        let mut bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        for size in 1..bytes.len() {
            assert_eq!(
                read(Coding::Float { rate: 24_000 }, &bytes, size),
                Ok((24_000, samples.clone())),
                "{size}"
            );
        }
        bytes.extend([f32::NAN, f32::INFINITY].iter().flat_map(|sample| sample.to_le_bytes()));
        let read = read(Coding::Float { rate: 24_000 }, &bytes, 7).unwrap();
        assert_eq!(read.1[40..], [0.0, 1.0]);
    }

    #[test]
    fn the_shortest_sound_is_sound_and_none_is_told() {
        assert_eq!(read(Coding::Pcm { rate: 8_000 }, &[0, 64], 1), Ok((8_000, vec![0.5])));
        assert_eq!(read(Coding::Wav, &wav(0, &[]), 9), Ok((22_050, Vec::new())));
        for coding in [Coding::Pcm { rate: 8_000 }, Coding::Wav] {
            assert!(matches!(read(coding, &[], 1), Err(ProviderError::Unavailable(_))));
        }
    }

    #[test]
    fn mp3_is_the_same_in_pieces_of_any_size() {
        let samples: Vec<f32> = (0..24_000).map(|n| 0.3 * (n as f32 * 0.06).sin()).collect();
        let frames = saywell_audio::encode(saywell_audio::Codec::Mp3, &samples).unwrap();
        let mp3 = saywell_audio::whole(saywell_audio::Format::Mp3, &[frames]).unwrap();
        let whole = read(Coding::Mp3, &mp3, mp3.len()).unwrap();
        assert_eq!(whole.0, 24_000);
        assert!(whole.1.len().abs_diff(24_000) < 3 * 576, "{} samples", whole.1.len());
        let loudest = whole.1.iter().fold(0.0_f32, |most, sample| most.max(sample.abs()));
        assert!((0.25..0.35).contains(&loudest), "{loudest}");
        for (coding, size) in
            [(Coding::Mp3, 1), (Coding::Wav, 7), (Coding::Unknown, 997), (Coding::Mp3, 4096)]
        {
            assert!(read(coding, &mp3, size).as_ref() == Ok(&whole), "{coding:?} in pieces of {size}");
        }
        assert!(read(Coding::Mp3, b"ID3\x04\0\0 and nothing that follows it", 9).is_err());
    }

    #[test]
    fn raw_sound_of_an_unknown_rate_is_the_operators_concern() {
        assert!(matches!(read(Coding::Unknown, &[0; 40], 7), Err(ProviderError::Misconfigured(_))));
        assert_eq!(read(Coding::Unknown, &wav(0, &[0, 64]), 7), Ok((22_050, vec![0.5])));
    }

    #[test]
    fn text_is_told_from_sound() {
        for text in ["{\"error\":\"é\"}", "<!doctype html>\r\n<title>500</title>", "No.", "é"] {
            assert!(is_text(text.as_bytes()), "{text}");
        }
        assert!(is_text(&"No, né".as_bytes()[..6]), "a torn character");
        for sound in [&wav(0, &[])[..], &[0, 0, 1, 0], &[0x20, 0xff, 0x21, 0xff], b"ID3\x04\0", b"\xff\xf3"] {
            assert!(!is_text(sound), "{sound:?}");
        }
    }

    #[test]
    fn what_is_cut_or_no_sound_is_passing_trouble() {
        for bytes in
            [wav(8, &[0; 4]), b"ID3\x04 and then".to_vec(), b"RI".to_vec(), wav(8, &[])[..30].to_vec()]
        {
            assert!(matches!(read(Coding::Wav, &bytes, 5), Err(ProviderError::Unavailable(_))), "{bytes:?}");
        }
    }
}
