//! Loudness as ffmpeg's own EBU R 128 meter reads it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

mod support;

use saywell_audio::loudness::{CEILING_DBTP, Level, TARGET_LUFS, level, loudness};
use saywell_audio::{Format, encode, whole};
use std::process::Command;
use support::{file, voice};

/// Integrated loudness and true peak of samples.
fn metered(name: &str, samples: &[f32]) -> (f64, f64) {
    let clip = encode(Format::Wav.codec(), samples).unwrap();
    let path = file(name, &whole(Format::Wav, &[clip]).unwrap());
    let output = Command::new("ffmpeg")
        .args(["-hide_banner", "-nostats", "-i", path.to_str().unwrap()])
        .args(["-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-"])
        .output()
        .unwrap_or_else(|error| panic!("ffmpeg cannot be started ({error}); `make tools` installs it"));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let summary = text.split("Summary:").nth(1).unwrap_or_else(|| panic!("no summary in {text}"));
    let value = |label: &str| {
        let line = summary.lines().find_map(|line| line.trim().strip_prefix(label)).unwrap();
        line.split_whitespace().next().unwrap().parse::<f64>().unwrap()
    };
    (value("I:"), value("Peak:"))
}

#[test]
fn our_measure_is_the_meter_s() {
    for gain in [0.05, 0.3, 1.0] {
        let mut sound: Vec<f32> = voice(6.0).iter().map(|sample| sample * gain).collect();
        sound.resize(sound.len() + 40_000, 0.0);
        let (theirs, _) = metered("measure.wav", &sound);
        let ours = loudness(&sound).unwrap();
        assert!((ours - theirs).abs() < 0.15, "{ours:.2} LUFS against the meter's {theirs:.2}");
    }
}

#[test]
fn a_levelled_clip_is_at_the_target_and_under_the_ceiling() {
    for gain in [0.3, 0.8, 1.5] {
        let mut sound: Vec<f32> = voice(4.0).iter().map(|sample| sample * gain).collect();
        level(&mut sound, Level::Measured);
        let (lufs, peak) = metered("level.wav", &sound);
        assert!((lufs - TARGET_LUFS).abs() < 0.3, "{lufs} LUFS");
        assert!(peak <= CEILING_DBTP + 0.1, "{peak} dBTP");
    }
}

#[test]
fn the_limiter_holds_a_signal_far_too_loud() {
    let mut sound: Vec<f32> = voice(2.0).iter().map(|sample| sample * 2.0).collect();
    level(&mut sound, Level::Fixed(12.0));
    let (_, peak) = metered("limit.wav", &sound);
    assert!(peak <= CEILING_DBTP + 0.1, "{peak} dBTP");
}
