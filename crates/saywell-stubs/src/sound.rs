//! What stubs say: a tone whose length follows the text, as PCM or WAV.

/// Seconds of sound for a character, about as long as speech takes.
pub const SECONDS_A_CHARACTER: f64 = 0.06;

/// A tone as long as saying `text` would take, at `speed`, in samples at `rate` Hz. It is never silent within, so that
/// a lost piece shows in its length and a swapped byte in its peaks.
#[must_use]
pub fn tone(text: &str, rate: u32, speed: f64) -> Vec<i16> {
    let seconds = text.chars().count() as f64 * SECONDS_A_CHARACTER / speed.max(0.1);
    let step = 220.0 * std::f64::consts::TAU / f64::from(rate);
    (0..(seconds * f64::from(rate)) as u32).map(|n| ((f64::from(n) * step).sin() * 6_000.0) as i16).collect()
}

/// Samples as 16-bit little-endian PCM.
#[must_use]
pub fn pcm(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

/// What a WAV header says about the length of the sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stated {
    /// The truth.
    Length,
    /// Nothing: 0, as encoders write that send while they encode.
    Zero,
    /// The greatest there is: `0xFFFFFFFF`, as others do.
    Max,
}

/// Samples as a mono WAV file of 16 bits.
#[must_use]
pub fn wav(samples: &[i16], rate: u32, stated: Stated) -> Vec<u8> {
    let (whole, data) = match stated {
        Stated::Length => (samples.len() as u32 * 2 + 36, samples.len() as u32 * 2),
        Stated::Zero => (0, 0),
        Stated::Max => (u32::MAX, u32::MAX),
    };
    let mut file = b"RIFF".to_vec();
    file.extend(whole.to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(rate.to_le_bytes());
    file.extend((rate * 2).to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend(data.to_le_bytes());
    file.extend(pcm(samples));
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tone_is_as_long_as_the_text() {
        assert_eq!(tone("", 8_000, 1.0).len(), 0);
        assert_eq!(tone("ten lettrs", 8_000, 1.0).len(), 4_800);
        assert_eq!(tone("ten lettrs", 8_000, 2.0).len(), 2_400);
    }

    #[test]
    fn a_wav_file_says_what_it_was_told_to_say() {
        let file = wav(&[1, -1], 22_050, Stated::Length);
        assert_eq!((file.len(), &file[40..44], &file[44..]), (48, &[4, 0, 0, 0][..], &[1, 0, 255, 255][..]));
        assert_eq!(wav(&[1], 22_050, Stated::Zero)[40..44], [0; 4]);
        assert_eq!(wav(&[1], 22_050, Stated::Max)[40..44], [255; 4]);
    }
}
