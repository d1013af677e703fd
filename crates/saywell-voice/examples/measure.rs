//! Measures the path from phoneme ids to samples: reads lines of ids from standard input and answers each with
//! the milliseconds it took in the network and in the signal processing, and the number of samples.
//! `benches/compare.py` runs it in turns with the reference implementation.

use std::io::BufRead;
use std::time::Instant;

use saywell_voice::dsp::{Noise, Synthesizer};
use saywell_voice::network::Network;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let started = Instant::now();
    let network = Network::load(include_bytes!("../assets/hibari.onnx"))?;
    eprintln!("loaded in {:.1} ms", started.elapsed().as_secs_f64() * 1e3);
    for line in std::io::stdin().lock().lines() {
        let ids: Vec<u8> = line?.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        let started = Instant::now();
        let spectrum = network.run(&ids, 1.0);
        let decoded = started.elapsed();
        let mut synthesizer = Synthesizer::new(&spectrum.f0, Noise::seeded(1));
        spectrum.frames(|frame| synthesizer.push(frame));
        let samples = synthesizer.finish();
        let total = started.elapsed();
        println!("{} {} {}", decoded.as_secs_f64() * 1e3, total.as_secs_f64() * 1e3, samples.len());
    }
    Ok(())
}
