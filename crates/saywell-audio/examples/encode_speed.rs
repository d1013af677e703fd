//! How fast each codec encodes: `cargo run --release -p saywell-audio --example encode_speed`.
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::time::Instant;

use saywell_audio::loudness::{Level, level};
use saywell_audio::{Codec, SAMPLE_RATE, encode, resample};

const SECONDS: usize = 2;
const ROUNDS: usize = 50;

fn main() -> Result<(), saywell_audio::AudioError> {
    // A buzz with the spectrum and the pauses of speech, near enough for timing.
    let mut state = 1_u32;
    let samples: Vec<f32> = (0..SECONDS * SAMPLE_RATE as usize)
        .map(|n| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = state.cast_signed() as f32 / 2_147_483_648.0;
            let syllable = (n as f32 * 0.0008).sin().max(0.0);
            syllable * (0.3 * ((n % 120) as f32 / 60.0 - 1.0) + 0.02 * noise)
        })
        .collect();

    println!("{:<10} {:>10} {:>14} {:>9}", "", "ms", "× real time", "kbit/s");
    for codec in Codec::ALL {
        let bytes = encode(codec, &samples)?.data().len();
        report(codec.name(), Some(bytes), || encode(codec, &samples).map(drop))?;
    }
    report("level", None, || {
        level(&mut samples.clone(), Level::Measured);
        Ok(())
    })?;
    let fast: Vec<f32> = samples.iter().flat_map(|&sample| [sample, sample]).collect();
    report("48 kHz →", None, || resample(&fast, 48_000).map(drop))
}

fn report(
    name: &str,
    bytes: Option<usize>,
    mut work: impl FnMut() -> Result<(), saywell_audio::AudioError>,
) -> Result<(), saywell_audio::AudioError> {
    // The best of many: what the work takes when nothing else has the processor.
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        work()?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    let rate = bytes.map_or(String::new(), |bytes| (bytes * 8 / 1000 / SECONDS).to_string());
    println!("{name:<10} {:>10.2} {:>14.0} {rate:>9}", best * 1000.0, SECONDS as f64 / best);
    Ok(())
}
