//! The formats on offer and the codecs inside them.

use std::fmt;
use std::str::FromStr;

/// A kind of file: a container and the codec in it. All are mono.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Format {
    /// Bare MPEG-2 Layer III frames. Plays everywhere; the default.
    #[default]
    Mp3,
    /// Opus in Ogg.
    Opus,
    /// Opus in `WebM`, a cluster for each clip: what Media Source Extensions play without gaps.
    Webm,
    /// The same Opus packets in fragmented MP4, a fragment for each clip.
    Mp4,
    /// FLAC: nothing lost.
    Flac,
    /// 16-bit PCM with a RIFF header.
    Wav,
    /// 16-bit little-endian PCM without any header.
    Pcm,
}

impl Format {
    /// Every format, in the order in which they are offered.
    pub const ALL: [Format; 7] =
        [Format::Mp3, Format::Opus, Format::Webm, Format::Mp4, Format::Flac, Format::Wav, Format::Pcm];

    /// The name used in requests, and what [`FromStr`] reads.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Format::Mp3 => "mp3",
            Format::Opus => "opus",
            Format::Webm => "webm",
            Format::Mp4 => "mp4",
            Format::Flac => "flac",
            Format::Wav => "wav",
            Format::Pcm => "pcm",
        }
    }

    /// The media type, with the codec where a browser asks for it.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Format::Mp3 => "audio/mpeg",
            Format::Opus => "audio/ogg; codecs=opus",
            Format::Webm => "audio/webm; codecs=opus",
            Format::Mp4 => "audio/mp4; codecs=opus",
            Format::Flac => "audio/flac",
            Format::Wav => "audio/wav",
            Format::Pcm => "audio/pcm;rate=24000;channels=1",
        }
    }

    /// The file name's ending, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        self.name()
    }

    /// The codec whose frames the container holds.
    #[must_use]
    pub const fn codec(self) -> Codec {
        match self {
            Format::Mp3 => Codec::Mp3,
            Format::Opus | Format::Webm | Format::Mp4 => Codec::Opus,
            Format::Flac => Codec::Flac,
            Format::Wav | Format::Pcm => Codec::Pcm,
        }
    }

    /// Whether frames are put together in blocks (pages, clusters, fragments), each with something around it.
    #[must_use]
    pub const fn has_blocks(self) -> bool {
        matches!(self.codec(), Codec::Opus)
    }

    /// Whether the header states the length, so that an exact file can only be written when all of it is known.
    /// Such files come from [`whole`](crate::whole); a [`Muxer`](crate::Muxer) writes "unknown length" instead.
    #[must_use]
    pub const fn states_length(self) -> bool {
        matches!(self, Format::Flac | Format::Wav)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}

/// The name is not that of a format on offer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("format must be one of {}; not {given:?}", Format::ALL.map(Format::name).join(", "))]
pub struct UnknownFormat {
    /// What was asked for.
    pub given: String,
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Format::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| UnknownFormat { given: name.chars().take(40).collect() })
    }
}

/// How samples are coded inside a frame. Clips are stored by codec: [`Format::Opus`], [`Format::Webm`] and
/// [`Format::Mp4`] share theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Codec {
    /// MPEG-2 Layer III, 64 kbit/s constant, every frame decodable by itself.
    Mp3,
    /// Opus, 20 ms packets.
    Opus,
    /// FLAC, 16 bit.
    Flac,
    /// Signed 16-bit little-endian samples.
    Pcm,
}

impl Codec {
    /// Every codec.
    pub const ALL: [Codec; 4] = [Codec::Mp3, Codec::Opus, Codec::Flac, Codec::Pcm];

    /// The name used in keys and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Codec::Mp3 => "mp3",
            Codec::Opus => "opus",
            Codec::Flac => "flac",
            Codec::Pcm => "pcm",
        }
    }

    /// Samples in a frame: 24 ms of MP3 (an MPEG-2 frame holds one granule of 576), 20 ms of Opus, 24 ms of
    /// FLAC, a single sample of PCM.
    #[must_use]
    pub const fn frame_samples(self) -> usize {
        match self {
            Codec::Mp3 | Codec::Flac => 576,
            Codec::Opus => 480,
            Codec::Pcm => 1,
        }
    }

    /// The smallest whole number of frames that lasts at least `samples`, in samples. Choose the pause after an
    /// utterance so that sound and pause together come to such a number, and nothing is padded.
    #[must_use]
    pub const fn padded_samples(self, samples: usize) -> usize {
        samples.div_ceil(self.frame_samples()).saturating_mul(self.frame_samples())
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_unknown_ones_are_named_in_the_error() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse::<Format>().unwrap(), format);
        }
        assert!("MP3".parse::<Format>().unwrap_err().to_string().contains("\"MP3\""));
    }

    #[test]
    fn padding_reaches_the_next_whole_frame() {
        assert_eq!(Codec::Opus.padded_samples(0), 0);
        assert_eq!(Codec::Opus.padded_samples(1), 480);
        assert_eq!(Codec::Opus.padded_samples(480), 480);
        assert_eq!(Codec::Mp3.padded_samples(577), 1152);
        assert_eq!(Codec::Pcm.padded_samples(7), 7);
    }
}
