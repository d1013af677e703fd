//! Any rate to 24 kHz, by a windowed sinc.

use std::f64::consts::PI;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use crate::{AudioError, SAMPLE_RATE};

/// Rates [`resample`] takes, in Hz.
pub const RESAMPLE_RATES: RangeInclusive<u32> = 8_000..=48_000;

/// Samples at `from_hz` as samples at 24 kHz; as many as make the same duration, rounded. The first sample of both
/// is at the same moment.
///
/// Up to 0.9 of the lower rate's half, tones keep their level within 0.005 dB and gain no other component above
/// −85 dB; what would fold over from above the new half rate is below −80 dB.
pub fn resample(samples: &[f32], from_hz: u32) -> Result<Vec<f32>, AudioError> {
    if !RESAMPLE_RATES.contains(&from_hz) {
        return Err(AudioError::UnsupportedRate { given: from_hz });
    }
    if from_hz == SAMPLE_RATE {
        return Ok(samples.to_vec());
    }
    let (from, to) = (u64::from(from_hz), u64::from(SAMPLE_RATE));
    let length = (samples.len() as u64 * to + from / 2) / from;
    let mut filter = Filter::new(from, to);
    // Silence around, so that the filter finds its samples at the edges too.
    let mut padded = vec![0.0; filter.reach - 1];
    padded.extend_from_slice(samples);
    padded.resize(padded.len() + 2 * filter.reach, 0.0);

    Ok((0..length)
        .map(|index| {
            // Exact in whole numbers, so that the position never drifts.
            let centre = (index * from / to) as usize;
            let near = padded.get(centre..).unwrap_or_default();
            dot(filter.taps(index * from % to), near)
        })
        .collect())
}

/// Brings sound to another rate as it comes, in pieces of any size. To 24 kHz, all of it together is what [`resample`] makes of
/// the whole.
#[derive(Debug)]
pub struct Resampler {
    from: u64,
    to: u64,
    filter: Option<Filter>,
    /// Samples around the next place, silence before the first included.
    near: Vec<f32>,
    /// Samples that came before those.
    passed: u64,
    given: u64,
    made: u64,
}

impl Resampler {
    /// From this rate to 24 kHz.
    ///
    /// # Errors
    /// [`AudioError::UnsupportedRate`] as [`resample`].
    pub fn new(from_hz: u32) -> Result<Self, AudioError> {
        Self::between(from_hz, SAMPLE_RATE)
    }

    /// From one rate to another, each one of [`RESAMPLE_RATES`].
    ///
    /// # Errors
    /// [`AudioError::UnsupportedRate`] for another.
    pub fn between(from_hz: u32, to_hz: u32) -> Result<Self, AudioError> {
        if let Some(given) = [from_hz, to_hz].into_iter().find(|rate| !RESAMPLE_RATES.contains(rate)) {
            return Err(AudioError::UnsupportedRate { given });
        }
        let (from, to) = (u64::from(from_hz), u64::from(to_hz));
        let filter = (from != to).then(|| Filter::new(from, to));
        let near = vec![0.0; filter.as_ref().map_or(0, |filter| filter.reach - 1)];
        Ok(Self { from, to, filter, near, passed: 0, given: 0, made: 0 })
    }

    /// What these samples, which follow those before, make certain.
    pub fn push(&mut self, samples: Vec<f32>) -> Vec<f32> {
        if self.filter.is_none() {
            return samples;
        }
        self.given += samples.len() as u64;
        self.near.extend(samples);
        self.make(u64::MAX)
    }

    /// The rest.
    #[must_use]
    pub fn finish(mut self) -> Vec<f32> {
        let Some(filter) = &self.filter else { return Vec::new() };
        self.near.resize(self.near.len() + 2 * filter.reach, 0.0);
        let length = (self.given * self.to + self.from / 2) / self.from;
        self.make(length)
    }

