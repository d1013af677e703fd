//! How long replies take to prepare on one thread: a reply a line in, as a JSON string; a line of JSON out, in milliseconds.
//!
//! ```sh
//! echo '"It takes **5 ms**. Then it is done."' | cargo run --release -p saywell-voice --example prepare_replies
//! ```
//!
//! `first`: the reply comes in pieces as a model writes it, until its first utterance is released. `script`: all of it at
//! once. `english`: writing every utterance out in words. `phonemes`: that and the phonemes, `longest` for one utterance.
#![expect(clippy::print_stdout, reason = "the answer goes to whoever asked")]

use std::error::Error;
use std::hint::black_box;
use std::io::{self, BufRead};
use std::time::{Duration, Instant};

use saywell_text::english::{Reader, spell_out};
use saywell_text::{Options, Scripter, script};
use saywell_voice::g2p::Phonemizer;
use serde_json::json;

/// Characters of a piece: about what a model's token has.
const PIECE: usize = 4;

fn main() -> Result<(), Box<dyn Error>> {
    let phonemizer = Phonemizer::american()?;
    for line in io::stdin().lock().lines() {
        let reply: String = serde_json::from_str(&line?)?;
        let first = until_first(&reply);
        let (script, made) = timed(|| script(&reply, &Options::default()));
        let texts: Vec<&str> = script.utterances.iter().map(|utterance| utterance.text.as_str()).collect();
        let ((), english) = timed(|| {
            for text in &texts {
                black_box(spell_out(text, Reader::Words));
            }
        });
        let phonemes: Vec<Duration> =
            texts.iter().map(|text| timed(|| phonemizer.phonemize(text)).1).collect();
        let answer = json!({
            "utterances": texts.len(),
            "characters": script.characters(),
            "first": milliseconds(first),
            "script": milliseconds(made),
            "english": milliseconds(english),
            "phonemes": milliseconds(phonemes.iter().sum()),
            "longest": milliseconds(phonemes.iter().max().copied().unwrap_or_default()),
        });
        println!("{answer}");
    }
    Ok(())
}

/// The work on a reply that comes in pieces, until its first utterance is released.
fn until_first(reply: &str) -> Duration {
    let characters: Vec<char> = reply.chars().collect();
    let pieces: Vec<String> = characters.chunks(PIECE).map(|piece| piece.iter().collect()).collect();
    let begun = Instant::now();
    let mut scripter = Scripter::new(Options::default());
    let released = pieces.iter().any(|piece| !scripter.push(piece).is_empty());
    if !released {
        black_box(scripter.finish());
    }
    begun.elapsed()
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let made = black_box(work());
    (made, begun.elapsed())
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
