//! One loudness for every voice.
//!
//! Loudness is measured as ITU-R BS.1770-5 and EBU R 128 define it, and a clip is brought to [`TARGET_LUFS`] by one
//! gain, the same for all of it, followed by a limiter that touches only what would pass [`CEILING_DBTP`].
//!
//! # Which gain
//!
//! A reply is spoken sentence by sentence, and a speaker does not say "No." as loudly as the sentence after it.
//! Levelling each clip by its own measure takes that away, and short clips, whose measure is least certain, jump. So
//! a voice whose level is known should be given [`Level::Fixed`]: measure a minute of it once with [`loudness`] and
//! keep [`gain_towards_target`]. That holds for the local voice and for every cloud voice with a table entry.
//! [`Level::Measured`] is for a voice heard for the first time; it trusts a clip the less the shorter it is. Both give
//! the same samples for the same input, whatever was spoken before, as the cache demands.

use std::collections::VecDeque;
use std::f64::consts::PI;

use crate::SAMPLE_RATE;

/// The level of every voice, in LUFS of the mono signal. Podcasts are levelled to -16 LUFS in stereo (Apple Podcasts
/// asks for -16 ± 1); a mono file counts 3 LU less for the same sound from two speakers, hence -19. AES TD1008 asks for
/// -18 for speech. EBU R 128's own -23 is for broadcast, and too soft for a telephone's speaker.
pub const TARGET_LUFS: f64 = -19.0;
/// What no peak passes, between the samples too: the true-peak limit of EBU R 128.
pub const CEILING_DBTP: f64 = -1.0;
/// The most any clip is raised or lowered, in dB. A voice further off is broken, and noise should not be raised.
pub const MAX_GAIN_DB: f64 = 12.0;

/// How to choose the gain of a clip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Level {
    /// The voice's own gain in dB, known beforehand. The right choice for a voice that keeps its level.
    Fixed(f64),
    /// From this clip alone.
    Measured,
}

/// Brings a clip to the target level in place and tells the gain applied, in dB. No peak passes the ceiling.
pub fn level(samples: &mut [f32], level: Level) -> f64 {
    let decibels = gain(samples, level, Meter::default());
    apply(samples, decibels);
    decibels
}

/// The gain of a clip in dB. `meter` may have been pushed a beginning of it already; what it lacks it is given, if the
/// level asks for a measure at all.
#[must_use]
pub fn gain(samples: &[f32], level: Level, mut meter: Meter) -> f64 {
    match level {
        Level::Fixed(decibels) if decibels.is_nan() => 0.0,
        Level::Fixed(decibels) => decibels.clamp(-MAX_GAIN_DB, MAX_GAIN_DB),
        Level::Measured => {
            meter.push(samples.get(meter.samples()..).unwrap_or_default());
            meter.gain()
        }
    }
}

/// Changes a clip by this gain in dB, in place. No peak passes the ceiling.
pub fn apply(samples: &mut [f32], decibels: f64) {
    let gain = from_decibels(decibels) as f32;
    for sample in samples.iter_mut() {
        *sample *= gain;
    }
    limit(samples);
}

/// The first `count` samples of a clip as [`apply`] makes them, or all of a shorter one; in a time that does not grow
/// with the clip.
#[must_use]
pub fn applied_head(samples: &[f32], count: usize, decibels: f64) -> Vec<f32> {
    // A sample's gain rests on those of the look-ahead, and these on the stretches in which they lie.
    let enough = (count + LOOK_AHEAD + STRETCH + REACH).next_multiple_of(STRETCH);
    let mut head = samples.get(..enough).unwrap_or(samples).to_vec();
    apply(&mut head, decibels);
    if samples.len() > enough {
        head.truncate(count);
    }
    head
}

/// Integrated loudness in LUFS, gated as EBU R 128 says; `None` for silence. Sound of less than 0.4 s, the standard's
/// block, is measured in blocks of 50 ms.
#[must_use]
pub fn loudness(samples: &[f32]) -> Option<f64> {
    let mut meter = Meter::default();
    meter.push(samples);
    Some(meter.measure()?.0)
}

