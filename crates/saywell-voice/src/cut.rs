//! What is done to samples after they are made: volume by region, silences of a given length.

use std::ops::Range;

use crate::dsp::SAMPLE_RATE;
use crate::trim::{BLOCK, soften, soften_end};

/// A change of volume takes 10 ms.
const RAMP: usize = 2 * BLOCK;
/// What is left of the sound dying away before a silence that is put in, and of the breath after it.
const TAIL: usize = SAMPLE_RATE as usize / 20;
const BREATH: usize = SAMPLE_RATE as usize / 50;

/// A silence of a given length in place of what is quiet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// The quiet samples, from sound to sound; empty where sound goes on.
    pub quiet: Range<usize>,
    /// Samples from sound to sound afterwards.
    pub length: usize,
}

/// Multiplies each region, given by its end and in order, by its gain, where it does not go beyond full scale.
pub fn amplify(samples: &mut [f32], regions: &[(usize, f32)]) {
    let mut start = 0;
    let mut bounded = Vec::with_capacity(regions.len());
    for (end, gain) in regions {
        let end = (*end).clamp(start, samples.len());
        let peak = samples[start..end].iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
        bounded.push((start..end, if *gain > 1.0 { gain.min(1.0 / peak).max(1.0) } else { *gain }));
        start = end;
    }
    let mut before = bounded.first().map_or(1.0, |(_, gain)| *gain);
    for (index, (region, gain)) in bounded.iter().enumerate() {
        let after = bounded.get(index + 1).map_or(*gain, |(_, gain)| *gain);
        for at in region.clone() {
            // Half of each ramp lies on either side of the border.
            let from_start = (at - region.start) as f32 / RAMP as f32;
            let to_end = (region.end - at) as f32 / RAMP as f32;
            let blend = |share: f32| 0.5 - 0.5 * (std::f32::consts::PI * share.min(1.0)).cos();
            let gain = if from_start < 0.5 {
                before + (gain - before) * blend(0.5 + from_start)
            } else if to_end < 0.5 {
                after + (gain - after) * blend(0.5 + to_end)
            } else {
                *gain
            };
            samples[at] *= gain;
        }
        before = *gain;
    }
}

/// Sets `silences`, which come in order, apart where one begins before the last has ended.
pub fn set_apart(silences: &mut [Silence]) {
    let mut end = 0;
    for Silence { quiet, .. } in silences {
        quiet.start = quiet.start.max(end);
        quiet.end = quiet.end.max(quiet.start);
        end = quiet.end;
    }
}

/// The samples with each of `silences`, which are in order and apart, put in.
pub fn put_in(samples: &[f32], silences: &[Silence]) -> Vec<f32> {
    let added: usize = silences.iter().map(|silence| silence.length).sum();
    let mut out = Vec::with_capacity(samples.len() + added);
    let mut start = 0;
    // Where sound goes on, the ends that the silence makes are softened.
    let mut is_cut = false;
    for Silence { quiet, length } in silences {
        copy(&mut out, &samples[start..quiet.start], is_cut, quiet.is_empty() && *length > 0);
        let kept = quiet.len().min(*length) / 2;
        let (tail, breath) = (kept.min(TAIL), kept.min(BREATH));
        let fade = |i: usize, length: usize| (i as f32 + 0.5) / length as f32;
        let dying = samples[quiet.start..quiet.start + tail].iter().enumerate();
        out.extend(dying.map(|(i, sample)| sample * (1.0 - fade(i, tail))));
        out.resize(out.len() + length - tail - breath, 0.0);
        let rising = samples[quiet.end - breath..quiet.end].iter().enumerate();
        out.extend(rising.map(|(i, sample)| sample * fade(i, breath)));
        start = quiet.end;
        is_cut = quiet.is_empty() && *length > 0;
    }
    copy(&mut out, &samples[start..], is_cut, false);
    out
}

/// Where the sample that was at `at` is after [`put_in`].
pub fn moved(at: usize, silences: &[Silence]) -> usize {
    let passed = silences.partition_point(|silence| silence.quiet.end <= at);
    let (passed, ahead) = silences.split_at(passed);
    // Inside of what was quiet there is nothing to be at; its start is where the sound before ends.
    let at = ahead.first().map_or(at, |silence| at.min(silence.quiet.start));
    passed.iter().fold(at, |at, silence| at + silence.length - silence.quiet.len())
}

fn copy(out: &mut Vec<f32>, samples: &[f32], rise: bool, fall: bool) {
    let start = out.len();
    out.extend_from_slice(samples);
    let copied = &mut out[start..];
    if rise {
        soften(copied.iter_mut());
    }
    if fall {
        soften_end(copied);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_takes_the_place_of_what_is_quiet() {
        let mut samples = vec![0.5; 1000];
        samples.extend([0.001; 500]);
        samples.extend([0.5; 1000]);
        for length in [0, 10, 100, 7000] {
            let silences = [Silence { quiet: 1000..1500, length }];
            let cut = put_in(&samples, &silences);
            let loud = |sample: &f32| *sample > 0.01;
            let first = cut.iter().position(|sample| !loud(sample)).unwrap_or(1000);
            assert_eq!(first, 1000);
            assert_eq!(cut[first..].iter().position(loud), Some(length));
            assert_eq!(cut.len(), 2000 + length);
            assert_eq!(
                [700, 1000, 1200, 1500, 1700].map(|at| moved(at, &silences)),
                [700, 1000, 1000, 1000 + length, 1200 + length]
            );
        }
    }

    #[test]
    fn a_silence_within_sound_has_soft_edges() {
        let silences = [Silence { quiet: 500..500, length: 480 }];
        let cut = put_in(&[0.5; 1000], &silences);
        assert!(cut[499].abs() < 1e-3 && cut[980].abs() < 1e-3 && cut[700].abs() < f32::EPSILON);
        assert!(cut.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 0.02), "no step");
        assert_eq!([499, 500, 501].map(|at| moved(at, &silences)), [499, 980, 981]);
    }

    #[test]
    fn silences_that_meet_are_set_apart() {
        let silence = |quiet| Silence { quiet, length: 9 };
        let mut silences = [silence(10..20), silence(15..30), silence(28..29)];
        set_apart(&mut silences);
        assert_eq!(silences, [silence(10..20), silence(20..30), silence(30..30)]);
        assert_eq!(put_in(&[0.0; 40], &silences).len(), 40 - 20 + 27);
    }

    #[test]
    fn volume_changes_by_region_with_ramps_between() {
        let mut samples = vec![0.1; 6000];
        amplify(&mut samples, &[(2000, 1.0), (4000, 2.0), (6000, 0.0)]);
        for (range, level) in [(0..1870, 0.1), (2130..3870, 0.2), (4130..6000, 0.0)] {
            assert!(samples[range].iter().all(|sample| (sample - level).abs() < 1e-6), "{level}");
        }
        assert!(samples.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 0.002), "no step");
    }

    #[test]
    fn volume_stays_within_full_scale() {
        let mut samples = vec![0.5, -0.8, 0.1, 0.2];
        amplify(&mut samples, &[(4, 10.0)]);
        assert!((samples[1] + 1.0).abs() < 1e-6 && (samples[0] - 0.625).abs() < 1e-6);
    }
}
