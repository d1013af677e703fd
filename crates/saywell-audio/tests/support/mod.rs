//! Sound to test with, and the independent tools that judge it.
#![allow(dead_code, reason = "each test program uses its own part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

use std::f64::consts::PI;
use std::path::PathBuf;
use std::process::{Command, Output};

use saywell_audio::{Format, Frames, Muxer, SAMPLE_RATE};

pub const RATE: f64 = SAMPLE_RATE as f64;

/// Silence with bursts of a tone of 50 ms under a Hann window, centred at these seconds.
pub fn bursts(seconds: f64, centres: &[f64]) -> Vec<f32> {
    let mut samples = vec![0.0; (seconds * RATE).round() as usize];
    for &centre in centres {
        add_burst(&mut samples, centre);
    }
    samples
}

fn add_burst(samples: &mut [f32], centre: f64) {
    for (index, sample) in samples.iter_mut().enumerate() {
        let t = index as f64 / RATE - centre;
        if t.abs() < 0.025 {
            *sample += (0.5 * (PI * t / 0.05).cos().powi(2) * (2.0 * PI * 1000.0 * t).sin()) as f32;
        }
    }
}

/// Something like a voice: harmonics of a wandering pitch, in syllables, from the first sample to the last.
pub fn voice(seconds: f64) -> Vec<f32> {
    let mut phase = 0.0;
    (0..(seconds * RATE) as usize)
        .map(|index| {
            let t = index as f64 / RATE;
            let pitch = 180.0 + 30.0 * (2.0 * PI * 0.7 * t).sin();
            phase += 2.0 * PI * pitch / RATE;
            let syllable = 0.55 + 0.45 * (2.0 * PI * 4.0 * t).sin();
            let harmonics: f64 = (1..30).map(|k| (f64::from(k) * phase).sin() / f64::from(k).powf(1.2)).sum();
            (0.2 * syllable * harmonics) as f32
        })
        .collect()
}

/// What a listener gets: header, each clip, end; complete files where the header states the length.
pub fn stream(format: Format, clips: &[Frames]) -> Vec<u8> {
    if format.states_length() {
        return saywell_audio::whole(format, clips).unwrap();
    }
    let mut muxer = Muxer::new(format);
    let mut bytes = muxer.header();
    for clip in clips {
        bytes.extend(muxer.push(clip).unwrap());
    }
    bytes.extend(muxer.finish());
    bytes
}

pub fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Runs a tool; it must succeed without a word of complaint.
pub fn run(tool: &str, arguments: &[&str]) -> Output {
    let output = Command::new(tool)
        .args(["-hide_banner", "-loglevel", "warning"])
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{tool} cannot be started ({error}); `make tools` installs it"));
    let said = String::from_utf8_lossy(&output.stderr);
    let complaints: String =
        said.lines().filter(|line| !EXPECTED.iter().any(|expected| line.contains(expected))).collect();
    assert!(output.status.success() && complaints.is_empty(), "{tool} {arguments:?}: {complaints}");
    output
}

/// Said of every MP3 stream of constant rate without a Xing frame, which ours must not have, and of every plain WAVE
/// header.
const EXPECTED: [&str; 2] =
    ["Estimating duration from bitrate, this may be inaccurate", "Guessed Channel Layout for Input Stream"];

/// The samples ffmpeg makes of a file, at 24 kHz.
pub fn decode(name: &str, format: Format, bytes: &[u8]) -> Vec<f32> {
    let path = file(&format!("{name}.{}", format.extension()), bytes);
    let path = path.to_str().unwrap();
    let input: &[&str] =
        if format == Format::Pcm { &["-f", "s16le", "-ar", "24000", "-ac", "1"] } else { &[] };
    let arguments = [input, &["-i", path, "-f", "f32le", "-ar", "24000", "-"]].concat();
    let output = run("ffmpeg", &arguments);
    output.stdout.as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

/// The middle of the energy within 60 ms around a moment, in seconds.
pub fn centre_of_energy(samples: &[f32], near: f64) -> f64 {
    let range =
        ((near - 0.06) * RATE).max(0.0) as usize..(((near + 0.06) * RATE) as usize).min(samples.len());
    let (mut energy, mut moment) = (0.0, 0.0);
    for index in range {
        let power = f64::from(samples[index]).powi(2);
        energy += power;
        moment += power * index as f64;
    }
    moment / energy / RATE
}

pub fn rms(samples: &[f32]) -> f64 {
    (samples.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / samples.len().max(1) as f64).sqrt()
}

pub fn largest_step(samples: &[f32]) -> f32 {
    samples.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
}