/// The gain in dB that brings this loudness to the target, bounded by [`MAX_GAIN_DB`].
#[must_use]
pub fn gain_towards_target(lufs: f64) -> f64 {
    (TARGET_LUFS - lufs).clamp(-MAX_GAIN_DB, MAX_GAIN_DB)
}

/// Sound for which a clip's own measure is fully trusted, in seconds.
const FULL_TRUST: f64 = 2.0;

/// Measures loudness as sound comes, in pieces of any size.
#[derive(Debug, Clone, PartialEq)]
pub struct Meter {
    shelf: Biquad,
    high_pass: Biquad,
    /// The mean power of each step so far.
    steps: Vec<f64>,
    /// The power of the step that has not ended.
    sum: f64,
    samples: usize,
}

impl Default for Meter {
    fn default() -> Self {
        let [shelf, high_pass] = k_weighting();
        Self { shelf, high_pass, steps: Vec::new(), sum: 0.0, samples: 0 }
    }
}

impl Meter {
    /// How many samples it was given so far.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Listens to the samples that follow those it has had.
    pub fn push(&mut self, mut samples: &[f32]) {
        while !samples.is_empty() {
            let left = STEP - self.samples % STEP;
            let (now, later) = samples.split_at(left.min(samples.len()));
            for &sample in now {
                self.sum += self.high_pass.next(self.shelf.next(f64::from(sample))).powi(2);
            }
            self.samples += now.len();
            if now.len() == left {
                self.steps.push(std::mem::take(&mut self.sum) / STEP as f64);
            }
            samples = later;
        }
    }

    /// The gain in dB of a clip that is all of what was heard.
    #[must_use]
    pub fn gain(&self) -> f64 {
        let Some((lufs, seconds)) = self.measure() else { return 0.0 };
        // A word alone may be meant softly: half of its distance is made up at least, all of it from two seconds on.
        gain_towards_target(lufs) * (0.5 + 0.5 * (seconds / FULL_TRUST).min(1.0))
    }

    /// Loudness in LUFS, and the seconds of sound above the gates it rests on.
    #[must_use]
    pub fn measure(&self) -> Option<(f64, f64)> {
        let steps = &self.steps;
        // Blocks of 0.4 s that overlap by three quarters, as the standard says; short sound is a single step each.
        let (length, stride) =
            if steps.len() >= BLOCK_STEPS { (BLOCK_STEPS, BLOCK_STEPS / 4) } else { (1, 1) };
        let blocks: Vec<f64> = steps
            .windows(length)
            .step_by(stride)
            .map(|block| block.iter().sum::<f64>() / length as f64)
            .filter(|&power| lufs_of(power) > ABSOLUTE_GATE)
            .collect();
        let gate = lufs_of(mean(&blocks)?) + RELATIVE_GATE;
        let loud: Vec<f64> = blocks.into_iter().filter(|&power| lufs_of(power) > gate).collect();
        let seconds = (loud.len() * stride * STEP) as f64 / f64::from(SAMPLE_RATE);
        Some((lufs_of(mean(&loud)?), seconds))
    }
}

/// Samples of 50 ms.
const STEP: usize = SAMPLE_RATE as usize / 20;
/// Steps of a block of 0.4 s.
const BLOCK_STEPS: usize = 8;
const ABSOLUTE_GATE: f64 = -70.0;
const RELATIVE_GATE: f64 = -10.0;

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// BS.1770: -0.691 makes a 997 Hz sine of full scale read -3.01.
fn lufs_of(power: f64) -> f64 {
    -0.691 + 10.0 * power.log10()
}

