//! Clips joined into one stream of bytes.
//!
//! Each container is a small writer of its own: what a speech stream needs of it is a few hundred bytes of
//! structure, and every byte has to be the same whether it is streamed or stored.

mod flac;
mod mp4;
mod ogg;
mod wav;
mod webm;

use crate::encode::OPUS_DELAY;
use crate::{AudioError, Format, Frames, SAMPLE_RATE};

/// Writes one stream: [`header`](Muxer::header) first, [`push`](Muxer::push) for each clip, then
/// [`finish`](Muxer::finish). What these return, one after the other, is the complete file: a stream that was kept
/// and a file made later from the same clips are the same bytes.
///
/// Where the header states the length ([`Format::states_length`]), the stream says "unknown"; [`whole`] writes the
/// exact file.
#[derive(Debug)]
pub struct Muxer {
    format: Format,
    writer: Writer,
}

#[derive(Debug)]
enum Writer {
    /// Frames need nothing around them.
    Bare,
    Ogg(ogg::Ogg),
    Webm(webm::Webm),
    Mp4(mp4::Mp4),
    Flac(flac::Flac),
    Wav,
}

impl Muxer {
    /// Starts a stream.
    #[must_use]
    pub fn new(format: Format) -> Self {
        let writer = match format {
            Format::Mp3 | Format::Pcm => Writer::Bare,
            Format::Opus => Writer::Ogg(ogg::Ogg::default()),
            Format::Webm => Writer::Webm(webm::Webm::default()),
            Format::Mp4 => Writer::Mp4(mp4::Mp4::default()),
            Format::Flac => Writer::Flac(flac::Flac::default()),
            Format::Wav => Writer::Wav,
        };
        Muxer { format, writer }
    }

    /// What comes before the first clip; no bytes for mp3 and pcm.
    pub fn header(&mut self) -> Vec<u8> {
        match &mut self.writer {
            Writer::Bare => Vec::new(),
            Writer::Ogg(ogg) => ogg.header(),
            Writer::Webm(_) => webm::header(),
            Writer::Mp4(_) => mp4::header(),
            Writer::Flac(_) => flac::header(None),
            Writer::Wav => wav::header(None),
        }
    }

    /// The next clip, ready to be sent: nothing is held back for later.
    pub fn push(&mut self, frames: &Frames) -> Result<Vec<u8>, AudioError> {
        if frames.codec() != self.format.codec() {
            return Err(AudioError::WrongCodec { format: self.format, given: frames.codec() });
        }
        Ok(match &mut self.writer {
            Writer::Bare | Writer::Wav => frames.data().to_vec(),
            Writer::Ogg(ogg) => ogg.clip(frames),
            Writer::Webm(webm) => webm.clip(frames),
            Writer::Mp4(mp4) => mp4.clip(frames),
            Writer::Flac(flac) => flac.clip(frames),
        })
    }

    /// What comes after the last clip. For Opus this is the packet that drives the decoder's last 6.5 ms out, so that
    /// the stream lasts exactly as long as its clips.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        match self.writer {
            Writer::Bare | Writer::Flac(_) | Writer::Wav => Vec::new(),
            Writer::Ogg(ogg) => ogg.finish(),
            Writer::Webm(webm) => webm.finish(),
            Writer::Mp4(mp4) => mp4.finish(),
        }
    }
}

/// The complete file of these clips, with its exact length in the header where the format has a place for it.
pub fn whole(format: Format, clips: &[Frames]) -> Result<Vec<u8>, AudioError> {
    let mut muxer = Muxer::new(format);
    let mut file = match format {
        Format::Flac => flac::header(Some(clips)),
        Format::Wav => wav::header(Some(clips)),
        _ => muxer.header(),
    };
    for clip in clips {
        file.extend(muxer.push(clip)?);
    }
    file.extend(muxer.finish());
    Ok(file)
}

/// The rate of Opus timelines: containers count in 48 kHz whatever was encoded (RFC 7845, section 4).
const OPUS_RATE: u32 = 48_000;
/// Opus ticks in one of our samples.
const OPUS_TICKS: u64 = (OPUS_RATE / SAMPLE_RATE) as u64;
/// Ticks a decoder throws away at the start: the encoder's delay.
const PRE_SKIP: u16 = OPUS_DELAY as u16 * OPUS_TICKS as u16;
/// Ticks of a packet.
const PACKET_TICKS: u32 = 960;
/// A packet of 20 ms that holds silence: CELT, full band, mono, its silence flag set. It ends every Opus stream.
const SILENT_PACKET: &[u8] = &[0xf8, 0xff, 0xfe];

/// The identification header (RFC 7845, section 5.1), which Matroska calls `CodecPrivate`.
fn opus_head(input_rate: u32) -> Vec<u8> {
    let mut head = b"OpusHead\x01\x01".to_vec(); // version 1, one channel
    head.extend(PRE_SKIP.to_le_bytes());
    head.extend(input_rate.to_le_bytes());
    head.extend([0, 0, 0]); // no gain, mapping family 0
    head
}
