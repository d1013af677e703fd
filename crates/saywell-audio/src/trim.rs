//! Where a clip's sound begins and ends.

use std::ops::Range;

/// The samples from a little before the first to a little after the last that can be heard; nothing of silence. Voices
/// put a third of a second and more of silence around a sentence, which a listener would wait through, and which would
/// make pauses depend on the voice.
///
/// What lies 54 dB under the clip's peak counts as silence. 40 ms stay in front, so that a soft onset is whole and an MP3
/// clip begins in silence (see [`crate::encode()`]), and 60 ms behind for the sound to die away.
#[must_use]
pub fn audible(samples: &[f32]) -> Range<usize> {
    let peak = samples.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    let heard = |sample: &f32| sample.abs() > peak * THRESHOLD;
    match (samples.iter().position(heard), samples.iter().rposition(heard)) {
        (Some(first), Some(last)) => first.saturating_sub(BEFORE)..samples.len().min(last + 1 + AFTER),
        _ => 0..0,
    }
}

/// -54 dB.
const THRESHOLD: f32 = 0.002;
/// 40 ms.
const BEFORE: usize = crate::SAMPLE_RATE as usize / 25;
/// 60 ms.
const AFTER: usize = crate::SAMPLE_RATE as usize * 3 / 50;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_goes_and_the_margins_stay() {
        let mut samples = vec![0.0001; 24_000];
        samples[10_000] = 0.01;
        samples[12_000] = -0.5;
        assert_eq!(audible(&samples), 10_000 - 960..12_001 + 1440);
    }

    #[test]
    fn margins_end_where_the_samples_do() {
        assert_eq!(audible(&[0.5, 0.5]), 0..2);
        assert_eq!(audible(&[0.0; 9]), 0..0);
        assert_eq!(audible(&[]), 0..0);
    }
}