/// K-weighting: a shelf for the head and a high pass, in 64-bit arithmetic. The standard gives coefficients for 48 kHz
/// only; these are the analogue filters behind them, as known from libebur128, brought to our rate.
fn k_weighting() -> [Biquad; 2] {
    let shelf = {
        let k = (PI * 1_681.974_450_955_533 / f64::from(SAMPLE_RATE)).tan();
        let q = 0.707_175_236_955_419_6;
        let high = from_decibels(3.999_843_853_973_347);
        let middle = high.powf(0.499_666_774_154_541_6);
        let a0 = 1.0 + k / q + k * k;
        Biquad {
            b: [
                (high + middle * k / q + k * k) / a0,
                2.0 * (k * k - high) / a0,
                (high - middle * k / q + k * k) / a0,
            ],
            a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0],
            memory: [0.0; 2],
        }
    };
    let high_pass = {
        let k = (PI * 38.135_470_876_024_44 / f64::from(SAMPLE_RATE)).tan();
        let q = 0.500_327_037_323_877_3;
        let a0 = 1.0 + k / q + k * k;
        Biquad {
            b: [1.0, -2.0, 1.0],
            a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0],
            memory: [0.0; 2],
        }
    };
    [shelf, high_pass]
}

/// A filter of second order, `a[0]` being 1 and left out.
#[derive(Debug, Clone, PartialEq)]
struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
    memory: [f64; 2],
}

impl Biquad {
    fn next(&mut self, x: f64) -> f64 {
        let [s1, s2] = self.memory;
        let y = self.b[0] * x + s1;
        // What hangs on the output comes last: the next sample waits for it.
        self.memory = [(self.b[1] * x + s2) - self.a[0] * y, self.b[2] * x - self.a[1] * y];
        y
    }
}

/// Keeps true peaks under the ceiling. The gain falls before a peak and rises again over tens of milliseconds, so that
/// neither clicks nor pumping are heard; where nothing passes the ceiling, nothing changes.
fn limit(samples: &mut [f32]) {
    let ceiling = from_decibels(CEILING_DBTP) as f32;
    let fine = Fine::new();
    let stretch = |from| fine.peaks(samples, from, ceiling);
    let mut starts = (0..samples.len()).step_by(STRETCH);
    // Most clips have nothing to be limited: those are only looked at.
    let Some(first) = starts.find(|&from| stretch(from).iter().any(|&peak| peak > ceiling)) else {
        return;
    };
    let mut gains = vec![1.0; first];
    for from in std::iter::once(first).chain(starts) {
        gains.extend(stretch(from).map(|peak| (ceiling / peak).min(1.0)));
    }
    gains.truncate(samples.len());
    // After a peak the gain comes back slowly …
    let release = (-1.0 / (RELEASE_SECONDS * SAMPLE_RATE as f32)).exp();
    let mut held = 1.0_f32;
    for gain in &mut gains {
        held = gain.min(1.0 - (1.0 - held) * release);
        *gain = held;
    }
    // … and before it, it falls along a straight line: the mean of the least gains ahead is never above any of them.
    let ahead = least_ahead(&gains);
    let mut behind = 0.0_f64;
    for (index, sample) in samples.iter_mut().enumerate() {
        behind += f64::from(ahead[index]);
        if index >= LOOK_AHEAD {
            behind -= f64::from(ahead[index - LOOK_AHEAD]);
        }
        *sample *= (behind / (index + 1).min(LOOK_AHEAD) as f64).min(1.0) as f32;
    }
}

/// Brings sound to a level as it comes, in pieces of any size, and keeps its peaks under the ceiling: with one gain, what
/// [`apply`] does to all of it.
#[derive(Debug)]
pub struct Leveller {
    fine: Fine,
    /// Samples with their gain, from `first` on.
    samples: Vec<f32>,
    /// How far each is to be limited, as far as it is known.
    gains: VecDeque<f32>,
    /// The least ahead of each of the last that were given out.
    ahead: VecDeque<f32>,
    first: usize,
    given_out: usize,
    looked: usize,
    held: f32,
    behind: f64,
    /// The last sample that is to be limited.
    limited: Option<usize>,
}

