//! MP3 as it arrives, for servers that have nothing better.

use nanomp3_core::{Decoder, MAX_SAMPLES_PER_FRAME};

/// How many bytes are there before any is decoded, so that a frame can be told by those after it.
const AHEAD: usize = 16 << 10;

/// Decodes MP3 to mono samples.
pub(super) struct Mp3Reader {
    decoder: Box<Decoder>,
    rate: Option<u32>,
}

impl std::fmt::Debug for Mp3Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mp3Reader").field("rate", &self.rate).finish_non_exhaustive()
    }
}

impl Mp3Reader {
    pub(super) fn new() -> Self {
        Self { decoder: Box::new(Decoder::new()), rate: None }
    }

    /// Samples a second, once there is a frame. One that another frame contradicts does not count.
    pub(super) fn rate(&self) -> Option<u32> {
        self.rate
    }

    /// Takes the frames out of `held` that can be told, or at the end all of them.
    pub(super) fn read(&mut self, held: &mut Vec<u8>, at_end: bool) -> Vec<f32> {
        let mut samples = Vec::new();
        let mut interleaved = vec![0.0_f32; MAX_SAMPLES_PER_FRAME];
        let mut at = 0;
        while at < held.len() && (at_end || held.len() - at >= AHEAD) {
            let (taken, frame) = self.decoder.decode(&held[at..], &mut interleaved);
            // It always takes something, but this loop is not the place to rely on it.
            at += taken.max(1);
            let Ok(frame) = frame else { continue };
            if *self.rate.get_or_insert(frame.sample_rate) == frame.sample_rate {
                let channels = usize::from(frame.channels.num());
                let frame = interleaved.get(..frame.samples_produced * channels).unwrap_or_default();
                samples.extend(saywell_audio::mix_down(frame, channels).iter().map(|s| s.clamp(-1.0, 1.0)));
            }
        }
        held.drain(..at.min(held.len()));
        samples
    }
}

/// Whether these are the first bytes of an MP3 file: a tag, or the header of a frame of layer III.
pub(super) fn is_mp3(bytes: &[u8]) -> bool {
    bytes.starts_with(b"ID3") || matches!(bytes, [0xff, second, ..] if second & 0b1110_0110 == 0b1110_0010)
}
