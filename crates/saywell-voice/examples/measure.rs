//! Speaks phoneme ids, for `benches/compare.py` to measure: reads lines of ids from standard input and answers
//! each with the number of samples. With the argument `network`, stops short of the signal processing.

#![expect(clippy::print_stdout, reason = "a program's output")]

use std::io::BufRead;

use saywell_voice::dsp::{HOP, Noise, Synthesizer};
use saywell_voice::network::Network;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let only_network = std::env::args().nth(1).is_some_and(|argument| argument == "network");
    let network = Network::load(include_bytes!("../assets/hibari.onnx"))?;
    for line in std::io::stdin().lock().lines() {
        let ids: Vec<u8> = line?.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        let spectrum = network.run(&ids, 1.0);
        if only_network {
            let mut frames = 0;
            spectrum.frames(|_| frames += 1);
            println!("{}", frames * HOP);
        } else {
            let mut synthesizer = Synthesizer::new(&spectrum.f0, Noise::seeded(1));
            spectrum.frames(|frame| synthesizer.push(frame));
            println!("{}", synthesizer.finish().len());
        }
    }
    Ok(())
}
