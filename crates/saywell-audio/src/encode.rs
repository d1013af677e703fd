//! Samples to frames.

mod flac;
mod live;
mod mp3;
mod opus;

use crate::{AudioError, Codec, Frames, from_s16le, to_s16le};

pub(crate) use flac::frame_header as flac_frame_header;
pub use live::Encoder;

/// Samples by which an Opus decoder's output lags the encoder's input, at 24 kHz: 6.5 ms, stated in every header
/// as the pre-skip (RFC 7845, section 4.2). Clips are encoded so that the same number holds for all of them.
pub(crate) const OPUS_DELAY: usize = 156;

/// Encodes one clip, padded with silence to a whole number of frames.
///
/// Each call starts afresh, so that equal samples give equal bytes and the frames may follow those of any clip. A codec
/// with memory pays for that at the edges of a clip, where speech has silence anyway:
/// - The last 10 ms (MP3) or 6.5 ms (Opus) come out of a decoder only with the frame after them. Unless they are zeros, a
///   frame is added.
/// - The first 26 ms of an MP3 clip lean on a frame that is not there. A clip that is not silent for so long is moved
///   back by what is missing, into the zeros at its end or, without those, into an added frame.
///
/// So no sound is ever lost, and the timeline is exact to the sample for clips that begin with 26 ms of silence, end with
/// 10 ms of zeros, and last a whole number of frames ([`Codec::padded_samples`]).
///
/// Samples beyond `[-1, 1]` are clipped, and what is not a number is silence.
pub fn encode(codec: Codec, samples: &[f32]) -> Result<Frames, AudioError> {
    encode_with_head(codec, Source::whole(samples.to_vec()), usize::MAX, |_| ())
}

/// Like [`encode`], and hands out the first `count` frames as soon as they are made, unless the clip has no more: so that
/// they are heard while the rest is still being prepared and encoded.
pub fn encode_with_head(
    codec: Codec,
    mut source: Source<'_>,
    count: usize,
    head: impl FnOnce(Frames),
) -> Result<Frames, AudioError> {
    let mut head = Some(head);
    let mut made = |frames: &Frames| {
        if frames.count() > count
            && let Some(head) = head.take()
        {
            head(frames.split_at(count).0);
        }
    };
    match codec {
        Codec::Mp3 => mp3::encode(&mut source, &mut made),
        Codec::Opus => opus::encode(&mut source, &mut made),
        Codec::Flac => Ok(flac::encode(source.all())),
        Codec::Pcm => {
            // The whole is made at once: only what is at hand before it is worth handing out.
            if !source.is_whole() {
                made(&Frames::from_pcm(to_s16le(source.at_hand())));
            }
            Ok(Frames::from_pcm(to_s16le(source.all())))
        }
    }
}

/// The samples of frames that lose nothing (FLAC, PCM), padding included; `None` for others, and for frames that
/// [`encode`] did not make.
#[must_use]
pub fn decode_lossless(frames: &Frames) -> Option<Vec<f32>> {
    match frames.codec() {
        Codec::Flac => flac::decode(frames),
        Codec::Pcm => Some(from_s16le(frames.data())),
        Codec::Mp3 | Codec::Opus => None,
    }
}

/// Gets done what the next clip of this codec would have to wait for: to make an MP3 encoder takes as long as to code
/// eight frames with it.
pub fn make_ready(codec: Codec) {
    if codec == Codec::Mp3 {
        mp3::make_ready();
    }
}

/// The samples of a clip, of which a beginning may be at hand before the rest.
pub struct Source<'a> {
    samples: Vec<f32>,
    rest: Option<Box<dyn FnOnce() -> Vec<f32> + 'a>>,
}

impl<'a> Source<'a> {
    /// All of a clip.
    #[must_use]
    pub fn whole(samples: Vec<f32>) -> Self {
        Self { samples: clean(samples), rest: None }
    }

    /// A clip whose beginning is at hand. `all` gives the whole of it, beginning included, and is asked once, when what is
    /// at hand has been encoded. [`head_samples`](Self::head_samples) tells how long the beginning should be.
    #[must_use]
    pub fn begun(head: Vec<f32>, all: impl FnOnce() -> Vec<f32> + 'a) -> Self {
        Self { samples: clean(head), rest: Some(Box::new(all)) }
    }

    /// How many samples of a clip it takes to make `count` frames and to see that there are more.
    #[must_use]
    pub fn head_samples(codec: Codec, count: usize) -> usize {
        // LAME codes a frame when it has seen the next two, and is given two at a time.
        (count + 6) * codec.frame_samples()
    }

    /// What there is without asking for the rest.
    fn at_hand(&self) -> &[f32] {
        &self.samples
    }

    /// Whether that is all.
    fn is_whole(&self) -> bool {
        self.rest.is_none()
    }

    fn all(&mut self) -> &mut Vec<f32> {
        if let Some(rest) = self.rest.take() {
            let begun = std::mem::replace(&mut self.samples, clean(rest()));
            debug_assert!(self.samples.starts_with(&begun));
        }
        &mut self.samples
    }
}

fn clean(mut samples: Vec<f32>) -> Vec<f32> {
    for sample in &mut samples {
        *sample = if sample.is_nan() { 0.0 } else { sample.clamp(-1.0, 1.0) };
    }
    samples
}

/// Samples up to the last that is not zero.
fn sounding(samples: &[f32]) -> usize {
    samples.iter().rposition(|&sample| sample != 0.0).map_or(0, |last| last + 1)
}
