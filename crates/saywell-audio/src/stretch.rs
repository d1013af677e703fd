//! Faster or slower at the same pitch.

use std::num::{NonZeroU16, NonZeroU32};

use wsola::TimeStretch;

use crate::SAMPLE_RATE;

/// Changes the pace of speech and keeps its pitch, as it comes, in pieces of any size; at 24 kHz.
///
/// By waveform-similarity overlap-add, which suits one voice: 30 ms of sound at a time, each laid where it goes on most
/// smoothly from the one before. See decision 0013 for what else was looked at.
#[derive(Debug)]
pub struct Stretcher {
    speed: f64,
    inner: Option<TimeStretch>,
    given: usize,
    made: usize,
}

impl Stretcher {
    /// Slowest and fastest.
    pub const SPEEDS: std::ops::RangeInclusive<f64> = 0.25..=4.0;

    /// As many times as fast, within [`SPEEDS`](Self::SPEEDS); 1.0 changes nothing.
    #[must_use]
    pub fn new(speed: f64) -> Self {
        let speed =
            if speed.is_finite() { speed.clamp(*Self::SPEEDS.start(), *Self::SPEEDS.end()) } else { 1.0 };
        let mut inner = None;
        if (speed - 1.0).abs() > 1e-3
            && let (Some(rate), Some(mono)) = (NonZeroU32::new(SAMPLE_RATE), NonZeroU16::new(1))
            && let Ok(mut stretch) = TimeStretch::new(rate, mono)
        {
            stretch.set_tempo(speed as f32);
            inner = Some(stretch);
        }
        Self { speed, inner, given: 0, made: 0 }
    }

    /// What these samples, which follow those before, make certain.
    pub fn push(&mut self, samples: Vec<f32>) -> Vec<f32> {
        let Some(stretch) = &mut self.inner else { return samples };
        self.given += samples.len();
        stretch.push(&samples);
        let made = pull(stretch);
        self.made += made.len();
        made
    }

    /// The rest, so that all of it lasts as long as what was given, divided by the speed, to the sample.
    #[must_use]
    pub fn finish(mut self) -> Vec<f32> {
        let Some(stretch) = &mut self.inner else { return Vec::new() };
        let length = (self.given as f64 / self.speed).round() as usize;
        // Silence behind, so that the search finds its samples at the edge too.
        let mut rest = Vec::new();
        while self.made + rest.len() < length {
            stretch.push(&[0.0; 2_400]);
            rest.extend(pull(stretch));
        }
        rest.truncate(length.saturating_sub(self.made));
        rest
    }
}

/// All that can be had now.
fn pull(stretch: &mut TimeStretch) -> Vec<f32> {
    let mut all = Vec::new();
    let mut block = vec![0.0; stretch.min_output_buff_size() * 16];
    while let Ok(count) = stretch.pull(&mut block) {
        all.extend_from_slice(&block[..count]);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hz: f64, seconds: f64) -> Vec<f32> {
        let count = (seconds * f64::from(SAMPLE_RATE)) as usize;
        let step = hz * std::f64::consts::TAU / f64::from(SAMPLE_RATE);
        (0..count).map(|n| (0.5 * (step * n as f64).sin()) as f32).collect()
    }

    fn stretched(sound: &[f32], speed: f64, size: usize) -> Vec<f32> {
        let mut stretcher = Stretcher::new(speed);
        let mut made: Vec<f32> =
            sound.chunks(size).flat_map(|piece| stretcher.push(piece.to_vec())).collect();
        made.extend(stretcher.finish());
        made
    }

    /// The pitch of a tone, from how often it crosses zero upwards, away from the edges.
    fn pitch(sound: &[f32]) -> f64 {
        let middle = &sound[2_400..sound.len() - 2_400];
        let ups = middle.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
        ups as f64 * f64::from(SAMPLE_RATE) / middle.len() as f64
    }

    #[test]
    fn the_pace_changes_and_the_pitch_does_not() {
        for hz in [110.0, 220.0, 440.0] {
            let sound = tone(hz, 3.0);
            for speed in [0.25, 0.5, 0.8, 1.25, 1.5, 2.0, 4.0] {
                let made = stretched(&sound, speed, 1_000);
                assert_eq!(made.len(), (sound.len() as f64 / speed).round() as usize);
                let off = pitch(&made) / hz - 1.0;
                assert!(off.abs() < 0.02, "{hz} Hz at {speed} is {:.1} % off", off * 100.0);
                let loud =
                    made.iter().map(|sample| f64::from(sample * sample)).sum::<f64>() / made.len() as f64;
                assert!((loud / 0.125 - 1.0).abs() < 0.2, "{hz} Hz at {speed} has a power of {loud:.3}");
            }
        }
    }

    #[test]
    fn in_pieces_of_any_size_it_is_the_same() {
        let sound = tone(180.0, 0.7);
        let whole = stretched(&sound, 1.3, 1_000_000);
        for size in [1, 99, 4_096] {
            assert_eq!(stretched(&sound, 1.3, size), whole, "by {size}");
        }
    }

    #[test]
    fn odd_speeds_and_short_sound_are_taken_as_they_can_be() {
        assert_eq!(stretched(&tone(200.0, 0.1), 1.0, 7), tone(200.0, 0.1));
        assert!(stretched(&[], 2.0, 1).is_empty());
        assert_eq!(stretched(&[0.5; 10], 2.0, 10).len(), 5);
        assert_eq!(stretched(&tone(200.0, 0.4), f64::NAN, 100).len(), 9_600);
        assert_eq!(stretched(&tone(200.0, 0.4), 100.0, 100).len(), 2_400, "the fastest there is");
    }
}
