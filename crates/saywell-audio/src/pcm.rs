//! Samples as numbers and as bytes.

/// Samples as signed 16-bit little-endian bytes. Values beyond `[-1, 1]` are clipped.
#[must_use]
pub fn to_s16le(samples: &[f32]) -> Vec<u8> {
    let mut bytes = vec![0; 2 * samples.len()];
    for (pair, &sample) in bytes.as_chunks_mut::<2>().0.iter_mut().zip(samples) {
        *pair = to_s16(sample).to_le_bytes();
    }
    bytes
}

/// Samples from signed 16-bit little-endian bytes. An odd byte at the end is half a sample and is left out.
#[must_use]
pub fn from_s16le(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<2>().0.iter().map(|&pair| from_s16(i16::from_le_bytes(pair))).collect()
}

/// Rounds samples to those that 16 bits can hold, in place: what lossless formats keep of them.
pub fn round_to_s16(samples: &mut [f32]) {
    for sample in samples {
        *sample = from_s16(to_s16(*sample));
    }
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
    // `round` is a call on processors whose floor is that of x86-64; half is added in 64 bits, where it is exact.
    let scaled = f64::from(sample * FULL_SCALE);
    (scaled + 0.5_f64.copysign(scaled)) as i16
}

/// The sample that a 16-bit number stands for.
pub(crate) fn from_s16(sample: i16) -> f32 {
    f32::from(sample) / FULL_SCALE
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
    fn halves_are_rounded_away_from_zero_and_nothing_else_is() {
        for scaled in [0.5_f32, 0.499_999_97, 1.5, 2.499_999_8, 16_383.5, 32_766.498] {
            for sign in [1.0, -1.0] {
                let rounded = (sign * scaled).round() as i16;
                assert_eq!(to_s16(sign * scaled / FULL_SCALE), rounded, "{sign} * {scaled}");
            }
        }
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
