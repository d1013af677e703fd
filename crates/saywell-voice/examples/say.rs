//! Speaks a text into a WAV file: `cargo run --release --example say -- "Hello there." hello.wav`

#![expect(clippy::print_stdout, reason = "a program's output")]

use saywell_voice::Voice;
use saywell_voice::dsp::SAMPLE_RATE;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let text = arguments.next().ok_or("usage: say TEXT [FILE]")?;
    let path = arguments.next().unwrap_or_else(|| "speech.wav".into());

    let voice = Voice::heart()?;
    let speech = voice.speak(text.as_str())?;

    let format = hound::WavSpec {
        channels: 1,
        sample_rate: SAMPLE_RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(&path, format)?;
    for sample in &speech.samples {
        file.write_sample((sample * f32::from(i16::MAX)) as i16)?;
    }
    file.finalize()?;
    for word in &speech.words {
        println!("{:6.3} {:6.3}  {}", word.start, word.end, &text[word.text.clone()]);
    }
    Ok(())
}
