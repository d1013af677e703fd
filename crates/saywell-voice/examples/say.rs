//! Speaks phonemes into a WAV file: `cargo run --release --example say -- "həlˈO ðˈɛɹ." hello.wav`

use saywell_voice::Voice;
use saywell_voice::dsp::SAMPLE_RATE;
use saywell_voice::g2p::Phonemes;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let text = arguments.next().unwrap_or_else(|| "həlˈO ðˈɛɹ.".into());
    let path = arguments.next().unwrap_or_else(|| "hello.wav".into());

    let voice = Voice::heart()?;
    let speech = voice.speak_phonemes(&Phonemes { text, words: vec![] }, 1.0)?;

    let mut file = hound::WavWriter::create(
        &path,
        hound::WavSpec {
            channels: 1,
            sample_rate: SAMPLE_RATE,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        },
    )?;
    for sample in &speech.samples {
        file.write_sample((sample * f32::from(i16::MAX)) as i16)?;
    }
    file.finalize()?;
    Ok(())
}
