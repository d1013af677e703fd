//! Samples as numbers and as bytes.

/// Samples as signed 16-bit little-endian bytes. Values beyond `[-1, 1]` are clipped.
#[must_use]
pub fn to_s16le(samples: &[f32]) -> Vec<u8> {
    samples.iter().flat_map(|&sample| to_s16(sample).to_le_bytes()).collect()
}

/// Samples from signed 16-bit little-endian bytes. An odd byte at the end is half a sample and is left out.
#[must_use]
pub fn from_s16le(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<2>().0.iter().map(|&pair| f32::from(i16::from_le_bytes(pair)) / FULL_SCALE).collect()
}

/// The mean of interleaved channels. A last incomplete group is left out; no channels give no samples.
#[must_use]
pub fn mix_down(interleaved: &[f32], channels: usize) -> Vec<f32> {
    match channels {
        0 => Vec::new(),
        1 => interleaved.to_vec(),
        _ => interleaved
            .chunks_exact(channels)
            .map(|group| group.iter().sum::<f32>() / channels as f32)
            .collect(),
    }
}

/// Full scale of 16 bits. Both ways use the same number, so that 16-bit samples survive a round trip exactly.
const FULL_SCALE: f32 = 32_768.0;

/// One sample as a 16-bit number, rounded and clipped. What is not a number becomes 0.
pub(crate) fn to_s16(sample: f32) -> i16 {
    (sample * FULL_SCALE).round() as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_16_bit_sample_survives_a_round_trip() {
        let bytes: Vec<u8> = (i16::MIN..=i16::MAX).flat_map(i16::to_le_bytes).collect();
        assert_eq!(to_s16le(&from_s16le(&bytes)), bytes);
    }

    #[test]
    fn what_is_out_of_range_is_clipped() {
        assert_eq!(to_s16(1.0), i16::MAX);
        assert_eq!(to_s16(-7.0), i16::MIN);
        assert_eq!(to_s16(f32::NAN), 0);
    }

    #[test]
    fn mixing_takes_the_mean() {
        assert_eq!(mix_down(&[0.5, -0.5, 1.0, 0.0, 0.3], 2), [0.0, 0.5]);
        assert!(mix_down(&[0.5], 0).is_empty());
    }
}