impl Default for Leveller {
    fn default() -> Self {
        Self {
            fine: Fine::new(),
            samples: Vec::new(),
            gains: VecDeque::new(),
            ahead: VecDeque::new(),
            first: 0,
            given_out: 0,
            looked: 0,
            held: 1.0,
            behind: 0.0,
            limited: None,
        }
    }
}

impl Leveller {
    /// Takes the samples that follow, changes them by this gain in dB, and gives those that are finished: a few
    /// milliseconds are held back, since a peak in them would lower what comes before.
    pub fn push(&mut self, samples: &[f32], decibels: f64) -> Vec<f32> {
        let gain = from_decibels(decibels) as f32;
        self.samples.extend(samples.iter().map(|sample| sample * gain));
        self.look(false);
        self.give_out(false)
    }

    /// The rest.
    #[must_use]
    pub fn finish(mut self) -> Vec<f32> {
        self.look(true);
        self.give_out(true)
    }

    fn total(&self) -> usize {
        self.first + self.samples.len()
    }

    fn look(&mut self, to_the_end: bool) {
        let ceiling = from_decibels(CEILING_DBTP) as f32;
        let release = (-1.0 / (RELEASE_SECONDS * SAMPLE_RATE as f32)).exp();
        let total = self.total();
        while if to_the_end { self.looked < total } else { self.looked + STRETCH + REACH <= total } {
            let peaks = self.fine.peaks(&self.samples, self.looked - self.first, ceiling);
            for (index, peak) in peaks.into_iter().enumerate().take(total - self.looked) {
                let gain = (ceiling / peak).min(1.0);
                self.held = gain.min(1.0 - (1.0 - self.held) * release);
                if self.held < 1.0 {
                    self.limited = Some(self.looked + index);
                }
                self.gains.push_back(self.held);
            }
            self.looked = (self.looked + STRETCH).min(total);
        }
    }

    fn give_out(&mut self, to_the_end: bool) -> Vec<f32> {
        let ready = if to_the_end { self.looked } else { (self.looked + 1).saturating_sub(LOOK_AHEAD) };
        let mut out = Vec::with_capacity(ready.saturating_sub(self.given_out));
        while self.given_out < ready {
            let least = match self.limited {
                Some(limited) if limited >= self.given_out => {
                    self.gains.iter().take(LOOK_AHEAD).copied().fold(1.0, f32::min)
                }
                _ => 1.0,
            };
            self.gains.pop_front();
            self.ahead.push_back(least);
            self.behind += f64::from(least);
            if self.ahead.len() > LOOK_AHEAD {
                self.behind -= self.ahead.pop_front().map_or(0.0, f64::from);
            }
            let count = (self.given_out + 1).min(LOOK_AHEAD);
            let sample = self.samples.get(self.given_out - self.first).copied().unwrap_or_default();
            out.push(sample * (self.behind / count as f64).min(1.0) as f32);
            self.given_out += 1;
        }
        // What is looked at next needs a few samples before it.
        let done = self.given_out.min((self.looked + 1).saturating_sub(REACH)).saturating_sub(self.first);
        self.samples.drain(..done);
        self.first += done;
        out
    }
}

/// For each gain, the least of it and the ones after it, as many as [`LOOK_AHEAD`] in all.
fn least_ahead(gains: &[f32]) -> Vec<f32> {
    // Places ahead whose gains fall from front to back; the last is the least.
    let mut falling: VecDeque<usize> = VecDeque::new();
    let mut least = vec![1.0; gains.len()];
    for index in (0..gains.len()).rev() {
        while falling.front().is_some_and(|&later| gains[later] >= gains[index]) {
            falling.pop_front();
        }
        falling.push_front(index);
        while falling.back().is_some_and(|&later| later >= index + LOOK_AHEAD) {
            falling.pop_back();
        }
        least[index] = falling.back().map_or(1.0, |&later| gains[later]);
    }
    least
}

