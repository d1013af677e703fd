//! Sound without I/O: 24 kHz mono samples become frames, frames become files, words become captions.
//!
//! Samples are `f32`, mono, in `[-1, 1]`, at [`SAMPLE_RATE`]. What a provider answers is brought there with
//! [`WavReader`], [`mix_down`] and [`resample`], and to one level with [`loudness`]. [`encode()`] then turns the
//! samples of one utterance into [`Frames`]: a whole number of frames that any other clip's frames may follow.
//! A [`Muxer`] wraps clips in a container as they arrive; nothing is ever encoded twice.
//!
//! ```
//! use saywell_audio::{Codec, Format, Muxer, encode};
//!
//! let clip = encode(Codec::Mp3, &vec![0.0; 24_000])?;
//! let mut muxer = Muxer::new(Format::Mp3);
//! let mut file = muxer.header();
//! file.extend(muxer.push(&clip)?);
//! file.extend(muxer.push(&clip)?);
//! file.extend(muxer.finish());
//! assert_eq!(file.len(), 2 * 42 * 192); // 42 frames of 24 ms each second, 192 bytes a frame
//! # Ok::<(), saywell_audio::AudioError>(())
//! ```
//!
//! # The timeline
//!
//! A clip lasts exactly [`Frames::samples`], and the sound of clip *n* starts exactly where the durations of the
//! clips before it end: encoder delay is taken out inside the clip (MP3) or once for the whole stream in the
//! header (Opus). See [`encode()`] for what that asks of the edges of a clip.

mod crc;

pub mod captions;
mod container;
mod encode;
mod format;
mod frames;
pub mod loudness;
mod pcm;
mod resample;
mod stretch;
mod trim;
mod wav;

pub use captions::{CaptionUtterance, Captions, NamedPlace, Word};
pub use container::{Muxer, whole};
pub use encode::{Encoder, Source, decode_lossless, encode, encode_with_head, make_ready};
pub use format::{Codec, Format, UnknownFormat};
pub use frames::{Frames, FramesError};
pub use pcm::{from_s16le, mix_down, round_to_s16, to_s16le};
pub use resample::{RESAMPLE_RATES, Resampler, resample};
pub use stretch::Stretcher;
pub use trim::audible;
pub use wav::{WavError, WavReader, read_wav};

/// Samples each second, everywhere in this crate unless a name says otherwise.
pub const SAMPLE_RATE: u32 = 24_000;

/// What can go wrong on the way from samples to a file, named by what the caller can do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AudioError {
    /// The caller asks for a rate that is not on offer; say so to whoever chose it.
    #[error("sample rate {given} Hz is outside {}–{} Hz", RESAMPLE_RATES.start(), RESAMPLE_RATES.end())]
    UnsupportedRate {
        /// The rate asked for, in Hz.
        given: u32,
    },
    /// Frames of one codec were given to a container that holds another: a mistake of the calling code.
    #[error("{format} holds {} frames, not {given} frames", format.codec())]
    WrongCodec {
        /// The container.
        format: Format,
        /// The codec of the frames.
        given: Codec,
    },
    /// The encoder itself refused; the same samples would be refused again.
    #[error("the {codec} encoder failed: {reason}")]
    Encoder {
        /// The codec at work.
        codec: Codec,
        /// The encoder's own words.
        reason: String,
    },
}
