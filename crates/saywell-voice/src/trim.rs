//! Where speech begins and ends in the samples, and soft edges.

use std::ops::Range;

use crate::dsp::SAMPLE_RATE;

/// Sound is judged in blocks of 5 ms.
const BLOCK: usize = SAMPLE_RATE as usize / 200;
/// A block is silent below this root mean square, -54 dB of full scale; the voice speaks at about -27 dB and
/// its pauses lie near -75 dB.
const SILENCE: f32 = 0.002;

/// Which blocks of a signal are loud.
pub struct Loudness {
    loud: Vec<bool>,
}

impl Loudness {
    pub fn measure(samples: &[f32]) -> Self {
        let loud =
            |block: &[f32]| block.iter().map(|x| x * x).sum::<f32>() > SILENCE * SILENCE * BLOCK as f32;
        Self { loud: samples.chunks(BLOCK).map(loud).collect() }
    }

    /// `range` (in samples) without the silence at its ends; as it is if all of it is silent.
    pub fn inside(&self, range: Range<usize>) -> Range<usize> {
        let blocks = range.start.div_ceil(BLOCK)..(range.end / BLOCK).min(self.loud.len());
        let mut loud = blocks.filter(|block| self.loud[*block]);
        let Some(first) = loud.next() else { return range };
        let last = loud.next_back().unwrap_or(first);
        // A first or last block that the range only touches does not count as silence.
        let start = if first == range.start.div_ceil(BLOCK) { range.start } else { first * BLOCK };
        let end = if last + 1 == range.end / BLOCK { range.end } else { (last + 1) * BLOCK };
        start..end.max(start)
    }
}

/// Raises the first and lowers the last samples from and to zero over 5 ms, so that whatever comes before and
/// after, the signal has no step.
pub fn soften_edges(samples: &mut [f32]) {
    let length = BLOCK.min(samples.len() / 2);
    let gain = |i: usize| 0.5 - 0.5 * (std::f32::consts::PI * (i as f32 + 0.5) / length as f32).cos();
    for (i, sample) in samples.iter_mut().take(length).enumerate() {
        *sample *= gain(i);
    }
    for (i, sample) in samples.iter_mut().rev().take(length).enumerate() {
        *sample *= gain(i);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_sound_in_the_silence() {
        let mut samples = vec![0.0; 20 * BLOCK];
        samples[5 * BLOCK..8 * BLOCK].fill(0.1);
        samples[12 * BLOCK..13 * BLOCK].fill(-0.1);
        let loudness = Loudness::measure(&samples);
        assert_eq!(loudness.inside(0..20 * BLOCK), 5 * BLOCK..13 * BLOCK);
        assert_eq!(loudness.inside(6 * BLOCK + 1..11 * BLOCK), 6 * BLOCK + 1..8 * BLOCK);
        assert_eq!(loudness.inside(9 * BLOCK..11 * BLOCK), 9 * BLOCK..11 * BLOCK);
    }

    #[test]
    fn edges_start_and_end_near_zero() {
        let mut samples = vec![1.0; 1000];
        soften_edges(&mut samples);
        assert!(samples[0] < 1e-3 && samples[999] < 1e-3);
        assert!((samples[500] - 1.0).abs() < 1e-6);
        soften_edges(&mut []);
        soften_edges(&mut [1.0]);
    }
}
