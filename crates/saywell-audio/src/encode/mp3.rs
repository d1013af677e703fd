//! MPEG-2 Layer III through LAME.

use std::sync::{Mutex, Once, PoisonError};

use mp3lame_encoder::{
    Bitrate, Builder, Encoder, FlushGap, Mode, MonoPcm, Quality, VbrMode, max_required_buffer_size,
};

use super::Source;
use crate::{AudioError, Codec, Frames, SAMPLE_RATE};

/// Bytes of a frame: 72 · 64 kbit/s ÷ 24 kHz (ISO/IEC 13818-3), no padding slots at this pair of rates.
const FRAME_BYTES: usize = 192;
/// From the encoder's input to any decoder's output: LAME's own 576 samples and the decoder's 529.
const DELAY: usize = 576 + 529;
/// Frames in front of the sound, dropped again. Two are the fewest that hold [`DELAY`].
const LEAD_FRAMES: usize = 2;
/// Half the length of the filter bank's memory: what frames hold reaches the listener this many samples later than their
/// own span, so this much at the end of a clip belongs to the frame after it, and as much at its start to the one before.
const REACH: usize = 240;
/// Samples at the start of a clip through which its first frame leans, by the overlap of the transform, on one that is
/// not there: what sounds in them is faded. Measured on a steady tone, 0.8 dB are missing at the end of them.
const LEAN: usize = 624;
/// What counts as silence at the start: -50 dBFS, which [`crate::audible`] is sure to leave there.
const SILENCE: f32 = 0.003;
/// Samples given to LAME in one call: a frame or two, so that the first are at hand as soon as they are made.
const CHUNK: usize = 2 * Codec::Mp3.frame_samples();

/// Calls `made` as the frames come.
pub(super) fn encode(source: &mut Source<'_>, made: &mut dyn FnMut(&Frames)) -> Result<Frames, AudioError> {
    let frame = Codec::Mp3.frame_samples();
    let mut frames = Frames::new(Codec::Mp3);
    if source.at_hand().len() < LEAN {
        source.all();
    }
    if source.at_hand().is_empty() {
        return Ok(frames);
    }
    let silent = source.at_hand().iter().position(|sample| sample.abs() > SILENCE).unwrap_or(LEAN);
    let late = LEAN.saturating_sub(silent);
    // In front, what lets the sound begin exactly with the first frame kept; behind, what drives the last of it
    // out of the encoder, since LAME codes a frame only when it has seen the next.
    let lead = LEAD_FRAMES * frame - DELAY + late;

    let mut encoder = fresh_encoder()?;
    let (mut bytes, mut chunk) = (Vec::new(), Vec::with_capacity(CHUNK));
    // As far as what is at hand goes, then to the end.
    let (mut given, mut wanted) = (0, usize::MAX);
    loop {
        if !source.is_whole() && given + CHUNK > lead + source.at_hand().len() {
            source.all();
        }
        let samples = source.at_hand();
        if source.is_whole() && wanted == usize::MAX {
            let sounding = super::sounding(samples) + late + REACH;
            wanted = Codec::Mp3.padded_samples(samples.len().max(sounding)) / frame;
        }
        let total = match wanted {
            usize::MAX => usize::MAX,
            wanted => LEAD_FRAMES * frame - DELAY + (wanted + 2) * frame,
        };
        let end = (given + CHUNK).min(total);
        if given == end {
            break;
        }
        chunk.clear();
        chunk.extend((given..end).map(|place| {
            place.checked_sub(lead).and_then(|place| samples.get(place)).copied().unwrap_or_default()
        }));
        given = end;
        // LAME asks for room for the most it could write.
        bytes.reserve(max_required_buffer_size(chunk.len()));
        encoder.encode_to_vec(MonoPcm(&chunk), &mut bytes).map_err(failed)?;
        take_frames(&bytes, wanted, &mut frames)?;
        made(&frames);
    }
    bytes.reserve(max_required_buffer_size(0));
    encoder.flush_to_vec::<FlushGap>(&mut bytes).map_err(failed)?;
    take_frames(&bytes, wanted, &mut frames)?;
    if frames.count() == wanted { Ok(frames) } else { Err(failed("too few frames")) }
}

/// A clip whose samples are still coming.
#[derive(Default)]
pub(super) struct Live {
    /// All of them so far; what has been coded is small beside what a frame needs around it.
    samples: Vec<f32>,
    begun: Option<Begun>,
    /// Frames that were handed out.
    given_out: usize,
}

/// A clip of which enough is there to know how it begins.
struct Begun {
    encoder: Encoder,
    lead: usize,
    late: usize,
    given: usize,
    bytes: Vec<u8>,
    frames: Frames,
}

impl Live {
    pub(super) fn push(&mut self, samples: &[f32]) -> Result<Frames, AudioError> {
        self.samples.extend_from_slice(samples);
        if self.samples.len() < LEAN {
            return Ok(Frames::new(Codec::Mp3));
        }
        let samples = &self.samples;
        let begun = begun(&mut self.begun, samples)?;
        while begun.given + CHUNK <= begun.lead + samples.len() {
            begun.code(samples, begun.given + CHUNK, usize::MAX)?;
        }
        Ok(self.new_frames())
    }