    fn make(&mut self, length: u64) -> Vec<f32> {
        let (from, to) = (self.from, self.to);
        let Some(filter) = &mut self.filter else { return Vec::new() };
        let mut made = Vec::new();
        while self.made < length {
            let centre = (self.made * from / to - self.passed) as usize;
            let Some(near) = self.near.get(centre..centre + 2 * filter.reach) else { break };
            made.push(dot(filter.taps(self.made * from % to), near));
            self.made += 1;
        }
        let done = ((self.made * from / to).saturating_sub(self.passed) as usize).min(self.near.len());
        self.near.drain(..done);
        self.passed += done as u64;
        made
    }
}

/// The sum of products, in eight sums that the processor adds side by side.
fn dot(taps: &[f32], samples: &[f32]) -> f32 {
    let (taps, samples) = (taps.as_chunks::<8>().0, samples.as_chunks::<8>().0);
    let mut sums = [0.0_f32; 8];
    for (taps, samples) in taps.iter().zip(samples) {
        for ((sum, tap), sample) in sums.iter_mut().zip(taps).zip(samples) {
            *sum += tap * sample;
        }
    }
    sums.iter().sum()
}

/// The taps for each place between two samples that a pair of rates has: 80 of them from 44.1 kHz.
#[derive(Debug)]
struct Filter {
    /// Samples on each side, a multiple of four.
    reach: usize,
    /// Going down, the filter is stretched in time, and so lowered in frequency and height, by this.
    ratio: f64,
    to: u64,
    /// The distance of two places, out of `to`.
    spacing: u64,
    /// One set of taps for each place; empty until it is wanted.
    places: Vec<Vec<f32>>,
}

impl Filter {
    fn new(from: u64, to: u64) -> Self {
        let ratio = (to as f64 / from as f64).min(1.0);
        let reach = (HALF_WIDTH as f64 / ratio).ceil() as usize;
        let spacing = greatest_common_divisor(from, to);
        let places = vec![Vec::new(); (to / spacing) as usize];
        Filter { reach: reach.next_multiple_of(4), ratio, to, spacing, places }
    }

    /// The taps for a value `place / to` of a sample after the `reach`-th.
    fn taps(&mut self, place: u64) -> &[f32] {
        let index = (place / self.spacing) as usize;
        let Some(taps) = self.places.get_mut(index) else { return &[] };
        if taps.is_empty() {
            let fraction = place as f64 / self.to as f64;
            let start = (self.reach - 1) as f64 + fraction;
            let value =
                |tap: usize| (self.ratio * KERNEL.value_at(((tap as f64 - start) * self.ratio).abs())) as f32;
            taps.extend((0..2 * self.reach).map(value));
        }
        taps
    }
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// Zero crossings of the sinc on each side. With Kaiser's β below they make a transition of 0.1 of the half rate:
/// (attenuation - 8) / (2.285 · 0.1 π) ≈ 114 taps in all (Oppenheim and Schafer, section 7.6).
const HALF_WIDTH: usize = 60;
/// Kaiser's β for 90 dB: 0.1102 · (90 - 8.7).
const BETA: f64 = 8.96;
/// The middle of the transition, as a share of the lower half rate.
const CUTOFF: f64 = 0.95;
/// Table entries for each zero crossing. Interpolating between them errs by at most π² / (8 · 512²) ≈ -106 dB.
const STEPS: usize = 512;

static KERNEL: LazyLock<Kernel> = LazyLock::new(Kernel::new);

/// One side of the filter; it is symmetric.
struct Kernel(Vec<f32>);

impl Kernel {
    fn new() -> Self {
        let length = HALF_WIDTH * STEPS;
        let value = |index: usize| {
            let t = index as f64 / STEPS as f64;
            let phase = PI * CUTOFF * t;
            let sinc = if index == 0 { 1.0 } else { phase.sin() / phase };
            let edge = index as f64 / length as f64;
            (CUTOFF * sinc * bessel(BETA * (1.0 - edge * edge).max(0.0).sqrt()) / bessel(BETA)) as f32
        };
        // Two more zeros, so that interpolation at the very edge has a neighbour.
        Kernel((0..=length).map(value).chain([0.0, 0.0]).collect())
    }

