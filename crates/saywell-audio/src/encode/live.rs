//! Samples to frames while the samples are still coming.

use super::{flac, mp3, opus};
use crate::{AudioError, Codec, Frames, to_s16le};

/// Encodes one clip as its samples come, in pieces of any size. All of the frames together are those of
/// [`encode`](super::encode()) for all of the samples.
pub struct Encoder(State);

enum State {
    Mp3(mp3::Live),
    Opus(opus::Live),
    /// The file that its frames go into states its length: nobody waits for the first of them.
    Flac(Vec<f32>),
    Pcm,
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder").finish_non_exhaustive()
    }
}

impl Encoder {
    /// An encoder for one clip.
    ///
    /// # Errors
    /// [`AudioError::Encoder`] when it cannot be made.
    pub fn new(codec: Codec) -> Result<Self, AudioError> {
        Ok(Self(match codec {
            Codec::Mp3 => State::Mp3(mp3::Live::default()),
            Codec::Opus => State::Opus(opus::Live::new()?),
            Codec::Flac => State::Flac(Vec::new()),
            Codec::Pcm => State::Pcm,
        }))
    }

    /// Takes the samples that follow, and gives the frames that are finished with them.
    ///
    /// # Errors
    /// [`AudioError::Encoder`] when the encoder refuses.
    pub fn push(&mut self, samples: Vec<f32>) -> Result<Frames, AudioError> {
        let samples = super::clean(samples);
        match &mut self.0 {
            State::Mp3(live) => live.push(&samples),
            State::Opus(live) => live.push(&samples),
            State::Flac(all) => {
                all.extend(samples);
                Ok(Frames::new(Codec::Flac))
            }
            State::Pcm => Ok(Frames::from_pcm(to_s16le(&samples))),
        }
    }

    /// The last frames.
    ///
    /// # Errors
    /// [`AudioError::Encoder`] when the encoder refuses.
    pub fn finish(self) -> Result<Frames, AudioError> {
        match self.0 {
            State::Mp3(live) => live.finish(),
            State::Opus(live) => live.finish(),
            State::Flac(all) => Ok(flac::encode(&all)),
            State::Pcm => Ok(Frames::from_pcm(Vec::new())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tone that swells, after silence or at once, with a rough end.
    fn sound(count: usize, silent: usize) -> Vec<f32> {
        (0..count)
            .map(|n| if n < silent { 0.0 } else { (n as f32 * 0.05).sin() * (n as f32 / count as f32) })
            .collect()
    }

    #[test]
    fn in_pieces_of_any_size_a_clip_has_the_same_frames() {
        for codec in Codec::ALL {
            for (count, silent) in [(0, 0), (1, 0), (500, 0), (700, 900), (24_000, 0), (31_337, 1_000)] {
                let samples = sound(count, silent);
                let whole = super::super::encode(codec, &samples).unwrap();
                for size in [1, 333, 576, 4_096, 100_000] {
                    let mut encoder = Encoder::new(codec).unwrap();
                    let mut frames = Frames::new(codec);
                    for piece in samples.chunks(size) {
                        frames.extend(&encoder.push(piece.to_vec()).unwrap());
                    }
                    frames.extend(&encoder.finish().unwrap());
                    assert_eq!(frames, whole, "{codec:?}, {count} samples by {size}");
                }
            }
        }
    }
}
