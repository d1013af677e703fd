//! The voice on one thread: a line of text in, a line of "seconds samples" out.
//!
//! ```sh
//! echo "Hello there." | cargo run --release -p saywell-voice --example speak_lines
//! ```
//!
//! Times the whole path, from text to samples, and nothing else; `make bench` compares it with the Python reference.
#![expect(clippy::print_stdout, reason = "the answer goes to whoever asked")]

use std::error::Error;
use std::io::{self, BufRead};
use std::time::Instant;

use saywell_voice::Voice;

fn main() -> Result<(), Box<dyn Error>> {
    let voice = Voice::heart()?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let begun = Instant::now();
        let speech = voice.speak(line.as_str())?;
        println!("{} {}", begun.elapsed().as_secs_f64(), speech.samples.len());
    }
    Ok(())
}