    pub(super) fn finish(mut self) -> Result<Frames, AudioError> {
        if self.samples.is_empty() {
            return Ok(Frames::new(Codec::Mp3));
        }
        let (samples, frame) = (&self.samples, Codec::Mp3.frame_samples());
        let begun = begun(&mut self.begun, samples)?;
        let sounding = super::sounding(samples) + begun.late + REACH;
        let wanted = Codec::Mp3.padded_samples(samples.len().max(sounding)) / frame;
        let total = LEAD_FRAMES * frame - DELAY + (wanted + 2) * frame;
        while begun.given < total {
            begun.code(samples, (begun.given + CHUNK).min(total), wanted)?;
        }
        begun.bytes.reserve(max_required_buffer_size(0));
        begun.encoder.flush_to_vec::<FlushGap>(&mut begun.bytes).map_err(failed)?;
        take_frames(&begun.bytes, wanted, &mut begun.frames)?;
        if begun.frames.count() == wanted { Ok(self.new_frames()) } else { Err(failed("too few frames")) }
    }

    /// The frames that were not handed out yet.
    fn new_frames(&mut self) -> Frames {
        let Some(begun) = &self.begun else { return Frames::new(Codec::Mp3) };
        let new = begun.frames.split_at(self.given_out).1;
        self.given_out = begun.frames.count();
        new
    }
}

fn begun<'a>(begun: &'a mut Option<Begun>, samples: &[f32]) -> Result<&'a mut Begun, AudioError> {
    let new = match begun.take() {
        Some(there) => there,
        None => Begun::new(samples)?,
    };
    Ok(begun.insert(new))
}

impl Begun {
    fn new(samples: &[f32]) -> Result<Self, AudioError> {
        let silent = samples.iter().position(|sample| sample.abs() > SILENCE).unwrap_or(LEAN);
        let late = LEAN.saturating_sub(silent);
        Ok(Self {
            encoder: fresh_encoder()?,
            lead: LEAD_FRAMES * Codec::Mp3.frame_samples() - DELAY + late,
            late,
            given: 0,
            bytes: Vec::new(),
            frames: Frames::new(Codec::Mp3),
        })
    }

    /// Gives the encoder the samples up to `end`, in the steps of [`encode`].
    fn code(&mut self, samples: &[f32], end: usize, wanted: usize) -> Result<(), AudioError> {
        let place = |place: usize| place.checked_sub(self.lead).and_then(|place| samples.get(place));
        let chunk: Vec<f32> = (self.given..end).map(|at| place(at).copied().unwrap_or_default()).collect();
        self.given = end;
        self.bytes.reserve(max_required_buffer_size(chunk.len()));
        self.encoder.encode_to_vec(MonoPcm(&chunk), &mut self.bytes).map_err(failed)?;
        take_frames(&self.bytes, wanted, &mut self.frames)
    }
}

/// Takes the frames of `bytes` that are not in `frames` yet, up to `wanted` in all.
fn take_frames(bytes: &[u8], wanted: usize, frames: &mut Frames) -> Result<(), AudioError> {
    let (made, _) = bytes.as_chunks::<FRAME_BYTES>();
    let taken = frames.count();
    for frame in made.iter().skip(LEAD_FRAMES + taken).take(wanted - taken) {
        // 0xfff3: sync, MPEG-2, Layer III, no checksum. 0x84: 64 kbit/s, 24 kHz, no padding.
        if !frame.starts_with(&[0xff, 0xf3, 0x84]) {
            return Err(failed("a frame out of step"));
        }
        frames.push(frame);
    }
    Ok(())
}

/// An encoder that the next clip begins with.
static SPARE: Mutex<Option<Encoder>> = Mutex::new(None);

/// Makes an encoder for the next clip, unless there is one. An encoder serves one clip, since none can be brought back to
/// how it began.
pub(super) fn make_ready() {
    let lacking = || SPARE.lock().unwrap_or_else(PoisonError::into_inner).is_none();
    if lacking() {
        let spare = encoder().ok();
        *SPARE.lock().unwrap_or_else(PoisonError::into_inner) = spare;
    }
}

fn fresh_encoder() -> Result<Encoder, AudioError> {
    let spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner).take();
    spare.map_or_else(encoder, Ok)
}

fn encoder() -> Result<Encoder, AudioError> {
    // LAME fills tables that all its encoders share when the first is made; the first must be made alone.
    static TABLES: Once = Once::new();
    TABLES.call_once(|| drop(new_encoder()));
    new_encoder()
}

fn new_encoder() -> Result<Encoder, AudioError> {
    let mut builder = Builder::new().ok_or_else(|| failed("out of memory"))?;
    builder.set_num_channels(1).map_err(failed)?;
    builder.set_sample_rate(SAMPLE_RATE).map_err(failed)?;
    builder.set_output_sample_rate(std::num::NonZeroU32::new(SAMPLE_RATE)).map_err(failed)?;
    builder.set_mode(Mode::Mono).map_err(failed)?;
    builder.set_vbr_mode(VbrMode::Off).map_err(failed)?;
    builder.set_brate(Bitrate::Kbps64).map_err(failed)?;
    // Two fifths less time than `Good`, for 0.01 to 0.09 of PESQ: docs/decisions/0004 has the figures.
    builder.set_quality(Quality::Ok).map_err(failed)?;
    builder.set_to_write_vbr_tag(false).map_err(failed)?;
    disable_reservoir(&mut builder)?;
    builder.build().map_err(failed)
}

/// Without the bit reservoir no frame borrows bytes from the one before it, so clips can be joined anywhere.
#[expect(unsafe_code, reason = "the safe bindings lack this one setting")]
fn disable_reservoir(builder: &mut Builder) -> Result<(), AudioError> {
    // SAFETY: the pointer comes from a live builder, is not kept, and the call only stores a flag.
    let code = unsafe { mp3lame_encoder::ffi::lame_set_disable_reservoir(builder.as_ptr(), 1) };
    if code == 0 { Ok(()) } else { Err(failed("the bit reservoir cannot be switched off")) }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape `map_err` wants")]
fn failed(reason: impl ToString) -> AudioError {
    AudioError::Encoder { codec: Codec::Mp3, reason: reason.to_string() }
}