    fn value_at(&self, t: f64) -> f64 {
        let place = t * STEPS as f64;
        let index = place as usize;
        match self.0.get(index..index + 2) {
            Some(&[here, next]) => f64::from(here) + (place - index as f64) * f64::from(next - here),
            _ => 0.0,
        }
    }
}

/// The modified Bessel function of order zero, by its series.
fn bessel(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    (1..40)
        .scan(1.0, |term, k| {
            *term *= quarter / f64::from(k * k);
            Some(*term)
        })
        .sum::<f64>()
        + 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hz: f64, rate: u32, seconds: f64) -> Vec<f32> {
        let count = (seconds * f64::from(rate)) as usize;
        (0..count).map(|n| (0.5 * (2.0 * PI * hz * n as f64 / f64::from(rate)).sin()) as f32).collect()
    }

    /// Level of the difference between two signals against a full tone's, in dB, away from the edges.
    fn error_db(got: &[f32], wanted: &[f32]) -> f64 {
        let middle = 2_000..got.len() - 2_000;
        let error: f64 = middle.clone().map(|n| f64::from(got[n] - wanted[n]).powi(2)).sum();
        10.0 * (error / middle.len() as f64 / 0.125).log10()
    }

    #[test]
    fn tones_inside_the_band_arrive_at_level_place_and_purity() {
        for rate in [8_000, 11_025, 16_000, 22_050, 23_999, 32_000, 44_100, 48_000] {
            for share in [0.02, 0.3, 0.6, 0.9] {
                let hz = share * f64::from(rate.min(SAMPLE_RATE)) / 2.0;
                let got = resample(&tone(hz, rate, 1.0), rate).unwrap();
                let error = error_db(&got, &tone(hz, SAMPLE_RATE, 1.0));
                // One number bounds all of it: 0.005 dB of level alone would be an error of -65 dB.
                assert!(error < -65.0, "{rate} Hz, tone of {hz} Hz: {error:.1} dB");
            }
        }
    }

    #[test]
    fn tones_above_the_band_are_gone() {
        for (rate, hz) in [(48_000, 12_100.0), (48_000, 20_000.0), (44_100, 13_000.0), (32_000, 15_000.0)] {
            let got = resample(&tone(hz, rate, 1.0), rate).unwrap();
            let error = error_db(&got, &vec![0.0; got.len()]);
            assert!(error < -80.0, "{rate} Hz, tone of {hz} Hz: {error:.1} dB");
        }
    }

    #[test]
    fn in_pieces_of_any_size_it_is_the_same() {
        for rate in [8_000, 16_000, 22_050, SAMPLE_RATE, 44_100, 48_000] {
            let sound = tone(440.0, rate, 0.31);
            let whole = resample(&sound, rate).unwrap();
            for size in [1, 100, 1_021, 100_000] {
                let mut resampler = Resampler::new(rate).unwrap();
                let mut made: Vec<f32> =
                    sound.chunks(size).flat_map(|piece| resampler.push(piece.to_vec())).collect();
                made.extend(resampler.finish());
                assert_eq!(made, whole, "{rate} Hz by {size}");
            }
        }
    }

    #[test]
    fn lengths_and_bounds() {
        assert_eq!(resample(&vec![0.0; 22_050], 22_050).unwrap().len(), 24_000);
        assert!(resample(&[], 8_000).unwrap().is_empty());
        assert_eq!(resample(&[0.25], SAMPLE_RATE).unwrap(), [0.25]);
        assert_eq!(resample(&[0.0], 7_999), Err(AudioError::UnsupportedRate { given: 7_999 }));
    }
}
