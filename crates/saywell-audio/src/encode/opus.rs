//! Opus through libopus.

use opusic_c::{Application, Bitrate, Channels, Encoder, ErrorCode, SampleRate, Signal};

use super::{OPUS_DELAY, Source};
use crate::{AudioError, Codec, Frames};

/// Bits each second asked for; speech comes out near 38,000. See the decision on codecs for what was heard and timed.
const BIT_RATE: u32 = 44_000;
/// 0–10, time against quality. 0 takes a third of the time of 8; a few thousand bits each second make up for some of the loss.
const COMPLEXITY: u8 = 0;
/// Bytes of the largest packet of one frame (RFC 6716, section 3.4).
const MAX_PACKET: usize = 1276;

/// Calls `made` as the frames come.
pub(super) fn encode(source: &mut Source<'_>, made: &mut dyn FnMut(&Frames)) -> Result<Frames, AudioError> {
    let frame = Codec::Opus.frame_samples();
    let mut frames = Frames::new(Codec::Opus);
    let mut encoder = checked_encoder()?;
    let mut packet = [0; MAX_PACKET];
    let mut code = |block: &[f32]| {
        // The decoder arrives with another clip's memory: the first packet must not lean on it.
        if frames.count() < 2 {
            encoder.set_prediction_disabled(frames.count() == 0).map_err(failed)?;
        }
        let length = encoder.encode_float_to_slice(block, &mut packet).map_err(failed)?;
        frames.push(packet.get(..length).unwrap_or_default());
        made(&frames);
        Ok::<_, AudioError>(())
    };
    let mut coded = 0;
    for block in source.at_hand().chunks_exact(frame) {
        code(block)?;
        coded += frame;
    }
    let samples = source.all();
    // The decoder is late by the delay: what sounds in that last stretch needs a packet of its own.
    let needed = match super::sounding(samples) + OPUS_DELAY {
        _ if samples.is_empty() => 0,
        sounding => samples.len().max(sounding),
    };
    samples.resize(Codec::Opus.padded_samples(needed), 0.0);
    for block in samples.get(coded..).unwrap_or_default().chunks_exact(frame) {
        code(block)?;
    }
    Ok(frames)
}

/// A clip whose samples are still coming.
pub(super) struct Live {
    encoder: Encoder,
    /// Samples that make no frame yet.
    rest: Vec<f32>,
    /// Samples up to the last that sounds, and all of them.
    sounding: usize,
    given: usize,
    coded: usize,
}

impl Live {
    pub(super) fn new() -> Result<Self, AudioError> {
        Ok(Self { encoder: checked_encoder()?, rest: Vec::new(), sounding: 0, given: 0, coded: 0 })
    }

    pub(super) fn push(&mut self, samples: &[f32]) -> Result<Frames, AudioError> {
        match super::sounding(samples) {
            0 => {}
            sounding => self.sounding = self.given + sounding,
        }
        self.given += samples.len();
        self.rest.extend_from_slice(samples);
        self.code()
    }

    pub(super) fn finish(mut self) -> Result<Frames, AudioError> {
        let frame = Codec::Opus.frame_samples();
        let needed = match self.sounding + OPUS_DELAY {
            _ if self.given == 0 => 0,
            sounding => self.given.max(sounding),
        };
        let total = Codec::Opus.padded_samples(needed);
        self.rest.resize(total.saturating_sub(self.coded * frame), 0.0);
        self.code()
    }

    /// Codes the whole frames that there are.
    fn code(&mut self) -> Result<Frames, AudioError> {
        let frame = Codec::Opus.frame_samples();
        let (mut frames, mut packet) = (Frames::new(Codec::Opus), [0; MAX_PACKET]);
        for block in self.rest.chunks_exact(frame) {
            // The decoder arrives with another clip's memory: the first packet must not lean on it.
            if self.coded < 2 {
                self.encoder.set_prediction_disabled(self.coded == 0).map_err(failed)?;
            }
            let length = self.encoder.encode_float_to_slice(block, &mut packet).map_err(failed)?;
            frames.push(packet.get(..length).unwrap_or_default());
            self.coded += 1;
        }
        self.rest.drain(..self.rest.len() / frame * frame);
        Ok(frames)
    }
}

/// An encoder whose delay is the one that every header states.
fn checked_encoder() -> Result<Encoder, AudioError> {
    let mut encoder = encoder().map_err(failed)?;
    if encoder.get_look_ahead().map_err(failed)? as usize == OPUS_DELAY {
        return Ok(encoder);
    }
    Err(AudioError::Encoder { codec: Codec::Opus, reason: format!("its delay is not {OPUS_DELAY} samples") })
}

/// Variable rate, constrained so that no second needs much more than another, is libopus's default.
fn encoder() -> Result<Encoder, ErrorCode> {
    let mut encoder = Encoder::new(Channels::Mono, SampleRate::Hz24000, Application::Audio)?;
    encoder.set_bitrate(Bitrate::Value(BIT_RATE))?;
    encoder.set_signal(Signal::Voice)?;
    encoder.set_complexity(COMPLEXITY)?;
    Ok(encoder)
}

fn failed(code: ErrorCode) -> AudioError {
    AudioError::Encoder { codec: Codec::Opus, reason: code.message().to_owned() }
}