/// Samples over which the gain falls: 3 ms.
const LOOK_AHEAD: usize = 72;
const RELEASE_SECONDS: f32 = 0.06;

/// Sees sound four times as finely (BS.1770-5, annex 2).
#[derive(Debug)]
struct Fine {
    /// For each of the three places between two samples.
    taps: [[f32; 2 * REACH]; 3],
    /// A value between samples is at most this many times the largest of those it is made from.
    most: f32,
}

impl Fine {
    fn new() -> Self {
        let taps: [[f32; 2 * REACH]; 3] = std::array::from_fn(|phase| interpolator((phase + 1) as f64 / 4.0));
        let most = taps.iter().map(|taps| taps.iter().map(|tap| tap.abs()).sum()).fold(1.0, f32::max);
        Self { taps, most }
    }

    /// For each sample of the stretch from `from` on, the largest magnitude at it and up to the next one; beyond the
    /// end, silence. Where no value between samples can reach `matters`, the magnitude of the sample itself.
    fn peaks(&self, samples: &[f32], from: usize, matters: f32) -> [f32; STRETCH] {
        let mut around = [0.0_f32; STRETCH + 2 * REACH - 1];
        let start = from.saturating_sub(REACH - 1);
        let near = &samples[start..(from + STRETCH + REACH).min(samples.len())];
        let at = start + REACH - 1 - from;
        around[at..at + near.len()].copy_from_slice(near);
        let mut peaks: [f32; STRETCH] = std::array::from_fn(|index| around[index + REACH - 1].abs());
        let largest = around.iter().fold(0.0, |largest: f32, sample| largest.max(sample.abs()));
        if largest * self.most < matters {
            return peaks;
        }
        for taps in &self.taps {
            // All of the stretch with one tap after the other: so the processor takes several samples at once.
            let mut between = [0.0_f32; STRETCH];
            for (tap, window) in taps.iter().zip(around.windows(STRETCH)) {
                for (sum, sample) in between.iter_mut().zip(window) {
                    *sum += tap * sample;
                }
            }
            for (peak, between) in peaks.iter_mut().zip(between) {
                *peak = peak.max(between.abs());
            }
        }
        peaks
    }
}

/// Samples that are looked at together for whether they can matter: 2.7 ms.
const STRETCH: usize = 64;

/// Samples on each side that a value between two of them is made from.
const REACH: usize = 8;

/// A sinc under a Hann window, for the value `fraction` of a sample after the `REACH`-th.
fn interpolator(fraction: f64) -> [f32; 2 * REACH] {
    std::array::from_fn(|index| {
        let distance = index as f64 - (REACH - 1) as f64 - fraction;
        let sinc = (PI * distance).sin() / (PI * distance);
        (sinc * (0.5 + 0.5 * (PI * distance / (REACH as f64 + 0.5)).cos())) as f32
    })
}

