//! Where speech begins and ends in the samples, and soft edges.

use std::ops::Range;

use crate::dsp::SAMPLE_RATE;

/// Sound is judged in blocks of 5 ms.
pub const BLOCK: usize = SAMPLE_RATE as usize / 200;
/// A block is silent below this root mean square, -54 dB of full scale; the voice speaks at about -27 dB and
/// its pauses lie near -75 dB.
const SILENCE: f32 = 0.002;

/// How far from a border between words the silence between them is looked for: 60 ms.
const NEAR: usize = SAMPLE_RATE as usize * 60 / 1000;

/// Which blocks of a signal are loud.
pub struct Loudness {
    loud: Vec<bool>,
    /// The sum of the squares of each block.
    energy: Vec<f32>,
}

impl Loudness {
    pub fn measure(samples: &[f32]) -> Self {
        let energy: Vec<f32> =
            samples.chunks(BLOCK).map(|block| block.iter().map(|x| x * x).sum::<f32>()).collect();
        let loud = energy.iter().map(|energy| *energy > SILENCE * SILENCE * BLOCK as f32).collect();
        Self { loud, energy }
    }

    /// The quiet samples, from sound to sound, between the word that lies at `before` and the next at `after`:
    /// the longest silence near what is between the two; where none is, an empty range at the quietest place.
    pub fn seam(&self, before: Range<usize>, after: Range<usize>) -> Range<usize> {
        let middle = |range: &Range<usize>| range.start.midpoint(range.end);
        let first = (middle(&before) / BLOCK).min(self.loud.len());
        let last = (middle(&after).div_ceil(BLOCK)).clamp(first, self.loud.len());
        let near = before.end.saturating_sub(NEAR) / BLOCK..(after.start + NEAR).div_ceil(BLOCK);
        let mut longest = 0..0;
        let mut start = first;
        for run in self.loud[first..last].chunk_by(|a, b| a == b) {
            let blocks = start..start + run.len();
            start = blocks.end;
            let is_near = blocks.start < near.end && blocks.end > near.start;
            if run.first() == Some(&false) && is_near && blocks.len() > longest.len() {
                longest = blocks;
            }
        }
        if longest.is_empty() {
            let inside = near.start.max(first)..near.end.min(last);
            let quietest = inside.min_by(|a, b| self.energy[*a].total_cmp(&self.energy[*b]));
            let at = quietest.map_or(before.end, |block| block * BLOCK + BLOCK / 2);
            return at..at;
        }
        longest.start * BLOCK..longest.end * BLOCK
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
    soften(samples.iter_mut());
    soften_end(samples);
}

/// Lowers the last samples to zero over 5 ms.
pub fn soften_end(samples: &mut [f32]) {
    soften(samples.iter_mut().rev());
}

/// Raises the first of `samples` from zero over 5 ms.
pub fn soften<'a>(samples: impl ExactSizeIterator<Item = &'a mut f32>) {
    let length = BLOCK.min(samples.len() / 2);
    let gain = |i: usize| 0.5 - 0.5 * (std::f32::consts::PI * (i as f32 + 0.5) / length as f32).cos();
    for (i, sample) in samples.take(length).enumerate() {
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
    fn finds_the_seam_between_words() {
        let mut samples = vec![0.1; 100 * BLOCK];
        samples[40 * BLOCK..44 * BLOCK].fill(0.0);
        samples[70 * BLOCK..71 * BLOCK].fill(0.05);
        let loudness = Loudness::measure(&samples);
        assert_eq!(loudness.seam(10 * BLOCK..45 * BLOCK, 45 * BLOCK..80 * BLOCK), 40 * BLOCK..44 * BLOCK);
        let at = 70 * BLOCK + BLOCK / 2;
        assert_eq!(loudness.seam(55 * BLOCK..68 * BLOCK, 68 * BLOCK..99 * BLOCK), at..at);
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
