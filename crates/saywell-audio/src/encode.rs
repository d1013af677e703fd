//! Samples to frames.

mod flac;
mod mp3;
mod opus;

use crate::{AudioError, Codec, Frames, to_s16le};

pub(crate) use flac::frame_header as flac_frame_header;

/// Samples by which an Opus decoder's output lags the encoder's input, at 24 kHz: 6.5 ms, stated in every header
/// as the pre-skip (RFC 7845, section 4.2). Clips are encoded so that the same number holds for all of them.
pub(crate) const OPUS_DELAY: usize = 156;

/// Encodes one clip, padded with silence to a whole number of frames.
///
/// Each call starts afresh, so that equal samples give equal bytes and the frames may follow those of any clip. A codec
/// with memory pays for that at the edges of a clip, where speech has silence anyway. Where it has not, a frame is
/// added, so that no sound is ever lost:
/// - at the end, unless the last 10 ms (MP3) or 6.5 ms (Opus) are zeros, since a decoder puts those out with the frame
///   after them;
/// - at the start of an MP3 clip that is not silent for its first 34 ms. Such a clip sounds 24 ms later than it begins.
///
/// So for an exact timeline let a clip begin with 34 ms of silence and end with 10 ms of zeros, a whole number of frames
/// in all ([`Codec::padded_samples`]).
///
/// Samples beyond `[-1, 1]` are clipped, and what is not a number is silence.
pub fn encode(codec: Codec, samples: &[f32]) -> Result<Frames, AudioError> {
    let clean: Vec<f32> =
        samples.iter().map(|&s| if s.is_nan() { 0.0 } else { s.clamp(-1.0, 1.0) }).collect();
    match codec {
        Codec::Mp3 => mp3::encode(clean),
        Codec::Opus => opus::encode(clean),
        Codec::Flac => Ok(flac::encode(&clean)),
        Codec::Pcm => Ok(Frames::from_pcm(to_s16le(&clean))),
    }
}

/// Samples up to the last that is not zero.
fn sounding(samples: &[f32]) -> usize {
    samples.iter().rposition(|&sample| sample != 0.0).map_or(0, |last| last + 1)
}