fn from_decibels(decibels: f64) -> f64 {
    10_f64.powf(decibels / 20.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hz: f64, amplitude: f64, seconds: f64) -> Vec<f32> {
        let count = (seconds * f64::from(SAMPLE_RATE)) as usize;
        (0..count)
            .map(|n| (amplitude * (2.0 * PI * hz * n as f64 / f64::from(SAMPLE_RATE)).sin()) as f32)
            .collect()
    }

    fn true_peaks(samples: &[f32], matters: f32) -> Vec<f32> {
        let fine = Fine::new();
        let starts = (0..samples.len()).step_by(STRETCH);
        let mut peaks: Vec<f32> = starts.flat_map(|from| fine.peaks(samples, from, matters)).collect();
        peaks.truncate(samples.len());
        peaks
    }

    /// BS.1770-5, annex 1: a 997 Hz sine of full scale in one channel reads -3.01 LKFS. EBU Tech 3341, case 1: 1 kHz at
    /// -23 dBFS in two channels reads -23, so -26 in one.
    #[test]
    fn sines_read_what_the_standard_says() {
        assert!((loudness(&tone(997.0, 1.0, 20.0)).unwrap() + 3.01).abs() < 0.05);
        assert!((loudness(&tone(1000.0, from_decibels(-23.0), 20.0)).unwrap() + 26.0).abs() < 0.1);
    }

    /// EBU Tech 3341, case 3: soft passages around a loud one do not count.
    #[test]
    fn pauses_do_not_count() {
        let mut sound = tone(1000.0, from_decibels(-36.0), 10.0);
        sound.extend(tone(1000.0, from_decibels(-23.0), 60.0));
        sound.extend(tone(1000.0, from_decibels(-36.0), 10.0));
        assert!((loudness(&sound).unwrap() + 26.0).abs() < 0.1);
    }

    #[test]
    fn a_short_sound_measures_like_a_long_one() {
        let mut short = vec![0.0; 2_400];
        short.extend(tone(1000.0, 0.1, 0.15));
        assert!((loudness(&short).unwrap() - loudness(&tone(1000.0, 0.1, 5.0)).unwrap()).abs() < 0.5);
        assert_eq!(loudness(&vec![0.0; 48_000]), None);
        assert_eq!(loudness(&[]), None);
    }

    #[test]
    fn every_level_arrives_at_the_target_within_the_bound() {
        for (decibels, gained) in [(-10.0, -6.0), (-25.0, 9.0), (-16.0, 0.0), (-50.0, 12.0)] {
            let mut sound = tone(1000.0, from_decibels(decibels), 4.0);
            let gain = level(&mut sound, Level::Measured);
            assert!((gain - gained).abs() < 0.1, "{decibels} dBFS was changed by {gain:.2} dB");
        }
        let mut silence = vec![0.0; 30_000];
        assert!(level(&mut silence, Level::Measured).abs() < 1e-9);
        assert_eq!(silence, vec![0.0; 30_000]);
    }

    #[test]
    fn a_known_gain_is_applied_as_it_is() {
        let mut sound = tone(300.0, 0.1, 0.5);
        let plain = sound.clone();
        assert!((level(&mut sound, Level::Fixed(6.0)) - 6.0).abs() < 1e-9);
        for (raised, plain) in sound.iter().zip(plain) {
            assert!((raised - plain * 1.995_262_3).abs() < 1e-6);
        }
    }

    /// Stretch by stretch or one by one, wherever a stretch begins and ends.
    #[test]
    fn a_value_between_samples_is_the_sum_over_its_neighbours() {
        let sound = tone(5_431.0, 0.9, 0.009);
        let at =
            |index: usize| index.checked_sub(REACH - 1).and_then(|index| sound.get(index)).unwrap_or(&0.0);
        for (index, peak) in true_peaks(&sound, 0.0).into_iter().enumerate() {
            let between = Fine::new().taps.map(|taps| {
                taps.iter().enumerate().map(|(tap, weight)| weight * at(index + tap)).sum::<f32>().abs()
            });
            let expected = between.into_iter().fold(sound[index].abs(), f32::max);
            assert!((peak - expected).abs() < 1e-6, "{index}: {peak}, not {expected}");
        }
    }

    #[test]
    fn no_peak_passes_the_ceiling_and_the_quiet_parts_are_left_alone() {
        let mut sound = tone(200.0, 0.2, 1.0);
        // A burst at a quarter of the rate, whose peaks lie between the samples.
        for (n, sample) in sound[12_000..12_480].iter_mut().enumerate() {
            *sample = (PI / 2.0 * n as f64 + PI / 4.0).sin() as f32;
        }
        let plain = sound.clone();
        level(&mut sound, Level::Fixed(0.0));
        let highest = true_peaks(&sound, 0.0).into_iter().fold(0.0, f32::max);
        assert!(highest <= from_decibels(CEILING_DBTP + 0.1) as f32, "{highest}");
        assert_eq!(sound[..11_800], plain[..11_800]);
        // Half a second after the burst all of the gain is back.
        assert!((sound[23_990] - plain[23_990]).abs() < 1e-3);
    }

    #[test]
    fn a_meter_reads_the_same_in_pieces_of_any_size() {
        let mut sound = tone(300.0, 0.1, 1.3);
        sound.extend(tone(1_000.0, 0.02, 0.71));
        let expected = gain(&sound, Level::Measured, Meter::default());
        for size in [1, 7, STEP - 1, STEP, 10_000] {
            let mut meter = Meter::default();
            sound[..40_000].chunks(size).for_each(|piece| meter.push(piece));
            assert_eq!(meter.samples(), 40_000);
            assert_eq!(gain(&sound, Level::Measured, meter).to_bits(), expected.to_bits(), "{size}");
        }
    }

    #[test]
    fn a_head_is_the_beginning_of_the_whole() {
        let mut sound = tone(200.0, 0.2, 1.0);
        for (n, sample) in sound.iter_mut().enumerate().skip(6_000).step_by(37).take(300) {
            *sample = (n as f32).sin();
        }
        for decibels in [0.0, 9.0, -6.0] {
            let mut whole = sound.clone();
            apply(&mut whole, decibels);
            for count in [0, 1, 100, 5_900, 6_000, 6_001, 7_200, 10_000, 23_000, 24_000, 30_000] {
                let head = applied_head(&sound, count, decibels);
                assert!(head.len() >= count.min(sound.len()));
                assert_eq!(head, whole[..head.len()], "{count} at {decibels} dB");
            }
        }
    }

    #[test]
    fn in_pieces_of_any_size_it_is_levelled_the_same() {
        let mut sound = tone(200.0, 0.2, 1.0);
        for (n, sample) in sound.iter_mut().enumerate().skip(6_000).step_by(37).take(300) {
            *sample = (n as f32).sin();
        }
        for (decibels, sound) in [(0.0, &sound[..]), (9.0, &sound), (12.0, &sound[5_900..6_050]), (3.0, &[])]
        {
            let mut whole = sound.to_vec();
            apply(&mut whole, decibels);
            for size in [1, 50, STRETCH, 1_000, 100_000] {
                let mut leveller = Leveller::default();
                let mut made: Vec<f32> =
                    sound.chunks(size).flat_map(|piece| leveller.push(piece, decibels)).collect();
                made.extend(leveller.finish());
                assert_eq!(made, whole, "{decibels} dB by {size}");
            }
        }
    }

    #[test]
    fn what_can_matter_is_looked_at_as_finely_as_all() {
        // Between two samples of a tone at a quarter of the rate, 45° off, the sound is 3 dB above both.
        let mut sound = tone(6_000.0, 0.05, 0.05);
        sound.extend((0..1_000).map(|n| 0.9 * (PI / 2.0 * f64::from(n) + PI / 4.0).sin() as f32));
        sound.extend(tone(100.0, 0.3, 0.05));
        let (fine, quick) = (true_peaks(&sound, 0.0), true_peaks(&sound, 0.8));
        assert_eq!(fine.len(), sound.len());
        for (fine, quick) in fine.iter().zip(&quick) {
            assert!((fine - quick).abs() < f32::EPSILON || *fine < 0.8, "{fine} was taken for {quick}");
        }
        assert!(quick.iter().any(|peak| *peak > 0.85));
    }

    #[test]
    fn the_least_ahead_is_the_least_of_the_window() {
        let gains: Vec<f32> =
            (0..500_u32).map(|n| 0.5 + (n.wrapping_mul(2_654_435_761) >> 9) as f32 / 2e7).collect();
        let least = least_ahead(&gains);
        for (index, least) in least.iter().enumerate() {
            let window = &gains[index..gains.len().min(index + LOOK_AHEAD)];
            assert_eq!(Some(least), window.iter().min_by(|a, b| a.total_cmp(b)));
        }
    }
}
